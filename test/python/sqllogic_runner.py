"""Runs *.test files through DuckDB's Python package and the loadable extension: the semantics of test/sqllogic."""

from __future__ import annotations

import math
import os
import re
import threading
import time
from pathlib import Path

import duckdb

from sqllogic_script import Command, ScriptError, parse_test_script

FLOATING_TOLERANCE = 1e-12
SYSTEMS = {"duckdb", "merganser", "python"}
BUILT_IN = {
    "merganser", "parquet", "json", "icu", "core_functions", "autocomplete", "skip_reload", "notwindows", "64bit",
    "no_alternative_verify", "noforcestorage", "vector_size", "no_vector_verification", "exact_vector_size",
}


class TestFailure(Exception):
    """What a test file expected did not happen."""

    __test__ = False


class TestSkipped(Exception):
    __test__ = False


class _Halted(Exception):
    pass


class _Instance:
    """What all threads of one file share."""

    def __init__(self, path: Path, folder: Path, extension: Path | None):
        self.path = path
        self.extension = extension
        self.placeholders = {"ATTACH_OPTIONS": "", "TEST_DIR": str(folder)}
        self.root: duckdb.DuckDBPyConnection | None = None
        self.executed_count = 0
        self.lock = threading.Lock()
        self.labelled_results: dict[str, list[tuple[str, ...]]] = {}

    def open(self) -> None:
        self.root = duckdb.connect(config={"allow_unsigned_extensions": "true"})
        # Results travel as Arrow tables; only so do HUGEINT, UUID, BIT … keep their types.
        self.root.execute("SET GLOBAL arrow_lossless_conversion = true")
        if self.extension:
            path = str(self.extension).replace("'", "''")
            self.root.execute(f"LOAD '{path}'")
            self.root.execute("SET GLOBAL merganser_automatic_compaction = false")
            self.root.execute("SET GLOBAL merganser_automatic_vacuum = false")

    def close(self) -> None:
        if self.root is not None:
            self.root.close()
            self.root = None


def run_test_file(path: Path, folder: Path, extension: Path | None) -> None:
    """Raises TestFailure or TestSkipped. `folder` exists and is empty; without `extension` plain DuckDB is tested."""
    instance = _Instance(path, folder, extension)
    try:
        commands = parse_test_script(path)
    except ScriptError as error:
        raise TestFailure(f"{path}:{error.line}: {error}") from None
    thread = _Thread(instance, {}, False)
    try:
        instance.open()
        thread.run(commands)
    except _Halted:
        pass
    finally:
        thread.close()
        instance.close()
    if instance.executed_count == 0:
        raise TestFailure(f"{path}:1: the file ran no statement and no query")


