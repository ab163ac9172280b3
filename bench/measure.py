"""Runs a workload in a process of its own and reports what it says about itself plus its peak memory."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent
EXTENSION = os.environ.get("MERGANSER_EXTENSION", str(ROOT / "build/release/merganser.duckdb_extension"))


#: duckrun wants other versions of the engines than the tests.
PYTHON_OF = {"duckrun": str(ROOT / ".deps/venv-bench/bin/python")}


def run_workload(script: str, *arguments: object) -> dict:
    """Runs bench/workloads/<script>.py; it prints one JSON object as its last line. Adds `peak_mb`."""
    python = PYTHON_OF.get(str(arguments[0]), sys.executable)
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen([python, str(HERE / "workloads" / f"{script}.py"), *map(str, arguments)],
                                   stdout=output, env={**os.environ, "MERGANSER_EXTENSION": EXTENSION, "TZ": "UTC"})
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    if process.returncode != 0:
        raise RuntimeError(f"{script} {' '.join(map(str, arguments))} failed with {process.returncode}:\n{text}")
    result = json.loads(text.strip().splitlines()[-1])
    result["peak_mb"] = round(usage.ru_maxrss / 1024, 1)
    return result


def median(values: list) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def in_turn(engines: list, runs: int, measure) -> dict:
    """Calls measure(engine) for each engine in turn, `runs` times over, so that a drifting machine hits all alike.

    Returns engine -> list of results.
    """
    results = {engine: [] for engine in engines}
    for _ in range(runs):
        for engine in engines:
            results[engine].append(measure(engine))
    return results


def medians(results: dict) -> dict:
    """engine -> {figure: median}."""
    return {engine: {figure: round(median([run[figure] for run in runs]), 4) for figure in runs[0]}
            for engine, runs in results.items()}
