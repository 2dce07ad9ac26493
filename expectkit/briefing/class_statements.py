"""What a briefing on several classes says of a day as a whole: the expectation, headline, cards, dots and reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from expectkit.briefing.amount_text import print_amount
from expectkit.briefing.headlines import cases_per_dot, is_part_of_dot, part_of_dot_text
from expectkit.briefing.printed import PrintedVolume
from expectkit.briefing.statements import Statement, counted
from expectkit.briefing.vocabulary import Noun, Words, sentence_case
from expectkit.briefing.wording import (
    exact,
    half_up,
    number_text,
    plain_list,
    some_of,
)

if TYPE_CHECKING:
    from expectkit.measure.confusion_matrix import ConfusionMatrix
    from expectkit.measure.multiclass import Flow, MulticlassVolumes
    from expectkit.measure.prevalence import Traffic

_ONE = Decimal(1)

TITLES = {"right": "decided right", "wrong": "decided wrong", "to_a_person": "sent to a person"}
"""What becomes of a case, by the names of the record."""


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """A day with several classes, and its three totals as printed; where they are numbers they add up.

    Parameters
    ----------
    matrix : ConfusionMatrix
    volumes : MulticlassVolumes
    traffic : Traffic
    whole : Decimal
        Cases a day, as printed.
    right : Decimal or None
        Cases decided right a day, as printed; None where the others may not be given as numbers.
    wrong, to_a_person : PrintedVolume
        A day.
    """

    matrix: ConfusionMatrix
    volumes: MulticlassVolumes
    traffic: Traffic
    whole: Decimal
    right: Decimal | None
    wrong: PrintedVolume
    to_a_person: PrintedVolume

    @property
    def has_person(self) -> bool:
        """Whether any test case was sent to a person."""
        return bool(self.matrix.counts[:, -1].any())

    @property
    def shown(self) -> Mapping[str, Decimal]:
        """The totals that are printed as numbers, by the names of the record."""
        if self.right is None:
            return {}
        parts = {"right": self.right, "wrong": exact(self.wrong.values["mean"])}
        return parts | ({"to_a_person": exact(self.to_a_person.values["mean"])} if self.has_person else {})


def class_facts(matrix: ConfusionMatrix, volumes: MulticlassVolumes, traffic: Traffic) -> ClassFacts:
    """Round the totals of a day, so that what is decided right, wrong and by a person adds up to all cases."""
    wrong = print_amount(volumes.wrong, period="day")
    person = print_amount(volumes.to_a_person, period="day")
    whole = half_up(traffic.mean, _ONE)
    has_person = bool(matrix.counts[:, -1].any())
    is_counted = "mean" in wrong.values and ("mean" in person.values or not has_person)
    right = None
    if is_counted:
        right = (
            whole - exact(wrong.values["mean"]) - (exact(person.values["mean"]) if has_person else Decimal(0))
        )
    return ClassFacts(matrix, volumes, traffic, whole, right, wrong, person)


# ------------------------------------------------------------------------------------------ the expectation


def class_expectation(words: Words, facts: ClassFacts, nouns: Mapping[str, Noun]) -> tuple[Statement, ...]:
    """Say how many cases a day are decided right, wrong and by a person, and which mistake is the most common.

    Parameters
    ----------
    words : Words
    facts : ClassFacts
    nouns : mapping of str to Noun
        What a case of each class is called.

    Returns
    -------
    tuple of Statement
        "expectation", and "expectation.ranges" when there are ranges.
    """
    first = Statement("expectation", " ".join(_expected(words, facts, nouns)), _values(facts))
    ranges = _ranges(words, facts)
    return (first, *([ranges] if ranges is not None else []))


def _values(facts: ClassFacts) -> dict[str, float]:
    return {name: float(value) for name, value in facts.shown.items()}


def _expected(words: Words, facts: ClassFacts, nouns: Mapping[str, Noun]) -> Iterator[str]:
    model = words.model_name
    if facts.right is not None:
        day = counted(words.case, number_text(facts.whole))
        yield (
            f"With these settings, the {model} would decide an average of about {number_text(facts.right)} of "
            f"{day} a day right, and {facts.wrong.mean} wrong."
        )
        if facts.has_person:
            yield f"It would send {facts.to_a_person.mean} to a person."
    else:
        n_right, n = int(facts.matrix.right.sum()), int(facts.matrix.n_of_class.sum())
        yield f"In the test, the {model} decided {some_of(n_right, n)} {words.case.plural} right."
        yield from _sparse(words, facts.wrong, TITLES["wrong"])
        if facts.has_person:
            yield from _sparse(words, facts.to_a_person, TITLES["to_a_person"])
    yield from _commonest(facts, nouns)


def _sparse(words: Words, printed: PrintedVolume, happens: str) -> Iterator[str]:
    if printed.bound is not None:
        which, number = printed.bound
        yield f"With 95% certainty, {which} {counted(words.case, number)} a day would be {happens}."
    elif printed.mean is not None:
        yield f"An average of {counted(words.case, printed.mean)} a day would be {happens}."
    elif printed.mean_range is not None:
        yield f"An average of {printed.mean_range} {words.case.plural} a day would be {happens}."
    else:
        yield f"Too few {words.case.plural} were tested to say how many would be {happens}."


def _commonest(facts: ClassFacts, nouns: Mapping[str, Noun]) -> Iterator[str]:
    flow = commonest_mistake(facts.volumes.flows)
    if flow is None or flow.decided is None:
        return
    printed, noun, other = print_amount(flow.per_day), nouns[flow.actual], nouns[flow.decided].plural
    amount = ""
    if printed.mean is not None:
        amount = f"an average of {'about ' if printed.is_about else ''}{counted(noun, printed.mean)}"
    elif printed.mean_range is not None and printed.bound is None:
        amount = f"an average of {printed.mean_range} {noun.plural}"
    if amount:
        yield f"The most common mistake: {amount} a {printed.period} would be taken for {other}."


def commonest_mistake(flows: Sequence[Flow]) -> Flow | None:
    """Return the largest flow from a class to another one that the test saw; None when it saw none."""
    return next((flow for flow in flows if flow.decided is not None and flow.n_seen > 0), None)


def _ranges(words: Words, facts: ClassFacts) -> Statement | None:
    totals = [(facts.wrong, "wrong")] + ([(facts.to_a_person, "to_a_person")] if facts.has_person else [])
    known = [(printed, name) for printed, name in totals if printed.mean is not None and printed.mean_range]
    if not known:
        return None
    parts = [f"{printed.mean_range} a day for {words.case.plural} {TITLES[name]}" for printed, name in known]
    values = {
        f"{name}.{end}": printed.values[end]
        for printed, name in known
        for end in ("mean_low", "mean_high")
        if end in printed.values
    }
    return Statement("expectation.ranges", f"The average could be {plain_list(parts)}.", values)


# ------------------------------------------------------------------------------------------ around it


def class_headlines(
    words: Words, facts: ClassFacts, *, version: str, has_thresholds: bool
) -> tuple[Statement, ...]:
    """Write headline and deck.

    Parameters
    ----------
    words : Words
    facts : ClassFacts
    version : str
        Of the model; left out when empty.
    has_thresholds : bool
        Whether a class is only decided from its threshold up.

    Returns
    -------
    tuple of Statement
        "headline" and "deck".
    """
    cases, n = words.case.plural, len(facts.matrix.classes)
    if facts.right is not None:
        right, wrong = number_text(facts.right), number_text(facts.wrong.values["mean"])
        day = words.case.counted(number_text(facts.whole))
        text = f"Each day it should decide about {right} of {day} right and {wrong} wrong"
        if facts.has_person:
            text += f", and send {number_text(facts.to_a_person.values['mean'])} to a person"
    else:
        seen = some_of(int(facts.matrix.right.sum()), int(facts.matrix.n_of_class.sum()))
        text = _headline_bound(words, facts) or f"In the test it decided {seen} {cases} right"
    model = f"version {version} of the {words.model_name}" if version else f"the {words.model_name}"
    day_text = counted(words.case, number_text(facts.whole))
    deck = f"{sentence_case(model)} tells {number_text(n)} classes apart, on an average day of {day_text}."
    if has_thresholds:
        deck += f" A person decides {words.case.with_article} when no class reaches its setting."
    return (
        Statement("headline", text, _values(facts)),
        Statement("deck", deck, {"whole": float(facts.whole)}),
    )


def _headline_bound(words: Words, facts: ClassFacts) -> str:
    """Say in the headline what little is known of a day's wrong decisions; "" when nothing is."""
    printed, day = facts.wrong, words.case.counted(number_text(facts.whole))
    if printed.bound is not None:
        return f"Each day it should decide {' '.join(printed.bound)} of {day} wrong"
    amount = printed.mean or printed.mean_range
    return f"Each day it should decide {amount} of {day} wrong" if amount else ""


