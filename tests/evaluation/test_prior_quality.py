"""The figures of a prior: on denoisers of which they are known."""

import numpy as np
import pytest
import torch

from places import STANDING
from zedo_cli.datasets.open import HELD_OUT
from zedo_cli.evaluation import plausibility, prior_quality
from zedo_cli.evaluation.prior_quality import Evaluation, evaluate, held_out_people
from zedo_cli.pipeline.denoiser import given
from zedo_cli.pipeline.sampler import probability_flow
from zedo_cli.pipeline.schedules import sampling_noise_levels
from zedo_cli.pipeline.view import View
from zedo_cli.report.prior import evaluation_tables, write_evaluation_figure
from zedo_cli.skeletons import JOINTS
from zedo_cli.training.corpus import OPEN_VALIDATION, Corpus


@pytest.fixture(scope="module")
def measured(seeing_prior):
    return evaluate(seeing_prior, poses=40, samples=8)


def test_held_out_people_are_in_no_training_file():
    people = held_out_people(50, 0)
    assert {name: len(poses) for name, poses in people.items()} == dict.fromkeys(HELD_OUT, 50)
    training = set(Corpus.load([]).subjects)
    assert not training & {subject for subjects in HELD_OUT.values() for subject in subjects}
    assert set(OPEN_VALIDATION) <= training


def test_an_untrained_prior_is_as_bad_as_noise(measured):
    """Its answer is a small random multiple of what it sees, so figures are those of no knowledge."""
    assert measured.poses == 120
    assert measured.denoising["0.005"]["all"] == pytest.approx(0.005, rel=0.3)
    assert set(measured.exact.mpjpe) == {*HELD_OUT, "mean"}
    assert measured.exact.mpjpe["mean"] == pytest.approx(
        np.mean([measured.exact.mpjpe[name] for name in HELD_OUT])
    )
    assert measured.exact.mpjpe["mean"] > 0.2
    assert measured.exact.best_of_samples_mpjpe <= measured.exact.samples_mean_mpjpe * 1.2
    assert all(0 <= share <= 1 for share in measured.detected.coverage_90.values())


def test_the_same_seed_gives_the_same_figures(seeing_prior, measured):
    assert evaluate(seeing_prior, poses=40, samples=8) == measured


def test_figures_survive_a_file(measured, tmp_path):
    assert Evaluation.model_validate_json(measured.model_dump_json()) == measured
    write_evaluation_figure(measured, tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    text = "\n".join(evaluation_tables(measured))
    assert "UI-PRMD 08-10" in text
    assert f"{1000 * measured.denoising['0.3']['all']:.1f}" in text


def test_shrinking_shows_as_size_bias():
    class Shrinking(torch.nn.Module):
        def forward(self, pose, sigma, view=None):
            return 0.999 * pose

    bias = prior_quality._size_bias(Shrinking(), torch.randn(10, 17, 3))
    assert bias == pytest.approx({"1": -0.001, "10": 0.999**10 - 1, "100": 0.999**100 - 1}, rel=1e-3)


def test_real_people_are_plausible_and_noise_is_not():
    training = Corpus.load([]).split(OPEN_VALIDATION)[0]
    held_out = torch.cat(list(held_out_people(200, 0).values()))
    real = plausibility.measure(held_out, held_out, training)
    noisy = plausibility.measure(held_out + 0.1 * torch.randn(held_out.shape), held_out, training)
    assert real["asymmetry"] < 0.05 < noisy["asymmetry"]
    assert real["unusual_bones"] < 0.1 < noisy["unusual_bones"]
    assert 4 * real["beyond_joint_limits"] < noisy["beyond_joint_limits"]
    assert real["coverage"] > 0.7
    assert real["novelty"] < noisy["novelty"]


def test_knees_that_bend_forward_are_beyond_the_limit():
    training = Corpus.load([]).poses
    low, high = plausibility._limits(training)
    standing = torch.from_numpy(STANDING[None] @ np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]]).T).float()
    backward, forward = standing.clone(), standing.clone()
    knee, ankle = JOINTS.index("left_knee"), JOINTS.index("left_ankle")
    backward[0, ankle] = backward[0, knee] + torch.tensor(
        [0.0, 0.2, 0.38]
    )  # the heel behind, the person faces -z
    forward[0, ankle] = forward[0, knee] + torch.tensor([0.0, 0.2, -0.38])

    def beyond(pose):
        angle = plausibility.bends(pose)[0, -1]
        return bool((angle < low[-1]) | (angle > high[-1]))

    assert (beyond(standing), beyond(backward), beyond(forward)) == (False, False, True)


def test_a_pose_is_not_its_own_neighbour():
    poses = plausibility._comparable(held_out_people(300, 0)["CMU 13/14"])
    distance = (poses[:, None] - poses).norm(dim=-1).fill_diagonal_(torch.inf).amin(1) / 17**0.5
    assert torch.allclose(plausibility._nearest(poses, poses), distance, atol=1e-5)


def test_probability_flow_samples_a_known_distribution():
    """Of the exact denoiser of independent Gaussians of 0.3 m about 1 m, whatever it is shown."""
    levels = sampling_noise_levels(64, 20.0, 0.001)
    assert (levels[0].item(), levels[-1].item()) == pytest.approx((20, 0.001))
    assert (levels.diff() < 0).all()

    def denoise(pose, sigma, view=None):
        return 1 + 0.09 / (0.09 + sigma**2) * (pose - 1)

    noise = torch.randn(4000, 17, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    samples = probability_flow(given(denoise, View(noise, noise[..., 0])), noise, levels)
    assert samples.mean().item() == pytest.approx(1, abs=0.02)
    assert samples.std().item() == pytest.approx(0.3, rel=0.05)


def test_the_bundled_prior_on_held_out_people(prior):
    """As its card promises, within the noise of fewer people: from the view alone, and without one."""
    measured = evaluate(prior, poses=150, samples=10)
    assert measured.exact.mpjpe["mean"] < 0.060
    assert measured.exact.pa_mpjpe["mean"] < 0.045
    assert measured.noisy.mpjpe["mean"] < 1.4 * measured.exact.mpjpe["mean"]
    assert measured.denoising["0.1"]["all"] < 0.056
    assert measured.denoising_with_view["0.1"] < 0.033
    assert all(share > 0.75 for share in measured.noisy.coverage_90.values())
