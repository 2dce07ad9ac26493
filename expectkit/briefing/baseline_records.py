"""The model beside simple rules, as printed: the same traffic, each way of deciding at the level its cases allow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from expectkit.briefing.printed import PrintedVolumes
from expectkit.briefing.record import SimpleBaselineRecord
from expectkit.briefing.table_text import TOO_FEW, average_text
from expectkit.briefing.wording import count_text, percent_text
from expectkit.measure.levels import level_of_rate
from expectkit.measure.rates import Rate

if TYPE_CHECKING:
    from expectkit.measure.simple_baselines import BaselineKey, SimpleBaseline

Shown = Literal["flagged_negatives", "missed_positives", "caught_positives"]
ACCURACY_UNIT = 0.1
"""Per cent: what the share of right decisions is rounded to."""

NAMES: dict[BaselineKey, str] = {
    "model": "The model at this setting",
    "flag nothing": "Flag nothing",
    "flag at random": "Flag as many, at random",
}
"""What each way of deciding is called; the process of today brings its own name."""


def baseline_records(
    baselines: Sequence[SimpleBaseline], printed: PrintedVolumes, *, current_name: str
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

    Returns
    -------
    tuple of SimpleBaselineRecord
        In the order given. A way whose numbers rest on too few cases says so in their place.
    """
    return tuple(_baseline(way, printed, NAMES.get(way.key, current_name)) for way in baselines)


def _baseline(way: SimpleBaseline, printed: PrintedVolumes, name: str) -> SimpleBaselineRecord:
    return SimpleBaselineRecord(
        name=name,
        flagged_negatives=_volume(way, printed, "flagged_negatives"),
        missed_positives=_volume(way, printed, "missed_positives"),
        caught_positives=_volume(way, printed, "caught_positives"),
        accuracy=percent_text(way.accuracy, ACCURACY_UNIT) if _has_accuracy(way, printed) else TOO_FEW,
        is_model=way.key == "model",
    )


def _volume(way: SimpleBaseline, printed: PrintedVolumes, name: Shown) -> str:
    if way.key == "model":
        return average_text(getattr(printed, name))
    return count_text(getattr(way, name)) if _is_known(way, printed, name) else TOO_FEW


def _is_known(way: SimpleBaseline, printed: PrintedVolumes, name: Shown) -> bool:
    """Return whether the cases allow a number: the share of positives, and what else the way rests on."""
    if way.key == "flag nothing":
        return name != "missed_positives" or printed.positives.mean is not None
    if way.key == "flag at random":
        return printed.positives.mean is not None and printed.flagged.mean is not None
    if way.counts is None:
        return True
    counts = way.counts
    part, whole = (
        (counts.n_false_positives, counts.n_negatives)
        if name == "flagged_negatives"
        else (counts.n_false_negatives, counts.n_positives)
    )
    return level_of_rate(Rate(part, whole)) == "number and range"


def _has_accuracy(way: SimpleBaseline, printed: PrintedVolumes) -> bool:
    if way.key == "model":
        return printed.missed_positives.mean is not None and printed.flagged_negatives.mean is not None
    return all(_is_known(way, printed, name) for name in ("missed_positives", "flagged_negatives"))
