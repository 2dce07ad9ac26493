"""The exact tally: scikit-learn and plain comparison as oracles, adversarial numbers, laws of merging."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix_at_thresholds

from expectkit.errors import InputError
from expectkit.measure.bins import Bins, order_preserving
from expectkit.measure.guide_table import best_table
from expectkit.measure.histogram import GroupedHistogram, ScoreHistogram, tally_arrays

TINY32 = float(np.float32(1e-45))
AWKWARD = [
    0.0,
    -0.0,
    0.1,
    0.2,
    0.3,
    0.1 + 0.2,
    0.7,
    float(np.float32(0.7)),
    1.0,
    float(np.nextafter(1.0, 0.0)),
    float(np.nextafter(np.float32(1.0), np.float32(0.0))),
    float(np.nextafter(0.3, 1.0)),
    5e-324,
    TINY32,
    float(np.finfo(np.float32).tiny),
    -0.1,
    -5.5,
    1.5,
    12.25,
    -3e30,
    3e30,
    float(np.finfo(np.float32).max),
    float(np.finfo(np.float32).min),
    1e-30,
    0.01,
    0.29,
    0.57,
    0.58,
]


@st.composite
def labelled_scores(draw: st.DrawFn, dtypes: tuple[type, ...] = (np.float32, np.float64)) -> tuple:
    dtype = draw(st.sampled_from(dtypes))
    number = st.one_of(
        st.sampled_from(AWKWARD),
        st.floats(0, 1, width=32),
        st.floats(-10, 10, allow_nan=False),
        st.floats(-1e30, 1e30, allow_nan=False),
    )
    scores = np.array(draw(st.lists(number, min_size=1, max_size=60))).astype(dtype)
    if draw(st.booleans()):  # neighbours of what is there
        most = scores[np.abs(scores) < np.finfo(np.float32).max]
        scores = np.concatenate(
            [scores, np.nextafter(most, dtype(-np.inf)), np.nextafter(most, dtype(np.inf))]
        )
    labels = np.array(draw(st.lists(st.booleans(), min_size=scores.size, max_size=scores.size)))
    some = draw(st.lists(number, max_size=30))
    thresholds = np.concatenate([some, scores.astype(np.float64)[: draw(st.integers(1, scores.size))]])
    return labels, scores, thresholds


def compared_one_by_one(labels, scores, thresholds) -> np.ndarray:
    """Count the slow way: compare every score with every threshold."""
    reached = (scores.astype(np.float64)[:, None] >= thresholds[None, :]).sum(axis=1)
    counts = np.zeros((2, thresholds.size + 1), np.int64)
    np.add.at(counts, (labels.astype(int), reached), 1)
    return counts


@given(labelled_scores())
@settings(max_examples=120, deadline=None)
def test_counts_equal_comparing_each_score_with_each_threshold(case: tuple) -> None:
    labels, scores, thresholds = case
    histogram = tally_arrays(labels, scores, thresholds)
    assert np.array_equal(histogram.thresholds, np.unique(thresholds))
    assert np.array_equal(histogram.counts, compared_one_by_one(labels, scores, histogram.thresholds))


@given(labelled_scores())
@settings(max_examples=50, deadline=None)
def test_confusion_counts_equal_scikit_learn_at_every_distinct_score(case: tuple) -> None:
    labels, scores, _ = case
    labels[0] = True
    tn, fp, fn, tp, thresholds = confusion_matrix_at_thresholds(labels, scores.astype(np.float64))
    counts = tally_arrays(labels, scores, thresholds).counts
    flagged = counts[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
    order = np.argsort(thresholds)
    assert np.array_equal(flagged[1], tp[order])
    assert np.array_equal(flagged[0], fp[order])
    assert np.array_equal(counts.sum(axis=1)[1] - flagged[1], fn[order])
    assert np.array_equal(counts.sum(axis=1)[0] - flagged[0], tn[order])


@given(labelled_scores(), st.integers(0, 60))
@settings(max_examples=50, deadline=None)
def test_splitting_the_cases_anywhere_and_adding_changes_nothing(case: tuple, at: int) -> None:
    labels, scores, thresholds = case
    at = min(at, scores.size)
    whole = tally_arrays(labels, scores, thresholds)
    parts = tally_arrays(labels[:at], scores[:at], thresholds) + tally_arrays(
        labels[at:], scores[at:], thresholds
    )
    assert np.array_equal(whole.counts, parts.counts)
    assert whole.n_positives + whole.n_negatives == scores.size


@given(labelled_scores())
@settings(max_examples=50, deadline=None)
def test_comparing_in_float32_rounds_both_sides_first(case: tuple) -> None:
    labels, scores, thresholds = case
    histogram = tally_arrays(labels, scores, thresholds, compare="float32")
    with np.errstate(over="ignore"):
        rounded = histogram.thresholds.astype(np.float32)
        reached = (scores.astype(np.float32)[:, None] >= rounded[None, :]).sum(axis=1)
    counts = np.zeros_like(histogram.counts)
    np.add.at(counts, (labels.astype(int), reached), 1)
    assert np.array_equal(histogram.counts, counts)


SHAPES = {
    "even grid": lambda rng: (rng.random(40_000), np.linspace(0, 1, 1001)),
    "crowded near 0": lambda rng: (
        rng.beta(0.3, 30, 40_000),
        np.quantile(rng.beta(0.3, 30, 9_000), np.linspace(0, 1, 900)),
    ),
    "sigmoid of wide logits": lambda rng: (1 / (1 + np.exp(-rng.normal(0, 9, 40_000))), None),
    "all below 0.01": lambda rng: (rng.beta(1, 9, 40_000) * 1e-3, None),
    "logits": lambda rng: (rng.normal(-7, 4, 40_000), None),
    "around 1e6": lambda rng: (1e6 + rng.normal(0, 2, 40_000), None),
    "huge span": lambda rng: (np.exp(rng.normal(0, 15, 40_000)), None),
    "subnormal": lambda rng: ((rng.random(40_000) * 1e-310), None),
    "ties": lambda rng: (np.round(rng.random(40_000), 2), None),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_kind_of_guide_table_gives_the_counts_of_a_binary_search(shape: str, dtype: type) -> None:
    rng = np.random.default_rng(7)
    scores, thresholds = SHAPES[shape](rng)
    scores = scores.astype(dtype)
    scores[:3000] = np.nextafter(scores[3000:6000], dtype(np.inf))
    if thresholds is None:
        thresholds = np.unique(np.quantile(scores.astype(np.float64), np.linspace(0, 1, 900)))
    thresholds = np.concatenate([thresholds, scores[3000:3050].astype(np.float64)])
    labels = rng.random(scores.size) < 0.1
    histogram = tally_arrays(labels, scores, thresholds)
    codes = np.searchsorted(histogram.thresholds, scores.astype(np.float64), side="right")
    expected = np.bincount(2 * codes + labels, minlength=histogram.counts.size).reshape(-1, 2).T
    assert np.array_equal(histogram.counts, expected)
    assert np.array_equal(Bins(thresholds, dtype=dtype).codes(scores), codes)


def test_each_way_of_the_kernel_is_taken_by_some_thresholds() -> None:
    rng = np.random.default_rng(1)
    grid = best_table(np.linspace(0, 1, 1001))
    sigmoid = 1 / (1 + np.exp(-rng.normal(0, 4, 900)))
    uneven = best_table(np.unique(sigmoid))
    assert grid is not None
    assert grid.lines is None
    assert grid.n_compares == 1
    assert uneven is not None
    assert uneven.lines is not None
    neighbours = 1 + np.arange(20) * np.finfo(float).eps
    assert best_table(np.concatenate([neighbours, 1e200 * neighbours])) is None


def test_a_float32_score_of_0_7_does_not_reach_the_threshold_0_7_unless_compared_in_float32() -> None:
    scores = np.array([0.7], np.float32)
    assert tally_arrays([1], scores, [0.7]).counts.tolist() == [[0, 0], [1, 0]]
    assert tally_arrays([1], scores, [0.7], compare="float32").counts.tolist() == [[0, 0], [0, 1]]


def test_minus_zero_reaches_the_threshold_zero() -> None:
    assert tally_arrays([0, 1], [-0.0, 0.0], [0.0]).counts.tolist() == [[0, 1], [0, 1]]
    assert tally_arrays([0, 1], [-0.0, 0.0], [-0.0]).counts.tolist() == [[0, 1], [0, 1]]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
@settings(max_examples=50, deadline=None)
def test_thresholds_rounded_up_to_float32_decide_as_in_float64(values: list[float]) -> None:
    thresholds = np.array(values)
    rounded = order_preserving(thresholds, np.dtype(np.float32), "float64")
    with np.errstate(over="ignore"):
        lower = np.nextafter(rounded, np.float32(-np.inf))
    for score in np.concatenate([rounded, lower]):
        if np.isfinite(score):
            assert np.array_equal(score >= rounded, np.float64(score) >= thresholds)


def test_weights_are_summed_beside_the_counts() -> None:
    histogram = tally_arrays([0, 1, 1, 0], [0.1, 0.6, 0.9, 0.9], [0.5], sample_weight=[1.0, 2.0, 0.5, 0.25])
    assert histogram.counts.tolist() == [[1, 1], [0, 2]]
    assert histogram.weights is not None
    assert histogram.squared_weights is not None
    assert histogram.weights.tolist() == [[1.0, 0.25], [0.0, 2.5]]
    assert histogram.squared_weights.tolist() == [[1.0, 0.0625], [0.0, 4.25]]
    doubled = histogram + histogram
    assert doubled.weights is not None
    assert doubled.weights.tolist() == [[2.0, 0.5], [0.0, 5.0]]


def test_histograms_over_other_thresholds_or_weights_cannot_be_added() -> None:
    first = tally_arrays([0, 1], [0.1, 0.2], [0.5])
    with pytest.raises(InputError, match="different thresholds"):
        first + tally_arrays([0, 1], [0.1, 0.2], [0.6])
    with pytest.raises(InputError, match="has weights"):
        first + tally_arrays([0, 1], [0.1, 0.2], [0.5], sample_weight=[1, 1])


@pytest.mark.parametrize("bad", [[], [np.nan], [np.inf, 0.5]])
def test_thresholds_must_be_finite_and_at_least_one(bad: list[float]) -> None:
    with pytest.raises(InputError, match="finite numbers"):
        tally_arrays([0, 1], [0.1, 0.2], bad)


def test_groups_merge_by_key_and_add_up_to_the_total() -> None:
    thresholds = np.array([0.5])
    one = GroupedHistogram(("app", "web"), thresholds, np.array([[[1, 2], [3, 4]], [[5, 6], [7, 8]]]))
    two = GroupedHistogram(("", "web"), thresholds, np.array([[[1, 0], [0, 0]], [[1, 1], [1, 1]]]))
    both = one + two
    assert both.keys == ("", "app", "web")
    assert both.of("web").counts.tolist() == [[6, 7], [8, 9]]
    assert both.total().counts.tolist() == [[8, 9], [11, 13]]
    with pytest.raises(InputError, match="no case has the value 'shop'"):
        both.of("shop")


def test_a_histogram_cannot_be_changed_or_have_the_wrong_shape() -> None:
    histogram = tally_arrays([0, 1], [0.1, 0.2], [0.5])
    with pytest.raises(ValueError, match="read-only"):
        histogram.counts[0, 0] = 5
    with pytest.raises(InputError, match="needs arrays of shape"):
        ScoreHistogram(np.array([0.5]), np.zeros((2, 3), np.int64))
