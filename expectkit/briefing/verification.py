"""Is a record whole, and do a record and a promise say the same? One check a line, in words."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from expectkit.briefing.agreement import measured_values
from expectkit.briefing.promise_words import is_about, value_text
from expectkit.briefing.record import Counts, Record
from expectkit.briefing.wording import (
    as_number,
    count_text,
    exact,
    number_text,
    percent_range,
    threshold_text,
)
from expectkit.promise.agreement import Promise
from expectkit.promise.terms import MEASURES, Term

_SAME = 1e-9  # relative; what JSON and TOML keep of a float is exact, arithmetic on the way is not


@dataclass(frozen=True, slots=True)
class Check:
    """One question, whether the answer is as it should be, and the answer in words."""

    subject: str
    is_right: bool
    text: str


# ------------------------------------------------------------------------------------------- one record alone


def check_record(record: Record) -> tuple[Check, ...]:
    """Check that the numbers of a record agree with each other.

    Parameters
    ----------
    record : Record

    Returns
    -------
    tuple of Check
        The ones that fail; or, when all hold, a single one that says so.
    """
    faults = tuple(Check("Record", False, text) for text in _faults(record))
    if faults:
        return faults
    return (Check("Record", True, "its counts, rates, settings and sentences agree with each other."),)


def _faults(record: Record) -> Iterator[str]:
    yield from _count_faults(record)
    yield from _setting_faults(record)
    yield from _rate_faults(record)
    yield from _text_faults(record)


def _count_faults(record: Record) -> Iterator[str]:
    counts, n_kept = record.counts, record.provenance.n_kept
    n_counted = _n_positives(counts) + counts.n_false_positives + counts.n_true_negatives
    if n_counted != n_kept:
        yield f"the four outcomes add up to {number_text(n_counted)} cases, but {number_text(n_kept)} were used."
    columns = record.thresholds
    if record.operating_threshold in columns.threshold:
        at = columns.threshold.index(record.operating_threshold)
        there = columns.n_true_positives[at], columns.n_false_positives[at]
        if there != (counts.n_true_positives, counts.n_false_positives):
            yield "the counts at the setting are not those that its list of settings gives there."


def _n_positives(counts: Counts) -> int:
    return counts.n_true_positives + counts.n_false_negatives


def _setting_faults(record: Record) -> Iterator[str]:
    operating = [setting for setting in record.settings if setting.is_operating]
    if len(operating) != 1:
        yield f"it marks {len(operating)} settings as the operating one; there is always one."
        return
    setting = operating[0]
    for name, here, there in (
        ("threshold", record.operating_threshold, setting.threshold),
        ("counts", record.counts, setting.counts),
        ("rates", dict(record.rates), dict(setting.rates)),
        ("volumes a day", dict(record.per_day), dict(setting.per_day)),
    ):
        if here != there:
            yield f"the {name} at the top are not those of the operating setting."
    stated = next((item.text for item in setting.statements if item.id == "expectation"), "")
    if stated != record.statement("expectation"):
        yield "the sentence at the top is not that of the operating setting."


def _rate_faults(record: Record) -> Iterator[str]:
    counts = record.counts
    n_negatives = counts.n_false_positives + counts.n_true_negatives
    expected = {
        "false_negative_rate": (counts.n_false_negatives, _n_positives(counts)),
        "false_positive_rate": (counts.n_false_positives, n_negatives),
    }
    for name, rate in record.rates.items():
        if not record.provenance.is_weighted and name in expected:
            pair = rate.numerator, rate.denominator
            if pair != expected[name]:
                yield (
                    f"{name} is taken over {pair[0]:g} of {pair[1]:g}, but the counts give {expected[name][0]:g} "
                    + (f"of {expected[name][1]:g}.")
                )
        if rate.value is not None and name != "precision" and rate.denominator > 0:
            value = rate.numerator / rate.denominator
            if not math.isclose(value, rate.value, rel_tol=_SAME, abs_tol=_SAME):
                yield f"{name} is {rate.value:g}, but its counts give {value:g}."


def _text_faults(record: Record) -> Iterator[str]:
    for name, volume in record.per_day.items():
        printed = volume.printed
        value = printed.values.get("mean")
        if printed.mean is not None and value is not None and as_number(printed.mean) != value:
            yield f"{name} is printed as {printed.mean}, but stands for {number_text(value)}."
    for statement in record.statements:
        if statement.id != "expectation":
            continue
        for key, value in statement.values.items():
            shown = number_text(value) if key.endswith(".mean") else f"{number_text(exact(value) * 100)}%"
            if (key.endswith(".mean") or key in record.rates) and shown not in statement.text:
                yield f"the sentence does not hold {shown}, the number it was written from ({key})."


# ------------------------------------------------------------------------------------- a record and a promise


def check_match(record: Record, promise: Promise, seal: str) -> tuple[Check, ...]:
    """Compare a record with a promise.

    Parameters
    ----------
    record : Record
    promise : Promise
    seal : str
        Of the promise.

    Returns
    -------
    tuple of Check
        Model, setting, cases, seal, conditions, sentence and each term the record can answer.
    """
    same_cases = _input_hashes(record) == frozenset(promise.evidence.values())
    same_setting = record.operating_threshold == promise.threshold
    return (
        _model(record, promise),
        _setting(record, promise),
        _cases(same_cases),
        *_seal(record, promise, seal),
        *_conditions(record, promise),
        *(_sentence(record, promise) if same_cases and same_setting else ()),
        *_terms(record, promise, same_numbers=same_cases and same_setting),
    )


def _input_hashes(record: Record) -> frozenset[str]:
    return frozenset(item.sha256 for item in record.provenance.inputs)


def _model(record: Record, promise: Promise) -> Check:
    here = f"{record.model.name} {record.model.version}".strip()
    there = f"{promise.model_name} {promise.model_version}".strip()
    if is_about(promise, (record.model.name, record.model.version)):
        return Check("Model", True, f"both are about {here}.")
    return Check("Model", False, f"the record is about {here}, the promise about {there}.")


def _setting(record: Record, promise: Promise) -> Check:
    here, there = threshold_text(record.operating_threshold), threshold_text(promise.threshold)
    if here == there:
        return Check("Setting", True, f"both have {here}.")
    return Check("Setting", False, f"the record has {here}, the promise {there}.")


def _cases(same_cases: bool) -> Check:
    if same_cases:
        return Check("Cases", True, "both rest on the same files, by their SHA-256.")
    return Check("Cases", False, "the record rests on other files than the promise, by their SHA-256.")


def _seal(record: Record, promise: Promise, seal: str) -> Iterator[Check]:
    shown = record.promise
    if shown is None or promise.status != "agreed":
        return
    if shown.seal == seal:
        yield Check("Seal", True, f"the record shows the promise sealed {seal[:16]}, this one.")
    else:
        yield Check(
            "Seal", False, f"the record shows a promise sealed {shown.seal[:16]}, this one is {seal[:16]}."
        )


def _conditions(record: Record, promise: Promise) -> Iterator[Check]:
    known, traffic, mix = promise.conditions, record.traffic.mean, record.prevalence.value
    low, high = known.cases_per_day_low, known.cases_per_day_high
    span = f"{number_text(math.floor(low))} to {number_text(math.ceil(high))} a day"
    is_inside = _is_within(traffic, low, high)
    place = "within" if is_inside else "outside"
    yield Check("Traffic", is_inside, f"{count_text(traffic)} a day, {place} the promised {span}.")
    is_inside = _is_within(mix, known.prevalence_low, known.prevalence_high)
    first, last = percent_range(known.prevalence_low, known.prevalence_high)
    place = "within" if is_inside else "outside"
    shown = value_text(mix, "fraction from 0 to 1")
    yield Check("Mix", is_inside, f"{shown} positive, {place} the promised {first} to {last}.")


def _is_within(value: float, low: float, high: float) -> bool:
    return low * (1 - _SAME) <= value <= high * (1 + _SAME)


def _sentence(record: Record, promise: Promise) -> tuple[Check, ...]:
    if promise.sentence == record.statement("expectation"):
        return (Check("Sentence", True, "both say the same, to the letter."),)
    return (Check("Sentence", False, "the promise quotes another sentence than the record's."),)


def _terms(record: Record, promise: Promise, *, same_numbers: bool) -> Iterator[Check]:
    measured = measured_values(record)
    for term in promise.terms:
        value = measured.get(term.name)
        if value is None:
            continue
        if same_numbers and term.measured is not None and not _equal(value, term.measured):
            yield Check(
                f"Term {term.name}",
                False,
                f"the record measured {_shown(value, term)}, the promise says {_shown(term.measured, term)}.",
            )
        elif term.is_kept_by(value):
            yield Check(
                f"Term {term.name}", True, f"{_shown(value, term)} measured, {_limits(term)} promised."
            )
        else:
            yield Check(
                f"Term {term.name}", False, f"{_shown(value, term)} measured, but {_limits(term)} promised."
            )


def _equal(first: float, second: float) -> bool:
    return math.isclose(first, second, rel_tol=_SAME, abs_tol=_SAME)


def _shown(value: float, term: Term) -> str:
    """Write a measured value finely enough that rounding cannot hide which side of a limit it is on."""
    digits = f"{value:.6g}"
    if MEASURES[term.measure].high == 1:
        return f"{number_text(exact(float(digits)) * 100)}%"
    return number_text(float(digits))


def _limits(term: Term) -> str:
    from expectkit.briefing.promise_words import limit_text

    return limit_text(term)
