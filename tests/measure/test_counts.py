from __future__ import annotations

import pytest

from expectkit.errors import InputError
from expectkit.measure.counts import ConfusionCounts


def test_totals_follow_from_the_four_counts() -> None:
    counts = ConfusionCounts(266, 200, 7800, 14)
    assert (counts.n_positives, counts.n_negatives, counts.n_cases, counts.n_flagged) == (
        280,
        8000,
        8280,
        466,
    )


def test_adding_counts_adds_each_outcome_on_its_own() -> None:
    assert ConfusionCounts(1, 2, 3, 4) + ConfusionCounts(10, 20, 30, 40) == ConfusionCounts(11, 22, 33, 44)


def test_a_negative_count_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="n_true_negatives is -1"):
        ConfusionCounts(0, 0, -1, 0)
