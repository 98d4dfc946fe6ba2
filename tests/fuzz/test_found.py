"""What long runs of fuzzing found, and no other test covers."""

import numpy as np
import pytest

import camera_files
import h36m_files
import producers
from fuzz.corpus import poses, someone
from zedo_cli.datasets.loading import load_dataset
from zedo_cli.errors import InputError
from zedo_cli.io.npz import load_npy
from zedo_cli.keypoints.reading import read_keypoints
from zedo_cli.mocap.reading import read_motions
from zedo_cli.poses.reading import read_poses


def test_an_end_site_before_the_root_of_a_bvh(tmp_path):
    (tmp_path / "a.bvh").write_text("HIERARCHY\nEnd Site\n{\nOFFSET 0 0 0\n}\nMOTION\n")
    with pytest.raises(InputError, match="line 2: comes before the ROOT"):
        read_motions([tmp_path / "a.bvh"])


def test_a_frame_of_deeplabcut_beyond_all_numbers(tmp_path):
    path = producers.deeplabcut(tmp_path, someone(17))
    text = path.read_text().splitlines()
    path.write_text("\n".join([*text[:3], "1" * 400 + text[3][1:], *text[4:]]))
    with pytest.raises(InputError, match="line 4: is not a row of numbers"):
        read_keypoints(path)


def test_poses_that_are_one_number(tmp_path):
    path = poses(tmp_path, ".npz")
    with np.load(path) as file:
        np.savez(path, **{name: file[name] for name in file.files} | {"poses_3d": np.array(0.0)})
    with pytest.raises(InputError, match=r"'poses_3d' is float64 \[\]"):
        read_poses(path)


def test_an_array_of_python_2_is_read_without_a_warning(tmp_path):
    path = tmp_path / "k.npy"
    np.save(path, camera_files.K)
    content = path.read_bytes()
    assert b"(3, 3), } " in content
    path.write_bytes(content.replace(b"(3, 3), }  ", b"(3L, 3L), }"))
    assert np.array_equal(load_npy(path, "none"), camera_files.K)


@pytest.mark.parametrize("number", ["9" * 400, "1e200", "nan"])
def test_a_camera_of_human36m_beyond_all_numbers(tmp_path, number):
    h36m_files.write_cdf(tmp_path, [("S9", "Eating")])
    h36m_files.write_metadata(tmp_path)
    text = (tmp_path / "metadata.xml").read_text()
    start = text.index("[") + 1
    words = text[start : text.index("]")].split()
    words[48] = number  # the first angle of subject 9
    (tmp_path / "metadata.xml").write_text(f"<w0>[{' '.join(words)}]</w0>")
    with pytest.raises(InputError, match=r"sees 0% of the joints|beyond 1e\+12|300 numbers"):
        load_dataset("h36m", tmp_path, allow_missing=True)
