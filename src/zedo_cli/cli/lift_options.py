"""Options of `zedo lift`; those of outputs also of `zedo export`."""

from pathlib import Path
from typing import Annotated

import typer

from zedo_cli.cli.options import METHOD, RUNNING
from zedo_cli.joint_sets import SKELETONS
from zedo_cli.registry import CAMERA_READERS, DETECTORS, KEYPOINT_READERS, POSE_WRITERS

_INPUT, _VIDEO, _OUTPUT, _MANY = "Input", "Video", "Output", "Many clips"
"""Panels of the help."""


Inputs = Annotated[
    list[Path],
    typer.Argument(
        help=f"Files or folders of 2D keypoints: {KEYPOINT_READERS.listed()}; or videos, images and folders"
        " of images, in which people are detected.",
        show_default=False,
    ),
]

Intrinsics = Annotated[
    list[Path] | None,
    typer.Option(
        "--intrinsics",
        "-k",
        help=f"Camera file: {CAMERA_READERS.listed()}. Of several cameras, clips take those of their"
        " name; may be repeated. Not needed if the keypoints hold it.",
        rich_help_panel=_INPUT,
        show_default=False,
    ),
]

CameraName = Annotated[
    str | None,
    typer.Option(
        help="Name of the camera in a calibration of several.", rich_help_panel=_INPUT, show_default=False
    ),
]

SkeletonName = Annotated[
    str | None,
    typer.Option(
        help=f"Joint set of the detector: {', '.join(SKELETONS)}, or a JSON file that maps your joint"
        " names to ours. [default: found from the file]",
        rich_help_panel=_INPUT,
        show_default=False,
    ),
]

ImageSize = Annotated[
    str | None,
    typer.Option(
        help="WIDTHxHEIGHT of the film's images in pixels: scales a camera of another resolution, and"
        " normalised keypoints; without a camera, a usual one is assumed.",
        rich_help_panel=_INPUT,
        show_default=False,
    ),
]

Fov = Annotated[
    float | None,
    typer.Option(
        help="Field of view of the assumed camera along the longer side of the image, in"
        " degrees. [default: 60]",
        rich_help_panel=_INPUT,
        show_default=False,
    ),
]

CameraResolution = Annotated[
    str | None,
    typer.Option(
        help="WIDTHxHEIGHT of the images for which K is calibrated, if the camera file does not say.",
        rich_help_panel=_INPUT,
        show_default=False,
    ),
]

CameraTurn = Annotated[
    int,
    typer.Option(
        help="Degrees clockwise (90, 180 or 270) by which the film is turned after the calibration.",
        rich_help_panel=_INPUT,
    ),
]

Track = Annotated[
    bool,
    typer.Option(
        help="Track people over the frames where the input has no identities.", rich_help_panel=_INPUT
    ),
]

Person = Annotated[
    int | None,
    typer.Option(help="Lift this identity only.", rich_help_panel=_INPUT, show_default=False),
]

MaxPeople = Annotated[
    int | None,
    typer.Option(
        help="Lift at most N people of each clip, those that are seen most.",
        rich_help_panel=_INPUT,
        show_default=False,
    ),
]

Fps = Annotated[
    float | None,
    typer.Option(
        help="Frames/s of the input, if it does not say.", rich_help_panel=_INPUT, show_default=False
    ),
]

Noise = Annotated[
    str,
    typer.Option(
        metavar="PX|auto|exact",
        help="Standard deviation of the keypoints in pixels; exact, of ground truth; or auto, from their"
        " confidences and their track.",
        rich_help_panel=_INPUT,
    ),
]

SkipDamaged = Annotated[
    bool,
    typer.Option("--skip-damaged", help="Leave out damaged files, with a note.", rich_help_panel=_INPUT),
]

CameraUp = Annotated[
    str | None,
    typer.Option(
        help="Upward direction: X,Y,Z in the camera frame (level camera: 0,-1,0), or the axis of"
        " the calibration's"
        " world that points upward (+z, -y, ...).",
        rich_help_panel=_INPUT,
        show_default=False,
    ),
]

