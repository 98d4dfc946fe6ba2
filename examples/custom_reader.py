"""Your own keypoint reader in 20 lines: a text file with x, y, confidence of 17 COCO joints in each line.

A package makes it available to `zedo lift` by an entry point in its pyproject.toml:

    [project.entry-points."zedo.keypoint_readers"]
    coco-text = "custom_reader:reader"
"""

import numpy as np

import zedo_cli as zedo
from zedo_cli.registry import KeypointReader


def accepts(content):
    """Whether a .txt file is of this format: 51 numbers in its first line."""
    with content.path.open(errors="replace") as file:
        return len(file.readline().split()) == 51


def read(name, contents):
    """Read one clip: a line for each frame of one person."""
    (content,) = contents
    try:
        values = np.loadtxt(content.path, ndmin=2).reshape(-1, 17, 3)
    except ValueError as error:
        raise zedo.InputError(str(error), source=content.path, fix="write 51 numbers in each line") from error
    return zedo.Keypoints.from_arrays(values, skeleton="coco17", clip=np.zeros(len(values), int), name=name)


reader = KeypointReader(title="17 COCO joints as text", suffixes=(".txt",), accepts=accepts, read=read)
