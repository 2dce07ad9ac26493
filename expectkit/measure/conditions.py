"""Conditions on cases ("channel is online", "amount under 2") and the cells in which errors are counted.

A column becomes one small integer a case: the code of the condition it meets. A text column has one
condition a value; a numeric column is cut at edges that are quantiles moved to round numbers. Cases that
share all their codes form one cell, so that 10^7 cases become a few thousand pairs of counts, which add up
over batches and machines.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expectkit.errors import InputError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_SMALLEST = 1e-290  # numbers nearer to 0 leave no room for a rounder one

REST = -1
"""The code of cases whose value is not a condition of its own: too rare to be looked at."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What one column of a case must be: a text, or a number from `low` up to but not including `high`.

    Parameters
    ----------
    column : str
        Name of the column.
    value : str or None
        The value as text; "" means that the value is missing. None for a range of numbers.
    low, high : float or None
        ``low <= number < high``; None where the range is open.
    """

    column: str
    value: str | None = None
    low: float | None = None
    high: float | None = None

    @property
    def is_missing(self) -> bool:
        """Whether the condition is that no value is given."""
        return self.value == ""


@dataclass(frozen=True, slots=True, eq=False)
class EncodedColumn:
    """One column as codes.

    Parameters
    ----------
    conditions : tuple of Condition
        The condition of each code, all on the same column.
    codes : ndarray of int64, shape (n_cases,)
        From 0 to ``len(conditions) - 1``, or `REST`.
    """

    conditions: tuple[Condition, ...]
    codes: IntArray


def text_column(
    name: str, codes: ArrayLike, labels: Sequence[str], *, least_share: float = 0.01
) -> EncodedColumn:
    """Make one condition of each value of a text column that is not too rare.

    Parameters
    ----------
    name : str
        Name of the column.
    codes : array_like of int, shape (n_cases,)
        Position in `labels`, as a dictionary-encoded column has it; a negative code is a missing value.
    labels : sequence of str
        The values as text; "" is a missing value too.
    least_share : float, from 0 to 1
        Values below this share of the cases get the code `REST`: no slice of them could be large enough.

    Returns
    -------
    EncodedColumn
        Conditions in the order of the labels as text, the missing value first.

    Examples
    --------
    >>> column = text_column("channel", [0, 1, 0, -1], ["shop", "online"])
    >>> [condition.value for condition in column.conditions], column.codes.tolist()
    (['', 'online', 'shop'], [2, 1, 2, 0])
    """
    positions = np.asarray(codes, dtype=np.int64)
    if positions.size and positions.max() >= len(labels):
        raise InputError(
            f'column "{name}": code {positions.max()} has no label; there are {len(labels)} labels. '
            "Give one label for each code."
        )
    positions = np.where(positions < 0, len(labels), positions)
    texts = [*labels, ""]
    counts: dict[str, int] = {}
    for text, count in zip(texts, np.bincount(positions, minlength=len(texts)).tolist(), strict=True):
        counts[text] = counts.get(text, 0) + count
    kept = sorted(
        text for text, count in counts.items() if count > 0 and count >= least_share * positions.size
    )
    place = {text: code for code, text in enumerate(kept)}
    lookup = np.array([place.get(text, REST) for text in texts], dtype=np.int64)
    return EncodedColumn(tuple(Condition(name, value=text) for text in kept), lookup[positions])


def round_edges(numbers: ArrayLike, *, n_bins: int = 5, tolerance: float = 0.04) -> FloatArray:
    """Cut numbers into about equally filled bins at edges a person would choose.

    Each quantile moves to the roundest number (a multiple of 1, 2 or 5 times a power of ten, the largest
    that works) with at most `tolerance` of the numbers between the two. When one smallest number is as
    frequent as a whole bin (a count that is mostly 0), it gets a bin of its own.

    Parameters
    ----------
    numbers : array_like of float, shape (n,)
        A sample is enough; missing (nan) and infinite numbers are left out.
    n_bins : int
        How many bins to aim at; fewer come out when numbers repeat.
    tolerance : float, from 0 to 1
        Largest share of the numbers that may change bin by rounding an edge.

    Returns
    -------
    ndarray of float64, shape (n_edges,)
        Inner edges, ascending and distinct; bin k holds ``edges[k-1] <= number < edges[k]``. Empty when all
        numbers are equal.

    Examples
    --------
    >>> import numpy as np
    >>> round_edges(np.arange(1, 998)).tolist()
    [200.0, 400.0, 600.0, 800.0]
    >>> round_edges([0] * 60 + list(range(1, 41))).tolist()
    [1.0, 10.0, 20.0, 30.0]
    """
    values = np.asarray(numbers, dtype=np.float64)
    values = np.sort(values[np.isfinite(values)])
    if values.size == 0 or values[0] == values[-1]:
        return np.empty(0)
    n_smallest = int(np.searchsorted(values, values[0], side="right"))
    if n_smallest * n_bins < values.size:
        return _round_quantiles(values, n_bins, tolerance)
    rest = values[n_smallest:]
    first = _roundest(values[0], rest[0], values, tolerance=0.0)
    return np.unique(np.concatenate([[first], _round_quantiles(rest, n_bins - 1, tolerance)]))


def _round_quantiles(values: FloatArray, n_bins: int, tolerance: float) -> FloatArray:
    """Return rounded inner quantiles of sorted numbers."""
    quantiles = np.quantile(values, np.arange(1, n_bins) / n_bins, method="inverted_cdf")
    edges = {_roundest(-math.inf, float(quantile), values, tolerance) for quantile in quantiles}
    return np.array(sorted(edge for edge in edges if values[0] < edge <= values[-1]), dtype=np.float64)


def _roundest(above: float, edge: float, values: FloatArray, tolerance: float) -> float:
    """Return the roundest number near `edge` (and greater than `above`) that moves few enough numbers."""
    if abs(edge) < _SMALLEST:
        return edge
    place = np.searchsorted(values, edge, side="left")
    top = math.ceil(math.log10(abs(edge))) + 1
    for exponent in range(top, top - 8, -1):
        for factor in (5, 2, 1):
            step = factor * 10.0**exponent
            candidate = float(f"{round(edge / step) * step:.12g}")
            moved = abs(int(np.searchsorted(values, candidate, side="left")) - int(place))
            if candidate > above and moved <= tolerance * values.size:
                return candidate
    return edge


def numeric_column(name: str, numbers: ArrayLike, edges: ArrayLike) -> EncodedColumn:
    """Code numbers by the bin they fall in.

    Parameters
    ----------
    name : str
        Name of the column.
    numbers : array_like of float, shape (n_cases,)
        nan is a missing value.
    edges : array_like of float, shape (n_edges,)
        Inner edges, ascending, as `round_edges` gives them.

    Returns
    -------
    EncodedColumn
        One condition a bin, then the missing value.

    Examples
    --------
    >>> column = numeric_column("amount", [1.0, 2.0, float("nan")], [2.0])
    >>> column.codes.tolist(), column.conditions[0].high
    ([0, 1, 2], 2.0)
    """
    values = np.asarray(numbers, dtype=np.float64)
    inner = np.asarray(edges, dtype=np.float64)
    codes = np.searchsorted(inner, values, side="right").astype(np.int64)
    codes[np.isnan(values)] = inner.size + 1
    bounds = [None, *inner.tolist(), None]
    bins = [Condition(name, low=low, high=high) for low, high in pairwise(bounds)]
    return EncodedColumn((*bins, Condition(name, value="")), codes)


@dataclass(frozen=True, slots=True, eq=False)
class ErrorCells:
    """Cases of one class and the errors among them, counted by what they have in common.

    Parameters
    ----------
    conditions : tuple of tuple of Condition
        For each column, the condition of each code.
    codes : ndarray of int64, shape (n_cells, n_columns)
        One row a cell.
    n_cases, n_errors : ndarray of int64, shape (n_cells,)
        Cases in the cell, and how many of them were got wrong.
    weights : ndarray of float64, shape (n_cells,), or None
        What each single case of the cell counts for; None when all count the same.
    clusters : ndarray of int64, shape (n_cells,), or None
        To which cluster of related cases the cell's cases belong, from 0 on; None when all are independent.
    """

    conditions: tuple[tuple[Condition, ...], ...]
    codes: IntArray
    n_cases: IntArray
    n_errors: IntArray
    weights: FloatArray | None = None
    clusters: IntArray | None = None

    def __post_init__(self) -> None:
        n_cells = self.n_cases.size
        if self.codes.shape != (n_cells, len(self.conditions)) or self.n_errors.size != n_cells:
            raise InputError(
                f"cells need one row of codes and two counts each: codes are {self.codes.shape}, "
                f"with {n_cells} counts of cases and {self.n_errors.size} of errors."
            )
        if np.any(self.n_errors > self.n_cases) or np.any(self.n_errors < 0):
            raise InputError("a cell has more errors than cases, or a negative count. Count again.")

    @classmethod
    def from_rows(
        cls,
        columns: Sequence[EncodedColumn],
        is_error: ArrayLike,
        weights: ArrayLike | None = None,
        clusters: ArrayLike | None = None,
    ) -> ErrorCells:
        """Count rows by their codes.

        Parameters
        ----------
        columns : sequence of EncodedColumn
            Codes of the rows of one class (positives for misses, negatives for false alarms).
        is_error : array_like of bool, shape (n_rows,)
            Whether the row was got wrong.
        weights : array_like of float, shape (n_rows,), optional
            Positive weight of each row.
        clusters : array_like of int, shape (n_rows,), optional
            Cluster of each row, any whole numbers.

        Returns
        -------
        ErrorCells
        """
        errors = np.asarray(is_error, dtype=np.int64)
        codes = np.column_stack(
            [column.codes for column in columns] or [np.empty((errors.size, 0), np.int64)]
        )
        row_weights = None if weights is None else np.asarray(weights, dtype=np.float64)
        if row_weights is not None and not np.all(row_weights > 0):
            raise InputError("a weight is zero, negative or not a number. Leave such rows out or mend them.")
        conditions = tuple(column.conditions for column in columns)
        of_row = (
            None if clusters is None else np.unique(np.asarray(clusters, np.int64), return_inverse=True)[1]
        )
        return cls(conditions, codes, np.ones_like(errors), errors, row_weights, of_row).merged()

    def __add__(self, other: ErrorCells) -> ErrorCells:
        """Put the counts of two batches together; both must have the same conditions, and no clusters."""
        if self.clusters is not None or other.clusters is not None:
            raise InputError("a cluster may have cases in both batches. Count clustered cases in one go.")
        if self.conditions != other.conditions or (self.weights is None) != (other.weights is None):
            raise InputError(
                "these cells were counted with other conditions. Encode all batches in the same way."
            )
        weights = None
        if self.weights is not None and other.weights is not None:
            weights = np.concatenate([self.weights, other.weights])
        return ErrorCells(
            self.conditions,
            np.concatenate([self.codes, other.codes]),
            np.concatenate([self.n_cases, other.n_cases]),
            np.concatenate([self.n_errors, other.n_errors]),
            weights,
        ).merged()

    def merged(self) -> ErrorCells:
        """Return the same counts with one cell for each distinct row of codes (weight, cluster), in order."""
        keys = [self.codes[:, column] for column in range(self.codes.shape[1])]
        if self.weights is not None:
            keys.append(np.unique(self.weights, return_inverse=True)[1].astype(np.int64))
        if self.clusters is not None:
            keys.append(self.clusters)
        group, first = _distinct(keys, self.n_cases.size)
        return ErrorCells(
            self.conditions,
            self.codes[first],
            _sums(group, self.n_cases, first.size),
            _sums(group, self.n_errors, first.size),
            None if self.weights is None else self.weights[first],
            None if self.clusters is None else self.clusters[first],
        )

    def where(self, conditions: Sequence[Condition]) -> NDArray[np.bool_]:
        """Tell which cells meet all of the conditions, shape (n_cells,)."""
        inside = np.ones(self.n_cases.size, dtype=np.bool_)
        place = {c: (j, k) for j, column in enumerate(self.conditions) for k, c in enumerate(column)}
        for condition in conditions:
            column, code = place[condition]
            inside &= self.codes[:, column] == code
        return inside


def _sums(group: IntArray, counts: IntArray, n_groups: int) -> IntArray:
    """Add up whole numbers by group, exactly up to 2^53."""
    return np.bincount(group, counts, n_groups).astype(np.int64)


def _distinct(keys: Sequence[IntArray], n_rows: int) -> tuple[IntArray, IntArray]:
    """Return the group of each row and the first row of each group; groups are ordered by their keys."""
    joint, n_joint = np.zeros(n_rows, dtype=np.int64), 1
    for key in keys:
        lowest, highest = (int(key.min()), int(key.max())) if n_rows else (0, 0)
        if n_joint * (highest - lowest + 1) > 2**62:
            found, joint = np.unique(joint, return_inverse=True)
            n_joint = found.size
        joint = joint * (highest - lowest + 1) + (key - lowest)
        n_joint *= highest - lowest + 1
    _, first, group = np.unique(joint, return_index=True, return_inverse=True)
    return group.astype(np.int64), first.astype(np.int64)
