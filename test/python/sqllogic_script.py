"""Reads *.test files: the same dialect, and the same strictness, as test/sqllogic/test_script.cpp."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

LOOP_ITERATIONS_MAX = 1_000_000
SIMPLE_COMMANDS = {"require": 1, "require-env": 1, "restart": 0, "mode": 1, "halt": 0, "sleep": 1}
SORT_MODES = {"nosort", "rowsort", "valuesort"}


class ScriptError(Exception):
    """A mistake in a test file."""

    def __init__(self, line: int, message: str):
        super().__init__(message)
        self.line = line


@dataclass
class Command:
    kind: str
    line: int
    conditions: list[tuple[str, str]] = field(default_factory=list)
    sql: str = ""
    connection_name: str = ""
    expected: list[str] | None = None
    expectation: str = "ok"
    column_count: int = 0
    sort_mode: str = "nosort"
    label: str = ""
    arguments: list[str] = field(default_factory=list)
    body: list[Command] = field(default_factory=list)
    is_concurrent: bool = False


def parse_test_script(path: Path) -> list[Command]:
    lines = [line.removesuffix("\r") for line in path.read_text(encoding="utf-8").split("\n")]
    return _Reader(lines).read_commands(None)


def _is_blank(line: str) -> bool:
    return not line.strip(" \t")


class _Reader:
    def __init__(self, lines: list[str]):
        self.lines = lines
        self.next = 0

    def read_commands(self, loop_line: int | None) -> list[Command]:
        commands: list[Command] = []
        conditions: list[tuple[str, str]] = []
        while self.next < len(self.lines):
            line = self.lines[self.next]
            self.next += 1
            number = self.next
            if _is_blank(line) or line.startswith("#"):
                continue
            words = line.split()
            if words[0] == "endloop":
                if loop_line is None:
                    raise ScriptError(number, "endloop without a loop")
                return commands
            if words[0] in ("skipif", "onlyif"):
                self._require_words(words, 2, number)
                conditions.append((words[0], words[1]))
                continue
            command = self._read_command(words, number)
            command.conditions, conditions = conditions, []
            commands.append(command)
        if loop_line is not None:
            raise ScriptError(loop_line, "the loop has no endloop")
        return commands

    @staticmethod
    def _require_words(words: list[str], count_min: int, line: int) -> None:
        if len(words) < count_min:
            raise ScriptError(line, f"'{words[0]}' needs {count_min - 1} argument(s)")

    def _read_command(self, words: list[str], line: int) -> Command:
        name = words[0]
        if name == "statement":
            return self._read_statement(words, line)
        if name == "query":
            return self._read_query(words, line)
        if name in ("loop", "concurrentloop", "foreach", "concurrentforeach"):
            return self._read_loop(words, line)
        if name in SIMPLE_COMMANDS:
            self._require_words(words, 1 + SIMPLE_COMMANDS[name], line)
            return Command(name, line, arguments=words[1:])
        raise ScriptError(line, f"unknown command '{name}'")

    def _read_statement(self, words: list[str], line: int) -> Command:
        self._require_words(words, 2, line)
        if words[1] not in ("ok", "error", "maybe"):
            raise ScriptError(line, f"a statement is ok, error or maybe, not '{words[1]}'")
        command = Command("statement", line, expectation=words[1])
        command.connection_name = words[2] if len(words) > 2 else ""
        self._read_sql(command)
        return command

    def _read_query(self, words: list[str], line: int) -> Command:
        self._require_words(words, 2, line)
        if set(words[1]) - set("IRTD"):
            raise ScriptError(line, f"column types are letters of I, R, T, D, not '{words[1]}'")
        command = Command("query", line, column_count=len(words[1]))
        rest = words[2:]
        if rest and rest[0] in SORT_MODES:
            command.sort_mode = rest.pop(0)
        if rest and rest[0].startswith("con"):
            command.connection_name = rest.pop(0)
        command.label = rest[0] if rest else ""
        self._read_sql(command)
        if command.expected is None and not command.label:
            raise ScriptError(line, "a query without ---- and expected values checks nothing")
        return command

    def _read_sql(self, command: Command) -> None:
        begin = self.next
        while self.next < len(self.lines) and not _is_blank(self.lines[self.next]) and self.lines[self.next] != "----":
            self.next += 1
        command.sql = "\n".join(self.lines[begin:self.next])
        if not command.sql:
            raise ScriptError(command.line, "there is no SQL below the command")
        if self.next >= len(self.lines) or self.lines[self.next] != "----":
            return
        begin = self.next = self.next + 1
        while self.next < len(self.lines) and self.lines[self.next]:
            self.next += 1
        command.expected = self.lines[begin:self.next]

    def _read_loop(self, words: list[str], line: int) -> Command:
        command = Command("loop", line, is_concurrent=words[0].startswith("concurrent"))
        if words[0] in ("loop", "concurrentloop"):
            self._require_words(words, 4, line)
            try:
                first, end = int(words[2]), int(words[3])
            except ValueError:
                raise ScriptError(line, "a loop runs from a number to a number") from None
            if not 0 < end - first <= LOOP_ITERATIONS_MAX:
                raise ScriptError(line, "the loop has no iteration, or too many")
            command.arguments = [words[1], *map(str, range(first, end))]
        else:
            self._require_words(words, 3, line)
            command.arguments = words[1:]
        command.body = self.read_commands(line)
        return command
