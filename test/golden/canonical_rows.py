"""Rows of any engine in one comparable form: exact for floats (NaN, -0.0), nested values and maps, blind to order."""

import datetime
import decimal
import math
from collections import Counter

import pyarrow as pa

EPOCH = datetime.datetime(1970, 1, 1)


def canonical_type(arrow_type: pa.DataType) -> str:
    """One name for the types that Delta does not tell apart. Units and zones are how a reader shows a timestamp."""
    if pa.types.is_timestamp(arrow_type):
        return "timestamp"
    if pa.types.is_decimal(arrow_type):
        return f"decimal({arrow_type.precision},{arrow_type.scale})"
    if pa.types.is_large_string(arrow_type) or pa.types.is_string_view(arrow_type):
        return "string"
    if pa.types.is_large_binary(arrow_type) or pa.types.is_binary_view(arrow_type):
        return "binary"
    if pa.types.is_struct(arrow_type):
        return "struct<" + ",".join(f"{field.name}:{canonical_type(field.type)}" for field in arrow_type) + ">"
    if pa.types.is_map(arrow_type):
        return f"map<{canonical_type(arrow_type.key_type)},{canonical_type(arrow_type.item_type)}>"
    if pa.types.is_list(arrow_type) or pa.types.is_large_list(arrow_type):
        return f"list<{canonical_type(arrow_type.value_type)}>"
    return str(arrow_type)


def canonical_value(value: object) -> object:
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else repr(value)
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
        return (value - EPOCH) // datetime.timedelta(microseconds=1)
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, dict):
        return tuple((name, canonical_value(child)) for name, child in value.items())
    if isinstance(value, (list, tuple)):
        return tuple(canonical_value(child) for child in value)
    return value


class Rows:
    """A table's columns and its rows as a multiset."""

    def __init__(self, table: pa.Table) -> None:
        self.columns = [(field.name, canonical_type(field.type)) for field in table.schema]
        columns = [[canonical_value(value) for value in column.to_pylist()] for column in table.columns]
        self.rows = Counter(zip(*columns)) if columns else Counter()

    def difference(self, expected: "Rows") -> str:
        """Empty when equal."""
        if self.columns != expected.columns:
            return f"columns {self.columns}\nexpected {expected.columns}"
        if self.rows == expected.rows:
            return ""
        missing = list((expected.rows - self.rows).elements())
        extra = list((self.rows - expected.rows).elements())
        return f"{len(missing)} rows missing, e.g. {missing[:3]}\n{len(extra)} rows too many, e.g. {extra[:3]}"
