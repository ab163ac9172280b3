"""How much faster than duckrun each operation of the merge chain is to be, and how much smaller its memory."""

import dataclasses

OURS = {"merganser": "copy-on-write", "merganser_dv": "deletion vectors"}
PEER = "duckrun"
CHAIN = "whole_chain"


@dataclasses.dataclass(frozen=True)
class Bars:
    """`seconds`: operation -> duckrun's seconds / ours, for each of OURS; `memory`: our MiB / duckrun's."""

    seconds: dict
    memory: float


BARS = {
    1: Bars({"upsert_1": (2.5, 6), "insert_only_5": (1.3, 1.3), "update_only_5": (2.5, 4), "idempotent_5": (5, 5),
             "cdc_1": (2, 4), "full_sync": (1.5, 2), "expression_5": (2.5, 4), "append_5": (1.3, 1.3),
             "overwrite_5": (1.3, 1.3), CHAIN: (2.5, 4)}, 0.6),
    10: Bars({"upsert_1": (5, 15), "update_only_5": (4, 9), "append_5": (1.3, 1.3)}, 0.5),
}


def is_number(value) -> bool:
    return isinstance(value, (int, float))


def quotient(above, below):
    """One figure over another, or the word that stands for it where one of them is none."""
    return next((value for value in (above, below) if not is_number(value)), None) or above / below


def chain_quotient(figures: dict, engine: str, operations: list):
    """duckrun's seconds over ours, and over how many operations: those that both got done."""
    done = [operation for operation in operations
            if all(is_number(figures[peer][f"{operation}_s"]) for peer in (engine, PEER))]
    theirs, ours = (sum(figures[peer][f"{operation}_s"] for operation in done) for peer in (PEER, engine))
    return (theirs / ours if done else "-"), len(done)


def verdict(value, met) -> list[str]:
    """The cells for a ratio and for whether it meets its bar."""
    return [f"{value:.3f}", "yes" if met(value) else "no"] if is_number(value) else [value, "-"]


def memory_cells(figures: dict, figure: str, bar: float) -> list[str]:
    cells = []
    for engine in OURS:
        ratio = quotient(figures[engine][figure], figures[PEER][figure])
        cells += [*verdict(ratio, lambda value: value <= bar), f"{bar:g}"]
    return cells


def row_of(figures: dict, operation: str, bars: Bars) -> list[str]:
    cells = [operation]
    for engine, bar in zip(OURS, bars.seconds[operation]):
        ratio = quotient(figures[PEER][f"{operation}_s"], figures[engine][f"{operation}_s"])
        cells += [*verdict(ratio, lambda value: value >= bar), f"{bar:g}"]
    return cells + memory_cells(figures, f"{operation}_mb", bars.memory)


def row_of_chain(figures: dict, operations: list, bars: Bars) -> list[str]:
    cells, counts = [], []
    for engine, bar in zip(OURS, bars.seconds[CHAIN]):
        ratio, done = chain_quotient(figures, engine, operations)
        cells += [*verdict(ratio, lambda value: value >= bar), f"{bar:g}"]
        counts.append(done)
    left_out = f" ({min(counts)} of {len(operations)} operations)" if min(counts) < len(operations) else ""
    return [CHAIN + left_out, *cells, *memory_cells(figures, f"{CHAIN}_mb", bars.memory)]


def bars_table(figures: dict, operations: list, scale: float) -> str:
    """Markdown: for each operation that has a bar, our ratios to duckrun, whether they meet it, and the bar.

    The chain has its bar when all operations ran that have one.
    """
    bars = BARS[10 if scale >= 10 else 1]
    titles = [f"times as fast, {name}" for name in OURS.values()] + [f"its memory, {name}" for name in OURS.values()]
    header = ["against duckrun"] + [cell for title in titles for cell in (title, "met", "bar")]
    rows = [row_of(figures, operation, bars) for operation in operations if operation in bars.seconds]
    if CHAIN in bars.seconds and set(bars.seconds) <= {*operations, CHAIN}:
        rows.append(row_of_chain(figures, operations, bars))
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
