"""Checkpoints of GFPose and ZeDO, read as priors without unpickling anything but tensors.

Their file is a dict with `model_state_dict` and, beside it, `ema`, whose `shadow_params` are a list in the
order of the parameters. Layers are named as in `ScoreNetwork`. GFPose's networks also take a condition, which
is all zeros where nothing is known: what its layers then add is constant, and is added to the biases.
"""

from pathlib import Path
from typing import Any

from torch import Tensor
from torch.nn import functional as F

from zedo_cli.errors import InputError
from zedo_cli.io.tensors import load_tensors
from zedo_cli.prior.card import PriorCard
from zedo_cli.prior.checkpoint import load_checked
from zedo_cli.prior.prior import Prior
from zedo_cli.prior.score_network import ScoreNetwork
from zedo_cli.skeletons import JOINTS
from zedo_cli.version import __version__

NOISE_RANGE = (0.001, 10.0)
"""Noise levels (m) of the sub-VP SDE between its ends."""

BUFFERS = ("sigmas",)
"""Entries of their state dicts that are not parameters."""

_COND_EMBED, _COND = "cond_embed.0", "_cond"
_USE_RAW = "use the raw weights with `weights` raw"


def read_checkpoint(path: Path, starts: Prior, licence: str, averaged: bool | None = None) -> Prior:
    """Read a `.pth` of GFPose's or ZeDO's layout.

    Args:
        path: the file. Poses of its training have to be in metres, relative to the pelvis, in Human3.6M's
            joint order.
        starts: the prior whose poses to start from the new one gets; their file has none.
        licence: terms of the weights.
        averaged: use the moving average, or the raw weights; by default the average if there is one.

    Raises `InputError` if the file is damaged, holds objects, or has other layers.
    """
    document = _load(path)
    state = document.get("model_state_dict", document)
    if (
        not isinstance(state, dict)
        or not all(isinstance(value, Tensor) for value in state.values())
        or not state
    ):
        present = ", ".join(map(str, document)) or "nothing"
        raise InputError("has no 'model_state_dict' of tensors", source=path, fix=f"the file has {present}")
    weights = {name.removeprefix("module."): value for name, value in state.items()}
    weights = {name: value.float() for name, value in weights.items() if name not in BUFFERS}
    if averaged or (averaged is None and "ema" in document):
        weights = dict(zip(weights, _shadows(document, list(weights.values()), path), strict=True))
    weights = _unconditional(weights, path)
    network = _network(weights, path)
    card = PriorCard(
        architecture="score_network",
        network=dict(zip(("joints", "hidden", "embed"), _sizes(weights), strict=True)) | {"dropout": 0.0},
        parametrisation="sub-VP noise",
        noise_range=NOISE_RANGE,
        training=None,
        samples_seen=0,
        sources=[],
        licence=f"weights of {path.name}: {licence}; poses to start from: {starts.card.licence}",
        seed=0,
        version=__version__,
    )
    poses = starts.start_poses
    return Prior(card, network, poses).eval()


def _load(path: Path) -> dict[str, Any]:
    document = load_tensors(path)
    if not isinstance(document, dict):
        kind = type(document).__name__
        raise InputError(f"holds a {kind}; a checkpoint is a dict with 'model_state_dict'", source=path)
    return document


def _shadows(document: dict[str, Any], like: list[Tensor], path: Path) -> list[Tensor]:
    ema = document.get("ema")
    shadows = ema.get("shadow_params") if isinstance(ema, dict) else None
    if not isinstance(shadows, list | tuple) or not all(isinstance(tensor, Tensor) for tensor in shadows):
        raise InputError("'ema' has no list 'shadow_params'", source=path, fix=_USE_RAW)
    if [tensor.shape for tensor in shadows] != [tensor.shape for tensor in like]:
        raise InputError(
            f"'ema' has {len(shadows)} tensors that do not match the {len(like)} parameters",
            source=path,
            fix=_USE_RAW,
        )
    return [tensor.float() for tensor in shadows]


def _unconditional(weights: dict[str, Tensor], path: Path) -> dict[str, Tensor]:
    """With the layers of the condition folded into the biases, for the null condition."""
    if f"{_COND_EMBED}.bias" not in weights:
        return weights
    condition = F.silu(weights[f"{_COND_EMBED}.bias"])
    plain = {
        name: value
        for name, value in weights.items()
        if _COND not in name and not name.startswith("cond_embed")
    }
    for name, value in weights.items():
        layer, _, kind = name.rpartition(".")
        if layer.endswith(_COND) and kind == "weight":
            target = f"{layer.removesuffix(_COND)}.bias"
            fits = target in plain and value.shape == (len(plain[target]), len(condition))
            if not fits or weights.get(f"{layer}.bias", value).shape != plain[target].shape:
                raise InputError(
                    f"tensor '{name}' does not fit the other layers: this is not a GFPose checkpoint",
                    source=path,
                )
            plain[target] = plain[target] + value @ condition + weights[f"{layer}.bias"]
    return plain


def _sizes(weights: dict[str, Tensor]) -> tuple[int, int, int]:
    hidden, coordinates = weights["pre_dense.weight"].shape
    return coordinates // 3, hidden, len(weights["shared_time_embed.0.weight"])


def _network(weights: dict[str, Tensor], path: Path) -> ScoreNetwork:
    for name in ("pre_dense.weight", "shared_time_embed.0.weight"):
        if name not in weights or weights[name].ndim != 2:
            raise InputError(
                f"tensor '{name}' is missing: this is not a checkpoint of GFPose's or ZeDO's network",
                source=path,
            )
    joints, hidden, embed = _sizes(weights)
    if joints != len(JOINTS):
        raise InputError(f"is for {joints} joints; zedo needs the {len(JOINTS)} of Human3.6M", source=path)
    if hidden % 32 or embed % 2:
        raise InputError(
            f"has layers of {hidden} and {embed} channels, which its groups do not divide", source=path
        )
    network = ScoreNetwork(joints, hidden, embed, dropout=0.0)
    load_checked(network, weights, path, "GFPose's or ZeDO's network")
    return network.requires_grad_(False)
