"""What may be said of a model at one setting: the expectation, in the business's own words.

Each outcome is stated at its own level, clause by clause: a number with its range, only a range, only a
bound, or that there were too few cases to say. Every statement keeps the values it was written from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from expectkit.briefing.printed import PrintedVolume, PrintedVolumes, print_volumes
from expectkit.briefing.vocabulary import Noun, Words, indefinite_article
from expectkit.briefing.wording import (
    DAYS,
    FEWER_THAN_ONE,
    Period,
    exact,
    half_up,
    number_text,
    percent_at_least,
    percent_at_most,
    percent_range,
    plain_list,
    some_of,
    threshold_text,
)

if TYPE_CHECKING:
    from expectkit.measure.counts import ConfusionCounts
    from expectkit.measure.rates import Rate
    from expectkit.measure.volumes import DailyVolumes

OutcomeName = Literal["flagged_negatives", "missed_positives", "caught_positives"]
OUTCOMES: tuple[OutcomeName, ...] = ("flagged_negatives", "missed_positives", "caught_positives")

N_FOR_FIVE_PERCENT = 60
"""About so many cases with no error show "at most 5 %" (0.95 ** 59 < 0.05)."""

TWO_SIDED_OF_ONE_SIDED = 0.90
"""Each end of a two-sided range of this level has 95 % on its side."""

LEAST_CHANGE = 3
"""A change of fewer cases a period is too coarsely rounded to say what one of them costs."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A text for readers and the values it was written from.

    Parameters
    ----------
    id : str
        What it states, such as "expectation"; unique within a setting.
    text : str
        One line of plain text.
    values : mapping of str to float
        Numbers in the text as printed, by name; rates from 0 to 1.
    """

    id: str
    text: str
    values: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SettingFacts:
    """What is known at one setting, as measured and as printed.

    Parameters
    ----------
    threshold : float
        A case is flagged when its score is at or above it.
    counts : ConfusionCounts
        Among the test cases.
    false_negative_rate, false_positive_rate : Rate
    printed : PrintedVolumes
    alpha_positives, alpha_negatives : float
        One minus the confidence level of the ranges of the two rates at this one setting: 0.05, or the smaller
        one that holds for all settings at once.
    is_simultaneous : bool
        Whether ranges and bounds hold for all settings at once.
    means : mapping of str to float
        The averages a day before rounding, by the names of the outcomes.
    leaves_out_days : bool
        Whether days without cases are left out, so that an average day is one with cases.
    """

    threshold: float
    counts: ConfusionCounts
    false_negative_rate: Rate
    false_positive_rate: Rate
    printed: PrintedVolumes
    alpha_positives: float = 0.05
    alpha_negatives: float = 0.05
    is_simultaneous: bool = False
    means: Mapping[str, float] = field(default_factory=dict)
    leaves_out_days: bool = False


def one_sided(rate: Rate, *, is_simultaneous: bool) -> tuple[float, float]:
    """Return the one-sided 95 % bounds of a rate; for all settings at once where its ranges are.

    Examples
    --------
    >>> from expectkit.measure.rates import Rate
    >>> plain, wide = (one_sided(Rate(0, 300), is_simultaneous=every)[1] for every in (False, True))
    >>> plain < wide
    True
    """
    from expectkit.measure.intervals import local_alpha

    if is_simultaneous:
        return rate.limits(float(local_alpha(rate.n_effective, TWO_SIDED_OF_ONE_SIDED)))
    return rate.lower_bound(0.95), rate.upper_bound(0.95)


def setting_facts(
    counts: ConfusionCounts, volumes: DailyVolumes, *, leaves_out_days: bool = False
) -> SettingFacts:
    """Round the volumes of a setting and put what is known there together.

    Parameters
    ----------
    counts : ConfusionCounts
        Among the test cases, at the threshold of the volumes.
    volumes : DailyVolumes
    leaves_out_days : bool
        Whether their days are only those with cases, and there were others.
    """
    from expectkit.measure.intervals import local_alpha

    rates = volumes.false_negative_rate, volumes.false_positive_rate
    alphas = [float(local_alpha(rate.n_effective)) if volumes.is_simultaneous else 0.05 for rate in rates]
    means: dict[str, float] = {
        name: estimate for name in OUTCOMES if (estimate := getattr(volumes, name).estimate) is not None
    }
    return SettingFacts(
        volumes.threshold,
        counts,
        rates[0],
        rates[1],
        print_volumes(volumes),
        alphas[0],
        alphas[1],
        volumes.is_simultaneous,
        means,
        leaves_out_days,
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """One of the three outcomes that are stated, with its words."""

    name: OutcomeName
    noun: Noun
    happens: str
    briefly: str
    printed: PrintedVolume
    n_seen: int
    n_tested: int

    @property
    def label(self) -> str:
        """The outcome as a plural, such as "fraudulent transactions missed"."""
        return f"{self.noun.plural} {self.briefly}"


def outcomes_of(words: Words, facts: SettingFacts) -> tuple[Outcome, ...]:
    """Return flagged negatives, missed positives and caught positives with their words, in this order."""
    counts, printed = facts.counts, facts.printed
    return (
        Outcome(
            "flagged_negatives",
            words.negative,
            words.flagged,
            words.briefly_flagged,
            printed.flagged_negatives,
            counts.n_false_positives,
            counts.n_negatives,
        ),
        Outcome(
            "missed_positives",
            words.positive,
            words.missed,
            words.missed,
            printed.missed_positives,
            counts.n_false_negatives,
            counts.n_positives,
        ),
        Outcome(
            "caught_positives",
            words.positive,
            words.caught,
            words.caught,
            printed.caught_positives,
            counts.n_true_positives,
            counts.n_positives,
        ),
    )


# ------------------------------------------------------------------------------------------ the expectation


def expectation(words: Words, facts: SettingFacts) -> tuple[Statement, ...]:
    """Write what to expect at one setting.

    Parameters
    ----------
    words : Words
        The business's words.
    facts : SettingFacts
        What is known at the setting.

    Returns
    -------
    tuple of Statement
        "expectation" (rates and daily averages), and "expectation.ranges" when there are ranges.
    """
    outcomes = outcomes_of(words, facts)
    sentences = [_rates_sentence(words, facts), *_volume_sentences(outcomes)]
    if facts.leaves_out_days and len(sentences) > 1:
        cases = words.case.plural
        sentences.append(f"A day here is a day with {cases}: days without {cases} are not counted.")
    values = dict(facts.printed.values)
    values.pop("precision", None)
    values |= {
        f"{outcome.name}.{name}": outcome.printed.values[name]
        for outcome in outcomes
        for name in ("mean", "mean_low", "mean_high")
        if name in outcome.printed.values
    }
    values |= {f"{o.name}.mean_below": 1.0 for o in outcomes if o.printed.mean == FEWER_THAN_ONE}
    first = Statement("expectation", " ".join(sentence for sentence in sentences if sentence), values)
    ranges = expected_ranges(outcomes)
    return (first,) if ranges is None else (first, ranges)


def _rates_sentence(words: Words, facts: SettingFacts) -> str:
    parts = [part for part in (_miss_rate(facts), _false_alarm_rate(facts)) if part]
    if not parts:
        return ""
    return f"With these settings, the {words.model_name} would have {plain_list(parts)}."


def _miss_rate(facts: SettingFacts) -> str:
    volume, rate = facts.printed.missed_positives, facts.false_negative_rate
    return _rate_part("false negative rate", rate, facts.printed.false_negative_rate, volume, facts)


def _false_alarm_rate(facts: SettingFacts) -> str:
    volume, rate = facts.printed.flagged_negatives, facts.false_positive_rate
    return _rate_part("false positive rate", rate, facts.printed.false_positive_rate, volume, facts)


def _rate_part(name: str, rate: Rate, printed: str | None, volume: PrintedVolume, facts: SettingFacts) -> str:
    """Name a rate at its level; empty when nothing may be said."""
    if volume.level == "number and range" and printed is not None:
        return f"{indefinite_article(printed)} {printed} {name}"
    if volume.level == "bound only":
        lower, upper = one_sided(rate, is_simultaneous=facts.is_simultaneous)
        if rate.value > 0.5:
            return f"a {name} of at least {percent_at_least(lower)}"
        return f"a {name} of at most {percent_at_most(upper)}"
    if volume.level == "refuse" or not rate.is_defined:
        return ""
    alpha = facts.alpha_positives if rate is facts.false_negative_rate else facts.alpha_negatives
    low, high = percent_range(*rate.limits(alpha))
    return f"a {name} of up to {high}" if low == "0%" else f"a {name} between {low} and {high}"


def _volume_sentences(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Write one sentence for the mistakes and one for what is caught, or more where levels or periods differ."""
    *mistakes, caught = outcomes
    yield from mistake_sentences(mistakes)
    if _is_counted(caught):
        clause, period = average_clause(caught), caught.printed.period
        goes_on = all(_is_counted(mistake) and mistake.printed.period == period for mistake in mistakes)
        yield f"{clause[0].upper()}{clause[1:]}." if goes_on else f"Every {period}, {clause}."
    elif caught.printed.bound is not None:
        yield from sparse_sentences(caught)


