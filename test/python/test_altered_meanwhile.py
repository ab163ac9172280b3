"""delta-rs alters the table while a statement or a transaction of ours runs: what docs/sql.md, "Transactions", says.

A property or schema that another changed is a conflict: a statement outside of BEGIN is run again; a transaction is
refused, and its error says what was changed. What is no conflict is in test/interop/test_spark_changes.py: delta-rs
1.6.6 forgets the features of the table's old protocol when it adds one.
"""

import threading
from collections.abc import Callable
from pathlib import Path

import deltalake
import duckdb
import pytest
from deltalake import DeltaTable, Field
from deltalake.schema import PrimitiveType

from contested_lake import ContestedLake, lake_of_three_rows

Alter = Callable[[deltalake.table.TableAlterer], None]


#: What delta-rs does, and what our error calls it.
CONFLICTS: dict[str, tuple[Alter, str]] = {
    "log retention": (lambda alter: alter.set_table_properties({"delta.logRetentionDuration": "interval 60 days"}),
                      "it changed the table's property delta.logRetentionDuration"),
    "a property of its own": (lambda alter: alter.set_table_properties({"owner": "ann"}, raise_if_not_exists=False),
                              "it changed the table's property owner"),
    "description": (lambda alter: alter.set_table_description("rows"), "it changed the table's name or description"),
    "column added": (lambda alter: alter.add_columns([Field("w", PrimitiveType("string"))]),
                     "it changed the table's schema"),
}
STATEMENTS = {
    "blind insert": "INSERT INTO lake.t BY NAME SELECT lose(4) AS id, 40 AS v",
    "update": "UPDATE lake.t SET v = v + lose(30) WHERE id = 1",
}
ROWS = {"blind insert": [(1, 10), (2, 20), (3, 30), (4, 40)], "update": [(1, 40), (2, 20), (3, 30)]}


@pytest.fixture
def lake(extension: Path, tmp_path: Path) -> ContestedLake:
    return lake_of_three_rows(extension, tmp_path / "lake")


def alter_meanwhile(lake: ContestedLake, alter: Alter) -> None:
    """Lets delta-rs alter the table when `lose` is called first."""
    lake.interfere(lambda: alter(DeltaTable(str(lake.folder / "main/t")).alter))


def rows(lake: ContestedLake) -> list[tuple]:
    return lake.rival.execute("SELECT id, v FROM lake.t ORDER BY id").fetchall()


@pytest.mark.parametrize("change", CONFLICTS)
@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_statement_is_run_again(lake: ContestedLake, statement: str, change: str) -> None:
    alter_meanwhile(lake, CONFLICTS[change][0])
    assert lake.connection.execute(STATEMENTS[statement]).fetchone() == (1,)
    assert lake.calls == 2
    assert (rows(lake), lake.versions()) == (ROWS[statement], 3)


@pytest.mark.parametrize("change", CONFLICTS)
@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_transaction_is_refused(lake: ContestedLake, statement: str, change: str) -> None:
    alter, reason = CONFLICTS[change]
    alter_meanwhile(lake, alter)
    lake.connection.execute("BEGIN")
    lake.connection.execute(STATEMENTS[statement])
    with pytest.raises(duckdb.TransactionException) as error:
        lake.connection.execute("COMMIT")
    assert "version 2 (" in str(error.value) and reason in str(error.value)
    assert (rows(lake), lake.versions()) == ([(1, 10), (2, 20), (3, 30)], 2)
    # The transaction is over and can be made again, on what the other one wrote.
    lake.connection.execute(STATEMENTS[statement])
    assert rows(lake) == ROWS[statement]


def test_every_row_has_the_default_of_an_added_column(lake: ContestedLake) -> None:
    """Rows that others write while the column is added: either it comes again, with their rows, or they do."""
    writers, columns = 3, 5
    problems: list[Exception] = []
    inserted = [0] * writers
    stop = threading.Event()

    def insert(number: int) -> None:
        connection = lake.connect()
        try:
            while not stop.wait(0.02):
                connection.execute(f"INSERT INTO lake.t (id) VALUES ({number})")
                inserted[number] += 1
        except Exception as problem:  # noqa: BLE001
            problems.append(problem)

    threads = [threading.Thread(target=insert, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    # It loses to others until it meets a pause of theirs.
    lake.connection.execute("SET merganser_reexecutions = 200")
    for column in range(columns):
        before = sum(inserted)
        while sum(inserted) < before + writers and not problems:
            stop.wait(0.002)
        lake.connection.execute(f"ALTER TABLE lake.t ADD COLUMN c{column} INTEGER DEFAULT {column}")
    stop.set()
    for thread in threads:
        thread.join()
    assert problems == []
    total, *counts = lake.rival.execute(
        f"SELECT count(*), {', '.join(f'count(*) FILTER (c{i} = {i})' for i in range(columns))} FROM lake.t").fetchone()
    assert counts == [total] * columns
