"""Tables that delta-rs writes, read by us; then we append to them, and delta-rs reads them again."""

import datetime
from decimal import Decimal
from pathlib import Path

import deltalake
import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from pyarrow import parquet

import arrow_rows
from engines import Merganser, read_delta_rs

UTC = datetime.timezone.utc
MOMENT = datetime.datetime(2024, 2, 29, 12, 34, 56, 789012)

ALL_TYPES = pa.table({
    "flag": pa.array([True, False, None]),
    "byte": pa.array([-128, 127, None], pa.int8()),
    "short": pa.array([-32768, 32767, None], pa.int16()),
    "int": pa.array([-2**31, 2**31 - 1, None], pa.int32()),
    "long": pa.array([-2**63, 2**63 - 1, None], pa.int64()),
    "float": pa.array([1.5, float("-inf"), None], pa.float32()),
    "double": pa.array([float("nan"), -0.0, None], pa.float64()),
    "money": pa.array([Decimal("12.34"), Decimal("-99999999.99"), None], pa.decimal128(10, 2)),
    "large": pa.array([Decimal(10**37), Decimal(-(10**37)), None], pa.decimal128(38, 0)),
    "text": ["", "日本 🦆", None],
    "bytes": pa.array([b"", b"\x00\xff", None], pa.binary()),
    "day": pa.array([datetime.date(1600, 1, 1), datetime.date(9999, 12, 31), None], pa.date32()),
    "instant": pa.array([MOMENT.replace(tzinfo=UTC), datetime.datetime(1969, 12, 31, 23, tzinfo=UTC), None],
                        pa.timestamp("us", "UTC")),
    "naive": pa.array([MOMENT, datetime.datetime(9999, 12, 31, 23, 59, 59, 999999), None], pa.timestamp("us")),
    "list": pa.array([[1, None], [], None], pa.list_(pa.int64())),
    "map": pa.array([[("a", 1), ("b", None)], [], None], pa.map_(pa.string(), pa.int32())),
    "struct": pa.array([{"x": 1, "y": {"z": ["q"]}}, {"x": None, "y": None}, None],
                       pa.struct([("x", pa.int32()), ("y", pa.struct([("z", pa.list_(pa.string()))]))])),
})

PARTITION_TEXTS = ["a b", "a/b", "a=b", "a%20b", "ä日本", "'\"", ":", "#?", "{}[]", "\\", "~", "x\ty", None]


def numbers(first: int, count: int) -> pa.Table:
    ids = list(range(first, first + count))
    return pa.table({"id": pa.array(ids, pa.int64()), "name": [f"n{i}" for i in ids],
                     "part": pa.array([["x", "y", None][i % 3] for i in ids], pa.string())})


def check_versions(merganser: Merganser, table: Path) -> None:
    """Every version has the rows that delta-rs finds in it."""
    for version in range(DeltaTable(str(table)).version() + 1):
        arrow_rows.assert_same(read_delta_rs(table, version), merganser.read(table, version), f"version {version}")


def check_both(merganser: Merganser, table: Path) -> pa.Table:
    expected = read_delta_rs(table)
    arrow_rows.assert_same(expected, merganser.read(table), "the newest version")
    return expected


@pytest.fixture
def lake(tmp_path: Path, merganser: Merganser) -> Merganser:
    """`lake`, whose schema `main` the other engine writes into."""
    merganser.attach(tmp_path)
    return merganser


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "main" / "t"


def test_all_types(lake: Merganser, table: Path) -> None:
    write_deltalake(str(table), ALL_TYPES)
    arrow_rows.assert_same(ALL_TYPES, lake.read(table), "what delta-rs wrote")
    lake.sql("INSERT INTO lake.main.t SELECT * FROM lake.main.t")
    doubled = pa.concat_tables([ALL_TYPES, ALL_TYPES])
    arrow_rows.assert_same(doubled, lake.fetch("FROM lake.main.t"), "after our append")
    arrow_rows.assert_same(doubled, read_delta_rs(table), "our append as delta-rs reads it")


PARTITIONABLE = ["flag", "byte", "short", "int", "long", "float", "money", "day", "instant", "naive"]


