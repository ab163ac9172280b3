"""A table gets other names while other processes insert into it: what was committed is there, what failed is not."""

import subprocess
import sys
from pathlib import Path

from lakes import open_lake

WRITERS = 3
ROWS = 25
RENAMES = 30
NAMES = ["t", "u"]
# Prints the keys that were committed; a name that is gone, or went in the middle of the statement, is an error to try
# again after.
WRITER = """
import duckdb, sys
extension, lake, writer, rows = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
con = duckdb.connect(config={"allow_unsigned_extensions": "true", "threads": "1"})
con.execute(f"LOAD '{extension}'")
con.execute(f"ATTACH '{lake}' AS lake (TYPE merganser)")
con.execute("SET enable_progress_bar = false")  # It is printed where a statement waits for seconds.
for key in range(writer * 1000, writer * 1000 + rows):
    for attempt in range(2000):
        try:
            con.execute(f"INSERT INTO lake.{'tu'[attempt % 2]} VALUES ({key})")
            print(key)
            break
        except (duckdb.CatalogException, duckdb.TransactionException, duckdb.IOException):
            continue
    else:
        sys.exit(f"{key} was never inserted")
"""


def test_no_row_is_lost(extension: Path, tmp_path: Path) -> None:
    connection = open_lake(extension, tmp_path / "lake")
    connection.execute("CREATE TABLE lake.t (k INTEGER)")
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(extension), f"{tmp_path}/lake", str(n), str(ROWS)],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for n in range(WRITERS)]
    renames = 0
    while renames < RENAMES or any(writer.poll() is None for writer in writers):
        old, new = NAMES[renames % 2], NAMES[(renames + 1) % 2]
        # A writer whose table went may still have the empty folder of its data file there.
        try:
            connection.execute(f"ALTER TABLE lake.{old} RENAME TO {new}")
            renames += 1
        except Exception as error:
            assert "there is a folder" in str(error), error
    outputs = [writer.communicate() for writer in writers]
    assert all(writer.returncode == 0 for writer in writers), "\n".join(error for _, error in outputs)
    committed = sorted(int(key) for output, _ in outputs for key in output.split())
    table = NAMES[renames % 2]
    assert [key for (key,) in connection.execute(f"SELECT k FROM lake.{table} ORDER BY k").fetchall()] == committed
    assert len(committed) == WRITERS * ROWS
    assert not (tmp_path / "lake" / "main" / NAMES[(renames + 1) % 2] / "_delta_log").exists()
