"""An independent reader of what a Parquet file says about its pages: Thrift's compact protocol, just enough of it."""

import struct
from collections import Counter

import pyarrow as pa

DATA_PAGE, DICTIONARY_PAGE, DATA_PAGE_V2 = 0, 2, 3
PLAIN, PLAIN_DICTIONARY, RLE_DICTIONARY = 0, 2, 8


class Compact:
    """Reads one Thrift structure as {field id: value}."""

    def __init__(self, data: bytes, position: int) -> None:
        self.data = data
        self.position = position

    def varint(self) -> int:
        value = shift = 0
        while True:
            byte = self.data[self.position]
            self.position += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def number(self) -> int:
        value = self.varint()
        return (value >> 1) ^ -(value & 1)

    def value(self, kind: int) -> object:
        if kind in (1, 2):
            return kind == 1
        if kind == 3:
            self.position += 1
            return struct.unpack_from("b", self.data, self.position - 1)[0]
        if kind in (4, 5, 6):
            return self.number()
        if kind == 7:
            self.position += 8
            return struct.unpack_from("<d", self.data, self.position - 8)[0]
        if kind == 8:
            size = self.varint()
            self.position += size
            return self.data[self.position - size:self.position]
        if kind in (9, 10):
            return self.elements()
        assert kind == 12, kind
        return self.structure()

    def elements(self) -> list:
        head = self.data[self.position]
        self.position += 1
        count = head >> 4 if head >> 4 != 15 else self.varint()
        if head & 15 in (1, 2):
            self.position += count
            return [byte == 1 for byte in self.data[self.position - count:self.position]]
        return [self.value(head & 15) for _ in range(count)]

    def structure(self) -> dict:
        fields = {}
        field = 0
        while True:
            head = self.data[self.position]
            self.position += 1
            if head == 0:
                return fields
            field = field + (head >> 4) if head >> 4 else self.number()
            fields[field] = self.value(head & 15)


def read_footer(data: bytes) -> dict:
    assert data[:4] == data[-4:] == b"PAR1"
    size = struct.unpack_from("<I", data, len(data) - 8)[0]
    reader = Compact(data, len(data) - 8 - size)
    footer = reader.structure()
    assert reader.position == len(data) - 8
    return footer


def count_pages(data: bytes, column: dict) -> Counter:
    """(page type, encoding) -> pages, from the page headers of a column chunk."""
    position = column.get(11, column[9])
    end = position + column[7]
    pages = Counter()
    while position < end:
        reader = Compact(data, position)
        header = reader.structure()
        # The field of each kind's own header, and that of the encoding in it.
        field, encoding = {DICTIONARY_PAGE: (7, 2), DATA_PAGE: (5, 2), DATA_PAGE_V2: (8, 4)}[header[1]]
        pages[header[1], header[field][encoding]] += 1
        position = reader.position + header[3]
    assert position == end
    return pages


def comparable(table: pa.Table, column: str = "real") -> pa.Table:
    """With the column as text: for Arrow no NaN equals another."""
    place = table.schema.get_field_index(column)
    return table.set_column(place, column, table[column].cast(pa.string()))


def stated_pages(column: dict) -> Counter:
    """The same from the column chunk's encoding_stats."""
    return Counter({(entry[1], entry[2]): entry[3] for entry in column[13]})
