"""What the two protocols do."""

import pytest

from zedo_cli.datasets import load_dataset
from zedo_cli.errors import InputError
from zedo_cli.evaluation.protocol import PAPER, STRICT, fewer_joints, find_protocol
from zedo_cli.skeletons import JOINTS, LIMBS


def test_the_paper_has_its_own_frames():
    data = load_dataset("open")
    assert (STRICT.stride(data), PAPER.stride(data)) == (1, 1)
    from dataclasses import replace

    assert PAPER.stride(replace(data, paper_stride=640)) == 640
    assert STRICT.stride(replace(data, paper_stride=640)) == 1


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
    with pytest.raises(InputError, match="--protocol lax: unknown; it is one of strict, paper"):
        find_protocol("lax")
