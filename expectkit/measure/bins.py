"""The gaps between thresholds, and how many scores fall into each: exact for any thresholds and finite scores.

``code(score)`` is the number of thresholds <= score. A guide table (`expectkit.measure.guide_table`) finds it; where
no small table separates the thresholds, a binary search takes over.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expectkit.errors import InputError
from expectkit.measure.guide_table import (
    CHUNK,
    Codes,
    GuideTable,
    Scores,
    Scratch,
    best_table,
    cells,
    just_below,
    n_reached,
    sides,
)

Compare = Literal["float64", "float32"]
Ends = tuple[float, float]


def smallest_and_largest(scores: Scores) -> tuple[float, float]:
    """Return the smallest and the largest score, nan if one is nan; reads the memory once.

    Parameters
    ----------
    scores : array, at least one score
    """
    parts = [scores[start : start + CHUNK] for start in range(0, scores.size, CHUNK)]
    ends = np.array([(part.min(), part.max()) for part in parts])
    return float(ends[:, 0].min()), float(ends[:, 1].max())


def order_preserving(thresholds: NDArray[np.float64], dtype: Any, compare: Compare) -> Scores:
    """Return thresholds in the scores' type such that comparing in that type gives the promised answer.

    Parameters
    ----------
    thresholds : float64 array
    dtype : float32 or float64
        Type of the scores that will be compared.
    compare : {"float64", "float32"}
        "float64" rounds a threshold that float32 cannot hold up to the next float32: a float32 score reaches it
        exactly when it reaches the float64 threshold. "float32" rounds it to the nearest float32.

    Returns
    -------
    array of `dtype`, same shape
        Non-decreasing for ascending `thresholds`; inf where no finite score can reach the threshold.
    """
    with np.errstate(over="ignore", under="ignore"):
        nearest = thresholds.astype(np.float32)
        if compare == "float32":
            return nearest.astype(dtype)
        if dtype == np.float64:
            return thresholds
        low = nearest.astype(np.float64) < thresholds
        nearest[low] = np.nextafter(nearest[low], np.float32(np.inf))
        return nearest


def reaches(scores: Scores, threshold: float, compare: Compare = "float64") -> NDArray[np.bool_]:
    """Tell which scores are flagged at one threshold, as `Bins` compares them.

    Parameters
    ----------
    scores : float32 or float64 array, shape (n,)
    threshold : float
    compare : {"float64", "float32"}
        See `order_preserving`.

    Returns
    -------
    bool array, shape (n,)

    Examples
    --------
    >>> reaches(np.array([0.7], np.float32), 0.7).tolist(), float(np.float32(0.7)) < 0.7
    ([False], True)
    """
    typed = scores.astype(np.float32, copy=False) if compare == "float32" else scores
    return np.asarray(typed >= order_preserving(np.array([threshold]), typed.dtype, compare)[0])


class Bins:
    """The gaps between thresholds, ready to receive scores of one type.

    Parameters
    ----------
    thresholds : array-like of float, length K
        Any order, repeats are dropped; finite.
    dtype : float32 or float64
        Type of the scores that `codes` and `count` will be given.
    compare : {"float64", "float32"}
        See `order_preserving`.

    Attributes
    ----------
    thresholds : float64 array, ascending and distinct, read-only

    Raises
    ------
    InputError
        If a threshold is missing or infinite, or there is none.

    Examples
    --------
    >>> Bins([0.5, 0.2]).codes(np.array([0.1, 0.2, 0.7])).tolist()
    [0, 1, 2]
    """

    def __init__(
        self, thresholds: ArrayLike, *, dtype: Any = np.float64, compare: Compare = "float64"
    ) -> None:
        given = np.asarray(thresholds, np.float64).ravel()
        if given.size == 0 or not np.isfinite(given).all():
            raise InputError(
                f"the thresholds hold {'nothing' if given.size == 0 else 'a missing or infinite value'}. "
                "Give one or more finite numbers."
            )
        self.thresholds = np.unique(given) + 0.0  # + 0.0 turns -0.0 into 0.0
        self.thresholds.flags.writeable = False
        self.dtype = np.dtype(dtype)
        self.compare: Compare = compare
        self.n_codes = self.thresholds.size + 1
        exact = order_preserving(self.thresholds, self.dtype, compare)
        reachable = exact[np.isfinite(exact)]
        self._distinct = np.unique(reachable)
        # how many of the given thresholds are reached by a score that reaches so many distinct ones
        self._code_of = np.searchsorted(reachable, self._distinct, side="right").astype(np.int32)
        self._code_of = np.concatenate([np.zeros(1, np.int32), self._code_of])
        self._is_merged = self._distinct.size < reachable.size
        self._table = best_table(self._distinct) if self._distinct.size else None
        if self._distinct.size:  # scores beyond these limits have the same code as the limits themselves
            self._low = just_below(self._distinct[0])
            self._high = self._distinct[-1]

    def codes(self, scores: Scores) -> Codes:
        """Return how many thresholds are <= each score.

        Parameters
        ----------
        scores : float32 or float64 array, length n
            Finite. Those of another type than `dtype` are converted, exactly as `compare` says.

        Returns
        -------
        int32 array, length n, values 0 … K
        """
        scores = self._typed(scores)
        codes = np.empty(scores.size, np.int32)
        scratch = Scratch(scores.size, self.dtype)
        for start in range(0, scores.size, CHUNK):
            codes[start : start + CHUNK] = self._chunk_codes(scores[start : start + CHUNK], scratch)
        return codes

    def codes_with_label(
        self, scores: Scores, labels: NDArray[Any], *, ends: Ends | None = None, out: Codes | None = None
    ) -> Codes:
        """Return ``2 * code + label``: one number for each cell of a histogram.

        Parameters
        ----------
        scores : float32 or float64 array, length n
        labels : bool or uint8 array of 0 and 1, length n
        ends : (float, float), optional
            The smallest and the largest score, when they are known already.
        out : int32 array, length n, optional
            Where to write.

        Returns
        -------
        int32 array, length n, values 0 … 2 * K + 1
        """
        scores, is_inside = self._typed(scores), self._is_inside(ends)
        codes = np.empty(scores.size, np.int32) if out is None else out
        scratch = Scratch(scores.size, self.dtype)
        for start in range(0, scores.size, CHUNK):
            part = codes[start : start + CHUNK]
            part[:] = self._chunk_codes(scores[start : start + CHUNK], scratch, is_inside)
            part <<= 1
            part += labels[start : start + CHUNK]
        return codes

    def count(self, scores: Scores, labels: NDArray[Any], *, ends: Ends | None = None) -> NDArray[np.int64]:
        """Count cases per label and code.

        Parameters
        ----------
        scores : float32 or float64 array, length n
        labels : bool or uint8 array of 0 and 1, length n
        ends : (float, float), optional
            The smallest and the largest score, when they are known already.

        Returns
        -------
        int64 array, shape (2, K + 1)
        """
        is_inside = self._is_inside(ends)
        scores, labels = self._typed(scores), labels.view(np.uint8) if labels.itemsize == 1 else labels
        table = self._table if self._table is not None and self._table.is_counted_by_side else None
        counts = np.zeros(2 * self.n_codes if table is None else 4 * table.base.size, np.int64)
        scratch = Scratch(scores.size, self.dtype)
        for start in range(0, scores.size, CHUNK):
            part = slice(start, start + CHUNK)
            if table is None:
                number = self._chunk_codes(scores[part], scratch, is_inside)
                number <<= 1
                number += labels[part]
            else:
                number = sides(table, self._prepared(scores[part], is_inside), labels[part], scratch)
            index = scratch.index[: number.size]
            index[:] = number
            counts += np.bincount(index, minlength=counts.size)
        return self._by_label(counts) if table is None else self._folded(table, counts)

    def sum_by_code(self, codes_with_label: Codes, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum weights per label and code.

        Parameters
        ----------
        codes_with_label : int32 array, length n
            From `codes_with_label`.
        weights : float64 array, length n

        Returns
        -------
        float64 array, shape (2, K + 1)
        """
        sums = np.bincount(codes_with_label, weights, minlength=2 * self.n_codes)
        return np.ascontiguousarray(sums.astype(np.float64).reshape(self.n_codes, 2).T)

    def _by_label(self, counts: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.ascontiguousarray(counts.reshape(self.n_codes, 2).T)

    def _folded(self, table: GuideTable, counts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Turn counts per cell, side of its threshold and label into counts per label and code."""
        code = self._code_of[np.minimum(table.base[:, None] + np.arange(2), self._distinct.size)]
        total = np.zeros((self.n_codes, 2), np.int64)
        np.add.at(total, code, counts.reshape(-1, 2, 2))
        return np.ascontiguousarray(total.T)

    def _typed(self, scores: Scores) -> Scores:
        with np.errstate(over="ignore", under="ignore"):
            if self.compare == "float32" and scores.dtype == np.float64:
                scores = scores.astype(np.float32)
            return scores if scores.dtype == self.dtype else scores.astype(self.dtype)

    def _is_inside(self, ends: Ends | None) -> bool:
        """Tell whether scores between these ends need no clipping; False when unknown."""
        if ends is None or self._distinct.size == 0 or self.compare == "float32":
            return False
        return float(self._low) <= ends[0] and ends[1] <= float(self._high)

    def _prepared(self, scores: Scores, is_inside: bool = False) -> Scores:
        """Clip scores to the limits where needed; they keep their codes."""
        if is_inside:
            return scores
        if scores.min() < self._low or scores.max() > self._high:
            return np.clip(scores, self._low, self._high)
        return scores

    def _chunk_codes(self, scores: Scores, scratch: Scratch, is_inside: bool = False) -> Codes:
        codes = scratch.narrow[: scores.size]
        if self._distinct.size == 0:
            codes[:] = 0
            return codes
        scores = self._prepared(scores, is_inside)
        if self._table is None:
            codes[:] = np.searchsorted(self._distinct, scores, side="right")
        else:
            cell = cells(self._table, scores, scratch)
            own = n_reached(self._table, scores, cell, scratch)
            np.take(self._table.base, cell, out=codes, mode=self._table.cell_mode)
            codes += own
        if self._is_merged:
            codes[:] = self._code_of[codes]
        return codes
