"""The figures of each frame: errors of the answer, of the mean and the best of the hypotheses, spread,
calibration."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from zedo_cli.cameras.intrinsics import project
from zedo_cli.datasets.container import Dataset
from zedo_cli.datasets.predictions import Predictions
from zedo_cli.evaluation import metrics
from zedo_cli.evaluation.motion import motion_scores
from zedo_cli.evaluation.protocol import Protocol, fewer_joints
from zedo_cli.pipeline.starts import MIN_DRAWS

LEVELS = np.linspace(0.05, 0.95, 19)
"""Levels of the central intervals whose coverage is measured."""


class Metric(NamedTuple):
    """How a figure is shown: name, unit, factor on the stored value, decimals."""

    title: str
    unit: str
    factor: float = 1000
    digits: int = 1


METRICS = {
    "mpjpe": Metric("MPJPE", "mm"),
    "pa_mpjpe": Metric("PA-MPJPE", "mm"),
    "n_mpjpe": Metric("N-MPJPE", "mm"),
    "pck": Metric("PCK@150", "%", 100),
    "auc": Metric("AUC", "%", 100),
    "mpjpe_14": Metric("MPJPE, J=14", "mm"),
    "pa_mpjpe_14": Metric("PA-MPJPE, J=14", "mm"),
    "pck_14": Metric("PCK@150, J=14", "%", 100),
    "auc_14": Metric("AUC, J=14", "%", 100),
    "orientation": Metric("root orientation", "degrees", 1),
    "bone_length": Metric("bone length", "mm"),
    "symmetry": Metric("left-right bones", "mm"),
    "reprojection": Metric("reprojection", "px", 1),
    "spread": Metric("spread of hypotheses", "mm"),
    "mpjve": Metric("MPJVE", "mm/frame"),
    "acceleration_error": Metric("acceleration error", "mm/frame^2"),
    "acceleration": Metric("acceleration of the estimate", "mm/frame^2"),
    "acceleration_true": Metric("acceleration of the truth", "mm/frame^2"),
    "root": Metric("position of the root", "mm"),
    "root_scaled": Metric("position of the root, best scale of the track", "mm"),
    "root_step": Metric("step of the root", "mm/frame"),
    "foot_skate": Metric("speed of feet that stand", "mm/s"),
    "bone_variation": Metric("variation of bone lengths in a track", "%", 100),
    "flips": Metric("flipped frames", "%", 100, 2),
    "ece": Metric("expected calibration error", "%", 100),
    "coverage_50": Metric("truth in the central 50 %", "%", 100, 0),
    "coverage_90": Metric("truth in the central 90 %", "%", 100, 0),
}
"""Stored in metres, shares, degrees and pixels."""

ANSWERS = {"answer": "the answer", "mean": "mean of hypotheses", "best": "best hypothesis (oracle)"}

Scores = dict[str, np.ndarray]
"""`answer.mpjpe [N]` and so on for all answers and metrics; `joint_errors [N, 17]`, `uncertainty [N, 17]`,
`pose [N, 17, 3]` of the answer; `hypotheses.mpjpe [N, S]` and `hypotheses.pa_mpjpe [N, S]`; `coverage [N,
LEVELS]` of the draws."""


def score(data: Dataset, predicted: Predictions, protocol: Protocol) -> Scores:
    """Compare the predicted poses of a data set with the truth. Metres."""
    truth = metrics.root_centred(np.asarray(data.truth, np.float64))
    hypotheses = _centred(predicted.hypotheses, predicted.origins, protocol)
    answer = _centred(predicted.poses[:, None], _origin_of_answer(predicted), protocol)[:, 0]
    scores = {
        f"answer.{name}": values for name, values in _errors(answer, truth, data.joints, protocol).items()
    }
    scores["answer.reprojection"] = reprojection_error(predicted.poses, data)
    scores |= {f"answer.{name}": values for name, values in motion_scores(data, predicted.poses).items()}
    scores["joint_errors"] = metrics.joint_errors(answer, truth)
    scores["uncertainty"] = np.asarray(predicted.uncertainty, np.float64)
    scores["pose"] = np.asarray(predicted.poses, np.float32)
    if hypotheses.shape[1] == 1:
        return scores

    mean = hypotheses.mean(1)
    scores |= {f"mean.{name}": values for name, values in _errors(mean, truth, data.joints, protocol).items()}
    each = _position_errors(hypotheses, truth[:, None], data.joints, protocol)
    scores |= {f"hypotheses.{name}": each[name].astype(np.float32) for name in ("mpjpe", "pa_mpjpe")}
    best = hypotheses[np.arange(len(hypotheses)), each["mpjpe"].argmin(1)]
    scores |= {f"best.{name}": values for name, values in _errors(best, truth, data.joints, protocol).items()}
    # as published: the smallest of each error, not the errors of one hypothesis
    scores |= {f"best.{name}": values.min(1) for name, values in each.items()}

    draws = hypotheses if predicted.draws else hypotheses[:, 1:]
    moving = [joint for joint in data.joints if joint]
    if draws.shape[1] > 1:
        scores["answer.spread"] = np.sqrt(draws[:, :, moving].var(1, ddof=1).sum(-1)).mean(1)
    if draws.shape[1] >= MIN_DRAWS:
        scores["coverage"] = metrics.coverage(draws[:, :, moving], truth[:, moving], LEVELS)
        inside = metrics.coverage(draws[:, :, moving], truth[:, moving], np.array([0.5, 0.9]))
        scores |= {"answer.coverage_50": inside[:, 0], "answer.coverage_90": inside[:, 1]}
    return scores


def reprojection_error(poses: np.ndarray, data: Dataset) -> np.ndarray:
    """Mean distance (px) of the projected joints from the given keypoints. `[N, 17, 3]` -> `[N]`.

    NaN for poses that are not in front of their camera, such as root-relative ones, and where no camera is
    known.
    """
    if data.keypoints.intrinsics is None:
        return np.full(len(data), np.nan)
    off = np.linalg.norm(project(poses, data.keypoints.intrinsics) - data.keypoints.points, axis=-1)
    seen = data.keypoints.confidence > 0
    in_front = (poses[..., 2] > 0).all(1) & seen.any(1)
    return np.where(in_front, np.where(seen, off, 0).sum(1) / seen.sum(1).clip(1), np.nan)


def _centred(poses: np.ndarray, origins: np.ndarray | None, protocol: Protocol) -> np.ndarray:
    """Poses `[N, S, 17, 3]` about their pelvis, or about their translation T."""
    poses = np.asarray(poses, np.float64)
    return (
        metrics.root_centred(poses) if protocol.rerooted or origins is None else poses - origins[:, :, None]
    )


def _origin_of_answer(predicted: Predictions) -> np.ndarray | None:
    """T `[N, 1, 3]` of the hypothesis that is the answer."""
    if predicted.origins is None:
        return None
    distance = np.abs(predicted.hypotheses - predicted.poses[:, None]).max((2, 3))
    return predicted.origins[np.arange(len(predicted.poses)), distance.argmin(1)][:, None]


def _position_errors(
    predicted: np.ndarray, truth: np.ndarray, joints: tuple[int, ...], protocol: Protocol
) -> Scores:
    """Errors of poses `[..., 17, 3]` in all scored joints and in 14, by name."""
    errors = {}
    for suffix, columns in (("", list(joints)), ("_14", list(fewer_joints(joints)))):
        ours, theirs = predicted[..., columns, :], truth[..., columns, :]
        errors[f"mpjpe{suffix}"] = metrics.mpjpe(ours, theirs)
        errors[f"pa_mpjpe{suffix}"] = metrics.pa_mpjpe(ours, theirs, protocol.reflection)
        if not suffix:
            errors["n_mpjpe"] = metrics.n_mpjpe(ours, theirs)
    return errors


def _errors(predicted: np.ndarray, truth: np.ndarray, joints: tuple[int, ...], protocol: Protocol) -> Scores:
    errors = _position_errors(predicted, truth, joints, protocol)
    shares: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
        "pck": metrics.pck,
        "auc": metrics.auc,
    }
    for suffix, columns in (("", list(joints)), ("_14", list(fewer_joints(joints)))):
        for name, share in shares.items():
            errors[name + suffix] = share(predicted[:, columns], truth[:, columns])
    return errors | {
        "orientation": metrics.root_orientation_error(predicted, truth),
        "bone_length": metrics.bone_length_error(predicted, truth),
        "symmetry": metrics.symmetry_error(predicted),
    }
