"""What is not there and rows that cannot be: each is refused by name and changes nothing."""

import threading
from pathlib import Path

import duckdb
import pytest

from damaged_cases import ALL_ROWS, Cases, check
from damaged_lake import DamagedLake, quoted

CASES = Cases()


# --- what is not there ----------------------------------------------------------------------------------------------


@CASES.add
def missing_folder(lake: DamagedLake) -> None:
    missing = lake.folder / "missing"
    connection = lake.open_duckdb()
    for options in (", READ_ONLY", ", create false"):
        lake.expect(connection, duckdb.CatalogException, f"ATTACH {quoted(missing)} AS other (TYPE merganser{options})",
                    str(missing), "create the folder")
    assert not missing.exists()


@CASES.add
def folder_is_a_file(lake: DamagedLake) -> None:
    file = lake.folder / "file"
    file.write_text("no folder")
    connection = lake.open_duckdb()
    for path in (file, file / "below"):
        lake.expect(connection, duckdb.Error, f"ATTACH {quoted(path)} AS other (TYPE merganser)", "file")
    assert file.read_text() == "no folder"


@CASES.add
def not_a_table(lake: DamagedLake) -> None:
    (lake.folder / "main" / "hurt").mkdir()
    (lake.hurt / "data.csv").write_text("1,2\n")
    lake.expect_unreadable(duckdb.CatalogException, table="hurt")


@CASES.add
def missing_table(lake: DamagedLake) -> None:
    lake.expect_refused(duckdb.CatalogException, "FROM lake.main.hurt", "hurt", "does not exist")
    lake.expect_refused(duckdb.CatalogException, "INSERT INTO lake.main.hurt VALUES (1)", "hurt")
    lake.expect_refused(duckdb.CatalogException, f"FROM read_delta({quoted(lake.hurt)})", str(lake.hurt))
    assert not lake.hurt.exists()


@CASES.add
def empty_delta_log(lake: DamagedLake) -> None:
    lake.log.mkdir(parents=True)
    lake.expect_unreadable(duckdb.CatalogException, table="hurt")


