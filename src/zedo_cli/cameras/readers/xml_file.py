"""OpenCV's FileStorage as XML."""

import re
from pathlib import Path
from xml.etree import ElementTree

from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.readers.matrix_json import camera_of
from zedo_cli.errors import InputError

_LARGEST = 2_000_000
"""Bytes; a calibration is much smaller."""


def read(path: Path) -> list[Camera]:
    """Read the file. Raises `InputError` if it is not of OpenCV, or holds no camera."""
    if path.stat().st_size > _LARGEST:
        raise InputError("is too large for a calibration", source=path)
    content = path.read_bytes()
    if re.search(rb"<!(DOCTYPE|ENTITY)", content, re.IGNORECASE):
        raise InputError("declares a document type, which a calibration does not need", source=path)
    try:
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError) as error:
        raise InputError(
            f"is truncated or not XML ({error})", source=path, fix="write the file again"
        ) from error
    if root.tag != "opencv_storage":
        raise InputError("is not a file of OpenCV", source=path, fix="its root must be opencv_storage")
    fields: dict[str, object] = {}
    for node in root:
        data = node.find("data")
        words = ((data if data is not None else node).text or "").split()
        try:
            numbers = [float(word) for word in words]
        except ValueError:
            continue
        if node.tag.lower() == "cameraresolution" and len(numbers) == 2:
            fields["size"] = numbers
        else:
            fields[node.tag] = numbers if data is not None or len(numbers) != 1 else numbers[0]
    return [camera_of(fields, path, path.stem)]
