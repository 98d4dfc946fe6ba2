"""Named settings of the method: every number that decides a lift, apart from the prior and the seed.

docs/settings.md is generated from the groups and the descriptions here.
"""

import json
from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeInt,
    ValidationError,
    model_validator,
)

from zedo_cli.errors import InputError
from zedo_cli.io.schema import first_fault

DEFAULT = "balanced"

LEAST_NOISE, ODDS_NOISE = 0.0005, 0.05
"""What a confidence c stands for: a keypoint noise of LEAST + ODDS (1 - c) / c heights of the person. The
noise in training is stated like this, too."""

LIGHT_PRIOR = {"fast": "open-base", "paper": "open-base"}
"""The prior of presets for which time decides; that of the others is `open`, which has more weights."""


def default_prior(preset: str) -> str:
    """The bundled prior that goes with a preset of that name, unless another is chosen."""
    return LIGHT_PRIOR.get(preset, "open")


Size = Annotated[float, Field(ge=1e-6, le=1e6)]
"""A length, a noise or a factor: beyond these bounds single precision fails."""

Count = Annotated[int, Field(ge=1, le=100_000)]
"""A number of steps or draws that ends within a day."""


class Preset(BaseModel):
    """Settings of a lift. Metres, degrees. The defaults are those of `balanced`; `name` is required.

    Raises:
        pydantic.ValidationError: a setting does not exist or has an impossible value.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True)

    name: str

    # Keypoints and denoiser
    view: bool = True
    """Condition the denoiser on the view (rays and confidences), if the prior can use it. The paper's
    cannot."""
    mirror: Literal["both", "turns", "none"] = "turns"
    """Denoise the mirror image too, and take the mean of both; or the person and the mirror image in turn; or
    the person alone. A prior that is symmetric, as `open`, is shown the person alone."""
    swaps: bool = True
    """Find swapped left and right, and undo it: arms in single images (start `view`); arms, legs and bodies
    over tracks."""
    least_noise: Size = LEAST_NOISE
    """Noise of a fully confident keypoint, in heights of the person."""
    odds_noise: Size = ODDS_NOISE
    """Noise added in proportion to (1 - c) / c of a confidence c, in heights of the person."""
    noise_model: bool = True
    """Give keypoints whose confidences say nothing the noise of a detector, unless they are exact."""
    assumed_noise: Size = 0.034
    """That noise, in heights of the person."""
    exact_noise: Size = 0.001
    """White noise of a track, in heights, up to which keypoints without confidences are taken as exact."""
    useless_noise: Size = 0.5
    """Noise, in heights, from which a keypoint says nothing and counts as missing."""
    contradictions: bool = True
    """Leave out keypoints that contradict all others."""
    flips: bool = True
    """Undo exchanged sides of whole bodies over tracks, where a person seems to turn round in a moment."""
    robust: bool = True
    """Reduce the weight of keypoints that contradict the others (Student distribution)."""

    # Time
    time: Literal["network", "smoother", "none"] = "network"
    """How the frames of a track become one motion: by a Gaussian smoother and the prior's track network, if
    it has one; by the smoother alone; or not at all."""
    contacts: bool = True
    """Feet that stand still in the image stay where they are, in tracks."""

    # Start
    start: Literal["view", "exemplars", "clusters"] = "view"
    """Posterior mean given the view, posterior mean over exemplars in many orientations, or k-means
    centres."""
    view_noise: Size = 4.0
    """Noise level, far above the size of a body, at which the view alone decides."""
    optimise_start: bool = False
    """Turn and move the k-means centres by the paper's optimisation (RO); else the translation solve places
    them."""
    optimised_joints: tuple[Annotated[int, Field(ge=0, le=16)], ...] = Field(default=(0, 1, 4), min_length=1)
    """Joints whose pixels the optimisation fits."""
    optimised_axes: str = Field(default="z", pattern="^[xyz]{1,3}$")
    """Axes about which it turns the pose."""
    optimised_depth: Size = 3.0
    """Distance at which it begins."""
    optimised_scale: tuple[Size, Size] = (0.5, 2.0)
    """Range of the factor on that distance."""
    optimisation_steps: Count = 500
    """Its iterations of Adam."""
    yaws: Count = 16
    """Orientations of each exemplar about the vertical."""
    pitches: tuple[float, ...] = Field(default=(-5.0, 20.0), min_length=1)
    """Pitches of the camera for each exemplar."""
    rolls: tuple[float, ...] = Field(default=(-20.0, 0.0, 20.0), min_length=1)
    """Rolls of the camera for each exemplar."""
    exemplar_spread: Size = 0.14
    """Misfit, relative to the size of the person in the image, at which an exemplar's probability is exp(-J /
    8)."""
    blind_noise: Size = 0.1
    """First noise level if the prior sees no view: about the error of a start from exemplars."""
    blind_steps: Count = 10
    """Iterations if the prior sees no view."""

    # Loop
    schedule: Literal["geometric", "sub-vp"] = "geometric"
    """Noise levels: in equal ratios, or the paper's, 0.11 to 0.002 m evenly in time."""
    steps: Count = 3
    """Iterations."""
    first_noise: Size = 0.3
    """First noise level of the geometric schedule."""
    last_noise: Size = 0.01
    """Last noise level, of draws too; also the prior's own error across a ray in the last projection."""
    warmup: NonNegativeInt = 0
    """Iterations that keep the first translation (WU); `steps` keeps it throughout."""
    translation: Literal["noise", "confidence"] = "noise"
    """Weights of the translation solve: the noise of the keypoints, or the paper's squared confidence."""
    pull: Literal["soft", "hard"] = "soft"
    """Projection on the rays: the gain of a Gaussian posterior, or the paper's, fully on the ray."""
    step: Literal["flow", "full", "sub-vp"] = "flow"
    """Denoising step: to the next noise level, all the way, or the part of the way that ZeDO goes."""
    step_size: Size = 0.001
    """Length of the sub-VP step, in the SDE's time. Five times that with a fifth of the steps gives the same
    errors."""

    # Hypotheses and uncertainty
    answer: Literal["first", "best"] = "first"
    """The hypothesis that starts from the posterior mean, or the one of the highest score."""
    draw_noise: Size = 1.0
    """Noise level, above the spread of the posterior, from which hypotheses are drawn."""
    draw_steps: Count = 5
    """Denoisings for each drawn hypothesis."""
    probes: Count = 8
    """Perturbations that the uncertainty comes from if the prior states none; two denoisings each."""
    probe_noise: Size = 0.1
    """Size of a perturbation."""

    @model_validator(mode="after")
    def _levels_fall(self) -> Self:
        for name in ("first_noise", "draw_noise", "blind_noise"):
            if getattr(self, name) <= self.last_noise:
                raise ValueError(f"{name} must be larger than last_noise ({self.last_noise:g})")
        if self.start == "view" and not self.view:
            raise ValueError("start 'view' needs view=true; choose start=exemplars or clusters")
        if self.optimised_scale[0] >= self.optimised_scale[1]:
            raise ValueError("optimised_scale must be a range from small to large")
        return self

    def start_settings(self) -> dict[str, Any]:
        """The settings that the start depends on; presets that agree in them can share it."""
        return self.model_dump(exclude={"name", *_LOOP_ONLY})

    def for_blind_prior(self) -> Self:
        """These settings for a prior that sees no view: the posterior over exemplars in place of the
        view's."""
        if self.start != "view":
            return self
        blind = {
            "view": False,
            "swaps": False,
            "contradictions": False,
            "flips": False,
            "start": "exemplars",
            "first_noise": self.blind_noise,
        }
        return self.model_copy(update=blind | {"steps": self.blind_steps})

    def changed(self, changes: Iterable[str]) -> Self:
        """With settings changed by `NAME=VALUE`. Raises `InputError` for a name or a value that does not
        exist."""
        values: dict[str, Any] = self.model_dump()
        for change in changes:
            name, equals, value = change.partition("=")
            if not equals or name not in values or name == "name":
                known = ", ".join(field for field in values if field != "name")
                raise InputError(f"write NAME=VALUE; the names are {known}", setting="set", value=change)
            try:
                values[name] = json.loads(value)
            except (ValueError, RecursionError):
                values[name] = value
        try:
            return self.model_validate(values)
        except ValidationError as error:
            field, message = first_fault(error)
            place = None if field == "document" else field  # a fault between settings
            raise InputError(message, setting="set", value=place) from error


_LOOP_ONLY = {
    *("schedule", "steps", "first_noise", "step", "step_size"),
    *("warmup", "translation", "pull", "robust", "answer", "time", "contacts"),
}
"""Settings that the start does not depend on."""

PRESETS = {
    preset.name: preset
    for preset in (
        Preset(
            name="paper",
            view=False,
            mirror="none",
            swaps=False,
            start="clusters",
            optimise_start=True,
            schedule="sub-vp",
            steps=1000,
            step="sub-vp",
            warmup=200,
            translation="confidence",
            pull="hard",
            robust=False,
            noise_model=False,
            contradictions=False,
            flips=False,
            time="none",
            answer="best",
        ),
        Preset(name="fast", mirror="none", swaps=False, first_noise=0.2, steps=2, probes=2, blind_steps=4),
        Preset(name="balanced"),
        Preset(name="best", mirror="both", first_noise=0.8, steps=8, draw_steps=16, probes=32),
    )
}
"""`paper` agrees with the authors' program; `balanced` is the default."""
