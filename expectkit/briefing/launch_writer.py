"""Write the launch into the record: the problem on one page, and the parameters with what each option moves."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from expectkit.briefing.amount_text import days_in_words, hours_text, money
from expectkit.briefing.cost_record import MoneyRecord
from expectkit.briefing.launch_record import FrameEntry, OptionRecord, ParameterRecord
from expectkit.briefing.people_record import SidesRecord
from expectkit.briefing.printed import PrintedVolume
from expectkit.briefing.printed_cost import print_cost
from expectkit.briefing.record import Record
from expectkit.briefing.statements import SettingFacts
from expectkit.briefing.table_text import NOTHING, average_text
from expectkit.briefing.vocabulary import Words, clean_text
from expectkit.briefing.wording import (
    DAYS,
    FEWER_THAN_ONE,
    as_number,
    date_range_text,
    date_text,
    exact,
    half_up,
    number_text,
    threshold_text,
)

if TYPE_CHECKING:
    from expectkit.measure.capacity import Overload, Staffing

Fallback = Literal["pass all", "flag all", "today's process"]

_CENT = Decimal("0.01")
_LONGEST = 600  # characters of a stated text


@dataclass(frozen=True, slots=True)
class StatedFrame:
    """The problem as the business states it; what it leaves out is empty."""

    context: str = ""
    end_goal: str = ""
    constraints: tuple[str, ...] = ()
    measure_of_success: str = ""
    evaluation: str = ""
    data_are: str = ""
    data_are_not: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is stated."""
        return self == StatedFrame()


@dataclass(frozen=True, slots=True)
class Reviewers:
    """People who could review: their hours a day, and what an hour costs; None where it is not known."""

    name: str
    minutes_per_review: float | None
    staffing: Staffing | None
    cost_per_hour: float | None


@dataclass(frozen=True, slots=True)
class Capacity:
    """Reviews a day that could be staffed, and what that would mean.

    Parameters
    ----------
    per_day : float
    overload : Overload
        At the operating setting.
    fits : SettingFacts or None
        The lowest setting this capacity can staff; None when there is none.
    cost : MoneyRecord or None
        Of that setting.
    """

    per_day: float
    overload: Overload
    fits: SettingFacts | None
    cost: MoneyRecord | None


@dataclass(frozen=True, slots=True)
class LaunchEvidence:
    """What is stated of the launch, and what was measured for its options.

    Parameters
    ----------
    is_stated : bool
        Whether the project states anything of it.
    capacities : sequence of Capacity
        The stated one first.
    reviewers : sequence of Reviewers
        The proposed ones first.
    label_delay_days : sequence of float
    fallback : str or None
    retraining : sequence of date
    decides : mapping of str to str
        By parameter.
    """

    is_stated: bool
    capacities: Sequence[Capacity] = ()
    reviewers: Sequence[Reviewers] = ()
    label_delay_days: Sequence[float] = ()
    fallback: Fallback | None = None
    retraining: Sequence[datetime.date] = ()
    decides: Mapping[str, str] | None = None


# -------------------------------------------------------------------------------------------------- the problem


def frame_entries(frame: StatedFrame, record: Record) -> tuple[FrameEntry, ...]:
    """Put the problem on one page: what is stated, what was counted, what is open.

    Parameters
    ----------
    frame : StatedFrame
    record : Record
        For the counts.

    Returns
    -------
    tuple of FrameEntry
        Always all seven, in reading order.
    """
    stated: tuple[tuple[str, str, tuple[str, ...], str, str], ...] = (
        (
            "context",
            "Broader context",
            (frame.context,),
            "",
            "What is the model a part of, and what comes after it?",
        ),
        ("end_goal", "End goal", (frame.end_goal,), "", "What does the business want in the end?"),
        ("constraints", "Constraints", frame.constraints, "", "What must hold, whatever is decided?"),
        (
            "measure_of_success",
            "Measure of success",
            (frame.measure_of_success,),
            "",
            "By which number will success be seen, and when?",
        ),
        (
            "evaluation",
            "How it was tested",
            (frame.evaluation,),
            _tested(record),
            "How were the test cases chosen?",
        ),
        (
            "data_are",
            "What the data are",
            (frame.data_are,),
            "",
            "Where are the data from, and who set the labels?",
        ),
        (
            "data_are_not",
            "What the data are not",
            (frame.data_are_not,),
            _missing(record),
            "Who and what is not in the data?",
        ),
    )
    return tuple(
        FrameEntry(key, title, tuple(clean_text(text, _LONGEST) for text in texts if text), counted, question)
        for key, title, texts, counted, question in stated
    )