def mistake_sentences(mistakes: Iterable[Outcome]) -> Iterator[str]:
    """Write what is flagged by mistake and what is missed, each at its level and in its period."""
    mistakes = tuple(mistakes)
    with_numbers = [outcome for outcome in mistakes if _is_counted(outcome)]
    for period, group in groupby(with_numbers, key=lambda outcome: outcome.printed.period):
        yield f"Every {period}, {', and '.join(average_clause(outcome) for outcome in group)}."
    for outcome in mistakes:
        if not _is_counted(outcome):
            yield from sparse_sentences(outcome)


def _is_counted(outcome: Outcome) -> bool:
    printed = outcome.printed
    if printed.level == "number and range":
        return printed.mean is not None
    return printed.level == "range only" and printed.mean_range is not None


def average_clause(outcome: Outcome) -> str:
    """Write the average, or its range, as a clause: "an average of 14 fraudulent transactions would be missed"."""
    printed = outcome.printed
    if printed.level == "number and range" and printed.mean is not None:
        about = "about " if printed.is_about else ""
        return f"an average of {about}{counted(outcome.noun, printed.mean)} would be {outcome.happens}"
    return f"an average of {printed.mean_range} {outcome.noun.plural} would be {outcome.happens}"


def counted(noun: Noun, number: str) -> str:
    """Put a printed number before its noun; "fewer than 1" takes the singular."""
    return f"{number} {noun.singular}" if number == FEWER_THAN_ONE else noun.counted(number)


