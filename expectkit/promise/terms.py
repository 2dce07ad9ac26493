"""The terms of a promise and the conditions they hold under."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from expectkit.errors import PromiseError

SCHEMA_VERSION = 1
"""Version of the promise file this release writes."""

Status = Literal["draft", "agreed"]

MEASURES: Mapping[str, str] = {
    "missed_positives_per_day": "cases a day",
    "flagged_negatives_per_day": "cases a day",
    "false_negative_rate": "fraction from 0 to 1",
    "false_positive_rate": "fraction from 0 to 1",
}
"""What a term can limit, and its unit."""


@dataclass(frozen=True, slots=True)
class Term:
    """One limit that launch and production are held to.

    Parameters
    ----------
    measure : str
        A key of `MEASURES`.
    at_most : float
        The limit, in the unit of the measure, 0 or more.
    measured : float
        What the scored cases showed when the term was written, same unit.

    Raises
    ------
    PromiseError
        If the measure is unknown or the limit is not a number of 0 or more.
    """

    measure: str
    at_most: float
    measured: float

    def __post_init__(self) -> None:
        if self.measure not in MEASURES:
            known = ", ".join(MEASURES)
            raise PromiseError(f'term "{self.measure}" is not one we can check. Use one of: {known}.')
        if not self.at_most >= 0:
            raise PromiseError(
                f'term "{self.measure}": at_most is {self.at_most}; give a number of 0 or more.'
            )


@dataclass(frozen=True, slots=True)
class Conditions:
    """What must stay as it was for the terms to mean anything.

    Parameters
    ----------
    cases_per_day_low, cases_per_day_high : float
        Range of average traffic the terms were computed for, in cases a day.
    prevalence_low, prevalence_high : float
        Range of the share of positives in production, 0 to 1.
    """

    cases_per_day_low: float
    cases_per_day_high: float
    prevalence_low: float
    prevalence_high: float


@dataclass(frozen=True, slots=True)
class Promise:
    """What was agreed, or is proposed, for one model at one threshold.

    Parameters
    ----------
    status : {"draft", "agreed"}
        A draft binds nobody.
    model_name, model_version : str
        Which model.
    threshold : float
        A case is flagged when its score is at or above it.
    terms : tuple of Term
    conditions : Conditions
    confirmed_on_fresh_cases : bool
        False when the threshold was chosen on the cases the terms rest on.
    evidence : mapping of str to str
        sha256 of each input file, by name.
    sentence : str
        The expectation, as the reader saw it.
    """

    status: Status
    model_name: str
    model_version: str
    threshold: float
    terms: tuple[Term, ...]
    conditions: Conditions
    confirmed_on_fresh_cases: bool
    sentence: str
    evidence: Mapping[str, str] = field(default_factory=dict)
    schema_version: int = SCHEMA_VERSION
