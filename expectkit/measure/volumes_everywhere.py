"""The daily volumes at many thresholds in one go: what `daily_volumes` gives one by one, for a slider."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from expectkit.measure.intervals import FloatArray, IntArray, Interval, Limits, clopper_pearson, local_alpha
from expectkit.measure.levels import Level, level_of, lower_of
from expectkit.measure.new_day import (
    MOST_DAYS,
    NEARLY_ALL_DAYS,
    is_by_chance_alone,
    observed_day,
    range_maker,
)
from expectkit.measure.prevalence import DayProfile
from expectkit.measure.rates import Rate
from expectkit.measure.sweep import Sweep
from expectkit.measure.volume_parts import Quantity, VolumeParts, volume_parts
from expectkit.measure.volumes import WITH_RANGE, DailyVolume, DailyVolumes, Precision, TypicalKind

MOVING: tuple[Quantity, ...] = ("flagged_negatives", "missed_positives", "caught_positives", "flagged")
"""The volumes that change with the threshold."""

N_KNOTS = 13
Ends = tuple[IntArray, IntArray]


def volumes_everywhere(
    sweep: Sweep, day: DayProfile, places: Sequence[int], like: DailyVolumes
) -> tuple[DailyVolumes, ...]:
    """Give the daily volumes at many thresholds, with ranges that hold at all of them at once.

    Parameters
    ----------
    sweep : Sweep
    day : DayProfile
    places : sequence of int, ascending
        Which thresholds.
    like : DailyVolumes
        At any threshold: cases, positives and negatives a day are the same everywhere.

    Returns
    -------
    tuple of DailyVolumes
        As `daily_volumes` with `simultaneous`, without weekdays, reasons and the limits of precision. Where only
        the total of a day is known, the ranges of single days are worked out at about 13 thresholds and taken
        from these in between, outward.
    """
    shown = np.asarray(places, dtype=np.intp)
    alphas = _alphas(sweep, 0.95), _alphas(sweep, 0.90)
    parts = volume_parts(sweep, day, alpha_positives=alphas[0][0], alpha_negatives=alphas[0][1])
    levels = _with_known_mix(levels_at(parts, shown), like)
    ranges = {share: _days(parts, shown, share) for share in (MOST_DAYS, NEARLY_ALL_DAYS)}
    columns = {
        name: _volumes(name, parts, shown, levels, (alphas[0][2][name], alphas[1][2][name]), ranges)
        for name in MOVING
    }
    found = []
    for i, place in enumerate(shown.tolist()):
        by_name = {name: column[i] for name, column in columns.items()}
        found.append(
            DailyVolumes(
                threshold=float(sweep.thresholds[place]),
                cases=like.cases,
                positives=like.positives,
                negatives=like.negatives,
                **by_name,
                precision=Precision(None, None, None, None, levels["precision"][i], None),
                false_negative_rate=_rate(sweep.false_negative_rate(place), parts, place, positives=True),
                false_positive_rate=_rate(sweep.false_positive_rate(place), parts, place, positives=False),
                rates_differ_by_day=(bool(parts.missed_differ[place]), bool(parts.alarms_differ[place])),
                is_simultaneous=True,
                per_weekday=(),
            )
        )
    return tuple(found)


def _alphas(sweep: Sweep, confidence_level: float) -> tuple[FloatArray, FloatArray, dict[str, FloatArray]]:
    positives = local_alpha(sweep.effective_positives, confidence_level)
    negatives = local_alpha(sweep.effective_negatives, confidence_level)
    of_quantity = {
        "flagged_negatives": negatives,
        "missed_positives": positives,
        "caught_positives": positives,
        "flagged": np.minimum(positives, negatives),
    }
    return positives, negatives, of_quantity


def _rate(rate: Rate, parts: VolumeParts, place: int, *, positives: bool) -> Rate:
    differs = parts.missed_differ if positives else parts.alarms_differ
    if not bool(differs[place]):
        return rate
    worth = parts.positives if positives else parts.negatives
    return Rate(rate.numerator, rate.denominator, float(worth[place]))


def levels_at(parts: VolumeParts, shown: IntArray) -> dict[str, list[Level]]:
    """Say what may be stated of each quantity, and of the precision, when production's mix is known.

    Parameters
    ----------
    parts : VolumeParts
        At all thresholds.
    shown : int array
        Which thresholds.
    """
    cases = parts.positives + parts.negatives
    flagged = np.clip(parts.positives - parts.missed + parts.alarms, 0.0, cases)
    missed = levels_of_rates(parts.missed[shown], parts.positives[shown])
    alarms = levels_of_rates(parts.alarms[shown], parts.negatives[shown])
    both = levels_of_rates(flagged[shown], cases[shown])
    few = np.minimum(parts.positives, parts.negatives)[shown] < 30
    return {
        "missed_positives": missed,
        "caught_positives": missed,
        "flagged_negatives": alarms,
        "flagged": ["refuse" if is_few else level for level, is_few in zip(both, few, strict=True)],
        "precision": _precision_levels(parts, shown),
    }


def _with_known_mix(levels: dict[str, list[Level]], like: DailyVolumes) -> dict[str, list[Level]]:
    """Take back what a mix that is counted on few cases does not bear out."""
    most = dict.fromkeys(levels, like.positives.level) | {"flagged_negatives": like.negatives.level}
    return {name: [lower_of(level, most[name]) for level in column] for name, column in levels.items()}


def _precision_levels(parts: VolumeParts, shown: IntArray) -> list[Level]:
    caught = np.maximum(parts.positives - parts.missed, 0.0)[shown]
    return levels_of_rates(caught, caught + parts.alarms[shown])


def levels_of_rates(counted: FloatArray, cases: FloatArray) -> list[Level]:
    """Say how much may be stated about each of many rates; as `level_of_rate`.

    Parameters
    ----------
    counted, cases : float64 array, shape (K,)
        Effective counts.
    """
    shares = np.where(cases > 0, counted / np.where(cases > 0, cases, 1.0), 0.0)
    rarer = np.where(shares <= 0.5, counted, cases - counted)
    low, high = clopper_pearson(rarer, cases, 0.05)
    return [
        level_of(float(x), float(n), Interval(float(a), float(b), 0.95, "Clopper-Pearson"))
        for x, n, a, b in zip(rarer, cases, low, high, strict=True)
    ]


def _volumes(
    name: Quantity,
    parts: VolumeParts,
    shown: IntArray,
    levels: dict[str, list[Level]],
    alphas: tuple[FloatArray, FloatArray],
    ranges: dict[float, dict[str, Ends]],
) -> list[DailyVolume]:
    kind: TypicalKind = "typical day"
    if parts.series is None and is_by_chance_alone(parts.day):
        kind = "by chance alone"
    mean = parts.mean(name)[shown]
    limits, bounds = ([end[shown] for end in parts.limits(name, alpha)] for alpha in alphas)
    most, nearly_all = ranges[MOST_DAYS][name], ranges[NEARLY_ALL_DAYS][name]
    found = []
    for i, level in enumerate(levels[name]):
        ranged = level in WITH_RANGE
        found.append(
            DailyVolume(
                mean=float(mean[i]) if level == "number and range" else None,
                mean_low=float(limits[0][i]) if ranged else None,
                mean_high=float(limits[1][i]) if ranged else None,
                typical_low=int(most[0][i]) if ranged else None,
                typical_high=int(most[1][i]) if ranged else None,
                wide_low=int(nearly_all[0][i]) if ranged else None,
                wide_high=int(nearly_all[1][i]) if ranged else None,
                typical_kind=kind,
                level=level,
                reason=None,
                upper_bound=float(bounds[1][i]) if np.isfinite(mean[i]) else None,
                lower_bound=float(bounds[0][i]) if np.isfinite(mean[i]) else None,
                estimate=float(mean[i]) if np.isfinite(mean[i]) else None,
            )
        )
    return found


# ----------------------------------------------------------------------------------------------- single days


def _days(parts: VolumeParts, shown: IntArray, share: float) -> dict[str, Ends]:
    """Return the range of a new day of each quantity at each threshold."""
    if parts.series is not None:
        return {name: _whole(observed_day(parts, name, share), shown) for name in MOVING}
    if is_by_chance_alone(parts.day):
        return {name: _by_chance(parts, name, shown, share) for name in MOVING}
    return _between_knots(parts, shown, share)


def _whole(limits: Limits, shown: IntArray) -> Ends:
    return limits[0][shown].astype(np.int64), limits[1][shown].astype(np.int64)


def _by_chance(parts: VolumeParts, name: Quantity, shown: IntArray, share: float) -> Ends:
    lowest, highest = parts.mean_ends(name)
    return chance_ranges(lowest[shown], share)[0], chance_ranges(highest[shown], share)[1]


def chance_ranges(means: FloatArray, share: float) -> Ends:
    """Give the range of a Poisson count for each of many means; as `range_by_chance`.

    Parameters
    ----------
    means : float64 array, shape (K,)
        nan gives 0 to 0.
    share : float, 0 to 1

    Examples
    --------
    >>> [end.tolist() for end in chance_ranges(np.array([14.0, 0.0]), 0.8)]
    [[9, 0], [19, 0]]
    """
    tail = (1 - share) / 2
    known = np.nan_to_num(means)
    return _first_count(known, tail, strict=True), _first_count(known, 1 - tail, strict=False)


def _first_count(means: FloatArray, level: float, *, strict: bool) -> IntArray:
    """Return the smallest count whose Poisson distribution function reaches (or, if strict, passes) a level."""
    from scipy.special import ndtri, pdtr

    some = np.where(means > 0, means, 1.0)

    def reached(counts: FloatArray) -> np.ndarray:
        below = np.where(counts < 0, 0.0, pdtr(np.maximum(counts, 0.0), some))
        return below > level if strict else below >= level

    count = np.maximum(np.floor(some + float(ndtri(level)) * np.sqrt(some)), 0.0)
    while np.any(short := ~reached(count)):
        count = np.where(short, count + 1, count)
    while np.any(long := reached(count - 1)):
        count = np.where(long, count - 1, count)
    return np.where(means > 0, count, 0.0).astype(np.int64)


def _between_knots(parts: VolumeParts, shown: IntArray, share: float) -> dict[str, Ends]:
    """Work ranges out at some thresholds; in between they are nearly straight over the root of the mean."""
    ends: dict[str, Ends] = {}
    for name in MOVING:
        means = np.nan_to_num(parts.mean(name)[shown])
        roots = np.sqrt(means + 0.375)
        knots = _knots(roots)
        found = [range_maker(_one(parts, int(shown[knot])))(name, share) for knot in knots]
        order = np.argsort(roots[knots], kind="stable")
        x = roots[knots][order]
        low, high = (
            np.sqrt(np.asarray(end, dtype=np.float64) + 0.375)[order] for end in zip(*found, strict=True)
        )
        first = np.floor(np.interp(roots, x, low) ** 2 - 0.375 + 1e-9)
        last = np.ceil(np.interp(roots, x, high) ** 2 - 0.375 - 1e-9)
        ends[name] = np.maximum(first, 0.0).astype(np.int64), np.maximum(last, 0.0).astype(np.int64)
    return ends


def _knots(roots: FloatArray) -> IntArray:
    """Choose thresholds that cover the range of a quantity evenly, its two ends among them."""
    order = np.argsort(roots, kind="stable")
    wanted = np.linspace(roots[order[0]], roots[order[-1]], N_KNOTS)
    near = np.clip(np.searchsorted(roots[order], wanted), 0, roots.size - 1)
    return np.unique(order[near])


def _one(parts: VolumeParts, place: int) -> VolumeParts:
    return VolumeParts(
        parts.missed[place],
        parts.positives[place],
        parts.alarms[place],
        parts.negatives[place],
        parts.day,
        None,
        parts.missed_differ[place],
        parts.alarms_differ[place],
    )
