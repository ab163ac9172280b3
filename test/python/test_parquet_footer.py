"""Footers of data files say what other readers rely on: pages per encoding, NULLs, who wrote them."""

import re
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from lakes import open_lake
from parquet_pages import (DATA_PAGE, DICTIONARY_PAGE, PLAIN, PLAIN_DICTIONARY, RLE_DICTIONARY, count_pages,
                           read_footer, stated_pages)

ROWS = 30_000
SOURCE = f"""
    SELECT i AS id,
           'a text that stands in no dictionary ' || md5(i::VARCHAR) AS long_text,
           CASE WHEN i % 7 = 0 THEN NULL ELSE 'name ' || (i % 50) END AS name,
           (i % 100)::DECIMAL(18, 2) AS price,
           i % 3 = 0 AS flag,
           random() AS noise,
           CASE WHEN i % 5 = 0 THEN NULL ELSE
               {{'a': CASE WHEN i % 2 = 0 THEN i % 10 END, 'b': {{'c': 'x' || (i % 4)}}}} END AS pair,
           CASE WHEN i % 4 = 0 THEN NULL WHEN i % 4 = 1 THEN [] ELSE [i % 10, NULL] END AS list,
           MAP {{'k' || (i % 3): i}} AS map
    FROM range({ROWS}) r(i)"""


@pytest.fixture(scope="module")
def data_file(extension: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("footer")
    connection = open_lake(extension, folder, threads=1)
    connection.execute(f"CREATE TABLE lake.main.facts AS {SOURCE}")
    files = list((folder / "main" / "facts").glob("*.parquet"))
    assert len(files) == 1
    assert connection.execute("SELECT count(*), sum(id) FROM lake.main.facts").fetchone() == (
        ROWS, ROWS * (ROWS - 1) // 2)
    return files[0]


def columns_of(data: bytes) -> dict:
    """Dotted path -> ColumnMetaData of each row group."""
    columns: dict = {}
    for row_group in read_footer(data)[4]:
        for chunk in row_group[1]:
            columns.setdefault(b".".join(chunk[3][3]).decode(), []).append(chunk[3])
    return columns


def test_encoding_stats_count_the_pages(data_file: Path) -> None:
    data = data_file.read_bytes()
    columns = columns_of(data)
    for path, chunks in columns.items():
        for column in chunks:
            assert stated_pages(column) == count_pages(data, column), path
            assert len(column[2]) == len(set(column[2])), path
            assert {encoding for _, encoding in stated_pages(column)} <= set(column[2]), path
    # Columns of texts and numbers are encoded by us, under the newer name of the same.
    for path, encoding in (("name", RLE_DICTIONARY), ("price", RLE_DICTIONARY), ("pair.b.c", PLAIN_DICTIONARY)):
        assert stated_pages(columns[path][0]) == {(DICTIONARY_PAGE, PLAIN): 1, (DATA_PAGE, encoding): 1}, path
    assert (DICTIONARY_PAGE, PLAIN) not in stated_pages(columns["noise"][0])


def test_null_counts(data_file: Path) -> None:
    expected = {path: nulls for path, nulls in zip(
        ("id", "name", "pair.a", "pair.b.c"),
        duckdb.sql(f"""SELECT count(*) FILTER (id IS NULL), count(*) FILTER (name IS NULL),
                              count(*) FILTER (pair.a IS NULL), count(*) FILTER (pair.b.c IS NULL)
                       FROM ({SOURCE})""").fetchone())}
    # Levels below a list: NULL and empty lists have one entry, too.
    expected["list.list.element"] = ROWS
    metadata = pq.ParquetFile(data_file).metadata
    found: dict = {}
    for group in range(metadata.num_row_groups):
        for index in range(metadata.num_columns):
            column = metadata.row_group(group).column(index)
            assert column.is_stats_set and column.statistics.has_null_count, column.path_in_schema
            found[column.path_in_schema] = found.get(column.path_in_schema, 0) + column.statistics.null_count
    assert {path: found[path] for path in expected} == expected


def test_created_by_is_in_the_form_that_readers_parse(data_file: Path) -> None:
    created_by = pq.ParquetFile(data_file).metadata.created_by
    assert re.fullmatch(r"Merganser version \d+\.\d+\.\d+ \(build DuckDB v1\.5\.5\)", created_by)


def test_other_readers_read_the_values(data_file: Path) -> None:
    read_back = pq.read_table(data_file)
    ours = duckdb.sql("SELECT count(*), sum(id), count(name), count(pair.a), sum(len(list)) FROM read_back").fetchone()
    source = duckdb.sql(f"""SELECT count(*), sum(id), count(name), count(pair.a), sum(len(list))
                            FROM ({SOURCE})""").fetchone()
    assert ours == source


def test_row_groups_are_numbered(data_file: Path) -> None:
    row_groups = read_footer(data_file.read_bytes())[4]
    assert [row_group[7] for row_group in row_groups] == list(range(len(row_groups)))
