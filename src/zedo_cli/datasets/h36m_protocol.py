"""What every layout of Human3.6M shares: subjects, cameras, actions, the order of rows, the protocol."""

import numpy as np

from zedo_cli.datasets.container import Dataset
from zedo_cli.datasets.layouts import array
from zedo_cli.datasets.parts import Part, dataset_of
from zedo_cli.errors import InputError, Note
from zedo_cli.skeletons import JOINTS

TITLE, SOURCE = "Human3.6M", "http://vision.imar.ro/human3.6m"
SUBJECTS = ("S9", "S11")
PAPER_STRIDE = 640

CAMERAS = ("54138969", "55011271", "58860488", "60457274")
FOCAL = ((1145.049, 1143.781), (1149.676, 1147.592), (1149.141, 1148.799), (1145.511, 1144.774))
CENTRE = ((512.542, 515.451), (508.849, 508.065), (519.816, 501.403), (514.968, 501.882))
SIZES = ((1000.0, 1002.0), (1000.0, 1000.0), (1000.0, 1000.0), (1000.0, 1002.0))
"""The four cameras in the order of the files: names, focal lengths, principal points and images in pixels."""

ACTIONS = (
    *("Directions", "Discussion", "Eating", "Greeting", "Phoning"),
    *("Posing", "Purchases", "Sitting", "SittingDown", "Smoking"),
    *("Photo", "Waiting", "Walking", "WalkDog", "WalkTogether"),
)
"""The actions with the numbers 2 to 16."""

MPII = (3, 2, 1, 4, 5, 6, 0, 8, 9, 10, 16, 15, 14, 11, 12, 13)
"""For each of MPII's 16 joints, which have no spine, its index among the 17."""

DAMAGED = "S11 Directions"
"""The recording whose video is damaged: VideoPose3D's layout lacks it, and it is not read of the release."""


def wanted() -> list[str]:
    """Subject and action of what a whole test set has."""
    return [f"{subject} {action}" for subject in SUBJECTS for action in ACTIONS]


def action_of(name: str) -> str:
    """The action of a recording: `WalkDog 1` is `WalkDog`."""
    return name.rstrip("0123456789").strip().replace("WalkingDog", "WalkDog").replace("TakingPhoto", "Photo")


def order(subject: str, action: str) -> tuple[int, int, str]:
    """Of recordings: by subject, number of the action, and take."""
    name = action_of(action)
    return SUBJECTS.index(subject), ACTIONS.index(name) if name in ACTIONS else len(ACTIONS), action


def view(points: object, place: str) -> np.ndarray:
    """2D of one camera `[F, 17, 2]`, NaN where unknown; the stacked hourglass has the 16 joints of MPII.

    Raises `InputError` for other shapes, no frame, and coordinates that are not pixels.
    """
    if isinstance(points, np.ndarray) and points.shape[1:] == (len(MPII), 2):
        ours = np.full((len(points), len(JOINTS), 2), np.nan)
        ours[:, MPII] = array(points, (None, len(MPII), 2), place)
        return ours
    checked_points = array(points, (None, len(JOINTS), 2), place)
    if not len(checked_points):
        raise InputError("holds no frame", source=place)
    if np.nanmax(np.abs(checked_points), initial=0) < 2:
        raise InputError("coordinates look normalised", source=place, fix="they must be pixels")
    return checked_points


def whole(parts: list[Part], keypoints: str, notes: list[Note]) -> Dataset:
    """The parts as the data set, with the mean over actions."""
    return dataset_of(
        parts, name="h36m", kind=keypoints, by_group=True, paper_stride=PAPER_STRIDE, notes=tuple(notes)
    )
