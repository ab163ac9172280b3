"""Benchmarks, each with its peers in the same run, in turn.   run.py [NAME …] [--small] [--runs N]

Results: bench/results/<name>.json, and as a table <name>.md. A figure counts only on a quiet machine; the ratio
within one run is what holds. --small runs everything on little data, to see that it works.
"""

import argparse
import importlib.metadata
import json
import os
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "workloads"))
from merge_chain import OPERATIONS
from measure import ROOT, in_turn, medians, run_workload

RESULTS = ROOT / "bench" / "results"
SCRATCH = ROOT / "build" / "bench"


def snapshot_prune(small: bool, runs: int) -> dict:
    folder = SCRATCH / "snapshot" / "t"
    run_workload("make_snapshot_table", folder, 20_000 if small else 1_000_000, 20)
    engines = ["merganser", "delta_extension", "delta_rs"]
    return medians(in_turn(engines, runs, lambda engine: run_workload("snapshot_prune", engine, folder)))


def tpch_source(small: bool) -> pathlib.Path:
    lake = SCRATCH / ("tpch_small" if small else "tpch_sf1")
    if not (lake / "lineitem.source.parquet").exists():
        shutil.rmtree(lake, ignore_errors=True)
        run_workload("tpch", "make", lake, 0.01 if small else 1)
    return lake


def tpch(small: bool, runs: int) -> dict:
    lake = tpch_source(small)
    return medians(in_turn(["merganser", "read_parquet", "delta_extension"], runs,
                           lambda engine: run_workload("tpch", engine, lake)))


def ctas(small: bool, runs: int) -> dict:
    source = tpch_source(small) / "lineitem.source.parquet"
    folder = SCRATCH / "ctas"
    return medians(in_turn(["merganser", "duckdb_copy", "delta_rs", "duckrun"], runs,
                           lambda engine: run_workload("ctas", engine, folder, source)))


def small_inserts(small: bool, runs: int) -> dict:
    folder = SCRATCH / "inserts"
    results = in_turn(["merganser", "delta_rs"], 1, lambda engine: run_workload(
        "small_inserts", engine, folder, 30 if small else 1000, 5000))
    if not small:
        results["merganser_5000"] = [run_workload("small_inserts", "merganser", folder, 5000, 5000)]
    return medians(results)


def merge_chain(small: bool, runs: int) -> dict:
    source, folder = tpch_source(small) / "lineitem.source.parquet", SCRATCH / "merge_chain"
    figures = {}
    for operation in OPERATIONS:
        results = in_turn(["duckdb", "merganser", "merganser_dv", "delta_rs"], runs,
                          lambda engine: run_workload("merge_chain", engine, operation, folder, source))
        rows = {(run.pop("rows"), run.pop("checksum")) for taken in results.values() for run in taken}
        if len(rows) != 1:
            raise RuntimeError(f"merge_chain {operation}: the engines' rows differ: {rows}")
        for engine, taken in medians(results).items():
            figures.setdefault(engine, {}).update({f"{operation}_s": taken["seconds"],
                                                   f"{operation}_mb": taken["peak_mb"]})
    return figures


BENCHMARKS = {"merge_chain": merge_chain,
              "snapshot_prune": snapshot_prune, "tpch": tpch, "ctas": ctas, "small_inserts": small_inserts}


def table_of(figures: dict) -> str:
    """Markdown: one row a figure, one column a peer. Ends of names say the unit: _s seconds, _mb MiB."""
    peers = list(figures)
    lines = [f"| {'':<24} |" + "".join(f" {peer:>16} |" for peer in peers),
             f"|{'-' * 26}|" + f"{'-' * 17}:|" * len(peers)]
    for figure in figures[peers[0]]:
        lines.append(f"| {figure:<24} |" + "".join(f" {figures[peer][figure]:>16.3f} |" for peer in peers))
    return "\n".join(lines) + "\n"


def versions() -> dict:
    names = ["duckdb", "deltalake", "duckdb-extension-delta"]
    return {**{name: importlib.metadata.version(name) for name in names}, "duckrun": "0.5.6 (deltalake 1.5.0)"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []])
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    SCRATCH.mkdir(parents=True, exist_ok=True)
    for name in arguments.names or BENCHMARKS:
        figures = BENCHMARKS[name](arguments.small, arguments.runs)
        print(f"\n{name}, median of {arguments.runs} runs\n{table_of(figures)}", flush=True)
        if not arguments.small:
            report = {"benchmark": name, "cores": os.cpu_count(), "runs": arguments.runs, "versions": versions(),
                      "median": figures}
            (RESULTS / f"{name}.json").write_text(json.dumps(report, indent=2) + "\n")
            (RESULTS / f"{name}.md").write_text(table_of(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
