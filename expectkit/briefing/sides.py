"""A record or a promise taken apart for comparing: its inputs, its numbers as printed, its sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from expectkit.briefing.agreed_words import words_of
from expectkit.briefing.promise_words import condition_texts, limit_text, term_words
from expectkit.briefing.record import RateRecord, Record, VolumeRecord
from expectkit.briefing.vocabulary import Words, sentence_case
from expectkit.briefing.wording import date_text, number_text, threshold_text
from expectkit.promise.agreement import Promise
from expectkit.promise.terms import Term

Kind = Literal["record", "promise"]


@dataclass(frozen=True, slots=True)
class Given:
    """One input: what tells two apart, and how a reader sees it.

    Parameters
    ----------
    key : object
        Two inputs are the same when their keys are.
    shown : str
    sha256 : str
        Where both have one, these must be the same too.
    """

    key: object
    shown: str
    sha256: str = ""

    def is_same(self, other: Given) -> bool:
        """Return whether two inputs are the same, as far as both say."""
        return self.key == other.key and (not self.sha256 or not other.sha256 or self.sha256 == other.sha256)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two things compared, taken apart.

    Parameters
    ----------
    kind : {"record", "promise"}
    name : str
        Which model, which version.
    date : str
        ISO 8601; of the briefing or the decision, "" for a draft.
    inputs : mapping of str to Given
        By the names of `INPUTS`.
    numbers : mapping of str to str
        Printed, by what they are; the limits of a promise, by the names of its terms.
    sentences : mapping of str to str
        By their id, in reading order.
    cases : object
        How many cases of which kind and which days: the same for cases that were only scored anew.
    settings : mapping of str to str
        The expectation at other settings that were measured, by the setting as shown.
    language : str
    banner : str
        A line that must stand on every page that shows these numbers.
    terms : mapping of str to Term
        Of a promise, by name.
    labels : mapping of str to str
        How a reader sees a name in `numbers`, where that is not the name itself.
    """

    kind: Kind
    name: str
    date: str
    inputs: Mapping[str, Given]
    numbers: Mapping[str, str]
    sentences: Mapping[str, str]
    cases: object = None
    settings: Mapping[str, str] = field(default_factory=dict)
    language: str = "en"
    banner: str = ""
    terms: Mapping[str, Term] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


def record_side(record: Record) -> Side:
    """Take a record apart.

    Parameters
    ----------
    record : Record

    Returns
    -------
    Side
    """
    provenance, choice = record.provenance, record.threshold_choice
    inputs = {
        "model": _model(record.model.name, record.model.version),
        "data": Given(
            frozenset(item.sha256 for item in provenance.inputs)
            if provenance.inputs
            else (provenance.n_rows, provenance.n_kept),
            _cases_shown(record),
        ),
        "setting": Given(record.operating_threshold, threshold_text(record.operating_threshold)),
        "choice": Given(
            (choice.chosen_on_these_cases, choice.confirmed_on_fresh_cases), _choice_shown(record)
        ),
        "traffic": Given(
            "observed"
            if record.traffic.source == "observed"  # then it follows from the cases
            else (record.traffic.mean, record.traffic.low, record.traffic.high, record.traffic.variation),
            record.traffic.printed,
        ),
        "prevalence": Given(
            record.prevalence.source
            if record.prevalence.source in ("as in cases", "kept negatives")
            else (record.prevalence.value, record.prevalence.low, record.prevalence.high),
            record.prevalence.printed,
        ),
        "words": Given(record.words, _words_shown(record.words)),
        "decision": _decision(record),
        "program": Given(provenance.expectkit_version, provenance.expectkit_version),
    }
    return Side(
        kind="record",
        name=f"{record.model.name} {record.model.version}".strip(),
        date=provenance.date,
        inputs=inputs,
        numbers=_record_numbers(record),
        sentences={item.id: item.text for item in record.statements},
        cases=_cases_key(record),
        settings={
            setting.printed_threshold: statement.text
            for setting in record.settings
            for statement in setting.statements
            if statement.id == "expectation"
        },
        language=record.words.language,
        banner=provenance.banner,
    )


def _model(name: str, version: str, sha256: str = "") -> Given:
    shown = f"{name} {version}".strip()
    return Given((name, version), f"{shown}, file {sha256[:12]}" if sha256 else shown, sha256)


def _cases_shown(record: Record) -> str:
    provenance = record.provenance
    prints = ", ".join(item.sha256[:12] for item in provenance.inputs[:3])
    more = f" and {len(provenance.inputs) - 3} more" if len(provenance.inputs) > 3 else ""
    cases = record.words.case.counted(number_text(provenance.n_kept))
    return f"{cases}, SHA-256 {prints}{more}" if prints else cases


def _cases_key(record: Record) -> tuple[object, ...]:
    provenance, counts = record.provenance, record.counts
    n_positives = counts.n_true_positives + counts.n_false_negatives
    return provenance.n_rows, provenance.n_kept, n_positives, provenance.first_day, provenance.last_day


def _choice_shown(record: Record) -> str:
    choice = record.threshold_choice
    if choice.confirmed_on_fresh_cases:
        return "on other cases, confirmed on these"
    return "by looking at these cases" if choice.chosen_on_these_cases else "not stated"


