"""What the business states, as the measures need it: columns, thresholds, rule, traffic, mix, audience."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

import expectkit
from expectkit.briefing.record import Audience, InputRecord, ModelRecord, Provenance
from expectkit.briefing.review_inputs import ReviewCosts
from expectkit.engine.local import CaseColumns
from expectkit.errors import ConfigError, DataError
from expectkit.io.case_source import CaseSource, InputFile, require_columns
from expectkit.io.config import require
from expectkit.io.config_tables import Config
from expectkit.io.config_values import CasesPerDay, CostColumn, KeptNegatives, PositivesOf
from expectkit.measure.bins import Compare
from expectkit.measure.histogram import Tally
from expectkit.measure.observed_days import missing_days, weighted_totals_of_days
from expectkit.measure.operating_point import OperatingPoint, ThresholdRule
from expectkit.measure.prevalence import (
    DayProfile,
    Prevalence,
    Traffic,
    check_prevalence_is_known,
    totals_of_days,
)
from expectkit.measure.sweep import Sweep

SIGN_OFF = ("Business owner", "Risk and compliance", "Model owner")
"""Who signs when nobody was named."""

FLAGGED_TODAY = frozenset({"1", "1.0", "true", "yes", "y", "flagged", "flag", "positive", "block", "blocked"})
"""Values of a decision column that mean the case was flagged, when none of them is the positive label itself."""


def check_source(config: Config, source: CaseSource) -> None:
    """Check that every column a config names exists, that no column has two roles, and that no file is read twice.

    Parameters
    ----------
    config : Config
    source : CaseSource

    Raises
    ------
    ConfigError
        If one column is to be score, label and weight at once.
    DataError
        If a column does not exist (the nearest one is named), or two inputs are the same file.
    """
    cases = config.cases
    roles = {"score": cases.score, "label": cases.label, "weight": cases.weight}
    taken: dict[str, str] = {}
    for role, column in roles.items():
        if column is not None and column in taken:
            raise ConfigError(
                f'{config.source}: [cases] {taken[column]} and {role} both name the column "{column}". '
                "Name the column that holds each."
            )
        if column is not None:
            taken[column] = role
    single = (
        cases.score,
        cases.label,
        cases.weight,
        cases.time,
        cases.group,
        cases.id,
        cases.amount,
        cases.text,
    )
    lists = (*cases.slices, *cases.show, *cases.redact, *cases.sensitive)
    named = [column for column in (*single, config.baseline.decision, *lists) if column is not None]
    require_columns(source, tuple(dict.fromkeys(named)))


def check_inputs(inputs: Sequence[InputFile]) -> None:
    """Refuse to count the same cases twice.

    Raises
    ------
    DataError
        If two inputs have the same fingerprint.
    """
    seen: dict[str, str] = {}
    for item in inputs:
        if item.sha256 in seen:
            raise DataError(
                f"{item.name} holds the same bytes as {seen[item.sha256]}, so its cases would be counted twice. "
                "Name each file once."
            )
        seen[item.sha256] = item.name


def case_columns(config: Config) -> CaseColumns:
    """Return which column means what.

    Parameters
    ----------
    config : Config

    Returns
    -------
    CaseColumns

    Raises
    ------
    ConfigError
        If the score or the label column is not named.
    """
    cases = config.cases
    return CaseColumns(
        score=_needed(config, "cases.score"),
        label=_needed(config, "cases.label"),
        positive=cases.positive,
        weight=cases.weight,
        time=cases.time,
        group=cases.group,
        slices=tuple(dict.fromkeys((*cases.slices, *cases.sensitive))),
        decision=config.baseline.decision,
    )


def _needed(config: Config, path: str) -> Any:
    """Return the value of a key such as "cases.score", or raise ConfigError when it is not given."""
    require(config, path)
    table, key = path.split(".")
    return getattr(getattr(config, table), key)


def stated_thresholds(config: Config, compare: Compare) -> tuple[float, ...]:
    """Return the thresholds to be counted exactly: the stated ones, and the next score after the operating one.

    Parameters
    ----------
    config : Config
    compare : {"float64", "float32"}
        Precision in which scores and thresholds are compared.

    Returns
    -------
    tuple of float
        In no particular order; the next score is there to count the cases that tie at the operating threshold.
    """
    operating = config.threshold.operating
    if not isinstance(operating, float):
        return config.threshold.candidates
    return (operating, next_score(operating, compare), *config.threshold.candidates)


def next_score(threshold: float, compare: Compare) -> float:
    """Return the smallest score above a threshold that can be told from it.

    Parameters
    ----------
    threshold : float
    compare : {"float64", "float32"}
        Precision in which scores and thresholds are compared.

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

    Parameters
    ----------
    config : Config

    Returns
    -------
    ThresholdRule

    Raises
    ------
    ConfigError
        If no threshold is stated, or a rule lacks the cost, the capacity or the limit it needs. A rule of lowest cost
        has no costs where a cost differs from case to case: the cost curve then tells the threshold.
    """
    operating = _needed(config, "threshold.operating")
    if isinstance(operating, float):
        return ThresholdRule.at(operating)
    if operating.name == "lowest cost":
        return _lowest_cost(config)
    if operating.name == "capacity":
        return ThresholdRule.capacity(_needed(config, "costs.review_capacity_per_day"))
    if operating.limit is None:
        raise ConfigError(f"the rule {operating.name} needs a limit. Write it as {operating.name} = 0.05.")
    return _WITH_LIMIT[operating.name](operating.limit)


_WITH_LIMIT: Mapping[str, Callable[[float], ThresholdRule]] = {
    "at_most_flagged_per_day": ThresholdRule.at_most_flagged_per_day,
    "at_most_false_negative_rate": ThresholdRule.at_most_false_negative_rate,
    "at_most_false_positive_rate": ThresholdRule.at_most_false_positive_rate,
}


def _lowest_cost(config: Config) -> ThresholdRule:
    """Return the rule with the stated costs, or without where a cost differs from case to case."""
    missed = _needed(config, "costs.missed_positive")
    flagged = _needed(config, "costs.flagged_negative")
    caught = config.costs.caught_positive
    if isinstance(missed, CostColumn) or isinstance(flagged, CostColumn) or isinstance(caught, CostColumn):
        return ThresholdRule("lowest cost")
    return ThresholdRule.lowest_cost(missed + (caught or 0.0), flagged)


def is_chosen_on_these_cases(config: Config, operating: OperatingPoint) -> bool:
    """Return whether the threshold was chosen by looking at the cases it is stated on.

    What people stated counts; when nobody said, a rule chose on these cases and a stated value did not.
    """
    if config.threshold.chosen_on is not None:
        return config.threshold.chosen_on == "these cases"
    return operating.chosen_on_these_cases


def day_profile(config: Config, counts: Sweep, counted: Tally) -> DayProfile:
    """Return what a day in production is like.

    Parameters
    ----------
    config : Config
    counts : Sweep
        For the mix of the test cases, by weight where they are weighted.
    counted : Tally
        For the days.

    Returns
    -------
    DayProfile

    Raises
    ------
    ConfigError
        If traffic is not stated, or is to be observed and there is no time column.
    InputError
        If the cases look rebalanced and nobody stated production's mix.
    """
    prevalence = share_of_positives(config, counts)
    n_left_out = counted.rows.n_rows - counted.rows.n_kept
    return DayProfile(_traffic(config, counted), prevalence, counted.by_day, n_left_out)


def share_of_positives(config: Config, counts: Sweep) -> Prevalence:
    """Return production's share of positives: the stated one, else that of the cases.

    Parameters
    ----------
    config : Config
    counts : Sweep

    Returns
    -------
    Prevalence

    Raises
    ------
    InputError
        If the cases look rebalanced and nobody stated production's mix.
    """
    n_positives, n_negatives = _class_sizes(counts)
    known = None if config.traffic.prevalence is None else _prevalence(config, counts)
    check_prevalence_is_known(n_positives, n_negatives, known)
    return known if known is not None else _as_in_cases(counts)


def _class_sizes(counts: Sweep) -> tuple[float, float]:
    if counts.weighted_positives is None or counts.weighted_negatives is None:
        return counts.n_positives, counts.n_negatives
    return counts.weighted_positives, counts.weighted_negatives


def _as_in_cases(counts: Sweep) -> Prevalence:
    return Prevalence.as_in_cases(*_class_sizes(counts), effective_cases=counts.effective_cases)


def _prevalence(config: Config, counts: Sweep) -> Prevalence:
    stated = config.traffic.prevalence
    if isinstance(stated, float):
        return Prevalence.stated(stated)
    if isinstance(stated, tuple):
        return Prevalence.ranged(*stated)
    if isinstance(stated, PositivesOf):
        return Prevalence.sampled(stated.positives, stated.of)
    if isinstance(stated, KeptNegatives):
        return Prevalence.kept_negatives(
            *_class_sizes(counts), stated.share, effective_cases=counts.effective_cases
        )
    return _as_in_cases(counts)


def _traffic(config: Config, counted: Tally) -> Traffic:
    stated: CasesPerDay = _needed(config, "traffic.cases_per_day")
    variation = config.traffic.day_to_day_variation
    if isinstance(stated, tuple):
        return Traffic.ranged(*stated, variation=variation)
    if isinstance(stated, float):
        return Traffic.stated(stated, variation=variation)
    if counted.by_day is None:
        raise ConfigError(
            "cases_per_day is to be observed, but no time column is named. Name it with time under [cases], "
            "time=... or --time, or state the number of cases a day."
        )
    totals = observed_days(config, counted)
    _check_weights_are_cases(config, counted)
    gaps = missing_days(totals)
    return Traffic.observed(
        (total for _, total in sorted(totals.items())), 0 if gaps is None else gaps.n_missing
    )


def _check_weights_are_cases(config: Config, counted: Tally) -> None:
    """Refuse to count cases a day from weights that cannot be numbers of cases.

    Raises
    ------
    ConfigError
        If rows weigh less than 1 on average: a row stands for one case at least, itself.
    """
    weights, n_rows = counted.total.weights, counted.total.n_positives + counted.total.n_negatives
    if weights is None or float(weights.sum()) >= n_rows * (1 - 1e-9):
        return
    raise ConfigError(
        f"cases_per_day is to be observed, but the weights in column {config.cases.weight!r} are "
        f"{float(weights.sum()) / n_rows:.2g} on average, so they are not the number of cases that a row stands for. "
        "State cases_per_day as a number, or give weights of 1 and more that count cases."
    )


def observed_days(config: Config, counted: Tally) -> dict[str, int]:
    """Return how many cases each day brought, by its ISO date; empty without a time column.

    Rows left out for want of a score or a label count, and negatives of which only a part was kept count as many
    times as they stand for. A weighted row counts as many times as it weighs.

    Parameters
    ----------
    config : Config
    counted : Tally
    """
    if counted.by_day is None:
        return {}
    mix = config.traffic.prevalence
    kept_share = mix.share if isinstance(mix, KeptNegatives) else 1.0
    if counted.weights_by_day is not None:
        return weighted_totals_of_days(counted.weights_by_day, kept_share)
    return totals_of_days(counted.by_day, kept_share, counted.rows_by_day)


def is_flagged_today(
    config: Config, values: Sequence[str], column: str | None = None
) -> npt.NDArray[np.bool_]:
    """Return which values of the decision column mean that the case was flagged.

    The positive label itself, when it is among the values (decisions then use the words of the labels); otherwise
    the members of `FLAGGED_TODAY`. Case and surrounding space do not count.

    Parameters
    ----------
    config : Config
    values : sequence of str, length n_values
        All that occur; "" stands for cases without a decision and is never flagged.
    column : str or None
        What messages call the column; that of the decisions by default.

    Returns
    -------
    bool array, shape (n_values,)

    Raises
    ------
    ConfigError
        If none or all of the decisions do; the message shows the values.
    """
    texts = [value.strip().casefold() for value in values]
    wanted = _positive_texts(config) & set(texts) or FLAGGED_TODAY
    flagged = np.array([text in wanted for text in texts], dtype=np.bool_)
    if not flagged.any() or all(flagged[i] for i, text in enumerate(texts) if text):
        shown = ", ".join(repr(value) for value in values[:6])
        raise ConfigError(
            f'the decision column "{column or config.baseline.decision}" holds {shown}. One value must mean flagged '
            "(1, true, yes or flagged) and another must not."
        )
    return flagged


def _positive_texts(config: Config) -> set[str]:
    """Return how the positive label may be written in another column; a number also as a float."""
    positive = config.cases.positive
    if positive is None:
        return set()
    number = {str(float(positive))} if isinstance(positive, int) and not isinstance(positive, bool) else set()
    return {str(positive).strip().casefold()} | number


def model_record(config: Config) -> ModelRecord:
    """Return which model the briefing is about."""
    return ModelRecord(config.words_value().model_name, config.model.version or "")


def audience(config: Config) -> Audience:
    """Return who the briefing is for and what it asks of them."""
    briefing = config.briefing
    return Audience(briefing.team or "", briefing.asks, briefing.sign_off or SIGN_OFF)


def provenance(config: Config, source: CaseSource, counted: Tally, today: date) -> Provenance:
    """Return what the numbers rest on.

    Parameters
    ----------
    config : Config
    source : CaseSource
    counted : Tally
    today : date
        Printed on the pages.

    Returns
    -------
    Provenance
        Its `n_clusters` is that of the class with more groups.
    """
    inputs = source.inputs()
    check_inputs(inputs)
    rows = counted.rows
    days = sorted(key for key in counted.by_day.keys if key) if counted.by_day is not None else []
    clusters = counted.clusters
    return Provenance(
        inputs=tuple(InputRecord(item.name, item.sha256, item.n_rows, item.n_bytes) for item in inputs),
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


def review_costs(config: Config) -> ReviewCosts:
    """Return what the review page opens with: costs and reviews as stated; a cost per case has no one number."""
    costs = config.costs
    units = [costs.missed_positive, costs.flagged_negative, costs.caught_positive]
    missed, flagged, caught = (None if isinstance(unit, CostColumn) else unit for unit in units)
    return ReviewCosts(
        currency=costs.currency or "",
        missed_positive=missed,
        flagged_negative=flagged,
        caught_positive=caught,
        minutes_per_review=costs.minutes_per_review,
        review_capacity_per_day=costs.review_capacity_per_day,
        reviewers=costs.reviewers,
        differ_by_case=any(isinstance(unit, CostColumn) for unit in units),
    )
