"""The operations of the merge chain, as SQL and for delta-rs."""

import dataclasses

#: A row's draw between 0 and 999, the same for every engine.
DRAW = "hash(l_orderkey * 8 + l_linenumber) % 1000"
CHANGED = "* REPLACE ((l_quantity + 1)::DECIMAL(15, 2) AS l_quantity, 'changed' AS l_comment)"
#: New keys lie far above every scale factor's.
FRESH = "* REPLACE (l_orderkey + 1000000000000 AS l_orderkey)"
ON = "t.l_orderkey = b.l_orderkey AND t.l_linenumber = b.l_linenumber"
UPDATE, INSERT = "WHEN MATCHED THEN UPDATE SET *", "WHEN NOT MATCHED THEN INSERT *"
DELETE_MISSING = "WHEN NOT MATCHED BY SOURCE THEN DELETE"
ADDED = "t.l_quantity + b.l_linenumber"
#: Which rows of lineitem a seeded table holds.
PARTS = {"full": "true", "half": "hash(l_orderkey) % 2 = 0"}
#: The batch of a change data capture has a column more than the table, so its statement names them all.
COLUMNS = ("l_orderkey", "l_partkey", "l_suppkey", "l_linenumber", "l_quantity", "l_extendedprice", "l_discount",
           "l_tax", "l_returnflag", "l_linestatus", "l_shipdate", "l_commitdate", "l_receiptdate", "l_shipinstruct",
           "l_shipmode", "l_comment")


@dataclasses.dataclass(frozen=True)
class Operation:
    """`part` is a key of PARTS; the statement's {t} is the table, {options} what a new table is created with."""

    part: str
    batch: str
    statement: str


def merge(*clauses: str) -> str:
    return f"MERGE INTO {{t}} AS t USING batch AS b ON {ON} " + " ".join(clauses)


def changed_and_fresh(changed: int, fresh: int, op: str = "") -> str:
    """One read of the seed: rows with a draw below `changed` get new values, the next `fresh` ones a new key."""
    is_changed = f"draw < {changed}"
    replaced = (f"if({is_changed}, l_orderkey, l_orderkey + 1000000000000) AS l_orderkey, "
                f"if({is_changed}, l_quantity + 1, l_quantity)::DECIMAL(15, 2) AS l_quantity, "
                f"if({is_changed}, 'changed', l_comment) AS l_comment")
    return (f"SELECT * EXCLUDE (draw) REPLACE ({replaced}) {op} FROM (SELECT *, {DRAW} AS draw FROM seed) "
            f"WHERE draw < {changed + fresh}")


def changes_with_op() -> str:
    """Updates, deletes, inserts, and deletes of rows that the table never had."""
    return changed_and_fresh(8, 2, ", CASE WHEN draw < 6 THEN 'U' WHEN draw < 8 THEN 'D' WHEN draw < 9 THEN 'I' "
                                   "ELSE 'D' END AS op")


def merge_by_op() -> str:
    assignments = ", ".join(f"{column} = b.{column}" for column in COLUMNS)
    values = ", ".join(f"b.{column}" for column in COLUMNS)
    return merge("WHEN MATCHED AND b.op = 'D' THEN DELETE", f"WHEN MATCHED THEN UPDATE SET {assignments}",
                 f"WHEN NOT MATCHED AND b.op <> 'D' THEN INSERT ({', '.join(COLUMNS)}) VALUES ({values})")


FRESH_5 = f"SELECT {FRESH} FROM seed WHERE {DRAW} < 50"
SAME_5 = f"FROM seed WHERE {DRAW} < 50"
OPERATIONS = {
    "upsert_1": Operation("full", changed_and_fresh(8, 2), merge(UPDATE, INSERT)),
    "insert_only_5": Operation("full", FRESH_5, merge(INSERT)),
    "update_only_5": Operation("full", changed_and_fresh(50, 0), merge(UPDATE)),
    "idempotent_5": Operation("full", SAME_5, merge(UPDATE, INSERT)),
    "cdc_1": Operation("half", changes_with_op(), merge_by_op()),
    "full_sync": Operation("half", f"SELECT {CHANGED} FROM seed WHERE {DRAW} < 900", merge(UPDATE, DELETE_MISSING)),
    "expression_5": Operation("half", SAME_5, merge(f"WHEN MATCHED THEN UPDATE SET l_quantity = {ADDED}")),
    "append_5": Operation("full", FRESH_5, "INSERT INTO {t} SELECT * FROM batch"),
    "overwrite_5": Operation("full", FRESH_5, "CREATE OR REPLACE TABLE {t} {options} AS SELECT * FROM batch"),
}


def merge_with_delta_rs(merger, name: str):
    """Gives delta-rs's merger the clauses of the operation's statement."""
    if name == "cdc_1":
        row = {column: f"b.{column}" for column in COLUMNS}
        return merger.when_matched_delete("b.op = 'D'").when_matched_update(row).when_not_matched_insert(
            row, "b.op <> 'D'")
    if name == "expression_5":
        return merger.when_matched_update({"l_quantity": ADDED})
    statement = OPERATIONS[name].statement
    if UPDATE in statement:
        merger = merger.when_matched_update_all()
    if INSERT in statement:
        merger = merger.when_not_matched_insert_all()
    if DELETE_MISSING in statement:
        merger = merger.when_not_matched_by_source_delete()
    return merger
