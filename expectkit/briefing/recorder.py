"""Write the record: take what was measured, round each number once, and put it into words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from expectkit.briefing.agreement import printed_values
from expectkit.briefing.baseline_records import accuracies, baseline_records
from expectkit.briefing.business_writer import BusinessEvidence, with_business
from expectkit.briefing.certainty import COST, certainty
from expectkit.briefing.failure_writer import (
    FailureEvidence,
    failure_sentences,
    failures_record,
    groups_records,
)
from expectkit.briefing.headlines import cards, deck, dots, headline
from expectkit.briefing.instead import instead
from expectkit.briefing.printed import PrintedVolumes
from expectkit.briefing.promise_words import PromiseRecord, StandingPromise, is_about, promise_record
from expectkit.briefing.record import (
    SCHEMA_VERSION,
    Audience,
    ModelRecord,
    OptimismRecord,
    PrevalenceRecord,
    Provenance,
    Record,
    SettingRecord,
    ThresholdChoice,
    ThresholdColumns,
    TrafficRecord,
    Warned,
    WeekdayRangeRecord,
    WeekdayRecord,
)
from expectkit.briefing.remarks import basis_remarks, prevalence_text, remarks, rule_text, traffic_text
from expectkit.briefing.setting_records import VOLUME_NAMES, counts_record, rate_records, volume_records
from expectkit.briefing.statements import (
    SettingFacts,
    Statement,
    expectation,
    setting_facts,
    step_between,
)
from expectkit.briefing.vocabulary import Words, clean_text, sentence_case
from expectkit.briefing.wording import count_text, percent_text, threshold_text
from expectkit.measure.intervals import FloatArray
from expectkit.measure.sweep import Sweep
from expectkit.measure.volumes import DailyVolumes, VolumeCurves

if TYPE_CHECKING:
    from expectkit.measure.operating_point import OperatingPoint
    from expectkit.measure.prevalence import DayProfile, Traffic
    from expectkit.measure.settings import NamedSetting
    from expectkit.measure.simple_baselines import SimpleBaseline

LONGEST_REQUEST = 500
"""Letters of a request or a banner that a page shows."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Everything that was measured, before it is rounded and put into words.

    Parameters
    ----------
    model, words, audience, provenance
        What the record takes over as it is.
    day : DayProfile
    sweep : Sweep
    curves : VolumeCurves
        Over the thresholds of the sweep.
    operating : OperatingPoint
    chosen_on_these_cases : bool
        Whether the operating threshold was chosen by looking at these cases.
    settings : sequence of (NamedSetting, DailyVolumes)
        Side by side, ascending by threshold; exactly one of them is named "proposed".
    baselines : sequence of SimpleBaseline
    current_name : str
        What the process of today is called.
    n_cases_at_threshold : int or None
        Cases whose score equals the operating threshold; None when they were not counted.
    shown_thresholds : sequence of int
        Places in the sweep that the record shows.
    confirmed_on_fresh_cases : bool
        Whether these cases played no part in choosing the threshold.
    warnings : sequence of Warned
    promise : StandingPromise or None
        The agreed promise to show.
    failures : FailureEvidence or None
        What going wrong looks like, when it was looked at.
    business : BusinessEvidence or None
        Costs, reviews, today's process, goals and the launch.
    """

    model: ModelRecord
    words: Words
    audience: Audience
    provenance: Provenance
    day: DayProfile
    sweep: Sweep
    curves: VolumeCurves
    operating: OperatingPoint
    chosen_on_these_cases: bool
    settings: Sequence[tuple[NamedSetting, DailyVolumes]]
    baselines: Sequence[SimpleBaseline]
    current_name: str
    n_cases_at_threshold: int | None
    shown_thresholds: Sequence[int]
    confirmed_on_fresh_cases: bool
    warnings: Sequence[Warned] = ()
    promise: StandingPromise | None = None
    failures: FailureEvidence | None = None
    business: BusinessEvidence | None = None


def write_record(evidence: Evidence) -> Record:
    """Round every number once and write every sentence.

    Parameters
    ----------
    evidence : Evidence

    Returns
    -------
    Record
        What all pages are drawn from.
    """
    facts = [
        setting_facts(
            evidence.sweep.counts_at(volumes.threshold),
            volumes,
            leaves_out_days=evidence.day.traffic.n_days_without > 0,
        )
        for _, volumes in evidence.settings
    ]
    at = next(i for i, (named, _) in enumerate(evidence.settings) if named.name == "proposed")
    settings = _settings(evidence, facts, at)
    operating = settings[at]
    choice = _choice(evidence)
    baselines = baseline_records(
        evidence.baselines,
        facts[at].printed,
        current_name=sentence_case(evidence.current_name),
        today=_today(evidence),
    )
    record = Record(
        schema_version=SCHEMA_VERSION,
        model=replace(evidence.model, version=clean_text(evidence.model.version)),
        words=evidence.words,
        audience=_cleaned(evidence.audience),
        provenance=replace(
            evidence.provenance, banner=clean_text(evidence.provenance.banner, LONGEST_REQUEST)
        ),
        traffic=_traffic(evidence),
        prevalence=_prevalence(evidence),
        operating_threshold=operating.threshold,
        threshold_choice=choice,
        counts=operating.counts,
        rates=operating.rates,
        per_day=operating.per_day,
        per_weekday=_weekdays(evidence, at),
        settings=settings,
        thresholds=_columns(evidence),
        simple_baselines=baselines,
        instead=instead(
            evidence.words,
            facts[at],
            accuracies=accuracies(baselines),
            has_current_process=any(way.key == "current process" for way in evidence.baselines),
        ),
        statements=_statements(evidence, facts[at], choice),
        warnings=tuple(evidence.warnings),
        promise=_promise(evidence, operating),
        failures=None if evidence.failures is None else failures_record(evidence.failures),
        slices=() if evidence.failures is None else groups_records(evidence.failures),
    )
    if evidence.business is None:
        return record
    simultaneous = [volumes.is_simultaneous for _, volumes in evidence.settings]
    return with_business(record, evidence.business, facts, evidence.shown_thresholds, simultaneous)


def _cleaned(audience: Audience) -> Audience:
    """Cut what would fill pages by itself: one request, one role, the name of the team."""
    return Audience(
        clean_text(audience.team),
        tuple(clean_text(text, LONGEST_REQUEST) for text in audience.asks),
        tuple(clean_text(text) for text in audience.sign_off),
    )


def _settings(evidence: Evidence, facts: Sequence[SettingFacts], at: int) -> tuple[SettingRecord, ...]:
    written = []
    for i, (named, volumes) in enumerate(evidence.settings):
        statements = list(expectation(evidence.words, facts[i]))
        step = step_between(evidence.words, facts[at], facts[i]) if i != at else None
        if step is not None:
            statements.append(step)
        written.append(
            SettingRecord(
                name="Agreed" if _is_agreed(evidence, named.threshold) else sentence_case(named.name),
                threshold=named.threshold,
                printed_threshold=threshold_text(named.threshold),
                is_operating=i == at,
                counts=counts_record(facts[i].counts),
                rates=rate_records(facts[i], volumes),
                per_day=volume_records(volumes, facts[i].printed, evidence.words),
                statements=tuple(statements),
            )
        )
    return tuple(written)


def _today(evidence: Evidence) -> PrintedVolumes | None:
    people = None if evidence.business is None else evidence.business.people
    return None if people is None or people.today is None else people.today.printed


def _promise(evidence: Evidence, operating: SettingRecord) -> PromiseRecord | None:
    if evidence.promise is None:
        return None
    return promise_record(
        evidence.promise,
        evidence.words,
        model=(evidence.model.name, evidence.model.version),
        threshold=operating.threshold,
        sha256s=frozenset(item.sha256 for item in evidence.provenance.inputs),
        printed=printed_values(operating),
    )


def _is_agreed(evidence: Evidence, threshold: float) -> bool:
    """Return whether the standing promise is about this model at this threshold."""
    standing = evidence.promise
    if standing is None or standing.promise.threshold != threshold:
        return False
    return is_about(standing.promise, (evidence.model.name, evidence.model.version))


def _choice(evidence: Evidence) -> ThresholdChoice:
    point = evidence.operating
    return ThresholdChoice(
        rule=rule_text(
            point.rule, point.threshold, evidence.words, knows_days=_knows_days(evidence.day.traffic)
        ),
        chosen_on_these_cases=evidence.chosen_on_these_cases,
        is_simultaneous=any(
            volumes.is_simultaneous for named, volumes in evidence.settings if named.name == "proposed"
        ),
        confirmed_on_fresh_cases=evidence.confirmed_on_fresh_cases,
        n_cases_at_threshold=evidence.n_cases_at_threshold,
        optimism=tuple(
            OptimismRecord(name, stated, corrected, percent_text(stated), percent_text(corrected))
            for name, stated, corrected in _optimism(point)
        ),
    )


def _knows_days(traffic: Traffic) -> bool:
    return bool(traffic.daily) or traffic.variation is not None


def _optimism(point: OperatingPoint) -> list[tuple[str, float, float]]:
    if point.optimism is None:
        return []
    found = {
        "false_negative_rate": point.optimism.false_negative_rate,
        "false_positive_rate": point.optimism.false_positive_rate,
    }
    return [(name, pair.stated, min(max(pair.corrected, 0.0), 1.0)) for name, pair in found.items()]


def _cost_optimism(point: OperatingPoint) -> list[tuple[str, float, float]]:
    """Return the cost a day as stated and corrected, where the lowest cost chose the setting."""
    cost = None if point.optimism is None else point.optimism.cost_per_day
    if cost is None or point.rule.kind != "lowest cost":
        return []
    return [(COST, cost.stated, cost.corrected)]


def _traffic(evidence: Evidence) -> TrafficRecord:
    traffic = evidence.day.traffic
    low, high = (float(limit) for limit in traffic.limits(0.05))
    return TrafficRecord(
        traffic.mean,
        low,
        high,
        traffic.source,
        len(traffic.daily),
        traffic.variation,
        traffic_text(evidence.day),
    )


def _prevalence(evidence: Evidence) -> PrevalenceRecord:
    known, sweep = evidence.day.prevalence, evidence.sweep
    low, high = (float(limit) for limit in known.limits(0.05))
    n_cases = sweep.n_positives + sweep.n_negatives
    return PrevalenceRecord(
        known.value,
        low,
        high,
        known.source,
        sweep.n_positives / n_cases,
        prevalence_text(evidence.day, evidence.words),
    )


def _weekdays(evidence: Evidence, at: int) -> tuple[WeekdayRecord, ...]:
    return tuple(
        WeekdayRecord(
            weekday=WEEKDAYS[day.weekday],
            n_days=day.n_days,
            per_day={
                name: WeekdayRangeRecord(
                    found.mean, found.typical_low, found.typical_high, count_text(found.mean)
                )
                for name in VOLUME_NAMES
                if (found := getattr(day, name)) is not None
            },
        )
        for day in evidence.settings[at][1].per_weekday
    )


def _columns(evidence: Evidence) -> ThresholdColumns:
    shown = np.asarray(evidence.shown_thresholds, dtype=np.intp)
    curves = evidence.curves

    def column(values: FloatArray) -> tuple[float, ...]:
        return tuple(values[shown].tolist())

    return ThresholdColumns(
        threshold=column(evidence.sweep.thresholds),
        n_true_positives=tuple(evidence.sweep.n_true_positives[shown].tolist()),
        n_false_positives=tuple(evidence.sweep.n_false_positives[shown].tolist()),
        missed_positives=column(curves.missed_positives.mean),
        missed_positives_low=column(curves.missed_positives.low),
        missed_positives_high=column(curves.missed_positives.high),
        caught_positives=column(curves.caught_positives.mean),
        caught_positives_low=column(curves.caught_positives.low),
        caught_positives_high=column(curves.caught_positives.high),
        flagged_negatives=column(curves.flagged_negatives.mean),
        flagged_negatives_low=column(curves.flagged_negatives.low),
        flagged_negatives_high=column(curves.flagged_negatives.high),
    )


def _statements(evidence: Evidence, facts: SettingFacts, choice: ThresholdChoice) -> tuple[Statement, ...]:
    words, provenance = evidence.words, evidence.provenance
    return (
        *expectation(words, facts),
        headline(words, facts),
        deck(
            words,
            facts,
            version=clean_text(evidence.model.version),
            setting="agreed" if _is_agreed(evidence, facts.threshold) else "proposed",
        ),
        *cards(words, facts),
        *dots(words, facts),
        *(() if evidence.failures is None else failure_sentences(words, evidence.failures, facts.printed)),
        *certainty(
            words,
            facts,
            evidence.day,
            is_simultaneous=choice.is_simultaneous,
            chosen_on_these_cases=choice.chosen_on_these_cases,
            confirmed_on_fresh_cases=choice.confirmed_on_fresh_cases,
            optimism=[*_optimism(evidence.operating), *_cost_optimism(evidence.operating)],
            n_clusters=provenance.n_clusters,
            currency=(evidence.business.currency if evidence.business is not None else None) or "",
        ),
        *remarks(words, facts, is_simultaneous=choice.is_simultaneous),
        *basis_remarks(
            words,
            score_low=provenance.score_low,
            score_high=provenance.score_high,
            compare=provenance.compare,
            n_cases_at_threshold=evidence.n_cases_at_threshold,
            n_clusters=provenance.n_clusters,
            n_cases=provenance.n_kept,
        ),
    )
