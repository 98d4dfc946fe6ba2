"""Recipes: networks by name, and how a run continues from another prior."""

from typing import Any

from zedo_cli.prior.card import PriorCard
from zedo_cli.prior.prior import UNCONDITIONAL
from zedo_cli.prior.view_features import CONTEXT

RECIPES: dict[str, dict[str, Any]] = {
    "base": {
        "architecture": "view_network",
        "network": {"width": 512, "inner": 1024, "blocks": 2, "context": CONTEXT},
        "parametrisation": "EDM",
    },
    "large": {
        "architecture": "symmetric_network",
        "network": {"width": 1024, "inner": 2048, "blocks": 3, "context": CONTEXT},
        "parametrisation": "EDM",
    },
    "small": {
        "architecture": "view_network",
        "network": {"width": 384, "inner": 512, "blocks": 2, "context": CONTEXT},
        "parametrisation": "EDM",
    },
    "paper": {
        "architecture": "score_network",
        "network": {"hidden": 1024, "embed": 512, "dropout": 0.25},
        "parametrisation": "sub-VP noise",
    },
}
"""Networks by name: three that see views, and the paper's, which does not."""


def continued_recipe(card: "PriorCard") -> dict[str, Any]:
    """The network of a prior whose training continues; one that sees views also learns to use vertical and
    bones."""
    context = {} if card.architecture in UNCONDITIONAL else {"context": CONTEXT}
    return {
        "architecture": card.architecture,
        "network": card.network | context,
        "parametrisation": card.parametrisation,
        "noise_range": card.noise_range,
    }
