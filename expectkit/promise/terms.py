"""The terms of a promise: what is limited, on which side, by how much, and where that figure comes from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from expectkit.errors import PromiseError, nearest

Side = Literal["at_most", "at_least"]
Rhythm = Literal["daily", "weekly", "never"]

CASES: Final = "cases a day"
FRACTION: Final = "fraction from 0 to 1"


@dataclass(frozen=True, slots=True)
class Measure:
    """Something a term can limit.

    Parameters
    ----------
    unit : str
        Of limit and measured value. "a day" alone stands for a currency and "a day", such as "EUR a day".
    side : {"at_most", "at_least"}
        Which limit is meant when only a number is given.
    in_production : {"daily", "weekly", "never"}
        How often production is held to it; "never" for what only a launch can show.
    low, high : float
        No value lies outside.
    """

    unit: str
    side: Side = "at_most"
    in_production: Rhythm = "weekly"
    low: float = 0.0
    high: float = math.inf


MEASURES: Final[Mapping[str, Measure]] = {
    "missed_positives_per_day": Measure(CASES),
    "flagged_negatives_per_day": Measure(CASES, in_production="daily"),
    "false_negative_rate": Measure(FRACTION, high=1.0),
    "false_positive_rate": Measure(FRACTION, high=1.0),
    "caught_positives_per_day": Measure(CASES, "at_least"),
    "flagged_per_day": Measure(CASES, in_production="daily"),
    "true_positive_rate": Measure(FRACTION, "at_least", high=1.0),
    "true_negative_rate": Measure(FRACTION, "at_least", high=1.0),
    "precision": Measure(FRACTION, "at_least", "daily", high=1.0),
    "selection_rate": Measure(FRACTION, in_production="daily", high=1.0),
    "cost_per_day": Measure("a day", low=-math.inf),
    "review_minutes_per_day": Measure("minutes a day", in_production="daily"),
    "overloaded_days_share": Measure(FRACTION, in_production="daily", high=1.0),
    "calibration_intercept": Measure("log-odds", low=-math.inf),
    "calibration_slope": Measure("slope", "at_least", low=-math.inf),
    "false_negative_rate_increase": Measure("difference of fractions", in_production="never", low=-1, high=1),
    "false_positive_rate_increase": Measure("difference of fractions", in_production="never", low=-1, high=1),
    "decisions_changed_per_day": Measure(CASES, in_production="never"),
    "extra_missed_positives_per_day": Measure(CASES, in_production="never", low=-math.inf),
    "latency_p95_ms": Measure("milliseconds", in_production="daily"),
    "size_bytes": Measure("bytes", in_production="never"),
    "score_drift": Measure("population stability index", in_production="daily"),
}
"""What a term can limit.

The ``_increase`` measures compare with the last record on the same cases; ``decisions_changed_per_day`` and
``extra_missed_positives_per_day`` compare an exported variant with its source model.
"""


@dataclass(frozen=True, slots=True)
class Term:
    """One limit that launch and production are held to.

    Parameters
    ----------
    measure : str
        A key of `MEASURES`.
    at_most, at_least : float or None
        The limits, in the unit of the measure. One of them, or both with `at_least` no larger than `at_most`.
    measured : float or None
        What the scored cases showed when the term was written, same unit; None when they were too few to say.
    unit : str
        Left empty, it is the unit of the measure; a cost needs its currency, such as "EUR a day".
    slice : str or None
        A column: the term then holds for each of its values, or for `slice_value` alone.
    slice_value : str or None
    variant : str or None
        An exported variant, such as "int8"; None for the model itself.
    note : str
        A remark for readers.

    Raises
    ------
    PromiseError
        If the measure is unknown, a limit is missing, impossible or contradicts the other, or the unit is another.

    Examples
    --------
    >>> Term("false_negative_rate", at_most=0.08, slice="channel").name
    'false_negative_rate[channel]'
    """

    measure: str
    at_most: float | None = None
    at_least: float | None = None
    measured: float | None = None
    unit: str = ""
    slice: str | None = None
    slice_value: str | None = None
    variant: str | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if self.measure not in MEASURES:
            near = nearest(self.measure, MEASURES)
            advice = f'Did you mean "{near}"?' if near else f"Use one of: {', '.join(MEASURES)}."
            raise PromiseError(f'term "{self.measure}" is not one we can check. {advice}')
        if self.unit == "":
            object.__setattr__(self, "unit", MEASURES[self.measure].unit)
        _check_unit(self)
        _check_limits(self)
        for key, text in (("slice", self.slice), ("variant", self.variant)):
            if text == "":
                raise PromiseError(f'term "{self.name}": {key} is empty. Name one, or leave the key out.')
        if self.slice_value is not None and self.slice is None:
            raise PromiseError(
                f'term "{self.name}" has a slice_value but no slice. Name the column in slice.'
            )

    @property
    def name(self) -> str:
        """What the term is about, unique within a promise: ``measure[column=value]@variant``."""
        value = "" if self.slice_value is None else f"={self.slice_value}"
        where = "" if self.slice is None else f"[{self.slice}{value}]"
        return f"{self.measure}{where}" + ("" if self.variant is None else f"@{self.variant}")

    @property
    def limits(self) -> tuple[tuple[Side, float], ...]:
        """The limits that are set, with their side."""
        pairs: tuple[tuple[Side, float | None], ...] = (
            ("at_least", self.at_least),
            ("at_most", self.at_most),
        )
        return tuple((side, limit) for side, limit in pairs if limit is not None)

    def is_kept_by(self, value: float) -> bool:
        """Return whether a value lies within the limits."""
        above = self.at_least is None or value >= self.at_least
        return above and (self.at_most is None or value <= self.at_most)


def _check_unit(term: Term) -> None:
    unit = MEASURES[term.measure].unit
    if unit == "a day":
        if not term.unit.endswith(" a day"):
            raise PromiseError(
                f'term "{term.name}" is in "{term.unit}", but a cost needs its currency. Write "EUR a day" or the '
                "like as its unit; with expectkit agree, state currency under [costs]."
            )
    elif term.unit != unit:
        raise PromiseError(f'term "{term.name}" is in "{term.unit}", but it is measured in "{unit}".')


def _check_limits(term: Term) -> None:
    measure = MEASURES[term.measure]
    if not term.limits:
        raise PromiseError(f'term "{term.name}" has no limit. Add at_most or at_least.')
    stated = [*term.limits, *([] if term.measured is None else [("measured", term.measured)])]
    for key, value in stated:
        if not (math.isfinite(value) and measure.low <= value <= measure.high):
            raise PromiseError(f'term "{term.name}": {key} is {value:g}; {_expected(measure, value)}')
    if term.at_most is not None and term.at_least is not None and term.at_most < term.at_least:
        raise PromiseError(
            f'term "{term.name}": at_most is {term.at_most:g} but at_least is {term.at_least:g}, so no result can '
            "keep it. Swap or drop one of them."
        )


def _expected(measure: Measure, value: float) -> str:
    if measure.unit == FRACTION and 1 < value <= 100:
        return f"give a fraction from 0 to 1, {value / 100:g} for {value:g}%."
    if math.isinf(measure.high) and math.isinf(measure.low):
        return "give a finite number."
    return (
        "give a number of 0 or more."
        if math.isinf(measure.high)
        else f"give a number from {measure.low:g} to {measure.high:g}."
    )
