"""What the writers of one shared table do, as data: changes of their own rows, and what becomes of the rows.

A row is (writer, p, k, n, v): `n` is the number of the change that wrote it, `v` counts how often it was changed. A
change that took effect twice, or that took effect though it was refused, leaves another row than the one that is
expected. The table is partitioned by p, and a change has rows of one partition.
"""

import random
from dataclasses import asdict, dataclass
from pathlib import Path

from synced_lines import SyncedLines, read_lines

BEFORE, DONE, REFUSED, UNKNOWN = "before", "done", "refused", "unknown"

PARTITIONS = 6

Rows = dict[int, tuple[int, int]]  # k -> (n, v) of one writer; p = k % PARTITIONS


@dataclass(frozen=True)
class Change:
    """One commit, when it succeeds. `new_keys` are inserted, `keys` are of rows that are there."""

    number: int
    kind: str  # append, update, delete, merge; transaction: an update and an append in BEGIN … COMMIT
    partition: int
    keys: list[int]
    new_keys: list[int]


def apply(rows: Rows, change: Change) -> Rows:
    """The writer's rows after the change."""
    after = dict(rows)
    for key in change.keys:
        _, v = after.pop(key)
        if change.kind != "delete":
            after[key] = (change.number, v + 1)
    return after | {key: (change.number, 0) for key in change.new_keys}


class ChangeMaker:
    """Makes changes that change something: engines differ in what a commit without any effect is."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.number = 0

    def make(self, kind: str, rows: Rows) -> Change:
        self.number += 1
        partition = self.random.choice(sorted(rows)) % PARTITIONS
        there = [key for key in sorted(rows) if key % PARTITIONS == partition]
        keys = [] if kind == "append" else self.random.sample(there, min(len(there), self.random.randint(1, 3)))
        # A key is never used again.
        first = (1000 + self.number * 2) * PARTITIONS + partition
        new_keys = [] if kind in ("update", "delete") else [first, first + PARTITIONS]
        return Change(self.number, kind, partition, keys, new_keys)


@dataclass
class Entry:
    """A change and what its writer says of it. `commits`: how many commits of this engine the log has gained by it."""

    change: Change
    phase: str = BEFORE
    commits: int = 0
    error: str = ""

    @property
    def landed(self) -> bool:
        return self.phase == DONE or (self.phase == UNKNOWN and self.commits == 1)


class ChangeLedger(SyncedLines):
    """Two lines for each change: one before it, one that says how it ended."""

    def write_before(self, change: Change) -> None:
        self.write({"phase": BEFORE, **asdict(change)})

    def write_end(self, entry: Entry) -> None:
        self.write({"phase": entry.phase, "commits": entry.commits, "error": entry.error})


def read_ledger(path: Path) -> list[Entry]:
    """In the order of the changes."""
    entries: list[Entry] = []
    for line in read_lines(path):
        phase = line.pop("phase")
        if phase == BEFORE:
            entries.append(Entry(Change(**line)))
        else:
            entries[-1] = Entry(entries[-1].change, phase, **line)
    return entries
