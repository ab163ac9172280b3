"""What went wrong for users elsewhere, and what happens here: one scenario a test, always beside a second writer.

The rival has a DuckDB of its own and commits in the middle of the statement under test: whenever the statement calls
`lose`. How each scenario ends is in the test's first line: the statement *survives* (committed as it was made), is
*run again* on the new version, or is *refused* with an error and has changed nothing.
"""

import threading
from pathlib import Path

import duckdb
import pytest

from contested_lake import ContestedLake

# Elsewhere it never ended; here it takes a second.
MERGE_SECONDS_MAX = 120

MERGE_BY_KEY = """
    MERGE INTO lake.t AS t USING (SELECT 0 AS p, 5 AS id, lose(1) AS v UNION ALL SELECT 0, 5000, 1) AS s ON t.id = s.id
    WHEN MATCHED THEN UPDATE SET v = s.v WHEN NOT MATCHED THEN INSERT"""
INSERT_ONLY_MERGE = """
    MERGE INTO lake.t AS t USING (SELECT 0 AS p, 5 AS id, lose(1) AS v UNION ALL SELECT 0, 5000, 1) AS s
    ON t.id = s.id {literal} WHEN NOT MATCHED THEN INSERT"""
APPEND_TO_ANOTHER_PARTITION = "INSERT INTO lake.t VALUES (1, 9000, 7)"

#: One row, which the MERGE by key has nothing to do with; what the sum of v is after it.
UNRELATED_CHANGES = {
    "update": ("UPDATE lake.t SET v = 7 WHERE id = 1500", 7),
    "delete": ("DELETE FROM lake.t WHERE id = 1500", 0),
    "merge": ("MERGE INTO lake.t AS t USING (SELECT 1500 AS id) AS s USING (id) WHEN MATCHED THEN UPDATE SET v = 7", 7),
}
LAYOUTS = {"plain": "", "partitioned": "PARTITIONED BY (p)"}


@pytest.fixture(params=LAYOUTS)
def layout(request: pytest.FixtureRequest) -> str:
    return LAYOUTS[request.param]


@pytest.fixture
def empty_lake(extension: Path, tmp_path: Path) -> ContestedLake:
    return ContestedLake(extension, tmp_path / "lake")


def fill(lake: ContestedLake, layout: str) -> None:
    """Rows 0 to 999 in p = 0, 1000 to 1999 in p = 1; v is 0."""
    lake.connection.execute(f"""
        CREATE TABLE lake.t {layout} AS
        SELECT i::INTEGER // 1000 AS p, i::INTEGER AS id, 0 AS v FROM range(2000) r(i)""")


@pytest.fixture
def lake(empty_lake: ContestedLake) -> ContestedLake:
    """A table of two partitions."""
    fill(empty_lake, "PARTITIONED BY (p)")
    return empty_lake


def totals(lake: ContestedLake) -> tuple:
    """How many rows, how many different ones, and the sum of v, as the rival sees them."""
    return lake.rival.execute("SELECT count(*), count(DISTINCT id), sum(v) FROM lake.t").fetchone()


def check_refused_commit(lake: ContestedLake) -> None:
    """COMMIT names the winner and leaves the rival's version as the newest one."""
    before, version = lake.rows(), lake.versions()
    with pytest.raises(duckdb.TransactionException, match=rf"version {version} \(.* was first"):
        lake.connection.execute("COMMIT")
    assert (lake.rows(), lake.versions()) == (before, version)


# --- (a) a MERGE on the key alone against a change of one unrelated row ------------------------------------------


@pytest.mark.parametrize("change", UNRELATED_CHANGES)
def test_merge_by_key_beside_a_change_of_an_unrelated_row(empty_lake: ContestedLake, layout: str, change: str) -> None:
    """Survives where the row is in a file that can hold none of its keys; in the same file it is run again."""
    fill(empty_lake, layout)
    statement, v = UNRELATED_CHANGES[change]
    empty_lake.interfere(statement)
    assert empty_lake.connection.execute(MERGE_BY_KEY).fetchone() == (2,)
    assert empty_lake.calls == (1 if layout else 2)
    rows = 2001 - (change == "delete")
    assert totals(empty_lake) == (rows, rows, 2 + v)


