"""How much less errors say when they come in clusters: many errors of one account are hardly more than one.

A count of errors in a slice is divided by its design effect before it is compared with chance: the sum of the
squared residuals of whole clusters over that of single cases. It is about 1 where clusters do not matter, and the
number of errors where all of them belong to one cluster.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from expectkit.measure.conditions import ErrorCells, FloatArray, IntArray
from expectkit.measure.effective_cases import clustered_cases
from expectkit.measure.slice_family import SliceFamily

_MOST_AT_ONCE = 4_000_000


def slice_designs(
    family: SliceFamily, clusters: IntArray, n_cases: IntArray, n_errors: IntArray, weights: FloatArray
) -> FloatArray:
    """Return the design effect of each slice under one error rate for all, at least 1.

    Parameters
    ----------
    family : SliceFamily
    clusters : ndarray of int64, shape (n_cells,)
        From 0 on.
    n_cases, n_errors : ndarray of int64, shape (n_cells,)
    weights : ndarray of float64, shape (n_cells,)

    Returns
    -------
    ndarray of float64, shape (n_slices,)

    References
    ----------
    .. [1] Rao, J. & Scott, A. (1992). A simple method for the analysis of clustered binary data. Biometrics,
       48(2), 577-585.
    """
    rate = float(n_errors @ weights) / float(n_cases @ weights)
    residual = (n_errors - rate * n_cases) * weights
    single = (n_errors * (1 - rate) ** 2 + (n_cases - n_errors) * rate**2) * weights**2
    of_singles = family.sums(single)
    of_clusters = np.concatenate(
        [_squares(clusters, place, residual, number) for place, _, number in family.places] or [np.empty(0)]
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(of_singles > 0, np.maximum(of_clusters / of_singles, 1.0), 1.0)


def _squares(clusters: IntArray, place: IntArray, residual: FloatArray, n_places: int) -> FloatArray:
    """Return the sum over clusters of their squared residuals, for each place."""
    width = n_places + 1
    n_clusters = int(clusters.max(initial=-1)) + 1
    sums = np.zeros(n_places)
    step = max(1, _MOST_AT_ONCE // width)
    order = np.argsort(clusters, kind="stable") if n_clusters > step else None
    for start in range(0, n_clusters, step):
        rows: slice | IntArray = slice(None)
        if order is not None:
            low, high = np.searchsorted(clusters[order], [start, start + step])
            rows = order[low:high]
        key = (clusters[rows] - start) * width + place[rows]
        of_part = np.bincount(key, residual[rows], min(step, n_clusters - start) * width)
        sums += (of_part.reshape(-1, width) ** 2).sum(axis=0)[:n_places]
    return sums


def group_design(
    cells: ErrorCells, inside: NDArray[np.bool_], expected: FloatArray, single: FloatArray
) -> float:
    """Return the design effect of one group of cells around expected errors, at least 1.

    Parameters
    ----------
    cells : ErrorCells
    inside : ndarray of bool, shape (n_cells,)
    expected, single : ndarray of float64, shape (n_cells,)
        Errors expected in each cell, and the variance of its errors if cases were independent; with weights.
    """
    if cells.clusters is None:
        return 1.0
    weights = np.ones(cells.n_cases.size) if cells.weights is None else cells.weights
    residual = cells.n_errors * weights - expected
    total = float(single[inside].sum())
    squares = float((np.bincount(cells.clusters[inside], residual[inside]) ** 2).sum())
    return max(1.0, squares / total) if total > 0 else 1.0


def effective_size(cells: ErrorCells, inside: NDArray[np.bool_], alpha: float) -> float | None:
    """Return how many independent cases a group of cells is worth for its error rate; None without clusters.

    Parameters
    ----------
    cells : ErrorCells
    inside : ndarray of bool, shape (n_cells,)
    alpha : float
        One minus the confidence level of the range it is for.
    """
    if cells.clusters is None:
        return None
    of_cluster = cells.clusters[inside]
    sizes, errors = (
        np.bincount(of_cluster, cells.n_cases[inside]),
        np.bincount(of_cluster, cells.n_errors[inside]),
    )
    return float(
        clustered_cases(
            errors.sum(),
            sizes.sum(),
            sum_squared_flagged=errors @ errors,
            sum_flagged_times_size=errors @ sizes,
            sum_squared_sizes=sizes @ sizes,
            n_clusters=float(np.count_nonzero(sizes)),
            alpha=alpha,
        )
    )


def worth_by_group(
    groups: IntArray, n_groups: int, is_error: NDArray[np.bool_], clusters: IntArray, drawn: float = 1.0
) -> FloatArray:
    """Return how many independent cases a case of each group is worth for the group's error rate.

    Parameters
    ----------
    groups : ndarray of int, shape (n,), from 0 to ``n_groups - 1``
    n_groups : int
    is_error : ndarray of bool, shape (n,)
    clusters : ndarray of int, shape (n,)
    drawn : float, above 0 and at most 1
        Share of all cases that these are an even sample of: in all of them clusters are so much larger.

    Returns
    -------
    ndarray of float64, shape (n_groups,)
        Above 0 and at most 1; 1 where a group has no case.

    Examples
    --------
    >>> worth_by_group(np.zeros(4, int), 1, np.array([True, True, False, False]), np.arange(4)).tolist()
    [1.0]
    """
    of_cluster = np.unique(clusters, return_inverse=True)[1].astype(np.int64)
    n_clusters = int(of_cluster.max(initial=0)) + 1
    pairs, place = np.unique(groups.astype(np.int64) * n_clusters + of_cluster, return_inverse=True)
    group = pairs // n_clusters
    sizes, errors = np.bincount(place, minlength=pairs.size), np.bincount(place, is_error, pairs.size)

    def in_group(values: FloatArray | IntArray) -> FloatArray:
        return np.bincount(group, values, n_groups).astype(np.float64)

    n_cases = in_group(sizes)
    effective = clustered_cases(
        in_group(errors),
        n_cases,
        sum_squared_flagged=in_group(errors**2),
        sum_flagged_times_size=in_group(errors * sizes),
        sum_squared_sizes=in_group(sizes**2),
        n_clusters=in_group(np.ones(pairs.size)),
    )
    design = np.where(n_cases > 0, n_cases / np.maximum(effective, 1e-9), 1.0)
    return np.asarray(1 / (1 + np.maximum(design - 1, 0.0) / drawn))