def _tested(record: Record) -> str:
    """Say on how many cases of which days the test was done, and whether the setting was chosen on them."""
    words, counts, provenance = record.words, record.counts, record.provenance
    positives = number_text(counts.n_true_positives + counts.n_false_negatives)
    negatives = number_text(counts.n_false_positives + counts.n_true_negatives)
    text = f"Tested on {words.positive.counted(positives)} and {words.negative.counted(negatives)}"
    if provenance.n_days > 0:
        ends = (datetime.date.fromisoformat(day) for day in (provenance.first_day, provenance.last_day))
        text += f", {date_range_text(*ends)}"
    chosen = "The setting was chosen on them." if record.threshold_choice.chosen_on_these_cases else ""
    if record.threshold_choice.confirmed_on_fresh_cases:
        chosen = "They played no part in choosing the setting."
    return f"{text}. {chosen}".strip()


def _missing(record: Record) -> str:
    missing = record.provenance.n_rows - record.provenance.n_kept
    if missing == 0:
        return ""
    number = number_text(missing)
    rows, are = ("row", "is") if missing == 1 else ("rows", "are")
    return f"{number} {rows} without a score or a label {are} not in it."


# ---------------------------------------------------------------------------------------------- the parameters

_TITLES = {
    "threshold": ("Setting", "Which setting is used?"),
    "review_capacity": ("Review capacity", "How many cases a day can people review?"),
    "who_reviews": ("Who reviews", "Who reviews what is flagged?"),
    "label_delay": ("Label delay", "How long until it is known whether a case was positive?"),
    "fallback": ("Fallback", "What is done while the model does not answer?"),
    "retraining": ("Retraining", "When is the model trained anew?"),
}
Options = Iterator[OptionRecord]


def parameters(record: Record, launch: LaunchEvidence) -> tuple[ParameterRecord, ...]:
    """Weigh the options of each launch parameter in the printed numbers of the record.

    Parameters
    ----------
    record : Record
        With costs, reviews and people already in it.
    launch : LaunchEvidence

    Returns
    -------
    tuple of ParameterRecord
        All six, those without a stated option too.
    """
    write: dict[str, Callable[[Record, LaunchEvidence], Options]] = {
        "threshold": _settings,
        "review_capacity": _capacities,
        "who_reviews": _reviewers,
        "label_delay": _delays,
        "fallback": _fallbacks,
        "retraining": _retrainings,
    }
    decides = launch.decides or {}
    return tuple(
        ParameterRecord(
            key, title, tuple(write[key](record, launch)), clean_text(decides.get(key, "")), question
        )
        for key, (title, question) in _TITLES.items()
    )


def _settings(record: Record, launch: LaunchEvidence) -> Options:
    for setting in record.settings:
        name = f"{setting.printed_threshold}, {setting.name[:1].lower()}{setting.name[1:]}"
        flagged, missed = (
            average_text(setting.per_day[kind].printed) for kind in ("flagged_negatives", "missed_positives")
        )
        volumes = f"{_by_mistake(record.words, flagged)}, {missed} {record.words.missed}"
        total = None if setting.cost is None else setting.cost.total
        yield OptionRecord(
            name, volumes, _a_day(total), setting.is_operating, {"threshold": setting.threshold}
        )


def _by_mistake(words: Words, number: str) -> str:
    return f"{number} {words.briefly_flagged} by mistake"


def _a_day(total: MoneyRecord | None) -> str:
    return NOTHING if total is None or total.printed is None else f"{total.printed} a day"


def _capacities(record: Record, launch: LaunchEvidence) -> Options:
    for place, capacity in enumerate(launch.capacities):
        said, values = [], {"capacity": capacity.per_day}
        if capacity.overload.may_be_stated:
            share = days_in_words(capacity.overload.probability)
            said.append(f"{share} over it at {record.operating.printed_threshold}")
        if capacity.fits is None:
            said.append("no setting fits")
        else:
            missed = average_text(capacity.fits.printed.missed_positives)
            said.append(
                f"fits from {threshold_text(capacity.fits.threshold)} up: {missed} {record.words.missed}"
            )
            values["threshold"] = capacity.fits.threshold
        text = "; ".join(said)
        yield OptionRecord(
            f"{number_text(capacity.per_day)} a day",
            text[:1].upper() + text[1:],
            _a_day(capacity.cost),
            place == 0,
            values,
        )


def _reviewers(record: Record, launch: LaunchEvidence) -> Options:
    for place, team in enumerate(launch.reviewers):
        name, minutes = clean_text(team.name), team.minutes_per_review
        if minutes is not None:
            name += f", {number_text(minutes)} {'minute' if minutes == 1 else 'minutes'} each"
        work = team.staffing
        if work is None or work.hours is None:
            yield OptionRecord(name, NOTHING, NOTHING, place == 0)
            continue
        hours = hours_text(work.hours, work.hours_low, work.hours_high)
        values = {"hours": as_number(hours)}
        volumes = f"{hours} {'hour' if hours == '1' else 'hours'} of review a day"
        yield OptionRecord(name, volumes, _wages(record, team, work), place == 0, values)


def _wages(record: Record, team: Reviewers, work: Staffing) -> str:
    """Write what the hours of a day cost, to the unit their range asks for."""
    if team.cost_per_hour is None or work.hours is None or work.hours_low is None or work.hours_high is None:
        return NOTHING
    mean, low, high = (hours * team.cost_per_hour for hours in (work.hours, work.hours_low, work.hours_high))
    is_wide = record.threshold_choice.is_simultaneous
    printed = print_cost(mean, low, high, "number and range", simultaneous=is_wide)
    return NOTHING if printed.mean is None else f"{_money(as_number(printed.mean), record)} a day"


