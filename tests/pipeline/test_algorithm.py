"""Preset `paper` computes what the authors' program computes: see tests/golden/README.md for the
tolerances."""

import json

import numpy as np
import pytest
import torch

from places import GOLDEN, keypoints_to_rays
from zedo_cli.pipeline.algorithm import zedo
from zedo_cli.pipeline.observation import Observation, observed_rays
from zedo_cli.pipeline.presets import PRESETS
from zedo_cli.pipeline.rays import keypoints_to_directions, points_to_keypoints, pull_on_rays
from zedo_cli.pipeline.schedules import Schedule, SubVP, sub_vp_noise_levels
from zedo_cli.pipeline.start_clusters import StartOptimisation, optimise_rotation_translation, place_on_ray
from zedo_cli.pipeline.starts import optimised_start
from zedo_cli.pipeline.steps import sub_vp_step
from zedo_cli.pipeline.translation import translation_solver
from zedo_cli.pipeline.view import View
from zedo_cli.pipeline.weights import confidence_weights
from zedo_cli.prior.prior import Prior
from zedo_cli.prior.score_network import ScoreNetwork
from zedo_cli.training.loop import denoising_losses


class Golden:
    """A golden file's arrays as tensors, its constants, and the prior with its weights."""

    def __init__(self, name: str, card) -> None:
        with np.load(GOLDEN / f"{name}.npz") as file:
            arrays = {key: file[key] for key in file.files}
        self.meta = json.loads(str(arrays.pop("meta")))
        self.tensors = {key: torch.from_numpy(np.asarray(array)) for key, array in arrays.items()}
        self.network = ScoreNetwork(
            hidden=self.meta["hidden"], embed=self.meta["embed"], groups=self.meta["groupnorm_groups"]
        )
        weights = {
            key[2:]: value
            for key, value in self.tensors.items()
            if key.startswith("w_") and key != "w_sigmas"
        }
        self.network.load_state_dict(weights)
        self.network.eval().requires_grad_(False)
        self.prior = Prior(card, self.network, {}).eval()
        self.rays = keypoints_to_rays(self["in_keypoints"], self["in_intrinsics"])

    def __getitem__(self, key: str) -> torch.Tensor:
        return self.tensors[key]


@pytest.fixture(scope="module", params=["golden_a", "golden_b"])
def golden(request, small_prior) -> Golden:
    return Golden(request.param, small_prior.card)


def relative(ours: torch.Tensor, theirs: torch.Tensor) -> float:
    return float((ours - theirs).norm() / theirs.norm())


def test_sde_and_network(golden):
    for i, t in enumerate(golden["sde_t"].unsqueeze(1)):
        mean, std = SubVP.mean(t), SubVP.std(t)
        output = golden.network(golden["gt_pose"], 999 * t)
        assert relative(mean * golden["gt_pose"], golden["sde_mean"][i]) < 1e-5
        assert relative(std.expand(len(golden["gt_pose"])), golden["sde_std"][i]) < 1e-5
        assert relative(output, golden["net_output"][i]) < 1e-5
        assert relative(-output / std, golden["sde_score"][i]) < 1e-5


def test_training_loss(golden):
    t = golden["loss_t"]
    clean, noise = golden["gt_pose"], golden["loss_noise"]
    loss = denoising_losses(golden.prior, clean, SubVP.sigma(t), noise).mean()
    assert loss.item() == pytest.approx(golden["loss_value"].item(), rel=1e-5)


def test_network_has_the_published_size():
    parameters = list(ScoreNetwork().parameters())
    assert (len(parameters), sum(parameter.numel() for parameter in parameters)) == (34, 7_203_379)


