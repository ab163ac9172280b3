"""The peers of the merge chain. Each opens its folder, creates its table from the view `seed`, changes it by an
operation, and answers a query over it."""

import os
import tempfile

import duckdb

from engines import delta_connection, delta_extension, merganser_connection, plain_connection
from merge_operations import ON, OPERATIONS, merge_with_delta_rs


#: What duckrun's connect sets for its own session. The batch is made by DuckDB for every peer, and half as long again
#: where it has to keep the order of the rows, so it is made in the same session.
SESSION = ("preserve_insertion_order = false", "parquet_metadata_cache = true")


def in_session(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    for setting in SESSION:
        connection.execute(f"SET {setting}")
    return connection


class SqlTable:
    """A table of a DuckDB connection: DuckDB's own, or Merganser's."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, table: str, options: str = ""):
        self.connection, self.table, self.options = connection, table, options

    def execute(self, sql: str) -> None:
        self.connection.execute(sql)

    def create(self) -> None:
        self.execute(f"CREATE TABLE {self.table} {self.options} AS FROM seed")

    def change(self, name: str) -> None:
        # DuckDB writes "all columns by name" without SET * and *.
        statement = OPERATIONS[name].statement.replace("UPDATE SET *", "UPDATE").replace("INSERT *", "INSERT")
        self.execute(statement.format(t=self.table, options=self.options))

    def first_row(self, query: str) -> tuple:
        return self.connection.execute(query.format(self.table)).fetchone()

    def close(self) -> None:
        self.connection.close()


def own_table(folder: str) -> SqlTable:
    os.makedirs(folder, exist_ok=True)
    return SqlTable(in_session(plain_connection(database=f"{folder}/t.duckdb")), "t")


def merganser_table(folder: str, options: str = "", memory_limit: str = "4GB") -> SqlTable:
    connection = in_session(merganser_connection(memory_limit=memory_limit))
    connection.execute(f"ATTACH '{folder}' AS lake (TYPE merganser)")
    return SqlTable(connection, "lake.t", options)


class DeltaRs:
    """delta-rs writes; DuckDB makes the batch and hands it over as Arrow."""

    def __init__(self, folder: str):
        import deltalake

        self.deltalake = deltalake
        self.connection = in_session(plain_connection())
        self.folder = f"{folder}/t"

    def execute(self, sql: str) -> None:
        self.connection.execute(sql)

    def write(self, table: str, mode: str) -> None:
        rows = self.connection.execute(f"FROM {table}").to_arrow_reader(100_000)
        self.deltalake.write_deltalake(self.folder, rows, mode=mode)

    def create(self) -> None:
        self.write("seed", "error")

    def change(self, name: str) -> None:
        if name in ("append_5", "overwrite_5"):
            self.write("batch", "append" if name == "append_5" else "overwrite")
            return
        batch = self.connection.execute("FROM batch").to_arrow_reader(100_000)
        merger = self.deltalake.DeltaTable(self.folder).merge(batch, ON, source_alias="b", target_alias="t")
        merge_with_delta_rs(merger, name).execute()

    def first_row(self, query: str) -> tuple:
        return delta_connection().execute(query.format(f"delta_scan('{self.folder}')")).fetchone()

    def close(self) -> None:
        self.connection.close()


class Duckrun:
    """DuckDB reads, an older delta-rs writes; both behind statements in SQL."""

    def __init__(self, folder: str):
        import duckrun

        os.makedirs(f"{folder}/main", exist_ok=True)
        self.folder = f"{folder}/main/t"
        # DuckDB looks for installed extensions in the home folder, and opening the lake wants the one for Delta.
        os.environ["HOME"] = tempfile.gettempdir()
        with duckdb.connect() as connection:
            connection.execute(f"INSTALL '{delta_extension()}'")
        self.session = duckrun.connect(folder, schema="main", read_only=False)
        for setting in ("threads = 2", "memory_limit = '4GB'", "max_temp_directory_size = '20GB'"):
            self.execute(f"SET {setting}")

    def execute(self, sql: str) -> None:
        # What is no change is a lazy relation until its rows are asked for.
        self.session.sql(sql)

    def create(self) -> None:
        self.execute("CREATE TABLE t AS SELECT * FROM seed")

    def change(self, name: str) -> None:
        self.execute(OPERATIONS[name].statement.format(t="t", options=""))

    def first_row(self, query: str) -> tuple:
        return self.session.sql(query.format(f"delta_scan('{self.folder}')")).fetchone()

    def close(self) -> None:
        self.session.close()


VECTORS = "WITH ('delta.enableDeletionVectors' = 'true')"
PEERS = {
    "duckdb": own_table,
    "merganser": merganser_table,
    "merganser_dv": lambda folder: merganser_table(folder, VECTORS),
    "merganser_2gb": lambda folder: merganser_table(folder, memory_limit="2GB"),
    "merganser_dv_2gb": lambda folder: merganser_table(folder, VECTORS, memory_limit="2GB"),
    "delta_rs": DeltaRs,
    "duckrun": Duckrun,
}
