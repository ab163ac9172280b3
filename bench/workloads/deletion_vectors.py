"""Reads lineitem where rows are deleted by deletion vectors.   deletion_vectors.py ENGINE LAKE PERCENT
                                                            deletion_vectors.py make LAKE SOURCE_PARQUET
`make` writes each table twice with Merganser: `vectors_<percent>`, and `rewritten_<percent>` with the same rows and no
vectors, which merganser_rewritten reads. Times: the first query with opening the table, and the median of the same
again. Its answer is the query's row."""

import json
import pathlib
import shutil
import sys

from engines import Stopwatch, delta_connection, merganser_connection
from merge_operations import DRAW

PERCENTS = (0, 1, 10, 50)
QUERY = ("SELECT count(*) AS n, sum(l_quantity) AS quantity, sum(l_extendedprice) AS price, "
         "max(l_shipdate) AS shipped FROM {0}")


def check_vectors(table: pathlib.Path, wanted: bool) -> None:
    last = max((table / "_delta_log").glob("*.json"))
    found = '"deletionVector":' in last.read_text()
    if found != wanted:
        raise RuntimeError(f"{last} has {'a' if found else 'no'} deletion vector")


def make(lake: str, source: str) -> None:
    shutil.rmtree(lake, ignore_errors=True)
    connection = merganser_connection()
    connection.execute(f"ATTACH '{lake}' AS lake (TYPE merganser)")
    for kind, vectors in (("vectors", "true"), ("rewritten", "false")):
        for percent in PERCENTS:
            table = f"{kind}_{percent}"
            connection.execute(f"CREATE TABLE lake.{table} WITH ('delta.enableDeletionVectors' = '{vectors}') AS "
                               f"FROM read_parquet('{source}')")
            if percent:
                connection.execute(f"DELETE FROM lake.{table} WHERE {DRAW} < {percent * 10}")
                check_vectors(pathlib.Path(lake) / "main" / table, kind == "vectors")
    print(json.dumps({"tables": 2 * len(PERCENTS)}))


def merganser_reader(lake: str, table: str):
    """A reader opens the table, and answers the query."""
    connection = merganser_connection()
    return (lambda: connection.execute(f"ATTACH '{lake}' AS lake (TYPE merganser)"),
            lambda: connection.execute(QUERY.format(f"lake.{table}")).fetchone())


def delta_extension_reader(lake: str, table: str):
    connection = delta_connection()
    return (lambda: None,
            lambda: connection.execute(QUERY.format(f"delta_scan('{lake}/main/{table}')")).fetchone())


def delta_rs_reader(lake: str, table: str):
    """By delta-rs's own query engine: its pyarrow dataset refuses tables with deletion vectors."""
    import pyarrow
    from deltalake import DeltaTable, QueryBuilder

    builder = QueryBuilder()
    return (lambda: builder.register("t", DeltaTable(f"{lake}/main/{table}")),
            lambda: pyarrow.table(builder.execute(QUERY.format("t")).read_all()).to_pylist()[0].values())


def main() -> None:
    engine, lake, what = sys.argv[1:4]
    if engine == "make":
        make(lake, what)
        return
    kind = "rewritten" if engine == "merganser_rewritten" else "vectors"
    reader = {"delta_extension": delta_extension_reader, "delta_rs": delta_rs_reader}.get(engine, merganser_reader)
    open_table, query = reader(lake, f"{kind}_{what}")
    with Stopwatch() as first:
        open_table()
        row = query()
    times = []
    for _ in range(5):
        with Stopwatch() as watch:
            query()
        times.append(watch.seconds)
    print(json.dumps({"first_s": first.seconds, "again_s": sorted(times)[2], "answer": "/".join(map(str, row))}))


if __name__ == "__main__":
    main()
