"""The whole method: invariants of a lift, whatever the preset."""

import copy

import pytest
import torch

from places import INTRINSICS, keypoints_to_rays
from zedo_cli.errors import InputError
from zedo_cli.pipeline.algorithm import zedo
from zedo_cli.pipeline.method import build_method, finish, lift
from zedo_cli.pipeline.observation import Observation
from zedo_cli.pipeline.presets import PRESETS
from zedo_cli.pipeline.rays import keypoints_to_directions, points_to_keypoints, pull_on_rays
from zedo_cli.pipeline.schedules import Schedule, geometric_noise_levels
from zedo_cli.pipeline.steps import flow_step, full_step, sub_vp_step
from zedo_cli.pipeline.translation import translation_solver

PAPER = PRESETS["paper"].model_copy(update={"steps": 40, "warmup": 8, "optimisation_steps": 200})
SHORT = {"paper": PAPER, "fast": PRESETS["fast"], "balanced": PRESETS["balanced"], "best": PRESETS["best"]}


@pytest.fixture(params=SHORT)
def preset(request):
    return SHORT[request.param]


class FewExemplars:
    """The prior with fewer poses to start from, so that the exemplar start is quick."""

    def __init__(self, prior, samples):
        self.prior, self.samples = prior, samples
        self.exemplars, self.cluster_counts = prior.exemplars[:60], [samples]

    def __call__(self, pose, sigma, view=None):
        return self.prior(pose, sigma, view)

    def clusters(self, samples):
        return self.prior.clusters(50)[:samples]


def run(seen, prior, preset, samples=2, callback=None):
    with torch.no_grad():
        return lift(build_method(preset, FewExemplars(prior, samples), samples), seen, callback)


def rows(seen, index):
    return seen.rows(index)


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

    def project(pose, translation, sigma):
        return pull_on_rays(pose, translation, rays)

    schedule = Schedule(geometric_noise_levels(10, 0.1, 0.005), 3)
    found, moved = zedo(pose, solve(pose), lambda *_: pose, schedule, solve, project, full_step)
    assert torch.allclose(found + moved, pose + translation, atol=1e-9)
    found, moved = zedo(pose, solve(pose), lambda x, *_: x, schedule, solve, project, flow_step)
    assert torch.allclose(found + moved, pose + translation, atol=1e-9)
    last = Schedule(schedule.levels[-1:], 1)
    drifted, _ = zedo(pose, solve(pose), lambda x, s: pose, last, solve, project, sub_vp_step)
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
    run(seen, prior, PRESETS["fast"], 1, lambda iteration: numbers.append(iteration.number))
    assert numbers == list(range(PRESETS["fast"].steps))


@pytest.mark.parametrize("name", ["fast", "balanced", "paper"])
def test_the_loop_never_waits_for_a_device(seen, prior, name):
    """A tensor without values cannot be read, so that any step that reads one fails."""
    preset = SHORT[name]
    method = build_method(preset, prior)
    start = method.initialise(seen)

    def empty(value):
        return value.to("meta") if isinstance(value, torch.Tensor) else value

    seen = Observation(*map(empty, start.seen))
    start = type(start)(seen, *map(empty, start[1:]))
    away = copy.deepcopy(prior).to("meta")
    with torch.no_grad():
        lifted = finish(build_method(preset, away), start)
    assert lifted.pose.device.type == "meta"
    assert lifted.pose.shape == (6, 17, 3)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_cuda_agrees_with_the_cpu(seen, prior, preset):
    on_cpu = run(seen, prior, preset)
    on_gpu = run(seen.to(torch.device("cuda")), copy.deepcopy(prior).cuda(), preset)
    assert (on_cpu.pose - on_gpu.pose.cpu()).abs().max() < 1e-3


@pytest.mark.parametrize(("name", "sees"), [("paper", False), ("balanced", True)])
def test_only_the_papers_denoiser_sees_no_view(seen, prior, name, sees):
    shown = []

    class Spy(FewExemplars):
        def __call__(self, pose, sigma, view=None):
            shown.append(view is not None)
            return super().__call__(pose, sigma, view)

    preset = PRESETS[name].model_copy(update={"steps": 5, "warmup": 2, "optimisation_steps": 3})
    with torch.no_grad():
        lift(build_method(preset, Spy(prior, 1)), seen)
    assert len(shown) >= 5
    assert set(shown) == {sees}


@pytest.mark.parametrize("name", SHORT)
def test_a_shared_start_gives_the_same_poses(seen, prior, name):
    """Presets that agree in the start settings can be finished from one start."""
    method = build_method(SHORT[name], FewExemplars(prior, 2), 2)
    with torch.no_grad():
        start = method.initialise(seen)
        for steps in (1, 3):
            other = SHORT[name].model_copy(update={"steps": steps})
            assert other.start_settings() == SHORT[name].start_settings()
            shared = finish(build_method(other, FewExemplars(prior, 2), 2), start)
            assert torch.equal(shared.hypotheses, run(seen, prior, other).hypotheses)


def test_translation_and_projection_are_separate_settings(seen, prior):
    """Each of them changes the result by itself."""
    base = PRESETS["balanced"]
    poses = {
        (translation, pull): run(
            seen, prior, base.model_copy(update={"translation": translation, "pull": pull}), 1
        ).pose
        for translation in ("noise", "confidence")
        for pull in ("soft", "hard")
    }
    values = list(poses.values())
    for i, one in enumerate(values):
        for other in values[i + 1 :]:
            assert (one - other).abs().max() > 1e-5


def test_a_start_without_poses_for_the_samples_is_refused(prior):
    with pytest.raises(
        InputError, match="samples=7: preset 'paper' starts from stored clusters, for S = 1, 50"
    ):
        build_method(PRESETS["paper"], prior, 7)
    exemplars = PRESETS["fast"].for_blind_prior()
    with pytest.raises(InputError, match="samples=501: more than the 500 exemplars"):
        build_method(exemplars, prior, 501)
