"""Identity columns with Spark: both number the rows of one table in turn, and no number comes twice."""

import json
from pathlib import Path

import pytest

import arrow_rows
from engines import Merganser
from spark_session import SparkError, SparkSession, named

OURS = "lake.main.t"


def numbers(spark: SparkSession, merganser: Merganser, table: Path) -> list[tuple]:
    """What both engines read, in the order of the insertions."""
    rows = spark.read(table)
    arrow_rows.assert_same(rows, merganser.read(table), "numbered rows")
    return [(row["v"], row["id"]) for row in rows.sort_by("v").to_pylist()]


def mark(table: Path) -> int:
    """The newest high-water mark in the log."""
    for commit in sorted((table / "_delta_log").glob("*.json"), reverse=True):
        for line in commit.read_text().splitlines():
            metadata = json.loads(line).get("metaData")
            if metadata:
                fields = json.loads(metadata["schemaString"])["fields"]
                return next(f["metadata"]["delta.identity.highWaterMark"] for f in fields if f["name"] == "id")
    raise AssertionError("no metaData in the log")


def insert_in_turns(spark: SparkSession, merganser: Merganser, table: Path, first: int) -> list[int]:
    """Four rows, v = first and on, one by one; their ids."""
    for v in range(first, first + 4, 2):
        merganser.sql(f"INSERT INTO {OURS} (v) VALUES ({v})")
        spark.run(table, f"INSERT INTO {{t}} (v) VALUES ({v + 1});")
    return [id for v, id in numbers(spark, merganser, table) if v >= first]


def test_table_of_spark(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    spark.run(table, """
        CREATE TABLE {t} (id BIGINT GENERATED ALWAYS AS IDENTITY (START WITH 100 INCREMENT BY -7), v INT) USING delta;
        INSERT INTO {t} (v) VALUES (0);
    """)
    ids = [id for _, id in numbers(spark, merganser, table)] + insert_in_turns(spark, merganser, table, 1)
    assert ids == sorted(set(ids), reverse=True) and ids[0] == 100
    assert all((100 - id) % 7 == 0 for id in ids) and mark(table) == ids[-1]
    merganser.sql(f"UPDATE {OURS} SET v = 50 WHERE v = 4", f"DELETE FROM {OURS} WHERE v = 50",
                  f"CALL merganser_optimize('{OURS}')", f"CALL merganser_restore('{OURS}', version => 1)")
    assert mark(table) == ids[-1]
    spark.run(table, "INSERT INTO {t} (v) VALUES (7);")
    assert numbers(spark, merganser, table) == [(0, 100), (7, ids[-1] - 7)]
    with pytest.raises(Exception, match="GENERATED ALWAYS AS IDENTITY"):
        merganser.sql(f"INSERT INTO {OURS} VALUES (1, 8)")


def test_table_of_ours(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    merganser.sql(f"""
        CREATE TABLE {OURS} (id BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY (START WITH 5 INCREMENT BY 5), v INTEGER)
        USING DELTA TBLPROPERTIES ('delta.columnMapping.mode' = 'name')
    """)
    ids = insert_in_turns(spark, merganser, table, 1)
    assert ids == sorted(set(ids)) and ids[0] == 5 and all(id % 5 == 0 for id in ids)
    with pytest.raises(SparkError, match="GENERATED ALWAYS AS IDENTITY"):
        spark.run(table, "INSERT INTO {t} VALUES (1, 8);")
    described = spark.fetch(f"DESCRIBE HISTORY {named(table)}").sort_by("version").to_pylist()
    assert [row["operation"] for row in described] == ["CREATE TABLE"] + ["WRITE"] * 4
    assert all(row["isBlindAppend"] for row in described[1:])


def test_given_values(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    """They move the numbers in neither engine, until Spark is told to look at them."""
    merganser.sql(f"CREATE TABLE {OURS} (id BIGINT DEFAULT identity(), v INTEGER)",
                  f"INSERT INTO {OURS} VALUES (1000, 1), (NULL, 2)")
    spark.run(table, "INSERT INTO {t} VALUES (2000, 3);")
    merganser.sql(f"INSERT INTO {OURS} (v) VALUES (4)")
    assert numbers(spark, merganser, table) == [(1, 1000), (2, 1), (3, 2000), (4, 2)]
    spark.run(table, "ALTER TABLE {t} ALTER COLUMN id SYNC IDENTITY;")
    merganser.sql(f"INSERT INTO {OURS} (v) VALUES (5)")
    assert numbers(spark, merganser, table)[-1] == (5, 2001)
    merganser.sql(f"MERGE INTO {OURS} t USING (VALUES (5), (6)) s(v) ON t.v = s.v WHEN MATCHED THEN DELETE "
                  "WHEN NOT MATCHED THEN INSERT (v) VALUES (s.v)")
    assert numbers(spark, merganser, table)[-1] == (6, 2002)
