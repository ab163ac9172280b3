"""Checkpoints of more than one row group, which several threads write."""

import json
import os
from pathlib import Path

import duckdb
import pytest

from lakes import open_lake

FILES = 50_000


@pytest.fixture
def table(extension: Path, tmp_path: Path) -> Path:
    """Version 1 adds files that need not be there, as nobody reads them."""
    connection = open_lake(extension, tmp_path / "lake")
    connection.execute("CREATE TABLE lake.t (id INTEGER, name VARCHAR) WITH ('delta.checkpointInterval' = 1)")
    connection.close()
    folder = tmp_path / "lake/main/t"
    with open(folder / "_delta_log" / f"{1:020}.json", "w") as commit:
        for number in range(FILES):
            stats = {"numRecords": 10, "minValues": {"id": number, "name": "a" * 100},
                     "maxValues": {"id": number, "name": "b" * 100}, "nullCount": {"id": 0, "name": 0}}
            add = {"path": f"part-{number:08}.parquet", "partitionValues": {}, "size": number, "dataChange": True,
                   "modificationTime": 1, "stats": json.dumps(stats)}
            commit.write(json.dumps({"add": add}) + "\n")
    return folder


def checkpoint_of(table: Path, version: int) -> Path:
    return table / "_delta_log" / f"{version:020}.checkpoint.parquet"


def check(path: Path, own_files: int) -> None:
    """The checkpoint has every file once, with what the log said of it."""
    groups = duckdb.execute("SELECT count(DISTINCT row_group_id) FROM parquet_metadata(?)", [str(path)]).fetchone()[0]
    assert groups > 2
    counts = duckdb.execute(
        "SELECT count(add.path), count(DISTINCT add.path), count(protocol), count(metaData), count(remove), "
        "count(*) FILTER (add.path = format('part-{:08}.parquet', add.size) "
        "AND (add.stats::JSON->>'$.minValues.id') = add.size::VARCHAR) "
        "FROM read_parquet(?)", [str(path)]).fetchone()
    assert counts == (FILES + own_files, FILES + own_files, 1, 1, 0, FILES)


def test_it_holds_every_file_once(extension: Path, table: Path) -> None:
    connection = open_lake(extension, table.parents[1])
    connection.execute("INSERT INTO lake.t VALUES (-1, 'x')")
    check(checkpoint_of(table, 2), 1)
    # Read and written at the same time.
    connection.execute("INSERT INTO lake.t VALUES (-2, 'y')")
    check(checkpoint_of(table, 3), 2)
    for path in (table / "_delta_log").glob("*.json"):
        if int(path.stem) < 3:
            path.unlink()
    other = open_lake(extension, table.parents[1])
    assert other.execute("SELECT id FROM lake.t WHERE id < 0 ORDER BY id").fetchall() == [(-2,), (-1,)]


@pytest.mark.parametrize("threads", [1, 8])
def test_the_number_of_threads_changes_nothing(extension: Path, table: Path, threads: int) -> None:
    connection = open_lake(extension, table.parents[1])
    connection.execute(f"SET threads = {threads}")
    connection.execute("INSERT INTO lake.t VALUES (-1, 'x')")
    check(checkpoint_of(table, 2), 1)


def test_what_cannot_be_read_in_the_middle_leaves_nothing(extension: Path, table: Path) -> None:
    connection = open_lake(extension, table.parents[1])
    connection.execute("INSERT INTO lake.t VALUES (-1, 'x')")
    before = checkpoint_of(table, 2)
    content = bytearray(before.read_bytes())
    middle = len(content) // 2
    content[middle:middle + 200_000] = b"\xff" * 200_000
    before.write_bytes(content)
    os.utime(before, (1, 1))
    names = set(os.listdir(table / "_delta_log"))
    connection.execute("INSERT INTO lake.t VALUES (-2, 'y')")
    assert set(os.listdir(table / "_delta_log")) - names <= {f"{3:020}.json", f"{3:020}.crc"}
    assert connection.execute("SELECT count(*) FROM lake.t WHERE id < 0").fetchone()[0] == 2
