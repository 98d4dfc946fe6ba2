"""The adapter of rtmlib. Its weights cannot be had offline, so a model stands in for it here."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from zedo_cli.detectors.rtmlib import open_detector
from zedo_cli.errors import InputError


@pytest.fixture
def package(monkeypatch):
    """A package of that name whose model finds two people in a BGR image."""

    def model(image):
        assert image[0, 0].tolist() == [3, 2, 1]
        points = np.arange(2 * 17 * 2, dtype=float).reshape(2, 17, 2)
        return points, np.stack([np.full(17, 0.3), np.full(17, 0.8)])

    def no_download(**settings):
        raise OSError("no\nnetwork")

    made = SimpleNamespace(RTMO=lambda path, **settings: model, Body=no_download)
    monkeypatch.setitem(sys.modules, "rtmlib", made)
    return made


def test_people_come_with_the_most_certain_first(package, tmp_path):
    (tmp_path / "rtmo.onnx").write_bytes(b"model")
    image = np.zeros((4, 4, 3), np.uint8)
    image[:] = 1, 2, 3
    people = open_detector(tmp_path / "rtmo.onnx", None).detect(image, 0.0)
    assert people.shape == (2, 17, 3)
    assert people[:, 0, 2].tolist() == [0.8, 0.3]
    assert len(open_detector(tmp_path / "rtmo.onnx", 1).detect(image, 0.0)) == 1


def test_what_cannot_be_loaded_is_one_line(package, tmp_path):
    with pytest.raises(InputError, match=r"its weights could not be downloaded \(no network\); download"):
        open_detector(None, None)
    with pytest.raises(InputError, match="no such file; give an RTMO model"):
        open_detector(tmp_path / "none.onnx", None)
