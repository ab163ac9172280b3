"""TPC-H over the same Parquet files.   tpch.py ENGINE LAKE
                                     tpch.py make|make_lineitem LAKE SCALE
`make` writes the tables with Merganser; the others read them: as tables, through read_parquet, through the delta
extension. `make_lineitem` writes nothing but lineitem, as Parquet in pieces, and never holds more than one piece."""

import glob
import json
import os
import sys

from engines import Stopwatch, delta_connection, load_tpch, merganser_connection, plain_connection

TABLES = ("customer", "lineitem", "nation", "orders", "part", "partsupp", "region", "supplier")


def make(lake: str, scale: str) -> None:
    connection = merganser_connection(memory_limit="8GB")
    load_tpch(connection)
    connection.execute(f"CALL dbgen(sf = {scale})")
    connection.execute(f"ATTACH '{lake}' AS lake (TYPE merganser)")
    for table in TABLES:
        connection.execute(f"CREATE TABLE lake.{table} AS FROM memory.main.{table}")
    connection.execute(f"COPY lineitem TO '{lake}/lineitem.source.parquet'")
    print(json.dumps({"tables": len(TABLES)}))


def make_lineitem(lake: str, scale: str) -> None:
    """The generator makes all tables of a piece; they are dropped before the next."""
    connection = plain_connection(memory_limit="8GB")
    load_tpch(connection)
    os.makedirs(lake)
    pieces = max(1, int(float(scale)))
    for piece in range(pieces):
        connection.execute(f"CALL dbgen(sf = {scale}, children = {pieces}, step = {piece})" if pieces > 1
                           else f"CALL dbgen(sf = {scale})")
        connection.execute(f"COPY lineitem TO '{lake}/lineitem.source.{piece:03}.parquet'")
        for table in TABLES:
            connection.execute(f"DROP TABLE {table}")
    print(json.dumps({"pieces": pieces}))


def main() -> None:
    engine, lake = sys.argv[1], sys.argv[2]
    if engine.startswith("make"):
        (make if engine == "make" else make_lineitem)(lake, sys.argv[3])
        return
    if engine == "merganser":
        connection = merganser_connection()
        connection.execute(f"ATTACH '{lake}' AS lake (TYPE merganser)")
        sources = {table: f"lake.{table}" for table in TABLES}
    elif engine == "read_parquet":
        connection = plain_connection()
        sources = {table: f"read_parquet({glob.glob(f'{lake}/main/{table}/*.parquet')})" for table in TABLES}
    else:
        connection = delta_connection()
        sources = {table: f"delta_scan('{lake}/main/{table}')" for table in TABLES}
    load_tpch(connection)
    for table, source in sources.items():
        connection.execute(f"CREATE VIEW {table} AS FROM {source}")
    times = {}
    for query in range(1, 23):
        with Stopwatch() as watch:
            connection.execute(f"PRAGMA tpch({query})").fetchall()
        times[f"q{query:02}"] = watch.seconds
    times["total_s"] = sum(times.values())
    print(json.dumps(times))


if __name__ == "__main__":
    main()
