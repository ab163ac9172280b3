"""Rows of two engines side by side: Arrow tables in, a list of differences out.

Column names, types as Delta names them and rows are compared; the order of rows, the nullability of columns and the
physical flavour of an Arrow type (string_view, large_list …) are not.
"""

from collections import Counter

import duckdb
import pyarrow as pa

# Beyond this many values Python objects are too slow; DuckDB compares, to which -0.0 and 0.0 are the same.
VALUES_IN_PYTHON_MAX = 400_000
DIFFERENCES_SHOWN_MAX = 3

_NAMES = {
    pa.bool_(): "boolean", pa.int8(): "byte", pa.int16(): "short", pa.int32(): "integer", pa.int64(): "long",
    pa.float32(): "float", pa.float64(): "double", pa.date32(): "date", pa.null(): "void",
    pa.timestamp("us"): "timestamp_ntz",
}


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def _is_bytes(kind: pa.DataType) -> bool:
    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind)


def _is_list(kind: pa.DataType) -> bool:
    return pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_list_view(kind)


def delta_type(kind: pa.DataType) -> str:
    """The Delta name of an Arrow type; the Arrow name where Delta has none, so that it cannot be equal by chance."""
    if kind in _NAMES:
        return _NAMES[kind]
    if _is_text(kind):
        return "string"
    if _is_bytes(kind):
        return "binary"
    if pa.types.is_dictionary(kind):
        return delta_type(kind.value_type)
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    if pa.types.is_timestamp(kind) and kind.unit == "us":
        return "timestamp"
    if _is_list(kind):
        return f"array<{delta_type(kind.value_type)}>"
    if pa.types.is_map(kind):
        return f"map<{delta_type(kind.key_type)},{delta_type(kind.item_type)}>"
    if pa.types.is_struct(kind):
        return "struct<" + ",".join(f"{field.name}:{delta_type(field.type)}" for field in kind) + ">"
    return str(kind)


def plain_type(kind: pa.DataType) -> pa.DataType:
    """What a type is cast to before rows become Python objects: times as numbers, as Python's own are too narrow."""
    if _is_text(kind):
        return pa.string()
    if _is_bytes(kind):
        return pa.binary()
    if pa.types.is_dictionary(kind):
        return plain_type(kind.value_type)
    if pa.types.is_decimal(kind):
        return pa.decimal128(kind.precision, kind.scale)
    if pa.types.is_timestamp(kind):
        return pa.int64()
    if pa.types.is_date32(kind):
        return pa.int32()
    if _is_list(kind):
        return pa.list_(plain_type(kind.value_type))
    if pa.types.is_map(kind):
        return pa.map_(plain_type(kind.key_type), plain_type(kind.item_type))
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(field.name, plain_type(field.type)) for field in kind])
    return kind


def _cast(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if pa.types.is_nested(column.type) or column.type != kind:
        return column.cast(kind)
    return column


def _key(value: object) -> str:
    """Tells -0.0 from 0.0, and makes every NaN one."""
    return repr(value)


def rows(table: pa.Table) -> Counter:
    """Each row as text, with how often it occurs."""
    columns = [_cast(table.column(i), plain_type(table.schema.types[i])).to_pylist() for i in range(table.num_columns)]
    return Counter(_key(row) for row in zip(*columns))


def schema_differences(expected: pa.Table, actual: pa.Table) -> list[str]:
    if expected.schema.names != actual.schema.names:
        return [f"columns {actual.schema.names}, expected {expected.schema.names}"]
    found = []
    for field, other in zip(expected.schema, actual.schema):
        if delta_type(field.type) != delta_type(other.type):
            found.append(f"column {field.name!r} is {delta_type(other.type)}, expected {delta_type(field.type)}")
    return found


def _large_differences(expected: pa.Table, actual: pa.Table) -> list[str]:
    connection = duckdb.connect()
    # Copied first: filters and comparisons that are pushed down to pyarrow take NaN for something else.
    connection.register("expected_arrow", expected)
    connection.register("actual_arrow", actual)
    connection.execute("CREATE TEMP TABLE e AS FROM expected_arrow")
    connection.execute("CREATE TEMP TABLE a AS FROM actual_arrow")
    missing = connection.execute("FROM e EXCEPT ALL FROM a LIMIT 3").fetchall()
    extra = connection.execute("FROM a EXCEPT ALL FROM e LIMIT 3").fetchall()
    return [f"missing: {row}" for row in missing] + [f"too many: {row}" for row in extra]


def differences(expected: pa.Table, actual: pa.Table) -> list[str]:
    """Empty when both hold the same rows under the same schema."""
    found = schema_differences(expected, actual)
    if found:
        return found
    if expected.num_rows != actual.num_rows:
        return [f"{actual.num_rows} rows, expected {expected.num_rows}"]
    if expected.num_rows * expected.num_columns > VALUES_IN_PYTHON_MAX:
        return _large_differences(expected, actual)
    wanted, got = rows(expected), rows(actual)
    missing, extra = wanted - got, got - wanted
    found = [f"missing: {row}" for row in list(missing)[:DIFFERENCES_SHOWN_MAX]]
    return found + [f"too many: {row}" for row in list(extra)[:DIFFERENCES_SHOWN_MAX]]


def assert_same(expected: pa.Table, actual: pa.Table, what: str) -> None:
    """Fails with the first differences."""
    found = differences(expected, actual)
    assert not found, f"{what}:\n  " + "\n  ".join(found)
