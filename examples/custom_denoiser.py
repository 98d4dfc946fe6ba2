"""Your own denoiser in 30 lines: a Gaussian prior over poses, used by the method in place of the network.

Run it in the repository: `python examples/custom_denoiser.py`.
"""

from types import SimpleNamespace

import torch

import zedo_cli as zedo
from zedo_cli.datasets.loading import load_dataset
from zedo_cli.evaluation.metrics import mpjpe, root_centred


class GaussianPrior(torch.nn.Module):
    """Poses are Gaussian about their mean: E[x | y] is linear in y, for every noise level."""

    conditional = takes_context = False  # it sees no view, vertical or bones
    window, cluster_counts = 1, ()  # it denoises single frames, and has no k-means centres
    name, digest, card = "gaussian", "", SimpleNamespace(licence="none")

    def __init__(self, poses, exemplars):
        super().__init__()
        self.exemplars = exemplars  # poses to start from: upright, facing the camera [E, 17, 3] m
        self.mean = poses.flatten(1).mean(0)
        self.variance, self.axes = torch.linalg.eigh(torch.cov(poses.flatten(1).T))

    def forward(self, pose, sigma, view=None):
        """Shrink each principal component by its variance over that variance plus the noise's."""
        gain = self.variance.clamp(min=0) / (self.variance.clamp(min=0) + sigma**2)
        components = (pose.flatten(-2) - self.mean) @ self.axes
        return ((gain * components) @ self.axes.T + self.mean).view_as(pose)


if __name__ == "__main__":
    bundled = zedo.load_prior("open")
    seen = bundled.clusters(50)
    people = load_dataset("open").thinned(30)
    for prior in (GaussianPrior(seen, bundled.exemplars), bundled):
        poses = zedo.Lifter(prior, preset="fast").lift(people.keypoints)
        error = mpjpe(root_centred(poses.poses_3d), root_centred(people.truth)).mean()
        print(f"{prior.name}: {1000 * error:.0f} mm")
