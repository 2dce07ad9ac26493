from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectkit.errors import InputError
from expectkit.measure.counts import ConfusionCounts
from expectkit.measure.effective_cases import clustered_cases
from expectkit.measure.histogram import ClusterMoments, RowCounts, ScoreHistogram, Tally
from expectkit.measure.intervals import clopper_pearson
from expectkit.measure.sweep import Sweep, flagged_counts, sweep

THRESHOLDS = np.array([0.2, 0.5, 0.8])
SCORES = np.array([0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.1])
LABELS = np.array([0, 0, 1, 0, 1, 1, 1, 1])


def _tally(
    scores: np.ndarray,
    labels: np.ndarray,
    thresholds: np.ndarray,
    *,
    weights: np.ndarray | None = None,
    clusters: np.ndarray | None = None,
) -> Tally:
    """Tally the slow and obvious way."""
    cell = (scores[:, None] >= thresholds).sum(axis=1)

    def cells(values: np.ndarray) -> np.ndarray:
        return np.array(
            [np.bincount(cell[labels == y], values[labels == y], thresholds.size + 1) for y in (0, 1)]
        )

    counts = cells(np.ones(scores.size)).astype(np.int64)
    total = ScoreHistogram(
        thresholds.copy(),
        counts,
        None if weights is None else cells(weights),
        None if weights is None else cells(weights**2),
    )
    moments = None if clusters is None else _moments(scores, labels, thresholds, clusters)
    rows = RowCounts(scores.size, 0, 0, scores.size)
    return Tally(total, None, {}, moments, rows, float(scores.min()), float(scores.max()))


def _moments(
    scores: np.ndarray, labels: np.ndarray, thresholds: np.ndarray, clusters: np.ndarray
) -> ClusterMoments:
    n, sizes = [], []
    squared, crossed = np.zeros((2, thresholds.size)), np.zeros((2, thresholds.size))
    for y in (0, 1):
        found = [(clusters == g) & (labels == y) for g in np.unique(clusters[labels == y])]
        n.append(len(found))
        sizes.append(float(sum(rows.sum() ** 2 for rows in found)))
        for rows in found:
            flagged = (scores[rows][:, None] >= thresholds).sum(axis=0)
            squared[y] += flagged**2
            crossed[y] += flagged * rows.sum()
    return ClusterMoments((n[0], n[1]), (sizes[0], sizes[1]), squared, crossed)


def test_a_score_equal_to_the_threshold_is_flagged() -> None:
    counts = sweep(_tally(SCORES, LABELS, THRESHOLDS)).counts_at(0.5)
    assert counts == ConfusionCounts(3, 1, 2, 2)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=60),
    st.sets(st.integers(0, 9), min_size=1),
)
def test_every_threshold_counts_what_counting_one_by_one_gives(
    cases: list[tuple[int, bool]], levels: set[int]
) -> None:
    scores = np.array([score for score, _ in cases], dtype=np.float64)
    labels = np.array([int(label) for _, label in cases])
    thresholds = np.array(sorted(levels), dtype=np.float64)
    swept = sweep(_tally(scores, labels, thresholds))
    for threshold in thresholds:
        flagged = scores >= threshold
        assert swept.counts_at(threshold) == ConfusionCounts(
            int((flagged & (labels == 1)).sum()),
            int((flagged & (labels == 0)).sum()),
            int((~flagged & (labels == 0)).sum()),
            int((~flagged & (labels == 1)).sum()),
        )


def test_a_threshold_that_was_not_counted_is_never_replaced_by_a_near_one() -> None:
    swept = sweep(_tally(SCORES, LABELS, THRESHOLDS))
    with pytest.raises(InputError, match=r"0\.5000001 was not counted"):
        swept.counts_at(0.5000001)


def test_flagged_counts_sum_from_the_top_along_the_last_axis() -> None:
    assert flagged_counts(np.array([[5, 1, 2], [0, 3, 4]])).tolist() == [[3, 2], [7, 4]]


def test_unweighted_rows_are_worth_what_they_count() -> None:
    swept = sweep(_tally(SCORES, LABELS, THRESHOLDS))
    assert swept.effective_positives.tolist() == [5.0, 5.0, 5.0]
    assert swept.false_negative_rate(1).effective_denominator is None


def test_equal_weights_change_neither_rates_nor_effective_numbers() -> None:
    plain = sweep(_tally(SCORES, LABELS, THRESHOLDS))
    weighted = sweep(_tally(SCORES, LABELS, THRESHOLDS, weights=np.full(8, 3.0)))
    assert weighted.false_negative_rates == pytest.approx(plain.false_negative_rates)
    assert weighted.effective_positives[2] <= 5.0
    assert weighted.weighted_positives == 15.0


def test_unequal_weights_move_the_rate_and_shrink_the_number_of_cases() -> None:
    rng = np.random.default_rng(5)
    scores, labels = rng.random(2000), (rng.random(2000) < 0.5).astype(int)
    weights = rng.exponential(size=2000)
    swept = sweep(_tally(scores, labels, THRESHOLDS, weights=weights))
    missed = (labels == 1) & (scores < 0.5)
    assert swept.false_negative_rate(1).value == pytest.approx(
        weights[missed].sum() / weights[labels == 1].sum()
    )
    assert swept.effective_positives[1] == pytest.approx(swept.n_positives / 2, rel=0.1)  # Kish, cv 1


