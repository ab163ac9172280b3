"""Writes of many rows: they wait encoded, column by column, and texts are encoded by us. Read by others."""

from pathlib import Path

import deltalake
import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from lakes import open_lake

ROWS = 120_000
#: Texts of every kind: few, many, one, none, equal for a while and then all different, long, empty, with NULLs.
TEXTS = {
    "few": "'name ' || i % 40", "some_few": "CASE WHEN i % 7 < 3 THEN 'n' || i % 11 END",
    "many": "md5(i::VARCHAR)",
    "some_many": "CASE WHEN i % 3 > 0 THEN 'text ' || i END", "one": "'the only one'", "none": "NULL::VARCHAR",
    "late": "CASE WHEN i < 90000 THEN 'x' || i % 5 ELSE 'text ' || i END", "nearly": "'n' || i % 20000",
    "empty": "CASE WHEN i % 2 = 0 THEN '' ELSE 'a' END", "long": "repeat('long text ', (i % 300)::INTEGER)",
    "wide": "chr(65 + (i % 200)::INTEGER) || 'ü'", "huge": "CASE WHEN i % 40000 = 7 THEN repeat('h', 3000000) END",
}
OTHERS = {
    "id": "i", "small": "(i % 100)::SMALLINT", "price": "(i / 8)::DECIMAL(15, 2)", "real": "i / 7", "flag": "i % 3 = 0",
    "day": "DATE '2020-01-01' + (i % 900)::INTEGER", "bytes": "('b' || i % 1000)::BLOB",
    "pair": "CASE WHEN i % 5 > 0 THEN {'a': i, 'b': 's' || i % 9} END",
    "list": "CASE WHEN i % 4 > 0 THEN [i, NULL] END",
    "map": "MAP {'k' || i % 3: i}", "p": "'p' || i % 3",
}
SELECT = "SELECT " + ", ".join(f"{sql} AS {name}" for name, sql in {**OTHERS, **TEXTS}.items())


@pytest.fixture(params=["", "PARTITIONED BY (p)"], ids=["plain", "partitioned"])
def lake(request: pytest.FixtureRequest, extension: Path, tmp_path: Path) -> duckdb.DuckDBPyConnection:
    connection = open_lake(extension, tmp_path, threads=2)
    connection.execute("SET merganser_row_group_size = 50000")
    connection.execute(f"CREATE TABLE lake.t {request.param} AS {SELECT} FROM range({ROWS}) r(i)")
    # Chunks of few rows, as filters and joins leave them.
    connection.execute(f"INSERT INTO lake.t {SELECT} FROM range({ROWS}, {2 * ROWS}) r(i) WHERE hash(i) % 9 < 2")
    connection.execute(f"""CREATE TEMP TABLE own AS {SELECT} FROM range({2 * ROWS}) r(i)
        WHERE i < {ROWS} OR hash(i) % 9 < 2""")
    yield connection
    connection.close()


def test_rows_are_what_was_written(lake: duckdb.DuckDBPyConnection) -> None:
    assert lake.execute("""SELECT count(*) FROM ((FROM own EXCEPT ALL FROM lake.t) UNION ALL
        (FROM lake.t EXCEPT ALL FROM own))""").fetchall() == [(0,)]


