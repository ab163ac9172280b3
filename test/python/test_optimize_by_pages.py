"""OPTIMIZE puts encoded pages of other writers' files together, and encodes anew only what it must."""

from pathlib import Path

import deltalake
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakes import open_lake
from parquet_pages import comparable, count_pages, read_footer, stated_pages

FILES, ROWS = 12, 4000
FORMS = [dict(compression="snappy"), dict(compression="zstd", data_page_version="2.0"),
         dict(compression="none", use_dictionary=False), dict(compression="snappy", data_page_size=2000,
                                                              write_batch_size=100),
         dict(compression="zstd", dictionary_pagesize_limit=2000, data_page_size=4000, write_batch_size=64),
         dict(compression="snappy", row_group_size=900), dict(compression="gzip")]


def rows(number: int) -> pa.Table:
    return duckdb.connect().execute(f"""
        SELECT i, CASE WHEN i % 3 > 0 THEN (i * 13 % 1000)::DOUBLE / 8 END AS v, 'name ' || (r % 60) AS name,
               CASE WHEN i % 4 > 0 THEN md5(i::VARCHAR) END AS text, i % 7 = 2 AS flag,
               CASE WHEN r > 700 THEN i % 2 = 0 END AS other_flag, (i * 7 % 5000)::DECIMAL(9, 2) AS price,
               DATE '2024-01-01' + (i % 400)::INTEGER AS day,
               CASE WHEN i = 5017 THEN 'nan'::DOUBLE ELSE i % 100 END AS real,
               CASE WHEN {number} % 2 = 0 THEN repeat('long ' || i, 90) END AS long
        FROM (SELECT r, {number} * {ROWS} + r AS i FROM range({ROWS}) t(r))""").to_arrow_table()


def make(extension: Path, folder: Path, forms: list[dict]) -> duckdb.DuckDBPyConnection:
    """A table of files in these forms."""
    table = folder / "lake/main/t"
    table.mkdir(parents=True)
    for number in range(FILES):
        pq.write_table(rows(number), table / f"f{number:02}.parquet", store_decimal_as_integer=True,
                       **forms[number % len(forms)])
    connection = open_lake(extension, folder / "lake")
    connection.execute(f"FROM merganser_convert('{table}')")
    connection.execute("CREATE TEMP TABLE own AS FROM lake.t")
    return connection


def check(connection: duckdb.DuckDBPyConnection, folder: Path, for_delta_rs: bool = True) -> Path:
    """The table has the rows of `own`, for every reader, and its only file says what is in it."""
    difference = "SELECT count(*) FROM (FROM {} EXCEPT ALL FROM {})"
    assert connection.execute(difference.format("lake.t", "own")).fetchone() == (0,)
    assert connection.execute(difference.format("own", "lake.t")).fetchone() == (0,)
    assert connection.execute("FROM merganser_check('lake.t')").fetchall() == []
    table = deltalake.DeltaTable(str(folder / "lake/main/t"))
    (file,) = [Path(uri) for uri in table.file_uris()]
    expected = connection.execute("FROM own ORDER BY i").to_arrow_table()
    for read in (pq.read_table(file), table.to_pyarrow_table() if for_delta_rs else pq.read_table(file)):
        assert comparable(read.sort_by("i").cast(expected.schema)).equals(comparable(expected))
    data = file.read_bytes()
    for row_group in read_footer(data)[4]:
        for chunk in row_group[1]:
            assert stated_pages(chunk[3]) == count_pages(data, chunk[3]), chunk[3][3]
    statistics = table.get_add_actions(flatten=True)
    # NaN is larger than every number, and no bound of Parquet's tells of it.
    nan_count = connection.execute("SELECT count(*) FROM own WHERE isnan(real)").fetchone()
    assert connection.execute("SELECT count(*) FROM lake.t WHERE real > 1000").fetchone() == nan_count
    assert nan_count == (0,) or statistics.column("max.real")[0].as_py() is None
    columns = ["i", "v", "name", "text", "price", "day"]
    wanted = ", ".join(f"min({name}), max({name}), count(*) - count({name})" for name in columns)
    found = [statistics.column(f"{kind}.{name}")[0].as_py() for name in columns
             for kind in ("min", "max", "null_count")]
    # Texts are cut in the log, a maximum upwards.
    values = connection.execute(f"SELECT {wanted} FROM own").fetchone()
    for said, value in zip(found, values, strict=True):
        assert said == value or str(said)[:31] == str(value)[:31]
    return file


