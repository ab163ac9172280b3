"""DELETE takes rows out of the encoded pages of files that other writers made, whatever forms of pages these have."""

from collections import Counter
from pathlib import Path

import deltalake
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakes import open_lake
from parquet_pages import comparable, count_pages, read_footer, stated_pages

ROWS = 30_000
ROW_GROUP_ROWS = 12_000
#: How pyarrow writes the file -> whether its pages are filtered, not encoded anew.
FORMS = {
    "snappy": (dict(compression="snappy"), True),
    "second version": (dict(compression="zstd", data_page_version="2.0"), True),
    "second version, plain bytes": (dict(compression="none", data_page_version="2.0"), True),
    "small pages": (dict(compression="snappy", data_page_size=2000, write_batch_size=100), True),
    "dictionaries that overflow": (dict(compression="zstd", dictionary_pagesize_limit=2000, data_page_size=4000,
                                        write_batch_size=64), True),
    "no dictionaries": (dict(compression="none", use_dictionary=False), True),
    "indexes and checksums": (dict(compression="snappy", write_page_index=True, write_page_checksum=True,
                                   data_page_size=3000, write_batch_size=100), True),
    "gzip": (dict(compression="gzip"), False),
    "delta encodings": (dict(compression="snappy", use_dictionary=False,
                             column_encoding={"id": "DELTA_BINARY_PACKED", "name": "DELTA_BYTE_ARRAY"}), False),
}
DELETED = ["id = 11", "id % 97 = 5", "id BETWEEN 100 AND 4000", "v IS NULL AND id % 5 = 0", "name = 'name 7'",
           "id > 29900", "flag AND id % 50 = 3"]


def rows() -> pa.Table:
    """NULLs here and there, in long runs, and nowhere."""
    source = duckdb.connect().execute(f"""
        SELECT i AS id, CASE WHEN i % 3 > 0 AND i NOT BETWEEN 5000 AND 9000 THEN (i * 13 % 1000)::DOUBLE / 8 END AS v,
               'name ' || (i % 60) AS name, CASE WHEN i % 4 > 0 THEN md5(i::VARCHAR) END AS text, i % 7 = 2 AS flag,
               CASE WHEN i > 700 THEN i % 2 = 0 END AS other_flag, (i * 7 % 5000)::DECIMAL(9, 2) AS price,
               DATE '2024-01-01' + (i % 400)::INTEGER AS day, NULL::INTEGER AS nothing,
               CASE WHEN i = 25017 THEN 'nan'::DOUBLE ELSE i % 100 END AS real,
               CASE WHEN i % 3 = 0 THEN encode('b' || i) END AS bytes
        FROM range({ROWS}) r(i)""")
    return source.to_arrow_table()


@pytest.mark.parametrize("form", FORMS)
def test_foreign_pages(extension: Path, tmp_path: Path, form: str) -> None:
    options, is_filtered = FORMS[form]
    folder = tmp_path / "lake/main/t"
    folder.mkdir(parents=True)
    pq.write_table(rows(), folder / "a.parquet", row_group_size=ROW_GROUP_ROWS, store_decimal_as_integer=True,
                   **options)
    compression = pq.ParquetFile(folder / "a.parquet").metadata.row_group(0).column(0).compression
    connection = open_lake(extension, tmp_path / "lake")
    connection.execute(f"FROM merganser_convert('{folder}')")
    connection.execute("SET merganser_byte_copy_min_file_size = 0")
    # Smaller ones would be written anew as one.
    connection.execute(f"SET merganser_row_group_size = {ROW_GROUP_ROWS}")
    connection.execute("CREATE TEMP TABLE own AS FROM lake.t")
    for condition in DELETED:
        expected = connection.execute(f"DELETE FROM own WHERE {condition}").fetchone()
        assert connection.execute(f"DELETE FROM lake.t WHERE {condition}").fetchone() == expected
        assert connection.execute("SELECT count(*) FROM (FROM lake.t EXCEPT ALL FROM own)").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM (FROM own EXCEPT ALL FROM lake.t)").fetchone() == (0,)
        assert connection.execute("FROM merganser_check('lake.t')").fetchall() == []
        # NaN is larger than every number, and no bound of Parquet's tells of it.
        nan_count = connection.execute("SELECT count(*) FROM own WHERE isnan(real)").fetchone()
        assert connection.execute("SELECT count(*) FROM lake.t WHERE real > 1000").fetchone() == nan_count != (0,)
        added = deltalake.DeltaTable(str(folder)).get_add_actions(flatten=True)
        assert "max.real" not in added.column_names or added.column("max.real")[0].as_py() is None
    table = deltalake.DeltaTable(str(folder))
    kept = connection.execute("FROM own ORDER BY id").to_arrow_table()
    (file,) = [Path(uri) for uri in table.file_uris()]
    for read in (pq.read_table(file), table.to_pyarrow_table()):
        assert comparable(read.sort_by("id").cast(kept.schema)).equals(comparable(kept))
    written = pq.ParquetFile(file).metadata
    codecs = {written.row_group(group).column(column).compression
              for group in range(written.num_row_groups) for column in range(written.num_columns)}
    assert codecs == ({compression} if is_filtered else {"SNAPPY"})
    assert written.created_by.startswith("parquet-cpp-arrow" if is_filtered else "Merganser")
    check_footer(file)
    statistics = table.get_add_actions(flatten=True)
    bounds = connection.execute("""SELECT min(id), max(id), min(name), max(name), count(*) - count(v)
                                   FROM own""").fetchone()
    names = ("min.id", "max.id", "min.name", "max.name", "null_count.v")
    assert tuple(statistics.column(name)[0].as_py() for name in names) == bounds


def check_footer(file: Path) -> None:
    """It counts the pages that are there."""
    data = file.read_bytes()
    for row_group in read_footer(data)[4]:
        for chunk in row_group[1]:
            column = chunk[3]
            assert stated_pages(column) == count_pages(data, column), column[3]
            assert sum(Counter(count_pages(data, column)).values()) > 0


def test_a_damaged_page_stops_the_statement(extension: Path, tmp_path: Path) -> None:
    folder = tmp_path / "lake/main/t"
    folder.mkdir(parents=True)
    pq.write_table(rows().select(["id", "text"]), folder / "a.parquet", use_dictionary=False)
    connection = open_lake(extension, tmp_path / "lake")
    connection.execute(f"FROM merganser_convert('{folder}')")
    connection.execute("SET merganser_byte_copy_min_file_size = 0")
    place = pq.ParquetFile(folder / "a.parquet").metadata.row_group(0).column(1).data_page_offset
    data = bytearray((folder / "a.parquet").read_bytes())
    data[place + 60:place + 90] = bytes(30)
    (folder / "a.parquet").write_bytes(data)
    with pytest.raises(duckdb.Error, match="a.parquet"):
        connection.execute("DELETE FROM lake.t WHERE id = 5")
    assert connection.execute("SELECT max(version) FROM merganser_history('lake.t')").fetchone() == (0,)
    assert list(folder.glob("*.parquet")) == [folder / "a.parquet"]
