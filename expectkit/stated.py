"""What the business states, as the measures need it: columns, thresholds, rule, traffic, mix, audience."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

import expectkit
from expectkit.briefing.record import Audience, InputRecord, ModelRecord, Provenance
from expectkit.engine.local import CaseColumns
from expectkit.errors import ConfigError
from expectkit.io.case_source import CaseSource
from expectkit.io.config import require
from expectkit.io.config_tables import Config
from expectkit.io.config_values import CostColumn, KeptNegatives, PositivesOf
from expectkit.measure.bins import Compare
from expectkit.measure.histogram import Tally
from expectkit.measure.operating_point import OperatingPoint, ThresholdRule
from expectkit.measure.prevalence import (
    DayProfile,
    Prevalence,
    Traffic,
    check_prevalence_is_known,
    daily_totals,
)
from expectkit.measure.sweep import Sweep

SIGN_OFF = ("Business owner", "Risk and compliance", "Model owner")
"""Who signs when nobody was named."""

FLAGGED_TODAY = frozenset({"1", "1.0", "true", "yes", "y", "flagged", "flag", "positive", "block", "blocked"})
"""Values of a decision column that mean the case was flagged, beside the positive label itself."""


def case_columns(config: Config) -> CaseColumns:
    """Return which column means what.

    Raises
    ------
    ConfigError
        If the score or the label column is not named.
    """
    require(config, "cases.score", "cases.label")
    cases = config.cases
    return CaseColumns(
        score=cases.score or "",
        label=cases.label or "",
        positive=cases.positive,
        weight=cases.weight,
        time=cases.time,
        group=cases.group,
        slices=cases.slices,
        decision=config.baseline.decision,
    )


def stated_thresholds(config: Config, compare: Compare) -> tuple[float, ...]:
    """Return the thresholds to be counted exactly: the stated ones, and the next score after the operating one."""
    operating = config.threshold.operating
    if not isinstance(operating, float):
        return config.threshold.candidates
    return (operating, next_score(operating, compare), *config.threshold.candidates)


def next_score(threshold: float, compare: Compare) -> float:
    """Return the smallest score above a threshold that can be told from it.

    Examples
    --------
    >>> next_score(0.5, "float64") > 0.5
    True
    """
    if compare == "float32":
        return float(np.nextafter(np.float32(threshold), np.float32(np.inf)))
    return float(np.nextafter(threshold, np.inf))


def threshold_rule(config: Config) -> ThresholdRule:
    """Return the rule for the operating threshold.

    Raises
    ------
    ConfigError
        If no threshold is stated, or a rule lacks the cost or the capacity it needs.
    """
    require(config, "threshold.operating")
    operating = config.threshold.operating
    if isinstance(operating, float):
        return ThresholdRule.at(operating)
    if operating is None:
        raise ConfigError("no threshold is stated. Write operating under [threshold] or pass --threshold.")
    limit = operating.limit if operating.limit is not None else 0.0
    if operating.name == "lowest cost":
        return _lowest_cost(config)
    if operating.name == "capacity":
        require(config, "costs.review_capacity_per_day")
        return ThresholdRule.capacity(config.costs.review_capacity_per_day or 0.0)
    make = {
        "at_most_flagged_per_day": ThresholdRule.at_most_flagged_per_day,
        "at_most_false_negative_rate": ThresholdRule.at_most_false_negative_rate,
        "at_most_false_positive_rate": ThresholdRule.at_most_false_positive_rate,
    }
    return make[operating.name](limit)


def _lowest_cost(config: Config) -> ThresholdRule:
    require(config, "costs.missed_positive", "costs.flagged_negative")
    missed, flagged = config.costs.missed_positive, config.costs.flagged_negative
    if isinstance(missed, CostColumn) or isinstance(flagged, CostColumn) or missed is None or flagged is None:
        raise ConfigError(
            "the rule of lowest cost needs costs as numbers. Give the average cost of each mistake."
        )
    return ThresholdRule.lowest_cost(missed, flagged)


def is_chosen_on_these_cases(config: Config, operating: OperatingPoint) -> bool:
    """Return whether the threshold was chosen by looking at the cases it is stated on."""
    if config.threshold.chosen_on is not None:
        return config.threshold.chosen_on == "these cases"
    return operating.chosen_on_these_cases


def day_profile(config: Config, counts: Sweep, counted: Tally) -> DayProfile:
    """Return what a day in production is like.

    Raises
    ------
    ConfigError
        If traffic is not stated, or is to be observed and there is no time column.
    InputError
        If the cases look rebalanced and nobody stated production's mix.
    """
    n_positives, n_negatives = _class_sizes(counts)
    stated = config.traffic.prevalence
    known = None if stated is None else _prevalence(config, n_positives, n_negatives)
    check_prevalence_is_known(n_positives, n_negatives, known)
    prevalence = known if known is not None else Prevalence.as_in_cases(n_positives, n_negatives)
    return DayProfile(_traffic(config, counted), prevalence, counted.by_day)


def _class_sizes(counts: Sweep) -> tuple[float, float]:
    if counts.weighted_positives is None or counts.weighted_negatives is None:
        return counts.n_positives, counts.n_negatives
    return counts.weighted_positives, counts.weighted_negatives


def _prevalence(config: Config, n_positives: float, n_negatives: float) -> Prevalence:
    stated = config.traffic.prevalence
    if isinstance(stated, float):
        return Prevalence.stated(stated)
    if isinstance(stated, tuple):
        return Prevalence.ranged(*stated)
    if isinstance(stated, PositivesOf):
        return Prevalence.sampled(stated.positives, stated.of)
    if isinstance(stated, KeptNegatives):
        return Prevalence.kept_negatives(n_positives, n_negatives, stated.share)
    return Prevalence.as_in_cases(n_positives, n_negatives)


def _traffic(config: Config, counted: Tally) -> Traffic:
    require(config, "traffic.cases_per_day")
    stated, variation = config.traffic.cases_per_day, config.traffic.day_to_day_variation
    if isinstance(stated, tuple):
        return Traffic.ranged(*stated, variation=variation)
    if isinstance(stated, float):
        return Traffic.stated(stated, variation=variation)
    if counted.by_day is None:
        raise ConfigError(
            "cases_per_day is to be observed, but no time column is named. Name it with time under [cases] or "
            "--time, or state the number of cases a day."
        )
    return Traffic.observed(daily_totals(counted.by_day))


def is_flagged_today(config: Config, values: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return which values of the decision column mean that the case was flagged.

    Raises
    ------
    ConfigError
        If none or all of them do; the message shows the values.
    """
    wanted = FLAGGED_TODAY | {str(config.cases.positive).casefold()}
    flagged = np.array([value.strip().casefold() in wanted for value in values], dtype=np.bool_)
    if flagged.all() or not flagged.any():
        shown = ", ".join(repr(value) for value in values[:6])
        raise ConfigError(
            f'the decision column "{config.baseline.decision}" holds {shown}. One value must mean flagged '
            "(1, true, yes or flagged) and another must not."
        )
    return flagged


