"""Writes of many rows: they wait encoded, column by column, and texts and numbers are encoded by us. Read by others."""

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
#: The same of numbers, of every width.
NUMBERS = {
    "tiny": "(i % 100)::TINYINT", "some_small": "CASE WHEN i % 3 > 0 THEN (i % 30000 - 15000)::SMALLINT END",
    "ints": "(i * 7919)::INTEGER", "some_ints": "CASE WHEN i % 5 > 0 THEN (i % 50)::INTEGER END",
    "longs": "i * 1000000007", "no_longs": "NULL::BIGINT", "late_longs": "CASE WHEN i < 90000 THEN 5 ELSE i END",
    "reals": "(i % 9 / 3)::FLOAT", "some_doubles": "CASE WHEN i % 4 > 0 THEN i / 7 END",
    "zeros": "CASE WHEN i % 3 = 0 THEN '-0.0'::DOUBLE ELSE 0 END",
    "nans": "CASE i % 5 WHEN 0 THEN 'nan'::DOUBLE WHEN 1 THEN NULL ELSE i END",
    "rates": "(i % 900 / 10)::DECIMAL(4, 1)", "prices": "(i / 8)::DECIMAL(9, 2)", "sums": "(i * 1.5)::DECIMAL(18, 3)",
    "days": "DATE '2020-01-01' + (i % 900)::INTEGER", "every_day": "DATE '1970-01-01' + (i % 90000)::INTEGER",
    "some_moments": "CASE WHEN i % 7 > 0 THEN TIMESTAMP '2020-01-01' + to_seconds(i % 5000) END",
    "zoned": "TIMESTAMPTZ '2020-01-01 00:00:00+00' + to_microseconds(i * 77)",
}
OTHERS = {
    "id": "i", "flag": "i % 3 = 0", "some_flags": "CASE WHEN i % 3 > 0 THEN i % 2 = 0 END",
    "wide_decimals": "(i / 8)::DECIMAL(30, 2)", "bytes": "('b' || i % 1000)::BLOB",
    "pair": "CASE WHEN i % 5 > 0 THEN {'a': i, 'b': 's' || i % 9} END",
    "list": "CASE WHEN i % 4 > 0 THEN [i, NULL] END",
    "map": "MAP {'k' || i % 3: i}", "p": "'p' || i % 3",
}
SELECT = "SELECT " + ", ".join(f"{sql} AS {name}" for name, sql in {**OTHERS, **NUMBERS, **TEXTS}.items())


@pytest.fixture(params=["", "PARTITIONED BY (p)"], ids=["plain", "partitioned"])
def lake(request: pytest.FixtureRequest, extension: Path, tmp_path: Path) -> duckdb.DuckDBPyConnection:
    connection = open_lake(extension, tmp_path, threads=2)
    connection.execute("SET merganser_row_group_size = 50000")
    connection.execute(f"""CREATE TABLE lake.t {request.param} WITH ('delta.dataSkippingNumIndexedCols' = -1)
        AS {SELECT} FROM range({ROWS}) r(i)""")
    # Chunks of few rows, as filters and joins leave them.
    connection.execute(f"INSERT INTO lake.t {SELECT} FROM range({ROWS}, {2 * ROWS}) r(i) WHERE hash(i) % 9 < 2")
    connection.execute(f"""CREATE TEMP TABLE own AS {SELECT} FROM range({2 * ROWS}) r(i)
        WHERE i < {ROWS} OR hash(i) % 9 < 2""")
    yield connection
    connection.close()


def test_rows_are_what_was_written(lake: duckdb.DuckDBPyConnection) -> None:
    assert lake.execute("""SELECT count(*) FROM ((FROM own EXCEPT ALL FROM lake.t) UNION ALL
        (FROM lake.t EXCEPT ALL FROM own))""").fetchall() == [(0,)]
    # EXCEPT takes one zero for the other.
    signs = "SELECT count(*) FILTER (zeros::VARCHAR = '-0.0'), count(*) FILTER (zeros::VARCHAR = '0.0') FROM "
    assert lake.execute(signs + "lake.t").fetchall() == lake.execute(signs + "own").fetchall()


