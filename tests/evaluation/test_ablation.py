"""Variants of the method, and their paired differences."""

import numpy as np
import pytest

from zedo_cli.datasets.loading import load_dataset
from zedo_cli.errors import InputError
from zedo_cli.evaluation.ablation import (
    ALIKE,
    OWN,
    QUICK,
    SWITCHES,
    common_rows,
    own_arms,
    poster_arms,
    setting_arms,
    switch_arms,
)
from zedo_cli.evaluation.differences import compared
from zedo_cli.evaluation.protocol import STRICT
from zedo_cli.evaluation.published import POSTER
from zedo_cli.evaluation.runs import Run, run
from zedo_cli.io.files import bundled
from zedo_cli.pipeline.presets import PRESETS
from zedo_cli.prior.checkpoint import load_prior

PAPER, BALANCED = PRESETS["paper"], PRESETS["balanced"]


@pytest.fixture(scope="module")
def kinds():
    return common_rows([load_dataset("open", keypoints=kind).thinned(90) for kind in ("gt", "detected")])


@pytest.fixture(scope="module")
def priors():
    return {
        name: load_prior(bundled(f"checkpoints/{name}.safetensors")) for name in (ALIKE, "open-no-rotation")
    }


def test_the_priors_of_the_poster_differ_in_rotation_alone(priors):
    cards = [prior.card for prior in priors.values()]
    assert cards[0].architecture == cards[1].architecture
    assert abs(cards[0].samples_seen - cards[1].samples_seen) < 0.01 * cards[0].samples_seen
    assert [card.training.rotation for card in cards] == [True, False]


def test_the_grid_has_every_row_of_the_poster(kinds, priors):
    arms = poster_arms(kinds, PAPER, priors[ALIKE], priors["open-no-rotation"])
    assert len(arms) == 16
    assert len({arm.variant.name for arm in arms}) == 16
    ticks = {arm.ticks for arm in arms}
    assert {(row.optimised, row.warmup, row.augmented, row.exact) for row in POSTER} <= ticks
    for arm in arms:
        optimised, warmup, augmented, exact = arm.ticks
        assert arm.variant.preset.optimise_start == optimised
        assert arm.variant.preset.warmup == (200 if warmup else 0)
        assert arm.variant.prior is priors[ALIKE if augmented else "open-no-rotation"]
        assert arm.variant.data.kind == ("gt" if exact else "detected")
        if arm.reference is None:
            assert arm.ticks[:3] == (False, False, False)
        else:
            assert (arm.reference.samples, arm.reference.data.kind) == (
                arm.variant.samples,
                arm.variant.data.kind,
            )


@pytest.mark.parametrize("name", SWITCHES)
def test_every_switch_changes_one_thing(name, kinds, priors, prior):
    base = PAPER if SWITCHES[name].base == "paper" else BALANCED
    arms = switch_arms(kinds[1:], [name], base, prior, priors, 1)
    full, without = arms[-1].reference, arms[-1].variant
    changed = {
        key
        for key, value in without.preset.model_dump().items()
        if value != getattr(full.preset, key) and key != "name"
    }
    others = (without.prior is not full.prior) + (without.data.kind != full.data.kind)
    assert len(changed) + others >= 1
    assert name == "view" or len(changed) + others == 1
    if name == "confidence":
        assert set(np.unique(without.data.keypoints.confidence)) == {0, 1}


def test_a_switch_that_the_preset_does_not_have_is_refused(kinds, priors, prior):
    with pytest.raises(InputError, match="no_warmup: changes nothing in preset 'balanced'"):
        switch_arms(kinds, ["warmup"], BALANCED, prior, priors, 1)
    with pytest.raises(InputError, match="set=steps=3: changes nothing"):
        setting_arms(kinds, ["steps=3"], BALANCED, prior, 1)
    with pytest.raises(InputError, match="set=stepz=4: write NAME=VALUE"):
        setting_arms(kinds, ["stepz=4"], BALANCED, prior, 1)


def test_settings_are_variants_of_their_own(kinds, prior):
    arms = setting_arms(kinds[:1], ["steps=8", "steps=8 first_noise=0.4"], BALANCED, prior, 1)
    assert [arm.variant.preset.steps for arm in arms] == [3, 8, 8]
    assert [arm.variant.preset.first_noise for arm in arms] == [0.3, 0.3, 0.4]
    assert [arm.reference and arm.reference.preset.steps for arm in arms] == [None, 3, 3]


def test_own_variants_leave_out_what_cannot_be(kinds, prior, priors):
    one = {arm.variant.name for arm in own_arms(kinds[:1], BALANCED, prior, priors, 1)}
    assert "start: mean pose, gt" in one
    assert "answer: the highest score, gt" not in one
    ten = {arm.variant.name for arm in own_arms(kinds[:1], BALANCED, prior, priors, 10)}
    assert "start: mean pose, gt" not in ten
    assert "answer: the highest score, gt" in ten
    assert len(one) == len(OWN) - 1 + sum(
        switch.base == "balanced" for switch in SWITCHES.values()
    ) + 1 + len(priors)


def test_differences_are_those_of_the_same_frames(kinds, prior, tmp_path):
    arms = setting_arms(kinds[:1], ["first_noise=0.05 steps=1"], BALANCED, prior, 2)
    variants = {arm.variant.name: arm.variant for arm in arms}
    scores = dict(zip(variants, run(Run(tuple(variants.values()), STRICT), tmp_path), strict=True))
    report = compared(arms, scores, STRICT, 90, [])
    assert [(arm.of, arm.reference is None) for arm in report.arms] == [
        ("answer", True),
        ("best", True),
        ("answer", False),
        ("best", False),
    ]
    full, _, changed, _ = report.arms
    assert changed.mpjpe_difference.mean == pytest.approx(changed.mpjpe.mean - full.mpjpe.mean, abs=1e-3)
    assert changed.mpjpe_difference.low < changed.mpjpe_difference.mean < changed.mpjpe_difference.high
    width = changed.mpjpe.high - changed.mpjpe.low
    assert changed.mpjpe_difference.high - changed.mpjpe_difference.low < width
    assert report.published_of == "h36m"


def test_fewer_longer_steps_of_the_paper_end_at_the_same_place(kinds, priors, tmp_path):
    changes = " ".join(f"{name}={value}" for name, value in QUICK.items())
    arms = setting_arms([kinds[0].thinned(450)], [changes], PAPER, priors[ALIKE], 1)
    whole, quick = run(Run(tuple(arm.variant for arm in arms), STRICT), tmp_path)
    assert np.abs(whole["answer.mpjpe"] - quick["answer.mpjpe"]).mean() < 0.002
