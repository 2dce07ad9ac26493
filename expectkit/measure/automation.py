"""How much can be decided without a person, at how many errors.

The two thresholds are chosen on one half of the cases and what they do is stated from the other half: a number
that was searched for on the same cases flatters itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from expectkit.errors import InputError
from expectkit.measure.amounts import mover_of
from expectkit.measure.intervals import FloatArray, IntArray, Interval, Numbers, Part, clopper_pearson
from expectkit.measure.prevalence import DayProfile
from expectkit.measure.sweep import Sweep
from expectkit.measure.two_thresholds import Lanes, mixed

CASES_FOR_A_SEARCH = 60


@dataclass(frozen=True, slots=True)
class Automation:
    """What share of the cases needs no person at a tolerated share of errors among them.

    Parameters
    ----------
    lanes : Lanes
        Chosen on one half of the cases.
    at_most_error : float, 0 to 1
        Tolerated share of errors among the cases decided without a person.
    automated_share, error_share : float
        On the other half, in production's mix.
    searched_error_share : float
        On the half that was searched; it flatters itself.
    error : Interval
        95 % range of the error share, from the other half only.
    error_upper_bound : float
        At most this, with 95 % on one side.
    n_confirming : int
        Cases of the other half.
    """

    lanes: Lanes
    at_most_error: float
    automated_share: float
    error_share: float
    searched_error_share: float
    error: Interval
    error_upper_bound: float
    n_confirming: int

    @property
    def is_kept(self) -> bool:
        """Whether fresh cases show, with 95 % certainty, that the tolerated share is not exceeded."""
        return self.error_upper_bound <= self.at_most_error


def split_in_half(sweep: Sweep, rng: np.random.Generator) -> tuple[Sweep, Sweep]:
    """Deal the cases of each class into two random halves, from the counts alone.

    A random half of a class takes from each cell what a draw without replacement takes, so no case needs to be
    read again.

    Parameters
    ----------
    sweep : Sweep
        Of independent, unweighted cases.
    rng : numpy Generator

    Returns
    -------
    tuple of two Sweep
        Over the same thresholds.

    Raises
    ------
    InputError
        If cases are weighted or come in clusters: then halves of cases are not independent.
    """
    is_plain = np.all(sweep.effective_positives == sweep.n_positives) and np.all(
        sweep.effective_negatives == sweep.n_negatives
    )
    if sweep.weighted_positives is not None or not is_plain:
        raise InputError(
            "weighted or grouped cases cannot be split from their counts. Split the cases themselves."
        )
    sizes = (sweep.n_positives, sweep.n_negatives)
    cells = [
        -np.diff(flagged, prepend=n, append=0)
        for flagged, n in zip((sweep.n_true_positives, sweep.n_false_positives), sizes, strict=True)
    ]
    first = [
        rng.multivariate_hypergeometric(cell, n // 2, method="marginals")
        for cell, n in zip(cells, sizes, strict=True)
    ]
    return _sweep_of(sweep, first), _sweep_of(
        sweep, [cell - one for cell, one in zip(cells, first, strict=True)]
    )


def _sweep_of(sweep: Sweep, cells: list[IntArray]) -> Sweep:
    caught, alarms = (np.cumsum(cell[::-1])[::-1][1:] for cell in cells)
    return Sweep.from_counts(sweep.thresholds, caught, alarms, int(cells[0].sum()), int(cells[1].sum()))


def automate(searched: Sweep, confirming: Sweep, day: DayProfile, at_most_error: float) -> Automation | None:
    """Choose the two thresholds that decide the most cases without a person, and state what they do on fresh cases.

    Parameters
    ----------
    searched, confirming : Sweep
        Two halves of the cases over the same thresholds, as from `split_in_half`.
    day : DayProfile
        Production's mix.
    at_most_error : float, 0 to 1
        Tolerated share of errors among the cases decided without a person, on the searched half.

    Returns
    -------
    Automation or None
        None when no pair of thresholds decides any case within the tolerated share.

    Raises
    ------
    InputError
        If the halves have different thresholds, a class is too small to split, or the share is none.

    References
    ----------
    .. [1] Geifman, Y. & El-Yaniv, R. (2017). Selective classification for deep neural networks. NeurIPS.
    .. [2] Chow, C. (1970). On optimum recognition error and reject tradeoff. IEEE Transactions on Information
       Theory, 16(1), 41-46.
    """
    if not np.array_equal(searched.thresholds, confirming.thresholds):
        raise InputError("the two halves have different thresholds. Split one set of counts.")
    smallest = min(confirming.n_positives, confirming.n_negatives, searched.n_positives, searched.n_negatives)
    if smallest < CASES_FOR_A_SEARCH // 2:
        raise InputError(
            f"half of a class holds {smallest} cases. At least {CASES_FOR_A_SEARCH} cases of each class are needed to "
            "choose on one half and confirm on the other."
        )
    if not 0 < at_most_error < 1:
        raise InputError(f"the tolerated share of errors is {at_most_error}. It must lie between 0 and 1.")
    mix = day.prevalence.value
    found = _search(searched, mix, at_most_error)
    if found is None:
        return None
    low, high, searched_error = found
    lanes = Lanes(float(searched.thresholds[low]), float(searched.thresholds[high]))
    share, error, limits, bound = _confirm(confirming, day, (low, high))
    return Automation(
        lanes,
        at_most_error,
        share,
        error,
        searched_error,
        Interval(float(limits[0]), float(limits[1]), 0.95, "MOVER of Clopper-Pearson on the other half"),
        bound,
        confirming.n_positives + confirming.n_negatives,
    )


def _search(sweep: Sweep, mix: float, at_most_error: float) -> tuple[int, int, float] | None:
    """Return the pair of places that automates most within the tolerated errors; the widest of equals."""
    missed, blocked = sweep.false_negative_rates * mix, sweep.false_positive_rates * (1 - mix)
    cleared = missed + (1 - sweep.false_positive_rates) * (1 - mix)
    caught = (1 - sweep.false_negative_rates) * mix + blocked
    best: tuple[float, int, int, float] | None = None
    for low in range(sweep.thresholds.size):
        automated = cleared[low] + caught[low:]
        errors = missed[low] + blocked[low:]
        allowed = (errors <= at_most_error * automated) & (automated > 0)
        if not allowed.any():
            continue
        place = int(np.argmax(np.where(allowed, automated, -1.0)))
        if best is None or automated[place] > best[0]:
            best = float(automated[place]), low, low + place, float(errors[place] / automated[place])
    return None if best is None else (best[1], best[2], best[3])


def _confirm(
    sweep: Sweep, day: DayProfile, places: tuple[int, int]
) -> tuple[float, float, tuple[float, float], float]:
    """Return automated share, error share among them, its 95 % limits, and its one-sided upper bound."""
    caught, alarms = sweep.n_true_positives[list(places)], sweep.n_false_positives[list(places)]
    wrong = int(sweep.n_positives - caught[0]), int(alarms[1])
    right = int(caught[1]), int(sweep.n_negatives - alarms[0])
    automated = wrong[0] + right[0], wrong[1] + right[1]
    mix = day.prevalence.value
    shares = automated[0] / sweep.n_positives, automated[1] / sweep.n_negatives
    total = mix * shares[0] + (1 - mix) * shares[1]
    if not total > 0:
        return 0.0, 0.0, (0.0, 1.0), 1.0
    error = (mix * wrong[0] / sweep.n_positives + (1 - mix) * wrong[1] / sweep.n_negatives) / total

    def limits(alpha: float) -> tuple[float, float]:
        if day.prevalence.source == "as in cases":
            low, high = clopper_pearson(sum(wrong), sum(automated), alpha)
            return float(low), float(high)
        parts = [Part(mix, *day.prevalence.limits(alpha))]
        for errors, decided, n in zip(wrong, automated, (sweep.n_positives, sweep.n_negatives), strict=True):
            parts.append(Part(decided / n, *clopper_pearson(decided, n, alpha)))
            parts.append(Part(errors / max(decided, 1), *clopper_pearson(errors, decided, alpha)))
        low, high = mover_of(_error_share, parts)
        return max(float(low), 0.0), min(float(high), 1.0)

    return total, error, limits(0.05), limits(0.10)[1]


def _error_share(
    mix: Numbers, automated_1: Numbers, wrong_1: Numbers, automated_0: Numbers, wrong_0: Numbers
) -> FloatArray:
    """Return the share of errors among automated cases, from the shares of both classes."""
    automated = mixed(mix, automated_1, automated_0)
    errors = mixed(mix, np.asarray(automated_1) * wrong_1, np.asarray(automated_0) * wrong_0)
    return errors / np.maximum(automated, 1e-300)
