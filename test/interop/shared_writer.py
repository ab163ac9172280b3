"""A writer of the shared table: Merganser, delta-rs or Spark, one change after the other until its time is over.

    shared_writer.py ENGINE LAKE LEDGER SEED SECONDS EXTENSION

As a program it gets everything ready, says so, and starts when it reads a line from stdin. Spark has a process already
(spark_session.py) and is ordered about from the test's.
"""

import contextlib
import json
import random
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import deltalake
import duckdb
import pyarrow as pa

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from lakes import open_lake  # noqa: E402
from shared_changes import (DONE, PARTITIONS, REFUSED, UNKNOWN, Change, ChangeLedger, ChangeMaker, Entry,  # noqa: E402
                            Rows, apply)
from spark_session import SparkError, SparkSession, named  # noqa: E402

TABLE = "main/t"
SEED_KEYS = 10 * PARTITIONS
SEED_ROWS: Rows = {key: (0, 0) for key in range(SEED_KEYS)}
ENGINES = ["merganser", "delta-rs", "spark"]
# How an engine names itself in its commits.
ENGINE_INFO = {"merganser": "Merganser/", "delta-rs": "delta-rs:", "spark": "Apache-Spark/"}
# After the time is over, for kinds of changes that were never committed.
EXTRA_SECONDS_MAX = 120
# Spark needs a second for what takes the others some milliseconds.
PAUSE_SECONDS_MAX = 0.6


class CommitLog:
    """The commits of a table in order, from nothing but its JSON: pairs of engineInfo and operation."""

    def __init__(self, table: Path):
        self.folder = table / "_delta_log"
        self.commits: list[tuple[str, str]] = []

    def refresh(self) -> list[tuple[str, str]]:
        while (path := self.folder / f"{len(self.commits):020}.json").exists():
            actions = [json.loads(line) for line in path.read_text().splitlines()]
            (info,) = [action["commitInfo"] for action in actions if "commitInfo" in action]
            self.commits.append((info["engineInfo"], info["operation"]))
        return self.commits

    def operations(self, engine: str) -> list[str]:
        """What this engine has committed after version 0, which makes the table."""
        return [operation for info, operation in self.refresh()[1:] if info.startswith(ENGINE_INFO[engine])]


def in_sql(table: str, writer: str, change: Change) -> list[str]:
    """The statements of a change as Merganser and Spark both take them."""
    partition, number = change.partition, change.number
    mine = f"p = {partition} AND writer = '{writer}' AND k IN ({', '.join(map(str, change.keys))})"
    new, all_keys = (", ".join(f"('{writer}', {partition}, {key}, {number}, 0)" for key in keys)
                     for keys in (change.new_keys, change.keys + change.new_keys))
    statements = {
        "append": f"INSERT INTO {table} VALUES {new}",
        "update": f"UPDATE {table} SET v = v + 1, n = {number} WHERE {mine}",
        "delete": f"DELETE FROM {table} WHERE {mine}",
        "merge": f"""MERGE INTO {table} AS t USING (SELECT * FROM (VALUES {all_keys}) AS r(writer, p, k, n, v)) AS s
                     ON t.p = {partition} AND t.writer = s.writer AND t.k = s.k
                     WHEN MATCHED THEN UPDATE SET v = t.v + 1, n = s.n
                     WHEN NOT MATCHED THEN INSERT (writer, p, k, n, v) VALUES (s.writer, s.p, s.k, s.n, s.v)""",
    }
    if change.kind == "transaction":
        return ["BEGIN", statements["update"], statements["append"], "COMMIT"]
    return [statements[change.kind]]


class MerganserTable:
    """Through DuckDB's Python package."""

    engine = "merganser"
    kinds = ["append", "update", "delete", "merge", "transaction"]
    pause_seconds_max = PAUSE_SECONDS_MAX

    def __init__(self, extension: Path, lake: Path):
        self.connection = open_lake(extension, lake, threads=1)

    def change(self, change: Change) -> None:
        try:
            for statement in in_sql("lake.t", self.engine, change):
                self.connection.execute(statement)
        except duckdb.Error:
            # A lost COMMIT has ended the transaction already, a lost statement before it has not.
            with contextlib.suppress(duckdb.TransactionException):
                self.connection.execute("ROLLBACK")
            raise

    def is_conflict(self, error: Exception) -> bool:
        return isinstance(error, duckdb.TransactionException) and "was first" in str(error)


