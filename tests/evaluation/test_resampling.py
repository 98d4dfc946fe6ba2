"""Means over groups and their intervals."""

import numpy as np
import pytest

from zedo_cli.evaluation.resampling import SAMPLES, Resampling


def many(values_of_sequence, rows=10, group=None):
    """`rows` frames of each sequence, all of one value."""
    sequence = np.repeat([f"s{i}" for i in range(len(values_of_sequence))], rows)
    groups = np.full(len(sequence), "all") if group is None else np.repeat(group, rows)
    return groups, sequence, np.repeat(values_of_sequence, rows)[:, None]


def test_the_mean_over_groups_weighs_them_alike():
    group, sequence = np.array(["a"] * 9 + ["b"]), np.array(["s"] * 9 + ["t"])
    values = np.array([1.0] * 9 + [3.0])[:, None]
    assert Resampling(group, sequence, by_group=True).mean(values) == pytest.approx([2.0])
    assert Resampling(group, sequence, by_group=False).mean(values) == pytest.approx([1.2])


def test_intervals_are_those_of_independent_sequences_not_of_frames():
    generator = np.random.default_rng(0)
    group, sequence, values = many(generator.normal(size=100))
    low, high = Resampling(group, sequence, by_group=False).interval(values)
    expected = 2 * 1.96 * values[::10].std() / np.sqrt(100)
    assert high - low == pytest.approx([expected], rel=0.1)


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    generator = np.random.default_rng(1)
    inside = 0
    for trial in range(150):
        group, sequence, values = many(generator.normal(size=40), rows=3)
        low, high = Resampling(group, sequence, by_group=False, seed=trial).interval(values)
        inside += bool(low[0] <= 0 <= high[0])
    assert 0.87 <= inside / 150 <= 0.99


def test_the_straightforward_bootstrap_agrees():
    generator = np.random.default_rng(2)
    group, sequence, values = many(generator.normal(size=12), rows=4, group=["a", "b"] * 6)
    values = values + generator.normal(size=values.shape)
    low, high = Resampling(group, sequence, by_group=True).interval(values)
    means = []
    for _ in range(2000):
        parts = []
        for name in "ab":
            own = np.unique(sequence[group == name])
            drawn = generator.choice(own, len(own))
            parts.append(np.concatenate([values[sequence == s] for s in drawn]).mean())
        means.append(np.mean(parts))
    assert [low[0], high[0]] == pytest.approx(list(np.percentile(means, [2.5, 97.5])), abs=0.06)


def test_sequences_that_cross_groups_are_drawn_whole():
    group = np.array(["a", "b"] * 6)
    sequence = np.repeat(["s0", "s1", "s2"], 4)
    values = np.arange(12.0)[:, None]
    samples = Resampling(group, sequence, by_group=True).samples(values)
    assert samples.shape == (SAMPLES, 1)
    # a sample is a multiset of sequences, so its mean is one of ten numbers
    assert len(np.unique(samples.round(6))) <= 10


def test_groups_of_a_single_sequence_still_vary():
    values = np.array([1.0, 2.0, 6.0])[:, None]
    names = np.array(["a", "b", "c"])
    low, high = Resampling(names, names, by_group=True).interval(values)
    assert low[0] < 2
    assert high[0] > 4


def test_differences_are_paired():
    generator = np.random.default_rng(3)
    group, sequence, values = many(generator.normal(size=30))
    resampling = Resampling(group, sequence, by_group=False)
    both = resampling.samples(np.concatenate([values, values - 1], axis=1))
    assert both[:, 0] - both[:, 1] == pytest.approx(np.ones(SAMPLES))


def test_a_single_sequence_tells_no_interval_and_gaps_do_not_count():
    group, sequence = np.array(["a"] * 4), np.array(["s"] * 4)
    resampling = Resampling(group, sequence, by_group=False)
    values = np.array([[1.0, np.nan], [np.nan, np.nan], [3.0, np.nan], [2.0, np.nan]])
    mean = resampling.mean(values)
    assert mean[0] == pytest.approx(2.0)
    assert np.isnan(mean[1])
    assert np.isnan(resampling.interval(values)).all()
