"""The checklist says what was computed, who stated what when, and what is open."""

from __future__ import annotations

import datetime
from dataclasses import replace

from expectkit.briefing.checklist import TITLES, Statement, checklist
from expectkit.briefing.vocabulary import Words
from expectkit.measure.drift import stability
from expectkit.promise.dry_run import DryRun, MissingValues, UnseenValues

WORDS = Words.of(case="payment")
GOOD = DryRun(
    n_cases=1_000,
    missing_columns=(),
    changed_kinds=(),
    missing_values=(),
    unseen_values=(),
    n_scored=1_000,
    n_flagged=50,
    expected_low=0.04,
    expected_high=0.06,
    scores=stability([100] * 10, [100] * 10),
)


def test_what_nobody_said_is_open() -> None:
    entries = checklist(None, {}, WORDS)
    assert [entry.key for entry in entries] == ["dry_run", *TITLES]
    assert {entry.state for entry in entries} == {"open"}


def test_a_statement_is_done_with_name_and_date() -> None:
    said = Statement("Ada Lovelace", datetime.date(2026, 3, 1), "tried in March.")
    entries = {entry.key: entry for entry in checklist(None, {"rollback": said}, WORDS)}
    assert entries["rollback"].state == "done"
    assert entries["rollback"].detail == "tried in March. Stated by Ada Lovelace on 1 March 2026."


def test_a_good_dry_run_is_done_in_all_its_lines() -> None:
    lines = [entry for entry in checklist(GOOD, {}, WORDS) if entry.basis == "computed"]
    assert [entry.state for entry in lines] == ["done"] * 5
    assert lines[-1].detail == (
        "5% of 1,000 payments would be flagged; the labelled ones lead one to expect 4% to 6%."
    )


def test_a_bad_dry_run_names_what_is_wrong() -> None:
    bad = replace(
        GOOD,
        missing_columns=("amount", "country"),
        changed_kinds=(("count", "number", "text"),),
        missing_values=(MissingValues("age", 0.01, 0.4),),
        unseen_values=(UnseenValues("channel", ("fax",), 7),),
        n_flagged=200,
        scores=stability([100] * 10, [550, *[50] * 9]),
    )
    entries = {entry.key: entry for entry in checklist(bad, {}, WORDS)}
    assert (
        entries["schema"].detail == "There is no column “amount” and “country”. count holds text, not number."
    )
    assert (
        entries["missing_values"].detail == "age is missing in 40% of payments (1% among the labelled ones)."
    )
    assert entries["unseen_values"].detail == "channel: “fax”, in 7 payments."
    computed = [entry.state for entry in entries.values() if entry.basis == "computed"]
    assert computed == ["failed"] * 5
