"""Findings on rates and volumes a day, for all cases and for each value of a slice."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from expectkit.gate.cases import GateCases
from expectkit.measure.intervals import Part, log_mover
from expectkit.measure.levels import level_of_rate
from expectkit.measure.prevalence import DayProfile, Traffic
from expectkit.measure.rates import Rate
from expectkit.measure.sweep import NEGATIVE, POSITIVE, flagged_counts
from expectkit.measure.volume_parts import Quantity, VolumeParts, volume_parts
from expectkit.promise.evidence import LEAST_CASES, Finding, Unit
from expectkit.promise.terms import Term

QUANTITIES: Final[dict[str, Quantity]] = {
    "missed_positives_per_day": "missed_positives",
    "flagged_negatives_per_day": "flagged_negatives",
    "caught_positives_per_day": "caught_positives",
    "flagged_per_day": "flagged",
}
_UNIT: Final[dict[Quantity, Unit]] = {
    "missed_positives": "positives",
    "caught_positives": "positives",
    "flagged_negatives": "negatives",
    "flagged": "cases",
}
OF_CLASS: Final = {
    "false_negative_rate": POSITIVE,
    "true_positive_rate": POSITIVE,
    "false_positive_rate": NEGATIVE,
    "true_negative_rate": NEGATIVE,
}
_COMPLEMENTS: Final = ("true_positive_rate", "true_negative_rate")


def rate(term: Term, cases: GateCases) -> list[Finding]:
    """Find one of the four rates, or each value's in a slice."""
    if term.slice is not None:
        return _sliced(term, cases)
    label = OF_CLASS[term.measure]
    found = error_rate(cases, label)
    if term.measure in _COMPLEMENTS:
        found = found.complement()
    return [Finding.of_rate(found, _class_unit(label), _alpha(cases, label))]


def error_rate(cases: GateCases, label: int) -> Rate:
    """Return the error rate of a class at the promise's threshold, days as clusters where they differ."""
    parts, counts, place = cases.parts(), cases.counts, cases.place
    if label == POSITIVE:
        found, worth = counts.false_negative_rate(place), float(parts.positives)
    else:
        found, worth = counts.false_positive_rate(place), float(parts.negatives)
    return Rate(found.numerator, found.denominator, None if worth == found.denominator else worth)


def _alpha(cases: GateCases, label: int, n_parts: int = 1) -> float:
    positives, negatives = cases.alphas(n_parts)
    return positives if label == POSITIVE else negatives


def _class_unit(label: int) -> Unit:
    return "positives" if label == POSITIVE else "negatives"


def _sliced(term: Term, cases: GateCases) -> list[Finding]:
    """Judge every value of a column; clusters weigh as much in it as they do among all cases."""
    assert term.slice is not None
    grouped, label = cases.counted.by_column[term.slice], OF_CLASS[term.measure]
    flagged = flagged_counts(grouped.counts)[:, label, cases.place]
    totals = grouped.counts[:, label].sum(axis=1)
    everywhere = error_rate(cases, label)
    worth = everywhere.n_effective / everywhere.denominator if everywhere.denominator > 0 else 1.0
    wanted = [
        place for place, key in enumerate(grouped.keys) if term.slice_value is None or key == term.slice_value
    ]
    if not wanted:
        return [
            Finding.nothing(f"No case has this value of {term.slice}.", part=term.slice_value),
        ]
    alpha, findings = _alpha(cases, label, len(wanted)), []
    for place in wanted:
        n, wrong = int(totals[place]), int(flagged[place])
        wrong = n - wrong if label == POSITIVE else wrong
        counted = n - wrong if term.measure in _COMPLEMENTS else wrong
        found = Rate(counted, n, None if worth == 1 else n * worth)
        findings.append(Finding.of_rate(found, _class_unit(label), alpha, part=grouped.keys[place]))
    return findings


# ----------------------------------------------------------------------------------------------- cases a day


def volume(term: Term, cases: GateCases) -> list[Finding]:
    """Find a volume in cases a day."""
    return _whole(term, lambda: volume_finding(cases, QUANTITIES[term.measure]))


def selection_rate(term: Term, cases: GateCases) -> list[Finding]:
    """Find the share of production's cases that would be flagged."""
    return _whole(term, lambda: cases.everywhere(_selection))


def precision(term: Term, cases: GateCases) -> list[Finding]:
    """Find the share of flagged cases that are positive, in production's mix."""
    return _whole(term, lambda: cases.everywhere(_precision))


def _whole(term: Term, find: Callable[[], Finding]) -> list[Finding]:
    """Refuse to judge by slices what depends on the slice's own traffic or mix."""
    if term.slice is not None:
        return [Finding.nothing("It is judged for all cases together only; limit a rate for each value.")]
    return [find()]


