"""A trained prior: a network, whatever its parametrisation, behind the one denoiser convention of the
pipeline."""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from zedo_cli.pipeline.view import View
from zedo_cli.prior.card import PriorCard
from zedo_cli.prior.packing import Packed
from zedo_cli.prior.preconditioning import PARAMETRISATIONS
from zedo_cli.prior.score_network import ScoreNetwork
from zedo_cli.prior.seen_view import Level, SeenView
from zedo_cli.prior.spread_head import SpreadHead
from zedo_cli.prior.track_network import TrackNetwork
from zedo_cli.prior.view_features import context_features, view_features
from zedo_cli.prior.view_network import SymmetricNetwork, ViewNetwork

NETWORKS: dict[str, type[nn.Module]] = {
    "score_network": ScoreNetwork,
    "view_network": ViewNetwork,
    "symmetric_network": SymmetricNetwork,
}
"""Architectures by the name that a checkpoint states."""

UNCONDITIONAL = ("score_network",)
"""Those that take a pose and a noise level, and no view."""


class Prior(nn.Module):
    """A denoiser with its card and its poses to start from.

    Buffers (root-relative poses in metres, camera frame): `exemplars [E, J, 3]`, upright and facing the
    camera, and `clusters_S [S, J, 3]`, k-means centres of poses as cameras see them, for S hypotheses.
    spread: states the uncertainty of a view, None if the prior has no such part. tracks: refines tracks, None
    if the prior has no such part. name, digest: the file it was read from and its SHA-256.
    """

    exemplars: Tensor

    def __init__(
        self,
        card: PriorCard,
        network: nn.Module,
        poses: dict[str, Tensor],
        name: str = "unsaved",
        digest: str = "",
        spread: SpreadHead | None = None,
        tracks: TrackNetwork | None = None,
    ) -> None:
        super().__init__()
        self.card = card
        self.name = name
        self.digest = digest
        self.network = network
        self.spread = spread
        self.tracks = tracks
        self._packed: dict[str, Packed[Any]] = {}
        self.levels: dict[tuple[float, torch.device, int], Level] = {}
        for name, centres in poses.items():
            self.register_buffer(name, centres)

    @property
    def packed(self) -> Packed[nn.Module]:
        """The network as it is fastest."""
        return self._packed_part("network", self.network)

    @property
    def packed_tracks(self) -> Packed[TrackNetwork] | None:
        """The track network as it is fastest."""
        return None if self.tracks is None else self._packed_part("tracks", self.tracks)

    def _packed_part(self, name: str, network: nn.Module) -> Packed[Any]:
        known = self._packed.get(name)
        if known is None or known.network is not network:  # another one was set
            known = self._packed[name] = Packed(network)
        return known

    @property
    def conditional(self) -> bool:
        """Whether this prior sees views."""
        return self.card.architecture not in UNCONDITIONAL

    @property
    def symmetric(self) -> bool:
        """Whether the answer for a mirror image is the mirror image of the answer, so that asking both gains
        nothing."""
        return isinstance(self.network, SymmetricNetwork)

    @property
    def window(self) -> int:
        """Frames of a track that this prior denoises together."""
        return 1

    @property
    def takes_context(self) -> bool:
        """Whether this prior can use a known vertical and known bones."""
        return self.card.network.get("context", 0) > 0

    def forward(self, pose: Tensor, sigma: Tensor, view: View | None = None) -> Tensor:
        """E[clean pose | pose with noise sigma, view]: the pipeline's `denoise`.

        Args:
            pose: `[..., J, 3]`, metres, root-relative.
            sigma: noise level (m), a scalar, or `[levels]` for as many equal parts of a batch `[batch, J, 3]`
                in turn.
            view: rays `[..., J, 3]` and confidences `[..., J]` that broadcast to the leading dimensions of
                the pose. None is the same as all confidences 0. An unconditional prior ignores it.
        """
        levels = sigma.reshape(-1)
        coefficients = PARAMETRISATIONS[self.card.parametrisation](levels)
        time = coefficients.time.to(pose)
        skip, out, into = (_for_each(part.to(pose), pose) for part in coefficients[:3])
        if not self.conditional:
            return skip * pose + out * self.packed()(_batch(into * pose), time).view_as(pose)
        view = masked_view(pose) if view is None else view
        features, rotation = view_features(view)
        if self.takes_context:
            features = torch.cat([features, context_features(view, rotation)], dim=-1)
        turned = pose @ rotation.mT
        features = features.expand(*pose.shape[:-2], -1).reshape(-1, features.shape[-1])
        predicted = self.packed()(_batch(into * turned), time, features).view_as(pose)
        return (skip * turned + out * predicted) @ rotation

    def given(self, view: View) -> Callable[[Tensor, Tensor], Tensor]:
        """The denoiser for one view, faster where it is called often; see `pipeline.denoiser.given`."""
        return self.seen(view) if isinstance(self.network, ViewNetwork) else partial(self, view=view)

    def seen(self, view: View) -> SeenView:
        """The same for a prior whose network is a `ViewNetwork`."""
        network = self.packed()
        if not isinstance(network, ViewNetwork):
            raise TypeError(f"{self.card.architecture} sees no views")
        return SeenView(self, network, view)

    def clusters(self, samples: int) -> Tensor:
        """The stored poses to start `samples` hypotheses from, `[samples, J, 3]`; see `cluster_counts`."""
        return self.get_buffer(f"clusters_{samples}")

    @property
    def cluster_counts(self) -> list[int]:
        """The numbers of hypotheses for which poses to start from are stored."""
        return sorted(len(poses) for name, poses in self.start_poses.items() if name.startswith("clusters_"))

    @property
    def start_poses(self) -> dict[str, Tensor]:
        """All poses to start from, by name."""
        return dict(self.named_buffers(recurse=False))


def masked_view(pose: Tensor) -> View:
    """A view of `pose [..., J, 3]` in which every joint is missing."""
    return View(torch.zeros_like(pose[..., :1, :]).expand_as(pose), torch.zeros_like(pose[..., 0]))


def _for_each(values: Tensor, pose: Tensor) -> Tensor:
    """One value for each level, for the poses of that level: `[levels]` -> `[batch, 1, 1]` or, of one level,
    `[1]`."""
    return values if len(values) == 1 else values.repeat_interleave(len(pose) // len(values))[:, None, None]


def _batch(pose: Tensor) -> Tensor:
    return pose.reshape(-1, *pose.shape[-2:])
