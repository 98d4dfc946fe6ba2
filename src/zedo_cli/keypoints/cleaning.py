"""What is missing, what a confidence is worth, and pixels from parts of the image: one rule for all inputs.

Missing, whatever their confidence: NaN, infinity, points at exactly (0, 0) and at (-1, -1).
Confidences are brought to 0..1 by their largest: see `SCORES` and `UNCLEAR`.
"""

from dataclasses import replace

import numpy as np

from zedo_cli.errors import InputError, Note
from zedo_cli.keypoints.container import Keypoints

LARGEST_COORDINATE = 1e6
"""Pixels; a coordinate beyond is not a pixel."""

_NORMALISED = 2.0
"""If nine of ten coordinates are smaller than this, they are parts of the image, not pixels."""

SLIGHTLY_ABOVE = 1.05
"""Confidences up to this, or a few larger ones, are clipped at 1."""

SCORES = 6.5
"""Up to this they are divided by the largest, as those of AlphaPose (up to 6) and RTMPose."""

UNCLEAR = 50.0
"""Between `SCORES` and this they are refused: they may be logits. Above they are percent, or 0 to 255. The
largest is the 99.9th percentile of those above 0."""

_FEW = 0.01


def cleaned(keypoints: Keypoints) -> Keypoints:
    """With missing joints marked by a confidence of 0 alone, confidences in 0..1, and points in pixels.

    Raises `InputError` for confidences whose scale is not clear, and for normalised coordinates of images of
    unknown size.
    """
    points = np.asarray(keypoints.points, np.float64)
    confidence = np.asarray(keypoints.confidence, np.float64)
    x, y = points[..., 0], points[..., 1]
    finite = (np.abs(x) < LARGEST_COORDINATE) & (np.abs(y) < LARGEST_COORDINATE) & np.isfinite(confidence)
    marked = ((x == 0) & (y == 0)) | ((x == -1) & (y == -1))
    seen = finite & ~marked & (np.where(finite, confidence, 0) != 0)
    notes = []
    if not finite.all():
        text = (
            f"{np.count_nonzero(~finite)} keypoints are NaN, infinite or beyond {LARGEST_COORDINATE:g} px:"
            " treated as missing"
        )
        notes.append(Note("info", text, "keypoints-not-finite"))
    contradicted = finite & marked & (confidence > 0) & (confidence != 1)
    if contradicted.any():
        text = (
            f"{np.count_nonzero(contradicted)} keypoints at (0, 0) or (-1, -1) have a confidence above 0:"
            " treated as missing"
        )
        notes.append(Note("info", text, "missing-with-confidence"))
    trust, note = _in_0_to_1(np.where(seen, confidence, 0), keypoints.clip_names[:1])
    notes += [note] if note else []
    seen &= trust > 0
    clean = replace(
        keypoints,
        points=np.where(seen[..., None], points, 0).astype(np.float32),
        confidence=np.where(seen, trust, 0).astype(np.float32),
    )
    return _in_pixels(clean.with_notes(*notes))


def _in_0_to_1(confidence: np.ndarray, names: tuple[str, ...]) -> tuple[np.ndarray, Note | None]:
    """Confidences in 0..1, with a note that says how. Raises `InputError` where their scale is not clear."""
    if not confidence.size:
        return confidence, None
    if confidence.min() >= 0 and confidence.max() <= 1:
        return confidence, None
    positive = confidence[confidence > 0]
    largest = float(np.quantile(positive, 0.999)) if len(positive) else 0.0
    source = names[0] if names else None
    if (confidence < 0).mean() > _FEW or SCORES < largest <= UNCLEAR or largest > 255:
        low, high = confidence.min(), confidence.max()
        raise InputError(
            f"confidences from {low:.3g} to {high:.3g}: their scale is not clear (logits?)",
            source=source,
            fix="convert them to 0..1; of logits c that is 1 / (1 + exp(-c))",
        )
    above = confidence > 1
    if (confidence < 0).any() or (
        above.any() and (above.mean() < _FEW or confidence.max() <= SLIGHTLY_ABOVE)
    ):
        count = np.count_nonzero((confidence < 0) | above)
        clipped = Note("info", f"{count} confidences lie outside 0..1: clipped", "confidence-clipped")
        if largest <= SCORES:
            return confidence.clip(0, 1), clipped
    if largest <= 1:
        return confidence.clip(0, 1), None
    scale = largest if largest <= SCORES else 100.0 if largest <= 100 else 255.0
    text = f"confidences reach {confidence.max():.3g}: divided by {scale:.3g}"
    return (confidence / scale).clip(0, 1), Note("info", text, "confidence-scaled")


def parts_of_image(keypoints: Keypoints) -> bool:
    """Whether the seen points are parts of the image (0..1) rather than pixels."""
    x, y = keypoints.points[..., 0], keypoints.points[..., 1]
    values = np.abs(keypoints.points[np.isfinite(x) & np.isfinite(y) & (keypoints.confidence > 0)])
    if not len(values) or values.min() >= _NORMALISED:
        return False
    return float(np.quantile(values, 0.9)) < _NORMALISED


def _in_pixels(keypoints: Keypoints) -> Keypoints:
    """With points in pixels. Raises `InputError` if they are parts of an image of unknown size."""
    seen = keypoints.confidence > 0
    source = keypoints.clip_names[0] if keypoints.clip_names else None
    if not parts_of_image(keypoints):
        return keypoints
    if float(np.quantile(keypoints.points[seen], 0.1)) < -0.25:
        raise InputError(
            "the coordinates look normalised to [-1, 1]",
            source=source,
            fix="convert them to pixels (OpenPose: --keypoint_scale 0)",
        )
    sizes = keypoints.of_clips("image_size")
    if None in sizes:
        raise InputError(
            "the coordinates look normalised to [0, 1]",
            source=source,
            fix="give the size of the image with `image_size`, or multiply x by the width and y by the height"
            " of the image (OpenPose: --keypoint_scale 0)",
        )
    scale = np.array(sizes, np.float32)[keypoints.clip]
    points = np.where(seen[..., None], keypoints.points * scale[:, None], 0)
    shown = ", ".join(sorted({f"{width:g}x{height:g}" for width, height in sizes}))
    note = Note(
        "info", f"coordinates in 0..1: multiplied by the size of the image, {shown}", "scaled-to-pixels"
    )
    return replace(keypoints, points=points.astype(np.float32)).with_notes(note)
