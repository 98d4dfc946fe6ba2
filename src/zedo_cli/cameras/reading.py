"""Reading a camera: which reader a file is for."""

from pathlib import Path

from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.intrinsics import WRITE_K
from zedo_cli.errors import InputError
from zedo_cli.registry import CAMERA_READERS


def read_camera(path: str | Path, name: str | None = None) -> Camera:
    """Read a camera from a file of any registered format (`CAMERA_READERS`).

    Args:
        path: JSON, NPY, TOML, a photograph, or a format of a plug-in.
        name: of the camera in a calibration with several.

    Returns:
        The camera; pixels, and metres for its place in the world if the file has it.

    Raises:
        InputError: one line with the file, the place in it and the fix.
    """
    path = Path(path)
    reader = CAMERA_READERS.for_file(path, "unknown kind of camera file", "cameras are read as")
    if not path.is_file():
        raise InputError("no such camera file", source=path)
    if path.stat().st_size == 0:
        raise InputError("is empty", source=path, fix=WRITE_K)
    reader.check_installed(path)
    return reader.read(path, name)


def single_camera(path: Path, name: str | None) -> None:
    """Raise `InputError` if a camera is asked for by name of a file that holds a single one."""
    if name is not None:
        raise InputError(f"{path} holds a single camera; leave its name out", setting="camera", value=name)
