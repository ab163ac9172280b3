"""VACUUM of two engines on one table: both find the same files that nobody needs, and read on after the other's."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

import arrow_rows
from engines import Merganser
from spark_session import SparkSession

OURS = "lake.main.t"


@pytest.fixture
def table(tmp_path: Path, spark: SparkSession, merganser: Merganser) -> Iterator[Path]:
    """A table with files of older versions, in partitions and with deletion vectors."""
    merganser.attach(tmp_path)
    merganser.run(OURS, """
        CREATE TABLE {t} PARTITIONED BY (p) WITH ('delta.enableDeletionVectors' = 'true') AS
        SELECT i AS id, 'part ' || i % 3 AS p, 'text ' || i AS name FROM range(1000) r(i);
        DELETE FROM {t} WHERE id % 5 = 0;
        UPDATE {t} SET name = 'new' WHERE id % 7 = 0;
        DELETE FROM {t} WHERE p = 'part 1';
        INSERT INTO {t} VALUES (5000, 'part 2', 'a'), (5001, 'part 2', 'b');
        DELETE FROM {t} WHERE id = 5000;
        SET merganser_vacuum_retention_check = false;""")
    spark.configure(spark__databricks__delta__retentionDurationCheck__enabled="false")
    yield tmp_path / "main" / "t"
    spark.configure(spark__databricks__delta__retentionDurationCheck__enabled=None)


def ours_to_go(merganser: Merganser) -> set[str]:
    rows = merganser.fetch(f"SELECT path FROM merganser_vacuum('{OURS}', retain => INTERVAL 0 HOURS, dry_run => true)")
    return set(rows["path"].to_pylist())


def theirs_to_go(spark: SparkSession, table: Path) -> set[str]:
    rows = spark.fetch(f"VACUUM delta.`{table}` RETAIN 0 HOURS DRY RUN")
    paths = [unquote(path.removeprefix("file:")) for path in rows["path"].to_pylist()]
    return {str(Path(path).relative_to(table)) for path in paths if Path(path).is_file()}


def test_both_find_the_same_files(spark: SparkSession, merganser: Merganser, table: Path):
    ours = ours_to_go(merganser)
    assert len(ours) == 3
    assert {unquote(path) for path in ours} == theirs_to_go(spark, table)


def test_spark_reads_on_after_ours(spark: SparkSession, merganser: Merganser, table: Path):
    before = merganser.fetch(f"FROM {OURS}")
    merganser.run(OURS, "CALL merganser_vacuum('{t}', retain => INTERVAL 0 HOURS);")
    assert not ours_to_go(merganser) and not theirs_to_go(spark, table)
    arrow_rows.assert_same(before, spark.read(table), "after our VACUUM")
    history = spark.fetch(f"DESCRIBE HISTORY delta.`{table}`").sort_by("version")["operation"].to_pylist()
    assert history[-2:] == ["VACUUM START", "VACUUM END"]
    spark.run(table, "DELETE FROM {t} WHERE id < 100;")
    arrow_rows.assert_same(merganser.fetch(f"FROM {OURS}"), spark.read(table), "later")


def test_we_read_on_after_sparks(spark: SparkSession, merganser: Merganser, table: Path):
    before = merganser.fetch(f"FROM {OURS}")
    spark.run(table, "VACUUM {t} RETAIN 0 HOURS;")
    assert not ours_to_go(merganser)
    arrow_rows.assert_same(before, merganser.fetch(f"FROM {OURS}"), "after Spark's VACUUM")


def test_lite_of_both_engines_goes_on_where_the_other_ended(spark: SparkSession, merganser: Merganser, table: Path):
    before = merganser.fetch(f"FROM {OURS}")
    (table / "foreign.parquet").write_bytes(b"x")
    merganser.run(OURS, "CALL merganser_vacuum('{t}', lite => true, retain => INTERVAL 0 HOURS);")
    # What the log does not name is all that is left.
    assert ours_to_go(merganser) == {"foreign.parquet"}
    ours = noted(table)
    spark.run(table, "DELETE FROM {t} WHERE id % 11 = 0;")
    spark.run(table, "VACUUM {t} LITE RETAIN 0 HOURS;")
    assert noted(table) > ours
    assert ours_to_go(merganser) == {"foreign.parquet"}
    merganser.run(OURS, "DELETE FROM {t} WHERE p = 'part 2';")
    theirs = noted(table)
    merganser.run(OURS, "CALL merganser_vacuum('{t}', lite => true, retain => INTERVAL 0 HOURS);")
    assert noted(table) > theirs
    assert ours_to_go(merganser) == {"foreign.parquet"}
    arrow_rows.assert_same(merganser.fetch(f"FROM {OURS}"), spark.read(table), "after both")
    assert before.num_rows > merganser.fetch(f"FROM {OURS}").num_rows > 0


def noted(table: Path) -> int:
    text = (table / "_delta_log/_last_vacuum_info").read_text()
    return json.loads(text)["latestCommitVersionOutsideOfRetentionWindow"]
