"""Compacted log files that we write: others read the table with them, Spark writes on, and we compact its commits."""

from pathlib import Path

import pytest

import arrow_rows
from engines import READERS, Merganser
from spark_session import SparkSession

OURS = "lake.main.t"


def make_table(merganser: Merganser, deletion_vectors: str) -> None:
    merganser.run(OURS, f"""
        CREATE TABLE {{t}} (id BIGINT, p VARCHAR) PARTITIONED BY (p) WITH ('merganser.logCompactionInterval' = 3,
            'delta.checkpointInterval' = 100, 'delta.enableDeletionVectors' = '{deletion_vectors}');
        INSERT INTO {{t}} SELECT range, 'p' || range % 3 FROM range(300);
        DELETE FROM {{t}} WHERE id % 50 = 7;
        INSERT INTO {{t}} VALUES (2000, 'ä b/c'), (2001, NULL);
        UPDATE {{t}} SET id = -id WHERE id = 2000;
        DELETE FROM {{t}} WHERE p = 'p1';
        INSERT INTO {{t}} VALUES (2002, 'p1');
    """)


def compacted(table: Path) -> list[str]:
    names = sorted(path.name.split(".") for path in (table / "_delta_log").glob("*.compacted.json"))
    return [f"{int(first)}-{int(last)}" for first, last, *_ in names]


@pytest.mark.parametrize("engine", READERS)
def test_readers_see_the_same(merganser: Merganser, table: Path, engine: str) -> None:
    make_table(merganser, "false")
    assert compacted(table) == ["0-2", "3-5"]
    arrow_rows.assert_same(merganser.fetch(f"FROM {OURS}"), READERS[engine](table), f"as {engine} reads it")


def test_spark_goes_on(spark: SparkSession, merganser: Merganser, table: Path, extension: Path) -> None:
    make_table(merganser, "true")
    arrow_rows.assert_same(merganser.fetch(f"FROM {OURS}"), spark.read(table), "our log as Spark reads it")
    spark.run(table, """
        DELETE FROM {t} WHERE id = 9;
        INSERT INTO {t} VALUES (3000, 'spark');
    """)
    merganser.run(OURS, "INSERT INTO {t} VALUES (3001, 'ours')")
    assert compacted(table) == ["0-2", "3-5", "6-8"]
    arrow_rows.assert_same(spark.read(table), Merganser(extension).read(table), "Spark's commits as we compacted them")