def _money(amount: float | Decimal, record: Record) -> str:
    return money(amount, None if record.costs is None else record.costs.currency, _CENT)


def _unit_cost(record: Record, name: str) -> Decimal | None:
    """Return a cost that is the same for every case; None where it is not stated or differs by case."""
    if record.costs is None or record.costs.is_gain or name not in record.costs.unit_costs:
        return None
    return exact(record.costs.unit_costs[name])


def _a_day_printed(volume: PrintedVolume) -> Decimal | None:
    """Return a printed average per day; None where it may not be stated."""
    return exact(volume.values["mean"]) / DAYS[volume.period] if "mean" in volume.values else None


def _delays(record: Record, launch: LaunchEvidence) -> Options:
    words, missed = record.words, _a_day_printed(record.per_day["missed_positives"].printed)
    cost = _unit_cost(record, "missed_positive")
    for place, days in enumerate(launch.label_delay_days):
        name = f"{number_text(days)} {'day' if days == 1 else 'days'}"
        if missed is None:
            yield OptionRecord(name, NOTHING, NOTHING, place == 0, {"days": days})
            continue
        until = half_up(missed * exact(days), 1)
        if until == 0:
            few = f"{FEWER_THAN_ONE} {words.missed} before the first is known"
            yield OptionRecord(name, few, NOTHING, place == 0, {"days": days})
            continue
        volumes = f"{number_text(until)} {words.missed} before the first is known"
        amount = NOTHING if cost is None else _money(until * cost, record)
        yield OptionRecord(name, volumes, amount, place == 0, {"days": days, "missed": float(until)})


def _fallbacks(record: Record, launch: LaunchEvidence) -> Options:
    words = record.words
    printed = {name: record.per_day[name].printed for name in ("positives", "negatives")}
    positives, negatives = (_a_day_printed(volume) for volume in printed.values())
    today = None if record.people is None else record.people.sides
    texts = {
        "pass all": f"Let all {words.case.plural} pass",
        "flag all": f"Send all {words.case.plural} to people",
        "today's process": "Today's process",
    }
    if positives is not None:
        volumes = f"{average_text(printed['positives'])} {words.missed}"
        amount = _total(record, positives, Decimal(0))
        yield OptionRecord(texts["pass all"], volumes, amount, launch.fallback == "pass all")
    if negatives is not None:
        volumes = _by_mistake(words, average_text(printed["negatives"]))
        amount = _total(record, Decimal(0), negatives)
        yield OptionRecord(texts["flag all"], volumes, amount, launch.fallback == "flag all")
    if today:
        is_assumed = record.people is not None and record.people.basis == "assumed"
        name = texts["today's process"] + (", as assumed" if is_assumed else "")
        yield _today(record, today, name, launch.fallback == "today's process")


def _today(record: Record, sides: Mapping[str, SidesRecord], name: str, is_proposed: bool) -> OptionRecord:
    words, missed, flagged = record.words, sides["missed_positives"], sides["flagged_negatives"]
    volumes = (
        f"{_by_mistake(words, flagged.printed_today)}{_per(flagged)}, "
        f"{missed.printed_today} {words.missed}{_per(missed)}"
    )
    amount = NOTHING
    if missed.today is not None and flagged.today is not None:
        a_day = (exact(side.today or 0) / DAYS[side.period] for side in (missed, flagged))
        amount = _total(record, *a_day)
    return OptionRecord(name, volumes, amount, is_proposed)


def _per(side: SidesRecord) -> str:
    return "" if side.period == "day" else f" a {side.period}"


def _total(record: Record, missed: Decimal, flagged: Decimal) -> str:
    """Write what so many mistakes a day cost, from their printed numbers."""
    costs = _unit_cost(record, "missed_positive"), _unit_cost(record, "flagged_negative")
    if costs[0] is None or costs[1] is None:
        return NOTHING
    return f"{_money(half_up(missed * costs[0] + flagged * costs[1], 1), record)} a day"


def _retrainings(record: Record, launch: LaunchEvidence) -> Options:
    words, positives = record.words, _a_day_printed(record.per_day["positives"].printed)
    start = datetime.date.fromisoformat(record.provenance.date)
    delay = max(launch.label_delay_days[:1], default=0.0)
    for place, date in enumerate(launch.retraining):
        days = (date - start).days - delay
        volumes = NOTHING
        values = {}
        if days <= 0:
            volumes = f"No {words.case.singular} from after this briefing would be labelled by then"
        elif positives is not None:
            labelled = half_up(positives * exact(days), 100)
            values["labelled"] = float(labelled)
            volumes = f"About {number_text(labelled)} new {words.positive.plural} labelled by then"
        yield OptionRecord(date_text(date), volumes, NOTHING, place == 0, values)
