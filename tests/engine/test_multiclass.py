"""The tally of several classes: hand-counted examples, scikit-learn as oracle, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import confusion_matrix

from expectkit.engine.multiclass import ClassColumns, ClassTally, tally_classes
from expectkit.errors import DataError
from expectkit.io.open_cases import open_cases

LABELS = ["cat", "cat", "dog", "dog", "owl", "owl"]
SCORES = {
    "c": [0.9, 0.4, 0.1, 0.6, 0.2, 0.5],
    "d": [0.1, 0.4, 0.8, 0.3, 0.1, 0.5],
    "o": [0.0, 0.2, 0.1, 0.1, 0.7, 0.5],
}
COLUMNS = ClassColumns("y", {"cat": "c", "dog": "d", "owl": "o"})


def tally(columns: ClassColumns = COLUMNS, *, drop_missing: bool = False, **changes: object) -> ClassTally:
    return tally_classes(open_cases({"y": LABELS, **SCORES, **changes}), columns, drop_missing=drop_missing)


def test_without_thresholds_the_highest_score_decides_and_the_first_of_equals() -> None:
    counted = tally()
    assert counted.matrix.counts.tolist() == [[2, 0, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0]]
    assert (counted.n_ties, counted.rows.n_kept, counted.score_low, counted.score_high) == (2, 6, 0.0, 0.9)


def test_each_class_has_its_own_threshold_and_what_reaches_none_goes_to_a_person() -> None:
    columns = ClassColumns("y", COLUMNS.scores, thresholds={"cat": 0.7, "dog": 0.5}, common_threshold=0.6)
    assert tally(columns).matrix.counts.tolist() == [[1, 0, 0, 1], [0, 1, 0, 1], [0, 1, 1, 0]]


def test_a_score_at_the_threshold_decides() -> None:
    columns = ClassColumns("y", COLUMNS.scores, common_threshold=0.9)
    assert tally(columns).matrix.counts[0].tolist() == [1, 0, 0, 1]


def test_float32_scores_are_compared_as_the_service_compares_them() -> None:
    source = open_cases({"y": ["a", "b"], "p": np.float32([0.7, 0.0]), "q": np.float32([0.1, 0.9])})
    columns = ClassColumns("y", {"a": "p", "b": "q"}, common_threshold=0.7)
    assert tally_classes(source, columns).matrix.counts.tolist() == [[0, 0, 1], [0, 1, 0]]
    assert tally_classes(source, columns, compare="float32").matrix.counts.tolist() == [[1, 0, 0], [0, 1, 0]]


def test_a_named_class_is_decided_from_its_threshold_up() -> None:
    columns = ClassColumns("y", predicted="p", confidence="s", thresholds={"cat": 0.8})
    named = ["cat", "cat", "dog", "cat", "owl", "dog"]
    counted = tally(columns, p=named, s=[0.9, 0.7, 0.1, 0.8, 0.1, 0.1])
    assert counted.matrix.classes == ("cat", "dog", "owl")
    assert counted.matrix.counts.tolist() == [[1, 0, 0, 1], [1, 1, 0, 0], [0, 1, 1, 0]]


def test_classes_found_in_the_cases_stand_in_their_natural_order() -> None:
    columns = ClassColumns("y", predicted="p")
    counted = tally_classes(open_cases({"y": [10, 9, 2.0, 2], "p": [10, 10, 2, 9]}), columns)
    assert counted.matrix.classes == ("2", "9", "10")
    assert counted.matrix.counts.tolist() == [[1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 0]]
    assert counted.score_low is None


def test_days_are_counted() -> None:
    columns = ClassColumns("y", COLUMNS.scores, time="t")
    days = ["2026-03-01"] * 4 + ["2026-03-02T10:00:00"] * 2
    assert tally(columns, t=days).daily == {"2026-03-01": 4, "2026-03-02": 2}


@settings(deadline=None, max_examples=60)
@given(
    hnp.arrays(
        np.float64, st.tuples(st.integers(8, 60), st.just(4)), elements=st.integers(0, 8).map(lambda i: i / 8)
    ),
    st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=4, max_size=4),
    st.randoms(use_true_random=False),
)
def test_the_matrix_is_that_of_scikit_learn(scores: np.ndarray, limits: list[float], random: object) -> None:
    names = np.array(["a", "b", "c", "d"])
    truth = np.r_[names, names, random.choices(list(names), k=len(scores) - 8)]  # type: ignore[attr-defined]
    reached = scores >= np.array(limits)
    best = np.where(reached, scores, -1).argmax(axis=1)
    decided = np.where(reached.any(axis=1), names[best], "person")
    expected = confusion_matrix(truth, decided, labels=[*names, "person"])[:4]
    columns = ClassColumns(
        "y",
        {name: name for name in names.tolist()},
        thresholds=dict(zip(names.tolist(), limits, strict=True)),
    )
    frame = pd.DataFrame(scores, columns=names).assign(y=truth)
    assert tally_classes(open_cases(frame), columns).matrix.counts.tolist() == expected.tolist()


def test_pieces_of_any_size_give_the_same_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = tally().matrix.counts.tolist()
    monkeypatch.setattr("expectkit.engine.multiclass._NUMBERS_AT_ONCE", 1)
    monkeypatch.setattr("expectkit.engine.multiclass._FEWEST_ROWS", 2)
    assert tally().matrix.counts.tolist() == whole


REFUSED = {
    "unknown label": ({"y": [*LABELS[:5], "Owl"]}, ["row 6", "'Owl'", "Did you mean 'owl'"]),
    "missing label": ({"y": [None, *LABELS[1:]]}, ["row 1", "label is missing", "'y'", "--drop-missing"]),
    "missing score": ({"d": [0.1, np.nan, 0.8, 0.3, 0.1, 0.5]}, ["row 2", "'d'", "1 of 6", "--drop-missing"]),
    "infinite score": ({"o": [0, 0, np.inf, 0, 0, 0]}, ["row 3", "'o'", "infinite"]),
    "scores that are text": ({"c": ["high"] * 6}, ["'c'", "numbers are needed"]),
    "a class without cases": ({"y": ["cat"] * 5 + ["dog"]}, ["no case is of class 'owl'"]),
    "one class only": ({"y": ["cat"] * 6}, ["all 6 cases are of class 'cat'"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_counted_is_named_with_row_and_column(name: str) -> None:
    changes, expected = REFUSED[name]
    with pytest.raises(DataError) as caught:
        tally(**changes)  # type: ignore[arg-type]
    for part in expected:
        assert part in str(caught.value)


def test_a_missing_class_column_is_named_with_the_nearest() -> None:
    with pytest.raises(DataError, match=r"there is no column 'cc'\. Did you mean 'c'"):
        tally(ClassColumns("y", {"cat": "cc", "dog": "d", "owl": "o"}))


def test_rows_without_label_or_score_can_be_left_out_and_are_counted() -> None:
    scores = [0.9, 0.4, 0.1, np.nan, 0.2, 0.5]
    counted = tally(y=[None, *LABELS[1:]], c=scores, drop_missing=True)
    assert (counted.rows.n_missing_label, counted.rows.n_missing_score, counted.rows.n_kept) == (1, 1, 4)
    assert counted.matrix.counts.sum() == 4


def test_a_column_of_free_text_is_not_taken_for_classes() -> None:
    texts = [f"remark {i}" for i in range(150)]
    with pytest.raises(DataError, match="more than 100 different classes"):
        tally_classes(open_cases({"y": texts, "p": texts}), ClassColumns("y", predicted="p"))