class SparkTable:
    """Through a session whose process belongs to the test."""

    engine = "spark"
    kinds = ["append", "update", "delete", "merge"]
    pause_seconds_max = 0.1

    def __init__(self, session: SparkSession, table: Path):
        self.session = session
        self.table = named(table)

    def change(self, change: Change) -> None:
        self.session.sql(*in_sql(self.table, self.engine, change))

    def is_conflict(self, error: Exception) -> bool:
        lost = re.search(r"DELTA_CONCURRENT_|Concurrent\w+Exception", str(error))
        return isinstance(error, SparkError) and lost is not None


class DeltaRsTable:
    """Through delta-rs's Python package."""

    engine = "delta-rs"
    kinds = ["append", "update", "delete", "merge"]
    pause_seconds_max = PAUSE_SECONDS_MAX

    def __init__(self, table: Path):
        self.table = str(table)

    def rows(self, change: Change, keys: list[int]) -> pa.Table:
        numbers = {"p": change.partition, "k": keys, "n": change.number, "v": 0}
        columns = {name: value if name == "k" else [value] * len(keys) for name, value in numbers.items()}
        return pa.table({"writer": [self.engine] * len(keys)}
                        | {name: pa.array(values, pa.int64()) for name, values in columns.items()})

    def change(self, change: Change) -> None:
        mine = f"p = {change.partition} AND writer = '{self.engine}' AND k IN ({', '.join(map(str, change.keys))})"
        updates = {"v": "v + 1", "n": str(change.number)}
        if change.kind == "append":
            deltalake.write_deltalake(self.table, self.rows(change, change.new_keys), mode="append")
        elif change.kind == "update":
            deltalake.DeltaTable(self.table).update(updates, predicate=mine)
        elif change.kind == "delete":
            deltalake.DeltaTable(self.table).delete(mine)
        else:
            rows = self.rows(change, change.keys + change.new_keys)
            condition = f"t.p = {change.partition} AND t.writer = s.writer AND t.k = s.k"
            deltalake.DeltaTable(self.table).merge(rows, condition, source_alias="s", target_alias="t") \
                .when_matched_update({"v": "t.v + 1", "n": "s.n"}).when_not_matched_insert_all().execute()

    def is_conflict(self, error: Exception) -> bool:
        return isinstance(error, deltalake.exceptions.CommitFailedError)


Table = MerganserTable | SparkTable | DeltaRsTable


class Writer:
    """Chooses changes, writes each into the ledger before and after, and finds out from the log what it cannot know."""

    def __init__(self, table: Table, folder: Path, ledger: Path, seed: int):
        self.table = table
        self.log = CommitLog(folder)
        self.ledger = ChangeLedger(ledger)
        self.random = random.Random(seed)
        self.changes = ChangeMaker(seed)
        self.rows = SEED_ROWS

    def commits(self) -> int:
        return len(self.log.operations(self.table.engine))

    def run_one(self, kind: str) -> bool:
        """Whether it was committed."""
        entry = Entry(self.changes.make(kind, self.rows))
        self.ledger.write_before(entry.change)
        commits = self.commits()
        try:
            self.table.change(entry.change)
            entry.phase = DONE
        except Exception as error:  # whatever an engine throws is an end of a change
            entry.phase = REFUSED if self.table.is_conflict(error) else UNKNOWN
            entry.error = f"{type(error).__name__}: {error}"
        entry.commits = self.commits() - commits
        self.ledger.write_end(entry)
        if entry.landed:
            self.rows = apply(self.rows, entry.change)
        return entry.landed

    def run(self, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        """For so long, and on until a change of each kind was committed, when only the slow ones are left."""
        end = now() + seconds
        missing = set(self.table.kinds)
        while now() < end or (missing and now() < end + EXTRA_SECONDS_MAX):
            kind = self.random.choice(self.table.kinds if now() < end else sorted(missing))
            if self.run_one(kind):
                missing.discard(kind)
            time.sleep(self.random.uniform(0, self.table.pause_seconds_max))


def main() -> None:
    engine, lake, ledger, seed, seconds, extension = sys.argv[1:]
    folder = Path(lake) / TABLE
    table = MerganserTable(Path(extension), Path(lake)) if engine == "merganser" else DeltaRsTable(folder)
    print("ready", flush=True)
    if sys.stdin.readline():
        Writer(table, folder, Path(ledger), int(seed)).run(float(seconds))


if __name__ == "__main__":
    main()
