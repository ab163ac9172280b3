"""Checkpoints of several files that we write, read by Spark without the commits before them, and Spark's after ours."""

import json
from pathlib import Path

import pytest

import arrow_rows
from engines import READERS, Merganser
from known_weaknesses import find_weaknesses
from spark_session import SparkSession

OURS = "lake.main.t"


def newest_checkpoint(table: Path) -> Path:
    """The file that names the others."""
    return max((table / "_delta_log").glob("0*.checkpoint.*"), key=lambda path: path.name[:20])


def forget_commits(table: Path) -> int:
    """Those in front of the newest checkpoint: only it tells what they did. Returns its version."""
    version = int(newest_checkpoint(table).name[:20])
    for commit in (table / "_delta_log").glob("0*.json"):
        if ".checkpoint." not in commit.name and int(commit.name[:20]) < version:
            commit.unlink()
    return version


def sidecars_of(checkpoint: Path) -> list[Path]:
    actions = [json.loads(line) for line in checkpoint.read_text().splitlines()]
    folder = checkpoint.parent / "_sidecars"
    return [folder / action["sidecar"]["path"] for action in actions if "sidecar" in action]


V2 = "'delta.checkpointPolicy' = 'v2'"
PARTS = "'merganser.checkpointPartSize' = 2"


def make_table(merganser: Merganser, part_size: int, kind: str = V2) -> None:
    """Versions 0 to 8, the last with a checkpoint of six files, some with deletion vectors, and tombstones."""
    merganser.run(OURS, f"""
        SET merganser_checkpoint_part_size = {part_size};
        CREATE TABLE {{t}} (id BIGINT, p VARCHAR, at_time TIMESTAMPTZ) PARTITIONED BY (p) WITH (
            {kind}, 'delta.checkpointInterval' = 2, 'delta.enableDeletionVectors' = 'true');
        INSERT INTO {{t}} SELECT range, 'p' || range % 3, TIMESTAMPTZ '2024-02-29 12:00:00+00' FROM range(300);
        INSERT INTO {{t}} SELECT range, NULL, NULL FROM range(1000, 1010);
        DELETE FROM {{t}} WHERE id % 50 = 7;
        INSERT INTO {{t}} VALUES (2000, 'ä b/c', NULL);
        UPDATE {{t}} SET id = -id WHERE id = 1003;
        DELETE FROM {{t}} WHERE p = 'p1';
        INSERT INTO {{t}} VALUES (2001, 'p1', NULL);
        INSERT INTO {{t}} VALUES (2002, 'p2', NULL);
    """)


def test_spark_goes_on_from_ours_and_we_from_its(spark: SparkSession, merganser: Merganser, table: Path,
                                                 extension: Path) -> None:
    make_table(merganser, part_size=2)
    assert newest_checkpoint(table).suffix == ".json"
    assert forget_commits(table) == 8
    # Spark sees the table for the first time: it has nothing but the checkpoint.
    arrow_rows.assert_same(merganser.fetch(f"FROM {OURS}"), spark.read(table), "our checkpoint as Spark reads it")
    spark.run(table, """
        DELETE FROM {t} WHERE id = 9;
        INSERT INTO {t} VALUES (3000, 'spark', NULL);
    """)
    theirs = newest_checkpoint(table)
    assert theirs.name[:20] == f"{10:020}" and theirs.suffix == ".json", theirs.name
    assert forget_commits(table) == 10
    fresh = Merganser(extension)
    arrow_rows.assert_same(spark.read(table), fresh.read(table), "Spark's checkpoint as we read it")
    fresh.attach(table.parent.parent)
    fresh.run(OURS, """
        SET merganser_checkpoint_part_size = 2;
        DELETE FROM {t} WHERE id = 12;
        INSERT INTO {t} VALUES (4000, 'p1', NULL);
    """)
    assert forget_commits(table) == 12
    arrow_rows.assert_same(Merganser(extension).read(table), spark.read(table), "our next checkpoint as Spark reads it")


def parts_of(checkpoint: Path) -> list[Path]:
    return sorted(checkpoint.parent.glob(f"{checkpoint.name[:20]}.checkpoint.*.*.parquet"))


def test_parts_of_both(spark: SparkSession, merganser: Merganser, table: Path, extension: Path) -> None:
    make_table(merganser, part_size=50000, kind=PARTS)
    assert len(parts_of(newest_checkpoint(table))) == 4
    assert forget_commits(table) == 8
    arrow_rows.assert_same(merganser.fetch(f"FROM {OURS}"), spark.read(table), "our parts as Spark reads them")
    spark.sql("SET spark.databricks.delta.checkpoint.partSize = 2")
    try:
        spark.run(table, """
            DELETE FROM {t} WHERE id = 9;
            INSERT INTO {t} VALUES (3000, 'spark', NULL);
        """)
    finally:
        spark.sql("RESET spark.databricks.delta.checkpoint.partSize")
    theirs = parts_of(newest_checkpoint(table))
    assert len(theirs) > 2 and theirs[0].name[:20] == f"{10:020}", theirs
    assert forget_commits(table) == 10
    fresh = Merganser(extension)
    arrow_rows.assert_same(spark.read(table), fresh.read(table), "Spark's parts as we read them")
    fresh.attach(table.parent.parent)
    fresh.run(OURS, """
        DELETE FROM {t} WHERE id = 12;
        INSERT INTO {t} VALUES (4000, 'p1', NULL);
    """)
    assert forget_commits(table) == 12 and len(parts_of(newest_checkpoint(table))) > 2
    arrow_rows.assert_same(Merganser(extension).read(table), spark.read(table), "our next parts as Spark reads them")


def test_spark_reads_one_file(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    make_table(merganser, part_size=50000)
    assert newest_checkpoint(table).name == f"{8:020}.checkpoint.parquet"
    forget_commits(table)
    arrow_rows.assert_same(merganser.fetch(f"FROM {OURS}"), spark.read(table), "our checkpoint as Spark reads it")


def check_reader(merganser: Merganser, table: Path, engine: str, features: list[str]) -> None:
    """The engine reads the table from its checkpoint alone, or is known to refuse it for the first of the features."""
    forget_commits(table)
    if find_weaknesses(engine, "t", set(features)):
        with pytest.raises(Exception, match=features[0]):
            READERS[engine](table)
        return
    arrow_rows.assert_same(merganser.fetch(f"FROM {OURS}"), READERS[engine](table), f"as {engine} reads it")


@pytest.mark.parametrize("engine", READERS)
@pytest.mark.parametrize("part_size", [2, 50000])
def test_other_readers(merganser: Merganser, table: Path, part_size: int, engine: str) -> None:
    make_table(merganser, part_size)
    if part_size == 2:
        assert len(sidecars_of(newest_checkpoint(table))) > 2
    check_reader(merganser, table, engine, ["v2Checkpoint", "deletionVectors"])


@pytest.mark.parametrize("engine", READERS)
def test_other_readers_of_parts(merganser: Merganser, table: Path, engine: str) -> None:
    make_table(merganser, part_size=50000, kind=PARTS)
    assert len(parts_of(newest_checkpoint(table))) == 4
    check_reader(merganser, table, engine, ["deletionVectors"])
