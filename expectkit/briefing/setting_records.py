"""What the record holds of one setting: counts, rates and volumes, raw and as pages print them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from expectkit.briefing.printed import PrintedVolume, PrintedVolumes
from expectkit.briefing.record import Counts, RateRecord, VolumeRecord
from expectkit.briefing.statements import SettingFacts, one_sided
from expectkit.briefing.vocabulary import Words
from expectkit.briefing.wording import percent_at_least, percent_at_most, percent_range
from expectkit.measure.levels import level_of_rate
from expectkit.measure.new_day import MOST_DAYS, NEARLY_ALL_DAYS
from expectkit.measure.rates import Rate
from expectkit.measure.volumes import DailyVolume, DailyVolumes

if TYPE_CHECKING:
    from expectkit.measure.counts import ConfusionCounts

VOLUME_NAMES = (
    "cases",
    "positives",
    "negatives",
    "flagged",
    "flagged_negatives",
    "missed_positives",
    "caught_positives",
)
"""The volumes of a record, in its order."""

CONFIDENCE_LEVEL = 0.95
AT_ALL_SETTINGS = "; at all settings at once"

Ends = tuple[str | None, str | None]


def counts_record(counts: ConfusionCounts) -> Counts:
    """Return the four counts among the test cases."""
    return Counts(
        counts.n_true_positives, counts.n_false_positives, counts.n_true_negatives, counts.n_false_negatives
    )


def rate_records(facts: SettingFacts, volumes: DailyVolumes) -> dict[str, RateRecord]:
    """Return the rates of a setting with their ranges.

    Parameters
    ----------
    facts : SettingFacts
    volumes : DailyVolumes
        Of the same setting.

    Returns
    -------
    dict of str to RateRecord
        False negative and true positive rate (over the test's positives), false positive rate (over its negatives),
        and precision in production, whose two counts are the cases caught and flagged on an average day.
    """
    miss, alarm = facts.false_negative_rate, facts.false_positive_rate
    printed = facts.printed
    method = AT_ALL_SETTINGS if volumes.is_simultaneous else ""
    shown = {name: printed.values.get(name) for name in ("false_negative_rate", "false_positive_rate")}
    return {
        "false_negative_rate": _rate(
            miss, facts.alpha_positives, method, printed.false_negative_rate, shown["false_negative_rate"]
        ),
        "true_positive_rate": _rate(miss.complement(), facts.alpha_positives, method),
        "false_positive_rate": _rate(
            alarm, facts.alpha_negatives, method, printed.false_positive_rate, shown["false_positive_rate"]
        ),
        "precision": _precision(volumes, printed, method),
    }


def _rate(
    rate: Rate, alpha: float, method: str, printed: str | None = None, shown: float | None = None
) -> RateRecord:
    """Record a rate; `shown` is the printed one as a number, which the printed range must hold."""
    level = level_of_rate(rate)
    interval = rate.interval(alpha)
    has_range = level != "refuse" and rate.is_defined
    ends: Ends = (None, None)
    if level == "bound only":
        ends = _bound(rate, is_simultaneous=bool(method))
    elif has_range:
        ends = percent_range(interval.low, interval.high, shown)
    return RateRecord(
        value=rate.value if rate.is_defined and level == "number and range" else None,
        numerator=rate.numerator,
        denominator=rate.denominator,
        low=interval.low if has_range else None,
        high=interval.high if has_range else None,
        upper_bound=one_sided(rate, is_simultaneous=bool(method))[1] if rate.is_defined else None,
        confidence_level=CONFIDENCE_LEVEL,
        method=interval.method + method,
        level=level,
        printed=printed,
        printed_low=ends[0],
        printed_high=ends[1],
    )


def _bound(rate: Rate, *, is_simultaneous: bool) -> Ends:
    """Print the one end that few errors leave: "at least" of a rate near all, "at most" of one near nothing."""
    low, high = one_sided(rate, is_simultaneous=is_simultaneous)
    return (percent_at_least(low), None) if rate.value > 0.5 else (None, percent_at_most(high))


def _precision(volumes: DailyVolumes, printed: PrintedVolumes, method: str) -> RateRecord:
    precision = volumes.precision
    ends: Ends = (None, None)
    if precision.low is not None and precision.high is not None:
        ends = percent_range(precision.low, precision.high, printed.values.get("precision"))
    elif precision.lower_bound is not None:
        ends = (percent_at_least(precision.lower_bound), None)
    return RateRecord(
        value=precision.value,
        numerator=volumes.caught_positives.estimate or 0.0,
        denominator=volumes.flagged.estimate or 0.0,
        low=precision.low,
        high=precision.high,
        upper_bound=None,
        confidence_level=CONFIDENCE_LEVEL,
        method="MOVER on caught against wrongly flagged, at the prevalence in production" + method,
        level=precision.level,
        printed=printed.precision if precision.value is not None else None,
        printed_low=ends[0],
        printed_high=ends[1],
    )


def volume_records(
    volumes: DailyVolumes, printed: PrintedVolumes, words: Words | None = None
) -> dict[str, VolumeRecord]:
    """Return the volumes of a setting, by `VOLUME_NAMES`, each with what is printed of it.

    Reasons call the cases what the business does, when its words are given.
    """
    return {name: _volume(getattr(volumes, name), getattr(printed, name), words) for name in VOLUME_NAMES}


def _in_words(reason: str | None, words: Words | None) -> str | None:
    """Put the words of the business into a reason, which the measuring layer writes without knowing them."""
    if reason is None or words is None:
        return reason
    told = {
        "positive cases": words.positive.plural,
        "negative cases": words.negative.plural,
        "cases": words.case.plural,
        "missed": words.missed,
        "flagged": words.briefly_flagged,
    }
    return re.sub("|".join(told), lambda found: told[found.group()], reason)


def _volume(volume: DailyVolume, printed: PrintedVolume, words: Words | None) -> VolumeRecord:
    return VolumeRecord(
        mean=volume.mean,
        mean_low=volume.mean_low,
        mean_high=volume.mean_high,
        typical_low=volume.typical_low,
        typical_high=volume.typical_high,
        typical_share=MOST_DAYS,
        wide_low=volume.wide_low,
        wide_high=volume.wide_high,
        wide_share=NEARLY_ALL_DAYS,
        typical_kind=volume.typical_kind,
        upper_bound=volume.upper_bound,
        level=volume.level,
        reason=_in_words(volume.reason, words),
        printed=printed,
    )
