"""Runs what is compared in turn, and takes medians."""

import sys

from measure import WorkloadFailed


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


def in_turn_while_well(engines: list, runs: int, measure) -> tuple[dict, dict]:
    """As in_turn, but an engine that fails is left out from then on.

    Returns engine -> list of results, and engine -> why it failed, in one word.
    """
    results, failures = {engine: [] for engine in engines}, {}
    for _ in range(runs):
        for engine in [engine for engine in engines if engine not in failures]:
            try:
                results[engine].append(measure(engine))
            except WorkloadFailed as failure:
                print(failure, file=sys.stderr, flush=True)
                failures[engine] = failure.reason
    return {engine: taken for engine, taken in results.items() if engine not in failures}, failures


def differing(results: dict, expected: str | None) -> dict:
    """engine -> its answers, of engines that do not give the expected one each time; None: what the first one gave."""
    answers = {engine: [run["answer"] for run in taken] for engine, taken in results.items()}
    if expected is None:
        expected = next((given[0] for given in answers.values()), None)
    return {engine: given for engine, given in answers.items() if set(given) != {expected}}


def compare(engines: list, runs: int, measure, names: tuple, expected: str | None = None) -> tuple[dict, list]:
    """engine -> {name: median}, where all engines must give the expected `answer`, or else the first one's.

    An engine that fails has a word in place of each figure. Second comes what must not be, one line each: an answer
    that differs, and a failure of ours.
    """
    results, failures = in_turn_while_well(engines, runs, measure)
    problems = [f"{engine} {reason}" for engine, reason in failures.items() if engine.startswith("merganser")]
    for engine, given in differing(results, expected).items():
        problems.append(f"{engine} answers {given}, not {expected or 'what ' + next(iter(results)) + ' answers'}")
        failures[engine] = "differs"
    figures = medians({engine: [{name: run[name] for name in names} for run in taken]
                       for engine, taken in results.items()})
    return {engine: dict.fromkeys(names, failures[engine]) if engine in failures else figures[engine]
            for engine in engines}, problems