def sparse_sentences(outcome: Outcome) -> Iterator[str]:
    """Say what few cases allow: a bound beside what was seen, or that they are too few."""
    printed, plural = outcome.printed, outcome.noun.plural
    if printed.level == "refuse":
        tested = counted(outcome.noun, number_text(outcome.n_tested))
        yield f"The test held {'no ' + plural if outcome.n_tested == 0 else 'only ' + tested}."
        yield f"That is too few to say how many would be {outcome.briefly}."
        if outcome.name != "caught_positives":
            yield (
                f"About {N_FOR_FIVE_PERCENT} with none {outcome.briefly} would show "
                "that at most 5 of every 100 are."
            )
        return
    if outcome.name != "caught_positives":  # what was caught follows from what was missed
        seen = some_of(outcome.n_seen, outcome.n_tested)
        verb = "was" if outcome.n_seen == 1 else "were"
        yield f"In the test, {seen} {outcome.noun.plural} {verb} {outcome.briefly}."
    if printed.bound is not None:
        which, number = printed.bound
        yield (
            f"With 95% certainty, an average of {which} {counted(outcome.noun, number)} "
            f"a {printed.period} would be {outcome.happens}."
        )


# ------------------------------------------------------------------------------------------------- its ranges


def expected_ranges(outcomes: Iterable[Outcome]) -> Statement | None:
    """Write how far the averages, and single days, may lie from what is expected.

    Returns
    -------
    Statement or None
        "expectation.ranges"; None when no outcome has a range.
    """
    known = [outcome for outcome in outcomes if outcome.printed.level in ("number and range", "range only")]
    averages = [o for o in known if o.printed.level == "number and range" and o.printed.mean_range]
    sentences = [*_average_ranges(averages), *_day_ranges(known)]
    if not sentences:
        return None
    values = {
        f"{outcome.name}.{name}": outcome.printed.values[name]
        for outcome in known
        for name in ("mean_low", "mean_high", "typical_low", "typical_high", "wide_low", "wide_high")
        if name in outcome.printed.values
    }
    ranges = {
        (o.name, kind): getattr(o.printed, f"{kind}_range") for o in known for kind in ("mean", "typical")
    }
    values |= {f"{name}.{kind}_below": 1.0 for (name, kind), text in ranges.items() if text == FEWER_THAN_ONE}
    return Statement("expectation.ranges", " ".join(sentences), values)


