"""Write the record of a briefing on several labels from the records of each of them."""

from __future__ import annotations

from collections.abc import Sequence

from expectkit.briefing.labels_record import LabelRecord, LabelsRecord
from expectkit.briefing.record import SCHEMA_VERSION, Record, Warned
from expectkit.briefing.statements import Statement
from expectkit.briefing.table_text import averages_note
from expectkit.briefing.vocabulary import Words, clean_text, sentence_case
from expectkit.briefing.wording import number_text

LONGEST_NAME = 60
"""Characters of a label's name that pages show."""

COUNTED = ("positives", "caught_positives", "missed_positives", "flagged_negatives")
"""Volumes of the table that sets the labels side by side."""


def write_labels_record(
    words: Words, of_labels: Sequence[tuple[str, Record]], warnings: Sequence[Warned] = ()
) -> LabelsRecord:
    """Gather the records of several labels.

    Parameters
    ----------
    words : Words
        For all labels together.
    of_labels : sequence of (str, Record)
        Name and record of each label, one or more.
    warnings : sequence of Warned
        What is to be said of all labels; what the labels' own records say comes after it, once.

    Returns
    -------
    LabelsRecord
    """
    labels = tuple(LabelRecord(clean_text(name, LONGEST_NAME), record) for name, record in of_labels)
    first = labels[0].record
    own = {warned.text: warned for label in labels for warned in label.record.warnings}
    return LabelsRecord(
        kind="labels",
        schema_version=SCHEMA_VERSION,
        model=first.model,
        words=words,
        audience=first.audience,
        provenance=first.provenance,
        traffic=first.traffic,
        labels=labels,
        statements=_statements(words, labels),
        warnings=(*warnings, *own.values()),
    )


def _statements(words: Words, labels: Sequence[LabelRecord]) -> tuple[Statement, ...]:
    case = words.case
    shown = [label.record.per_day[name].printed for label in labels for name in COUNTED]
    of_each = tuple(
        Statement(f"label.{label.name}.{name}", text)
        for label in labels
        for name in ("expectation", "expectation.ranges")
        if (text := label.record.statement(name))
    )
    return (
        Statement("expectation", "\n".join(_line(label, "expectation") for label in labels)),
        Statement("expectation.ranges", "\n".join(_line(label, "expectation.ranges") for label in labels)),
        _headline(labels),
        Statement(
            "deck",
            f"{sentence_case(case.with_article)} may carry none, one or several of {number_text(len(labels))} labels. "
            "Each label is a question of its own, with a setting of its own.",
        ),
        Statement(
            "labels.note",
            f"{averages_note(case.plural, shown)} Small print: where the average could lie. "
            "Each label is counted on its own.",
        ),
        Statement(
            "labels.apart",
            f"Nothing here says how often all labels of {case.with_article} are right at once.",
        ),
        *of_each,
    )


def _line(label: LabelRecord, name: str) -> str:
    return f"{sentence_case(label.name)}: {label.record.statement(name)}"


def _headline(labels: Sequence[LabelRecord]) -> Statement:
    """Name the label of which most are missed, where that can be said of every label per the same time."""
    missed = {label.name: label.record.per_day["missed_positives"].printed for label in labels}
    n = number_text(len(labels))
    is_known = all("mean" in printed.values for printed in missed.values())
    periods = {printed.period for printed in missed.values()}
    if not is_known or len(periods) > 1:
        return Statement("headline", f"{n} labels, each with its own setting and its own mistakes")
    worst = max(missed, key=lambda name: missed[name].values["mean"])
    text = f"Of {n} labels it should miss {worst} most often: {missed[worst].mean} a {periods.pop()}"
    return Statement("headline", text, {"missed_positives.mean": missed[worst].values["mean"]})
