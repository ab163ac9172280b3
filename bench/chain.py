"""Drives the merge chain: each operation by every peer in turn, on a copy of the table that the peer seeded once."""

import os
import pathlib
import shutil
import sys

from measure import Limits, WorkloadFailed, in_turn_while_well, median, run_workload
from merge_bars import BARS, CHAIN, OURS, bars_table
from report import Report

sys.path.insert(0, str(pathlib.Path(__file__).parent / "workloads"))
from merge_operations import OPERATIONS

ENGINES = ["duckdb", "merganser", "merganser_dv", "delta_rs", "duckrun"]


def operations_of(scale: float) -> list:
    """What runs when nobody chooses: everything, and on much data only what has a bar there."""
    return [name for name in OPERATIONS if scale < 10 or name in BARS[10].seconds]


class Chain:
    """The seeded tables of all peers. Seeding is not timed, and is done when a peer first needs it."""

    def __init__(self, folder: pathlib.Path, source: str, limits: Limits):
        self.folder, self.source, self.limits = folder, source, limits
        self.failed = {}

    def run(self, engine: str, what: str, table: pathlib.Path) -> dict:
        return run_workload("merge_chain", engine, what, table, self.source, limits=self.limits, watched=(table,))

    def seeded(self, engine: str, part: str) -> pathlib.Path:
        table = self.folder / "seed" / engine / part
        if table in self.failed:
            raise self.failed[table]
        if not table.exists():
            table.parent.mkdir(parents=True, exist_ok=True)
            try:
                self.run(engine, part, table)
            except WorkloadFailed as failure:
                self.failed[table] = failure
                raise
        return table

    def measure(self, engine: str, operation: str) -> dict:
        table = self.folder / "copy" / engine
        shutil.rmtree(table, ignore_errors=True)
        shutil.copytree(self.seeded(engine, OPERATIONS[operation].part), table)
        # What the copy left to be written must not be written while the operation is timed.
        os.sync()
        try:
            return self.run(engine, operation, table)
        finally:
            shutil.rmtree(table, ignore_errors=True)


def differing(results: dict) -> dict:
    """engine -> its rows and checksums, of engines that do not have what the first one has, each time."""
    rows = {engine: {(run["rows"], run["checksum"]) for run in taken} for engine, taken in results.items()}
    expected = next(iter(rows.values()), set())
    return {engine: found for engine, found in rows.items() if found != expected or len(found) != 1}


def run_operation(chain: Chain, operation: str, runs: int, figures: dict) -> list:
    """Adds the operation's figures, or one word for a peer that failed. Returns what must not be, one line each."""
    results, failures = in_turn_while_well(ENGINES, runs, lambda engine: chain.measure(engine, operation))
    problems = [f"{engine} {reason}" for engine, reason in failures.items() if engine in OURS]
    for engine, found in differing(results).items():
        problems.append(f"{engine} has other rows: {found}")
        failures[engine] = "differs"
    for engine in ENGINES:
        well = engine not in failures
        figures[engine][f"{operation}_s"] = (round(median([run["seconds"] for run in results[engine]]), 4) if well
                                             else failures[engine])
        figures[engine][f"{operation}_mb"] = median([run["peak_mb"] for run in results[engine]]) if well else None
    return [f"merge_chain {operation}: {problem}" for problem in problems]


def add_whole_chain(figures: dict, operations: list) -> None:
    """The sum of the seconds and the highest of the peaks. Who failed in an operation has no whole chain."""
    for mine in figures.values():
        seconds = [mine[f"{operation}_s"] for operation in operations]
        words = [value for value in seconds if isinstance(value, str)]
        mine[f"{CHAIN}_s"] = words[0] if words else round(sum(seconds), 4)
        mine[f"{CHAIN}_mb"] = None if words else max(mine[f"{operation}_mb"] for operation in operations)


def merge_chain(folder: pathlib.Path, source: str, operations: list, scale: float, runs: int) -> Report:
    shutil.rmtree(folder, ignore_errors=True)
    chain = Chain(folder, source, Limits(seconds=600 if scale < 10 else 1800, disk_gb=20 if scale < 10 else 30))
    figures, problems = {engine: {} for engine in ENGINES}, []
    for operation in operations:
        problems += run_operation(chain, operation, runs, figures)
        print(f"merge_chain {operation}: " + ", ".join(f"{engine} {figures[engine][f'{operation}_s']}"
                                                       for engine in ENGINES), flush=True)
    add_whole_chain(figures, operations)
    shutil.rmtree(folder, ignore_errors=True)
    return Report(figures, bars_table(figures, operations, scale), problems)
