"""Errors of 3D poses, in double precision. All take and return metres; the field reports them in millimetres."""

import numpy as np


def root_centred(poses: np.ndarray, root: int = 0) -> np.ndarray:
    """Poses `[..., J, 3]` with the joint `root` at the origin."""
    return poses - poses[..., root : root + 1, :]


def mpjpe(predicted: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Mean per-joint position error of each pose, as the poses stand; joints whose truth is NaN do not count.

    `[N, J, 3]`, `[N, J, 3]` -> `[N]`; NaN for a pose without a joint.
    """
    return _mean_over_joints(np.linalg.norm(_double(predicted) - _double(truth), axis=-1), truth)


def pa_mpjpe(predicted: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """MPJPE after the similarity transform (Procrustes, no reflection) that brings each prediction nearest to its truth.

    `[N, J, 3]`, `[N, J, 3]` -> `[N]`. Joints whose truth is NaN do not count; NaN for a pose with fewer than three.
    """
    aligned = procrustes(predicted, truth)
    errors = _mean_over_joints(np.linalg.norm(aligned - _double(truth), axis=-1), truth)
    return np.where(np.isfinite(truth).all(-1).sum(-1) >= 3, errors, np.nan)


def procrustes(predicted: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """`predicted [N, J, 3]` after the least-squares rotation, scale and translation onto `truth` (Umeyama 1991)."""
    seen = np.isfinite(truth).all(-1)[..., None]
    count = seen.sum(1, keepdims=True).clip(1)
    source, target = _double(predicted), np.where(seen, _double(truth), 0)
    source_mean = (source * seen).sum(1, keepdims=True) / count
    target_mean = target.sum(1, keepdims=True) / count
    x, y = (source - source_mean) * seen, (target - target_mean) * seen
    u, singular, vt = np.linalg.svd(x.swapaxes(1, 2) @ y)
    sign = np.ones_like(singular)
    sign[:, -1] = np.sign(np.linalg.det(u @ vt))
    rotation = (u * sign[:, None]) @ vt
    scale = (singular * sign).sum(1) / np.square(x).sum((1, 2)).clip(1e-12)
    return scale[:, None, None] * (source - source_mean) @ rotation + target_mean


def _double(poses: np.ndarray) -> np.ndarray:
    return np.asarray(poses, np.float64)


def _mean_over_joints(errors: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Over the joints whose truth is known; a prediction that is NaN there stays NaN."""
    known = np.isfinite(truth).all(-1)
    count = known.sum(-1)
    return np.where(count > 0, np.where(known, errors, 0).sum(-1) / count.clip(1), np.nan)
