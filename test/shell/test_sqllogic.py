"""The SQL test runner must pass what is right and fail what is wrong."""

import os
import subprocess
from pathlib import Path

import pytest

SELFTEST = Path(__file__).resolve().parents[1] / "sqllogic/selftest"
FAILING = sorted((SELFTEST / "fail").glob("*.test"))


@pytest.fixture
def run(sqllogic_binary):
    def run_runner(*arguments, **variables: str) -> subprocess.CompletedProcess:
        return subprocess.run([str(sqllogic_binary), *map(str, arguments)], capture_output=True, text=True, timeout=120,
                              env={**os.environ, **variables})

    return run_runner


def test_right_files_pass(run):
    done = run("--jobs", 2, "--config", SELFTEST / "config.json", SELFTEST / "pass", SQLLOGIC_SELFTEST_CONFIG="1")
    count = len(list((SELFTEST / "pass").glob("*.test")))
    assert done.returncode == 0, done.stdout
    assert done.stdout == f"{count} passed, 0 failed, 0 skipped\n"


@pytest.mark.parametrize("path", FAILING, ids=lambda path: path.stem)
def test_wrong_file_fails(run, path):
    done = run(path)
    assert done.returncode == 1
    assert done.stdout.startswith(f"FAIL {path}:") and done.stdout.endswith("\n0 passed, 1 failed, 0 skipped\n")


def test_one_wrong_file_fails_the_run(run):
    done = run("--jobs", 2, "--filter", "selftest", SELFTEST / "pass", SELFTEST / "fail")
    assert done.returncode == 1 and done.stdout.splitlines()[-1].startswith("7 passed, ")


def test_no_file_is_a_failure(run, tmp_path):
    assert run(tmp_path).returncode == 1
    assert run("--filter", "no such file", SELFTEST).returncode == 1
    assert run(tmp_path / "missing.test").returncode == 1


def test_configurations(run, tmp_path):
    done = run("--config", SELFTEST / "config.json", SELFTEST / "fail/wrong_value.test")
    assert "SKIP" in done.stdout and "0 passed, 0 failed, 1 skipped" in done.stdout
    done = run("--config", SELFTEST / "config_without_reason.json", SELFTEST / "pass")
    assert done.returncode == 2 and "reason" in done.stderr
    (tmp_path / "unknown.json").write_text('{"description": "x", "skipp": []}')
    assert run("--config", tmp_path / "unknown.json", SELFTEST / "pass").returncode == 2


def test_failure_of_on_init_is_a_failure(run, tmp_path):
    (tmp_path / "broken.json").write_text('{"description": "x", "on_init": ["not SQL"]}')
    done = run("--config", tmp_path / "broken.json", SELFTEST / "pass/values.test")
    assert done.returncode == 1 and "on_init" in done.stdout


def test_every_table_of_a_file_is_asked(run, tmp_path):
    script = tmp_path / "tables.test"
    script.write_text(
        "statement ok\nATTACH '{TEST_DIR}/lake' AS lake (TYPE merganser)\n\n"
        "statement ok\nCREATE TABLE lake.one AS SELECT 1 AS x\n"
    )
    asked = tmp_path / "asked.json"
    asked.write_text('{"description": "x", "on_tables": ["FROM read_delta(\'{TABLE}\') WHERE x > 1"]}')
    assert run("--config", asked, script).returncode == 0
    asked.write_text('{"description": "x", "on_tables": ["FROM read_delta(\'{TABLE}\')"]}')
    done = run("--config", asked, script)
    assert done.returncode == 1 and "lake/main/one" in done.stdout


def test_keep_leaves_the_folders(run, tmp_path):
    assert run("--keep", tmp_path, SELFTEST / "pass/restart.test").returncode == 0
    assert len(list(tmp_path.glob("*/kept.db"))) == 1