def volume_finding(cases: GateCases, quantity: Quantity) -> Finding:
    """Return a volume a day with its bounds, and what they rest on."""
    return cases.everywhere(lambda at: _volume(at, quantity))


def _volume(cases: GateCases, quantity: Quantity) -> Finding:
    parts = cases.parts()
    alpha = _quantity_alpha(cases, quantity)
    mean = float(parts.mean(quantity))
    if not math.isfinite(mean):
        return Finding.nothing("A class has no cases.")
    low, high = (float(end) for end in parts.limits(quantity, alpha))
    if parts.series is not None:
        return Finding(mean, low, high, "days", n=len(parts.series.days))
    fixed = _fixed_reach(parts, quantity, alpha)
    counted, unit = _rate_of(cases, quantity), _UNIT[quantity]
    if counted is None:
        return _of_both(parts, Finding(mean, low, high, unit, fixed_reach=fixed * mean))
    if fixed == 0 and counted.denominator > 0:
        share = parts.day.prevalence.value
        of_class = share if unit == "positives" else 1 - share
        return Finding.of_rate(counted, unit, alpha).scaled(parts.day.traffic.mean * of_class)
    return Finding(
        mean,
        low,
        high,
        unit,
        n=counted.denominator,
        seen=counted.numerator,
        fixed_reach=fixed * mean,
        level=level_of_rate(counted),
    )


def _of_both(parts: VolumeParts, finding: Finding) -> Finding:
    """Add how many flagged cases it rests on; without enough cases of each class nothing may be said."""
    positives, negatives = float(parts.positives), float(parts.negatives)
    seen = min(float(parts.positives - parts.missed + parts.alarms), positives + negatives)
    level = level_of_rate(Rate(seen, positives + negatives))
    if min(positives, negatives) < LEAST_CASES:
        level = "refuse"
    return replace(finding, n=positives + negatives, seen=seen, level=level)


def _quantity_alpha(cases: GateCases, quantity: Quantity) -> float:
    positives, negatives = cases.alphas()
    if quantity == "flagged":
        return min(positives, negatives)
    return negatives if quantity == "flagged_negatives" else positives


def _rate_of(cases: GateCases, quantity: Quantity) -> Rate | None:
    """Return the rate that a volume is traffic and mix times of; None for all flagged cases."""
    if quantity == "flagged":
        return None
    if quantity == "flagged_negatives":
        return error_rate(cases, NEGATIVE)
    missed = error_rate(cases, POSITIVE)
    return missed.complement() if quantity == "caught_positives" else missed


def _fixed_reach(parts: VolumeParts, quantity: Quantity, alpha: float) -> float:
    """Return how far traffic and mix alone move a volume, as a share of it: labelled cases do not help there."""
    traffic = Part(parts.day.traffic.mean, *parts.day.traffic.limits(alpha))
    share, (low, high) = parts.day.prevalence.value, parts.day.prevalence.limits(alpha)
    mix = Part(share, low, high)
    if quantity == "flagged_negatives":
        mix = Part(1 - share, 1 - high, 1 - low)
    both = [traffic] if quantity == "flagged" else [traffic, mix]
    ends = log_mover(both)
    middle = float(np.prod([float(part.estimate) for part in both]))
    reach = max(float(ends[1]) / middle - 1, 1 - float(ends[0]) / middle)
    return 0.0 if reach < 1e-12 else reach


def _selection(cases: GateCases) -> Finding:
    positives, negatives = cases.alphas()
    alpha = min(positives, negatives)
    alone = DayProfile(Traffic.stated(1.0), cases.day.prevalence)
    parts = volume_parts(
        cases.counts, alone, cases.place, alpha_positives=positives, alpha_negatives=negatives
    )
    low, high = (float(end) for end in parts.limits("flagged", alpha))
    return _of_both(parts, Finding(float(parts.mean("flagged")), max(low, 0.0), min(high, 1.0), "cases"))


def _precision(cases: GateCases) -> Finding:
    parts = cases.parts()
    caught, flagged = float(parts.mean("caught_positives")), float(parts.mean("flagged"))
    n_flagged = float(parts.positives - parts.missed + parts.alarms)
    if not (flagged > 0 and n_flagged > 0):
        return Finding.nothing("No case is flagged, so there is no precision.")
    low, high = (float(end) for end in parts.precision_limits(_quantity_alpha(cases, "flagged")))
    seen = float(parts.positives - parts.missed)
    level = level_of_rate(Rate(seen, n_flagged))
    return Finding(caught / flagged, low, high, "flagged", n=n_flagged, seen=seen, level=level)
