"""Daily volumes as printed: rounded once, in the shortest period that reads well, so that they add up.

In print, missed and caught positives add up to the positives exactly, and flagged cases are caught positives plus
flagged negatives. Positives are whole cases from 10 up where that adds up. Printed rates agree with the printed counts
and lie well inside their exact ranges, and printed ranges hold the printed averages. What the level of a volume forbids
is None.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, Literal

from expectkit.briefing.wording import (
    DAYS,
    FEWER_THAN_ONE,
    Period,
    agreeing_percent,
    between,
    coarsest_percent,
    exact,
    finer,
    half_up,
    number_text,
    outward,
    own_percent,
    period_for,
    rounded,
    unit_for,
)
from expectkit.measure.levels import Level

if TYPE_CHECKING:
    from expectkit.measure.rates import Rate
    from expectkit.measure.volumes import DailyVolume, DailyVolumes

_ONE = Decimal(1)
_HUNDRED = Decimal(100)
_LEAST_A_YEAR = Decimal("0.75")  # below it the page says "fewer than 1"
_SIMULTANEOUS_WIDENING = Decimal("1.6")  # how much wider ranges are that hold for all thresholds at once
_FINEST = ((100, _ONE), (3, Decimal("0.1")))  # from so many cases on, no finer units
_READERS_DIVIDE = 100  # fewer negatives than this are printed too coarsely for a rate to be checked against
_MAX_REFINEMENTS = 12  # times a unit is made finer before the search for agreeing digits gives up


@dataclass(frozen=True, slots=True)
class PrintedVolume:
    """A volume as every page prints it.

    Parameters
    ----------
    level : Level
        How much may be said; what may not be said is None here.
    period : {"day", "week", "month", "year"}
        What the average, its range and the bound are per. The typical day is always a day.
    mean : str or None
        The average; "fewer than 1" when it is under 0.75 a year.
    mean_low, mean_high : str or None
        Range of the average; None also when it is known exactly. At "bound only" one of them: what the average
        is at least when nearly all were counted, and what it is at most otherwise.
    typical_low, typical_high, wide_low, wide_high : str or None
        What 8 days of 10, and 19 days of 20, bring.
    upper_bound, lower_bound : str or None
        What the average is at most, and at least, each with 95 % certainty.
    is_about : bool
        Whether the average was rounded to more than whole cases.
    typical_kind : {"typical day", "by chance alone"}
        Whether the typical day knows how much days differ, or only chance.
    reason : str or None
        Why something is None.
    values : mapping of str to float
        The printed texts as numbers, by the names above.
    """

    level: Level
    period: Period = "day"
    mean: str | None = None
    mean_low: str | None = None
    mean_high: str | None = None
    typical_low: str | None = None
    typical_high: str | None = None
    wide_low: str | None = None
    wide_high: str | None = None
    upper_bound: str | None = None
    lower_bound: str | None = None
    is_about: bool = False
    typical_kind: Literal["typical day", "by chance alone"] = "typical day"
    reason: str | None = None
    values: Mapping[str, float] = field(default_factory=dict)

    @property
    def bound(self) -> tuple[str, str] | None:
        """The bound of "bound only" in words and as printed: ("at most", "20")."""
        if self.level != "bound only":
            return None
        if self.mean_low is not None and self.mean_low != "0":
            return "at least", self.mean_low
        return None if self.mean_high is None else ("at most", self.mean_high)

    @property
    def mean_range(self) -> str | None:
        """The range of the average in words, such as "between 6 and 24" or "up to 24"."""
        return between(self.mean_low, self.mean_high)

    @property
    def typical_range(self) -> str | None:
        """The range of 8 days of 10 in words."""
        return between(self.typical_low, self.typical_high)

    @property
    def wide_range(self) -> str | None:
        """The range of 19 days of 20 in words."""
        return between(self.wide_low, self.wide_high)


@dataclass(frozen=True, slots=True)
class PrintedVolumes:
    """All volumes of one setting as printed; they add up.

    Where both are stated as numbers, missed and caught positives are per the same period and add up to the
    positives; flagged cases are caught positives plus flagged negatives.

    Parameters
    ----------
    cases, positives, negatives : PrintedVolume
    flagged_negatives, missed_positives, caught_positives, flagged : PrintedVolume
    false_negative_rate, false_positive_rate, precision : str or None
        In per cent, agreeing with the printed counts to the last digit; None where it allows no number.
    values : mapping of str to float
        The three rates as numbers from 0 to 1, as printed.
    """

    cases: PrintedVolume
    positives: PrintedVolume
    negatives: PrintedVolume
    flagged_negatives: PrintedVolume
    missed_positives: PrintedVolume
    caught_positives: PrintedVolume
    flagged: PrintedVolume
    false_negative_rate: str | None
    false_positive_rate: str | None
    precision: str | None
    values: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Amount:
    """A printed average per period before it becomes text."""

    value: Decimal
    period: Period
    unit: Decimal


def print_volumes(volumes: DailyVolumes) -> PrintedVolumes:
    """Round the volumes of one setting, once, so that what is printed adds up.

    Parameters
    ----------
    volumes : DailyVolumes

    Returns
    -------
    PrintedVolumes

    Notes
    -----
    Positives, missed and caught positives are each rounded to the nearest of one unit, which is made finer until they
    add up in print and the printed rate agrees with the printed counts; from 10 up positives are whole cases where that
    adds up too. Where the number allows no finer unit, caught positives are the difference of the other two. A rate
    moves by at most a quarter of its range in rounding. When one of missed and caught may not be stated as a number,
    the other would give it away and is printed as a range.
    """
    amounts: dict[str, _Amount] = {"cases": _plain_amount(volumes.cases, digits=4)}
    amounts["positives"] = _plain_amount(volumes.positives)
    percents: dict[str, Decimal] = {}
    if _has_number(volumes.missed_positives) and _has_number(volumes.caught_positives):
        _add_positives(volumes, amounts, percents)
    amounts["negatives"] = _negatives(volumes, amounts)
    if _has_number(volumes.flagged_negatives):
        _add_false_alarms(volumes, amounts, percents)
    _add_flagged(volumes, amounts, percents)
    printed = {
        name: _print_volume(getattr(volumes, name), amounts.get(name), getattr(volumes, whole))
        for name, whole in _WHOLES.items()
    }
    texts = {name: f"{number_text(value)}%" for name, value in percents.items()}
    return PrintedVolumes(
        **printed,
        false_negative_rate=texts.get("false_negative_rate"),
        false_positive_rate=texts.get("false_positive_rate"),
        precision=texts.get("precision"),
        values={name: float(value / _HUNDRED) for name, value in percents.items()},
    )


_WHOLES = {
    "cases": "cases",
    "positives": "cases",
    "negatives": "cases",
    "flagged_negatives": "negatives",
    "missed_positives": "positives",
    "caught_positives": "positives",
    "flagged": "cases",
}
"""Each volume and the one it is a part of."""


def _has_number(volume: DailyVolume) -> bool:
    return volume.level == "number and range" and volume.mean is not None


def _mean(volume: DailyVolume) -> Decimal:
    return exact(volume.estimate or 0)


def _width(volume: DailyVolume) -> Decimal:
    if volume.mean_low is None or volume.mean_high is None:
        return Decimal(0)
    return exact(volume.mean_high) - exact(volume.mean_low)


def _unit(volume: DailyVolume, period: Period, widening: Decimal = _ONE) -> Decimal:
    """Return the unit of a volume: from its range, but whole cases from 10 up and tenths from 1 up."""
    mean = _mean(volume) * DAYS[period]
    smallest = _ONE if mean >= 10 or mean == 0 else _ONE.scaleb(min(mean.adjusted(), 0) - 1)
    width = _width(volume) * DAYS[period] / widening
    return max(unit_for(width), smallest) if width > 0 else smallest


def _widening(volumes: DailyVolumes) -> Decimal:
    """Return how much the ranges are widened for the choice of threshold; an average is no less known for it."""
    return _SIMULTANEOUS_WIDENING if volumes.is_simultaneous else _ONE


def _plain_amount(volume: DailyVolume, period: Period | None = None, digits: int | None = None) -> _Amount:
    """Round a volume on its own; `digits` is the number of leading digits that must survive."""
    mean = _mean(volume)
    period = period or period_for(mean)
    unit = _unit(volume, period)
    if digits is not None and mean >= 10:
        unit = min(unit, max(_ONE, _ONE.scaleb((mean * DAYS[period]).adjusted() - digits + 1)))
    while mean > 0 and half_up(mean * DAYS[period], unit) == 0:
        unit = finer(unit)
    return _Amount(half_up(mean * DAYS[period], unit), period, unit)


def _refined(unit: Decimal, number: Decimal) -> Iterator[Decimal]:
    """Yield a unit and finer ones: to whole cases from 100 up, tenths from 3, any below."""
    finest = next((unit for least, unit in _FINEST if number >= least), Decimal(0))
    for _ in range(_MAX_REFINEMENTS):
        yield unit
        unit = finer(unit)
        if unit < finest:
            return


@dataclass(frozen=True, slots=True)
class _Counts:
    """Printed counts of a part and its whole; `adds_up` when what is left is the rounded rest."""

    part: Decimal
    whole: Decimal
    unit: Decimal
    adds_up: bool = True


def _agreed(
    rate: Decimal, coarsest: Decimal, candidates: Iterable[_Counts]
) -> tuple[_Counts, Decimal] | None:
    """Return the coarsest printed counts that add up and from which a reader gets the printed percentage.

    Where no unit gives the percentage, the rate is rounded by itself, beside the coarsest counts that add up or else
    the finest. None where a count would be printed as nothing or as all.
    """
    last: _Counts | None = None
    for counts in candidates:
        if not 0 < counts.part < counts.whole:
            continue
        percent = agreeing_percent(rate, counts.part / counts.whole, coarsest)
        if counts.adds_up and percent is not None:
            return counts, percent
        if last is None or not last.adds_up:
            last = counts
    return None if last is None else (last, own_percent(rate, coarsest))


def _add_positives(volumes: DailyVolumes, amounts: dict[str, _Amount], percents: dict[str, Decimal]) -> None:
    """Round positives, missed and caught together, and the false negative rate with them."""
    missed, caught = volumes.missed_positives, volumes.caught_positives
    rarer = min(_mean(missed), _mean(caught))
    period = period_for(rarer)
    all_mean, missed_mean = (_mean(volume) * DAYS[period] for volume in (volumes.positives, missed))
    known = _width(volumes.positives) <= 0
    coarsest = _unit(volumes.positives, period)

    def candidates() -> Iterator[_Counts]:
        start = min(_unit(volume, period, _widening(volumes)) for volume in (missed, caught))
        for unit in _refined(start, rarer * DAYS[period]):
            part, rest = half_up(missed_mean, unit), half_up(all_mean - missed_mean, unit)
            for of_whole in (_whole(min(unit, coarsest) if known else unit, all_mean), unit):
                whole = half_up(all_mean, of_whole)
                yield _Counts(part, whole, unit, adds_up=part + rest == whole)

    found = _agreed(missed_mean / all_mean, rate_unit(volumes.false_negative_rate), candidates())
    if found is not None:
        counts, percents["false_negative_rate"] = found
        amounts["positives"] = _Amount(counts.whole, period, _last_unit(counts.whole, counts.unit))
        amounts["missed_positives"] = _Amount(counts.part, period, counts.unit)
        amounts["caught_positives"] = _Amount(counts.whole - counts.part, period, counts.unit)


def _last_unit(value: Decimal, unit: Decimal) -> Decimal:
    return max(unit, _ONE) if value == value.to_integral_value() and value >= 10 else unit


def rate_unit(rate: Rate) -> Decimal:
    """Return the largest unit, in per cent, that the range of a rate allows it to be rounded to."""
    return coarsest_percent(*rate.limits(0.05)) if rate.is_defined else _ONE


def _whole(unit: Decimal, number: Decimal) -> Decimal:
    """Return a unit that prints no part of a case from 10 cases up."""
    return max(unit, _ONE) if number >= 10 else unit


def _negatives(volumes: DailyVolumes, amounts: dict[str, _Amount]) -> _Amount:
    """Print what is left of the printed cases without the printed positives, unless that is a case or more off."""
    cases, positives = amounts["cases"], amounts["positives"]
    left = cases.value - positives.value
    is_near = abs(left - _mean(volumes.negatives) * DAYS[cases.period]) <= _ONE
    if cases.period == positives.period and left > 0 and is_near:
        return _Amount(left, cases.period, cases.unit)
    return _plain_amount(volumes.negatives, digits=4)


def _add_false_alarms(
    volumes: DailyVolumes, amounts: dict[str, _Amount], percents: dict[str, Decimal]
) -> None:
    """Round the flagged negatives, and the false positive rate with them."""
    flagged, negatives = volumes.flagged_negatives, amounts["negatives"]
    period = period_for(_mean(flagged))
    mean = _mean(flagged) * DAYS[period]
    all_mean = _mean(volumes.negatives) * DAYS[period]
    per_day = negatives.value / DAYS[negatives.period]
    base = per_day * DAYS[period] if negatives.value >= _READERS_DIVIDE else all_mean
    units = _refined(_unit(flagged, period, _widening(volumes)), min(mean, all_mean - mean))
    candidates = (_Counts(half_up(mean, unit), base, unit) for unit in units)
    found = _agreed(mean / all_mean, rate_unit(volumes.false_positive_rate), candidates)
    if found is not None:
        counts, percents["false_positive_rate"] = found
        amounts["flagged_negatives"] = _Amount(counts.part, period, counts.unit)


def _add_flagged(volumes: DailyVolumes, amounts: dict[str, _Amount], percents: dict[str, Decimal]) -> None:
    """Add up what is flagged; precision follows from the printed counts where they share a period."""
    caught, wrong = amounts.get("caught_positives"), amounts.get("flagged_negatives")
    if caught is None or wrong is None:
        if _has_number(volumes.flagged):
            amounts["flagged"] = _plain_amount(volumes.flagged)
        return
    days = DAYS[caught.period] if DAYS[caught.period] >= DAYS[wrong.period] else DAYS[wrong.period]
    in_caught, in_wrong = (a.value * days / DAYS[a.period] for a in (caught, wrong))
    if caught.period == wrong.period:
        amounts["flagged"] = _Amount(caught.value + wrong.value, caught.period, min(caught.unit, wrong.unit))
    else:
        amounts["flagged"] = _plain_amount(volumes.flagged)
    true_caught, true_wrong = _mean(volumes.caught_positives), _mean(volumes.flagged_negatives)
    share = true_caught / (true_caught + true_wrong)
    percent = agreeing_percent(share, in_caught / (in_caught + in_wrong)) or agreeing_percent(share, None)
    if percent is not None:
        percents["precision"] = percent


def _to_whole_cases(volume: DailyVolume, period: Period) -> Decimal:
    return half_up(_mean(volume) * DAYS[period], min(_ONE, _unit(volume, period)))


def _print_volume(volume: DailyVolume, amount: _Amount | None, whole: DailyVolume) -> PrintedVolume:
    """Write one volume at its level."""
    numbers: dict[str, Decimal] = {}
    texts: dict[str, str] = {}
    level = volume.level if amount is not None or volume.level != "number and range" else "range only"
    period = amount.period if amount is not None and level == "number and range" else _period_of_range(volume)
    if amount is not None and level == "number and range":
        is_tiny = amount.period == "year" and _mean(volume) * DAYS["year"] < _LEAST_A_YEAR
        if is_tiny and _mean(volume) > 0:
            texts["mean"] = FEWER_THAN_ONE
        else:
            numbers["mean"] = amount.value
    if level in ("number and range", "range only"):
        numbers |= _range_of_mean(volume, period, numbers.get("mean"))
        numbers |= _ranges_of_days(volume, numbers.get("mean") if period == "day" else None)
    if level != "refuse":
        numbers |= _bounds(volume, period, _mean(whole) * DAYS[period])
    if level == "bound only":
        is_most = _mean(volume) * 2 > _mean(whole)
        numbers |= _one_sided(numbers, is_most=is_most)
    texts |= {name: number_text(number) for name, number in numbers.items()}
    return PrintedVolume(
        level=level,
        period=period,
        **texts,
        is_about="mean" in numbers
        and numbers["mean"] != half_up(_mean(volume) * DAYS[period], min(_ONE, _unit(volume, period))),
        typical_kind=volume.typical_kind,
        reason=volume.reason,
        values={name: float(number) for name, number in numbers.items()},
    )


def _bounds(volume: DailyVolume, period: Period, whole: Decimal) -> dict[str, Decimal]:
    """Round the one-sided bounds outward, to whole cases; near all, what is left of the whole sets the unit."""
    bounds = {}
    if volume.upper_bound is not None:
        upper = exact(volume.upper_bound) * DAYS[period]
        bounds["upper_bound"] = _bound(upper, upper, ROUND_CEILING)
    if volume.lower_bound is not None:
        lower = exact(volume.lower_bound) * DAYS[period]
        bounds["lower_bound"] = _bound(lower, min(lower, whole - lower), ROUND_FLOOR)
    return bounds


def _bound(number: Decimal, known_to: Decimal, rounding: str) -> Decimal:
    """Round a bound to the unit of its size, or of its distance from all."""
    if number <= 0:
        return Decimal(0)
    return rounded(number, max(unit_for(known_to / 10), _ONE) if known_to > 0 else _ONE, rounding)


def _one_sided(numbers: Mapping[str, Decimal], *, is_most: bool) -> dict[str, Decimal]:
    """Return the one end of the range that "bound only" leaves: at least for the larger part, else at most."""
    end, bound = ("mean_low", "lower_bound") if is_most else ("mean_high", "upper_bound")
    return {end: numbers[bound]} if bound in numbers else {}


def _period_of_range(volume: DailyVolume) -> Period:
    if volume.level == "bound only" and volume.upper_bound is not None:
        return period_for(volume.upper_bound)
    return period_for(volume.mean_high) if volume.mean_high is not None else "day"


def _range_of_mean(volume: DailyVolume, period: Period, mean: Decimal | None) -> dict[str, Decimal]:
    """Round the range of an average outward; it holds the printed average."""
    if volume.mean_low is None or volume.mean_high is None or _width(volume) <= 0:
        return {}
    days = DAYS[period]
    unit = _unit(volume, period) if mean is not None else max(unit_for(_width(volume) * days), _ONE)
    low, high = outward(exact(volume.mean_low) * days, exact(volume.mean_high) * days, unit)
    if mean is not None:
        low, high = min(low, mean), max(high, mean)
    return {"mean_low": max(low, Decimal(0)), "mean_high": high}


def _ranges_of_days(volume: DailyVolume, mean: Decimal | None) -> dict[str, Decimal]:
    """Round what single days bring outward; the printed daily average lies inside."""
    ranges: dict[str, Decimal] = {}
    ends = {"typical": (volume.typical_low, volume.typical_high), "wide": (volume.wide_low, volume.wide_high)}
    for name, (first, last) in ends.items():
        if first is None or last is None:
            continue
        unit = max(_ONE, unit_for(Decimal(last - first) / 10)) if last > first else _ONE
        low, high = outward(first, last, unit)
        if mean is not None:
            low, high = (
                min(low, rounded(mean, 1, ROUND_FLOOR)),
                max(high, rounded(mean, 1, ROUND_CEILING)),
            )
        ranges |= {f"{name}_low": low, f"{name}_high": high}
    if len(ranges) == 4:  # 19 days of 20 never span less than 8 of 10
        ranges["wide_low"] = min(ranges["wide_low"], ranges["typical_low"])
        ranges["wide_high"] = max(ranges["wide_high"], ranges["typical_high"])
    return ranges
