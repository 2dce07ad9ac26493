"""Where a classifier goes wrong more often than elsewhere, or how many errors it would take to show it.

One search looks at one kind of error: misses among the positives, or false alarms among the negatives.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from expectkit.measure.cluster_design import effective_size, group_design
from expectkit.measure.conditions import Condition, ErrorCells, IntArray
from expectkit.measure.effective_cases import both
from expectkit.measure.intervals import Interval
from expectkit.measure.max_t import MaxT, max_t, signed_root
from expectkit.measure.rates import Rate
from expectkit.measure.slice_family import enumerate_slices


@dataclass(frozen=True, slots=True)
class FailureMode:
    """A group of cases that is got wrong more often than the rest.

    Parameters
    ----------
    conditions : tuple of Condition
        One or two; a case belongs to the group when it meets all of them.
    n_cases, n_errors : int
        Cases of the class in the group, and errors among them.
    rate, elsewhere : Rate
        How often it goes wrong in the group, and outside it (weighted when the cases are).
    interval : Interval
        For `rate`, at .05 divided by the number of slices looked at: it holds although the group was
        searched for.
    adjusted_p : float, from 0 to 1
        How often chance alone puts as large an excess anywhere.
    share_of_errors : float, from 0 to 1
        Which part of all errors of this kind falls into the group. The shares of two modes may overlap.
    """

    conditions: tuple[Condition, ...]
    n_cases: int
    n_errors: int
    rate: Rate
    elsewhere: Rate
    interval: Interval
    adjusted_p: float
    share_of_errors: float


@dataclass(frozen=True, slots=True)
class ErrorsNeeded:
    """How many errors a failure mode would take to be found 8 times in 10.

    Parameters
    ----------
    n_errors : int
        Errors of this kind in all the cases.
    share_of_cases : float, from 0 to 1
        Size of the group.
    times_elsewhere : float
        How many times more often it goes wrong there than elsewhere.
    """

    n_errors: int
    share_of_cases: float
    times_elsewhere: float


@dataclass(frozen=True, slots=True)
class FailureSearch:
    """What a search for failure modes found.

    Parameters
    ----------
    modes : tuple of FailureMode
        Named ones, the largest excess first. Empty does not mean that there are none: see `errors_needed`.
    n_cases, n_errors : int
        Cases of the class, and errors among them.
    n_slices : int
        Slices that were looked at.
    errors_needed : ErrorsNeeded or None
        What it would have taken to show one. None when there was no slice to look at.
    """

    modes: tuple[FailureMode, ...]
    n_cases: int
    n_errors: int
    n_slices: int
    errors_needed: ErrorsNeeded | None


def find_failures(
    cells: ErrorCells,
    *,
    rng: np.random.Generator,
    n_permutations: int = 400,
    significance: float = 0.05,
    most_modes: int = 8,
) -> FailureSearch:
    """Name the groups of cases that are got wrong more often than chance allows.

    All slices of one and two conditions with at least 20 cases and 1 % of the cases are tested at once
    (`max_t`). Of those with an adjusted p below `significance`, one is named after the other, the largest
    excess first, when it holds clearly more errors than the modes already named lead one to expect. A slice
    of two conditions gives way to one of its single conditions when that is significant too and the second
    condition adds nothing to it.

    Parameters
    ----------
    cells : ErrorCells
        Cases of one class, counted by their codes.
    rng : numpy.random.Generator
        Deals the errors; the same generator gives the same result.
    n_permutations : int, 200 to 1000
    significance : float, from 0 to 1
        On pure noise any mode is named in at most this share of searches.
    most_modes : int
        Naming stops here.

    Returns
    -------
    FailureSearch

    References
    ----------
    .. [1] Westfall, P. & Young, S. (1993). Resampling-Based Multiple Testing. Wiley.
    .. [2] Sagadeeva, S. & Boehm, M. (2021). SliceLine: fast, linear-algebra-based slice finding for ML model
       debugging. SIGMOD (the enumeration).
    """
    cells = cells.merged()
    family = enumerate_slices(cells)
    test = max_t(cells, family, rng=rng, n_permutations=n_permutations, significance=significance)
    named = _named(cells, test, significance, most_modes)
    alpha = significance / max(1, family.n_slices)
    return FailureSearch(
        tuple(_mode(cells, test, position, alpha) for position in named),
        int(cells.n_cases.sum()),
        int(cells.n_errors.sum()),
        family.n_slices,
        errors_needed(_critical(test, cells, significance), design=test.mean_cluster_design)
        if family.n_slices > 0
        else None,
    )


def errors_needed(
    critical: float,
    *,
    share_of_cases: float = 0.04,
    times_elsewhere: float = 3.0,
    power: float = 0.8,
    design: float = 1.0,
) -> ErrorsNeeded:
    """Tell how many errors it takes to find a group of a given size and excess.

    A plan, not a guarantee: the excess is taken as normal around its value at the expected counts, with
    standard deviation 1, and must pass `critical` as it is today.

    Parameters
    ----------
    critical : float
        Excess (signed root of the deviance) from which a slice is named.
    share_of_cases : float, from 0 to 1
        Size of the group.
    times_elsewhere : float, above 1
        Its error rate divided by that of the other cases.
    power : float, from 0 to 1
        How often it should be found.
    design : float, >= 1
        How many related errors say as much as one that stands alone.

    Returns
    -------
    ErrorsNeeded

    Examples
    --------
    >>> errors_needed(4.0).n_errors
    277
    """
    from scipy.special import ndtri

    overall = 1 - share_of_cases + share_of_cases * times_elsewhere
    expected = np.array(share_of_cases)
    per_root_error = float(signed_root(expected * times_elsewhere / overall, expected))
    needed = math.ceil(design * ((critical + float(ndtri(power))) / per_root_error) ** 2)
    return ErrorsNeeded(needed, share_of_cases, times_elsewhere)


def _critical(test: MaxT, cells: ErrorCells, significance: float) -> float:
    """Return the excess that names a slice: with fewer than 10 errors by Bonferroni, else from the deals."""
    from scipy.special import ndtri

    if cells.n_errors.sum() >= 10:
        return test.critical
    return float(-ndtri(significance / test.family.n_slices))


def _named(cells: ErrorCells, test: MaxT, significance: float, most_modes: int) -> list[int]:
    """Return the positions of the slices to name, the largest excess first."""
    significant = np.flatnonzero(test.adjusted_p < significance).tolist()
    significant.sort(key=lambda s: (-test.excess[s], len(test.family.conditions[s]), s))
    pattern = np.zeros(cells.n_cases.size, dtype=np.int64)  # the named modes a cell belongs to, as bits
    named: list[int] = []
    for candidate in significant:
        position = _plainer(cells, test, candidate, significant)
        if position in named or len(named) == most_modes:
            continue
        inside = cells.where(test.family.conditions[position])
        if not named or _excess_over(cells, inside, pattern) >= test.critical:
            pattern |= inside.astype(np.int64) << len(named)
            named.append(position)
    return named


def _plainer(cells: ErrorCells, test: MaxT, position: int, significant: list[int]) -> int:
    """Return the significant one-condition slice that says as much as this one, or this one."""
    from scipy.special import ndtri

    conditions = test.family.conditions
    if len(conditions[position]) == 1:
        return position
    inside = cells.where(conditions[position])
    parents = [s for s in significant if len(conditions[s]) == 1 and conditions[s][0] in conditions[position]]
    for parent in parents:
        around = cells.where(conditions[parent])
        n_children = sum(conditions[parent][0] in pair for pair in conditions) - 1
        added = _excess_over(cells, inside, np.where(around, 0, 1), against_rest=True)
        if added < -float(ndtri(0.05 / n_children)):
            return parent
    return position


def _excess_over(
    cells: ErrorCells, inside: NDArray[np.bool_], pattern: IntArray, *, against_rest: bool = False
) -> float:
    """Return the excess of a slice over the error rates of the cells with the same pattern.

    With `against_rest` the slice is set against the other cells of its pattern as well (both deviances
    together).
    """
    weights = np.ones(cells.n_cases.size) if cells.weights is None else cells.weights
    _, group = np.unique(pattern, return_inverse=True)
    cases, errors = cells.n_cases * weights, cells.n_errors * weights
    rates = (np.bincount(group, errors) / np.bincount(group, cases))[group]
    variance = (errors * (1 - rates) ** 2 + (cases - errors) * rates**2) * weights
    design = float((cases * weights)[inside].sum() / cases[inside].sum())

    def scaled_root(some: NDArray[np.bool_]) -> float:
        scale = design * group_design(cells, some, cases * rates, variance)
        return float(signed_root(errors[some].sum() / scale, (cases * rates)[some].sum() / scale))

    excess = scaled_root(inside)
    if not against_rest:
        return excess
    rest = ~inside & np.isin(group, group[inside])
    return math.copysign(math.hypot(excess, scaled_root(rest)), excess)


def _mode(cells: ErrorCells, test: MaxT, position: int, alpha: float) -> FailureMode:
    """Describe one slice, from all cases (also those that were left out of the test)."""
    conditions = test.family.conditions[position]
    inside = cells.where(conditions)
    rate, elsewhere = _rate(cells, inside, alpha), _rate(cells, ~inside, alpha)
    return FailureMode(
        conditions,
        int(cells.n_cases[inside].sum()),
        int(cells.n_errors[inside].sum()),
        rate,
        elsewhere,
        rate.interval(alpha),
        float(test.adjusted_p[position]),
        rate.numerator / (rate.numerator + elsewhere.numerator),
    )


def _rate(cells: ErrorCells, inside: NDArray[np.bool_], alpha: float) -> Rate:
    """Return the error rate of some cells; related and weighted cases are worth fewer than they are."""
    n_cases, n_errors = cells.n_cases[inside], cells.n_errors[inside]
    clustered = effective_size(cells, inside, alpha)
    if cells.weights is None:
        return Rate(int(n_errors.sum()), int(n_cases.sum()), clustered)
    weights = cells.weights[inside]
    total = float(n_cases @ weights)
    kish = total**2 / float(n_cases @ weights**2) if total > 0 else 0.0
    effective = both(int(n_cases.sum()), None if clustered is None else np.array(clustered), np.array(kish))
    return Rate(
        min(float(n_errors @ weights), total), total, float(effective if effective is not None else kish)
    )
