"""A promise as readers see it: each term with its limit, what was measured, and who checks it when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR
from typing import Final, Literal

from expectkit.briefing.vocabulary import Words, sentence_case
from expectkit.briefing.wording import (
    count_text,
    date_text,
    exact,
    number_text,
    percent_range,
    percent_text,
    rounded,
    threshold_text,
)
from expectkit.promise.agreement import Conditions, Promise, RejectedSetting
from expectkit.promise.terms import CASES, FRACTION, MEASURES, Term

Covers = Literal["this setting", "another setting", "another model"]


@dataclass(frozen=True, slots=True)
class TermRecord:
    """One term in words."""

    name: str
    words: str
    meaning: str
    at_most: float | None
    at_least: float | None
    measured: float | None
    printed_limit: str
    printed_measured: str
    before_launch: str
    in_production: str
    note: str


@dataclass(frozen=True, slots=True)
class RejectedRecord:
    """A setting that was not chosen, what it would have given, and why it was not chosen."""

    threshold: float
    printed_threshold: str
    sentence: str
    reason: str


@dataclass(frozen=True, slots=True)
class PromiseRecord:
    """An agreed promise, and whether it is about the setting of the briefing it stands in."""

    covers: Covers
    model: str
    threshold: float
    printed_threshold: str
    decided_by: str
    decided_on: str
    printed_date: str
    reason: str
    owner: str
    sentence: str
    ranges: str
    terms: tuple[TermRecord, ...]
    conditions: Mapping[str, str]
    rejected: tuple[RejectedRecord, ...]
    confirmed_on_fresh_cases: bool
    rests_on_these_cases: bool
    seal: str
    replaces: str


@dataclass(frozen=True, slots=True)
class StandingPromise:
    """An agreed promise that a briefing is to show, its seal, and who answers for it ("" when nobody is named)."""

    promise: Promise
    seal: str
    owner: str = ""


MEASURE_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "missed_positives_per_day": ("{positives} {missed}", "On average"),
    "flagged_negatives_per_day": ("{negatives} {flagged} by mistake", "On average"),
    "caught_positives_per_day": ("{positives} {caught}", "On average"),
    "flagged_per_day": ("{cases} {flagged}", "On average, rightly or by mistake"),
    "false_negative_rate": ("False negative rate", "Share of {positives} {missed}"),
    "false_positive_rate": ("False positive rate", "Share of {negatives} {flagged} by mistake"),
    "true_positive_rate": ("True positive rate", "Share of {positives} {caught}"),
    "true_negative_rate": ("True negative rate", "Share of {negatives} let through"),
    "precision": ("Share of flagged {cases} that are {positives}", "Precision"),
    "selection_rate": ("Share of {cases} {flagged}", "Selection rate"),
    "cost_per_day": ("Cost of mistakes", "On average"),
    "review_minutes_per_day": ("Time for reviews", "On average"),
    "overloaded_days_share": ("Days above the review capacity", "Share of days"),
    "calibration_intercept": ("Calibration: intercept", "0 where scores mean what they say"),
    "calibration_slope": ("Calibration: slope", "1 where scores mean what they say"),
    "false_negative_rate_increase": (
        "Rise of the false negative rate",
        "Against the last record, same cases",
    ),
    "false_positive_rate_increase": (
        "Rise of the false positive rate",
        "Against the last record, same cases",
    ),
    "decisions_changed_per_day": ("Decisions an export changes", "Against its source model, on average"),
    "extra_missed_positives_per_day": ("{positives} an export misses besides", "Against its source model"),
    "latency_p95_ms": ("Time for one answer", "19 of 20 answers"),
    "size_bytes": ("Size of the model file", ""),
    "score_drift": ("Drift of the scores", "Against the cases of the promise"),
}
"""What each measure is called, and what it means in a line."""

_ALWAYS_MEASURED: Final = (
    "missed_positives_per_day",
    "flagged_negatives_per_day",
    "caught_positives_per_day",
    "flagged_per_day",
    "false_negative_rate",
    "false_positive_rate",
    "true_positive_rate",
    "precision",
)
"""What every briefing measures: without a number, the cases were too few."""

_CHECKED: Final = {
    "daily": "Monitored daily",
    "weekly": "Monitored weekly",
    "never": "At each launch",
}


def promise_record(
    standing: StandingPromise,
    words: Words,
    *,
    model: tuple[str, str],
    threshold: float,
    sha256s: frozenset[str],
    printed: Mapping[str, tuple[float, str]],
) -> PromiseRecord:
    """Put an agreed promise into words.

    Parameters
    ----------
    standing : StandingPromise
        Its promise is agreed.
    words : Words
    model : (str, str)
        Name and version of the model that the briefing is about.
    threshold : float
        Its operating threshold.
    sha256s : frozenset of str
        Of the files it rests on.
    printed : mapping of str to (float, str)
        What the briefing measured, by the names of measures, and how it prints it: one number is printed one way.

    Returns
    -------
    PromiseRecord
    """
    promise, decision = standing.promise, standing.promise.decision
    return PromiseRecord(
        covers=_covers(promise, model, threshold),
        model=f"{promise.model_name} {promise.model_version}".strip(),
        threshold=promise.threshold,
        printed_threshold=threshold_text(promise.threshold),
        decided_by=decision.decided_by if decision is not None else "",
        decided_on=decision.decided_on.isoformat() if decision is not None else "",
        printed_date=date_text(decision.decided_on) if decision is not None else "",
        reason=decision.reason if decision is not None else "",
        owner=standing.owner,
        sentence=promise.sentence,
        ranges=promise.ranges,
        terms=tuple(_term(term, words, printed) for term in promise.terms),
        conditions=condition_texts(promise.conditions, words),
        rejected=tuple(_rejected(setting) for setting in promise.rejected),
        confirmed_on_fresh_cases=promise.confirmed_on_fresh_cases,
        rests_on_these_cases=sha256s == frozenset(promise.evidence.values()),
        seal=standing.seal,
        replaces=promise.replaces,
    )


def is_about(promise: Promise, model: tuple[str, str]) -> bool:
    """Return whether a promise was made for a model, by its name and version."""
    return (promise.model_name, promise.model_version) == model


def _covers(promise: Promise, model: tuple[str, str], threshold: float) -> Covers:
    if not is_about(promise, model):
        return "another model"
    return "this setting" if promise.threshold == threshold else "another setting"


def _term(term: Term, words: Words, printed: Mapping[str, tuple[float, str]]) -> TermRecord:
    known, text = printed.get(term.name, (None, ""))
    if term.measured is None:
        text = "too few to say" if term.name in _ALWAYS_MEASURED else ""
    elif known != term.measured:
        text = value_text(term.measured, term.unit)
    return TermRecord(
        name=term.name,
        words=term_words(term, words),
        meaning=_said(MEASURE_WORDS[term.measure][1], words),
        at_most=term.at_most,
        at_least=term.at_least,
        measured=term.measured,
        printed_limit=limit_text(term),
        printed_measured=text,
        before_launch="At the gate",
        in_production=_CHECKED[MEASURES[term.measure].in_production],
        note=term.note,
    )


def term_words(term: Term, words: Words) -> str:
    """Say what a term is about, such as "Fraudulent transactions missed, for each channel"."""
    said = sentence_case(_said(MEASURE_WORDS[term.measure][0], words))
    if term.slice is not None:
        said += (
            f", for each {term.slice}"
            if term.slice_value is None
            else f", where {term.slice} is “{term.slice_value}”"
        )
    return said if term.variant is None else f"{said}, in the export {term.variant}"


def _said(template: str, words: Words) -> str:
    return template.format(
        cases=words.case.plural,
        positives=words.positive.plural,
        negatives=words.negative.plural,
        flagged=words.briefly_flagged,
        missed=words.missed,
        caught=words.caught,
    )


def limit_text(term: Term) -> str:
    """Write the limits of a term in full, such as "at most 17 a day"; limits are never rounded.

    Examples
    --------
    >>> limit_text(Term("missed_positives_per_day", at_most=17.0)), limit_text(Term("precision", at_least=0.5))
    ('at most 17 a day', 'at least 50%')
    """
    ends = {side: _amount(limit, term.unit) for side, limit in term.limits}
    if len(ends) == 2:
        return f"{ends['at_least'][0]} to {' '.join(ends['at_most']).strip()}"
    return " ".join(f"{side.replace('_', ' ')} {' '.join(parts).strip()}" for side, parts in ends.items())


def value_text(value: float, unit: str) -> str:
    """Write a measured value of a unit, rounded as such values are elsewhere.

    Examples
    --------
    >>> value_text(202.46, "cases a day"), value_text(0.04986, "fraction from 0 to 1")
    ('202 a day', '5%')
    """
    if unit == FRACTION:
        return percent_text(min(max(value, 0.0), 1.0))
    if unit == CASES and value >= 10:
        return f"{count_text(value)} a day"
    number, said = _amount(float(f"{value:.3g}"), unit)
    return f"{number} {said}".strip()


_SAID: Final = {
    CASES: "a day",
    "milliseconds": "ms",
    "log-odds": "",
    "slope": "",
    "population stability index": "",
}


def _amount(value: float, unit: str) -> tuple[str, str]:
    if unit == FRACTION:
        return f"{_hundredfold(value)}%", ""
    if unit == "difference of fractions":
        return _hundredfold(value), "percentage points"
    return number_text(value), _SAID.get(unit, unit)


def _hundredfold(value: float) -> str:
    return number_text(exact(value) * 100)


def condition_texts(conditions: Conditions, words: Words) -> dict[str, str]:
    """Write the conditions of a promise, by what they are about."""
    low, high = conditions.cases_per_day_low, conditions.cases_per_day_high
    floor, ceiling = rounded(low, 1, ROUND_FLOOR), rounded(high, 1, ROUND_CEILING)
    cases = words.case.plural
    traffic = f"{number_text(low)} {cases} a day on average"
    if low != high:
        traffic = f"{number_text(floor)} to {number_text(ceiling)} {cases} a day on average"
    first, last = percent_range(conditions.prevalence_low, conditions.prevalence_high)
    mix = f"{first} of them {words.positive.plural}"
    if first != last:
        mix = f"{first} to {last} of them {words.positive.plural}"
    texts = {"Traffic": f"{traffic}.", "Mix": f"{mix}."}
    if conditions.population:
        texts["Cases"] = f"{sentence_case(conditions.population).rstrip('.')}."
    return texts


def _rejected(setting: RejectedSetting) -> RejectedRecord:
    return RejectedRecord(
        setting.threshold, threshold_text(setting.threshold), setting.sentence, setting.reason
    )
