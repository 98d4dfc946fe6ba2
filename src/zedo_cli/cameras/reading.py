"""Camera files: K as JSON or NPY, calibrations as Pose2Sim, Anipose and Caliscope TOML, EXIF of a photograph."""

import tomllib
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, TypeVar

import numpy as np
import roma
import torch
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from zedo_cli.cameras.container import Camera, checked_intrinsics
from zedo_cli.errors import InputError, first_fault
from zedo_cli.io.files import read_json

Size = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Model = TypeVar("Model", bound=BaseModel)


class _FocalLengths(BaseModel):
    """`{"fx", "fy", "cx", "cy"}` with optional image size and OpenCV distortion coefficients."""

    model_config = ConfigDict(extra="forbid")

    fx: float
    fy: float
    cx: float
    cy: float
    width: Size | None = None
    height: Size | None = None
    distortion: list[FiniteFloat] = Field(default=[], max_length=5)


class _Calibration(BaseModel):
    """One camera of a TOML calibration; its place and anything else are left alone."""

    name: str | None = None
    size: tuple[Size, Size] | None = None
    matrix: list[list[float]]
    distortions: list[FiniteFloat] = Field(default=[], max_length=5)
    fisheye: bool = False
    rotation: Any = None
    """Rodrigues vector, world to camera; what is none is left alone."""


def read_camera(path: Path, name: str | None = None) -> Camera:
    """Read a camera; `name` chooses one of a calibration with several.

    Raises `InputError`, one line that names the file, the place in it and the mend.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise InputError(f"{path}: unknown kind of camera file '{path.suffix}'; it is one of {', '.join(_READERS)}")
    if not path.is_file():
        raise InputError(f"{path}: no such camera file")
    if name is not None and path.suffix.lower() != ".toml":
        raise InputError(f"--camera {name}: {path} holds a single camera; leave --camera out")
    if path.stat().st_size == 0:
        raise InputError(f"{path}: is empty; write K as [[fx, 0, cx], [0, fy, cy], [0, 0, 1]]")
    return reader(path, name)


def _read_json(path: Path, name: str | None) -> Camera:
    document = read_json(path)
    if not isinstance(document, dict):
        return Camera(path.stem, checked_intrinsics(document, str(path)))
    camera = _validated(_FocalLengths, document, str(path))
    k = [[camera.fx, 0, camera.cx], [0, camera.fy, camera.cy], [0, 0, 1]]
    size = (camera.width, camera.height) if camera.width and camera.height else None
    return Camera(path.stem, checked_intrinsics(k, str(path)), np.array(camera.distortion), size=size)


def _read_npy(path: Path, name: str | None) -> Camera:
    try:
        k = np.load(path, allow_pickle=False)
    except (ValueError, EOFError, OSError, MemoryError) as error:
        raise InputError(f"{path}: is no NPY file of numbers ({error}); save K with numpy.save") from error
    return Camera(path.stem, checked_intrinsics(k, str(path)))


def _read_toml(path: Path, name: str | None) -> Camera:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: is truncated or no TOML ({error}); write it again") from error
    cameras = {key: table for key, table in document.items() if isinstance(table, dict) and "matrix" in table}
    if not cameras:
        raise InputError(f"{path}: no camera in it; a camera is a table with 'matrix' and 'distortions'")
    by_name = {str(table.get("name", key)): table for key, table in cameras.items()} | cameras
    if name is None and len(cameras) > 1:
        raise InputError(f"{path}: has {len(cameras)} cameras; choose one with --camera: {', '.join(cameras)}")
    chosen = name if name is not None else next(iter(cameras))
    if chosen not in by_name:
        raise InputError(f"{path}: no camera '{chosen}'; it has {', '.join(cameras)}")
    camera = _validated(_Calibration, by_name[chosen], f"{path}: [{chosen}]")
    k = checked_intrinsics(camera.matrix, f"{path}: [{chosen}]")
    turned = _rotation(camera.rotation)
    return Camera(chosen, k, np.array(camera.distortions), fisheye=camera.fisheye, size=camera.size, rotation=turned)


def _rotation(vector: Any) -> np.ndarray | None:
    """The matrix of a Rodrigues vector; none of anything else."""
    try:
        values = np.asarray(vector, np.float64)
    except (TypeError, ValueError):
        return None
    if values.shape != (3,) or not np.isfinite(values).all():
        return None
    return roma.rotvec_to_rotmat(torch.from_numpy(values)).numpy()


def _read_photo(path: Path, name: str | None) -> Camera:
    """K from the focal length as of 35 mm film, 36 mm wide, in the EXIF of an image of the camera (tag 41989)."""
    if find_spec("PIL") is None:
        raise InputError(f"{path}: photographs need Pillow: pip install pillow")
    from PIL import Image

    try:
        with warnings.catch_warnings(action="ignore"), Image.open(path) as image:
            width, height = image.size
            exif = image.getexif()
            focal = float(exif.get_ifd(0x8769).get(41989, 0))
            if exif.get(274, 1) >= 5:  # stored on its side
                width, height = height, width
    except (Image.DecompressionBombError, OSError, ValueError, TypeError, OverflowError, SyntaxError) as error:
        raise InputError(f"{path}: is no image, or a damaged one ({error}); give a photograph or a K") from error
    if not 1 <= focal <= 2000:
        raise InputError(f"{path}: its EXIF tells no 35 mm focal length; give K, or --image-size {width}x{height} and --fov")
    f = focal / 36 * max(width, height)
    k = [[f, 0, width / 2], [0, f, height / 2], [0, 0, 1]]
    return Camera(path.stem, checked_intrinsics(k, str(path)), size=(width, height))


def _validated(model: type[Model], document: Any, place: str) -> Model:
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise InputError(f"{place}: {first_fault(error)}") from error


_READERS: dict[str, Callable[[Path, str | None], Camera]] = {
    ".json": _read_json,
    ".npy": _read_npy,
    ".toml": _read_toml,
    ".jpg": _read_photo,
    ".jpeg": _read_photo,
}
