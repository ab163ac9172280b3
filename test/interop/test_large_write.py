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
    CASE WHEN i % 7 < 3 THEN '' END AS empty, (i / 8)::DECIMAL(15, 2) AS price, i % 100 AS small"""
#: In Spark's SQL: sums that tell every row from every other.
SUMS = """SELECT count(*) AS n, sum(id) AS ids, sum(crc32(few)) AS few, sum(crc32(many)) AS many,
    sum(crc32(late)) AS late, count(none) AS none, count(empty) AS empty, sum(price) AS price, sum(small) AS small"""


def ours(merganser: Merganser) -> dict:
    """The same sums; what DuckDB has no function for is read as rows."""
    rows = merganser.rows(f"SELECT id, few, many, late, none, empty, price, small FROM {OURS}")

    def total(column: int) -> int:
        return sum(zlib.crc32(row[column].encode()) for row in rows if row[column] is not None)

    return {"n": len(rows), "ids": sum(row[0] for row in rows), "few": total(1), "many": total(2), "late": total(3),
            "none": sum(row[4] is not None for row in rows), "empty": sum(row[5] is not None for row in rows),
            "price": sum(row[6] for row in rows), "small": sum(row[7] for row in rows)}


@pytest.mark.parametrize("vectors", ["false", "true"], ids=["copy", "vectors"])
def test_spark_reads_it(spark: SparkSession, merganser: Merganser, table: Path, vectors: str) -> None:
    merganser.sql("SET merganser_row_group_size = 25000", "SET merganser_byte_copy_min_file_size = 0")
    merganser.run(OURS, f"""CREATE TABLE {{t}} WITH ('delta.enableDeletionVectors' = '{vectors}')
                            AS {SELECT} FROM range({ROWS}) r(i)""")
    assert spark.fetch(f"{SUMS} FROM {named(table)}").to_pylist() == [ours(merganser)]
    merganser.run(OURS, """UPDATE {t} SET few = 'changed ' || id % 9, many = upper(many), price = price + 1,
                           small = if(id % 2 = 0, small, 7) WHERE hash(id) % 4 = 0""")
    merganser.run(OURS, """MERGE INTO {t} USING (SELECT id, late || '!' AS late FROM {t} WHERE id % 10 < 9) AS u
                           USING (id) WHEN MATCHED THEN UPDATE SET late = u.late
                           WHEN NOT MATCHED BY SOURCE THEN DELETE""")
    expected = ours(merganser)
    assert expected["n"] == ROWS * 9 // 10
    assert spark.fetch(f"{SUMS} FROM {named(table)}").to_pylist() == [expected]
    for condition in ("few = 'changed 3'", "few = 'absent'", "many = 'TEXT 4'", "late > 'x4!'", "empty IS NULL"):
        counted = merganser.rows(f"SELECT count(*) FROM {OURS} WHERE {condition}")[0][0]
        found = spark.fetch(f"SELECT count(*) AS n FROM {named(table)} WHERE {condition}").to_pylist()
        assert found == [{"n": counted}], condition
