import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(Path(__file__).parent), str(TESTS / "support")]

from artefacts import ROOT, extension, sqllogic_binary  # noqa: E402, F401
from engines import Merganser  # noqa: E402
from spark_session import SparkSession  # noqa: E402


@pytest.fixture
def merganser(extension: Path) -> Merganser:
    return Merganser(extension)


@pytest.fixture
def table(tmp_path: Path, merganser: Merganser) -> Path:
    """Where all engines find lake.main.t, which is not there yet."""
    merganser.attach(tmp_path)
    (tmp_path / "main").mkdir()
    return tmp_path / "main" / "t"


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """One JVM for all tests."""
    python = Path(os.environ.get("MERGANSER_SPARK_PYTHON", ROOT / ".deps/venv-spark/bin/python"))
    jars = Path(os.environ.get("MERGANSER_SPARK_JARS", ROOT / ".deps/spark-jars"))
    if not python.is_file() or not any(jars.glob("delta-spark_*.jar")):
        if os.environ.get("CI"):
            pytest.fail(f"Spark is not there ({python}, {jars}): run `tools/setup.sh spark`")
        pytest.skip("Spark is not installed: `tools/setup.sh spark` installs it")
    session = SparkSession(python, jars, tmp_path_factory.mktemp("spark"))
    yield session
    session.stop()
