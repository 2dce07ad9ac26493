"""The business's own questions: what mistakes cost, what people do today, whether goals are kept, the launch."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from expectkit.briefing.business_writer import BusinessEvidence
from expectkit.briefing.cost_writer import CostEvidence, money_record
from expectkit.briefing.launch_writer import Capacity, LaunchEvidence, Reviewers, StatedFrame
from expectkit.briefing.record import Warned
from expectkit.briefing.review_writer import ReviewEvidence
from expectkit.briefing.statements import setting_facts
from expectkit.engine.exact_cost import Price, scores_within
from expectkit.engine.local import CaseColumns, tally
from expectkit.errors import DataError
from expectkit.io.case_source import CaseSource
from expectkit.io.config_tables import Config, LaunchTable, ThresholdTable
from expectkit.io.config_values import Cost, CostColumn
from expectkit.measure.break_even import Step, break_even, step_down
from expectkit.measure.calibration import ScoreCells, calibrate, check_calibration, propose_threshold
from expectkit.measure.capacity import HOURS_A_DAY, lowest_staffable, overload, reviews_per_day, staffing
from expectkit.measure.cost_components import AmountHistogram
from expectkit.measure.costs import UnitCosts
from expectkit.measure.exact_cost import Gaps, cheapest
from expectkit.measure.goals import Goal, JudgedGoal, judge, measures
from expectkit.measure.histogram import Tally
from expectkit.measure.operating_point import OperatingPoint, choose
from expectkit.measure.prevalence import DayProfile
from expectkit.measure.priced_sweep import PricedSweep, priced
from expectkit.measure.settings import NamedSetting, plainest_like
from expectkit.measure.sweep import Sweep, sweep
from expectkit.measure.volumes import DailyVolumes, daily_volumes
from expectkit.stated import case_columns, share_of_positives, stated_thresholds, threshold_rule
from expectkit.todays_process import todays_process

COSTS = ("missed_positive", "flagged_negative", "caught_positive")
_IN_WORDS = {"missed_positive": "a missed positive", "flagged_negative": "a false alarm"}


# ------------------------------------------------------------------------------------------------------ costs


def cheapest_setting(config: Config, source: CaseSource, *, drop_missing: bool = False) -> float | None:
    """Find the setting of lowest cost among all scores: the same one, whatever thresholds were asked for.

    Parameters
    ----------
    config : Config
    source : CaseSource
        Read twice, and once more for each column of amounts.
    drop_missing : bool
        Leave out rows without score or label instead of refusing.

    Returns
    -------
    float or None
        None where costs are not stated, or flagging nothing, or everything, costs no more.

    Raises
    ------
    DataError, InputError
        If the cases cannot be used, or look rebalanced while nobody stated production's mix.
    """
    stated, compare = _stated_costs(config), config.cases.compare or "float64"
    if not _are_complete(stated) or not any(map(_unit, stated.values())):
        return None
    named, bare = case_columns(config), replace(config, threshold=ThresholdTable())
    short = CaseColumns(named.score, named.label, named.positive, weight=named.weight)
    counted = tally(source, short, drop_missing=drop_missing, compare=compare)
    total, share = counted.total, share_of_positives(config, sweep(counted)).value
    cases = total.counts if total.weights is None else total.weights

    def priced_class(label: int, of_class: float, *names: str) -> tuple[Price, np.ndarray]:
        factor, costs = of_class / float(cases[label].sum()), [stated[name] for name in names]
        columns = tuple(cost.column for cost in costs if isinstance(cost, CostColumn))
        fixed = sum(_unit(cost) for cost in costs if not isinstance(cost, CostColumn))
        money = [_amounts(bare, source, name, drop_missing=drop_missing).sums[label] for name in columns]
        return Price(factor, fixed, columns), factor * (fixed * cases[label] + sum(money))

    gain, gains = priced_class(1, share, "missed_positive", "caught_positive")
    loss, losses = priced_class(0, 1 - share, "flagged_negative")
    gaps = Gaps(total.thresholds, gains, losses, total.counts.sum(axis=0))
    within = scores_within(source, short, gaps, gaps.promising(), gain=gain, loss=loss, compare=compare)
    return cheapest(gaps, within, compare=compare)


def price_mistakes(
    config: Config,
    source: CaseSource,
    counts: Sweep,
    day: DayProfile,
    *,
    drop_missing: bool = False,
    cheapest_at: float | None = None,
) -> PricedSweep | None:
    """Put the stated costs on the mistakes at every threshold.

    Parameters
    ----------
    config : Config
    source : CaseSource
        Read once more for each column of amounts.
    counts : Sweep
    day : DayProfile
    drop_missing : bool
        As in the first pass.
    cheapest_at : float or None
        What `cheapest_setting` found; one of the thresholds of `counts`.

    Returns
    -------
    PricedSweep or None
        None unless a false alarm has a cost, and a missed positive a cost or a caught one a value.

    Raises
    ------
    DataError
        If a column of amounts does not exist or cannot be used.
    InputError
        If all costs are 0.
    """
    stated = _stated_costs(config)
    if not _are_complete(stated):
        return None
    unit = {name: _unit(cost) for name, cost in stated.items()}
    amounts = {
        f"{name.partition('_')[0]}_amounts": _amounts(
            config, source, cost.column, drop_missing=drop_missing, also=cheapest_at
        )
        for name, cost in stated.items()
        if isinstance(cost, CostColumn)
    }
    return priced(counts, day, UnitCosts(**unit), **amounts, cheapest=cheapest_at)


def _stated_costs(config: Config) -> dict[str, Cost | None]:
    return {name: getattr(config.costs, name) for name in COSTS}


def _are_complete(stated: dict[str, Cost | None]) -> bool:
    has_worth = stated["missed_positive"] is not None or stated["caught_positive"] is not None
    return has_worth and stated["flagged_negative"] is not None


def _unit(cost: Cost | None) -> float:
    return 1.0 if isinstance(cost, CostColumn) else 0.0 if cost is None else cost


def _amounts(
    config: Config, source: CaseSource, column: str, *, drop_missing: bool, also: float | None = None
) -> AmountHistogram:
    """Tally the cases with each one's amount as its weight."""
    compare = config.cases.compare or "float64"
    columns = case_columns(config)
    short = CaseColumns(columns.score, columns.label, columns.positive, weight=column)
    try:
        found = tally(
            source,
            short,
            stated=(*stated_thresholds(config, compare), *(() if also is None else (also,))),
            drop_missing=drop_missing,
            compare=compare,
        )
    except DataError as error:
        raise DataError(f'{error} The column "{column}" is read because [costs] names it.') from None
    return AmountHistogram.from_histogram(found.total)


