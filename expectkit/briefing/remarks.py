"""The lines around tables and charts: what they show, where they come from, what to keep in mind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from expectkit.briefing.statements import Outcome, SettingFacts, Statement, counted, outcomes_of
from expectkit.briefing.vocabulary import Words, sentence_case
from expectkit.briefing.wording import (
    FEWER_THAN_ONE,
    count_text,
    exact,
    number_text,
    percent_text,
    threshold_text,
)

if TYPE_CHECKING:
    from expectkit.measure.bins import Compare
    from expectkit.measure.operating_point import ThresholdRule
    from expectkit.measure.prevalence import DayProfile, Traffic

SOURCES: Mapping[str, str] = {
    "stated": "as stated",
    "stated range": "stated as a range",
    "observed": "counted in the test cases",
    "sample": "from a counted sample",
    "as in cases": "as among the test cases",
    "kept negatives": "from the test cases and the part of the {negatives} kept in them",
}
"""Where traffic and prevalence come from, in words."""


def remarks(words: Words, facts: SettingFacts, *, is_simultaneous: bool) -> tuple[Statement, ...]:
    """Write the lines that do not depend on the kind of data.

    Parameters
    ----------
    words : Words
    facts : SettingFacts
        Of the operating setting.
    is_simultaneous : bool
        Whether its ranges hold for all settings at once.

    Returns
    -------
    tuple of Statement
        "settings.deck", ".bands" and ".note", "sure.deck" and ".note", "basis.assumption", "ask.volumes",
        "chart.flagged" and "chart.missed".
    """
    cases = words.case.plural
    return (
        Statement(
            "settings.deck",
            f"At a higher setting fewer {cases} are {words.briefly_flagged}: fewer {words.negative.plural} "
            f"by mistake, and more {words.positive.plural} are {words.missed}.",
        ),
        Statement(
            "settings.bands",
            "The range of each average shown here holds at all settings together.",
        ),
        Statement(
            "settings.note",
            "Below each number: where the average could lie"
            + (", at all settings together." if is_simultaneous else "."),
        ),
        _sure(facts),
        Statement(
            "sure.note",
            f"{sentence_case(words.case.with_article)} is {words.briefly_flagged} when its score is at or above "
            "the setting. Low ends are rounded down and high ends up.",
        ),
        Statement(
            "basis.assumption",
            f"The numbers hold if {words.positive.plural} and {words.negative.plural} in daily work look like "
            "those in the test. Where production differs, they have to be measured again.",
        ),
        _accepted(words, facts),
        *_charts(words, facts),
    )


PRECISION: Final[Mapping[Compare, str]] = {
    "float32": "about 7 digits (float32)",
    "float64": "about 16 digits (float64)",
}
"""How exactly scores are compared with a setting."""


def _sure(facts: SettingFacts) -> Statement:
    printed = facts.printed
    volumes = printed.flagged_negatives, printed.missed_positives, printed.caught_positives
    knows_days = any(v.typical_kind == "typical day" for v in volumes if v.typical_range is not None)
    if knows_days:
        text = "A test shows only some cases, and no two days are alike. These ranges carry both."
    else:
        text = (
            "A test shows only some cases, and the ranges allow for that. No two days are alike either, "
            "and how much they differ is not known here."
        )
    return Statement("sure.deck", text)


def _accepted(words: Words, facts: SettingFacts) -> Statement:
    wrong, missed, _ = outcomes_of(words, facts)
    parts = [(outcome, _stated(outcome)) for outcome in (wrong, missed)]
    known = [part for _, part in parts if part]
    open_ones = [f"{outcome.noun.plural} would be {outcome.briefly}" for outcome, part in parts if not part]
    sentences = [f"{sentence_case(', and '.join(known))}."] if known else []
    sentences += [f"How many {' and '.join(open_ones)} is not known yet."] if open_ones else []
    return Statement("ask.volumes", " ".join(sentences))


def _stated(outcome: Outcome) -> str:
    """Write a volume as something to accept: "about 14 fraudulent transactions missed a day"; "" when unknown."""
    printed = outcome.printed
    amount = ""
    if printed.mean == FEWER_THAN_ONE:
        amount = counted(outcome.noun, FEWER_THAN_ONE)
    elif printed.mean is not None:
        amount = f"about {counted(outcome.noun, printed.mean)}"
    elif printed.bound is not None:
        which, bound = printed.bound
        amount = f"{which} {counted(outcome.noun, bound)}"
    elif printed.mean_range is not None:
        amount = f"{printed.mean_range} {outcome.noun.plural}"
    return f"{amount} {outcome.briefly} a {printed.period}" if amount else ""


def _charts(words: Words, facts: SettingFacts) -> Iterator[Statement]:
    place = threshold_text(facts.threshold)
    wrong, missed, caught = outcomes_of(words, facts)
    yield Statement(
        "chart.flagged",
        f"As the setting rises, fewer {wrong.noun.plural} are {wrong.briefly}.{_point(place, wrong)}",
    )
    yield Statement(
        "chart.missed",
        f"As the setting rises, fewer {missed.noun.plural} are {caught.briefly} and more are {missed.briefly}."
        f"{_point(place, caught)}{_point(place, missed)}",
    )


def _point(place: str, outcome: Outcome) -> str:
    """Say where a line of a chart stands at the setting; "" where no number may be given."""
    printed = outcome.printed
    if printed.mean is None:
        return ""
    return f" At {place}: {counted(outcome.noun, printed.mean)} {outcome.briefly} a {printed.period}."


def basis_remarks(
    words: Words,
    *,
    score_low: float | None,
    score_high: float | None,
    compare: Compare,
    n_cases_at_threshold: int | None,
    n_clusters: int | None,
    n_cases: int,
) -> tuple[Statement, ...]:
    """Write the facts about scores, ties and groups.

    Parameters
    ----------
    words : Words
    score_low, score_high : float or None
        Lowest and highest score of the test cases, any real numbers; None where there are no scores.
    compare : {"float64", "float32"}
    n_cases_at_threshold : int or None
        Cases whose score equals the setting; None when they were not counted.
    n_clusters : int or None
        Groups of related cases, in the class that has more of them; None when none were named.
    n_cases : int
        All test cases.

    Returns
    -------
    tuple of Statement
        "basis.scores", and "basis.ties" and "basis.clusters" as far as they apply.
    """
    found = []
    if score_low is not None and score_high is not None:
        ends = f"Between {score_text(score_low)} and {score_text(score_high)}"
        text = f"{ends}, compared with the setting to {PRECISION[compare]}."
        found.append(Statement("basis.scores", text, {"score_low": score_low, "score_high": score_high}))
    if n_cases_at_threshold is not None:
        text = _ties_text(words, n_cases_at_threshold, n_cases)
        found.append(Statement("basis.ties", text, {"n_cases_at_threshold": n_cases_at_threshold}))
    if n_clusters is not None:
        found.append(
            Statement(
                "basis.clusters",
                f"{number_text(n_clusters)} groups of related cases, counted as fewer independent ones.",
                {"n_clusters": n_clusters},
            )
        )
    return tuple(found)


def _ties_text(words: Words, n_ties: int, n_cases: int) -> str:
    if n_ties == 0:
        return (
            f"No {words.case.singular} scores exactly at it; one that did would be {words.briefly_flagged}."
        )
    ties = words.case.counted(number_text(n_ties))
    if n_ties == 1:
        return f"{ties} of {number_text(n_cases)} scores exactly at it, and is {words.briefly_flagged}."
    return f"{ties} of {number_text(n_cases)} score exactly at it, and are {words.briefly_flagged}."


def score_text(score: float) -> str:
    """Write a score as a reader needs it in passing: three digits, or "nearly 0" and "nearly 1" at the ends.

    Examples
    --------
    >>> score_text(0.00000028), score_text(0.9999789), score_text(0.5123), score_text(-12.5)
    ('nearly 0', 'nearly 1', '0.512', '-12.5')
    """
    if 0 < abs(score) < 0.001:
        return "nearly 0"
    if 0.999 < score < 1:
        return "nearly 1"
    return number_text(float(f"{score:.3g}"))


def traffic_text(day: DayProfile) -> str:
    """Say how many cases a day there are, and how that is known."""
    return cases_per_day_text(day.traffic)


def cases_per_day_text(traffic: Traffic) -> str:
    """Say how many cases a day there are, and how that is known, without a day's mix."""
    source = SOURCES[traffic.source]
    if traffic.source == "stated range":
        return f"{_as_stated(traffic.low)} to {_as_stated(traffic.high)}, {source}"
    if traffic.daily:
        return f"{count_text(traffic.mean)} on average, {source} on {number_text(len(traffic.daily))} days"
    return f"{_as_stated(traffic.mean)}, {source}"


