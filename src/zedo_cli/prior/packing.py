"""Weights in half precision for products on a CPU.

Checkpoints hold weights in half precision, so that nothing is lost if they stay so in memory: FBGEMM
(arXiv 2101.05615) reads half the bytes, and multiplies and sums in single precision. One row, which waits for
the weights to come from memory, takes half the time; many rows a tenth less. Results are the same up to
rounding.
"""

import copy
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor, nn

from zedo_cli.prior.layers import Entry, Shifted, added_per_level

Network = TypeVar("Network", bound=nn.Module)


class Packed(Generic[Network]):
    """A network, or its twin with packed weights where that is possible; made anew when the weights change.

    It is possible for single precision on a CPU with AVX2, if half precision can hold the weights.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self._modules = list(network.modules())
        self._made: tuple[object, Network] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_made": None}

    def __call__(self) -> Network:
        """The network to use now: itself where gradients are taken."""
        if torch.is_grad_enabled():
            return self.network
        state = self.state()
        if self._made is None or self._made[0] != state:
            self._made = state, _twin(self.network) if _can_be_packed(self.network) else self.network
        return self._made[1]

    def state(self) -> tuple[object, ...]:
        """What differs after weights are replaced or changed in place (but not through `.data`)."""
        weights = [
            part for module in self._modules for part in module._parameters.values() if part is not None
        ]
        place = (weights[0].device, weights[0].dtype) if weights else ()
        return self.network.training, *place, *((id(part), part._version) for part in weights)

    def layers(self) -> list[nn.Module]:
        """The packed layers of the network to use now. A recording (`pipeline.graphs`) has to hold them."""
        return [layer for layer in self().modules() if isinstance(layer, _Weights)]


def _can_be_packed(network: nn.Module) -> bool:
    weights = [layer.weight for layer in network.modules() if isinstance(layer, nn.Linear)]
    return (
        hasattr(torch.ops.quantized, "linear_dynamic_fp16")
        and torch.backends.cpu.get_cpu_capability().startswith("AVX")
        and torch.backends.quantized.engine in ("fbgemm", "x86")
        and bool(weights)
        and all(weight.device.type == "cpu" and weight.dtype == torch.float32 for weight in weights)
        and all(torch.equal(weight, weight.half().float()) for weight in weights)
    )


def _twin(module: Any) -> Any:
    """The module with packed layers; everything else is shared."""
    if type(module) in _PACKED:
        return _PACKED[type(module)](module)
    twin = copy.copy(module)
    twin._modules = {name: _twin(child) for name, child in module._modules.items()}
    return twin


class _Weights(nn.Module):
    """`[out, in]` weights, multiplied from the right, with a bias `[out]` or without."""

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        super().__init__()
        bias = None if bias is None else bias.detach()
        self.packed = torch.ops.quantized.linear_prepack_fp16(weight.detach().contiguous(), bias)

    def forward(self, x: Tensor) -> Tensor:
        """`[..., in]` -> `[..., out]`."""
        product: Tensor = torch.ops.quantized.linear_dynamic_fp16(x, self.packed)
        return product


class _PackedLinear(_Weights):
    def __init__(self, layer: nn.Linear) -> None:
        super().__init__(layer.weight, layer.bias)


class _PackedShifted(nn.Module):
    def __init__(self, layer: Shifted) -> None:
        super().__init__()
        self.weights = _Weights(layer.weight, None)
        self.bias = layer.bias

    def forward(self, x: Tensor, shift: Tensor) -> Tensor:
        """As `Shifted`: the bias is added together with the shift."""
        return added_per_level(self.weights(x), shift + self.bias)


class _PackedEntry(nn.Module):
    def __init__(self, layer: Entry) -> None:
        super().__init__()
        self.of_pose = _Weights(layer.weight[:, : layer.pose], None)
        self.of_view = _Weights(layer.weight[:, layer.pose :], layer.bias)


_PACKED: dict[type[nn.Module], Any] = {nn.Linear: _PackedLinear, Shifted: _PackedShifted, Entry: _PackedEntry}
