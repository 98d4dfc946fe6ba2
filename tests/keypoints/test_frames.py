"""Frame numbers, times and clips from the names of files."""

from pathlib import Path

import pytest

from zedo_cli.keypoints.frames import clips_of

NAMES = {
    "OpenPose": (["v_000000000003_keypoints.json", "v_000000000004_keypoints.json"], [3, 4]),
    "number before": (["0003_cam2.json", "0004_cam2.json"], [3, 4]),
    "version after": (["run0003_v2.json", "run0004_v2.json"], [3, 4]),
    "resolution after": (["run_0003_1080p.json", "run_0004_1080p.json"], [3, 4]),
    "not padded": (["9.json", "10.json", "2.json"], [2, 9, 10]),
    "no numbers": (["b.json", "a.json"], [0, 1]),
}


@pytest.mark.parametrize("kind", NAMES)
def test_frame_numbers(kind):
    names, numbers = NAMES[kind]
    (clip,) = clips_of([Path(name) for name in names])
    assert [file.number for file in clip.files] == numbers


@pytest.mark.parametrize(
    "names",
    [
        ["2024-05-01_12-30-59.json", "2024-05-01_12-31-00.json", "2024-05-01_12-31-02.json"],
        ["a_1699999999000.json", "a_1700000000000.json", "a_1700000002000.json"],
    ],
)
def test_time_stamps(names):
    (clip,) = clips_of([Path(name) for name in names])
    assert [file.number for file in clip.files] == [0, 1, 2]
    assert [file.time for file in clip.files] == pytest.approx([0, 1, 3])
    assert clip.notes


@pytest.mark.parametrize("stems", [("morning", "evening"), ("cam1", "cam2")])
def test_two_videos_in_a_folder_are_two_clips(stems):
    clips = clips_of([Path(f"{stem}_{frame:04d}.json") for stem in stems for frame in (0, 1)])
    assert sorted(clip.name for clip in clips) == sorted(stems)
    assert all([file.number for file in clip.files] == [0, 1] for clip in clips)