def operating_point(
    config: Config,
    counts: Sweep,
    day: DayProfile,
    costs: PricedSweep | None,
    rng: np.random.Generator,
) -> OperatingPoint:
    """Choose where to flag, by the stated rule; the lowest cost of single amounts is read off the cost curve.

    Raises
    ------
    ConfigError, InputError
        If no threshold is stated, or none satisfies the rule.
    """
    rule = threshold_rule(config)
    if rule.kind == "lowest cost" and rule.missed_positive is None and costs is not None:
        return OperatingPoint(costs.lowest().threshold, rule, True, None)
    chosen = choose(rule, counts, day, rng=rng)
    if rule.kind != "lowest cost" or costs is None:
        return chosen
    return replace(chosen, threshold=costs.lowest().threshold)


def cost_setting(costs: PricedSweep | None, operating: float) -> float | None:
    """Return the setting of lowest cost to show beside the others; None where it would flag nothing or all."""
    if costs is None:
        return None
    lowest = costs.lowest(prefer=operating)
    return lowest.threshold if lowest.flags == "some" else None


# ------------------------------------------------------------------------------------------------ all questions


def business_evidence(
    config: Config,
    source: CaseSource,
    counted: Tally,
    counts: Sweep,
    day: DayProfile,
    settings: Sequence[tuple[NamedSetting, DailyVolumes]],
    costs: PricedSweep | None,
) -> tuple[BusinessEvidence, tuple[Warned, ...]]:
    """Measure what the business asks for.

    Parameters
    ----------
    config : Config
    source : CaseSource
    counted : Tally
    counts : Sweep
    day : DayProfile
    settings : sequence of (NamedSetting, DailyVolumes)
        Side by side, ascending; one is the proposed one.
    costs : PricedSweep or None

    Returns
    -------
    tuple of (BusinessEvidence, tuple of Warned)

    Raises
    ------
    ConfigError, DataError
        If what is stated of today's process cannot be used.
    """
    at = next(i for i, (named, _) in enumerate(settings) if named.name == "proposed")
    operating = settings[at][1]
    people, remarks = todays_process(config, source, counted, counts, day, operating)
    evidence = BusinessEvidence(
        costs=None if costs is None else _cost_evidence(config, counted, costs, settings, at),
        reviews=_reviews(config, counts, day, settings, operating.threshold),
        people=people,
        goals=_goals(config, day, operating, costs),
        currency=config.costs.currency,
        frame=_frame(config),
        launch=_launch(config, counts, day, operating, costs),
    )
    if costs is not None or evidence.reviews is not None:
        evidence = replace(evidence, steps=_steps(counts, day, settings, at))
    return evidence, (*_remarks(config), *remarks)


