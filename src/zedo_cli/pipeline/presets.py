"""Named settings of the method, as one model: every number that decides a lift, apart from the prior and the seed."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, NonNegativeInt, PositiveFloat, PositiveInt


class Preset(BaseModel):
    """Settings of a lift. Metres, degrees."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str

    view: bool = True
    """Whether the denoiser sees rays and confidences, if it can. The paper's does not."""
    start: Literal["view", "exemplars", "clusters"]
    """What the denoiser makes of the view alone (of a prior that sees none: exemplars), posterior over an exemplar grid, or
    k-means centres."""
    view_noise: PositiveFloat = 4.0
    """Noise level, far above a body's size, at which the view alone decides."""
    draws: PositiveInt = 16
    """Poses drawn from the view's posterior, from which the uncertainty comes."""
    draw_steps: PositiveInt = 8
    """Denoisings for each of them."""
    optimise_start: bool = False
    """Turn and move the clusters by the paper's optimisation (RO); else they stand where the translation solve puts them."""
    optimised_joints: tuple[int, ...] = (0, 1, 4)
    optimised_axes: str = "z"
    optimised_depth: PositiveFloat = 3.0
    optimised_scale: tuple[PositiveFloat, PositiveFloat] = (0.5, 2.0)
    optimisation_steps: PositiveInt = 500
    yaws: PositiveInt = 16
    """Turns of each exemplar about the vertical."""
    pitches: tuple[float, ...] = (-5.0, 20.0)
    rolls: tuple[float, ...] = (-20.0, 0.0, 20.0)
    exemplar_spread: PositiveFloat = 0.14
    """Misfit, relative to the person's size in the image, at which an exemplar's probability has fallen to exp(-J / 8)."""

    schedule: Literal["geometric", "sub-vp"]
    steps: PositiveInt
    first_noise: PositiveFloat = 0.1
    """First noise level of the geometric schedule; the paper's is fixed in time, 0.11 to 0.002 m."""
    last_noise: PositiveFloat = 0.005
    step: Literal["full", "sub-vp"]
    """How far a denoising step goes: all the way, or the part that ZeDO goes."""
    warmup: NonNegativeInt
    """Iterations that keep the first translation (WU); `steps` keeps it throughout."""
    pull: Literal["hard", "soft"]
    """Fully on the rays, or as far as the noise of pose and keypoint says."""
    keypoint_noise: PositiveFloat = 0.005
    """Distance at which the ray of a fully confident keypoint passes its joint."""
    answer: Literal["first", "best"] = "first"
    """The hypothesis that starts from the posterior mean, or the one of the best score."""


PRESETS = {
    preset.name: preset
    for preset in (
        Preset(
            name="paper",
            view=False,
            start="clusters",
            optimise_start=True,
            schedule="sub-vp",
            steps=1000,
            step="sub-vp",
            warmup=200,
            pull="hard",
            answer="best",
        ),
        Preset(
            name="fast",
            start="view",
            schedule="geometric",
            first_noise=0.1,
            last_noise=0.02,
            steps=2,
            step="full",
            warmup=2,
            pull="soft",
        ),
        Preset(
            name="balanced",
            start="view",
            schedule="geometric",
            first_noise=0.2,
            last_noise=0.005,
            steps=4,
            step="full",
            warmup=4,
            pull="soft",
        ),
    )
}
"""`paper` agrees with the authors' program; `balanced` is the default."""
