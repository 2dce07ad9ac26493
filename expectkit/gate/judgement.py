"""The gate itself: count fresh cases, find what each term asks, judge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from expectkit.engine.local import Progress
from expectkit.gate import business, calibrated, comparisons, rates
from expectkit.gate.cases import Beside, GateCases, count_cases
from expectkit.io.case_source import CaseSource
from expectkit.io.config_tables import Config
from expectkit.promise.agreement import Promise
from expectkit.promise.evidence import Finding, Risk
from expectkit.promise.terms import MEASURES, Term
from expectkit.promise.verdict import Verdict, judge

Finder = Callable[[Term, GateCases], list[Finding]]

FINDERS: Final[Mapping[str, Finder]] = {
    **dict.fromkeys(rates.OF_CLASS, rates.rate),
    **dict.fromkeys(rates.QUANTITIES, rates.volume),
    "precision": rates.precision,
    "selection_rate": rates.selection_rate,
    "cost_per_day": business.cost,
    "review_minutes_per_day": business.review_minutes,
    "overloaded_days_share": business.overloaded_days,
    "calibration_intercept": calibrated.calibration,
    "calibration_slope": calibrated.calibration,
    "false_negative_rate_increase": comparisons.increase,
    "false_positive_rate_increase": comparisons.increase,
    "score_drift": comparisons.score_drift,
    **dict.fromkeys(
        ("decisions_changed_per_day", "extra_missed_positives_per_day", "latency_p95_ms", "size_bytes"),
        comparisons.exported,
    ),
}
"""What finds the evidence for each measure."""

assert set(FINDERS) == set(MEASURES)


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """The verdict of a gate, the cases it rests on, and what to keep in mind.

    Parameters
    ----------
    verdict : Verdict
    cases : GateCases
    remarks : tuple of str
        Whole sentences.
    """

    verdict: Verdict
    cases: GateCases
    remarks: tuple[str, ...]


def judge_cases(
    config: Config,
    promise: Promise,
    source: CaseSource,
    *,
    reused: int = 1,
    beside: Beside | None = None,
    drop_missing: bool = False,
    progress: Progress | None = None,
) -> Judgement:
    """Judge fresh scored cases against a promise, at the promise's own threshold.

    Parameters
    ----------
    config : Config
        Columns, traffic, costs. Its threshold is not looked at.
    promise : Promise
    source : CaseSource
        Fresh, labelled, scored cases.
    reused : int
        Candidates that these cases have judged, this one included; the risk is shared among them.
    beside : Beside, optional
        The last model's scores, the record of the promise, an ``export.json``.
    drop_missing : bool
        Leave out rows without score or label, and say so.
    progress : callable, optional

    Returns
    -------
    Judgement

    Raises
    ------
    ConfigError, DataError, InputError
        If what is stated, or the cases, cannot be used.
    """
    hashes = {item.sha256 for item in source.inputs()}
    is_same = bool(hashes & set(promise.evidence.values()))
    risk = Risk(reused=reused, simultaneous=is_same and not promise.confirmed_on_fresh_cases)
    cases = count_cases(
        config,
        promise,
        source,
        risk=risk,
        beside=beside or Beside(),
        drop_missing=drop_missing,
        progress=progress,
    )
    verdicts = tuple(judge(term, find(term, cases), risk) for term in promise.terms)
    return Judgement(Verdict(verdicts), cases, tuple(_remarks(config, cases, is_same)))


def find(term: Term, cases: GateCases) -> list[Finding]:
    """Return what the cases show about a term, one finding for each value of its slice."""
    found = comparisons.exported if term.variant is not None else FINDERS[term.measure]
    return [cases.production.confine(term.measure, finding) for finding in found(term, cases)]


def _remarks(config: Config, cases: GateCases, is_same: bool) -> list[str]:
    promise, found = cases.promise, list[str]()
    if promise.status == "draft":
        found.append("The promise is a draft: nobody has agreed to it yet. Agree it with: expectkit agree.")
    if config.model.name is not None and config.model.name != promise.model_name:
        found.append(f"The promise is about {promise.model_name}, these cases are about {config.model.name}.")
    if is_same and not promise.confirmed_on_fresh_cases:
        found.append(
            "The promise was made on these very cases, so the bounds hold for all settings at once. A gate needs "
            "cases that played no part in it."
        )
    elif is_same:
        found.append(
            "The promise was made on these very cases. A gate needs cases that played no part in it."
        )
    found += cases.production.remarks(frozenset(term.measure for term in promise.terms))
    dropped = cases.counted.rows.n_rows - cases.counted.rows.n_kept
    if dropped:
        found.append(
            f"{dropped:,} of {cases.counted.rows.n_rows:,} rows had no score or no label and were left out."
        )
    return found
