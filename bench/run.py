"""Benchmarks, each with its peers in the same run, in turn.   run.py [NAME …] [--small] [--runs N]
                                                            run.py merge_chain [--scale N] [--operations A,B]
                                                            run.py little_memory [--scale N]

Results: bench/results/<name>.json, and as tables <name>.md; <name>_sf10 for scale 10. A figure counts only on a quiet
machine; the ratio within one run is what holds. --small runs everything on little data, to see that it works, and
writes no results. --scale is TPC-H's scale factor; from 10 on, the operations that have bars there run unless others
are named. A peer that fails or takes too long has a word in place of its figure. What must not be, such as rows that
differ between engines, is said at the end, and the exit code is 1.
"""

import argparse
import importlib.metadata
import json
import os
import pathlib
import shutil
import sys

import chain
from compare import compare, in_turn, medians
from measure import ROOT, SCRATCH, Limits, run_workload
from report import Report, table_of

RESULTS = ROOT / "bench" / "results"


def compared(name: str, engines: list, options, folder: pathlib.Path, figures: tuple) -> Report:
    """The workload `name` of every engine on the folder, in turn; all must give the same answer."""
    taken, problems = compare(engines, options.runs, lambda engine: run_workload(name, engine, folder), figures)
    return Report(taken, problems=[f"{name}: {problem}" for problem in problems])


def snapshot_table(options) -> pathlib.Path:
    """The log of a table with very many files."""
    folder = SCRATCH / "snapshot" / "t"
    run_workload("make_snapshot_table", folder, 20_000 if options.small else 1_000_000, 20)
    return folder


def snapshot_prune(options) -> Report:
    folder = snapshot_table(options)
    engines = ["merganser", "delta_extension", "delta_rs"]
    return Report(medians(in_turn(engines, options.runs,
                                  lambda engine: run_workload("snapshot_prune", engine, folder))))


def scale_of(options) -> float:
    return 0.01 if options.small else options.scale


def tpch_source(options) -> pathlib.Path:
    """A lake of the eight tables, with lineitem as Parquet beside them; on much data that Parquet alone, in pieces."""
    scale = scale_of(options)
    lake = SCRATCH / ("tpch_small" if options.small else f"tpch_sf{options.scale}")
    if not list(lake.glob("lineitem.source*.parquet")):
        shutil.rmtree(lake, ignore_errors=True)
        made = lake.with_name(f"{lake.name}_unfinished")
        shutil.rmtree(made, ignore_errors=True)
        run_workload("tpch", "make" if scale <= 1 else "make_lineitem", made, scale)
        made.rename(lake)
    return lake


def tpch(options) -> Report:
    lake = tpch_source(options)
    return Report(medians(in_turn(["merganser", "read_parquet", "delta_extension"], options.runs,
                                  lambda engine: run_workload("tpch", engine, lake))))


def ctas(options) -> Report:
    source = tpch_source(options) / "lineitem.source.parquet"
    folder = SCRATCH / "ctas"
    return Report(medians(in_turn(["merganser", "duckdb_copy", "delta_rs", "duckrun"], options.runs,
                                  lambda engine: run_workload("ctas", engine, folder, source))))


def small_inserts(options) -> Report:
    folder = SCRATCH / "inserts"
    results = in_turn(["merganser", "delta_rs"], 1, lambda engine: run_workload(
        "small_inserts", engine, folder, 30 if options.small else 1000, 5000))
    if not options.small:
        results["merganser_5000"] = [run_workload("small_inserts", "merganser", folder, 5000, 5000)]
    return Report(medians(results))


def merge_chain(options) -> Report:
    source = tpch_source(options) / "lineitem.source*.parquet"
    operations = options.operations or chain.operations_of(options.scale)
    return chain.merge_chain(SCRATCH / "merge_chain", str(source), operations, scale_of(options), options.runs)


def little_memory(options) -> Report:
    source = tpch_source(options) / "lineitem.source*.parquet"
    return chain.little_memory(SCRATCH / "little_memory", str(source), scale_of(options), options.runs)


def deletion_vectors(options) -> Report:
    lake = SCRATCH / "deletion_vectors"
    run_workload("deletion_vectors", "make", lake, tpch_source(options) / "lineitem.source.parquet")
    figures, problems = {}, []
    for percent in (0, 1, 10, 50):
        taken, wrong = compare(["merganser", "merganser_rewritten", "delta_extension", "delta_rs"], options.runs,
                               lambda engine: run_workload("deletion_vectors", engine, lake, percent),
                               ("first_s", "again_s", "peak_mb"))
        problems += [f"deletion_vectors {percent} %: {problem}" for problem in wrong]
        for engine, mine in taken.items():
            figures.setdefault(engine, {}).update({f"{percent}_percent_first_s": mine["first_s"],
                                                   f"{percent}_percent_again_s": mine["again_s"],
                                                   f"{percent}_percent_mb": mine["peak_mb"]})
    shutil.rmtree(lake, ignore_errors=True)
    return Report(figures, problems=problems)


