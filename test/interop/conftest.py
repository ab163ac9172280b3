import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from engines import Merganser  # noqa: E402
from spark_session import SparkSession  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]


def artefact(variable: str, name: str) -> Path:
    path = Path(os.environ.get(variable, ROOT / "build/release" / name))
    if not path.is_file():
        pytest.fail(f"{path} is missing: run `make build`")
    return path


@pytest.fixture(scope="session")
def extension() -> Path:
    return artefact("MERGANSER_EXTENSION", "merganser.duckdb_extension")


@pytest.fixture(scope="session")
def sqllogic_binary() -> Path:
    """The runner of the SQL suite; beside the shell unless MERGANSER_SQLLOGIC says otherwise."""
    if "MERGANSER_SQLLOGIC" not in os.environ and "MERGANSER_BINARY" in os.environ:
        return Path(os.environ["MERGANSER_BINARY"]).parent / "sqllogic"
    return artefact("MERGANSER_SQLLOGIC", "sqllogic")


@pytest.fixture
def merganser(extension: Path) -> Merganser:
    return Merganser(extension)


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
