"""`zedo stream`: people lifted live, a line of JSON for each frame."""

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zedo_cli.cli import lift_options as options
from zedo_cli.cli.options import METHOD, RUNNING, Changes, Device, PriorFile, Seed
from zedo_cli.cli.terminal import Stopped, console, print_notes

if TYPE_CHECKING:
    from zedo_cli.cameras.container import Camera
    from zedo_cli.live.webcam import DetectedImages


def stream(
    intrinsics: Annotated[
        Path | None,
        typer.Option("--intrinsics", "-k", help="Camera file, as of zedo lift.", show_default=False),
    ] = None,
    camera_name: Annotated[
        str | None,
        typer.Option(help="Name of the camera in a calibration of several.", show_default=False),
    ] = None,
    camera: Annotated[
        str | None,
        typer.Option(
            help="Detect people in the images of a webcam (its number), a device, an address or a file, in"
            " place of reading lines.",
            show_default=False,
        ),
    ] = None,
    skeleton: options.SkeletonName = None,
    image_size: options.ImageSize = None,
    fov: options.Fov = None,
    fps: options.Fps = None,
    keypoint_noise: options.Noise = "auto",
    camera_up: options.CameraUp = None,
    height: options.Height = None,
    detector: options.DetectorName = "mediapipe",
    detector_model: options.DetectorModel = None,
    max_people: options.MaxPeople = None,
    max_latency: Annotated[
        float | None,
        typer.Option(
            min=1,
            metavar="MS",
            help="Drop frames that waited longer than this, in milliseconds; each still gets a line.",
            rich_help_panel=RUNNING,
            show_default=False,
        ),
    ] = None,
    preset: Annotated[
        str, typer.Option(help="Settings of the method: fast, balanced or best.", rich_help_panel=METHOD)
    ] = "fast",
    refine: Annotated[
        bool,
        typer.Option(
            "--refine",
            help="Refine each frame by the prior's track network: errors up to 6 % less, a third more time.",
            rich_help_panel=METHOD,
        ),
    ] = False,
    changes: Changes = None,
    clips: options.Together = True,
    prior: PriorFile = None,
    seed: Seed = 0,
    device: Device = "auto",
) -> None:
    """Lift people live: frames come as lines of JSON on standard input, poses leave on standard output.

    A line is `{"people": [{"keypoints": [[x, y, confidence], ...]}]}`, with `id`, `frame` and `time` if they
    are known, or what a detector writes for a frame. Each line in gives one line out, at once.

    Examples:

    `my_detector | zedo stream --intrinsics K.json --skeleton coco17 > poses.jsonl`

    `zedo stream --camera 0 --max-latency 100`
    """
    from zedo_cli.device import find_device
    from zedo_cli.errors import choose
    from zedo_cli.from_files import vertical_of
    from zedo_cli.keypoints.noise import checked_noise
    from zedo_cli.lifter import Lifter
    from zedo_cli.live.inbox import Inbox
    from zedo_cli.live.lines import LineReader, standard_input
    from zedo_cli.live.service import Service
    from zedo_cli.live.webcam import DetectedImages
    from zedo_cli.pipeline.presets import PRESETS
    from zedo_cli.preparation import SideInformation

    settings = choose(preset, PRESETS, "preset").changed(changes or [])
    find_device(device)
    source = DetectedImages(camera, detector, detector_model, max_people) if camera else None
    lens = _lens(intrinsics, camera_name, image_size, fov, source)
    known = SideInformation(
        up=vertical_of(camera_up, lens) if camera_up else None,
        height=height,
        keypoint_noise=checked_noise(keypoint_noise),
    )
    lifter = Lifter(prior, settings, 1, seed, device, clips)
    live = lifter.live(lens, skeleton, fps, known, refine)
    newest = source is not None and source.live
    inbox: Inbox[Any] = Inbox(source.images if source else standard_input, newest)
    service = Service(live, source.frame if source else LineReader().frame, max_latency)
    signal.signal(signal.SIGTERM, _stop)
    try:
        for arrived in inbox:
            line, notes = service.answer(arrived)
            print_notes(notes)
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()
    except BrokenPipeError:  # nobody reads any more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        raise Stopped(f"interrupted; {service.summary(inbox.dropped)}") from None
    finally:
        inbox.close()
    console.print(service.summary(inbox.dropped), markup=False)


def _lens(
    intrinsics: Path | None,
    name: str | None,
    image_size: str | None,
    fov: float | None,
    source: "DetectedImages | None",
) -> "Camera":
    """The camera that is given, or one that is assumed."""
    from zedo_cli.cameras.assumed import assumed_camera
    from zedo_cli.cameras.choice import parse_size
    from zedo_cli.cameras.reading import read_camera
    from zedo_cli.errors import InputError

    if intrinsics is not None:
        if fov is not None:
            raise InputError(f"{intrinsics} gives the camera; leave one of the two out", setting="fov")
        return read_camera(intrinsics, name)
    size = parse_size(image_size, "image_size") or (source.size if source else None)
    if size is None:
        raise InputError("no camera is known", fix="give `intrinsics`, or `image_size` to assume a usual one")
    return assumed_camera(size, fov)


def _stop(number: int, _: object) -> None:
    raise Stopped("stopped", 128 + number)
