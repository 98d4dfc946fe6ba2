"""Human3.6M in the folders of its release and of 3d-pose-baseline."""

import numpy as np
import pytest

from h36m_files import (
    FRAMES,
    RECORDINGS,
    assert_of_the_protocol,
    camera,
    write_cameras_h5,
    write_cdf,
    write_h5,
    write_hourglass,
    write_metadata,
)
from scenes import walking
from zedo_cli.datasets.h36m import load
from zedo_cli.datasets.h36m_protocol import CAMERAS
from zedo_cli.errors import InputError


@pytest.mark.parametrize("write_poses", [write_h5, write_cdf])
@pytest.mark.parametrize("write_cameras", [write_metadata, write_cameras_h5])
def test_both_layouts_with_both_files_of_cameras_are_the_same_data_set(tmp_path, write_poses, write_cameras):
    write_poses(tmp_path)
    write_cameras(tmp_path)
    data = load(tmp_path)
    assert len(data) == 29 * FRAMES * 4
    assert "S11 Directions" not in data.sequence
    assert_of_the_protocol(data)
    for number, name in enumerate(CAMERAS):
        rows = [data.keypoints.clip_names[i] == f"S9 Eating {name}" for i in data.keypoints.clip]
        lens, world = camera(number), walking(FRAMES, RECORDINGS.index(("S9", "Eating")))
        assert np.allclose(data.truth[rows], world @ lens.rotation.T + lens.translation, atol=1e-5)
        assert np.allclose(data.up[rows], lens.rotation[:, 2], atol=1e-6)


def test_hourglass_detections_are_undistorted_and_lack_the_spine(tmp_path):
    write_h5(tmp_path)
    write_metadata(tmp_path)
    write_hourglass(tmp_path)
    exact, seen = load(tmp_path), load(tmp_path, "sh")
    known = np.array([joint for joint in range(17) if joint != 7])
    assert np.abs(exact.keypoints.points[:, known] - seen.keypoints.points[:, known]).max() < 0.1
    assert (seen.keypoints.confidence[:, 7] == 0).all()


def test_cameras_of_other_poses_are_refused(tmp_path):
    write_h5(tmp_path)
    write_metadata(tmp_path)
    text = (tmp_path / "metadata.xml").read_text()
    (tmp_path / "metadata.xml").write_text(text.replace("[0 0 0", "[0 0 9", 1))
    load(tmp_path)
    numbers = text[text.index("[") + 1 : text.index("]")].split()
    numbers[48], numbers[49] = "0.1", "0.1"
    (tmp_path / "metadata.xml").write_text(f"<w0>[{' '.join(numbers)}]</w0>")
    with pytest.raises(InputError, match=r"S9 54138969: sees \d+% of the joints of its subject"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("damage", "match"),
    [
        (lambda root: (root / "metadata.xml").unlink(), "metadata.xml or cameras.h5"),
        (lambda root: (root / "metadata.xml").write_text("<w0>[1 2 3]</w0>"), "300 numbers, but holds 3"),
        (lambda root: (root / "metadata.xml").write_text("<w0>[]</w0>"), "300 numbers"),
        (lambda root: (root / "metadata.xml").write_text("<w0>[1.2.3]</w0>"), "<w0> holds no numbers"),
        (
            lambda root: (root / "S9/MyPoses/3D_positions/Eating.h5").write_bytes(b"no"),
            "Eating.h5: is not HDF5",
        ),
        (lambda root: (root / "S9/MyPoses/3D_positions/Eating.h5").unlink(), "missing: S9 Eating"),
    ],
)
def test_what_is_missing_or_damaged_is_named(tmp_path, damage, match):
    write_h5(tmp_path)
    write_metadata(tmp_path)
    damage(tmp_path)
    with pytest.raises(InputError, match=match):
        load(tmp_path)


@pytest.mark.parametrize("content", [b"", b"not CDF", b"\xcd\xf3\x00\x01\x00\x00\xff\xff" + bytes(400)])
def test_a_damaged_cdf_file_is_named(tmp_path, content):
    write_cdf(tmp_path)
    write_metadata(tmp_path)
    (tmp_path / "S9/MyPoseFeatures/D3_Positions/Eating.cdf").write_bytes(content)
    with pytest.raises(InputError, match=r"Eating\.cdf: is not a CDF file with 'Pose'"):
        load(tmp_path)


def test_kinds_of_keypoints_that_the_release_has_not_are_refused(tmp_path):
    write_h5(tmp_path)
    write_metadata(tmp_path)
    with pytest.raises(InputError, match="the release has gt and sh, not 'cpn'"):
        load(tmp_path, "cpn")
    with pytest.raises(InputError, match="StackedHourglass"):
        load(tmp_path, "sh")
