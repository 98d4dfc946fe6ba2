"""What the two protocols do."""

from dataclasses import replace

import pytest

from zedo_cli.datasets.loading import load_dataset
from zedo_cli.errors import InputError
from zedo_cli.evaluation.protocol import PAPER, STRICT, fewer_joints, find_protocol, paper_start
from zedo_cli.pipeline.presets import PRESETS
from zedo_cli.skeletons import JOINTS, LIMBS


def test_the_paper_has_its_own_frames():
    data = load_dataset("open")
    assert (STRICT.stride(data), PAPER.stride(data)) == (1, 1)
    assert PAPER.stride(replace(data, paper_stride=640)) == 640
    assert STRICT.stride(replace(data, paper_stride=640)) == 1


def test_the_papers_start_is_that_of_the_data_set():
    paper, balanced = PRESETS["paper"], PRESETS["balanced"]
    assert paper_start(paper, "ski").optimised_axes == "y"
    assert paper_start(paper, "ski").optimised_depth == 20
    assert paper_start(paper, "3dpw").optimised_scale == (0.2, 2.0)
    assert paper_start(paper, "3dpw").optimised_joints == tuple(range(17))
    assert paper_start(paper, "h36m") == paper_start(paper, "open") == paper
    assert paper_start(balanced, "ski") == balanced


def test_fourteen_joints_are_those_of_the_official_program():
    assert [JOINTS[joint] for joint in range(17) if joint not in fewer_joints(tuple(range(17)))] == [
        "pelvis",
        "spine",
        "nose",
    ]
    assert fewer_joints(LIMBS) == LIMBS


def test_what_is_printed_beside_figures():
    assert "no reflection" in STRICT.describe()
    assert "about the pelvis" in STRICT.describe()
    assert "may reflect" in PAPER.describe()
    assert find_protocol("paper") is PAPER
    with pytest.raises(InputError, match="protocol=lax: unknown; it is one of strict, paper"):
        find_protocol("lax")
