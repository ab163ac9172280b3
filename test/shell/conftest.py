import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

ROOT = Path(__file__).resolve().parents[2]


def artefact(variable: str, name: str) -> Path:
    path = Path(os.environ.get(variable, ROOT / "build/release" / name))
    if not path.is_file():
        pytest.fail(f"{path} is missing: run `make build`")
    return path


@pytest.fixture(scope="session")
def shell_binary() -> Path:
    return artefact("MERGANSER_BINARY", "merganser")


@pytest.fixture(scope="session")
def sqllogic_binary() -> Path:
    return artefact("MERGANSER_SQLLOGIC", "sqllogic")
