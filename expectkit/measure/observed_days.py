"""The days of a file: how many cases weighted rows make, and what is odd: days cut off, days without any case."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

FEWEST_DAYS = 3
LOW_SHARE = 0.5
_LIKE_DAYS = 2


@dataclass(frozen=True, slots=True)
class PartialDay:
    """A first or last day with fewer than half of the usual cases.

    Parameters
    ----------
    day : str
        ISO date.
    n_cases : int
    usual : float
        The median of the other days of its weekday (two or more), else of all other days.
    """

    day: str
    n_cases: int
    usual: float


@dataclass(frozen=True, slots=True)
class MissingDays:
    """How many calendar days from the first to the last day with cases hold none.

    Parameters
    ----------
    first, last : str
        ISO dates.
    n_calendar_days, n_missing : int
    are_weekends : bool
        Whether every missing day is a Saturday or a Sunday.
    """

    first: str
    last: str
    n_calendar_days: int
    n_missing: int
    are_weekends: bool


def partial_days(totals: Mapping[str, int]) -> tuple[PartialDay, ...]:
    """Look whether the first or the last day looks cut off.

    Parameters
    ----------
    totals : mapping of ISO date to int
        Cases of each day.

    Returns
    -------
    tuple of PartialDay
        Empty with fewer than 3 days. A low day in between is left alone: it can only be a quiet day.
    """
    if len(totals) < FEWEST_DAYS:
        return ()
    found = (PartialDay(day, totals[day], _usual(totals, day)) for day in (min(totals), max(totals)))
    return tuple(one for one in found if one.n_cases < LOW_SHARE * one.usual)


def _usual(totals: Mapping[str, int], day: str) -> float:
    others = {other: n_cases for other, n_cases in totals.items() if other != day}
    weekday = date.fromisoformat(day).weekday()
    alike = [n_cases for other, n_cases in others.items() if date.fromisoformat(other).weekday() == weekday]
    return float(statistics.median(alike if len(alike) >= _LIKE_DAYS else others.values()))


def missing_days(totals: Mapping[str, int]) -> MissingDays | None:
    """Count the calendar days between the first and the last day that hold no case; None when there is none.

    Parameters
    ----------
    totals : mapping of ISO date to int
        Cases of each day.
    """
    if not totals:
        return None
    present = {date.fromisoformat(day).toordinal() for day in totals}
    gaps = [day for day in range(min(present), max(present) + 1) if day not in present]
    if not gaps:
        return None
    return MissingDays(
        min(totals),
        max(totals),
        max(present) - min(present) + 1,
        len(gaps),
        all(date.fromordinal(day).weekday() >= 5 for day in gaps),
    )


def weighted_totals_of_days(
    weights_by_day: Mapping[str, tuple[float, float, float]], kept_share: float = 1.0
) -> dict[str, int]:
    """Return the cases each day brought by its ISO date, where a row stands for as many cases as it weighs.

    Parameters
    ----------
    weights_by_day : mapping of str to (float, float, float)
        Weights of the negatives, of the positives and of the rows left out; the latter are of the same mix as the
        others of their day (of all days, where a day has no scored case).
    kept_share : float, 0 to 1
        The share of the negatives that was kept in the file, on top of the weights.

    Returns
    -------
    dict of str to int
        Rounded half up; without undated cases.
    """
    sums = np.array(list(weights_by_day.values()), dtype=np.float64).reshape(-1, 3)
    scored, brought = sums[:, 0] + sums[:, 1], sums[:, 0] / kept_share + sums[:, 1]
    usual = float(brought.sum() / scored.sum()) if scored.sum() > 0 else 1.0
    found = {}
    for day, of_day, grown, left_out in zip(weights_by_day, scored, brought, sums[:, 2], strict=True):
        factor = grown / of_day if of_day > 0 else usual
        if day != "":
            found[day] = math.floor(grown + left_out * factor + 0.5)
    return found
