"""Whether a camera fits the keypoints of a clip: scaled to the film's resolution, turned with it, or
refused."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from zedo_cli.cameras.container import Camera
from zedo_cli.errors import InputError, Note

if TYPE_CHECKING:
    from zedo_cli.keypoints.container import Keypoints

CONFIDENT = 0.3
"""Keypoints of less confidence may lie anywhere."""

FEW_OUTSIDE = 0.03
"""Share of the confident keypoints that may lie outside the image: detectors extrapolate a little."""

MANY_OUTSIDE = 0.6
"""A larger share cannot be of this camera."""

NARROWEST_DEGREES = 3.0
"""Field of view of a camera with a very long lens; K of less is lifted with a note."""

_MARGIN = 0.02
"""Of the image's size, by which keypoints may lie outside."""

_SAME_SHAPE = 0.015
"""Relative difference of two aspect ratios that count as equal."""

_CENTRED = 0.04
"""Distance of the principal point from the middle, relative to the longer side, up to which it does not
matter in which direction a film was turned."""

_UNKNOWN_SIZE_MARGIN = 0.15
_CAUTION = 2.0
"""Factor on the uncertainty where the camera may be wrong."""


@dataclass(frozen=True)
class Fit:
    """The camera as it took the film. caution: factor on the uncertainty. notes: what was changed, and what
    does not fit."""

    camera: Camera
    caution: float = 1.0
    notes: tuple[Note, ...] = ()


def fitted(camera: Camera, clip: str, film: tuple[float, float] | None, keypoints: "Keypoints") -> Fit:
    """The camera for a clip.

    A film of the same shape and another resolution scales the camera; one on its side turns it. Without the
    size of the film, the keypoints show whether they lie in the image.

    Args:
        camera: as it was calibrated.
        clip: its name, for errors.
        film: width and height of the film's images (px), if known.
        keypoints: of the clip, in pixels of the film.

    Raises:
        InputError: the camera cannot be that of the film.
    """
    fit = _fitted(camera, clip, film, keypoints)
    angle = _field_of_view(fit.camera, film)
    if angle >= NARROWEST_DEGREES:
        return fit
    text = (
        f"{clip}: camera {camera.name} has a field of view of {angle:.1f} degrees: is it a telephoto lens,"
        " and is the focal length in pixels?"
    )
    return Fit(fit.camera, fit.caution * _CAUTION, (*fit.notes, Note("warning", text, "narrow-camera")))


def _fitted(camera: Camera, clip: str, film: tuple[float, float] | None, keypoints: "Keypoints") -> Fit:
    if camera.size is None or film == camera.size:
        return _without_size(camera, clip, keypoints) if film is None else Fit(camera)
    if film is None:
        return _by_keypoints(camera, clip, keypoints)
    shape, own = film[0] / film[1], camera.size[0] / camera.size[1]
    if abs(shape / own - 1) < _SAME_SHAPE:
        scaled = camera.scaled(film)
        text = f"{clip}: camera {camera.name} is scaled from {_shown(camera.size)} to {_shown(film)}"
        return Fit(scaled, notes=(Note("info", text, "camera-scaled"),))
    if abs(shape * own - 1) < _SAME_SHAPE:
        fit = _turned(camera, clip, f"the film is {_shown(film)}")
        return Fit(fit.camera.scaled(film), fit.caution, fit.notes)
    text = (
        f"{clip}: camera {camera.name} is for images of {_shown(camera.size)}, the film is {_shown(film)}"
        " and not of that shape: check that K fits"
    )
    return Fit(camera, _CAUTION, (Note("warning", text, "image-size-differs"),))


def _field_of_view(camera: Camera, film: tuple[float, float] | None) -> float:
    """Degrees along the longer side; without a size the image reaches to twice the principal point."""
    k = camera.intrinsics
    size = np.array(film or camera.size or (2 * k[0, 2], 2 * k[1, 2]))
    if size.min() <= 0:
        return 180.0
    return float(2 * np.degrees(np.arctan2(size / 2, [k[0, 0], k[1, 1]])).max())


