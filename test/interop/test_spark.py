"""Spark with Delta against Merganser, both ways. All Spark statements run in one session: see spark_session.py."""

from pathlib import Path

import pyarrow as pa
import pytest

import arrow_rows
import gallery
from engines import Merganser
from gallery import GALLERY, ODD_TEXTS
from spark_session import SparkSession, named

OURS = "lake.main.t"


def check_read(spark: SparkSession, merganser: Merganser, table: Path, version: int | None = None) -> pa.Table:
    """What Spark wrote, as Spark reads it, is what we read."""
    expected = spark.read(table, version)
    arrow_rows.assert_same(expected, merganser.read(table, version), f"{table.name}, version {version or 'newest'}")
    return expected


def check_append(spark: SparkSession, merganser: Merganser, table: Path, script: str) -> None:
    """We write; Spark sees what we see."""
    merganser.run(OURS, script)
    arrow_rows.assert_same(merganser.fetch(f"FROM {OURS}"), spark.read(table), "our append as Spark reads it")


def history_of(spark: SparkSession, table: Path) -> pa.Table:
    """Oldest first."""
    return spark.fetch(f"DESCRIBE HISTORY {named(table)}").sort_by("version")


def forget_commits(table: Path, below: int) -> None:
    """As a clean-up of the log does: only the checkpoint tells what they did."""
    for version in range(below):
        (table / f"_delta_log/{version:020}.json").unlink()


@pytest.fixture
def table(tmp_path: Path, merganser: Merganser) -> Path:
    """Where both engines find lake.main.t."""
    merganser.attach(tmp_path)
    (tmp_path / "main").mkdir()
    return tmp_path / "main" / "t"


# --- Spark writes, we read and append ---------------------------------------------------------------------------


