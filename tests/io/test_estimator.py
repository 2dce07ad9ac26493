"""Scores come out of any fitted binary classifier, higher meaning more likely positive."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import IsolationForest
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

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


def test_a_model_that_names_no_classes_scores_label_1_unless_it_has_a_column_for_label_0() -> None:
    assert np.allclose(scores_from_classifier(KerasLike(2), X, pos_label=0), [1, 2 / 3, 1 / 3, 0])
    with pytest.raises(DataError, match=r"one score a case, that of label 1, but the positive label is 0"):
        scores_from_classifier(KerasLike(1), X, pos_label=0)
    with pytest.raises(DataError, match="which of its scores are those of 'fraud' is not known"):
        scores_from_classifier(KerasLike(2), X, pos_label="fraud")


def test_a_model_that_would_talk_while_it_predicts_is_asked_not_to() -> None:
    class Talking(KerasLike):
        def predict(self, features: Any, verbose: str | int = "auto") -> np.ndarray:
            self.heard = verbose
            return super().predict(features)

    model = Talking(1)
    scores_from_classifier(model, X)
    assert model.heard == 0


def test_what_decides_without_being_a_classifier_is_not_called_unfitted_only() -> None:
    model = IsolationForest(n_estimators=2, random_state=0).fit(X)
    with pytest.raises(DataError, match="or is no classifier"):
        scores_from_classifier(model, X)


def test_a_pipeline_and_a_search_are_classifiers_like_any_other() -> None:
    pipeline = make_pipeline(StandardScaler(), LogisticRegression())
    search = GridSearchCV(pipeline, {"logisticregression__C": [1.0]}, cv=2).fit(X, Y)
    assert np.array_equal(scores_from_classifier(search, X), search.predict_proba(X)[:, 1])
    with pytest.raises(DataError, match="Pipeline has no classes_: it is not fitted"):
        scores_from_classifier(pipeline, X)


@pytest.mark.tensorflow
@pytest.mark.parametrize(("n_outputs", "activation"), [(1, "sigmoid"), (2, "softmax")])
def test_a_real_keras_model_is_scored_without_a_word_on_stdout(
    n_outputs: int, activation: str, capsys: pytest.CaptureFixture[str]
) -> None:
    keras = pytest.importorskip("keras")
    keras.utils.set_random_seed(1)
    layers = [keras.layers.Input((1,)), keras.layers.Dense(n_outputs, activation=activation)]
    model = keras.Sequential(layers)
    model.compile("adam", "binary_crossentropy" if n_outputs == 1 else "sparse_categorical_crossentropy")
    model.fit(X, np.array([0, 0, 1, 1]), epochs=2, verbose=0)
    capsys.readouterr()
    scores = scores_from_classifier(model, X)
    assert capsys.readouterr().out == ""
    assert np.allclose(scores, model.predict(X, verbose=0)[:, -1])
    assert scores.shape == (4,)
    assert ((scores > 0) & (scores < 1)).all()
