"""Scores from a fitted classifier: whatever has ``predict_proba``, ``decision_function`` or Keras' ``predict``."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
from numpy.typing import NDArray

from expectkit.errors import DataError


def scores_from_classifier(model: Any, X: Any, *, pos_label: object = None) -> NDArray[Any]:  # noqa: N803
    """Score cases with a fitted binary classifier.

    Parameters
    ----------
    model : fitted scikit-learn style classifier or Keras model
        Asked in this order: ``predict_proba`` (the column of the positive class), ``decision_function``, or
        ``predict`` of a model without ``classes_``. Such a model has one column, which belongs to label 1, or two,
        for labels 0 and 1.
    X : array-like or data frame of features
        Handed to the model as it is.
    pos_label : object, optional
        The positive class; by default the second one of ``model.classes_``, or 1 for a model without.

    Returns
    -------
    float array, length n_cases
        Higher means more likely positive.

    Raises
    ------
    DataError
        If the model is not fitted, not a classifier of two classes, does not know `pos_label` or gives no scores.
    """
    name = type(model).__name__
    classes = getattr(model, "classes_", None)
    if classes is None:
        if hasattr(model, "predict_proba") or hasattr(model, "decision_function"):
            raise DataError(
                f"{name} has no classes_: it is not fitted, or is no classifier. Call its fit method first."
            )
        return _predicted(name, model, X, pos_label)
    positive = _positive_column(name, list(np.asarray(classes).tolist()), pos_label)
    if hasattr(model, "predict_proba"):
        return _one_column(name, model.predict_proba(X), positive)
    if hasattr(model, "decision_function"):
        scores = _one_column(name, model.decision_function(X), positive)
        return scores if positive == 1 else -scores
    raise _no_scores(name)


def _predicted(name: str, model: Any, X: Any, pos_label: object) -> NDArray[Any]:  # noqa: N803
    """Score with a model that names no classes, as Keras models do."""
    if not hasattr(model, "predict"):
        raise _no_scores(name)
    positive = 1 if pos_label is None else pos_label
    if positive not in (0, 1):
        raise DataError(
            f"{name} names no classes, so which of its scores are those of {pos_label!r} is not known. "
            "Give the labels as 0 and 1, or the scores themselves."
        )
    output = np.asarray(model.predict(X, **_quietly(model.predict)))
    if output.ndim == 1:
        raise DataError(
            f"{name} is no classifier: its predict gives one value a case, and it names no classes. "
            "Give a classifier, or the scores themselves."
        )
    if positive == 0 and output.shape[-1] == 1:
        raise DataError(
            f"{name} gives one score a case, that of label 1, but the positive label is 0. "
            "Give the scores of label 0 themselves."
        )
    return _one_column(name, output, int(positive == 1))


def _quietly(predict: Any) -> dict[str, int]:
    """Return the argument that keeps Keras from drawing its progress bar on stdout, for those who take it."""
    try:
        return {"verbose": 0} if "verbose" in inspect.signature(predict).parameters else {}
    except (TypeError, ValueError):  # written in C, without a signature
        return {}


def _no_scores(name: str) -> DataError:
    return DataError(
        f"{name} gives no scores: it has neither predict_proba nor decision_function. "
        "Give a classifier that has one of them, or the scores themselves."
    )


def _positive_column(name: str, classes: list[Any], pos_label: object) -> int:
    shown = ", ".join(repr(value) for value in classes[:10])
    if len(classes) != 2:
        raise DataError(
            f"{name} knows {len(classes)} classes ({shown}), but two are expected. Fit it on two classes."
        )
    if pos_label is None:
        return 1
    if pos_label not in classes:
        raise DataError(f"{name} does not know the class {pos_label!r}; it knows {shown}.")
    return classes.index(pos_label)


def _one_column(name: str, output: Any, positive: int) -> NDArray[Any]:
    scores = np.asarray(output)
    if scores.ndim == 1:
        return scores
    if scores.ndim == 2 and scores.shape[1] == 1:
        return scores[:, 0]
    if scores.ndim == 2 and scores.shape[1] == 2:
        return scores[:, positive]
    raise DataError(
        f"{name} gives scores of shape {scores.shape}, but one or two columns are expected. "
        "Give a binary classifier, or the scores of one class."
    )
