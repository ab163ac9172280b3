"""What a benchmark found, as tables in Markdown."""

import dataclasses


@dataclasses.dataclass
class Report:
    """`figures`: peer -> figure -> a number, or one word where there is none. `more` is Markdown below the table.

    `problems` are what must not be, one line each: the run goes on, and ends with an error.
    """

    figures: dict
    more: str = ""
    problems: list = dataclasses.field(default_factory=list)


def cell(value) -> str:
    """A number with three decimals, a word as it is, a dash for nothing."""
    if value is None:
        return "-"
    return value if isinstance(value, str) else f"{value:.3f}"


def table_of(figures: dict) -> str:
    """Markdown: one row a figure, one column a peer. Ends of names say the unit: _s seconds, _mb MiB."""
    peers = list(figures)
    names = list(dict.fromkeys(name for peer in peers for name in figures[peer]))
    lines = [f"| {'':<24} |" + "".join(f" {peer:>16} |" for peer in peers),
             f"|{'-' * 26}|" + f"{'-' * 17}:|" * len(peers)]
    for name in names:
        lines.append(f"| {name:<24} |" + "".join(f" {cell(figures[peer].get(name)):>16} |" for peer in peers))
    return "\n".join(lines) + "\n"
