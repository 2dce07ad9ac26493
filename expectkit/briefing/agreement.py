"""From a record to the promise it could carry: measured values, bounds, conditions, and what else was looked at."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import replace

from expectkit.briefing.agreed_words import words_to_carry
from expectkit.briefing.record import Provenance, RateRecord, Record, SettingRecord, VolumeRecord
from expectkit.briefing.wording import date_range_text, number_text, threshold_text
from expectkit.errors import PromiseError
from expectkit.promise.agreement import Conditions, Decision, Promise, RejectedSetting, agree
from expectkit.promise.proposal import StatedLimit, propose_terms, with_limits

VOLUMES = {
    "missed_positives_per_day": "missed_positives",
    "flagged_negatives_per_day": "flagged_negatives",
    "caught_positives_per_day": "caught_positives",
    "flagged_per_day": "flagged",
    "cost_per_day": "cost",
}
RATES = ("false_negative_rate", "false_positive_rate", "true_positive_rate", "precision", "selection_rate")


def measured_values(place: Record | SettingRecord) -> dict[str, float]:
    """Return what was measured at a setting, by the names of the measures of a promise.

    Parameters
    ----------
    place : Record or SettingRecord
        A record stands for its operating setting.

    Returns
    -------
    dict of str to float
        Without what there were too few cases to state as a number.
    """
    volumes = {name: place.per_day[key].mean for name, key in VOLUMES.items() if key in place.per_day}
    rates = {name: place.rates[name].value for name in RATES if name in place.rates}
    return {name: value for name, value in (volumes | rates).items() if value is not None}


def printed_values(place: Record | SettingRecord) -> dict[str, tuple[float, str]]:
    """Return what was measured at a setting with the text that pages print of it, by the names of measures."""
    found: dict[str, tuple[float, str]] = {}
    for name, value in measured_values(place).items():
        if name in RATES:
            printed = place.rates[name].printed
        else:
            volume = place.per_day[VOLUMES[name]].printed
            about = "about " if volume.is_about else ""
            printed = None if volume.mean is None else f"{about}{volume.mean} a {volume.period}"
        if printed is not None:
            found[name] = (value, printed)
    return found


def upper_bounds(place: Record | SettingRecord) -> dict[str, float]:
    """Return one-sided 95 % upper bounds at a setting, by the names of the measures of a promise.

    They hold for all settings at once where the record's ranges do. What may not be stated at all has none.
    """
    entries: dict[str, VolumeRecord | RateRecord] = {
        name: place.per_day[key] for name, key in VOLUMES.items() if key in place.per_day
    }
    entries |= {name: place.rates[name] for name in RATES if name in place.rates}
    return {
        name: entry.upper_bound
        for name, entry in entries.items()
        if entry.upper_bound is not None and entry.level != "refuse"
    }


def draft_promise(record: Record) -> Promise:
    """Draft the promise a record could carry; it binds nobody until it is agreed.

    Parameters
    ----------
    record : Record

    Returns
    -------
    Promise
        A draft, with terms from the upper bounds the record states.
    """
    traffic, prevalence = record.traffic, record.prevalence
    return Promise(
        status="draft",
        model_name=record.model.name,
        model_version=record.model.version,
        threshold=record.operating_threshold,
        terms=propose_terms(measured_values(record), upper_bounds(record)),
        conditions=Conditions(
            traffic.low, traffic.high, prevalence.low, prevalence.high, population_text(record)
        ),
        confirmed_on_fresh_cases=record.threshold_choice.confirmed_on_fresh_cases,
        sentence=record.statement("expectation"),
        ranges=record.statement("expectation.ranges"),
        evidence=evidence_of(record),
        words=words_to_carry(record.words),
    )


def evidence_of(record: Record) -> dict[str, str]:
    """Return the sha256 of each input file by name; two files of one name are told apart by a number."""
    found: dict[str, str] = {}
    for item in record.provenance.inputs:
        name, number = item.name, 2
        while name in found:
            name, number = f"{item.name} ({number})", number + 1
        found[name] = item.sha256
    return found


def population_text(record: Record) -> str:
    """Say which cases the numbers are about.

    Returns
    -------
    str
        Such as "transactions like the 232,493 tested, from 2 to 29 March 2026".
    """
    days = _days(record.provenance)
    return f"{record.words.case.plural} like the {number_text(record.provenance.n_kept)} tested{days}"


def _days(provenance: Provenance) -> str:
    if provenance.n_days == 0:
        return ""
    try:
        first, last = (
            datetime.date.fromisoformat(day) for day in (provenance.first_day, provenance.last_day)
        )
    except ValueError:
        return f", from {provenance.first_day} to {provenance.last_day}"
    return (
        f", from {date_range_text(first, last)}" if first != last else f", of {date_range_text(first, last)}"
    )


def agreed_promise(
    record: Record,
    decision: Decision,
    *,
    limits: Iterable[StatedLimit] = (),
    rejected: Mapping[float, str] | None = None,
    population: str | None = None,
    currency: str | None = None,
    model_sha256: str = "",
    replaces: str = "",
) -> Promise:
    """Turn a record at the chosen threshold, and a decision, into an agreement.

    Parameters
    ----------
    record : Record
        Its operating threshold is the chosen one.
    decision : Decision
    limits : iterable of StatedLimit
        Limits that people stated, in the place of the proposed ones or beside them.
    rejected : mapping of float to str
        Thresholds that were not chosen, each with why ("" when nobody said); each a setting of the record.
    population : str or None
        Which cases the terms are about; from the record when left out.
    currency : str or None
        Of costs.
    model_sha256 : str
        Of the model's file.
    replaces : str
        Seal of the promise this one replaces.

    Returns
    -------
    Promise
        Agreed.

    Raises
    ------
    PromiseError
        If a limit is impossible, a rejected threshold is the chosen one or was not measured, or no term is left.
    """
    draft = draft_promise(record)
    terms = with_limits(
        draft.terms,
        limits,
        measured=measured_values(record),
        bounds=upper_bounds(record),
        currency=currency,
    )
    if not terms:
        raise PromiseError(
            "a promise needs a term, and the cases are too few to propose one. Bring more labelled cases, or state "
            "a limit with --term."
        )
    conditions = draft.conditions
    if population is not None:
        conditions = replace(conditions, population=population)
    settings = tuple(_rejected(record, threshold, why) for threshold, why in (rejected or {}).items())
    return agree(
        draft,
        decision,
        terms=terms,
        conditions=conditions,
        rejected=settings,
        model_sha256=model_sha256,
        replaces=replaces,
    )


def _rejected(record: Record, threshold: float, why: str) -> RejectedSetting:
    setting = next((item for item in record.settings if item.threshold == threshold), None)
    if setting is None:
        raise PromiseError(
            f"the rejected setting {threshold_text(threshold)} was not measured. Name it as a candidate too."
        )
    sentence = next((item.text for item in setting.statements if item.id == "expectation"), "")
    return RejectedSetting(threshold, sentence, measured_values(setting), why)
