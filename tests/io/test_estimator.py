"""Scores come out of any fitted binary classifier, higher meaning more likely positive."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, RidgeClassifier

from expectkit.errors import DataError
from expectkit.io.estimator import scores_from_classifier

X = np.array([[0.0], [1.0], [2.0], [3.0]])
Y = np.array(["ham", "ham", "spam", "spam"])


class KerasLike:
    """What a Keras model looks like from outside."""

    def __init__(self, n_columns: int) -> None:
        self.n_columns = n_columns

    def predict(self, features: Any) -> np.ndarray:
        one = np.asarray(features, np.float32).reshape(-1, 1) / 3
        return {1: one, 2: np.hstack([1 - one, one]), 3: np.hstack([one, one, one])}[self.n_columns]


def test_the_column_of_the_positive_class_is_taken() -> None:
    model = LogisticRegression().fit(X, Y)
    assert np.array_equal(scores_from_classifier(model, X), model.predict_proba(X)[:, 1])
    assert np.array_equal(scores_from_classifier(model, X, pos_label="ham"), model.predict_proba(X)[:, 0])


def test_a_decision_function_is_turned_round_for_the_first_class() -> None:
    model = RidgeClassifier().fit(X, Y)
    assert np.array_equal(scores_from_classifier(model, X), model.decision_function(X))
    assert np.array_equal(scores_from_classifier(model, X, pos_label="ham"), -model.decision_function(X))


@pytest.mark.parametrize("n_columns", [1, 2])
def test_keras_models_with_one_or_two_outputs_give_the_last(n_columns: int) -> None:
    assert np.allclose(scores_from_classifier(KerasLike(n_columns), X), [0, 1 / 3, 2 / 3, 1])


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        (LogisticRegression(), {}, "is not fitted"),
        (LogisticRegression().fit(X, [0, 1, 2, 2]), {}, "knows 3 classes"),
        (LogisticRegression().fit(X, Y), {"pos_label": "eggs"}, "does not know the class 'eggs'"),
        (KerasLike(3), {}, r"scores of shape \(4, 3\)"),
        (object(), {}, "gives no scores"),
    ],
)
def test_a_model_without_usable_scores_is_refused(model: Any, options: dict, message: str) -> None:
    with pytest.raises(DataError, match=message):
        scores_from_classifier(model, X, **options)


def test_a_classifier_that_only_predicts_classes_gives_no_scores() -> None:
    class OnlyClasses:
        classes_ = np.array([0, 1])

        def predict(self, features: Any) -> np.ndarray:
            return np.zeros(len(features))

    with pytest.raises(DataError, match="gives no scores"):
        scores_from_classifier(OnlyClasses(), X)
