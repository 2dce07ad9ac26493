"""Which slices hold more errors than chance would put there, however many slices are looked at.

Under chance the errors of a class are spread over its cases like cards dealt: every set of `n_errors` cases
is as likely as any other. The largest excess over all slices is compared with the largest excess in such
deals (max-T, Westfall and Young). Deals are drawn over cells, with exact hypergeometric counts, so cases
need not be rows. Where cases come in clusters, what was seen is first divided by its design effect
(`expectkit.measure.cluster_design`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from expectkit.measure.cluster_design import slice_designs
from expectkit.measure.conditions import ErrorCells, FloatArray, IntArray
from expectkit.measure.slice_family import SliceFamily

MOST_DRAWN = 20_000
"""More errors in more cells than this are thinned before dealing: enough for any excess that matters."""

_BLOCK_ITEMS = 2_000_000  # errors (or cells) of all deals held at once: bounds memory to some 100 MB


def signed_root(observed: FloatArray, expected: FloatArray) -> FloatArray:
    """Return how far observed counts lie above what was expected, as the signed root of the Poisson deviance.

    Near 0 when they agree, about standard normal under chance when `expected` is not small, and never
    undefined.

    Parameters
    ----------
    observed, expected : ndarray of float64, broadcastable, >= 0

    Returns
    -------
    ndarray of float64
        Positive where more was observed than expected.

    Examples
    --------
    >>> import numpy as np
    >>> signed_root(np.array([9.0, 27.0]), np.array([9.0, 9.0])).round(2).tolist()
    [0.0, 4.83]
    """
    from scipy.special import kl_div

    distance: FloatArray = np.sqrt(
        2 * np.maximum(kl_div(observed, expected), 0.0)
    )  # rounding may fall below 0
    return np.copysign(distance, observed - expected)


@dataclass(frozen=True, slots=True, eq=False)
class MaxT:
    """The excess of each slice and how often chance alone shows one as large somewhere.

    Parameters
    ----------
    family : SliceFamily
        The slices that were looked at.
    excess : ndarray of float64, shape (n_slices,)
        Signed root of the deviance.
    adjusted_p : ndarray of float64, shape (n_slices,)
        Share of the deals in which the largest excess over all slices is at least this large.
    critical : float
        The excess from which `adjusted_p` is below the significance level.
    n_permutations : int
    mean_cluster_design : float, >= 1
        Design effect of the clusters on a slice, averaged over the slices by their cases.
    """

    family: SliceFamily
    excess: FloatArray
    adjusted_p: FloatArray
    critical: float
    n_permutations: int
    mean_cluster_design: float = 1.0


def max_t(
    cells: ErrorCells,
    family: SliceFamily,
    *,
    rng: np.random.Generator,
    n_permutations: int = 400,
    significance: float = 0.05,
) -> MaxT:
    """Test all slices at once against the largest excess that chance produces.

    The test is exact: if errors fall on cases regardless of their columns (and weights), the chance that any
    adjusted p is below `significance` is at most `significance`, whatever the number of slices and however
    they overlap. With clusters it is so by simulation only. More than `MOST_DRAWN` errors in more than as
    many cells are first thinned by a coin for each case, which keeps the test as it is and costs power only
    for excesses too small to matter.

    Parameters
    ----------
    cells : ErrorCells
    family : SliceFamily
        From `enumerate_slices` on the same cells.
    rng : numpy.random.Generator
        Deals the errors.
    n_permutations : int
        Number of deals; 400 give a p of .05 to within about .01.
    significance : float

    Returns
    -------
    MaxT

    References
    ----------
    .. [1] Westfall, P. & Young, S. (1993). Resampling-Based Multiple Testing. Wiley. Section 2.5.
    """
    n_cases, n_errors = _thinned(cells, rng)
    weights = np.ones(n_cases.size) if cells.weights is None else cells.weights
    total = float(n_cases @ weights)
    if family.n_slices == 0 or n_errors.sum() == 0:
        nothing = np.zeros(family.n_slices)
        return MaxT(family, nothing, np.ones(family.n_slices), np.inf, n_permutations)
    share = family.sums(n_cases * weights) / total

    def excess(observed: FloatArray, all_errors: FloatArray, design: FloatArray) -> FloatArray:
        return signed_root(observed / design, all_errors * share / design)

    of_clusters = np.ones(family.n_slices)
    if cells.clusters is not None:
        of_clusters = slice_designs(family, cells.clusters, n_cases, n_errors, weights)
    seen = excess(family.sums(n_errors * weights), np.array(n_errors @ weights), family.design * of_clusters)
    highest = [
        excess(observed, all_errors[:, None], family.design).max(axis=1)
        for observed, all_errors in _deals(n_cases, int(n_errors.sum()), weights, family, rng, n_permutations)
    ]
    largest = np.sort(np.concatenate(highest))
    n_at_least = n_permutations - np.searchsorted(largest, seen - 1e-9, side="left")
    allowed = int(np.ceil(significance * (n_permutations + 1))) - 2  # (k + 1) / (P + 1) < significance
    critical = float(largest[n_permutations - 1 - allowed]) if allowed >= 0 else np.inf
    mean_design = float(np.average(of_clusters, weights=family.n_cases))
    return MaxT(family, seen, (1 + n_at_least) / (n_permutations + 1), critical, n_permutations, mean_design)


def _thinned(cells: ErrorCells, rng: np.random.Generator) -> tuple[IntArray, IntArray]:
    """Return the counts, or when they are too many a random part of the cases."""
    n_errors = int(cells.n_errors.sum())
    if n_errors <= MOST_DRAWN or cells.n_cases.size <= MOST_DRAWN:
        return cells.n_cases, cells.n_errors
    kept = MOST_DRAWN / n_errors
    wrong = rng.binomial(cells.n_errors, kept)
    return wrong + rng.binomial(cells.n_cases - cells.n_errors, kept), wrong


def _deals(
    n_cases: IntArray,
    n_errors: int,
    weights: FloatArray,
    family: SliceFamily,
    rng: np.random.Generator,
    n_permutations: int,
) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Deal the errors anew; yield blocks of weighted errors by slice, (b, n_slices), and in all, (b,)."""
    by_error = n_errors <= n_cases.size
    block = max(1, min(n_permutations, _BLOCK_ITEMS // min(n_errors, n_cases.size)))
    for start in range(0, n_permutations, block):
        size = min(block, n_permutations - start)
        if by_error:
            yield _deal_errors(n_cases, n_errors, weights, family, rng, size)
        else:
            yield _deal_cells(n_cases, n_errors, weights, family, rng, size)


def _deal_errors(
    n_cases: IntArray,
    n_errors: int,
    weights: FloatArray,
    family: SliceFamily,
    rng: np.random.Generator,
    size: int,
) -> tuple[FloatArray, FloatArray]:
    """Draw cases without replacement, find the cell of each, and count by slice: for few errors."""
    ends = np.cumsum(n_cases)
    drawn = np.stack([rng.choice(int(ends[-1]), n_errors, replace=False, shuffle=False) for _ in range(size)])
    cell: NDArray[np.intp] = np.searchsorted(ends, drawn, side="right")
    value = weights[cell]
    observed = np.empty((size, family.n_slices))
    for place, first, number in family.places:
        codes = place[cell] + (number + 1) * np.arange(size)[:, None]
        counts = np.bincount(codes.ravel(), value.ravel(), size * (number + 1))
        observed[:, first : first + number] = counts.reshape(size, number + 1)[:, :number]
    return observed, value.sum(axis=1)


def _deal_cells(
    n_cases: IntArray,
    n_errors: int,
    weights: FloatArray,
    family: SliceFamily,
    rng: np.random.Generator,
    size: int,
) -> tuple[FloatArray, FloatArray]:
    """Draw the number of errors of each cell, and add up by slice: for more errors than cells."""
    drawn = rng.multivariate_hypergeometric(n_cases, n_errors, size=size, method="marginals") * weights
    observed = np.empty((size, family.n_slices))
    for place, first, number in family.places:
        member = np.zeros((n_cases.size, number + 1))
        member[np.arange(n_cases.size), place] = 1.0
        observed[:, first : first + number] = (drawn @ member)[:, :number]
    return observed, drawn.sum(axis=1)