def class_cards(words: Words, facts: ClassFacts) -> tuple[Statement, ...]:
    """Write the sentences of the cards and the words beside the dots.

    Returns
    -------
    tuple of Statement
        ``card.<name>.sentence`` and ``dots.<name>.remark`` for each total, ``dots.<name>.of_dots`` where one dot stands
        for less, "dots.caption", whose values hold "cases_per_dot", and "dots.in_words", for where no dots are drawn.
    """
    day = counted(words.case, number_text(facts.whole))
    printed = {"right": None, "wrong": facts.wrong, "to_a_person": facts.to_a_person}
    remarks = {
        "right": "What the model is for.",
        "wrong": "Each is taken for another class.",
        "to_a_person": "The model does not decide them.",
    }
    found = []
    for name, volume in printed.items():
        text = f"of {day} a day would be {TITLES[name]}."
        if volume is not None and volume.mean is None:
            text = " ".join(_sparse(words, volume, TITLES[name]))
        if name == "right" and facts.right is None:
            n_right, n = int(facts.matrix.right.sum()), int(facts.matrix.n_of_class.sum())
            text = f"In the test: {some_of(n_right, n)} {words.case.plural}."
        found += [
            Statement(f"card.{name}.sentence", text),
            Statement(f"dots.{name}.remark", remarks[name]),
        ]
    return (*found, *_of_dots(words, facts))


