"""Errors of 3D poses, in double precision.

All take and return metres (and degrees); the field reports lengths in millimetres. Poses are `[..., J, 3]`,
results one number per pose `[...]`. A joint whose truth is NaN is ignored; a pose without any other joint is
NaN. A prediction that is NaN stays NaN.
"""

import numpy as np

from zedo_cli.skeletons import INDEX, MIRROR_BONES, PARENTS

PCK_THRESHOLD = 0.15
AUC_THRESHOLDS = np.linspace(0, 0.15, 31)
"""As for MPI-INF-3DHP: 150 mm, and 0 to 150 mm in steps of 5."""


def root_centred(poses: np.ndarray, root: int = 0) -> np.ndarray:
    """Poses `[..., J, 3]` with the joint `root` at the origin."""
    return poses - poses[..., root : root + 1, :]


def joint_errors(predicted: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Distance of each joint from its truth. `[..., J, 3]`, `[..., J, 3]` -> `[..., J]`."""
    return np.linalg.norm(_double(predicted) - _double(truth), axis=-1)


def mpjpe(predicted: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Mean per-joint position error of each pose, without alignment."""
    return _mean_over_joints(joint_errors(predicted, truth), truth)


def n_mpjpe(predicted: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """MPJPE after the optimal scale of each prediction (Rhodin et al. 2018); both root-centred."""
    seen, target = _known(truth)[..., None], _filled(truth)
    source = np.where(seen, _double(predicted), 0)
    scale = (source * target).sum((-2, -1)) / np.square(source).sum((-2, -1)).clip(1e-12)
    return mpjpe(scale[..., None, None] * _double(predicted), truth)


def pa_mpjpe(predicted: np.ndarray, truth: np.ndarray, reflection: bool = False) -> np.ndarray:
    """MPJPE after the similarity transform (Procrustes) that best aligns each prediction with its truth.

    reflection: whether the transform may reflect, as in the code of the paper. NaN with fewer than three
    joints.
    """
    errors = _mean_over_joints(joint_errors(procrustes(predicted, truth, reflection), truth), truth)
    return np.where(_known(truth).sum(-1) >= 3, errors, np.nan)


def procrustes(predicted: np.ndarray, truth: np.ndarray, reflection: bool = False) -> np.ndarray:
    """`predicted` after the least-squares rotation, scale and translation onto `truth` (Umeyama 1991)."""
    seen = _known(truth)[..., None]
    count = seen.sum(-2, keepdims=True).clip(1)
    source, target = _double(predicted), _filled(truth)
    source_mean = (source * seen).sum(-2, keepdims=True) / count
    target_mean = target.sum(-2, keepdims=True) / count
    x, y = (source - source_mean) * seen, (target - target_mean) * seen
    u, singular, vt = np.linalg.svd(np.nan_to_num(x).swapaxes(-1, -2) @ y)
    sign = np.ones_like(singular)
    if not reflection:
        sign[..., -1] = np.sign(np.linalg.det(u @ vt))
    rotation = (u * sign[..., None, :]) @ vt
    scale = (singular * sign).sum(-1) / np.square(x).sum((-2, -1)).clip(1e-12)
    return scale[..., None, None] * (source - source_mean) @ rotation + target_mean


def pck(predicted: np.ndarray, truth: np.ndarray, threshold: float = PCK_THRESHOLD) -> np.ndarray:
    """Share of the joints within `threshold` (m) of their truth."""
    errors = joint_errors(predicted, truth)
    return _mean_over_joints(np.where(np.isnan(errors), np.nan, errors < threshold), truth)


def auc(predicted: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Mean PCK over `AUC_THRESHOLDS`."""
    errors = joint_errors(predicted, truth)
    above = AUC_THRESHOLDS.size - np.searchsorted(AUC_THRESHOLDS, errors, side="right")
    return _mean_over_joints(np.where(np.isnan(errors), np.nan, above / AUC_THRESHOLDS.size), truth)


def root_frame(poses: np.ndarray) -> np.ndarray:
    """Orientation of the root `[..., 3, 3]`, as rows: from the right hip to the left, up the trunk, and the
    third.

    From limb joints alone, which every detector and data set has: the trunk goes from the middle of the hips
    to that of the shoulders.
    """
    right_hip, left_hip, right_shoulder, left_shoulder = (
        _double(poses)[..., INDEX[f"{side}_{joint}"], :]
        for joint in ("hip", "shoulder")
        for side in ("right", "left")
    )
    across = _unit(left_hip - right_hip)
    trunk = right_shoulder + left_shoulder - right_hip - left_hip
    up = _unit(trunk - (trunk * across).sum(-1, keepdims=True) * across)
    return np.stack([across, up, np.cross(across, up)], axis=-2)


def root_orientation_error(predicted: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Angle (degrees) between the root frames of all 17 joints' poses; NaN where hips and shoulders are not
    known."""
    ours, theirs = root_frame(predicted), root_frame(truth)
    # the chord |A - B| = sqrt(8) sin(angle / 2) is exact for small angles, where the trace is not
    chord = np.sqrt(np.square(ours - theirs).sum((-2, -1)))
    return np.degrees(2 * np.arcsin((chord / np.sqrt(8)).clip(0, 1)))


def bone_vectors(poses: np.ndarray) -> np.ndarray:
    """Vectors from their parents to the joints 1 to 16. `[..., 17, 3]` -> `[..., 16, 3]`."""
    poses = _double(poses)
    return poses[..., 1:, :] - poses[..., list(PARENTS[1:]), :]


def bone_length_error(predicted: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Mean absolute difference of the lengths of the 16 bones; bones with an unknown end are ignored."""
    ours, theirs = (np.linalg.norm(bone_vectors(poses), axis=-1) for poses in (predicted, truth))
    return _mean_where(np.abs(ours - theirs), np.isfinite(theirs))


def symmetry_error(predicted: np.ndarray) -> np.ndarray:
    """Mean absolute difference between the lengths of left and right bones."""
    lengths = np.linalg.norm(bone_vectors(predicted), axis=-1)
    pairs = [(bone, other) for bone, other in enumerate(MIRROR_BONES) if bone < other]
    one, other = zip(*pairs, strict=True)
    return np.abs(lengths[..., one] - lengths[..., other]).mean(-1)


def coverage(draws: np.ndarray, truth: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Share of the known coordinates of the truth inside the central part of the draws, for each `level`
    (0..1) of that part. `[..., S, J, 3]`, `[..., J, 3]`, `[L]` -> `[..., L]`.
    """
    inside = inside_draws(draws, truth, levels)
    known = np.broadcast_to(np.isfinite(truth)[..., None], inside.shape)
    count = known.sum((-3, -2))
    return np.where(count > 0, np.where(known, inside, 0).sum((-3, -2)) / count.clip(1), np.nan)


def inside_draws(draws: np.ndarray, truth: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Whether each coordinate of the truth is inside the central part of the draws, 0 to 1.

    The mean over calibrated draws equals the level, whatever their number: a truth between two draws of which
    one is inside counts in proportion. `[..., S, J, 3]`, `[..., J, 3]`, `[L]` -> `[..., J, 3, L]`.
    """
    truth = _double(truth)
    below = (_double(draws) < truth[..., None, :, :]).sum(-3)
    ranks = draws.shape[-3] + 1
    from_middle = 2 * np.abs((below + 0.5) / ranks - 0.5)[..., None]
    nearest, farthest = (from_middle - 1 / ranks).clip(0), from_middle + 1 / ranks
    return ((levels - nearest) / (farthest - nearest)).clip(0, 1)


def _double(poses: np.ndarray) -> np.ndarray:
    return np.asarray(poses, np.float64)


def _known(truth: np.ndarray) -> np.ndarray:
    return np.isfinite(truth).all(-1)


def _filled(truth: np.ndarray) -> np.ndarray:
    return np.where(_known(truth)[..., None], _double(truth), 0)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True).clip(1e-12)


def _mean_over_joints(values: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Mean over the joints whose truth is known."""
    return _mean_where(values, np.broadcast_to(_known(truth), values.shape))


def _mean_where(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    count = counts.sum(-1)
    return np.where(count > 0, np.where(counts, values, 0).sum(-1) / count.clip(1), np.nan)
