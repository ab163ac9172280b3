"""One operation of the merge chain.   merge_chain.py ENGINE OPERATION FOLDER SOURCE_PARQUET

On a freshly seeded lineitem. Timed: building the TEMP batch and the statement. Prints seconds, the number of rows
and a checksum that does not depend on their order."""

import json
import shutil
import sys

from engines import Stopwatch, delta_connection, merganser_connection, plain_connection

#: A row's draw between 0 and 999, the same for every engine.
DRAW = "hash(l_orderkey * 8 + l_linenumber) % 1000"
CHANGED = "* REPLACE (l_quantity + 1 AS l_quantity, 'changed' AS l_comment)"
#: New keys lie far above every scale factor's.
FRESH = "* REPLACE (l_orderkey + 1000000000000 AS l_orderkey)"
ON = "t.l_orderkey = b.l_orderkey AND t.l_linenumber = b.l_linenumber"
UPDATE, INSERT = "WHEN MATCHED THEN UPDATE SET *", "WHEN NOT MATCHED THEN INSERT *"
HALF = "hash(l_orderkey) % 2 = 0"


def merge(*clauses: str) -> str:
    return f"MERGE INTO {{t}} AS t USING batch AS b ON {ON} " + " ".join(clauses)


def changed_and_fresh(changed: int, fresh: int) -> str:
    return (f"SELECT {CHANGED} FROM seed WHERE {DRAW} < {changed} UNION ALL "
            f"SELECT {FRESH} FROM seed WHERE {DRAW} BETWEEN {changed} AND {changed + fresh - 1}")


#: operation -> (which rows of lineitem the table holds, the batch, the statement)
OPERATIONS = {
    "upsert_1": ("true", changed_and_fresh(8, 2), merge(UPDATE, INSERT)),
    "insert_only_5": ("true", f"SELECT {FRESH} FROM seed WHERE {DRAW} < 50", merge(INSERT)),
    "update_only_5": ("true", changed_and_fresh(50, 0), merge(UPDATE)),
    "idempotent_5": ("true", f"FROM seed WHERE {DRAW} < 50", merge(UPDATE, INSERT)),
    "append_5": ("true", f"SELECT {FRESH} FROM seed WHERE {DRAW} < 50", "INSERT INTO {t} SELECT * FROM batch"),
    "full_sync": (HALF, f"SELECT {CHANGED} FROM seed WHERE {DRAW} < 900",
                  merge(UPDATE, "WHEN NOT MATCHED BY SOURCE THEN DELETE")),
    "expression_5": (HALF, f"FROM seed WHERE {DRAW} < 50",
                     merge("WHEN MATCHED THEN UPDATE SET l_quantity = t.l_quantity + b.l_linenumber")),
}
CHECKSUM = ("SELECT count(*), sum(l_quantity)::VARCHAR, sum(l_extendedprice)::VARCHAR, "
            "sum(hash(x))::VARCHAR FROM {0} AS x")


def change_with_delta_rs(folder: str, operation: str, batch) -> None:
    """The same statement by delta-rs; DuckDB hands it the batch as Arrow."""
    from deltalake import DeltaTable, write_deltalake

    if operation == "append_5":
        write_deltalake(folder, batch, mode="append")
        return
    merger = DeltaTable(folder).merge(batch, ON, source_alias="b", target_alias="t")
    statement = OPERATIONS[operation][2]
    if operation == "expression_5":
        merger = merger.when_matched_update({"l_quantity": "t.l_quantity + b.l_linenumber"})
    elif UPDATE in statement:
        merger = merger.when_matched_update_all()
    if INSERT in statement:
        merger = merger.when_not_matched_insert_all()
    if "BY SOURCE" in statement:
        merger = merger.when_not_matched_by_source_delete()
    merger.execute()


def run_delta_rs(operation: str, folder: str, source: str) -> dict:
    from deltalake import write_deltalake

    part, batch, _ = OPERATIONS[operation]
    connection = plain_connection()
    connection.execute(f"CREATE VIEW seed AS FROM read_parquet('{source}') WHERE {part}")
    write_deltalake(folder, connection.execute("FROM seed").to_arrow_reader(100_000))
    with Stopwatch() as watch:
        connection.execute(f"CREATE TEMP TABLE batch AS {batch}")
        change_with_delta_rs(folder, operation, connection.execute("FROM batch").to_arrow_reader(100_000))
    rows = delta_connection().execute(CHECKSUM.format(f"delta_scan('{folder}')")).fetchone()
    return {"seconds": watch.seconds, "rows": rows[0], "checksum": "/".join(map(str, rows[1:]))}


def main() -> None:
    engine, operation, folder, source = sys.argv[1:5]
    part, batch, statement = OPERATIONS[operation]
    shutil.rmtree(folder, ignore_errors=True)
    if engine == "delta_rs":
        print(json.dumps(run_delta_rs(operation, folder, source)))
        return
    connection = merganser_connection() if engine.startswith("merganser") else plain_connection()
    connection.execute(f"CREATE VIEW seed AS FROM read_parquet('{source}') WHERE {part}")
    table = "t"
    if engine.startswith("merganser"):
        connection.execute(f"ATTACH '{folder}' AS lake (TYPE merganser)")
        table = "lake.t"
    options = "WITH ('delta.enableDeletionVectors' = 'true')" if engine == "merganser_dv" else ""
    connection.execute(f"CREATE TABLE {table} {options} AS FROM seed")
    with Stopwatch() as watch:
        connection.execute(f"CREATE TEMP TABLE batch AS {batch}")
        sql = statement.format(t=table).replace("UPDATE SET *", "UPDATE").replace("INSERT *", "INSERT")
        connection.execute(sql)
    rows = connection.execute(CHECKSUM.format(table)).fetchone()
    print(json.dumps({"seconds": watch.seconds, "rows": rows[0], "checksum": "/".join(map(str, rows[1:]))}))


if __name__ == "__main__":
    main()