def test_a_class_made_of_copies_is_worth_about_its_number_of_clusters() -> None:
    rng = np.random.default_rng(7)
    scores = np.repeat(rng.random(200), 5)
    labels, clusters = np.ones(1000, dtype=int), np.repeat(np.arange(200), 5)
    labels[:5] = 0
    swept = sweep(_tally(scores, labels, THRESHOLDS, clusters=clusters))
    assert swept.effective_positives == pytest.approx([199, 199, 199], rel=0.06)
    assert swept.effective_positives.max() <= 200


@pytest.mark.parametrize("n_flagged", [0, 1, 30, 60])
def test_clusters_of_one_case_are_worth_their_cases(n_flagged: int) -> None:
    found = clustered_cases(
        n_flagged,
        60,
        sum_squared_flagged=n_flagged,
        sum_flagged_times_size=n_flagged,
        sum_squared_sizes=60,
        n_clusters=60,
    )
    assert float(found) == 60


def test_errors_of_few_clusters_are_worth_less_than_their_variance_alone_says() -> None:
    # 30 of 1,000 cases in 100 clusters of 10: three clusters hold 10 errors each, every other none
    sums: dict[str, Any] = {
        "sum_squared_flagged": 300,
        "sum_flagged_times_size": 300,
        "sum_squared_sizes": 10_000,
    }
    careful = float(clustered_cases(30, 1000, **sums, n_clusters=100))
    plain = float(clustered_cases(30, 1000, **sums, n_clusters=100, every_cluster_counts=True))
    assert plain == pytest.approx(99 * (1.9623 / 1.9842) ** 2, rel=1e-3)
    # m = 3 degrees of freedom: t is 3.1824
    excess = (1000 * 99 / 100) / 99 - 1
    assert careful == pytest.approx(1000 / (1 + excess * (3.1824 / 1.9623) ** 2), rel=1e-3)


def test_independent_rows_in_clusters_lose_little() -> None:
    rng = np.random.default_rng(8)
    scores, labels, clusters = rng.random(3000), np.ones(3000, dtype=int), np.repeat(np.arange(600), 5)
    labels[:10] = 0
    swept = sweep(_tally(scores, labels, THRESHOLDS, clusters=clusters))
    assert np.all(swept.effective_positives > 0.8 * 2990)
    assert np.all(swept.effective_positives <= 2990)


def test_none_missed_in_clustered_rows_counts_clusters_not_rows() -> None:
    scores = np.full(90, 0.9)
    labels, clusters = np.ones(90, dtype=int), np.repeat(np.arange(30), 3)
    labels[:3] = 0
    swept = sweep(_tally(scores, labels, THRESHOLDS, clusters=clusters))
    assert swept.effective_positives.tolist() == [29.0, 29.0, 29.0]


def test_the_band_is_clopper_pearson_at_the_local_alpha() -> None:
    swept = Sweep.from_counts([0.3, 0.49], [290, 285], [400, 225], 300, 9000)
    low, high = swept.false_negative_rate_band()
    expected = np.array(clopper_pearson(15, 300, 0.00155))
    assert np.array([low[1], high[1]]) == pytest.approx(expected, rel=1e-6)


def test_a_class_without_cases_has_undefined_rates() -> None:
    swept = Sweep.from_counts([0.5], [0], [3], 0, 10)
    assert not swept.false_negative_rate(0).is_defined
    assert np.isnan(swept.false_negative_rates).all()


def test_counts_that_grow_with_the_threshold_are_refused() -> None:
    with pytest.raises(InputError, match="flagged positives"):
        Sweep.from_counts([0.3, 0.5], [4, 5], [3, 2], 10, 10)


def test_a_sweep_cannot_be_written_to() -> None:
    swept = Sweep.from_counts([0.3], [4], [3], 10, 10)
    with pytest.raises(ValueError, match="read-only"):
        swept.n_true_positives[0] = 9


@pytest.mark.parametrize(("label", "name"), [(1, "positive"), (0, "negative")])
def test_weights_that_are_all_nothing_are_refused_by_the_class_they_silence(label: int, name: str) -> None:
    weights = np.where(label == LABELS, 0.0, 1.0)
    with pytest.raises(
        InputError, match=f"all weights of the {np.count_nonzero(label == LABELS)} {name} cases are 0"
    ):
        sweep(_tally(SCORES, LABELS, THRESHOLDS, weights=weights))


def test_copies_are_worth_their_clusters_for_the_share_of_positives_too() -> None:
    rng = np.random.default_rng(9)
    labels, clusters = np.repeat(rng.random(400) < 0.2, 28).astype(int), np.repeat(np.arange(400), 28)
    swept = sweep(_tally(np.repeat(rng.random(400), 28), labels, THRESHOLDS, clusters=clusters))
    assert swept.effective_cases == pytest.approx(400, rel=0.25)
    assert swept.is_clustered


def test_unequal_weights_shrink_what_the_share_of_positives_rests_on() -> None:
    rng = np.random.default_rng(6)
    labels = (rng.random(4000) < 0.5).astype(int)
    tallied = _tally(rng.random(4000), labels, THRESHOLDS, weights=rng.exponential(size=4000))
    assert sweep(tallied).effective_cases == pytest.approx(2000, rel=0.1)  # Kish, cv 1
    assert sweep(_tally(SCORES, LABELS, THRESHOLDS)).effective_cases is None
