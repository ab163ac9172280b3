"""Large writes and updates of many rows: chunks that we encode, read by Spark, which skips by what they say."""

import zlib
from pathlib import Path

import pytest

from engines import Merganser
from spark_session import SparkSession, named

OURS = "lake.main.t"
ROWS = 60_000
SELECT = """SELECT i AS id, 'name ' || i % 40 AS few, CASE WHEN i % 3 > 0 THEN 'text ' || i END AS many,
    CASE WHEN i < 50000 THEN 'x' || i % 5 ELSE md5(i::VARCHAR) END AS late, NULL::VARCHAR AS none,
    CASE WHEN i % 7 < 3 THEN '' END AS empty, (i / 8)::DECIMAL(15, 2) AS price, i % 100 AS small,
    CASE WHEN i % 5 > 0 THEN (i % 50)::TINYINT END AS tiny, (i % 30000 - 15000)::SMALLINT AS short,
    (i * 7919)::INTEGER AS ints, NULL::BIGINT AS nothing, (i % 9 / 4)::FLOAT AS reals,
    CASE WHEN i % 4 > 0 THEN i / 8 END AS doubles, (i % 900 / 10)::DECIMAL(4, 1) AS rate, i % 3 = 0 AS flag,
    DATE '2020-01-01' + (i % 900)::INTEGER AS day, CASE WHEN i % 7 > 0 THEN
        TIMESTAMPTZ '2020-01-01 00:00:00+00' + to_seconds(i % 5000) END AS moment"""
#: Sums that tell every row from every other, in the SQL of both.
COMMON_SUMS = """count(*) AS n, sum(id) AS ids, count(none) AS none, count(empty) AS empty, sum(price) AS price,
    sum(small) AS small, sum(tiny * id) AS tiny, sum(short * id) AS short, sum(ints * id) AS ints,
    count(nothing) AS nothing, sum(reals * id) AS reals, sum(doubles * id) AS doubles, sum(rate * id) AS rate,
    count(CASE WHEN flag THEN 1 END) AS flags, max(day) AS last_day, count(day) AS days"""
SUMS = f"""SELECT {COMMON_SUMS}, sum(crc32(few)) AS few, sum(crc32(many)) AS many, sum(crc32(late)) AS late,
    sum(unix_timestamp(moment) * id) AS moment"""


def ours(merganser: Merganser) -> dict:
    """The same sums; what DuckDB has no function for is read as rows."""
    rows = merganser.rows(f"SELECT few, many, late FROM {OURS}")
    names = [item.rsplit(" AS ", 1)[1] for item in COMMON_SUMS.replace("\n", " ").split(",")]
    sums = dict(zip(names, merganser.rows(f"SELECT {COMMON_SUMS} FROM {OURS}")[0]))

    def total(column: int) -> int:
        return sum(zlib.crc32(row[column].encode()) for row in rows if row[column] is not None)

    moments = merganser.rows(f"SELECT sum(epoch(moment)::BIGINT * id) FROM {OURS}")[0][0]
    return {**sums, "few": total(0), "many": total(1), "late": total(2), "moment": moments}


@pytest.mark.parametrize("vectors", ["false", "true"], ids=["copy", "vectors"])
def test_spark_reads_it(spark: SparkSession, merganser: Merganser, table: Path, vectors: str) -> None:
    merganser.sql("SET merganser_row_group_size = 25000", "SET merganser_byte_copy_min_file_size = 0")
    merganser.run(OURS, f"""CREATE TABLE {{t}} WITH ('delta.enableDeletionVectors' = '{vectors}')
                            AS {SELECT} FROM range({ROWS}) r(i)""")
    assert spark.fetch(f"{SUMS} FROM {named(table)}").to_pylist() == [ours(merganser)]
    merganser.run(OURS, """UPDATE {t} SET few = 'changed ' || id % 9, many = upper(many), price = price + 1,
                           small = if(id % 2 = 0, small, 7), tiny = 100, reals = reals + 1, day = day + 1000
                           WHERE hash(id) % 4 = 0""")
    merganser.run(OURS, """MERGE INTO {t} USING (SELECT id, late || '!' AS late FROM {t} WHERE id % 10 < 9) AS u
                           USING (id) WHEN MATCHED THEN UPDATE SET late = u.late
                           WHEN NOT MATCHED BY SOURCE THEN DELETE""")
    expected = ours(merganser)
    assert expected["n"] == ROWS * 9 // 10
    assert spark.fetch(f"{SUMS} FROM {named(table)}").to_pylist() == [expected]
    for condition in ("few = 'changed 3'", "few = 'absent'", "many = 'TEXT 4'", "late > 'x4!'", "empty IS NULL",
                      "ints = 7919 * 4321", "ints = 5", "tiny = 100", "short < -14990", "reals = 3.25",
                      "doubles > 7400", "rate = 12.3", "flag", "day = DATE '2023-01-01'",
                      "moment = TIMESTAMP '2020-01-01 00:10:00Z'", "nothing IS NOT NULL"):
        counted = merganser.rows(f"SELECT count(*) FROM {OURS} WHERE {condition}")[0][0]
        found = spark.fetch(f"SELECT count(*) AS n FROM {named(table)} WHERE {condition}").to_pylist()
        assert found == [{"n": counted}], condition
