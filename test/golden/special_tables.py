"""Tables whose rows cannot be compared as they are: named as `special` in README.md."""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import duckdb
from canonical_rows import Rows
from golden_tables import DATA

#: Of partition part_7.
PARTITION_FILES = "2999 of 300000"
Expected = Callable[[], Rows]


def partition_values(connection: duckdb.DuckDBPyConnection, folder: Path, expected: Expected) -> None:
    """`as_timestamp` has no zone and was written by a session in America/Los_Angeles; we read it as UTC."""
    shifted = expected()
    place = [name for name, _ in shifted.columns].index("as_timestamp")
    seven_hours = 7 * 3600 * 1_000_000

    def as_utc(row: tuple) -> tuple:
        return tuple(v - seven_hours if i == place and v is not None else v for i, v in enumerate(row))

    shifted.rows = Counter(as_utc(row) for row in shifted.rows.elements())
    ours = Rows(connection.execute(f"FROM read_delta('{folder}')").to_arrow_table())
    assert ours.difference(shifted) == ""


def log_only(connection: duckdb.DuckDBPyConnection, folder: Path, expected: Expected) -> None:
    """300,000 data files that were never written: what can be asked is how many are left."""

    def plan(where: str) -> str:
        return connection.execute(f"EXPLAIN SELECT * FROM read_delta('{folder}') {where}").fetchone()[1]

    assert "300000 of 300000" in plan("")
    assert PARTITION_FILES in plan("WHERE partition_col = 'part_7'")
    assert " 0 of 300000" in plan("WHERE partition_col = 'no such part'")


def void_column(connection: duckdb.DuckDBPyConnection, folder: Path, expected: Expected) -> None:
    """delta-kernel does not know the type void."""
    rows = connection.execute(f"FROM read_delta('{folder}') ORDER BY id").fetchall()
    assert rows == [(1, None), (2, None), (3, None)]


def variants(connection: duckdb.DuckDBPyConnection, folder: Path, expected: Expected) -> None:
    """The published rows hold the encoded bytes of `{"key": n}`."""
    text = (DATA / "tables" / "unshredded-variant.expected.in").read_text()
    published = re.findall(r'"\| (\d+) +\| \{metadata: 010100036b6579, value: 02010000020c([0-9a-f]{2})\}', text)
    assert len(published) > 100

    def row(number: str, encoded: str) -> tuple[int, str, str, str, str, str, str]:
        v = f"{{'key': {int(encoded, 16)}}}"
        return (
            int(number), v, f"[{v}, NULL, {v}, NULL, {v}]", f"{{'v': {v}}}", f"{{{number}={v}, nullKey=NULL}}",
            f"[{{'v': {v}}}, {{'v': NULL}}, NULL, {{'v': {v}}}, NULL, {{'v': {v}}}]", f"{{'v': [NULL, {v}]}}",
        )

    rows = connection.execute(f"SELECT id, COLUMNS(* EXCLUDE id)::VARCHAR FROM read_delta('{folder}')").fetchall()
    assert Counter(rows) == Counter(row(number, encoded) for number, encoded in published)


SPECIAL = {
    "golden/data-reader-partition-values": partition_values,
    "tables/300k-add-files-100-col-partitioned": log_only,
    "tables/void-column": void_column,
    "tables/unshredded-variant": variants,
}