def _remarks(config: Config) -> list[Warned]:
    stated = _stated_costs(config)
    if _are_complete(stated) or all(cost is None for cost in stated.values()):
        return []
    missing = "flagged_negative" if stated["flagged_negative"] is None else "missed_positive"
    return [
        Warned(
            "costs_incomplete",
            f"No cost a day is shown, because the cost of {_IN_WORDS[missing]} is not stated.",
            f"State {missing} under [costs], 0 if it costs nothing.",
        )
    ]


def _cost_evidence(
    config: Config,
    counted: Tally,
    costs: PricedSweep,
    settings: Sequence[tuple[NamedSetting, DailyVolumes]],
    at: int,
) -> CostEvidence:
    columns = {
        name: cost.column for name, cost in _stated_costs(config).items() if isinstance(cost, CostColumn)
    }
    threshold, is_wide = settings[at][1].threshold, settings[at][1].is_simultaneous
    higher = [None, *(volumes.threshold for _, volumes in settings[at + 1 : at + 2])]
    evidence = CostEvidence(
        priced=costs,
        currency=config.costs.currency,
        by_amount=columns,
        lowest=costs.lowest(prefer=threshold),
    )
    if columns.keys() <= {"missed_positive"} and costs.costs.flagged_negative > 0:
        found = [
            break_even(costs.sweep, costs.day, threshold, costs.costs, against=other, simultaneous=is_wide)
            for other in higher
        ]
        evidence = replace(evidence, break_even=found)
    return evidence if columns else _with_scores(evidence, counted, threshold)


def _with_scores(evidence: CostEvidence, counted: Tally, operating: float) -> CostEvidence:
    """Ask calibrated scores which setting the costs propose, and count what it does."""
    sweep, day = evidence.priced.sweep, evidence.priced.day
    if counted.total.weights is not None:
        return evidence
    cells = ScoreCells.from_histogram(counted.total, counted.score_low, counted.score_high)
    found = propose_threshold(
        calibrate(cells),
        evidence.priced.costs,
        day.prevalence,
        score_low=counted.score_low,
        score_high=counted.score_high,
        thresholds=sweep.thresholds,
    )
    volumes = None
    if found.threshold is not None:
        found = replace(found, threshold=plainest_like(sweep, found.threshold, prefer=operating))
        volumes = daily_volumes(sweep, day, found.threshold or 0.0, simultaneous=True)
    return replace(
        evidence,
        has_scores=True,
        check=check_calibration(cells),
        proposed=found,
        proposed_volumes=volumes,
    )


def _steps(
    counts: Sweep, day: DayProfile, settings: Sequence[tuple[NamedSetting, DailyVolumes]], at: int
) -> list[Step]:
    """Step down to the operating setting, and from it to the next lower one."""
    near = [volumes.threshold for _, volumes in settings[max(at - 1, 0) : at + 2]]
    is_wide = settings[at][1].is_simultaneous
    return [
        step_down(counts, day, start, end, simultaneous=is_wide) for end, start in itertools.pairwise(near)
    ]


# ---------------------------------------------------------------------------------------------------- reviews


def _capacity(config: Config) -> float | None:
    """Return the reviews a day as stated, or as they follow from people and minutes."""
    costs = config.costs
    if costs.review_capacity_per_day is not None:
        return costs.review_capacity_per_day
    if costs.reviewers is not None and costs.minutes_per_review is not None:
        return reviews_per_day(costs.reviewers, costs.minutes_per_review)
    return None


