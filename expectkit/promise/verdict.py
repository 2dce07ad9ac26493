"""Kept, broken or undecided: a term against what fresh cases show, each wrong verdict with at most 5 % risk.

A limit "at most p" is kept when the one-sided upper bound does not exceed p, and broken when the lower bound does.
Else these cases cannot tell, and the verdict says how many would.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from expectkit.measure.rates import Rate
from expectkit.promise.evidence import LEAST_CASES, Finding, Risk, Unit
from expectkit.promise.sample_size import about_as_many, cases_to_settle, paired_cases_to_settle
from expectkit.promise.terms import Side, Term

Answer = Literal["kept", "broken", "undecided"]

MOST_SEARCHED: Final = 20
"""Values of a slice for which is searched how many cases would settle them; those nearest to breaking the term."""


@dataclass(frozen=True, slots=True)
class Needed:
    """How many cases would settle an undecided term, if what was measured holds.

    Parameters
    ----------
    total : int
        In a test set of that size the gate reaches its verdict 8 times of 10.
    further : int
        More than there are now; all of them where the cases chose the threshold and cannot confirm it.
    is_fresh : bool
        Whether they must all be fresh.
    unit : str
        What is counted.
    is_exact : bool
        Whether an exact search found it, or a normal formula.
    """

    total: int
    further: int
    unit: Unit
    is_exact: bool
    is_fresh: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """One finding and what follows from it."""

    finding: Finding
    answer: Answer
    needed: Needed | None


@dataclass(frozen=True, slots=True)
class TermVerdict:
    """The verdict on one term.

    Parameters
    ----------
    term : Term
    answer : {"kept", "broken", "undecided"}
        Of a sliced term: broken when one value is, kept when all are.
    judged : tuple of Judged
        One, or one for each value of the slice; the one that decided first.
    risk : float
        Of each one-sided bound.
    """

    term: Term
    answer: Answer
    judged: tuple[Judged, ...]
    risk: float

    @property
    def decisive(self) -> Judged:
        """The finding that decided."""
        return self.judged[0]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on a whole promise."""

    terms: tuple[TermVerdict, ...]

    @property
    def answer(self) -> Answer:
        """Broken when a term is, kept when all are."""
        return together(verdict.answer for verdict in self.terms)

    def of(self, answer: Answer) -> tuple[TermVerdict, ...]:
        """Return the terms with this answer."""
        return tuple(verdict for verdict in self.terms if verdict.answer == answer)


def together(answers: Iterable[Answer]) -> Answer:
    """Return the answer of several that must all be kept."""
    found = set(answers)
    if "broken" in found:
        return "broken"
    return "undecided" if "undecided" in found or not found else "kept"


def answer_of(term: Term, lower: float, upper: float) -> Answer:
    """Compare bounds with the limits of a term.

    Examples
    --------
    >>> promised = Term("false_negative_rate", at_most=0.05)
    >>> answer_of(promised, 0.01, 0.05), answer_of(promised, 0.051, 0.12), answer_of(promised, 0.03, 0.08)
    ('kept', 'broken', 'undecided')
    """
    if math.isnan(lower) or math.isnan(upper):
        return "undecided"
    if any(lower > limit if side == "at_most" else upper < limit for side, limit in term.limits):
        return "broken"
    is_kept = all(upper <= limit if side == "at_most" else lower >= limit for side, limit in term.limits)
    return "kept" if is_kept else "undecided"


def judge(term: Term, findings: Sequence[Finding], risk: Risk) -> TermVerdict:
    """Judge a term.

    Parameters
    ----------
    term : Term
    findings : sequence of Finding
        One, or one for each value of the slice, with bounds at ``risk.one_sided(len(findings))``.
    risk : Risk

    Returns
    -------
    TermVerdict
    """
    alpha = risk.one_sided(max(len(findings), 1))
    found = findings or (Finding.nothing("There are no cases to judge it by."),)
    judged = [Judged(finding, _answer(term, finding), None) for finding in found]
    judged.sort(key=lambda item: _urgency(term, item), reverse=True)
    searched = [
        replace(item, needed=needed_cases(term, item.finding, alpha, fresh=risk.simultaneous))
        if item.answer == "undecided" and place < MOST_SEARCHED
        else item
        for place, item in enumerate(judged)
    ]
    return TermVerdict(term, together(item.answer for item in judged), tuple(searched), alpha)


def _answer(term: Term, finding: Finding) -> Answer:
    """Compare with the limits; what few cases show, or what holds only under other conditions, keeps no term."""
    if finding.value is None:
        return "undecided"
    answer = answer_of(term, finding.lower, finding.upper)
    may_keep = finding.can_keep and not finding.is_too_few
    return answer if answer != "kept" or may_keep else "undecided"


def _urgency(term: Term, item: Judged) -> tuple[int, float]:
    """Rank what is nearest to breaking the term first."""
    value = item.finding.value
    if value is None:
        distance = -math.inf
    else:
        distance = max(value - limit if side == "at_most" else limit - value for side, limit in term.limits)
    return ("kept", "undecided", "broken").index(item.answer), distance


def needed_cases(term: Term, finding: Finding, alpha: float, *, fresh: bool = False) -> Needed | None:
    """Say how many cases would settle a term that a finding leaves open.

    Parameters
    ----------
    term : Term
    finding : Finding
    alpha : float
        Of each one-sided bound.
    fresh : bool
        Whether the cases at hand do not count, because the threshold was chosen on them.

    Returns
    -------
    Needed or None
        None when more cases alone cannot, or nobody can say.
    """
    if finding.value is None or finding.n is None or finding.unit is None or not finding.can_keep:
        return None
    needs = [
        _for_limit(finding, side, limit, alpha, fresh=fresh) for side, limit in _open_limits(term, finding)
    ]
    if any(total is None for total in needs) or not needs:
        return None
    total = max(need for need in needs if need is not None)
    if finding.rate is not None:
        total = max(total, math.ceil(LEAST_CASES / _worth(finding.rate)))
    further = total if fresh else max(total - math.floor(finding.n), 1)
    return Needed(total, further, finding.unit, finding.rate is not None and total <= 20_000, fresh)


def _open_limits(term: Term, finding: Finding) -> list[tuple[Side, float]]:
    """Return the limits that the bounds lie on both sides of."""
    return [(side, limit) for side, limit in term.limits if finding.lower <= limit <= finding.upper]


def _for_limit(finding: Finding, side: Side, limit: float, alpha: float, *, fresh: bool) -> int | None:
    assert finding.value is not None
    assert finding.n is not None
    lowest, highest = finding.span or (finding.value, finding.value)
    if lowest <= limit <= highest:  # it is kept under some of the conditions and broken under others
        return None
    is_below = highest < limit
    if finding.rate is not None:
        share = limit / finding.scales[is_below]
        if not 0 <= share <= 1:
            return None
        more_than = 0 if fresh else math.floor(finding.rate.n_effective)
        total = cases_to_settle(finding.rate.value, share, side, alpha=alpha, more_than=more_than)
        return None if total is None else math.ceil(total / _worth(finding.rate))
    if finding.discordant is not None and limit > max(finding.value, 0.0):
        return paired_cases_to_settle(limit, finding.discordant, finding.value, alpha=alpha)
    value, bound = (highest, finding.upper) if is_below else (lowest, finding.lower)
    return about_as_many(value, bound, limit, finding.n, alpha=alpha, fixed_reach=finding.fixed_reach)


def _worth(rate: Rate) -> float:
    """Return how many independent cases one case is worth."""
    return rate.n_effective / rate.denominator
