"""VACUUM's dry run: which files of a folder nobody needs.   vacuum_dry_run.py make FOLDER FILES
                                                             vacuum_dry_run.py ENGINE FOLDER

Of FILES files half are live, a quarter was removed long ago, a quarter was never committed. Times: first run, the same
again; the files that were found, and the memory at its peak."""

import json
import os
import pathlib
import sys

from engines import Stopwatch, merganser_connection, peak_mb

#: In 2020: long before any time to retain.
OLD_SECONDS = 1_600_000_000
SCHEMA = {"type": "struct", "fields": [{"name": "id", "type": "long", "nullable": True, "metadata": {}}]}
BEGIN = [{"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}},
         {"metaData": {"id": "5fba94ed-9794-4965-ba6e-6ee3c0d22af9", "format": {"provider": "parquet", "options": {}},
                       "schemaString": json.dumps(SCHEMA), "partitionColumns": [], "configuration": {},
                       "createdTime": OLD_SECONDS * 1000}}]


def name_of(number: int) -> str:
    return f"part-{number:05}-5fba94ed-9794-4965-ba6e-6ee3c0d22af9.c000.snappy.parquet"


def write_commit(folder: pathlib.Path, version: int, actions: list) -> None:
    path = folder / "_delta_log" / f"{version:020}.json"
    path.write_text("".join(json.dumps(action) + "\n" for action in actions))
    os.utime(path, (OLD_SECONDS + version, OLD_SECONDS + version))


def make(folder: pathlib.Path, files: int) -> None:
    if (folder / "_delta_log" / f"{1:020}.json").exists() and (folder / name_of(files - 1)).exists():
        return
    (folder / "_delta_log").mkdir(parents=True, exist_ok=True)
    for number in range(files):
        path = folder / name_of(number)
        path.write_bytes(b"x")
        os.utime(path, (OLD_SECONDS, OLD_SECONDS))
    added = [{"add": {"path": name_of(number), "partitionValues": {}, "size": 1,
                      "modificationTime": OLD_SECONDS * 1000, "dataChange": True}} for number in range(files * 3 // 4)]
    removed = [{"remove": {"path": name_of(number), "deletionTimestamp": OLD_SECONDS * 1000, "dataChange": True}}
               for number in range(files // 4)]
    write_commit(folder, 0, BEGIN + added)
    write_commit(folder, 1, removed)


def find_with_merganser(folder: pathlib.Path):
    connection = merganser_connection()
    return lambda: connection.execute(
        f"SELECT count(path) FROM merganser_vacuum('{folder}', dry_run => true)").fetchone()[0]


def find_with_delta_rs(folder: pathlib.Path):
    from deltalake import DeltaTable

    # Not full, it looks at tombstones only.
    return lambda: len(DeltaTable(str(folder)).vacuum(dry_run=True, full=True))


def main() -> None:
    engine, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    if engine == "make":
        make(folder, int(sys.argv[3]))
        print(json.dumps({"files": int(sys.argv[3])}))
        return
    find = {"merganser": find_with_merganser, "delta_rs": find_with_delta_rs}[engine](folder)
    figures = {}
    for name in ("first_s", "again_s"):
        with Stopwatch() as watch:
            figures["answer"] = str(find())
        figures[name] = watch.seconds
    figures["peak_mb"] = peak_mb()
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
