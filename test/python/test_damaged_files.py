"""Damaged data files, deletion vectors and paths: each is refused by name and changes nothing."""

import base64
import json
import os
import shutil
import struct
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from damaged_cases import Cases, check
from damaged_lake import DamagedLake

CASES = Cases()


# --- paths ----------------------------------------------------------------------------------------------------------


@CASES.add
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


@CASES.add
def deletion_vector_path_that_climbs_out(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.change(0, "protocol", minReaderVersion=3, minWriterVersion=7, readerFeatures=["deletionVectors"],
                writerFeatures=["deletionVectors"])
    name = base64.b85encode(b"0123456789abcdef").decode()
    vector = {"storageType": "u", "pathOrInlineDv": "../good/" + name, "offset": 1, "sizeInBytes": 34, "cardinality": 1}
    lake.change(1, "add", deletionVector=vector)
    lake.expect_bad_data(duckdb.IOException)


@CASES.add
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


@CASES.add
def deletion_vector_missing(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.change(0, "protocol", minReaderVersion=3, minWriterVersion=7, readerFeatures=["deletionVectors"],
                writerFeatures=["deletionVectors"])
    vector = {"storageType": "p", "pathOrInlineDv": str(lake.hurt / "gone.bin"), "offset": 1, "sizeInBytes": 34,
              "cardinality": 1}
    lake.change(1, "add", deletionVector=vector)
    lake.expect_bad_data(duckdb.IOException, lake.data_file(1).name)


@CASES.add
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


@CASES.add
def data_file_truncated(lake: DamagedLake) -> None:
    lake.make_hurt()
    file = lake.data_file(1)
    os.truncate(file, file.stat().st_size // 2)
    lake.expect_bad_data(duckdb.IOException, file.name)


@CASES.add
def data_file_empty(lake: DamagedLake) -> None:
    lake.make_hurt()
    file = lake.data_file(1)
    os.truncate(file, 0)
    lake.expect_bad_data(duckdb.IOException, file.name)


@CASES.add
def data_file_not_parquet(lake: DamagedLake) -> None:
    lake.make_hurt()
    file = lake.data_file(1)
    file.write_bytes(b"id,name\n" * 100)
    lake.expect_bad_data(duckdb.IOException, file.name)


@CASES.add
def data_file_with_a_footer_beyond_its_size(lake: DamagedLake) -> None:
    lake.make_hurt()
    file = lake.data_file(1)
    content = file.read_bytes()
    file.write_bytes(content[:-8] + struct.pack("<I", 0xFFFFFFF0) + b"PAR1")
    lake.expect_bad_data(duckdb.IOException, file.name)


@CASES.add
def data_file_with_corrupt_pages(lake: DamagedLake) -> None:
    lake.make_hurt()
    file = lake.data_file(1)
    content = bytearray(file.read_bytes())
    footer = struct.unpack("<I", content[-8:-4])[0] + 8
    content[4:len(content) - footer] = b"\xff" * (len(content) - footer - 4)
    file.write_bytes(content)
    lake.expect_bad_data(duckdb.IOException, file.name)


@CASES.add
def data_file_of_another_type(lake: DamagedLake) -> None:
    lake.make_hurt()
    file = lake.data_file(1)
    pq.write_table(pa.table({"id": ["no", "number"], "name": ["a", "b"]}), file)
    # DuckDB's own message: it names the file by its path, which holds the table's folder.
    with lake.connect() as connection:
        lake.expect(connection, (duckdb.IOException, duckdb.ConversionException),
                    "SELECT sum(id) FROM lake.main.hurt WHERE id + 0 >= 0", "main/hurt", file.name)


@CASES.add
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


# --- the tests ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_damaged_files(name: str, tmp_path: Path, extension: Path) -> None:
    check(__file__, name, extension, tmp_path / "lake")


if __name__ == "__main__":
    CASES.run_as_program()
