"""Damaged tables and impossible requests: each is refused by name and changes nothing.

Each case runs in a process of its own, as part of what is tested is that the process survives:

    test_bad_input.py CASE EXTENSION FOLDER
"""

import base64
import json
import os
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from damaged_lake import DamagedLake, quoted

CASE_SECONDS_MAX = 90
SKIPPED = 77
NOBODY = 65534
MEGABYTE = 1 << 20
ALL_ROWS = [0, 1, 10, 11, 20, 21]
# DuckDB makes a TransactionException of whatever goes wrong in a commit.
AT_COMMIT = (duckdb.IOException, duckdb.TransactionException)

CASES: dict[str, Callable[[DamagedLake], None]] = {}


def case(function: Callable[[DamagedLake], None]) -> Callable[[DamagedLake], None]:
    CASES[function.__name__] = function
    return function


# --- what is not there ----------------------------------------------------------------------------------------------


@case
def missing_folder(lake: DamagedLake) -> None:
    missing = lake.folder / "missing"
    connection = lake.open_duckdb()
    for options in (", READ_ONLY", ", create false"):
        lake.expect(connection, duckdb.CatalogException, f"ATTACH {quoted(missing)} AS other (TYPE merganser{options})",
                    str(missing), "create the folder")
    assert not missing.exists()


@case
def folder_is_a_file(lake: DamagedLake) -> None:
    file = lake.folder / "file"
    file.write_text("no folder")
    connection = lake.open_duckdb()
    for path in (file, file / "below"):
        lake.expect(connection, duckdb.Error, f"ATTACH {quoted(path)} AS other (TYPE merganser)", "file")
    assert file.read_text() == "no folder"


@case
def not_a_table(lake: DamagedLake) -> None:
    (lake.folder / "main" / "hurt").mkdir()
    (lake.hurt / "data.csv").write_text("1,2\n")
    lake.expect_unreadable(duckdb.CatalogException, table="hurt")


@case
def missing_table(lake: DamagedLake) -> None:
    lake.expect_refused(duckdb.CatalogException, "FROM lake.main.hurt", "hurt", "does not exist")
    lake.expect_refused(duckdb.CatalogException, "INSERT INTO lake.main.hurt VALUES (1)", "hurt")
    lake.expect_refused(duckdb.CatalogException, f"FROM read_delta({quoted(lake.hurt)})", str(lake.hurt))
    assert not lake.hurt.exists()


@case
def empty_delta_log(lake: DamagedLake) -> None:
    lake.log.mkdir(parents=True)
    lake.expect_unreadable(duckdb.CatalogException, table="hurt")


