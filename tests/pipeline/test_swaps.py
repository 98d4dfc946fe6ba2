"""Exchanged arms: found on people seen exactly, and nowhere else."""

import torch
from torch.nn.functional import normalize

from zedo_cli.evaluation.prior_quality import held_out_people
from zedo_cli.pipeline.lift import Observation, lift
from zedo_cli.pipeline.presets import PRESETS
from zedo_cli.pipeline.rays import View, keypoint_noise, points_to_keypoints
from zedo_cli.pipeline.swaps import exchange_arms, find_swapped_arms
from zedo_cli.training.virtual_views import draw_scene

INTRINSICS = torch.tensor([[1000.0, 0, 500], [0, 1000, 500], [0, 0, 1]])


def seen_people(count=80):
    scene = draw_scene(held_out_people(count, 0)["UI-PRMD 08-10"], torch.Generator().manual_seed(0))
    return scene.poses + scene.places[:, None]


def test_exchanging_twice_changes_nothing():
    values, which = torch.randn(3, 17, 2), torch.tensor([True, False, True])
    once = exchange_arms(values, which)
    assert torch.equal(once[1], values[1])
    assert torch.equal(once[0, 12], values[0, 15])
    assert torch.equal(once[0, 11], values[0, 11])
    assert torch.equal(exchange_arms(once, which), values)


def test_exchanged_arms_are_found_and_others_are_not(prior):
    points, confidence = seen_people(), torch.full((80, 17), 0.95)
    noise = keypoint_noise(confidence, 0.0005, 0.05)[:, None]
    apart = (points[:, 13] - points[:, 16]).norm(dim=-1) > 0.4
    for exchanged in (False, True):
        shown = exchange_arms(points, torch.full((80,), exchanged))
        view = View(normalize(shown, dim=-1)[:, None], confidence[:, None])
        with torch.no_grad():
            found = find_swapped_arms(prior, view, 4.0, noise)
        assert (found[apart].float().mean() > 0.5) if exchanged else not found.any()


def test_a_lift_undoes_and_reports_them(prior):
    points, confidence = seen_people(), torch.full((80, 17), 0.95)
    exchanged = exchange_arms(points_to_keypoints(points, INTRINSICS), torch.full((80,), True))
    seen = Observation(exchanged, confidence, INTRINSICS.expand(80, 3, 3))
    with torch.no_grad():
        lifted = lift(seen, prior, None, PRESETS["balanced"])
        stubborn = lift(seen, prior, None, PRESETS["balanced"].model_copy(update={"swaps": False}))
    found = lifted.swapped
    assert found.any()
    errors = [
        (part.pose - part.pose[:, :1] - points + points[:, :1]).norm(dim=-1)[found].mean()
        for part in (lifted, stubborn)
    ]
    assert errors[0] < 0.6 * errors[1]
