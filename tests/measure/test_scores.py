"""Scored cases are checked once, and the messages say what to do."""

from __future__ import annotations

import numpy as np
import pytest

from expectkit.errors import DataError
from expectkit.measure.scores import ScoredCases


def test_float32_scores_are_kept_without_a_copy_and_cannot_be_changed() -> None:
    scores = np.array([0.1, 0.9], np.float32)
    cases = ScoredCases.from_arrays([0, 1], scores)
    assert cases.y_score.dtype == np.float32
    assert np.shares_memory(cases.y_score, scores)
    with pytest.raises(ValueError, match="read-only"):
        cases.y_score[0] = 1
    scores[0] = 0.2  # the caller's own array stays writeable


@pytest.mark.parametrize(
    ("labels", "pos_label"),
    [
        ([0, 1, 1], None),
        ([False, True, True], None),
        ([0.0, 1.0, 1.0], None),
        (["ham", "spam", "spam"], "spam"),
        ([2, 1, 1], 1),
    ],
)
def test_labels_become_true_for_the_positive_class(labels: list, pos_label: object) -> None:
    cases = ScoredCases.from_arrays(labels, [1, 2, 3], pos_label=pos_label)
    assert cases.y_true.tolist() == [False, True, True]
    assert cases.n_cases == 3


@pytest.mark.parametrize(
    ("labels", "scores", "options", "message"),
    [
        ([0, 1], [0.1], {}, "2 labels but y_score has 1 scores"),
        ([0, 1], [0.1, np.nan], {}, "1 missing or infinite scores, the first .nan. at position 1"),
        ([0, 1], [np.inf, 0.1], {}, "missing or infinite"),
        ([0, 1], ["a", "b"], {}, "Give numbers"),
        ([0, 1], [[0.9, 0.1], [0.2, 0.8]], {}, r"scores\[:, 1\]"),
        ([0, 2], [0.1, 0.2], {}, "Say with pos_label"),
        (["no", "yes"], [0.1, 0.2], {}, "Say with pos_label"),
        (["no", None], [0.1, 0.2], {}, "missing labels"),
        (["a", "b", "c"], [0.1, 0.2, 0.3], {"pos_label": "a"}, "3 different values"),
        ([0, 1], [0.1, 0.2], {"pos_label": 3}, "never holds pos_label 3"),
        ([0, 1], [0.1, 0.2], {"sample_weight": [1]}, "1 weights for 2 cases"),
        ([0, 1], [0.1, 0.2], {"sample_weight": [1, -2]}, "the first .-2.0. at position 1"),
        ([0, 1], [0.1, 0.2], {"sample_weight": ["a", "b"]}, "not numbers"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_to_do(
    labels: list, scores: list, options: dict, message: str
) -> None:
    with pytest.raises(DataError, match=message) as refused:
        ScoredCases.from_arrays(labels, scores, **options)
    assert "\n" not in str(refused.value)
