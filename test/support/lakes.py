"""Opens DuckDB's Python package with the extension, and lakes in it."""

from pathlib import Path

import duckdb


def quoted(text: object) -> str:
    """As a string of SQL."""
    return "'" + str(text).replace("'", "''") + "'"


def open_duckdb(extension: Path, **config: object) -> duckdb.DuckDBPyConnection:
    """An instance of its own, which remembers nothing of earlier ones and makes no commits of its own accord."""
    connection = duckdb.connect(config={"allow_unsigned_extensions": "true", **config})
    connection.execute(f"LOAD {quoted(extension)}")
    connection.execute("SET GLOBAL merganser_automatic_compaction = false")
    connection.execute("SET GLOBAL merganser_automatic_vacuum = false")
    return connection


def open_lake(extension: Path, folder: Path, **config: object) -> duckdb.DuckDBPyConnection:
    """The same, with the folder attached as `lake`."""
    connection = open_duckdb(extension, **config)
    connection.execute(f"ATTACH {quoted(folder)} AS lake (TYPE merganser)")
    return connection
