"""Cameras as YAML: OpenCV's FileStorage, EasyMocap's `intri.yml`, ROS' camera_info, Kalibr's camchain.

OpenCV's files begin with a line `%YAML:1.0` that is not YAML, and mark matrices with `!!opencv-matrix`.
"""

import re
from pathlib import Path
from typing import Any

from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.intrinsics import checked_intrinsics, pinhole
from zedo_cli.cameras.readers.matrix_json import camera_of, matrix
from zedo_cli.cameras.reading import lens
from zedo_cli.errors import InputError

_LARGEST = 2_000_000
"""Bytes; a calibration is much smaller."""

_STEREO = (("m1", "d1"), ("m2", "d2"))


def read(path: Path) -> list[Camera]:
    """Read the file. Raises `InputError` that names the camera."""
    document = _document(path)
    if not isinstance(document, dict):
        raise InputError("holds no camera", source=path)
    fields = {str(key).lower(): value for key, value in document.items()}
    easy = {key[2:]: value for key, value in document.items() if re.fullmatch(r"K_.+", str(key))}
    if easy:
        return [_easymocap(str(name), fields, value, path) for name, value in easy.items()]
    kalibr = {
        key: value for key, value in document.items() if isinstance(value, dict) and "intrinsics" in value
    }
    if kalibr:
        return [_kalibr(str(name), about, path) for name, about in kalibr.items()]
    if "m1" in fields:
        pairs = [(k, d) for k, d in _STEREO if k in fields]
        return [
            camera_of({"K": fields[k], "distortion": fields.get(d)}, path, f"camera {place}", k.upper())
            for place, (k, d) in enumerate(pairs, 1)
        ]
    return [camera_of(document, path, str(fields.get("camera_name") or path.stem))]


def _document(path: Path) -> Any:
    import yaml

    if path.stat().st_size > _LARGEST:
        raise InputError("is too large for a calibration", source=path)
    try:
        text = path.read_text(encoding="utf-8-sig")
        text = (
            re.sub(r"\A%YAML[^\n]*\n", "", text)
            .replace("!!opencv-matrix", "")
            .replace("!!opencv-nd-matrix", "")
        )
        if re.search(r"[:\s\[,-][&*][A-Za-z0-9_]", text):
            raise InputError("uses YAML aliases, which a calibration does not need", source=path)
        return next(iter(yaml.safe_load_all(text)), None)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        problem = " ".join(str(error).split())[:80]
        raise InputError(
            f"is truncated or not YAML ({problem})", source=path, fix="write the file again"
        ) from error


def _easymocap(name: str, fields: dict[str, Any], value: Any, path: Path) -> Camera:
    where = f"K_{name}"
    k = matrix(value.get("data") if isinstance(value, dict) else value, path, where)
    found = fields.get(f"dist_{name}".lower(), fields.get(f"d_{name}".lower()))
    coefficients = lens(found.get("data") if isinstance(found, dict) else found or [], path, f"dist_{name}")
    width, height = fields.get(f"w_{name}".lower()), fields.get(f"h_{name}".lower())
    known = all(isinstance(side, int | float) and side > 0 for side in (width, height))
    return Camera(name, k, coefficients, size=(float(width), float(height)) if known else None)  # type: ignore[arg-type]


def _kalibr(name: str, about: dict[str, Any], path: Path) -> Camera:
    model, values = str(about.get("camera_model", "pinhole")), about["intrinsics"]
    warp = str(about.get("distortion_model", "none"))
    if model != "pinhole" or warp not in ("radtan", "radial-tangential", "equidistant", "none"):
        raise InputError(
            f"camera model {model} with {warp} is not supported",
            source=path,
            where=name,
            fix="calibrate as pinhole",
        )
    if (
        not isinstance(values, list)
        or len(values) != 4
        or not all(isinstance(v, int | float) for v in values)
    ):
        raise InputError("intrinsics must be fu, fv, pu, pv", source=path, where=name)
    fisheye = warp == "equidistant"
    size = about.get("resolution")
    known = (
        isinstance(size, list) and len(size) == 2 and all(isinstance(s, int | float) and s > 0 for s in size)
    )
    return Camera(
        name,
        checked_intrinsics(pinhole(*values), path, name),
        lens(about.get("distortion_coeffs") or [], path, name, fisheye),
        fisheye,
        (float(size[0]), float(size[1])) if known else None,  # type: ignore[index]
    )


def _numbers(values: Any, count: int) -> bool:
    """Whether it is a list of `count` numbers."""
    return (
        isinstance(values, list) and len(values) == count and all(isinstance(v, int | float) for v in values)
    )
