"""A full disk, no permission, a cancelled statement: nothing is left behind."""

import os
import resource
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import duckdb
import pytest

from damaged_cases import ALL_ROWS, AT_COMMIT, Cases, check, skip
from damaged_lake import DamagedLake

NOBODY = 65534
CASES = Cases()


# --- the machine ----------------------------------------------------------------------------------------------------


@CASES.add
def file_size_limit_while_writing(lake: DamagedLake) -> None:
    lake.make_hurt()
    before = lake.files()
    connection = lake.connect()
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, resource.RLIM_INFINITY))
    lake.expect(connection, duckdb.IOException, "INSERT INTO lake.main.hurt SELECT i, md5(i::VARCHAR) "
                "FROM range(100000) r(i)")
    lake.expect(connection, duckdb.IOException, "CREATE TABLE lake.main.other AS SELECT i, md5(i::VARCHAR) AS m "
                "FROM range(100000) r(i)")
    assert lake.files() == before
    assert not (lake.folder / "main" / "other").exists()
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    connection.execute("INSERT INTO lake.main.hurt VALUES (30, 'again')")
    lake.expect_rows([*ALL_ROWS, 30])


def mount_small_disk(folder: Path) -> None:
    command = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        skip("there is no mount command")
    if done.returncode != 0:
        skip(f"mounting a small file system is not permitted: {done.stderr.strip()}")


@CASES.add
def disk_full(lake: DamagedLake) -> None:
    """At every size of what is left: the row is there, or the table is as it was. Data file and commit both fail."""
    disk = lake.folder.parent / "disk"
    disk.mkdir()
    mount_small_disk(disk)
    try:
        small = DamagedLake(lake.extension, disk / "lake")
        small.make_hurt()
        outcomes = set()
        for pages in range(12):
            filler = disk / "filler"
            free = os.statvfs(disk).f_bavail - pages
            filler.write_bytes(b"\0" * (free * os.statvfs(disk).f_bsize))
            before, rows = small.files(), count_hurt(small)
            connection = small.connect()
            try:
                connection.execute("INSERT INTO lake.main.hurt VALUES (100, 'more')")
                outcomes.add("written")
                rows += 1
            except duckdb.Error as error:
                outcomes.add(type(error).__name__)
                assert "hurt" in str(error), error
                assert small.files() == before, f"{pages} pages: {set(small.files()) ^ set(before)}"
            assert connection.execute("SELECT 1").fetchall() == [(1,)]
            connection.close()
            filler.unlink()
            assert count_hurt(small) == rows, pages
        # What fails in the commit itself reaches the user as a TransactionException.
        known = {"written", "IOException", "TransactionException"}
        assert {"written", "IOException"} <= outcomes <= known, outcomes
        small.expect_refused(duckdb.IOException, "INSERT INTO lake.main.hurt SELECT i, md5(i::VARCHAR) "
                             "FROM range(100000) r(i)")
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


def count_hurt(lake: DamagedLake) -> int:
    connection = lake.connect()
    count = connection.execute("SELECT count(name) FROM lake.main.hurt").fetchall()[0][0]
    connection.close()
    return count


def become_nobody() -> None:
    """Root may write everywhere; everyone else is stopped by the folders' modes."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def public_lake(lake: DamagedLake) -> DamagedLake:
    """In a folder that other users can reach, with a table that they can read."""
    folder = Path(tempfile.mkdtemp(prefix="merganser-permission-"))
    folder.chmod(0o755)
    public = DamagedLake(lake.extension, folder / "lake")
    public.make_hurt()
    for path in public.folder.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    public.folder.chmod(0o555)
    return public


@CASES.add
def no_permission_to_write(lake: DamagedLake) -> None:
    public = public_lake(lake)
    connection = public.connect()
    become_nobody()
    before = public.files()
    for sql in ("INSERT INTO lake.main.hurt VALUES (100, 'x')",
                "CREATE OR REPLACE TABLE lake.main.hurt AS SELECT 1 AS i",
                "CREATE TABLE lake.main.other (i INTEGER)", "CREATE TABLE lake.main.other AS SELECT 1 AS i",
                "CREATE SCHEMA lake.other", "DROP TABLE lake.main.hurt", "COMMENT ON TABLE lake.main.hurt IS 'x'"):
        public.expect(connection, (duckdb.PermissionException, *AT_COMMIT), sql, "permission denied", "lake")
    assert public.files() == before
    public.check_good(connection, writable=False)
    assert connection.execute("SELECT count(*) FROM lake.main.hurt").fetchall() == [(6,)]


@CASES.add
def no_permission_to_read_the_log(lake: DamagedLake) -> None:
    public = public_lake(lake)
    public.commit(1).chmod(0)
    connection = public.connect()
    become_nobody()
    public.expect(connection, (duckdb.PermissionException, duckdb.IOException), "FROM lake.main.hurt",
                  public.commit(1).name, "permission denied")
    public.check_good(connection, writable=False)


@CASES.add
def no_permission_to_read_a_data_file(lake: DamagedLake) -> None:
    public = public_lake(lake)
    file = public.data_file(1)
    file.chmod(0)
    connection = public.connect()
    become_nobody()
    public.expect(connection, (duckdb.PermissionException, duckdb.IOException), "SELECT max(name || id) "
                  "FROM lake.main.hurt", "hurt", file.name, "permission denied")
    public.check_good(connection, writable=False)


@CASES.add
def no_permission_to_list_a_table(lake: DamagedLake) -> None:
    public = public_lake(lake)
    public.log.chmod(0)
    connection = public.connect()
    become_nobody()
    public.expect(connection, (duckdb.PermissionException, duckdb.IOException), "FROM lake.main.hurt", "hurt",
                  "permission denied")
    public.check_good(connection, writable=False)


@CASES.add
def cancelled_while_writing(lake: DamagedLake) -> None:
    lake.make_hurt()
    before = lake.files()
    connection = lake.connect()
    timer = threading.Timer(0.5, connection.interrupt)
    timer.start()
    begin = time.monotonic()
    lake.expect(connection, duckdb.InterruptException, "INSERT INTO lake.main.hurt SELECT i, md5(i::VARCHAR) "
                "FROM range(200000000) r(i)")
    assert time.monotonic() - begin < 20
    assert lake.files() == before
    lake.check_good(connection)


# --- the tests ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_hostile_machine(name: str, tmp_path: Path, extension: Path) -> None:
    check(__file__, name, extension, tmp_path / "lake")


if __name__ == "__main__":
    CASES.run_as_program()
