"""The page: what it holds, and that nothing of a file's names reaches its markup."""

import base64
import json
import re
from pathlib import Path

import numpy as np
import pytest

from films import pictures, write_video
from motions import WORLD, filmed, walker
from zedo_cli.poses.frames import in_world
from zedo_cli.poses.viewer.build import page
from zedo_cli.poses.writing import write_poses


def data_of(text: str) -> dict:
    (block,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    return json.loads(block)


def test_positions_come_back_in_millimetres(tmp_path):
    people = walker(0), walker(1)
    data = data_of(page(in_world(filmed(*people)), tmp_path))
    assert [person["name"] for person in data["people"]] == ["0", "1"]
    for person, truth in zip(data["people"], people, strict=True):
        places = np.frombuffer(base64.b64decode(person["pos"]), "<i2").reshape(-1, 17, 3) * data["unit"]
        np.testing.assert_allclose(places, truth, atol=1e-3)
    assert data["camera"]["position"] == pytest.approx(WORLD.translation.tolist())
    assert data["end"] == pytest.approx(59 / 30)


def test_missing_keypoints_and_gaps(tmp_path):
    poses = filmed(walker(frames=30), frames=np.delete(np.arange(40), np.arange(5, 15)))
    poses.confidence[:, 9] = 0
    person = data_of(page(in_world(poses), tmp_path))["people"][0]
    points = np.frombuffer(base64.b64decode(person["points"]), "<i2").reshape(-1, 17, 2)
    assert (points[:, 9] == -32768).all()
    assert (points[:, 8] != -32768).all()
    assert person["frames"][4:6] == [4, 15]


def test_names_are_data(tmp_path):
    name = '</script><script>alert("x")</script>.mp4'
    text = page(in_world(filmed(walker(), inputs=[name], notes=[{"text": "<b>", "level": "info"}])), tmp_path)
    assert "alert(" not in re.sub(r'<script type="application/json".*?</script>', "", text, flags=re.DOTALL)
    assert text.count("<script") == 2
    assert data_of(text)["notes"] == ["<b>"]


def test_the_page_asks_no_network(tmp_path):
    text = page(in_world(filmed(walker())), tmp_path)
    assert not re.findall(r"https?://|//cdn|@import|<link", text)


def test_a_thousand_frames_are_small(tmp_path):
    many = np.tile(walker(), (17, 1, 1))[:1000]
    write_poses(filmed(many), tmp_path / "o.html")
    assert (tmp_path / "o.html").stat().st_size < 1e6


def test_the_video_is_linked_or_embedded(tmp_path):
    (tmp_path / "pages").mkdir()
    film = write_video(tmp_path / "a film.mp4", pictures(2))
    poses = in_world(filmed(walker(), inputs=[str(film)]))
    assert data_of(page(poses, tmp_path / "pages"))["video"] == "../a%20film.mp4"
    about = poses.meta | {"video": {"path": None, "embed": True}}
    embedded = data_of(page(in_world(filmed(walker(), **about)), tmp_path))["video"]
    assert base64.b64decode(embedded.partition(",")[2]) == film.read_bytes()
    film.unlink()
    assert data_of(page(poses, tmp_path))["video"] is None


def test_clips_are_pages_of_their_own(tmp_path):
    written = write_poses(filmed(walker(0), walker(1), clip=np.repeat([0, 1], 60)), tmp_path / "o.html")
    assert [path.name for path in written.paths] == ["o_film0.html", "o_film1.html"]
    assert all(Path(path).exists() for path in written.paths)
