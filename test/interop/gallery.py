"""Tables that Merganser writes for other engines: every type, every kind of partition value, what a log can hold.

A table is a name and a script: statements that end with a semicolon at the end of a line; {t} stands for the table.
"""

ODD_TEXTS = [
    "a b", "a/b", "a=b", "a%b", "a%20b", "ä", "日本", "'", '"', "\\\\", "a:b", "#", "?", "+", "&", "{x}", "[x]", "^",
    "|", "~", "*", ".", " ", "__HIVE_DEFAULT_PARTITION__x", "NULL", "x\\ty", "x\\ny", "🦆",
]
_ODD_ROWS = ", ".join("(E'" + text.replace("'", "''") + f"', {i})" for i, text in enumerate(ODD_TEXTS))

_ALL_TYPES = """
    SELECT true AS boolean_column, 1::TINYINT AS byte_column, -300::SMALLINT AS short_column,
        70000::INTEGER AS integer_column, 5000000000::BIGINT AS long_column, 1.5::FLOAT AS float_column,
        2.25::DOUBLE AS double_column, 12.34::DECIMAL(4, 2) AS decimal4_column,
        1234567.891::DECIMAL(18, 3) AS decimal18_column,
        12345678901234567890123456.789012::DECIMAL(38, 6) AS decimal38_column, 'text' AS string_column,
        '\\x00\\xFFabc'::BLOB AS binary_column, DATE '2024-02-29' AS date_column,
        TIMESTAMPTZ '2024-02-29 12:34:56.789012+00' AS timestamp_column,
        TIMESTAMP '2024-02-29 12:34:56.789012' AS ntz_column"""


def _commits(count: int, statement: str) -> str:
    """The statement again and again, each time with another number for #."""
    return "".join(statement.replace("#", str(i)) + ";\n" for i in range(count))


