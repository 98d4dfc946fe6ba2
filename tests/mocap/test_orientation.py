"""Y up, people who are mirrored or upside down, and frames that repeat: found in files of any format."""

import numpy as np
import pytest

from places import people
from zedo_cli.errors import InputError
from zedo_cli.io.files import bundled
from zedo_cli.mocap.orientation import in_front, vertical
from zedo_cli.mocap.reading import read_motions
from zedo_cli.skeletons import MIRROR


def write(folder, poses, **more):
    np.savez(folder / "own.npz", pos=poses.astype(np.float32), **more)
    return folder / "own.npz"


def y_up(poses):
    return poses @ np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])


def test_real_people_stand_and_look_ahead():
    """Every source of the bundled poses, with a margin."""
    for name in ("train_permissive", "train_ccbysa", "heldout"):
        (motion,), notes = read_motions([bundled(f"data/mocap/{name}.npz")])
        assert not notes
        for source in np.unique(motion.origins):
            poses = motion.poses[motion.origins == source]
            assert in_front(poses) > 0.07
            assert vertical(poses)[2] > 0.5


def test_y_up_is_refused_and_converted_where_the_file_says_so(tmp_path):
    poses = y_up(people(120))
    with pytest.raises(InputError, match=r"pos: people stand along \+Y \(1.00 of .*write the key up='y'"):
        read_motions([write(tmp_path, poses)])
    (motion,), notes = read_motions([write(tmp_path, poses, up="y")])
    assert motion.poses == pytest.approx(people(120), abs=1e-6)
    assert not notes
    (lying,), (note,) = read_motions([write(tmp_path, poses, up="z")])
    assert lying.poses == pytest.approx(poses, abs=1e-6)
    assert "people stand along +Y" in note.text
    with pytest.raises(InputError, match="'up' is 'x'; it must be y or z"):
        read_motions([write(tmp_path, poses, up="x")])


def test_upside_down_is_refused(tmp_path):
    turned = people(120) * [1.0, -1, -1]
    with pytest.raises(InputError, match=r"people stand along -Z"):
        read_motions([write(tmp_path, turned)])


def test_a_few_people_who_lie_are_only_noted(tmp_path):
    _, (note,) = read_motions([write(tmp_path, y_up(people(20)))])
    assert note.level == "warning"
    assert "people stand along +Y" in note.text


@pytest.mark.parametrize("how", ["axis", "names"])
def test_mirrored_people_are_refused(tmp_path, how):
    poses = people(120) * [-1.0, 1, 1] if how == "axis" else people(120)[:, list(MIRROR)]
    with pytest.raises(InputError, match=r"people are mirrored: knees and nose lie .* mm behind"):
        read_motions([write(tmp_path, poses)])


def test_a_few_mirrored_people_are_only_noted(tmp_path):
    _, (note,) = read_motions([write(tmp_path, people(20) * [-1.0, 1, 1])])
    assert "people are mirrored: knees and nose lie" in note.text


def test_repeated_frames_are_noted(tmp_path):
    _, (note,) = read_motions([write(tmp_path, np.repeat(people(50), 3, axis=0))])
    assert note.text.endswith("100 of 150 poses repeat the one before")
