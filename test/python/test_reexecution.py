"""Statements that lose their commit are run again, and their clients see only the execution that committed.

A loser is made by a function that DuckDB calls while the statement runs: it commits to the same table through a second
instance, as another process would.
"""

import threading
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from contested_lake import ContestedLake, lake_of_three_rows


@pytest.fixture
def lake(extension: Path, tmp_path: Path) -> ContestedLake:
    return lake_of_three_rows(extension, tmp_path / "lake")


def test_update_sees_the_winner(lake: ContestedLake):
    lake.interfere("UPDATE lake.t SET v = v + 100 WHERE id = 1")
    count = lake.connection.execute("UPDATE lake.t SET v = v + lose(1) WHERE id = 1").fetchone()
    assert count == (1,)
    assert lake.rows() == [(1, 111), (2, 20), (3, 30)]
    assert lake.calls == 2


def test_delete_counts_what_the_last_execution_deleted(lake: ContestedLake):
    lake.interfere("INSERT INTO lake.t VALUES (4, 40)")
    assert lake.connection.execute("DELETE FROM lake.t WHERE v >= 20 * lose(1)").fetchone() == (3,)
    assert lake.rows() == [(1, 10)]


def test_merge_returns_the_rows_that_were_committed(lake: ContestedLake):
    lake.interfere("INSERT INTO lake.t VALUES (9, 90)")
    rows = lake.connection.execute("""
        MERGE INTO lake.t USING (SELECT 9 AS id, lose(1) AS v) AS s USING (id)
        WHEN MATCHED THEN UPDATE SET v = t.v + s.v WHEN NOT MATCHED THEN INSERT
        RETURNING merge_action, id, v""").fetchall()
    assert rows == [("UPDATE", 9, 91)]
    assert lake.rows()[-1] == (9, 91)


def test_insert_from_itself_is_fenced(lake: ContestedLake):
    lake.interfere("INSERT INTO lake.t VALUES (4, 40)")
    lake.connection.execute("CREATE TEMP VIEW mine AS FROM lake.t")
    assert lake.connection.execute("INSERT INTO lake.t SELECT id + 10 * lose(1), v FROM mine").fetchone() == (4,)
    assert len(lake.rows()) == 8


def test_a_blind_insert_is_not_run_again(lake: ContestedLake):
    lake.interfere("INSERT INTO lake.t VALUES (4, 40)")
    assert lake.connection.execute("INSERT INTO lake.t SELECT lose(5), 50").fetchone() == (1,)
    assert lake.calls == 1
    assert lake.rows()[-2:] == [(4, 40), (5, 50)]


def test_create_or_replace_is_run_again(lake: ContestedLake):
    lake.interfere("INSERT INTO lake.t VALUES (4, 40)")
    lake.connection.execute("CREATE OR REPLACE TABLE lake.t AS SELECT id, v * lose(2) AS v FROM lake.t")
    assert lake.rows() == [(1, 20), (2, 40), (3, 60), (4, 80)]


PASSED_ON = {
    "temporary table": (["CREATE TEMP TABLE s AS SELECT 2 AS id"],
                        "UPDATE lake.t SET v = lose(7) FROM s WHERE t.id = s.id", None),
    "search path": (["USE lake"], "UPDATE t SET v = lose(7) WHERE id = 2", None),
    "variable": (["SET VARIABLE wanted = 2"], "UPDATE lake.t SET v = lose(7) WHERE id = getvariable('wanted')", None),
    "setting": (["SET TimeZone = 'Asia/Tokyo'"],
                "UPDATE lake.t SET v = lose(7) WHERE id = 2 AND current_setting('TimeZone') = 'Asia/Tokyo'", None),
    "positional parameter": ([], "UPDATE lake.t SET v = lose($1) WHERE id = $2", [7, 2]),
    "question marks": ([], "UPDATE lake.t SET v = lose(?) WHERE id = ?", [7, 2]),
    "named parameter": ([], "UPDATE lake.t SET v = lose($v) WHERE id = $id", {"v": 7, "id": 2}),
    "EXECUTE": (["PREPARE p AS UPDATE lake.t SET v = lose($1) WHERE id = $2"], "EXECUTE p(7, 2)", None),
    "second of a string": ([], "SELECT 1; UPDATE lake.t SET v = lose(7) WHERE id = 2", None),
    "without optimizer": (["PRAGMA disable_optimizer"], "UPDATE lake.t SET v = lose(7) WHERE id = 2", None),
    "CTE": ([], "WITH s AS (SELECT 2 AS id) UPDATE lake.t SET v = lose(7) FROM s WHERE t.id = s.id", None),
}


