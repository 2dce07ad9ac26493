"""The model beside simple rules, as printed: the same traffic, each way of deciding at the level its cases allow."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from expectkit.briefing.printed import PrintedVolume, PrintedVolumes
from expectkit.briefing.record import SimpleBaselineRecord
from expectkit.briefing.table_text import TOO_FEW, average_text, common_period, in_period, per_period
from expectkit.briefing.wording import (
    DAYS,
    FEWER_THAN_ONE,
    Period,
    exact,
    half_up,
    number_text,
    percent_text,
)
from expectkit.measure.levels import level_of_rate
from expectkit.measure.rates import Rate

if TYPE_CHECKING:
    from expectkit.measure.simple_baselines import BaselineKey, SimpleBaseline

Shown = Literal["flagged_negatives", "missed_positives", "caught_positives"]
NONE = "none"
"""Stands for exactly nothing."""

ACCURACY_UNIT = 0.1
"""Per cent: what the share of right decisions is rounded to."""

NAMES: dict[BaselineKey, str] = {
    "model": "The model at this setting",
    "flag nothing": "Flag nothing",
    "flag at random": "Flag as many, at random",
}
"""What each way of deciding is called; the process of today brings its own name."""


def baseline_records(
    baselines: Sequence[SimpleBaseline],
    printed: PrintedVolumes,
    *,
    current_name: str,
    today: PrintedVolumes | None = None,
) -> tuple[SimpleBaselineRecord, ...]:
    """Print the ways of deciding side by side.

    Parameters
    ----------
    baselines : sequence of SimpleBaseline
        On the same traffic.
    printed : PrintedVolumes
        Of the operating setting: the model's row shows them, so that no number is printed two ways.
    current_name : str
        What the process of today is called.
    today : PrintedVolumes or None
        Of the process of today: its row shows them, as the comparison with it does.

    Returns
    -------
    tuple of SimpleBaselineRecord
        In the order given. A way whose numbers rest on too few cases says so in their place.
    """
    return tuple(_baseline(way, printed, today, NAMES.get(way.key, current_name)) for way in baselines)


def _baseline(
    way: SimpleBaseline, printed: PrintedVolumes, today: PrintedVolumes | None, name: str
) -> SimpleBaselineRecord:
    stated = today if way.key == "current process" else printed if way.key == "model" else None

    def volume(shown: Shown) -> str:
        return _volume(way, printed, stated, shown, _period(printed, today, shown))

    return SimpleBaselineRecord(
        name=name,
        flagged_negatives=volume("flagged_negatives"),
        missed_positives=volume("missed_positives"),
        caught_positives=volume("caught_positives"),
        accuracy=_accuracy(way, printed),
        is_model=way.key == "model",
    )


def _accuracy(way: SimpleBaseline, printed: PrintedVolumes) -> str:
    if not _has_accuracy(way, printed):
        return TOO_FEW
    return percent_text(way.accuracy, ACCURACY_UNIT) if way.accuracy > 0 else NONE


def _volume(
    way: SimpleBaseline, printed: PrintedVolumes, stated: PrintedVolumes | None, name: Shown, period: Period
) -> str:
    """Write an average in the period of its column; what is flagged at random adds up to what the model flags."""
    if stated is not None:
        return average_text(in_period(getattr(stated, name), period))
    if not _is_known(way, printed, name):
        return TOO_FEW
    shown, exactly = PrintedVolume("number and range", period), getattr(way, name)
    number = half_up(_average(way, printed, name, period), 1)
    if number == 0:
        return NONE if exactly == 0 else FEWER_THAN_ONE + per_period(shown)
    return number_text(number) + per_period(shown)


def _average(way: SimpleBaseline, printed: PrintedVolumes, name: Shown, period: Period) -> Decimal:
    flagged = in_period(printed.flagged, period)
    if way.key == "flag at random" and name == "flagged_negatives" and flagged.period == period:
        caught = half_up(exact(way.caught_positives) * DAYS[period], 1)
        if "mean" in flagged.values:
            return max(exact(flagged.values["mean"]) - caught, Decimal(0))
    return exact(getattr(way, name)) * DAYS[period]


def _period(printed: PrintedVolumes, today: PrintedVolumes | None, name: Shown) -> Period:
    """Return the period of a column: the longest that one of its rows is printed in."""
    return common_period([getattr(shown, name) for shown in (printed, today) if shown is not None])


def accuracies(baselines: Sequence[SimpleBaselineRecord]) -> tuple[str, str] | None:
    """Return the share of right decisions of the model and of flagging nothing, as printed; None without both."""
    of_model = next((way.accuracy for way in baselines if way.is_model), TOO_FEW)
    of_nothing = next((way.accuracy for way in baselines if way.name == NAMES["flag nothing"]), TOO_FEW)
    return None if TOO_FEW in (of_model, of_nothing) else (of_model, of_nothing)


def _is_known(way: SimpleBaseline, printed: PrintedVolumes, name: Shown) -> bool:
    """Return whether the cases allow a number: the share of positives, and what else the way rests on."""
    if way.key == "flag nothing":
        return name != "missed_positives" or _has_positives(printed)
    if way.key == "flag at random":
        return _has_positives(printed) and printed.flagged.mean is not None
    if way.counts is None:
        return True
    counts = way.counts
    part, whole = (
        (counts.n_false_positives, counts.n_negatives)
        if name == "flagged_negatives"
        else (counts.n_false_negatives, counts.n_positives)
    )
    return level_of_rate(Rate(part, whole)) == "number and range"


def _has_positives(printed: PrintedVolumes) -> bool:
    """Return whether the share of positives allows a number, and the test held enough positives to say anything."""
    return printed.positives.mean is not None and printed.missed_positives.level != "refuse"


def _has_accuracy(way: SimpleBaseline, printed: PrintedVolumes) -> bool:
    if way.key == "model":
        return printed.missed_positives.mean is not None and printed.flagged_negatives.mean is not None
    return all(_is_known(way, printed, name) for name in ("missed_positives", "flagged_negatives"))
