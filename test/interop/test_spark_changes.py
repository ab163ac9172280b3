"""Rows that Merganser changes, as Spark reads them, and rows that both change in turn. One Spark session for all."""

from pathlib import Path

import duckdb
import pytest

import arrow_rows
from engines import Merganser
from spark_session import SparkSession, named

OURS = "lake.main.t"
FEATURES = {"copy on write": "false", "deletion vectors": "true"}


def check_same(spark: SparkSession, merganser: Merganser, table: Path, step: str) -> None:
    ours = merganser.fetch(f"FROM {OURS}")
    arrow_rows.assert_same(ours, spark.read(table), step)


@pytest.mark.parametrize("vectors", FEATURES.values(), ids=FEATURES.keys())
@pytest.mark.parametrize("layout", ["", "PARTITIONED BY (p)"], ids=["plain", "partitioned"])
def test_spark_reads_what_we_change(spark: SparkSession, merganser: Merganser, table: Path, vectors: str, layout: str):
    merganser.run(OURS, f"""
        CREATE TABLE {{t}} {layout} WITH ('delta.enableDeletionVectors' = '{vectors}') AS
        SELECT i AS id, i % 3 AS p, 'text ' || i AS name, i / 4 AS v, [i, i + 1] AS l FROM range(5000) r(i);
        DELETE FROM {{t}} WHERE id % 11 = 0;
        UPDATE {{t}} SET name = NULL, v = v * 2 WHERE id BETWEEN 100 AND 900;""")
    check_same(spark, merganser, table, "after DELETE and UPDATE")
    merganser.run(OURS, """
        MERGE INTO {t} AS t USING (SELECT i AS id, i % 3 AS p, 'merged' AS name, 0.5::DOUBLE AS v, [0] AS l
                                   FROM range(4000, 6000, 7) r(i)) AS s ON t.id = s.id
        WHEN MATCHED AND s.id % 2 = 0 THEN DELETE WHEN MATCHED THEN UPDATE WHEN NOT MATCHED THEN INSERT
        WHEN NOT MATCHED BY SOURCE AND t.id < 10 THEN DELETE;
        UPDATE {t} SET p = 2 WHERE p = 1 AND id < 1000;
        DELETE FROM {t} WHERE p = 1;""")
    check_same(spark, merganser, table, "after MERGE, a moved partition and a deleted one")
    history = spark.fetch(f"DESCRIBE HISTORY {named(table)}").sort_by("version")["operation"].to_pylist()
    assert history == ["CREATE TABLE AS SELECT", "DELETE", "UPDATE", "MERGE", "UPDATE", "DELETE"]


@pytest.mark.parametrize("vectors", FEATURES.values(), ids=FEATURES.keys())
def test_both_change_in_turn(spark: SparkSession, merganser: Merganser, table: Path, vectors: str):
    spark.run(table, f"""
        CREATE TABLE {{t}} USING delta TBLPROPERTIES ('delta.enableDeletionVectors' = '{vectors}') AS
        SELECT id, concat('n', id) AS name, id * 2 AS v FROM range(3000)""")
    merganser.run(OURS, "DELETE FROM {t} WHERE id % 5 = 0; UPDATE {t} SET v = -v WHERE id % 7 = 0;")
    check_same(spark, merganser, table, "ours on Spark's")
    spark.run(table, "DELETE FROM {t} WHERE id % 13 = 1")
    spark.run(table, "UPDATE {t} SET name = 'spark' WHERE id > 2500")
    check_same(spark, merganser, table, "Spark's on ours")
    merganser.run(OURS, """
        DELETE FROM {t} WHERE name = 'spark' AND id % 3 = 0;
        MERGE INTO {t} AS t USING (SELECT unnest([1, 2, 9000]) AS id, 'm' AS name, 0 AS v) AS s USING (id)
        WHEN MATCHED THEN UPDATE WHEN NOT MATCHED THEN INSERT;""")
    check_same(spark, merganser, table, "ours again")


def test_full_syncs_with_deletion_vectors(spark: SparkSession, merganser: Merganser, table: Path):
    """The new file holds the bytes of columns that do not change, and behind a vector the rows that go."""
    sync = """MERGE INTO {{t}} AS t USING (SELECT * REPLACE (-id AS v) FROM {{t}} WHERE {kept}) AS s USING (id)
        WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED BY SOURCE THEN DELETE;"""
    merganser.run(OURS, """
        SET merganser_byte_copy_min_file_size = 0;
        CREATE TABLE {t} WITH ('delta.enableDeletionVectors' = 'true') AS
        SELECT i AS id, 'text ' || i AS name, 'b' AS b, i % 9 AS c, 0 AS v FROM range(20000) r(i);
        """ + sync.format(kept="id % 10 <> 3"))
    check_same(spark, merganser, table, "after a full sync")
    commit = (table / "_delta_log" / f"{1:020}.json").read_text()
    assert '"deletionVector"' in commit and '\\"numRecords\\":20000' in commit, "the file was written anew instead"
    spark.run(table, "DELETE FROM {t} WHERE id % 50 = 1")
    merganser.run(OURS, sync.format(kept="id % 10 <> 7"))
    check_same(spark, merganser, table, "after another on Spark's vector")
    assert merganser.rows(f"SELECT count(*), count(*) FILTER (v = -id) FROM {OURS}") == [(15600, 15600)]
    spark.run(table, "UPDATE {t} SET v = 1 WHERE id < 1000")
    check_same(spark, merganser, table, "Spark's on ours")


def alter_in_a_transaction(spark: SparkSession, merganser: Merganser, table: Path, properties: str) -> None:
    """Spark sets properties between our BEGIN and COMMIT."""
    merganser.run(OURS, "CREATE TABLE {t} AS SELECT 1::BIGINT AS id; BEGIN; INSERT INTO {t} VALUES (2);")
    merganser.run(OURS, "UPDATE {t} SET id = 10 WHERE id = 1;")
    spark.run(table, f"ALTER TABLE {{t}} SET TBLPROPERTIES ({properties})")
    merganser.run(OURS, "COMMIT;")


def test_deletion_vectors_turned_on_meanwhile_disturb_nobody(spark: SparkSession, merganser: Merganser, table: Path):
    """Our files need no vector to stay valid: the transaction is committed as it was made."""
    alter_in_a_transaction(spark, merganser, table, "'delta.enableDeletionVectors' = 'true'")
    check_same(spark, merganser, table, "our transaction after Spark's ALTER TABLE")
    assert merganser.rows(f"FROM {OURS} ORDER BY id") == [(2,), (10,)]
    merganser.run(OURS, "DELETE FROM {t} WHERE id = 2;")
    check_same(spark, merganser, table, "with a deletion vector")


def test_another_property_set_meanwhile_is_a_conflict(spark: SparkSession, merganser: Merganser, table: Path):
    with pytest.raises(duckdb.TransactionException, match="it changed the table's property delta.logRetentionDuration"):
        alter_in_a_transaction(spark, merganser, table, "'delta.logRetentionDuration' = 'interval 60 days'")
    assert merganser.rows(f"FROM {OURS}") == [(1,)]
    check_same(spark, merganser, table, "what Spark's ALTER TABLE left")