@pytest.mark.parametrize("change", UNRELATED_CHANGES)
def test_merge_by_key_in_a_transaction_beside_a_change_of_an_unrelated_row(empty_lake: ContestedLake, layout: str,
                                                                          change: str) -> None:
    """Survives in another file; in the same file it is refused at COMMIT: what the client read in between cannot be
    read for it again."""
    fill(empty_lake, layout)
    statement, v = UNRELATED_CHANGES[change]
    empty_lake.interfere(statement)
    empty_lake.connection.execute("BEGIN")
    empty_lake.connection.execute(MERGE_BY_KEY)
    if not layout:
        check_refused_commit(empty_lake)
        return
    empty_lake.connection.execute("COMMIT")
    rows = 2001 - (change == "delete")
    assert totals(empty_lake) == (rows, rows, 2 + v)


@pytest.mark.parametrize("statement", ["INSERT INTO lake.t VALUES (1, 5000, 7)", "DELETE FROM lake.t WHERE id = 5",
                                       "UPDATE lake.t SET id = 5000 WHERE id = 1500"])
def test_merge_by_key_beside_a_change_of_one_of_its_keys(lake: ContestedLake, statement: str) -> None:
    """Run again: it then updates the row that it would have inserted a second time, or inserts the one that is gone."""
    lake.interfere(statement)
    assert lake.connection.execute(MERGE_BY_KEY).fetchone() == (2,)
    assert lake.calls == 2
    rows = 2001 if "DELETE" in statement else 2000 + ("INSERT" in statement)
    assert totals(lake)[:2] == (rows, rows)
    assert lake.rival.execute("SELECT id, v FROM lake.t WHERE id IN (5, 5000) ORDER BY id").fetchall() == [(5, 1),
                                                                                                       (5000, 1)]


SELF_MERGE = """
    MERGE INTO lake.t AS t USING (SELECT id + lose(1) * 0 AS id FROM lake.t WHERE v = 7) AS s ON t.id = s.id
    WHEN MATCHED THEN UPDATE SET v = 8"""


def test_merge_from_the_table_itself_sees_what_its_source_would_read_now(lake: ContestedLake) -> None:
    """Run again: a row that the rival has added is none of the target's keys so far, but one of the source's."""
    lake.connection.execute("UPDATE lake.t SET v = 7 WHERE id = 5")
    lake.interfere("INSERT INTO lake.t VALUES (1, 9000, 7)")
    lake.connection.execute(SELF_MERGE)
    assert lake.calls > 1
    assert lake.rival.execute("SELECT id FROM lake.t WHERE v = 8 ORDER BY id").fetchall() == [(5,), (9000,)]


# --- (b) REPLACE WHERE and an insert-only MERGE against an append to another partition ---------------------------


def test_replace_where_beside_an_append_to_another_partition(lake: ContestedLake) -> None:
    """Survives: DELETE … WHERE p = 0 has read one partition."""
    lake.connection.execute("BEGIN")
    lake.connection.execute("DELETE FROM lake.t WHERE p = 0")
    lake.connection.execute("INSERT INTO lake.t SELECT 0, i, 1 FROM range(10) r(i)")
    lake.rival.execute(APPEND_TO_ANOTHER_PARTITION)
    lake.connection.execute("COMMIT")
    rows = lake.rival.execute("SELECT p, count(*), sum(v) FROM lake.t GROUP BY p ORDER BY p").fetchall()
    assert rows == [(0, 10, 10), (1, 1001, 7)]


def test_replace_where_beside_an_append_to_the_same_partition(lake: ContestedLake) -> None:
    """Refused at COMMIT: the appended row would have been deleted."""
    lake.connection.execute("BEGIN")
    lake.connection.execute("DELETE FROM lake.t WHERE p = 0")
    lake.connection.execute("INSERT INTO lake.t SELECT 0, i, 1 FROM range(10) r(i)")
    lake.rival.execute("INSERT INTO lake.t VALUES (0, 9000, 7)")
    check_refused_commit(lake)