def test_all_types(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    spark.run(table, """
        CREATE TABLE {t} USING delta AS
        SELECT * FROM VALUES
            (true, 1Y, 2S, 3, 4L, float(1.5), double(2.25), cast(12.34 AS DECIMAL(4, 2)),
                cast('12345678901234567890123456.789012' AS DECIMAL(38, 6)), 'text', X'00FF', DATE'2024-02-29',
                TIMESTAMP'2024-02-29 12:34:56.789012', TIMESTAMP_NTZ'2024-02-29 12:34:56.789012', array(1, NULL),
                map('a', 1, 'b', NULL), named_struct('x', 1, 'y', array(named_struct('z', 'q')))),
            (false, cast(-128 AS BYTE), cast(-32768 AS SHORT), cast('-2147483648' AS INT),
                cast('-9223372036854775808' AS LONG), float('-Infinity'), double('NaN'), cast(-0.01 AS DECIMAL(4, 2)),
                cast('-99999999999999999999999999999999.999999' AS DECIMAL(38, 6)), '', X'', DATE'1600-01-01',
                TIMESTAMP'1969-12-31 23:59:59.999999', TIMESTAMP_NTZ'1600-01-01 00:00:00', NULL, NULL, NULL),
            (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
        AS r(flag, byte, short, int, long, float, double, money, large, text, bytes, day, instant, naive, list, map,
            struct);
    """)
    rows = check_read(spark, merganser, table).to_pylist()
    assert len(rows) == 3 and any(row["naive"] and row["naive"].microsecond == 789012 for row in rows)
    check_append(spark, merganser, table, "INSERT INTO {t} FROM {t};")


def test_partitions(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    texts = ["a b", "a/b", "a=b", "a%20b", "ä日本", '"', ":", "#?", "{}[]", "~", "*", "&+"]
    values = ", ".join(
        f"({i}, '{text}', DATE'2024-02-{i + 10}', TIMESTAMP'2024-02-29 12:34:56.789{i:03}', {i}.25, -{i}, {i % 2 == 0})"
        for i, text in enumerate(texts))
    spark.run(table, f"""
        CREATE TABLE {{t}} (id INT, p STRING, day DATE, at TIMESTAMP, money DECIMAL(10, 2), n INT, b BOOLEAN)
            USING delta PARTITIONED BY (p, day, at, money, n, b);
        INSERT INTO {{t}} VALUES {values}, (100, NULL, NULL, NULL, NULL, NULL, NULL),
            (101, '', DATE'1969-12-31', TIMESTAMP'1969-12-31 23:59:59', -0.01, 0, true);
    """)
    check_read(spark, merganser, table)
    for i, text in enumerate(texts):
        assert merganser.connection.execute(f"SELECT id FROM {OURS} WHERE p = ?", [text]).fetchall() == [(i,)]
    assert merganser.rows(f"SELECT id FROM {OURS} WHERE money = -0.01") == [(101,)]
    check_append(spark, merganser, table, "INSERT INTO {t} SELECT * REPLACE (id + 1000 AS id) FROM {t};")


def test_column_mapping(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    spark.run(table, """
        CREATE TABLE {t} (id INT, `a b` STRING, gone INT, s STRUCT<x: INT, y: STRING>, p STRING) USING delta
            PARTITIONED BY (p) TBLPROPERTIES ('delta.columnMapping.mode' = 'name');
        INSERT INTO {t} VALUES (1, 'one', 10, named_struct('x', 1, 'y', 'q'), 'a'), (2, NULL, NULL, NULL, NULL);
        ALTER TABLE {t} RENAME COLUMN `a b` TO renamed;
        ALTER TABLE {t} RENAME COLUMN s.x TO z;
        ALTER TABLE {t} DROP COLUMN gone;
        ALTER TABLE {t} ADD COLUMN gone DOUBLE;
        ALTER TABLE {t} RENAME COLUMN p TO part;
        INSERT INTO {t} (id, renamed, s, part, gone) VALUES (3, 'three', named_struct('z', 3, 'y', 'r'), 'b', 0.5);
    """)
    check_read(spark, merganser, table)
    check_read(spark, merganser, table, 1)
    assert merganser.rows(f"SELECT id FROM {OURS} WHERE part = 'b' AND s.z = 3") == [(3,)]
    check_append(spark, merganser, table, """
        INSERT INTO {t} BY NAME SELECT 4 AS id, 'four' AS renamed, {'z': 4, 'y': 's'} AS s, 'a/c' AS part;
    """)


def test_deletion_vectors(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    spark.run(table, """
        CREATE TABLE {t} USING delta TBLPROPERTIES ('delta.enableDeletionVectors' = 'true') AS
            SELECT id, id % 10 AS k FROM range(0, 5000, 1, 1);
        DELETE FROM {t} WHERE id % 3 = 0;
        UPDATE {t} SET k = -1 WHERE id % 100 = 1;
        DELETE FROM {t} WHERE id % 5 = 0;
    """)
    log = "".join(path.read_text() for path in (table / "_delta_log").glob("*.json"))
    assert '"deletionVector":{' in log, "Spark rewrote the files instead"
    for version in range(4):
        check_read(spark, merganser, table, version)
    check_append(spark, merganser, table, "INSERT INTO {t} SELECT id + 100000, k FROM {t};")


def test_type_widening(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    spark.run(table, """
        CREATE TABLE {t} (b BYTE, i INT, f FLOAT, d DECIMAL(10, 2), day DATE, s STRUCT<x: SHORT>) USING delta
            TBLPROPERTIES ('delta.enableTypeWidening' = 'true', 'delta.feature.timestampNtz' = 'supported');
        INSERT INTO {t} VALUES (127, 2147483647, 1.5, 12.34, DATE'2024-02-29', named_struct('x', 5S)),
            (NULL, NULL, NULL, NULL, NULL, NULL);
        ALTER TABLE {t} ALTER COLUMN b TYPE INT;
        ALTER TABLE {t} ALTER COLUMN i TYPE LONG;
        ALTER TABLE {t} ALTER COLUMN f TYPE DOUBLE;
        ALTER TABLE {t} ALTER COLUMN d TYPE DECIMAL(20, 5);
        ALTER TABLE {t} ALTER COLUMN day TYPE TIMESTAMP_NTZ;
        ALTER TABLE {t} ALTER COLUMN s.x TYPE INT;
        INSERT INTO {t} VALUES (70000, 5000000000, 1e300, 123456.78901, TIMESTAMP_NTZ'2024-03-01 01:02:03',
            named_struct('x', 70000));
    """)
    check_read(spark, merganser, table)
    check_read(spark, merganser, table, 1)
    assert merganser.rows(f"SELECT count(*) FROM {OURS} WHERE i > 2147483646") == [(2,)]
    assert merganser.rows(f"SELECT count(*) FROM {OURS} WHERE day = TIMESTAMP '2024-02-29'") == [(1,)]
    check_append(spark, merganser, table, "INSERT INTO {t} SELECT * REPLACE (i + 1 AS i) FROM {t};")


def test_v2_checkpoints(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    spark.run(table, """
        CREATE TABLE {t} (id INT, p STRING) USING delta PARTITIONED BY (p)
            TBLPROPERTIES ('delta.checkpointPolicy' = 'v2', 'delta.checkpointInterval' = '2');
        INSERT INTO {t} VALUES (1, 'a'), (2, NULL);
        INSERT INTO {t} VALUES (3, 'b'), (4, 'a');
        INSERT INTO {t} VALUES (5, 'c');
    """)
    checkpoints = [path.name for path in (table / "_delta_log").glob("0*.checkpoint.*")]
    assert any(len(name.split(".")) == 4 for name in checkpoints), f"no V2 checkpoint: {checkpoints}"
    check_read(spark, merganser, table)
    forget_commits(table, max(int(name[:20]) for name in checkpoints))
    assert merganser.read(table).num_rows == 5
    check_append(spark, merganser, table, """
        INSERT INTO {t} VALUES (1000, 'ours');
        INSERT INTO {t} VALUES (1001, 'ours');
        INSERT INTO {t} VALUES (1002, 'ours');
    """)


def test_checkpoint_in_parts(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    spark.configure(spark__databricks__delta__checkpoint__partSize="2")
    try:
        spark.run(table, """
            CREATE TABLE {t} (id INT, p INT) USING delta PARTITIONED BY (p)
                TBLPROPERTIES ('delta.checkpointInterval' = '2');
            INSERT INTO {t} SELECT id, id % 6 FROM range(60);
            INSERT INTO {t} VALUES (1000, 1);
        """)
    finally:
        spark.configure(spark__databricks__delta__checkpoint__partSize=None)
    assert len(list((table / "_delta_log").glob("0*2.checkpoint.*.*.parquet"))) > 1
    forget_commits(table, 2)
    check_read(spark, merganser, table)


def test_in_commit_timestamps(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    spark.run(table, """
        CREATE TABLE {t} (id INT) USING delta TBLPROPERTIES ('delta.enableInCommitTimestamps' = 'true');
        INSERT INTO {t} VALUES (1);
        INSERT INTO {t} VALUES (2);
    """)
    times = history_of(spark, table).select(["version", "timestamp"])
    assert times.num_rows == 3
    for entry in times.to_pylist():
        moment = f"TIMESTAMPTZ '{entry['timestamp'].isoformat()}'"
        assert merganser.rows(f"SELECT count(*) FROM {OURS} AT (TIMESTAMP => {moment})") == [(entry["version"],)]
    ours = "SELECT version, timestamp FROM merganser_history('lake.main.t') ORDER BY version"
    arrow_rows.assert_same(times, merganser.fetch(ours), "history")
    check_append(spark, merganser, table, "INSERT INTO {t} VALUES (3);")
    extended = history_of(spark, table).select(["version", "timestamp"])
    arrow_rows.assert_same(extended, merganser.fetch(ours), "history after our append")
    assert extended.column(1)[3].as_py() > times.column(1)[2].as_py()


def test_clustered_and_optimized(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    spark.run(table, """
        CREATE TABLE {t} (id INT, k INT) USING delta CLUSTER BY (k);
        INSERT INTO {t} SELECT id, id % 7 FROM range(200);
        INSERT INTO {t} SELECT id, id % 5 FROM range(200);
        OPTIMIZE {t};
    """)
    check_read(spark, merganser, table)
    check_append(spark, merganser, table, "INSERT INTO {t} VALUES (1000, 1);")


def test_statistics_of_spark(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    """Filters over Spark's statistics, among them a file with -0.0 as the maximum of {-0.0, 0.0}."""
    spark.run(table, """
        CREATE TABLE {t} (id INT, d DOUBLE, f FLOAT, s STRING, ts TIMESTAMP, m DECIMAL(10, 2)) USING delta;
        INSERT INTO {t} VALUES
            (1, double('-0.0'), float('-0.0'), repeat('z', 40), TIMESTAMP'2024-01-01 00:00:00.123456', 1),
            (2, 0.0, 0.0, repeat('a', 40), TIMESTAMP'2024-01-01 00:00:00.123999', 2);
        INSERT INTO {t} VALUES
            (3, double('NaN'), float('NaN'), 'ä', TIMESTAMP'2024-06-01 12:00:00', -5),
            (4, 1.5, 1.5, NULL, NULL, NULL);
    """)
    check_read(spark, merganser, table)
    for condition, ids in {
        "d = 0.0": [1, 2], "f = 0.0": [1, 2], "d >= 0.0": [1, 2, 3, 4], "d > 1e308": [3], "isnan(f)": [3],
        "s = repeat('z', 40)": [1], "s >= 'zz'": [1, 3], "s < 'b'": [2],
        "ts = TIMESTAMPTZ '2024-01-01 00:00:00.123456+00'": [1],
        "ts > TIMESTAMPTZ '2024-01-01 00:00:00.123500+00'": [2, 3],
        "m < 0": [3], "s IS NULL": [4], "d IS NOT NULL AND m IS NULL": [4],
    }.items():
        found = merganser.rows(f"SELECT id FROM {OURS} WHERE {condition} ORDER BY id")
        assert [row[0] for row in found] == ids, condition


def test_generated_columns(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    """Spark's are computed and checked; Spark computes ours. Its DeltaTable builder makes such tables, SQL does not."""
    merganser.sql(f"""CREATE TABLE {OURS} (id INTEGER, ts TIMESTAMP, month VARCHAR GENERATED ALWAYS AS
        (strftime(ts, '%Y-%m')), half DOUBLE GENERATED ALWAYS AS (id / 2)) PARTITIONED BY (month)""")
    merganser.sql(f"INSERT INTO {OURS} (id, ts) VALUES (1, '2024-02-29 23:59:59'), (2, NULL)")
    spark.run(table, """
        INSERT INTO {t} (id, ts) VALUES (3, TIMESTAMP_NTZ'2024-03-01 00:00:00');
        UPDATE {t} SET id = 5 WHERE id = 1;
    """)
    merganser.sql(f"UPDATE {OURS} SET ts = '2025-01-01' WHERE id = 2")
    rows = check_read(spark, merganser, table).to_pylist()
    assert sorted((row["id"], row["month"], row["half"]) for row in rows) == [
        (2, "2025-01", 1.0), (3, "2024-03", 1.5), (5, "2024-02", 2.5)]
    with pytest.raises(Exception, match="(?i)generated column|CHECK"):
        spark.run(table, "INSERT INTO {t} VALUES (1, NULL, 'x', 0.5)")
    with pytest.raises(Exception, match="generated column month"):
        merganser.sql(f"INSERT INTO {OURS} VALUES (1, NULL, 'x', 0.5)")


def test_features_together(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    spark.run(table, """
        CREATE TABLE {t} (id BIGINT GENERATED ALWAYS AS IDENTITY, twice INT GENERATED ALWAYS AS (v * 2), v INT)
            USING delta TBLPROPERTIES ('delta.enableRowTracking' = 'true', 'delta.enableChangeDataFeed' = 'true');
        INSERT INTO {t} (v) VALUES (5);
        ALTER TABLE {t} ADD CONSTRAINT positive CHECK (v > 0);
        UPDATE {t} SET v = 6;
    """)
    check_read(spark, merganser, table)
    check_append(spark, merganser, table, "INSERT INTO {t} (v) VALUES (7);")
    with pytest.raises(Exception, match="CHECK constraint positive"):
        merganser.sql(f"INSERT INTO {OURS} (v) VALUES (-7)")
    spark.run(table, "INSERT INTO {t} (v) VALUES (8);")
    rows = check_read(spark, merganser, table).sort_by("v").to_pylist()
    assert [(row["twice"], row["v"]) for row in rows] == [(12, 6), (14, 7), (16, 8)]
    assert [row["id"] for row in rows] == sorted({row["id"] for row in rows})


def test_constraints_and_defaults_of_spark(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    """We keep what Spark declared, and Spark goes on with what we wrote."""
    spark.run(table, """
        CREATE TABLE {t} (id INT, v INT DEFAULT 7 + 1, name STRING DEFAULT 'it\\'s', day DATE DEFAULT DATE'2024-02-29')
            USING delta TBLPROPERTIES ('delta.feature.allowColumnDefaults' = 'supported');
        ALTER TABLE {t} ADD CONSTRAINT positive CHECK (v > 0 AND "x" <> name);
        ALTER TABLE {t} ADD CONSTRAINT dated CHECK (year(day) >= 2000 AND `day` < '2100-01-01');
        INSERT INTO {t} (id) VALUES (1);
    """)
    check_read(spark, merganser, table)
    for bad in ("(2, -1, 'a', NULL)", "(2, 1, 'x', '2024-01-01')", "(2, 1, NULL, '2024-01-01')",
                "(2, 1, 'a', '1999-12-31')"):
        with pytest.raises(Exception, match="CHECK constraint (positive|dated)"):
            merganser.sql(f"INSERT INTO {OURS} VALUES {bad}")
    check_append(spark, merganser, table, "INSERT INTO {t} (id) VALUES (2); UPDATE {t} SET v = v + 1 WHERE id = 1;")
    assert merganser.rows(f"SELECT id, v, name, day::VARCHAR FROM {OURS} ORDER BY id") == [
        (1, 9, "it's", "2024-02-29"), (2, 8, "it's", "2024-02-29")]
    spark.run(table, "INSERT INTO {t} (id) VALUES (3);")
    check_read(spark, merganser, table)


def test_constraints_and_defaults_of_ours(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    """Spark understands the expressions that we translate."""
    merganser.sql(f"""CREATE TABLE {OURS} (id INTEGER, v BIGINT DEFAULT -3, "a b" VARCHAR DEFAULT 'q''\\%',
        CHECK (v // 2 < 10 AND ("a b" NOT LIKE 'x%' OR v BETWEEN 1 AND 2)), CHECK (id IN (1, 2, 3) OR id IS NULL),
        CHECK (CASE WHEN v > 5 THEN substring("a b" || 'z', 1, 1) = 'z' ELSE abs(v / 2) < 9.5 END))""")
    merganser.sql(f"INSERT INTO {OURS} (id) VALUES (1)")
    spark.run(table, """
        INSERT INTO {t} (id) VALUES (2);
        INSERT INTO {t} VALUES (3, 6, '');
    """)
    rows = check_read(spark, merganser, table).to_pylist()
    assert sorted((row["id"], row["v"], row["a b"]) for row in rows) == [
        (1, -3, "q'\\%"), (2, -3, "q'\\%"), (3, 6, "")]
    for bad in ("(4, 1, 'a')", "(1, 20, 'z')", "(1, 3, 'xa')", "(1, 6, 'a')", "(1, -19, 'a')"):
        with pytest.raises(Exception, match="(?i)check"):
            spark.run(table, f"INSERT INTO {{t}} VALUES {bad}")
        with pytest.raises(Exception, match="CHECK constraint"):
            merganser.sql(f"INSERT INTO {OURS} VALUES {bad}")


def test_variant(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    spark.run(table, """
        CREATE TABLE {t} (id INT, v VARIANT) USING delta;
        INSERT INTO {t}
            SELECT 1, parse_json('{"a": [1, 2.5, "x", null], "b": true}') UNION ALL
            SELECT 2, parse_json('17') UNION ALL SELECT 3, NULL;
    """)
    assert merganser.rows(f"SELECT id, v IS NULL FROM {OURS} ORDER BY id") == [(1, False), (2, False), (3, True)]
    assert merganser.rows(f"SELECT v::INTEGER FROM {OURS} WHERE id = 2") == [(17,)]
    # And back: ours rewrites their rows, they rewrite ours.
    merganser.run(OURS, """
        INSERT INTO {t} SELECT 4, {'a': [1, NULL], 'b': {'c': 'text', 'd': DATE '2024-02-29'}}::VARIANT;
        UPDATE {t} SET id = id + 10 WHERE id < 3;
        MERGE INTO {t} USING (SELECT 3 AS id, 2.5::DOUBLE::VARIANT AS v) s USING (id)
            WHEN MATCHED THEN UPDATE SET v = s.v;
    """)
    json = f"SELECT id, to_json(v) AS v FROM {named(table)} ORDER BY id"
    texts = [(3, "2.5"), (4, '{"a":[1,null],"b":{"c":"text","d":"2024-02-29"}}'),
             (11, '{"a":[1,2.5,"x",null],"b":true}'), (12, "17")]
    assert [(row["id"], row["v"]) for row in spark.fetch(json).to_pylist()] == texts
    spark.run(table, """
        UPDATE {t} SET v = parse_json('{"z": 1}') WHERE id = 12;
        DELETE FROM {t} WHERE id = 3;
    """)
    assert merganser.rows(f"SELECT id, v::VARCHAR FROM {OURS} WHERE id > 11") == [(12, "{'z': 1}")]
    assert merganser.rows(f"SELECT count(*), count(v) FROM {OURS}") == [(3, 3)]


def test_our_variants(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    """A table of ours; every kind of value as Spark writes it in JSON."""
    values = {"1::TINYINT": "1", "30000::SMALLINT": "30000", "1::INTEGER": "1", "1::BIGINT << 40": str(1 << 40),
              "1.5::FLOAT": "1.5", "0.1::DOUBLE": "0.1", "12.34::DECIMAL(9, 2)": "12.34",
              "1234567890.5::DECIMAL(18, 1)": "1234567890.5", "true": "true", "'ä日本'": '"ä日本"', "''": '""',
              "DATE '2024-02-29'": '"2024-02-29"', "'ab'::BLOB": '"YWI="', "[1, 2]": "[1,2]", "[]": "[]",
              "{'a': NULL}": '{"a":null}', "[{'b': 1, 'a': 'x'}]": '[{"a":"x","b":1}]',
              "TIMESTAMPTZ '2024-02-29 12:00:00+00'": '"2024-02-29 12:00:00+00:00"',
              "TIMESTAMP '2024-02-29 12:00:00'": '"2024-02-29 12:00:00"', "repeat('x', 1000)": f'"{"x" * 1000}"'}
    rows = " UNION ALL ".join(f"SELECT {i} AS id, ({value})::VARIANT AS v" for i, value in enumerate(values))
    merganser.run(OURS, f"CREATE TABLE {{t}} AS {rows}")
    spark_rows = spark.fetch(f"SELECT id, to_json(v) AS v FROM {named(table)} ORDER BY id").to_pylist()
    assert [row["v"] for row in spark_rows] == list(values.values())
    spark.run(table, "UPDATE {t} SET v = parse_json('[1]') WHERE id = 0;\nDELETE FROM {t} WHERE id > 2;")
    merganser.run(OURS, "UPDATE {t} SET v = {'y': v, 'x': 1}::VARIANT WHERE id < 2")
    texts = ['{"x":1,"y":[1]}', '{"x":1,"y":30000}', "1"]
    assert [row["v"] for row in spark.fetch(
        f"SELECT to_json(v) AS v FROM {named(table)} ORDER BY id").to_pylist()] == texts


def test_shallow_clone(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    """Its log names files of another table by absolute paths."""
    clone = table.with_name("clone")
    spark.run(table, f"""
        CREATE TABLE {{t}} USING delta PARTITIONED BY (p) AS SELECT id, concat('p ', id % 2) AS p FROM range(10);
        CREATE TABLE {named(clone)} SHALLOW CLONE {{t}};
        INSERT INTO {named(clone)} VALUES (100, 'q');
    """)
    check_read(spark, merganser, clone)


def test_replaced_in_turn(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    spark.run(table, "CREATE TABLE {t} (id INT) USING delta;\nINSERT INTO {t} VALUES (1);\n")
    check_append(spark, merganser, table, """
        CREATE OR REPLACE TABLE {t} PARTITIONED BY (p) AS SELECT i AS id, 'x' AS p FROM range(3) r(i);
    """)
    spark.run(table, "INSERT OVERWRITE {t} SELECT 50L, 'y';")
    check_read(spark, merganser, table)
    assert merganser.rows(f"FROM {OURS}") == [(50, "y")]


def test_commits_in_turn(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    """Each engine builds on the commits and the checkpoints of the other."""
    merganser.run(OURS, "CREATE TABLE {t} (who VARCHAR, n INTEGER) WITH ('delta.checkpointInterval' = '3');")
    for n in range(3):
        merganser.sql(f"INSERT INTO {OURS} VALUES ('merganser', {n})")
        spark.run(table, f"INSERT INTO {{t}} VALUES ('spark', {n});")
    check_read(spark, merganser, table)
    assert merganser.rows(f"SELECT count(*), count(DISTINCT (who, n)) FROM {OURS}") == [(6, 6)]


# --- we write, Spark reads ------------------------------------------------------------------------------------

FOR_SPARK = [
    "all_types", "widened", "extremes", "floats", "nested", "not_null", "no_rows", "partitioned_text",
    "partitioned_types", "sorted", "zstd", "replaced_partitioned", "mapped", "mapped_partitioned", "mapped_by_id",
    "in_commit_timestamps", "vectors_enabled", "evolved",
]


@pytest.fixture
def lake(tmp_path: Path, merganser: Merganser) -> Path:
    """The folder of lake.main."""
    merganser.attach(tmp_path)
    return tmp_path / "main"


def write(merganser: Merganser, lake: Path, name: str) -> Path:
    merganser.run(gallery.named(name), GALLERY[name])
    return lake / name


@pytest.mark.parametrize("name", FOR_SPARK)
def test_spark_reads(spark: SparkSession, merganser: Merganser, lake: Path, name: str) -> None:
    table = write(merganser, lake, name)
    arrow_rows.assert_same(merganser.read(table), spark.read(table), name)


def test_spark_reads_comments(spark: SparkSession, merganser: Merganser, lake: Path) -> None:
    table = write(merganser, lake, "commented")
    detail = spark.fetch(f"DESCRIBE DETAIL {named(table)}").to_pylist()
    assert detail[0]["description"] == "it's \"the\" table"
    columns = spark.fetch(f"DESCRIBE TABLE {named(table)}").to_pylist()
    assert columns[0]["comment"] == "the id"


def test_spark_knows_our_clustering_and_replaced_rows(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    """CLUSTER BY, INSERT … REPLACE WHERE and OPTIMIZE of ours; then Spark changes the columns."""
    merganser.sql(f"CREATE TABLE {OURS} (a INTEGER, s STRUCT(k INTEGER)) WITH ('delta.columnMapping.mode' = 'name')",
                  f"INSERT INTO {OURS} SELECT range, {{k: range % 3}} FROM range(100)",
                  f"ALTER TABLE {OURS} CLUSTER BY (a, s.k)",
                  f"INSERT INTO {OURS} REPLACE WHERE a >= 50 SELECT a + 1000, s FROM {OURS} WHERE a >= 50 AND s.k = 1",
                  f"OPTIMIZE {OURS}")
    detail = spark.fetch(f"DESCRIBE DETAIL {named(table)}").to_pylist()[0]
    assert detail["clusteringColumns"] == ["a", "s.k"]
    check_read(spark, merganser, table)
    history = history_of(spark, table).to_pylist()
    assert [entry["operation"] for entry in history[2:]] == ["CLUSTER BY", "WRITE", "OPTIMIZE"]
    replaced = dict(history[3]["operationParameters"])
    assert (replaced["mode"], replaced["predicate"]) == ("Overwrite", "a >= 50")
    spark.run(table, "ALTER TABLE {t} CLUSTER BY (a);\n")
    assert merganser.rows(f"SELECT clustering_columns FROM merganser_detail('{OURS}')") == [(["a"],)]
    merganser.sql(f"OPTIMIZE {OURS}", f"ALTER TABLE {OURS} CLUSTER BY NONE")
    assert spark.fetch(f"DESCRIBE DETAIL {named(table)}").to_pylist()[0]["clusteringColumns"] == []


def test_spark_reads_and_extends_many_commits(spark: SparkSession, merganser: Merganser, lake: Path) -> None:
    """25 commits, our checkpoints among them: rows, past versions, history; then Spark deletes, inserts, optimizes."""
    table = write(merganser, lake, "many_commits")
    assert list((table / "_delta_log").glob("0*.checkpoint.parquet"))
    arrow_rows.assert_same(merganser.read(table), spark.read(table), "the newest version")
    arrow_rows.assert_same(merganser.read(table, 13), spark.read(table, 13), "version 13")
    history = history_of(spark, table).to_pylist()
    assert [entry["version"] for entry in history] == list(range(25))
    assert history[0]["operation"] == "CREATE TABLE AS SELECT"
    for entry in history[1:]:
        mode = dict(entry["operationParameters"])["mode"]
        assert (entry["operation"], entry["isBlindAppend"], mode) == ("WRITE", True, "Append")
    assert all(entry["engineInfo"].startswith("Merganser/") for entry in history)
    forget_commits(table, 20)
    spark.run(table, "DELETE FROM {t} WHERE i < 5;\nINSERT INTO {t} VALUES (500, 'spark');\nOPTIMIZE {t};\n")
    check_read(spark, merganser, table)
    assert merganser.rows("SELECT count(*), max(i) FROM lake.main.many_commits") == [(20, 500)]


def test_spark_filters_by_our_statistics(spark: SparkSession, merganser: Merganser, lake: Path) -> None:
    """Data skipping in Spark over the statistics and partition values that we wrote loses no row."""
    table = write(merganser, lake, "extremes")
    for condition, count in {
        "byte_column = -128": 1, "long_column = 9223372036854775807": 1, "isnan(double_column)": 1,
        "double_column > double('Infinity')": 1, "float_column = float('-Infinity')": 1,
        "string_column = repeat('ä', 100)": 1, "string_column > repeat('ä', 99)": 2,
        "date_column = DATE'9999-12-31'": 1, "timestamp_column = TIMESTAMP'9999-12-31 23:59:59.999999'": 1,
        "ntz_column >= TIMESTAMP_NTZ'9999-12-31 23:59:59.999999'": 1, "decimal_column < -1e37BD": 1,
    }.items():
        found = spark.fetch(f"SELECT count(*) AS n FROM {named(table)} WHERE {condition}").to_pylist()
        assert found == [{"n": count}], condition
    parts = write(merganser, lake, "partitioned_text")
    for i, text in enumerate(ODD_TEXTS):
        if text in ("a/b", "a%20b", "日本"):
            found = spark.fetch(f"SELECT i FROM {named(parts)} WHERE p = '{text}'").to_pylist()
            assert found == [{"i": i}]