def _decision(record: Record) -> Given:
    promise = record.promise
    if promise is None or promise.covers != "this setting":
        return Given("", "proposed")
    return Given(promise.seal, f"agreed by {promise.decided_by} on {promise.printed_date}")


def _words_shown(words: Words) -> str:
    parts = [words.case.singular, words.positive.singular, words.negative.singular]
    return ", ".join([*parts, words.flagged, words.missed, words.caught])


def _record_numbers(record: Record) -> dict[str, str]:
    words, volumes, rates = record.words, record.per_day, record.rates
    names = {
        "caught_positives": f"{words.positive.plural} {words.caught}",
        "flagged_negatives": f"{words.negative.plural} {words.briefly_flagged} by mistake",
        "missed_positives": f"{words.positive.plural} {words.missed}",
        "flagged": f"{words.case.plural} {words.briefly_flagged} in all",
    }
    numbers: dict[str, str] = {}
    for key, name in names.items():
        if key in volumes:
            numbers[sentence_case(name)] = _volume_shown(volumes[key])
            numbers[f"{sentence_case(name)}: the average could be"] = _span(
                volumes[key].printed.mean_low, volumes[key].printed.mean_high, volumes[key].printed.period
            )
            numbers[f"{sentence_case(name)}: on 8 days of 10"] = _span(
                volumes[key].printed.typical_low, volumes[key].printed.typical_high, "day"
            )
    for key, name in (
        ("false_negative_rate", "False negative rate"),
        ("false_positive_rate", "False positive rate"),
        ("precision", f"Share of flagged {words.case.plural} that are {words.positive.plural}"),
    ):
        if key in rates:
            numbers[name] = _rate_shown(rates[key])
    return numbers


def _volume_shown(volume: VolumeRecord) -> str:
    printed = volume.printed
    if printed.mean is not None:
        about = "about " if printed.is_about else ""
        return f"{about}{printed.mean} a {printed.period}"
    if printed.bound is not None:
        which, number = printed.bound
        return f"{which} {number} a {printed.period}"
    return _span(printed.mean_low, printed.mean_high, printed.period) or "too few to say"


def _span(low: str | None, high: str | None, period: str) -> str:
    return "" if low is None or high is None else f"{low} to {high} a {period}"


def _rate_shown(rate: RateRecord) -> str:
    span = f"{rate.printed_low} to {rate.printed_high}" if rate.printed_low is not None else ""
    if rate.printed is not None:
        return f"{rate.printed} ({span})" if span else rate.printed
    return span or "too few to say"


def promise_sides(before: Promise, after: Promise) -> tuple[Side, Side]:
    """Take two promises apart; one that carries no words is read in those of the other.

    Parameters
    ----------
    before, after : Promise

    Returns
    -------
    (Side, Side)

    Raises
    ------
    ConfigError
        If a word that a promise carries holds nothing printable.
    """
    return (
        promise_side(before, words_of(before if before.words else after)),
        promise_side(after, words_of(after if after.words else before)),
    )


def promise_side(promise: Promise, words: Words | None = None) -> Side:
    """Take a promise apart.

    Parameters
    ----------
    promise : Promise
    words : Words, optional
        Those the promise carries when left out.

    Returns
    -------
    Side

    Raises
    ------
    ConfigError
        If a word that the promise carries holds nothing printable.
    """
    conditions, decision = promise.conditions, promise.decision
    words = words_of(promise) if words is None else words
    texts = condition_texts(conditions, words)
    inputs = {
        "model": _model(promise.model_name, promise.model_version, promise.model_sha256),
        "data": Given(
            frozenset(promise.evidence.values()),
            ", ".join(f"{name} {sha256[:12]}" for name, sha256 in promise.evidence.items()),
        ),
        "setting": Given(promise.threshold, threshold_text(promise.threshold)),
        "choice": Given(
            promise.confirmed_on_fresh_cases,
            "confirmed on fresh cases"
            if promise.confirmed_on_fresh_cases
            else "not yet confirmed on fresh cases",
        ),
        "traffic": Given(
            (conditions.cases_per_day_low, conditions.cases_per_day_high), texts["Traffic"].rstrip(".")
        ),
        "prevalence": Given(
            (conditions.prevalence_low, conditions.prevalence_high), texts["Mix"].rstrip(".")
        ),
        "decision": Given(
            decision,
            "a draft"
            if decision is None
            else f"{decision.decided_by}, {date_text(decision.decided_on)}: {decision.reason}",
        ),
    }
    if promise.words:  # else nobody knows whether they changed
        inputs["words"] = Given(words, _words_shown(words))
    sentences = {"expectation": promise.sentence, "expectation.ranges": promise.ranges}
    return Side(
        kind="promise",
        name=f"{promise.model_name} {promise.model_version}".strip(),
        date="" if decision is None else decision.decided_on.isoformat(),
        inputs=inputs,
        numbers={term.name: limit_text(term) for term in promise.terms},
        sentences={name: text for name, text in sentences.items() if text},
        cases=conditions.population or None,
        settings={threshold_text(setting.threshold): setting.sentence for setting in promise.rejected},
        terms={term.name: term for term in promise.terms},
        labels={term.name: term_words(term, words) for term in promise.terms},
    )
