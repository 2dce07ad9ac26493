"""More than two classes: how each case is decided, and the matrix of what was decided for what.

A case is decided for the class with the highest score among those that reach their own threshold; when none
does, it is sent to a person. So a confusion matrix has one row for each class and one column more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from expectkit.errors import InputError
from expectkit.measure.intervals import IntArray

TO_A_PERSON = -1


@dataclass(frozen=True, slots=True, eq=False)
class ConfusionMatrix:
    """How many cases of each class were decided for each class.

    Attributes
    ----------
    classes : tuple of str, length C
    counts : int64 array, shape (C, C + 1)
        ``counts[i, j]`` cases of class i were decided for class j; the last column was sent to a person.
    """

    classes: tuple[str, ...]
    counts: IntArray

    def __post_init__(self) -> None:
        n = len(self.classes)
        if n < 2 or len(set(self.classes)) < n or self.counts.shape != (n, n + 1) or self.counts.min() < 0:
            raise InputError(
                f"{n} classes need counts of shape ({n}, {n + 1}) from 0 up, and names that differ; found shape "
                f"{self.counts.shape}."
            )
        self.counts.flags.writeable = False

    @classmethod
    def from_decisions(cls, y_true: ArrayLike, decided: ArrayLike, classes: Sequence[str]) -> ConfusionMatrix:
        """Count decisions.

        Parameters
        ----------
        y_true : array-like of int, length n_cases
            Places in `classes`.
        decided : array-like of int, length n_cases
            Places in `classes`, or -1 for sent to a person.
        classes : sequence of str

        Raises
        ------
        InputError
            If lengths disagree or a place is out of reach.

        Examples
        --------
        >>> ConfusionMatrix.from_decisions([0, 0, 1], [0, 1, -1], ["cat", "dog"]).counts.tolist()
        [[1, 1, 0], [0, 0, 1]]
        """
        truth, found = np.asarray(y_true, dtype=np.int64), np.asarray(decided, dtype=np.int64)
        n = len(classes)
        if truth.shape != found.shape or truth.ndim != 1:
            raise InputError(
                f"{truth.size} labels and {found.size} decisions do not match. Give one of each per case."
            )
        if truth.size and (
            truth.min() < 0 or truth.max() >= n or found.min() < TO_A_PERSON or found.max() >= n
        ):
            raise InputError(f"a label or a decision is none of the {n} classes.")
        places = truth * (n + 1) + np.where(found == TO_A_PERSON, n, found)
        counts = np.bincount(places, minlength=n * (n + 1)).reshape(n, n + 1)
        return cls(tuple(classes), counts.astype(np.int64))

    @property
    def n_of_class(self) -> IntArray:
        """Cases of each class, shape (C,)."""
        return np.asarray(self.counts.sum(axis=1), dtype=np.int64)

    @property
    def right(self) -> IntArray:
        """Cases of each class that were decided for it, shape (C,)."""
        return np.asarray(np.diagonal(self.counts), dtype=np.int64)


def decide(scores: ArrayLike, thresholds: ArrayLike | None = None) -> IntArray:
    """Decide each case: the highest score among the classes that reach their own threshold.

    Parameters
    ----------
    scores : array-like, shape (n_cases, C)
    thresholds : array-like, shape (C,), optional
        One for each class; none by default. A class is in the running when ``score >= threshold``.

    Returns
    -------
    int64 array, shape (n_cases,)
        Places of classes, the first of equals; -1 (sent to a person) when no class reaches its threshold.

    Raises
    ------
    InputError
        If shapes disagree or a score is missing.

    Examples
    --------
    >>> decide([[0.6, 0.3], [0.6, 0.4], [0.1, 0.2]], [0.7, 0.3]).tolist()
    [1, 1, -1]
    """
    values = np.asarray(scores, dtype=np.float64)
    if values.ndim != 2 or np.isnan(values).any():
        raise InputError("scores need one column for each class and no missing value.")
    if thresholds is None:
        return np.asarray(values.argmax(axis=1), dtype=np.int64)
    limits = np.asarray(thresholds, dtype=np.float64)
    if limits.shape != (values.shape[1],):
        raise InputError(f"{limits.size} thresholds for {values.shape[1]} classes. Give one for each class.")
    reached = values >= limits
    best = np.where(reached, values, -np.inf).argmax(axis=1)
    return np.asarray(np.where(reached.any(axis=1), best, TO_A_PERSON), dtype=np.int64)


def decide_from_label(labels: ArrayLike, scores: ArrayLike, thresholds: ArrayLike) -> IntArray:
    """Decide each case from the one class the model names and its score.

    Parameters
    ----------
    labels : array-like of int, length n_cases
        Places of classes.
    scores : array-like, length n_cases
    thresholds : array-like, shape (C,)

    Returns
    -------
    int64 array, shape (n_cases,)
        The named class where ``score >= its threshold``, else -1.
    """
    named, limits = np.asarray(labels, dtype=np.int64), np.asarray(thresholds, dtype=np.float64)
    return np.where(np.asarray(scores, dtype=np.float64) >= limits[named], named, TO_A_PERSON)
