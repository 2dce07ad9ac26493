"""Several classes, and two thresholds with a person between them, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from expectkit.briefing.amount_text import print_amount
from expectkit.briefing.printed import PrintedVolume
from expectkit.briefing.statements import Statement, counted
from expectkit.briefing.vocabulary import Noun, Words, clean_text
from expectkit.briefing.wording import (
    between,
    exact,
    frequency_base,
    frequency_text,
    half_up,
    number_text,
    outward,
    some_of,
    threshold_text,
)

if TYPE_CHECKING:
    from expectkit.measure.amounts import Amount
    from expectkit.measure.automation import Automation
    from expectkit.measure.multiclass import ClassVolumes, Flow, MulticlassVolumes
    from expectkit.measure.two_thresholds import LaneVolumes

_ONE = Decimal(1)


def class_nouns(
    words: Words, names: tuple[str, ...], given: Mapping[str, Noun] | None = None
) -> Mapping[str, Noun]:
    """Return what one and several cases of each class are called.

    Parameters
    ----------
    words : Words
    names : tuple of str
        The classes.
    given : mapping of str to Noun, optional
        The business's own words; the rest becomes "case of class X".
    """
    case = words.case
    return {
        name: (given or {}).get(name)
        or Noun(f"{case.singular} of class {clean_text(name)}", f"{case.plural} of class {clean_text(name)}")
        for name in names
    }


# ------------------------------------------------------------------------------------------------ several classes


def flow_statement(nouns: Mapping[str, Noun], flow: Flow) -> Statement:
    """Say how many of one class are taken for another, or sent to a person.

    Returns
    -------
    Statement
        ``flow.<class>.<class>``, or ``flow.<class>.person``.
    """
    noun = nouns[flow.actual]
    happens = "sent to a person" if flow.decided is None else f"taken for {nouns[flow.decided].plural}"
    printed = print_amount(flow.per_day)
    text = " ".join(_amount_sentences(noun, printed, happens, flow.n_seen, flow.n_of))
    target = "person" if flow.decided is None else flow.decided
    return Statement(f"flow.{flow.actual}.{target}", text, printed.values)


def _amount_sentences(
    noun: Noun, printed: PrintedVolume, happens: str, n_seen: int, n_of: int
) -> Iterator[str]:
    if printed.level == "refuse":
        yield f"Only {counted(noun, number_text(n_of))} were tested: too few to say how many would be {happens}."
    elif printed.bound is not None:
        which, number = printed.bound
        yield f"With 95% certainty, {which} {counted(noun, number)} a {printed.period} would be {happens}."
        yield f"In the test: {some_of(n_seen, n_of)}."
    elif printed.mean is not None:
        about = "about " if printed.is_about else ""
        yield f"An average of {about}{counted(noun, printed.mean)} a {printed.period} would be {happens}."
        if printed.mean_range is not None:
            yield f"It could be {printed.mean_range}."
    elif printed.mean_range is not None:
        yield f"An average of {printed.mean_range} {noun.plural} a {printed.period} would be {happens}."


def class_statement(nouns: Mapping[str, Noun], one: ClassVolumes) -> Statement:
    """Say what becomes of a class on an average day, in numbers that add up.

    Returns
    -------
    Statement
        ``class.<class>``.
    """
    noun, name = nouns[one.name], f"class.{one.name}"
    tested = number_text(one.recall.denominator)
    if one.right.level == "refuse":
        return Statement(
            name, f"Only {counted(noun, tested)} were tested: too few to say what becomes of them."
        )
    seen = some_of(int(one.recall.numerator), int(one.recall.denominator))
    in_test = f"In the test, {seen} were decided right."
    wrong, person = print_amount(one.wrong, period="day"), print_amount(one.to_a_person, period="day")
    has_person = one.to_a_person.estimate > 0
    is_counted = "mean" in wrong.values and ("mean" in person.values or not has_person)
    if not is_counted or one.cases.level != "number and range":
        return Statement(name, f"{in_test} {_wrong_of_class(noun, wrong)}".strip(), wrong.values)
    parts = [exact(wrong.values["mean"]), exact(person.values["mean"]) if has_person else Decimal(0)]
    whole = half_up(one.cases.estimate, _ONE)
    right = whole - sum(parts, Decimal(0))
    text = (
        f"Of {counted(noun, number_text(whole))} a day, about {number_text(right)} would be decided right "
        f"and {number_text(parts[0])} wrong"
    )
    text += f"; {number_text(parts[1])} would go to a person." if has_person else "."
    values = {"cases": whole, "right": right, "wrong": parts[0], "to_a_person": parts[1]}
    return Statement(name, f"{text} {in_test}", {key: float(value) for key, value in values.items()})


def _wrong_of_class(noun: Noun, wrong: PrintedVolume) -> str:
    if wrong.bound is not None:
        which, number = wrong.bound
        return f"With 95% certainty, {which} {counted(noun, number)} a day would be decided wrong."
    amount = wrong.mean or wrong.mean_range
    if amount is not None:
        return f"An average of {amount} a day would be decided wrong."
    return ""


def overall_statement(
    words: Words, volumes: MulticlassVolumes, *, whole: Decimal | None = None, right: Decimal | None = None
) -> Statement:
    """Say how many cases a day are decided right, and how many of every so many; and whether ranges hold together.

    Parameters
    ----------
    words : Words
    volumes : MulticlassVolumes
    whole, right : Decimal or None
        Cases a day, and those decided right, as the other pages print them; None where they print no number.

    Returns
    -------
    Statement
        "classes.right".
    """
    share, ends = volumes.right_share_value, volumes.right_share
    base = frequency_base([share, ends.low, ends.high])
    first, last = outward(ends.low * base, ends.high * base, 1)
    if whole is not None and right is not None and whole > 0:
        odds = frequency_text(right / whole, base)
        first, last = min(first, right / whole * base), max(last, right / whole * base)
        day = counted(words.case, number_text(whole))
        text = (
            f"Of {day} a day, about {number_text(right)} would be decided right: {odds} {words.case.plural}."
        )
    else:
        odds = frequency_text(share, base)
        text = f"Of a day's {words.case.plural}, {odds} would be decided right."
    low, high = (number_text(end) for end in outward(first, last, 1))
    text += f" It could be {between(low, high)} of every {number_text(base)}."
    if volumes.flows_hold_together:
        text += " The ranges of who is taken for whom hold all together, with 95% certainty."
    return Statement("classes.right", text, {"right_share": share, "low": ends.low, "high": ends.high})


# ------------------------------------------------------------------------------- two thresholds, a person between


def lanes_statements(words: Words, found: LaneVolumes) -> tuple[Statement, ...]:
    """Say what is cleared, blocked and sent to a person, and the mistakes among what no person sees.

    Parameters
    ----------
    words : Words
    found : LaneVolumes

    Returns
    -------
    tuple of Statement
        "lanes" (the three add up to the day), "lanes.missed", "lanes.blocked" and "lanes.person".
    """
    values: dict[str, float] = {}
    if all(lane.level == "number and range" for lane in (found.cleared, found.human, found.blocked)):
        text, values = _three_lanes(words, found)
    else:
        totals = ((found.cleared, "cleared"), (found.blocked, "blocked"))
        text = " ".join(_lane("lanes", words.case, amount, happens).text for amount, happens in totals)
    sides = (
        ("lanes.missed", words.positive, found.cleared_positives, f"cleared, so {words.missed}"),
        ("lanes.blocked", words.negative, found.blocked_negatives, "blocked by mistake"),
        ("lanes.person", words.case, found.human, "sent to a person"),
    )
    return (
        Statement("lanes", text, values),
        *(_lane(name, noun, amount, happens) for name, noun, amount, happens in sides),
    )


def _three_lanes(words: Words, found: LaneVolumes) -> tuple[str, dict[str, float]]:
    """Split a day into its lanes, in numbers that add up."""
    low, high = threshold_text(found.lanes.clear_below), threshold_text(found.lanes.block_from)
    whole = half_up(sum(lane.estimate for lane in (found.cleared, found.human, found.blocked)), _ONE)
    human, blocked = (_whole(lane) for lane in (found.human, found.blocked))
    cleared = whole - human - blocked
    text = (
        f"Of {counted(words.case, number_text(whole))} a day, about {number_text(cleared)} would be cleared: "
        f"their score is below {low}. "
        f"From {high} up, {number_text(blocked)} would be blocked. "
        f"A person would see the {number_text(human)} between."
    )
    return text, {"cleared": float(cleared), "human": float(human), "blocked": float(blocked)}


def _whole(amount: Amount) -> Decimal:
    printed = print_amount(amount, period="day")
    return exact(printed.values["mean"]) if "mean" in printed.values else half_up(amount.estimate, _ONE)


def _lane(name: str, noun: Noun, amount: Amount, happens: str) -> Statement:
    printed = print_amount(amount)
    if printed.level == "refuse":
        text = f"Too few {noun.plural} were tested to say how many would be {happens}."
        return Statement(name, text)
    if printed.bound is not None:
        which, number = printed.bound
        text = f"With 95% certainty, {which} {counted(noun, number)} a {printed.period} would be {happens}."
        return Statement(name, text, printed.values)
    return Statement(name, " ".join(_amount_sentences(noun, printed, happens, 0, 0)), printed.values)


def automation_statement(words: Words, found: Automation | None, at_most_error: float) -> Statement:
    """Say how much needs no person at a tolerated share of errors, by cases that did not choose the settings.

    Returns
    -------
    Statement
        "lanes.automated".
    """
    tolerated = frequency_text(at_most_error, frequency_base([at_most_error]))
    if found is None:
        text = f"No pair of settings decides any {words.case.singular} with at most {tolerated} wrong."
        return Statement("lanes.automated", text, {"at_most_error": at_most_error})
    lanes = f"{threshold_text(found.lanes.clear_below)} and {threshold_text(found.lanes.block_from)}"
    share = frequency_text(found.automated_share, frequency_base([found.automated_share]))
    base = frequency_base([rate for rate in (found.error_share, at_most_error) if rate > 0])
    wrong, most = (frequency_text(rate, base) for rate in (found.error_share, found.error_upper_bound))
    kept = "That keeps" if found.is_kept else "That does not yet show"
    text = (
        f"With the settings {lanes}, {share} {words.case.plural} would need no person. "
        f"Of those, {wrong} would be decided wrong, and with 95% certainty at most {most}. "
        f"{kept} the tolerated {tolerated}. "
        "The settings were chosen on one half of the cases; these numbers come from the other half."
    )
    values = {
        "automated_share": found.automated_share,
        "error_share": found.error_share,
        "error_upper_bound": found.error_upper_bound,
        "at_most_error": at_most_error,
    }
    return Statement("lanes.automated", text, values)
