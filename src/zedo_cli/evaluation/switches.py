"""The parts of the method that an ablation can leave out. Light to import: the command line makes its options
from it."""

from typing import Any, NamedTuple


class Switch(NamedTuple):
    """A part of the method that can be left out.

    title: of the variant without it. help: what the part is. changes: settings of the preset without it.
    base: the preset that has it. prior: a bundled prior that replaces the usual one. blind: whether the prior
    sees no view. full_confidence: whether every seen keypoint gets a confidence of 1.
    """

    title: str
    help: str
    changes: dict[str, Any]
    base: str = "balanced"
    prior: str = ""
    blind: bool = False
    full_confidence: bool = False


SWITCHES = {
    "rotation-opt": Switch(
        "no optimisation of the start (RO)",
        "Optimisation of rotation and translation of the start (RO).",
        {"optimise_start": False},
        "paper",
    ),
    "warmup": Switch(
        "no warm-up (WU)", "Iterations that keep the first translation (WU).", {"warmup": 0}, "paper"
    ),
    "rotation-augmentation": Switch(
        "prior without rotation augmentation (RA)",
        "Rotation augmentation of the training poses (RA).",
        {},
        "paper",
        prior="open-no-rotation",
    ),
    "view": Switch("the prior sees no view", "Conditioning of the prior on the view.", {}, blind=True),
    "mirror": Switch("no mirror image", "The mirror image.", {"mirror": "none"}),
    "swaps": Switch("no search for swaps", "The search for swapped left and right.", {"swaps": False}),
    "noise-model": Switch(
        "confidences as they are",
        "The noise that is assumed where confidences say nothing.",
        {"noise_model": False},
    ),
    "flips": Switch("flips stay", "Undoing bodies that turn round in a moment, in tracks.", {"flips": False}),
    "contradictions": Switch(
        "contradicting keypoints stay",
        "Leaving out keypoints that contradict all others.",
        {"contradictions": False},
    ),
    "time": Switch(
        "no smoothing over time",
        "The posterior over tracks, where frames are lifted together.",
        {"time": "none"},
    ),
    "track-network": Switch(
        "the smoother alone", "The prior's track network, in tracks.", {"time": "smoother"}
    ),
    "contacts": Switch("feet slide", "Keeping feet where they stand, in tracks.", {"contacts": False}),
    "soft-pull": Switch(
        "projection all the way",
        "The projection weighted by keypoint noise; all the way instead.",
        {"pull": "hard"},
    ),
    "robust": Switch(
        "no robust weights", "Lower weights of keypoints that contradict the others.", {"robust": False}
    ),
    "confidence": Switch("all confidences 1", "The confidences; all 1 instead.", {}, full_confidence=True),
    "translation": Switch(
        "T kept from the start", "The solve of the translation (size, depth) in the loop.", {"warmup": 10**6}
    ),
}
"""By the name that `--no-NAME` takes."""
