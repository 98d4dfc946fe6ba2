"""Which clips are in files and folders, and what their outputs are called."""

import json

import numpy as np
import pytest

from zedo_cli.clips.finding import find_clips
from zedo_cli.errors import InputError


def names(*inputs, **more):
    return [clip.name for clip in find_clips(inputs, **more)]


def openpose(folder, count, prefix=""):
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        person = {"pose_keypoints_2d": [1.0] * 75}
        text = json.dumps({"version": 1.3, "people": [person]})
        (folder / f"{prefix}{number:06d}_keypoints.json").write_text(text)


def test_a_folder_of_files_gives_a_clip_for_each(clips):
    assert names(clips) == ["subject0/walk0", "subject0/walk1", "subject1/walk2", "subject1/walk3"]
    assert names(clips / "subject0") == ["walk0", "walk1"]
    assert names(clips / "subject1" / "walk3.npz") == ["walk3"]


def test_a_folder_of_frames_is_a_clip(tmp_path):
    openpose(tmp_path / "jump", 5)
    openpose(tmp_path / "more" / "run", 3)
    assert names(tmp_path / "jump") == ["jump"]
    assert names(tmp_path) == ["jump", "more/run"]
    assert [len(clip.sources) for clip in find_clips([tmp_path])] == [5, 3]


def test_names_of_frames_tell_clips_apart(tmp_path):
    openpose(tmp_path / "all", 3, "left_")
    openpose(tmp_path / "all", 4, "right_")
    found = find_clips([tmp_path / "all"])
    assert sorted(len(clip.sources) for clip in found) == [3, 4]
    assert len({clip.name for clip in found}) == 2


def test_films_and_images_are_clips(tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"film")
    (tmp_path / "shots").mkdir()
    (tmp_path / "shots" / "1.jpg").write_bytes(b"image")
    assert names(tmp_path) == ["a", "shots"]


def test_a_damaged_file_is_a_clip_that_will_fail_and_other_files_are_none(clips):
    (clips / "subject0" / "a_first.npz").write_text("broken")
    (clips / "subject0" / "K.json").write_text(json.dumps([[1, 0, 0], [0, 1, 0], [0, 0, 1]]))
    (clips / "subject0" / "notes.docx").write_text("?")
    found = names(clips)
    assert "subject0/a_first" in found
    assert not any("K" in name or "notes" in name for name in found)


def test_the_folder_of_outputs_is_not_searched(clips):
    np.savez(clips / "subject0" / "other.npz", poses_3d=np.zeros((1, 17, 3)))
    assert "subject1/walk2" not in names(clips, leave_out=clips / "subject1")


def test_one_name_for_two_clips_is_refused(clips, tmp_path):
    other = tmp_path / "walk0.npz"
    other.write_bytes((clips / "subject0" / "walk0.npz").read_bytes())
    with pytest.raises(InputError, match="the same output, 'walk0'"):
        find_clips([clips / "subject0" / "walk0.npz", other])


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_an_input_without_clips_is_named(tmp_path, name):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError) as error:
        find_clips([tmp_path / name])
    assert str(tmp_path / name) in str(error.value)


def test_each_clip_is_in_one_shard_wherever_it_stands(clips):
    found = find_clips([clips])
    shards = [[clip.name for clip in found if clip.in_shard(i, 3)] for i in range(3)]
    assert sorted(name for shard in shards for name in shard) == sorted(clip.name for clip in found)
    assert [clip.name for clip in reversed(found) if clip.in_shard(0, 3)] == shards[0][::-1]
