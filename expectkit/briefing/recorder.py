"""Write the record: take what was measured, round each number once, and put it into words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from expectkit.briefing.agreement import printed_values
from expectkit.briefing.certainty import certainty
from expectkit.briefing.headlines import cards, deck, dots, headline
from expectkit.briefing.instead import instead
from expectkit.briefing.printed import PrintedVolume, PrintedVolumes, print_volumes
from expectkit.briefing.promise_words import PromiseRecord, StandingPromise, is_about, promise_record
from expectkit.briefing.record import (
    SCHEMA_VERSION,
    Audience,
    Counts,
    ModelRecord,
    OptimismRecord,
    PrevalenceRecord,
    Provenance,
    RateRecord,
    Record,
    SettingRecord,
    SimpleBaselineRecord,
    ThresholdChoice,
    ThresholdColumns,
    TrafficRecord,
    VolumeRecord,
    Warned,
    WeekdayRangeRecord,
    WeekdayRecord,
)
from expectkit.briefing.remarks import basis_remarks, prevalence_text, remarks, traffic_text
from expectkit.briefing.statements import SettingFacts, Statement, expectation, step_between
from expectkit.briefing.vocabulary import Words, sentence_case
from expectkit.briefing.wording import count_text, number_text, percent_range, percent_text, threshold_text
from expectkit.measure.intervals import FloatArray, local_alpha
from expectkit.measure.levels import level_of_rate
from expectkit.measure.new_day import MOST_DAYS, NEARLY_ALL_DAYS
from expectkit.measure.rates import Rate
from expectkit.measure.sweep import Sweep
from expectkit.measure.volumes import DailyVolume, DailyVolumes, VolumeCurves

if TYPE_CHECKING:
    from expectkit.measure.operating_point import OperatingPoint, ThresholdRule
    from expectkit.measure.prevalence import DayProfile
    from expectkit.measure.settings import NamedSetting
    from expectkit.measure.simple_baselines import SimpleBaseline

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

VolumeKey = Literal["flagged_negatives", "missed_positives", "caught_positives"]

VOLUME_NAMES = (
    "cases",
    "positives",
    "negatives",
    "flagged",
    "flagged_negatives",
    "missed_positives",
    "caught_positives",
)


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Everything that was measured, before it is rounded and put into words."""

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
    facts = [_facts(evidence, volumes) for _, volumes in evidence.settings]
    at = next(i for i, (named, _) in enumerate(evidence.settings) if named.name == "proposed")
    settings = _settings(evidence, facts, at)
    operating = settings[at]
    choice = _choice(evidence)
    return Record(
        schema_version=SCHEMA_VERSION,
        model=evidence.model,
        words=evidence.words,
        audience=evidence.audience,
        provenance=evidence.provenance,
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
        simple_baselines=_baselines(evidence, facts[at]),
        instead=instead(evidence.words, facts[at]),
        statements=_statements(evidence, facts[at], choice),
        warnings=tuple(evidence.warnings),
        promise=_promise(evidence, operating),
    )


def _facts(evidence: Evidence, volumes: DailyVolumes) -> SettingFacts:
    sweep = evidence.sweep
    place = sweep.index_of(volumes.threshold)
    wide = volumes.is_simultaneous
    return SettingFacts(
        threshold=volumes.threshold,
        counts=sweep.counts_at(volumes.threshold),
        false_negative_rate=volumes.false_negative_rate,
        false_positive_rate=volumes.false_positive_rate,
        printed=print_volumes(volumes),
        alpha_positives=float(local_alpha(sweep.effective_positives[place])) if wide else 0.05,
        alpha_negatives=float(local_alpha(sweep.effective_negatives[place])) if wide else 0.05,
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
                counts=_counts(facts[i]),
                rates=_rates(facts[i], volumes),
                per_day=_per_day(volumes, facts[i].printed),
                statements=tuple(statements),
            )
        )
    return tuple(written)


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


def _counts(facts: SettingFacts) -> Counts:
    counts = facts.counts
    return Counts(
        counts.n_true_positives, counts.n_false_positives, counts.n_true_negatives, counts.n_false_negatives
    )


def _rates(facts: SettingFacts, volumes: DailyVolumes) -> dict[str, RateRecord]:
    miss, alarm = facts.false_negative_rate, facts.false_positive_rate
    printed = facts.printed
    method = "; at all settings at once" if volumes.is_simultaneous else ""
    return {
        "false_negative_rate": _rate(miss, facts.alpha_positives, printed.false_negative_rate, method),
        "true_positive_rate": _rate(miss.complement(), facts.alpha_positives, None, method),
        "false_positive_rate": _rate(alarm, facts.alpha_negatives, printed.false_positive_rate, method),
        "precision": _precision(volumes, printed),
    }


def _rate(rate: Rate, alpha: float, printed: str | None, method: str) -> RateRecord:
    level = level_of_rate(rate)
    interval = rate.interval(alpha)
    has_range = level != "refuse" and rate.is_defined
    low, high = (
        percent_range(interval.low, interval.high, rate.value if printed else None)
        if has_range
        else (None, None)
    )
    return RateRecord(
        value=rate.value if rate.is_defined and level == "number and range" else None,
        numerator=rate.numerator,
        denominator=rate.denominator,
        low=interval.low if has_range else None,
        high=interval.high if has_range else None,
        upper_bound=_upper_bound(rate, is_simultaneous=bool(method)) if rate.is_defined else None,
        confidence_level=0.95,
        method=interval.method + method,
        level=level,
        printed=printed,
        printed_low=low,
        printed_high=high,
    )


