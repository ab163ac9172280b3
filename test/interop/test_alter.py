"""ALTER TABLE of two engines by turns: each reads and writes on after what the other altered."""

import json
from pathlib import Path

import pytest

import arrow_rows
from engines import Merganser
from spark_session import SparkError, SparkSession, named

OURS = "lake.main.t"


def read_alike(spark: SparkSession, merganser: Merganser, table: Path, label: str) -> list[dict]:
    """The rows, which both read; in order."""
    ours = merganser.fetch(f"FROM {OURS} ORDER BY 1")
    arrow_rows.assert_same(ours, spark.read(table), label)
    return ours.to_pylist()


def test_spark_goes_on_after_ours(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    merganser.run(OURS, """
        CREATE TABLE {t} AS SELECT i AS id, i::INTEGER AS n, 'text ' || i AS name, {'a': i, 'b': 'x'} AS s
        FROM range(6) r(i);
        ALTER TABLE {t} ADD COLUMN more DECIMAL(9, 2);
        ALTER TABLE {t} RENAME COLUMN name TO title;
        ALTER TABLE {t} DROP COLUMN s.b;
        ALTER TABLE {t} ALTER n TYPE BIGINT;
        ALTER TABLE {t} ALTER id SET NOT NULL;
        ALTER TABLE {t} ALTER more SET DEFAULT 1.5;
        ALTER TABLE {t} SET ('delta.constraints.small' = 'n < 1000');
        INSERT INTO {t} (id, n, title) VALUES (10, 10, 'ours');""")
    read_alike(spark, merganser, table, "after our ALTER")
    spark.run(table, """
        INSERT INTO {t} (id, n, title, s) VALUES (20, 20, 'theirs', named_struct('a', 7L));
        UPDATE {t} SET title = 'new', n = n + 100 WHERE id < 2;""")
    rows = read_alike(spark, merganser, table, "after Spark's changes")
    assert [(row["id"], row["n"], row["title"]) for row in rows][:2] == [(0, 100, "new"), (1, 101, "new")]
    assert [float(row["more"]) for row in rows if row["id"] >= 10] == [1.5, 1.5]
    for refused in ("30, 5000", "NULL, 5"):
        with pytest.raises(SparkError):
            spark.sql(f"INSERT INTO {named(table)} VALUES ({refused}, 'x', named_struct('a', 7L), 1)")
    assert len(read_alike(spark, merganser, table, "after what Spark refused")) == 8


def test_we_go_on_after_spark_s(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    spark.run(table, """
        CREATE TABLE {t} (id BIGINT, n INT, name STRING, s STRUCT<a: BIGINT, b: STRING>) USING delta
            TBLPROPERTIES ('delta.columnMapping.mode' = 'name', 'delta.enableTypeWidening' = 'true');
        INSERT INTO {t} SELECT id, cast(id AS int), concat('text ', id), named_struct('a', id, 'b', 'x') FROM range(6);
        ALTER TABLE {t} ADD COLUMNS (more DECIMAL(9, 2));
        ALTER TABLE {t} RENAME COLUMN name TO title;
        ALTER TABLE {t} DROP COLUMN s.b;
        ALTER TABLE {t} ALTER COLUMN n TYPE BIGINT;
        ALTER TABLE {t} ADD CONSTRAINT small CHECK (n < 1000);""")
    read_alike(spark, merganser, table, "after Spark's ALTER")
    merganser.run(OURS, """
        INSERT INTO {t} VALUES (10, 10, 'ours', {'a': 7}, 1.5);
        UPDATE {t} SET title = 'new', n = n + 100 WHERE id < 2;
        ALTER TABLE {t} RENAME COLUMN title TO name;
        ALTER TABLE {t} ADD COLUMN last DATE;
        ALTER TABLE {t} RESET ('delta.constraints.small');
        INSERT INTO {t} VALUES (11, 5000, 'large', NULL, NULL, DATE '2024-02-29');""")
    rows = read_alike(spark, merganser, table, "after our changes")
    assert [(row["id"], row["n"], row["name"]) for row in rows][:2] == [(0, 100, "new"), (1, 101, "new")]
    spark.run(table, "UPDATE {t} SET last = DATE '2024-01-01' WHERE n > 1000;")
    assert str(read_alike(spark, merganser, table, "at the end")[-1]["last"]) == "2024-01-01"


def test_constraints_in_the_history(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    """Ours and Spark's say the same of the same statements."""
    statements = """
        ALTER TABLE {t} ADD CONSTRAINT small CHECK (n < 1000);
        ALTER TABLE {t} DROP CONSTRAINT small;"""
    theirs = table.with_name("theirs")
    spark.run(theirs, "CREATE TABLE {t} (n INT) USING delta;" + statements)
    merganser.sql("SET allow_parser_override_extension = 'fallback'")
    merganser.run(OURS, "CREATE TABLE {t} (n INTEGER);" + statements)

    def told(folder: Path) -> list[tuple[str, dict]]:
        infos = [json.loads(line)["commitInfo"] for version in (1, 2)
                 for line in (folder / f"_delta_log/{version:020}.json").read_text().splitlines()
                 if line.startswith('{"commitInfo"')]
        return [(info["operation"], info["operationParameters"]) for info in infos]

    assert told(table) == told(theirs)


@pytest.mark.parametrize("bytes_min", [0, 2**40], ids=["bytes_copied", "written_anew"])
def test_added_column_with_default(spark: SparkSession, merganser: Merganser, table: Path, bytes_min: int) -> None:
    """Rows of Spark's files get the value that ours adds, and Spark's later rows too."""
    spark.run(table, """
        CREATE TABLE {t} (id BIGINT, name STRING, s STRUCT<a: BIGINT, l: ARRAY<STRING>>) USING delta;
        INSERT INTO {t} SELECT id, concat('text ', id), named_struct('a', id, 'l', array('x')) FROM range(6);""")
    merganser.run(OURS, f"""
        SET merganser_byte_copy_min_file_size = {bytes_min};
        ALTER TABLE {{t}} ADD COLUMN n INTEGER DEFAULT 5;
        ALTER TABLE {{t}} ADD COLUMN label VARCHAR DEFAULT 'neu' || '!';
        ALTER TABLE {{t}} ADD COLUMN t STRUCT(a INTEGER, b VARCHAR[]);
        UPDATE {{t}} SET t = {{'a': id, 'b': [name, NULL]}} WHERE id % 2 = 0;""")
    rows = read_alike(spark, merganser, table, "after our ADD COLUMN")
    assert [(row["n"], row["label"]) for row in rows] == [(5, "neu!")] * 6
    assert rows[2]["t"] == {"a": 2, "b": ["text 2", None]} and rows[3]["t"] is None
    spark.run(table, """
        INSERT INTO {t} (id, name) VALUES (20, 'theirs');
        UPDATE {t} SET n = n + 1 WHERE id >= 5;""")
    rows = read_alike(spark, merganser, table, "after Spark's changes")
    assert [(row["n"], row["label"]) for row in rows][4:] == [(5, "neu!"), (6, "neu!"), (6, "neu!")]
