"""A prior that looks at one view: what depends on the view alone is computed once.

Of an evaluation in the loop about a third would repeat it: the rotation to the person's centre, the features,
and their part of the first layer.
"""

from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor

from zedo_cli.pipeline.view import View
from zedo_cli.prior.preconditioning import PARAMETRISATIONS
from zedo_cli.prior.view_features import context_features, view_features

if TYPE_CHECKING:
    from zedo_cli.prior.prior import Prior
    from zedo_cli.prior.view_network import ViewNetwork


Level = tuple[tuple[float, float, float], list[Tensor]]
"""The coefficients skip, out, into of a noise level, and what each block of the network adds for it."""

MOST_LEVELS = 64
"""Noise levels that are kept; presets have a few, `paper` sees no view."""


class SeenView:
    """The denoiser of a prior with a `ViewNetwork` for one view `[..., J, 3]`; see `pipeline.denoiser.given`.

    The same numbers as `prior(pose, sigma, view)`, up to rounding.
    """

    def __init__(self, prior: "Prior", network: "ViewNetwork", view: View) -> None:
        features, self._rotation = view_features(view)
        if prior.takes_context:
            features = torch.cat([features, context_features(view, self._rotation)], dim=-1)
        self._prior, self._network = prior, network
        self._entered = network.enter.of_view(features)
        self._shape = view.rays.shape

    def __call__(self, pose: Tensor, sigma: Tensor) -> Tensor:
        """E[clean pose | pose with noise sigma, view]. pose `[..., J, 3]` m, sigma a scalar (m)."""
        (skip, out, into), shifts = self._level(sigma)
        turned = pose @ self._rotation.mT
        network = cast("ViewNetwork", self._prior.network) if torch.is_grad_enabled() else self._network
        hidden = network.hidden(into * turned, shifts, self._entered)
        predicted = network.leave(hidden).view_as(pose)
        return torch.add(skip * turned, predicted, alpha=out) @ self._rotation

    def estimate(self, sigma: Tensor) -> tuple[Tensor, Tensor | None]:
        """The estimate for a pose lost in noise, `[..., J, 3]` m, and its spread `[..., J]` m if the prior
        states one."""
        pose, hidden = self.estimate_with_hidden(sigma)
        head = self._prior.spread
        return pose, None if head is None else head(hidden).view(self._shape[:-1])

    def estimate_with_hidden(self, sigma: Tensor) -> tuple[Tensor, Tensor]:
        """The same estimate, and the hidden layer `[batch, width]` from which a `SpreadHead` reads."""
        (_, out, _), shifts = self._level(sigma)
        hidden = self._network.hidden(None, shifts, self._entered)
        return (out * self._network.leave(hidden)).view(self._shape) @ self._rotation, hidden

    def _level(self, sigma: Tensor) -> Level:
        """Coefficients and shifts of a noise level, which methods use again and again."""
        value, network = float(sigma), cast("ViewNetwork", self._prior.network)
        weights = network.level.weight
        key = (value, weights.device, weights._version)  # a training step makes new ones
        known = self._prior.levels
        level = known.get(key)
        if level is None or torch.is_grad_enabled():
            if len(known) >= MOST_LEVELS:
                known.clear()
            *three, time = PARAMETRISATIONS[self._prior.card.parametrisation](torch.tensor([value]))
            shifts = network.shifts(time.to(weights))
            skip, out, into = (float(part) for part in three)
            level = known[key] = (skip, out, into), shifts
        return level
