"""What the workloads share: connections with Merganser or with DuckDB's delta extension, copies, and a stopwatch."""

import os
import pathlib
import shutil
import time

import duckdb


def merganser_connection(threads: int = 2, memory_limit: str = "4GB") -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"allow_unsigned_extensions": "true", "threads": threads,
                                        "memory_limit": memory_limit})
    connection.execute(f"LOAD '{os.environ['MERGANSER_EXTENSION']}'")
    # What is measured is the statement.
    connection.execute("SET GLOBAL merganser_automatic_compaction = false")
    connection.execute("SET GLOBAL merganser_automatic_vacuum = false")
    return connection


def plain_connection(threads: int = 2, memory_limit: str = "4GB",
                     database: str = ":memory:") -> duckdb.DuckDBPyConnection:
    return duckdb.connect(database, config={"threads": threads, "memory_limit": memory_limit})


def delta_extension() -> pathlib.Path:
    import duckdb_extension_delta

    return next(pathlib.Path(duckdb_extension_delta.__file__).parent.rglob("delta.duckdb_extension"))


def delta_connection(threads: int = 2, memory_limit: str = "4GB") -> duckdb.DuckDBPyConnection:
    connection = plain_connection(threads, memory_limit)
    connection.execute(f"LOAD '{delta_extension()}'")
    return connection


def load_tpch(connection: duckdb.DuckDBPyConnection) -> None:
    import duckdb_extension_tpch

    folder = pathlib.Path(duckdb_extension_tpch.__file__).parent
    connection.execute(f"LOAD '{next(folder.rglob('tpch.duckdb_extension'))}'")


def copy_afresh(source: str | pathlib.Path, target: str | pathlib.Path) -> None:
    """A copy that is on the disk: who makes its own files durable would wait for these otherwise."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    os.sync()


def peak_mb() -> float:
    """The most memory that this process has held so far, in MiB."""
    status = pathlib.Path("/proc/self/status").read_text()
    return round(int(status.split("VmHWM:")[1].split()[0]) / 1024, 1)


class Stopwatch:
    """with Stopwatch() as watch: …; watch.seconds"""

    def __enter__(self):
        self.start = time.perf_counter()
        return self

    def __exit__(self, *_):
        self.seconds = time.perf_counter() - self.start
