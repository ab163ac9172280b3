"""merganser_optimize beside other writers, interrupted, and with its progress looked at."""

import time
from pathlib import Path

import duckdb
import pytest

from large_table import LargeTable
from lakes import open_lake
from processes import finish, run_script

ROUNDS = 12
#: Each owns the keys that begin with its number: rows are inserted, updated and deleted while others optimize.
WRITER = """
import duckdb, sys
extension, lake, writer, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
con = duckdb.connect(config={"allow_unsigned_extensions": "true", "threads": "1"})
con.execute(f"LOAD '{extension}'")
con.execute(f"ATTACH '{lake}' AS lake (TYPE merganser)")
for n in range(rounds):
    key = writer * 1000 + n
    con.execute(f"INSERT INTO lake.t VALUES ({key}, 1), ({key + 500}, 1)")
    if writer > 0:
        assert con.execute(f"UPDATE lake.t SET v = v + 1 WHERE k = {key}").fetchall() == [(1,)]
        assert con.execute(f"DELETE FROM lake.t WHERE k = {key + 500}").fetchall() == [(1,)]
"""
OPTIMIZER = """
import duckdb, pathlib, sys
extension, lake, stop = sys.argv[1:]
con = duckdb.connect(config={"allow_unsigned_extensions": "true", "threads": "2"})
con.execute(f"LOAD '{extension}'")
con.execute(f"ATTACH '{lake}' AS lake (TYPE merganser)")
con.execute("SET merganser_optimize_commit_size = 4000")
while not pathlib.Path(stop).exists():
    con.execute("CALL merganser_optimize('lake.t')")
"""


@pytest.mark.parametrize("vectors", ["false", "true"])
def test_nothing_is_lost_or_doubled_beside_writers(extension: Path, tmp_path: Path, vectors: str) -> None:
    lake, stop = tmp_path / "lake", tmp_path / "stop"
    connection = open_lake(extension, lake)
    connection.execute(f"CREATE TABLE lake.t (k INTEGER, v INTEGER) WITH ('delta.enableDeletionVectors' = '{vectors}')")
    writers = [run_script(WRITER, extension, lake, n, ROUNDS) for n in range(3)]
    optimizers = [run_script(OPTIMIZER, extension, lake, stop) for _ in range(2)]
    finish(writers)
    stop.touch()
    finish(optimizers)
    expected = sorted([(n, 1) for n in range(ROUNDS)] + [(n + 500, 1) for n in range(ROUNDS)]
                      + [(writer * 1000 + n, 2) for writer in (1, 2) for n in range(ROUNDS)])
    assert connection.execute("SELECT k, v FROM lake.t ORDER BY k").fetchall() == expected
    commits = connection.execute("SELECT count(*) FROM merganser_history('lake.t') WHERE operation = 'OPTIMIZE'")
    assert commits.fetchone()[0] > 2
    connection.execute("CALL merganser_optimize('lake.t')")
    assert connection.execute("SELECT count(*) FROM merganser_files('lake.t')").fetchall() == [(1,)]


def test_an_append_is_no_conflict(large: LargeTable) -> None:
    thread = large.begin("CALL merganser_optimize('lake.t')")
    large.rival.execute("INSERT INTO lake.t VALUES (-1, 'late', 0)")
    thread.join()
    assert large.error is None
    assert large.operations() == ["WRITE", "OPTIMIZE"]
    # The late file is left for the next time.
    assert large.rival.execute("SELECT count(*) FROM merganser_files('lake.t')").fetchall() == [(2,)]
    assert large.count() == large.FILES * 400000 + 1


def test_a_change_of_an_input_is_planned_anew(large: LargeTable) -> None:
    # So that the other one is first, whatever else this machine does.
    large.connection.execute("SET threads = 1")
    thread = large.begin("CALL merganser_optimize('lake.t')")
    assert large.rival.execute("DELETE FROM lake.t WHERE id = 3").fetchall() == [(1,)]
    thread.join()
    assert large.error is None
    assert large.operations() == ["DELETE", "OPTIMIZE"]
    assert large.rival.execute("SELECT count(*) FROM lake.t WHERE id = 3").fetchall() == [(0,)]
    assert large.count() == large.FILES * 400000 - 1
    # Files of the run that lost are gone.
    referenced = large.rival.execute("SELECT count(*) FROM merganser_files('lake.t')").fetchone()[0]
    assert len(large.data_files()) == large.FILES + 1 + 1, "old files, the copy that DELETE made, the new one"
    assert referenced == 2


def test_an_interrupt_leaves_nothing_behind(large: LargeTable) -> None:
    before = large.data_files()
    thread = large.begin("CALL merganser_optimize('lake.t')")
    large.connection.interrupt()
    thread.join()
    assert isinstance(large.error, duckdb.InterruptException)
    assert sorted(large.all_files()) == sorted(before)
    assert large.operations() == []
    large.connection.execute("CALL merganser_optimize('lake.t')")
    assert large.operations() == ["OPTIMIZE"]
    assert large.count() == large.FILES * 400000


def test_progress_is_a_percentage_or_not_known_yet(large: LargeTable) -> None:
    large.connection.execute("SET enable_progress_bar = true")
    large.connection.execute("SET enable_progress_bar_print = false")
    large.connection.execute("SET progress_bar_time = 1")
    thread = large.begin("CALL merganser_optimize('lake.t')")
    seen = set()
    while thread.is_alive():
        seen.add(large.connection.query_progress())
        time.sleep(0.005)
    assert large.error is None
    # How often a client that asks meets a number in between depends on the machine.
    assert seen and all(percent == -1 or 0 <= percent <= 100 for percent in seen), seen


def test_rows_are_clustered_in_less_memory_than_they_take(extension: Path, tmp_path: Path) -> None:
    # A million rows of 100 bytes; what is read of their one row group cannot be spilled, and takes half of the limit.
    connection = open_lake(extension, tmp_path / "lake")
    connection.execute("CREATE TABLE lake.t AS SELECT range AS id, (hash(range) // 2)::BIGINT AS h, "
                       "(hash(range + 1) // 2)::BIGINT AS i, md5(range::VARCHAR) AS a, md5((range + 1)::VARCHAR) AS b "
                       "FROM range(1000000)")
    before = connection.execute("SELECT count(*), sum(id), sum(hash(t)) FROM lake.t").fetchall()
    connection.close()
    connection = open_lake(extension, tmp_path / "lake", threads=2, memory_limit="200MB",
                           temp_directory=str(tmp_path / "spilled"))
    connection.execute("CALL merganser_optimize('lake.t', cluster_by => ['h', 'i'])")
    assert connection.execute("SELECT count(*), sum(id), sum(hash(t)) FROM lake.t").fetchall() == before
