"""Write what the business asks for into the record: costs, reviews, today's process, goals, the launch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from expectkit.briefing.cost_writer import (
    CostEvidence,
    cost_sentences,
    costs_record,
    printed_amount,
    setting_cost,
    step_statements,
)
from expectkit.briefing.goal_statements import goal_record, goal_statement
from expectkit.briefing.launch_record import ParameterRecord
from expectkit.briefing.launch_writer import LaunchEvidence, StatedFrame, frame_entries, parameters
from expectkit.briefing.people_writer import PeopleEvidence, people_record, people_sentences
from expectkit.briefing.record import Record, SettingRecord
from expectkit.briefing.review_writer import ReviewEvidence, review_sentences, reviews_record
from expectkit.briefing.statements import SettingFacts, Statement
from expectkit.briefing.wording import exact

if TYPE_CHECKING:
    from expectkit.measure.break_even import Step
    from expectkit.measure.goals import JudgedGoal


@dataclass(frozen=True, slots=True, eq=False)
class BusinessEvidence:
    """What was measured of the business's own questions; None where nothing was stated to measure it by.

    Parameters
    ----------
    costs : CostEvidence or None
    reviews : ReviewEvidence or None
    people : PeopleEvidence or None
    goals : sequence of JudgedGoal
    currency : str or None
        Three-letter code.
    frame : StatedFrame
    launch : LaunchEvidence
    steps : sequence of Step
        Between neighbouring settings, from the higher one to the lower one.
    """

    costs: CostEvidence | None
    reviews: ReviewEvidence | None
    people: PeopleEvidence | None
    goals: Sequence[JudgedGoal]
    currency: str | None
    frame: StatedFrame
    launch: LaunchEvidence
    steps: Sequence[Step] = ()


def with_business(
    record: Record,
    business: BusinessEvidence,
    facts: Sequence[SettingFacts],
    shown_thresholds: Sequence[int],
    simultaneous: Sequence[bool],
) -> Record:
    """Add the business's questions to a record.

    Parameters
    ----------
    record : Record
        Of the same settings, in the same order.
    business : BusinessEvidence
    facts : sequence of SettingFacts
        One for each setting of the record.
    shown_thresholds : sequence of int
        Places in the sweep that the record shows.
    simultaneous : sequence of bool
        For each setting, whether its ranges hold for all settings at once.

    Returns
    -------
    Record
    """
    at = next(i for i, setting in enumerate(record.settings) if setting.is_operating)
    added: list[Statement] = []
    record = replace(record, settings=_with_steps(record, business.steps, facts))
    if business.costs is not None:
        settings = _priced(record.settings, business.costs, simultaneous)
        record = replace(record, settings=settings, costs=costs_record(business.costs, shown_thresholds))
        added += cost_sentences(
            record.words,
            business.costs,
            operating=record.operating_threshold,
            simultaneous=simultaneous[at],
            settings={one.threshold: one.cost for one in settings if one.cost is not None},
        )
        added += _mixed_ranges(simultaneous)
    if business.reviews is not None:
        record = replace(record, reviews=reviews_record(business.reviews))
        added += review_sentences(
            record.words,
            business.reviews,
            record.operating_threshold,
            knows_days=record.per_day["flagged"].typical_kind == "typical day",
        )
    if business.people is not None:
        record = replace(record, people=people_record(business.people, facts[at]))
        added += people_sentences(record.words, business.people, facts[at])
    shown = _shown(record, facts[at])
    goals = tuple(goal_record(record.words, one, business.currency, shown=shown) for one in business.goals)
    added += [
        goal_statement(record.words, one, business.currency, number=number, shown=shown)
        for number, one in enumerate(business.goals, 1)
    ]
    record = replace(record, goals=goals, statements=(*record.statements, *added))
    return replace(
        record, frame=frame_entries(business.frame, record), parameters=_parameters(record, business)
    )


def _mixed_ranges(simultaneous: Sequence[bool]) -> list[Statement]:
    """Say that the setting of lowest cost has wider ranges, where it is the only one found by looking."""
    if all(simultaneous) or not any(simultaneous):
        return []
    text = "Those of the lowest cost are wider: that setting was found by looking at these cases."
    return [Statement("settings.note.lowest", text)]


def _with_steps(
    record: Record, steps: Sequence[Step], facts: Sequence[SettingFacts]
) -> tuple[SettingRecord, ...]:
    """Say at each setting what the step down to it buys."""
    found = step_statements(record.words, steps, {one.threshold: one for one in facts})
    return tuple(
        replace(setting, statements=(*setting.statements, found[setting.threshold]))
        if setting.threshold in found
        else setting
        for setting in record.settings
    )


def _priced(
    settings: Sequence[SettingRecord], costs: CostEvidence, simultaneous: Sequence[bool]
) -> tuple[SettingRecord, ...]:
    return tuple(
        replace(setting, cost=setting_cost(costs, costs.priced.at(setting.threshold, simultaneous=is_wide)))
        for setting, is_wide in zip(settings, simultaneous, strict=True)
    )


def _parameters(record: Record, business: BusinessEvidence) -> tuple[ParameterRecord, ...]:
    """Weigh the parameters when the project says anything of its launch or its costs."""
    launch = business.launch
    if not launch.is_stated and record.costs is None and record.reviews is None:
        return ()
    return parameters(record, launch)


def _shown(record: Record, facts: SettingFacts) -> dict[str, float]:
    """Return the numbers pages print at the operating setting, by the measures goals are tied to."""
    printed = facts.printed
    shown = dict(printed.values)
    for name, opposite in (
        ("false_negative_rate", "true_positive_rate"),
        ("false_positive_rate", "true_negative_rate"),
    ):
        if name in shown:
            shown[opposite] = float(1 - exact(shown[name]))
    for name in ("flagged", "flagged_negatives", "missed_positives", "caught_positives"):
        volume = getattr(printed, name)
        if volume.period == "day" and "mean" in volume.values:
            shown[f"{name}_per_day"] = volume.values["mean"]
    cost = record.operating.cost
    if (
        cost is not None
        and cost.total.mean is not None
        and record.costs is not None
        and not record.costs.is_gain
    ):
        shown["cost_per_day"] = printed_amount(cost.total)
    return shown
