"""The lines around tables and charts: what they show, where they come from, what to keep in mind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from expectkit.briefing.printed import PrintedVolume
from expectkit.briefing.statements import SettingFacts, Statement, outcomes_of
from expectkit.briefing.vocabulary import Words, sentence_case
from expectkit.briefing.wording import count_text, number_text, percent_text, threshold_text

if TYPE_CHECKING:
    from expectkit.measure.prevalence import DayProfile

SOURCES: Mapping[str, str] = {
    "stated": "as stated",
    "stated range": "stated as a range",
    "observed": "counted in the test cases",
    "sample": "from a counted sample",
    "as in cases": "as among the test cases",
    "kept negatives": "from the test cases and the part of the negatives kept in them",
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
    """
    cases = words.case.plural
    return (
        Statement(
            "settings.deck",
            f"A higher setting flags fewer {cases}. It holds up fewer {words.negative.plural} "
            f"and lets more {words.positive.plural} through.",
        ),
        Statement(
            "settings.bands",
            "Shaded bands show where the averages could lie. They hold for every setting at once.",
        ),
        Statement(
            "settings.note",
            f"Average {cases} a day. Small print: where the average could lie"
            + (", for all settings at once." if is_simultaneous else "."),
        ),
        Statement(
            "sure.deck", "A test shows only some cases, and no two days are alike. These ranges carry both."
        ),
        Statement(
            "sure.note",
            f"A {words.case.singular} is flagged when its score is at or above the setting. "
            "Low ends are rounded down and high ends up.",
        ),
        Statement(
            "basis.assumption",
            f"The numbers hold if {words.positive.plural} and {words.negative.plural} in daily work look like "
            "those in the test. Where production differs, they have to be measured again.",
        ),
        _accepted(words, facts),
        *_charts(words, facts),
    )


def _accepted(words: Words, facts: SettingFacts) -> Statement:
    wrong, missed, _ = outcomes_of(words, facts)
    parts = [_stated(outcome.noun.plural, outcome.printed, outcome.briefly) for outcome in (wrong, missed)]
    known = [part for part in parts if part]
    text = f"{sentence_case(', and '.join(known))}." if known else "They are too uncertain to state yet."
    return Statement("ask.volumes", text)


def _stated(plural: str, printed: PrintedVolume, briefly: str) -> str:
    if printed.mean is not None:
        return f"about {printed.mean} {plural} {briefly} a {printed.period}"
    if printed.bound is not None:
        return f"{' '.join(printed.bound)} {plural} {briefly} a {printed.period}"
    if printed.mean_range is not None:
        return f"{printed.mean_range} {plural} {briefly} a {printed.period}"
    return ""


def _charts(words: Words, facts: SettingFacts) -> Iterator[Statement]:
    place = threshold_text(facts.threshold)
    wrong, missed, caught = outcomes_of(words, facts)
    yield Statement(
        "chart.flagged",
        f"As the setting rises, fewer {wrong.noun.plural} are flagged. "
        f"{_point(place, wrong.printed, wrong.noun.plural)}",
    )
    yield Statement(
        "chart.missed",
        f"As the setting rises, fewer {missed.noun.plural} are caught and more are missed. "
        f"{_point(place, caught.printed, 'caught')} {_point(place, missed.printed, 'missed')}",
    )


def _point(place: str, printed: PrintedVolume, what: str) -> str:
    return f"At {place}: {printed.mean} {what} a {printed.period}." if printed.mean is not None else ""


def basis_remarks(
    words: Words,
    *,
    score_low: float,
    score_high: float,
    compare: str,
    n_cases_at_threshold: int | None,
    n_clusters: int | None,
    n_cases: int,
) -> tuple[Statement, ...]:
    """Write the facts about scores, ties and groups."""
    found = [
        Statement(
            "basis.scores",
            f"Between {score_text(score_low)} and {score_text(score_high)}, compared with the setting in {compare}.",
            {"score_low": score_low, "score_high": score_high},
        ),
    ]
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
        return f"No {words.case.singular} scores exactly at it; a score at the setting would be flagged."
    ties = words.case.counted(number_text(n_ties))
    if n_ties == 1:
        return f"{ties} of {number_text(n_cases)} scores exactly at it, and counts as flagged."
    return f"{ties} of {number_text(n_cases)} score exactly at it, and count as flagged."


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
    traffic = day.traffic
    mean = count_text(traffic.mean)
    if traffic.source == "stated range":
        return f"{number_text(traffic.low)} to {number_text(traffic.high)}, {SOURCES[traffic.source]}"
    if traffic.daily:
        return f"{mean} on average, {SOURCES[traffic.source]} on {number_text(len(traffic.daily))} days"
    return f"{mean}, {SOURCES[traffic.source]}"


def prevalence_text(day: DayProfile) -> str:
    """Say what share of cases is positive in production, and how that is known."""
    known = day.prevalence
    if known.source == "stated range":
        return f"{percent_text(known.low)} to {percent_text(known.high)}, {SOURCES[known.source]}"
    return f"{percent_text(known.value)}, {SOURCES[known.source]}"