def _as_stated(cases_per_day: float) -> str:
    """Write a stated number of cases a day: whole cases from 100 up, three digits below."""
    return count_text(cases_per_day) if cases_per_day >= 100 else number_text(float(f"{cases_per_day:.3g}"))


def prevalence_text(day: DayProfile, words: Words) -> str:
    """Say what share of cases is positive in production, and how that is known."""
    known = day.prevalence
    source = SOURCES[known.source].format(negatives=words.negative.plural)
    if known.source == "stated range":
        return f"{percent_text(known.low)} to {percent_text(known.high)}, {source}"
    return f"{percent_text(known.value)}, {source}"


def rule_text(rule: ThresholdRule, threshold: float, words: Words, *, knows_days: bool = True) -> str:
    """Say which threshold is the operating one and how it came about.

    Parameters
    ----------
    rule : ThresholdRule
    threshold : float
        What the rule led to.
    words : Words
    knows_days : bool
        Whether it is known how days differ; if not, a share of days is by chance alone.

    Returns
    -------
    str
        Limits that people stated are written in full, never rounded.
    """
    place = threshold_text(threshold)
    if rule.kind == "value":
        return f"{place}, as stated"
    if rule.kind == "lowest cost" and rule.missed_positive is None:
        return f"{place}, of lowest cost, each {words.case.singular} at its own amount"
    if rule.kind == "lowest cost":
        costs = [number_text(cost) for cost in (rule.missed_positive or 0, rule.flagged_negative or 0)]
        return (
            f"{place}, of lowest cost: each {words.positive.singular} {words.missed} counts {costs[0]}, "
            f"each {words.negative.singular} {words.briefly_flagged} {costs[1]}"
        )
    limit = exact(rule.limit or 0)
    days = "on 19 days of 20" if knows_days else "on 19 days of 20 by chance alone"
    return {
        "at_most_flagged_per_day": f"{place}, the lowest at which at most {number_text(limit)} {words.case.plural} "
        f"would be {words.briefly_flagged} on an average day",
        "at_most_false_negative_rate": f"{place}, the highest with a false negative rate of at most "
        f"{number_text(limit * 100)}% in the test",
        "at_most_false_positive_rate": f"{place}, the lowest with a false positive rate of at most "
        f"{number_text(limit * 100)}% in the test",
        "capacity": f"{place}, the lowest at which {number_text(limit)} reviews a day would do {days}",
    }[rule.kind]
