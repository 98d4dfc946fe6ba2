"""A trained prior: a network, whatever its parametrisation, behind the one denoiser convention of the pipeline."""

from torch import Tensor, nn

from zedo_cli.pipeline.denoise import SubVP
from zedo_cli.pipeline.rays import View
from zedo_cli.prior.card import PriorCard
from zedo_cli.prior.score_network import ScoreNetwork

NETWORKS: dict[str, type[nn.Module]] = {"score_network": ScoreNetwork}
"""Architectures by the name that a checkpoint states. Each module's `forward(pose, time)` predicts the sub-VP noise."""


class Prior(nn.Module):
    """A denoiser with its card and its exemplars.

    Buffers (root-relative poses in metres, camera frame): `exemplars [E, J, 3]`, upright and facing the camera, and
    `clusters_S [S, J, 3]`, k-means centres of poses as cameras see them, for S hypotheses. name, digest: the file that it
    was read from and its SHA-256.
    """

    exemplars: Tensor

    def __init__(
        self, card: PriorCard, network: nn.Module, poses: dict[str, Tensor], name: str = "unsaved", digest: str = ""
    ) -> None:
        super().__init__()
        self.card = card
        self.name = name
        self.digest = digest
        self.network = network
        for name, centres in poses.items():
            self.register_buffer(name, centres)

    def forward(self, pose: Tensor, sigma: Tensor, view: View | None = None) -> Tensor:
        """E[clean pose | pose with noise sigma]: the pipeline's `denoise`.

        pose `[..., J, 3]` metres, root-relative; sigma (m) a scalar. An unconditional prior does not look at the view.
        """
        poses = pose.reshape(-1, *pose.shape[-2:])
        return (poses - sigma * self.noise(poses, sigma.view(1))).view_as(pose)

    def noise(self, poses: Tensor, sigma: Tensor) -> Tensor:
        """Predicted unit noise. poses `[batch, J, 3]` (m), sigma (m) `[levels]` -> `[batch, J, 3]`.

        Poses of one noise level stand together; batch is a multiple of levels.
        """
        t = SubVP.time(sigma)
        mean = SubVP.mean(t).to(poses).repeat_interleave(len(poses) // len(sigma))[:, None, None]
        return self.network(mean * poses, (999 * t).to(poses))

    def clusters(self, samples: int) -> Tensor:
        """The stored start poses for `samples` hypotheses `[samples, J, 3]`; there must be some, see `cluster_counts`."""
        return self.get_buffer(f"clusters_{samples}")

    @property
    def cluster_counts(self) -> list[int]:
        """The numbers of hypotheses for which start poses are stored."""
        return sorted(len(centres) for name, centres in self.named_buffers() if name.startswith("clusters_"))
