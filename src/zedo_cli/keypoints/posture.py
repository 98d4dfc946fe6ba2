"""Whether people stand upright in the image: a film on its side or upside down is lifted, and noted."""

from dataclasses import replace

import numpy as np

from zedo_cli.errors import Note
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.skeletons import INDEX

FEWEST_ROWS = 10
MOST = 0.8
"""Share of the rows of a clip in which people have the same unusual posture."""

CAUTION = 2.0
"""Factor on the uncertainty of such a clip."""


def with_posture_notes(keypoints: Keypoints) -> Keypoints:
    """With a warning, and a larger uncertainty, for clips in which nearly everybody lies on the side or is
    upside down. On the 17 joints."""
    ends = keypoints.points[:, [INDEX["thorax"], INDEX["pelvis"]]]
    seen = np.asarray(keypoints.confidence[:, [INDEX["thorax"], INDEX["pelvis"]]].min(1) > 0)
    across, down = (ends[:, 0] - ends[:, 1]).T
    postures = {
        "lies on the side": np.abs(across) > 2 * np.abs(down),
        "is upside down": down > 2 * np.abs(across),
    }
    notes, caution = [], list(keypoints.of_clips("caution"))
    for clip, (name, rows) in enumerate(zip(keypoints.clip_names, keypoints.rows_of_clips(), strict=True)):
        rows = rows[seen[rows]]
        for posture, has in postures.items():
            if len(rows) >= FEWEST_ROWS and has[rows].mean() > MOST:
                text = f"{name}: nearly everybody {posture} in the image: is the film turned?"
                notes.append(Note("warning", text, "unusual-posture"))
                caution[clip] *= CAUTION
    return replace(keypoints, caution=tuple(caution)).with_notes(*notes) if notes else keypoints
