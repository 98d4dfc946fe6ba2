"""Recorded functions give what the functions give."""

import copy
from functools import partial
from typing import NamedTuple

import pytest
import torch

from zedo_cli.pipeline.graphs import Graphed, mapped, structure, tensors_of
from zedo_cli.pipeline.method import build_method, lift
from zedo_cli.pipeline.presets import PRESETS

NEEDS_GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")


class Inner(NamedTuple):
    a: torch.Tensor
    b: torch.Tensor | None = None


class Outer(NamedTuple):
    inner: Inner
    c: torch.Tensor
    d: float = 1.0


def test_nested_tuples_keep_their_types():
    value = Outer(Inner(torch.zeros(2)), torch.ones(3))
    doubled = mapped(value, lambda part: 2 * part)
    assert isinstance(doubled, Outer)
    assert isinstance(doubled.inner, Inner)
    assert torch.equal(doubled.c, torch.full((3,), 2.0))
    assert (doubled.inner.b, doubled.d) == (None, 1)
    assert len(tensors_of(value)) == 2
    assert structure(value) == structure(doubled)
    assert structure(value) != structure(value._replace(d=2.0))
    assert structure(value) != structure(value._replace(inner=Inner(torch.zeros(2), torch.zeros(2))))


def test_on_a_cpu_the_function_is_called():
    calls = []
    graphed = Graphed(lambda value: calls.append(value) or value)
    value = Inner(torch.zeros(2))
    assert [graphed(value) for _ in range(3)] == [value] * 3
    assert calls == [value] * 3


@NEEDS_GPU
@pytest.mark.parametrize("name", ["fast", "balanced", "best"])
@pytest.mark.parametrize("samples", [1, 3])
def test_a_graph_gives_the_same_poses(seen, prior, name, samples):
    """Also of other people of the same number, and without writing over results that were returned."""
    prior, seen = copy.deepcopy(prior).cuda(), seen.to(torch.device("cuda"))
    method = build_method(PRESETS[name], prior, samples)
    graphed = Graphed(partial(lift, method))
    with torch.no_grad():
        others = seen._replace(keypoints=seen.keypoints + 30)
        graphed(seen)
        kept = [graphed(value) for value in (seen, others)]
        for found, value in zip(kept, (seen, others), strict=True):
            assert (found.hypotheses - lift(method, value).hypotheses).abs().max() < 1e-4
