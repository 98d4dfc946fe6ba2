"""Half precision and averaged weights in training."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

_Tensors = tuple[Tensor, ...] | list[Tensor]


class HalfPrecision(nn.Module):
    """A network with matrix products in bfloat16; rays and rotations around it stay in single precision."""

    def __init__(self, network: nn.Module, device: torch.device) -> None:
        super().__init__()
        self.network = network
        self.device = device

    def forward(self, *inputs: Tensor) -> Tensor:
        """The network's output, in single precision."""
        with torch.autocast(self.device.type, torch.bfloat16):
            return self.network(*inputs).float()


def has_fast_bfloat16(device: torch.device) -> bool:
    """Whether bfloat16 matrix products are faster: on any recent GPU, or a CPU with AVX-512 BF16 or AMX."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.cpu._is_avx512_bf16_supported()


def moving_average(decay: float) -> Callable[[_Tensors, _Tensors, Tensor | int], None]:
    """Exponential moving average with a short start: after n steps its decay is at most (1 + n) / (10 +
    n)."""

    @torch.no_grad()
    def update(averages: _Tensors, values: _Tensors, count: Tensor | int) -> None:
        n = torch.as_tensor(count, dtype=torch.float32)
        part = 1 - ((1 + n) / (10 + n)).clamp(max=decay)
        steps = torch._foreach_sub(list(values), list(averages))
        torch._foreach_mul_(steps, part)
        torch._foreach_add_(list(averages), steps)

    return update
