"""`zedo lift`: keypoints and a camera in, 3D poses out."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from zedo_cli.cli import lift_options as options
from zedo_cli.cli.lift_many import lift_many
from zedo_cli.cli.options import PRESET, BatchSize, Changes, Device, PresetName, PriorFile, Samples, Seed
from zedo_cli.cli.terminal import Stopped, print_notes, progress_bar
from zedo_cli.poses.outputs import PortionedOutputs, checked_outputs

if TYPE_CHECKING:
    from rich.progress import TaskID

    from zedo_cli.arguments import LifterSettings
    from zedo_cli.detectors.detecting import Detection
    from zedo_cli.from_files import InputOptions
    from zedo_cli.portions import LargeInput


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
    output_dir: options.OutputDir = None,
    format: options.Formats = None,
    jobs: options.Jobs = 1,
    shard: options.Shard = None,
    fail_fast: options.FailFast = False,
    engine: options.EngineName = "local",
    address: options.Address = None,
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
    batch_size: BatchSize = None,
) -> None:
    """Lift 2D keypoints or videos to 3D poses in metres.

    Examples:

    `zedo lift clip.mp4 -o motion.bvh -o motion.trc`

    `zedo lift openpose_json/ --intrinsics K.json`

    `zedo lift cam01_json/ --intrinsics calibration.toml --camera cam_01 -o cam01.npz -o cam01.json`

    `zedo lift keypoints.npz --samples 20 --preset best`

    `zedo lift video.json --image-size 1920x1080 --height 1.82` (nothing is known of the camera)

    `zedo lift clips/ --output-dir poses/ --format npz --format bvh --jobs 4` (an output for each clip)
    """
    from dataclasses import replace

    from zedo_cli.clips.run import Running
    from zedo_cli.clips.work import OutputFolder, Work
    from zedo_cli.detectors.detecting import Detection
    from zedo_cli.device import find_device
    from zedo_cli.errors import InputError, choose
    from zedo_cli.from_files import InputOptions, prepare_input
    from zedo_cli.io.files import writable
    from zedo_cli.io.remote import is_remote, shown
    from zedo_cli.keypoints.writing import write_keypoints
    from zedo_cli.lifter import Lifter
    from zedo_cli.pipeline.presets import PRESETS, default_prior
    from zedo_cli.portions import Merging

    started = time.perf_counter()
    said = InputOptions(
        intrinsics=tuple(intrinsics or ()),
        camera=camera,
        skeleton=skeleton,
        image_size=image_size,
        fov=fov,
        camera_resolution=camera_resolution,
        camera_turn=camera_turn,
        person=person,
        max_people=max_people,
        fps=fps,
        keypoint_noise=keypoint_noise,
        skip_damaged=skip_damaged,
        camera_up=camera_up,
        height=height,
    )
    settings = choose(preset, PRESETS, "preset").changed(changes or [])
    find_device(device)
    how = Detection(detector, detector_model, max_people, resume=resume)
    method: LifterSettings = {
        "prior": prior or default_prior(preset),
        "preset": settings,
        "samples": samples,
        "seed": seed,
        "device": device,
        "clips": clips,
        "batch_size": batch_size,
        "track": track,
    }
    if output_dir is not None:
        if output or angles or save_keypoints:
            raise InputError("names files; with `output_dir`, choose the `format`", setting="output")
        place = OutputFolder(output_dir, tuple(format or ["npz"]), frame, origin, filter)
        running = Running(jobs, shard, resume, fail_fast, engine, address)
        lift_many(keypoints, Work(said, method, how, place), running)
        return
    only_there = {
        "format": format,
        "shard": shard,
        "fail_fast": fail_fast or None,
        "jobs": jobs if jobs > 1 else None,
        "engine": engine if engine != "local" else None,
    }
    for setting, value in only_there.items():
        if value is not None:
            raise InputError("is for `output_dir`; a file is named by `output`", setting=setting)
    for path in (*keypoints, *(output or []), *(angles or [])):
        if is_remote(path):
            raise InputError("is not on this machine", source=shown(path), fix="lift it with `output_dir`")
    outputs = output or ([] if angles else [Path(f"{keypoints[0].stem or 'poses'}_3d.npz")])
    chosen_outputs = checked_outputs(outputs, angles or [], keypoints, frame, filter, origin)
    if save_keypoints is not None:
        writable(save_keypoints)
    how = replace(how, folder=chosen_outputs[0][0].parent)
    whole = _read(keypoints, said, how)
    if save_keypoints is not None:
        write_keypoints(whole.whole(), save_keypoints)
    lifter = Lifter(**method)
    merging, count, error, frames = Merging(whole.names), 0, 0.0, 0
    writing = PortionedOutputs(chosen_outputs, frame, origin, filter)
    with progress_bar("people") as bar, writing:
        task = bar.add_task("Lifting", total=whole.rows)
        for portion in whole:
            prepared = prepare_input(portion.keypoints, said, lifter)

            def progress(done: int, before: int = count) -> None:
                bar.update(task, completed=before + done)

            poses = lifter.finish(prepared, lifter.start(prepared), progress)
            if whole.count > 1:
                poses = merging.merged(poses, portion)
            writing.append(poses)
            count, error = count + len(poses), error + float(poses.reprojection_error.sum())
            frames += portion.keypoints.frame_count
    written = writing.written
    for path in keypoints:
        if (partial := how.partial(path)) is not None:
            partial.unlink(missing_ok=True)

    typer.echo(f"Input: {poses.meta['summary']}")
    print_notes([*poses.notes, *written.notes])
    seconds = time.perf_counter() - started
    typer.echo(
        f"{frames} frames, {count} poses lifted, mean reprojection error {error / count:.1f} px,"
        f" {seconds:.1f} s (preset {settings.name}, prior {lifter.prior.name})"
    )
    for path in written.paths:
        typer.echo(f"3D poses: {path}")


def _read(keypoints: list[Path], said: "InputOptions", how: "Detection") -> "LargeInput":
    """The keypoints of the inputs; those of films are detected, with progress."""
    from dataclasses import replace

    from zedo_cli.from_files import read_large

    with progress_bar("frames") as bar:
        tasks: list[TaskID] = []

        def progress(done: int, total: int) -> None:
            if not tasks:
                tasks.append(bar.add_task("Detecting", total=total))
            bar.update(tasks[0], completed=done, total=total)

        try:
            return read_large(keypoints, said, replace(how, progress=progress))
        except KeyboardInterrupt:
            kept = [partial for path in keypoints if (partial := how.partial(path)) and partial.exists()]
            if not kept:
                raise
            raise Stopped(f"interrupted; continue with --resume (finished frames are in {kept[0]})") from None