@pytest.mark.parametrize("column", PARTITIONABLE)
def test_partitioned_by(lake: Merganser, table: Path, column: str) -> None:
    values = ALL_TYPES.column(column)
    if column == "money":
        # delta-rs 1.6.6 writes a negative decimal as the partition value '-99999999.-99', and cannot read it itself.
        values = pa.array([Decimal("12.34"), Decimal("99999999.99"), None], pa.decimal128(10, 2))
    rows = pa.table({"id": pa.array([1, 2, 3]), column: values})
    write_deltalake(str(table), rows, partition_by=[column])
    arrow_rows.assert_same(rows, lake.read(table), "what delta-rs wrote")
    lake.sql(f'INSERT INTO lake.main.t SELECT id + 10, "{column}" FROM lake.main.t')
    arrow_rows.assert_same(read_delta_rs(table), lake.fetch("FROM lake.main.t"), "after our append")
    assert lake.rows("SELECT count(*) FROM lake.main.t") == [(6,)]


def test_odd_partition_values(lake: Merganser, table: Path) -> None:
    rows = pa.table({"p": PARTITION_TEXTS, "i": list(range(len(PARTITION_TEXTS)))})
    write_deltalake(str(table), rows, partition_by=["p"])
    arrow_rows.assert_same(rows, lake.read(table), "what delta-rs wrote")
    for row in rows.to_pylist():
        query = "SELECT i FROM lake.main.t WHERE p IS NOT DISTINCT FROM ?"
        assert lake.connection.execute(query, [row["p"]]).fetchall() == [(row["i"],)]
    lake.sql("INSERT INTO lake.main.t SELECT p, i + 100 FROM lake.main.t")
    assert check_both(lake, table).num_rows == 2 * len(PARTITION_TEXTS)


def test_appends_and_overwrites(lake: Merganser, table: Path) -> None:
    write_deltalake(str(table), numbers(0, 10))
    write_deltalake(str(table), numbers(10, 10), mode="append")
    write_deltalake(str(table), numbers(100, 5), mode="overwrite")
    check_versions(lake, table)
    lake.sql("INSERT INTO lake.main.t SELECT 1000, 'ours', 'x'")
    write_deltalake(str(table), numbers(200, 5), mode="append")
    lake.sql("INSERT INTO lake.main.t SELECT 1001, 'ours', NULL")
    check_versions(lake, table)
    assert lake.rows("SELECT count(*), max(id) FROM lake.main.t") == [(12, 1001)]


def test_overwritten_with_another_schema(lake: Merganser, table: Path) -> None:
    write_deltalake(str(table), numbers(0, 10))
    write_deltalake(str(table), pa.table({"other": [1.5, 2.5]}), mode="overwrite", schema_mode="overwrite")
    check_versions(lake, table)


def test_schema_merged(lake: Merganser, table: Path) -> None:
    write_deltalake(str(table), numbers(0, 10))
    more = numbers(10, 2).append_column("added", pa.array([1, 2], pa.int32()))
    write_deltalake(str(table), more, mode="append", schema_mode="merge")
    check_versions(lake, table)
    lake.sql("INSERT INTO lake.main.t BY NAME SELECT 50 AS id, 7 AS added")
    assert check_both(lake, table).num_rows == 13


def test_deletes_updates_merges(lake: Merganser, table: Path) -> None:
    write_deltalake(str(table), numbers(0, 100), partition_by=["part"])
    DeltaTable(str(table)).delete("id % 7 = 0")
    DeltaTable(str(table)).update(predicate="id > 90", updates={"name": "'changed'"})
    DeltaTable(str(table)).merge(numbers(95, 10), "s.id = t.id", source_alias="s", target_alias="t") \
        .when_matched_update_all().when_not_matched_insert_all().execute()
    DeltaTable(str(table)).delete("part = 'x'")
    check_versions(lake, table)
    lake.sql("INSERT INTO lake.main.t SELECT id + 1000, name, 'x' FROM lake.main.t WHERE id < 10")
    check_both(lake, table)


def test_checkpoints(lake: Merganser, table: Path) -> None:
    for i in range(12):
        write_deltalake(str(table), numbers(i * 10, 10), mode="append", partition_by=["part"])
        if i in (4, 8):
            DeltaTable(str(table)).create_checkpoint()
    DeltaTable(str(table)).delete("id < 25")
    check_versions(lake, table)
    # Without the commits that the checkpoint stands for.
    for version in range(8):
        (table / f"_delta_log/{version:020}.json").unlink()
    fresh = check_both(lake, table)
    lake.sql(*[f"INSERT INTO lake.main.t SELECT {i}, 'ours', 'y'" for i in range(1000, 1012)])
    assert check_both(lake, table).num_rows == fresh.num_rows + 12
    assert len(list((table / "_delta_log").glob("*.checkpoint.parquet"))) > 2, "our appends wrote no checkpoint"


