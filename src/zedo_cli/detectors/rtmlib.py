"""RTMO and RTMPose through rtmlib: more accurate than MediaPipe, with weights that the user downloads.

With a model file: RTMO (ONNX), which finds all people at once. Without: rtmlib's body model in its
`balanced` mode, whose weights rtmlib downloads when it is first used.
"""

from pathlib import Path
from typing import Any

import numpy as np

from zedo_cli.errors import InputError


class RTMLib:
    """Detects people in single frames."""

    skeleton = "coco17"

    def __init__(self, model: Path | None, people: int | None) -> None:
        self._most = people
        self._model = _open(model)

    def reset(self) -> None:
        """Nothing is remembered between frames."""

    def detect(self, image: np.ndarray, seconds: float) -> np.ndarray:
        """People in an RGB image: x, y in pixels and score, `[P, 17, 3]`, the most certain first."""
        points, scores = self._model(np.ascontiguousarray(image[..., ::-1]))
        found = np.concatenate([points, np.asarray(scores)[..., None]], axis=-1).reshape(-1, 17, 3)
        order = np.argsort(-found[..., 2].mean(1), kind="stable")
        best: np.ndarray = found[order][: self._most].astype(np.float64)
        return best

    def close(self) -> None:
        """Free the model."""
        self._model = None


def open_detector(model: Path | None, people: int | None) -> RTMLib:
    """The detector, with RTMO from a file if one is given."""
    return RTMLib(model, people)


def _open(model: Path | None) -> Any:
    import rtmlib

    if model is not None and not model.is_file():
        raise InputError("no such file", source=model, fix="give an RTMO model as ONNX")
    try:
        if model is None:
            return rtmlib.Body(mode="balanced", backend="onnxruntime", device="cpu")
        return rtmlib.RTMO(str(model), model_input_size=(640, 640), backend="onnxruntime", device="cpu")
    except Exception as error:  # rtmlib, onnxruntime and the download raise errors of many kinds
        what = " ".join(str(error).split())[:160]
        if model is None:
            problem, fix = (
                "its weights could not be downloaded",
                "download RTMO (ONNX) and give `detector_model`",
            )
            raise InputError(f"{problem} ({what})", setting="detector", value="rtmlib", fix=fix) from error
        raise InputError(f"is no RTMO model, or is damaged ({what})", source=model) from error
