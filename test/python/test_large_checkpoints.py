"""Checkpoints of more than one row group, which several threads write."""

import json
import os
import time
from pathlib import Path

import deltalake
import duckdb
import pyarrow.parquet as pq
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


def commit(table: Path, version: int, actions: list[dict]) -> None:
    (table / "_delta_log" / f"{version:020}.json").write_text("".join(json.dumps(action) + "\n" for action in actions))


def removal(path: str) -> dict:
    return {"remove": {"path": path, "deletionTimestamp": int(time.time() * 1000), "dataChange": True}}


def row_groups(path: Path) -> list[tuple[int, bytes]]:
    """Rows of each row group and the bytes of its paths."""
    groups = []
    with open(path, "rb") as file:
        metadata = pq.ParquetFile(path).metadata
        for number in range(metadata.num_row_groups):
            group = metadata.row_group(number)
            columns = [group.column(i) for i in range(group.num_columns)]
            column = next(column for column in columns if column.path_in_schema == "add.path")
            file.seek(column.data_page_offset)
            groups.append((group.num_rows, file.read(column.total_compressed_size)))
    return groups


def test_row_groups_that_stay_are_taken_over_as_they_are(extension: Path, table: Path) -> None:
    connection = open_lake(extension, table.parents[1])
    connection.execute("INSERT INTO lake.t VALUES (-1, 'x')")
    before = row_groups(checkpoint_of(table, 2))
    # One file goes, another one gets new statistics, a third one is there again.
    paths = [f"part-{number:08}.parquet" for number in (30_000, 30_001, 30_002)]
    stats = {"numRecords": 1, "minValues": {"id": 7}, "maxValues": {"id": 7}, "nullCount": {"id": 0}}
    again = {"size": 30_001, "partitionValues": {}, "modificationTime": 7, "dataChange": False, "path": paths[1],
             "stats": json.dumps(stats)}
    commit(table, 3, [removal(paths[0]), {"add": again}, removal(paths[2])])
    commit(table, 4, [{"add": {**again, "path": paths[2], "size": 30_002}}])
    connection.execute("INSERT INTO lake.t VALUES (-2, 'y')")
    path = checkpoint_of(table, 5)
    after = row_groups(path)
    kept = [group for group in after if group in before]
    # The first one holds more than files, one has the files that changed.
    assert len(kept) == len(before) - 2 >= 1, [rows for rows, _ in before]
    counts = duckdb.execute("""
        SELECT count(add.path), count(DISTINCT add.path), count(protocol), count(metaData), count(remove),
               count(*) FILTER (add.stats::JSON->>'$.numRecords' = '1'
               AND add.size > 0 AND add.modificationTime = 7) FROM read_parquet(?)""", [str(path)]).fetchone()
    assert counts == (FILES + 1, FILES + 1, 1, 1, 1, 2)
    gone, back = duckdb.execute("""
        SELECT count(*) FILTER (add.path = ?), count(*) FILTER (add.path IN (?, ?) AND add.modificationTime = 7)
        FROM read_parquet(?)""", [*paths, str(path)]).fetchone()
    assert (gone, back) == (0, 2)
    # A process that knows nothing but the checkpoint, and other readers.
    for name in (table / "_delta_log").glob("*.json"):
        if int(name.stem) < 5:
            name.unlink()
    other = open_lake(extension, table.parents[1])
    assert other.execute("SELECT id FROM lake.t WHERE id < 0 ORDER BY id").fetchall() == [(-2,), (-1,)]
    assert other.execute("SELECT num_files FROM merganser_detail('lake.t')").fetchone() == (FILES + 1,)
    assert len(deltalake.DeltaTable(str(table)).file_uris()) == FILES + 1
    read = pq.read_table(path)
    assert read["add"].null_count == 3 and read["remove"].null_count == read.num_rows - 1
    for column in ("txn", "domainMetadata"):
        assert read[column].null_count == read.num_rows


def test_leaves_without_values_are_null_as_others_write_them(extension: Path, table: Path) -> None:
    """Row groups of nothing but files hold the columns beside them as NULL, in every reader's eyes."""
    connection = open_lake(extension, table.parents[1])
    connection.execute("INSERT INTO lake.t VALUES (-1, 'x')")
    path = checkpoint_of(table, 2)
    copy = table / "copy.parquet"
    duckdb.execute(f"COPY (FROM read_parquet('{path}')) TO '{copy}' (FORMAT parquet)")
    assert pq.read_table(path).equals(pq.read_table(copy))
    file = pq.ParquetFile(path).metadata
    group = file.row_group(file.num_row_groups - 1)
    nulls = {group.column(i).path_in_schema: group.column(i).statistics.null_count for i in range(group.num_columns)}
    assert nulls["add.path"] == 0
    assert nulls["metaData.format.options.key_value.key"] == nulls["add.tags.key_value.key"] == group.num_rows


def test_the_row_groups_that_stay_are_looked_through(extension: Path, table: Path) -> None:
    connection = open_lake(extension, table.parents[1])
    connection.execute("INSERT INTO lake.t VALUES (-1, 'x')")
    path = checkpoint_of(table, 2)
    metadata = pq.ParquetFile(path).metadata
    group = metadata.row_group(metadata.num_row_groups - 1)
    column = next(column for column in (group.column(i) for i in range(group.num_columns))
                  if column.path_in_schema == "add.stats")
    content = bytearray(path.read_bytes())
    start = column.data_page_offset + 50
    content[start:start + 5000] = b"\xff" * 5000
    path.write_bytes(content)
    connection.execute("INSERT INTO lake.t VALUES (-2, 'y')")
    assert not checkpoint_of(table, 3).exists(), "what is damaged does not go on"