def optimize(options) -> Report:
    lake = SCRATCH / "optimize"
    files = 20 if options.small else 1000
    run_workload("optimize", "make", lake, tpch_source(options) / "lineitem.source.parquet", files)
    figures, problems = {}, []
    for kind, engines, more in (("compact", ["merganser", "duckdb_copy", "delta_rs"], ()),
                                ("cluster", ["merganser", "delta_rs"],
                                 ("unclustered_percent", "date_percent", "part_percent"))):
        names = ("seconds", "peak_mb", *more)
        taken, wrong = compare([f"{kind}_{engine}" for engine in engines], options.runs,
                               lambda engine: run_workload("optimize", engine, lake), names)
        problems += [f"optimize: {problem}" for problem in wrong]
        for engine, mine in taken.items():
            own = figures.setdefault(engine.partition("_")[2], {})
            own.update({f"{kind}_{name}": figure for name, figure in mine.items()})
    shutil.rmtree(lake, ignore_errors=True)
    return Report(figures, problems=problems)


def concurrent_appends(options) -> Report:
    folder = SCRATCH / "concurrent"
    appends, mixed = (5, 10) if options.small else (50, 200)
    commits = {"merganser": appends, "delta_rs": appends, "delta_rs_100": appends, "merganser_mixed": mixed,
               "merganser_mixed_dv": mixed}
    figures, problems = compare(list(commits), options.runs, lambda engine: run_workload(
        "concurrent_appends", engine, folder, 8, commits[engine], limits=Limits(seconds=900)),
        ("per_second", "commits", "failures", "peak_mb"), "as written")
    shutil.rmtree(folder, ignore_errors=True)
    return Report(figures, problems=[f"concurrent_appends: {problem}" for problem in problems])


def vacuum_dry_run(options) -> Report:
    files = 2_000 if options.small else 200_000
    folder = SCRATCH / f"vacuum_{files}"
    run_workload("vacuum_dry_run", "make", folder, files)
    return compared("vacuum_dry_run", ["merganser", "delta_rs"], options, folder, ("first_s", "again_s", "peak_mb"))


def checkpoint(options) -> Report:
    return compared("checkpoint", ["merganser", "delta_rs"], options, snapshot_table(options),
                    ("open_s", "checkpoint_s", "peak_mb", "again_s", "peak_again_mb"))


def alter_columns(options) -> Report:
    folder = SCRATCH / "alter_columns"
    run_workload("alter_columns", "make", folder, tpch_source(options) / "lineitem.source.parquet")
    report = compared("alter_columns", ["merganser", "delta_rs"], options, folder, ("rename_s", "drop_s", "peak_mb"))
    shutil.rmtree(folder, ignore_errors=True)
    return report


BENCHMARKS = {"merge_chain": merge_chain, "snapshot_prune": snapshot_prune, "tpch": tpch, "ctas": ctas,
              "small_inserts": small_inserts, "deletion_vectors": deletion_vectors,
              "concurrent_appends": concurrent_appends, "little_memory": little_memory, "optimize": optimize,
              "vacuum_dry_run": vacuum_dry_run, "checkpoint": checkpoint, "alter_columns": alter_columns}
#: The others know one size besides --small.
SCALED = ["merge_chain", "little_memory"]


def versions() -> dict:
    names = ["duckdb", "deltalake", "duckdb-extension-delta"]
    return {**{name: importlib.metadata.version(name) for name in names}, "duckrun": "0.5.6 (deltalake 1.5.0)"}


def write_results(name: str, report: Report, options) -> None:
    scale = {"scale": options.scale} if name in SCALED else {}
    content = {"benchmark": name, **scale, "cores": os.cpu_count(), "runs": options.runs, "versions": versions(),
               "median": report.figures}
    RESULTS.mkdir(exist_ok=True)
    stem = name if options.scale == 1 else f"{name}_sf{options.scale}"
    (RESULTS / f"{stem}.json").write_text(json.dumps(content, indent=2) + "\n")
    (RESULTS / f"{stem}.md").write_text(markdown(report))


def markdown(report: Report) -> str:
    return table_of(report.figures) + (f"\n{report.more}" if report.more else "")


def parse_arguments() -> argparse.Namespace:
    def operation_list(text: str) -> list:
        names = text.split(",")
        unknown = [name for name in names if name not in chain.OPERATIONS]
        if unknown:
            raise argparse.ArgumentTypeError(f"no operation {unknown[0]}: {', '.join(chain.OPERATIONS)}")
        return names

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []])
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--runs", type=int, help="3, or 1 with --small")
    parser.add_argument("--scale", type=int, default=1)
    parser.add_argument("--operations", type=operation_list, help="of merge_chain, separated by commas")
    options = parser.parse_args()
    options.runs = options.runs or (1 if options.small else 3)
    options.names = options.names or (list(BENCHMARKS) if options.scale == 1 else SCALED)
    if options.scale != 1 and (options.small or not set(options.names) <= set(SCALED)):
        parser.error(f"--scale is for {', '.join(SCALED)}, and not with --small")
    return options


def main() -> int:
    options = parse_arguments()
    SCRATCH.mkdir(parents=True, exist_ok=True)
    problems = []
    for name in options.names:
        report = BENCHMARKS[name](options)
        print(f"\n{name}, median of {options.runs} runs\n{markdown(report)}", flush=True)
        problems += report.problems
        if not options.small:
            write_results(name, report, options)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
