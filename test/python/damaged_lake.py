"""A lake with one table that gets hurt and one that must not notice, for damaged_cases.py."""

import json
from collections.abc import Iterable
from pathlib import Path

import duckdb

from lakes import open_duckdb, quoted

NEVER = (duckdb.InternalException, duckdb.FatalException)


class DamagedLake:
    """Schema `main` with the tables `good` and, once made, `hurt`."""

    def __init__(self, extension: Path, folder: Path):
        self.extension = extension
        self.folder = folder
        self.hurt = folder / "main" / "hurt"
        self.log = self.hurt / "_delta_log"
        connection = self.connect()
        connection.execute("CREATE TABLE lake.main.good AS SELECT i AS id FROM range(3) r(i)")
        connection.close()

    def open_duckdb(self) -> duckdb.DuckDBPyConnection:
        return open_duckdb(self.extension)

    def connect(self, options: str = "") -> duckdb.DuckDBPyConnection:
        """A DuckDB that remembers nothing of earlier ones."""
        connection = self.open_duckdb()
        connection.execute(f"ATTACH {quoted(self.folder)} AS lake (TYPE merganser{options})")
        return connection

    # --- making and hurting the table ---------------------------------------------------------------------------

    def make(self, *statements: str) -> None:
        connection = self.connect()
        for statement in statements:
            connection.execute(statement)
        connection.close()

    def make_hurt(self, properties: str = "") -> None:
        """Three versions, two rows each: 0 and 1, 10 and 11, 20 and 21."""
        self.make(f"CREATE TABLE lake.main.hurt {properties} AS SELECT i AS id, 'v0' AS name FROM range(2) r(i)",
                  "INSERT INTO lake.main.hurt SELECT i + 10, 'v1' FROM range(2) r(i)",
                  "INSERT INTO lake.main.hurt SELECT i + 20, 'v2' FROM range(2) r(i)")

    def make_hurt_on_checkpoint(self) -> Path:
        """The same, and only the checkpoint of version 2 tells of the versions before. Returns the checkpoint."""
        self.make_hurt("WITH ('delta.checkpointInterval' = '2')")
        for version in range(2):
            self.commit(version).unlink()
        return self.log / "00000000000000000002.checkpoint.parquet"

    def commit(self, version: int) -> Path:
        return self.log / f"{version:020}.json"

    def actions(self, version: int) -> list[dict]:
        return [json.loads(line) for line in self.commit(version).read_text().splitlines()]

    def write_actions(self, version: int, actions: Iterable[dict]) -> None:
        self.commit(version).write_text("".join(json.dumps(action) + "\n" for action in actions))

    def change(self, version: int, kind: str, **fields: object) -> None:
        """Overwrites fields of the actions of that kind in a commit."""
        actions = self.actions(version)
        assert any(kind in action for action in actions)
        for action in actions:
            action.get(kind, {}).update(fields)
        self.write_actions(version, actions)

    def leave_out(self, version: int, kind: str) -> None:
        self.write_actions(version, [action for action in self.actions(version) if kind not in action])

    def data_file(self, version: int) -> Path:
        return self.hurt / next(action["add"]["path"] for action in self.actions(version) if "add" in action)

    # --- what must hold ---------------------------------------------------------------------------------------------

    def files(self) -> dict[str, int]:
        """Every file and folder of the table, with its size."""
        return {path.relative_to(self.folder).as_posix(): path.stat().st_size if path.is_file() else -1
                for path in sorted(self.hurt.rglob("*"))}

    def check_good(self, connection: duckdb.DuckDBPyConnection, writable: bool = True) -> None:
        """The other table is listed, read and written as ever."""
        tables = [row[0] for row in connection.execute("SHOW TABLES FROM lake.main").fetchall()]
        assert "good" in tables, tables
        listed = connection.execute("SELECT name FROM (SHOW ALL TABLES) WHERE database = 'lake'").fetchall()
        assert ("good",) in listed, listed
        columns = connection.execute("SELECT column_name FROM duckdb_columns() WHERE table_name = 'good'").fetchall()
        assert columns == [("id",)], columns
        before = connection.execute("SELECT count(*) FROM lake.main.good").fetchall()[0][0]
        if writable:
            connection.execute("INSERT INTO lake.main.good VALUES (100)")
            before += 1
        assert connection.execute("SELECT count(*) FROM lake.main.good").fetchall() == [(before,)]

    def expect(self, connection: duckdb.DuckDBPyConnection, expected: type | tuple[type, ...], sql: str,
               *words: str) -> None:
        """The statement fails with an error of that class whose message has the words; the connection lives on."""
        try:
            connection.execute(sql).fetchall()
        except duckdb.Error as error:
            assert not isinstance(error, NEVER), f"{sql}: {error!r}"
            assert isinstance(error, expected), f"{sql}: {error!r}, expected {expected}"
            missing = [word for word in words if word.lower() not in str(error).lower()]
            assert not missing, f"{sql}: the message does not name {missing}: {error}"
        else:
            raise AssertionError(f"no error: {sql}")
        assert connection.execute("SELECT 1").fetchall() == [(1,)]

    def expect_unreadable(self, expected: type | tuple[type, ...], *words: str, table: str = "lake.main.hurt") -> None:
        """Reading and writing `hurt` fail, twice, in a fresh DuckDB; nothing is changed, and `good` is not touched."""
        before = self.files()
        connection = self.connect()
        for _ in range(2):
            self.expect(connection, expected, "FROM lake.main.hurt", table, *words)
            self.expect(connection, expected, f"FROM read_delta({quoted(self.hurt)})", str(self.hurt), *words)
            self.expect(connection, expected, "INSERT INTO lake.main.hurt SELECT 1, 'x'", table, *words)
        self.check_good(connection)
        assert self.files() == before
        connection.close()

    def expect_bad_data(self, expected: type | tuple[type, ...], *words: str) -> None:
        """As above for a table whose log is right and whose data is not."""
        before = self.files()
        connection = self.connect()
        self.expect(connection, expected, "SELECT sum(id), max(name) FROM lake.main.hurt WHERE id + 0 >= 0",
                    "lake.main.hurt", *words)
        self.expect(connection, expected, "INSERT INTO lake.main.hurt SELECT id + 1, name || 'x' FROM lake.main.hurt",
                    "lake.main.hurt", *words)
        self.check_good(connection)
        assert self.files() == before
        connection.close()

    def expect_refused(self, expected: type | tuple[type, ...], sql: str, *words: str) -> None:
        """One statement is refused, and `hurt` is as it was: no file more, none less."""
        before = self.files()
        connection = self.connect()
        self.expect(connection, expected, sql, *words)
        assert self.files() == before
        self.check_good(connection)
        connection.close()

    def expect_rows(self, ids: list[int]) -> None:
        connection = self.connect()
        assert connection.execute("SELECT id FROM lake.main.hurt ORDER BY id").fetchall() == [(i,) for i in ids]
        self.check_good(connection)
        connection.close()
