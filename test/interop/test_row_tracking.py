"""Row tracking: Spark and we number the rows of one table, and each keeps the ids that the other gave out."""

from pathlib import Path

import pyarrow as pa

from engines import Merganser
from spark_session import SparkSession, named

OURS = "lake.main.t"


def tracked(spark: SparkSession, merganser: Merganser, table: Path) -> dict[int, tuple[int, int]]:
    """Id and version of every row, by its key, as both engines see them."""
    theirs = spark.fetch(f"SELECT id, _metadata.row_id AS row_id, _metadata.row_commit_version AS version "
                         f"FROM {named(table)}")
    ours = merganser.fetch(f"SELECT id, _row_id AS row_id, _row_commit_version AS version FROM {OURS}")

    def rows_of(rows: pa.Table) -> list[tuple[int, int, int]]:
        return sorted((row["id"], row["row_id"], row["version"]) for row in rows.to_pylist())

    assert rows_of(ours) == rows_of(theirs)
    found = {key: (row_id, version) for key, row_id, version in rows_of(ours)}
    assert len({row_id for row_id, _ in found.values()}) == ours.num_rows
    return found


OURS_CHANGE = {
    "insert": f"INSERT INTO {OURS} SELECT range, 0 FROM range(100, 110)",
    "update": f"UPDATE {OURS} SET v = 1 WHERE id % 7 = 3",
    "delete": f"DELETE FROM {OURS} WHERE id % 11 = 5",
    "merge": f"""MERGE INTO {OURS} AS t USING (SELECT range AS id FROM range(95, 120)) AS s ON t.id = s.id
        WHEN MATCHED AND t.id % 2 = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET v = 2
        WHEN NOT MATCHED THEN INSERT VALUES (s.id, 3)""",
    "optimize": f"CALL merganser_optimize('{OURS}')",
}
SPARKS_CHANGE = {
    "insert": "INSERT INTO {t} SELECT id, 0 FROM range(200, 210)",
    "update": "UPDATE {t} SET v = 1 WHERE id % 7 = 3",
    "delete": "DELETE FROM {t} WHERE id % 11 = 5",
    "merge": """MERGE INTO {t} AS t USING (SELECT id FROM range(195, 220)) AS s ON t.id = s.id
        WHEN MATCHED AND t.id % 2 = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET v = 2
        WHEN NOT MATCHED THEN INSERT (id, v) VALUES (s.id, 3)""",
    "optimize": "OPTIMIZE {t}",
}


def change_by_turns(spark: SparkSession, merganser: Merganser, table: Path, steps: list[str]) -> None:
    """A row keeps its id; its version stays or is that of a change. New ids were never there."""
    before = tracked(spark, merganser, table)
    known_ids = {row_id for row_id, _ in before.values()}
    version = merganser.rows(f"SELECT max(version) FROM merganser_history('{OURS}')")[0][0]
    for step in steps:
        merganser.sql(OURS_CHANGE[step])
        spark.run(table, SPARKS_CHANGE[step] + ";\n")
        after = tracked(spark, merganser, table)
        for key, (row_id, row_version) in after.items():
            if key in before:
                assert row_id == before[key][0]
                assert row_version == before[key][1] or step != "optimize" and row_version > version
            else:
                assert row_id not in known_ids and row_version > version
        known_ids |= {row_id for row_id, _ in after.values()}
        version = merganser.rows(f"SELECT max(version) FROM merganser_history('{OURS}')")[0][0]
        before = after
    assert len(before) > 80


def test_spark_numbers_first(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    spark.run(table, """
        CREATE TABLE {t} (id BIGINT, v INT) USING delta
            TBLPROPERTIES ('delta.enableRowTracking' = 'true', 'delta.enableDeletionVectors' = 'false');
        INSERT INTO {t} SELECT id, 0 FROM range(100);
    """)
    change_by_turns(spark, merganser, table, ["insert", "update", "delete", "merge", "optimize"])


def test_we_number_first(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    merganser.sql(f"CREATE TABLE {OURS} AS SELECT range AS id, 0::INTEGER AS v FROM range(100)")
    merganser.sql(f"INSERT INTO {OURS} VALUES (1000, 5)")
    merganser.sql(f"""ALTER TABLE {OURS} SET ('delta.enableRowTracking' = 'true',
        'delta.enableDeletionVectors' = 'true', 'delta.columnMapping.mode' = 'name')""")
    change_by_turns(spark, merganser, table, ["merge", "optimize"])
