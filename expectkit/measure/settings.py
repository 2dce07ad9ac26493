"""Which settings to put side by side: the operating one, its neighbours on either side, and the stated ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np

from expectkit.measure.intervals import FloatArray, IntArray
from expectkit.measure.sweep import Sweep

SettingName = Literal["catch more", "proposed", "lowest cost", "flag fewer", "also asked for"]

NEAR = 0.1
"""Settings whose two error rates differ by at most this share are as good as one another; a round one is shown."""


@dataclass(frozen=True, slots=True)
class NamedSetting:
    """A threshold and why it is on the page.

    Parameters
    ----------
    name : SettingName
    threshold : float
        A case is flagged when its score is at or above it.
    """

    name: SettingName
    threshold: float


def settings_beside(
    sweep: Sweep,
    operating: float,
    *,
    candidates: Sequence[float] = (),
    lowest_cost: float | None = None,
    n_most: int = 7,
) -> tuple[NamedSetting, ...]:
    """Choose the settings to compare.

    Parameters
    ----------
    sweep : Sweep
        Counts at every candidate threshold.
    operating : float
        The proposed threshold; one of ``sweep.thresholds``.
    candidates : sequence of float
        Thresholds the user asked for; each one of ``sweep.thresholds``.
    lowest_cost : float or None
        The threshold of lowest cost, when costs are known.
    n_most : int
        At most so many settings; those that were asked for are never left out.

    Returns
    -------
    tuple of NamedSetting
        Ascending by threshold, each threshold once. "catch more" misses at most about half as many positives as
        the operating threshold and still passes some case, "flag fewer" flags at most about half as many negatives
        and still catches some case; either is left out when no threshold does so, or when it is near the one of
        lowest cost in both rates.

    Raises
    ------
    InputError
        If `operating` was not counted.

    Examples
    --------
    >>> sweep = Sweep.from_counts([0.2, 0.4, 0.6], [10, 8, 5], [9, 4, 2], 10, 20)
    >>> [(setting.name, setting.threshold) for setting in settings_beside(sweep, 0.4)]
    [('catch more', 0.2), ('proposed', 0.4), ('flag fewer', 0.6)]
    """
    at = sweep.index_of(operating)
    chosen: dict[float, SettingName] = {operating: "proposed"}
    for threshold in candidates:
        chosen.setdefault(threshold, "also asked for")
    if lowest_cost is not None:
        chosen.setdefault(lowest_cost, "lowest cost")
    neighbours: tuple[tuple[SettingName, float | None], ...] = (
        ("catch more", _catch_more(sweep, at)),
        ("flag fewer", _flag_fewer(sweep, at)),
    )
    for name, found in neighbours:
        if found is not None and len(chosen) < n_most and not _is_like(sweep, found, lowest_cost):
            chosen.setdefault(found, name)
    return tuple(NamedSetting(chosen[threshold], threshold) for threshold in sorted(chosen))


def _is_like(sweep: Sweep, threshold: float, other: float | None) -> bool:
    """Return whether a threshold is as good as another one beside it, so that one of them is enough."""
    if other is None:
        return False
    places = sweep.index_of(threshold), sweep.index_of(other)
    return all(
        abs(rates[places[0]] - rates[places[1]]) <= NEAR * rates[places[1]]
        for rates in (sweep.false_negative_rates, sweep.false_positive_rates)
    )


def plainest_like(sweep: Sweep, threshold: float, *, prefer: float | None = None) -> float:
    """Return the threshold that flags the very same cases and takes the fewest digits to say.

    Parameters
    ----------
    sweep : Sweep
    threshold : float
        One of ``sweep.thresholds``.
    prefer : float or None
        Taken when it is one of them, such as the setting people already talk about.

    Examples
    --------
    >>> sweep = Sweep.from_counts([0.2, 0.4, 0.4000001, 0.6], [10, 8, 8, 5], [9, 4, 4, 2], 10, 20)
    >>> plainest_like(sweep, 0.4000001), plainest_like(sweep, 0.6), plainest_like(sweep, 0.4, prefer=0.4000001)
    (0.4, 0.6, 0.4000001)
    """
    at = sweep.index_of(threshold)
    is_same = (sweep.n_true_positives == sweep.n_true_positives[at]) & (
        sweep.n_false_positives == sweep.n_false_positives[at]
    )
    same = np.flatnonzero(is_same)
    if prefer is not None and prefer in sweep.thresholds[same]:
        return prefer
    return _roundest(sweep, same)


def _catch_more(sweep: Sweep, at: int) -> float | None:
    """Return the highest threshold below this one that misses at most half as much, or one as good but rounder."""
    missed, alarms = sweep.false_negative_rates, sweep.false_positive_rates
    places = np.flatnonzero((missed[:at] * 2 <= missed[at]) & (alarms[:at] < 1))
    if not missed[at] > 0 or places.size == 0:
        return None
    return _roundest(sweep, _as_good(missed, alarms, places, int(places[-1])))


def _flag_fewer(sweep: Sweep, at: int) -> float | None:
    """Return the lowest threshold above this one that flags at most half as much, or one as good but rounder."""
    missed, alarms = sweep.false_negative_rates, sweep.false_positive_rates
    places = np.flatnonzero((alarms[at + 1 :] * 2 <= alarms[at]) & (missed[at + 1 :] < 1)) + at + 1
    if not alarms[at] > 0 or places.size == 0:
        return None
    return _roundest(sweep, _as_good(missed, alarms, places, int(places[0])))


def _as_good(missed: FloatArray, alarms: FloatArray, places: IntArray, found: int) -> IntArray:
    """Return those of the places that are near the one found in both rates."""
    near = [np.abs(rates[places] - rates[found]) <= NEAR * rates[found] for rates in (missed, alarms)]
    return np.asarray(places[near[0] & near[1]], dtype=np.int64)


def _roundest(sweep: Sweep, places: IntArray) -> float:
    """Return the threshold that takes the fewest digits to say; the lowest of several."""
    thresholds = [float(sweep.thresholds[place]) for place in places]
    return min(thresholds, key=lambda threshold: (_n_digits(threshold), threshold))


def _n_digits(threshold: float) -> int:
    """Return how many digits are written, of the shortest text that means exactly this number."""
    return len(f"{Decimal(repr(threshold)):f}".strip("-").removesuffix(".0"))
