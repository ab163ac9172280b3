"""The SQL suite (test/sql) through DuckDB's Python package and the loadable extension."""

from pathlib import Path

import pytest

from sqllogic_runner import TestSkipped, run_test_file

ROOT = Path(__file__).resolve().parents[2]
SUITE = ROOT / "test/sql"
FILES = sorted(SUITE.rglob("*.test"))


def test_suite_has_files():
    if not SUITE.is_dir():
        pytest.skip("test/sql is not there yet")
    assert FILES


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SUITE)))
def test_sql(path: Path, tmp_path: Path, extension: Path):
    try:
        run_test_file(path, tmp_path, extension)
    except TestSkipped as skipped:
        pytest.skip(str(skipped))
