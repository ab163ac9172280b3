"""Cases that hurt a table and look what happens. Each runs in a process of its own, as part of what is tested is that
the process survives:

    test_….py CASE EXTENSION FOLDER
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from damaged_lake import DamagedLake

CASE_SECONDS_MAX = 90
SKIPPED = 77
ALL_ROWS = [0, 1, 10, 11, 20, 21]
# DuckDB makes a TransactionException of whatever goes wrong in a commit.
AT_COMMIT = (duckdb.IOException, duckdb.TransactionException)

Case = Callable[[DamagedLake], None]


def skip(reason: str) -> None:
    """Ends the case's process."""
    print(reason)
    sys.exit(SKIPPED)


class Cases(dict[str, Case]):
    """The cases of one file, by name."""

    def add(self, function: Case) -> Case:
        self[function.__name__] = function
        return function

    def run_as_program(self) -> None:
        self[sys.argv[1]](DamagedLake(Path(sys.argv[2]), Path(sys.argv[3])))
        print("survived")


def check(file: str, name: str, extension: Path, folder: Path) -> None:
    """The case of that file passes, and its process lives on."""
    # It imports what this process can import.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, file, name, str(extension), str(folder)], capture_output=True, text=True,
                          timeout=CASE_SECONDS_MAX, env=environment)
    if done.returncode == SKIPPED:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, f"exit {done.returncode}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
    assert done.stdout.endswith("survived\n")
