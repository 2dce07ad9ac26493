"""What the record holds of mistakes: the search for failure modes, the cases that are shown, the groups compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ErrorKind = Literal["missed_positives", "flagged_negatives"]
"""Which mistakes: misses, or false alarms."""

ShownFor = Literal["most confident", "costliest", "stands for others", "borderline", "people too"]
"""Why a case is shown."""


@dataclass(frozen=True, slots=True)
class FailureModeRecord:
    """A named failure mode: a group of cases that is got wrong more often than the rest."""

    group: str
    n_cases: int
    n_errors: int
    rate: float
    low: float
    high: float
    elsewhere: float
    share_of_errors: float
    adjusted_p: float
    printed_low: str
    printed_high: str


@dataclass(frozen=True, slots=True)
class FailureSearchRecord:
    """A search for failure modes among the mistakes of one kind."""

    kind: ErrorKind
    n_cases: int
    n_errors: int
    n_searched: int
    n_errors_searched: int
    n_groups: int
    n_errors_needed: int | None
    rate: float | None
    modes: tuple[FailureModeRecord, ...]


@dataclass(frozen=True, slots=True)
class CaseFact:
    """One value of a shown case, as it may be shown."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class PictureRecord:
    """A picture drawn anew from its pixels, as Base64."""

    base64: str
    width: int
    height: int
    text_alternative: str


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """One mistake as it is shown."""

    kind: ErrorKind
    reason: ShownFor
    share: float | None
    score: float
    tag: str
    title: str
    lines: tuple[str, ...]
    facts: tuple[CaseFact, ...]
    snippet: str
    picture: PictureRecord | None
    picture_note: str


@dataclass(frozen=True, slots=True)
class GalleryRecord:
    """Mistakes shown side by side."""

    id: str
    title: str
    deck: str
    cases: tuple[CaseRecord, ...]
    note: str


@dataclass(frozen=True, slots=True)
class FailuresRecord:
    """Where it goes wrong, and what that looks like."""

    searches: tuple[FailureSearchRecord, ...]
    galleries: tuple[GalleryRecord, ...]


@dataclass(frozen=True, slots=True)
class GroupRateRecord:
    """How often it goes wrong in one group, with its counts and its range."""

    kind: Literal["false_negative_rate", "false_positive_rate", "selection_rate"]
    numerator: int
    denominator: int
    low: float
    high: float
    is_small: bool
    printed: str
    printed_low: str
    printed_high: str


@dataclass(frozen=True, slots=True)
class GroupRecord:
    """One group of a column (or several small ones together) and its rates; None where it has no such case."""

    label: str
    missed: GroupRateRecord | None
    wrongly_flagged: GroupRateRecord | None
    flagged: GroupRateRecord | None


@dataclass(frozen=True, slots=True)
class GroupsRecord:
    """The groups of one column, the worst first."""

    column: str
    label: str
    is_sensitive: bool
    groups: tuple[GroupRecord, ...]
    n_left_out: int
    is_weighted: bool
