"""The diffusion prior over 3D poses: network, training, checkpoints, exemplars."""

from zedo_cli.prior.checkpoint import load_prior, save_prior
from zedo_cli.prior.denoiser import Prior

__all__ = ["Prior", "load_prior", "save_prior"]
