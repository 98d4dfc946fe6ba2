"""The figures of README.md and docs/evaluation.md are those that `make report` stored."""

import json
import re

import pytest

from places import ROOT

STORED = json.loads((ROOT / "docs" / "accuracy.json").read_bytes())
ROWS = {
    "fast": r"`fast`",
    "balanced": r"`balanced` \(default\)",
    "best": r"`best`",
    "balanced, --clips": r"`balanced`,[^|]*`--clips`[^|]*",
    "balanced, best of 50": r"`balanced`, best of 50 hypotheses, chosen by the truth",
}
PAGES = {
    "README.md": ("fast", "balanced", "balanced, --clips", "balanced, best of 50"),
    "docs/evaluation.md": ROWS,
}


@pytest.mark.parametrize(("page", "row"), [(page, row) for page, rows in PAGES.items() for row in rows])
def test_figures_are_the_stored_ones(page, row):
    text = (ROOT / page).read_text().replace("*", "")
    found = re.search(rf"^\| {ROWS[row]} \|(.*)\|$", text, re.M)
    assert found, f"{page} has no row of {row}"
    pairs = re.findall(r"(\d+\.\d) / (\d+\.\d)", found[1])
    measured = [(cell["mpjpe"]["mean"], cell["pa_mpjpe"]["mean"]) for cell in STORED[row].values()]
    assert len(pairs) == len(measured) == 3
    for pair, ours in zip(pairs, measured, strict=True):
        assert [float(value) for value in pair] == pytest.approx(ours, abs=0.051)


def test_every_figure_has_its_command_date_commit_and_machine():
    for row in STORED.values():
        for cell in row.values():
            assert cell["command"].startswith("zedo eval --dataset ")
            assert re.fullmatch(r"\d{4}-\d\d-\d\d", cell["date"])
            assert re.match(r"[0-9a-f]{7}", cell["commit"])
            assert "cores" in cell["machine"]


def test_the_page_is_written_from_the_stored_figures():
    page = (ROOT / "docs" / "accuracy.md").read_text()
    for row in STORED.values():
        for cell in row.values():
            assert f"`{cell['command']}`" in page
            assert f"{cell['mpjpe']['mean']:.1f} (" in page
