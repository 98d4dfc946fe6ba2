"""A video: the film with keypoints and the reprojection of the poses on it, and the poses from the side.

Without the film (keypoints of another detector) the background is plain. Needs PyAV and Pillow.
"""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.intrinsics import project
from zedo_cli.errors import InputError
from zedo_cli.poses.container import Poses
from zedo_cli.poses.drawing import SEEN, colour
from zedo_cli.poses.frames import in_camera, worlds
from zedo_cli.poses.steady_tracks import USUAL_FPS
from zedo_cli.poses.writers.collected import CollectedSink
from zedo_cli.registry import VIDEO_SUFFIXES
from zedo_cli.skeletons import PARENTS

_LONGEST = 1280
"""Longer side (px) of the film in the output."""

_BACKGROUND, _FLOOR = (246, 247, 249), (205, 210, 218)
_FEWEST_FRAMES, _MOST_FRAMES = 2, 1_000_000


def open_sink(path: Path) -> CollectedSink:
    """A sink that draws when it is closed."""
    return CollectedSink(path, _write)


def _write(poses: Poses, path: Path) -> None:
    import av

    poses = in_camera(poses)
    clip = int(poses.clip[0])
    size = _film_size(poses, clip)
    scale = min(1.0, _LONGEST / max(size))
    width, height = (2 * max(8, round(scale * side / 2)) for side in size)
    rate = Fraction(poses.of_clips("fps")[clip] or USUAL_FPS).limit_denominator(1000)
    scene = _Scene(poses, clip, scale)
    with av.open(str(path), "w", format="mp4") as container:
        codec = "libx264" if "libx264" in av.codecs_available else "mpeg4"
        stream: Any = container.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = width + height // 2 * 2, height, "yuv420p"
        first = 0 if _film_path(poses, clip) else int(poses.frame.min())
        for number, image in enumerate(_film(poses, clip, (width, height)), first):
            picture = np.concatenate([scene.on(image, number), scene.beside(height, number)], axis=1)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "rgb24")))
        container.mux(stream.encode())


def _film_path(poses: Poses, clip: int) -> Path | None:
    about = poses.meta.get("video") or {}
    path = Path(str(about.get("path") or poses.meta.get("inputs", ["?"])[clip]))
    return path if path.suffix.lower() in VIDEO_SUFFIXES and path.is_file() else None


def _film_size(poses: Poses, clip: int) -> tuple[float, float]:
    size = poses.of_clips("image_size")[clip]
    if size:
        return float(size[0]), float(size[1])
    seen = poses.keypoints_2d[poses.confidence > 0]
    return float(max(64, seen[:, 0].max() * 1.05)), float(max(64, seen[:, 1].max() * 1.05))


def _film(poses: Poses, clip: int, size: tuple[int, int]) -> Iterator[np.ndarray]:
    """Images of the film, `[H, W, 3]`; plain ones up to the last pose if there is no film."""
    from PIL import Image

    path = _film_path(poses, clip)
    if path is None:
        first, last = int(poses.frame.min()), int(poses.frame.max())
        if last - first > _MOST_FRAMES:
            raise InputError(
                f"frames {first} to {last} are too many for a video", fix="choose some with `frames`"
            )
        for _ in range(max(_FEWEST_FRAMES, last - first + 1)):
            yield np.full((size[1], size[0], 3), _BACKGROUND, np.uint8)
        return
    from zedo_cli.detectors.film import open_film

    for frame in open_film(path).frames():
        yield np.asarray(Image.fromarray(frame.image).resize(size))


class _Scene:
    """What is drawn of the poses of a clip in a frame."""

    def __init__(self, poses: Poses, clip: int, scale: float) -> None:
        self.poses = poses
        k = poses.intrinsics[0].astype(np.float64)
        lens, fisheye = poses.of_clips("distortion")[clip], poses.of_clips("fisheye")[clip]
        camera = Camera("film", k, np.array(lens or [], np.float64), bool(fisheye))
        bent = bool(camera.distortion.any())
        image = project(poses.poses_3d.astype(np.float64), poses.intrinsics.astype(np.float64))
        points = poses.keypoints_2d.astype(np.float64)
        if bent:
            image, points = camera.distort(image), camera.distort(points)
        self.image, self.points = scale * image, scale * points
        self.world = worlds(poses)[clip].to_world(poses.poses_3d.astype(np.float64))
        low, high = (np.nanquantile(self.world.reshape(-1, 3), q, axis=0) for q in (0.001, 0.999))
        self.low, self.reach = low, float(max(2.0, (high - low)[1:].max())) * 1.1
        self.middle = (low + high) / 2

    def on(self, image: np.ndarray, number: int) -> np.ndarray:
        """The film with the reprojection and the keypoints."""
        from PIL import Image, ImageDraw

        picture = Image.fromarray(image)
        draw, dot = ImageDraw.Draw(picture), max(2, image.shape[0] // 250)
        for row in np.flatnonzero(self.poses.frame == number):
            _bones(draw, self.image[row], dot)
            for x, y in self.points[row][self.poses.confidence[row] > 0]:
                draw.ellipse((x - dot, y - dot, x + dot, y + dot), fill=SEEN)
        return np.asarray(picture)

    def beside(self, height: int, number: int) -> np.ndarray:
        """The people from the right side of the camera, upright, with the floor."""
        from PIL import Image, ImageDraw

        side = height // 2 * 2
        picture = Image.new("RGB", (side, height), _BACKGROUND)
        draw, unit = ImageDraw.Draw(picture), side / self.reach
        base = height / 2 + unit * self.reach / 2 * 0.9
        draw.line((0, base, side, base), fill=_FLOOR, width=max(1, height // 300))
        for row in np.flatnonzero(self.poses.frame == number):
            along = side / 2 + unit * (self.world[row, :, 1] - self.middle[1])
            up = base - unit * (self.world[row, :, 2] - min(0.0, self.low[2]))
            _bones(draw, np.stack([along, up], axis=1), max(2, height // 200))
        return np.asarray(picture)


def _bones(draw: Any, points: np.ndarray, width: int) -> None:
    if not np.isfinite(points).all():
        return
    points = points.clip(-1e5, 1e5)
    for joint in range(1, len(points)):
        ends = [tuple(points[PARENTS[joint]]), tuple(points[joint])]
        draw.line(ends, fill=colour(joint), width=width)
