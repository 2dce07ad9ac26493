"""The setting of lowest cost among all scores, against brute force over every score."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectkit.engine.exact_cost import Price, scores_within
from expectkit.engine.local import CaseColumns
from expectkit.io.open_cases import open_cases
from expectkit.measure.exact_cost import Gaps, cheapest

COLUMNS = CaseColumns("score", "label")


def found_in(
    scores: np.ndarray, labels: np.ndarray, thresholds: np.ndarray, gain: float, loss: float, **options: Any
) -> float | None:
    """Search as the briefing does: the gaps first, then the scores of the promising ones."""
    compare = options.get("compare", "float64")
    edges = thresholds.astype(np.float32) if compare == "float32" else thresholds
    code = np.searchsorted(edges, scores, side="right")
    n = [np.bincount(code[labels == label], minlength=thresholds.size + 1) for label in (0, 1)]
    gaps = Gaps(thresholds, np.float64(gain) * n[1], np.float64(loss) * n[0], n[0] + n[1])
    source = open_cases(pa.table({"score": scores, "label": labels}))
    prices = {"gain": Price(gain, 1.0), "loss": Price(loss, 1.0)}
    within = scores_within(source, COLUMNS, gaps, gaps.promising(), compare=compare, **prices)
    return cheapest(gaps, within, compare=compare)


def costs_of(scores: np.ndarray, labels: np.ndarray, threshold: float, gain: float, loss: float) -> float:
    flagged = scores >= threshold
    n_missed, n_alarms = (~flagged & (labels == 1)).sum(), (flagged & (labels == 0)).sum()
    return float(gain * n_missed + loss * n_alarms)


CASES = st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=2, max_size=60)


@settings(max_examples=200, deadline=None)
@given(
    CASES,
    st.lists(st.integers(1, 80), max_size=6, unique=True),
    st.integers(1, 30),
    st.integers(1, 5),
    st.sampled_from(["float64", "float32"]),
)
def test_it_is_the_highest_of_the_cheapest_scores(
    cases: list[tuple[int, bool]], between: list[int], gain: int, loss: int, compare: str
) -> None:
    scores = np.array([score for score, _ in cases]) / 41 + 0.01
    labels = np.array([label for _, label in cases]).astype(np.uint8)
    if compare == "float32":
        scores = scores.astype(np.float32).astype(np.float64)
    thresholds = np.unique([0.0, 2.0, *(place / 80 for place in between)])
    found = found_in(scores, labels, thresholds, gain, loss, compare=compare)
    all_ways = [(costs_of(scores, labels, at, gain, loss), -at) for at in (*np.unique(scores), 3.0)]
    cost, negative = min(all_ways)
    n_flagged = int((scores >= -negative).sum())
    if n_flagged in (0, scores.size):
        assert found is None
        return
    assert found is not None
    reached = float(np.float32(found)) if compare == "float32" else found
    assert costs_of(scores, labels, reached, gain, loss) == cost
    assert (scores >= reached).sum() == n_flagged


def test_few_gaps_are_looked_at_and_no_more_cases_than_allowed() -> None:
    rng = np.random.default_rng(5)
    labels = (rng.random(20_000) < 0.05).astype(np.uint8)
    scores = rng.normal(labels * 2.0)
    thresholds = np.quantile(scores, np.linspace(0, 1, 200)) - 1e-9
    n = np.stack([np.histogram(scores[labels == i], [-np.inf, *thresholds, np.inf])[0] for i in (0, 1)])
    gaps = Gaps(thresholds, 20.0 * n[1], 1.0 * n[0], n.sum(axis=0))
    promising = gaps.promising()
    assert 0 < promising.sum() < 40
    few = gaps.promising(most_cases=250)
    assert few.sum() == 2
    assert not (few & ~promising).any()


def test_the_threshold_takes_no_more_digits_than_it_needs() -> None:
    scores = np.array([0.1, 0.2, 0.31234567, 0.48123456, 0.8, 0.9])
    labels = np.array([0, 0, 0, 1, 1, 1], dtype=np.uint8)
    assert found_in(scores, labels, np.array([0.0, 1.0]), 5, 1) == pytest.approx(0.4)
