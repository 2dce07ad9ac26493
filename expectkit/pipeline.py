"""The journey on one screen: from scored cases to the record, its steps in the order of the sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from expectkit.briefing.lanes_writer import with_lanes
from expectkit.briefing.promise_words import StandingPromise
from expectkit.briefing.record import Record, Warned
from expectkit.briefing.recorder import Evidence, write_record
from expectkit.business import (
    business_evidence,
    cheapest_setting,
    cost_setting,
    operating_point,
    price_mistakes,
)
from expectkit.cautions import cautions, repeated_ids
from expectkit.engine.local import CaseColumns, Progress, tally
from expectkit.io.case_source import CaseSource
from expectkit.io.config_tables import Config
from expectkit.io.promise_file import SealedPromise
from expectkit.launch import is_stated, launch_checklist
from expectkit.measure.histogram import Tally
from expectkit.measure.operating_point import OperatingPoint
from expectkit.measure.settings import NamedSetting, settings_beside
from expectkit.measure.simple_baselines import simple_baselines
from expectkit.measure.sweep import Sweep, sweep
from expectkit.measure.volumes import daily_volumes, volume_curves
from expectkit.stated import (
    audience,
    case_columns,
    check_source,
    day_profile,
    is_chosen_on_these_cases,
    model_record,
    next_score,
    observed_days,
    provenance,
    stated_thresholds,
)
from expectkit.two_lanes import look_at_lanes
from expectkit.wrong_cases import look_at_mistakes, watched

SEED = 20260301
"""Of the generator that redraws cells to see how much a choice flatters itself; the ranges need none."""


def measure_and_write(
    config: Config,
    source: CaseSource,
    *,
    today: date,
    agreed: SealedPromise | None = None,
    drop_missing: bool = False,
    progress: Progress | None = None,
    images: Sequence[object] | None = None,
    keep: Callable[[Evidence], None] | None = None,
) -> Record:
    """Go from scored cases to the record of a briefing.

    Parameters
    ----------
    config : Config
        What the business states.
    source : CaseSource
        The scored cases.
    today : date
        Printed on the pages.
    agreed : SealedPromise or None
        The agreed promise to show.
    drop_missing : bool
        Leave out rows without score or label, and say so.
    progress : callable of (rows done, rows in all or None), optional
    keep : callable of Evidence, optional
        Called with what was measured, for pages that need more than the record.
    images : sequence, optional
        A picture for each case.

    Returns
    -------
    Record

    Raises
    ------
    ConfigError, DataError, InputError
        If what is stated, or the cases, cannot be used; the message says what to do.
    """
    columns, compare = case_columns(config), config.cases.compare or "float64"
    check_source(config, source)
    stated = stated_thresholds(config, compare)
    cheapest_at = cheapest_setting(config, source, drop_missing=drop_missing)
    watch = watched(config, source, images)
    counted = tally(  # 1 one pass over the cases
        source,
        columns,
        stated=stated if cheapest_at is None else (*stated, cheapest_at),
        drop_missing=drop_missing,
        compare=compare,
        progress=progress,
        watch=watch,
    )
    counts = sweep(counted)  # 2 how often right and wrong, at each setting
    day = day_profile(config, counts, counted)  # 3 what a day in production is like
    costs = price_mistakes(config, source, counts, day, drop_missing=drop_missing, cheapest_at=cheapest_at)
    operating = operating_point(config, counts, day, costs, np.random.default_rng(SEED))
    chosen_here = is_chosen_on_these_cases(config, operating)
    cheapest = cost_setting(costs, operating.threshold)
    beside = settings_beside(
        counts, operating.threshold, candidates=config.threshold.candidates, lowest_cost=cheapest
    )
    settings = [  # 4 the same per day, with ranges; the cheapest was found by looking at these cases
        (named, daily_volumes(counts, day, named.threshold, simultaneous=chosen_here or _is_found(named)))
        for named in beside
    ]
    business, open_points = business_evidence(config, source, counted, counts, day, settings, costs)
    found_odd = cautions(counts, day, operating.threshold, observed_days(config, counted))
    current = None if business.people is None else business.people.counts
    failures, remarks = look_at_mistakes(  # 5 what going wrong looks like
        config,
        source,
        counted,
        operating.threshold,
        rng=np.random.default_rng(SEED),
        images=images,
        watch=watch,
    )
    evidence = Evidence(
        model=model_record(config),
        words=config.words_value(),
        audience=audience(config),
        provenance=provenance(config, source, counted, today),
        day=day,
        sweep=counts,
        curves=volume_curves(counts, day),
        operating=operating,
        chosen_on_these_cases=chosen_here,
        settings=settings,
        baselines=simple_baselines(counts, day, operating.threshold, current=current),
        current_name=(config.baseline.name or "Today's decisions")
        + (", as assumed" if config.baseline.assumed else ""),
        n_cases_at_threshold=_ties(operating, counts, source, config),
        shown_thresholds=_shown(counts, stated, config),
        confirmed_on_fresh_cases=config.threshold.chosen_on == "other cases",
        warnings=(
            *_warnings(config, operating, counted),
            *repeated_ids(source, config.cases.id, config.cases.group, counted.rows.n_rows),
            *found_odd,
            *open_points,
            *remarks,
        ),
        failures=failures,
        business=business,
        promise=None
        if agreed is None
        else StandingPromise(agreed.promise, agreed.seal, config.briefing.owner or ""),
    )
    if keep is not None:
        keep(evidence)
    record = write_record(evidence)  # 6 in words, each number rounded once
    rng = np.random.default_rng(SEED)
    record = with_lanes(record, look_at_lanes(config, counts, day, chosen_here=chosen_here, rng=rng))
    if not is_stated(config):
        return record
    checked = launch_checklist(config, source, columns, counts, day, operating.threshold)
    return replace(record, checklist=checked)


def _is_found(named: NamedSetting) -> bool:
    return named.name == "lowest cost"


def _ties(operating: OperatingPoint, counts: Sweep, source: CaseSource, config: Config) -> int | None:
    """Count the cases whose score equals the operating threshold, with one more short pass for a chosen one."""
    threshold, compare = operating.threshold, config.cases.compare or "float64"
    after = next_score(threshold, compare)
    if after not in counts.thresholds:
        columns = case_columns(config)
        short = CaseColumns(columns.score, columns.label, columns.positive)
        counts = sweep(tally(source, short, stated=(threshold, after), drop_missing=True, compare=compare))
    here, next_up = counts.counts_at(threshold), counts.counts_at(after)
    return here.n_flagged - next_up.n_flagged


def _shown(counts: Sweep, stated: Sequence[float], config: Config) -> Sequence[int]:
    """Leave out the thresholds that were counted only to find ties."""
    wanted = {*config.threshold.candidates, config.threshold.operating}
    helpers = {threshold for threshold in stated if threshold not in wanted}
    return [i for i, threshold in enumerate(counts.thresholds.tolist()) if threshold not in helpers]


def _warnings(config: Config, operating: OperatingPoint, counted: Tally) -> list[Warned]:
    found = []
    if config.threshold.chosen_on is None and not operating.chosen_on_these_cases:
        found.append(
            Warned(
                "choice_unknown",
                "Nobody said whether the setting was chosen by looking at these cases. If it was, the ranges are too "
                "narrow.",
                'State chosen_on = "these cases", or "other cases", under [threshold].',
            )
        )
    missing = counted.rows.n_rows - counted.rows.n_kept
    if missing > 0:
        found.append(
            Warned(
                "rows_dropped",
                f"{missing:,} of {counted.rows.n_rows:,} rows had no score or no label and were left out.",
            )
        )
    if config.traffic.prevalence is None:
        found.append(
            Warned(
                "prevalence_assumed",
                "Nobody stated the share of positives in production; it is taken to be as in the test cases.",
            )
        )
    return found
