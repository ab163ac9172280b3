"""Writes TPC-H lineitem into a new table.   ctas.py ENGINE FOLDER SOURCE_PARQUET
The source is loaded into memory first; only the write is timed."""

import json
import os
import shutil
import sys

from engines import Stopwatch, delta_extension, merganser_connection, plain_connection


def run_duckrun(folder: str, source: str) -> float:
    import duckrun

    os.makedirs(f"{folder}/main")
    session = duckrun.connect(folder, schema="main", read_only=False)
    session.sql(f"SET extension_directory = '{folder}/extensions'")
    session.sql(f"INSTALL '{delta_extension()}'")
    session.sql("SET threads = 2")
    session.sql("SET memory_limit = '4GB'")
    session.sql(f"CREATE TEMP TABLE source AS FROM read_parquet('{source}')")
    with Stopwatch() as watch:
        session.sql("CREATE TABLE lineitem AS SELECT * FROM source")
    return watch.seconds


def main() -> None:
    engine, folder, source = sys.argv[1:4]
    shutil.rmtree(folder, ignore_errors=True)
    if engine == "duckrun":
        print(json.dumps({"seconds": run_duckrun(folder, source)}))
        return
    connection = merganser_connection() if engine == "merganser" else plain_connection()
    connection.execute(f"CREATE TABLE lineitem AS FROM read_parquet('{source}')")
    if engine == "merganser":
        connection.execute(f"ATTACH '{folder}' AS lake (TYPE merganser)")
        with Stopwatch() as watch:
            connection.execute("CREATE TABLE lake.lineitem AS FROM memory.main.lineitem")
    elif engine == "duckdb_copy":
        os.makedirs(folder)
        with Stopwatch() as watch:
            connection.execute(f"COPY lineitem TO '{folder}/lineitem.parquet' (FORMAT parquet, ROW_GROUP_SIZE 1000000)")
    else:
        from deltalake import write_deltalake

        with Stopwatch() as watch:
            write_deltalake(f"{folder}/lineitem", connection.execute("FROM lineitem").to_arrow_reader(100_000))
    print(json.dumps({"seconds": watch.seconds}))


if __name__ == "__main__":
    main()
