"""The score histogram: counts of cases between consecutive thresholds, and the values tallied beside it.

Every confusion count at every threshold is a suffix sum of one `ScoreHistogram`. Its size does not depend on
the number of cases, two of them over the same thresholds add up, and it holds no single case: so it is tallied
wherever the data lie and only these few numbers travel.

A case is flagged when ``score >= threshold``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expectkit.errors import InputError
from expectkit.measure.bins import Bins, Compare
from expectkit.measure.scores import ScoredCases

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def read_only(array: NDArray[np.generic]) -> None:
    """Make an array refuse to be written to, in place."""
    array.flags.writeable = False


@dataclass(frozen=True, slots=True, eq=False)
class ScoreHistogram:
    """How many cases of each label lie between consecutive thresholds.

    Attributes
    ----------
    thresholds : float64 array, shape (K,)
        Ascending, distinct, finite, in the units of the scores.
    counts : int64 array, shape (2, K + 1)
        ``counts[y, k]`` is the number of cases of label y (0 negative, 1 positive) for which exactly k
        thresholds are <= the score. Threshold i therefore flags ``counts[y, i + 1:].sum()`` of them.
    weights : float64 array, shape (2, K + 1), or None
        The same with the sum of the cases' weights; None when cases are not weighted.
    squared_weights : float64 array, shape (2, K + 1), or None
        The same with the sum of the squared weights.
    """

    thresholds: FloatArray
    counts: IntArray
    weights: FloatArray | None = None
    squared_weights: FloatArray | None = None

    def __post_init__(self) -> None:
        shape = (2, self.thresholds.size + 1)
        for array in (self.counts, self.weights, self.squared_weights):
            if array is not None and array.shape != shape:
                raise InputError(
                    f"a histogram over {self.thresholds.size} thresholds needs arrays of shape {shape}, "
                    f"not {array.shape}. Tally the cases again with these thresholds."
                )
            if array is not None:
                read_only(array)
        read_only(self.thresholds)

    @property
    def n_positives(self) -> int:
        """Number of cases of the positive class."""
        return int(self.counts[1].sum())

    @property
    def n_negatives(self) -> int:
        """Number of cases of the negative class."""
        return int(self.counts[0].sum())

    def __add__(self, other: ScoreHistogram) -> ScoreHistogram:
        """Merge with a histogram of other cases over the same thresholds."""
        _require_same_thresholds(self.thresholds, other.thresholds)
        if (self.weights is None) != (other.weights is None):
            raise InputError(
                "one of the two histograms has weights and the other has none. "
                "Tally both with a weight column, or both without."
            )
        return ScoreHistogram(
            self.thresholds,
            self.counts + other.counts,
            _sum_or_none(self.weights, other.weights),
            _sum_or_none(self.squared_weights, other.squared_weights),
        )


@dataclass(frozen=True, slots=True, eq=False)
class GroupedHistogram:
    """One histogram for each value of a column, or for each day.

    Attributes
    ----------
    keys : tuple of str, length G
        The column's values as text, sorted; days as ISO dates (``"2026-03-01"``). A missing value has the
        key ``""``.
    thresholds : float64 array, shape (K,)
    counts : int64 array, shape (G, 2, K + 1)
        As `ScoreHistogram.counts`, per key.
    """

    keys: tuple[str, ...]
    thresholds: FloatArray
    counts: IntArray

    def __post_init__(self) -> None:
        shape = (len(self.keys), 2, self.thresholds.size + 1)
        if self.counts.shape != shape:
            raise InputError(
                f"{shape[0]} keys and {self.thresholds.size} thresholds need counts of shape {shape}, "
                f"not {self.counts.shape}. Tally the cases again with these thresholds."
            )
        read_only(self.counts)
        read_only(self.thresholds)

    def total(self) -> ScoreHistogram:
        """Return the histogram of all keys together."""
        return ScoreHistogram(self.thresholds, self.counts.sum(axis=0))

    def of(self, key: str) -> ScoreHistogram:
        """Return the histogram of one key.

        Raises
        ------
        InputError
            If no case has this value.
        """
        try:
            place = self.keys.index(key)
        except ValueError:
            shown = ", ".join(repr(known) for known in self.keys[:10])
            raise InputError(f"no case has the value {key!r}. The values seen are: {shown}.") from None
        return ScoreHistogram(self.thresholds, self.counts[place])

    def __add__(self, other: GroupedHistogram) -> GroupedHistogram:
        """Merge with the histograms of other cases; the result has the keys of both."""
        _require_same_thresholds(self.thresholds, other.thresholds)
        keys = tuple(sorted({*self.keys, *other.keys}))
        place = {key: i for i, key in enumerate(keys)}
        counts = np.zeros((len(keys), 2, self.thresholds.size + 1), np.int64)
        for part in (self, other):
            counts[[place[key] for key in part.keys]] += part.counts
        return GroupedHistogram(keys, self.thresholds, counts)


@dataclass(frozen=True, slots=True, eq=False)
class ClusterMoments:
    """What ranges for clustered cases need, at every threshold at once.

    A cluster is a set of rows that are not independent (the transactions of one account). With n_g the rows of
    label y in cluster g and f_g(t) those of them that threshold t flags:

    Attributes
    ----------
    n_clusters : (int, int)
        Clusters with at least one row of label 0 and of label 1.
    sum_squared_sizes : (float, float)
        Sum over clusters of n_g ** 2, per label.
    sum_squared_flagged : float64 array, shape (2, K)
        Sum over clusters of f_g(t) ** 2.
    sum_flagged_times_size : float64 array, shape (2, K)
        Sum over clusters of f_g(t) * n_g.
    sum_products_of_sizes : float
        Sum over clusters of n_g of label 0 times n_g of label 1; 0 (on the safe side for the share of
        positives) when it was not counted.
    """

    n_clusters: tuple[int, int]
    sum_squared_sizes: tuple[float, float]
    sum_squared_flagged: FloatArray
    sum_flagged_times_size: FloatArray
    sum_products_of_sizes: float = 0.0


@dataclass(frozen=True, slots=True)
class RowCounts:
    """How many rows were read, how many lacked something, and how many were used."""

    n_rows: int
    n_missing_score: int
    n_missing_label: int
    n_kept: int


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Everything one pass over the scored cases leaves behind.

    Attributes
    ----------
    total : ScoreHistogram
        All cases together.
    by_day : GroupedHistogram or None
        Per day of the time column; None when no time column was named.
    by_column : mapping of column name to GroupedHistogram
        Per value of each slice column, and of the baseline decision column when one was named.
    clusters : ClusterMoments or None
        None when no group column was named.
    rows : RowCounts
    score_low, score_high : float
        The smallest and the largest score of the rows used.
    rows_by_day : mapping of str to int, or None
        All rows of each day, with those left out for want of a score or a label; None when none was left out or
        no time column was named.
    weights_by_day : mapping of str to (float, float, float), or None
        The weights of each day: of the negatives, of the positives and of the rows left out. None when cases are not
        weighted or no time column was named.
    """

    total: ScoreHistogram
    by_day: GroupedHistogram | None
    by_column: Mapping[str, GroupedHistogram]
    clusters: ClusterMoments | None
    rows: RowCounts
    score_low: float
    score_high: float
    rows_by_day: Mapping[str, int] | None = None
    weights_by_day: Mapping[str, tuple[float, float, float]] | None = None


