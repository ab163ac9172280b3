"""Tables that Merganser writes, read by delta-rs, Polars and DuckDB's delta extension: equal rows and schema."""

import json
import os
import subprocess
from pathlib import Path

import pyarrow as pa
import pytest

import arrow_rows
from engines import READERS, Merganser, delta_tables
from gallery import GALLERY, named
from known_weaknesses import WEAKNESSES, commits_of, find_weaknesses, needed_features

ROOT = Path(__file__).resolve().parents[2]
SUITE_SECONDS_MAX = 240
MANY_COMMITS_VERSIONS = [0, 1, 9, 10, 11, 20, 24]

Gallery = tuple[Path, dict[str, pa.Table], dict[str, str]]
Suite = dict[str, tuple[Path, pa.Table]]


def failure_of(engine: str, table: Path, expected: pa.Table, version: int | None = None) -> str | None:
    """What is wrong with the engine's answer; None when it is ours."""
    try:
        actual = READERS[engine](table, version)
    except Exception as error:  # what it throws is the finding
        return f"{type(error).__name__}: {str(error)[:300]}"
    found = arrow_rows.differences(expected, actual)
    return "; ".join(found) if found else None


def check(engine: str, name: str, table: Path, expected: pa.Table) -> str | None:
    """A line for the report, or None when all is as it should be or as it is known to be."""
    failure = failure_of(engine, table, expected)
    weaknesses = find_weaknesses(engine, name, needed_features(table))
    if failure and not weaknesses:
        return f"{name}: {failure}"
    if weaknesses and not failure:
        return f"{name}: {engine} reads it right; known_weaknesses.py says: {weaknesses[0].reason}"
    return None


@pytest.fixture(scope="module")
def gallery(extension: Path, tmp_path_factory: pytest.TempPathFactory) -> Gallery:
    """The schema's folder, our rows of each table, and the error where one could not be made or read."""
    root = tmp_path_factory.mktemp("gallery")
    tables, errors = {}, {}
    for name in GALLERY:
        writer = Merganser(extension)
        writer.attach(root)
        try:
            writer.run(named(name), GALLERY[name])
            tables[name] = Merganser(extension).read(root / "main" / name)
        except Exception as error:  # reported by the table's own tests
            errors[name] = f"{type(error).__name__}: {error}"
    return root / "main", tables, errors


@pytest.mark.parametrize("name", GALLERY)
def test_we_read_what_we_wrote(gallery: Gallery, name: str, extension: Path) -> None:
    folder, tables, errors = gallery
    assert name not in errors, errors[name]
    reader = Merganser(extension)
    reader.attach(folder.parent)
    arrow_rows.assert_same(tables[name], reader.fetch(f'FROM lake.main."{name}"'), "through ATTACH and read_delta")


@pytest.mark.parametrize("engine", READERS)
@pytest.mark.parametrize("name", GALLERY)
def test_gallery(gallery: Gallery, name: str, engine: str) -> None:
    folder, tables, errors = gallery
    assert name not in errors, errors[name]
    assert (problem := check(engine, name, folder / name, tables[name])) is None, problem


@pytest.mark.parametrize("engine", READERS)
def test_past_versions(gallery: Gallery, engine: str, extension: Path) -> None:
    folder, _, errors = gallery
    assert "many_commits" not in errors, errors["many_commits"]
    table = folder / "many_commits"
    for version in MANY_COMMITS_VERSIONS:
        expected = Merganser(extension).read(table, version)
        assert expected.num_rows == version + 1
        assert failure_of(engine, table, expected, version) is None


def test_values_of_all_types(gallery: Gallery) -> None:
    """The oracle has an oracle: what we compare with is what was written."""
    _, tables, errors = gallery
    assert not errors.get("all_types"), errors["all_types"]
    table = tables["all_types"]
    names = [arrow_rows.delta_type(field.type) for field in table.schema]
    assert names == ["boolean", "byte", "short", "integer", "long", "float", "double", "decimal(4,2)", "decimal(18,3)",
                     "decimal(38,6)", "string", "binary", "date", "timestamp", "timestamp_ntz"]
    row = table.to_pylist()[0]
    assert (row["byte_column"], row["short_column"], row["long_column"]) == (1, -300, 5000000000)
    assert str(row["decimal38_column"]) == "12345678901234567890123456.789012"
    assert row["binary_column"] == b"\x00\xffabc"
    assert row["ntz_column"].isoformat() == "2024-02-29T12:34:56.789012"


def is_ours(table: Path) -> bool:
    """We wrote every commit: scenarios also play foreign writers, with logs that nobody else can read."""
    for commit in commits_of(table):
        actions = [json.loads(line) for line in commit.read_text().splitlines()]
        infos = [action["commitInfo"] for action in actions if "commitInfo" in action]
        if not any(info.get("engineInfo", "").startswith("Merganser/") for info in infos):
            return False
    return True


@pytest.fixture(scope="module")
def suite(extension: Path, sqllogic_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Suite:
    """Every table that the SQL suite writes and leaves behind, by its path below the kept folder, with our rows."""
    root = tmp_path_factory.mktemp("suite")
    done = subprocess.run(
        [str(sqllogic_binary), "--jobs", str(os.cpu_count() or 1), "--keep", str(root), "test/sql"], cwd=ROOT,
        capture_output=True, text=True, timeout=SUITE_SECONDS_MAX)
    # A failing test is the business of `make sql`; its tables are read all the same.
    assert done.returncode in (0, 1), done.stdout + done.stderr
    reader = Merganser(extension)
    found, unreadable = {}, []
    for table in filter(is_ours, delta_tables(root)):
        name = table.relative_to(root).as_posix()
        try:
            found[name] = (table, reader.read(table))
        except Exception as error:  # all of them are listed
            unreadable.append(f"{name}: {error}")
    assert found, "the SQL suite has left no table behind:\n" + done.stdout + done.stderr
    assert not unreadable, "we cannot read what we wrote:\n" + "\n".join(unreadable)
    return found


@pytest.mark.parametrize("engine", READERS)
def test_tables_of_the_sql_suite(suite: Suite, engine: str) -> None:
    problems = [check(engine, name, table, expected) for name, (table, expected) in suite.items()]
    found = [problem for problem in problems if problem]
    assert not found, f"{len(found)} of {len(suite)} tables:\n" + "\n".join(found)


def test_weaknesses_name_tables_that_exist(suite: Suite, gallery: Gallery) -> None:
    tables = {name: table for name, (table, _) in suite.items()} | {name: gallery[0] / name for name in gallery[1]}
    features = {name: needed_features(table) for name, table in tables.items()}
    for weakness in WEAKNESSES:
        assert weakness.engine in READERS and weakness.reason
        assert any(weakness in find_weaknesses(weakness.engine, name, features[name]) for name in tables), weakness
