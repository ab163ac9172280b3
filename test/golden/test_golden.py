"""Every published Delta table gives its published rows, or the refusal that test/golden/README.md names.

Rows come out of read_delta() in DuckDB's Python package. Expected rows are the table's own `expected/` Parquet files,
read by pyarrow; where a table has none, delta-kernel reads it too (DuckDB's `delta` extension), and the number of rows
is written down in the catalogue.
"""

import os
import re
from pathlib import Path

import duckdb
import duckdb_extension_delta
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from canonical_rows import Rows
from golden_tables import CATALOGUE, CHECKOUT, GoldenTable, published, read_catalogue, unpack
from special_tables import SPECIAL

EXTENSION = Path(os.environ.get("MERGANSER_EXTENSION", CHECKOUT / "build" / "release" / "merganser.duckdb_extension"))
TABLES = read_catalogue()
#: Of one table; the newest.
VERSIONS_MAX = 30


@pytest.fixture(scope="session")
def merganser() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    connection.execute(f"LOAD '{EXTENSION}'")
    # A session far from UTC: no stored timestamp may depend on it.
    connection.execute("SET TimeZone = 'America/Los_Angeles'")
    return connection


@pytest.fixture
def kernel() -> duckdb.DuckDBPyConnection:
    """One for each test: an error inside the extension leaves its instance unusable."""
    connection = duckdb.connect()
    found = next(Path(duckdb_extension_delta.__file__).parent.rglob("*.duckdb_extension"))
    connection.execute(f"LOAD '{found}'")
    return connection


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("golden")


def table_folder(table: GoldenTable, unpacked: Path) -> Path:
    """The folder that holds `_delta_log`."""
    folder = unpack(table.archive, unpacked)
    inner = table.name.removeprefix(table.archive).strip("/")
    folder = folder / inner if inner else folder
    return folder / "delta" if not (folder / "_delta_log").exists() and (folder / "delta").exists() else folder


def read(connection: duckdb.DuckDBPyConnection, function: str, folder: Path, version: int | None = None) -> Rows:
    argument = "" if version is None else f", version => {version}"
    return Rows(connection.execute(f"FROM {function}('{folder}'{argument})").to_arrow_table())


def expected_rows(table: GoldenTable, unpacked: Path) -> Rows:
    files = sorted((unpack(table.archive, unpacked) / "expected").rglob("*.parquet"))
    assert files, f"{table.name} has no expected rows"
    # Dates outside of what nanoseconds can say are stored as INT96 in some of them.
    return Rows(pa.concat_tables([pq.ParquetFile(file, coerce_int96_timestamp_unit="us").read() for file in files]))


def has_versions(table: GoldenTable) -> bool:
    return table.outcome == "rows" or table.outcome.endswith("delta-kernel reads them")


def versions_of(folder: Path) -> list[int]:
    commits = (folder / "_delta_log").glob("*.json")
    return sorted(int(file.stem) for file in commits if re.fullmatch(r"\d{20}", file.stem))


def test_every_published_table_is_in_the_catalogue() -> None:
    listed = {table.archive for table in TABLES}
    assert published() - listed == set(), f"not in {CATALOGUE}"
    assert listed - published() == set(), f"in {CATALOGUE}, but not published"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_newest_version(table: GoldenTable, merganser, kernel, unpacked: Path) -> None:
    folder = table_folder(table, unpacked)
    if table.outcome.startswith("refused: "):
        with pytest.raises(duckdb.Error) as refusal:
            read(merganser, "read_delta", folder)
        assert not isinstance(refusal.value, duckdb.InternalException)
        assert table.outcome.removeprefix("refused: ") in str(refusal.value)
        return
    if table.outcome == "special":
        SPECIAL[table.name](merganser, folder, lambda: expected_rows(table, unpacked))
        return
    rows = read(merganser, "read_delta", folder)
    if table.outcome in ("rows", "rows, unlike delta-kernel"):
        assert rows.difference(expected_rows(table, unpacked)) == ""
        return
    counted = re.fullmatch(r"(\d+) rows(, as delta-kernel reads them)?", table.outcome)
    assert counted, f"{table.name}: the catalogue's outcome '{table.outcome}' is not understood"
    assert rows.rows.total() == int(counted.group(1))
    if counted.group(2):
        assert rows.difference(read(kernel, "delta_scan", folder)) == ""


@pytest.mark.parametrize("table", [t for t in TABLES if has_versions(t)], ids=lambda table: table.name)
def test_every_version(table: GoldenTable, merganser, kernel, unpacked: Path) -> None:
    """Time travel: each version that delta-kernel can read has the same rows here."""
    folder = table_folder(table, unpacked)
    compared = 0
    for version in versions_of(folder)[-VERSIONS_MAX:]:
        try:
            theirs = read(kernel, "delta_scan", folder, version)
        except duckdb.Error:
            # Its log was cleaned up, or its files are gone.
            with pytest.raises(duckdb.Error):
                read(merganser, "read_delta", folder, version)
            continue
        assert read(merganser, "read_delta", folder, version).difference(theirs) == "", f"version {version}"
        compared += 1
    assert compared > 0


def test_catalogue_names_every_special_table() -> None:
    assert {table.name for table in TABLES if table.outcome == "special"} == set(SPECIAL)
