"""A checkpoint of a table with very many files.   checkpoint.py ENGINE FOLDER

Every engine gets a copy of the log. Times: opening the table; the checkpoint; another one after ten commits that add a
file each. Merganser writes them after an INSERT, which is in its time. The answer is how many files the checkpoints
have, as DuckDB reads them."""

import json
import pathlib
import shutil
import sys
import uuid

from engines import Stopwatch, copy_afresh, merganser_connection, peak_mb, plain_connection


def open_with_merganser(folder: pathlib.Path):
    connection = merganser_connection()
    connection.execute(f"ATTACH '{folder.parent}' AS lake (TYPE merganser)")
    table = f"lake.{folder.name}"
    connection.execute(f"SELECT c0 FROM {table} WHERE c0 < 0").fetchall()

    def write() -> None:
        connection.execute(f"INSERT INTO {table} (c0) VALUES (1)")

    return write


def open_with_delta_rs(folder: pathlib.Path):
    from deltalake import DeltaTable

    table = DeltaTable(str(folder))

    def write() -> None:
        table.update_incremental()
        table.create_checkpoint()

    return write


def checkpoints(log: pathlib.Path) -> set[pathlib.Path]:
    return set(log.glob("*.checkpoint*.parquet"))


def add_commits(log: pathlib.Path, count: int) -> None:
    """Each adds a file like that of the commit before."""
    version = max(int(path.stem) for path in log.glob("*.json") if path.stem.isdigit())
    path = log / f"{version:020}.json"
    add = next(line for line in map(json.loads, path.read_text().splitlines()) if "add" in line)
    for number in range(version + 1, version + 1 + count):
        add["add"]["path"] = f"part-{uuid.uuid4()}.parquet"
        (log / f"{number:020}.json").write_text(json.dumps(add) + "\n")


def main() -> None:
    engine, source = sys.argv[1], pathlib.Path(sys.argv[2])
    own = source.with_name(f"{source.name}_own")
    copy_afresh(source, own)
    log = own / "_delta_log"
    before = checkpoints(log)
    with Stopwatch() as opening:
        write = {"merganser": open_with_merganser, "delta_rs": open_with_delta_rs}[engine](own)
    with Stopwatch() as writing:
        write()
    peak = peak_mb()
    add_commits(log, 9 if engine == "merganser" else 10)
    with Stopwatch() as again:
        write()
    first, second = sorted(checkpoints(log) - before)
    adds = [plain_connection().execute(f"SELECT count(add.path) FROM read_parquet('{path}')").fetchone()[0]
            for path in (first, second)]
    # The file of the first INSERT is no other engine's.
    own_files = engine == "merganser"
    figures = {"open_s": opening.seconds, "checkpoint_s": writing.seconds, "again_s": again.seconds, "peak_mb": peak,
               "peak_again_mb": peak_mb(), "answer": str([count - own_files for count in adds])}
    print(json.dumps(figures))
    shutil.rmtree(own)


if __name__ == "__main__":
    main()
