"""What a reader must know before relying on the numbers: odd days, an odd mix, a model without skill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from expectkit.briefing.record import Warned
from expectkit.briefing.wording import percent_text, threshold_text
from expectkit.engine.repeats import n_repeats
from expectkit.io.case_source import CaseSource
from expectkit.measure.observed_days import missing_days, partial_days
from expectkit.measure.plausibility import (
    flags_all_or_nothing,
    is_no_better_than_random,
    mix_excludes_the_file,
    ranking_share,
    scores_look_reversed,
)
from expectkit.measure.prevalence import DayProfile
from expectkit.measure.sweep import Sweep

FEWEST_OF_A_DAY = 100
"""Stated traffic under this part of the cases of one day of the file is doubted."""
FEWEST_OF_ROWS = 1000
"""Stated traffic under this part of all cases of a file without days is doubted."""


def cautions(
    counts: Sweep, day: DayProfile, threshold: float, totals: Mapping[str, int]
) -> tuple[Warned, ...]:
    """Look for what is odd about the days, the mix and the model.

    Parameters
    ----------
    counts : Sweep
    day : DayProfile
    threshold : float
        The operating one.
    totals : mapping of ISO date to int
        Cases of each day; empty without a time column.

    Returns
    -------
    tuple of Warned
        Nothing is left out or changed because of them.
    """
    of_days = about_days(totals) if day.traffic.source == "observed" else ()
    of_weights = _about_weights(counts, day)
    of_traffic = _about_traffic(counts, day, totals)
    return (
        *of_days,
        *of_weights,
        *of_traffic,
        *_about_mix(counts, day),
        *_about_model(counts, day, threshold),
    )


def repeated_ids(
    source: CaseSource, column: str | None, group: str | None, n_rows: int
) -> tuple[Warned, ...]:
    """Say that rows share an id, where nobody said that they belong together.

    Parameters
    ----------
    source : CaseSource
    column : str or None
        The id column.
    group : str or None
        The column of what belongs together.
    n_rows : int
        Of the source.

    Raises
    ------
    DataError
        If there is no such column.
    """
    if column is None or column == group or (n := n_repeats(source, column)) is None or n == 0:
        return ()
    return (
        Warned(
            "repeated_ids",
            f"{n:,} of the {n_rows:,} rows have an id that an earlier row has. Copies of a case make every "
            "range too narrow.",
            "Leave copies out, or name what belongs together as the group column.",
        ),
    )


def about_days(totals: Mapping[str, int]) -> Iterator[Warned]:
    """Look for a first or last day that looks cut off, and for days without any case.

    Parameters
    ----------
    totals : mapping of ISO date to int
        Cases of each day.
    """
    for low in partial_days(totals):
        yield Warned(
            "partial_days",
            f"{low.day} has {low.n_cases:,} cases, fewer than half of the {low.usual:,.0f} usual on such days, and "
            "counts as a full day. If it is not complete, leave it out of the file.",
        )
    missing = missing_days(totals)
    if missing is not None:
        which = ", all of them Saturdays or Sundays" if missing.are_weekends else ""
        yield Warned(
            "missing_days",
            f"{missing.n_missing:,} of the {missing.n_calendar_days:,} calendar days from {missing.first} to "
            f"{missing.last} have no case{which}. Numbers a day are those of days with cases, "
            "and a week, a month or a year here is 7, 30 or 365 such days.",
        )


def _about_weights(counts: Sweep, day: DayProfile) -> Iterator[Warned]:
    if day.traffic.source == "observed" and counts.weighted_positives is not None:
        yield Warned(
            "weights_as_cases",
            "Cases a day are counted from the weights: a row is taken to stand for as many cases of its day as it "
            "weighs. If weights are anything else, state cases_per_day as a number.",
        )


def _about_traffic(counts: Sweep, day: DayProfile, totals: Mapping[str, int]) -> Iterator[Warned]:
    """Say that the stated number of cases a day is far below what the file holds: 1.000 may mean a thousand."""
    stated, n_rows = day.traffic.mean, counts.n_positives + counts.n_negatives
    if day.traffic.source == "observed":
        return
    a_day = sum(totals.values()) / len(totals) if totals else None
    if stated >= (n_rows / FEWEST_OF_ROWS if a_day is None else a_day / FEWEST_OF_A_DAY):
        return
    held = f"{n_rows:,} cases" if a_day is None else f"{a_day:,.0f} cases a day on average"
    yield Warned(
        "traffic_low",
        f"{stated:,.6g} {'case a day is' if stated == 1 else 'cases a day are'} stated, but the file holds {held}.",
        "Check cases_per_day. A point is a decimal point there: write 1000 for a thousand, not 1.000.",
    )


def _about_mix(counts: Sweep, day: DayProfile) -> Iterator[Warned]:
    if day.traffic.source != "observed" or not mix_excludes_the_file(counts, day.prevalence):
        return
    own = counts.n_positives / (counts.n_positives + counts.n_negatives)
    yield Warned(
        "mix_differs",
        f"{percent_text(own)} of the cases are positive, which does not fit the {percent_text(day.prevalence.value)} "
        "stated for production. The file then hardly holds every case of its days, yet the number of cases a day is "
        "counted from it. State cases_per_day as a number.",
    )


def _about_model(counts: Sweep, day: DayProfile, threshold: float) -> Iterator[Warned]:
    if scores_look_reversed(counts):
        yield Warned(
            "scores_reversed",
            "Positive cases have lower scores than negative ones: of one of each, picked at random, the positive one "
            f"scores higher in {percent_text(ranking_share(counts))} of pairs. The score, or the label that marks a "
            "positive case, may be the wrong way round.",
        )
    flags = flags_all_or_nothing(counts, threshold)
    if flags is not None:
        where, what = ("above", "no case") if flags == "nothing" else ("at or below", "every case")
        yield Warned(
            "threshold_outside_scores",
            f"The threshold {threshold_text(threshold)} lies {where} all scores in the test, so {what} would be "
            "flagged.",
        )
    elif is_no_better_than_random(counts, day, threshold):
        yield Warned(
            "no_better_than_random",
            "On these cases the model is no better than chance: flagging as many cases at random would catch more "
            "positives, and flagging nothing would make fewer mistakes.",
        )