@pytest.mark.parametrize("name", PASSED_ON)
def test_what_the_connection_knows_is_passed_on(lake: ContestedLake, name: str):
    before, statement, parameters = PASSED_ON[name]
    lake.interfere("UPDATE lake.t SET v = 99 WHERE id = 3")
    for sql in before:
        lake.connection.execute(sql)
    count = lake.connection.execute(statement, parameters).fetchone()
    assert count == (1,)
    assert lake.calls == 2
    assert lake.rows() == [(1, 10), (2, 7), (3, 99)]


def test_executemany(lake: ContestedLake):
    lake.interfere("UPDATE lake.t SET v = 98 WHERE id = 3", None, "UPDATE lake.t SET v = 99 WHERE id = 3")
    lake.connection.executemany("UPDATE lake.t SET v = lose($1) WHERE id = $2", [[7, 1], [8, 2]])
    assert lake.rows() == [(1, 7), (2, 8), (3, 99)]
    assert lake.calls == 4


def test_inside_a_transaction_the_conflict_is_raised(lake: ContestedLake):
    lake.interfere("UPDATE lake.t SET v = 99 WHERE id = 1")
    lake.connection.execute("BEGIN")
    lake.connection.execute("UPDATE lake.t SET v = lose(7) WHERE id = 1")
    with pytest.raises(duckdb.TransactionException) as error:
        lake.connection.execute("COMMIT")
    for part in ("lake.main.t", "version 1", "version 2 (UPDATE by Merganser", "Run the statement again"):
        assert part in str(error.value)
    assert lake.rows() == [(1, 99), (2, 20), (3, 30)]
    assert lake.calls == 1
    # The connection goes on.
    assert lake.connection.execute("SELECT sum(v) FROM lake.t").fetchone() == (149,)


def test_attempts_are_bounded(lake: ContestedLake):
    lake.connection.execute("SET merganser_reexecutions = 2")
    lake.interfere(always="UPDATE lake.t SET v = v + 1 WHERE id = 1")
    with pytest.raises(duckdb.TransactionException, match="was first"):
        lake.connection.execute("UPDATE lake.t SET v = lose(7) WHERE id = 1")
    assert lake.calls == 3
    assert lake.rows() == [(1, 13), (2, 20), (3, 30)]


def test_zero_turns_it_off(lake: ContestedLake):
    lake.connection.execute("SET merganser_reexecutions = 0")
    lake.interfere("UPDATE lake.t SET v = 99 WHERE id = 1")
    with pytest.raises(duckdb.TransactionException, match="was first"):
        lake.connection.execute("UPDATE lake.t SET v = lose(7) WHERE id = 1")
    assert lake.calls == 1


def test_a_returning_expression_that_fails_commits_nothing(lake: ContestedLake):
    version = lake.versions()
    with pytest.raises(duckdb.ConversionException):
        lake.connection.execute("UPDATE lake.t SET v = 7 WHERE id = 1 RETURNING ('x' || v)::INTEGER")
    assert lake.versions() == version
    assert lake.rows() == [(1, 10), (2, 20), (3, 30)]


def test_a_frame_only_source_raises_the_conflict(lake: ContestedLake):
    lake.interfere("UPDATE lake.t SET v = 99 WHERE id = 3")
    source = lake.connection.sql("SELECT 2 AS id")  # noqa: F841, read by name
    with pytest.raises(duckdb.TransactionException, match="was first"):
        lake.connection.execute("UPDATE lake.t SET v = lose(7) FROM source WHERE t.id = source.id")
    assert lake.rows() == [(1, 10), (2, 20), (3, 99)]


def test_a_relation_raises_the_conflict(lake: ContestedLake):
    # DuckDB has no text of it: it must neither be lost nor be taken for another statement.
    lake.interfere("UPDATE lake.t SET v = 99 WHERE id = 3")
    lake.connection.execute("SELECT 1")
    rows = lake.connection.sql("SELECT id + 10 * lose(1) AS id, v FROM lake.t")
    with pytest.raises(duckdb.TransactionException, match="was first"):
        rows.insert_into("lake.main.t")
    assert lake.rows() == [(1, 10), (2, 20), (3, 99)]


