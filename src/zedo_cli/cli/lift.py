"""`zedo lift`: keypoints and a camera in, 3D poses out."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zedo_cli.cli.options import (
    METHOD,
    BatchSize,
    Changes,
    Device,
    PresetName,
    PriorFile,
    Samples,
    Seed,
    console,
    progress_bar,
)
from zedo_cli.lifter import DEFAULT_PRESET

if TYPE_CHECKING:
    import numpy as np

    from zedo_cli.cameras.container import Camera

_INPUT = "Input"


def lift(
    keypoints: Annotated[
        list[Path],
        typer.Argument(
            help="Folders of OpenPose JSON, single OpenPose files, or zedo's own JSON or NPZ.", show_default=False
        ),
    ],
    intrinsics: Annotated[
        Path | None,
        typer.Option(
            "--intrinsics",
            "-k",
            help="Camera: K as JSON or NPY, a Pose2Sim/Anipose TOML calibration, or a photograph (JPEG) with its focal"
            " length. Not needed if the keypoints hold it.",
            rich_help_panel=_INPUT,
            show_default=False,
        ),
    ] = None,
    camera: Annotated[
        str | None,
        typer.Option(help="Which camera of a calibration with several.", rich_help_panel=_INPUT, show_default=False),
    ] = None,
    skeleton: Annotated[
        str | None,
        typer.Option(
            help="Joint set of the detector: h36m17, coco17, body_25 or body_25b. Told from the file if left out.",
            rich_help_panel=_INPUT,
            show_default=False,
        ),
    ] = None,
    image_size: Annotated[
        str | None,
        typer.Option(
            help="If no camera is known: WIDTHxHEIGHT of the image in pixels, of which a usual camera is assumed.",
            rich_help_panel=_INPUT,
            show_default=False,
        ),
    ] = None,
    fov: Annotated[
        float | None,
        typer.Option(
            help="Angle of the longer side of that image. [default: 60 degrees]",
            rich_help_panel=_INPUT,
            show_default=False,
        ),
    ] = None,
    camera_up: Annotated[
        str | None,
        typer.Option(
            help="Where up is for the camera: X,Y,Z in its frame (level: 0,-1,0), or the world axis of the calibration"
            " that points upward (+z, -y, ...).",
            rich_help_panel=_INPUT,
            show_default=False,
        ),
    ] = None,
    height: Annotated[
        float | None,
        typer.Option(
            help="Height of the person in metres; fixes the scale, which one camera cannot see.",
            rich_help_panel=_INPUT,
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output",
            "-o",
            help="Where to write: .npz, .json or .png (a picture); may be repeated. Default: FIRST-INPUT_3d.npz, here.",
            rich_help_panel="Output",
            show_default=False,
        ),
    ] = None,
    samples: Samples = 1,
    preset: PresetName = DEFAULT_PRESET,
    changes: Changes = None,
    clips: Annotated[
        bool,
        typer.Option(
            help="Frames of a static camera share its vertical, those of a person the bones, and sides stay sides:"
            " estimate all that from all frames.",
            rich_help_panel=METHOD,
        ),
    ] = True,
    prior: PriorFile = None,
    seed: Seed = 0,
    device: Device = "auto",
    batch_size: BatchSize = 512,
) -> None:
    """Lift 2D keypoints to 3D poses in metres, in the camera's frame (X right, Y down, Z forward).

    Examples:

    `zedo lift openpose_json/ --intrinsics K.json`

    `zedo lift cam01_json/ --intrinsics calibration.toml --camera cam_01 -o cam01.npz -o cam01.json`

    `zedo lift keypoints.npz --samples 20 --preset best`

    `zedo lift video.json --image-size 1920x1080 --height 1.82` (a camera of which nothing is known)
    """
    from zedo_cli.errors import InputError
    from zedo_cli.keypoints.reading import read_keypoints
    from zedo_cli.lifter import bundled_prior, changed_preset, find_device, find_preset, lift_keypoints
    from zedo_cli.poses.writing import checked_output, write_poses
    from zedo_cli.prior.checkpoint import load_prior

    started = time.perf_counter()
    outputs = [checked_output(path) for path in output or [Path(f"{keypoints[0].stem or 'poses'}_3d.npz")]]
    inputs = {path.resolve() for path in keypoints}
    for path in outputs:
        if path.resolve() in inputs:
            raise InputError(f"{path}: is an input too; choose another output")
    settings = changed_preset(find_preset(preset), changes or [])
    on = find_device(device)
    if camera and not intrinsics:
        raise InputError(f"--camera {camera}: needs the calibration that holds it, with --intrinsics")
    lens = _camera(intrinsics, camera, image_size, fov)
    up = _vertical(camera_up, lens) if camera_up else None
    if height is not None and not 0.3 <= height <= 2.8:
        raise InputError(f"--height {height:g}: must be a person's, in metres: 0.3 to 2.8")
    people = read_keypoints(keypoints, skeleton)
    denoiser = load_prior(prior or bundled_prior(), on)
    with progress_bar("people") as bar:
        task = bar.add_task("Lifting", total=len(people))
        poses = lift_keypoints(
            people,
            denoiser,
            lens,
            settings,
            samples,
            seed,
            batch_size,
            lambda done: bar.update(task, completed=done),
            up=up,
            clips=clips,
            height=height,
        )
    for path in outputs:
        write_poses(poses, path)

    for note in poses.meta["notes"]:
        console.print(f"note: {note}", markup=False, soft_wrap=True)
    seconds = time.perf_counter() - started
    typer.echo(
        f"{people.frame_count} frames, {len(poses)} poses lifted, mean reprojection error"
        f" {poses.reprojection_error.mean():.1f} px, {seconds:.1f} s (preset {settings.name}, prior {denoiser.name})"
    )
    for path in outputs:
        typer.echo(f"3D poses: {path}")


def _camera(intrinsics: Path | None, name: str | None, image_size: str | None, fov: float | None) -> "Camera | None":
    """The camera of a file, or an assumed one; none if the keypoints have to tell."""
    from zedo_cli.cameras.assumed import assumed_camera
    from zedo_cli.cameras.reading import read_camera
    from zedo_cli.errors import InputError

    if intrinsics:
        if image_size is not None or fov is not None:
            option = "fov" if image_size is None else "image-size"
            raise InputError(f"--{option}: {intrinsics} tells the camera; leave one of them out")
        return read_camera(intrinsics, name)
    if image_size is None:
        if fov is not None:
            raise InputError(f"--fov {fov:g}: needs the size of the image too, with --image-size 1920x1080")
        return None
    parts = image_size.lower().split("x")
    if len(parts) != 2 or not all(part.isascii() and part.isdecimal() for part in parts):
        raise InputError(f"--image-size {image_size}: write width x height in pixels: 1920x1080")
    return assumed_camera((float(parts[0]), float(parts[1])), fov)


def _vertical(text: str, camera: "Camera | None") -> "np.ndarray":
    """The unit vector upward in the camera frame `[3]`, of `X,Y,Z` or a world axis."""
    import numpy as np

    from zedo_cli.errors import InputError

    if len(text) == 2 and text[0] in "+-" and text[1].lower() in "xyz":
        if camera is None or camera.rotation is None:
            raise InputError(f"--camera-up {text}: needs a calibration with a rotation, given with --intrinsics")
        axis = camera.rotation[:, "xyz".index(text[1].lower())]
        return axis if text[0] == "+" else -axis
    try:
        vector = np.array([float(part) for part in text.split(",")])
    except ValueError:
        vector = np.zeros(0)
    if vector.shape != (3,) or not np.isfinite(vector).all() or not vector.any():
        raise InputError(f"--camera-up {text}: write X,Y,Z in the camera's frame (level: 0,-1,0), or a world axis (+z)")
    vector = vector / np.abs(vector).max()
    return vector / np.linalg.norm(vector)
