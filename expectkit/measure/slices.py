"""How often it goes wrong in each group of a column, and how far the worst and the best group lie apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from expectkit.errors import InputError
from expectkit.measure.effective_cases import weighted_cases
from expectkit.measure.histogram import GroupedHistogram
from expectkit.measure.intervals import FloatArray, Interval, mover_difference_unpaired
from expectkit.measure.rates import Rate

RateKind = Literal["false_negative_rate", "false_positive_rate", "selection_rate"]
"""Misses among positives, false alarms among negatives, or flagged cases among all of the group."""

GroupWeights = FloatArray
"""Shape (4, 2): of negatives and positives the weight, its sum of squares, and both of the flagged cases."""

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
    counted : (int, int)
        Cases that the rate counts and cases it is taken over, as they are in the file, whatever their weights.
    """

    keys: tuple[str, ...]
    rate: Rate
    interval: Interval
    is_small: bool
    counted: tuple[int, int]

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
    weights: Mapping[str, GroupWeights] | None = None,
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
    weights : mapping of str to GroupWeights, optional
        Of each group at this threshold, where cases are weighted.

    Returns
    -------
    SliceRates
        Without groups that have no case of the class.

    Raises
    ------
    InputError
        If the threshold was not tallied.
    """
    counted = {key: rate for key, rate in _rates(groups, threshold, kind).items() if rate.is_defined}
    rates = {
        key: _worth(
            _weighted(rate, kind, None if weights is None else weights[key]), (worth or {}).get(key, 1.0)
        )
        for key, rate in counted.items()
    }
    rates = {key: rate for key, rate in rates.items() if rate.is_defined}
    large = {key: rate for key, rate in rates.items() if counted[key].denominator >= FEWEST_CASES}
    small = sorted(rates.keys() - large.keys())
    ordered = sorted(large, key=lambda key: (-large[key].value, key))
    together: list[tuple[str, ...]] = [(key,) for key in ordered]
    together += [tuple(small)] if pool_small and len(small) > 1 else [(key,) for key in small]
    rows = [
        _group(keys, _total([rates[key] for key in keys]), _total([counted[key] for key in keys]), alpha)
        for keys in together
    ]
    gap = _gap(ordered[0], ordered[-1], large, alpha) if len(large) > 1 else None
    return SliceRates(column, kind, tuple(rows), _total(list(rates.values())), gap)


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


def _weighted(rate: Rate, kind: RateKind, weights: GroupWeights | None) -> Rate:
    """Return the rate of weighted cases in place of the counted one."""
    if weights is None:
        return rate
    weight, squared, flagged, flagged_squared = weights
    of = {"false_negative_rate": [1], "false_positive_rate": [0], "selection_rate": [0, 1]}[kind]
    total, in_all = weight[of].sum(), squared[of].sum()
    part, of_part = flagged[of].sum(), flagged_squared[of].sum()
    if kind == "false_negative_rate":
        part, of_part = total - part, in_all - of_part
    n_cases = int(rate.denominator)
    effective = weighted_cases(np.array([part]), np.array([of_part]), float(total), float(in_all), n_cases)
    return Rate(float(np.clip(part, 0.0, total)), float(total), float(effective[0]))


def _worth(rate: Rate, share: float) -> Rate:
    return rate if share >= 1 else replace(rate, effective_denominator=share * rate.n_effective)


def _total(rates: list[Rate]) -> Rate:
    if len(rates) == 1:
        return rates[0]
    both = Rate(sum(rate.numerator for rate in rates), sum(rate.denominator for rate in rates))
    if all(rate.effective_denominator is None for rate in rates):
        return both
    return replace(both, effective_denominator=sum(rate.n_effective for rate in rates))


def _group(keys: tuple[str, ...], rate: Rate, counted: Rate, alpha: float) -> GroupRate:
    is_small = counted.denominator < FEWEST_CASES
    return GroupRate(
        keys, rate, rate.interval(alpha), is_small, (int(counted.numerator), int(counted.denominator))
    )


def pooled_groups(keys: tuple[str, ...], groups: Sequence[GroupRate], alpha: float = 0.05) -> GroupRate:
    """Put several groups together.

    Parameters
    ----------
    keys : tuple of str
        What the whole is called.
    groups : sequence of GroupRate
        Of one kind.
    alpha : float, from 0 to 1
        One minus the confidence level.
    """
    wrong, cases = (sum(group.counted[place] for group in groups) for place in (0, 1))
    return _group(keys, _total([group.rate for group in groups]), Rate(wrong, cases), alpha)


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
