"""Named settings of the method, as one model: every number that decides a lift, apart from the prior and the seed."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveFloat, PositiveInt


class Preset(BaseModel):
    """Settings of a lift. Metres, degrees. The defaults are those of `balanced`."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    name: str

    view: bool = True
    """Whether the denoiser sees rays and confidences, if it can. The paper's does not."""
    mirror: bool = True
    """Denoise the mirror image too, and take the mean."""
    swaps: bool = True
    """Look for exchanged sides, and undo that: of arms in each image, of arms, legs and bodies in videos."""
    start: Literal["view", "exemplars", "clusters"] = "view"
    """What the denoiser makes of the view alone (of a prior that sees none: exemplars), posterior over an exemplar grid, or
    k-means centres."""
    view_noise: PositiveFloat = 4.0
    """Noise level, far above a body's size, at which the view alone decides."""
    draw_noise: PositiveFloat = 1.0
    """Noise level, above the posterior's spread, from which hypotheses are drawn."""
    draw_steps: PositiveInt = 5
    """Denoisings for each of them."""
    probes: PositiveInt = 8
    """Pushes from which the uncertainty of a single hypothesis comes; two denoisings each."""
    probe_noise: PositiveFloat = 0.1
    """Size of a push."""
    optimise_start: bool = False
    """Turn and move the clusters by the paper's optimisation (RO); else they stand where the translation solve puts them."""
    optimised_joints: tuple[Annotated[int, Field(ge=0, le=16)], ...] = Field(default=(0, 1, 4), min_length=1)
    optimised_axes: str = Field(default="z", pattern="^[xyz]{1,3}$")
    optimised_depth: PositiveFloat = 3.0
    optimised_scale: tuple[PositiveFloat, PositiveFloat] = (0.5, 2.0)
    optimisation_steps: PositiveInt = 500
    yaws: PositiveInt = 16
    """Turns of each exemplar about the vertical."""
    pitches: tuple[float, ...] = Field(default=(-5.0, 20.0), min_length=1)
    rolls: tuple[float, ...] = Field(default=(-20.0, 0.0, 20.0), min_length=1)
    exemplar_spread: PositiveFloat = 0.14
    """Misfit, relative to the person's size in the image, at which an exemplar's probability has fallen to exp(-J / 8)."""
    blind_noise: PositiveFloat = 0.1
    """First noise level if the prior sees no view: about the error of a start from exemplars, which more would forget."""
    blind_steps: PositiveInt = 10
    """Iterations then."""

    schedule: Literal["geometric", "sub-vp"] = "geometric"
    steps: PositiveInt = 4
    first_noise: PositiveFloat = 0.8
    """First noise level of the geometric schedule; the paper's is fixed in time, 0.11 to 0.002 m."""
    last_noise: PositiveFloat = 0.01
    """Last one, and the prior's own error across a ray, against which keypoints are weighed at the end."""
    step: Literal["flow", "full", "sub-vp"] = "flow"
    """How far a denoising step goes: to the next noise level, all the way, or the part that ZeDO goes."""
    step_size: PositiveFloat = 0.001
    """Of the sub-VP step, in the SDE's time. Five times that with a fifth of the steps gives the same errors."""
    warmup: NonNegativeInt = 0
    """Iterations that keep the first translation (WU); `steps` keeps it throughout."""
    pull: Literal["hard", "soft"] = "soft"
    """Fully on the rays, or as far as the noise of pose and keypoint says."""
    least_noise: PositiveFloat = 0.0005
    """Noise of a fully confident keypoint, in heights of the person in the image."""
    doubt: PositiveFloat = 0.05
    """What the odds against a keypoint, (1 - c) / c, add to that."""
    robust: bool = True
    """Hear keypoints less that contradict the others."""
    answer: Literal["first", "best"] = "first"
    """The hypothesis that starts from the posterior mean, or the one of the best score."""

    def start_settings(self) -> dict[str, Any]:
        """The settings that what comes before the loop depends on; presets that agree in them can share it."""
        return self.model_dump(exclude={"name", *_LOOP})

    def for_blind_prior(self) -> Self:
        """These settings with a prior that sees no view: from the view's posterior to that over exemplars."""
        if self.start != "view":
            return self
        blind = {"view": False, "swaps": False, "start": "exemplars", "first_noise": self.blind_noise}
        return self.model_copy(update=blind | {"steps": self.blind_steps})


_LOOP = ("schedule", "steps", "first_noise", "step", "step_size", "warmup", "pull", "robust", "answer")
"""Settings of the loop alone."""

PRESETS = {
    preset.name: preset
    for preset in (
        Preset(
            name="paper",
            view=False,
            mirror=False,
            swaps=False,
            start="clusters",
            optimise_start=True,
            schedule="sub-vp",
            steps=1000,
            step="sub-vp",
            warmup=200,
            pull="hard",
            robust=False,
            answer="best",
        ),
        Preset(name="fast", mirror=False, swaps=False, first_noise=0.2, steps=2, probes=2, blind_steps=4),
        Preset(name="balanced"),
        Preset(name="best", steps=8, draw_steps=16, probes=32),
    )
}
"""`paper` agrees with the authors' program; `balanced` is the default."""