@pytest.mark.parametrize("form", [*range(len(FORMS)), "all"])
def test_rows_stay(extension: Path, tmp_path: Path, form: int | str) -> None:
    connection = make(extension, tmp_path, FORMS if form == "all" else [FORMS[form]])
    assert connection.execute("SELECT num_files_after FROM merganser_optimize('lake.t')").fetchone() == (1,)
    written = pq.ParquetFile(check(connection, tmp_path)).metadata
    assert written.num_row_groups == 1
    assert written.row_group(0).column(0).compression == "SNAPPY"
    assert written.created_by.startswith("Merganser")
    encodings = {written.row_group(0).column(column).path_in_schema: written.row_group(0).column(column).encodings
                 for column in range(written.num_columns)}
    assert "RLE_DICTIONARY" in encodings["name"] or "PLAIN_DICTIONARY" in encodings["name"]
    assert set(encodings["i"]) == {"PLAIN", "RLE"}


def test_deleted_rows_go(extension: Path, tmp_path: Path) -> None:
    connection = make(extension, tmp_path, FORMS)
    connection.execute("ALTER TABLE lake.t SET ('delta.enableDeletionVectors' = 'true')")
    for condition in ("i % 50 = 3", f"i BETWEEN {ROWS} AND {2 * ROWS + 17}", "name = 'name 7' AND v IS NULL"):
        for table in ("own", "lake.t"):
            connection.execute(f"DELETE FROM {table} WHERE {condition}")
    before, removed = connection.execute("""SELECT num_files_before, num_deletion_vectors_removed
                                            FROM merganser_optimize('lake.t')""").fetchone()
    assert before == removed == FILES - 1
    # delta-rs does not read tables with the feature.
    check(connection, tmp_path, for_delta_rs=False)


def test_columns_that_files_have_not(extension: Path, tmp_path: Path) -> None:
    connection = make(extension, tmp_path, FORMS[:1])
    for table in ("own", "lake.t"):
        connection.execute(f"ALTER TABLE {table} ADD COLUMN late VARCHAR")
        connection.execute(f"""INSERT INTO {table} BY NAME
                               SELECT i + 1000000 AS i, 'late ' || i AS late FROM range(500) r(i)""")
    connection.execute("ALTER TABLE lake.t SET ('delta.enableTypeWidening' = 'true')")
    connection.execute("ALTER TABLE lake.t ALTER price TYPE DECIMAL(18, 2)")
    connection.execute("ALTER TABLE own ALTER price TYPE DECIMAL(18, 2)")
    connection.execute("FROM merganser_optimize('lake.t')")
    check(connection, tmp_path, for_delta_rs=False)


def test_a_file_with_another_schema_is_read_by_its_names(extension: Path, tmp_path: Path) -> None:
    connection = make(extension, tmp_path, FORMS[:1])
    connection.execute("ALTER TABLE lake.t RENAME COLUMN name TO label")
    connection.execute("ALTER TABLE own RENAME COLUMN name TO label")
    connection.execute("ALTER TABLE lake.t DROP COLUMN text")
    connection.execute("ALTER TABLE own DROP COLUMN text")
    connection.execute("ALTER TABLE lake.t ADD COLUMN text VARCHAR")
    connection.execute("ALTER TABLE own ADD COLUMN text VARCHAR")
    connection.execute("FROM merganser_optimize('lake.t')")
    for left, right in (("lake.t", "own"), ("own", "lake.t")):
        difference = f"SELECT count(*) FROM (FROM {left} EXCEPT ALL FROM {right})"
        assert connection.execute(difference).fetchone() == (0,)


def test_row_groups_that_are_large_stay(extension: Path, tmp_path: Path) -> None:
    connection = make(extension, tmp_path, [dict(compression="snappy", row_group_size=1500)])
    connection.execute("SET merganser_row_group_size = 4500")
    connection.execute("FROM merganser_optimize('lake.t')")
    written = pq.ParquetFile(check(connection, tmp_path)).metadata
    sizes = [written.row_group(group).num_rows for group in range(written.num_row_groups)]
    assert sum(sizes) == FILES * ROWS and max(sizes) <= 4500 and min(sizes) > 1000


def test_a_damaged_file_stops_it(extension: Path, tmp_path: Path) -> None:
    connection = make(extension, tmp_path, FORMS[2:3])
    file = tmp_path / "lake/main/t/f03.parquet"
    place = pq.ParquetFile(file).metadata.row_group(0).column(3).data_page_offset
    data = bytearray(file.read_bytes())
    data[place + 60:place + 2000] = b"\xff" * 1940
    file.write_bytes(data)
    with pytest.raises(duckdb.Error, match="f03.parquet"):
        connection.execute("FROM merganser_optimize('lake.t')")
    assert connection.execute("SELECT max(version) FROM merganser_history('lake.t')").fetchone() == (0,)
    assert len(list((tmp_path / "lake/main/t").glob("*.parquet"))) == FILES
