"""Damaged logs, features, checkpoints: each is refused by name and changes nothing."""

import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from damaged_cases import ALL_ROWS, Cases, check
from damaged_lake import DamagedLake

MEGABYTE = 1 << 20
CASES = Cases()


# --- the log --------------------------------------------------------------------------------------------------------


@CASES.add
def gap_in_versions(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.commit(1).unlink()
    lake.expect_unreadable(duckdb.IOException, "version 1")


@CASES.add
def first_version_missing(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.commit(0).unlink()
    lake.expect_unreadable(duckdb.IOException, "version 0")


@CASES.add
def gap_after_a_checkpoint(lake: DamagedLake) -> None:
    lake.make_hurt_on_checkpoint()
    lake.make("INSERT INTO lake.main.hurt VALUES (30, 'v3')", "INSERT INTO lake.main.hurt VALUES (40, 'v4')")
    for checkpoint in lake.log.glob("*4.checkpoint.parquet"):
        checkpoint.unlink()
    lake.commit(3).unlink()
    lake.expect_unreadable(duckdb.IOException, "version 3")


@CASES.add
def commit_corrupt(lake: DamagedLake) -> None:
    lake.make_hurt()
    text = lake.commit(1).read_text()
    lake.commit(1).write_text(text.replace('"add":{', '"add":{{', 1))
    lake.expect_unreadable(duckdb.IOException, lake.commit(1).name)


@CASES.add
def commit_of_zero_bytes(lake: DamagedLake) -> None:
    """What a power failure leaves of a file that was not synced."""
    lake.make_hurt()
    lake.commit(2).write_bytes(b"\0" * lake.commit(2).stat().st_size)
    lake.expect_unreadable(duckdb.IOException, lake.commit(2).name)


@CASES.add
def commit_not_utf8(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.commit(1).write_bytes(lake.commit(1).read_bytes().replace(b".parquet", b"\xff\xfe.parquet", 1))
    lake.expect_unreadable(duckdb.IOException, lake.commit(1).name)


@CASES.add
def commit_truncated(lake: DamagedLake) -> None:
    lake.make_hurt()
    os.truncate(lake.commit(2), lake.commit(2).stat().st_size - 40)
    lake.expect_unreadable(duckdb.IOException, lake.commit(2).name)


@CASES.add
def commit_empty(lake: DamagedLake) -> None:
    lake.make_hurt()
    os.truncate(lake.commit(2), 0)
    lake.expect_unreadable(duckdb.IOException, lake.commit(2).name)


@CASES.add
def commit_with_wrong_types(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.change(1, "add", size="many", partitionValues=[1])
    lake.expect_unreadable(duckdb.IOException, lake.commit(1).name)


@CASES.add
def protocol_missing(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.leave_out(0, "protocol")
    lake.expect_unreadable(duckdb.IOException, "protocol")


@CASES.add
def metadata_missing(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.leave_out(0, "metaData")
    lake.expect_unreadable(duckdb.IOException, "metadata")


@CASES.add
def schema_corrupt(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.change(0, "metaData", schemaString='{"type":"struct","fields":[')
    lake.expect_unreadable(duckdb.IOException)


@CASES.add
def schema_with_unknown_type(lake: DamagedLake) -> None:
    lake.make_hurt()
    field = {"name": "id", "type": "hologram", "nullable": True, "metadata": {}}
    lake.change(0, "metaData", schemaString=json.dumps({"type": "struct", "fields": [field]}))
    lake.expect_unreadable((duckdb.NotImplementedException, duckdb.IOException), "hologram")


@CASES.add
def partition_column_not_in_schema(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.change(0, "metaData", partitionColumns=["elsewhere"])
    lake.expect_unreadable(duckdb.IOException, "elsewhere")


@CASES.add
def partition_value_of_wrong_type(lake: DamagedLake) -> None:
    lake.make("CREATE TABLE lake.main.hurt (id INTEGER, name VARCHAR) PARTITIONED BY (id)",
              "INSERT INTO lake.main.hurt VALUES (1, 'a')")
    lake.change(1, "add", partitionValues={"id": "one"})
    lake.expect_bad_data(duckdb.IOException, "one")


@CASES.add
def last_checkpoint_is_only_a_hint(lake: DamagedLake) -> None:
    lake.make_hurt("WITH ('delta.checkpointInterval' = '2')")
    hint = lake.log / "_last_checkpoint"
    assert hint.exists()
    for text in ("garbage", "", '{"version":-5}', '{"version":50,"size":3}', '{"version":1,"size":3}', "{" * 100_000):
        hint.write_text(text)
        lake.expect_rows(ALL_ROWS)


@CASES.add
def strangers_in_the_log_folder(lake: DamagedLake) -> None:
    lake.make_hurt()
    for name in ("readme.txt", "00000000000000000003.json.tmp", ".00000000000000000003.json.crc", "3.json",
                 "00000000000000000001.crc", "00000000000000000009.checkpoint.0000000001.0000000002.parquet"):
        (lake.log / name).write_text("whatever")
    (lake.log / "folder").mkdir()
    lake.expect_rows(ALL_ROWS)


@CASES.add
def rows_that_read_like_a_drop(lake: DamagedLake) -> None:
    """A drop is told by the table's metadata; statistics, partition values and comments are no metadata of a drop."""
    lake.make("CREATE TABLE lake.main.hurt (id INTEGER, part VARCHAR, __duckrun_deleted__ INTEGER) "
              "PARTITIONED BY (part)",
              "COMMENT ON TABLE lake.main.hurt IS 'merganser.dropped'",
              "INSERT INTO lake.main.hurt VALUES (1, 'merganser.dropped', 1), (2, '__duckrun_deleted__', 2)")
    connection = lake.connect()
    assert connection.execute("SELECT name FROM (SHOW ALL TABLES) WHERE name = 'hurt'").fetchall() == [("hurt",)]
    lake.expect_rows([1, 2])


# --- features -------------------------------------------------------------------------------------------------------


@CASES.add
def unknown_reader_feature(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.change(0, "protocol", minReaderVersion=3, minWriterVersion=7, readerFeatures=["quantumRows"],
                writerFeatures=["quantumRows"])
    lake.expect_unreadable(duckdb.NotImplementedException, "quantumRows")


@CASES.add
def unknown_writer_feature(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.change(0, "protocol", minReaderVersion=1, minWriterVersion=7, writerFeatures=["quantumWrites"])
    lake.expect_rows(ALL_ROWS)
    for sql in ("INSERT INTO lake.main.hurt SELECT 1, 'x'", "CREATE OR REPLACE TABLE lake.main.hurt AS SELECT 1 AS id",
                "DROP TABLE lake.main.hurt", "COMMENT ON TABLE lake.main.hurt IS 'x'"):
        lake.expect_refused(duckdb.NotImplementedException, sql, "hurt", "quantumWrites")


@CASES.add
def reader_version_of_the_future(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.change(0, "protocol", minReaderVersion=9, minWriterVersion=9)
    lake.expect_unreadable(duckdb.NotImplementedException, "reader version 9")


# --- checkpoints ----------------------------------------------------------------------------------------------------


@CASES.add
def checkpoint_corrupt(lake: DamagedLake) -> None:
    checkpoint = lake.make_hurt_on_checkpoint()
    checkpoint.write_bytes(b"PAR1" + os.urandom(2000) + b"PAR1")
    lake.expect_unreadable(duckdb.IOException, checkpoint.name)


@CASES.add
def checkpoint_truncated(lake: DamagedLake) -> None:
    checkpoint = lake.make_hurt_on_checkpoint()
    os.truncate(checkpoint, checkpoint.stat().st_size // 2)
    lake.expect_unreadable(duckdb.IOException, checkpoint.name)


@CASES.add
def checkpoint_empty(lake: DamagedLake) -> None:
    checkpoint = lake.make_hurt_on_checkpoint()
    os.truncate(checkpoint, 0)
    lake.expect_unreadable(duckdb.IOException)


@CASES.add
def checkpoint_corrupt_while_commits_are_there(lake: DamagedLake) -> None:
    """Either the commits are used, or the checkpoint is named: never fewer rows."""
    lake.make_hurt("WITH ('delta.checkpointInterval' = '2')")
    checkpoint = lake.log / "00000000000000000002.checkpoint.parquet"
    os.truncate(checkpoint, checkpoint.stat().st_size // 2)
    connection = lake.connect()
    try:
        rows = connection.execute("SELECT id FROM lake.main.hurt ORDER BY id").fetchall()
        assert rows == [(i,) for i in ALL_ROWS]
    except duckdb.IOException as error:
        assert checkpoint.name in str(error) and "hurt" in str(error)
    lake.check_good(connection)


@CASES.add
def checkpoint_of_another_kind(lake: DamagedLake) -> None:
    """A whole Parquet file, which is no checkpoint."""
    checkpoint = lake.make_hurt_on_checkpoint()
    pq.write_table(pa.table({"x": [1, 2, 3]}), checkpoint)
    lake.expect_unreadable(duckdb.IOException)


@CASES.add
def checkpoint_part_missing(lake: DamagedLake) -> None:
    checkpoint = lake.make_hurt_on_checkpoint()
    checkpoint.rename(lake.log / "00000000000000000002.checkpoint.0000000001.0000000002.parquet")
    lake.expect_unreadable(duckdb.IOException)


def make_bomb(checkpoint: Path) -> None:
    """A page of a few kilobytes that says it unpacks to nearly 2 GB. In a process of its own: it takes memory."""
    table = pq.read_table(checkpoint)
    add = table.column("add").combine_chunks()
    fields = [add.type.field(i).with_nullable(True) for i in range(add.type.num_fields)]
    columns = dict(zip((field.name for field in fields), add.flatten()))
    paths = columns["path"].to_pylist()
    paths[add.is_valid().to_pylist().index(True)] = "a" * (140 * MEGABYTE)
    columns["path"] = pa.array(paths, pa.string())
    bomb = pa.StructArray.from_arrays([columns[field.name].cast(field.type) for field in fields], fields=fields,
                                      mask=add.is_null())
    table = table.set_column(table.schema.get_field_index("add"), "add", bomb)
    pq.write_table(table, checkpoint, compression="zstd", use_dictionary=False, write_statistics=False)
    metadata = pq.read_metadata(checkpoint).row_group(0)
    offset = next(metadata.column(i).data_page_offset for i in range(metadata.num_columns)
                  if metadata.column(i).path_in_schema == "add.path")
    content = bytearray(checkpoint.read_bytes())
    # The page header (Thrift, compact): field 1 type, field 2 uncompressed_page_size, a zigzag varint of five bytes.
    assert content[offset] == 0x15 and content[offset + 2] == 0x15
    assert content[offset + 6] & 0x80 and not content[offset + 7] & 0x80
    content[offset + 3:offset + 8] = b"\xe0\xff\xff\xff\x0f"
    checkpoint.write_bytes(content)


@CASES.add
def decompression_bomb_in_a_checkpoint(lake: DamagedLake) -> None:
    checkpoint = lake.make_hurt_on_checkpoint()
    maker = "import sys, pathlib; sys.path.insert(0, sys.argv[1]); import test_damaged_log; " \
            "test_damaged_log.make_bomb(pathlib.Path(sys.argv[2]))"
    subprocess.run([sys.executable, "-c", maker, str(Path(__file__).parent), str(checkpoint)], check=True)
    assert checkpoint.stat().st_size < MEGABYTE
    connection = lake.connect()
    connection.execute("SET memory_limit = '300MB'")
    before, resident = lake.files(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    lake.expect(connection, (duckdb.IOException, duckdb.OutOfMemoryException), "FROM lake.main.hurt", checkpoint.name)
    lake.check_good(connection)
    assert lake.files() == before
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - resident
    assert grown < 600 * 1024, f"{grown // 1024} MB more resident memory"


# --- deep JSON ------------------------------------------------------------------------------------------------------

DEPTH = 1_000_000


@CASES.add
def json_a_million_deep_in_a_commit(lake: DamagedLake) -> None:
    lake.make_hurt()
    with open(lake.commit(1), "a") as commit:
        commit.write('{"txn":{"appId":' + "[" * DEPTH + "]" * DEPTH + ',"version":1}}\n')
    lake.expect_unreadable(duckdb.IOException, lake.commit(1).name)


@CASES.add
def json_a_million_deep_and_not_closed(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.commit(1).write_text('{"add":' * DEPTH)
    lake.expect_unreadable(duckdb.IOException, lake.commit(1).name)


@CASES.add
def json_a_million_deep_in_the_schema(lake: DamagedLake) -> None:
    lake.make_hurt()
    array, end = '{"type":"array","containsNull":true,"elementType":', "}"
    deep = array * DEPTH + '"long"' + end * DEPTH
    field = '{"name":"id","nullable":true,"metadata":{},"type":' + deep + "}"
    lake.change(0, "metaData", schemaString='{"type":"struct","fields":[' + field + "]}")
    lake.expect_unreadable(duckdb.IOException)


@CASES.add
def json_a_million_deep_in_the_statistics(lake: DamagedLake) -> None:
    """Statistics that make no sense are not used; the rows are there."""
    lake.make_hurt()
    lake.change(1, "add", stats='{"minValues":' * DEPTH)
    lake.expect_rows(ALL_ROWS)
    connection = lake.connect()
    assert connection.execute("SELECT id FROM lake.main.hurt WHERE id BETWEEN 5 AND 10").fetchall() == [(10,)]


@CASES.add
def statistics_without_sense(lake: DamagedLake) -> None:
    for stats in ("garbage", "", "[]", '{"numRecords":"many","minValues":{"id":"x"},"maxValues":7}',
                  '{"numRecords":2,'):
        shutil.rmtree(lake.hurt, ignore_errors=True)
        lake.make_hurt()
        lake.change(1, "add", stats=stats)
        lake.expect_rows(ALL_ROWS)
        connection = lake.connect()
        assert connection.execute("SELECT id FROM lake.main.hurt WHERE id = 11").fetchall() == [(11,)], stats
        assert connection.execute("SELECT count(*), min(id), max(id) FROM lake.main.hurt").fetchall() == [(6, 0, 21)]
        connection.close()


# --- the tests ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_damaged_log(name: str, tmp_path: Path, extension: Path) -> None:
    check(__file__, name, extension, tmp_path / "lake")


if __name__ == "__main__":
    CASES.run_as_program()
