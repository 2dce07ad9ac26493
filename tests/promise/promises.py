"""An agreed promise built by hand, and promises that hold hostile text."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

from hypothesis import strategies as st

from expectkit.briefing.vocabulary import clean_text
from expectkit.promise.agreement import (
    NOUN_KEYS,
    WORD_KEYS,
    Conditions,
    Decision,
    Promise,
    RejectedSetting,
)
from expectkit.promise.terms import MEASURES, Term

AGREED = Promise(
    status="agreed",
    model_name="fraud detection model",
    model_version="3.2",
    model_sha256="b" * 64,
    threshold=0.49,
    terms=(
        Term("missed_positives_per_day", at_most=23.0, measured=14.0),
        Term("false_negative_rate", at_most=0.078, measured=0.05),
        Term("false_negative_rate", at_most=0.1, slice="channel", note="Each channel for itself."),
    ),
    conditions=Conditions(8000.0, 8500.0, 0.033, 0.035, "transactions like the 9,300 tested"),
    confirmed_on_fresh_cases=False,
    sentence="With these settings, …",
    ranges="The average could be …",
    evidence={"scored cases.parquet": "a" * 64},
    decision=Decision("Risk committee", datetime.date(2026, 3, 12), "Few enough reviews."),
    rejected=(RejectedSetting(0.3, "More of both.", {"missed_positives_per_day": 8.0}, "too many reviews"),),
    replaces="c" * 64,
    words={"positive": ("case of fraud", "cases of fraud"), "missed": "let through"},
)

DRAFT = dataclasses.replace(AGREED, status="draft", decision=None, rejected=(), replaces="", model_sha256="")

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
names = texts.filter(lambda text: bool(text.strip()))
numbers = st.floats(0, 1e9, allow_nan=False)
fractions = st.floats(0, 1)

printable = texts.filter(lambda text: bool(clean_text(text)))
carried_words = st.fixed_dictionaries(
    {},
    optional={key: st.tuples(printable, printable) if key in NOUN_KEYS else printable for key in WORD_KEYS},
)


@st.composite
def terms(draw: st.DrawFn) -> tuple[Term, ...]:
    """Draw terms of any measure, with hostile slices and notes."""
    found: dict[str, Term] = {}
    for measure in draw(st.lists(st.sampled_from(sorted(MEASURES)), max_size=4)):
        values = fractions if MEASURES[measure].high == 1 else numbers
        low, high = sorted((draw(values), draw(values)))
        sides: dict[str, Any] = draw(
            st.sampled_from([{"at_most": high}, {"at_least": low}, {"at_most": high, "at_least": low}])
        )
        column = draw(st.none() | names)
        term = Term(
            measure,
            **sides,
            measured=draw(st.none() | values),
            unit="EUR a day" if measure == "cost_per_day" else "",
            slice=column,
            slice_value=None if column is None else draw(st.none() | texts),
            variant=draw(st.none() | names),
            note=draw(texts),
        )
        found[term.name] = term
    return tuple(found.values())


@st.composite
def promises(draw: st.DrawFn) -> Promise:
    """Draw drafts and agreements with any text a person or a file can hold."""
    cases, mix = sorted((draw(numbers), draw(numbers))), sorted((draw(fractions), draw(fractions)))
    threshold = draw(st.floats(-1e6, 1e6))
    others = draw(st.lists(st.floats(-1e6, 1e6).filter(lambda t: t != threshold), max_size=2))
    decision = draw(st.none() | st.builds(Decision, names, st.dates(), names))
    return Promise(
        status="draft" if decision is None else "agreed",
        model_name=draw(texts),
        model_version=draw(texts),
        model_sha256=draw(st.sampled_from(["", "0123456789abcdef" * 4])),
        threshold=threshold,
        terms=draw(terms()),
        conditions=Conditions(cases[0], cases[1], mix[0], mix[1], draw(texts)),
        confirmed_on_fresh_cases=draw(st.booleans()),
        sentence=draw(texts),
        ranges=draw(texts),
        evidence=draw(st.dictionaries(texts, st.just("f" * 64), max_size=3)),
        decision=decision,
        rejected=tuple(
            RejectedSetting(other, draw(texts), {"precision": draw(fractions)}, draw(texts))
            for other in others
        ),
        replaces=draw(st.sampled_from(["", "d" * 64])),
        words=draw(carried_words),
    )
