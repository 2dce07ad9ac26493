"""A promise: the terms, the conditions they hold under, and who decided them when and why."""

from __future__ import annotations

import datetime
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from expectkit.errors import PromiseError
from expectkit.promise.terms import Term

Status = Literal["draft", "agreed"]
NOUN_KEYS: Final = ("case", "positive", "negative")
"""Words of a promise that are a noun: its singular and its plural."""

WORD_KEYS: Final = (*NOUN_KEYS, "flagged", "missed", "caught")
"""Words that a promise can carry."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What must stay as it was for the terms to mean anything.

    Parameters
    ----------
    cases_per_day_low, cases_per_day_high : float
        Range of average traffic the terms were computed for, in cases a day.
    prevalence_low, prevalence_high : float
        Range of the share of positives in production, 0 to 1.
    population : str
        Which cases the terms are about, in words.

    Raises
    ------
    PromiseError
        If a range runs backwards or a share lies outside 0 to 1.
    """

    cases_per_day_low: float
    cases_per_day_high: float
    prevalence_low: float
    prevalence_high: float
    population: str = ""

    def __post_init__(self) -> None:
        for key, low, high, most in (
            ("cases_per_day", self.cases_per_day_low, self.cases_per_day_high, math.inf),
            ("prevalence", self.prevalence_low, self.prevalence_high, 1.0),
        ):
            if not (0 <= low <= high <= most and math.isfinite(high)):
                within = "0 and 1" if most == 1 else "0 and any number"
                raise PromiseError(
                    f"conditions: {key} is [{low:g}, {high:g}]; give [low, high] between {within}."
                )


@dataclass(frozen=True, slots=True)
class Decision:
    """Who agreed, when and why.

    Raises
    ------
    PromiseError
        If the name or the reason is empty: an agreement nobody made binds nobody.
    """

    decided_by: str
    decided_on: datetime.date
    reason: str

    def __post_init__(self) -> None:
        for key, text in (("decided_by", self.decided_by), ("reason", self.reason)):
            if not text.strip():
                raise PromiseError(f"decision: {key} is empty. Say who decided, and why.")


@dataclass(frozen=True, slots=True)
class RejectedSetting:
    """A setting that was looked at and not chosen, and what it would have given.

    Parameters
    ----------
    threshold : float
    sentence : str
        The expectation at that setting.
    would_give : mapping of str to float
        By the names of `expectkit.promise.terms.MEASURES`; what could not be stated is left out.
    reason : str
        Why it was not chosen, when somebody said so.
    """

    threshold: float
    sentence: str
    would_give: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""


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
        Each name once.
    conditions : Conditions
    confirmed_on_fresh_cases : bool
        False when the threshold was chosen on the cases the terms rest on.
    sentence : str
        The expectation, as the reader saw it.
    ranges : str
        Its ranges, as the reader saw them.
    evidence : mapping of str to str
        sha256 of each input file, by name.
    model_sha256 : str
        Of the model's file; empty when none was named.
    decision : Decision or None
        An agreed promise has one, a draft has none.
    rejected : tuple of RejectedSetting
    replaces : str
        Seal of the agreed promise that this one replaces; empty for the first.
    words : mapping of str to str, or pair of str for a noun
        What the business calls its cases and what happens to them, by `WORD_KEYS`; empty where nobody said.

    Raises
    ------
    PromiseError
        If the parts contradict each other.
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
    ranges: str = ""
    model_sha256: str = ""
    decision: Decision | None = None
    rejected: tuple[RejectedSetting, ...] = ()
    replaces: str = ""
    words: Mapping[str, str | tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not math.isfinite(self.threshold):
            raise PromiseError(f"threshold is {self.threshold}; give a finite number.")
        twice = [name for name, times in Counter(term.name for term in self.terms).items() if times > 1]
        if twice:
            raise PromiseError(f'term "{twice[0]}" stands twice. Keep one of them.')
        if self.status == "agreed" and self.decision is None:
            raise PromiseError(
                "the promise is agreed, but nobody decided it. Agree it with: expectkit agree."
            )
        if self.status == "draft" and self.decision is not None:
            raise PromiseError(
                "the promise is a draft, yet it has a decision. Agree it with: expectkit agree."
            )
        if any(setting.threshold == self.threshold for setting in self.rejected):
            raise PromiseError(f"the setting {self.threshold:g} is agreed and rejected. Drop one of the two.")

    def term(self, name: str) -> Term | None:
        """Return the term of a name, or None."""
        return next((term for term in self.terms if term.name == name), None)


def agree(
    draft: Promise,
    decision: Decision,
    *,
    terms: tuple[Term, ...],
    conditions: Conditions,
    rejected: tuple[RejectedSetting, ...] = (),
    model_sha256: str = "",
    replaces: str = "",
) -> Promise:
    """Turn a draft into an agreement.

    Parameters
    ----------
    draft : Promise
    decision : Decision
    terms : tuple of Term
        As agreed, in the place of those drafted.
    conditions : Conditions
    rejected : tuple of RejectedSetting
    model_sha256 : str
        Of the model's file; empty when none was named.
    replaces : str
        Seal of the agreed promise this one replaces.

    Returns
    -------
    Promise
        Agreed.

    Raises
    ------
    PromiseError
        If the parts contradict each other.
    """
    return replace(
        draft,
        status="agreed",
        decision=decision,
        terms=terms,
        conditions=conditions,
        rejected=rejected,
        model_sha256=model_sha256,
        replaces=replaces,
    )
