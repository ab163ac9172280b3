"""Spark, delta-rs and Merganser change one table at the same time, each in a process of its own.

Each writer changes its own rows, but these are in the partitions and files of the others: they do meet. Who loses gets
an error, which its ledger calls refused; Merganser loses in transactions only, as it runs its other statements again.
MERGANSER_INTEROP_SECONDS is how long they write (60 is the long form), MERGANSER_INTEROP_SEED repeats the choices.
"""

import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest

from engines import Merganser, read_delta_rs
from shared_changes import BEFORE, PARTITIONS, REFUSED, UNKNOWN, Change, Entry, Rows, apply, read_ledger
from shared_writer import ENGINES, SEED_KEYS, SEED_ROWS, TABLE, CommitLog, SparkTable, Writer
from spark_session import SparkSession

SECONDS = float(os.environ.get("MERGANSER_INTEROP_SECONDS", "10"))
SEED = int(os.environ.get("MERGANSER_INTEROP_SEED", "1"))
PROGRAM = Path(__file__).with_name("shared_writer.py")
OPERATIONS = {"append": {"WRITE"}, "update": {"UPDATE"}, "delete": {"DELETE"}, "merge": {"MERGE"},
              "transaction": {"UPDATE"}}
FEATURES = {"copy on write": "false", "deletion vectors": "true"}
# The least number of times that the next commit is another engine's: else they did not write at the same time.
TURNS_MIN = 10


def make_table(merganser: Merganser, lake: Path, vectors: str) -> None:
    """The rows of all writers, in one file for each partition."""
    merganser.attach(lake)
    merganser.sql(f"""
        CREATE TABLE lake.t PARTITIONED BY (p) WITH ('delta.enableDeletionVectors' = '{vectors}') AS
        SELECT writer, k % {PARTITIONS} AS p, k, 0::BIGINT AS n, 0::BIGINT AS v
        FROM unnest({ENGINES}) w(writer), range({SEED_KEYS}) r(k)""")


@pytest.fixture(scope="module")
def warm_spark(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> SparkSession:
    """The first statement of each kind takes Spark many times as long as the next one."""
    table = tmp_path_factory.mktemp("warm") / "t"
    spark.run(table, """
        CREATE TABLE {t} USING delta PARTITIONED BY (p) AS
        SELECT 'spark' AS writer, id % 1 AS p, id AS k, id AS n, id AS v FROM range(9)""")
    for key, kind in enumerate(SparkTable.kinds):
        SparkTable(spark, table).change(Change(key, kind, 0, [key], [100 + key]))
    return spark


class Program:
    """A writer in a process of its own, which is ready and waits for its start."""

    def __init__(self, engine: str, lake: Path, ledger: Path, extension: Path):
        arguments = [engine, lake, ledger, SEED, SECONDS, extension]
        self.process = subprocess.Popen([sys.executable, str(PROGRAM), *map(str, arguments)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout and self.process.stdout.readline() == "ready\n", self.process.communicate()[1]

    def run(self) -> None:
        errors = self.process.communicate("go\n")[1]
        assert self.process.returncode == 0, errors

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


def run_writers(spark: SparkSession, lake: Path, extension: Path) -> dict[str, list[Entry]]:
    """Lets all three write; their ledgers."""
    ledgers = {engine: lake.parent / f"{engine}.ledger" for engine in ENGINES}
    programs = [Program(engine, lake, ledgers[engine], extension) for engine in ENGINES if engine != "spark"]
    writer = Writer(SparkTable(spark, lake / TABLE), lake / TABLE, ledgers["spark"], SEED)
    try:
        with ThreadPoolExecutor() as threads:
            running = [threads.submit(program.run) for program in programs] + [threads.submit(writer.run, SECONDS)]
        for each in running:
            each.result()
    finally:
        for program in programs:
            program.end()
    return {engine: read_ledger(path) for engine, path in ledgers.items()}


def state_after(entries: list[Entry]) -> Rows:
    rows = SEED_ROWS
    for entry in entries:
        rows = apply(rows, entry.change) if entry.landed else rows
    return rows


def check_ledger(engine: str, entries: list[Entry]) -> None:
    """Each change has an end, and the log has gained by it what its end says."""
    for entry in entries:
        assert entry.phase != BEFORE, f"{engine} has not ended {entry}"
        assert entry.commits == entry.landed, f"{engine} has committed {entry.commits} times by {entry}"
    strange = [entry for entry in entries if entry.phase == REFUSED and entry.change.kind != "transaction"]
    if engine == "merganser":
        assert not strange, f"a statement outside of BEGIN was not run again: {strange[0]}"
        unknown = [entry for entry in entries if entry.phase == UNKNOWN]
        assert not unknown, f"not a conflict: {unknown[0]}"


def check_log(table: Path, ledgers: dict[str, list[Entry]]) -> None:
    """Contiguous versions, and of each engine the commits that its ledger names, in their order."""
    versions = sorted(int(path.name[:20]) for path in (table / "_delta_log").glob("[0-9]*.json"))
    assert versions == list(range(len(versions)))
    log = CommitLog(table)
    for engine, entries in ledgers.items():
        expected = [OPERATIONS[entry.change.kind] for entry in entries if entry.landed]
        operations = log.operations(engine)
        assert len(operations) == len(expected), f"{engine} has {len(operations)} commits, not {len(expected)}"
        assert all(operation in names for operation, names in zip(operations, expected)), engine
    assert len(versions) == 1 + sum(entry.landed for entries in ledgers.values() for entry in entries)
    turns = sum(before != after for (before, _), (after, _) in pairwise(log.commits))
    assert turns >= TURNS_MIN, f"the engines took only {turns} turns"


def sorted_rows(table: pa.Table) -> list[tuple]:
    return sorted(tuple(row[name] for name in ("writer", "p", "k", "n", "v")) for row in table.to_pylist())


@pytest.mark.parametrize("vectors", FEATURES.values(), ids=FEATURES.keys())
def test_three_engines_change_one_table(warm_spark: SparkSession, merganser: Merganser, extension: Path, tmp_path: Path,
                                        vectors: str) -> None:
    lake = tmp_path / "lake"
    make_table(merganser, lake, vectors)
    ledgers = run_writers(warm_spark, lake, extension)
    for engine, entries in ledgers.items():
        print(engine, dict(Counter(f"{entry.change.kind} {entry.phase}" for entry in entries)))
        print(*{entry.error[:300] for entry in entries if entry.phase == UNKNOWN}, sep="\n")
        check_ledger(engine, entries)
    check_log(lake / TABLE, ledgers)
    expected = sorted((engine, k % PARTITIONS, k, n, v) for engine in ENGINES
                      for k, (n, v) in state_after(ledgers[engine]).items())
    readers = {"merganser": merganser.read, "delta-rs": read_delta_rs, "spark": warm_spark.read}
    for engine, read in readers.items():
        assert sorted_rows(read(lake / TABLE)) == expected, f"as {engine} reads it"
