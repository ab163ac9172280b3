"""What must hold of a table's folder after a kill: read by us, and read with nothing but a JSON parser."""

import json
from pathlib import Path

from lakes import open_lake
from ledger import State


class TableCheck:
    """Opens the lake in a DuckDB of its own, so that nothing is remembered from before the kill."""

    def __init__(self, extension: Path, lake: Path):
        self.lake = lake
        self.connection = open_lake(extension, lake, threads=2)

    def close(self) -> None:
        self.connection.close()

    def tables(self) -> set[str]:
        query = "SELECT table_name FROM duckdb_tables() WHERE database_name = 'lake' AND schema_name = 'main'"
        return {row[0] for row in self.connection.execute(query).fetchall()}

    def state(self, table: str) -> State:
        """The batches in the table. Raises AssertionError for a batch that is not whole, or there twice."""
        if table not in self.tables():
            return None
        rows = self.connection.execute(f"""
            SELECT batch, min(n), max(n), count(*), count(DISTINCT k), min(k), max(k)
            FROM lake.main.{table} GROUP BY batch
        """).fetchall()
        for batch, smallest, largest, count, distinct, first, last in rows:
            whole = smallest == largest == count == distinct and first == 0 and last == count - 1
            assert whole, f"{table}: batch {batch} of {largest} rows has {count}, {distinct} of them distinct"
        return frozenset(row[0] for row in rows)

    def check_log(self, table: str) -> int:
        """Replays the commits of a live table by hand. Returns the newest version."""
        folder = self.lake / "main" / table
        commits = sorted((folder / "_delta_log").glob("[0-9]*.json"))
        versions = [int(commit.name[:20]) for commit in commits]
        assert versions == list(range(len(versions))), f"{table}: versions {versions}"
        live: dict[str, int] = {}
        transactions = set()
        for commit in commits:
            text = commit.read_text()
            assert text.endswith("\n"), f"{commit} is torn"
            for line in text.splitlines():
                action = json.loads(line)
                if "add" in action:
                    path = action["add"]["path"]
                    assert path not in live, f"{commit} adds {path} a second time"
                    live[path] = action["add"]["size"]
                elif "remove" in action:
                    assert live.pop(action["remove"]["path"], None) is not None, f"{commit} removes what is not there"
                elif "commitInfo" in action:
                    transaction = action["commitInfo"]["txnId"]
                    assert transaction not in transactions, f"{commit} commits {transaction} a second time"
                    transactions.add(transaction)
        assert len(transactions) == len(commits)
        for path, size in live.items():
            assert (folder / path).stat().st_size == size, f"{table}: {path} is not as the log says"
        return versions[-1]
