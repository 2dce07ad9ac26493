"""What each day of the week looks like, where the test holds four weeks or more."""

from __future__ import annotations

import math

from expectkit.briefing.document import Cell, Column, Row, Section, Table
from expectkit.briefing.record import Record, WeekdayRecord
from expectkit.briefing.table_text import TOO_FEW
from expectkit.briefing.vocabulary import sentence_case
from expectkit.briefing.wording import exact, half_up, number_text

ORDER = 35
LITTLE = 0.1
"""A busiest day that brings at most this much more than the quietest asks for no other rota."""


def write(record: Record) -> Section | None:
    """Write the table of weekdays; nothing with fewer than 28 days."""
    if not record.per_weekday:
        return None
    words = record.words
    table = Table(
        caption="Average by weekday, and what 8 of 10 such days bring",
        columns=(
            Column("Weekday", width=22),
            Column(sentence_case(words.case.plural), "right", 18),
            Column(f"{sentence_case(words.positive.plural)} {words.caught}", "right", 20),
            Column(f"{sentence_case(words.negative.plural)} {words.briefly_flagged}", "right", 20),
            Column(f"{sentence_case(words.positive.plural)} {words.missed}", "right", 20),
        ),
        rows=tuple(_row(day) for day in record.per_weekday),
        note="Below each average: what 8 of 10 such days bring. "
        "Each average is that of its own weekday; how much single days swing is taken from all weekdays together.",
    )
    title, deck = _title_and_deck(record)
    return Section(
        id="week",
        title=title,
        deck=deck,
        blocks=(table,),
    )


def _extremes(record: Record, name: str) -> tuple[WeekdayRecord, WeekdayRecord] | None:
    """Return the weekdays with most and fewest on average; None where that is not known of two."""
    known = [day for day in record.per_weekday if name in day.per_day]
    if len(known) < 2:
        return None
    most, fewest = (chosen(known, key=lambda day: day.per_day[name].mean) for chosen in (max, min))
    return most, fewest


def _apart(record: Record, name: str) -> tuple[WeekdayRecord, WeekdayRecord] | None:
    """Return these weekdays where they differ by more than a little, and 8 of 10 such days do not overlap."""
    found = _extremes(record, name)
    if found is None or _more(found, name) <= LITTLE:
        return None
    most, fewest = (day.per_day[name] for day in found)
    return found if most.typical_low > fewest.typical_high else None


def _more(days: tuple[WeekdayRecord, WeekdayRecord], name: str) -> float:
    """Return by which part the average of the one is above that of the other."""
    most, fewest = (day.per_day[name].mean for day in days)
    return most / fewest - 1 if fewest > 0 else (math.inf if most > 0 else 0.0)


def _by_how_much(part: float) -> str:
    if not math.isfinite(part):
        return ""
    return f": the busiest brings {number_text(half_up(exact(part) * 100, 1))}% more than the quietest"


def _title_and_deck(record: Record) -> tuple[str, str]:
    """Say whether the weekdays differ by so much that a rota should follow, by what is flagged or by all cases."""
    words = record.words
    for name, happened in (("flagged", f"were {words.briefly_flagged}"), ("cases", "came")):
        days = _apart(record, name)
        if days is not None:
            most, fewest = days
            title = f"In the test, most {words.case.plural} {happened} on {most.weekday}s, fewest on {fewest.weekday}s"
            return title, f"Plan the work by the day it falls on{_by_how_much(_more(days, name))}."
    found = [(days, name) for name in ("flagged", "cases") if (days := _extremes(record, name)) is not None]
    if not found:
        return "How the days of the week differ", ""
    if all(_more(days, name) <= LITTLE for days, name in found):
        return "Days of the week differ little", "The busiest brings at most 10% more than the quietest."
    return (
        "Which days of the week are busier cannot be told yet",
        "Their averages differ, but so do single days of one and the same weekday.",
    )


def _row(day: WeekdayRecord) -> Row:
    names = ("cases", "caught_positives", "flagged_negatives", "missed_positives")
    cells = [Cell(day.weekday, f"{number_text(day.n_days)} days in the test")]
    for name in names:
        found = day.per_day.get(name)
        if found is None:
            cells.append(Cell(TOO_FEW))
        else:
            low, high = number_text(found.typical_low), number_text(found.typical_high)
            cells.append(Cell(found.printed, f"{low} to {high}"))
    return Row(tuple(cells))
