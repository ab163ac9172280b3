import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def extension() -> Path:
    path = Path(os.environ.get("MERGANSER_EXTENSION", ROOT / "build/release/merganser.duckdb_extension"))
    if not path.is_file():
        pytest.fail(f"{path} is missing: run `make build`")
    return path