@case
def version_in_the_future(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.expect_refused(duckdb.CatalogException, "FROM lake.main.hurt AT (VERSION => 99)", "hurt", "99", "2")
    lake.expect_refused(duckdb.CatalogException, f"FROM read_delta({quoted(lake.hurt)}, version => 99)", "hurt", "99")


@case
def version_cleaned_up(lake: DamagedLake) -> None:
    lake.make_hurt_on_checkpoint()
    lake.expect_refused(duckdb.CatalogException, "FROM lake.main.hurt AT (VERSION => 1)", "hurt", "1", "2")
    lake.expect_rows(ALL_ROWS)


@case
def version_vacuumed(lake: DamagedLake) -> None:
    lake.make_hurt()
    old = lake.data_file(0)
    lake.make("CREATE OR REPLACE TABLE lake.main.hurt AS SELECT 5 AS id, 'new' AS name")
    old.unlink()
    lake.expect_refused(duckdb.IOException, "FROM lake.main.hurt AT (VERSION => 2)", "hurt", old.name, "2", "missing")
    lake.expect_rows([5])


@case
def timestamp_before_the_first_commit(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.expect_refused(duckdb.CatalogException, "FROM lake.main.hurt AT (TIMESTAMP => TIMESTAMP '1999-01-01')", "hurt")


@case
def data_file_missing(lake: DamagedLake) -> None:
    lake.make_hurt()
    file = lake.data_file(1)
    file.unlink()
    lake.expect_bad_data(duckdb.IOException, file.name, "missing")


# --- the log --------------------------------------------------------------------------------------------------------


@case
def gap_in_versions(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.commit(1).unlink()
    lake.expect_unreadable(duckdb.IOException, "version 1")


@case
def first_version_missing(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.commit(0).unlink()
    lake.expect_unreadable(duckdb.IOException, "version 0")


@case
def gap_after_a_checkpoint(lake: DamagedLake) -> None:
    lake.make_hurt_on_checkpoint()
    lake.make("INSERT INTO lake.main.hurt VALUES (30, 'v3')", "INSERT INTO lake.main.hurt VALUES (40, 'v4')")
    for checkpoint in lake.log.glob("*4.checkpoint.parquet"):
        checkpoint.unlink()
    lake.commit(3).unlink()
    lake.expect_unreadable(duckdb.IOException, "version 3")


@case
def commit_corrupt(lake: DamagedLake) -> None:
    lake.make_hurt()
    text = lake.commit(1).read_text()
    lake.commit(1).write_text(text.replace('"add":{', '"add":{{', 1))
    lake.expect_unreadable(duckdb.IOException, lake.commit(1).name)


@case
def commit_of_zero_bytes(lake: DamagedLake) -> None:
    """What a power failure leaves of a file that was not synced."""
    lake.make_hurt()
    lake.commit(2).write_bytes(b"\0" * lake.commit(2).stat().st_size)
    lake.expect_unreadable(duckdb.IOException, lake.commit(2).name)


@case
def commit_not_utf8(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.commit(1).write_bytes(lake.commit(1).read_bytes().replace(b".parquet", b"\xff\xfe.parquet", 1))
    lake.expect_unreadable(duckdb.IOException, lake.commit(1).name)


@case
def commit_truncated(lake: DamagedLake) -> None:
    lake.make_hurt()
    os.truncate(lake.commit(2), lake.commit(2).stat().st_size - 40)
    lake.expect_unreadable(duckdb.IOException, lake.commit(2).name)


@case
def commit_empty(lake: DamagedLake) -> None:
    lake.make_hurt()
    os.truncate(lake.commit(2), 0)
    lake.expect_unreadable(duckdb.IOException, lake.commit(2).name)


@case
def commit_with_wrong_types(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.change(1, "add", size="many", partitionValues=[1])
    lake.expect_unreadable(duckdb.IOException, lake.commit(1).name)


@case
def protocol_missing(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.leave_out(0, "protocol")
    lake.expect_unreadable(duckdb.IOException, "protocol")


@case
def metadata_missing(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.leave_out(0, "metaData")
    lake.expect_unreadable(duckdb.IOException, "metadata")


@case
def schema_corrupt(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.change(0, "metaData", schemaString='{"type":"struct","fields":[')
    lake.expect_unreadable(duckdb.IOException)


@case
def schema_with_unknown_type(lake: DamagedLake) -> None:
    lake.make_hurt()
    field = {"name": "id", "type": "hologram", "nullable": True, "metadata": {}}
    lake.change(0, "metaData", schemaString=json.dumps({"type": "struct", "fields": [field]}))
    lake.expect_unreadable((duckdb.NotImplementedException, duckdb.IOException), "hologram")


@case
def partition_column_not_in_schema(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.change(0, "metaData", partitionColumns=["elsewhere"])
    lake.expect_unreadable(duckdb.IOException, "elsewhere")


@case
def partition_value_of_wrong_type(lake: DamagedLake) -> None:
    lake.make("CREATE TABLE lake.main.hurt (id INTEGER, name VARCHAR) PARTITIONED BY (id)",
              "INSERT INTO lake.main.hurt VALUES (1, 'a')")
    lake.change(1, "add", partitionValues={"id": "one"})
    lake.expect_bad_data(duckdb.IOException, "one")


@case
def last_checkpoint_is_only_a_hint(lake: DamagedLake) -> None:
    lake.make_hurt("WITH ('delta.checkpointInterval' = '2')")
    hint = lake.log / "_last_checkpoint"
    assert hint.exists()
    for text in ("garbage", "", '{"version":-5}', '{"version":50,"size":3}', '{"version":1,"size":3}', "{" * 100_000):
        hint.write_text(text)
        lake.expect_rows(ALL_ROWS)


@case
def strangers_in_the_log_folder(lake: DamagedLake) -> None:
    lake.make_hurt()
    for name in ("readme.txt", "00000000000000000003.json.tmp", ".00000000000000000003.json.crc", "3.json",
                 "00000000000000000001.crc", "00000000000000000009.checkpoint.0000000001.0000000002.parquet"):
        (lake.log / name).write_text("whatever")
    (lake.log / "folder").mkdir()
    lake.expect_rows(ALL_ROWS)


@case
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


@case
def unknown_reader_feature(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.change(0, "protocol", minReaderVersion=3, minWriterVersion=7, readerFeatures=["quantumRows"],
                writerFeatures=["quantumRows"])
    lake.expect_unreadable(duckdb.NotImplementedException, "quantumRows")


@case
def unknown_writer_feature(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.change(0, "protocol", minReaderVersion=1, minWriterVersion=7, writerFeatures=["quantumWrites"])
    lake.expect_rows(ALL_ROWS)
    for sql in ("INSERT INTO lake.main.hurt SELECT 1, 'x'", "CREATE OR REPLACE TABLE lake.main.hurt AS SELECT 1 AS id",
                "DROP TABLE lake.main.hurt", "COMMENT ON TABLE lake.main.hurt IS 'x'"):
        lake.expect_refused(duckdb.NotImplementedException, sql, "hurt", "quantumWrites")


@case
def reader_version_of_the_future(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.change(0, "protocol", minReaderVersion=9, minWriterVersion=9)
    lake.expect_unreadable(duckdb.NotImplementedException, "reader version 9")


# --- checkpoints ----------------------------------------------------------------------------------------------------


@case
def checkpoint_corrupt(lake: DamagedLake) -> None:
    checkpoint = lake.make_hurt_on_checkpoint()
    checkpoint.write_bytes(b"PAR1" + os.urandom(2000) + b"PAR1")
    lake.expect_unreadable(duckdb.IOException, checkpoint.name)


@case
def checkpoint_truncated(lake: DamagedLake) -> None:
    checkpoint = lake.make_hurt_on_checkpoint()
    os.truncate(checkpoint, checkpoint.stat().st_size // 2)
    lake.expect_unreadable(duckdb.IOException, checkpoint.name)


@case
def checkpoint_empty(lake: DamagedLake) -> None:
    checkpoint = lake.make_hurt_on_checkpoint()
    os.truncate(checkpoint, 0)
    lake.expect_unreadable(duckdb.IOException)


@case
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


@case
def checkpoint_of_another_kind(lake: DamagedLake) -> None:
    """A whole Parquet file, which is no checkpoint."""
    checkpoint = lake.make_hurt_on_checkpoint()
    pq.write_table(pa.table({"x": [1, 2, 3]}), checkpoint)
    lake.expect_unreadable(duckdb.IOException)


@case
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


@case
def decompression_bomb_in_a_checkpoint(lake: DamagedLake) -> None:
    checkpoint = lake.make_hurt_on_checkpoint()
    maker = "import sys, pathlib; sys.path.insert(0, sys.argv[1]); import test_bad_input; " \
            "test_bad_input.make_bomb(pathlib.Path(sys.argv[2]))"
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


@case
def json_a_million_deep_in_a_commit(lake: DamagedLake) -> None:
    lake.make_hurt()
    with open(lake.commit(1), "a") as commit:
        commit.write('{"txn":{"appId":' + "[" * DEPTH + "]" * DEPTH + ',"version":1}}\n')
    lake.expect_unreadable(duckdb.IOException, lake.commit(1).name)


@case
def json_a_million_deep_and_not_closed(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.commit(1).write_text('{"add":' * DEPTH)
    lake.expect_unreadable(duckdb.IOException, lake.commit(1).name)


@case
def json_a_million_deep_in_the_schema(lake: DamagedLake) -> None:
    lake.make_hurt()
    array, end = '{"type":"array","containsNull":true,"elementType":', "}"
    deep = array * DEPTH + '"long"' + end * DEPTH
    field = '{"name":"id","nullable":true,"metadata":{},"type":' + deep + "}"
    lake.change(0, "metaData", schemaString='{"type":"struct","fields":[' + field + "]}")
    lake.expect_unreadable(duckdb.IOException)


@case
def json_a_million_deep_in_the_statistics(lake: DamagedLake) -> None:
    """Statistics that make no sense are not used; the rows are there."""
    lake.make_hurt()
    lake.change(1, "add", stats='{"minValues":' * DEPTH)
    lake.expect_rows(ALL_ROWS)
    connection = lake.connect()
    assert connection.execute("SELECT id FROM lake.main.hurt WHERE id BETWEEN 5 AND 10").fetchall() == [(10,)]


@case
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


# --- paths ----------------------------------------------------------------------------------------------------------


@case
def paths_that_climb_out(lake: DamagedLake) -> None:
    stolen = next((lake.folder / "main" / "good").glob("*.parquet"))
    for path in (f"../good/{stolen.name}", f"%2e%2e/good/{stolen.name}", f"%2E%2E%2Fgood%2F{stolen.name}",
                 f"p=1/../../good/{stolen.name}", f"./../good/{stolen.name}", "..", "p=1/.."):
        shutil.rmtree(lake.hurt, ignore_errors=True)
        lake.make_hurt()
        lake.change(1, "add", path=path, size=stolen.stat().st_size)
        before = lake.files()
        connection = lake.connect()
        lake.expect(connection, duckdb.IOException, "FROM lake.main.hurt", "hurt", path)
        lake.check_good(connection)
        connection.close()
        assert lake.files() == before


@case
def deletion_vector_path_that_climbs_out(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.change(0, "protocol", minReaderVersion=3, minWriterVersion=7, readerFeatures=["deletionVectors"],
                writerFeatures=["deletionVectors"])
    name = base64.b85encode(b"0123456789abcdef").decode()
    vector = {"storageType": "u", "pathOrInlineDv": "../good/" + name, "offset": 1, "sizeInBytes": 34, "cardinality": 1}
    lake.change(1, "add", deletionVector=vector)
    lake.expect_bad_data(duckdb.IOException)


@case
def deletion_vector_corrupt(lake: DamagedLake) -> None:
    for inline in ("", "wi5b=000010000siXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L", "0" * 50, "\u00e4" * 20):
        shutil.rmtree(lake.hurt, ignore_errors=True)
        lake.make_hurt()
        lake.change(0, "protocol", minReaderVersion=3, minWriterVersion=7, readerFeatures=["deletionVectors"],
                    writerFeatures=["deletionVectors"])
        vector = {"storageType": "i", "pathOrInlineDv": inline, "sizeInBytes": 40, "cardinality": 999}
        lake.change(1, "add", deletionVector=vector)
        file = lake.data_file(1)
        lake.expect_bad_data(duckdb.IOException, file.name)


@case
def deletion_vector_missing(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.change(0, "protocol", minReaderVersion=3, minWriterVersion=7, readerFeatures=["deletionVectors"],
                writerFeatures=["deletionVectors"])
    vector = {"storageType": "p", "pathOrInlineDv": str(lake.hurt / "gone.bin"), "offset": 1, "sizeInBytes": 34,
              "cardinality": 1}
    lake.change(1, "add", deletionVector=vector)
    lake.expect_bad_data(duckdb.IOException, lake.data_file(1).name)


@case
def sidecar_path_that_climbs_out(lake: DamagedLake) -> None:
    lake.make_hurt()
    metadata = next(action for action in lake.actions(0) if "metaData" in action)
    protocol = {"minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": ["v2Checkpoint"],
                "writerFeatures": ["v2Checkpoint"]}
    (lake.log / "00000000000000000002.checkpoint.11111111-2222-3333-4444-555555555555.json").write_text("".join(
        json.dumps(action) + "\n" for action in (
            {"checkpointMetadata": {"version": 2}}, {"protocol": protocol}, metadata,
            {"sidecar": {"path": "../../../good/x.parquet", "sizeInBytes": 1, "modificationTime": 0}})))
    for version in range(2):
        lake.commit(version).unlink()
    lake.expect_unreadable(duckdb.IOException, "../../../good/x.parquet")


# --- data files -----------------------------------------------------------------------------------------------------


@case
def data_file_truncated(lake: DamagedLake) -> None:
    lake.make_hurt()
    file = lake.data_file(1)
    os.truncate(file, file.stat().st_size // 2)
    lake.expect_bad_data(duckdb.IOException, file.name)


@case
def data_file_empty(lake: DamagedLake) -> None:
    lake.make_hurt()
    file = lake.data_file(1)
    os.truncate(file, 0)
    lake.expect_bad_data(duckdb.IOException, file.name)


@case
def data_file_not_parquet(lake: DamagedLake) -> None:
    lake.make_hurt()
    file = lake.data_file(1)
    file.write_bytes(b"id,name\n" * 100)
    lake.expect_bad_data(duckdb.IOException, file.name)


@case
def data_file_with_a_footer_beyond_its_size(lake: DamagedLake) -> None:
    lake.make_hurt()
    file = lake.data_file(1)
    content = file.read_bytes()
    file.write_bytes(content[:-8] + struct.pack("<I", 0xFFFFFFF0) + b"PAR1")
    lake.expect_bad_data(duckdb.IOException, file.name)


@case
def data_file_with_corrupt_pages(lake: DamagedLake) -> None:
    lake.make_hurt()
    file = lake.data_file(1)
    content = bytearray(file.read_bytes())
    footer = struct.unpack("<I", content[-8:-4])[0] + 8
    content[4:len(content) - footer] = b"\xff" * (len(content) - footer - 4)
    file.write_bytes(content)
    lake.expect_bad_data(duckdb.IOException, file.name)


@case
def data_file_of_another_type(lake: DamagedLake) -> None:
    lake.make_hurt()
    file = lake.data_file(1)
    pq.write_table(pa.table({"id": ["no", "number"], "name": ["a", "b"]}), file)
    # DuckDB's own message: it names the file by its path, which holds the table's folder.
    with lake.connect() as connection:
        lake.expect(connection, (duckdb.IOException, duckdb.ConversionException),
                    "SELECT sum(id) FROM lake.main.hurt WHERE id + 0 >= 0", "main/hurt", file.name)


@case
def data_file_damaged_under_an_open_connection(lake: DamagedLake) -> None:
    lake.make_hurt()
    connection = lake.connect()
    connection.execute("SET enable_external_file_cache = false")
    assert connection.execute("SELECT count(name) FROM lake.main.hurt").fetchall() == [(6,)]
    file = lake.data_file(1)
    content = file.read_bytes()
    file.write_bytes(content[:len(content) // 2])
    lake.expect(connection, duckdb.IOException, "SELECT max(name || id) FROM lake.main.hurt", "hurt", file.name)
    file.write_bytes(content)
    assert connection.execute("SELECT count(name) FROM lake.main.hurt").fetchall() == [(6,)]


# --- rows that cannot be --------------------------------------------------------------------------------------------


@case
def wrong_type(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.expect_refused(duckdb.ConversionException, "INSERT INTO lake.main.hurt VALUES ('abc', 'x')", "abc")
    lake.expect_refused(duckdb.ConversionException, "INSERT INTO lake.main.hurt SELECT CASE WHEN i < 99999 "
                        "THEN i::VARCHAR ELSE 'abc' END, 'x' FROM range(100000) r(i)", "abc")


@case
def number_out_of_range(lake: DamagedLake) -> None:
    lake.make("CREATE TABLE lake.main.hurt (d DECIMAL(38, 0), t TINYINT)")
    lake.expect_refused(duckdb.ConversionException, "INSERT INTO lake.main.hurt VALUES (1, 300)", "300")
    lake.expect_refused((duckdb.ConversionException, duckdb.OutOfRangeException),
                        "CREATE TABLE lake.main.other AS SELECT 170141183460469231731687303715884105727::HUGEINT AS h")
    assert not (lake.folder / "main" / "other").exists()


@case
def null_into_not_null(lake: DamagedLake) -> None:
    lake.make("CREATE TABLE lake.main.hurt (id INTEGER NOT NULL, part VARCHAR NOT NULL) PARTITIONED BY (part)",
              "INSERT INTO lake.main.hurt VALUES (1, 'a')")
    for sql, column in (("VALUES (NULL, 'a')", "id"), ("VALUES (1, NULL)", "part"), ("(part) VALUES ('a')", "id"),
                        ("SELECT CASE WHEN i < 99999 THEN i END, 'p' || i % 5 FROM range(100000) r(i)", "id")):
        lake.expect_refused(duckdb.ConstraintException, f"INSERT INTO lake.main.hurt {sql}", "hurt", column, "NOT NULL")


@case
def too_many_columns(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.expect_refused(duckdb.BinderException, "INSERT INTO lake.main.hurt VALUES (1, 'a', 2)", "hurt", "2 columns")
    lake.expect_refused(duckdb.BinderException, "INSERT INTO lake.main.hurt VALUES (1)", "hurt", "2 columns")
    by_name = "INSERT INTO lake.main.hurt BY NAME SELECT 1 AS id, 2 AS other"
    lake.expect_refused(duckdb.BinderException, by_name, "other")


@case
def table_exists_already(lake: DamagedLake) -> None:
    lake.make_hurt()
    for sql in ("CREATE TABLE lake.main.hurt (id INTEGER)", "CREATE TABLE lake.main.hurt AS SELECT 1 AS id"):
        lake.expect_refused(duckdb.CatalogException, sql, "hurt", "already exists")


@case
def two_writers_create_one_table(lake: DamagedLake) -> None:
    writers, tables = 4, 8
    connections = [lake.connect() for _ in range(writers)]
    outcomes: list[list[str]] = [[] for _ in range(tables)]
    for table in range(tables):
        barrier = threading.Barrier(writers)

        def create(writer: int) -> None:
            sql = f"CREATE TABLE lake.main.t{table} AS SELECT {writer} AS who FROM range(100)"
            barrier.wait()
            try:
                connections[writer].execute(sql)
                outcomes[table].append("created")
            except (duckdb.CatalogException, duckdb.TransactionException) as error:
                assert f"t{table}" in str(error), error
                outcomes[table].append("refused")
            except duckdb.Error as error:
                outcomes[table].append(repr(error))

        threads = [threading.Thread(target=create, args=[writer]) for writer in range(writers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for table in range(tables):
        assert sorted(outcomes[table]) == ["created"] + ["refused"] * (writers - 1), outcomes[table]
        rows = connections[0].execute(f"SELECT count(*), count(DISTINCT who) FROM lake.main.t{table}").fetchall()
        assert rows == [(100, 1)]
        files = sorted(path.suffix for path in (lake.folder / "main" / f"t{table}").rglob("*") if path.is_file())
        assert files == [".crc", ".json", ".parquet"], files


# --- the machine ----------------------------------------------------------------------------------------------------


@case
def file_size_limit_while_writing(lake: DamagedLake) -> None:
    lake.make_hurt()
    before = lake.files()
    connection = lake.connect()
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, resource.RLIM_INFINITY))
    lake.expect(connection, duckdb.IOException, "INSERT INTO lake.main.hurt SELECT i, md5(i::VARCHAR) "
                "FROM range(100000) r(i)")
    lake.expect(connection, duckdb.IOException, "CREATE TABLE lake.main.other AS SELECT i, md5(i::VARCHAR) AS m "
                "FROM range(100000) r(i)")
    assert lake.files() == before
    assert not (lake.folder / "main" / "other").exists()
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    connection.execute("INSERT INTO lake.main.hurt VALUES (30, 'again')")
    lake.expect_rows([*ALL_ROWS, 30])


def skip(reason: str) -> None:
    print(reason)
    sys.exit(SKIPPED)


def mount_small_disk(folder: Path) -> None:
    command = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        skip("there is no mount command")
    if done.returncode != 0:
        skip(f"mounting a small file system is not permitted: {done.stderr.strip()}")


@case
def disk_full(lake: DamagedLake) -> None:
    """At every size of what is left: the row is there, or the table is as it was. Data file and commit both fail."""
    disk = lake.folder.parent / "disk"
    disk.mkdir()
    mount_small_disk(disk)
    try:
        small = DamagedLake(lake.extension, disk / "lake")
        small.make_hurt()
        outcomes = set()
        for pages in range(12):
            filler = disk / "filler"
            free = os.statvfs(disk).f_bavail - pages
            filler.write_bytes(b"\0" * (free * os.statvfs(disk).f_bsize))
            before, rows = small.files(), count_hurt(small)
            connection = small.connect()
            try:
                connection.execute("INSERT INTO lake.main.hurt VALUES (100, 'more')")
                outcomes.add("written")
                rows += 1
            except duckdb.Error as error:
                outcomes.add(type(error).__name__)
                assert "hurt" in str(error), error
                assert small.files() == before, f"{pages} pages: {set(small.files()) ^ set(before)}"
            assert connection.execute("SELECT 1").fetchall() == [(1,)]
            connection.close()
            filler.unlink()
            assert count_hurt(small) == rows, pages
        # What fails in the commit itself reaches the user as a TransactionException.
        known = {"written", "IOException", "TransactionException"}
        assert {"written", "IOException"} <= outcomes <= known, outcomes
        small.expect_refused(duckdb.IOException, "INSERT INTO lake.main.hurt SELECT i, md5(i::VARCHAR) "
                             "FROM range(100000) r(i)")
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


def count_hurt(lake: DamagedLake) -> int:
    connection = lake.connect()
    count = connection.execute("SELECT count(name) FROM lake.main.hurt").fetchall()[0][0]
    connection.close()
    return count


def become_nobody() -> None:
    """Root may write everywhere; everyone else is stopped by the folders' modes."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def public_lake(lake: DamagedLake) -> DamagedLake:
    """In a folder that other users can reach, with a table that they can read."""
    folder = Path(tempfile.mkdtemp(prefix="merganser-permission-"))
    folder.chmod(0o755)
    public = DamagedLake(lake.extension, folder / "lake")
    public.make_hurt()
    for path in public.folder.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    public.folder.chmod(0o555)
    return public


@case
def no_permission_to_write(lake: DamagedLake) -> None:
    public = public_lake(lake)
    connection = public.connect()
    become_nobody()
    before = public.files()
    for sql in ("INSERT INTO lake.main.hurt VALUES (100, 'x')",
                "CREATE OR REPLACE TABLE lake.main.hurt AS SELECT 1 AS i",
                "CREATE TABLE lake.main.other (i INTEGER)", "CREATE TABLE lake.main.other AS SELECT 1 AS i",
                "CREATE SCHEMA lake.other", "DROP TABLE lake.main.hurt", "COMMENT ON TABLE lake.main.hurt IS 'x'"):
        public.expect(connection, (duckdb.PermissionException, *AT_COMMIT), sql, "permission denied", "lake")
    assert public.files() == before
    public.check_good(connection, writable=False)
    assert connection.execute("SELECT count(*) FROM lake.main.hurt").fetchall() == [(6,)]


@case
def no_permission_to_read_the_log(lake: DamagedLake) -> None:
    public = public_lake(lake)
    public.commit(1).chmod(0)
    connection = public.connect()
    become_nobody()
    public.expect(connection, (duckdb.PermissionException, duckdb.IOException), "FROM lake.main.hurt",
                  public.commit(1).name, "permission denied")
    public.check_good(connection, writable=False)


@case
def no_permission_to_read_a_data_file(lake: DamagedLake) -> None:
    public = public_lake(lake)
    file = public.data_file(1)
    file.chmod(0)
    connection = public.connect()
    become_nobody()
    public.expect(connection, (duckdb.PermissionException, duckdb.IOException), "SELECT max(name || id) "
                  "FROM lake.main.hurt", "hurt", file.name, "permission denied")
    public.check_good(connection, writable=False)


@case
def no_permission_to_list_a_table(lake: DamagedLake) -> None:
    public = public_lake(lake)
    public.log.chmod(0)
    connection = public.connect()
    become_nobody()
    public.expect(connection, (duckdb.PermissionException, duckdb.IOException), "FROM lake.main.hurt", "hurt",
                  "permission denied")
    public.check_good(connection, writable=False)


@case
def cancelled_while_writing(lake: DamagedLake) -> None:
    lake.make_hurt()
    before = lake.files()
    connection = lake.connect()
    timer = threading.Timer(0.5, connection.interrupt)
    timer.start()
    begin = time.monotonic()
    lake.expect(connection, duckdb.InterruptException, "INSERT INTO lake.main.hurt SELECT i, md5(i::VARCHAR) "
                "FROM range(200000000) r(i)")
    assert time.monotonic() - begin < 20
    assert lake.files() == before
    lake.check_good(connection)


# --- the tests ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_bad_input(name: str, tmp_path: Path, extension: Path) -> None:
    done = subprocess.run([sys.executable, __file__, name, str(extension), str(tmp_path / "lake")], capture_output=True,
                          text=True, timeout=CASE_SECONDS_MAX)
    if done.returncode == SKIPPED:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, f"exit {done.returncode}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
    assert done.stdout.endswith("survived\n")


if __name__ == "__main__":
    CASES[sys.argv[1]](DamagedLake(Path(sys.argv[2]), Path(sys.argv[3])))
    print("survived")
