"""The video: its size, its length, and that the bones lie where the people are."""

import av
import numpy as np

from films import pictures, write_video
from motions import filmed, walker
from zedo_cli.poses.frames import in_world
from zedo_cli.poses.writing import write_poses


def frames_of(path):
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def test_without_the_film(tmp_path):
    poses = filmed(walker(frames=12), image_size=[1920, 1080])
    write_poses(poses, tmp_path / "o.mp4")
    images = frames_of(tmp_path / "o.mp4")
    assert len(images) == 12
    assert images[0].shape == (720, 1280 + 720, 3)
    knee = np.round(poses.keypoints_2d[5, 5] * 2 / 3).astype(int)
    patch = images[5][knee[1] - 4 : knee[1] + 5, knee[0] - 4 : knee[0] + 5].reshape(-1, 3)
    assert (np.ptp(patch, axis=1) > 40).any()  # a keypoint, in colour
    panel = images[5][:, 1280:].reshape(-1, 3).astype(int)
    assert 200 < (np.ptp(panel, axis=1) > 40).sum() < 60_000  # a person beside it


def test_the_frame_of_the_poses_does_not_matter(tmp_path):
    poses = filmed(walker(frames=3), image_size=[640, 480])
    write_poses(poses, tmp_path / "one.mp4")
    write_poses(in_world(poses), tmp_path / "two.mp4")
    for one, two in zip(frames_of(tmp_path / "one.mp4"), frames_of(tmp_path / "two.mp4"), strict=True):
        assert (one == two).mean() > 0.99


def test_on_the_film(tmp_path):
    film = write_video(tmp_path / "film.mp4", pictures(20, 96, 128))
    poses = filmed(walker(frames=12), inputs=[str(film)], image_size=[128, 96])
    write_poses(poses, tmp_path / "o.mp4")
    images = frames_of(tmp_path / "o.mp4")
    assert len(images) == 20  # frames without a pose are there too
    assert images[15][10, 10, 0] > 180  # the red corner of the film
    assert images[0].shape == (96, 128 + 96, 3)
