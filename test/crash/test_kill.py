"""kill -9 in the middle of INSERT, CREATE OR REPLACE, CREATE and DROP: all or nothing, nothing lost, nothing doubled.

MERGANSER_CRASH_SEED replays the choices of a run; the moments of the kills are as exact as the machine lets them be.
"""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import deltalake
import duckdb
import duckdb_extension_delta
import pytest

from ledger import AFTER, BEFORE, FAILED, SETTLED, Entry, Ledger, apply, read_ledger, state_after
from table_check import TableCheck

KILLS = 100
WRITERS = ["a", "b", "c"]
# How many of the writers run at once, round after round.
TOGETHER = [1, 2, 2, 3]
READY_SECONDS_MAX = 60
RUNNING_SECONDS_MAX = 0.5
STATEMENTS_MAX = 6
# Into the statement that has just begun.
DELAY_SECONDS_MAX = 0.03
# How a statement on the contested table may fail: another writer was first.
LOST_RACES = ("TransactionException", "CatalogException")
SUMMARY = "SELECT batch, count(*), sum(k), min(n), count(DISTINCT p) FROM {} GROUP BY batch ORDER BY batch"


class Process:
    """A writer that is ready and waits for its start."""

    def __init__(self, extension: Path, lake: Path, name: str, seed: int):
        self.name = name
        self.ledger = lake.parent / f"{name}.ledger"
        self.errors = open(lake.parent / f"{name}.stderr", "w+")
        script = Path(__file__).with_name("writer.py")
        self.child = subprocess.Popen(
            [sys.executable, str(script), str(extension), str(lake), str(self.ledger), name, str(seed)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True)

    def start(self) -> None:
        assert self.child.stdin and self.child.stdout
        assert self.child.stdout.readline() == "ready\n", self.failure()
        self.child.stdin.write("go\n")
        self.child.stdin.flush()

    def statements_begun(self) -> int:
        return self.ledger.read_text().count('"before"') if self.ledger.exists() else 0

    def kill(self) -> None:
        assert self.child.poll() is None, self.failure()
        self.child.kill()
        self.child.communicate()
        assert self.child.returncode == -9
        self.errors.close()

    def failure(self) -> str:
        self.errors.seek(0)
        return f"writer {self.name} has ended by itself: {self.errors.read()}"


class CrashRun:
    """Rounds of writers that are killed, and what is known about the lake between them."""

    def __init__(self, extension: Path, root: Path, seed: int):
        self.extension = extension
        self.lake = root / "lake"
        self.random = random.Random(seed)
        self.counts: Counter[str] = Counter()
        self.waiting: list[Process] = []
        check = TableCheck(extension, self.lake)
        check.connection.execute("""
            CREATE TABLE lake.main.shared (batch VARCHAR, k INTEGER, n INTEGER, p VARCHAR)
                PARTITIONED BY (p) WITH ('delta.checkpointInterval' = '3')
        """)
        check.close()

    def prepare(self, count: int) -> None:
        """Starts the writers of the next round, so that they load the extension while this one is checked."""
        self.waiting = [Process(self.extension, self.lake, name, self.random.randrange(2**31))
                        for name in self.random.sample(WRITERS, count)]

    def end(self) -> None:
        """Whatever happened, no writer is left."""
        for process in self.waiting:
            process.child.kill()
            process.child.communicate()

    def kill_round(self) -> None:
        """Lets the waiting writers run, and kills each at a moment of its own."""
        begun = {process.name: process.statements_begun() for process in self.waiting}
        for process in self.waiting:
            process.start()
        moments = {process.name: self.choose_moment(process, begun[process.name]) for process in self.waiting}
        running = list(self.waiting)
        while running:
            for process in [process for process in running if moments[process.name]()]:
                process.kill()
                running.remove(process)
                self.counts["kills"] += 1
            time.sleep(0.0005)
        self.waiting = []

    def choose_moment(self, process: Process, begun: int) -> Callable[[], bool]:
        """Half of the kills come at any time, half shortly after the beginning of some statement."""
        state = {"at": float("inf")}
        deadline = time.monotonic() + READY_SECONDS_MAX
        wanted = begun + self.random.randint(1, STATEMENTS_MAX)
        any_time = self.random.random() < 0.5
        delay = self.random.uniform(0, RUNNING_SECONDS_MAX if any_time else DELAY_SECONDS_MAX)

        def is_now() -> bool:
            assert process.child.poll() is None, process.failure()
            assert time.monotonic() < deadline, f"writer {process.name} does nothing"
            if state["at"] == float("inf") and process.statements_begun() >= (begun + 1 if any_time else wanted):
                state["at"] = time.monotonic() + delay
            return time.monotonic() >= state["at"]

        return is_now

    # --- checks ---------------------------------------------------------------------------------------------------

    def check(self) -> None:
        check = TableCheck(self.extension, self.lake)
        ledgers = {name: read_ledger(self.lake.parent / f"{name}.ledger") for name in WRITERS}
        self.check_own(check, ledgers)
        self.check_all_batches(check, ledgers, "shared")
        self.check_all_batches(check, ledgers, "contested")
        for table in check.tables() - {"contested"}:
            check.check_log(table)
        self.settle(check, ledgers)
        check.close()

    def check_own(self, check: TableCheck, ledgers: dict[str, list[Entry]]) -> None:
        """A table with one writer is exactly as its ledger says, with or without the statement that was cut short."""
        for name, entries in ledgers.items():
            table = f"own_{name}"
            failed = [entry for entry in entries if entry.phase == FAILED and entry.statement.table == table]
            assert not failed, f"nobody competes for {table}: {failed[0]}"
            found, possible = check.state(table), state_after(entries, table)
            assert found in possible, f"{table} has {found}, the ledger says {possible}; last: {entries[-3:]}"

    def check_all_batches(self, check: TableCheck, ledgers: dict[str, list[Entry]], table: str) -> None:
        """`shared`: all that is done. Both: nothing that failed, only whole batches."""
        found = check.state(table) or frozenset()
        entries = [entry for entries in ledgers.values() for entry in entries if entry.statement.table == table]
        by_batch = {entry.statement.batch: entry for entry in entries}
        for batch in found:
            entry = by_batch[batch]
            not_there = entry.phase == FAILED or (entry.phase == SETTLED and not entry.landed)
            assert not not_there, f"{table} has what failed, or was not there before: {entry}"
        if table == "contested":
            strange = [entry for entry in entries if entry.phase == FAILED and not entry.error.startswith(LOST_RACES)]
            assert not strange, strange[0]
            return
        done = {entry.statement.batch for entry in entries if entry.phase == AFTER or entry.landed}
        assert done <= found, f"{table} has lost {done - found}"
        failed = [entry for entry in entries if entry.phase == FAILED]
        assert not failed, f"appends do not compete: {failed[0]}"

    def settle(self, check: TableCheck, ledgers: dict[str, list[Entry]]) -> None:
        """Writes down what became of the statements that were cut short; from now on it may not change again."""
        for name, entries in ledgers.items():
            for entry in entries:
                if entry.phase != BEFORE:
                    continue
                statement = entry.statement
                found = check.state(statement.table)
                if statement.table == f"own_{name}":
                    before = state_after(entries, statement.table)[0]
                    landed = found == apply(before, statement)
                else:
                    landed = found is not None and statement.batch in found
                Ledger(self.lake.parent / f"{name}.ledger").write_settled(statement, landed)
                self.counts["cut short"] += 1
                self.counts["cut short, but landed"] += landed


def read_elsewhere(table: Path) -> dict[str, list[tuple]]:
    """The rows as two engines see them that are not ours."""
    connection = duckdb.connect()
    folder = Path(duckdb_extension_delta.__file__).parent
    connection.execute(f"LOAD '{next(folder.rglob('delta.duckdb_extension'))}'")
    query = deltalake.QueryBuilder().register("t", deltalake.DeltaTable(str(table))).execute("SELECT * FROM t")
    connection.register("delta_rs", query.read_all())
    connection.execute("CREATE TEMP TABLE copied AS FROM delta_rs")
    return {
        "delta-rs": connection.execute(SUMMARY.format("copied")).fetchall(),
        "duckdb-delta": connection.execute(SUMMARY.format(f"delta_scan('{table}')")).fetchall(),
    }


@pytest.fixture
def crash(extension: Path, tmp_path: Path):
    seed = int(os.environ.get("MERGANSER_CRASH_SEED", random.SystemRandom().randrange(2**31)))
    print(f"MERGANSER_CRASH_SEED={seed}")
    run = CrashRun(extension, tmp_path, seed)
    yield run
    run.end()


def test_killed_a_hundred_times(crash: CrashRun) -> None:
    begin = time.monotonic()
    crash.prepare(TOGETHER[0])
    rounds = 0
    while crash.counts["kills"] < KILLS:
        crash.kill_round()
        rounds += 1
        left = KILLS - crash.counts["kills"]
        if left:
            crash.prepare(min(left, TOGETHER[rounds % len(TOGETHER)]))
        crash.check()
    ledgers = {name: read_ledger(crash.lake.parent / f"{name}.ledger") for name in WRITERS}
    phases = Counter(entry.phase for entries in ledgers.values() for entry in entries)
    print(f"{dict(crash.counts)} in {rounds} rounds, {dict(phases)}, {time.monotonic() - begin:.0f} s")
    assert crash.counts["kills"] == KILLS
    # Else the kills did not hit what they are for.
    assert crash.counts["cut short"] >= KILLS // 4
    assert 0 < crash.counts["cut short, but landed"] < crash.counts["cut short"]

    check = TableCheck(crash.extension, crash.lake)
    tables = check.tables()
    assert "shared" in tables
    for table in sorted(tables):
        ours = check.connection.execute(SUMMARY.format(f"lake.main.{table}")).fetchall()
        for engine, rows in read_elsewhere(crash.lake / "main" / table).items():
            assert rows == ours, f"{engine} reads {table} otherwise"
    check.close()