def _upper_bound(rate: Rate, *, is_simultaneous: bool) -> float:
    """Return the one-sided 95 % bound; for all settings at once where the ranges are."""
    if not is_simultaneous:
        return rate.upper_bound()
    return rate.limits(float(local_alpha(rate.n_effective, 0.90)))[1]


def _precision(volumes: DailyVolumes, printed: PrintedVolumes) -> RateRecord:
    precision = volumes.precision
    ends: tuple[str, str] | tuple[None, None] = (None, None)
    if precision.low is not None and precision.high is not None:
        ends = percent_range(precision.low, precision.high)
    return RateRecord(
        value=precision.value,
        numerator=volumes.caught_positives.estimate or 0.0,
        denominator=volumes.flagged.estimate or 0.0,
        low=precision.low,
        high=precision.high,
        upper_bound=None,
        confidence_level=0.95,
        method="MOVER on caught against wrongly flagged, at the prevalence in production",
        level=precision.level,
        printed=printed.precision if precision.value is not None else None,
        printed_low=ends[0],
        printed_high=ends[1],
    )


def _per_day(volumes: DailyVolumes, printed: PrintedVolumes) -> dict[str, VolumeRecord]:
    return {name: _volume(getattr(volumes, name), getattr(printed, name)) for name in VOLUME_NAMES}


def _volume(volume: DailyVolume, printed: PrintedVolume) -> VolumeRecord:
    return VolumeRecord(
        mean=volume.mean,
        mean_low=volume.mean_low,
        mean_high=volume.mean_high,
        typical_low=volume.typical_low,
        typical_high=volume.typical_high,
        typical_share=MOST_DAYS,
        wide_low=volume.wide_low,
        wide_high=volume.wide_high,
        wide_share=NEARLY_ALL_DAYS,
        typical_kind=volume.typical_kind,
        upper_bound=volume.upper_bound,
        level=volume.level,
        reason=volume.reason,
        printed=printed,
    )


def _choice(evidence: Evidence) -> ThresholdChoice:
    point = evidence.operating
    return ThresholdChoice(
        rule=rule_text(point.rule),
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


def rule_text(rule: ThresholdRule) -> str:
    """Say how the operating threshold came about."""
    limit = rule.limit if rule.limit is not None else 0.0
    return {
        "value": f"{threshold_text(limit)}, as stated",
        "lowest cost": "the setting of lowest cost",
        "at_most_flagged_per_day": f"the lowest that flags at most {number_text(limit)} cases a day",
        "at_most_false_negative_rate": f"the highest with a false negative rate of at most {percent_text(limit)}",
        "at_most_false_positive_rate": f"the lowest with a false positive rate of at most {percent_text(limit)}",
        "capacity": f"the lowest that {number_text(limit)} reviews a day suffice for on 19 days of 20",
    }[rule.kind]


def _optimism(point: OperatingPoint) -> list[tuple[str, float, float]]:
    if point.optimism is None:
        return []
    found = {
        "false_negative_rate": point.optimism.false_negative_rate,
        "false_positive_rate": point.optimism.false_positive_rate,
    }
    return [(name, pair.stated, min(max(pair.corrected, 0.0), 1.0)) for name, pair in found.items()]


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
        known.value, low, high, known.source, sweep.n_positives / n_cases, prevalence_text(evidence.day)
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


def _baselines(evidence: Evidence, facts: SettingFacts) -> tuple[SimpleBaselineRecord, ...]:
    printed = facts.printed
    rows = []
    for way in evidence.baselines:
        is_model = way.key == "model"

        def shown(name: VolumeKey, way: SimpleBaseline = way, is_model: bool = is_model) -> str:
            return _shown(getattr(printed, name)) if is_model else count_text(getattr(way, name))

        rows.append(
            SimpleBaselineRecord(
                name=evidence.current_name if way.key == "current process" else BASELINE_NAMES[way.key],
                flagged_negatives=shown("flagged_negatives"),
                missed_positives=shown("missed_positives"),
                caught_positives=shown("caught_positives"),
                accuracy=percent_text(way.accuracy, 0.1),
                is_model=is_model,
            )
        )
    return tuple(rows)


BASELINE_NAMES = {
    "model": "The model at this setting",
    "flag nothing": "Flag nothing",
    "flag at random": "Flag as many, at random",
}


def _shown(printed: PrintedVolume) -> str:
    """Write a daily average of the model as it is printed elsewhere."""
    per = "" if printed.period == "day" else f" a {printed.period}"
    if printed.mean is not None:
        return f"{printed.mean}{per}"
    bound = " ".join(printed.bound) if printed.bound is not None else None
    return f"{printed.mean_range or bound or 'too few to say'}{per}"


def _statements(evidence: Evidence, facts: SettingFacts, choice: ThresholdChoice) -> tuple[Statement, ...]:
    words, provenance = evidence.words, evidence.provenance
    return (
        *expectation(words, facts),
        headline(words, facts),
        deck(
            words,
            facts,
            version=evidence.model.version,
            setting="agreed" if _is_agreed(evidence, facts.threshold) else "proposed",
        ),
        *cards(words, facts),
        *dots(words, facts),
        *certainty(
            words,
            facts,
            evidence.day,
            is_simultaneous=choice.is_simultaneous,
            chosen_on_these_cases=choice.chosen_on_these_cases,
            confirmed_on_fresh_cases=choice.confirmed_on_fresh_cases,
            optimism=_optimism(evidence.operating),
            n_clusters=provenance.n_clusters,
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
