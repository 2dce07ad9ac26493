"""Write today's process beside the model into the record, and say who makes fewer mistakes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from expectkit.briefing.people_record import (
    DifferenceRecord,
    OutcomeCounts,
    PeopleRecord,
    RaterRecord,
    SidesRecord,
)
from expectkit.briefing.people_statements import (
    MISTAKES,
    Mistake,
    basis_statement,
    difference_statement,
    raters_statements,
    side_by_side,
    sides_of,
)
from expectkit.briefing.statements import SettingFacts, Statement
from expectkit.briefing.vocabulary import Words, clean_text, sentence_case
from expectkit.briefing.wording import number_text

if TYPE_CHECKING:
    from expectkit.measure.comparison import Basis, DailyDifference, Difference
    from expectkit.measure.counts import ConfusionCounts
    from expectkit.measure.people import People
    from expectkit.measure.rates import Rate

TODAY = "Today's process"
"""What it is called when nobody named it."""


@dataclass(frozen=True, slots=True)
class RaterEvidence:
    """Single people on the same cases, and the model's two error rates there."""

    people: People
    model_missed: Rate
    model_flagged: Rate


@dataclass(frozen=True, slots=True)
class PeopleEvidence:
    """What was measured of today's process.

    Parameters
    ----------
    name : str
    basis : {"same cases", "other cases", "assumed"}
    n_cases, n_undecided : int
        Cases both decided, and cases without a decision; 0 unless the cases are the same.
    counts : ConfusionCounts or None
        How today's process decided; None where one of the classes was not given.
    today : SettingFacts or None
        The same through the rounding of a setting.
    differences : mapping of str to (Difference, DailyDifference)
        By kind of mistake, those that can be told.
    raters : RaterEvidence or None
    """

    name: str
    basis: Basis
    n_cases: int
    n_undecided: int
    counts: ConfusionCounts | None
    today: SettingFacts | None
    differences: Mapping[Mistake, tuple[Difference, DailyDifference]]
    raters: RaterEvidence | None = None


def people_record(evidence: PeopleEvidence, model: SettingFacts) -> PeopleRecord:
    """Round today's process once, in the periods of the model.

    Parameters
    ----------
    evidence : PeopleEvidence
    model : SettingFacts
        The model at the operating setting.
    """
    today = evidence.today
    people = None if evidence.raters is None else evidence.raters.people
    return PeopleRecord(
        name=clean_text(evidence.name),
        basis=evidence.basis,
        n_cases=evidence.n_cases,
        n_undecided=evidence.n_undecided,
        counts=None if evidence.counts is None else _counts(evidence.counts),
        printed={}
        if today is None
        else {name: getattr(today.printed, name) for name in (*MISTAKES, "caught_positives", "flagged")},
        sides={}
        if today is None
        else {name: _sides(today, model, name, has_range=evidence.basis != "assumed") for name in MISTAKES},
        differences={
            mistake: _difference(rates, daily) for mistake, (rates, daily) in evidence.differences.items()
        },
        raters=()
        if people is None
        else tuple(RaterRecord(_person(rater.name), _counts(rater.counts)) for rater in people.raters),
        majority=None if people is None else RaterRecord("Majority", _counts(people.majority)),
    )


def _person(column: str) -> str:
    """Return the name of a person's column as text."""
    return clean_text(column.replace("_", " "))


def _counts(counts: ConfusionCounts) -> OutcomeCounts:
    return OutcomeCounts(
        counts.n_true_positives,
        counts.n_false_positives,
        counts.n_true_negatives,
        counts.n_false_negatives,
    )


def _sides(today: SettingFacts, model: SettingFacts, mistake: Mistake, *, has_range: bool) -> SidesRecord:
    """Put both on one period; what is assumed is taken at its word and has no range."""
    sides = sides_of(today, model, mistake)
    return SidesRecord(
        sides.period,
        sides.today.mean,
        sides.today.low if has_range else None,
        sides.today.high if has_range else None,
        sides.today.text,
        sides.model.mean,
        sides.model.low,
        sides.model.high,
        sides.model.text,
    )


