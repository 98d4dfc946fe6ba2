"""The report of a run: its tables say what was measured, its files are whole."""

import json

import numpy as np
import pytest
from PIL import Image

from reports import made_scores
from zedo_cli.errors import InputError
from zedo_cli.evaluation.protocol import PAPER, STRICT
from zedo_cli.evaluation.published import PUBLISHED
from zedo_cli.evaluation.summary import RunDescription, summary
from zedo_cli.report.files import checked_folder, write_report
from zedo_cli.report.plots import write_plots
from zedo_cli.report.table import to_terminal
from zedo_cli.report.tables import tables


def report_of(name="open", samples=12, protocol=STRICT):
    data, scores = made_scores(samples, name=name)
    return summary(data, scores, protocol, RunDescription("zedo test", samples, {})), scores, data


def test_published_rows_stand_beside_the_measured_and_are_marked():
    report, _, _ = report_of("3dpw")
    table = tables(report, frozenset({"open"}))["table"]
    published = [row for row in table.rows if row[-1] == "published"]
    assert len(published) == len(PUBLISHED["3dpw"])
    assert all("(published)" in row[0] for row in published)
    assert [row[-1] for row in table.rows[: -len(published)]] == ["strict"] * 6
    assert table.rules == [6]
    zedo = next(row for row in published if row[0].startswith("ZeDO (") and row[4] == "17")
    assert (zedo[1], zedo[2], zedo[5].mean, zedo[6].mean) == ("x", "x", 69.7, 40.3)
    assert {row[4] for row in table.rows if row[-1] == "strict"} == {"17", "14"}


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


def test_files(tmp_path):
    report, scores, data = report_of()
    folder = checked_folder(tmp_path / "out")
    written = write_report(report, tables(report), folder) + write_plots(report, scores, data, folder)
    assert sorted(path.name for path in written) == sorted(path.name for path in folder.iterdir())
    document = json.loads((folder / "report.json").read_text())
    assert document["about"]["frames"] == 18
    assert len(document["frames"]["best.pa_mpjpe"]) == 18
    for name in ("groups", "joints", "samples", "cumulative", "calibration", "frames"):
        with Image.open(folder / f"{name}.png") as picture:
            assert picture.format == "PNG"
            assert np.asarray(picture.convert("L")).std() > 5


def test_a_report_of_one_hypothesis_has_no_pictures_of_several(tmp_path):
    report, scores, data = report_of(samples=1)
    names = {path.name for path in write_plots(report, scores, data, tmp_path)}
    assert names == {"groups.png", "joints.png", "cumulative.png", "frames.png"}


def test_a_folder_that_cannot_be_written_to_is_told_before_any_work(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is a file; output is the folder"):
        checked_folder(tmp_path / "file")
    with pytest.raises(InputError, match="there is no folder"):
        checked_folder(tmp_path / "nowhere" / "out")
    assert checked_folder(tmp_path / "new") == tmp_path / "new"
    assert not (tmp_path / "new").exists()
