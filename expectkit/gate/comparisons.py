"""Findings on fresh cases against something else: the last model, the scores of the promise, an exported variant."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from expectkit.gate.cases import GateCases, model_size
from expectkit.gate.reference import paired_decisions
from expectkit.measure.comparison import PairedErrors
from expectkit.measure.drift import bin_counts, stability
from expectkit.measure.intervals import Part, clopper_pearson, mover_difference_paired, mover_sum
from expectkit.measure.rates import Rate
from expectkit.promise.evidence import LEAST_CASES, Finding, Unit
from expectkit.promise.terms import Term

_SLICED = "It is judged for all cases together only."


# --------------------------------------------------------------------------- the last model, on the same cases


def increase(term: Term, cases: GateCases) -> list[Finding]:
    """Find how much more of a class the fresh model gets wrong than the last one did on the same cases."""
    reference = cases.beside.scores
    if term.slice is not None:
        return [Finding.nothing(_SLICED)]
    if reference is None:
        return [
            Finding.nothing(
                "The last model's scores of these cases are not given. Name their column with --reference-score."
            )
        ]
    both = paired_decisions(cases.source, cases.columns, cases.promise.threshold, reference)
    positive = term.measure == "false_negative_rate_increase"
    errors, unit = (both.positives, "positives") if positive else (both.negatives, "negatives")
    return [_paired(errors, "positives" if unit == "positives" else "negatives", cases, positive)]


def _paired(errors: PairedErrors, unit: Unit, cases: GateCases, positive: bool) -> Finding:
    n = errors.n_cases
    if n == 0:
        return Finding.nothing("No case of this class has both scores.")
    counts, place = cases.counts, cases.place
    effective = counts.effective_positives[place] if positive else counts.effective_negatives[place]
    of_class = counts.n_positives if positive else counts.n_negatives
    worth = min(float(effective) / of_class, 1.0)
    b, c = errors.n_only_model * worth, errors.n_only_today * worth
    alpha = cases.alphas()[0 if positive else 1]
    low, high = (float(end) for end in mover_difference_paired(b, c, n * worth, alpha))
    return Finding(
        (b - c) / (n * worth),
        low,
        high,
        unit,
        n=n,
        discordant=(b + c) / (n * worth),
        level="refuse" if n * worth < LEAST_CASES else "number and range",
        reason=f"{errors.n_only_model:,} only the fresh model got wrong, {errors.n_only_today:,} only the last one.",
    )


# ---------------------------------------------------------------------------------- the scores of the promise


def score_drift(term: Term, cases: GateCases) -> list[Finding]:
    """Find how far the scores of the fresh cases lie from those the promise was made on."""
    cells = cases.beside.cells
    if term.slice is not None:
        return [Finding.nothing(_SLICED)]
    if cells is None:
        return [
            Finding.nothing(
                "How the scores lay is not known. Give the record.json that was written with the promise (--record)."
            )
        ]
    edges = cells.edges()
    if not edges:
        return [Finding.nothing("The cases of the promise all have one score.")]
    counts = cases.counts
    places = [counts.index_of(edge) for edge in edges]
    flagged = counts.n_true_positives[places] + counts.n_false_positives[places]
    fresh = bin_counts(flagged, counts.n_positives + counts.n_negatives)
    found = stability(cells.bins(), fresh)
    low, high = found.limits(cases.risk.one_sided())
    reason = f"By chance alone it is {found.by_chance:.4f} on average with this many cases."
    return [Finding(found.excess, low, high, "cases", n=found.n_fresh, reason=reason)]


# ----------------------------------------------------------------------------------------------------- exports


def exported(term: Term, cases: GateCases) -> list[Finding]:
    """Find what ``export.json`` says about a variant."""
    if term.variant is None:
        return _of_the_model(term, cases)
    if cases.beside.export is None:
        return [
            Finding.nothing(
                "There is no export.json. Write one with expectkit export, and name it with --export."
            )
        ]
    variants = cases.beside.export.get("variants")
    known = [item for item in variants if isinstance(item, Mapping)] if isinstance(variants, list) else []
    variant = next((item for item in known if item.get("name") == term.variant), None)
    if variant is None:
        names = ", ".join(str(item.get("name")) for item in known) or "none"
        return [Finding.nothing(f"export.json has no variant {term.variant}. It has: {names}.")]
    try:
        return [cases.everywhere(lambda at: _READERS[term.measure](variant, at))]
    except KeyError as error:
        return [Finding.nothing(f"export.json does not say {error} of the variant {term.variant}.")]
    except (TypeError, ValueError, AttributeError):
        return [Finding.nothing(f"export.json is not as expected for {term.variant}. Write it again.")]


def _of_the_model(term: Term, cases: GateCases) -> list[Finding]:
    size = model_size(cases.config)
    if term.measure != "size_bytes" or size is None:
        return [Finding.nothing("It is about an exported variant, and the term names none.")]
    return [Finding.known(float(size))]


def _size(variant: Mapping[str, Any], cases: GateCases) -> Finding:
    return Finding.known(float(variant["size_bytes"]))


def _latency(variant: Mapping[str, Any], cases: GateCases) -> Finding:
    """Take the 95th percentile of the answers' times, with the bounds of its order statistics."""
    found = variant["latency_ms"]
    values = found.get("values")
    if values is None:
        return Finding.known(
            float(found["p95"]), "export.json holds no single times, so it is without a range."
        )
    times = np.sort(np.asarray(values, np.float64))
    low, high = percentile_limits(times, 0.95, cases.risk.one_sided())
    return Finding(float(np.quantile(times, 0.95)), low, high, "runs", n=times.size)