@pytest.mark.parametrize("literal", ["AND t.p = 0", ""], ids=["with partition literal", "by key"])
def test_insert_only_merge_beside_an_append_to_another_partition(lake: ContestedLake, literal: str) -> None:
    """Survives: the appended key is none of its own."""
    lake.interfere(APPEND_TO_ANOTHER_PARTITION)
    assert lake.connection.execute(INSERT_ONLY_MERGE.format(literal=literal)).fetchone() == (1,)
    assert lake.calls == 1
    assert totals(lake) == (2002, 2002, 8)


# --- (c) a table that is inserted into itself through a view or a macro ------------------------------------------

DETOURS = {
    "temporary view": ("CREATE TEMP VIEW mine AS FROM lake.t", "mine"),
    "stored view": ("CREATE VIEW lake.mine AS FROM lake.t", "lake.mine"),
    "macro": ("CREATE TEMP MACRO mine() AS TABLE FROM lake.t", "mine()"),
    "macro over a view": ("CREATE TEMP VIEW seen AS FROM lake.t; CREATE TEMP MACRO mine() AS TABLE FROM seen",
                          "mine()"),
}


@pytest.mark.parametrize("detour", DETOURS)
def test_self_insert_through_a_view_or_macro_doubles_nothing(lake: ContestedLake, detour: str) -> None:
    """Run again: it then finds the row that the rival has inserted meanwhile, and inserts nothing."""
    setup, name = DETOURS[detour]
    lake.connection.execute(setup)
    insert = "INSERT INTO {} SELECT 0, 9000, {} WHERE NOT EXISTS (FROM {} WHERE id = 9000)"
    lake.interfere(insert.format("lake.t", "7", "lake.t"))
    assert lake.connection.execute(insert.format("lake.t", "lose(7)", name)).fetchone() == (0,)
    assert totals(lake) == (2001, 2001, 7)


@pytest.mark.parametrize("detour", DETOURS)
def test_self_insert_in_a_transaction_is_refused(lake: ContestedLake, detour: str) -> None:
    """Refused at COMMIT: the copy would lack the rival's row."""
    setup, name = DETOURS[detour]
    lake.connection.execute(setup)
    lake.connection.execute("BEGIN")
    lake.connection.execute(f"INSERT INTO lake.t SELECT p, id + 10000, v FROM {name}")
    lake.rival.execute(APPEND_TO_ANOTHER_PARTITION)
    check_refused_commit(lake)


# --- (d) a source that holds a key twice, beside NOT MATCHED BY SOURCE -------------------------------------------


@pytest.mark.parametrize("by_source", ["DELETE", "UPDATE SET v = -1"])
def test_merge_with_doubled_keys_and_a_by_source_clause(empty_lake: ContestedLake, by_source: str) -> None:
    """Refused, with the key in the message: ten rows stay ten, in the rival's eyes too."""
    empty_lake.connection.execute("CREATE TABLE lake.t AS SELECT i::INTEGER AS id, 0 AS v FROM range(10) r(i)")
    empty_lake.interfere("UPDATE lake.t SET v = 7 WHERE id = 3")
    with pytest.raises(duckdb.InvalidInputException, match=r"more than one row of the source changes the row \(id = "):
        empty_lake.connection.execute(f"""
            MERGE INTO lake.t AS t USING (SELECT id, lose(1) AS v FROM range(10) r(id), range(2)) AS s ON t.id = s.id
            WHEN MATCHED THEN UPDATE SET v = s.v WHEN NOT MATCHED BY SOURCE THEN {by_source}""")
    assert empty_lake.rows() == [(i, 7 * (i == 3)) for i in range(10)]
    assert empty_lake.versions() == 1


# --- (e) a read-only session ------------------------------------------------------------------------------------

