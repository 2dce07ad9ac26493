"""Which slices hold more errors than chance would put there, however many slices are looked at.

Under chance the errors of a class are spread over its cases like cards dealt: every set of `n_errors` cases
is as likely as any other. The largest excess over all slices is compared with the largest excess in such
deals (max-T, Westfall and Young). Deals are drawn over cells, with exact hypergeometric counts, so cases
need not be rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from expectkit.measure.conditions import REST, Condition, ErrorCells, FloatArray, IntArray

MOST_DRAWN = 20_000
"""More errors in more cells than this are thinned before dealing: enough for any excess that matters."""

_BLOCK_ITEMS = 2_000_000  # errors (or cells) of all deals held at once: bounds memory to some 100 MB


@dataclass(frozen=True, slots=True, eq=False)
class SliceFamily:
    """All slices of one or two conditions that are large enough, with the cells of each.

    Parameters
    ----------
    conditions : tuple of tuple of Condition, length n_slices
        One or two conditions a slice.
    places : tuple of (ndarray of int64, shape (n_cells,), int, int)
        For each column and pair of columns: the position of each cell's slice among the slices of these
        columns (their number when it has none), the first slice of these columns, and their number.
    n_cases : ndarray of int64, shape (n_slices,)
        Cases in the slice.
    weight : ndarray of float64, shape (n_slices,)
        Sum of their weights; `n_cases` when all count the same.
    design : ndarray of float64, shape (n_slices,)
        Mean weight of a weighted case (Kish): counts divided by it behave like unweighted counts. 1 without
        weights.
    """

    conditions: tuple[tuple[Condition, ...], ...]
    places: tuple[tuple[IntArray, int, int], ...]
    n_cases: IntArray
    weight: FloatArray
    design: FloatArray

    @property
    def n_slices(self) -> int:
        """How many slices are looked at."""
        return len(self.conditions)

    def sums(self, values: FloatArray) -> FloatArray:
        """Add up a value of each cell over the slices.

        Parameters
        ----------
        values : ndarray of float64, shape (n_cells,)

        Returns
        -------
        ndarray of float64, shape (n_slices,)
        """
        parts = [np.bincount(place, values, number + 1)[:number] for place, _, number in self.places]
        return np.concatenate([*parts, np.empty(0)])


def enumerate_slices(
    cells: ErrorCells, *, least_cases: int = 20, least_share: float = 0.01, most_conditions: int = 2
) -> SliceFamily:
    """List the slices of one and two conditions that hold enough cases.

    Left out are slices below ``max(least_cases, least_share * n_cases)``, those that hold all cases, and
    pairs of conditions of which one is already implied by the other.

    Parameters
    ----------
    cells : ErrorCells
    least_cases : int
    least_share : float, from 0 to 1
    most_conditions : {1, 2}

    Returns
    -------
    SliceFamily
        Slices of one condition first.
    """
    n_all = int(cells.n_cases.sum())
    least = max(least_cases, least_share * n_all)
    columns = range(len(cells.conditions))
    sizes = {(j,): _sizes(cells, (j,)) for j in columns}
    found: list[tuple[Condition, ...]] = []
    places: list[tuple[IntArray, int, int]] = []
    groups = [(j,) for j in columns] + (list(combinations(columns, 2)) if most_conditions == 2 else [])
    for group in groups:
        counts = sizes[group] if len(group) == 1 else _sizes(cells, group)
        smallest_parent = n_all if len(group) == 1 else _smallest_parents(sizes, group)
        kept = np.flatnonzero((counts >= least) & (counts < smallest_parent))
        lookup = np.full(counts.size + 1, kept.size, dtype=np.int64)
        lookup[kept] = np.arange(kept.size)
        places.append((lookup[_joint_codes(cells, group)], len(found), kept.size))
        found.extend(_conditions(cells, group, code) for code in kept.tolist())
    return _with_weights(cells, tuple(found), tuple(places))


def _joint_codes(cells: ErrorCells, group: tuple[int, ...]) -> IntArray:
    """Return one code for the columns of `group` together; -1 where one of them is `REST`."""
    joint = cells.codes[:, group[0]]
    for column in group[1:]:
        codes = cells.codes[:, column]
        width = len(cells.conditions[column])
        joint = np.where((joint == REST) | (codes == REST), REST, joint * width + codes)
    return joint


def _sizes(cells: ErrorCells, group: tuple[int, ...]) -> IntArray:
    """Return the number of cases for each joint code of `group`."""
    n_codes = int(np.prod([len(cells.conditions[column]) for column in group]))
    joint = _joint_codes(cells, group)
    return np.bincount(joint + 1, cells.n_cases, n_codes + 1)[1:].astype(np.int64)


def _smallest_parents(sizes: dict[tuple[int], IntArray], group: tuple[int, ...]) -> IntArray:
    """Return, for each joint code of two columns, the smaller of the two one-condition slices around it."""
    first, second = sizes[(group[0],)], sizes[(group[1],)]
    return np.minimum(np.repeat(first, second.size), np.tile(second, first.size))


def _conditions(cells: ErrorCells, group: tuple[int, ...], code: int) -> tuple[Condition, ...]:
    if len(group) == 1:
        return (cells.conditions[group[0]][code],)
    first, second = divmod(code, len(cells.conditions[group[1]]))
    return cells.conditions[group[0]][first], cells.conditions[group[1]][second]


def _with_weights(
    cells: ErrorCells,
    conditions: tuple[tuple[Condition, ...], ...],
    places: tuple[tuple[IntArray, int, int], ...],
) -> SliceFamily:
    bare = SliceFamily(conditions, places, np.empty(0, np.int64), np.empty(0), np.empty(0))
    n_cases = bare.sums(cells.n_cases.astype(np.float64))
    if cells.weights is None:
        return SliceFamily(conditions, places, n_cases.astype(np.int64), n_cases, np.ones(n_cases.size))
    weight = bare.sums(cells.n_cases * cells.weights)
    design = bare.sums(cells.n_cases * cells.weights**2) / weight
    return SliceFamily(conditions, places, n_cases.astype(np.int64), weight, design)


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
    """

    family: SliceFamily
    excess: FloatArray
    adjusted_p: FloatArray
    critical: float
    n_permutations: int


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
    they overlap. More than `MOST_DRAWN` errors in more than as many cells are first thinned by a coin for
    each case, which keeps the test exact and costs power only for excesses too small to matter.

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

    def excess(observed: FloatArray, all_errors: FloatArray) -> FloatArray:
        return signed_root(observed / family.design, all_errors * share / family.design)

    seen = excess(family.sums(n_errors * weights), np.array(n_errors @ weights))
    highest = [
        excess(observed, all_errors[:, None]).max(axis=1)
        for observed, all_errors in _deals(n_cases, int(n_errors.sum()), weights, family, rng, n_permutations)
    ]
    largest = np.sort(np.concatenate(highest))
    n_at_least = n_permutations - np.searchsorted(largest, seen - 1e-9, side="left")
    allowed = int(np.ceil(significance * (n_permutations + 1))) - 2  # (k + 1) / (P + 1) < significance
    critical = float(largest[n_permutations - 1 - allowed]) if allowed >= 0 else np.inf
    return MaxT(family, seen, (1 + n_at_least) / (n_permutations + 1), critical, n_permutations)


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
