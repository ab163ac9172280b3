import shutil
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(Path(__file__).parent), str(TESTS / "support")]

from artefacts import extension  # noqa: E402, F401
from large_table import LargeTable  # noqa: E402


@pytest.fixture(scope="session")
def made(extension: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: F811
    """A lake with the table of LargeTable."""
    folder = tmp_path_factory.mktemp("large") / "lake"
    LargeTable.make(extension, folder)
    return folder


@pytest.fixture
def large(extension: Path, tmp_path: Path, made: Path) -> LargeTable:  # noqa: F811
    shutil.copytree(made, tmp_path / "lake")
    return LargeTable(extension, tmp_path / "lake")
