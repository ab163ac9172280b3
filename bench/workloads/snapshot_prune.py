"""Queries whose filter prunes every file.   snapshot_prune.py ENGINE FOLDER

Times: first query (cold), the same again, one on another column, one after a foreign commit; the resident memory that
the table's state takes."""

import json
import pathlib
import sys

from engines import Stopwatch, delta_connection, merganser_connection

NEVER = 10**15


def resident_mb() -> float:
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


def foreign_commit(folder: pathlib.Path) -> pathlib.Path:
    """Another engine's commit; the caller removes it again."""
    log = folder / "_delta_log"
    version = max(int(path.stem) for path in log.glob("*.json") if path.stem.isdigit()) + 1
    path = log / f"{version:020}.json"
    bounds = {f"c{i}": 1 for i in range(10)}
    stats = json.dumps({"numRecords": 1, "minValues": bounds, "maxValues": bounds,
                        "nullCount": dict.fromkeys(bounds, 0)})
    path.write_text(json.dumps({"commitInfo": {"timestamp": 1700000000000, "operation": "WRITE"}}) + "\n" + json.dumps(
        {"add": {"path": f"foreign-{version}.parquet", "partitionValues": {}, "size": 1, "modificationTime": 1,
                 "dataChange": True, "stats": stats}}) + "\n")
    return path


def run_sql(connection, relation: str, folder: pathlib.Path) -> dict:
    times = {}
    before = resident_mb()
    for name, column in (("first_s", "c3"), ("same_s", "c3"), ("other_column_s", "c7")):
        with Stopwatch() as watch:
            query = f"SELECT count(*), sum({column}) FROM {relation} WHERE {column} > {NEVER}"
            rows = connection.execute(query).fetchone()
        assert rows[0] == 0, rows
        times[name] = watch.seconds
    times["resident_mb"] = resident_mb() - before
    commit = foreign_commit(folder)
    try:
        with Stopwatch() as watch:
            connection.execute(f"SELECT count(*), sum(c1) FROM {relation} WHERE c1 > {NEVER}").fetchone()
        times["after_commit_s"] = watch.seconds
    finally:
        commit.unlink()
    return times


def run_delta_rs(folder: pathlib.Path) -> dict:
    from deltalake import DeltaTable, QueryBuilder

    before = resident_mb()
    with Stopwatch() as load:
        table = DeltaTable(str(folder))
    times = {}
    for name, column in (("first_s", "c3"), ("same_s", "c3"), ("other_column_s", "c7")):
        with Stopwatch() as watch:
            QueryBuilder().register("t", table).execute(f"SELECT count(*) FROM t WHERE {column} > {NEVER}").read_all()
        times[name] = watch.seconds + (load.seconds if name == "first_s" else 0)
    times["resident_mb"] = resident_mb() - before
    commit = foreign_commit(folder)
    try:
        with Stopwatch() as watch:
            table.update_incremental()
            QueryBuilder().register("t", table).execute(f"SELECT count(*) FROM t WHERE c1 > {NEVER}").read_all()
        times["after_commit_s"] = watch.seconds
    finally:
        commit.unlink()
    return times


def main() -> None:
    engine, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    if engine == "merganser":
        connection = merganser_connection()
        connection.execute(f"ATTACH '{folder.parent}' AS lake (TYPE merganser)")
        times = run_sql(connection, f'lake."{folder.name}"', folder)
    elif engine == "delta_extension":
        times = run_sql(delta_connection(), f"delta_scan('{folder}')", folder)
    else:
        times = run_delta_rs(folder)
    print(json.dumps(times))


if __name__ == "__main__":
    main()