def test_an_error_of_the_second_execution_is_shown(lake: ContestedLake):
    lake.interfere("INSERT INTO lake.t VALUES (2, 0)")
    with pytest.raises(duckdb.InvalidInputException, match="error on the second run"):
        lake.connection.execute(
            "UPDATE lake.t SET v = CASE WHEN v = 0 THEN error('error on the second run') ELSE lose(7) END WHERE id = 2")
    assert lake.rows() == [(1, 10), (2, 0), (2, 20), (3, 30)]


def test_interrupt_reaches_the_second_execution(lake: ContestedLake):
    def lose(value: int) -> int:
        lake.calls += 1
        lake.rival.execute("UPDATE lake.t SET v = 99 WHERE id = 3")
        threading.Timer(0.5, lake.connection.interrupt).start()
        return value

    lake.connection.create_function("lose", lose, [duckdb.sqltypes.INTEGER], duckdb.sqltypes.INTEGER,
                                    side_effects=True)
    with pytest.raises(duckdb.InterruptException):
        # Only the second execution counts long: it sees the 99.
        lake.connection.execute("""
            UPDATE lake.t SET v = lose(7)
            FROM (SELECT count(*) AS n FROM (SELECT CASE WHEN max(v) = 99 THEN 100000000000 ELSE 1 END AS n
                                             FROM lake.t) AS q, range(q.n) AS r(i) WHERE hash(i) <> 0) AS x
            WHERE id = x.n - x.n + 1""")
    assert lake.calls == 1
    assert lake.rows() == [(1, 10), (2, 20), (3, 99)]


def test_the_lost_attempts_files_are_deleted(lake: ContestedLake):
    lake.interfere("UPDATE lake.t SET v = 99 WHERE id = 3")
    lake.connection.execute("UPDATE lake.t SET v = lose(7) WHERE id = 1")
    files = {path.name for path in (lake.folder / "main/t").glob("*.parquet")}
    listed = lake.rival.execute("SELECT DISTINCT filename FROM lake.t").fetchall()
    # The live ones, and those of earlier versions: none that no version knows.
    assert {Path(name).name for (name,) in listed} <= files
    assert len(files) == 3


def test_a_connection_that_may_be_stale_sees_the_winner(lake: ContestedLake):
    lake.connection.execute(f"ATTACH '{lake.folder}' AS stale (TYPE merganser, max_staleness '1 hour')")
    assert lake.connection.execute("SELECT sum(v) FROM stale.t").fetchone() == (60,)
    lake.interfere("UPDATE lake.t SET v = v + 100 WHERE id = 1")
    assert lake.connection.execute("UPDATE stale.t SET v = v + lose(1) WHERE id = 1").fetchone() == (1,)
    assert lake.rows() == [(1, 111), (2, 20), (3, 30)]
    assert lake.calls == 2


def test_a_dropped_table_is_not_run_again(lake: ContestedLake):
    lake.interfere("DROP TABLE lake.t")
    # Its files may go while they are read.
    with pytest.raises(duckdb.Error, match="dropped|is missing"):
        lake.connection.execute("UPDATE lake.t SET v = lose(7) WHERE id = 1")
    assert lake.calls == 1


def run_threads(work: list[Callable[[], None]]) -> None:
    errors: list[BaseException] = []

    def run(each: Callable[[], None]) -> None:
        try:
            each()
        except BaseException as error:  # noqa: BLE001, handed to the test
            errors.append(error)

    threads = [threading.Thread(target=run, args=(each,)) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors, errors


def test_threads_of_one_process(lake: ContestedLake):
    lake.rival.execute("CREATE TABLE lake.counter AS SELECT 0 AS n")

    def count_up() -> None:
        cursor = lake.connection.cursor()
        for _ in range(15):
            assert cursor.execute("UPDATE lake.counter SET n = n + 1").fetchone() == (1,)

    run_threads([count_up] * 4)
    assert lake.connection.execute("FROM lake.counter").fetchall() == [(60,)]
