"""The whole method: invariants of a lift, whatever the preset."""

import pytest
import torch

from places import keypoints_to_rays
from zedo_cli.pipeline.algorithm import zedo
from zedo_cli.pipeline.denoise import flow_step, full_step, geometric_noise_levels, sub_vp_step
from zedo_cli.pipeline.lift import Observation, lift
from zedo_cli.pipeline.presets import PRESETS
from zedo_cli.pipeline.rays import keypoints_to_directions, points_to_keypoints, pull_on_rays
from zedo_cli.pipeline.start import Starts, exemplar_kernel, turned_exemplars
from zedo_cli.pipeline.translation import translation_solver

INTRINSICS = torch.tensor([[1000.0, 0, 500], [0, 1020, 480], [0, 0, 1]])
PAPER = PRESETS["paper"].model_copy(update={"steps": 40, "warmup": 8, "optimisation_steps": 200})
SHORT = {"paper": PAPER, "fast": PRESETS["fast"], "balanced": PRESETS["balanced"], "best": PRESETS["best"]}


@pytest.fixture(params=SHORT)
def preset(request):
    return SHORT[request.param]


@pytest.fixture
def seen(prior):
    points = prior.clusters(50)[:6] + torch.tensor([0.2, 0.1, 4.0])
    keypoints = points_to_keypoints(points, INTRINSICS)
    confidence = torch.full((6, 17), 0.9)
    confidence[1, [3, 6]] = 0
    return Observation(keypoints, confidence, INTRINSICS.expand(6, 3, 3))


def starts(prior, preset, samples):
    if preset.start == "view":
        return None
    if preset.start == "clusters":
        return Starts(prior.clusters(50)[:samples], torch.zeros(17))
    turned = turned_exemplars(prior.exemplars[:60], preset.yaws, preset.pitches, preset.rolls)
    return Starts(turned, exemplar_kernel(prior.exemplars))


def run(seen, prior, preset, samples=2):
    begin = starts(prior, preset, samples)
    if begin is not None:
        begin = Starts(*(tensor.to(seen.keypoints) for tensor in begin))
    with torch.no_grad():
        return lift(seen, prior, begin, preset, samples)


def rows(seen, index):
    return Observation(*(tensor[index] for tensor in seen[:3]))


def test_shapes_and_sanity(seen, prior, preset):
    lifted = run(seen, prior, preset)
    assert lifted.pose.shape == (6, 17, 3)
    assert lifted.hypotheses.shape == (6, 2, 17, 3)
    assert lifted.score.shape == (6, 2)
    assert lifted.uncertainty.shape == (6, 17)
    assert (lifted.pose[..., 2] > 0.5).all()
    assert torch.isfinite(lifted.pose).all()


def test_a_row_does_not_depend_on_its_batch(seen, prior, preset):
    whole = run(seen, prior, preset)
    alone = run(rows(seen, slice(3, 4)), prior, preset)
    assert (whole.hypotheses[3] - alone.hypotheses[0]).abs().max() < 1e-4


def test_permuting_people_permutes_poses(seen, prior, preset):
    order = torch.tensor([3, 1, 5, 0, 2, 4])
    assert (
        run(seen, prior, preset).pose[order] - run(rows(seen, order), prior, preset).pose
    ).abs().max() < 1e-4


def test_another_camera_with_matching_keypoints_changes_nothing(seen, prior, preset):
    """The method sees rays, so K and keypoints may change together; only the paper's optimised start measures
    pixels."""
    preset = preset.model_copy(update={"optimise_start": False})
    other = torch.tensor([[1500.0, 0, 300], [0, 1530, 700], [0, 0, 1]])
    homogeneous = torch.cat([seen.keypoints, torch.ones(6, 17, 1)], -1) @ (other @ INTRINSICS.inverse()).T
    moved = Observation(homogeneous[..., :2], seen.confidence, other.expand(6, 3, 3))
    assert (run(seen, prior, preset).pose - run(moved, prior, preset).pose).abs().max() < 1e-3


def test_where_a_missing_joint_was_said_to_be_does_not_matter(seen, prior, preset):
    moved = seen.keypoints.clone()
    moved[1, [3, 6]] = torch.tensor([-4000.0, 9000.0])
    assert torch.equal(run(seen, prior, preset).pose, run(seen._replace(keypoints=moved), prior, preset).pose)


def test_a_true_pose_with_a_perfect_prior_stays():
    """On its rays, with a denoiser that returns the truth, every kind of step leaves the pose where it is."""
    torch.manual_seed(0)
    pose, translation = (
        0.3 * torch.randn(3, 17, 3, dtype=torch.float64),
        torch.tensor([0.1, 0.2, 4.0], dtype=torch.float64),
    )
    keypoints = points_to_keypoints(pose + translation, INTRINSICS.double())
    directions, rays = (
        f(keypoints, INTRINSICS.double()) for f in (keypoints_to_directions, keypoints_to_rays)
    )
    solve = translation_solver(directions, torch.ones(3, 17, dtype=torch.float64))

    def pull(pose, translation, sigma):
        return pull_on_rays(pose, translation, rays)

    levels = geometric_noise_levels(10, 0.1, 0.005)
    found, moved = zedo(pose, solve(pose), lambda *_: pose, levels, solve, pull, full_step, warmup=3)
    assert torch.allclose(found + moved, pose + translation, atol=1e-9)
    found, moved = zedo(pose, solve(pose), lambda x, *_: x, levels, solve, pull, flow_step, warmup=3)
    assert torch.allclose(found + moved, pose + translation, atol=1e-9)
    drifted, _ = zedo(
        pose, solve(pose), lambda x, s, v: pose, levels[-1:], solve, pull, sub_vp_step, warmup=1
    )
    assert torch.allclose(drifted, pose, atol=2e-3)


def test_float64_agrees_with_float32(seen, prior):
    preset = PRESETS["fast"]
    single = run(seen, prior, preset, samples=1)
    double = run(Observation(*(tensor.double() for tensor in seen[:3])), prior.double(), preset, samples=1)
    prior.float()
    assert double.pose.dtype == torch.float64
    assert (single.pose - double.pose).abs().max() < 1e-3


def test_the_callback_sees_every_iteration(seen, prior):
    numbers = []
    with torch.no_grad():
        lift(
            seen,
            prior,
            starts(prior, PRESETS["fast"], 1),
            PRESETS["fast"],
            callback=lambda iteration: numbers.append(iteration.number),
        )
    assert numbers == list(range(PRESETS["fast"].steps))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_cuda_agrees_with_the_cpu(seen, prior, preset):
    on_cpu = run(seen, prior, preset)
    on_gpu = run(Observation(*(tensor.cuda() for tensor in seen[:3])), prior.cuda(), preset)
    prior.cpu()
    assert (on_cpu.pose - on_gpu.pose.cpu()).abs().max() < 1e-3


@pytest.mark.parametrize(("name", "sees"), [("paper", False), ("balanced", True)])
def test_only_the_papers_denoiser_sees_no_view(seen, prior, name, sees):
    shown = []

    def spy(pose, sigma, view=None):
        shown.append(view is not None)
        return prior(pose, sigma, view)

    preset = PRESETS[name].model_copy(update={"steps": 5, "warmup": 2, "optimisation_steps": 3})
    with torch.no_grad():
        lift(seen, spy, starts(prior, preset, 1), preset)
    assert len(shown) >= 5
    assert set(shown) == {sees}
