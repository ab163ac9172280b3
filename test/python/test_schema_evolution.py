"""Schema evolution beside other writers, and through what the Python package has of statements."""

import threading
from pathlib import Path

import duckdb
import pytest

from contested_lake import ContestedLake, lake_of_three_rows

TURN_ON = "SET merganser_schema_evolution = true"


@pytest.fixture
def lake(extension: Path, tmp_path: Path) -> ContestedLake:
    lake = lake_of_three_rows(extension, tmp_path / "lake")
    lake.connection.execute(TURN_ON)
    lake.rival.execute(TURN_ON)
    return lake


def columns(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [row[0] for row in connection.execute("DESCRIBE lake.t").fetchall()]


def test_another_adds_the_same_column_meanwhile(lake: ContestedLake) -> None:
    lake.interfere("INSERT INTO lake.t BY NAME SELECT 4 AS id, 'theirs' AS note")
    lake.connection.execute("INSERT INTO lake.t BY NAME SELECT lose(5) AS id, 'ours' AS note")
    assert lake.calls == 2
    assert columns(lake.rival) == ["id", "v", "note"]
    assert lake.rows()[3:] == [(4, None, "theirs"), (5, None, "ours")]


def test_another_adds_another_column_meanwhile(lake: ContestedLake) -> None:
    lake.interfere("ALTER TABLE lake.t ADD COLUMN other DOUBLE")
    lake.connection.execute("""
        MERGE INTO lake.t USING (SELECT lose(1) AS id, 7 AS price) AS s ON t.id = s.id
        WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *""")
    assert lake.calls == 2
    assert columns(lake.rival) == ["id", "v", "other", "price"]
    assert lake.rows()[0] == (1, 10, None, 7)


def test_an_append_meanwhile_is_no_conflict(lake: ContestedLake) -> None:
    lake.interfere("INSERT INTO lake.t VALUES (4, 40)")
    lake.connection.execute("INSERT INTO lake.t BY NAME SELECT lose(5) AS id, 'ours' AS note")
    assert lake.calls == 1
    assert lake.rows()[3:] == [(4, 40, None), (5, None, "ours")]


def test_what_was_bound_in_vain_is_no_read(lake: ContestedLake) -> None:
    """A MERGE is bound more than once here; only the last binding says what was read."""
    lake.interfere("INSERT INTO lake.t VALUES (100, 1)")
    lake.connection.execute("""
        MERGE INTO lake.t USING (SELECT lose(1) AS id, 7 AS price) AS s ON t.id = s.id AND t.id < 50
        WHEN MATCHED THEN UPDATE""")
    assert lake.calls == 1
    assert lake.rows()[0] == (1, 10, 7)


def test_threads_add_the_same_columns(lake: ContestedLake) -> None:
    writers, rounds = 4, 5
    problems: list[Exception] = []

    def write(number: int) -> None:
        cursor = lake.connection.cursor()
        cursor.execute(TURN_ON)
        try:
            for i in range(rounds):
                cursor.execute(f"INSERT INTO lake.t BY NAME SELECT {number} AS id, {number} AS c{i}")
        except Exception as problem:  # noqa: BLE001
            problems.append(problem)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(10, 10 + writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert sorted(columns(lake.rival)) == sorted(["id", "v"] + [f"c{i}" for i in range(rounds)])
    counts = lake.rival.execute(f"SELECT {', '.join(f'count(c{i})' for i in range(rounds))} FROM lake.t").fetchone()
    assert counts == (writers,) * rounds


def test_parameters_give_new_columns_their_types(lake: ContestedLake) -> None:
    insert = "INSERT INTO lake.t BY NAME SELECT ?::INTEGER AS id, ? AS note"
    lake.connection.execute(insert, [4, "x"])
    lake.connection.executemany("INSERT INTO lake.t BY NAME SELECT ?::INTEGER AS id, ?::DOUBLE AS price",
                                [[5, 1.5], [6, 2.5]])
    lake.connection.execute("INSERT INTO lake.t BY NAME SELECT $id AS id, $more AS more", {"id": 7, "more": 9})
    lake.connection.execute("""
        MERGE INTO lake.t USING (SELECT 7 AS id, $1 AS more) s USING (id) WHEN MATCHED THEN UPDATE""", [8])
    assert columns(lake.rival) == ["id", "v", "note", "price", "more"]
    assert lake.rows()[3:] == [(4, None, "x", None, None), (5, None, None, 1.5, None), (6, None, None, 2.5, None),
                               (7, None, None, None, 8)]


def test_a_prepared_parameter_is_of_the_type_of_its_first_value(lake: ContestedLake) -> None:
    insert = "INSERT INTO lake.t BY NAME SELECT ?::INTEGER AS id, ? AS note"
    with pytest.raises(duckdb.BinderException, match='new column "note" has no type.*Cast it'):
        lake.connection.execute(insert, [4, None])
    assert columns(lake.rival) == ["id", "v"]
    lake.connection.executemany(insert, [[4, "x"], [5, None]])
    assert lake.rows()[3:] == [(4, None, "x"), (5, None, None)]


def test_a_relation_of_the_client_brings_columns(lake: ContestedLake) -> None:
    rows = lake.connection.sql("SELECT 4 AS id, 'x' AS note")
    lake.connection.execute("INSERT INTO lake.t BY NAME FROM rows")
    assert rows is not None
    assert lake.rows()[3:] == [(4, None, "x")]


def test_execute_of_a_prepared_statement(lake: ContestedLake) -> None:
    lake.connection.execute("PREPARE p AS INSERT INTO lake.t BY NAME SELECT $1::INTEGER AS id, 'x' AS note")
    assert columns(lake.rival) == ["id", "v"]
    with pytest.raises(duckdb.BinderException, match='does not have a column with name "note"'):
        # Here the client prepares EXECUTE itself: there is no query yet whose text could be asked for.
        lake.connection.executemany("EXECUTE p(4)", [[]])
    lake.connection.execute("EXECUTE p(4)")
    lake.connection.execute("EXECUTE p(5)")
    assert lake.rows()[3:] == [(4, None, "x"), (5, None, "x")]


def test_several_statements_in_one_text(lake: ContestedLake) -> None:
    lake.connection.execute("""
        INSERT INTO lake.t BY NAME SELECT 4 AS id, 'x' AS note;
        INSERT INTO lake.t BY NAME SELECT 5 AS id, 1 AS price; SELECT 1""")
    assert lake.rows()[3:] == [(4, None, "x", None), (5, None, None, 1)]
