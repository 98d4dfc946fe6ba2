"""The files of a report are complete and readable."""

import json

import numpy as np
import pytest
from PIL import Image

from reports import report_of
from zedo_cli.errors import InputError
from zedo_cli.report.files import checked_folder, write_report
from zedo_cli.report.plots import write_plots
from zedo_cli.report.tables import tables


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


def test_a_folder_that_cannot_be_written_to_is_reported_before_any_work(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is a file; output is the folder"):
        checked_folder(tmp_path / "file")
    with pytest.raises(InputError, match="there is no folder"):
        checked_folder(tmp_path / "nowhere" / "out")
    assert checked_folder(tmp_path / "new") == tmp_path / "new"
    assert not (tmp_path / "new").exists()
