"""Today's process beside the model: the same sentence for both, and who makes fewer mistakes.

"Fewer" is only said when the whole range says so; where today's process does better, that is said as plainly.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

import numpy as np

from expectkit.briefing.printed import PrintedVolume
from expectkit.briefing.statements import SettingFacts, Statement, setting_facts
from expectkit.briefing.table_text import common_period, in_period
from expectkit.briefing.vocabulary import Noun, Words, sentence_case
from expectkit.briefing.wording import (
    DAYS,
    Period,
    as_number,
    between,
    count_text,
    difference_ends,
    exact,
    frequency_base,
    half_up,
    number_text,
    outward,
    period_for,
    unit_for,
)

if TYPE_CHECKING:
    from expectkit.measure.comparison import Basis, DailyDifference
    from expectkit.measure.counts import ConfusionCounts
    from expectkit.measure.people import People
    from expectkit.measure.prevalence import DayProfile
    from expectkit.measure.rates import Rate

Mistake = Literal["missed_positives", "flagged_negatives"]
MISTAKES: tuple[Mistake, ...] = ("missed_positives", "flagged_negatives")
_ONE = Decimal(1)


def today_facts(
    counts: ConfusionCounts, day: DayProfile, *, worth: tuple[float, float] | None = None
) -> SettingFacts:
    """Put today's process through the same rounding and levels as a setting of the model.

    Parameters
    ----------
    counts : ConfusionCounts
        How it decided on labelled cases.
    day : DayProfile
        Production's traffic and mix; its days are left aside, they are the model's.
    worth : (float, float) or None
        How many independent cases the positives and the negatives are worth, where cases are related.

    Returns
    -------
    SettingFacts
        Its threshold means nothing.
    """
    from expectkit.measure.prevalence import DayProfile
    from expectkit.measure.sweep import Sweep
    from expectkit.measure.volumes import daily_volumes

    decided = Sweep.from_counts(
        [0.5],
        [counts.n_true_positives],
        [counts.n_false_positives],
        counts.n_positives,
        counts.n_negatives,
    )
    if worth is not None:
        positives, negatives = (np.array([number]) for number in worth)
        decided = replace(decided, effective_positives=positives, effective_negatives=negatives)
    plain = DayProfile(day.traffic, day.prevalence)
    return setting_facts(counts, daily_volumes(decided, plain, 0.5, simultaneous=False))


def side_by_side(words: Words, today: SettingFacts, model: SettingFacts, *, name: str = "") -> Statement:
    """Put both kinds of mistake of today and of the model into one sentence each, in the same periods.

    Parameters
    ----------
    words : Words
    today, model : SettingFacts
    name : str
        What today's process is called, such as "manual review".

    Returns
    -------
    Statement
        "people.side_by_side", with values ``today.<mistake>`` and ``model.<mistake>`` per printed period.

    Notes
    -----
    "Today: 40 missed and 310 wrongly held a day. With the model: 14 and 200."
    """
    verbs = {"missed_positives": words.missed, "flagged_negatives": f"wrongly {words.briefly_flagged}"}
    values: dict[str, float] = {}
    first, second = [], []
    periods = []
    for mistake in MISTAKES:
        sides = sides_of(today, model, mistake)
        for side_name, side in (("today", sides.today), ("model", sides.model)):
            if side.mean is not None:
                values[f"{side_name}.{mistake}"] = side.mean
        first.append(f"{sides.today.text} {verbs[mistake]}")
        second.append(sides.model.text)
        periods.append(sides.period)
    if periods[0] == periods[1]:
        said, model_said = f"{' and '.join(first)} a {periods[0]}", " and ".join(second)
    else:
        said = " and ".join(f"{text} a {period}" for text, period in zip(first, periods, strict=True))
        model_said = " and ".join(second)
    named = f" ({name})" if name else ""
    text = f"Today{named}: {said}. With the {words.model_name}: {model_said}."
    return Statement("people.side_by_side", text, values)


@dataclass(frozen=True, slots=True)
class Side:
    """A volume of today or of the model per the common period: as text at its level, and as printed numbers."""

    text: str
    mean: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Sides:
    """One kind of mistake of both, per the same period."""

    period: Period
    today: Side
    model: Side


def sides_of(today: SettingFacts, model: SettingFacts, mistake: Mistake) -> Sides:
    """Put one kind of mistake of both on the same period, in the printed numbers.

    Parameters
    ----------
    today, model : SettingFacts
    mistake : {"missed_positives", "flagged_negatives"}
    """
    both = [getattr(facts.printed, mistake) for facts in (today, model)]
    period = common_period(both)
    first, second = (_side(in_period(volume, period)) for volume in both)
    return Sides(period, first, second)


def _side(volume: PrintedVolume) -> Side:
    numbers = (volume.values.get(name) for name in ("mean", "mean_low", "mean_high"))
    return Side(_figure(volume), *numbers)


def _figure(volume: PrintedVolume) -> str:
    """Write a volume at its level, without its period."""
    if volume.mean is not None:
        return volume.mean
    if volume.bound is not None:
        return " ".join(volume.bound)
    return volume.mean_range or "too few tested to say how many"


def difference_statement(
    words: Words, difference: DailyDifference, mistake: Mistake, *, name: str = "today's process"
) -> Statement:
    """Say which of the two makes fewer mistakes of a kind, and how many fewer a day.

    Parameters
    ----------
    words : Words
    difference : DailyDifference
        Model minus today.
    mistake : {"missed_positives", "flagged_negatives"}
    name : str
        What today's process is called.

    Returns
    -------
    Statement
        ``people.<mistake>``, with the printed range as values.
    """
    is_miss = mistake == "missed_positives"
    noun = words.positive if is_miss else words.negative
    happens = f"be {words.missed}" if is_miss else f"be {words.briefly_flagged} by mistake"
    low, high = exact(difference.low), exact(difference.high)
    period = period_for(max(abs(low), abs(high)))
    low, high = low * DAYS[period], high * DAYS[period]
    unit = max(unit_for(high - low), _ONE) if high > low else _ONE
    what = noun, happens, period
    if difference.verdict == "fewer":
        near, far = difference_ends(-high, -low, unit)
        first, last = -_printed(far), -_printed(near) + 0  # + 0: no "-0"
        text = f"With the {words.model_name}, {_differ(near, far, 'fewer', what)}"
    elif difference.verdict == "more":
        near, far = difference_ends(low, high, unit)
        first, last = _printed(near), _printed(far)
        text = f"{sentence_case(name)} does better here. "
        text += f"With the {words.model_name}, {_differ(near, far, 'more', what)}"
    else:
        ends = outward(low, high, unit)
        first, last = (float(end) for end in ends)
        text = _cannot_tell(words, ends, what)
    return Statement(f"people.{mistake}", text, {"low": first, "high": last})


def _printed(end: str) -> float:
    """Read an end of a difference back; what is under a tenth reads as 0."""
    return 0.0 if end.startswith("under") else as_number(end)


def _differ(near: str, far: str, more: str, what: tuple[Noun, str, Period]) -> str:
    noun, happens, period = what
    return f"{between(near, far)} {more} {noun.plural} a {period} would {happens}."


def _cannot_tell(words: Words, ends: tuple[Decimal, Decimal], what: tuple[Noun, str, Period]) -> str:
    (low, high), (noun, happens, period) = ends, what
    fewer, more = number_text(abs(low)), number_text(high)
    return (
        f"Which of the two does better here cannot be told. "
        f"With the {words.model_name}, anything from {fewer} fewer to {more} more {noun.plural} "
        f"a {period} could {happens}."
    )


def basis_statement(
    basis: Basis, *, n_cases: int, n_undecided: int = 0, case: Noun | None = None
) -> Statement:
    """Say where today's numbers come from; "people.basis".

    What is assumed may still be a decision on each of `n_cases` cases of the file.
    """
    noun = case or Noun.of("case")
    if basis == "assumed" and n_cases > 0:
        text = (
            "Today's decisions on these cases are in the file, but they are a stated assumption. "
            "Nobody has observed them."
        )
    elif basis == "assumed":
        text = "Today's numbers are a stated assumption. Nobody has measured them here."
    elif basis == "other cases":
        text = (
            "Today's numbers come from other cases. Part of the difference may lie in the cases, "
            "not in who decided."
        )
    else:
        text = f"Both decided the same {noun.counted(number_text(n_cases))}."
        if n_undecided > 0:
            were = "was" if n_undecided == 1 else "were"
            left = noun.counted(number_text(n_undecided))
            text += f" {left} without a decision of today's process {were} left out."
    return Statement("people.basis", text, {"n_cases": float(n_cases), "n_undecided": float(n_undecided)})


def raters_statements(
    words: Words, people: People, *, model_missed: Rate, model_flagged: Rate
) -> tuple[Statement, ...]:
    """Set the spread of single people and their majority beside the model.

    Parameters
    ----------
    words : Words
    people : People
    model_missed, model_flagged : Rate
        The model's two error rates on the same cases.

    Returns
    -------
    tuple of Statement
        "people.raters.missed_positives" and "people.raters.flagged_negatives", where somebody saw such cases.
    """
    counts = people.majority
    found = (
        (
            "missed_positives",
            people.miss_rates(),
            (counts.n_false_negatives, counts.n_positives),
            model_missed,
            (words.positive, words.missed),
        ),
        (
            "flagged_negatives",
            people.false_alarm_rates(),
            (counts.n_false_positives, counts.n_negatives),
            model_flagged,
            (words.negative, f"wrongly {words.briefly_flagged}"),
        ),
    )
    return tuple(
        _raters(mistake, ends, majority, model, noun, happens, len(people.raters), words)
        for mistake, ends, majority, model, (noun, happens) in found
        if ends is not None and majority[1] > 0 and model.is_defined
    )


def _raters(
    mistake: str,
    ends: tuple[float, float],
    majority: tuple[int, int],
    model: Rate,
    noun: Noun,
    happens: str,
    n_people: int,
    words: Words,
) -> Statement:
    of_majority = majority[0] / majority[1]
    base = frequency_base([*ends, of_majority, model.value])
    least, most, by_majority, by_model = (
        half_up(exact(rate) * base, _ONE) for rate in (*ends, of_majority, model.value)
    )
    span = f"{_of_base(ends[0], base)} to {_of_base(ends[1], base)}"
    if least == most and (least > 0 or ends[1] == 0):
        span = _of_base(ends[0], base)
    text = (
        f"Of every {number_text(base)} {noun.plural}, {span} were {happens} by single people "
        f"and {_of_base(of_majority, base)} by the majority of the {n_people}. "
        f"With the {words.model_name}: {_of_base(model.value, base)}."
    )
    values = {"single.low": least, "single.high": most, "majority": by_majority, "model": by_model}
    scaled = {name: float(number / base) for name, number in values.items()}
    return Statement(f"people.raters.{mistake}", text, scaled)


def _of_base(rate: float, base: int) -> str:
    """Write so many of a base; "none" only for exactly 0."""
    if rate == 0:
        return "none"
    return count_text(exact(rate) * base)