def _difference(rates: Difference, daily: DailyDifference) -> DifferenceRecord:
    return DifferenceRecord(
        rates.value,
        rates.low,
        rates.high,
        rates.confidence_level,
        rates.p_value,
        daily.mean,
        daily.low,
        daily.high,
        rates.verdict,
    )


# -------------------------------------------------------------------------------------------------- sentences


def people_sentences(words: Words, evidence: PeopleEvidence, model: SettingFacts) -> Iterator[Statement]:
    """Say how today's process and the model compare.

    Parameters
    ----------
    words : Words
    evidence : PeopleEvidence
    model : SettingFacts
        The model at the operating setting.

    Yields
    ------
    Statement
        "people.title", "people.side_by_side", "people.missed_positives", "people.flagged_negatives",
        "people.basis", and of single people "people.raters.deck" and "people.raters.<mistake>".
    """
    name = clean_text(evidence.name)
    yield Statement("people.title", _title(words, evidence))
    if evidence.today is not None:
        named = ("" if name == TODAY else name, "as assumed" if evidence.basis == "assumed" else "")
        yield side_by_side(words, evidence.today, model, name=", ".join(part for part in named if part))
    for mistake, (_, daily) in evidence.differences.items():
        yield difference_statement(words, daily, mistake, name=_name_inside(name))
    if evidence.differences:
        yield basis_statement(
            evidence.basis, n_cases=evidence.n_cases, n_undecided=evidence.n_undecided, case=words.case
        )
    if evidence.raters is not None:
        yield _raters_deck(evidence.raters.people)
        yield from raters_statements(
            words,
            evidence.raters.people,
            model_missed=evidence.raters.model_missed,
            model_flagged=evidence.raters.model_flagged,
        )


def _name_inside(name: str) -> str:
    return "today's process" if name == TODAY else name


def _title(words: Words, evidence: PeopleEvidence) -> str:
    """State the finding in one line; only what the ranges bear out."""
    verdicts = {mistake: rates.verdict for mistake, (rates, _) in evidence.differences.items()}
    missed, flagged = verdicts.get("missed_positives"), verdicts.get("flagged_negatives")
    model = f"the {words.model_name}"
    today = "assumed for today" if evidence.basis == "assumed" else "today"
    positives, negatives = words.positive.plural, words.negative.plural
    if missed == flagged == "fewer":
        return f"{sentence_case(model)} makes fewer mistakes of both kinds than {today}"
    if missed == flagged == "more":
        return f"Today's process does better than {model} on both kinds of mistake"
    said = [
        f"{verdict} {noun} {happens}"
        for verdict, noun, happens in (
            (missed, positives, words.missed),
            (flagged, negatives, f"{words.briefly_flagged} by mistake"),
        )
        if verdict in ("fewer", "more")
    ]
    if said:
        return f"With {model}: {', but '.join(said) if len(said) == 2 else said[0]} than {today}"
    if verdicts:
        return f"Whether {model} beats today's process cannot be told yet"
    return "How single people decide" if evidence.raters is not None else "Today's process"


def _raters_deck(people: People) -> Statement:
    n_people = len(people.raters)
    text = f"{number_text(n_people)} people decided the same cases on their own."
    if people.n_ties > 0:
        ties = number_text(people.n_ties)
        text += f" On {ties} {'case' if ties == '1' else 'cases'} they were split evenly, which counts as not flagged."
    if people.n_undecided > 0:
        left = number_text(people.n_undecided)
        text += f" {left} {'case' if left == '1' else 'cases'} nobody decided."
    values = {"n_ties": float(people.n_ties), "n_undecided": float(people.n_undecided)}
    return Statement("people.raters.deck", text, {"n_people": float(n_people), **values})
