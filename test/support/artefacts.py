"""Where tests find what was built: fixtures that the conftest of a suite imports."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def artefact(variable: str, name: str) -> Path:
    """The file that the environment variable names, else that of the release build."""
    path = Path(os.environ.get(variable, ROOT / "build/release" / name))
    if not path.is_file():
        pytest.fail(f"{path} is missing: run `make build`")
    return path


@pytest.fixture(scope="session")
def extension() -> Path:
    return artefact("MERGANSER_EXTENSION", "merganser.duckdb_extension")


@pytest.fixture(scope="session")
def shell_binary() -> Path:
    return artefact("MERGANSER_BINARY", "merganser")


@pytest.fixture(scope="session")
def sqllogic_binary() -> Path:
    """The runner of the SQL suite; beside the shell unless MERGANSER_SQLLOGIC says otherwise."""
    if "MERGANSER_SQLLOGIC" not in os.environ and "MERGANSER_BINARY" in os.environ:
        return Path(os.environ["MERGANSER_BINARY"]).parent / "sqllogic"
    return artefact("MERGANSER_SQLLOGIC", "sqllogic")
