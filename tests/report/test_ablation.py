"""The poster's layout, and the differences."""

import re

from reports import made_scores
from zedo_cli.evaluation.ablation import poster_arms
from zedo_cli.evaluation.differences import compared
from zedo_cli.evaluation.protocol import STRICT
from zedo_cli.pipeline.presets import PRESETS
from zedo_cli.report.ablation import difference_table, draw_differences, draw_errors, poster_table
from zedo_cli.report.plots import write_plot
from zedo_cli.report.table import to_terminal


def report_of(name, prior):
    data, scores = made_scores(name=name)
    arms = poster_arms([data], PRESETS["paper"], prior, prior)
    worse = {key: 1.2 * values if "mpjpe" in key else values for key, values in scores.items()}
    by_name = {arm.variant.name: scores if arm.ticks[1] else worse for arm in arms}
    return compared(arms, by_name, STRICT, 1, [])


def test_the_layout_is_the_posters_with_the_published_beside(small_prior):
    table = poster_table(report_of("3dhp", small_prior))
    assert table.columns[2:8] == ["RO", "WU", "RA", "GT", "S = 1", "S = 50"]
    rows = [row for row in table.rows if row[0] == "gt"]
    assert [row[2:6] for row in rows] == [
        ["", "", "", "x"],
        ["x", "", "", "x"],
        ["x", "x", "", "x"],
        ["x", "x", "x", "x"],
    ]
    assert [row[8] for row in rows] == [
        "148.3 / 88.8",
        "",
        "113.8 / 74.1 (-34.5 / -14.7)",
        "99.9 / 67.9 (-48.4 / -20.9)",
    ]
    assert re.fullmatch(r"\d+\.\d / \d+\.\d \(-\d+\.\d / -\d+\.\d\)", rows[2][6])
    assert table.rows[-1][:2] == ["published: 3dhp", "3DHP"]
    assert table.rows[-1][8:] == ["86.5 / 55.9", "55.2 / 38.6"]


def test_data_that_the_poster_does_not_have_stands_beside_human36m(small_prior):
    table = poster_table(report_of("open", small_prior))
    assert "published on h36m" in table.columns[8]
    assert [row[8] for row in table.rows if row[0] == "gt"][2] == "50.1 / 35.8"


def test_differences_have_their_intervals_and_a_reference(small_prior):
    report = report_of("open", small_prior)
    table = difference_table(report)
    text = to_terminal(table, 200)
    assert re.search(r"RO WU, gt, S = 1 .* -\d+\.\d \(-\d+\.\d to -\d+\.\d\) .* none, gt, S = 1", text)
    assert "paired bootstrap over sequences" in text
    assert "strict protocol" in text


def test_charts(small_prior, tmp_path):
    report = report_of("open", small_prior)
    for draw in (draw_errors, draw_differences):
        path = write_plot(tmp_path / f"{draw.__name__}.png", lambda figure, draw=draw: draw(figure, report))
        assert path.stat().st_size > 5000
