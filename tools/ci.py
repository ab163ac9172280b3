#!/usr/bin/env python3
"""Runs every step of `make test` and ends with one line per step: its time and its runner's own closing line.

After tidy and the release build two lanes of steps run side by side: the suites on the release build, which mostly
use one core, and the builds with sanitizers and what runs on them. All steps run even when one failed, except those of
a lane whose build failed. A step's output is printed when it ends, and is in build/ci/<step>.log while it runs. A step
that hangs is ended when its time is over. Exits with 1 when any step failed.
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
    stops: bool = False  # later steps of the lane make no sense when this one fails


FIRST = [
    Step("tidy", ["tidy"], 5),
    Step("build", ["build"], 25, stops=True),
]
RELEASE = [
    Step("unit", ["unit"], 15),
    Step("sql", ["sql"], 10),
    Step("configs", ["configs"], 25),
    Step("shell", ["shell"], 10),
    Step("golden", ["golden"], 20),
    Step("python", ["python"], 20),
    Step("budget", ["budget"], 5),
    Step("sim", ["sim"], 10),
    Step("crash", ["crash"], 15),
    Step("interop", ["interop"], 30),
]
SANITIZED = [
    Step("build-debug", ["build", "PRESET=debug"], 60, stops=True),
    Step("unit-debug", ["unit", "PRESET=debug"], 25),
    Step("fuzz-debug", ["fuzz", "PRESET=debug"], 15),
    Step("sim-debug", ["sim", "PRESET=debug"], 15),
    Step("sql-debug", ["sql", "PRESET=debug"], 25),
    Step("unit-tsan", ["unit", "PRESET=tsan"], 25),
    # Its clients take turns, so that more seeds show no other races.
    Step("sim-tsan", ["sim", "PRESET=tsan", "SIM_SEEDS=15", "GTEST_FILTER=-RowAnomaly.*"], 15),
]

# What test runners say last: pytest, ctest, GoogleTest, sqllogic and tidy, a suite that is missing.
CLOSING = re.compile(
    r"^=+ .*(passed|failed|error).* =+$|tests passed, \d+ tests failed|^\[  (PASSED|FAILED)  \]"
    r"|^sqllogic: |^tidy: |is not there yet$")


@dataclass
class Result:
    step: Step
    code: int
    seconds: float
    closing: str

    def line(self) -> str:
        word = "ok  " if self.code == 0 else "FAIL"
        return f"{word} {self.step.name:<12} {self.seconds:6.1f} s  {self.closing}"


def closing_of(log: str) -> str:
    return next((line.strip() for line in reversed(log.splitlines()) if CLOSING.search(line)), "")


def run(step: Step) -> Result:
    begin = time.monotonic()
    path = LOGS / f"{step.name}.log"
    with open(path, "w") as log:
        process = subprocess.Popen(["make", "--no-print-directory", *step.make], cwd=ROOT, stdin=subprocess.DEVNULL,
                                   stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            code = process.wait(step.minutes_max * 60)
            ended = None
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            code = process.wait() or 1
            ended = f"ended after {step.minutes_max} minutes"
    return Result(step, code, time.monotonic() - begin, ended or closing_of(path.read_text(errors="replace")))


class Lane:
    """Steps that run one after the other."""

    printing = threading.Lock()

    def __init__(self, steps: list[Step]):
        self.steps = steps
        self.results: list[Result] = []

    def run(self) -> None:
        for step in self.steps:
            with Lane.printing:
                print(f"===== {step.name} begins: make {' '.join(step.make)}", flush=True)
            result = run(step)
            self.results.append(result)
            with Lane.printing:
                print(f"\n===== {step.name}, its output:")
                print((LOGS / f"{step.name}.log").read_text(errors="replace"))
                print(f"===== {result.line()}\n", flush=True)
            if result.code != 0 and step.stops:
                return

    def left_out(self) -> list[str]:
        return [step.name for step in self.steps[len(self.results):]]


def main() -> int:
    LOGS.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    first = Lane(FIRST)
    lanes = [first, Lane(RELEASE), Lane(SANITIZED)]
    first.run()
    if not first.left_out() and first.results[-1].code == 0:
        threads = [threading.Thread(target=lane.run) for lane in lanes[1:]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    results = [result for lane in lanes for result in lane.results]
    not_run = [name for lane in lanes for name in lane.left_out()]
    failed = bool(not_run) or any(result.code != 0 for result in results)
    print(f"\n===== summary, {(time.monotonic() - begin) / 60:.1f} minutes")
    for result in results:
        print(result.line())
    if not_run:
        print(f"not run: {', '.join(not_run)}")
    print("CI: FAILED" if failed else "CI: all steps passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
