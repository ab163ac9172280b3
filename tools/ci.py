#!/usr/bin/env python3
"""Runs every step of `make test` and ends with one line per step: its time and its runner's own closing line.

All steps run even when one failed, except that nothing can be tested when the build failed. Output goes to the
terminal as it comes and to build/ci/<step>.log. A step that hangs is ended when its time is over. Exits with 1 when any
step failed.
"""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "build" / "ci"


@dataclass
class Step:
    name: str
    make: list[str]
    minutes_max: int
    stops: bool = False  # later steps make no sense when this one fails


STEPS = [
    Step("tidy", ["tidy"], 2),
    Step("build", ["build"], 20, stops=True),
    Step("unit", ["unit"], 5),
    Step("sql", ["sql"], 10),
    Step("configs", ["configs"], 15),
    Step("shell", ["shell"], 5),
    Step("golden", ["golden"], 15),
    Step("python", ["python"], 10),
    Step("budget", ["budget"], 5),
    Step("sim", ["sim"], 5),
    Step("crash", ["crash"], 10),
    Step("interop", ["interop"], 20),
    Step("build-debug", ["build", "PRESET=debug"], 30),
    Step("unit-debug", ["unit", "PRESET=debug"], 15),
    Step("fuzz-debug", ["fuzz", "PRESET=debug"], 10),
    Step("sim-debug", ["sim", "PRESET=debug"], 10),
    Step("sql-debug", ["sql", "PRESET=debug"], 15),
    Step("unit-tsan", ["unit", "PRESET=tsan"], 10),
    Step("sim-tsan", ["sim", "PRESET=tsan"], 10),
]

# What test runners say last: pytest, ctest, GoogleTest, sqllogic and tidy, a suite that is missing.
CLOSING = re.compile(
    r"^=+ .*(passed|failed|error).* =+$|tests passed, \d+ tests failed|^\[  (PASSED|FAILED)  \]"
    r"|^sqllogic: |^tidy: |is not there yet$")


def run(step: Step) -> tuple[int, str]:
    """Returns the exit code and the closing line."""
    closing = ""
    with open(LOGS / f"{step.name}.log", "w") as log:
        process = subprocess.Popen(["make", "--no-print-directory", *step.make], cwd=ROOT, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                                   start_new_session=True)
        overdue = threading.Event()

        def end() -> None:
            overdue.set()
            os.killpg(process.pid, signal.SIGKILL)

        timer = threading.Timer(step.minutes_max * 60, end)
        timer.start()
        for line in process.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            log.write(line)
            if CLOSING.search(line):
                closing = line.strip()
        code = process.wait()
        timer.cancel()
    if overdue.is_set():
        return code or 1, f"ended after {step.minutes_max} minutes"
    return code, closing


def main() -> int:
    LOGS.mkdir(parents=True, exist_ok=True)
    results = []
    failed = False
    begin = time.monotonic()
    for step in STEPS:
        print(f"\n===== {step.name}: make {' '.join(step.make)}", flush=True)
        step_begin = time.monotonic()
        code, closing = run(step)
        results.append((step, code, time.monotonic() - step_begin, closing))
        failed = failed or code != 0
        if code != 0 and step.stops:
            break
    print(f"\n===== summary, {(time.monotonic() - begin) / 60:.1f} minutes")
    for step, code, seconds, closing in results:
        print(f"{'ok  ' if code == 0 else 'FAIL'} {step.name:<12} {seconds:6.1f} s  {closing}")
    if len(results) < len(STEPS):
        print(f"not run: {', '.join(step.name for step in STEPS[len(results):])}")
    print("CI: FAILED" if failed else "CI: all steps passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
