"""Checkpoints of a prior: one safetensors file with the weights, the poses to start from, and the card in its
header."""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import torch
from pydantic import ValidationError
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from zedo_cli.errors import InputError
from zedo_cli.io.files import bundled_prior, bundled_priors, read_json
from zedo_cli.io.schema import first_fault
from zedo_cli.io.tensors import save_tensors
from zedo_cli.prior.card import PriorCard
from zedo_cli.prior.preconditioning import PARAMETRISATIONS
from zedo_cli.prior.prior import NETWORKS, Prior
from zedo_cli.prior.spread_head import spread_head
from zedo_cli.prior.track_network import TrackNetwork
from zedo_cli.skeletons import JOINTS

Network = TypeVar("Network", bound=nn.Module)

_HEADER = "zedo"
_TRAIN = "train one with 'zedo train'"
_REINSTALL = "install zedo again, or name the file itself to use it as it is"
_OTHER_VERSION = "the checkpoint needs another version of zedo"
_NETWORK, _SPREAD, _TRACKS = _PARTS = ("network.", "spread.", "tracks.")


def save_prior(prior: Prior, path: Path, half: bool = True) -> None:
    """Write `prior` to `path` atomically; the weights in half precision if `half`, the poses in single
    precision.

    Raises `InputError` if the file cannot be written; an existing one is then left as it was.
    """
    tensors = {
        name: tensor.detach()
        .to("cpu", torch.float16 if half and name.startswith(_PARTS) else torch.float32)
        .contiguous()
        for name, tensor in prior.state_dict().items()
    }
    save_tensors(tensors, path, {_HEADER: prior.card.model_dump_json()})


def load_prior(prior: str | Path = "open", device: torch.device | str = "cpu") -> Prior:
    """Read a prior, in single precision and evaluation mode.

    Args:
        prior: name of a bundled prior (`open`, `open-base`, `open-small`, `open-no-rotation`), or a file.
        device: where its weights are put.

    Raises:
        InputError: the file is missing or foreign, a tensor is missing, left over or of another shape, or a
            bundled prior is not the file that was shipped.
    """
    path = Path(prior)
    shipped = isinstance(prior, str) and prior in bundled_priors()
    if shipped:
        path = bundled_prior(str(prior))
    if not path.is_file():
        raise InputError(
            "no such checkpoint", source=path, fix=f"give a file, or {', '.join(bundled_priors())}"
        )
    try:
        with safe_open(path, framework="pt", device=str(device)) as file:
            header = (file.metadata() or {}).get(_HEADER)
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise InputError(f"is not a safetensors file ({error})", source=path, fix=_TRAIN) from error
    if header is None:
        raise InputError("is a safetensors file without zedo's header", source=path, fix=_TRAIN)
    card = _read_card(path, header)
    poses = {name: tensor for name, tensor in tensors.items() if not name.startswith(_PARTS)}
    if "exemplars" not in poses:
        raise InputError("tensor 'exemplars' is missing: there are no poses to start from", source=path)
    for name, centres in poses.items():
        if name != "exemplars" and name != f"clusters_{len(centres)}":
            raise InputError(
                f"tensor '{name}' does not belong to a prior",
                source=path,
                fix="the poses to start from are 'exemplars' and 'clusters_S'",
            )
        if centres.shape[1:] != (len(JOINTS), 3):
            raise InputError(
                f"tensor '{name}' has shape {list(centres.shape)}; it must be [S, {len(JOINTS)}, 3]",
                source=path,
            )
    network = _stated(NETWORKS[card.architecture], card.network, tensors, path, "network")
    digest = _digest(path)
    if shipped and digest != _shipped_digest(path):
        raise InputError("is not the file that was shipped: its SHA-256 differs", source=path, fix=_REINSTALL)
    spread = spread_head(network) if any(name.startswith(_SPREAD) for name in tensors) else None
    tracks = None
    if card.tracks:
        tracks = _stated(TrackNetwork, card.tracks.training.network, tensors, path, "tracks")
    loaded = Prior(card, network, poses, path.name, digest, spread, tracks).to(device)
    load_checked(loaded, tensors, path, "the network that the file states")
    return loaded.eval().requires_grad_(False)


def _stated(
    network: Callable[..., Network],
    settings: dict[str, Any],
    tensors: dict[str, Tensor],
    path: Path,
    field: str,
) -> Network:
    """The network that a field of a card states. Its size is compared with that of the file before it takes
    memory."""
    try:
        if settings.get("blocks", 0) > len(tensors):
            raise ValueError(f"states {settings['blocks']} blocks, which are not in the file")
        with torch.device("meta"):
            size = sum(tensor.numel() for tensor in network(**settings).parameters())
        if size > 2 * sum(tensor.numel() for tensor in tensors.values()):
            raise ValueError(f"states a network of {size:,} parameters, which are not in the file")
        return network(**settings)
    except (TypeError, ValueError, RuntimeError, ZeroDivisionError, OverflowError) as error:
        raise InputError(
            str(error), source=path, where=f"header field {field}", fix=_OTHER_VERSION
        ) from error


def load_checked(module: nn.Module, tensors: dict[str, Tensor], path: Path, network: str) -> None:
    """Load the tensors of a file into a module. Raises `InputError` naming one that is missing, foreign, or
    unfit."""
    expected = module.state_dict()
    for name in sorted(expected.keys() | tensors.keys()):
        if name not in tensors:
            raise InputError(f"tensor '{name}' is missing: the file does not hold {network}", source=path)
        if name not in expected:
            raise InputError(f"tensor '{name}' does not belong to {network}", source=path)
        if tensors[name].shape != expected[name].shape:
            have, want = list(tensors[name].shape), list(expected[name].shape)
            raise InputError(f"tensor '{name}' has shape {have}; {network} has {want}", source=path)
        if not torch.isfinite(tensors[name]).all():
            raise InputError(f"tensor '{name}' holds NaN or infinity: the file is damaged", source=path)
    module.load_state_dict(tensors)


def _shipped_digest(path: Path) -> str:
    """What the card of a bundled prior states, in the JSON beside it."""
    return str(read_json(path.with_suffix(".json")).get("sha256"))


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _read_card(path: Path, header: str) -> PriorCard:
    try:
        card = PriorCard.model_validate_json(header)
    except ValidationError as error:
        field, message = first_fault(error)
        raise InputError(message, source=path, where=f"header field {field}", fix=_OTHER_VERSION) from error
    for kind, name, known in (
        ("architecture", card.architecture, NETWORKS.keys()),
        ("parametrisation", card.parametrisation, PARAMETRISATIONS.keys()),
    ):
        if name not in known:
            raise InputError(f"{kind} '{name}' is unknown; this zedo has {', '.join(known)}", source=path)
    if card.joints != JOINTS:
        order = json.dumps(card.joints)
        raise InputError(f"joint order is {order}", source=path, fix="zedo needs the 17 joints of Human3.6M")
    return card
