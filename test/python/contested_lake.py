"""A lake with a connection under test and a rival that commits while a statement of the other one runs."""

from collections.abc import Callable
from pathlib import Path

import duckdb

from lakes import open_lake


class ContestedLake:
    """The rival is an instance of its own, which shares nothing with the first but the folder, as another process."""

    def __init__(self, extension: Path, folder: Path) -> None:
        self.extension = extension
        self.folder = folder
        self.connection = self.connect()
        self.rival = self.connect()
        self.calls = 0

    def connect(self) -> duckdb.DuckDBPyConnection:
        return open_lake(self.extension, self.folder)

    def interfere(self, *rival_statements: str | Callable[[], None] | None, always: str | None = None) -> None:
        """Makes `lose(x)` return x; its n-th call lets the rival run the n-th statement, then `always`.

        Instead of a statement there may be a function, in which another engine writes.
        """

        def lose(value: int) -> int:
            self.calls += 1
            statement = rival_statements[self.calls - 1] if self.calls <= len(rival_statements) else always
            if callable(statement):
                statement()
            elif statement:
                self.rival.execute(statement)
            return value

        self.connection.create_function("lose", lose, [duckdb.sqltypes.INTEGER], duckdb.sqltypes.INTEGER,
                                        side_effects=True)

    def rows(self) -> list[tuple]:
        return self.rival.execute("FROM lake.t ORDER BY ALL").fetchall()

    def versions(self) -> int:
        return self.rival.execute("SELECT max(version) FROM merganser_history('lake.t')").fetchone()[0]


def lake_of_three_rows(extension: Path, folder: Path) -> ContestedLake:
    """With one table: (1, 10), (2, 20), (3, 30)."""
    lake = ContestedLake(extension, folder)
    lake.connection.execute("CREATE TABLE lake.t (id INTEGER, v INTEGER)")
    lake.connection.execute("INSERT INTO lake.t VALUES (1, 10), (2, 20), (3, 30)")
    return lake
