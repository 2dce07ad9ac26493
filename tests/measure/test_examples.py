"""Choice of examples, and the pool of candidates that does not depend on how the data came."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectkit.errors import InputError
from expectkit.measure.candidates import CandidatePool, PoolSize
from expectkit.measure.examples import choose_borderline, choose_examples, standardise


def modes(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Six planted groups of mistakes of very different sizes in eight columns."""
    rng = np.random.default_rng(seed)
    mode = np.repeat(np.arange(6), [120, 60, 40, 30, 20, 15])
    points = (rng.normal(size=(6, 8)) * 2.5)[mode] + rng.normal(size=(mode.size, 8))
    score = rng.random(mode.size)
    return standardise([*points.T, score]), score, mode


def test_the_two_surest_and_the_costliest_come_first_and_none_twice() -> None:
    features = np.arange(6.0)[:, None]
    found = choose_examples(
        features, [1, 9, 8, 2, 3, 4], costs=[5, 99, np.nan, 7, 0, 1], n_shown=5, n_costliest=1
    )
    assert [(e.position, e.reason) for e in found[:3]] == [
        (1, "most confident"),
        (2, "most confident"),
        (3, "costliest"),
    ]
    assert len({e.position for e in found}) == 5


def test_mistakes_without_a_cost_are_not_called_costly() -> None:
    found = choose_examples(np.arange(4.0)[:, None], [4, 3, 2, 1], costs=[0, 0, np.nan, 0])
    assert "costliest" not in {e.reason for e in found}


@given(n=st.integers(0, 30), n_shown=st.integers(1, 12), seed=st.integers(0, 999))
def test_shares_add_up_to_all_mistakes(n: int, n_shown: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    found = choose_examples(rng.integers(0, 3, (n, 2)), rng.random(n), n_shown=n_shown)
    assert len(found) == min(n, n_shown)
    assert sum(e.share for e in found) == pytest.approx(1.0 if n else 0.0)


def test_lazy_search_finds_the_facilities_of_a_full_search() -> None:
    rng = np.random.default_rng(1)
    points = rng.normal(size=(900, 3))
    found = choose_examples(points, -np.arange(900.0), n_shown=6, n_confident=1)
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    chosen = [0]
    for _ in range(5):
        nearest = distances[:, chosen].min(axis=1)
        chosen.append(int(np.argmax(np.maximum(nearest[:, None] - distances, 0).sum(axis=0))))
    assert [e.position for e in found] == chosen


def test_extreme_candidates_that_were_not_drawn_stand_for_nobody() -> None:
    features = np.array([[0.0], [5.0], [5.1], [5.2]])
    found = choose_examples(features, [9, 1, 2, 3], counts_as=[0, 1, 1, 1], n_shown=2, n_confident=1)
    assert [e.share for e in found] == [0.0, 1.0]


def test_candidates_that_count_for_nothing_are_refused() -> None:
    with pytest.raises(InputError, match="counts for anything"):
        choose_examples([[0.0]], [1], counts_as=[0.0])


def test_borderline_mistakes_are_the_nearest_ones_not_shown_elsewhere() -> None:
    assert choose_borderline([0.3, 0.01, 0.2, 0.02], taken=[1], n_shown=2) == (3, 2)


def test_an_outlier_does_not_set_the_scale_and_a_missing_number_is_average() -> None:
    features = standardise([[0.0] * 50 + [1.0] * 50 + [1e12, np.nan]], [[0] * 101 + [-1]])
    assert np.abs(features[:, 0]).max() <= 4.0
    assert features[-1, 0] == 0.0
    assert np.linalg.norm(features[0, 1:] - features[-1, 1:]) == pytest.approx(2.0)


@pytest.mark.slow
def test_nine_examples_show_the_planted_groups_better_than_chance_does() -> None:
    """STATS: 5.75 of 6 by facility location, 4.07 at random."""
    shown, at_random = [], []
    for seed in range(40):
        features, score, mode = modes(seed)
        shown.append(len({int(mode[e.position]) for e in choose_examples(features, score)}))
        at_random.append(len(set(mode[np.random.default_rng(seed).choice(mode.size, 9, replace=False)])))
    assert np.mean(shown) >= 5.5
    assert np.mean(shown) > np.mean(at_random) + 1


# ---------------------------------------------------------------------- the pool

SIZE = PoolSize(n_drawn=20, n_extreme=3)


def same(first: CandidatePool, second: CandidatePool) -> bool:
    return (
        first.n_seen == second.n_seen
        and np.array_equal(first.rows, second.rows)
        and np.array_equal(first.confidence, second.confidence)
        and np.array_equal(first.costs, second.costs, equal_nan=True)
        and all(np.array_equal(first.columns[name], second.columns[name]) for name in first.columns)
    )


@given(seed=st.integers(0, 999), cuts=st.lists(st.integers(0, 120), max_size=5), has_ties=st.booleans())
def test_the_pool_does_not_depend_on_batches_or_their_order(
    seed: int, cuts: list[int], has_ties: bool
) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.permutation(120)
    sure = rng.integers(0, 4, 120) / 4 if has_ties else rng.random(120)
    costs = np.where(rng.random(120) < 0.5, np.nan, sure)
    texts = np.array([f"case {row}" for row in rows], dtype=object)
    whole = CandidatePool.of(rows, sure, costs, {"text": texts}, size=SIZE)
    edges = [0, *sorted(cuts), 120]
    pools = [
        CandidatePool.of(rows[a:b], sure[a:b], costs[a:b], {"text": texts[a:b]}, size=SIZE)
        for a, b in itertools.pairwise(edges)
    ]
    merged = pools[-1]
    for pool in pools[:-1]:
        merged = merged + pool
    assert same(merged, whole)
    assert [text == f"case {row}" for row, text in zip(whole.rows, whole.columns["text"], strict=True)] == [
        True
    ] * whole.rows.size


def test_the_pool_keeps_the_extremes_exactly_and_never_more_than_it_should() -> None:
    rng = np.random.default_rng(0)
    sure, costs = rng.random(5_000), rng.random(5_000)
    pool = CandidatePool.of([], [], [], size=SIZE)
    for start in range(0, 5_000, 250):
        part = slice(start, start + 250)
        pool = pool.add(np.arange(5_000)[part], sure[part], costs[part])
    assert pool.n_seen == 5_000
    assert pool.rows.size <= 20 + 3 * 3
    extremes = {*np.argsort(sure)[-3:], *np.argsort(sure)[:3], *np.argsort(costs)[-3:]}
    assert extremes <= set(pool.rows.tolist())
    assert pool.is_drawn.sum() == 20


def test_rows_are_drawn_evenly_from_a_file_in_order() -> None:
    """Means of 5,000 of 100,000 row numbers have a standard error of 408."""
    pool = CandidatePool.of(np.arange(100_000), np.zeros(100_000), size=PoolSize(n_extreme=0))
    assert pool.rows.size == 5_000
    assert abs(pool.rows.mean() - 50_000) < 3 * 408
    halves = np.bincount(pool.rows // 10_000)
    assert halves.min() > 400


def test_pools_of_other_columns_do_not_add_up() -> None:
    with pytest.raises(InputError, match="same way"):
        CandidatePool.of([1], [1.0]) + CandidatePool.of([2], [1.0], columns={"a": np.array(["x"])})
    with pytest.raises(InputError, match="2 values of confidence"):
        CandidatePool.of([1], [1.0, 2.0])