def _by_keypoints(camera: Camera, clip: str, keypoints: "Keypoints") -> Fit:
    """The size of the camera's image is known, that of the film is not."""
    assert camera.size is not None
    points = _confident(keypoints)
    share = _outside(points, camera.size, _MARGIN)
    if share <= FEW_OUTSIDE:
        return Fit(camera, notes=_corner_notes(camera, clip, points))
    percent = f"{100 * share:.0f} % of the confident keypoints lie outside the image of {_shown(camera.size)}"
    if _outside(points, (camera.size[1], camera.size[0]), _MARGIN) <= FEW_OUTSIDE:
        return _turned(camera, clip, percent)
    if share > MANY_OUTSIDE:
        raise InputError(
            f"{percent} of camera {camera.name}",
            source=clip,
            fix="give the camera of this film, or the size of the film with `image_size` to scale it",
        )
    text = (
        f"{clip}: {percent} of camera {camera.name}: is it calibrated for another resolution? Give the size"
        " of the film to scale it"
    )
    return Fit(camera, _CAUTION, (Note("warning", text, "keypoints-outside-image"),))


def _without_size(camera: Camera, clip: str, keypoints: "Keypoints") -> Fit:
    """Nothing is known but K: the image reaches about to twice the principal point."""
    size = 2 * camera.intrinsics[0, 2], 2 * camera.intrinsics[1, 2]
    share = _outside(_confident(keypoints), size, _UNKNOWN_SIZE_MARGIN)
    if min(size) < 2 or share <= 0.1:
        return Fit(camera)
    text = (
        f"{clip}: {100 * share:.0f} % of the confident keypoints lie outside an image around the principal"
        f" point ({_shown(size)}): is K calibrated for another resolution?"
    )
    return Fit(camera, _CAUTION, (Note("warning", text, "keypoints-outside-image"),))


def _turned(camera: Camera, clip: str, reason: str) -> Fit:
    """The camera turned by 90 degrees, if the direction does not matter. Raises `InputError` if it does."""
    assert camera.size is not None
    middle = (np.array(camera.size) - 1) / 2
    off = np.abs(camera.intrinsics[:2, 2] - middle).max() / max(camera.size)
    shown = f"{reason}, and camera {camera.name} is calibrated for {_shown(camera.size)}"
    if off > _CENTRED:
        raise InputError(
            f"{shown}: the film seems to be turned by 90 degrees",
            source=clip,
            fix="say in which direction with `camera_turn` 90 or 270 (degrees clockwise)",
        )
    text = f"{clip}: {shown}: the camera is turned by 90 degrees"
    return Fit(camera.turned(1), 1.0, (Note("warning", text, "camera-turned"),))


def _corner_notes(camera: Camera, clip: str, points: np.ndarray) -> tuple[Note, ...]:
    assert camera.size is not None
    if len(points) < 500 or (np.quantile(points, 0.99, axis=0) / camera.size).max() > 0.5:
        return ()
    text = (
        f"{clip}: all keypoints lie in the upper left quarter of the image of {_shown(camera.size)}: is"
        f" camera {camera.name} calibrated for a larger resolution? Give the size of the film to scale it"
    )
    return (Note("warning", text, "keypoints-in-corner"),)


def _confident(keypoints: "Keypoints") -> np.ndarray:
    points: np.ndarray = keypoints.points[keypoints.confidence > CONFIDENT]
    return points


def _outside(points: np.ndarray, size: tuple[float, float], margin: float) -> float:
    """Share of `points [N, 2]` outside an image of `size`, by more than `margin` of it."""
    if not len(points):
        return 0.0
    slack = margin * np.array(size)
    return float(((points < -slack) | (points > np.array(size) + slack)).any(-1).mean())


def _shown(size: tuple[float, float]) -> str:
    return "{:g}x{:g}".format(*(round(side) for side in size))
