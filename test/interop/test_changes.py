"""Change data feeds of two engines: what one writes, the other reads row for row, by Spark's table_changes_by_path,
delta-rs' load_cdf and ours."""

from pathlib import Path

import deltalake
import pyarrow as pa
import pytest

import arrow_rows
from engines import Merganser
from lakes import quoted
from spark_session import SparkSession

OURS = "lake.main.t"
FEED = "'delta.enableChangeDataFeed' = 'true', 'delta.enableDeletionVectors' = '{vectors}'"
VECTORS = pytest.mark.parametrize("vectors", ["false", "true"], ids=["copy on write", "deletion vectors"])
LAYOUT = pytest.mark.parametrize("layout", ["", "PARTITIONED BY (p)"], ids=["plain", "partitioned"])


def changes_of(merganser: Merganser, table: Path) -> pa.Table:
    return merganser.fetch(f"FROM table_changes({quoted(table)}, 0)")


def spark_changes_of(spark: SparkSession, table: Path) -> pa.Table:
    return spark.fetch(f"SELECT * FROM table_changes_by_path({quoted(table)}, 0)")


def change_it(merganser: Merganser, layout: str, vectors: str) -> None:
    merganser.run(OURS, f"""
        CREATE TABLE {{t}} {layout} WITH ({FEED.format(vectors=vectors)}) AS
        SELECT i AS id, (i % 3)::INTEGER AS p, 'text ' || i AS name, i / 4 AS v FROM range(1000) r(i);
        INSERT INTO {{t}} VALUES (5000, 7, 'seven', 0.5);
        DELETE FROM {{t}} WHERE id % 11 = 0;
        UPDATE {{t}} SET name = NULL, v = v * 2 WHERE id BETWEEN 100 AND 200;
        MERGE INTO {{t}} AS t USING (SELECT i AS id, (i % 3)::INTEGER AS p, 'merged' AS name, 0.5::DOUBLE AS v
                                     FROM range(900, 1100, 7) r(i)) AS s ON t.id = s.id
        WHEN MATCHED AND s.id % 2 = 0 THEN DELETE WHEN MATCHED THEN UPDATE WHEN NOT MATCHED THEN INSERT;
        UPDATE {{t}} SET p = 2 WHERE p = 1 AND id < 100;
        DELETE FROM {{t}} WHERE p = 7;
        BEGIN;
        UPDATE {{t}} SET v = -v WHERE id = 4;
        INSERT INTO {{t}} VALUES (6000, 1, 'six', 1.5);
        COMMIT;""")


@VECTORS
@LAYOUT
def test_spark_reads_our_changes(spark: SparkSession, merganser: Merganser, table: Path, layout: str, vectors: str):
    change_it(merganser, layout, vectors)
    ours = changes_of(merganser, table)
    assert set(ours["_change_type"].to_pylist()) == {"insert", "delete", "update_preimage", "update_postimage"}
    arrow_rows.assert_same(ours, spark_changes_of(spark, table), "our changes")


@LAYOUT
def test_delta_rs_reads_our_changes(merganser: Merganser, table: Path, layout: str):
    change_it(merganser, layout, "false")
    theirs = pa.table(deltalake.DeltaTable(str(table)).load_cdf(starting_version=0))
    version = theirs.schema.get_field_index("_commit_version")
    theirs = theirs.set_column(version, "_commit_version", theirs["_commit_version"].cast(pa.int64()))
    columns = ["id", "p", "name", "v", "_change_type", "_commit_version"]
    arrow_rows.assert_same(changes_of(merganser, table).select(columns), theirs.select(columns), "our changes")


@VECTORS
@LAYOUT
def test_we_read_changes_of_spark(spark: SparkSession, merganser: Merganser, table: Path, layout: str, vectors: str):
    spark.run(table, f"""
        CREATE TABLE {{t}} USING delta {layout} TBLPROPERTIES ({FEED.format(vectors=vectors)}) AS
        SELECT id, cast(id % 3 AS int) AS p, concat('n', id) AS name FROM range(1000);
        UPDATE {{t}} SET name = 'new' WHERE id BETWEEN 10 AND 20;
        DELETE FROM {{t}} WHERE id % 13 = 1;
        DELETE FROM {{t}} WHERE p = 2;
        MERGE INTO {{t}} t USING (SELECT id, cast(id % 3 AS int) AS p, 'm' AS name FROM range(990, 1010)) s
        ON t.id = s.id
        WHEN MATCHED AND s.id % 2 = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *;
        INSERT OVERWRITE {{t}} SELECT id, cast(id % 3 AS int) AS p, 'over' AS name FROM range(5);
        OPTIMIZE {{t}};
        RESTORE {{t}} TO VERSION AS OF 1;""")
    arrow_rows.assert_same(changes_of(merganser, table), spark_changes_of(spark, table), "Spark's changes")


@pytest.mark.parametrize("mode", ["name", "id"])
def test_mapped_columns(spark: SparkSession, merganser: Merganser, table: Path, mode: str):
    spark.run(table, f"""
        CREATE TABLE {{t}} (id BIGINT, p INT, name STRING) USING delta PARTITIONED BY (p)
        TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true', 'delta.columnMapping.mode' = '{mode}');
        INSERT INTO {{t}} VALUES (1, 1, 'a'), (2, 1, 'b'), (3, 2, 'c');
        UPDATE {{t}} SET name = 'd' WHERE id = 2;""")
    merganser.run(OURS, "UPDATE {t} SET name = 'e' WHERE id = 1; DELETE FROM {t} WHERE id = 2;")
    ours = changes_of(merganser, table)
    assert len(ours) == 8
    arrow_rows.assert_same(ours, spark_changes_of(spark, table), "changes of both")
