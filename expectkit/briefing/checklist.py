"""The checklist before launch: computed where it can be, stated by name and date where it cannot, open otherwise."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from expectkit.briefing.vocabulary import Words
from expectkit.briefing.wording import date_text, number_text, percent_range, percent_text, plain_list
from expectkit.promise.dry_run import DryRun

State = Literal["done", "failed", "open"]
Basis = Literal["computed", "stated", "nobody said"]


@dataclass(frozen=True, slots=True)
class ChecklistEntry:
    """One line of the checklist.

    Parameters
    ----------
    key, title : str
    state : {"done", "failed", "open"}
    basis : {"computed", "stated", "nobody said"}
    detail : str
        Whole sentences.
    """

    key: str
    title: str
    state: State
    basis: Basis
    detail: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody stands by."""

    name: str
    date: datetime.date
    text: str = ""


TITLES: Final[Mapping[str, str]] = {
    "unit_tests": "The code has unit tests",
    "logging": "Every answer is logged",
    "status_monitoring": "The status of the service is watched",
    "rollback": "There is a way back",
    "launch_owner": "Somebody answers for the launch",
}
_ASK: Final[Mapping[str, str]] = {
    "unit_tests": "Nobody has said which tests there are.",
    "logging": "Nobody has said that answers are logged.",
    "status_monitoring": "Nobody has said that the service is watched.",
    "rollback": "Nobody has said how the launch is undone.",
    "launch_owner": "Nobody is named.",
}


def checklist(
    dry_run: DryRun | None, stated: Mapping[str, Statement | None], words: Words
) -> tuple[ChecklistEntry, ...]:
    """Write the checklist before launch.

    Parameters
    ----------
    dry_run : DryRun or None
        None when there are no production cases to run.
    stated : mapping of str to Statement or None
        By the keys of `TITLES`.
    words : Words

    Returns
    -------
    tuple of ChecklistEntry
        The dry run's lines first.
    """
    lines = list(_dry_run_lines(dry_run, words)) if dry_run is not None else [_NO_DRY_RUN]
    return (*lines, *(_stated_line(key, stated.get(key)) for key in TITLES))


_NO_DRY_RUN: Final = ChecklistEntry(
    "dry_run",
    "A dry run on production's own inputs",
    "open",
    "nobody said",
    "No production cases were given. Name a file of scored, unlabelled ones with production_cases under [checklist].",
)


def _stated_line(key: str, said: Statement | None) -> ChecklistEntry:
    if said is None:
        return ChecklistEntry(key, TITLES[key], "open", "nobody said", _ASK[key])
    text = f"{said.text.rstrip('.')}. " if said.text else ""
    who = f"Stated by {said.name} on {date_text(said.date)}."
    return ChecklistEntry(key, TITLES[key], "done", "stated", f"{text}{who}")


def _dry_run_lines(found: DryRun, words: Words) -> Iterable[ChecklistEntry]:
    cases = words.case.plural
    yield _computed(
        "schema",
        "Dry run: production has the same columns",
        found.has_the_schema,
        _schema_detail(found),
    )
    yield _computed(
        "missing_values",
        "Dry run: no more values are missing than before",
        found.has_its_values,
        _missing_detail(found, cases),
    )
    yield _computed(
        "unseen_values",
        "Dry run: every value was seen before",
        found.knows_its_values,
        _unseen_detail(found, cases),
    )
    yield _computed(
        "scores", "Dry run: scores lie as they did", found.scores_as_before, _scores_detail(found, cases)
    )
    yield _computed(
        "flagged_share",
        "Dry run: as many are flagged as expected",
        found.flags_as_expected,
        _flagged_detail(found, words),
    )


def _computed(key: str, title: str, is_good: bool, detail: str) -> ChecklistEntry:
    return ChecklistEntry(key, title, "done" if is_good else "failed", "computed", detail)


def _schema_detail(found: DryRun) -> str:
    if found.has_the_schema:
        return "All columns of the labelled cases are there, each of its kind."
    parts = []
    if found.missing_columns:
        parts.append(f"There is no column {plain_list(_quoted(found.missing_columns))}.")
    parts += [f"{name} holds {now}, not {before}." for name, before, now in found.changed_kinds[:5]]
    return " ".join(parts)


def _missing_detail(found: DryRun, cases: str) -> str:
    if found.has_its_values:
        return f"Looked at {number_text(found.n_cases)} {cases}."
    parts = [
        f"{item.column} is missing in {percent_text(item.in_production)} of {cases} "
        f"({percent_text(item.among_labelled)} among the labelled ones)."
        for item in found.missing_values[:5]
    ]
    return " ".join(parts)


def _unseen_detail(found: DryRun, cases: str) -> str:
    if found.knows_its_values:
        return "No column of names holds a new one."
    parts = [
        f"{item.column}: {plain_list(_quoted(item.values))}, in {number_text(item.n_cases)} {cases}."
        for item in found.unseen_values[:5]
    ]
    return " ".join(parts)


def _quoted(values: Iterable[str]) -> list[str]:
    return [f"“{value}”" for value in values]


def _scores_detail(found: DryRun, cases: str) -> str:
    if found.scores is None:
        return "There are no scores to compare."
    return (
        f"Population stability index {number_text(float(f'{found.scores.index:.2g}'))}, "
        f"of which chance alone brings {number_text(float(f'{found.scores.by_chance:.2g}'))}, "
        f"over {number_text(found.scores.n_fresh)} {cases}."
    )


def _flagged_detail(found: DryRun, words: Words) -> str:
    if found.n_scored == 0:
        return "There are no scores to compare."
    low, high = percent_range(found.expected_low, found.expected_high)
    share = percent_text(found.n_flagged / found.n_scored)
    return (
        f"{share} of {number_text(found.n_scored)} {words.case.plural} would be {words.briefly_flagged}; "
        f"the labelled ones lead one to expect {low} to {high}."
    )