def test_our_checkpoint_under_their_commits(lake: Merganser, table: Path) -> None:
    """Turn and turn about: both engines write commits and build on the checkpoint of the other."""
    write_deltalake(str(table), numbers(0, 3), partition_by=["part"], configuration={"delta.checkpointInterval": "3"})
    for i in range(1, 8):
        write_deltalake(str(table), numbers(i * 10, 3), mode="append")
        lake.sql(f"INSERT INTO lake.main.t SELECT {i * 10 + 5}, 'ours', 'z'")
    check_versions(lake, table)


def test_optimized_and_vacuumed(lake: Merganser, table: Path) -> None:
    for i in range(6):
        write_deltalake(str(table), numbers(i * 10, 10), mode="append", partition_by=["part"])
    before = check_both(lake, table)
    DeltaTable(str(table)).optimize.compact()
    arrow_rows.assert_same(before, lake.read(table), "compacted")
    DeltaTable(str(table)).optimize.z_order(["id"])
    arrow_rows.assert_same(before, lake.read(table), "in Z order")
    DeltaTable(str(table)).vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
    arrow_rows.assert_same(before, lake.fetch("FROM lake.main.t"), "vacuumed")


def test_restored(lake: Merganser, table: Path) -> None:
    write_deltalake(str(table), numbers(0, 10))
    write_deltalake(str(table), numbers(50, 10), mode="overwrite")
    DeltaTable(str(table)).restore(0)
    check_versions(lake, table)


def test_constraint_is_enforced(lake: Merganser, table: Path) -> None:
    write_deltalake(str(table), numbers(0, 10))
    DeltaTable(str(table)).alter.add_constraint({"positive": "id >= 0"})
    check_both(lake, table)
    with pytest.raises(Exception, match="(?i)constraint"):
        lake.sql("INSERT INTO lake.main.t SELECT -1, 'bad', 'x'")
    lake.sql("INSERT INTO lake.main.t SELECT 11, 'good', 'x'")
    with pytest.raises(Exception, match="(?i)constraint"):
        lake.sql("UPDATE lake.main.t SET id = -id WHERE id = 11")
    check_both(lake, table)
    check_versions(lake, table)


def test_added_columns_in_their_files(lake: Merganser, table: Path) -> None:
    """Behind the columns of their file, whose footer tells a schema of its own besides."""
    write_deltalake(str(table), ALL_TYPES)
    lake.sql("SET merganser_byte_copy_min_file_size = 0")
    lake.sql("ALTER TABLE lake.main.t ADD COLUMN added VARCHAR")
    lake.sql("ALTER TABLE lake.main.t ADD COLUMN pair STRUCT(a INTEGER, b VARCHAR[])")
    lake.sql("UPDATE lake.main.t SET added = 'new', pair = {'a': 1, 'b': ['x', NULL]} WHERE long IS NOT NULL")
    rows = check_both(lake, table)
    pair = {"a": 1, "b": ["x", None]}
    assert rows.select(["added", "pair"]).to_pylist() == [{"added": "new", "pair": pair}] * 2 + [
        {"added": None, "pair": None}]
    [file] = DeltaTable(str(table)).file_uris()
    arrow_rows.assert_same(rows, parquet.read_table(file, partitioning=None), "the file by itself")


def test_filters_answer_as_without_statistics(lake: Merganser, table: Path) -> None:
    """Pruning by the statistics of delta-rs loses no row."""
    for first in range(0, 100, 10):
        write_deltalake(str(table), numbers(first, 10), mode="append", partition_by=["part"])
    everything = lake.read(table).to_pylist()
    lake.connection.register("copied", pa.Table.from_pylist(everything))
    lake.sql("CREATE TEMP TABLE plain AS FROM copied")
    for condition in ["id = 55", "id BETWEEN 17 AND 31", "id IN (3, 99, 1000)", "name = 'n42'", "name >= 'n95'",
                      "part = 'x'", "part IS NULL AND id > 50", "name LIKE 'n9%'", "id <> 5",
                      "part IS DISTINCT FROM 'y'"]:
        query = f"SELECT count(*), sum(id) FROM {{}} WHERE {condition}"
        assert lake.rows(query.format("lake.main.t")) == lake.rows(query.format("plain")), condition


@pytest.mark.parametrize("compression", ["UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD", "LZ4_RAW", "BROTLI"])
def test_compression(lake: Merganser, table: Path, compression: str) -> None:
    properties = deltalake.WriterProperties(compression=compression)
    write_deltalake(str(table), numbers(0, 1000), writer_properties=properties)
    arrow_rows.assert_same(numbers(0, 1000), lake.read(table), compression)
