"""The file of a track network, beside that of its prior: `NAME.track.safetensors`."""

import json
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from zedo_cli.errors import InputError
from zedo_cli.io.files import atomic_write
from zedo_cli.prior.checkpoint import load_checked
from zedo_cli.prior.track_network import TrackNetwork

SUFFIX = ".track.safetensors"
_HEADER = "zedo-track"


def track_file(prior: Path) -> Path:
    """Where the track network of a prior's file lies."""
    return prior.with_name(prior.name.removesuffix(".safetensors") + SUFFIX)


def save_track(network: TrackNetwork, about: dict[str, object], path: Path) -> None:
    """Write a track network atomically, in half precision. about: how it was trained, for the header."""
    tensors = {
        name: tensor.detach().to("cpu", torch.float16).contiguous()
        for name, tensor in network.state_dict().items()
    }
    header = {_HEADER: json.dumps(about | {"network": network.settings})}
    with atomic_write(path) as temporary:
        save_file(tensors, temporary, metadata=header)


def load_track(path: Path, device: torch.device | str = "cpu") -> TrackNetwork:
    """Read a track network. Raises `InputError` for a file that is missing, foreign or damaged."""
    try:
        with safe_open(path, framework="pt", device=str(device)) as file:
            header = (file.metadata() or {}).get(_HEADER)
            tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
        about = json.loads(header) if header else {}
        network = TrackNetwork(**about["network"]).to(device)
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"is not a track network ({error})", source=path, fix="train one with 'zedo train'"
        ) from error
    load_checked(network, tensors, path, "the network that the file states")
    return network.eval().requires_grad_(False)
