"""Writes many small files as one, and clusters lineitem by two columns.

    optimize.py make FOLDER SOURCE_PARQUET FILES    the tables `small` (so many files of 5,000 rows) and `lineitem`
    optimize.py compact_ENGINE FOLDER               time, and the rows afterwards as the answer
    optimize.py cluster_ENGINE FOLDER               also the files that a range of each column reads, of all

Every engine gets a copy of its own. duckdb_copy is what DuckDB alone takes to read the files and write one.
"""

import json
import os
import pathlib
import re
import shutil
import sys

from engines import Stopwatch, copy_afresh, merganser_connection, peak_mb, plain_connection

ROWS = 5000
COLUMNS = ["l_shipdate", "l_partkey"]
TARGET_BYTES = 8 << 20
RANGES = ["l_shipdate BETWEEN DATE '1995-01-01' AND DATE '1995-03-31'", "l_partkey BETWEEN 50000 AND 60000"]
#: No sum of DOUBLE, which depends on the order of the rows.
SUMS = {"small": "count(*), sum(id), sum(hash(name, v))", "lineitem": "count(*), sum(l_partkey), sum(l_extendedprice)"}


def make(folder: str, source: str, files: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    connection = merganser_connection()
    connection.execute(f"ATTACH '{folder}' AS lake (TYPE merganser)")
    connection.execute("CREATE TABLE lake.small (id BIGINT, k BIGINT, name VARCHAR, v DOUBLE)")
    for n in range(files):
        connection.execute(f"INSERT INTO lake.small SELECT range + {n * ROWS}, range % 97, 'name ' || range, "
                           f"range / 7.0 FROM range({ROWS})")
    connection.execute(f"CREATE TABLE lake.lineitem WITH ('delta.targetFileSize' = '{TARGET_BYTES}') AS "
                       f"FROM read_parquet('{source}')")
    print(json.dumps({"files": files}))


def attached(folder: str, limit: str = "4GB"):
    connection = merganser_connection(memory_limit=limit)
    connection.execute(f"ATTACH '{folder}' AS lake (TYPE merganser)")
    return connection


def run_merganser(folder: str, table: str) -> float:
    connection = attached(folder, "512MB")
    options = "" if table == "small" else f", cluster_by => {COLUMNS}"
    with Stopwatch() as watch:
        connection.execute(f"CALL merganser_optimize('lake.{table}'{options})")
    return watch.seconds


def run_delta_rs(folder: str, table: str) -> float:
    from deltalake import DeltaTable

    with Stopwatch() as watch:
        optimizer = DeltaTable(f"{folder}/main/{table}").optimize
        if table == "small":
            optimizer.compact()
        else:
            optimizer.z_order(COLUMNS, target_size=TARGET_BYTES)
    return watch.seconds


def run_duckdb_copy(folder: str, table: str) -> float:
    connection = plain_connection()
    files = f"{folder}/main/{table}/*.parquet"
    with Stopwatch() as watch:
        connection.execute(f"COPY (FROM read_parquet('{files}')) TO '{folder}/copy.parquet' (FORMAT parquet)")
    return watch.seconds


def files_read(folder: str) -> list[int]:
    """Of the files of a table, those whose statistics a range cannot close, for each range in percent."""
    connection = attached(folder)
    total = connection.execute("SELECT count(*) FROM merganser_files('lake.lineitem')").fetchone()[0]
    percents = []
    for condition in RANGES:
        plan = connection.execute(f"EXPLAIN SELECT l_comment FROM lake.lineitem WHERE {condition}").fetchall()[0][1]
        kept = int(re.search(r"Files:\s*(\d+) of", plan.replace("│", " "))[1])
        percents.append(round(100 * kept / total))
    return percents


def main() -> None:
    what, folder = sys.argv[1:3]
    if what == "make":
        make(folder, sys.argv[3], int(sys.argv[4]))
        return
    kind, _, engine = what.partition("_")
    table = "small" if kind == "compact" else "lineitem"
    own = f"{folder}_own"
    shutil.rmtree(own, ignore_errors=True)
    copy_afresh(pathlib.Path(folder) / "main" / table, pathlib.Path(own) / "main" / table)
    run = {"merganser": run_merganser, "delta_rs": run_delta_rs, "duckdb_copy": run_duckdb_copy}[engine]
    result = {"seconds": run(own, table)}
    # Before the answer is looked at.
    result["peak_mb"] = peak_mb()
    if os.path.exists(f"{own}/copy.parquet"):
        answer = plain_connection().execute(f"SELECT {SUMS[table]} FROM read_parquet('{own}/copy.parquet')").fetchone()
    else:
        answer = attached(own).execute(f"SELECT {SUMS[table]} FROM lake.{table}").fetchone()
    result["answer"] = ", ".join(str(value) for value in answer)
    if table == "lineitem":
        result["unclustered_percent"] = max(files_read(folder))
        result["date_percent"], result["part_percent"] = files_read(own)
    print(json.dumps(result))
    shutil.rmtree(own)


if __name__ == "__main__":
    main()
