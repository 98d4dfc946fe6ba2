"""Training poses from files."""

import numpy as np
import pytest

from places import people
from zedo_cli.errors import InputError
from zedo_cli.training.corpus import OPEN_VALIDATION, Corpus


def poses(count=1200):
    return people(count).astype(np.float32)


def test_the_bundled_corpus():
    corpus = Corpus.load([])
    assert corpus.poses.shape == (63_212, 17, 3)
    assert (corpus.poses[:, 0] == 0).all()
    assert (corpus.poses[:, 10, 1] < corpus.poses[:, 0, 1]).float().mean() > 0.9
    training, classes, validation = corpus.split(OPEN_VALIDATION)
    assert len(training) + len(validation) == len(corpus.poses)
    assert len(classes) == len(training)
    assert 5000 < len(validation) < 10_000


def test_the_users_own(tmp_path):
    pose = poses()
    np.savez(tmp_path / "a.npz", pos=(pose * 1e4).astype(np.int16), scale=np.float32(1e-4), license="CC0")
    corpus = Corpus.load([tmp_path / "a.npz"])
    assert corpus.poses[:, 2, 1].numpy() == pytest.approx(-(pose[:, 2] - pose[:, 0])[:, 2], abs=2e-4)
    assert [(source.name, source.poses, source.licence) for source in corpus.sources_without(())] == [
        ("a", 1200, "CC0")
    ]
    assert corpus.licence == "CC0"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: p * 1000, "so they are in millimetres; poses must be in metres"),
        (lambda p: p * 100, "so they are in centimetres; poses must be in metres"),
        (
            lambda p: p[:, [0, 11, 12, 13, 14, 15, 16, 7, 8, 9, 10, 4, 5, 6, 1, 2, 3]],
            "the joints must be in the order pelvis",
        ),
        (lambda p: p[:, [0, 1, 3, 2, *range(4, 17)]], "the bone to right_knee is 0.88 m long"),
        (lambda p: p[:10], "only 10 training poses"),
        (lambda p: p[:, :16], "must be [N, 17, 3]"),
        (lambda p: np.where(np.arange(len(p))[:, None, None] == 7, np.nan, p), "pos[7]: is not finite"),
        (lambda p: p.astype(str), "must be numeric"),
    ],
)
def test_bad_poses(tmp_path, change, message):
    np.savez(tmp_path / "a.npz", pos=change(poses()))
    with pytest.raises(InputError) as error:
        Corpus.load([tmp_path / "a.npz"]).split(())
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ({"cls": np.zeros(3, int)}, "'cls' must be 1200 integers"),
        ({"cls": np.full(1200, "a")}, "'cls' must be 1200 integers"),
        ({"scale": np.ones(3)}, "'scale' has shape"),
        ({"subject": np.full(1200, 7), "subject_names": np.array(["one"])}, "points outside 'subject_names'"),
    ],
)
def test_bad_companions(tmp_path, extra, message):
    np.savez(tmp_path / "a.npz", pos=poses(), **extra)
    with pytest.raises(InputError, match=r"a\.npz") as error:
        Corpus.load([tmp_path / "a.npz"])
    assert message in str(error.value)
