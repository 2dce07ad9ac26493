"""Write the launch into the record: the problem on one page, and the parameters with what each option moves."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from expectkit.briefing.amount_text import days_in_words, hours_text, money
from expectkit.briefing.cost_writer import CostEvidence, setting_cost
from expectkit.briefing.launch_record import FrameEntry, OptionRecord, ParameterRecord
from expectkit.briefing.printed_cost import print_cost
from expectkit.briefing.record import Record, SettingRecord
from expectkit.briefing.statements import setting_facts
from expectkit.briefing.table_text import NOTHING, average_text
from expectkit.briefing.vocabulary import Words, clean_text, sentence_case
from expectkit.briefing.wording import (
    DAYS,
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
    from expectkit.measure.volumes import DailyVolumes

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
    fits : DailyVolumes or None
        At the lowest setting this capacity can staff; None when there is none.
    """

    per_day: float
    overload: Overload
    fits: DailyVolumes | None


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
        ("context", "Broader context", (frame.context,), "", "What is the model a part of, and what comes after it?"),
        ("end_goal", "End goal", (frame.end_goal,), "", "What does the business want in the end?"),
        ("constraints", "Constraints", frame.constraints, "", "What must hold, whatever is decided?"),
        (
            "measure_of_success",
            "Measure of success",
            (frame.measure_of_success,),
            "",
            "By which number will success be seen, and when?",
        ),
        ("evaluation", "How it was tested", (frame.evaluation,), _tested(record), "How were the test cases chosen?"),
        ("data_are", "What the data are", (frame.data_are,), "", "Where are the data from, and who set the labels?"),
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
    left = number_text(missing)
    return f"{left} {'row' if left == '1' else 'rows'} without a score or a label {'is' if left == '1' else 'are'} not in it."


# ---------------------------------------------------------------------------------------------- the parameters

_TITLES = {
    "threshold": "Setting",
    "review_capacity": "Review capacity",
    "who_reviews": "Who reviews",
    "label_delay": "Label delay",
    "fallback": "Fallback",
    "retraining": "Retraining",
}
_QUESTIONS = {
    "threshold": "Which setting is used?",
    "review_capacity": "How many cases a day can people review?",
    "who_reviews": "Who reviews what is flagged?",
    "label_delay": "How long until it is known whether a case was positive?",
    "fallback": "What is done with cases while the model does not answer?",
    "retraining": "When is the model trained anew?",
}


def parameters(
    record: Record, launch: LaunchEvidence, costs: CostEvidence | None
) -> tuple[ParameterRecord, ...]:
    """Weigh the options of each launch parameter in the printed numbers of the record.

    Parameters
    ----------
    record : Record
        With costs, reviews and people already in it.
    launch : LaunchEvidence
    costs : CostEvidence or None

    Returns
    -------
    tuple of ParameterRecord
        All six, those without a stated option too.
    """
    options: dict[str, Callable[[], Iterator[OptionRecord]]] = {
        "threshold": lambda: _settings(record),
        "review_capacity": lambda: _capacities(record, launch, costs),
        "who_reviews": lambda: _reviewers(record, launch, costs),
        "label_delay": lambda: _delays(record, launch, costs),
        "fallback": lambda: _fallbacks(record, launch, costs),
        "retraining": lambda: _retrainings(record, launch),
    }
    decides = launch.decides or {}
    return tuple(
        ParameterRecord(
            key, title, tuple(options[key]()), clean_text(decides.get(key, "")), _QUESTIONS[key]
        )
        for key, title in _TITLES.items()
    )


def _settings(record: Record) -> Iterator[OptionRecord]:
    for setting in record.settings:
        volumes = f"{_flagged(record.words, setting)}, {_missed(record.words, setting)}"
        cost = NOTHING if setting.cost is None else _money_of(setting)
        name = f"{setting.printed_threshold}, {setting.name.lower()}"
        yield OptionRecord(name, volumes, cost, setting.is_operating)


def _flagged(words: Words, setting: SettingRecord) -> str:
    return f"{average_text(setting.per_day['flagged_negatives'].printed)} {words.negative.plural} {words.briefly_flagged}"


def _missed(words: Words, setting: SettingRecord) -> str:
    return f"{average_text(setting.per_day['missed_positives'].printed)} {words.positive.plural} {words.missed}"


def _money_of(setting: SettingRecord) -> str:
    if setting.cost is None or setting.cost.total.printed is None:
        return NOTHING
    return f"{setting.cost.total.printed} a day"


def _capacities(
    record: Record, launch: LaunchEvidence, costs: CostEvidence | None
) -> Iterator[OptionRecord]:
    for place, capacity in enumerate(launch.capacities):
        over = capacity.overload
        said = []
        if over.may_be_stated:
            said.append(f"{_start(days_in_words(over.probability))} over it at {record.operating.printed_threshold}")
        money_text, values = NOTHING, {"capacity": capacity.per_day}
        fits = capacity.fits
        if fits is None:
            said.append("no setting fits")
        else:
            facts = setting_facts(_counts(record, fits, costs), fits) if costs is not None else None
            values["threshold"] = fits.threshold
            missed = "" if facts is None else f", {average_text(facts.printed.missed_positives)} {record.words.missed}"
            said.append(f"fits from {threshold_text(fits.threshold)} up{missed}")
            if costs is not None:
                total = setting_cost(costs, costs.priced.at(fits.threshold, simultaneous=True)).total
                money_text = NOTHING if total.printed is None else f"{total.printed} a day there"
        yield OptionRecord(
            f"{number_text(capacity.per_day)} a day", _start("; ".join(said)), money_text, place == 0, values
        )


def _counts(record: Record, volumes: DailyVolumes, costs: CostEvidence) -> Any:  # type: ignore[name-defined]
    return costs.priced.sweep.counts_at(volumes.threshold)


def _start(text: str) -> str:
    return text[:1].upper() + text[1:]
