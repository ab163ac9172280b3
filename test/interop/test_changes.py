"""The change data feed that we write, as delta-rs reads it: load_cdf beside table_changes, row for row."""

from pathlib import Path

import deltalake
import pyarrow as pa
import pytest

import arrow_rows
from engines import Merganser
from lakes import quoted

OURS = "lake.main.t"
FEED = "'delta.enableChangeDataFeed' = 'true', 'delta.enableDeletionVectors' = '{vectors}'"
LAYOUT = pytest.mark.parametrize("layout", ["", "PARTITIONED BY (p)"], ids=["plain", "partitioned"])


@pytest.fixture
def table(tmp_path: Path, merganser: Merganser) -> Path:
    """Where all engines find lake.main.t."""
    merganser.attach(tmp_path)
    (tmp_path / "main").mkdir()
    return tmp_path / "main" / "t"


def changes_of(merganser: Merganser, table: Path) -> pa.Table:
    return merganser.fetch(f"FROM table_changes({quoted(table)}, 0)")


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


@LAYOUT
def test_delta_rs_reads_our_changes(merganser: Merganser, table: Path, layout: str):
    change_it(merganser, layout, "false")
    theirs = pa.table(deltalake.DeltaTable(str(table)).load_cdf(starting_version=0))
    version = theirs.schema.get_field_index("_commit_version")
    theirs = theirs.set_column(version, "_commit_version", theirs["_commit_version"].cast(pa.int64()))
    columns = ["id", "p", "name", "v", "_change_type", "_commit_version"]
    arrow_rows.assert_same(changes_of(merganser, table).select(columns), theirs.select(columns), "our changes")
