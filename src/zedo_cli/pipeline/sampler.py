"""Drawing poses from a prior, or from its posterior given a view."""

from functools import lru_cache

import torch
from torch import Tensor

from zedo_cli.pipeline.denoiser import GivenView


def probability_flow(
    denoise: GivenView, noise: Tensor, levels: Tensor, centre: Tensor | None = None
) -> Tensor:
    """Samples of the prior, or with a view of the posterior: DPM-Solver++(2M) on the probability flow (Lu et
    al. 2022).

    Args:
        denoise: the prior, or the prior given a view.
        noise: `[..., J, 3]`, standard normal.
        levels: noise levels (m) `[steps]`, falling; the first is far above the spread of the poses about
            `centre`.
        centre: mean of the poses, `[..., J, 3]`; the origin if None.

    Returns:
        Poses `[..., J, 3]`; the last step goes all the way to the denoised pose.
    """
    pose = noise * levels[0] if centre is None else centre + noise * levels[0]
    before = clean = pose
    for i, sigma in enumerate(levels):
        before, clean = clean, denoise(pose, sigma)
        ahead = clean
        following = levels[i + 1] if i + 1 < len(levels) else torch.zeros_like(sigma)
        if 0 < i < len(levels) - 1:
            ahead = clean + (sigma / following).log() / (levels[i - 1] / sigma).log() / 2 * (clean - before)
        pose = ahead + following / sigma * (pose - ahead)
    return pose


def antithetic_noise(count: int, like: Tensor, seed: int = 0) -> Tensor:
    """Standard normal noise `[count, J, 3]`, each sample with its negative; the same for every row.

    Drawn in single precision on the CPU, then converted to the type and device of `like`.
    """
    return _antithetic_noise(count, tuple(like.shape[-2:]), seed, like.dtype, like.device)


@lru_cache(maxsize=16)
def _antithetic_noise(
    count: int, shape: tuple[int, ...], seed: int, dtype: torch.dtype, device: torch.device
) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    half = torch.randn((count + 1) // 2, *shape, generator=generator)
    return torch.stack([half, -half], dim=1).flatten(0, 1)[:count].to(device, dtype)
