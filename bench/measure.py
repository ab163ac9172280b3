"""Runs a workload in a process of its own and reports what it says about itself plus its peak memory."""

import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
SCRATCH = ROOT / "build" / "bench"
EXTENSION = os.path.abspath(os.environ.get("MERGANSER_EXTENSION",
                                           str(ROOT / "build/release/merganser.duckdb_extension")))
#: duckrun wants other versions of the engines than the tests.
PYTHON_OF = {"duckrun": str(ROOT / ".deps/venv-bench/bin/python")}


@dataclasses.dataclass(frozen=True)
class Limits:
    """What a workload may take before it is ended: time, and disk for temporary files and the watched folder."""

    seconds: float = 3600
    disk_gb: float = 20


class WorkloadFailed(RuntimeError):
    """`reason` is one word for a table: timeout, disk, failed."""

    def __init__(self, reason: str, message: str):
        super().__init__(message)
        self.reason = reason


def disk_gb(folder: str) -> float:
    """What the files below a folder take on the disk; files that vanish meanwhile count as nothing."""
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(path, name)).st_blocks * 512
            except FileNotFoundError:
                pass
    return total / 1e9


def wait(process: subprocess.Popen, limits: Limits, folders: list):
    """Waits for the end of the process and returns its resource usage. Raises when a limit is passed."""
    deadline = time.monotonic() + limits.seconds
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return usage
        if time.monotonic() > deadline:
            raise WorkloadFailed("timeout", f"took longer than {limits.seconds} s")
        if sum(map(disk_gb, folders)) > limits.disk_gb:
            raise WorkloadFailed("disk", f"took more than {limits.disk_gb} GB of disk")
        time.sleep(0.1)


def run_in_group(command: list, temporary: str, limits: Limits, watched: list) -> tuple[str, float]:
    """Runs the command with its temporary files in a folder of their own; returns its output and peak memory in MiB.

    When it does not end well, or we do not, all processes that it started end with it.
    """
    environment = {**os.environ, "MERGANSER_EXTENSION": EXTENSION, "TZ": "UTC", "TMPDIR": temporary}
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(command, stdout=output, env=environment, cwd=temporary, start_new_session=True)
        try:
            usage = wait(process, limits, [temporary, *watched])
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        output.seek(0)
        text = output.read()
    if process.returncode != 0:
        raise WorkloadFailed("failed", f"failed with {process.returncode}:\n{text}")
    return text, usage.ru_maxrss / 1024


def run_workload(script: str, *arguments: object, limits: Limits = Limits(), watched: tuple = ()) -> dict:
    """Runs bench/workloads/<script>.py; it prints one JSON object as its last line.

    Adds `peak_mb`, the process's peak memory, unless the workload gives its own.
    """
    python = PYTHON_OF.get(str(arguments[0]), sys.executable)
    command = [python, str(HERE / "workloads" / f"{script}.py"), *map(str, arguments)]
    SCRATCH.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=SCRATCH, prefix="run_") as temporary:
        try:
            text, peak_mb = run_in_group(command, temporary, limits, list(watched))
        except WorkloadFailed as failure:
            raise WorkloadFailed(failure.reason, f"{script} {' '.join(command[2:])} {failure}") from None
    result = json.loads(text.strip().splitlines()[-1])
    result.setdefault("peak_mb", round(peak_mb, 1))
    return result
