"""The neutral container of lifted poses: what the lifter returns and every writer takes."""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Poses:
    """N people in frames, lifted with S hypotheses each. Metres, camera frame (X right, Y down, Z forward), absolute.

    poses_3d: `[N, 17, 3]`. hypotheses_3d: `[N, S, 17, 3]`. translation: `[N, S, 3]`, the method's T of each, near
    which its pelvis is. hypothesis_score: `[N, S]`, log-likelihood of the keypoints,
    higher is better. uncertainty: `[N, 17]` m, standard deviation of the joint relative to the pelvis; NaN if unknown.
    reprojection_error: `[N]`, mean over the seen joints, pixels after undistortion. frame, person, clip: `[N]`.
    keypoints_2d, confidence: `[N, 17, 2]` px and `[N, 17]`, what was lifted, undistorted and on the 17 joints.
    intrinsics: `[N, 3, 3]`. swapped: `[N, 3]`, whether hips and shoulders, arms, legs had left and right exchanged in the
    keypoints, which was undone. meta: what made them (JSON).
    """

    poses_3d: np.ndarray
    hypotheses_3d: np.ndarray
    translation: np.ndarray
    hypothesis_score: np.ndarray
    uncertainty: np.ndarray
    reprojection_error: np.ndarray
    frame: np.ndarray
    person: np.ndarray
    clip: np.ndarray
    keypoints_2d: np.ndarray
    confidence: np.ndarray
    joint_names: tuple[str, ...]
    intrinsics: np.ndarray
    swapped: np.ndarray
    meta: dict[str, Any]

    def __len__(self) -> int:
        return len(self.poses_3d)
