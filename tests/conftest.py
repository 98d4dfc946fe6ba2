"""Fixtures that several rooms share: the bundled prior, the real example, a small prior for quick runs."""

import os
from pathlib import Path

import fsspec
import numpy as np
import pytest
import torch

from places import EXAMPLE
from priors import untrained
from zedo_cli.cli.app import run as run_command
from zedo_cli.io.files import bundled_prior
from zedo_cli.prior.checkpoint import load_prior, save_prior
from zedo_cli.prior.prior import Prior

os.environ.setdefault("COLUMNS", "120")


@pytest.fixture(scope="session")
def prior() -> Prior:
    """`open-base`: the default `open` takes three times as long; it has its own tests."""
    return load_prior(bundled_prior("open-base"))


@pytest.fixture(scope="session")
def small_prior(prior: Prior) -> Prior:
    """An untrained prior that sees no views, for tests that need a file and no accuracy."""
    return untrained(
        prior.start_poses,
        "score_network",
        {"hidden": 256, "embed": 32, "dropout": 0.0},
        "sub-VP noise",
    )


@pytest.fixture(scope="session")
def seeing_prior(prior: Prior) -> Prior:
    """An untrained prior that looks at views."""
    made = untrained(
        prior.start_poses,
        "view_network",
        {"width": 64, "inner": 64, "blocks": 1, "embed": 32},
        "EDM",
    )
    torch.nn.init.normal_(made.network.leave.weight, std=0.1)
    return made.requires_grad_(False)


@pytest.fixture
def store():
    """An empty file system behind `memory://`."""
    system = fsspec.filesystem("memory")
    system.store.clear()
    yield system
    system.store.clear()


@pytest.fixture
def small_prior_file(small_prior: Prior, tmp_path: Path) -> Path:
    path = tmp_path / "small.safetensors"
    save_prior(small_prior, path)
    return path


@pytest.fixture
def zedo(capfd: pytest.CaptureFixture[str]):
    """Run the command as a user does: `zedo("lift", ...)` -> exit code, standard output, standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        code = run_command([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return code, out, err

    return run


@pytest.fixture
def keypoints_npz(tmp_path: Path) -> Path:
    """Five people of the real example in zedo's NPZ, on the 17 joints, with their intrinsics."""
    reference = np.load(EXAMPLE / "reference.npz")
    rows = slice(0, 50, 10)
    points = reference["kp2d"][rows]
    confidence = np.where(np.isfinite(points).all(-1), reference["conf"][rows], 0)
    path = tmp_path / "people.npz"
    np.savez(
        path,
        keypoints=np.nan_to_num(points),
        confidence=confidence,
        intrinsics=reference["K"][rows],
        frame=reference["frame"][rows],
        skeleton="h36m17",
    )
    return path