def test_others_read_them(lake: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    columns = ["id", "price", "day", *TEXTS]
    expected = lake.execute(f"SELECT {', '.join(columns)} FROM own ORDER BY id").to_arrow_table()
    read = deltalake.DeltaTable(str(tmp_path / "main" / "t")).to_pyarrow_table(columns=columns).sort_by("id")
    for name in columns:
        values = read[name].cast(pa.string()) if name in TEXTS else read[name]
        wanted = expected[name].cast(pa.string()) if name in TEXTS else expected[name]
        assert values.combine_chunks().equals(wanted.combine_chunks()), name


def test_statistics_hold(lake: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """Of row groups, in footers; and of files, in the log."""
    for file in (tmp_path / "main" / "t").rglob("*.parquet"):
        parquet = pq.ParquetFile(file)
        for number in range(parquet.metadata.num_row_groups):
            rows = parquet.read_row_group(number, columns=list(TEXTS))
            assert rows.num_rows <= 50000
            for index in range(parquet.metadata.num_columns):
                column = parquet.metadata.row_group(number).column(index)
                if column.path_in_schema not in TEXTS:
                    continue
                values = rows[column.path_in_schema]
                assert column.statistics.null_count == values.null_count, column.path_in_schema
                if column.statistics.has_min_max:
                    bounds = pc.min_max(values.cast(pa.binary())).as_py()
                    raw = (column.statistics.min_raw, column.statistics.max_raw)
                    # DuckDB's writer shortens the bounds of long texts.
                    assert raw[0] <= bounds["min"] and raw[1] >= bounds["max"], column.path_in_schema
                    assert len(bounds["max"]) > 100 or raw == (bounds["min"], bounds["max"]), column.path_in_schema
    actions = deltalake.DeltaTable(str(tmp_path / "main" / "t")).get_add_actions(flatten=True)
    for name in ("few", "some_few", "many", "some_many", "one", "empty"):
        low, high, nulls = lake.execute(
            f"SELECT min({name}), max({name}), count(*) - count({name}) FROM own").fetchone()
        found = pa.table(actions)
        assert pc.min(found[f"min.{name}"]).as_py() == low, name
        assert pc.max(found[f"max.{name}"]).as_py() == high, name
        assert pc.sum(found[f"null_count.{name}"]).as_py() == nulls, name


def test_dictionaries_have_bloom_filters(lake: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    files = str(tmp_path / "main" / "t" / "**" / "*.parquet")
    kinds = dict(lake.execute(f"""SELECT path_in_schema, (max(dictionary_page_offset) IS NOT NULL)::INTEGER
        + 2 * (max(bloom_filter_offset) IS NOT NULL)::INTEGER
        FROM parquet_metadata('{files}') GROUP BY 1""").fetchall())
    assert {name: kinds[name] for name in TEXTS} == {
        "few": 3, "some_few": 3, "many": 0, "some_many": 0, "one": 3, "none": 0, "late": kinds["late"], "nearly": 0,
        "empty": 3, "long": 3, "wide": 3, "huge": 3}


def test_bloom_filters_know_their_texts(extension: Path, tmp_path: Path) -> None:
    connection = open_lake(extension, tmp_path, threads=2)
    connection.execute(f"CREATE TABLE lake.t AS SELECT {TEXTS['few']} AS few FROM range({ROWS}) r(i)")
    files = str(tmp_path / "main" / "t" / "*.parquet")

    def excluded(texts: list[str]) -> int:
        return sum(connection.execute(f"""SELECT bool_and(bloom_filter_excludes)
            FROM parquet_bloom_probe('{files}', 'few', '{text}')""").fetchall()[0][0] for text in texts)

    assert excluded([f"name {n}" for n in range(40)]) == 0
    # A filter may be wrong about what is not there, now and then.
    assert excluded([f"absent {n}" for n in range(40)]) > 20
    connection.close()


def test_an_order_is_kept(extension: Path, tmp_path: Path) -> None:
    connection = open_lake(extension, tmp_path, threads=2)
    connection.execute("SET merganser_row_group_size = 30000")
    connection.execute(f"""CREATE TABLE lake.t AS SELECT i, 'text ' || i AS s FROM range({ROWS}) r(i)
        WHERE hash(i) % 5 > 0 ORDER BY md5(i::VARCHAR)""")
    assert connection.execute("""SELECT count(*) FROM (SELECT md5(i::VARCHAR) AS m,
        lag(md5(i::VARCHAR)) OVER (ORDER BY file_row_number) AS before FROM lake.t)
        WHERE before > m""").fetchall() == [(0,)]
    connection.close()
