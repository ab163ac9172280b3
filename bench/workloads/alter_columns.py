"""Renames a column of lineitem, and drops one.   alter_columns.py make FOLDER SOURCE_PARQUET
                                               alter_columns.py ENGINE FOLDER

delta-rs has neither: it writes the table anew from DuckDB's rows. The answer is a sum over the columns afterwards."""

import json
import pathlib
import shutil
import sys

from engines import Stopwatch, copy_afresh, merganser_connection, plain_connection


def make(folder: str, source: str) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    connection = merganser_connection()
    connection.execute(f"ATTACH '{folder}' AS lake (TYPE merganser)")
    connection.execute(f"CREATE TABLE lake.lineitem AS FROM read_parquet('{source}')")


def alter_with_merganser(folder: pathlib.Path):
    connection = merganser_connection()
    connection.execute(f"ATTACH '{folder}' AS lake (TYPE merganser)")
    return (lambda: connection.execute("ALTER TABLE lake.lineitem RENAME COLUMN l_quantity TO quantity"),
            lambda: connection.execute("ALTER TABLE lake.lineitem DROP COLUMN l_comment"))


def alter_with_delta_rs(folder: pathlib.Path):
    from deltalake import DeltaTable, write_deltalake

    path = str(folder / "main" / "lineitem")
    connection = plain_connection()

    def write(columns: str) -> None:
        connection.register("lineitem", DeltaTable(path).to_pyarrow_dataset())
        rows = connection.execute(f"SELECT {columns} FROM lineitem").to_arrow_reader()
        write_deltalake(path, rows, mode="overwrite", schema_mode="overwrite")

    return (lambda: write("* RENAME (l_quantity AS quantity)"), lambda: write("* EXCLUDE (l_comment)"))


def main() -> None:
    engine, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    if engine == "make":
        make(str(folder), sys.argv[3])
        print(json.dumps({}))
        return
    own = folder.with_name(f"{folder.name}_own")
    copy_afresh(folder, own)
    figures = {}
    alter = {"merganser": alter_with_merganser, "delta_rs": alter_with_delta_rs}[engine](own)
    for name, change in zip(("rename_s", "drop_s"), alter):
        with Stopwatch() as watch:
            change()
        figures[name] = watch.seconds
    reader = merganser_connection()
    reader.execute(f"ATTACH '{own}' AS lake (TYPE merganser, READ_ONLY)")
    rows = reader.execute("SELECT count(*), sum(quantity), count(COLUMNS(*)) FROM lake.lineitem").fetchone()
    figures["answer"] = str([str(value) for value in rows])
    print(json.dumps(figures))
    shutil.rmtree(own)


if __name__ == "__main__":
    main()