def _average_ranges(outcomes: list[Outcome]) -> Iterator[str]:
    parts = [f"{o.printed.mean_range} a {o.printed.period} for {o.label}" for o in outcomes]
    if parts:
        yield f"The average could be {', and '.join(parts[:2])}."
    if len(parts) > 2:
        yield f"It could be {parts[2]}."


def _day_ranges(outcomes: list[Outcome]) -> Iterator[str]:
    shown = [o for o in outcomes if o.printed.typical_range is not None]
    for outcome in shown:  # each range on its own: that all hold on one day is less likely
        days = "On" if outcome.printed.typical_kind == "typical day" else "By chance alone, on"
        part = f"{outcome.printed.typical_range} {_range_noun(outcome)} would be {outcome.briefly}"
        yield f"{days} 8 days of 10, {part}."


def _range_noun(outcome: Outcome) -> str:
    high = outcome.printed.typical_high
    return outcome.noun.singular if high in ("0", "1") else outcome.noun.plural


# ------------------------------------------------------------------------------------------- between settings


def step_between(words: Words, start: SettingFacts, end: SettingFacts) -> Statement | None:
    """Say what moving from one setting to another buys and costs, a day.

    Returns
    -------
    Statement or None
        "setting.step"; None when one of the averages may not be stated as a number, or nothing moves.
    """
    changes: dict[str, tuple[float, Period]] = {}
    for name in ("missed_positives", "flagged_negatives"):
        before, after = (getattr(facts.printed, name) for facts in (start, end))
        change = _change(before, after)
        if change is None:
            return None
        changes[name] = change
    if not any(amount for amount, _ in changes.values()):
        return None
    parts = [
        _change_text(*changes["missed_positives"], words.positive, words.missed),
        _change_text(*changes["flagged_negatives"], words.negative, words.briefly_flagged),
    ]
    settings = f"From {threshold_text(start.threshold)} to {threshold_text(end.threshold)}"
    text = f"{settings}: {plain_list(part for part in parts if part)}."
    values = {f"{name}.change": amount for name, (amount, _) in changes.items()}
    return Statement("setting.step", text + _exchange(words, changes, start, end), values)


def _change(before: PrintedVolume, after: PrintedVolume) -> tuple[float, Period] | None:
    """Return the difference of two printed averages, per the longer of the two periods."""
    if "mean" not in before.values or "mean" not in after.values:
        return None
    period = max(before.period, after.period, key=DAYS.__getitem__)
    start, end = (
        exact(volume.values["mean"]) * DAYS[period] / DAYS[volume.period] for volume in (before, after)
    )
    return float(half_up(end - start, 0.1)), period


def _change_text(amount: float, period: Period, noun: Noun, participle: str) -> str:
    if amount == 0:
        return f"as many {noun.plural} {participle}"
    size = number_text(abs(amount))
    return f"{size} {'more' if amount > 0 else 'fewer'} {noun.for_count(size)} {participle} a {period}"


def _exchange(
    words: Words, changes: Mapping[str, tuple[float, Period]], start: SettingFacts, end: SettingFacts
) -> str:
    """Say how many more are flagged by mistake for each one that is caught in addition, or the reverse.

    The ratio is that of the averages before rounding.
    """
    (missed, missed_period), (flagged, flagged_period) = (
        changes["missed_positives"],
        changes["flagged_negatives"],
    )
    is_exchange = missed_period == flagged_period and missed * flagged < 0
    if not is_exchange or abs(missed) < LEAST_CHANGE or abs(flagged) < abs(missed):
        return ""
    more = {
        name: end.means[name] - start.means[name]
        for name in OUTCOMES
        if name in end.means and name in start.means
    }
    if more.get("missed_positives") and "flagged_negatives" in more:
        missed_change, flagged_change = more["missed_positives"], more["flagged_negatives"]
    else:
        missed_change, flagged_change = missed, flagged
    ratio = number_text(half_up(abs(flagged_change / missed_change), 1))
    if missed < 0:
        return f" Each extra one caught costs about {words.negative.counted(ratio)} {words.briefly_flagged}."
    return f" Each extra one missed spares about {words.negative.counted(ratio)} {words.briefly_flagged}."