class _Thread:
    """Runs commands on one thread: a default connection, named ones, and the values of the loop variables."""

    def __init__(self, instance: _Instance, variables: dict[str, str], is_concurrent: bool):
        self.instance = instance
        self.variables = dict(variables)
        self.is_concurrent = is_concurrent
        self.is_skipping = False
        self.connections: dict[str, duckdb.DuckDBPyConnection] = {}

    def run(self, commands: list[Command]) -> None:
        for command in commands:
            if not self._conditions_hold(command):
                continue
            if command.kind == "mode":
                self._set_mode(command)
            elif not self.is_skipping:
                getattr(self, "_run_" + command.kind.replace("-", "_"))(command)

    def close(self) -> None:
        for connection in self.connections.values():
            connection.close()
        self.connections.clear()

    def _fail(self, command: Command, message: str, **parts: str) -> TestFailure:
        text = f"{self.instance.path}:{command.line}: {message}"
        for title, part in parts.items():
            text += f"\n  {title}:\n    " + part.replace("\n", "\n    ")
        return TestFailure(text)

    def _conditions_hold(self, command: Command) -> bool:
        for word, text in command.conditions:
            name, equals, value = text.partition("=")
            if equals:
                if name not in self.variables:
                    raise self._fail(command, f"no loop variable in condition '{text}'")
                holds = self.variables[name] == value
            else:
                holds = text in SYSTEMS
            if holds != (word == "onlyif"):
                return False
        return True

    def _set_mode(self, command: Command) -> None:
        if command.arguments[0] == "handmade_tables":
            return  # about configurations, which are not run here
        if command.arguments[0] not in ("skip", "unskip"):
            raise self._fail(command, f"unknown mode '{command.arguments[0]}'")
        self.is_skipping = command.arguments[0] == "skip"

    def _run_statement(self, command: Command) -> None:
        sql = self._substitute(command.sql)
        try:
            self._connection(command.connection_name).execute(sql)
        except Exception as error:  # noqa: BLE001 - any class may come out of an extension
            self._check_error(command, sql, error)
            return
        if command.expectation == "error":
            raise self._fail(command, "the statement succeeded, an error was expected", SQL=sql)

    def _check_error(self, command: Command, sql: str, error: Exception) -> None:
        text = str(error)
        expected = self._substitute("\n".join(command.expected or []))
        is_internal = isinstance(error, (duckdb.InternalException, duckdb.FatalException))
        is_internal = is_internal and "INTERNAL" not in expected
        if command.expectation == "ok" or is_internal:
            raise self._fail(command, "the statement failed", SQL=sql, error=text)
        if command.expected is not None and not error_matches(text, expected):
            message = "the statement failed with another error"
            raise self._fail(command, message, SQL=sql, expected=expected, actual=text)

    def _run_query(self, command: Command) -> None:
        sql = self._substitute(command.sql)
        try:
            rows, floating = fetch_texts(self._connection(command.connection_name), sql)
        except duckdb.Error as error:
            raise self._fail(command, "the query failed", SQL=sql, error=str(error)) from None
        if len(floating) != command.column_count:
            raise self._fail(command, f"expected {command.column_count} columns, got {len(floating)}", SQL=sql)
        if command.sort_mode == "valuesort":
            floating = [all(floating)]
        rows = sort_rows(rows, command.sort_mode)
        if command.expected is not None:
            expected = [self._substitute(line) for line in command.expected]
            difference = find_difference(rows, floating, expected, command)
            if difference:
                actual = "\n".join("\t".join(row) for row in rows[:50])
                raise self._fail(command, difference, SQL=sql, expected="\n".join(expected), actual=actual)
        if command.label:
            with self.instance.lock:
                first = self.instance.labelled_results.setdefault(self._substitute(command.label), rows)
            if first != rows:
                raise self._fail(command, f"other rows than the first query with the label '{command.label}'", SQL=sql)

    def _run_loop(self, command: Command) -> None:
        name, *values = command.arguments
        if not command.is_concurrent:
            for value in values:
                self.variables[name] = value
                self.run(command.body)
            del self.variables[name]
            return
        if self.is_concurrent:
            raise self._fail(command, "a concurrent loop inside a concurrent loop")
        failures: list[BaseException] = []

        def run_one(value: str) -> None:
            thread = _Thread(self.instance, {**self.variables, name: value}, True)
            try:
                thread.run(command.body)
            except BaseException as failure:  # noqa: BLE001 - raised again below
                failures.append(failure)
            finally:
                thread.close()

        threads = [threading.Thread(target=run_one, args=(value,)) for value in values]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]

    def _run_require(self, command: Command) -> None:
        name = command.arguments[0].lower()
        if name in BUILT_IN:
            return
        try:
            self._connection("", counts=False).execute(f"LOAD {name}")
        except duckdb.Error:
            raise TestSkipped(f"require {name}") from None

    def _run_require_env(self, command: Command) -> None:
        if self.is_concurrent:
            raise self._fail(command, "require-env inside a concurrent loop")
        name, *wanted = command.arguments
        value = os.environ.get(name)
        if value is None or (wanted and wanted[0] != value):
            raise TestSkipped(f"require-env {name}")
        self.variables[name] = value
        self.instance.placeholders[name] = value

    def _run_restart(self, command: Command) -> None:
        if self.is_concurrent:
            raise self._fail(command, "restart inside a concurrent loop")
        self.close()
        self.instance.close()
        self.instance.open()

    def _run_sleep(self, command: Command) -> None:
        unit = command.arguments[1] if len(command.arguments) > 1 else "milliseconds"
        count = int(self._substitute(command.arguments[0]))
        time.sleep(count if unit.startswith("second") else count / 1000)

    def _run_halt(self, command: Command) -> None:
        raise _Halted

    def _connection(self, name: str, counts: bool = True) -> duckdb.DuckDBPyConnection:
        name = self._substitute(name)
        with self.instance.lock:
            self.instance.executed_count += counts
            if name not in self.connections:
                self.connections[name] = self.instance.root.cursor()
        return self.connections[name]

    def _substitute(self, text: str) -> str:
        for name, value in self.variables.items():
            text = text.replace("${" + name + "}", value)
        for name, value in self.instance.placeholders.items():
            text = text.replace("{" + name + "}", value)
        return text.replace("__TEST_DIR__", self.instance.placeholders["TEST_DIR"])


