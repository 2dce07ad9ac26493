"""What the review page carries, as plain JSON: printed numbers as steps between settings, limits as short floats.

A page for a thousand settings must stay small. Columns of printed numbers hold the step from one setting to the
next in units of their last decimal place; limits are kept as steps of their logarithm, to eight digits, which the
rounding of printed numbers does not show.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import PurePath
from typing import Any

import numpy as np

from expectkit.briefing.headlines import headline_verbs
from expectkit.briefing.printed import PrintedVolume, rate_unit
from expectkit.briefing.record import Record
from expectkit.briefing.review_inputs import RateEnds, ReviewCosts, ReviewInputs
from expectkit.briefing.statements import one_sided
from expectkit.briefing.vocabulary import Noun, Words
from expectkit.briefing.wording import FEWER_THAN_ONE, money_text, percent_at_least, percent_at_most
from expectkit.measure.capacity import HOURS_A_DAY
from expectkit.measure.cost_components import COSTED, CostedName
from expectkit.measure.intervals import FloatArray
from expectkit.measure.levels import LEVELS, Level
from expectkit.measure.rates import Rate

PERIODS = ("day", "week", "month", "year")
KINDS = ("typical day", "by chance alone")
VOLUMES = (
    "cases",
    "positives",
    "negatives",
    "flagged",
    "flagged_negatives",
    "missed_positives",
    "caught_positives",
)
RATE_STEPS = ("0.0001", "0.001", "0.01", "0.1", "1", "10")
"""Units of a printed rate, in per cent; RATE_STEPS in model.js."""

NUMBERS = ("mean", "mean_low", "mean_high", "typical_low", "typical_high")
LEAST_STOPS = 12
"""A stretch of fewer settings is not worth a view of its own."""


def review_data(record: Record, inputs: ReviewInputs) -> dict[str, Any]:
    """Return the page's data.

    Parameters
    ----------
    record : Record
    inputs : ReviewInputs

    Returns
    -------
    dict
        Plain JSON values.
    """
    first, last = near_stretch(record, inputs)
    return {
        "words": _words(record.words),
        "thresholds": [float(threshold) for threshold in inputs.thresholds],
        "counts": {
            "tp": _steps(inputs.n_true_positives.tolist()),
            "fp": _steps(inputs.n_false_positives.tolist()),
            "positives": inputs.n_positives,
            "negatives": inputs.n_negatives,
        },
        "shares": _shares(inputs),
        "traffic": inputs.traffic,
        "prevalence": inputs.prevalence,
        "fixed": np.flatnonzero(~inputs.is_simultaneous).tolist(),
        "printed": {name: _printed(name, inputs) for name in VOLUMES},
        "percents": {name: _percents(name, inputs) for name in _PERCENTS},
        "levels": _levels(inputs),
        "rate_levels": {name: runs(map(LEVELS.index, column)) for name, column in inputs.rate_levels.items()},
        "rate_steps": _rate_steps(inputs),
        "limits": _limits(inputs),
        "zero_estimates": _zero_estimates(inputs),
        "bounds": _bounds(inputs),
        "bound_texts": _bound_texts(inputs),
        "costed": _costed(inputs),
        "correlations": [
            [one, other, packed(values)]
            for (one, other), values in inputs.correlations.items()
            if np.any(values != 0) and {one, other} <= set(_names_with_costs(inputs))
        ],
        "costs": _costs(inputs.costs),
        "near": [first, last],
        "presets": _presets(record, inputs),
        "operating": int(np.searchsorted(inputs.thresholds, record.operating_threshold)),
        "config": PurePath(inputs.config).name,
    }


# ------------------------------------------------------------------------------------------------- words


def _words(words: Words) -> dict[str, Any]:
    def noun(value: Noun) -> dict[str, str]:
        return {"singular": value.singular, "plural": value.plural}

    catch, flag, flag_rest = headline_verbs(words)
    return {
        "model_name": words.model_name,
        "catch": catch,
        "flag": flag,
        "flag_rest": flag_rest,
        "case": noun(words.case),
        "positive": noun(words.positive),
        "negative": noun(words.negative),
        "flagged": words.flagged,
        "briefly_flagged": words.briefly_flagged,
        "missed": words.missed,
        "caught": words.caught,
    }


def _presets(record: Record, inputs: ReviewInputs) -> list[dict[str, Any]]:
    places = {float(threshold): place for place, threshold in enumerate(inputs.thresholds)}
    return [
        {"name": setting.name, "place": places[setting.threshold]}
        for setting in record.settings
        if setting.threshold in places
    ]


def _costs(costs: ReviewCosts) -> dict[str, Any]:
    text = money_text(0, costs.currency) if costs.currency else "0"
    return {
        "prefix": text.split("0")[0],
        "currency": costs.currency,
        "missed_positive": costs.missed_positive,
        "flagged_negative": costs.flagged_negative,
        "caught_positive": costs.caught_positive,
        "minutes_per_review": costs.minutes_per_review,
        "review_capacity_per_day": costs.review_capacity_per_day,
        "reviewers": costs.reviewers,
        "hours": HOURS_A_DAY,
    }


def near_stretch(record: Record, inputs: ReviewInputs) -> tuple[int, int]:
    """Return the first and last of the settings worth looking at first.

    From a quarter of the misses, or five times the false alarms, of the operating setting to an eighth of its false
    alarms, or six times its misses; all settings of the record lie inside.
    """
    thresholds, last = inputs.thresholds, inputs.thresholds.size - 1
    at = int(np.searchsorted(thresholds, record.operating_threshold))
    misses, alarms = inputs.n_positives - inputs.n_true_positives, inputs.n_false_positives
    below = np.flatnonzero((misses[:at] * 4 <= misses[at]) | (alarms[:at] >= max(alarms[at], 1) * 5))
    above = np.flatnonzero(
        (alarms[at + 1 :] * 8 <= alarms[at]) | (misses[at + 1 :] >= max(misses[at], 1) * 6)
    )
    named = [preset["place"] for preset in _presets(record, inputs)]
    low = min([int(below[-1]) if below.size else 0, *named])
    high = max([int(above[0]) + at + 1 if above.size else last, *named])
    return (low, high) if high - low >= LEAST_STOPS else (0, last)


# ----------------------------------------------------------------------------------------------- printed


_PERCENTS = ("false_negative_rate", "false_positive_rate", "precision")


def _printed(name: str, inputs: ReviewInputs) -> dict[str, Any]:
    volumes: list[PrintedVolume] = [getattr(there, name) for there in inputs.printed]
    if name == "flagged":  # its range is shown only where it has no number
        volumes = [_without_range(volume) if volume.mean is not None else volume for volume in volumes]
    return {
        "level": runs([LEVELS.index(volume.level) for volume in volumes]),
        "period": runs([PERIODS.index(volume.period) for volume in volumes]),
        "about": runs([int(volume.is_about) for volume in volumes]),
        "kind": runs([KINDS.index(volume.typical_kind) for volume in volumes]),
        "numbers": {
            number: printed_steps([getattr(volume, number) for volume in volumes])
            for number in _numbers_of(name)
        },
    }


def _without_range(volume: PrintedVolume) -> PrintedVolume:
    return replace(volume, mean_low=None, mean_high=None)


def _numbers_of(name: str) -> tuple[str, ...]:
    if name in ("positives", "negatives", "cases"):
        return ("mean",)
    return (*NUMBERS, "wide_high") if name == "flagged" else NUMBERS


def _percents(name: str, inputs: ReviewInputs) -> dict[str, Any]:
    texts = [getattr(there, name) for there in inputs.printed]
    return printed_steps([None if text is None else text.removesuffix("%") for text in texts])


def printed_steps(texts: Sequence[str | None]) -> dict[str, Any]:
    """Write a column of printed numbers as steps in units of its last decimal place.

    Parameters
    ----------
    texts : sequence of str or None

    Returns
    -------
    dict
        ``places`` and ``steps``: "" as before, "x" none, "~" fewer than 1, else the step.

    Examples
    --------
    >>> printed_steps(["8,280", "8,280", None, "8,279.5"])
    {'places': 1, 'steps': '82800,,x,-5'}
    """
    numbers = [
        None if text in (None, FEWER_THAN_ONE) else Decimal((text or "").replace(",", "")) for text in texts
    ]
    places = max((_places(number) for number in numbers if number is not None), default=0)
    steps, last, before = [], 0, ""
    for text, number in zip(texts, numbers, strict=True):
        if number is None:
            step = "x" if text is None else "~"
            steps.append("" if step == before else step)
            before = step
            continue
        units = int(number.scaleb(places))
        steps.append("" if before == "n" and units == last else str(units - last))
        last, before = units, "n"
    return {"places": places, "steps": joined_runs(steps)}


def _places(number: Decimal) -> int:
    return max(0, -int(number.normalize().as_tuple().exponent))


def joined_runs(steps: Iterable[str]) -> str:
    """Join steps by commas, runs of a repeated one as "step*times" where that is shorter."""
    parts = []
    for step, run in itertools.groupby(steps):
        times = len(list(run))
        plain, short = ",".join([step] * times), f"{step}*{times}"
        parts.append(short if len(short) < len(plain) else plain)
    return ",".join(parts)


def _rate_steps(inputs: ReviewInputs) -> dict[str, str]:
    """Return what the ranges of the two error rates allow them to be rounded to, as places in `RATE_STEPS`."""
    rates = {
        "missed": [there.false_negative_rate for there in inputs.volumes],
        "alarms": [there.false_positive_rate for there in inputs.volumes],
    }
    return {
        name: runs(RATE_STEPS.index(f"{rate_unit(rate):f}") for rate in column)
        for name, column in rates.items()
    }


def runs(codes: Iterable[int]) -> str:
    """Write a column of codes as runs.

    Examples
    --------
    >>> runs([3, 3, 3, 0])
    '3*3,0'
    """
    found = [(code, len(list(run))) for code, run in itertools.groupby(codes)]
    return ",".join(str(code) if times == 1 else f"{code}*{times}" for code, times in found)


def _steps(numbers: Sequence[int]) -> str:
    pairs = itertools.pairwise([0, *numbers])
    return ",".join("" if after == before else str(after - before) for before, after in pairs)


# ------------------------------------------------------------------------------------------------ limits


def _levels(inputs: ReviewInputs) -> dict[str, str]:
    names = ("flagged_negatives", "missed_positives", "caught_positives", "flagged", "precision")
    return {
        name: runs(LEVELS.index(getattr(there, name).level) for there in inputs.volumes) for name in names
    }


def _shares(inputs: ReviewInputs) -> dict[str, list[float]] | None:
    """Return the two error rates where counts do not give them: with weighted cases."""
    counted = 1 - inputs.n_true_positives / max(inputs.n_positives, 1)
    if np.allclose(counted if inputs.n_positives else 0.0, inputs.missed_share, rtol=0, atol=1e-12):
        alarms = inputs.n_false_positives / max(inputs.n_negatives, 1)
        if np.allclose(alarms, inputs.alarms_share, rtol=0, atol=1e-12):
            return None
    return {"missed": inputs.missed_share.tolist(), "alarms": inputs.alarms_share.tolist()}


def _limits(inputs: ReviewInputs) -> dict[str, Any]:
    limits = inputs.limits
    caught, missed = limits.caught_of_flagged, limits.missed
    own_caught = np.allclose(caught.low, 1 - missed.high, rtol=0, atol=1e-13)
    own_alarms = np.array_equal(limits.alarms_of_flagged.low, limits.alarms.low)
    return {
        "missed": _ends(missed),
        "alarms": _ends(limits.alarms),
        "caught_of_flagged": None if own_caught else _ends(caught),
        "alarms_of_flagged": None if own_alarms else _ends(limits.alarms_of_flagged),
    }


def _ends(rate: RateEnds) -> dict[str, str]:
    return {"low": packed(rate.low), "high": packed(rate.high)}


def _zero_estimates(inputs: ReviewInputs) -> dict[str, dict[int, float]]:
    """Return what stands in for a rate of exactly 0 in the range of all that is flagged."""
    columns = {
        "caught": (inputs.missed_share >= 1, inputs.limits.caught_of_flagged.estimate),
        "alarms": (inputs.alarms_share <= 0, inputs.limits.alarms_of_flagged.estimate),
    }
    return {
        name: {int(place): float(values[place]) for place in np.flatnonzero(where)}
        for name, (where, values) in columns.items()
    }


def _bounds(inputs: ReviewInputs) -> dict[str, Any]:
    """Return the limits behind one-sided bounds, each once, and which of them the settings that may state one use."""
    parts, levels = inputs.bounds, inputs.rate_levels
    of_all = _places_of_bounds(levels["flagged"])
    wanted = (
        (parts.missed, _places_of_bounds(levels["missed_positives"])),
        (parts.alarms, _places_of_bounds(levels["flagged_negatives"])),
        (parts.caught_of_flagged, of_all),
        (parts.alarms_of_flagged, of_all),
    )
    ends: dict[tuple[float, ...], int] = {}

    def number_of(rate: RateEnds, place: int) -> int:
        return ends.setdefault(_three(rate, place), len(ends))

    at = {
        place: [number_of(rate, place) if place in places else None for rate, places in wanted]
        for place in sorted(set().union(*(places for _, places in wanted)))
    }
    return {"ends": list(ends), "at": at}


def _places_of_bounds(levels: Sequence[Level]) -> set[int]:
    return {place for place, level in enumerate(levels) if level == "bound only"}


def _three(rate: RateEnds, place: int) -> tuple[float, ...]:
    return tuple(_short(end[place]) for end in (rate.estimate, rate.low, rate.high))


def _short(value: float) -> float:
    return float(f"{value:.10g}")


def _bound_texts(inputs: ReviewInputs) -> dict[str, dict[int, str]]:
    found: dict[str, dict[int, str]] = {"missed": {}, "alarms": {}}
    for place, there in enumerate(inputs.volumes):
        for name, volume, rate in (
            ("missed", "missed_positives", there.false_negative_rate),
            ("alarms", "flagged_negatives", there.false_positive_rate),
        ):
            if "bound only" in (getattr(there, volume).level, inputs.rate_levels[volume][place]):
                found[name][place] = _bound_text(rate, is_simultaneous=there.is_simultaneous)
    return found


def _bound_text(rate: Rate, *, is_simultaneous: bool) -> str:
    low, high = one_sided(rate, is_simultaneous=is_simultaneous)
    return f"at least {percent_at_least(low)}" if rate.value > 0.5 else f"at most {percent_at_most(high)}"


def _costed(inputs: ReviewInputs) -> Mapping[str, Any] | None:
    """Return the ranges of what costs, where they do not follow from rates, traffic and mix alone."""
    volumes = inputs.volumes[0]
    if (
        volumes.cases.mean_low == volumes.cases.mean_high
        and volumes.positives.mean_low == volumes.positives.mean_high
    ):
        return None
    exact = _names_with_costs(inputs)
    return {
        name: {
            "low": packed(raw.low, _STEPS if name in exact else _COARSE),
            "high": packed(raw.high, _STEPS if name in exact else _COARSE),
        }
        for name, raw in inputs.costed.items()
    }


def _names_with_costs(inputs: ReviewInputs) -> tuple[CostedName, ...]:
    """Return the quantities whose ranges a cost can need: catches only where their value was stated."""
    return COSTED if inputs.costs.caught_positive else ("missed_positives", "flagged_negatives")


_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-"
_STEPS = 2**25  # of the logarithm to base 2: each number to within 1.1e-8 of itself
_COARSE = 2**10  # within 0.04 %: for curves


def packed(values: FloatArray, steps: int = _STEPS) -> str:
    """Write numbers as steps of their logarithm, each as its difference to the one before.

    Parameters
    ----------
    values : float64 array, shape (K,)
        0, or a size from 2**-31 to 2**31; infinity is written as 2**31.
    steps : int
        Per power of two.

    Returns
    -------
    str
        `steps`, a colon, and differences with the sign in the lowest bit, five bits a character, lowest first; a
        character from 32 on says that more follow.
    """
    sizes = np.minimum(np.abs(np.nan_to_num(np.asarray(values, dtype=np.float64))), 2.0**31)
    logs = np.log2(np.where(sizes > 0, np.maximum(sizes, 2.0**-31), 1.0))
    codes = np.where(sizes > 0, np.sign(values) * np.rint((logs + 32) * steps), 0).astype(np.int64)
    return f"{steps}:" + "".join(_digits(step) for step in np.diff(codes, prepend=0).tolist())


def _digits(step: int) -> str:
    rest, text = abs(step) * 2 + (step < 0), ""
    while rest >= 32:
        rest, digit = divmod(rest, 32)
        text += _DIGITS[digit + 32]
    return text + _DIGITS[rest]


def cost_factors(costs: ReviewCosts) -> tuple[float, float, float] | None:
    """Return the factors of missed, flagged and caught cases in the cost of a day; None without costs."""
    given = [costs.missed_positive, costs.flagged_negative]
    if all(value is None for value in given) or not any(value for value in given):
        return None
    missed, flagged, caught = (value or 0.0 for value in (*given, costs.caught_positive))
    return missed, flagged, -caught if not math.isclose(caught, 0.0) else 0.0
