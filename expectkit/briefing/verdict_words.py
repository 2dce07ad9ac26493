"""A verdict as readers see it: each number rounded once, so that all formats print the same."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from expectkit.briefing.checklist import ChecklistEntry
from expectkit.briefing.promise_words import limit_text, term_words
from expectkit.briefing.verdict_numbers import printed_numbers, seen_text
from expectkit.briefing.vocabulary import Words
from expectkit.briefing.wording import half_up, number_text, threshold_text
from expectkit.promise.agreement import Promise
from expectkit.promise.evidence import LEAST_CASES, Finding, Unit
from expectkit.promise.terms import Term
from expectkit.promise.verdict import Answer, Judged, Needed, TermVerdict, Verdict

SCHEMA_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class FindingRecord:
    """One finding in words, with its raw numbers; None where there is none."""

    part: str
    answer: Answer
    value: float | None
    lower: float | None
    upper: float | None
    n: float | None
    seen: float | None
    further_cases: int | None
    total_cases: int | None
    printed_value: str
    printed_range: str
    rests_on: str
    needed: str
    reason: str


@dataclass(frozen=True, slots=True)
class TermResult:
    """The verdict on one term, in words; `line` is where it stands in the promise file, from 1."""

    name: str
    words: str
    promised: str
    at_most: float | None
    at_least: float | None
    answer: Answer
    risk: float
    line: int
    sentence: str
    decisive: FindingRecord
    parts: tuple[FindingRecord, ...]


@dataclass(frozen=True, slots=True)
class GateRecord:
    """What a gate found, ready for every format.

    Parameters
    ----------
    schema_version : int
    answer : {"kept", "broken", "undecided"}
    headline : str
        One line for all terms.
    last_line : str
        What a colleague needs to know first: of the term that decides.
    model, promise_model : str
        Of the cases and of the promise.
    threshold, printed_threshold
        The promise's own.
    promise_name, seal : str
        File name and seal of the promise.
    status : {"draft", "agreed"}
    inputs : tuple of str
        Names of the files judged, each with the first digits of its sha256.
    n_cases, n_positives, n_negatives : int
    reused : int
    terms : tuple of TermResult
    remarks : tuple of str
    checklist : tuple of ChecklistEntry
    """

    schema_version: int
    answer: Answer
    headline: str
    last_line: str
    model: str
    promise_model: str
    threshold: float
    printed_threshold: str
    promise_name: str
    seal: str
    status: Literal["draft", "agreed"]
    inputs: tuple[str, ...]
    n_cases: int
    n_positives: int
    n_negatives: int
    reused: int
    terms: tuple[TermResult, ...]
    remarks: tuple[str, ...]
    checklist: tuple[ChecklistEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class About:
    """Where a verdict comes from: what a record says beside its terms."""

    model: str
    promise_name: str
    seal: str
    inputs: tuple[str, ...]
    n_positives: int
    n_negatives: int
    reused: int
    lines: tuple[int, ...] = ()
    remarks: tuple[str, ...] = ()
    checklist: tuple[ChecklistEntry, ...] = ()


def gate_record(verdict: Verdict, promise: Promise, words: Words, about: About) -> GateRecord:
    """Put a verdict into words.

    Parameters
    ----------
    verdict : Verdict
    promise : Promise
    words : Words
    about : About

    Returns
    -------
    GateRecord
    """
    lines = about.lines if len(about.lines) == len(verdict.terms) else (1,) * len(verdict.terms)
    terms = tuple(term_result(item, words, line) for item, line in zip(verdict.terms, lines, strict=True))
    return GateRecord(
        schema_version=SCHEMA_VERSION,
        answer=verdict.answer,
        headline=_headline(verdict),
        last_line=last_line(verdict.answer, terms),
        model=about.model,
        promise_model=f"{promise.model_name} {promise.model_version}".strip(),
        threshold=promise.threshold,
        printed_threshold=threshold_text(promise.threshold),
        promise_name=about.promise_name,
        seal=about.seal,
        status=promise.status,
        inputs=about.inputs,
        n_cases=about.n_positives + about.n_negatives,
        n_positives=about.n_positives,
        n_negatives=about.n_negatives,
        reused=about.reused,
        terms=terms,
        remarks=about.remarks,
        checklist=about.checklist,
    )


def _headline(verdict: Verdict) -> str:
    total = len(verdict.terms)
    kept, broken, undecided = (len(verdict.of(answer)) for answer in ("kept", "broken", "undecided"))
    if verdict.answer == "kept":
        return f"The promise is kept: all {total} terms are." if total > 1 else "The promise is kept."
    parts = []
    if broken:
        parts.append(f"{broken} of {total} terms broken")
    if undecided:
        parts.append(f"{undecided} of {total} terms undecided")
    if kept:
        parts.append(f"{kept} kept")
    said = "The promise is broken" if broken else "These cases cannot tell whether the promise is kept"
    return f"{said}: {', '.join(parts)}."


def last_line(answer: Answer, terms: Sequence[TermResult]) -> str:
    """Return the sentence of the term that decides: the first broken one, then the first undecided one."""
    if answer == "kept":
        return "Kept: every term is, each with at most 5% risk of being wrong."
    return next((term.sentence for term in terms if term.answer == answer), "The promise has no terms.")


def term_result(verdict: TermVerdict, words: Words, line: int = 1) -> TermResult:
    """Put the verdict on one term into words."""
    term = verdict.term
    found = tuple(_finding(term, item, words) for item in verdict.judged)
    promised = limit_text(term)
    return TermResult(
        name=term.name,
        words=term_words(term, words),
        promised=promised,
        at_most=term.at_most,
        at_least=term.at_least,
        answer=verdict.answer,
        risk=verdict.risk,
        line=line,
        sentence=_sentence(verdict.answer, term, promised, found[0], verdict.decisive.finding, words),
        decisive=found[0],
        parts=found if term.slice is not None else (),
    )


def _sentence(
    answer: Answer, term: Term, promised: str, found: FindingRecord, finding: Finding, words: Words
) -> str:
    where = f" ({term.slice} “{found.part}”)" if term.slice is not None and term.slice_value is None else ""
    parts = [f"{answer.capitalize()}: {term_words(term, words)}{where}, promised {promised}"]
    is_few = seen_text(finding) != ""
    is_none = is_few and finding.seen == 0
    if is_none:
        parts.append(f"{found.printed_value} in {_counted_cases(finding, words)}")
    elif found.printed_value:
        parts.append(f"measured {found.rests_on if is_few else found.printed_value}")
    if found.printed_range:
        parts.append(found.printed_range if is_none else f"range {found.printed_range}")
    if found.rests_on and not is_few:
        parts.append(f"from {found.rests_on}")
    text = ", ".join(parts) + "."
    tail = found.needed if found.needed else found.reason if answer == "undecided" else ""
    return f"{text} {tail}".strip()


def _finding(term: Term, item: Judged, words: Words) -> FindingRecord:
    found, needed = item.finding, item.needed
    value, range_ = printed_numbers(term, found)
    return FindingRecord(
        part=found.part if found.part else ("(missing)" if found.part == "" else ""),
        answer=item.answer,
        value=found.value,
        lower=_finite(found.lower),
        upper=_finite(found.upper),
        n=found.n,
        seen=found.seen,
        further_cases=needed.further if needed is not None else None,
        total_cases=needed.total if needed is not None else None,
        printed_value=value,
        printed_range=range_,
        rests_on=_rests_on(found, words),
        needed=_needed_text(item, needed, words),
        reason=found.reason,
    )


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


# --------------------------------------------------------------------------------------------- what it rests on


def unit_words(unit: Unit, words: Words) -> str:
    """Name what a finding counts."""
    return {
        "positives": words.positive.plural,
        "negatives": words.negative.plural,
        "flagged": f"flagged {words.case.plural}",
        "cases": words.case.plural,
        "days": "days",
        "runs": "timed answers",
    }[unit]


def _rests_on(found: Finding, words: Words) -> str:
    if found.unit is None or found.n is None:
        return ""
    total = _counted_cases(found, words)
    text = total if found.seen is None else f"{number_text(half_up(found.seen, 1))} of {total}"
    rate = found.rate
    if rate is not None and rate.effective_denominator is not None:
        worth = number_text(half_up(min(rate.n_effective, rate.denominator), _round_unit(rate.n_effective)))
        text += f" (worth about {worth} independent ones)"
    return text


def _counted_cases(found: Finding, words: Words) -> str:
    if found.unit is None or found.n is None:
        return "these cases"
    return f"{number_text(half_up(found.n, 1))} {unit_words(found.unit, words)}"


def _round_unit(number: float) -> int:
    return int(10 ** max(math.floor(math.log10(max(number, 1))) - 1, 0))


def _needed_text(item: Judged, needed: Needed | None, words: Words) -> str:
    if item.answer != "undecided":
        return ""
    if needed is None:
        if item.finding.value is None or not item.finding.can_keep:
            return ""
        if item.finding.is_too_few:
            return f"Under {LEAST_CASES} of a kind show too little to call it kept."
        return "No number of further cases would settle it while what was measured holds."
    noun = unit_words(needed.unit, words)
    about = "" if needed.is_exact else "about "
    total, further = (_counted(number, is_exact=needed.is_exact) for number in (needed.total, needed.further))
    said = f"{total} fresh {noun}" if needed.is_fresh else f"{further} further {noun} ({total} in all)"
    return f"{_capital(about)}{said} would settle it 8 times of 10, if what was measured holds."


def _counted(number: int, *, is_exact: bool) -> str:
    """Print a number of cases; what a formula gave, to three digits."""
    digits = len(str(number))
    unit = 1 if is_exact or digits <= 3 else 10 ** (digits - 3)
    return number_text(half_up(number, unit))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