def test_optimisation_of_rotation_and_translation(golden):
    meta, losses = golden.meta, []
    keypoints = golden["in_keypoints"]
    weights = torch.zeros(keypoints.shape[:2])
    weights[:, meta["ipo_keylist"]] = 1
    pose, translation = optimise_rotation_translation(
        golden["in_init_pose"].expand(len(keypoints), -1, -1),
        place_on_ray(View(golden.rays, torch.ones_like(weights)), meta["ipo_T"]),
        keypoints,
        golden["in_intrinsics"],
        weights,
        StartOptimisation(meta["ipo_axes"], tuple(meta["ipo_scale"]), meta["ipo_iterations"], meta["ipo_lr"]),
        callback=lambda _, loss: losses.append(loss.item()),
    )
    theirs = golden["ipo_loss"].tolist()
    assert losses[:50] == pytest.approx(theirs[:50], rel=0.02)
    assert losses[-1] == pytest.approx(theirs[-1], rel=1e-4)
    if len(meta["ipo_keylist"]) > 3:
        assert torch.allclose(pose, golden["in_init_pose"] @ golden["ipo_R"].mT, atol=1e-3)
        assert torch.allclose(translation, golden["ipo_T"], atol=1e-3)


def test_loop(golden):
    steps, keep, seen = golden.meta["steps"], golden["oil_keep"].tolist(), {}
    directions = keypoints_to_directions(golden["in_keypoints"], golden["in_intrinsics"])
    zedo(
        golden["oil_x0"],
        golden["ipo_T"],
        golden.prior,
        Schedule(
            sub_vp_noise_levels(steps, golden.meta["T"], golden.meta["sampling_eps"]), golden.meta["warmup"]
        ),
        solve=translation_solver(directions, confidence_weights(golden["in_confidence"])),
        project=lambda pose, translation, _: pull_on_rays(pose, translation, golden.rays),
        step=sub_vp_step,
        callback=lambda iteration: seen.__setitem__(iteration.number, iteration),
    )
    assert len(seen) == steps
    for i, number in enumerate(keep):
        tolerance = 5e-5 if number <= steps // 2 else 1e-3
        assert (seen[number].pose - golden["oil_x"][i]).abs().max() < tolerance
        assert (seen[number].projected - golden["oil_projected"][i]).abs().max() < 10 * tolerance
        assert (seen[number].translation - golden["oil_T"][i]).abs().max() < 2e-3


def test_preset_paper_has_the_golden_constants(golden):
    paper = PRESETS["paper"]
    assert (
        sub_vp_noise_levels(5).tolist()
        == sub_vp_noise_levels(5, golden.meta["T"], golden.meta["sampling_eps"]).tolist()
    )
    assert paper.warmup / paper.steps == golden.meta["warmup"] / golden.meta["steps"]
    assert (paper.step, paper.schedule, paper.pull, paper.optimise_start) == (
        "sub-vp",
        "sub-vp",
        "hard",
        True,
    )
    assert (golden.meta["beta_min"], golden.meta["beta_max"]) == (SubVP.BETA_MIN, SubVP.BETA_MAX)


def test_preset_paper_optimises_as_the_golden_does(golden):
    meta = golden.meta
    paper = PRESETS["paper"].model_copy(
        update={
            "optimised_joints": tuple(meta["ipo_keylist"]),
            "optimised_axes": meta["ipo_axes"],
            "optimised_depth": float(meta["ipo_T"]),
            "optimised_scale": tuple(meta["ipo_scale"]),
        }
    )
    confidence = torch.ones(golden["in_keypoints"].shape[:2])
    seen = Observation(golden["in_keypoints"], confidence, golden["in_intrinsics"])
    cluster = golden["in_init_pose"].expand(len(confidence), 1, -1, -1)
    rays = observed_rays(seen, paper.least_noise, paper.odds_noise)
    pose, translation = optimised_start(cluster, seen, rays, paper)
    joints = meta["ipo_keylist"]
    reprojected = points_to_keypoints(pose[:, 0] + translation[:, 0], golden["in_intrinsics"])
    loss = (reprojected - golden["in_keypoints"])[:, joints].abs().mean()
    assert loss.item() == pytest.approx(golden["ipo_loss"][-1].item(), rel=0.01)
    if len(joints) > 3:
        assert torch.allclose(pose[:, 0], golden["oil_x0"], atol=1e-3)
        assert torch.allclose(translation[:, 0], golden["ipo_T"], atol=1e-3)
