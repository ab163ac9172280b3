"""Exceptions across the border between DuckDB's Python package and the extension.

Each test runs in a process of its own: what is tested is that the process survives.
"""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

PRELUDE = """
import duckdb, glob, os, sys
con = duckdb.connect(config={"allow_unsigned_extensions": "true"})
con.execute("LOAD '" + sys.argv[1].replace("'", "''") + "'")
folder = sys.argv[2]

def attach():
    con.execute(f"ATTACH '{folder}' AS lake (TYPE merganser)")
    con.execute("CREATE SCHEMA IF NOT EXISTS lake.s")

def expect(exception, sql):
    try:
        con.execute(sql).fetchall()
    except exception as error:
        assert not isinstance(error, (duckdb.InternalException, duckdb.FatalException)), error
    else:
        raise AssertionError("no error: " + sql)
    assert con.execute("SELECT 42").fetchall() == [(42,)]
"""


@pytest.fixture
def run(tmp_path: Path, extension: Path):
    def run_script(body: str) -> None:
        script = PRELUDE + textwrap.dedent(body) + "\nprint('survived')\n"
        done = subprocess.run([sys.executable, "-c", script, str(extension), str(tmp_path / "lake")],
                              capture_output=True, text=True, timeout=120)
        assert done.returncode == 0 and done.stdout.endswith("survived\n"), done.stdout + done.stderr

    return run_script


def test_missing_folder_is_an_error(run):
    run("""
        expect(duckdb.Error, f"ATTACH '{folder}/missing' AS lake (TYPE merganser, READ_ONLY)")
    """)


def test_missing_table_is_a_catalog_exception(run):
    run("""
        attach()
        expect(duckdb.CatalogException, "SELECT * FROM lake.s.missing")
    """)


def test_null_into_not_null_is_a_constraint_exception(run):
    run("""
        attach()
        con.execute("CREATE TABLE lake.s.t (i INTEGER NOT NULL)")
        expect(duckdb.ConstraintException, "INSERT INTO lake.s.t VALUES (NULL)")
    """)


def test_error_of_the_host_while_our_sink_runs(run):
    run("""
        attach()
        expect(duckdb.InvalidInputException,
               "CREATE TABLE lake.s.t AS "
               "SELECT CASE WHEN i = 50000 THEN error('boom') ELSE i END FROM range(100000) t(i)")
    """)


def test_memory_limit_of_the_host_while_our_sink_runs(run):
    run("""
        attach()
        con.execute("SET memory_limit = '4MB'")
        con.execute("SET temp_directory = ''")
        expect(duckdb.OutOfMemoryException,
               "CREATE TABLE lake.s.t AS SELECT i, repeat(md5(i::VARCHAR), 40) s FROM range(1000000) t(i)")
    """)


def test_truncated_data_file_is_an_error(run):
    run("""
        attach()
        con.execute("CREATE TABLE lake.s.t AS SELECT * FROM range(10000)")
        path, = glob.glob(folder + "/s/t/**/*.parquet", recursive=True)
        os.truncate(path, os.path.getsize(path) // 2)
        con.execute("SET enable_external_file_cache = false")
        expect(duckdb.Error, "SELECT sum(range) FROM lake.s.t")
    """)
