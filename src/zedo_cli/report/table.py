"""A table, and its output: terminal, CSV, Markdown, LaTeX."""

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from io import StringIO

from rich.console import Console
from rich.table import Table as RichTable

from zedo_cli.evaluation.summary import Figure

Cell = str | Figure | None

_NARROWEST, _WIDEST = 8, 30
"""Smallest and largest width of a column of text, in characters."""


@dataclass
class Table:
    """Rows of texts and figures under `columns`, with a `title` and one line of `caption`.

    digits: decimals by column, by default 1. rules: numbers of the rows before which a line is drawn. narrow:
    columns without intervals, spare: columns left out, on a narrow terminal. signed: columns of differences.
    """

    title: str
    columns: list[str]
    rows: list[list[Cell]] = field(default_factory=list)
    caption: str = ""
    digits: dict[str, int] = field(default_factory=dict)
    rules: list[int] = field(default_factory=list)
    narrow: tuple[str, ...] = ()
    spare: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()

    def texts(self, dash: str = "-", without: tuple[str, ...] = ()) -> list[list[str]]:
        """All cells as text, a figure with its interval in brackets, except in the columns `without`."""
        return [
            [
                as_text(cell, self.digits.get(column, 1), dash, column not in without, column in self.signed)
                for column, cell in zip(self.columns, row, strict=True)
            ]
            for row in self.rows
        ]

    def has_figures(self, column: int) -> bool:
        """Whether a column holds figures."""
        return any(isinstance(row[column], Figure) for row in self.rows)


def as_text(cell: Cell, digits: int = 1, dash: str = "-", interval: bool = True, signed: bool = False) -> str:
    """A figure as `43.2 (40.9-45.6)`, a difference as `-3.1 (-4.0 to -2.2)`; nothing for None."""
    if not isinstance(cell, Figure):
        return cell or ""
    if cell.mean is None:
        return ""
    text = f"{cell.mean:+.{digits}f}" if signed else f"{cell.mean:.{digits}f}"
    if cell.low is None or cell.high is None or not interval:
        return text
    if signed:
        return f"{text} ({cell.low:+.{digits}f} to {cell.high:+.{digits}f})"
    return f"{text} ({cell.low:.{digits}f}{dash}{cell.high:.{digits}f})"


def to_terminal(table: Table, width: int) -> str:
    """Drawn by rich, without colours, at most `width` wide: with all intervals and columns if there is
    room."""
    intervals = tuple(column for column in table.columns if column not in table.signed)
    for without, dropped in (
        ((), ()),
        (table.narrow, ()),
        (table.narrow, table.spare),
        (intervals, table.spare),
    ):
        drawn = _drawn(table, without, dropped)
        if _natural_width(drawn) <= width:
            break
    if _least_width(drawn) > width:  # names are never cut: rather no intervals at all
        drawn = _drawn(table, tuple(table.columns), table.spare)
        if _least_width(drawn) > width:  # long words go on in the next line
            drawn = _drawn(table, tuple(table.columns), table.spare, _NARROWEST)
    stream = StringIO()
    console = Console(file=stream, width=width, color_system=None, highlight=False, markup=False)
    for part in (table.title, drawn, table.caption):
        console.print(part)
    return "\n".join(line.rstrip() for line in stream.getvalue().rstrip().splitlines())


def _drawn(
    table: Table, without: tuple[str, ...], dropped: tuple[str, ...], widest_word: int = _WIDEST
) -> RichTable:
    drawn = RichTable()
    kept = [i for i, column in enumerate(table.columns) if column not in dropped]
    for i in kept:
        column, right = table.columns[i], table.has_figures(i)
        if right:
            drawn.add_column(column, justify="right", no_wrap=True)
            continue
        words = [word for row in [table.columns, *table.texts()] for word in row[i].split()]
        longest = min(max(map(len, words), default=1), widest_word)
        drawn.add_column(column, min_width=longest, max_width=_WIDEST, overflow="fold")
    for number, row in enumerate(table.texts(without=without)):
        if number in table.rules:
            drawn.add_section()
        drawn.add_row(*(row[i] for i in kept))
    return drawn


def _natural_width(drawn: RichTable) -> int:
    return Console(width=10_000, markup=False, highlight=False).measure(drawn).maximum


def _least_width(drawn: RichTable) -> int:
    """With figures on one line and texts on as many as they need."""
    padding = 3 * len(drawn.columns) + 1
    return padding + sum(
        column.min_width or max(len(str(cell)) for cell in (column.header, *column.cells))
        for column in drawn.columns
    )


def to_csv(table: Table) -> str:
    """CSV with the ends of intervals in separate columns."""
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    figures = [table.has_figures(i) for i in range(len(table.columns))]
    writer.writerow(
        [
            name
            for i, column in enumerate(table.columns)
            for name in ([column, f"{column} low", f"{column} high"] if figures[i] else [column])
        ]
    )
    for row in table.rows:
        cells: list[object] = []
        for i, cell in enumerate(row):
            if isinstance(cell, Figure):
                cells += [cell.mean, cell.low, cell.high]
            else:
                cells += [cell or "", "", ""] if figures[i] else [cell or ""]
        writer.writerow(cells)
    return stream.getvalue()


def to_markdown(table: Table) -> str:
    """A GitHub table, with the title above and the caption below."""

    def line(cells: list[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    rules = ["---:" if table.has_figures(i) else "---" for i in range(len(table.columns))]
    lines = [f"**{table.title}**", "", line(table.columns), line(rules), *map(line, table.texts())]
    return "\n".join([*lines, *(["", table.caption] if table.caption else [])]) + "\n"


_LATEX = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\^{}",
}


def to_latex(table: Table) -> str:
    """A LaTeX `tabular` in a `table`, with the rules of the package booktabs."""

    def line(cells: list[str]) -> str:
        return "  " + " & ".join("".join(_LATEX.get(c, c) for c in cell) for cell in cells) + r" \\"

    alignment = "".join("r" if table.has_figures(i) else "l" for i in range(len(table.columns)))
    body = []
    for i, row in enumerate(table.texts("--")):
        body += [r"  \midrule"] if i in table.rules else []
        body.append(line(row))
    caption = "".join(_LATEX.get(c, c) for c in f"{table.title}. {table.caption}".strip())
    head = [
        r"\begin{table}",
        r"  \centering",
        rf"  \caption{{{caption}}}",
        rf"  \begin{{tabular}}{{{alignment}}}",
        r"  \toprule",
    ]
    return (
        "\n".join(
            [
                *head,
                line(table.columns),
                r"  \midrule",
                *body,
                r"  \bottomrule",
                r"  \end{tabular}",
                r"\end{table}",
            ]
        )
        + "\n"
    )


WRITERS: dict[str, Callable[[Table], str]] = {".csv": to_csv, ".md": to_markdown, ".tex": to_latex}
"""By suffix."""