CHANGES = [
    "DROP TABLE lake.t", "ALTER TABLE lake.t ADD COLUMN x INTEGER", "ALTER TABLE lake.t RENAME TO u",
    "WITH gone AS (SELECT 5 AS id) DELETE FROM lake.t USING gone WHERE t.id = gone.id",
    "WITH more AS (SELECT 0, 9000, 1) INSERT INTO lake.t FROM more",
    "WITH new AS (SELECT 5 AS id) UPDATE lake.t SET v = 1 FROM new WHERE t.id = new.id",
    "MERGE INTO lake.t USING (SELECT 5 AS id) AS s USING (id) WHEN MATCHED THEN DELETE", "TRUNCATE lake.t",
]


@pytest.mark.parametrize("begin", ["", "BEGIN"], ids=["alone", "in a transaction"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_read_only_session_changes_nothing(lake: ContestedLake, change: str, begin: str) -> None:
    """Refused, and the session goes on to see what others commit."""
    session = lake.connection
    session.execute(f"DETACH lake; ATTACH '{lake.folder}' AS lake (TYPE merganser, READ_ONLY); {begin}")
    with pytest.raises(duckdb.InvalidInputException, match="read-only"):
        session.execute(change)
    if begin:
        session.execute("ROLLBACK")
    assert (totals(lake), lake.versions()) == ((2000, 2000, 0), 0)
    lake.rival.execute(APPEND_TO_ANOTHER_PARTITION)
    assert session.execute("SELECT count(*) FROM lake.t").fetchone() == (2001,)


# --- (f) BEGIN; WITH … INSERT; ROLLBACK --------------------------------------------------------------------------


def test_rollback_takes_an_insert_with_a_cte_back(lake: ContestedLake) -> None:
    """Nothing is kept: the rival never sees the row, and no file of it is left."""
    files = set(lake.folder.rglob("*.parquet"))
    lake.connection.execute("BEGIN")
    statement = "WITH more AS (SELECT 0, 9000, 1) INSERT INTO lake.t FROM more"
    assert lake.connection.execute(statement).fetchone() == (1,)
    assert lake.connection.execute("SELECT count(*) FROM lake.t").fetchone() == (2001,)
    assert totals(lake) == (2000, 2000, 0)
    lake.connection.execute("ROLLBACK")
    assert lake.connection.execute("SELECT count(*) FROM lake.t").fetchone() == (2000,)
    assert (totals(lake), lake.versions()) == ((2000, 2000, 0), 0)
    assert set(lake.folder.rglob("*.parquet")) == files


# --- (g) a large MERGE with a partition literal ------------------------------------------------------------------


def test_large_merge_with_a_partition_literal_ends(empty_lake: ContestedLake) -> None:
    """Survives an append to another partition, and ends: 120 000 rows into 300 000, a tenth of what was measured."""
    connection = empty_lake.connection
    connection.execute("""
        CREATE TABLE lake.t PARTITIONED BY (p) AS
        SELECT i % 2 AS p, i AS id, 'text of row ' || i AS name FROM range(300_000) r(i)""")
    empty_lake.interfere("INSERT INTO lake.t VALUES (1, -1, 'rival')")
    connection.execute("""
        CREATE TEMP TABLE s AS SELECT 0 AS p, i * 2 AS id, 'merged ' || i AS name FROM range(60_001, 180_000) r(i)""")
    timer = threading.Timer(MERGE_SECONDS_MAX, connection.interrupt)
    timer.start()
    count = connection.execute("""
        MERGE INTO lake.t AS t USING (FROM s UNION ALL SELECT 0, lose(120_000), 'merged 60000') AS s
        ON t.id = s.id AND t.p = 0
        WHEN MATCHED THEN UPDATE SET name = s.name WHEN NOT MATCHED THEN INSERT""").fetchone()
    timer.cancel()
    assert (count, empty_lake.calls) == ((120_000,), 1)
    rows = empty_lake.rival.execute("""
        SELECT p, count(*), count(DISTINCT id), count(*) FILTER (name = 'merged ' || id // 2),
               count(*) FILTER (name = 'text of row ' || id) FROM lake.t GROUP BY p ORDER BY p""").fetchall()
    assert rows == [(0, 180_000, 180_000, 120_000, 60_000), (1, 150_001, 150_001, 0, 150_000)]