def test_others_read_them(lake: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    columns = ["id", "flag", "some_flags", "wide_decimals", *NUMBERS, *TEXTS]
    expected = lake.execute(f"SELECT {', '.join(columns)} FROM own ORDER BY id").to_arrow_table()
    read = deltalake.DeltaTable(str(tmp_path / "main" / "t")).to_pyarrow_table(columns=columns).sort_by("id")
    for name in columns:
        values = read[name].cast(pa.string()) if name in TEXTS else read[name]
        wanted = expected[name].cast(values.type)
        if name == "nans":
            values, wanted = values.cast(pa.string()), wanted.cast(pa.string())
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


def test_statistics_of_numbers_hold(lake: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    checked = set()
    for file in (tmp_path / "main" / "t").rglob("*.parquet"):
        parquet = pq.ParquetFile(file)
        for number in range(parquet.metadata.num_row_groups):
            rows = parquet.read_row_group(number, columns=list(NUMBERS))
            for index in range(parquet.metadata.num_columns):
                column = parquet.metadata.row_group(number).column(index)
                name = column.path_in_schema
                if name not in NUMBERS:
                    continue
                assert column.statistics.null_count == rows[name].null_count, name
                if name in ("nans", "no_longs"):
                    assert not column.statistics.has_min_max, name
                    continue
                bounds = pc.min_max(rows[name]).as_py()
                assert (column.statistics.min, column.statistics.max) == (bounds["min"], bounds["max"]), name
                checked.add(name)
    assert checked == set(NUMBERS) - {"nans", "no_longs"}
    found = pa.table(deltalake.DeltaTable(str(tmp_path / "main" / "t")).get_add_actions(flatten=True))
    for kind, merge, sql in (("min", pc.min, "min({0})"), ("max", pc.max, "max({0})"),
                             ("null_count", pc.sum, "count(*) - count({0})")):
        wanted = lake.execute("SELECT " + ", ".join(f"{sql.format(name)} AS {name}" for name in checked) +
                              " FROM own").to_arrow_table().to_pylist()[0]
        for name, value in wanted.items():
            said = merge(found[f"{kind}.{name}"]).as_py()
            if name == "zoned" and kind != "null_count":
                # The log has milliseconds.
                assert abs(said.timestamp() - value.timestamp()) <= 0.001, (name, kind)
            else:
                assert said == value, (name, kind)


def test_dictionaries_have_bloom_filters(lake: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    files = str(tmp_path / "main" / "t" / "**" / "*.parquet")
    kinds = dict(lake.execute(f"""SELECT path_in_schema, (max(dictionary_page_offset) IS NOT NULL)::INTEGER
        + 2 * (max(bloom_filter_offset) IS NOT NULL)::INTEGER
        FROM parquet_metadata('{files}') GROUP BY 1""").fetchall())
    assert {name: kinds[name] for name in TEXTS} == {
        "few": 3, "some_few": 3, "many": 0, "some_many": 0, "one": 3, "none": 0, "late": kinds["late"], "nearly": 0,
        "empty": 3, "long": 3, "wide": 3, "huge": 3}
    # A search for one zero would not find the other.
    assert {name: kinds[name] for name in NUMBERS} == {
        "tiny": 3, "some_small": 0, "ints": 0, "some_ints": 3, "longs": 0, "no_longs": 0,
        "late_longs": kinds["late_longs"], "reals": 1, "some_doubles": 0, "zeros": 1, "nans": 0, "rates": 3,
        "prices": 0, "sums": 0, "days": 3, "every_day": 0, "some_moments": 3, "zoned": 0}


def test_bloom_filters_know_their_values(extension: Path, tmp_path: Path) -> None:
    connection = open_lake(extension, tmp_path, threads=2)
    connection.execute(f"""CREATE TABLE lake.t AS SELECT {TEXTS['few']} AS few, (i % 50 * 3)::INTEGER AS ints,
        i % 50 * 3 AS longs FROM range({ROWS}) r(i)""")
    files = str(tmp_path / "main" / "t" / "*.parquet")

    def excluded(column: str, values: list[str]) -> int:
        return sum(connection.execute(f"""SELECT bool_and(bloom_filter_excludes)
            FROM parquet_bloom_probe('{files}', '{column}', {value})""").fetchall()[0][0] for value in values)

    assert excluded("few", [f"'name {n}'" for n in range(40)]) == 0
    # A filter may be wrong about what is not there, now and then.
    assert excluded("few", [f"'absent {n}'" for n in range(40)]) > 20
    for column in ("ints", "longs"):
        assert excluded(column, [str(n * 3) for n in range(50)]) == 0
        assert excluded(column, [str(n * 3 + 1) for n in range(50)]) > 25
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


def test_partitions_of_every_size(extension: Path, tmp_path: Path) -> None:
    """One with most of the rows, a hundred with some hundreds each, three thousand with a few."""
    connection = open_lake(extension, tmp_path, threads=2)
    select = f"""SELECT CASE WHEN i % 10 < 7 THEN 0 WHEN i % 10 < 9 THEN 1 + hash(i) % 100
        ELSE 1000 + hash(i) % 3000 END::INTEGER AS p, i, i / 3 AS d, 'n' || i % 7 AS few, md5(i::VARCHAR) AS many,
        CASE WHEN i % 5 > 0 THEN {{'a': i, 'b': ['x' || i % 4]}} END AS pair FROM range({2 * ROWS}) r(i)"""
    connection.execute(f"CREATE TABLE lake.t PARTITIONED BY (p) AS {select}")
    assert connection.execute(f"""SELECT count(*) FROM ((FROM ({select}) EXCEPT ALL FROM lake.t) UNION ALL
        (FROM lake.t EXCEPT ALL FROM ({select})))""").fetchall() == [(0,)]
    sizes = connection.execute("""SELECT count(*) FILTER (n > 8192), count(*) FILTER (n BETWEEN 200 AND 8192),
        count(*) FILTER (n < 32) FROM (SELECT count(*) AS n FROM lake.t GROUP BY p)""").fetchall()[0]
    assert sizes[0] == 1 and sizes[1] == 100 and sizes[2] > 2900
    # Rows of a thread keep their order.
    connection.execute("SET threads = 1")
    connection.execute(f"CREATE TABLE lake.ordered PARTITIONED BY (p) AS {select}")
    assert connection.execute("""SELECT count(*) FROM (SELECT i,
        lag(i) OVER (PARTITION BY p, filename ORDER BY file_row_number) AS before FROM lake.ordered)
        WHERE before > i""").fetchall() == [(0,)]
    connection.close()
