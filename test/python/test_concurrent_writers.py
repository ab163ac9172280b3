"""Eight processes change one table, each statement its own commit: all succeed, no row is lost or doubled."""

import os
from pathlib import Path

from lakes import open_lake
from processes import finish, run_script

WRITERS = 8
ROUNDS = int(os.environ.get("MERGANSER_WRITER_ROUNDS", "2"))
WRITER = """
import duckdb, sys
extension, lake, writer, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
con = duckdb.connect(config={"allow_unsigned_extensions": "true", "threads": "1"})
con.execute(f"LOAD '{extension}'")
con.execute(f"ATTACH '{lake}' AS lake (TYPE merganser)")
for n in range(rounds):
    key = writer * 1000 + n
    con.execute(f"INSERT INTO lake.t VALUES ({key}, 1), ({key + 500}, 1)")
    assert con.execute(f"UPDATE lake.t SET v = v + 1 WHERE k = {key}").fetchall() == [(1,)]
    merge = f"MERGE INTO lake.t AS t USING (SELECT {key} AS k) AS u ON t.k = u.k WHEN MATCHED THEN UPDATE SET v = v + 1"
    assert con.execute(merge).fetchall() == [(1,)]
    assert con.execute(f"DELETE FROM lake.t WHERE k = {key + 500}").fetchall() == [(1,)]
"""


def test_eight_writers(extension: Path, tmp_path: Path) -> None:
    connection = open_lake(extension, tmp_path / "lake")
    connection.execute("CREATE TABLE lake.t (k INTEGER, v INTEGER)")
    writers = [run_script(WRITER, extension, tmp_path / "lake", n, ROUNDS) for n in range(WRITERS)]
    finish(writers)
    rows = connection.execute("SELECT k, v FROM lake.t ORDER BY k").fetchall()
    assert rows == [(writer * 1000 + n, 3) for writer in range(WRITERS) for n in range(ROUNDS)]
    commits = connection.execute("SELECT count(*) FROM merganser_history('lake.t') WHERE version > 0 AND "
                                 "operation <> 'OPTIMIZE'").fetchall()
    assert commits == [(WRITERS * ROUNDS * 4,)]
