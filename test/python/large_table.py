"""A table that takes long enough to write anew for others to come in between."""

import threading
import time
from pathlib import Path

from lakes import open_lake


class LargeTable:
    """With a connection that optimizes it and a rival."""

    FILES = 8

    @staticmethod
    def make(extension: Path, folder: Path) -> None:
        connection = open_lake(extension, folder)
        connection.execute("CREATE TABLE lake.t (id BIGINT, a VARCHAR, b DOUBLE)")
        for n in range(LargeTable.FILES):
            connection.execute(f"INSERT INTO lake.t SELECT {n} * 400000 + range, md5(range::VARCHAR), random() "
                               "FROM range(400000)")
        connection.close()

    def __init__(self, extension: Path, folder: Path) -> None:
        self.folder = folder
        self.connection, self.rival = open_lake(extension, folder), open_lake(extension, folder)

    def begin(self, statement: str, after_version: int | None = None) -> threading.Thread:
        """Returns when the first new file is being written, at once or after the statement has made a version."""
        self.error: Exception | None = None
        self.result: list[tuple] | None = None
        before = set(self.data_files())

        def call() -> None:
            try:
                self.result = self.connection.execute(statement).fetchall()
            except Exception as error:  # noqa: BLE001
                self.error = error

        thread = threading.Thread(target=call)
        thread.start()
        if after_version is not None:
            commit = self.folder / "main" / "t" / "_delta_log" / f"{after_version:020}.json"
            while not commit.exists() and thread.is_alive():
                time.sleep(0.001)
            before = set(self.all_files())
        while set(self.all_files()) <= before and thread.is_alive():
            time.sleep(0.001)
        return thread

    def all_files(self) -> list[Path]:
        return [path for path in (self.folder / "main" / "t").iterdir() if path.is_file()]

    def data_files(self) -> list[Path]:
        return [path for path in self.all_files() if path.suffix == ".parquet"]

    def operations(self) -> list[str]:
        rows = self.rival.execute("SELECT operation FROM merganser_history('lake.t') ORDER BY version").fetchall()
        return [row[0] for row in rows][1 + self.FILES:]

    def count(self) -> int:
        return self.rival.execute("SELECT count(*) FROM lake.t").fetchone()[0]
