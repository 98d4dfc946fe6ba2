"""Checkpoints of a prior: one safetensors file with the weights, the start poses and the card in its header."""

import json
from hashlib import sha256
from pathlib import Path

import torch
from pydantic import ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from zedo_cli.errors import InputError, first_fault
from zedo_cli.io.files import atomic_write
from zedo_cli.prior.card import PriorCard
from zedo_cli.prior.preconditioning import PARAMETRISATIONS
from zedo_cli.prior.prior import NETWORKS, Prior
from zedo_cli.skeletons import JOINTS

_HEADER = "zedo"
_NETWORK = "network."


def save_prior(prior: Prior, path: Path, half: bool = True) -> None:
    """Write `prior` to `path` atomically; the network's weights in half precision if `half`, the start poses in single.

    Raises `InputError` if the file cannot be written; one that was there before is left as it was.
    """
    tensors = {
        name: tensor.detach().to("cpu", torch.float16 if half and name.startswith(_NETWORK) else torch.float32).contiguous()
        for name, tensor in prior.state_dict().items()
    }
    with atomic_write(path) as temporary:
        try:
            save_file(tensors, temporary, metadata={_HEADER: prior.card.model_dump_json()})
        except SafetensorError as error:  # a full disk, among others
            raise InputError(f"{path}: could not be written ({error}); is the disk full?") from error


def load_prior(path: Path, device: torch.device | str = "cpu") -> Prior:
    """Read a prior, in single precision and evaluation mode.

    Raises `InputError` if the file is missing or foreign, or if a tensor is missing, left over or of another shape.
    """
    if not Path(path).is_file():
        raise InputError(f"{path}: no such checkpoint")
    try:
        with safe_open(path, framework="pt", device=str(device)) as file:
            header = (file.metadata() or {}).get(_HEADER)
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise InputError(f"{path}: is no safetensors file ({error}); make one with 'zedo train'") from error
    if header is None:
        raise InputError(f"{path}: is a safetensors file without zedo's header; make one with 'zedo train'")
    card = _read_card(path, header)
    poses = {name: tensor for name, tensor in tensors.items() if not name.startswith(_NETWORK)}
    if "exemplars" not in poses:
        raise InputError(f"{path}: tensor 'exemplars' is missing; the file has no start poses")
    for name, centres in poses.items():
        if name != "exemplars" and name != f"clusters_{len(centres)}":
            raise InputError(
                f"{path}: tensor '{name}' does not belong to a prior; start poses are 'exemplars' and 'clusters_S'"
            )
        if centres.shape[1:] != (len(JOINTS), 3):
            raise InputError(f"{path}: tensor '{name}' has shape {list(centres.shape)}; it must be [S, {len(JOINTS)}, 3]")
    try:
        network = NETWORKS[card.architecture](**card.network)
    except (TypeError, ValueError, RuntimeError, ZeroDivisionError) as error:
        raise InputError(f"{path}: header field network: {error}; the checkpoint needs another zedo") from error
    prior = Prior(card, network, poses, Path(path).name, _digest(path)).to(device)
    load_checked(prior, tensors, path, "the network that the file states")
    return prior.eval().requires_grad_(False)


def load_checked(module: nn.Module, tensors: dict[str, Tensor], path: Path, network: str) -> None:
    """Load the tensors of a file into a module. Raises `InputError` naming one that is missing, foreign, or unfit."""
    expected = module.state_dict()
    for name in sorted(expected.keys() | tensors.keys()):
        if name not in tensors:
            raise InputError(f"{path}: tensor '{name}' is missing; the file does not hold {network}")
        if name not in expected:
            raise InputError(f"{path}: tensor '{name}' does not belong to {network}")
        if tensors[name].shape != expected[name].shape:
            have, want = list(tensors[name].shape), list(expected[name].shape)
            raise InputError(f"{path}: tensor '{name}' has shape {have}; {network} has {want}")
        if not torch.isfinite(tensors[name]).all():
            raise InputError(f"{path}: tensor '{name}' holds NaN or infinity; the file is damaged")
    module.load_state_dict(tensors)


def _digest(path: Path) -> str:
    return sha256(Path(path).read_bytes()).hexdigest()


def _read_card(path: Path, header: str) -> PriorCard:
    try:
        card = PriorCard.model_validate_json(header)
    except ValidationError as error:
        raise InputError(f"{path}: header field {first_fault(error)}; the checkpoint needs another zedo") from error
    if card.architecture not in NETWORKS:
        raise InputError(f"{path}: architecture '{card.architecture}' is unknown; this zedo has {', '.join(NETWORKS)}")
    if card.parametrisation not in PARAMETRISATIONS:
        known = ", ".join(PARAMETRISATIONS)
        raise InputError(f"{path}: parametrisation '{card.parametrisation}' is unknown; this zedo has {known}")
    if card.joints != JOINTS:
        raise InputError(f"{path}: joint order is {json.dumps(card.joints)}; zedo needs the 17 joints of Human3.6M")
    return card
