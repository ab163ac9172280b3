"""Tables that Merganser optimized, as other engines read them, and OPTIMIZE of both in turn."""

from pathlib import Path

import pytest

import arrow_rows
from engines import Merganser, read_delta_rs, read_polars
from spark_session import SparkSession, named

OURS = "lake.main.t"
FILL = """
    CREATE TABLE {{t}} PARTITIONED BY (p) WITH ('delta.enableDeletionVectors' = '{vectors}') AS
    SELECT i AS id, i % 3 AS p, 'text ' || i AS name, [i, NULL] AS l FROM range(3000) r(i);
    INSERT INTO {{t}} SELECT i, NULL, NULL, NULL FROM range(3000, 4000) r(i);
    INSERT INTO {{t}} SELECT i, i % 3, 'late', [] FROM range(4000, 5000) r(i);
    DELETE FROM {{t}} WHERE id % 7 = 0;"""


@pytest.mark.parametrize("options", ["", ", cluster_by => ['id', 'name']"], ids=["compacted", "clustered"])
def test_delta_rs_and_polars_read_it(merganser: Merganser, table: Path, options: str) -> None:
    merganser.run(OURS, FILL.format(vectors="false"))
    before = merganser.fetch(f"FROM {OURS}")
    merganser.sql(f"CALL merganser_optimize('{OURS}'{options})")
    arrow_rows.assert_same(before, read_delta_rs(table), "delta-rs")
    arrow_rows.assert_same(before, read_polars(table), "Polars")
    assert merganser.rows(f"SELECT count(*) FROM merganser_files('{OURS}')") == [(4,)]


def test_spark_reads_it_and_shows_its_metrics(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    merganser.run(OURS, FILL.format(vectors="true"))
    before = merganser.fetch(f"FROM {OURS}")
    merganser.sql(f"CALL merganser_optimize('{OURS}', \"where\" => 'p = 1')", f"CALL merganser_optimize('{OURS}')")
    arrow_rows.assert_same(before, spark.read(table), "after OPTIMIZE")
    history = spark.fetch(f"DESCRIBE HISTORY {named(table)}").sort_by("version").to_pylist()[-2:]
    assert [entry["operation"] for entry in history] == ["OPTIMIZE", "OPTIMIZE"]
    assert [dict(entry["operationParameters"])["predicate"] for entry in history] == ['["p = 1"]', "[]"]
    assert [dict(entry["operationMetrics"])["numAddedFiles"] for entry in history] == ["1", "3"]
    assert [entry["isolationLevel"] for entry in history] == ["SnapshotIsolation"] * 2
    # What we wrote is in order for Spark too.
    spark.sql(f"OPTIMIZE {named(table)}")
    assert merganser.rows(f"SELECT max(version) FROM merganser_history('{OURS}')") == [(5,)]


def test_spark_s_optimize_leaves_nothing_to_do(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    merganser.run(OURS, FILL.format(vectors="false"))
    before = merganser.fetch(f"FROM {OURS}")
    spark.sql(f"OPTIMIZE {named(table)}")
    assert merganser.rows(f"SELECT num_commits FROM merganser_optimize('{OURS}')") == [(0,)]
    arrow_rows.assert_same(before, spark.read(table), "after Spark's OPTIMIZE")
