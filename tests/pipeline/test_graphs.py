"""Recorded functions give what the functions give."""

import copy
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np
import pytest
import torch

from zedo_cli import Lifter
from zedo_cli.datasets.loading import load_dataset
from zedo_cli.pipeline.graphs import FEW_ROWS, MOST_GRAPHS, Graphed, mapped, structure, tensors_of
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


@pytest.fixture
def counted():
    """A function of a tuple that counts its calls, and the list of them."""
    calls = []

    def function(value):
        calls.append(value)
        return Outer(Inner(value.a * 2, value.b), value.a.sum(-1))

    return function, calls


def test_with_gradients_the_function_is_called(counted):
    function, calls = counted
    graphed = Graphed(function)
    for _ in range(5):
        graphed(Inner(torch.zeros(2, 3)))
    assert len(calls) == 5


@torch.no_grad()
def test_on_a_cpu_few_rows_are_recorded_when_they_come_again(counted):
    function, calls = counted
    graphed = Graphed(function)
    results = [graphed(Inner(torch.full((2, 3), float(i)))) for i in range(10)]
    before = len(calls)
    results += [graphed(Inner(torch.full((2, 3), float(i)))) for i in range(10, 20)]
    assert len(calls) == before
    for i, result in enumerate(results):
        assert isinstance(result, Outer)
        assert torch.equal(result.inner.a, torch.full((2, 3), 2.0 * i))
        assert torch.equal(result.c, torch.full((2,), 3.0 * i))
        assert (result.inner.b, result.d) == (None, 1.0)


@torch.no_grad()
def test_on_a_cpu_many_rows_and_many_shapes_are_not_recorded(counted):
    function, calls = counted
    graphed = Graphed(function)
    for _ in range(20):
        graphed(Inner(torch.zeros(FEW_ROWS + 1, 3)))
    assert len(calls) == 20
    for size in range(1, 3 * MOST_GRAPHS):
        for _ in range(3):
            graphed(Inner(torch.zeros(2, size)))
    before = len(calls)
    graphed(Inner(torch.zeros(2, 1)))
    assert len(calls) == before
    graphed(Inner(torch.zeros(2, 3 * MOST_GRAPHS - 1)))
    assert len(calls) == before + 1


@torch.no_grad()
def test_shapes_that_came_once_take_no_place_and_nothing_is_recorded_while_held(counted):
    function, calls = counted
    graphed = Graphed(function)
    for size in range(1, 3 * MOST_GRAPHS):
        graphed(Inner(torch.zeros(2, size)))
    graphed.held = True
    for _ in range(5):
        graphed(Inner(torch.zeros(2, 1)))  # it came once before
    assert len(calls) == 3 * MOST_GRAPHS - 1 + 5
    graphed.held = False
    graphed(Inner(torch.zeros(2, 1)))
    before = len(calls)
    graphed(Inner(torch.zeros(2, 1)))
    assert len(calls) == before
    graphed.forget()
    graphed(Inner(torch.zeros(2, 1)))
    assert len(calls) > before


@torch.no_grad()
def test_fewer_rows_fill_a_recording_up_while_nothing_is_recorded():
    calls = []

    def function(value):
        calls.append(value)
        return Outer(Inner(value.a * 2, value.b), value.a.sum(-1))

    graphed = Graphed(function)
    for rows in (3, 6):
        for _ in range(3):
            graphed(Inner(torch.zeros(rows, 4)))
    graphed.held = True
    before = len(calls)
    for rows in range(1, 7):
        value = Inner(torch.arange(4.0 * rows).view(rows, 4))
        result = graphed(value)
        assert torch.equal(result.inner.a, 2 * value.a)
        assert torch.equal(result.c, value.a.sum(-1))
    assert len(calls) == before
    for other in (Inner(torch.zeros(7, 4)), Inner(torch.zeros(2, 5)), Inner(torch.zeros(2, 4).double())):
        graphed(other)
    graphed(Inner(torch.zeros(2, 4), torch.zeros(2)))
    assert len(calls) == before + 4


@torch.no_grad()
def test_what_is_not_replayed_is_not_filled_up():
    rows = []

    def function(value):
        rows.append(len(value.a))
        return Inner(value.a + torch.randn(value.a.shape, generator=torch.Generator().manual_seed(0)))

    graphed = Graphed(function)
    for _ in range(3):
        graphed(Inner(torch.zeros(6, 3)))
    graphed.held = True
    rows.clear()
    graphed(Inner(torch.zeros(2, 3)))
    assert rows == [2]


@torch.no_grad()
def test_draws_are_never_recorded():
    """A trace would draw with another generator: it is compared with the function, and dropped."""

    def function(value):
        return Inner(value.a + torch.randn(2, 3, generator=torch.Generator().manual_seed(0)))

    graphed = Graphed(function)
    results = [graphed(Inner(torch.zeros(2, 3))) for _ in range(6)]
    assert all(torch.equal(result.a, results[0].a) for result in results)


@pytest.mark.parametrize(("preset", "samples"), [("fast", 1), ("balanced", 1), ("balanced", 3)])
def test_recorded_lifting_gives_the_poses_of_one_row_at_a_time(prior, preset, samples):
    """Also where a joint is missing that was there when it was recorded, and the other way round."""
    people = load_dataset("open", None, "detected").keypoints
    rows = [people.take(np.array([row])) for row in range(0, 60, 10)]
    pelvis = np.array(rows[2].confidence)
    pelvis[:, 0] = 0
    rows[2] = replace(rows[2], confidence=pelvis)
    recorded = Lifter(prior, preset, samples)
    for row in (*rows, *rows):
        poses = recorded.lift(row)
        alone = Lifter(prior, preset, samples).lift(row)
        assert np.abs(poses.hypotheses_3d - alone.hypotheses_3d).max() < 1e-5
        assert np.abs(poses.uncertainty - alone.uncertainty).max() < 1e-5


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
