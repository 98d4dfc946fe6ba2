"""`zedo lift`: keypoints and a camera in, 3D poses out."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zedo_cli.cli.options import (
    METHOD,
    PRESET,
    BatchSize,
    Changes,
    Device,
    PresetName,
    PriorFile,
    Samples,
    Seed,
)
from zedo_cli.cli.terminal import print_notes, progress_bar
from zedo_cli.joint_sets import SKELETONS
from zedo_cli.registry import CAMERA_READERS, DETECTORS, KEYPOINT_READERS, POSE_WRITERS

if TYPE_CHECKING:
    import numpy as np

    from zedo_cli.cameras.container import Camera

_INPUT, _OUTPUT = "Input", "Output"


def _keypoints_help() -> str:
    detectors = f" Videos are detected by: {DETECTORS.listed()}." if DETECTORS.entries else ""
    return f"Files or folders of 2D keypoints: {KEYPOINT_READERS.listed()}.{detectors}"


def lift(
    keypoints: Annotated[list[Path], typer.Argument(help=_keypoints_help(), show_default=False)],
    intrinsics: Annotated[
        list[Path] | None,
        typer.Option(
            "--intrinsics",
            "-k",
            help=f"Camera file: {CAMERA_READERS.listed()}. Of several cameras, clips take those of their"
            " name; may be repeated. Not needed if the keypoints hold it.",
            rich_help_panel=_INPUT,
            show_default=False,
        ),
    ] = None,
    camera: Annotated[
        str | None,
        typer.Option(
            help="Name of the camera in a calibration of several.", rich_help_panel=_INPUT, show_default=False
        ),
    ] = None,
    skeleton: Annotated[
        str | None,
        typer.Option(
            help=f"Joint set of the detector: {', '.join(SKELETONS)}, or a JSON file that maps your joint"
            " names to ours. [default: found from the file]",
            rich_help_panel=_INPUT,
            show_default=False,
        ),
    ] = None,
    image_size: Annotated[
        str | None,
        typer.Option(
            help="WIDTHxHEIGHT of the film's images in pixels: scales a camera of another resolution, and"
            " normalised keypoints; without a camera, a usual one is assumed.",
            rich_help_panel=_INPUT,
            show_default=False,
        ),
    ] = None,
    fov: Annotated[
        float | None,
        typer.Option(
            help="Field of view of the assumed camera along the longer side of the image, in"
            " degrees. [default: 60]",
            rich_help_panel=_INPUT,
            show_default=False,
        ),
    ] = None,
    camera_resolution: Annotated[
        str | None,
        typer.Option(
            help="WIDTHxHEIGHT of the images for which K is calibrated, if the camera file does not say.",
            rich_help_panel=_INPUT,
            show_default=False,
        ),
    ] = None,
    camera_turn: Annotated[
        int,
        typer.Option(
            help="Degrees clockwise (90, 180 or 270) by which the film is turned after the calibration.",
            rich_help_panel=_INPUT,
        ),
    ] = 0,
    track: Annotated[
        bool,
        typer.Option(
            help="Track people over the frames where the input has no identities.", rich_help_panel=_INPUT
        ),
    ] = True,
    person: Annotated[
        int | None,
        typer.Option(help="Lift this identity only.", rich_help_panel=_INPUT, show_default=False),
    ] = None,
    max_people: Annotated[
        int | None,
        typer.Option(
            help="Lift at most N people of each clip, those that are seen most.",
            rich_help_panel=_INPUT,
            show_default=False,
        ),
    ] = None,
    fps: Annotated[
        float | None,
        typer.Option(
            help="Frames/s of the input, if it does not say.", rich_help_panel=_INPUT, show_default=False
        ),
    ] = None,
    keypoint_noise: Annotated[
        str,
        typer.Option(
            metavar="PX|auto|exact",
            help="Standard deviation of the keypoints in pixels; exact, of ground truth; or auto, from their"
            " confidences and their track.",
            rich_help_panel=_INPUT,
        ),
    ] = "auto",
    skip_damaged: Annotated[
        bool,
        typer.Option("--skip-damaged", help="Leave out damaged files, with a note.", rich_help_panel=_INPUT),
    ] = False,
    camera_up: Annotated[
        str | None,
        typer.Option(
            help="Upward direction: X,Y,Z in the camera frame (level camera: 0,-1,0), or the axis of"
            " the calibration's"
            " world that points upward (+z, -y, ...).",
            rich_help_panel=_INPUT,
            show_default=False,
        ),
    ] = None,
    height: Annotated[
        float | None,
        typer.Option(
            help="Height of the person in metres. It fixes the scale, which one camera cannot see.",
            rich_help_panel=_INPUT,
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output",
            "-o",
            help=f"Output file: {POSE_WRITERS.listed()}; may be repeated. [default:"
            " FIRST-INPUT_3d.npz, here]",
            rich_help_panel=_OUTPUT,
            show_default=False,
        ),
    ] = None,
    samples: Samples = 1,
    preset: PresetName = PRESET,
    changes: Changes = None,
    clips: Annotated[
        bool,
        typer.Option(
            help="Estimate from all frames of a track what they share: the vertical of a static"
            " camera, the bones of the"
            " person, and which side is left.",
            rich_help_panel=METHOD,
        ),
    ] = True,
    prior: PriorFile = None,
    seed: Seed = 0,
    device: Device = "auto",
    batch_size: BatchSize = 512,
) -> None:
    """Lift 2D keypoints to 3D poses in metres, in the camera frame (X right, Y down, Z forward).

    Examples:

    `zedo lift openpose_json/ --intrinsics K.json`

    `zedo lift cam01_json/ --intrinsics calibration.toml --camera cam_01 -o cam01.npz -o cam01.json`

    `zedo lift keypoints.npz --samples 20 --preset best`

    `zedo lift video.json --image-size 1920x1080 --height 1.82` (nothing is known of the camera)
    """
    from dataclasses import replace

    from zedo_cli.cameras.choice import assumed_cameras, chosen_cameras, parse_size, read_all, with_film
    from zedo_cli.device import find_device
    from zedo_cli.errors import InputError, choose
    from zedo_cli.keypoints.noise import checked_noise
    from zedo_cli.keypoints.reading import read_keypoints
    from zedo_cli.keypoints.standardise import standardise
    from zedo_cli.keypoints.tracking import identified, selected
    from zedo_cli.lifter import Lifter
    from zedo_cli.pipeline.presets import PRESETS
    from zedo_cli.poses.writing import checked_output, write_poses
    from zedo_cli.preparation import SideInformation

    started = time.perf_counter()
    outputs = output or [Path(f"{keypoints[0].stem or 'poses'}_3d.npz")]
    inputs = {path.resolve() for path in keypoints}
    for path in outputs:
        checked_output(path)
        if path.resolve() in inputs:
            raise InputError("is also an input", source=path, fix="choose another output")
    settings = choose(preset, PRESETS, "preset").changed(changes or [])
    find_device(device)
    if intrinsics and fov is not None:
        raise InputError(f"{intrinsics[0]} gives the camera; leave one of the two out", setting="fov")
    people = read_keypoints(keypoints, skeleton, skip_damaged)
    people = with_film(people, parse_size(image_size, "image_size"), fps)
    cameras = chosen_cameras(
        people.clip_names,
        read_all(intrinsics or []),
        name=camera,
        resolution=parse_size(camera_resolution, "camera_resolution"),
        turn=camera_turn,
    )
    if not cameras and people.intrinsics is None:
        cameras = assumed_cameras(people, fov)
    elif fov is not None:
        raise InputError("the camera is given; leave one of the two out", setting="fov", value=f"{fov:g}")
    lens = cameras[0] if cameras else None
    known = SideInformation(
        up=_vertical(camera_up, lens) if camera_up else None,
        height=height,
        keypoint_noise=checked_noise(keypoint_noise),
    )
    lifter = Lifter(prior or "open", settings, samples, seed, device, clips, batch_size, track)
    chosen = selected(identified(standardise(people, cameras or None), track), person, max_people)
    prepared = lifter.prepare(chosen, None, known)
    prepared = replace(prepared, camera=cameras or None)
    with progress_bar("people") as bar:
        task = bar.add_task("Lifting", total=len(prepared.keypoints))
        starts = lifter.start(prepared)
        poses = lifter.finish(prepared, starts, lambda done: bar.update(task, completed=done))
    for path in outputs:
        write_poses(poses, path)

    typer.echo(f"Input: {poses.meta['summary']}")
    print_notes(poses.notes)
    seconds = time.perf_counter() - started
    typer.echo(
        f"{people.frame_count} frames, {len(poses)} poses lifted, mean reprojection error"
        f" {poses.reprojection_error.mean():.1f} px, {seconds:.1f} s (preset {settings.name}, prior"
        f" {lifter.prior.name})"
    )
    for path in outputs:
        typer.echo(f"3D poses: {path}")


def _vertical(text: str, camera: "Camera | None") -> "np.ndarray":
    """The unit vector upward in the camera frame `[3]`, from `X,Y,Z` or a world axis."""
    import numpy as np

    from zedo_cli.errors import InputError

    if len(text) == 2 and text[0] in "+-" and text[1].lower() in "xyz":
        if camera is None or camera.rotation is None:
            raise InputError(
                "needs a calibration with a rotation, given with `intrinsics`",
                setting="camera_up",
                value=text,
            )
        axis = camera.rotation[:, "xyz".index(text[1].lower())]
        return axis if text[0] == "+" else -axis
    try:
        vector = np.array([float(part) for part in text.split(",")])
    except ValueError:
        vector = np.zeros(0)
    if vector.shape != (3,) or not np.isfinite(vector).all() or not vector.any():
        raise InputError(
            "write X,Y,Z in the camera frame (level: 0,-1,0), or a world axis (+z)",
            setting="camera_up",
            value=text,
        )
    vector = vector / np.abs(vector).max()
    return vector / np.linalg.norm(vector)
