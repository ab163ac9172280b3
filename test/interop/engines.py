"""The engines that read a Delta table's folder: ours, then three that know nothing of it. All give Arrow tables."""

import re
from collections.abc import Callable
from pathlib import Path

import deltalake
import duckdb
import duckdb_extension_delta
import polars
import pyarrow as pa

from lakes import open_duckdb, quoted


def script_statements(script: str, table: str) -> list[str]:
    """Statements end with a semicolon at the end of a line; {t} stands for the table."""
    parts = (part.strip() for part in re.split(r";[ ]*(?:\n|$)", script))
    return [part.replace("{t}", table) for part in parts if part]


class Merganser:
    """DuckDB's Python package with our extension; folders are attached as they are needed."""

    def __init__(self, extension: Path):
        self.connection = open_duckdb(extension)
        self.connection.execute("SET TimeZone = 'UTC'")

    def attach(self, folder: Path, name: str = "lake", options: str = "") -> None:
        self.connection.execute(f"ATTACH {quoted(folder)} AS {name} (TYPE merganser{options})")

    def detach(self, name: str = "lake") -> None:
        self.connection.execute(f"DETACH {name}")

    def sql(self, *statements: str) -> None:
        for statement in statements:
            self.connection.execute(statement)

    def run(self, table: str, script: str) -> None:
        self.sql(*script_statements(script, table))

    def fetch(self, query: str) -> pa.Table:
        return self.connection.execute(query).to_arrow_table()

    def rows(self, query: str) -> list[tuple]:
        return self.connection.execute(query).fetchall()

    def read(self, table: Path, version: int | None = None) -> pa.Table:
        """VARIANT columns come as text: Arrow has no such type."""
        pinned = "" if version is None else f", version => {version}"
        source = f"FROM read_delta({quoted(table)}{pinned})"
        variants = [named for named, kind, *_ in self.rows(f"DESCRIBE {source}") if kind == "VARIANT"]
        texts = ", ".join(f'"{named}"::VARCHAR AS "{named}"' for named in variants)
        return self.fetch(f"SELECT * REPLACE ({texts}) {source}" if variants else source)


def read_delta_rs(table: Path, version: int | None = None) -> pa.Table:
    """delta-rs with its own query engine: the one of its readers that knows most of the protocol."""
    opened = deltalake.DeltaTable(str(table), version=version)
    query = deltalake.QueryBuilder().register("t", opened).execute("SELECT * FROM t")
    return pa.table(query.read_all())


def read_polars(table: Path, version: int | None = None) -> pa.Table:
    return polars.scan_delta(str(table), version=version).collect().to_arrow()


_delta_connection: duckdb.DuckDBPyConnection | None = None


def read_duckdb_delta(table: Path, version: int | None = None) -> pa.Table:
    global _delta_connection
    if _delta_connection is None:
        _delta_connection = duckdb.connect()
        folder = Path(duckdb_extension_delta.__file__).parent
        _delta_connection.execute(f"LOAD {quoted(next(folder.rglob('delta.duckdb_extension')))}")
        _delta_connection.execute("SET TimeZone = 'UTC'")
    pinned = "" if version is None else f", version => {version}"
    return _delta_connection.execute(f"FROM delta_scan({quoted(table)}{pinned})").to_arrow_table()


Reader = Callable[..., pa.Table]
READERS: dict[str, Reader] = {"delta-rs": read_delta_rs, "polars": read_polars, "duckdb-delta": read_duckdb_delta}


def delta_tables(root: Path) -> list[Path]:
    """Every folder below root that holds the log of a table."""
    found = {log.parent.parent for log in root.rglob("_delta_log/*") if re.fullmatch(r"\d{20}\.json", log.name)}
    return sorted(found)
