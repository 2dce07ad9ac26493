"""Draft the terms a launch could promise, from what was measured."""

from __future__ import annotations

import math
from collections.abc import Mapping

from expectkit.promise.terms import MEASURES, Conditions, Promise, Term


def propose_terms(
    measured: Mapping[str, float | None], bounds: Mapping[str, float | None]
) -> tuple[Term, ...]:
    """Turn one-sided upper bounds into terms.

    Parameters
    ----------
    measured : mapping of str to float or None
        What was measured, by the names of `expectkit.promise.terms.MEASURES`.
    bounds : mapping of str to float or None
        Upper bounds at one-sided 95 % for the same names; None where there were too few cases to say
        anything, which leaves the term out.

    Returns
    -------
    tuple of Term
        In the order of `MEASURES`. Limits are rounded outward, to two digits for rates and to the unit that is
        a hundredth of the bound for volumes, so that rounding never makes a promise stricter than the evidence.

    Examples
    --------
    >>> propose_terms({"false_negative_rate": 0.05}, {"false_negative_rate": 0.0776})
    (Term(measure='false_negative_rate', at_most=0.078, measured=0.05),)
    """
    terms = []
    for name in MEASURES:
        value, bound = measured.get(name), bounds.get(name)
        if value is not None and bound is not None:
            terms.append(Term(name, at_most=round_up(bound), measured=value))
    return tuple(terms)


def round_up(bound: float) -> float:
    """Round a bound up to two digits below 100, and to whole numbers with three digits above.

    Examples
    --------
    >>> round_up(0.07756), round_up(22.96), round_up(227.5), round_up(0.0)
    (0.078, 23.0, 228.0, 0.0)
    """
    if bound <= 0:
        return 0.0
    digits = 2 if bound < 100 else 3
    exponent = math.floor(math.log10(bound)) - digits + 1
    scaled = math.ceil(round(bound / 10.0**exponent, 9))
    return float(f"{scaled}e{exponent}")


def propose(
    *,
    model_name: str,
    model_version: str,
    threshold: float,
    terms: tuple[Term, ...],
    conditions: Conditions,
    confirmed_on_fresh_cases: bool,
    sentence: str,
    evidence: Mapping[str, str],
) -> Promise:
    """Put a draft promise together; it binds nobody until it is agreed."""
    return Promise(
        status="draft",
        model_name=model_name,
        model_version=model_version,
        threshold=threshold,
        terms=terms,
        conditions=conditions,
        confirmed_on_fresh_cases=confirmed_on_fresh_cases,
        sentence=sentence,
        evidence=dict(evidence),
    )
