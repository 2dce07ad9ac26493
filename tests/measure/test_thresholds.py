"""Candidate thresholds: useful whatever the scores look like, and easy to read."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectkit.errors import InputError
from expectkit.measure.histogram import tally_arrays
from expectkit.measure.thresholds import candidate_thresholds, flags_everything, flags_nothing

FAMILIES = {
    "probabilities": lambda rng, n: (rng.beta(0.5, 8, n), rng.beta(4, 2, n // 30)),
    "all below 0.01": lambda rng, n: (rng.beta(0.5, 8, n) / 100, rng.beta(4, 2, n // 30) / 100),
    "overconfident": lambda rng, n: (
        1 / (1 + np.exp(rng.normal(7, 3, n))),
        1 / (1 + np.exp(rng.normal(-4, 4, n // 30))),
    ),
    "log odds": lambda rng, n: (rng.normal(-7, 3, n), rng.normal(4, 4, n // 30)),
    "large numbers": lambda rng, n: (1e6 + rng.normal(0, 50, n), 1e6 + rng.normal(90, 50, n // 30)),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_neighbouring_candidates_differ_little_in_volume_and_in_misses(family: str) -> None:
    negatives, positives = FAMILIES[family](np.random.default_rng(3), 60_000)
    thresholds = candidate_thresholds(negatives, positives)
    assert 700 <= thresholds.size <= 1_050
    unflagged = np.searchsorted(np.sort(negatives), thresholds) / negatives.size
    missed = np.searchsorted(np.sort(positives), thresholds) / positives.size
    assert np.diff(unflagged).max() < 0.006
    assert np.diff(missed).max() < 0.006
    assert unflagged[0] == missed[0] == 0
    assert unflagged[-1] == missed[-1] == 1


@pytest.mark.parametrize("family", FAMILIES)
def test_most_candidates_have_few_digits(family: str) -> None:
    negatives, positives = FAMILIES[family](np.random.default_rng(4), 60_000)
    thresholds = candidate_thresholds(negatives, positives)
    shown = [
        len(repr(float(value)).replace("-", "").replace(".", "").split("e")[0].strip("0"))
        for value in thresholds
    ]
    assert np.median(shown) <= (8 if family == "large numbers" else 4)


def test_round_numbers_of_a_probability_are_hundredths() -> None:
    rng = np.random.default_rng(5)
    thresholds = candidate_thresholds(rng.random(5_000), rng.random(500))
    assert set(np.arange(1, 100) / 100) <= set(thresholds.tolist())


def test_round_numbers_fit_the_range_of_the_scores() -> None:
    rng = np.random.default_rng(5)
    thresholds = set(candidate_thresholds(rng.random(5_000) / 200, rng.random(500) / 200).tolist())
    assert {0.0001, 0.0015, 0.0049} <= thresholds
    assert 0.01 not in thresholds


@given(st.lists(st.floats(-1e6, 1e6), max_size=5), st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_every_stated_threshold_is_among_them_exactly(stated: list[float], seed: int) -> None:
    rng = np.random.default_rng(seed)
    thresholds = candidate_thresholds(rng.random(3_000), rng.random(200), stated=stated)
    assert set(stated) <= set(thresholds.tolist())
    assert np.all(np.diff(thresholds) > 0)


@given(
    st.lists(st.floats(-1e3, 1e3, width=32), min_size=1, max_size=40),
    st.sampled_from([np.float32, np.float64]),
)
@settings(max_examples=60, deadline=None)
def test_few_distinct_scores_are_all_told_apart(values: list[float], dtype: type) -> None:
    scores = np.array(values, dtype)
    labels = np.arange(scores.size) % 2
    thresholds = candidate_thresholds(scores[labels == 0], scores[labels == 1])
    counts = tally_arrays(labels, scores, thresholds).counts.sum(axis=0)
    assert np.count_nonzero(counts) == np.unique(scores + 0.0).size
    assert counts[0] == counts[-1] - counts[-1] == 0


def test_five_distinct_scores_are_kept_as_they_are_written() -> None:
    values = np.array([0.1, 0.25, 0.3, 0.7, 0.9])
    assert set(values) <= set(candidate_thresholds(np.repeat(values, 50), values).tolist())


def test_a_single_distinct_score_gives_all_or_none() -> None:
    thresholds = candidate_thresholds([0.3, 0.3], [0.3])
    assert thresholds[0] == 0.3
    assert thresholds.size == 2
    assert thresholds[1] > 0.3


def test_both_sides_of_a_large_tie_have_a_threshold() -> None:
    rng = np.random.default_rng(6)
    negatives = np.concatenate([rng.random(20_000), np.full(10_000, 0.37)])
    thresholds = candidate_thresholds(negatives, rng.random(500))
    below, above = thresholds[thresholds <= 0.37].max(), thresholds[thresholds > 0.37].min()
    assert np.mean((negatives >= below) & (negatives < 0.37)) < 0.002
    assert np.mean((negatives > 0.37) & (negatives < above)) < 0.002


def test_missing_and_infinite_scores_do_not_move_the_candidates() -> None:
    clean = candidate_thresholds([0.1, 0.2], [0.4])
    assert np.array_equal(clean, candidate_thresholds([0.1, np.nan, 0.2], [np.inf, 0.4]))
    assert candidate_thresholds([], [], stated=[0.5]).tolist() == [0.5]


def test_a_stated_threshold_that_is_no_number_is_refused() -> None:
    with pytest.raises(InputError, match="stated threshold"):
        candidate_thresholds([0.1], [0.2], stated=[np.nan])


@given(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300))
@settings(max_examples=100, deadline=None)
def test_the_outermost_thresholds_flag_every_case_and_none(one: float, other: float) -> None:
    low, high = min(one, other), max(one, other)
    assert flags_everything(low, high) <= low
    assert flags_nothing(low, high) > high


def test_a_threshold_that_flags_nothing_stays_a_probability_when_it_can() -> None:
    assert flags_nothing(0.0, 0.9999) <= 1.0
    assert np.float32(flags_nothing(0.0, 1.0, dtype=np.float32)) > np.float32(1.0)
