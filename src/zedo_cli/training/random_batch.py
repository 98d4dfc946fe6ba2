"""Random numbers for a batch."""

import math

import torch
from torch import Generator, Tensor


class RandomBatch:
    """Random numbers for each sample of a batch, on the device of the generator."""

    def __init__(self, batch: int, generator: Generator) -> None:
        self.batch, self.generator = batch, generator

    def uniform(self, low: float, high: float, *shape: int) -> Tensor:
        """Uniform between low and high. `[batch, *shape]`."""
        size = (self.batch, *shape)
        return low + (high - low) * torch.rand(size, generator=self.generator, device=self.generator.device)

    def log_uniform(self, low: float, high: float) -> Tensor:
        """Uniform in the logarithm. `[batch]`."""
        return self.uniform(math.log(low), math.log(high)).exp()

    def normal(self, *shape: int) -> Tensor:
        """Standard normal. `[batch, *shape]`."""
        return torch.randn((self.batch, *shape), generator=self.generator, device=self.generator.device)

    def chance(self, share: float, *shape: int) -> Tensor:
        """True with probability `share`. `[batch, *shape]`."""
        return self.uniform(0, 1, *shape) < share
