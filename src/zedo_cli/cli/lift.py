"""`zedo lift`: keypoints and a camera in, 3D poses out."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from zedo_cli.cli import lift_options as options
from zedo_cli.cli.options import PRESET, BatchSize, Changes, Device, PresetName, PriorFile, Samples, Seed
from zedo_cli.cli.outputs import checked_outputs, write_outputs
from zedo_cli.cli.terminal import Stopped, print_notes, progress_bar

if TYPE_CHECKING:
    import numpy as np
    from rich.progress import TaskID

    from zedo_cli.cameras.container import Camera
    from zedo_cli.detectors.detecting import Detection
    from zedo_cli.keypoints.container import Keypoints


def lift(
    keypoints: options.Inputs,
    intrinsics: options.Intrinsics = None,
    camera: options.CameraName = None,
    skeleton: options.SkeletonName = None,
    image_size: options.ImageSize = None,
    fov: options.Fov = None,
    camera_resolution: options.CameraResolution = None,
    camera_turn: options.CameraTurn = 0,
    track: options.Track = True,
    person: options.Person = None,
    max_people: options.MaxPeople = None,
    fps: options.Fps = None,
    keypoint_noise: options.Noise = "auto",
    skip_damaged: options.SkipDamaged = False,
    camera_up: options.CameraUp = None,
    height: options.Height = None,
    detector: options.DetectorName = "mediapipe",
    detector_model: options.DetectorModel = None,
    save_keypoints: options.SaveKeypoints = None,
    resume: options.ResumeDetection = False,
    output: options.Outputs = None,
    frame: options.FrameName = None,
    origin: options.Origin = False,
    angles: options.Angles = None,
    filter: options.Filter = None,
    samples: Samples = 1,
    preset: PresetName = PRESET,
    changes: Changes = None,
    clips: options.Together = True,
    prior: PriorFile = None,
    seed: Seed = 0,
    device: Device = "auto",
    batch_size: BatchSize = 512,
) -> None:
    """Lift 2D keypoints or videos to 3D poses in metres.

    Examples:

    `zedo lift clip.mp4 -o motion.bvh -o motion.trc`

    `zedo lift openpose_json/ --intrinsics K.json`

    `zedo lift cam01_json/ --intrinsics calibration.toml --camera cam_01 -o cam01.npz -o cam01.json`

    `zedo lift keypoints.npz --samples 20 --preset best`

    `zedo lift video.json --image-size 1920x1080 --height 1.82` (nothing is known of the camera)
    """
    from dataclasses import replace

    from zedo_cli.cameras.choice import assumed_cameras, chosen_cameras, parse_size, read_all, with_film
    from zedo_cli.detectors.detecting import Detection
    from zedo_cli.device import find_device
    from zedo_cli.errors import InputError, choose
    from zedo_cli.io.files import writable
    from zedo_cli.keypoints.noise import checked_noise
    from zedo_cli.keypoints.standardise import standardise
    from zedo_cli.keypoints.tracking import identified, selected
    from zedo_cli.keypoints.writing import write_keypoints
    from zedo_cli.lifter import Lifter
    from zedo_cli.pipeline.presets import PRESETS
    from zedo_cli.preparation import SideInformation

    started = time.perf_counter()
    outputs = output or ([] if angles else [Path(f"{keypoints[0].stem or 'poses'}_3d.npz")])
    chosen_outputs = checked_outputs(outputs, angles or [], keypoints, frame, filter, origin)
    if save_keypoints is not None:
        writable(save_keypoints)
    settings = choose(preset, PRESETS, "preset").changed(changes or [])
    find_device(device)
    if intrinsics and fov is not None:
        raise InputError(f"{intrinsics[0]} gives the camera; leave one of the two out", setting="fov")
    folder = chosen_outputs[0][0].parent
    how = Detection(detector, detector_model, max_people, folder, resume)
    people = _read(keypoints, skeleton, skip_damaged, how)
    people = with_film(people, parse_size(image_size, "image_size"), fps)
    if save_keypoints is not None:
        write_keypoints(people, save_keypoints)
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
    written = write_outputs(poses, chosen_outputs, frame, origin, filter)
    for path in keypoints:
        if (partial := how.partial(path)) is not None:
            partial.unlink(missing_ok=True)

    typer.echo(f"Input: {poses.meta['summary']}")
    print_notes([*poses.notes, *written.notes])
    seconds = time.perf_counter() - started
    typer.echo(
        f"{people.frame_count} frames, {len(poses)} poses lifted, mean reprojection error"
        f" {poses.reprojection_error.mean():.1f} px, {seconds:.1f} s (preset {settings.name}, prior"
        f" {lifter.prior.name})"
    )
    for path in written.paths:
        typer.echo(f"3D poses: {path}")


def _read(keypoints: list[Path], skeleton: str | None, skip_damaged: bool, how: "Detection") -> "Keypoints":
    """The keypoints of the inputs; those of films are detected, with progress."""
    from dataclasses import replace

    from zedo_cli.keypoints.reading import read_keypoints

    with progress_bar("frames") as bar:
        tasks: list[TaskID] = []

        def progress(done: int, total: int) -> None:
            if not tasks:
                tasks.append(bar.add_task("Detecting", total=total))
            bar.update(tasks[0], completed=done, total=total)

        try:
            return read_keypoints(keypoints, skeleton, skip_damaged, replace(how, progress=progress))
        except KeyboardInterrupt:
            kept = [partial for path in keypoints if (partial := how.partial(path)) and partial.exists()]
            if not kept:
                raise
            raise Stopped(f"interrupted; continue with --resume (finished frames are in {kept[0]})") from None


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
