"""What other engines are known to get wrong in tables that are right. An entry that is not needed fails its test."""

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path


@dataclass(frozen=True)
class Weakness:
    """A reader that refuses a table or reads it wrong."""

    engine: str
    table: str  # name of the gallery, or path below the kept folder of the SQL suite; * and ? match
    reason: str
    feature: str = ""  # only of tables whose readers need this feature


POLARS_FOLDER = "Polars 2.1 looks for the files of a folder whose name it would percent-encode under the encoded name"
PERCENT_FOLDER = "the kernel decodes a folder that is named with a percent sign, and looks for another one"
DUCKDB_FOLDER = "DuckDB's delta extension 1.5.5 decodes such folder names wrongly when it opens a data file"
DUCKDB_MAPPED_PARTITIONS = "DuckDB's delta extension 1.5.5 reads mapped partition columns as NULL"

WHOLE_PATHS = "takes the whole path of a file, as shallow clones have them, for one below the table's folder"
CLONES = ["kinds_of_tables/lake/main/numbered_copy", "kinds_of_tables/lake/main/vectors_copy",
          *(f"past_versions/lake/main/{name}" for name in ("first", "second", "third", "fourth", "fifth"))]

DELTA_RS_MAP_FIELDS = "delta-rs 1.6 cannot add a field to the structs in a map that an old file holds"
DELTA_RS_WIDENING = "delta-rs 1.6 refuses the feature typeWidening"
POLARS_WIDENING = "Polars 2.1 refuses the feature typeWidening"

WEAKNESSES: list[Weakness] = [
    Weakness("polars", "*", "Polars 2.1 refuses column mapping", "columnMapping"),
    Weakness("polars", "*", "Polars 2.1 refuses V2 checkpoints", "v2Checkpoint"),
    Weakness("polars", "*", "Polars 2.1 shows the bytes of a VARIANT", "variantType"),
    Weakness("delta-rs", "*", "delta-rs 1.6 shows the bytes of a VARIANT", "variantType"),
    Weakness("duckdb-delta", "*", "DuckDB's delta extension 1.5.5 refuses VARIANT", "variantType"),
    Weakness("duckdb-delta", "mapped_partitioned", DUCKDB_MAPPED_PARTITIONS),
    Weakness("polars", "Größe 日本", POLARS_FOLDER),
    Weakness("duckdb-delta", "Größe 日本", DUCKDB_FOLDER),
    Weakness("polars", "with space", POLARS_FOLDER),
    Weakness("delta-rs", "per%20cent", PERCENT_FOLDER),
    Weakness("polars", "per%20cent", PERCENT_FOLDER),
    Weakness("duckdb-delta", "per%20cent", PERCENT_FOLDER),
    # What the SQL suite leaves behind.
    Weakness("polars", "test.sql.catalog.names/*/100%", POLARS_FOLDER),
    Weakness("polars", "test.sql.catalog.names/*/Größe", POLARS_FOLDER),
    Weakness("polars", "test.sql.catalog.names/*/hash#tag", POLARS_FOLDER),
    Weakness("polars", "test.sql.catalog.names/*/with space", POLARS_FOLDER),
    Weakness("polars", "test.sql.catalog.names/*/q?mark", POLARS_FOLDER),
    Weakness("polars", "test.sql.catalog.names/*/日本語", POLARS_FOLDER),
    Weakness("polars", "test.sql.catalog.odd_names/*/main/c", POLARS_FOLDER),
    Weakness("polars", "test.sql.catalog.odd_names/*/main/own", POLARS_FOLDER),
    Weakness("polars", "test.sql.functions.quoted_name/lake/main/a.b c", POLARS_FOLDER),
    Weakness("polars", 'test.sql.functions.quoted_name/lake/main/q"t', POLARS_FOLDER),
    Weakness("polars", "test.sql.catalog.names/*/a=b", "Polars 2.1 takes a folder named a=b for a Hive partition"),
    Weakness("duckdb-delta", "test.sql.catalog.names/*/100%", DUCKDB_FOLDER),
    Weakness("duckdb-delta", "test.sql.catalog.names/*/日本語", DUCKDB_FOLDER),
    Weakness("delta-rs", "test.sql.catalog.names/*/per%20cent", PERCENT_FOLDER),
    Weakness("polars", "test.sql.catalog.names/*/per%20cent", PERCENT_FOLDER),
    Weakness("delta-rs", "test.sql.alter.add_field/lake/main/t", DELTA_RS_MAP_FIELDS),
    Weakness("delta-rs", "test.sql.schema_evolution.nested/lake/main/t", DELTA_RS_MAP_FIELDS),
    Weakness("delta-rs", "test.sql.schema_evolution.widening/lake/main/t", DELTA_RS_WIDENING),
    Weakness("polars", "test.sql.schema_evolution.widening/lake/main/t", POLARS_WIDENING),
    Weakness("delta-rs", "test.sql.alter.change_type/lake/main/t", DELTA_RS_WIDENING),
    Weakness("delta-rs", "test.sql.alter.change_type_refused/lake/main/t", DELTA_RS_WIDENING),
    Weakness("delta-rs", "test.sql.check.nothing_wrong/lake/main/t", DELTA_RS_WIDENING),
    Weakness("delta-rs", "test.sql.optimize.changed_schema/lake/main/t", DELTA_RS_WIDENING),
    Weakness("polars", "test.sql.alter.change_type/lake/main/t", POLARS_WIDENING),
    Weakness("polars", "test.sql.alter.change_type_refused/lake/main/t", POLARS_WIDENING),
    Weakness("polars", "test.sql.alter.rename_table/lake/main/new name", POLARS_FOLDER),
    Weakness("duckdb-delta", "test.sql.alter.rename_column/lake/main/t", DUCKDB_MAPPED_PARTITIONS),
    Weakness("duckdb-delta", "test.sql.row_tracking.rewritten_layouts/lake/main/p", DUCKDB_MAPPED_PARTITIONS),
    Weakness("duckdb-delta", "test.sql.catalog.names/*/per%20cent", PERCENT_FOLDER),
    *(Weakness(engine, f"test.sql.clone.{table}", WHOLE_PATHS) for engine in ("polars", "duckdb-delta")
      for table in CLONES),
]


def commits_of(table: Path) -> list[Path]:
    """The commits of its log, oldest first; no checkpoints, which may be JSON too."""
    return sorted((table / "_delta_log").glob("[0-9]" * 20 + ".json"))


def needed_features(table: Path) -> set[str]:
    """What a reader of the table's newest version has to know, from its commits."""
    protocol: dict = {}
    for commit in commits_of(table):
        for line in commit.read_text().splitlines():
            action = json.loads(line)
            protocol = action.get("protocol", protocol)
    features = set(protocol.get("readerFeatures") or [])
    # Reader version 2 is column mapping, whether it is on or not.
    return features | ({"columnMapping"} if protocol.get("minReaderVersion") == 2 else set())


def find_weaknesses(engine: str, name: str, features: set[str]) -> list[Weakness]:
    """All that explain why the engine does not read the table right."""
    return [weakness for weakness in WEAKNESSES
            if weakness.engine == engine and fnmatchcase(name, weakness.table)
            and (not weakness.feature or weakness.feature in features)]
