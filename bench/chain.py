"""Drives the merge chain: each operation by every peer in turn, on a copy of the table that the peer seeded once."""

import os
import pathlib
import shutil
import sys

from compare import compare
from measure import Limits, WorkloadFailed, run_workload
from merge_bars import BARS, CHAIN, bars_table
from report import Report

sys.path.insert(0, str(pathlib.Path(__file__).parent / "workloads"))
from merge_operations import OPERATIONS

ENGINES = ["duckdb", "merganser", "merganser_dv", "delta_rs", "duckrun"]


def operations_of(scale: float) -> list:
    """What runs when nobody chooses: everything, and on much data only what has a bar there."""
    return [name for name in OPERATIONS if scale < 10 or name in BARS[10].seconds]


def copy_to_disk(source: pathlib.Path, target: pathlib.Path) -> None:
    """Copies a folder. What it leaves to be written must not be written while the operation is timed."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    for path in target.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())


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
        copy_to_disk(self.seeded(engine, OPERATIONS[operation].part), table)
        try:
            return self.run(engine, operation, table)
        finally:
            shutil.rmtree(table, ignore_errors=True)


def add_whole_chain(figures: dict, operations: list) -> None:
    """The sum of the seconds and the highest of the peaks. Who failed in an operation has no whole chain."""
    for mine in figures.values():
        seconds = [mine[f"{operation}_s"] for operation in operations]
        word = next((value for value in seconds if isinstance(value, str)), None)
        mine[f"{CHAIN}_s"] = word or round(sum(seconds), 4)
        mine[f"{CHAIN}_mb"] = word or max(mine[f"{operation}_mb"] for operation in operations)


def limits_of(scale: float) -> Limits:
    if scale < 1:
        return Limits(seconds=120, disk_gb=5)
    return Limits(seconds=600, disk_gb=20) if scale < 10 else Limits(seconds=1800, disk_gb=30)


def little_memory(folder: pathlib.Path, source: str, scale: float, runs: int) -> Report:
    """Ours alone, with half the memory: an update of 5 % of the rows."""
    shutil.rmtree(folder, ignore_errors=True)
    chain = Chain(folder, source, limits_of(scale))
    figures, problems = compare(["merganser_2gb", "merganser_dv_2gb"], runs,
                                lambda engine: chain.measure(engine, "update_only_5"), ("seconds", "peak_mb"))
    shutil.rmtree(folder, ignore_errors=True)
    return Report(figures, problems=[f"little_memory: {problem}" for problem in problems])


def merge_chain(folder: pathlib.Path, source: str, operations: list, scale: float, runs: int) -> Report:
    shutil.rmtree(folder, ignore_errors=True)
    chain = Chain(folder, source, limits_of(scale))
    figures, problems = {engine: {} for engine in ENGINES}, []
    for operation in operations:
        taken, wrong = compare(ENGINES, runs, lambda engine: chain.measure(engine, operation), ("seconds", "peak_mb"))
        problems += [f"merge_chain {operation}: {problem}" for problem in wrong]
        for engine, mine in taken.items():
            figures[engine].update({f"{operation}_s": mine["seconds"], f"{operation}_mb": mine["peak_mb"]})
        print(f"merge_chain {operation}: {taken}", flush=True)
    if set(operations) == set(OPERATIONS):
        add_whole_chain(figures, operations)
    shutil.rmtree(folder, ignore_errors=True)
    return Report(figures, bars_table(figures, operations, scale), problems)
