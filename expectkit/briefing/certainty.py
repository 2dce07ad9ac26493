"""How sure we are and why: what each range covers, and what none of them does."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from expectkit.briefing.statements import SettingFacts, Statement, outcomes_of
from expectkit.briefing.vocabulary import Words
from expectkit.briefing.wording import count_text, half_up, money_text, number_text, percent_text, some_of

if TYPE_CHECKING:
    from expectkit.measure.prevalence import DayProfile, Traffic

RATE_NAMES = {"false_negative_rate": "false negative rate", "false_positive_rate": "false positive rate"}
COST = "cost_per_day"
"""What the optimism of a cost is called."""


def certainty(
    words: Words,
    facts: SettingFacts,
    day: DayProfile,
    *,
    is_simultaneous: bool,
    chosen_on_these_cases: bool,
    confirmed_on_fresh_cases: bool = False,
    optimism: Sequence[tuple[str, float, float]] = (),
    n_clusters: int | None = None,
    currency: str = "",
) -> tuple[Statement, ...]:
    """Write what the ranges rest on, one short paragraph a reason.

    Parameters
    ----------
    words : Words
    facts : SettingFacts
        Of the operating setting.
    day : DayProfile
        Where traffic and prevalence come from.
    is_simultaneous : bool
        Whether the ranges hold for all settings at once.
    chosen_on_these_cases : bool
        Whether the setting was chosen by looking at these test cases.
    confirmed_on_fresh_cases : bool
    optimism : sequence of (str, float, float)
        Name of a rate or `COST`, what was measured, and what is left when the choice is corrected for.
    n_clusters : int or None
        Groups of related cases, when they were declared.
    currency : str
        Of a cost; empty when it has none.

    Returns
    -------
    tuple of Statement
        Ids "certainty.cases", ".traffic", ".prevalence", ".days", ".clusters", ".settings", ".choice",
        ".fresh" and ".each", as far as they apply.
    """
    return (
        _cases(words, facts),
        about_traffic(words, day.traffic),
        _prevalence(words, day),
        *_days(words, facts),
        *_clusters(words, n_clusters),
        *_choice(words, facts, is_simultaneous, chosen_on_these_cases),
        *_optimism(optimism, currency),
        _fresh(confirmed_on_fresh_cases),
        _each(words, is_simultaneous),
    )


def _cases(words: Words, facts: SettingFacts) -> Statement:
    wrong, missed, _ = outcomes_of(words, facts)
    parts = [
        f"{some_of(o.n_seen, o.n_tested)} {o.noun.plural} {'was' if o.n_seen == 1 else 'were'} {o.briefly}"
        for o in (missed, wrong)
    ]
    text = (
        f"In the test, {parts[0]}, and {parts[1]}. "
        "Other test cases would have given somewhat other counts, and the ranges of the averages allow for that."
    )
    values = {"n_false_negatives": missed.n_seen, "n_false_positives": wrong.n_seen}
    sizes = {"n_positives": missed.n_tested, "n_negatives": wrong.n_tested}
    return Statement("certainty.cases", text, values | sizes)


def about_traffic(words: Words, traffic: Traffic) -> Statement:
    """Say where the number of cases a day comes from, and what the ranges make of it."""
    cases = words.case.plural
    mean = count_text(traffic.mean)
    if traffic.source == "observed":
        n_days = len(traffic.daily)
        text = (
            f"Traffic was counted on {number_text(n_days)} days: {mean} {cases} on average. "
            "The ranges allow for how much these days differ."
        )
        values = {"cases_per_day": traffic.mean, "n_days": n_days}
        if traffic.n_days_without > 0:
            text += _days_left_out(cases, traffic.n_days_without)
            values["n_days_without"] = traffic.n_days_without
        return Statement("certainty.traffic", text, values)
    if traffic.source == "stated range":
        low, high = (float(limit) for limit in traffic.limits(0.05))
        text = (
            f"Traffic was stated as {count_text(low)} to {count_text(high)} {cases} a day. "
            "The ranges allow for all of it."
        )
        return Statement("certainty.traffic", text, {"cases_per_day_low": low, "cases_per_day_high": high})
    text = (
        f"Traffic was stated as {mean} {cases} a day and taken at its word. "
        f"If it is higher or lower, every number of {cases} here moves with it."
    )
    return Statement("certainty.traffic", text, {"cases_per_day": traffic.mean})


def _days_left_out(cases: str, n_days: int) -> str:
    without = "1 day in between brought none and is"
    if n_days > 1:
        without = f"{number_text(n_days)} days in between brought none and are"
    return (
        f" {without} left out: a day here is a day with {cases}, and a week, a month or a year is 7, 30 or 365 of "
        "these."
    )


def _prevalence(words: Words, day: DayProfile) -> Statement:
    known, plural = day.prevalence, words.positive.plural
    values = {"prevalence": known.value}
    share = f"The share of {plural} in daily work"
    if known.source == "stated":
        text = f"{share} was stated as {percent_text(known.value)} and taken at its word."
    elif known.source == "stated range":
        low, high = (float(limit) for limit in known.limits(0.05))
        values = {"prevalence_low": low, "prevalence_high": high}
        text = f"{share} was stated as {percent_text(low)} to {percent_text(high)}. The ranges allow for all of it."
    else:
        source = {
            "sample": f"comes from a sample of {number_text(int(known.n_cases))} {words.case.plural}",
            "as in cases": "is taken to be as in the test",
            "kept negatives": f"follows from the test and from the part of the {words.negative.plural} kept in it",
        }[known.source]
        text = f"{share} {source}: {percent_text(known.value)}. The ranges allow for the size of that sample."
    mix = (
        f" {words.positive.plural[:1].upper()}{words.positive.plural[1:]} and {words.negative.plural} are "
        "taken to look the same as in the test; only their mix may differ."
    )
    return Statement("certainty.prevalence", text + mix, values)


def _days(words: Words, facts: SettingFacts) -> Iterator[Statement]:
    printed = (
        facts.printed.flagged_negatives,
        facts.printed.missed_positives,
        facts.printed.caught_positives,
    )
    kinds = {volume.typical_kind for volume in printed if volume.typical_range is not None}
    if "by chance alone" in kinds:
        yield Statement(
            "certainty.days",
            "Nothing is known of how days differ, so the ranges for single days show chance alone. "
            f"Real days differ more. Give daily counts of {words.case.plural}, or the usual swing, to have them.",
        )
    elif kinds:
        yield Statement(
            "certainty.days",
            "Single days differ from the average. The ranges for 8 days of 10, and for 19 days of 20, "
            "cover that and the limits of the test together. Plan a day with these. "
            "The range of the average is for what many days come to.",
        )


def _clusters(words: Words, n_clusters: int | None) -> Iterator[Statement]:
    if n_clusters is not None:
        yield Statement(
            "certainty.clusters",
            f"The {words.case.plural} come in {number_text(n_clusters)} groups whose members resemble each other. "
            "They count as fewer cases, and the ranges are wider for it.",
            {"n_clusters": n_clusters},
        )


def _choice(words: Words, facts: SettingFacts, is_simultaneous: bool, chosen: bool) -> Iterator[Statement]:
    if is_simultaneous:
        reason = "The setting was chosen by looking at these test cases. " if chosen else ""
        yield Statement(
            "certainty.settings",
            f"{reason}The range of each number is made wide enough to hold at all settings together, "
            "so you may choose any.",
        )
    elif chosen:
        yield Statement(
            "certainty.settings",
            "The setting was chosen by looking at these test cases, and the ranges do not allow for that.",
        )


def _optimism(optimism: Sequence[tuple[str, float, float]], currency: str = "") -> Iterator[Statement]:
    """Say by how much the choice flatters itself, where what is left after the correction is worse in print."""
    for name, stated, corrected in optimism:
        if name in RATE_NAMES:
            texts = [percent_text(rate) if rate > 0 else "none" for rate in (stated, corrected)]
            lead = f"The {RATE_NAMES[name]} came out as"
        elif name == COST:
            texts = [
                money_text(cost, currency, _cost_unit(stated))
                if currency
                else number_text(half_up(cost, _cost_unit(stated)))
                for cost in (stated, corrected)
            ]
            lead = "The cost a day came out as"
        else:
            continue
        if corrected > stated and texts[0] != texts[1]:
            yield Statement(
                f"certainty.choice.{name}",
                f"Choosing a setting on the cases it is judged by flatters it. {lead} "
                f"{texts[0]}; corrected for the choice it is about {texts[1]}.",
                {"stated": stated, "corrected": corrected},
            )


def _cost_unit(cost: float) -> float:
    """Return what a cost is rounded to: three digits, but no less than a hundredth."""
    return max(10.0 ** (math.floor(math.log10(cost)) - 2), 0.01) if cost > 0 else 0.01


def _each(words: Words, is_simultaneous: bool) -> Statement:
    """Say that the certainty is that of one number, at every setting where the ranges allow for all of them."""
    which = ", at all settings together" if is_simultaneous else ""
    return Statement(
        "certainty.each",
        f"The 95% certainty of a range is for one number, such as {words.positive.plural} {words.missed}{which}. "
        "That the ranges of several such numbers all hold is less certain.",
        {"confidence_level": 0.95},
    )


def _fresh(confirmed: bool) -> Statement:
    if confirmed:
        text = "These numbers were confirmed on fresh cases that played no part in choosing the setting."
    else:
        text = (
            "These numbers are not yet confirmed on fresh cases that played no part in choosing the setting."
        )
    return Statement("certainty.fresh", text)
