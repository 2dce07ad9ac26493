"""All slices of one or two conditions that hold enough cases to be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from expectkit.measure.conditions import REST, Condition, ErrorCells, FloatArray, IntArray


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
