"""A checkpoint of many files: row groups of nothing but files, and such that were taken over from the one before."""

import json
from pathlib import Path

from engines import Merganser
from spark_session import SparkSession, named
from test_checkpoints_of_several_files import forget_commits

OURS = "lake.main.t"
FILES = 40_000


def test_spark_reads_it(spark: SparkSession, merganser: Merganser, table: Path) -> None:
    merganser.run(OURS, """CREATE TABLE {t} (id BIGINT, p VARCHAR) PARTITIONED BY (p)
                           WITH ('delta.checkpointInterval' = 1)""")
    with open(table / "_delta_log" / f"{1:020}.json", "w") as commit:
        for number in range(FILES):
            stats = {"numRecords": 1, "minValues": {"id": number}, "maxValues": {"id": number}, "nullCount": {"id": 0}}
            add = {"path": f"p={number % 7}/part-{number:08}.parquet", "partitionValues": {"p": str(number % 7)},
                   "size": number, "dataChange": True, "modificationTime": 1, "stats": json.dumps(stats)}
            commit.write(json.dumps({"add": add}) + "\n")
    for number in (1, 2, 3):
        merganser.run(OURS, f"INSERT INTO {{t}} VALUES (-{number}, 'new')")
        assert forget_commits(table) == number + 1
        detail = spark.fetch(f"DESCRIBE DETAIL {named(table)}").to_pylist()[0]
        assert detail["numFiles"] == FILES + number
        rows = spark.fetch(f"SELECT id FROM {named(table)} WHERE id < 0 AND p = 'new' ORDER BY id").to_pylist()
        assert [row["id"] for row in rows] == [-n for n in range(number, 0, -1)]
    spark.sql(f"DELETE FROM {named(table)} WHERE p = '3'")
    left = FILES + 3 - len(range(3, FILES, 7))
    assert merganser.rows(f"SELECT num_files FROM merganser_detail('{OURS}')") == [(left,)]