def _of_dots(words: Words, facts: ClassFacts) -> Iterator[Statement]:
    """Say what one dot is, which dots are less than one, and what the labels are about where none are drawn."""
    size = cases_per_dot(float(facts.whole))
    values = {"cases_per_dot": float(size)}
    for name, number in facts.shown.items():
        if is_part_of_dot(float(number), size):
            yield Statement(f"dots.{name}.of_dots", part_of_dot_text(size), values)
    many = f"one {words.case.singular}" if size == 1 else words.case.counted(number_text(size))
    yield Statement("dots.caption", f"One dot is {many}, on an average day.", values)
    day = counted(words.case, number_text(facts.whole))
    yield Statement("dots.in_words", f"What an average day of {day} brings:", {"whole": float(facts.whole)})


def unseen_statement(words: Words, flows: Sequence[Flow], n_pairs: int) -> Statement | None:
    """Say how large a flow may be that the test did not show; None when it showed all of them.

    Parameters
    ----------
    words : Words
    flows : sequence of Flow
    n_pairs : int
        Pairs of two classes, and of a class and a person where any case was sent.
    """
    unseen = [flow for flow in flows if flow.n_seen == 0]
    if not unseen:
        return None
    known = [flow for flow in unseen if flow.per_day.level != "refuse"]
    first = f"Of the {number_text(n_pairs)} pairs, {number_text(len(unseen))} never came up in the test."
    if not known:
        return Statement(
            "flows.unseen", f"{first} Too few {words.case.plural} were tested to say more of them."
        )
    largest = max(known, key=lambda flow: flow.per_day.upper_bound)
    printed = print_amount(largest.per_day)
    bound = printed.mean_high or printed.upper_bound or ""
    text = (
        f"{first} With 95% certainty, each of these would come to at most "
        f"{counted(words.case, bound)} a {printed.period} on average."
    )
    return Statement("flows.unseen", text, {"upper_bound": largest.per_day.upper_bound})
