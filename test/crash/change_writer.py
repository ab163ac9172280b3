"""The process that is killed while it changes rows: UPDATE, MERGE and transactions, each between two ledger lines.

    change_writer.py EXTENSION LAKE LEDGER NAME SEED

Every writer has two rows in each table, whose values sum up to zero: a statement moves an amount from one to the other
and numbers both. A statement that took effect in part would break the sum or leave two numbers.
"""

import contextlib
import os
import random
import sys

import duckdb

TABLES = ["copied", "vectors"]


def statements(table: str, name: str, number: int, amount: int) -> dict[str, list[str]]:
    """What one step can be; all of them have the same effect."""
    mine = f"writer = '{name}'"
    moved = f"CASE WHEN half = 0 THEN {amount} ELSE {-amount} END"
    return {
        "update": [f"UPDATE {table} SET number = {number}, v = v + {moved} WHERE {mine}"],
        "merge": [f"""MERGE INTO {table} AS t
                      USING (SELECT '{name}' AS writer, half, {moved} AS d FROM range(2) r(half)) AS s
                      USING (writer, half) WHEN MATCHED THEN UPDATE SET number = {number}, v = t.v + s.d"""],
        "delete and insert": [f"""MERGE INTO {table} AS t
            USING (SELECT writer, half, number, v, true AS old FROM {table} WHERE {mine}
                   UNION ALL SELECT writer, half, {number}, v + {moved}, false FROM {table} WHERE {mine}) AS s
            ON t.writer = s.writer AND t.half = s.half AND t.number = s.number AND s.old
            WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (writer, half, number, v)
            VALUES (s.writer, s.half, s.number, s.v)"""],
        "transaction": ["BEGIN",
                        f"INSERT INTO {table} SELECT writer, half, {number}, v + {moved} FROM {table} WHERE {mine}",
                        f"DELETE FROM {table} WHERE {mine} AND number < {number}", "COMMIT"],
    }


def main() -> None:
    extension, lake, ledger_path, name, seed = sys.argv[1:]
    choice = random.Random(int(seed))
    connection = duckdb.connect(config={"allow_unsigned_extensions": "true", "threads": "2"})
    connection.execute(f"LOAD '{extension}'")
    connection.execute(f"ATTACH '{lake}' AS lake (TYPE merganser)")
    connection.execute("SET merganser_checkpoint_part_size = 1")
    ledger = os.open(ledger_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    numbers = {table: connection.execute(f"SELECT max(number) FROM lake.{table} WHERE writer = '{name}'").fetchone()[0]
               for table in TABLES}
    print("ready", flush=True)
    while True:
        table = choice.choice(TABLES)
        number = numbers[table] + 1
        kind, script = choice.choice(list(statements(f"lake.{table}", name, number, choice.randrange(100)).items()))
        os.write(ledger, f"before {table} {number}\n".encode())
        try:
            for sql in script:
                connection.execute(sql)
        except duckdb.TransactionException:
            # Only a transaction may lose to the other writer.
            assert kind == "transaction"
            # A lost COMMIT has ended it already, a lost statement before it has not.
            with contextlib.suppress(duckdb.TransactionException):
                connection.execute("ROLLBACK")
            os.write(ledger, f"failed {table} {number}\n".encode())
            continue
        numbers[table] = number
        os.write(ledger, f"after {table} {number}\n".encode())


if __name__ == "__main__":
    main()
