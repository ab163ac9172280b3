#!/usr/bin/env python3
"""Writes docs/protocol-support.md from the registry of table features: protocol_support.py <shell binary> [--check].

What is read and written is what `merganser_features()` of that binary says. Which tests show it stands in TESTS; a
feature that is written and has none is an error. With --check nothing is written: exits with 1 where the page is old.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/protocol-support.md"
#: Shows for every feature of the registry that it is opened, written or refused by name as the registry says.
OF_ALL = ["test/unit/protocol/table_configuration_test.cpp"]
INTEROP = "test/interop/test_spark_changes.py"

TESTS = {
    "appendOnly": ["test/sql/update/constraints.test", "test/sql/alter/set_properties.test"],
    "invariants": ["test/sql/constraints/rows_of_others.test", "test/sql/update/constraints.test"],
    "checkConstraints": ["test/sql/constraints/check.test", "test/sql/constraints/alter.test"],
    "changeDataFeed": ["test/sql/changes", "test/configs/change_data_feed.json", "test/interop/test_changes.py"],
    "generatedColumns": ["test/sql/constraints/generated.test"],
    "identityColumns": ["test/sql/identity", "test/unit/protocol/identity_columns_test.cpp",
                        "test/interop/test_identity.py"],
    "columnMapping": ["test/sql/alter/column_mapping.test", "test/sql/write/column_mapping.test",
                      "test/configs/column_mapping.json"],
    "allowColumnDefaults": ["test/sql/constraints/defaults.test"],
    "deletionVectors": ["test/sql/delete/deletion_vectors.test", "test/configs/deletion_vectors.json", INTEROP],
    "rowTracking": ["test/sql/row_tracking", "test/configs/row_tracking.json"],
    "timestampNtz": ["test/sql/read/timestamps.test", "test/interop/test_spark.py"],
    "domainMetadata": ["test/sql/transaction/drop_and_create_again.test", "test/unit/txn/metadata_conflict_test.cpp"],
    "v2Checkpoint": ["test/sql/write/v2_checkpoints.test", "test/configs/v2_checkpoints.json", "test/golden",
                     "test/unit/log/v2_checkpoint_test.cpp", "test/interop/test_checkpoints_of_several_files.py"],
    "vacuumProtocolCheck": ["test/golden", "test/unit/upkeep/vacuum_test.cpp"],
    "inCommitTimestamp": ["test/sql/alter/in_commit_timestamps.test", "test/configs/in_commit_timestamps.json"],
    "clustering": ["test/sql/alter/cluster_by.test", "test/sql/optimize/cluster_by.test",
                   "test/unit/txn/restore_test.cpp"],
    "typeWidening": ["test/sql/alter/change_type.test", "test/sql/read/changed_schema.test"],
    "typeWidening-preview": ["test/golden"],
    "variantType": ["test/sql/write/variants.test", "test/unit/protocol/variant_keys_test.cpp",
                    "test/interop/test_spark.py"],
    "variantType-preview": ["test/golden"],
    "variantShredding": ["test/sql/read/variants.test"],
    "checkpointProtection": ["test/unit/maintain/log_cleanup_plan_test.cpp"],
}

HEAD = """# Protocol support

Which table features of the Delta protocol Merganser reads and writes. Made by `tools/protocol_support.py` from the
registry of the engine, `FROM merganser_features()`; change that, not this page.

- **Read**: tables that list the feature are read right. *no*: refused by name at open.
- **Write**: they are written right. *while unused*: tables may list it, statements are refused by name once it is
  turned on. *no*: refused by name, nothing is touched.
- **Stands for**: protocol versions below 3 and 7 that ask for it without listing it (reader, writer).

A feature that is not here: where it is for readers the table is refused at open, else at its first write.

"""


def features(binary: str) -> list[dict]:
    shell = subprocess.run([binary, "--json", "-c", "FROM merganser_features()"], check=True, capture_output=True,
                           text=True)
    return json.loads(shell.stdout)


def row(feature: dict) -> str:
    name = feature["feature"]
    tests = TESTS.get(name, [])
    if feature["write"] == "yes" and not tests:
        raise SystemExit(f"{name} is written, but TESTS names no test of it")
    for test in tests:
        if not (ROOT / test).exists():
            raise SystemExit(f"{name}: the test {test} is not there")
    versions = [feature["min_reader_version"], feature["min_writer_version"]]
    stands_for = ", ".join("–" if version is None else str(version) for version in versions) if any(versions) else ""
    kind = "reader and writer" if feature["is_reader_feature"] else "writer"
    links = " ".join(f"[{Path(test).stem}](../{test})" for test in tests or OF_ALL)
    cells = [f"`{name}`", kind, stands_for, "yes" if feature["read"] else "no", feature["write"], links]
    return "| " + " | ".join(cells) + " |\n"


def page(binary: str) -> str:
    found = features(binary)
    unknown = set(TESTS) - {feature["feature"] for feature in found}
    if unknown:
        raise SystemExit(f"TESTS names features that are not in the registry: {', '.join(sorted(unknown))}")
    table = "| feature | for | stands for | read | write | shown by |\n|---|---|---|---|---|---|\n"
    return HEAD + table + "".join(row(feature) for feature in found)


def main() -> int:
    text = page(sys.argv[1])
    if "--check" not in sys.argv[2:]:
        PAGE.write_text(text)
        return 0
    if PAGE.exists() and PAGE.read_text() == text:
        return 0
    print(f"{PAGE.relative_to(ROOT)} is old: tools/protocol_support.py <shell binary>", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
