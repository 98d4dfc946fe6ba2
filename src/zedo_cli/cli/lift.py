"""`zedo lift`: keypoints and a camera in, 3D poses out."""

import time
from pathlib import Path
from typing import Annotated

import typer

from zedo_cli.cli.options import Device, console, progress_bar
from zedo_cli.lifting import DEFAULT_PRESET

_INPUT, _METHOD, _RUNNING = "Input", "Method", "Running"


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
            help="Camera: K as JSON or NPY, or a Pose2Sim/Anipose TOML calibration. Not needed if the keypoints hold it.",
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
    samples: Annotated[
        int, typer.Option("--samples", "-s", min=1, help="Hypotheses for each person.", rich_help_panel=_METHOD)
    ] = 1,
    preset: Annotated[
        str, typer.Option(help="paper (as published), fast or balanced.", rich_help_panel=_METHOD)
    ] = DEFAULT_PRESET,
    prior: Annotated[
        Path | None,
        typer.Option(help="A prior of your own. [default: the bundled one]", rich_help_panel=_METHOD, show_default=False),
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, max=2**32 - 1, help="Of the choice among starts, for S > 1.", rich_help_panel=_METHOD)
    ] = 0,
    device: Device = "auto",
    batch_size: Annotated[
        int, typer.Option(min=1, help="Hypotheses at once; changes memory and speed only.", rich_help_panel=_RUNNING)
    ] = 512,
) -> None:
    """Lift 2D keypoints to 3D poses in metres, in the camera's frame (X right, Y down, Z forward).

    Examples:

    `zedo lift openpose_json/ --intrinsics K.json`

    `zedo lift cam01_json/ --intrinsics calibration.toml --camera cam_01 -o cam01.npz -o cam01.json`

    `zedo lift keypoints.npz --samples 20 --preset balanced`
    """
    from zedo_cli.cameras import read_camera
    from zedo_cli.errors import InputError
    from zedo_cli.keypoints import read_keypoints
    from zedo_cli.lifting import bundled_prior, find_device, find_preset, lift_keypoints
    from zedo_cli.poses import write_poses
    from zedo_cli.poses.writers import checked_output
    from zedo_cli.prior import load_prior

    started = time.perf_counter()
    outputs = [checked_output(path) for path in output or [Path(f"{keypoints[0].stem or 'poses'}_3d.npz")]]
    inputs = {path.resolve() for path in keypoints}
    for path in outputs:
        if path.resolve() in inputs:
            raise InputError(f"{path}: is an input too; choose another output")
    settings = find_preset(preset)
    on = find_device(device)
    if camera and not intrinsics:
        raise InputError(f"--camera {camera}: needs the calibration that holds it, with --intrinsics")
    lens = read_camera(intrinsics, camera) if intrinsics else None
    people = read_keypoints(keypoints, skeleton)
    denoiser = load_prior(prior or bundled_prior(), on)
    with progress_bar("people") as bar:
        task = bar.add_task("Lifting", total=len(people))
        poses = lift_keypoints(
            people, denoiser, lens, settings, samples, seed, batch_size, lambda done: bar.update(task, completed=done)
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