Height = Annotated[
    float | None,
    typer.Option(
        help="Height of the person in metres. It fixes the scale, which one camera cannot see.",
        rich_help_panel=_INPUT,
        show_default=False,
    ),
]

Outputs = Annotated[
    list[Path] | None,
    typer.Option(
        "--output",
        "-o",
        help=f"Output file: {POSE_WRITERS.listed()}; may be repeated. [default: FIRST-INPUT_3d.npz, here]",
        rich_help_panel=_OUTPUT,
        show_default=False,
    ),
]

Together = Annotated[
    bool,
    typer.Option(
        help="Estimate from all frames of a track what they share: the vertical of a static"
        " camera, the bones of the"
        " person, and which side is left.",
        rich_help_panel=METHOD,
    ),
]

DetectorName = Annotated[
    str,
    typer.Option(
        "--detector",
        help=f"Who detects people in videos and images: {', '.join(DETECTORS.entries)}.",
        rich_help_panel=_VIDEO,
    ),
]
DetectorModel = Annotated[
    Path | None,
    typer.Option(
        help="Model file of the detector, in place of its own.", rich_help_panel=_VIDEO, show_default=False
    ),
]
SaveKeypoints = Annotated[
    Path | None,
    typer.Option(
        help="Write the keypoints of the input to a file of zedo's JSON, which can be lifted again.",
        rich_help_panel=_VIDEO,
        show_default=False,
    ),
]
ResumeDetection = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Go on with an interrupted run: with the detection of a video, or with the clips that are not"
        " done.",
        rich_help_panel=RUNNING,
    ),
]
FrameName = Annotated[
    str | None,
    typer.Option(
        "--frame",
        help="Frame of arrays and tables: camera, or world (Z up, the floor at 0). Markers, animation, angles"
        " and pages are always in the world frame, with the upward axis of the format. [default: camera]",
        rich_help_panel=_OUTPUT,
        show_default=False,
    ),
]
Origin = Annotated[
    bool,
    typer.Option(
        "--origin",
        help="In the world frame, let the first person start at the origin.",
        rich_help_panel=_OUTPUT,
    ),
]
Angles = Annotated[
    list[Path] | None,
    typer.Option(
        "--angles",
        help="Write joint angles: .mot for OpenSim, .csv with their uncertainty; may be repeated.",
        rich_help_panel=_OUTPUT,
        show_default=False,
    ),
]
Filter = Annotated[
    str | None,
    typer.Option(
        "--filter",
        metavar="butterworth:HZ",
        help="Low-pass filter over the frames of a track, zero lag. The method is steady without one.",
        rich_help_panel=_OUTPUT,
        show_default=False,
    ),
]
OutputDir = Annotated[
    Path | None,
    typer.Option(
        help="Folder for many clips: each file, and each clip in a folder, gets outputs of its own name.",
        rich_help_panel=_MANY,
        show_default=False,
    ),
]
Formats = Annotated[
    list[str] | None,
    typer.Option(
        help=f"Format in that folder: {', '.join(POSE_WRITERS.entries)}; may be repeated. [default: npz]",
        rich_help_panel=_MANY,
        show_default=False,
    ),
]
Jobs = Annotated[int, typer.Option(min=1, help="Clips lifted at once.", rich_help_panel=_MANY)]
Shard = Annotated[
    str | None,
    typer.Option(
        metavar="I/N",
        help="Lift the I-th of N parts of the clips, from 0: for several machines or a Slurm array.",
        rich_help_panel=_MANY,
        show_default=False,
    ),
]
FailFast = Annotated[
    bool,
    typer.Option("--fail-fast", help="Stop at the first clip that fails.", rich_help_panel=_MANY),
]
EngineName = Annotated[
    str,
    typer.Option(
        "--engine", help="Who does the work: local processes, or ray, a cluster.", rich_help_panel=_MANY
    ),
]
Address = Annotated[
    str | None,
    typer.Option(
        help="Address of the Ray cluster. [default: the one of this machine, or a new one]",
        rich_help_panel=_MANY,
        show_default=False,
    ),
]
