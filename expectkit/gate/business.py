"""Findings on what a day costs, how long its reviews take, and how often it brings too many of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from expectkit.engine.local import tally
from expectkit.gate.cases import GateCases
from expectkit.gate.rates import volume_finding
from expectkit.io.config_values import CostColumn
from expectkit.measure.capacity import overload
from expectkit.measure.cost_components import AmountHistogram, cost_components
from expectkit.measure.costs import UnitCosts, cost_curve
from expectkit.promise.evidence import LEAST_CASES, Finding, Unit
from expectkit.promise.terms import Term

_SLICED = "It is judged for all cases together only; limit a rate for each value."


def cost(term: Term, cases: GateCases) -> list[Finding]:
    """Find the cost of the mistakes of an average day."""
    stated = cases.config.costs
    if term.slice is not None:
        return [Finding.nothing(_SLICED)]
    if stated.missed_positive is None or stated.flagged_negative is None:
        return [
            Finding.nothing(
                "What a mistake costs is not stated. Write missed_positive and flagged_negative under [costs]."
            )
        ]
    if stated.currency is not None and not term.unit.startswith(f"{stated.currency} "):
        return [Finding.nothing(f"The promise is in {term.unit}, the costs are in {stated.currency}.")]
    if cases.columns.weight is not None and any(isinstance(value, CostColumn) for value in _named(cases)):
        return [
            Finding.nothing("Cases have both weights and amounts of their own. Leave out one of the two.")
        ]
    named = _named(cases)
    amounts = {key: _amounts(cases, value) for key, value in zip(_AMOUNTS, named, strict=True)}
    factors = [
        float(value) if isinstance(value, float | int) else 1.0 if isinstance(value, CostColumn) else 0.0
        for value in named
    ]
    confidence = 0.90 if cases.risk.simultaneous else 1 - 2 * cases.risk.one_sided()
    if cases.risk.simultaneous and cases.risk.reused > 1:
        return [
            Finding.nothing(
                "The threshold was chosen on these cases and they were used before; a cost needs fresh ones."
            )
        ]
    return [
        cases.everywhere(lambda at: _cost_of(at, UnitCosts(*factors), amounts=amounts, confidence=confidence))
    ]


def _cost_of(
    cases: GateCases, costs: UnitCosts, *, amounts: Mapping[str, AmountHistogram | None], confidence: float
) -> Finding:
    components = cost_components(
        cases.counts,
        cases.day,
        simultaneous=cases.risk.simultaneous,
        confidence_level=confidence,
        **amounts,
    )
    curve, place, parts = cost_curve(components, costs), cases.place, cases.parts()
    days = parts.series
    unit: Unit = "days" if days is not None else "cases"
    n = len(days.days) if days is not None else cases.counted.rows.n_kept
    is_too_few = days is None and min(float(parts.positives), float(parts.negatives)) < LEAST_CASES
    return Finding(
        float(curve.mean[place]),
        float(curve.low[place]),
        float(curve.high[place]),
        unit,
        n=n,
        level="refuse" if is_too_few else "number and range",
    )


def _named(cases: GateCases) -> tuple[object, object, object]:
    stated = cases.config.costs
    return stated.missed_positive, stated.flagged_negative, stated.caught_positive


_AMOUNTS = ("missed_amounts", "flagged_amounts", "caught_amounts")


def _amounts(cases: GateCases, value: object) -> AmountHistogram | None:
    """Tally once more with the amount as the weight, where a cost stands in a column."""
    if not isinstance(value, CostColumn):
        return None
    columns = cases.columns
    weighted = type(columns)(columns.score, columns.label, columns.positive, weight=value.column)
    counted = tally(
        cases.source,
        weighted,
        stated=tuple(cases.counts.thresholds.tolist()),
        drop_missing=True,
        compare=cases.config.cases.compare or "float64",
    )
    whole = AmountHistogram.from_histogram(counted.total)
    return _at(whole, cases.counts.thresholds)


def _at(amounts: AmountHistogram, thresholds: np.ndarray) -> AmountHistogram:
    """Keep only these thresholds: cells in between are added up."""
    places = np.searchsorted(amounts.thresholds, thresholds)
    starts = np.concatenate([[0], places + 1])
    sums = np.add.reduceat(amounts.sums, starts, axis=1)
    squares = np.add.reduceat(amounts.squared_sums, starts, axis=1)
    return AmountHistogram(thresholds, sums, squares)


def review_minutes(term: Term, cases: GateCases) -> list[Finding]:
    """Find the minutes of review that an average day takes."""
    minutes = cases.config.costs.minutes_per_review
    if term.slice is not None:
        return [Finding.nothing(_SLICED)]
    if minutes is None:
        return [
            Finding.nothing("How long a review takes is not stated. Write minutes_per_review under [costs].")
        ]
    return [volume_finding(cases, "flagged").scaled(minutes)]


def overloaded_days(term: Term, cases: GateCases) -> list[Finding]:
    """Predict how often a day brings more flagged cases than can be reviewed.

    With whole days: the tail of the normal distribution of square roots of the daily counts, bounds from the
    non-central t distribution. With a stated day-to-day variation the prediction is taken at its word.
    """
    capacity = cases.config.costs.review_capacity_per_day
    if term.slice is not None:
        return [Finding.nothing(_SLICED)]
    if capacity is None:
        return [
            Finding.nothing(
                "How many reviews a day can be done is not stated. Write review_capacity_per_day under [costs]."
            )
        ]
    days = cases.production.observed
    series = None if days is None else replace(cases, day=days).parts().series
    if days is not None and series is not None:
        if len(series.days) < 3:
            return [Finding.nothing("Fewer than 3 whole days do not show how days differ.")]
        low, high = overload_limits(series.of("flagged"), capacity, cases.risk.one_sided())
        share = float(overload(cases.counts, days, cases.promise.threshold, capacity).probability)
        return [Finding(share, low, high, "days", n=len(series.days))]
    known = cases if days is None else replace(cases, day=days)
    return [known.everywhere(lambda at: _predicted(at, capacity))]


def _predicted(cases: GateCases, capacity: float) -> Finding:
    """Predict from a variation between days that is taken at its word."""
    found = overload(cases.counts, cases.day, cases.promise.threshold, capacity)
    if found.basis == "chance alone":
        return Finding.nothing(
            "How days differ is not known. State day_to_day_variation under [traffic], or give whole days."
        )
    reason = "It rests on how days differ as observed or stated, taken at its word."
    return Finding(found.probability, found.probability, found.probability, reason=reason)


def overload_limits(flagged: np.ndarray, capacity: float, alpha: float) -> tuple[float, float]:
    """Bound the share of days with more flagged cases than can be reviewed.

    Parameters
    ----------
    flagged : int array, shape (D,)
        Flagged cases of each day; 3 days or more.
    capacity : float
    alpha : float
        Of each one-sided bound.

    Returns
    -------
    (float, float)
        0 to 1.

    References
    ----------
    .. [1] Owen, D. B. (1968). A survey of properties and applications of the noncentral t-distribution.
       Technometrics, 10(3), 445-478.
    """
    from scipy.special import nctdtrinc, ndtr

    roots = np.sqrt(np.asarray(flagged, np.float64) + 0.375)
    n, spread = roots.size, math.sqrt(max(float(roots.var(ddof=1)), 0.25))
    seen = math.sqrt(n) * (math.sqrt(capacity + 0.875) - float(roots.mean())) / spread
    shortest, longest = (float(nctdtrinc(n - 1, p, seen)) for p in (1 - alpha, alpha))
    if math.isnan(shortest) or math.isnan(longest):  # far beyond any day: the normal approximation
        reach = _normal_reach(seen, n, alpha)
        shortest, longest = seen - reach, seen + reach
    return float(ndtr(-longest / math.sqrt(n))), float(ndtr(-shortest / math.sqrt(n)))


def _normal_reach(seen: float, n: int, alpha: float) -> float:
    from scipy.special import ndtri

    return -float(ndtri(alpha)) * math.sqrt(1 + seen**2 / (2 * (n - 1)))
