"""The view-conditioned network: a residual MLP over a flattened pose and the features of its view; as it is,
and so that it commutes with the mirror image."""

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from zedo_cli.prior.layers import Entry, Shifted, added, silu, time_embedding
from zedo_cli.prior.symmetric_layers import PairNorm, SymmetricBlock, SymmetricEntry, SymmetricLeave
from zedo_cli.prior.view_features import CONTEXT, FEATURES_PER_JOINT
from zedo_cli.skeletons import JOINTS


class Block(nn.Module):
    """x + W2 silu(W1 norm(x) + W3 level)."""

    def __init__(self, width: int, inner: int, embed: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.up = Shifted(width, inner)
        self.up_level = nn.Linear(embed, inner, bias=False)
        self.down = nn.Linear(inner, width)

    def forward(self, x: Tensor, shift: Tensor) -> Tensor:
        """x `[batch, width]`, shift `[levels, inner]`, batch a multiple of levels -> `[batch, width]`."""
        return added(self.down(silu(self.up(self.norm(x), shift))), x)


class Layers(NamedTuple):
    """The classes of which a network consists."""

    enter: type[nn.Module]
    block: type[nn.Module]
    norm: type[nn.Module]
    leave: type[nn.Module]


class ViewNetwork(nn.Module):
    """Residual MLP with pre-normalised blocks (Xiong et al. 2020), the noise level added inside every block.

    Args:
        joints: number of joints J, 17.
        width: of the residual stream.
        inner: width inside a block.
        blocks: number of blocks.
        embed: width of the embedded noise level; even.
        context: number of features of side information, 0 or `CONTEXT`.

    Raises:
        ValueError: one of them cannot be.
    """

    layers = Layers(Entry, Block, nn.LayerNorm, nn.Linear)

    def __init__(
        self,
        joints: int = 17,
        width: int = 512,
        inner: int = 1024,
        blocks: int = 2,
        embed: int = 256,
        context: int = 0,
    ) -> None:
        super().__init__()
        if joints != len(JOINTS) or context not in (0, CONTEXT):
            raise ValueError(
                f"has {joints} joints and a context of {context}: {len(JOINTS)} and {CONTEXT} are known"
            )
        if embed % 2 or embed < 4:
            raise ValueError(f"embeds noise levels in {embed} numbers, which must be even and at least 4")
        self.embed, self.width = embed, width
        self.enter: Any = self.layers.enter(joints * 3, joints * FEATURES_PER_JOINT + 1 + context, width)
        self.level = nn.Linear(embed, embed)
        self.blocks = nn.ModuleList(self.layers.block(width, inner, embed) for _ in range(blocks))
        self.norm = self.layers.norm(width)
        self.leave: Any = self.layers.leave(width, joints * 3)
        for name, part in self.leave.named_parameters():
            if name.endswith("weight"):
                nn.init.zeros_(part)

    def forward(self, pose: Tensor, time: Tensor, features: Tensor) -> Tensor:
        """F of `preconditioning`. pose `[batch, J, 3]`, time `[levels]`, features `[batch, 3 J + 1 +
        context]`.

        Poses of one time are contiguous: batch is a multiple of levels, so that the time is embedded once for
        each.
        """
        entered = self.enter.of_view(features)
        left: Tensor = self.leave(self.hidden(pose, self.shifts(time), entered))
        return left.view_as(pose)

    def shifts(self, time: Tensor) -> list[Tensor]:
        """What each block adds for the noise level (`time [levels]`, in the weights' precision), `[levels,
        ...]`: once for each level."""
        level = F.silu(self.level(time_embedding(time, self.embed)))
        return [block.get_submodule("up_level")(level) for block in self.blocks]

    def hidden(self, pose: Tensor | None, shifts: list[Tensor], entered: Tensor) -> Tensor:
        """What the last layer sees, `[batch, width]`.

        Args:
            pose: `[..., J, 3]`, `batch` poses; None is zero everywhere.
            shifts: of `shifts`.
            entered: of `enter.of_view`, `[..., width]`, which broadcasts to the poses; once for each view.
        """
        if pose is not None:
            entered = entered + self.enter.of_pose(pose.flatten(-2))
        return self.through(entered.reshape(-1, entered.shape[-1]), shifts)

    def through(self, x: Tensor, shifts: list[Tensor]) -> Tensor:
        """All blocks, and the norm after them; x `[batch, width]`."""
        for block, shift in zip(self.blocks, shifts, strict=True):
            x = block(x, shift)
        result: Tensor = self.norm(x)
        return result


class SymmetricNetwork(ViewNetwork):
    """A `ViewNetwork` that commutes with the mirror image: the answer for the image of a person is the image
    of the answer. Half as many products as one of the same size without, of which both images are asked.

    Args: as of `ViewNetwork`; `width` and `inner` are even.
    """

    layers = Layers(SymmetricEntry, SymmetricBlock, PairNorm, SymmetricLeave)

    def __init__(self, joints: int = 17, width: int = 512, inner: int = 1024, **sizes: int) -> None:
        if width % 2 or inner % 2:
            raise ValueError(
                f"has widths of {width} and {inner}, which must be even: its units come in pairs"
            )
        super().__init__(joints, width, inner, **sizes)

    def through(self, x: Tensor, shifts: list[Tensor]) -> Tensor:
        """All blocks, and the norm after them; the halves of x `[batch, width]` go side by side."""
        even, odd = x.chunk(2, dim=-1)
        for block, shift in zip(self.blocks, shifts, strict=True):
            even, odd = block(even, odd, shift)
        return torch.cat(self.norm(even, odd), dim=-1)
