"""Shallow clones: ours and Spark's of the same table say the same, and each engine goes on with the other's."""

import json
from pathlib import Path

import pytest

import arrow_rows
from engines import Merganser, read_delta_rs
from spark_session import SparkSession, named

SOURCE = "lake.main.source"
OURS = "lake.main.ours"


def actions(table: Path, version: int = 0) -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    for line in (table / f"_delta_log/{version:020}.json").read_text().splitlines():
        (kind, action), = json.loads(line).items()
        found.setdefault(kind, []).append(action)
    return found


def comparable(table: Path) -> dict[str, object]:
    """What a clone says, without what differs from one to the next."""
    said = actions(table)
    metadata, = said["metaData"]
    configuration = {name: value for name, value in metadata["configuration"].items() if "materialized" not in name}
    protocol, = said["protocol"]
    domains = {domain["domain"]: json.loads(domain["configuration"]) for domain in said.get("domainMetadata", [])}
    for domain in domains.values():
        domain.pop("domainName", None)
    operation, = said["commitInfo"]
    files = [{**file, "stats": json.loads(file["stats"])} for file in said["add"]]
    kept = ("schemaString", "partitionColumns", "createdTime", "format", "description")
    return {
        "files": sorted(files, key=lambda file: file["path"]),
        "metadata": {name: metadata.get(name) for name in kept},
        "configuration": configuration,
        "protocol": {name: sorted(value) if isinstance(value, list) else value for name, value in protocol.items()},
        "domains": domains,
        "metrics": operation["operationMetrics"],
        "operation": (operation["operation"], operation["operationParameters"]["source"],
                      str(operation["operationParameters"]["sourceVersion"])),
    }


@pytest.fixture
def folder(tmp_path: Path, merganser: Merganser) -> Path:
    """With what has to be encoded in a URI."""
    lake = tmp_path / "my lake"
    merganser.attach(lake)
    (lake / "main").mkdir(parents=True, exist_ok=True)
    return lake / "main"


KINDS = {
    "partitions and vectors": """
        CREATE TABLE {t} (id BIGINT, p STRING) USING delta PARTITIONED BY (p)
            TBLPROPERTIES ('delta.enableDeletionVectors' = 'true', 'mine' = 'kept') COMMENT 'words';
        INSERT INTO {t} SELECT id, concat('p ', id % 2) FROM range(100);
        DELETE FROM {t} WHERE id % 10 = 0;""",
    "row ids, names, clusters": """
        CREATE TABLE {t} (id BIGINT, n BIGINT) USING delta CLUSTER BY (id) TBLPROPERTIES
            ('delta.enableRowTracking' = 'true', 'delta.enableInCommitTimestamps' = 'true',
             'delta.columnMapping.mode' = 'name');
        INSERT INTO {t} SELECT id, id FROM range(10);
        UPDATE {t} SET n = 5 WHERE id = 1;""",
}


@pytest.mark.parametrize("script", KINDS.values(), ids=KINDS.keys())
def test_ours_is_sparks(spark: SparkSession, merganser: Merganser, folder: Path, script: str):
    spark.run(folder / "source", script)
    spark.run(folder / "sparks", f"CREATE TABLE {{t}} SHALLOW CLONE {named(folder / 'source')};")
    merganser.sql(f"CREATE TABLE {OURS} SHALLOW CLONE {SOURCE}")
    assert comparable(folder / "ours") == comparable(folder / "sparks")
    ours = merganser.fetch(f"FROM {OURS}")
    arrow_rows.assert_same(ours, merganser.fetch("FROM lake.main.sparks"), "both, read by us")
    arrow_rows.assert_same(ours, spark.read(folder / "ours"), "ours, read by both")


def test_both_go_on_with_ours(spark: SparkSession, merganser: Merganser, folder: Path):
    """The markers are no files of the source to Spark: its log is read past them, and its VACUUM lets them be."""
    spark.run(folder / "source", KINDS["partitions and vectors"])
    merganser.sql(f"CALL merganser_clone('{SOURCE}', '{OURS}')")
    before = merganser.fetch(f"FROM {SOURCE}")
    spark.configure(spark__databricks__delta__retentionDurationCheck__enabled="false")
    spark.run(folder / "source", "VACUUM {t} RETAIN 0 HOURS;")
    spark.run(folder / "ours", """
        UPDATE {t} SET id = -id WHERE id BETWEEN 10 AND 20;
        INSERT INTO {t} VALUES (1000, 'new');
        VACUUM {t} RETAIN 0 HOURS;""")
    spark.configure(spark__databricks__delta__retentionDurationCheck__enabled=None)
    assert len(list((folder / "source/_delta_log/_merganser_clones").glob("*.json"))) == 1
    merganser.run(OURS, "DELETE FROM {t} WHERE id = 1000; UPDATE {t} SET id = 7 WHERE id = 51;")
    arrow_rows.assert_same(merganser.fetch(f"FROM {OURS}"), spark.read(folder / "ours"), "after changes of both")
    assert merganser.rows(f"FROM merganser_check('{OURS}')") == []
    merganser.sql(f"DROP TABLE {OURS}")
    arrow_rows.assert_same(before, spark.read(folder / "source"), "the source")


def test_delta_rs_reads_it(merganser: Merganser, folder: Path):
    merganser.sql(f"CREATE TABLE {SOURCE} AS SELECT range AS id, 'a b' AS name FROM range(10)",
                  f"CREATE TABLE {OURS} SHALLOW CLONE {SOURCE}")
    arrow_rows.assert_same(merganser.fetch(f"FROM {OURS}"), read_delta_rs(folder / "ours"), "delta-rs")
