"""Propose terms from what was measured, and let people state their own limits instead."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Final

from expectkit.errors import PromiseError, nearest
from expectkit.promise.terms import MEASURES, Measure, Side, Term

PROPOSED: Final = (
    "missed_positives_per_day",
    "flagged_negatives_per_day",
    "false_negative_rate",
    "false_positive_rate",
)
"""What every promise limits unless somebody leaves it out."""


def propose_terms(
    measured: Mapping[str, float | None], bounds: Mapping[str, float | None]
) -> tuple[Term, ...]:
    """Turn one-sided upper bounds into terms.

    Parameters
    ----------
    measured : mapping of str to float or None
        What was measured, by the names of `expectkit.promise.terms.MEASURES`; None where it may not be stated.
    bounds : mapping of str to float or None
        Upper bounds at one-sided 95 % for the same names; None where there were too few cases to say
        anything, which leaves the term out.

    Returns
    -------
    tuple of Term
        In the order of `PROPOSED`. Limits are rounded up (`round_up`), so that rounding never makes a promise
        stricter than the evidence.

    Examples
    --------
    >>> (term,) = propose_terms({"false_negative_rate": 0.05}, {"false_negative_rate": 0.0776})
    >>> term.at_most, term.measured
    (0.078, 0.05)
    """
    terms = []
    for name in PROPOSED:
        bound = bounds.get(name)
        if bound is not None:
            limit = min(round_up(bound), MEASURES[name].high)
            terms.append(Term(name, at_most=limit, measured=measured.get(name)))
    return tuple(terms)


def round_up(bound: float) -> float:
    """Round a bound up: whole numbers of three digits from 100, whole from 10, below that two digits.

    Below 10, a leading 1 asks for a third digit: 0.11 for 0.101 would be a tenth too much.

    Examples
    --------
    >>> round_up(0.07756), round_up(0.1007), round_up(22.96), round_up(227.5), round_up(0.0)
    (0.078, 0.101, 23.0, 228.0, 0.0)
    """
    if bound <= 0:
        return 0.0
    power = math.floor(math.log10(bound))
    digits = 3 if bound >= 100 or (bound < 10 and bound / 10.0**power < 2) else 2
    exponent = power - digits + 1
    scaled = math.ceil(round(bound / 10.0**exponent, 9))
    return float(f"{scaled}e{exponent}")


# ------------------------------------------------------------------------------- limits that people state


@dataclass(frozen=True, slots=True)
class StatedLimit:
    """A limit as somebody wrote it; `limit` is None where the term is to be left out."""

    measure: str
    side: Side
    limit: float | None
    slice: str | None = None
    slice_value: str | None = None
    variant: str | None = None

    @property
    def name(self) -> str:
        """The name of the term it is about, as `Term.name` writes it."""
        value = "" if self.slice_value is None else f"={self.slice_value}"
        where = "" if self.slice is None else f"[{self.slice}{value}]"
        return f"{self.measure}{where}" + ("" if self.variant is None else f"@{self.variant}")


_STATED: Final = re.compile(
    r"(?P<measure>\w+)\s*(?:\[(?P<slice>[^=\]]+)(?:=(?P<value>[^\]]*))?\])?\s*(?:@(?P<variant>[\w.+-]+))?\s*"
    r"(?P<sign><=|>=|=)\s*(?P<limit>.+)",
    re.DOTALL,
)
_LEFT_OUT: Final = frozenset({"none", "no"})


def stated_limit(text: str) -> StatedLimit:
    """Read ``name=limit``, ``name<=limit`` or ``name>=limit``.

    Parameters
    ----------
    text : str
        A plain ``=`` means the side that is usual for the measure; the limit may be per cent for a fraction, or
        "none" to leave the term out. After the name may stand ``[column]`` or ``[column=value]`` and
        ``@variant``.

    Returns
    -------
    StatedLimit

    Raises
    ------
    PromiseError
        If the text is no limit, or nothing is called so.

    Examples
    --------
    >>> stated_limit("false_negative_rate[channel]=8%").limit, stated_limit("precision=0.5").side
    (0.08, 'at_least')
    """
    found = _STATED.fullmatch(text.strip())
    if found is None:
        raise PromiseError(
            f'the term "{text}" is not understood. Write name=limit, such as missed_positives_per_day=20.'
        )
    if found["measure"] not in MEASURES:
        near = nearest(found["measure"], MEASURES)
        advice = f'Did you mean "{near}"?' if near else f"Known: {', '.join(MEASURES)}."
        raise PromiseError(f'there is no term "{found["measure"]}". {advice}')
    measure = MEASURES[found["measure"]]
    sides: Mapping[str, Side] = {"<=": "at_most", ">=": "at_least", "=": measure.side}
    return StatedLimit(
        measure=found["measure"],
        side=sides[found["sign"]],
        limit=_limit(found["limit"].strip(), text, measure),
        slice=None if found["slice"] is None else found["slice"].strip(),
        slice_value=None if found["value"] is None else found["value"].strip(),
        variant=found["variant"],
    )


def _limit(number: str, text: str, measure: Measure) -> float | None:
    if number.casefold() in _LEFT_OUT:
        return None
    is_percent = number.endswith("%")
    try:
        value = Decimal(number.removesuffix("%").strip().replace("_", "x"))
    except InvalidOperation:
        raise PromiseError(
            f'the term "{text}" has no number for a limit. Write one without separators, or "none".'
        ) from None
    if is_percent and measure.high > 1:
        raise PromiseError(f'the term "{text}" is in "{measure.unit}", not per cent. Write {number[:-1]}.')
    return float(value / 100 if is_percent else value)


def with_limits(
    terms: Iterable[Term],
    stated: Iterable[StatedLimit],
    *,
    measured: Mapping[str, float | None],
    bounds: Mapping[str, float | None],
    currency: str | None = None,
) -> tuple[Term, ...]:
    """Put stated limits in the place of proposed ones, or beside them.

    Parameters
    ----------
    terms : iterable of Term
        As proposed.
    stated : iterable of StatedLimit
        Two for one name may set its two sides.
    measured, bounds : mapping of str to float or None
        As in `propose_terms`; a limit below its bound gets a note that it is stricter than the cases bear out.
    currency : str or None
        Of costs.

    Returns
    -------
    tuple of Term
        First those proposed, then the others in the order stated.

    Raises
    ------
    PromiseError
        If a limit is impossible or contradicts another.
    """
    found = {term.name: term for term in terms}
    touched: set[str] = set()
    for limit in stated:
        before = found.get(limit.name) if limit.name in touched else None
        touched.add(limit.name)
        if limit.limit is None:
            found.pop(limit.name, None)
            continue
        if before is None:
            found[limit.name] = _term(limit, limit.limit, measured, bounds, currency)
        elif limit.side == "at_most":
            found[limit.name] = replace(before, at_most=limit.limit)
        else:
            found[limit.name] = replace(before, at_least=limit.limit)
    return tuple(found.values())


def _term(
    stated: StatedLimit,
    limit: float,
    measured: Mapping[str, float | None],
    bounds: Mapping[str, float | None],
    currency: str | None,
) -> Term:
    is_of_all = stated.slice is None and stated.variant is None
    bound = bounds.get(stated.measure) if is_of_all and stated.side == "at_most" else None
    unit = MEASURES[stated.measure].unit
    return Term(
        stated.measure,
        at_most=limit if stated.side == "at_most" else None,
        at_least=limit if stated.side == "at_least" else None,
        measured=measured.get(stated.measure) if is_of_all else None,
        unit=f"{currency} {unit}" if unit == "a day" and currency else unit,
        slice=stated.slice,
        slice_value=stated.slice_value,
        variant=stated.variant,
        note="" if bound is None or limit >= bound else _too_strict(bound),
    )


def _too_strict(bound: float) -> str:
    return f"Stricter than these cases bear out: {round_up(bound):g} cannot be ruled out."
