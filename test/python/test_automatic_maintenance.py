"""Automatic maintenance beside other writers, interrupted, and as it is when nobody asks for anything."""

import threading
from pathlib import Path

import pytest

from large_table import LargeTable
from lakes import open_lake
from processes import finish, run_script

ROUNDS = 12
#: Each owns the keys that begin with its number. All of them join files behind every statement that makes it due.
WRITER = """
import duckdb, sys
extension, lake, writer, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
con = duckdb.connect(config={"allow_unsigned_extensions": "true", "threads": "2"})
con.execute(f"LOAD '{extension}'")
con.execute(f"ATTACH '{lake}' AS lake (TYPE merganser)")
con.execute("SET merganser_automatic_compaction_files = 3")
con.execute("SET merganser_automatic_maintenance_fraction = 'infinity'")
for n in range(rounds):
    key = writer * 1000 + n
    assert con.execute(f"INSERT INTO lake.t VALUES ({key}, 1), ({key + 500}, 1)").fetchall() == [(2,)]
    if writer > 0:
        assert con.execute(f"UPDATE lake.t SET v = v + 1 WHERE k = {key}").fetchall() == [(1,)]
        assert con.execute(f"DELETE FROM lake.t WHERE k = {key + 500}").fetchall() == [(1,)]
"""


@pytest.mark.parametrize("vectors", ["false", "true"])
def test_nothing_is_lost_or_doubled_beside_writers(extension: Path, tmp_path: Path, vectors: str) -> None:
    lake = tmp_path / "lake"
    connection = open_lake(extension, lake)
    connection.execute(f"CREATE TABLE lake.t (k INTEGER, v INTEGER) WITH ('delta.enableDeletionVectors' = '{vectors}')")
    writers = [run_script(WRITER, extension, lake, n, ROUNDS) for n in range(3)]
    finish(writers)
    expected = sorted([(n, 1) for n in range(ROUNDS)] + [(n + 500, 1) for n in range(ROUNDS)]
                      + [(writer * 1000 + n, 2) for writer in (1, 2) for n in range(ROUNDS)])
    assert connection.execute("SELECT k, v FROM lake.t ORDER BY k").fetchall() == expected
    assert connection.execute(f"FROM merganser_check('{lake}/main/t')").fetchall() == []
    operations = connection.execute("SELECT operation_parameters['auto'], count(*) FROM merganser_history('lake.t') "
                                    "WHERE operation = 'OPTIMIZE' GROUP BY ALL").fetchall()
    assert len(operations) == 1 and operations[0][0] == "true" and operations[0][1] > 2, operations


def begin_behind_an_insert(large: LargeTable) -> threading.Thread:
    """An INSERT that has committed and whose maintenance is on its way."""
    large.connection.execute("SET merganser_automatic_compaction = true")
    large.connection.execute("SET merganser_automatic_maintenance_fraction = 'infinity'")
    return large.begin("INSERT INTO lake.t VALUES (-1, 'late', 0)", after_version=large.FILES + 1)


def test_a_conflict_is_dropped(large: LargeTable) -> None:
    before = set(large.data_files())
    thread = begin_behind_an_insert(large)
    assert large.rival.execute("DELETE FROM lake.t WHERE id = 3").fetchall() == [(1,)]
    thread.join()
    assert large.error is None
    assert large.result == [(1,)]
    assert large.operations() == ["WRITE", "DELETE"]
    assert large.count() == large.FILES * 400000
    # The inserted file and the copy that DELETE made.
    assert len(set(large.data_files()) - before) == 2


def test_an_interrupt_ends_the_work_and_not_the_statement(large: LargeTable) -> None:
    before = set(large.all_files())
    thread = begin_behind_an_insert(large)
    large.connection.interrupt()
    thread.join()
    assert large.error is None
    assert large.result == [(1,)]
    assert large.operations() == ["WRITE"]
    assert len(set(large.all_files()) - before) == 1
    assert large.connection.execute("SELECT count(*) FROM lake.t").fetchall() == [(large.FILES * 400000 + 1,)]


def test_an_interrupt_behind_a_commit_leaves_it_committed(large: LargeTable) -> None:
    large.connection.execute("SET merganser_automatic_compaction = true")
    large.connection.execute("SET merganser_automatic_maintenance_fraction = 'infinity'")
    large.connection.execute("BEGIN")
    large.connection.execute("INSERT INTO lake.t VALUES (-1, 'late', 0)")
    thread = large.begin("COMMIT", after_version=large.FILES + 1)
    large.connection.interrupt()
    thread.join()
    assert large.error is None
    assert large.operations() == ["WRITE"]
    large.connection.execute("BEGIN")
    large.connection.execute("INSERT INTO lake.t VALUES (-2, 'later', 0)")
    large.connection.execute("COMMIT")
    assert large.operations()[:2] == ["WRITE", "WRITE"]
    assert large.count() == large.FILES * 400000 + 2


def test_what_is_due_is_done(large: LargeTable) -> None:
    begin_behind_an_insert(large).join()
    assert large.error is None
    assert large.operations() == ["WRITE", "OPTIMIZE"]
    assert large.rival.execute("SELECT count(*), sum(num_records) FROM merganser_files('lake.t')").fetchall() == [
        (1, large.FILES * 400000 + 1)]


def test_a_process_that_goes_on_compacts_by_itself(extension: Path, tmp_path: Path) -> None:
    connection = open_lake(extension, tmp_path / "lake")
    connection.execute("RESET GLOBAL merganser_automatic_compaction")
    connection.execute("CREATE TABLE lake.t (id INTEGER)")
    count, optimized = 0, 0
    # As many as it takes to earn it: on a fast disk statements are short.
    while optimized == 0 and count < 5000:
        for n in range(count, count + 200):
            connection.execute(f"INSERT INTO lake.t VALUES ({n})")
        count += 200
        optimized = connection.execute("SELECT count(*) FROM merganser_history('lake.t') "
                                       "WHERE operation = 'OPTIMIZE'").fetchone()[0]
    assert connection.execute("SELECT count(*), sum(id) FROM lake.t").fetchall() == [(count, count * (count - 1) // 2)]
    assert 0 < optimized < 50
