"""Tracks: steady where the input is not, unchanged where there is nothing to share, right at any rate."""

from dataclasses import replace

import numpy as np
import pytest

from zedo_cli import Lifter
from zedo_cli.datasets.loading import load_dataset
from zedo_cli.evaluation.motion import motion_scores
from zedo_cli.pipeline.presets import PRESETS
from zedo_cli.track_posterior import UNRELATED, assumed_step


@pytest.fixture(scope="module")
def video():
    """Four noisy clips of 30 frames/s."""
    data = load_dataset("validation-video", keypoints="detected")
    return data.take(np.isin(data.keypoints.clip, [1, 13, 25, 49]))


def lifted(people, time="smoother"):
    return Lifter(preset=PRESETS["fast"].changed([f"time={time}"])).lift(people)


def step_of(people, poses, clip):
    """The assumed step of one clip."""
    rows = people.rows_of_clips()[clip]
    return assumed_step(people.frame[rows], people.person[rows], poses[rows])


def test_motion_is_steady_and_not_less_accurate(video):
    before, after = (motion_and_error(video, lifted(video.keypoints, time)) for time in ("none", "smoother"))
    assert after["acceleration_error"] < 0.3 * before["acceleration_error"]
    assert after["mpjve"] < 0.6 * before["mpjve"]
    assert after["root_step"] <= before["root_step"]
    assert after["error"] < 1.005 * before["error"]


def motion_and_error(data, poses):
    scores = motion_scores(data, poses.poses_3d)
    local = [p - p[:, :1] for p in (poses.poses_3d, data.truth)]
    found = {name: float(np.nanmean(values)) for name, values in scores.items()}
    return found | {"error": float(np.linalg.norm(local[0] - local[1], axis=-1).mean())}


def test_a_single_frame_is_as_it_is_without_time(video):
    one = video.keypoints.take(np.array([7]))
    assert lifted(one).poses_3d == pytest.approx(lifted(one, "none").poses_3d)


def test_exact_keypoints_are_still_met():
    exact = load_dataset("validation-video")
    poses = lifted(exact.keypoints.take(exact.keypoints.clip == 13))
    assert poses.reprojection_error.max() < 0.05


def test_hypotheses_and_translations_follow_the_answer(video):
    people = video.keypoints.take(np.arange(40))
    poses = Lifter(preset="fast", samples=3).lift(people)
    assert poses.hypotheses_3d[:, 0] == pytest.approx(poses.poses_3d, abs=1e-4)
    assert poses.translation[:, 0] == pytest.approx(poses.poses_3d[:, 0], abs=0.05)


def test_the_batch_does_not_matter(video):
    small, large = (Lifter(preset="fast", batch_size=size).lift(video.keypoints) for size in (37, 512))
    assert small.poses_3d == pytest.approx(large.poses_3d, abs=1e-4)


def test_a_lost_frame_is_left_to_its_neighbours(video):
    rows = np.delete(np.arange(60), [20, 21, 22])
    poses = lifted(video.keypoints.take(rows))
    assert np.isfinite(poses.poses_3d).all()
    assert poses.frame.tolist() == rows.tolist()


def test_the_rate_of_a_film_is_estimated_where_it_is_not_known():
    steps = {}
    for kind in ("gt", "gt-10"):
        data = load_dataset("validation-video", keypoints=kind)
        people = replace(data.keypoints, fps=None)
        steps[kind] = np.median([step_of(people, data.truth, clip) for clip in range(len(people.clip_names))])
    assert 1 / 30 <= steps["gt"] < 0.06
    assert steps["gt"] < steps["gt-10"] < 0.3


def test_few_frames_say_nothing_of_the_rate(video):
    few = replace(video.keypoints.take(np.arange(5)), fps=None)
    assert step_of(few, video.truth[:5], int(few.clip[0])) == UNRELATED


def test_every_second_frame_has_half_the_rate(video):
    """Frames numbered 0, 2, 4, ... are twice as far apart as their numbers say."""
    people = replace(video.keypoints.take(np.arange(80)), fps=None)
    doubled = replace(people, frame=2 * people.frame)
    own, half = (step_of(part, video.truth[:80], int(part.clip[0])) for part in (people, doubled))
    assert half == pytest.approx(own / 2)


def test_frames_without_two_neighbours_say_nothing_of_the_rate(video):
    rows = np.flatnonzero(np.arange(80) % 3 != 2)
    people = replace(video.keypoints.take(rows), fps=None)
    assert step_of(people, video.truth[rows], int(people.clip[0])) == UNRELATED


def test_an_assumed_rate_is_noted(video):
    people = video.keypoints.take(np.arange(60))
    assert "frame-rate-assumed" not in [note.code for note in lifted(people).notes]
    notes = {note.code: note.text for note in lifted(replace(people, fps=None, time=None)).notes}
    assert "frames/s are assumed" in notes["frame-rate-assumed"]
