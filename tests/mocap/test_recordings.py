"""Motions: reading, resampling, damage."""

import numpy as np
import pytest

from zedo_cli.errors import InputError
from zedo_cli.io.files import bundled
from zedo_cli.mocap.recordings import Recording, read_recordings

FILES = ("validation", "heldout")


@pytest.mark.parametrize("name", FILES)
def test_bundled_motions_are_people_on_a_floor(name):
    motions = read_recordings(bundled(f"data/motion/{name}.npz"))
    assert len(motions) >= 100
    for motion in motions[::10]:
        assert motion.fps == 30
        bones = np.linalg.norm(motion.joints[:, 2] - motion.joints[:, 1], axis=-1)  # right thigh
        assert 0.28 < bones.mean() < 0.6
        assert bones.std() < 0.003
        assert -0.5 < motion.joints[..., 2].min() < 1.5
        assert np.linalg.norm(np.diff(motion.joints[:, 0], axis=0), axis=-1).max() * 30 < 10


def test_people_for_validation_are_not_held_out():
    people = [{m.subject for m in read_recordings(bundled(f"data/motion/{name}.npz"))} for name in FILES]
    assert not people[0] & people[1]


def test_other_rates_keep_the_motion():
    times = np.arange(61) / 30
    joints = np.broadcast_to(np.sin(times)[:, None, None], (61, 17, 3)).copy()
    motion = Recording(joints, 30.0, "a", "b", "c")
    assert motion.at(10.0).joints[:, 0, 0] == pytest.approx(np.sin(np.arange(21) / 10))
    assert motion.at(60.0).joints[:, 0, 0] == pytest.approx(np.sin(np.arange(121) / 60), abs=1e-5)


def test_damaged_files_are_refused(tmp_path):
    np.savez(tmp_path / "m.npz", pos=np.zeros((16, 3, 5), np.int16), root=np.zeros((3, 4)), length=[5])
    with pytest.raises(InputError, match=r"m\.npz"):
        read_recordings(tmp_path / "m.npz")