def percentile_limits(ascending: np.ndarray, share: float, alpha: float) -> tuple[float, float]:
    """Bound a percentile by order statistics, exactly, each side at `alpha`.

    Parameters
    ----------
    ascending : float64 array
    share : float, 0 to 1
    alpha : float

    Returns
    -------
    (float, float)
        Infinite where there are too few values for a bound.
    """
    from scipy.special import bdtr

    n = ascending.size
    below = bdtr(np.arange(n), n, share)  # P(at most k values lie below the percentile), k = 0 … n - 1
    lowest = np.flatnonzero(below <= alpha)
    highest = np.flatnonzero(below >= 1 - alpha)
    low = float(ascending[lowest[-1]]) if lowest.size else -math.inf
    high = float(ascending[highest[0] + 1]) if highest.size and highest[0] + 1 < n else math.inf
    return low, high


def _changed(variant: Mapping[str, Any], cases: GateCases) -> Finding:
    """Decisions that differ, each class with its share of production's traffic."""
    parts, n = [], 0
    for label, share in _shares(cases):
        pair = _pair(variant, label)
        n += pair.n_cases
        differ = pair.n_only_model + pair.n_only_today
        low, high = clopper_pearson(differ, pair.n_cases, 2 * cases.risk.one_sided())
        parts.append((share, Part(differ / pair.n_cases, low, high)))
    low, high = mover_sum([part for _, part in parts], [share for share, _ in parts])
    mean = sum(share * float(part.estimate) for share, part in parts)
    return _a_day(mean, float(low), float(high), "cases", n, cases)


def _extra_missed(variant: Mapping[str, Any], cases: GateCases) -> Finding:
    pair = _pair(variant, "positives")
    low, high = mover_difference_paired(
        pair.n_only_model, pair.n_only_today, pair.n_cases, 2 * cases.risk.one_sided()
    )
    share = dict(_shares(cases))["positives"]
    value = (pair.n_only_model - pair.n_only_today) / pair.n_cases
    return _a_day(share * value, share * float(low), share * float(high), "positives", pair.n_cases, cases)


def _shares(cases: GateCases) -> list[tuple[str, float]]:
    share = cases.day.prevalence.value
    return [("positives", share), ("negatives", 1 - share)]


def _pair(variant: Mapping[str, Any], label: str) -> PairedErrors:
    counted = variant[label]
    n = int(counted["n"])
    found = PairedErrors(
        int(counted["only_variant_wrong"]),
        int(counted["only_source_wrong"]),
        int(counted.get("both_wrong", 0)),
        n,
    )
    if n == 0:
        raise ValueError("no cases")
    return found


def _a_day(mean: float, low: float, high: float, unit: Unit, n: int, cases: GateCases) -> Finding:
    """Multiply by traffic; its own range widens the bounds at their ends."""
    traffic = cases.day.traffic
    few, many = (float(end) for end in traffic.limits(2 * cases.risk.one_sided()))
    ends = [low * few, low * many, high * few, high * many]
    return Finding(mean * traffic.mean, min(ends), max(ends), unit, n=n)


def _variant_rate(measure: str) -> Any:
    def read(variant: Mapping[str, Any], cases: GateCases) -> Finding:
        counted = variant["counts"]
        wrong, right = _COUNTS[measure]
        x, n = int(counted[wrong]), int(counted[wrong]) + int(counted[right])
        unit: Unit = "positives" if "negative_rate" in measure and "false" in measure else "negatives"
        if measure in ("true_positive_rate", "false_negative_rate"):
            unit = "positives"
        return Finding.of_rate(Rate(x, n), unit, 2 * cases.risk.one_sided())

    return read


_COUNTS = {
    "false_negative_rate": ("n_false_negatives", "n_true_positives"),
    "true_positive_rate": ("n_true_positives", "n_false_negatives"),
    "false_positive_rate": ("n_false_positives", "n_true_negatives"),
    "true_negative_rate": ("n_true_negatives", "n_false_positives"),
}

_READERS = {
    "size_bytes": _size,
    "latency_p95_ms": _latency,
    "decisions_changed_per_day": _changed,
    "extra_missed_positives_per_day": _extra_missed,
    **{measure: _variant_rate(measure) for measure in _COUNTS},
}
