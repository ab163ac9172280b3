"""Identity columns with several writers at once: no number is given out twice, none is left out."""

from pathlib import Path

from contested_lake import ContestedLake
from lakes import open_lake
from processes import finish, run_script

WRITERS = 4
ROUNDS = 3
WRITER = """
import duckdb, sys
extension, lake, writer, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
con = duckdb.connect(config={"allow_unsigned_extensions": "true", "threads": "1"})
con.execute(f"LOAD '{extension}'")
con.execute(f"ATTACH '{lake}' AS lake (TYPE merganser)")
for n in range(rounds):
    con.execute(f"INSERT INTO lake.t (writer) VALUES ({writer}), ({writer})")
    merge = f"MERGE INTO lake.t USING (SELECT {writer} AS w) ON false WHEN NOT MATCHED THEN INSERT (writer) VALUES (w)"
    con.execute(merge)
"""


def test_processes_insert_at_once(extension: Path, tmp_path: Path) -> None:
    connection = open_lake(extension, tmp_path / "lake")
    connection.execute("CREATE TABLE lake.t (id BIGINT GENERATED ALWAYS AS (identity()), writer INTEGER)")
    writers = [run_script(WRITER, extension, tmp_path / "lake", n, ROUNDS) for n in range(WRITERS)]
    finish(writers)
    rows = connection.execute("SELECT id, writer FROM lake.t ORDER BY id").fetchall()
    assert [row[0] for row in rows] == list(range(1, WRITERS * ROUNDS * 3 + 1))
    assert sorted(row[1] for row in rows) == sorted([n for n in range(WRITERS)] * ROUNDS * 3)


def test_statement_is_run_again_on_the_winners_numbers(extension: Path, tmp_path: Path) -> None:
    lake = ContestedLake(extension, tmp_path / "lake")
    lake.connection.execute("CREATE TABLE lake.t (id BIGINT GENERATED ALWAYS AS (identity()), v INTEGER)")
    lake.interfere("INSERT INTO lake.t (v) VALUES (1), (2)")
    assert lake.connection.execute("INSERT INTO lake.t (v) SELECT lose(3) RETURNING id").fetchall() == [(3,)]
    assert lake.calls == 2
    assert lake.rows() == [(1, 1), (2, 2), (3, 3)]


def test_threads_of_one_statement(extension: Path, tmp_path: Path) -> None:
    connection = open_lake(extension, tmp_path / "lake")
    connection.execute("SET threads = 4")
    connection.execute("CREATE TABLE source AS SELECT range AS v FROM range(500000)")
    connection.execute("CREATE TABLE lake.t (id BIGINT DEFAULT identity(7, 3), v BIGINT)")
    connection.execute("INSERT INTO lake.t (v) FROM source")
    counted = connection.execute("SELECT count(DISTINCT id), min(id), max(id) FROM lake.t").fetchone()
    assert counted == (500000, 7, 7 + 3 * 499999)
    # Rows in an order get numbers in that order.
    connection.execute("INSERT INTO lake.t (v) FROM source ORDER BY v DESC LIMIT 100000")
    query = f"SELECT v FROM lake.t WHERE id > {counted[2]} ORDER BY id"
    assert connection.execute(query).fetchall() == [(v,) for v in range(499999, 399999, -1)]
