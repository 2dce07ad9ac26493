"""What every kind of briefing says of its test cases: days, rows left out, scores, files."""

from __future__ import annotations

import datetime

from expectkit.briefing.document import Cell, Column, Row, Table
from expectkit.briefing.record import Provenance
from expectkit.briefing.remarks import PRECISION, score_text
from expectkit.briefing.wording import date_range_text, number_text


def days_text(provenance: Provenance) -> str:
    """Return how many days the cases span, and which; "" when no time column was named."""
    if provenance.n_days == 0:
        return ""
    first, last = (datetime.date.fromisoformat(day) for day in (provenance.first_day, provenance.last_day))
    lead = "" if first == last else "from "
    return f"{number_text(provenance.n_days)}, {lead}{date_range_text(first, last)}"


def left_out_text(provenance: Provenance) -> str:
    """Return how many rows were left out, and why."""
    missing = provenance.n_rows - provenance.n_kept
    if missing == 0:
        return "No rows; every one was used."
    n_both = provenance.n_missing_score + provenance.n_missing_label - missing
    both = f" ({number_text(n_both)} lack both)" if n_both > 0 else ""
    no_score, no_label = number_text(provenance.n_missing_score), number_text(provenance.n_missing_label)
    return (
        f"{number_text(missing)} of {number_text(provenance.n_rows)} rows: {no_score} without a score, "
        f"{no_label} without a label{both}. What they would have shown is not known."
    )


def scores_text(provenance: Provenance) -> str:
    """Return the span of the scores, and the precision in which they are compared; "" where there are none."""
    if provenance.score_low is None or provenance.score_high is None:
        return ""
    low, high = score_text(provenance.score_low), score_text(provenance.score_high)
    return f"Between {low} and {high}, compared with the settings to {PRECISION[provenance.compare]}."


def files_table(provenance: Provenance) -> Table:
    """Return the files that were read, with their fingerprints."""
    rows = tuple(
        Row((Cell(item.name), Cell(number_text(item.n_rows)), Cell(item.sha256)))
        for item in provenance.inputs
    )
    return Table(
        caption="Files read, with their SHA-256 fingerprints",
        columns=(
            Column("File", width=26),
            Column("Rows", "right", 12),
            Column("Fingerprint (SHA-256)", width=62),
        ),
        rows=rows,
        note="A fingerprint tells files apart: it is another one as soon as a file differs in a single character.",
    )
