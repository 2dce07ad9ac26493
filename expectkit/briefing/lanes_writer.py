"""Write two thresholds into the record: the lanes of a day, and what can be decided without a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from expectkit.briefing.amount_record import AmountRecord, amount_record, with_mean, with_printed
from expectkit.briefing.lanes_record import AutomationCurve, AutomationRecord, LaneRecord, LanesRecord
from expectkit.briefing.multiclass_statements import automation_statement, lanes_statements
from expectkit.briefing.printed import PrintedVolume
from expectkit.briefing.record import Record, Warned
from expectkit.briefing.statements import Statement, counted
from expectkit.briefing.table_text import averages_note
from expectkit.briefing.vocabulary import Noun, Words, sentence_case
from expectkit.briefing.wording import (
    between,
    frequency_base,
    frequency_text,
    half_up,
    number_text,
    outward,
    threshold_text,
)

if TYPE_CHECKING:
    from expectkit.measure.automation import Automation
    from expectkit.measure.two_thresholds import LaneVolumes

NAMES = ("cleared", "human", "blocked")


@dataclass(frozen=True, slots=True, eq=False)
class LaneEvidence:
    """What was measured of two thresholds.

    Parameters
    ----------
    volumes : LaneVolumes or None
        None when only an automated share was asked for.
    automation : sequence of Automation
        One for each tolerance that any pair of thresholds keeps, the smallest first.
    curve : sequence of Automation
        The same for many tolerances, for a picture.
    stated_error : float or None
        The tolerated share of errors, when one was stated.
    warnings : sequence of Warned
    """

    volumes: LaneVolumes | None
    automation: Sequence[Automation]
    curve: Sequence[Automation]
    stated_error: float | None
    warnings: Sequence[Warned]


def with_lanes(record: Record, evidence: LaneEvidence | None) -> Record:
    """Add what was measured of two thresholds to a record.

    Parameters
    ----------
    record : Record
        Its settings hold both thresholds: what they have in common with the lanes is printed to the same digit.
    evidence : LaneEvidence or None

    Returns
    -------
    Record
        Unchanged when there is no evidence.
    """
    if evidence is None:
        return record
    lanes, statements = _lanes(record, evidence.volumes)
    automation = tuple(_automation(found, evidence.stated_error) for found in evidence.automation)
    added = LanesRecord(
        clear_below=None if evidence.volumes is None else evidence.volumes.lanes.clear_below,
        block_from=None if evidence.volumes is None else evidence.volumes.lanes.block_from,
        lanes=lanes,
        is_simultaneous=evidence.volumes is not None and evidence.volumes.is_simultaneous,
        automated_share=None if evidence.volumes is None else evidence.volumes.automated_share_value,
        automated_share_low=None if evidence.volumes is None else evidence.volumes.automated_share.low,
        automated_share_high=None if evidence.volumes is None else evidence.volumes.automated_share.high,
        automation=automation,
        curve=_curve(evidence.curve),
        values=dict(statements[0].values) if statements else {},
    )
    return replace(
        record,
        lanes=added,
        statements=(*record.statements, *statements, *_on_automation(record.words, evidence)),
        warnings=(*record.warnings, *evidence.warnings),
    )


def _lanes(
    record: Record, volumes: LaneVolumes | None
) -> tuple[tuple[LaneRecord, ...], tuple[Statement, ...]]:
    if volumes is None:
        return (), ()
    words, first = record.words, lanes_statements(record.words, volumes)[0]
    lanes = tuple(_lane(record, volumes, name, first.values.get(name)) for name in NAMES)
    cleared, human, blocked = lanes
    statements = (
        first,
        *_side("lanes.missed", words.positive, cleared.positives, f"cleared, so {words.missed}"),
        *_side("lanes.blocked", words.negative, blocked.negatives, "blocked by mistake"),
        *_side("lanes.person", words.case, human.all_cases, "sent to a person"),
        _automated_share(words, volumes),
        Statement("lanes.deck", _deck(record, volumes)),
        Statement("lanes.note", _note(words, lanes, is_simultaneous=volumes.is_simultaneous)),
    )
    return lanes, statements


def _deck(record: Record, volumes: LaneVolumes) -> str:
    low = threshold_text(volumes.lanes.clear_below)
    text = f"A {record.words.case.singular} goes one of three ways, by its score."
    if record.operating_threshold == volumes.lanes.clear_below:
        text += f" On the other pages it counts as {record.words.briefly_flagged} from {low} up: not cleared."
    return text


def _note(words: Words, lanes: Iterable[LaneRecord], *, is_simultaneous: bool) -> str:
    shown = [amount.printed for lane in lanes for amount in (lane.all_cases, lane.positives, lane.negatives)]
    together = ", for every pair of settings at once" if is_simultaneous else ""
    averages = averages_note(words.case.plural, shown)
    return f"{averages} Small print: where the average could lie{together}."


def _lane(record: Record, volumes: LaneVolumes, name: str, shown: float | None) -> LaneRecord:
    low, high = threshold_text(volumes.lanes.clear_below), threshold_text(volumes.lanes.block_from)
    titles = {
        "cleared": ("Cleared", f"below {low}"),
        "human": ("Sent to a person", f"from {low}, below {high}"),
        "blocked": ("Blocked", f"from {high} up"),
    }
    all_cases = amount_record(getattr(volumes, name), shown=shown, is_rest=name == "cleared")
    positives = amount_record(getattr(volumes, f"{name}_positives"))
    negatives = amount_record(getattr(volumes, f"{name}_negatives"), is_rest=False)
    if name == "cleared":
        positives = _as_setting(record, volumes.lanes.clear_below, "missed_positives", positives)
    if name == "blocked":
        negatives = _as_setting(record, volumes.lanes.block_from, "flagged_negatives", negatives)
        positives = _rest(all_cases, negatives, positives)
    else:
        negatives = _rest(all_cases, positives, negatives)
    return LaneRecord(name, *titles[name], all_cases, positives, negatives)


def _as_setting(record: Record, threshold: float, name: str, found: AmountRecord) -> AmountRecord:
    """Print an amount as the setting at this threshold prints it, where the record has that setting."""
    setting = next((one for one in record.settings if one.threshold == threshold), None)
    return found if setting is None else with_printed(found, setting.per_day[name].printed)


def _rest(whole: AmountRecord, part: AmountRecord, found: AmountRecord) -> AmountRecord:
    """Print what a part leaves of its whole, in whole cases; without a number where the part has none."""
    numbers = whole.printed.values, part.printed.values
    if not all("mean" in values for values in numbers) or part.printed.period != "day":
        return (
            found
            if found.level != "number and range" or part.level == "number and range"
            else _without_number(found)
        )
    rest = float(half_up(numbers[0]["mean"] - numbers[1]["mean"], 1))
    if found.level != "number and range" or rest < 0:
        return found
    return with_printed(found, with_mean(found.printed, rest))


def _without_number(found: AmountRecord) -> AmountRecord:
    values = {name: value for name, value in found.printed.values.items() if name != "mean"}
    printed = replace(found.printed, level="range only", mean=None, values=values)
    return replace(found, level="range only", mean=None, printed=printed)


def _side(name: str, noun: Noun, found: AmountRecord, happens: str) -> Iterator[Statement]:
    """Say how many take a way that is a mistake or work for people."""
    printed = found.printed
    values = {key: value for key, value in printed.values.items() if key in ("mean", "mean_low", "mean_high")}
    yield Statement(name, " ".join(_side_texts(noun, printed, happens)), values)


def _side_texts(noun: Noun, printed: PrintedVolume, happens: str) -> Iterator[str]:
    if printed.level == "refuse":
        yield f"Too few {noun.plural} were tested to say how many would be {happens}."
    elif printed.bound is not None:
        which, number = printed.bound
        yield f"With 95% certainty, {which} {counted(noun, number)} a {printed.period} would be {happens}."
    elif printed.mean is not None:
        about = "about " if printed.is_about else ""
        yield f"An average of {about}{counted(noun, printed.mean)} a {printed.period} would be {happens}."
        if printed.mean_range is not None:
            yield f"It could be {printed.mean_range}."
    elif printed.mean_range is not None:
        yield f"An average of {printed.mean_range} {noun.plural} a {printed.period} would be {happens}."


def _automated_share(words: Words, volumes: LaneVolumes) -> Statement:
    share, ends = volumes.automated_share_value, volumes.automated_share
    base = frequency_base([share, ends.low, ends.high])
    low, high = (number_text(end) for end in outward(ends.low * base, ends.high * base, 1))
    text = f"No person would see {frequency_text(share, base)} {words.case.plural}. It could be {between(low, high)}."
    values = {"automated_share": share, "low": ends.low, "high": ends.high}
    return Statement("lanes.share", text, values)


# ------------------------------------------------------------------------------------------ without a person


def _automation(found: Automation, stated: float | None) -> AutomationRecord:
    base = 1_000
    lanes = f"{threshold_text(found.lanes.clear_below)} and {threshold_text(found.lanes.block_from)}"
    return AutomationRecord(
        at_most_error=found.at_most_error,
        is_stated=found.at_most_error == stated,
        clear_below=found.lanes.clear_below,
        block_from=found.lanes.block_from,
        printed_lanes=lanes,
        automated_share=found.automated_share,
        error_share=found.error_share,
        error_low=found.error.low,
        error_high=found.error.high,
        error_upper_bound=found.error_upper_bound,
        is_kept=found.is_kept,
        n_confirming=found.n_confirming,
        printed_at_most_error=_per(found.at_most_error, base),
        printed_automated_share=_per(found.automated_share, base),
        printed_error_share=_per(found.error_share, base),
        printed_error_upper_bound=_per(found.error_upper_bound, base, up=True),
    )


def _per(share: float, base: int, *, up: bool = False) -> str:
    """Write a share as cases of a round number of them, to a tenth of a case; bounds are rounded up."""
    if up:
        return number_text(outward(0, share * base, 0.1)[1])
    text = frequency_text(share, base).partition(" of ")[0]
    return (
        text if share * base >= 10 or share == 0 else number_text(outward(share * base, share * base, 0.1)[0])
    )


def _curve(found: Sequence[Automation]) -> AutomationCurve | None:
    if len(found) < 3:
        return None
    ordered = sorted(found, key=lambda one: one.automated_share)
    return AutomationCurve(
        tuple(one.automated_share for one in ordered),
        tuple(one.error_share for one in ordered),
        tuple(one.error.low for one in ordered),
        tuple(one.error.high for one in ordered),
    )


def _on_automation(words: Words, evidence: LaneEvidence) -> Iterator[Statement]:
    if evidence.stated_error is not None and not any(w.code == "lanes_not_split" for w in evidence.warnings):
        found = next((one for one in evidence.automation if one.at_most_error == evidence.stated_error), None)
        yield automation_statement(words, found, evidence.stated_error)
    if evidence.automation:
        yield Statement(
            "lanes.automation.note",
            f"Of every 1,000 {words.case.plural} decided without a person. The settings of each line were chosen on "
            "one half of the cases; its numbers come from the other half.",
        )
        yield Statement(
            "lanes.automation.title",
            sentence_case(f"the more {words.case.plural} it decides alone, the more of those are wrong"),
        )
