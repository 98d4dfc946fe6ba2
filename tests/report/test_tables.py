"""The tables of a report show what was measured, beside what was published."""

import pytest

from reports import report_of
from zedo_cli.evaluation.protocol import PAPER, STRICT
from zedo_cli.evaluation.published import published, published_on
from zedo_cli.report.table import to_terminal
from zedo_cli.report.tables import comparison_table, tables


def test_published_rows_stand_beside_the_measured_and_are_marked():
    report, _, _ = report_of("3dpw")
    table = tables(report, frozenset({"open"}))["table"]
    theirs = [row for row in table.rows if row[-1] == "published"]
    assert len(theirs) == len(published_on("3dpw"))
    assert all("(published)" in row[0] for row in theirs)
    assert [row[-1] for row in table.rows[: -len(theirs)]] == ["strict"] * 6
    assert table.rules == [6]
    zedo = next(row for row in theirs if row[0].startswith("ZeDO (") and row[4] == "17")
    assert (zedo[1], zedo[2], zedo[5].mean, zedo[6].mean) == ("x", "x", 69.7, 40.3)
    assert {row[4] for row in table.rows if row[-1] == "strict"} == {"17", "14"}


def test_every_published_figure_has_a_source_and_a_protocol():
    for name, part in published().items():
        assert part.protocol
        assert part.rows
        assert all(row.source and (row.mpjpe or row.pa_mpjpe) for row in part.rows), name


def test_the_comparison_says_where_figures_are_from():
    table = comparison_table("3dhp")
    assert len(table.rows) == len(published_on("3dhp"))
    zedo = table.rows[0]
    assert zedo[:2] == ["3dhp", "ZeDO, prior H36M"]
    assert (zedo[6].mean, zedo[7].mean) == (99.9, 67.9)
    assert "arXiv 2307.03833" in zedo[9]
    assert zedo[8] == "exact"
    elsewhere = comparison_table("open")
    assert {row[0] for row in elsewhere.rows} == set(published())
    assert "not comparable" in elsewhere.caption


def test_ce_is_not_ticked_for_what_the_prior_was_trained_on():
    report, _, _ = report_of("3dpw")
    assert tables(report, frozenset({"3dpw"}))["table"].rows[0][1] == ""
    assert tables(report)["table"].rows[0][1] == "x"


@pytest.mark.parametrize("protocol", [STRICT, PAPER])
def test_the_protocol_is_beside_every_table(protocol):
    report, _, _ = report_of(protocol=protocol)
    for table in tables(report).values():
        assert f"{protocol.name} protocol" in to_terminal(table, 140)


def test_one_hypothesis_has_no_row_of_several():
    report, _, _ = report_of(samples=1)
    parts = tables(report)
    assert [row[0] for row in parts["table"].rows] == ["zedo test", "zedo test"]
    assert not any("best" in column for column in parts["groups"].columns)
    assert not any("central" in row[0] for row in parts["more"].rows)


def test_the_joints_of_both_sides_are_in_one_line():
    report, _, _ = report_of()
    rows = {row[0]: row[1:] for row in tables(report)["joints"].rows}
    assert rows["wrist"][0].mean == report.joints["left_wrist"]
    assert rows["wrist"][2].mean == report.joints["right_wrist"]
    assert rows["head_top"][1].mean == report.joints["head_top"]
