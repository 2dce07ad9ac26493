"""Scored cases in memory, checked once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expectkit.errors import DataError
from expectkit.measure.bins import smallest_and_largest


@dataclass(frozen=True, slots=True, eq=False)
class ScoredCases:
    """One evaluation set in memory: a label, a score and perhaps a weight for each case.

    Build it with `from_arrays`, which checks the values once; everything later may rely on them.

    Attributes
    ----------
    y_true : bool array, length n_cases
        True for the positive class.
    y_score : float32 or float64 array, length n_cases
        Finite real numbers.
    sample_weight : float64 array, length n_cases, or None
        Finite, >= 0.
    ends : (float, float) or None
        The smallest and the largest score; None without cases.
    """

    y_true: NDArray[np.bool_]
    y_score: NDArray[Any]
    sample_weight: NDArray[np.float64] | None = None
    ends: tuple[float, float] | None = None

    @property
    def n_cases(self) -> int:
        """Number of cases."""
        return int(self.y_true.size)

    @classmethod
    def from_arrays(
        cls,
        y_true: ArrayLike,
        y_score: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        pos_label: object = None,
    ) -> ScoredCases:
        """Check labels, scores and weights, and keep them as read-only arrays.

        Parameters
        ----------
        y_true : array-like, length n_cases
            0 and 1, or False and True; any two values when `pos_label` says which one is positive.
        y_score : array-like of float, length n_cases
            float32 and float64 are kept without a copy, other numbers become float64.
        sample_weight : array-like of float, length n_cases, optional
        pos_label : object, optional
            The value of `y_true` that means the positive class.

        Returns
        -------
        ScoredCases

        Raises
        ------
        DataError
            If lengths differ, a value is missing, infinite or not a number, labels are not two known values, or
            a weight is negative.

        Examples
        --------
        >>> ScoredCases.from_arrays(["ham", "spam"], [0.2, 0.9], pos_label="spam").y_true.tolist()
        [False, True]
        """
        scores, ends = _scores(np.asarray(y_score))
        labels = _labels(np.asarray(y_true), pos_label)
        if labels.size != scores.size:
            raise DataError(
                f"y_true has {labels.size} labels but y_score has {scores.size} scores. "
                "Give one of each per case; check that neither was filtered on its own."
            )
        weights = None if sample_weight is None else _weights(np.asarray(sample_weight), scores.size)
        return cls(labels, scores, weights, ends)


def _view(array: NDArray[Any]) -> NDArray[Any]:
    view = array.view()
    view.flags.writeable = False
    return view


def _one_dimensional(array: NDArray[Any], name: str) -> None:
    if array.ndim != 1:
        raise DataError(
            f"{name} has shape {array.shape}, but one value per case is needed. "
            "For two columns of probabilities give the column of the positive class, for example scores[:, 1]."
        )


def _scores(scores: NDArray[Any]) -> tuple[NDArray[Any], tuple[float, float] | None]:
    _one_dimensional(scores, "y_score")
    if scores.dtype not in (np.float32, np.float64):
        if scores.dtype.kind not in "biuf":
            raise DataError(
                f"y_score holds {scores.dtype} values, for example {scores[:1].tolist()}. "
                "Give numbers; convert text with float()."
            )
        scores = scores.astype(np.float64)
    ends = smallest_and_largest(scores) if scores.size else None
    if ends is not None and not np.isfinite(ends).all():
        bad = ~np.isfinite(scores)
        n_bad, first = int(bad.sum()), int(np.argmax(bad))
        if n_bad:
            raise DataError(
                f"y_score has {n_bad} missing or infinite scores, the first ({scores[first]}) at position {first}. "
                "Score these cases, or leave them out of y_true and y_score alike."
            )
    return _view(scores), ends


def _labels(labels: NDArray[Any], pos_label: object) -> NDArray[np.bool_]:
    _one_dimensional(labels, "y_true")
    if labels.dtype == object and any(label is None or label != label for label in labels):
        raise DataError(
            "y_true has missing labels. Label these cases, or leave them out of y_true and y_score."
        )
    if pos_label is not None:
        return _labels_with(labels, pos_label)
    if labels.dtype == np.bool_:
        return _view(labels)
    if labels.dtype == np.uint8 and labels.flags.c_contiguous and labels.size and labels.max() <= 1:
        return _view(labels.view(np.bool_))
    positive = labels == 1
    if not isinstance(positive, np.ndarray) or not bool(np.all(positive | (labels == 0))):
        raise DataError(
            f"y_true holds {_some(np.unique(labels))}, but 0 and 1 (or False and True) are expected. "
            "Say with pos_label which value is the positive class."
        )
    return _view(positive.astype(np.bool_))


def _labels_with(labels: NDArray[Any], pos_label: object) -> NDArray[np.bool_]:
    values = np.unique(labels)
    if values.size > 2:
        raise DataError(
            f"y_true holds {values.size} different values ({_some(values)}), but two are expected. "
            "Turn the other classes into one, or leave their cases out."
        )
    if pos_label not in values.tolist():
        raise DataError(f"y_true never holds pos_label {pos_label!r}; it holds {_some(values)}.")
    return _view((labels == pos_label).astype(np.bool_))


def _weights(weights: NDArray[Any], n_cases: int) -> NDArray[np.float64]:
    _one_dimensional(weights, "sample_weight")
    if weights.size != n_cases:
        raise DataError(
            f"sample_weight has {weights.size} weights for {n_cases} cases. Give one weight per case."
        )
    if weights.dtype.kind not in "biuf":
        raise DataError(
            f"sample_weight holds {weights.dtype} values, not numbers. Convert them with float()."
        )
    kept = np.array(weights, np.float64)
    bad = ~(np.isfinite(kept) & (kept >= 0))
    if bad.any():
        first = int(np.argmax(bad))
        raise DataError(
            f"sample_weight has {int(bad.sum())} negative, missing or infinite weights, the first ({kept[first]}) at "
            f"position {first}. Weights must be numbers >= 0."
        )
    return _view(kept)


def _some(values: NDArray[Any]) -> str:
    shown = ", ".join(repr(value) for value in values[:5].tolist())
    return shown if values.size <= 5 else f"{shown}, …"
