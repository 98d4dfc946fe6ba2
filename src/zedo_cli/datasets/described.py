"""A data set that the user describes in a small TOML file, instead of writing code or converting files.

    keypoints = "detections.json"        # any file that zedo lift reads, or an array: "data.npz:points"
    truth = "data.npz:joints"            # [N, J, 3], a row for each person in `keypoints`, NaN where unknown
    joints = ["Pelvis", "RHip", ...]     # of the truth, by usual names; "" for those that are not used
    units = "mm"                         # m, cm or mm
    camera = "K.json"                    # any camera file; not needed where the keypoints hold it
    camera_name = "cam_01"               # in a calibration of several cameras
    frame = "camera"                     # or "world": the camera file then has rotation and translation (m)
    skeleton = "coco17"                  # of the keypoints; found from them without it
    sequence = "data.npz:take"           # names [N], for intervals; by clip without it
    group = "data.npz:action"            # names [N], for a table, and a mean over them

Paths are relative to the TOML file. Arrays are in NPY, or in NPZ with the key after a colon.
"""

from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.reading import read_camera
from zedo_cli.datasets.layouts import array
from zedo_cli.errors import InputError
from zedo_cli.io.files import read_toml
from zedo_cli.io.npz import NpzFile, load_npy
from zedo_cli.io.schema import validated
from zedo_cli.joint_names import canonical
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.reading import read_keypoints
from zedo_cli.keypoints.standardise import standardise
from zedo_cli.skeletons import INDEX, JOINTS

UNITS = {"m": 1.0, "cm": 0.01, "mm": 0.001}


class Description(BaseModel):
    """The fields of the file."""

    model_config = ConfigDict(extra="forbid")

    keypoints: str
    truth: str
    joints: list[str] = list(JOINTS)
    units: Literal["m", "cm", "mm"] = "m"
    camera: str | None = None
    camera_name: str | None = None
    frame: Literal["camera", "world"] = "camera"
    skeleton: str | None = None
    sequence: str | None = None
    group: str | None = None


class Described:
    """What a description names. keypoints: on the 17 joints. truth: `[N, 17, 3]` m, camera frame.

    Raises:
        InputError: the file, a field, or a file that it names cannot be used; it names the field.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.about = _description(path)
        camera = None
        if self.about.camera is not None:
            camera = read_camera(self._file(self.about.camera), self.about.camera_name)
        self.keypoints = standardise(self._keypoints(), camera, keep_all=True)
        if self.keypoints.intrinsics is None:
            raise InputError("no camera is known", source=path, fix='write camera = "K.json"')
        self.truth = self._truth(camera)

    def names(self, field: Literal["sequence", "group"]) -> np.ndarray | None:
        """Names for each row; None if the description has none."""
        said = getattr(self.about, field)
        if said is None:
            return None
        names = np.ravel(self._array(said)).astype(str)
        if len(names) != len(self.truth):
            text = f"{len(names)} names; they must be {len(self.truth)}, one for each row"
            raise InputError(text, source=self.path, where=field)
        return names

    def _keypoints(self) -> Keypoints:
        said = self.about.keypoints
        if ".npz:" not in said and not said.endswith(".npy"):
            return read_keypoints(self._file(said), self.about.skeleton)
        return Keypoints.from_arrays(self._array(said), skeleton=self.about.skeleton, name=str(self.path))

    def _truth(self, camera: Camera | None) -> np.ndarray:
        joints = [canonical(name) if name else "" for name in self.about.joints]
        if None in joints:
            unknown = self.about.joints[joints.index(None)]
            fix = f"name it as one of {', '.join(JOINTS)}, or leave it empty"
            raise InputError(f"'{unknown}' is no known joint", source=self.path, where="joints", fix=fix)
        values = array(
            self._array(self.about.truth), (len(self.keypoints), len(joints), 3), f"{self.path}: truth"
        )
        truth = np.full((len(values), len(JOINTS), 3), np.nan)
        for place, joint in enumerate(joints):
            if joint in INDEX:
                truth[:, INDEX[joint]] = values[:, place]
        hips = [INDEX["left_hip"], INDEX["right_hip"]]
        if np.isnan(truth[:, INDEX["pelvis"]]).all():
            truth[:, INDEX["pelvis"]] = truth[:, hips].mean(1)
        truth *= UNITS[self.about.units]
        if self.about.frame == "world":
            if camera is None or camera.rotation is None or camera.translation is None:
                fix = "give a calibration with rotation and translation as `camera`"
                raise InputError("needs the place of the camera", source=self.path, where="frame", fix=fix)
            truth = truth @ camera.rotation.T + camera.translation
        return truth

    def _array(self, said: str) -> np.ndarray:
        name, colon, key = said.rpartition(".npz:")
        if colon:
            return NpzFile(self._file(f"{name}.npz"))[key]
        return load_npy(self._file(said), "save the array with numpy.save")

    def _file(self, name: str) -> Path:
        path = self.path.parent / name
        if not path.exists():
            raise InputError(f"there is no {path}", source=self.path)
        return path


def _description(path: Path) -> Description:
    return validated(Description, read_toml(path), path)