def model_record(config: Config) -> ModelRecord:
    """Return which model the briefing is about."""
    return ModelRecord(config.words_value().model_name, config.model.version or "")


def audience(config: Config) -> Audience:
    """Return who the briefing is for and what it asks of them."""
    briefing = config.briefing
    return Audience(briefing.team or "", briefing.asks, briefing.sign_off or SIGN_OFF)


def provenance(config: Config, source: CaseSource, counted: Tally, today: date) -> Provenance:
    """Return what the numbers rest on."""
    rows = counted.rows
    days = sorted(key for key in counted.by_day.keys if key) if counted.by_day is not None else []
    clusters = counted.clusters
    return Provenance(
        inputs=tuple(
            InputRecord(item.name, item.sha256, item.n_rows, item.n_bytes) for item in source.inputs()
        ),
        n_rows=rows.n_rows,
        n_kept=rows.n_kept,
        n_missing_score=rows.n_missing_score,
        n_missing_label=rows.n_missing_label,
        n_days=len(days),
        first_day=days[0] if days else "",
        last_day=days[-1] if days else "",
        is_weighted=counted.total.weights is not None,
        n_clusters=max(clusters.n_clusters) if clusters is not None else None,
        score_low=counted.score_low,
        score_high=counted.score_high,
        compare=config.cases.compare or "float64",
        date=today.isoformat(),
        expectkit_version=expectkit.__version__,
        banner=config.briefing.banner or "",
    )
