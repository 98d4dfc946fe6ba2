"""Data sets by name, with keypoints of a kind or of a file."""

import numpy as np
import pytest

from zedo_cli.datasets.loading import load_dataset
from zedo_cli.errors import InputError
from zedo_cli.registry import DATASETS


def test_bundled_ones_work_at_once():
    assert load_dataset("open").kind == "gt"
    assert load_dataset("open", keypoints="detected").kind == "detected"
    assert load_dataset("pose2sim").kind == "detected"


@pytest.mark.parametrize("name", [name for name, entry in DATASETS.entries.items() if not entry.bundled])
def test_the_others_need_a_root(name, tmp_path):
    with pytest.raises(InputError, match=f"dataset={name}: is not bundled; give your copy with data_root"):
        load_dataset(name)
    with pytest.raises(InputError, match="no such f"):
        load_dataset(name, tmp_path / "nowhere")


def test_bad_names_are_one_line(tmp_path):
    with pytest.raises(InputError, match="dataset=h37m: unknown; it is one of open, pose2sim"):
        load_dataset("h37m")
    with pytest.raises(InputError, match="'open' is bundled"):
        load_dataset("open", tmp_path)
    with pytest.raises(InputError, match="keypoints=cpn: no such file; 'open' has gt, detected"):
        load_dataset("open", keypoints="cpn")


def test_keypoints_of_a_file_belong_to_the_rows(tmp_path):
    data = load_dataset("open")
    path = tmp_path / "mine.npz"
    confidence = np.ones((len(data), 17))
    confidence[3, 2:] = 0
    np.savez(path, keypoints=data.keypoints.points + 1, confidence=confidence, skeleton="h36m17")
    mine = load_dataset("open", keypoints=str(path))
    assert mine.kind == "mine.npz"
    assert len(mine) == len(data) - 1
    assert mine.keypoints.points[:3] == pytest.approx(data.keypoints.points[:3] + 1, abs=1e-3)
    assert any("1 of 1800 people have too few keypoints" in note.text for note in mine.notes)
    np.savez(path, keypoints=data.keypoints.points + 300, skeleton="h36m17")
    assert any(
        "of a person's height (median) away" in note.text
        for note in load_dataset("open", keypoints=str(path)).notes
    )
    np.savez(
        path, keypoints=data.keypoints.points / 2, intrinsics=np.diag([500.0, 500, 1]), skeleton="h36m17"
    )
    with pytest.raises(InputError, match="has other intrinsics than open"):
        load_dataset("open", keypoints=str(path))
    np.savez(path, keypoints=data.keypoints.points[:7], skeleton="h36m17")
    with pytest.raises(InputError, match="7 rows of keypoints for 1800 of open"):
        load_dataset("open", keypoints=str(path))


def test_rows_are_taken_by_their_number_in_the_whole_set():
    data = load_dataset("open")
    thinned = data.thinned(7, 20)
    assert (thinned.rows % 7 == 0).all()
    assert len(thinned) == 20
    assert len(set(thinned.sequence)) == 20  # spread over the sequences, not the first ones
    together = data.thinned(1, 144, whole=True)
    assert [int((together.keypoints.clip == clip).sum()) for clip in range(72)] == [2] * 72
    assert (np.diff(together.rows.reshape(72, 2)) == 1).all()
    assert len(data.thinned(1, 10_000)) == len(data)
    assert thinned.truth == pytest.approx(data.truth[thinned.rows])
    assert (thinned.thinned(14).rows % 14 == 0).all()