@CASES.add
def version_in_the_future(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.expect_refused(duckdb.CatalogException, "FROM lake.main.hurt AT (VERSION => 99)", "hurt", "99", "2")
    lake.expect_refused(duckdb.CatalogException, f"FROM read_delta({quoted(lake.hurt)}, version => 99)", "hurt", "99")


@CASES.add
def version_cleaned_up(lake: DamagedLake) -> None:
    lake.make_hurt_on_checkpoint()
    lake.expect_refused(duckdb.CatalogException, "FROM lake.main.hurt AT (VERSION => 1)", "hurt", "1", "2")
    lake.expect_rows(ALL_ROWS)


@CASES.add
def version_vacuumed(lake: DamagedLake) -> None:
    lake.make_hurt()
    old = lake.data_file(0)
    lake.make("CREATE OR REPLACE TABLE lake.main.hurt AS SELECT 5 AS id, 'new' AS name")
    old.unlink()
    lake.expect_refused(duckdb.IOException, "FROM lake.main.hurt AT (VERSION => 2)", "hurt", old.name, "2", "missing")
    lake.expect_rows([5])


@CASES.add
def timestamp_before_the_first_commit(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.expect_refused(duckdb.CatalogException, "FROM lake.main.hurt AT (TIMESTAMP => TIMESTAMP '1999-01-01')", "hurt")


@CASES.add
def data_file_missing(lake: DamagedLake) -> None:
    lake.make_hurt()
    file = lake.data_file(1)
    file.unlink()
    lake.expect_bad_data(duckdb.IOException, file.name, "missing")


# --- rows that cannot be --------------------------------------------------------------------------------------------


@CASES.add
def wrong_type(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.expect_refused(duckdb.ConversionException, "INSERT INTO lake.main.hurt VALUES ('abc', 'x')", "abc")
    lake.expect_refused(duckdb.ConversionException, "INSERT INTO lake.main.hurt SELECT CASE WHEN i < 99999 "
                        "THEN i::VARCHAR ELSE 'abc' END, 'x' FROM range(100000) r(i)", "abc")


@CASES.add
def number_out_of_range(lake: DamagedLake) -> None:
    lake.make("CREATE TABLE lake.main.hurt (d DECIMAL(38, 0), t TINYINT)")
    lake.expect_refused(duckdb.ConversionException, "INSERT INTO lake.main.hurt VALUES (1, 300)", "300")
    lake.expect_refused((duckdb.ConversionException, duckdb.OutOfRangeException),
                        "CREATE TABLE lake.main.other AS SELECT 170141183460469231731687303715884105727::HUGEINT AS h")
    assert not (lake.folder / "main" / "other").exists()


@CASES.add
def null_into_not_null(lake: DamagedLake) -> None:
    lake.make("CREATE TABLE lake.main.hurt (id INTEGER NOT NULL, part VARCHAR NOT NULL) PARTITIONED BY (part)",
              "INSERT INTO lake.main.hurt VALUES (1, 'a')")
    for sql, column in (("VALUES (NULL, 'a')", "id"), ("VALUES (1, NULL)", "part"), ("(part) VALUES ('a')", "id"),
                        ("SELECT CASE WHEN i < 99999 THEN i END, 'p' || i % 5 FROM range(100000) r(i)", "id")):
        lake.expect_refused(duckdb.ConstraintException, f"INSERT INTO lake.main.hurt {sql}", "hurt", column, "NOT NULL")


@CASES.add
def too_many_columns(lake: DamagedLake) -> None:
    lake.make_hurt()
    lake.expect_refused(duckdb.BinderException, "INSERT INTO lake.main.hurt VALUES (1, 'a', 2)", "hurt", "2 columns")
    lake.expect_refused(duckdb.BinderException, "INSERT INTO lake.main.hurt VALUES (1)", "hurt", "2 columns")
    by_name = "INSERT INTO lake.main.hurt BY NAME SELECT 1 AS id, 2 AS other"
    lake.expect_refused(duckdb.BinderException, by_name, "other")


@CASES.add
def table_exists_already(lake: DamagedLake) -> None:
    lake.make_hurt()
    for sql in ("CREATE TABLE lake.main.hurt (id INTEGER)", "CREATE TABLE lake.main.hurt AS SELECT 1 AS id"):
        lake.expect_refused(duckdb.CatalogException, sql, "hurt", "already exists")


@CASES.add
def two_writers_create_one_table(lake: DamagedLake) -> None:
    writers, tables = 4, 8
    connections = [lake.connect() for _ in range(writers)]
    outcomes: list[list[str]] = [[] for _ in range(tables)]
    for table in range(tables):
        barrier = threading.Barrier(writers)

        def create(writer: int) -> None:
            sql = f"CREATE TABLE lake.main.t{table} AS SELECT {writer} AS who FROM range(100)"
            barrier.wait()
            try:
                connections[writer].execute(sql)
                outcomes[table].append("created")
            except (duckdb.CatalogException, duckdb.TransactionException) as error:
                assert f"t{table}" in str(error), error
                outcomes[table].append("refused")
            except duckdb.Error as error:
                outcomes[table].append(repr(error))

        threads = [threading.Thread(target=create, args=[writer]) for writer in range(writers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for table in range(tables):
        assert sorted(outcomes[table]) == ["created"] + ["refused"] * (writers - 1), outcomes[table]
        rows = connections[0].execute(f"SELECT count(*), count(DISTINCT who) FROM lake.main.t{table}").fetchall()
        assert rows == [(100, 1)]
        files = sorted(path.suffix for path in (lake.folder / "main" / f"t{table}").rglob("*") if path.is_file())
        assert files == [".crc", ".json", ".parquet"], files


# --- the tests ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_bad_input(name: str, tmp_path: Path, extension: Path) -> None:
    check(__file__, name, extension, tmp_path / "lake")


if __name__ == "__main__":
    CASES.run_as_program()
