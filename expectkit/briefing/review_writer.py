"""Write the work of reviewing into the record: hours at each setting, and whether the team can keep up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from expectkit.briefing.amount_text import days_in_words, hours_text
from expectkit.briefing.cost_record import ReviewsRecord, SettingReviewsRecord
from expectkit.briefing.cost_statements import (
    LEAST_HOURS,
    overload_statement,
    staffable_statement,
    staffing_statement,
)
from expectkit.briefing.statements import Statement
from expectkit.briefing.vocabulary import Words
from expectkit.briefing.wording import number_text, threshold_text

if TYPE_CHECKING:
    from expectkit.measure.capacity import Overload, Staffing


@dataclass(frozen=True, slots=True)
class ReviewEvidence:
    """What was measured of reviews.

    Parameters
    ----------
    minutes_per_review, capacity_per_day : float or None
        As stated, or as it follows from the people who review.
    hours_per_reviewer : float
    staffing, overload : mapping of float to Staffing and Overload
        By threshold, for each setting; empty without minutes and without capacity.
    lowest_threshold : float or None
        The lowest the team can staff; None also when there is none.
    """

    minutes_per_review: float | None
    capacity_per_day: float | None
    hours_per_reviewer: float
    staffing: Mapping[float, Staffing]
    overload: Mapping[float, Overload]
    lowest_threshold: float | None


def reviews_record(evidence: ReviewEvidence) -> ReviewsRecord:
    """Round hours and shares of days, setting by setting."""
    thresholds = sorted({*evidence.staffing, *evidence.overload})
    return ReviewsRecord(
        minutes_per_review=evidence.minutes_per_review,
        capacity_per_day=evidence.capacity_per_day,
        lowest_threshold=evidence.lowest_threshold,
        settings=tuple(_setting(evidence, threshold) for threshold in thresholds),
    )


def _setting(evidence: ReviewEvidence, threshold: float) -> SettingReviewsRecord:
    work, over = evidence.staffing.get(threshold), evidence.overload.get(threshold)
    hours = None if work is None or work.hours is None or work.hours < LEAST_HOURS else work
    return SettingReviewsRecord(
        threshold=threshold,
        hours=None if hours is None else hours.hours,
        hours_low=None if hours is None else hours.hours_low,
        hours_high=None if hours is None else hours.hours_high,
        printed_hours=None
        if hours is None or hours.hours is None
        else hours_text(hours.hours, hours.hours_low, hours.hours_high),
        overload=None if over is None else over.probability,
        printed_overload=days_in_words(over.probability) if over is not None and over.may_be_stated else None,
    )


def review_sentences(
    words: Words, evidence: ReviewEvidence, operating: float, *, knows_days: bool
) -> Iterator[Statement]:
    """Say what reviewing takes at the operating setting.

    Parameters
    ----------
    words : Words
    evidence : ReviewEvidence
    operating : float
    knows_days : bool
        Whether it is known how days differ; if not, a share of days is by chance alone.

    Yields
    ------
    Statement
        "reviews.title", "reviews.hours", "reviews.overload", "reviews.lowest_setting", those that can be made.
    """
    work, over = evidence.staffing.get(operating), evidence.overload.get(operating)
    yield Statement("reviews.title", _title(evidence, operating))
    if work is not None and evidence.minutes_per_review is not None:
        said = staffing_statement(
            work, evidence.minutes_per_review, evidence.hours_per_reviewer, knows_days=knows_days
        )
        if said is not None:
            yield said
    if over is not None:
        yield overload_statement(words, over)
    if evidence.capacity_per_day is not None:
        yield staffable_statement(evidence.lowest_threshold, evidence.capacity_per_day, knows_days=knows_days)


def _title(evidence: ReviewEvidence, operating: float) -> str:
    """State the finding: whether the team keeps up, or else the hours."""
    over, place = evidence.overload.get(operating), threshold_text(operating)
    if over is not None and over.may_be_stated:
        if over.probability <= 0.05:
            return f"At {place}, the team can keep up with the reviews"
        return f"At {place}, {days_in_words(over.probability)} would bring more than the team can review"
    work = evidence.staffing.get(operating)
    if work is not None and work.hours is not None and work.hours >= LEAST_HOURS:
        hours = hours_text(work.hours, work.hours_low, work.hours_high)
        return f"At {place}, reviews would take about {hours} hours a day"
    if evidence.capacity_per_day is not None:
        return f"Whether {number_text(evidence.capacity_per_day)} reviews a day are enough"
    return "What reviewing would take"
