"""How often it goes wrong in each group of a column, and how far the worst and the best group lie apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from expectkit.errors import InputError
from expectkit.measure.histogram import GroupedHistogram
from expectkit.measure.intervals import Interval, mover_difference_unpaired
from expectkit.measure.rates import Rate

RateKind = Literal["false_negative_rate", "false_positive_rate", "selection_rate"]
"""Misses among positives, false alarms among negatives, or flagged cases among all of the group."""

FEWEST_CASES = 30
"""A group with fewer cases of the class is small: its rate alone says too little."""


@dataclass(frozen=True, slots=True)
class GroupRate:
    """The rate in one group, or in several small groups together.

    Parameters
    ----------
    keys : tuple of str
        The value of the column, or the values of all small groups that were put together. "" is a missing
        value.
    rate : Rate
        Over the cases of the class in the group.
    interval : Interval
        At the stated confidence level for this group on its own.
    is_small : bool
        Fewer than `FEWEST_CASES` cases: neither worst nor best, and marked where it is shown.
    """

    keys: tuple[str, ...]
    rate: Rate
    interval: Interval
    is_small: bool

    @property
    def is_pooled(self) -> bool:
        """Whether this is several small groups together."""
        return len(self.keys) > 1


@dataclass(frozen=True, slots=True)
class GroupGap:
    """The group with the highest rate set against the one with the lowest.

    Parameters
    ----------
    highest, lowest : str
        Their values of the column.
    difference : float, from 0 to 1
        Highest rate minus lowest rate.
    interval : Interval
        For the difference, at .05 divided by the number of pairs of groups: it holds for whichever pair is
        picked.
    """

    highest: str
    lowest: str
    difference: float
    interval: Interval

    @property
    def is_shown(self) -> bool:
        """Whether the groups differ by more than chance explains."""
        return self.interval.low > 0


@dataclass(frozen=True, slots=True)
class SliceRates:
    """The rates in all groups of one column.

    Parameters
    ----------
    column : str
        Name of the column.
    kind : RateKind
        Which rate.
    groups : tuple of GroupRate
        Groups that are large enough, the highest rate first; then the small ones.
    overall : Rate
        The rate over all groups.
    gap : GroupGap or None
        None when fewer than two groups are large enough.
    """

    column: str
    kind: RateKind
    groups: tuple[GroupRate, ...]
    overall: Rate
    gap: GroupGap | None


def slice_rates(
    column: str,
    groups: GroupedHistogram,
    threshold: float,
    *,
    kind: RateKind = "false_negative_rate",
    pool_small: bool = True,
    alpha: float = 0.05,
    worth: Mapping[str, float] | None = None,
) -> SliceRates:
    """Compare the groups of a column at one threshold.

    Parameters
    ----------
    column : str
        Name of the column.
    groups : GroupedHistogram
        One histogram for each of its values.
    threshold : float
        One of ``groups.thresholds``; a case is flagged when ``score >= threshold``.
    kind : {"false_negative_rate", "false_positive_rate", "selection_rate"}
        The selection rate is taken over the cases as they are in the file, whatever their mix.
    pool_small : bool
        Put groups with fewer than `FEWEST_CASES` cases of the class together; otherwise they stay and are
        marked. A single small group stays as it is.
    alpha : float, from 0 to 1
        One minus the confidence level.
    worth : mapping of str to float, optional
        How many independent cases one case of a group is worth, above 0 and at most 1, where cases are related.

    Returns
    -------
    SliceRates
        Without groups that have no case of the class.

    Raises
    ------
    InputError
        If the threshold was not tallied.
    """
    counted = {
        key: _worth(rate, (worth or {}).get(key, 1.0))
        for key, rate in _rates(groups, threshold, kind).items()
        if rate.is_defined
    }
    large = {key: rate for key, rate in counted.items() if rate.denominator >= FEWEST_CASES}
    small = {key: rate for key, rate in counted.items() if rate.denominator < FEWEST_CASES}
    ordered = sorted(large, key=lambda key: (-large[key].value, key))
    rows = [_group((key,), large[key], alpha) for key in ordered]
    if pool_small and len(small) > 1:
        rows.append(_group(tuple(sorted(small)), _total(list(small.values())), alpha))
    else:
        rows.extend(_group((key,), small[key], alpha) for key in sorted(small))
    gap = _gap(ordered[0], ordered[-1], large, alpha) if len(large) > 1 else None
    return SliceRates(column, kind, tuple(rows), _total(list(counted.values())), gap)


def _rates(groups: GroupedHistogram, threshold: float, kind: RateKind) -> dict[str, Rate]:
    """Return the rate of each group."""
    place = int(np.searchsorted(groups.thresholds, threshold))
    if place == groups.thresholds.size or groups.thresholds[place] != threshold:
        raise InputError(
            f"threshold {threshold} was not tallied, so its rates by group are not known. "
            "State it as a candidate when the cases are tallied."
        )
    flagged = groups.counts[:, :, place + 1 :].sum(axis=2)
    cases = groups.counts.sum(axis=2)
    if kind == "false_negative_rate":
        wanted, of = cases[:, 1] - flagged[:, 1], cases[:, 1]
    elif kind == "false_positive_rate":
        wanted, of = flagged[:, 0], cases[:, 0]
    else:
        wanted, of = flagged.sum(axis=1), cases.sum(axis=1)
    pairs = zip(groups.keys, wanted.tolist(), of.tolist(), strict=True)
    return {key: Rate(numerator, denominator) for key, numerator, denominator in pairs}


def _worth(rate: Rate, share: float) -> Rate:
    return rate if share >= 1 else replace(rate, effective_denominator=share * rate.denominator)


def _total(rates: list[Rate]) -> Rate:
    cases = sum(rate.denominator for rate in rates)
    independent = sum(rate.n_effective for rate in rates)
    return _worth(Rate(sum(rate.numerator for rate in rates), cases), independent / cases if cases else 1.0)


def _group(keys: tuple[str, ...], rate: Rate, alpha: float) -> GroupRate:
    return GroupRate(keys, rate, rate.interval(alpha), rate.denominator < FEWEST_CASES)


def _gap(highest: str, lowest: str, rates: dict[str, Rate], alpha: float) -> GroupGap:
    """Set two groups against each other; they were picked, so every pair's range must hold at once."""
    n_pairs = len(rates) * (len(rates) - 1) // 2
    first, second = rates[highest], rates[lowest]
    low, high = mover_difference_unpaired(
        first.x_effective, first.n_effective, second.x_effective, second.n_effective, alpha / n_pairs
    )
    method = f"MOVER of two Clopper-Pearson ranges, at {alpha:g}/{n_pairs}"
    interval = Interval(float(low), float(high), 1 - alpha, method)
    return GroupGap(highest, lowest, first.value - second.value, interval)
