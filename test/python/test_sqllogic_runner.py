"""The Python runner judges the self-tests as the C++ runner does: a runner that cannot fail is a defect."""

from pathlib import Path

import pytest

from sqllogic_runner import TestFailure, TestSkipped, run_test_file

SELFTEST = Path(__file__).resolve().parents[1] / "sqllogic/selftest"
PASSING = sorted((SELFTEST / "pass").glob("*.test"))
FAILING = sorted((SELFTEST / "fail").glob("*.test"))


def test_selftests_exist():
    assert PASSING and FAILING


@pytest.mark.parametrize("path", PASSING, ids=lambda path: path.stem)
def test_passes(path: Path, tmp_path: Path):
    try:
        run_test_file(path, tmp_path, None)
    except TestSkipped as skipped:
        pytest.skip(str(skipped))


@pytest.mark.parametrize("path", FAILING, ids=lambda path: path.stem)
def test_fails(path: Path, tmp_path: Path):
    with pytest.raises(TestFailure) as failure:
        run_test_file(path, tmp_path, None)
    assert str(path) in str(failure.value)
