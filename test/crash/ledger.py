"""What a writer says it did: a line before each statement and one after, each on disk before the writer goes on."""

from dataclasses import asdict, dataclass
from pathlib import Path

from synced_lines import SyncedLines, read_lines

BEFORE, AFTER, FAILED, SETTLED = "before", "after", "failed", "settled"


@dataclass(frozen=True)
class Statement:
    """One change of one table. `batch` is unique; `rows` is meaningless for a drop."""

    batch: str
    table: str
    operation: str  # create, replace, insert, drop
    rows: int


@dataclass
class Entry:
    """A statement and what became of it; phase BEFORE: nobody knows."""

    statement: Statement
    phase: str
    error: str = ""
    landed: bool = False  # SETTLED only: the checker found it in the table


class Ledger(SyncedLines):
    """What one writer says, run after run."""

    def __init__(self, path: Path):
        super().__init__(path)
        self.run = 1 + path.read_text().count('"run"')
        self.write({"run": self.run})

    def write_before(self, statement: Statement) -> None:
        self.write({"phase": BEFORE, **asdict(statement)})

    def write_after(self, statement: Statement) -> None:
        self.write({"phase": AFTER, "batch": statement.batch})

    def write_failed(self, statement: Statement, error: str) -> None:
        self.write({"phase": FAILED, "batch": statement.batch, "error": error})

    def write_settled(self, statement: Statement, landed: bool) -> None:
        """By the checker: what became of a statement that the kill cut short."""
        self.write({"phase": SETTLED, "batch": statement.batch, "landed": landed})


def read_ledger(path: Path) -> list[Entry]:
    """In the order of the statements."""
    entries: dict[str, Entry] = {}
    for line in read_lines(path):
        if "run" in line:
            continue
        if line["phase"] == BEFORE:
            statement = Statement(line["batch"], line["table"], line["operation"], line["rows"])
            entries[statement.batch] = Entry(statement, BEFORE)
            continue
        entry = entries[line["batch"]]
        entry.phase, entry.error, entry.landed = line["phase"], line.get("error", ""), line.get("landed", False)
    return list(entries.values())


State = frozenset[str] | None  # the batches in a table; None: there is no such table


def apply(state: State, statement: Statement) -> State:
    if statement.operation == "drop":
        return None
    if statement.operation == "insert":
        return (state or frozenset()) | {statement.batch}
    return frozenset({statement.batch})


def state_after(entries: list[Entry], table: str) -> list[State]:
    """The states that a table with one writer can be in: two when its last statement was cut short, otherwise one."""
    state: State = None
    for entry in entries:
        if entry.statement.table != table or entry.phase == FAILED:
            continue
        if entry.phase == BEFORE:
            return [state, apply(state, entry.statement)]
        if entry.phase == AFTER or entry.landed:
            state = apply(state, entry.statement)
    return [state]
