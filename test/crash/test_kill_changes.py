"""kill -9 in the middle of UPDATE, MERGE, transactions over them, OPTIMIZE: each has happened whole or not at all."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import deltalake
import duckdb

from lakes import open_lake

WRITER = Path(__file__).with_name("change_writer.py")
OPTIMIZER = Path(__file__).with_name("optimizer.py")
NAMES = ["ann", "ben"]
# Many checkpoints of several files: kills hit between parts, and between sidecars and the file that names them, too.
TABLES = {"copied": "'delta.enableDeletionVectors' = 'false', 'delta.checkpointInterval' = '2',"
                    " 'merganser.checkpointPartSize' = '1'",
          "vectors": "'delta.enableDeletionVectors' = 'true', 'delta.checkpointInterval' = '2',"
                     " 'delta.checkpointPolicy' = 'v2'"}
KILLS = int(os.environ.get("MERGANSER_CRASH_KILLS", "200"))
SEED = int(os.environ.get("MERGANSER_CRASH_SEED", "11"))
OTHERS = 20_000


def create(connection: duckdb.DuckDBPyConnection) -> None:
    for table, properties in TABLES.items():
        connection.execute(f"""
            CREATE TABLE lake.{table} WITH ({properties}) AS
            SELECT 'other' AS writer, i AS half, 0 AS number, 0 AS v FROM range({OTHERS}) r(i)
            UNION ALL SELECT unnest({NAMES}), half, 0, 0 FROM range(2) r(half)""")


def expected_numbers(ledger: Path, table: str) -> set[int]:
    """The numbers that a writer's rows may have: of the last statement that is done, or of one that was cut off."""
    done, open_number = 0, None
    for line in ledger.read_text().splitlines() if ledger.exists() else []:
        kind, name, number = line.split()
        if name != table:
            continue
        if kind == "before":
            open_number = int(number)
        else:
            done, open_number = (int(number) if kind == "after" else done), None
    return {done} | ({open_number} if open_number is not None else set())


def settle(ledger: Path, table: str, number: int) -> None:
    """What the kill left open is decided: the next round begins from it."""
    with ledger.open("a") as file:
        file.write(f"after {table} {number}\n")


def check(connection: duckdb.DuckDBPyConnection, root: Path) -> None:
    for table in TABLES:
        others = connection.execute(f"SELECT count(*), sum(half) FROM lake.{table} WHERE writer = 'other'").fetchone()
        assert others == (OTHERS, OTHERS * (OTHERS - 1) // 2), table
        for name in NAMES:
            rows = connection.execute(
                f"SELECT half, number, v FROM lake.{table} WHERE writer = '{name}' ORDER BY half").fetchall()
            assert [row[0] for row in rows] == [0, 1], (table, name, rows)
            assert rows[0][1] == rows[1][1] and rows[0][2] + rows[1][2] == 0, (table, name, rows)
            ledger = root / f"{name}.ledger"
            assert rows[0][1] in expected_numbers(ledger, table), (table, name, rows, ledger.read_text()[-300:])
            settle(ledger, table, rows[0][1])


def kill_at_random(processes: list[subprocess.Popen], choice: random.Random) -> None:
    for process in processes:
        assert process.stdout.readline() == "ready\n", process.stderr.read()
    moments = sorted((choice.uniform(0, 0.12), process.args[-2], process) for process in processes)
    begin = time.monotonic()
    for moment, _, process in moments:
        time.sleep(max(0.0, begin + moment - time.monotonic()))
        assert process.poll() is None, process.stderr.read()
        process.kill()
        process.communicate()


def start(extension: Path, root: Path, choice: random.Random) -> list[subprocess.Popen]:
    commands = [[WRITER, extension, root / "lake", root / f"{name}.ledger", name] for name in NAMES]
    commands.append([OPTIMIZER, extension, root / "lake", "optimizer"])
    return [subprocess.Popen([sys.executable, *map(str, command), str(choice.randrange(2**31))],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for command in commands]


def test_changes_are_whole(extension: Path, tmp_path: Path) -> None:
    choice = random.Random(SEED)
    connection = open_lake(extension, tmp_path / "lake")
    create(connection)
    for _ in range(KILLS // len(NAMES)):
        kill_at_random(start(extension, tmp_path, choice), choice)
        check(connection, tmp_path)
    commits = connection.execute("""SELECT count(*) FILTER (operation <> 'OPTIMIZE'),
        count(*) FILTER (operation = 'OPTIMIZE') FROM merganser_history('lake.copied')""").fetchone()
    assert commits[0] > KILLS // 10, "the writers were killed before they did anything"
    assert commits[1] > KILLS // 20, "the optimizer was killed before it did anything"
    for table in TABLES:
        assert connection.execute(f"FROM merganser_check('lake.{table}')").fetchall() == []
    assert any((tmp_path / "lake/main/vectors/_delta_log/_sidecars").iterdir()), "no checkpoint had sidecars"
    # An independent reader agrees on what is there.
    opened = deltalake.DeltaTable(str(tmp_path / "lake/main/copied"))
    rows = deltalake.QueryBuilder().register("t", opened).execute("SELECT count(*) AS n, sum(v) AS s FROM t").read_all()
    assert (rows["n"][0].as_py(), rows["s"][0].as_py()) == (OTHERS + 2 * len(NAMES), 0)
