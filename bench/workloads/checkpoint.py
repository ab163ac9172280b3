"""A checkpoint of a table with very many files.   checkpoint.py ENGINE FOLDER

Every engine gets a copy of the log. Times: opening the table, and the checkpoint; Merganser writes it after an INSERT,
which is in its time. The answer is how many files the checkpoint has, as DuckDB reads it."""

import json
import pathlib
import shutil
import sys

from engines import Stopwatch, copy_afresh, merganser_connection, peak_mb, plain_connection


def open_with_merganser(folder: pathlib.Path):
    connection = merganser_connection()
    connection.execute(f"ATTACH '{folder.parent}' AS lake (TYPE merganser)")
    table = f"lake.{folder.name}"
    connection.execute(f"SELECT c0 FROM {table} WHERE c0 < 0").fetchall()
    return lambda: connection.execute(f"INSERT INTO {table} (c0) VALUES (1)")


def open_with_delta_rs(folder: pathlib.Path):
    from deltalake import DeltaTable

    table = DeltaTable(str(folder))
    return table.create_checkpoint


def main() -> None:
    engine, source = sys.argv[1], pathlib.Path(sys.argv[2])
    own = source.with_name(f"{source.name}_own")
    copy_afresh(source, own)
    before = set((own / "_delta_log").glob("*.checkpoint*.parquet"))
    with Stopwatch() as opening:
        write = {"merganser": open_with_merganser, "delta_rs": open_with_delta_rs}[engine](own)
    with Stopwatch() as writing:
        write()
    peak = peak_mb()
    (written,) = set((own / "_delta_log").glob("*.checkpoint*.parquet")) - before
    adds = plain_connection().execute(f"SELECT count(add.path) FROM read_parquet('{written}')").fetchone()[0]
    # The file of the INSERT is no other engine's.
    figures = {"open_s": opening.seconds, "checkpoint_s": writing.seconds, "peak_mb": peak,
               "answer": str(adds - (engine == "merganser"))}
    print(json.dumps(figures))
    shutil.rmtree(own)


if __name__ == "__main__":
    main()
