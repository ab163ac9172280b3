"""Writes the log (no data files) of a table with very many files.   make_snapshot_table.py FOLDER FILES TAIL

One classic checkpoint with JSON statistics on ten columns, and a tail of commits that add one file each."""

import json
import pathlib
import shutil
import sys
import uuid

from engines import plain_connection

COLUMNS = [f"c{i}" for i in range(10)]
SCHEMA = json.dumps({"type": "struct", "fields": [
    {"name": name, "type": "long", "nullable": True, "metadata": {}} for name in COLUMNS]})
METADATA = {"id": "5fba94ed-9794-4965-ba6e-6ee3c0d22af9", "format": {"provider": "parquet", "options": {}},
            "schemaString": SCHEMA, "partitionColumns": [], "configuration": {}, "createdTime": 1700000000000}
PROTOCOL = {"minReaderVersion": 1, "minWriterVersion": 2}


def statistics_sql() -> str:
    def members(expression: str) -> str:
        return " || ',' || ".join(f"'\"{name}\":' || ({expression.format(i=i)})" for i, name in enumerate(COLUMNS))
    return ("'{\"numRecords\":1000,\"minValues\":{' || " + members("(file * 1000 + {i} * 7919)") +
            " || '},\"maxValues\":{' || " + members("(file * 1000 + 999 + {i} * 7919)") +
            " || '},\"nullCount\":{' || " + members("(file * {i}) % 3") + " || '}}'")


def main() -> None:
    folder, files, tail = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    log = folder / "_delta_log"
    shutil.rmtree(folder, ignore_errors=True)
    log.mkdir(parents=True)
    connection = plain_connection()
    schema = SCHEMA.replace("'", "''")
    connection.execute(f"""
        COPY (
            SELECT struct_pack(minReaderVersion := 1, minWriterVersion := 2) AS protocol, NULL AS metaData, NULL AS add
            UNION ALL BY NAME
            SELECT NULL AS protocol, struct_pack(
                id := '{METADATA["id"]}',
                format := struct_pack(provider := 'parquet', options := MAP {{}}::MAP(VARCHAR, VARCHAR)),
                schemaString := '{schema}', partitionColumns := []::VARCHAR[],
                configuration := MAP {{}}::MAP(VARCHAR, VARCHAR), createdTime := 1700000000000::BIGINT) AS metaData,
                NULL AS add
            UNION ALL BY NAME
            SELECT NULL AS protocol, NULL AS metaData, struct_pack(
                path := 'part-' || lpad(file::VARCHAR, 8, '0') || '-' || md5(file::VARCHAR) || '-c000.snappy.parquet',
                partitionValues := MAP {{}}::MAP(VARCHAR, VARCHAR), size := (1000000 + file)::BIGINT,
                modificationTime := (1700000000000 + file)::BIGINT, dataChange := false,
                stats := {statistics_sql()}) AS add
            FROM range({files}) r(file)
        ) TO '{log}/00000000000000000100.checkpoint.parquet' (FORMAT parquet, ROW_GROUP_SIZE 100000)""")
    (log / "_last_checkpoint").write_text(json.dumps({"version": 100, "size": files + 2}))
    for version in range(100, 101 + tail):
        actions = [{"commitInfo": {"timestamp": 1700000000000 + version, "operation": "WRITE"}}]
        if version > 100:
            bounds = {name: version for name in COLUMNS}
            actions.append({"add": {
                "path": f"part-{uuid.UUID(int=version)}.parquet", "partitionValues": {}, "size": 1000,
                "modificationTime": 1700000000000, "dataChange": True,
                "stats": json.dumps({"numRecords": 1, "minValues": bounds, "maxValues": bounds,
                                     "nullCount": {name: 0 for name in COLUMNS}})}})
        (log / f"{version:020}.json").write_text("\n".join(map(json.dumps, actions)) + "\n")
    print(json.dumps({"files": files + tail}))


if __name__ == "__main__":
    main()