def fetch_texts(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[list[tuple[str, ...]], list[bool]]:
    """The rows as DuckDB's cast to VARCHAR writes them, and which columns are floating point numbers."""
    connection.execute(sql)
    description = connection.description or []
    floating = [str(column[1]) in ("FLOAT", "DOUBLE") for column in description]
    # The values go through DuckDB's own cast. The statement has run once and is not run again: it may be an INSERT.
    table = connection.to_arrow_table()
    names = [f"c{i}" for i in range(len(floating))]
    table = table.rename_columns(names)
    caster = duckdb.connect()
    caster.register("result_rows", table)
    columns = ", ".join(f"{name}::VARCHAR" for name in names)
    rows = caster.execute(f"SELECT {columns} FROM result_rows").fetchall() if names else []
    caster.close()
    return [tuple(render_value(value) for value in row) for row in rows], floating


def render_value(value: str | None) -> str:
    if value is None:
        return "NULL"
    if value == "":
        return "(empty)"
    return value.replace("\0", "\\0").replace("\n", "\\n").replace("\t", "\\t")


def sort_rows(rows: list[tuple[str, ...]], mode: str) -> list[tuple[str, ...]]:
    if mode == "valuesort":
        rows = [(value,) for row in rows for value in row]
    return rows if mode == "nosort" else sorted(rows, key=lambda row: [value.encode() for value in row])


def match_regex(actual: str, expected: str) -> bool | None:
    if expected.startswith("<REGEX>:"):
        return re.fullmatch(expected.removeprefix("<REGEX>:"), actual, re.DOTALL) is not None
    if expected.startswith("<!REGEX>:"):
        return re.fullmatch(expected.removeprefix("<!REGEX>:"), actual, re.DOTALL) is None
    return None


def error_matches(actual: str, expected: str) -> bool:
    matched = match_regex(actual, expected)
    return expected in actual if matched is None else matched


def value_matches(actual: str, expected: str, is_floating: bool) -> bool:
    if actual == expected:
        return True
    matched = match_regex(actual, expected)
    if matched is not None:
        return matched
    try:
        return is_floating and math.isclose(float(actual), float(expected), rel_tol=FLOATING_TOLERANCE)
    except ValueError:
        return False


def arrange(lines: list[str], column_count: int) -> list[tuple[str, ...]] | None:
    """Lines with one row each, or with one value each; None when they are neither."""
    if column_count == 1:
        return [(line,) for line in lines]
    rows = [tuple(line.split("\t")) for line in lines]
    if all(len(row) == column_count for row in rows):
        return rows
    if any(len(row) > 1 for row in rows) or len(lines) % column_count:
        return None
    return [tuple(lines[i:i + column_count]) for i in range(0, len(lines), column_count)]


def find_difference(rows: list[tuple[str, ...]], floating: list[bool], expected: list[str],
                    query: Command) -> str | None:
    arranged = arrange(expected, query.column_count)
    if arranged is None:
        return f"the expected lines are neither rows of {query.column_count} tab separated values nor single values"
    wanted = sort_rows(arranged, query.sort_mode)
    if len(wanted) != len(rows):
        return f"expected {len(wanted)} rows, got {len(rows)}"
    for number, (actual_row, wanted_row) in enumerate(zip(rows, wanted), 1):
        for column, (actual, value) in enumerate(zip(actual_row, wanted_row)):
            if not value_matches(actual, value, floating[column]):
                return f"wrong value in row {number}, column {column + 1}: expected '{value}', got '{actual}'"
    return None
