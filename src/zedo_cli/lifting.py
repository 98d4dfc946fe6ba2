"""Lifting from Python in one call."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Unpack

from zedo_cli.arguments import LifterSettings, Source, as_keypoints, is_sources
from zedo_cli.cameras.choice import assumed_cameras, with_film
from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.intrinsics import checked_intrinsics
from zedo_cli.errors import InputError
from zedo_cli.joint_names import find_skeleton
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.lifter import Lifter
from zedo_cli.poses.container import Poses
from zedo_cli.preparation import SideInformation


def lift(
    keypoints: "Keypoints | Source | Sequence[Source] | Any",
    camera: "Camera | Source | Any" = None,
    *,
    intrinsics: Any = None,
    image_size: tuple[float, float] | None = None,
    confidence: Any = None,
    skeleton: str | None = None,
    known: SideInformation | None = None,
    **settings: Unpack[LifterSettings],
) -> Poses:
    """Lift 2D keypoints to 3D poses in metres, in the camera frame (X right, Y down, Z forward).

    Args:
        keypoints: files or folders, `Keypoints`, or an array `[N, J, 2 or 3]` (NumPy or torch) in pixels of
            the image as the camera took it. Points at exactly (0, 0) or NaN are missing if there are no
            confidences.
        camera: a camera or its file; of a calibration with several cameras, `read_camera(path, name)`.
        intrinsics: K `[3, 3]` px, or `[N, 3, 3]` for an array, in place of a camera.
        image_size: width and height (px) of the film: scales a camera of another resolution and normalised
            keypoints. If nothing is known of the camera, a field of view of 60 degrees is assumed.
        confidence: `[N, J]` in 0..1, of an array.
        skeleton: name of the joint set, or a JSON file of joint names; they are mapped to Human3.6M's 17.
        known: side information: vertical, bone lengths, height, keypoint noise.
        settings: the arguments of `Lifter`: prior, preset, samples, seed, device, clips, ...

    Returns:
        Poses, in the order of the rows. People with too few joints are left out, with a note.

    Raises:
        InputError: an argument cannot be used; it names the argument and the fix.
    """
    if camera is not None and intrinsics is not None:
        raise InputError("the camera has them already; leave one of the two out", setting="intrinsics")
    if isinstance(keypoints, Keypoints | str | Path) or is_sources(keypoints):
        if confidence is not None:
            raise InputError("is for arrays; the keypoints have theirs", setting="confidence")
        people = as_keypoints(keypoints, skeleton)
        if intrinsics is not None:
            camera = Camera("given", checked_intrinsics(intrinsics, None, "intrinsics"))
    else:
        joints = find_skeleton(skeleton) if skeleton else None
        people = Keypoints.from_arrays(keypoints, confidence, joints, intrinsics)
    if image_size is not None:
        people = with_film(people, image_size, None)
        if camera is None and people.intrinsics is None:
            camera = assumed_cameras(people, None)
    return Lifter(**settings).lift(people, camera, known)
