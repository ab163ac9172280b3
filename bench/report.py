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
    width = {peer: max(16, len(peer)) for peer in peers}
    lines = [f"| {'':<24} |" + "".join(f" {peer:>{width[peer]}} |" for peer in peers),
             f"|{'-' * 26}|" + "".join(f"{'-' * (width[peer] + 1)}:|" for peer in peers)]
    for name in names:
        cells = (f" {cell(figures[peer].get(name)):>{width[peer]}} |" for peer in peers)
        lines.append(f"| {name:<24} |" + "".join(cells))
    return "\n".join(lines) + "\n"