def _reviews(
    config: Config,
    counts: Sweep,
    day: DayProfile,
    settings: Sequence[tuple[NamedSetting, DailyVolumes]],
    operating: float,
) -> ReviewEvidence | None:
    minutes, capacity = config.costs.minutes_per_review, _capacity(config)
    if minutes is None and capacity is None:
        return None
    return ReviewEvidence(
        minutes_per_review=minutes,
        capacity_per_day=capacity,
        hours_per_reviewer=HOURS_A_DAY,
        staffing={}
        if minutes is None
        else {volumes.threshold: staffing(volumes.flagged, minutes) for _, volumes in settings},
        overload={}
        if capacity is None
        else {
            volumes.threshold: overload(counts, day, volumes.threshold, capacity) for _, volumes in settings
        },
        lowest_threshold=None if capacity is None else _staffable(counts, day, capacity, operating),
    )


def _staffable(counts: Sweep, day: DayProfile, capacity: float, operating: float) -> float | None:
    found = lowest_staffable(counts, day, capacity)
    return None if found is None else plainest_like(counts, found, prefer=operating)


# ------------------------------------------------------------------------------------------------------ goals


def _goals(
    config: Config, day: DayProfile, operating: DailyVolumes, costs: PricedSweep | None
) -> tuple[JudgedGoal, ...]:
    if not config.goals:
        return ()
    cost = None
    if costs is not None:
        cost = costs.at(operating.threshold, simultaneous=operating.is_simultaneous)
    minutes = config.costs.minutes_per_review
    found = measures(operating, day, cost=cost, minutes_per_review=minutes)
    wanted = [
        Goal(stated.words, stated.measure, limit, is_at_most)
        for stated in config.goals
        for limit, is_at_most in ((stated.at_most, True), (stated.at_least, False))
        if limit is not None
    ]
    return tuple(judge(goal, found.get(goal.measure), reason=_why_not(goal.measure)) for goal in wanted)


def _why_not(measure: str) -> str:
    return {
        "cost_per_day": "Not measured: the costs of both mistakes are not stated.",
        "review_minutes_per_day": "Not measured: the minutes a review takes are not stated.",
    }.get(measure, "Too few cases were tested to measure it.")


# ----------------------------------------------------------------------------------------------------- launch


def _frame(config: Config) -> StatedFrame:
    frame = config.frame
    return StatedFrame(
        frame.context or "",
        frame.end_goal or "",
        frame.constraints,
        frame.measure_of_success or "",
        frame.evaluation or "",
        frame.data_are or "",
        frame.data_are_not or "",
    )


def _launch(
    config: Config, counts: Sweep, day: DayProfile, operating: DailyVolumes, costs: PricedSweep | None
) -> LaunchEvidence:
    stated, launch = _capacity(config), config.launch
    capacities = dict.fromkeys([*([] if stated is None else [stated]), *launch.capacities])
    minutes = config.costs.minutes_per_review
    teams = {} if launch.who_reviews is None else launch.who_reviews
    return LaunchEvidence(
        is_stated=launch != LaunchTable(),
        capacities=[_option(config, counts, day, operating, costs, number) for number in capacities],
        reviewers=[
            Reviewers(
                name,
                team.minutes_per_review or minutes,
                None
                if (team.minutes_per_review or minutes) is None
                else staffing(operating.flagged, team.minutes_per_review or minutes or 0.0),
                team.cost_per_hour,
            )
            for name, team in teams.items()
        ],
        label_delay_days=launch.label_delay_days,
        fallback=launch.fallback,
        retraining=launch.retraining,
        decides=launch.decides,
    )


def _option(
    config: Config,
    counts: Sweep,
    day: DayProfile,
    operating: DailyVolumes,
    costs: PricedSweep | None,
    capacity: float,
) -> Capacity:
    over = overload(counts, day, operating.threshold, capacity)
    threshold = _staffable(counts, day, capacity, operating.threshold)
    if threshold is None:
        return Capacity(capacity, over, None, None)
    volumes = daily_volumes(counts, day, threshold, simultaneous=True)
    cost = None
    if costs is not None:
        total = costs.at(threshold, simultaneous=True).total
        sign = -1 if costs.costs.caught_positive > 0 else 1
        cost = money_record(total, config.costs.currency, simultaneous=True, sign=sign)
    return Capacity(capacity, over, setting_facts(counts.counts_at(threshold), volumes), cost)