GALLERY: dict[str, str] = {
    "all_types": f"CREATE TABLE {{t}} AS {_ALL_TYPES};\nINSERT INTO {{t}} {_ALL_TYPES};\n",
    "widened": """
        CREATE TABLE {t} AS
        SELECT 200::UTINYINT AS a, 60000::USMALLINT AS b, 4000000000::UINTEGER AS c, 18446744073709551615::UBIGINT AS d,
            170141183460469231731687303715884::HUGEINT AS e, 'small'::ENUM('small', 'large') AS f,
            'c0ffee00-0000-4000-8000-000000000001'::UUID AS g, '{"a": [1]}'::JSON AS h, TIME '12:34:56' AS i,
            TIMESTAMP_S '2020-01-01 00:00:01' AS j, TIMESTAMP_MS '2020-01-01 00:00:01.123' AS k,
            TIMESTAMP_NS '2020-01-01 00:00:01.123456' AS l, [1, 2, 3]::INTEGER[3] AS m;
    """,
    "extremes": """
        CREATE TABLE {t} (byte_column TINYINT, short_column SMALLINT, integer_column INTEGER, long_column BIGINT,
            float_column FLOAT, double_column DOUBLE, decimal_column DECIMAL(38, 0), string_column VARCHAR,
            binary_column BLOB, date_column DATE, ntz_column TIMESTAMP, timestamp_column TIMESTAMPTZ);
        INSERT INTO {t} VALUES
            (-128, -32768, -2147483648, -9223372036854775808, '-inf', '-inf', -99999999999999999999999999999999999999,
                '', '', '1600-01-01', '1600-01-01 00:00:00', '1600-01-01 00:00:00+00'),
            (127, 32767, 2147483647, 9223372036854775807, 'inf', 'inf', 99999999999999999999999999999999999999,
                repeat('ä', 100), '\\xFF\\xFE', '9999-12-31', '9999-12-31 23:59:59.999999',
                '9999-12-31 23:59:59.999999+00'),
            (0, 0, 0, 0, 'nan', 'nan', 0, E'a\\tb\\nc"d\\\\e', '', '1969-12-31', '1969-12-31 23:59:59.999999',
                '1969-12-31 23:59:59.999999+00'),
            (0, 0, 0, 0, 0.0, 0.0, 0, '日本 🦆', '', '1970-01-01', '1970-01-01 00:00:00', '1970-01-01 00:00:00+00'),
            (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    """,
    "floats": """
        CREATE TABLE {t} (id INTEGER, d DOUBLE, f FLOAT);
        INSERT INTO {t} VALUES (1, '-0.0', '-0.0'), (2, 0.0, 0.0);
        INSERT INTO {t} VALUES (3, 'nan', 'nan'), (4, 1.7976931348623157e308, 3.4028234e38), (5, 5e-324, 1e-45),
            (6, 0.1, 0.1);
    """,
    "nested": """
        CREATE TABLE {t} AS
        SELECT i AS id, {'x': i, 'y': {'z': i::VARCHAR, 'w': [i, NULL]}} AS s, [i, i + 1, NULL] AS l,
            [[i], [], NULL] AS ll, MAP {'a': i, 'b': NULL} AS m, MAP {i: [{'q': i * 0.5}]} AS deep,
            [{'a': DATE '2020-01-01' + i::INTEGER}] AS ls
        FROM range(5) r(i)
        UNION ALL BY NAME SELECT 99 AS id
        UNION ALL BY NAME
        SELECT 100 AS id, []::BIGINT[] AS l, {'x': NULL, 'y': NULL} AS s, MAP {}::MAP(VARCHAR, BIGINT) AS m;
    """,
    "no_rows": "CREATE TABLE {t} (id BIGINT, name VARCHAR, seen TIMESTAMPTZ);\n",
    "no_rows_partitioned": "CREATE TABLE {t} (id BIGINT, name VARCHAR) PARTITIONED BY (name);\n",
    "not_null": """
        CREATE TABLE {t} (id BIGINT NOT NULL, name VARCHAR);
        INSERT INTO {t} VALUES (1, 'a'), (2, NULL);
    """,
    "commented": """
        CREATE TABLE {t} (id BIGINT);
        COMMENT ON TABLE {t} IS 'it''s "the" table';
        COMMENT ON COLUMN {t}.id IS 'the id';
        INSERT INTO {t} VALUES (1);
    """,
    "partitioned_text": f"""
        CREATE TABLE {{t}} (p VARCHAR, i INTEGER) PARTITIONED BY (p);
        INSERT INTO {{t}} VALUES {_ODD_ROWS}, (NULL, 1000);
    """,
    "partitioned_types": """
        CREATE TABLE {t} (i INTEGER, b BOOLEAN, y TINYINT, n INTEGER, l BIGINT, f FLOAT, d DOUBLE, e DECIMAL(10, 2),
            day DATE, ntz TIMESTAMP, seen TIMESTAMPTZ) PARTITIONED BY (b, y, n, l, f, d, e, day, ntz, seen);
        INSERT INTO {t} VALUES
            (1, true, 1, -5, 5000000000, 1.5, 0.1, 12.30, '2024-02-29', '2024-02-29 12:34:56.789',
                '2024-02-29 12:34:56.789012+00'),
            (2, false, -1, 0, 0, -1e10, 1e300, -0.01, '1969-12-31', '1969-12-31 23:59:59', '1969-12-31 23:59:59+00'),
            (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    """,
    "partitioned_first_column": """
        CREATE TABLE {t} PARTITIONED BY (region, year) AS
        SELECT 'r' || (i % 3) AS region, i AS id, 2020 + i % 2 AS year FROM range(60) r(i);
    """,
    "sorted": """
        CREATE TABLE {t} SORTED BY (name) AS SELECT md5(i::VARCHAR) AS name, i AS id FROM range(2000) r(i);
        INSERT INTO {t} SELECT md5((i * 7)::VARCHAR), i FROM range(500) r(i);
    """,
    "zstd": """
        CREATE TABLE {t} WITH ('delta.parquet.compression.codec' = 'zstd') AS
        SELECT i, i::VARCHAR AS s FROM range(1000) r(i);
    """,
    "many_commits": "CREATE TABLE {t} AS SELECT -1 AS i, 'first' AS s;\n" + _commits(
        24, "INSERT INTO {t} VALUES (#, 'commit #')"),
    "many_commits_partitioned": """
        CREATE TABLE {t} PARTITIONED BY (p) WITH ('delta.checkpointInterval' = '4') AS SELECT -1 AS i, 'p0' AS p;
    """ + _commits(9, "INSERT INTO {t} SELECT # * 10 + j, CASE WHEN j % 3 > 0 THEN 'p' || j END FROM range(5) r(j)"),
    "replaced": """
        CREATE TABLE {t} AS SELECT 1 AS old;
        INSERT INTO {t} VALUES (2);
        CREATE OR REPLACE TABLE {t} AS SELECT 'x' AS new, i AS n FROM range(3) r(i);
        INSERT INTO {t} VALUES ('y', 3);
    """,
    "replaced_partitioned": """
        CREATE TABLE {t} AS SELECT 1 AS a, 'p' AS b;
        CREATE OR REPLACE TABLE {t} PARTITIONED BY (b) AS SELECT i AS a, 'q' || i % 2 AS b FROM range(4) r(i);
    """,
    "in_one_transaction": """
        CREATE TABLE {t} (i INTEGER);
        BEGIN;
        INSERT INTO {t} VALUES (1);
        INSERT INTO {t} SELECT i + 1 FROM {t};
        COMMIT;
    """,
    "evolved": """
        SET merganser_schema_evolution = true;
        CREATE TABLE {t} PARTITIONED BY (p) AS SELECT i AS id, {'x': i} AS s, 'p' || i % 2 AS p FROM range(6) r(i);
        INSERT INTO {t} BY NAME SELECT 6 AS id, {'y': 'new', 'x': 6} AS s, 'p0' AS p, DATE '2026-01-02' AS day;
        MERGE INTO {t} AS t USING (SELECT 1 AS id, 1.5 AS price UNION ALL SELECT 7, 2.5) AS n ON t.id = n.id
        WHEN MATCHED THEN UPDATE WHEN NOT MATCHED THEN INSERT;
    """,
    "mapped": """
        CREATE TABLE {t} (id BIGINT, "with space" VARCHAR, "a,b;{}()=" INTEGER, s STRUCT(x INTEGER, "y z" VARCHAR))
            WITH ('delta.columnMapping.mode' = 'name');
        INSERT INTO {t} VALUES (1, 'a', 10, {'x': 1, 'y z': 'q'}), (2, NULL, NULL, NULL);
        INSERT INTO {t} SELECT i, 'n' || i, i * 2, {'x': i, 'y z': NULL} FROM range(3, 8) r(i);
    """,
    "mapped_partitioned": """
        CREATE TABLE {t} (id BIGINT, "the part" VARCHAR) PARTITIONED BY ("the part")
            WITH ('delta.columnMapping.mode' = 'name');
        INSERT INTO {t} VALUES (1, 'a'), (2, 'b/c'), (3, NULL);
    """,
    "mapped_by_id": """
        CREATE TABLE {t} (id BIGINT, s STRUCT(x INTEGER, l INTEGER[])) WITH ('delta.columnMapping.mode' = 'id');
        INSERT INTO {t} VALUES (1, {'x': 1, 'l': [1, 2]}), (2, NULL);
    """,
    "in_commit_timestamps": """
        CREATE TABLE {t} (i INTEGER) WITH ('delta.enableInCommitTimestamps' = 'true');
    """ + _commits(2, "INSERT INTO {t} VALUES (#)"),
    "vectors_enabled": """
        CREATE TABLE {t} (i INTEGER) WITH ('delta.enableDeletionVectors' = 'true');
        INSERT INTO {t} VALUES (1), (2);
    """,
    "change_feed_enabled": """
        CREATE TABLE {t} (i INTEGER) WITH ('delta.enableChangeDataFeed' = 'true');
        INSERT INTO {t} VALUES (1), (2);
    """,
    "fifty_columns": "CREATE TABLE {t} AS SELECT " + ", ".join(f"i + {c} AS c{c}" for c in range(50)) +
                     " FROM range(100) r(i);\n",
    "Größe 日本": "CREATE TABLE {t} AS SELECT 1 AS \"Größe\", 'ß' AS \"日本\";\n",
    "with space": "CREATE TABLE {t} AS SELECT 1 AS i;\n",
    "per%20cent": "CREATE TABLE {t} PARTITIONED BY (p) AS SELECT i, 'x%2Fy' || i AS p FROM range(2) r(i);\n",
    "many_rows": """
        CREATE TABLE {t} AS
        SELECT i, i % 1000 AS k, hash(i)::VARCHAR AS s, CASE WHEN i % 7 > 0 THEN i / 3 END AS d
        FROM range(300000) r(i);
    """,
}


def named(name: str, schema: str = "lake.main") -> str:
    """The table as Merganser's SQL names it."""
    return f'{schema}."{name}"'
