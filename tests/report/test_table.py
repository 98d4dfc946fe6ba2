"""Tables in four forms."""

import csv
from io import StringIO

import pytest

from zedo_cli.evaluation.summary import Figure
from zedo_cli.report.table import Table, as_text, to_csv, to_latex, to_markdown, to_terminal


@pytest.fixture
def table():
    return Table(
        "A & B",
        ["method", "error, mm", "change"],
        [
            ["ours|mine", Figure(mean=43.21, low=40.9, high=45.6), Figure(mean=-3.04, low=-4, high=-2)],
            ["50 %_x", Figure(mean=50.0), None],
        ],
        caption="of 3 frames",
        rules=[1],
        signed=("change",),
    )


def test_figures_as_text():
    assert as_text(Figure(mean=43.21, low=40.9, high=45.6)) == "43.2 (40.9-45.6)"
    assert as_text(Figure(mean=43.21, low=40.9, high=45.6), interval=False) == "43.2"
    assert as_text(Figure(mean=-3.04, low=-4, high=-2), signed=True) == "-3.0 (-4.0 to -2.0)"
    assert as_text(Figure(mean=None)) == as_text(None) == ""


def test_csv_has_the_ends_in_columns_of_their_own(table):
    lines = list(csv.DictReader(StringIO(to_csv(table))))
    assert lines[0]["method"] == "ours|mine"
    assert float(lines[0]["error, mm low"]) == 40.9
    assert lines[1]["error, mm high"] == ""
    assert lines[1]["change"] == ""


def test_markdown_keeps_its_columns(table):
    lines = to_markdown(table).splitlines()
    assert lines[2] == "| method | error, mm | change |"
    assert lines[3] == "| --- | ---: | ---: |"
    assert lines[4] == "| ours\\|mine | 43.2 (40.9-45.6) | -3.0 (-4.0 to -2.0) |"
    assert lines[-1] == "of 3 frames"


def test_latex_is_escaped_and_balanced(table):
    text = to_latex(table)
    assert r"A \& B. of 3 frames" in text
    assert r"50 \%\_x & 50.0 &  \\" in text
    assert "43.2 (40.9--45.6)" in text
    for name in ("table", "tabular"):
        assert text.count(rf"\begin{{{name}}}") == text.count(rf"\end{{{name}}}") == 1
    rows = [line for line in text.splitlines() if line.endswith(r"\\")]
    assert {row.replace(r"\&", "").count("&") for row in rows} == {2}
    assert text.index("43.2") < text.rindex(r"\midrule") < text.index("50.0")


def test_the_terminal_shows_all_cells(table):
    text = to_terminal(table, 100)
    assert text.splitlines()[0] == "A & B"
    assert "43.2 (40.9-45.6)" in text
    table.narrow, table.spare = ("error, mm",), ("change",)
    assert "40.9" in to_terminal(table, 100)
    assert "40.9" not in to_terminal(table, 46)
    assert "-3.0" in to_terminal(table, 50)
    assert "-3.0" not in to_terminal(table, 40)
    assert "43.2" in to_terminal(table, 40)
    for width in (40, 50, 100):
        assert max(map(len, to_terminal(table, width).splitlines())) <= width


@pytest.mark.parametrize("width", [55, 60, 80, 120])
def test_names_are_never_cut(width):
    """Where there is no room, names go on in the next line, and intervals go."""
    figure = Figure(mean=47.1, low=-13.7, high=40.3)
    names = ["balanced, exemplar, confidences as they are", "start: mean pose, R and T optimised, gt"]
    table = Table("t", ["variant", "MPJPE", "PA-MPJPE", "MPJPE difference"], signed=("MPJPE difference",))
    table.rows = [[name, figure, figure, figure] for name in names]
    text = to_terminal(table, width)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
    for word in " ".join(names).replace(",", "").split():
        assert word in text
    assert ("-13.7" in text) == (width > 55)
    assert all(line[-1] in "┓┩│┃┘┤┛" for line in text.splitlines()[1:])  # nothing is cut at the right