def tally_arrays(
    y_true: ArrayLike,
    y_score: ArrayLike,
    thresholds: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    compare: Compare = "float64",
) -> ScoreHistogram:
    """Count cases between consecutive thresholds, exactly, for arrays in memory.

    Parameters
    ----------
    y_true : array-like of bool or 0/1, length n_cases
    y_score : array-like of float, length n_cases
        Any finite real numbers; float32 and float64 are used as they are, without a copy.
    thresholds : array-like of float, length K
        Any order, repeated ones are dropped; finite.
    sample_weight : array-like of float, length n_cases, optional
        Weights >= 0.
    compare : {"float64", "float32"}
        The precision in which ``score >= threshold`` is decided. "float64" compares the exact values (a float32
        0.7 is a little below 0.7); "float32" rounds scores and thresholds to float32 first, as a service that
        works in float32 does.

    Returns
    -------
    ScoreHistogram
        Its thresholds are the ascending, distinct ones of `thresholds`.

    Raises
    ------
    InputError
        If the arrays disagree in length, or hold missing, infinite or unusable values.

    Examples
    --------
    >>> tally_arrays([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], [0.3, 0.5]).counts.tolist()
    [[1, 1, 0], [0, 1, 1]]
    """
    cases = ScoredCases.from_arrays(y_true, y_score, sample_weight)
    bins = Bins(thresholds, dtype=cases.y_score.dtype, compare=compare)
    counts = bins.count(cases.y_score, cases.y_true, ends=cases.ends)
    if cases.sample_weight is None:
        return ScoreHistogram(bins.thresholds, counts)
    codes, weight = bins.codes_with_label(cases.y_score, cases.y_true), cases.sample_weight
    return ScoreHistogram(
        bins.thresholds,
        counts,
        bins.sum_by_code(codes, weight),
        bins.sum_by_code(codes, weight * weight),
    )


def _sum_or_none(first: FloatArray | None, second: FloatArray | None) -> FloatArray | None:
    return None if first is None or second is None else first + second


def _require_same_thresholds(first: FloatArray, second: FloatArray) -> None:
    if not np.array_equal(first, second):
        raise InputError(
            f"the two histograms have different thresholds ({first.size} and {second.size}) and cannot be added. "
            "Tally both with the same thresholds."
        )
