"""Writes TPC-H lineitem into a new table.   ctas.py ENGINE FOLDER SOURCE_PARQUET
The source is loaded into memory first; only the write is timed."""

import json
import shutil
import sys

from engines import Stopwatch, merganser_connection, plain_connection


def main() -> None:
    engine, folder, source = sys.argv[1:4]
    shutil.rmtree(folder, ignore_errors=True)
    connection = merganser_connection() if engine == "merganser" else plain_connection()
    connection.execute(f"CREATE TABLE lineitem AS FROM read_parquet('{source}')")
    if engine == "merganser":
        connection.execute(f"ATTACH '{folder}' AS lake (TYPE merganser)")
        with Stopwatch() as watch:
            connection.execute("CREATE TABLE lake.lineitem AS FROM memory.main.lineitem")
    elif engine == "duckdb_copy":
        import os

        os.makedirs(folder)
        with Stopwatch() as watch:
            connection.execute(f"COPY lineitem TO '{folder}/lineitem.parquet' (FORMAT parquet, ROW_GROUP_SIZE 1000000)")
    else:
        from deltalake import write_deltalake

        with Stopwatch() as watch:
            write_deltalake(f"{folder}/lineitem", connection.execute("FROM lineitem").fetch_record_batch(100_000))
    print(json.dumps({"seconds": watch.seconds}))


if __name__ == "__main__":
    main()
