"""The process that is killed: statements in a loop, each between two lines of its ledger.

    writer.py EXTENSION LAKE LEDGER NAME SEED

It gets everything ready, waits for a line on stdin, and then runs until it is killed. A batch of rows carries its own
proof of being whole: (batch, k, n), with k = 0 … n - 1. Three tables: `shared`, to which all writers append; one that
belongs to this writer, which it creates, appends to, replaces and drops; `contested`, with which all writers do that.
"""

import random
import sys
from pathlib import Path

import duckdb

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from ledger import Ledger, Statement, read_ledger, state_after  # noqa: E402

ROWS = [1, 7, 300, 20_000]
PARTITIONED = "PARTITIONED BY (p) WITH ('delta.checkpointInterval' = '3')"


def rows_of(statement: Statement) -> str:
    return (f"SELECT '{statement.batch}' AS batch, k::INTEGER AS k, {statement.rows} AS n, "
            f"CASE WHEN k % 3 > 0 THEN 'p' || k % 3 END AS p FROM range({statement.rows}) r(k)")


def sql_of(statement: Statement) -> str:
    table = f"lake.main.{statement.table}"
    layout = f"{PARTITIONED} " if statement.rows % 2 == 0 else ""
    return {
        "create": f"CREATE TABLE {table} {layout}AS {rows_of(statement)}",
        "replace": f"CREATE OR REPLACE TABLE {table} {layout}AS {rows_of(statement)}",
        "insert": f"INSERT INTO {table} BY NAME {rows_of(statement)}",
        "drop": f"DROP TABLE {table}",
    }[statement.operation]


class Writer:
    """Chooses statements and runs them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, ledger: Ledger, name: str, seed: int):
        self.connection = connection
        self.ledger = ledger
        self.name = name
        self.random = random.Random(seed)
        self.batches = 0

    def next_batch(self) -> str:
        self.batches += 1
        return f"{self.name}-{self.ledger.run}-{self.batches}"

    def run(self, table: str, operation: str) -> bool:
        """Executes one statement between its two lines; False when it failed."""
        statement = Statement(self.next_batch(), table, operation, self.random.choice(ROWS))
        self.ledger.write_before(statement)
        try:
            self.connection.execute(sql_of(statement))
        except duckdb.Error as error:
            self.ledger.write_failed(statement, f"{type(error).__name__}: {error}")
            return False
        self.ledger.write_after(statement)
        return True

    def change_own(self, exists: bool) -> bool:
        """Returns whether the table exists afterwards."""
        if not exists:
            return self.run(f"own_{self.name}", "create")
        operation = self.random.choices(["insert", "replace", "drop"], [5, 3, 3])[0]
        done = self.run(f"own_{self.name}", operation)
        return not (done and operation == "drop")

    def run_forever(self, own_exists: bool) -> None:
        while True:
            kind = self.random.choices(["shared", "own", "contested"], [4, 5, 2])[0]
            if kind == "shared":
                self.run("shared", "insert")
            elif kind == "own":
                own_exists = self.change_own(own_exists)
            else:
                self.run("contested", self.random.choices(["create", "replace", "insert", "drop"], [2, 2, 5, 2])[0])


def main() -> None:
    extension, lake, ledger_path, name, seed = sys.argv[1:]
    connection = duckdb.connect(config={"allow_unsigned_extensions": "true", "threads": "2"})
    connection.execute("LOAD '" + extension.replace("'", "''") + "'")
    print("ready", flush=True)
    if not sys.stdin.readline():
        return
    connection.execute("ATTACH '" + lake.replace("'", "''") + "' AS lake (TYPE merganser)")
    states = state_after(read_ledger(Path(ledger_path)), f"own_{name}")
    # What the last kill left: the checker has settled it, so that one state is left.
    assert len(states) == 1, states
    writer = Writer(connection, Ledger(Path(ledger_path)), name, int(seed))
    writer.run_forever(own_exists=states[0] is not None)


if __name__ == "__main__":
    main()
