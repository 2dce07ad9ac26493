"""How often the ranges hold the truth: by enumeration where possible, else in seeded simulated worlds.

Bounds leave room for the Monte-Carlo error of the number of runs (three standard errors) around the nominal
level or around the figure that was measured when the method was chosen.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom, poisson

from expectkit.measure.effective_cases import clustered_cases, weighted_cases
from expectkit.measure.histogram import ClusterMoments, GroupedHistogram, RowCounts, ScoreHistogram, Tally
from expectkit.measure.intervals import clopper_pearson, local_alpha, upper_bound
from expectkit.measure.new_day import observed_day
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic, daily_totals
from expectkit.measure.sweep import Sweep, sweep
from expectkit.measure.typical_day import (
    beta_spread,
    day_mean,
    range_by_chance,
    range_of_day,
    rate_by_days,
    traffic_spread,
    typical_day,
    typical_weekday,
)
from expectkit.measure.volume_parts import volume_parts
from expectkit.measure.volumes import volume_curves

pytestmark = pytest.mark.slow

TRAFFIC, PREVALENCE, MISSED, ALARMS = 8280.0, 0.0338, 0.05, 0.025
POSITIVES, NEGATIVES = TRAFFIC * PREVALENCE, TRAFFIC * (1 - PREVALENCE)


def _room(n_runs: int, level: float = 0.95) -> float:
    return 3 * math.sqrt(level * (1 - level) / n_runs)


def _gamma(rng: np.random.Generator, cv: float, size: int | tuple[int, ...]) -> np.ndarray:
    return rng.gamma(1 / cv**2, cv**2, size) if cv > 0 else np.ones(size)


# --- one rate -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [30, 100, 300])
def test_clopper_pearson_never_covers_less_than_it_says(n: int) -> None:
    x = np.arange(n + 1)
    low, high = clopper_pearson(x, n, 0.05)
    at_most = upper_bound(x, n)
    for p in np.linspace(0.001, 0.5, 2000):
        weight = binom.pmf(x, n, p)
        assert weight[(low <= p) & (p <= high)].sum() >= 0.95 - 1e-9
        assert weight[p <= at_most].sum() >= 0.95 - 1e-9


def _clusters(
    rng: np.random.Generator, p: float, icc: float, clusters: int, rows: int, runs: int
) -> np.ndarray:
    """Errors per cluster, shape (clusters, runs), beta-binomial with the given correlation."""
    total = 1 / icc - 1
    return rng.binomial(rows, rng.beta(p * total, (1 - p) * total, (clusters, runs)))


@pytest.mark.parametrize(("clusters", "rows", "plain"), [(200, 3, 0.907), (100, 10, 0.730)])
def test_clustered_rows_are_covered_where_plain_counting_fails(
    clusters: int, rows: int, plain: float
) -> None:
    errors = _clusters(np.random.default_rng(11), 0.05, 0.3, clusters, rows, 4000)
    n, x = clusters * rows, errors.sum(axis=0)
    effective = clustered_cases(
        x,
        n,
        sum_squared_flagged=(errors**2.0).sum(axis=0),
        sum_flagged_times_size=x * float(rows),
        sum_squared_sizes=clusters * rows**2.0,
        n_clusters=clusters,
    )
    low, high = clopper_pearson(x / n * effective, effective, 0.05)
    assert np.mean((low <= 0.05) & (high >= 0.05)) > 0.93 - _room(4000)
    low, high = clopper_pearson(x, n, 0.05)
    assert np.mean((low <= 0.05) & (high >= 0.05)) == pytest.approx(plain, abs=0.04)


def test_weighted_rows_are_covered_where_ignoring_weights_fails() -> None:
    rng = np.random.default_rng(12)
    n, runs, covered, ignored = 300, 3000, 0, 0
    for _ in range(runs):
        weights, wrong = rng.exponential(size=n), rng.random(n) < 0.05
        mine = weights[wrong]
        effective = weighted_cases(
            np.array([mine.sum()]), np.array([(mine**2).sum()]), weights.sum(), (weights**2).sum(), n
        )
        share = mine.sum() / weights.sum()
        for at, hit in ((effective, "covered"), (np.array([float(n)]), "ignored")):
            low, high = clopper_pearson(share * at, at, 0.05)
            inside = int(low[0] <= 0.05 <= high[0])
            covered, ignored = (
                (covered + inside, ignored) if hit == "covered" else (covered, ignored + inside)
            )
    assert covered / runs > 0.96
    assert ignored / runs < 0.90


@pytest.mark.parametrize(("n_days", "least"), [(7, 0.91), (14, 0.93), (30, 0.93)])
def test_a_bursty_miss_rate_is_covered_once_days_are_its_clusters(n_days: int, least: float) -> None:
    rng = np.random.default_rng(13)
    cases = rng.poisson(POSITIVES, (n_days, 3000))
    rates = MISSED * _gamma(rng, 0.6, (n_days, 3000))
    missed = rng.binomial(cases, np.minimum(rates, 1))
    found = rate_by_days(missed, cases)
    total, x = cases.sum(axis=0), missed.sum(axis=0)
    effective = np.where(found.differs, found.effective, total)
    low, high = clopper_pearson(x / total * effective, effective, 0.05)
    assert np.mean((low <= MISSED) & (high >= MISSED)) > least - _room(3000)
    low, high = clopper_pearson(x, total, 0.05)
    assert np.mean((low <= MISSED) & (high >= MISSED)) < 0.75


# --- the average a day --------------------------------------------------------------------------------------


def _evaluation(rng: np.random.Generator, n_positives: int, n_negatives: int) -> Sweep:
    caught = n_positives - int(rng.binomial(n_positives, MISSED))
    return Sweep.from_counts(
        [0.5], [caught], [int(rng.binomial(n_negatives, ALARMS))], n_positives, n_negatives
    )


@pytest.mark.parametrize(
    ("n_positives", "n_negatives", "sample", "cv", "missed", "alarms"),
    [
        (100, 3000, 0, 0.0, 0.982, 0.950),
        (300, 9000, 1000, 0.0, 0.973, 0.961),
        (300, 9000, 10_000, 0.2, 0.966, 0.963),
        (300, 9000, 10_000, 0.5, 0.964, 0.957),
        (1000, 30_000, 30_000, 0.3, 0.973, 0.951),
    ],
)
def test_the_average_a_day_is_covered_with_every_part_of_the_doubt(
    n_positives: int, n_negatives: int, sample: int, cv: float, missed: float, alarms: float
) -> None:
    rng, runs = np.random.default_rng(n_positives + sample + int(100 * cv)), 1500
    truth = {
        "missed_positives": POSITIVES * MISSED,
        "caught_positives": POSITIVES * (1 - MISSED),
        "flagged_negatives": NEGATIVES * ALARMS,
        "flagged": POSITIVES * (1 - MISSED) + NEGATIVES * ALARMS,
    }
    precision = POSITIVES * (1 - MISSED) / truth["flagged"]
    inside = dict.fromkeys([*truth, "precision"], 0)
    for _ in range(runs):
        days = rng.poisson(TRAFFIC * _gamma(rng, cv, 7))
        traffic = Traffic.observed(days.tolist()) if cv > 0 else Traffic.stated(TRAFFIC)
        mix = Prevalence.stated(PREVALENCE)
        if sample > 0:
            mix = Prevalence.sampled(max(int(rng.binomial(sample, PREVALENCE)), 1), sample)
        parts = volume_parts(_evaluation(rng, n_positives, n_negatives), DayProfile(traffic, mix), 0)
        for name, value in truth.items():
            low, high = parts.limits(name, 0.05)  # type: ignore[arg-type]
            inside[name] += int(low <= value <= high)
        low, high = parts.precision_limits(0.05)
        inside["precision"] += int(low <= precision <= high)
    covered = {name: count / runs for name, count in inside.items()}
    assert covered["missed_positives"] == pytest.approx(missed, abs=0.02)
    assert covered["flagged_negatives"] == pytest.approx(alarms, abs=0.02)
    assert min(covered.values()) > 0.95 - _room(runs), covered


def test_the_mix_behind_kept_negatives_is_covered() -> None:
    rng, runs, kept = np.random.default_rng(15), 4000, 0.1
    positives, negatives = rng.poisson(300, runs), rng.poisson(9000 * kept, runs)
    truth = 300 / 9300
    inside = 0
    for n1, n0 in zip(positives, negatives, strict=True):
        low, high = Prevalence.kept_negatives(n1, n0, kept).limits(0.05)
        inside += int(low <= truth <= high)
    assert inside / runs > 0.95 - _room(runs)


@pytest.mark.parametrize("n_days", [7, 14, 30])
@pytest.mark.parametrize(("mean", "cv"), [(200.0, 0.2), (14.0, 0.6), (1.0, 0.0)])
def test_the_average_of_whole_days_is_covered(n_days: int, mean: float, cv: float) -> None:
    rng = np.random.default_rng(n_days)
    series = rng.poisson(mean * _gamma(rng, cv, (n_days, 4000)))
    low, high = day_mean(series)
    assert np.mean((low <= mean) & (mean <= high)) > 0.945 - _room(4000)


def _standing_groups(
    rng: np.random.Generator, n_groups: int, n_days: int, per_day: float
) -> tuple[Sweep, DayProfile, np.ndarray]:
    """Days on which the same groups come back, each with a Poisson number of rows, all alike or nearly.

    A tenth of the groups is positive; every row of a group is flagged with the group's own probability.
    """
    positive = rng.random(n_groups) < 0.1
    flagged_share = np.where(positive, rng.beta(1.7, 0.3, n_groups), rng.beta(0.1, 1.9, n_groups))
    rows = rng.poisson(per_day, (n_days, n_groups))
    flagged = rng.binomial(rows, flagged_share)
    counts = np.stack(
        [
            np.stack([(rows - flagged)[:, of].sum(axis=1), flagged[:, of].sum(axis=1)], axis=1)
            for of in (~positive, positive)
        ],
        axis=1,
    )
    size, hits = rows.sum(axis=0).astype(np.float64), flagged.sum(axis=0).astype(np.float64)
    labels = (~positive, positive)
    moments = ClusterMoments(
        (int(labels[0].sum()), int(labels[1].sum())),
        (float((size[labels[0]] ** 2).sum()), float((size[labels[1]] ** 2).sum())),
        np.array([[(hits[of] ** 2).sum()] for of in labels]),
        np.array([[(hits[of] * size[of]).sum()] for of in labels]),
    )
    thresholds = np.array([0.5])
    grouped = GroupedHistogram(
        tuple(str(np.datetime64("2026-03-02") + day) for day in range(n_days)), thresholds, counts
    )
    n_rows = int(rows.sum())
    total = ScoreHistogram(thresholds, counts.sum(axis=0))
    swept = sweep(Tally(total, grouped, {}, moments, RowCounts(n_rows, 0, 0, n_rows), 0.0, 1.0))
    mix = Prevalence.as_in_cases(swept.n_positives, swept.n_negatives, effective_cases=swept.effective_cases)
    return swept, DayProfile(Traffic.observed(daily_totals(grouped)), mix, grouped), counts


@pytest.mark.parametrize(("n_groups", "n_days", "per_day"), [(800, 28, 1.0), (2000, 14, 0.5)])
def test_groups_that_come_back_every_day_are_covered_where_days_alone_fail(
    n_groups: int, n_days: int, per_day: float
) -> None:
    rng, runs = np.random.default_rng(n_groups), 300
    truth = {
        "missed_positives": n_groups * per_day * 0.1 * 0.15,
        "caught_positives": n_groups * per_day * 0.1 * 0.85,
        "flagged_negatives": n_groups * per_day * 0.9 * 0.05,
        "flagged": n_groups * per_day * 0.13,
    }
    inside, by_days_alone, new_days = dict.fromkeys([*truth, "precision"], 0), 0, 0
    for _ in range(runs):
        swept, day, counts = _standing_groups(rng, n_groups, n_days, per_day)
        parts = volume_parts(swept, day, 0)
        for name, value in truth.items():
            low, high = parts.limits(name, 0.05)  # type: ignore[arg-type]
            inside[name] += int(low <= value <= high)
        low, high = parts.precision_limits(0.05)
        inside["precision"] += int(low <= 0.085 / 0.13 <= high)
        low, high = day_mean(counts[:, 1, 0])
        by_days_alone += int(low <= truth["missed_positives"] <= high)
        new = _standing_groups(rng, n_groups, 2, per_day)[2][0, 1, 0]
        low, high = observed_day(parts, "missed_positives", 0.95)
        new_days += int(low <= new <= high)
    covered = {name: count / runs for name, count in inside.items()}
    assert min(covered.values()) > 0.95 - _room(runs), covered
    assert by_days_alone / runs < 0.80
    assert new_days / runs > 0.95 - _room(runs)


# --- a new day ----------------------------------------------------------------------------------------------


def _new_days(rng: np.random.Generator, mean: float, cv: float, n_days: int, runs: int) -> np.ndarray:
    return rng.poisson(mean * _gamma(rng, cv, (n_days, runs)))


@pytest.mark.parametrize(
    ("mean", "cv", "n_days"),
    [(14.0, 0.0, 7), (200.0, 0.2, 7), (200.0, 0.2, 14), (14.0, 0.5, 30), (14.0, 0.6, 14), (1.0, 0.0, 14)],
)
def test_new_days_fall_into_the_typical_day_as_often_as_it_says(mean: float, cv: float, n_days: int) -> None:
    rng, runs = np.random.default_rng(31), 8000
    seen, new = _new_days(rng, mean, cv, n_days, runs), _new_days(rng, mean, cv, 5, runs)
    for share, highest in ((0.80, 0.975), (0.95, 0.999)):
        low, high = typical_day(seen, share)
        inside = np.mean((low <= new) & (new <= high))
        assert share - 0.008 - _room(runs, share) < inside < highest, share


def test_a_new_sunday_falls_into_the_sundays_range() -> None:
    rng, runs = np.random.default_rng(32), 2500
    factors = np.array([0.96, 0.94, 0.96, 1.0, 1.12, 1.10, 0.92])
    weekdays = np.tile(np.arange(7), 4)
    seen = rng.poisson(200 * factors[weekdays] * _gamma(rng, 0.1, (runs, 28)))
    new = rng.poisson(200 * factors[6] * _gamma(rng, 0.1, runs))
    ranges = np.array([typical_weekday(series, weekdays, 6, 0.95) for series in seen])
    inside = np.mean((ranges[:, 0] <= new) & (new <= ranges[:, 1]))
    assert inside > 0.94 - _room(runs)


@pytest.mark.parametrize(("n_positives", "n_negatives", "n_days"), [(100, 3000, 7), (300, 9000, 14)])
def test_new_days_fall_into_the_range_made_without_labels_of_days(
    n_positives: int, n_negatives: int, n_days: int
) -> None:
    rng, runs = np.random.default_rng(33), 250
    inside = {("missed", 0.80): 0.0, ("missed", 0.95): 0.0, ("alarms", 0.80): 0.0, ("alarms", 0.95): 0.0}
    for _ in range(runs):
        traffic = Traffic.observed(rng.poisson(TRAFFIC * _gamma(rng, 0.2, n_days)).tolist())
        spread = traffic_spread(traffic, traffic.mean)
        assert spread is not None
        missed, alarms = rng.binomial(n_positives, MISSED), rng.binomial(n_negatives, ALARMS)
        new = TRAFFIC * _gamma(rng, 0.2, 100)
        worlds = (
            ("missed", beta_spread(missed, n_positives), PREVALENCE, rng.poisson(new * PREVALENCE * MISSED)),
            (
                "alarms",
                beta_spread(alarms, n_negatives),
                1 - PREVALENCE,
                rng.poisson(new * (1 - PREVALENCE) * ALARMS),
            ),
        )
        for name, rate, mix, days in worlds:
            rate = type(rate)(rate.values * mix, rate.weights)
            for share in (0.80, 0.95):
                low, high = range_of_day(spread, rate, share)
                inside[name, share] += np.mean((low <= days) & (days <= high)) / runs
    for (name, share), covered in inside.items():
        assert share - 0.01 - _room(runs, share) / 2 < covered < share + 0.07, (name, share, covered)


def test_days_with_the_stated_swing_fall_into_their_range() -> None:
    rng, runs = np.random.default_rng(34), 300
    traffic = traffic_spread(Traffic.stated(TRAFFIC, variation=0.25), TRAFFIC)
    assert traffic is not None
    covered = {0.80: 0.0, 0.95: 0.0}
    for _ in range(runs):
        rate = beta_spread(rng.binomial(300, MISSED), 300)
        rate = type(rate)(rate.values * PREVALENCE, rate.weights)
        days = rng.poisson(POSITIVES * MISSED * _gamma(rng, 0.25, 200))
        for share in covered:
            low, high = range_of_day(traffic, rate, share)
            covered[share] += np.mean((low <= days) & (days <= high)) / runs
    for share, inside in covered.items():
        assert share - 0.015 < inside < share + 0.06


@pytest.mark.parametrize("mean", [0.5, 14.0, 200.0])
@pytest.mark.parametrize("share", [0.80, 0.95])
def test_chance_alone_leaves_no_more_than_it_says_on_either_side(mean: float, share: float) -> None:
    low, high = range_by_chance(mean, share)
    assert poisson.cdf(low - 1, mean) <= (1 - share) / 2
    assert poisson.sf(high, mean) <= (1 - share) / 2 + 1e-12


# --- every threshold at once --------------------------------------------------------------------------------


def _flagged(rng: np.random.Generator, n: int, flagged_share: np.ndarray, runs: int) -> np.ndarray:
    """Flagged cases at each threshold, shape (runs, K), for a class whose true shares are given."""
    cells = -np.diff(flagged_share, prepend=1.0, append=0.0)
    return n - np.cumsum(rng.multinomial(n, cells, size=runs), axis=1)[:, :-1]


@pytest.mark.parametrize(("n", "n_thresholds"), [(50, 1000), (300, 1000), (9000, 1000)])
def test_the_band_holds_the_whole_curve(n: int, n_thresholds: int) -> None:
    rng, runs = np.random.default_rng(n), 2000
    truth = np.linspace(1, 0, n_thresholds + 2)[1:-1]
    flagged = _flagged(rng, n, truth, runs)
    values, place = np.unique(flagged, return_inverse=True)
    order = values[::-1]
    table = Sweep.from_counts(np.arange(order.size), order, order, n, n)
    low, high = (limits[::-1][place.reshape(flagged.shape)] for limits in table.false_positive_rate_band())
    held = np.all((low <= truth) & (truth <= high), axis=1).mean()
    assert held > 0.95 - _room(runs)
    low, high = clopper_pearson(values, n, 0.05)
    plain = np.all(
        (low[place].reshape(flagged.shape) <= truth) & (truth <= high[place].reshape(flagged.shape)), axis=1
    )
    assert plain.mean() < 0.80


def test_the_band_holds_a_thousand_thresholds_beyond_the_table() -> None:
    rng, n, runs = np.random.default_rng(40), 1_000_000, 300
    truth = np.linspace(1, 0, 1002)[1:-1]
    flagged = _flagged(rng, n, truth, runs)
    low, high = clopper_pearson(flagged, n, local_alpha(n))
    assert np.all((low <= truth) & (truth <= high), axis=1).mean() > 0.95 - _room(runs)


def _true_shares(n_thresholds: int) -> tuple[np.ndarray, np.ndarray]:
    """Shares of positives and of negatives flagged along thresholds, from normal scores."""
    from scipy.special import ndtr

    levels = np.linspace(-2.5, 6, n_thresholds)
    return ndtr(3.64 - levels), ndtr(-levels)


@pytest.mark.parametrize(("n_positives", "n_negatives"), [(100, 3000), (300, 9000)])
def test_the_whole_curve_of_daily_averages_is_covered(n_positives: int, n_negatives: int) -> None:
    rng, runs = np.random.default_rng(41), 500
    caught_share, alarm_share = _true_shares(150)
    truth = {
        "missed_positives": POSITIVES * (1 - caught_share),
        "caught_positives": POSITIVES * caught_share,
        "flagged_negatives": NEGATIVES * alarm_share,
        "flagged": POSITIVES * caught_share + NEGATIVES * alarm_share,
    }
    caught = _flagged(rng, n_positives, caught_share, runs)
    alarms = _flagged(rng, n_negatives, alarm_share, runs)
    held = dict.fromkeys(truth, 0)
    for run in range(runs):
        sweep = Sweep.from_counts(np.arange(150), caught[run], alarms[run], n_positives, n_negatives)
        traffic = Traffic.observed(rng.poisson(TRAFFIC * _gamma(rng, 0.2, 7)).tolist())
        mix = Prevalence.sampled(int(rng.binomial(10_000, PREVALENCE)), 10_000)
        curves = volume_curves(sweep, DayProfile(traffic, mix))
        for name, value in truth.items():
            curve = getattr(curves, name)
            held[name] += int(np.all((curve.low <= value) & (value <= curve.high)))
    for name, count in held.items():
        assert count / runs > 0.95 - _room(runs) / 2, (name, count / runs)


def test_the_whole_curve_from_whole_days_is_covered() -> None:
    rng, runs, n_days, n_thresholds = np.random.default_rng(42), 300, 14, 100
    caught_share, alarm_share = _true_shares(n_thresholds)
    truth = {
        "missed_positives": POSITIVES / 4 * (1 - caught_share),
        "flagged_negatives": NEGATIVES / 4 * alarm_share,
        "flagged": POSITIVES / 4 * caught_share + NEGATIVES / 4 * alarm_share,
    }
    cells = [-np.diff(share, prepend=1.0, append=0.0) for share in (alarm_share, caught_share)]
    keys = tuple(f"2026-03-{day:02d}" for day in range(1, n_days + 1))
    held = dict.fromkeys(truth, 0)
    for _ in range(runs):
        swing = _gamma(rng, 0.2, n_days)[:, None]
        counts = np.stack(
            [rng.poisson(NEGATIVES / 4 * swing * cells[0]), rng.poisson(POSITIVES / 4 * swing * cells[1])],
            axis=1,
        )
        days = GroupedHistogram(keys, np.arange(float(n_thresholds)), counts)
        flagged = counts.sum(axis=0)[:, ::-1].cumsum(axis=1)[:, ::-1]
        n0, n1 = int(flagged[0, 0]), int(flagged[1, 0])
        sweep = Sweep.from_counts(np.arange(n_thresholds), flagged[1, 1:], flagged[0, 1:], n1, n0)
        profile = DayProfile(Traffic.observed(daily_totals(days)), Prevalence.as_in_cases(n1, n0), days)
        curves = volume_curves(sweep, profile)
        for name, value in truth.items():
            curve = getattr(curves, name)
            held[name] += int(np.all((curve.low <= value) & (value <= curve.high)))
    for name, count in held.items():
        assert count / runs > 0.95 - _room(runs) / 2, (name, count / runs)
