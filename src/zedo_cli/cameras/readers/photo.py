"""K of a photograph, from the 35 mm focal length in its EXIF."""

import warnings
from pathlib import Path

from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.intrinsics import checked_intrinsics, pinhole
from zedo_cli.errors import InputError

_EXIF_IFD, _FOCAL_35MM, _ORIENTATION = 0x8769, 41989, 274


def read(path: Path) -> list[Camera]:
    """Read the focal length as of 35 mm film, which is 36 mm wide. Raises `InputError` if there is none."""
    from PIL import Image

    try:
        with warnings.catch_warnings(action="ignore"), Image.open(path) as image:
            width, height = image.size
            exif = image.getexif()
            focal = float(exif.get_ifd(_EXIF_IFD).get(_FOCAL_35MM, 0))
            if exif.get(_ORIENTATION, 1) >= 5:  # stored on its side
                width, height = height, width
    except (
        Image.DecompressionBombError,
        OSError,
        ValueError,
        TypeError,
        OverflowError,
        SyntaxError,
    ) as error:
        raise InputError(
            f"is not an image, or is damaged ({error})", source=path, fix="give a photograph or K"
        ) from error
    if not 1 <= focal <= 2000:
        raise InputError(
            "its EXIF has no 35 mm focal length",
            source=path,
            fix=f"give K, or leave the camera out and give `image_size` {width}x{height}",
        )
    f = focal / 36 * max(width, height)
    k = checked_intrinsics(pinhole(f, f, width / 2, height / 2), path)
    return [Camera(path.stem, k, size=(width, height))]
