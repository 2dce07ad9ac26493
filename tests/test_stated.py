"""What the business states becomes what the measures need, and nothing is guessed in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

import expectkit
from expectkit.engine.local import tally
from expectkit.errors import ConfigError, InputError
from expectkit.io.arrow_source import ArraysSource
from expectkit.io.config import read_config
from expectkit.io.config_tables import Config, CostsTable, ThresholdTable, TrafficTable
from expectkit.io.config_values import CostColumn, RuleSetting
from expectkit.measure.histogram import Tally
from expectkit.measure.operating_point import OperatingPoint, ThresholdRule
from expectkit.measure.sweep import Sweep, sweep
from expectkit.stated import (
    SIGN_OFF,
    audience,
    case_columns,
    day_profile,
    is_chosen_on_these_cases,
    is_flagged_today,
    model_record,
    next_score,
    observed_days,
    provenance,
    stated_thresholds,
    threshold_rule,
)

CASES: dict[str, Any] = {"score": "score", "label": "label", "positive": 1}


def config(**tables: dict[str, Any]) -> Config:
    return read_config({"cases": CASES, **tables})


def source(**columns: object) -> ArraysSource:
    label = np.r_[np.ones(40, np.int64), np.zeros(360, np.int64)]
    score = np.linspace(0.99, 0.01, 400)
    day = np.array(["2026-03-01", "2026-03-02", "2026-03-04", "2026-03-05"] * 100, "datetime64[D]")
    return ArraysSource({"label": label, "score": score, "day": day, **columns})


def counted(stated: Config, cases: ArraysSource | None = None) -> tuple[Tally, Sweep]:
    found = tally(cases or source(), case_columns(stated), stated=(0.5,), drop_missing=True)
    return found, sweep(found)


# ---- columns and thresholds


def test_columns_are_handed_on_by_their_meaning() -> None:
    stated = read_config(
        {
            "cases": CASES | {"weight": "w", "time": "day", "group": "card", "slices": ["channel"]},
            "baseline": {"decision": "reviewer"},
        }
    )
    columns = case_columns(stated)
    assert (columns.score, columns.label, columns.positive) == ("score", "label", 1)
    assert (columns.weight, columns.time, columns.group) == ("w", "day", "card")
    assert (columns.slices, columns.decision) == (("channel",), "reviewer")


@pytest.mark.parametrize("missing", ["score", "label"])
def test_a_column_that_is_needed_and_not_named_is_asked_for_by_key_and_option(missing: str) -> None:
    tables = {"cases": {key: value for key, value in CASES.items() if key != missing}}
    with pytest.raises(ConfigError, match=rf"\[cases\] {missing} is needed .* --{missing}"):
        case_columns(read_config(tables))


def test_a_stated_threshold_is_counted_with_the_next_score_above_it_and_a_rule_has_none() -> None:
    stated = config(threshold={"operating": 0.49, "candidates": [0.3, 0.7]})
    assert stated_thresholds(stated, "float64") == (0.49, float(np.nextafter(0.49, 1)), 0.3, 0.7)
    ruled = config(threshold={"operating": {"at_most_false_negative_rate": 0.05}, "candidates": [0.3]})
    assert stated_thresholds(ruled, "float64") == (0.3,)


@pytest.mark.parametrize("threshold", [0.3, 0.0, -2.5, 1e-9])
def test_between_a_threshold_and_the_next_score_no_score_fits(threshold: float) -> None:
    assert next_score(threshold, "float64") == float(np.nextafter(threshold, np.inf))
    single = next_score(threshold, "float32")
    assert np.float32(single) == single > np.float32(threshold)
    assert np.nextafter(np.float32(single), np.float32(-np.inf)) == np.float32(threshold)


# ---- the rule


@pytest.mark.parametrize(
    ("operating", "costs", "rule"),
    [
        (0.0, {}, ThresholdRule.at(0.0)),
        ({"at_most_flagged_per_day": 500}, {}, ThresholdRule.at_most_flagged_per_day(500)),
        ({"at_most_false_negative_rate": 0.05}, {}, ThresholdRule.at_most_false_negative_rate(0.05)),
        ({"at_most_false_positive_rate": 0.02}, {}, ThresholdRule.at_most_false_positive_rate(0.02)),
        ("capacity", {"review_capacity_per_day": 300}, ThresholdRule.capacity(300)),
        (
            "lowest cost",
            {"missed_positive": 120, "flagged_negative": 4, "currency": "EUR"},
            ThresholdRule.lowest_cost(120, 4),
        ),
    ],
)
def test_each_way_to_state_a_threshold_becomes_its_rule(
    operating: Any, costs: dict[str, Any], rule: Any
) -> None:
    assert threshold_rule(config(threshold={"operating": operating}, costs=costs)) == rule


@pytest.mark.parametrize(
    ("operating", "costs", "message"),
    [
        (None, CostsTable(), r"\[threshold\] operating is needed"),
        (RuleSetting("capacity"), CostsTable(), r"\[costs\] review_capacity_per_day is needed"),
        (
            RuleSetting("lowest cost"),
            CostsTable(missed_positive=120.0),
            r"\[costs\] flagged_negative is needed",
        ),
        (RuleSetting("at_most_flagged_per_day"), CostsTable(), "at_most_flagged_per_day needs a limit"),
    ],
)
def test_what_a_rule_needs_is_asked_for_of_a_config_built_in_python(
    operating: RuleSetting | None, costs: CostsTable, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        threshold_rule(Config(threshold=ThresholdTable(operating=operating), costs=costs))


def test_a_lowest_cost_of_single_amounts_carries_no_costs_and_a_value_of_catches_adds_to_a_miss() -> None:
    by_amount = CostsTable(missed_positive=CostColumn("amount"), flagged_negative=4.0)
    rule = RuleSetting("lowest cost")
    assert threshold_rule(Config(threshold=ThresholdTable(operating=rule), costs=by_amount)) == ThresholdRule(
        "lowest cost"
    )
    gain = CostsTable(missed_positive=100.0, caught_positive=20.0, flagged_negative=4.0)
    found = threshold_rule(Config(threshold=ThresholdTable(operating=rule), costs=gain))
    assert found == ThresholdRule.lowest_cost(120.0, 4.0)


@pytest.mark.parametrize(
    ("stated", "by_rule", "expected"),
    [
        (None, True, True),
        (None, False, False),
        ("these cases", False, True),
        ("other cases", True, False),
    ],
)
def test_what_people_say_of_the_choice_counts_before_what_the_rule_implies(
    stated: str | None, by_rule: bool, expected: bool
) -> None:
    table = {"operating": 0.5} if stated is None else {"operating": 0.5, "chosen_on": stated}
    point = OperatingPoint(0.5, ThresholdRule.at(0.5), by_rule, None)
    assert is_chosen_on_these_cases(config(threshold=table), point) is expected


# ---- the day


@pytest.mark.parametrize(
    ("traffic", "kind", "mean"),
    [
        ({"cases_per_day": 8280}, "stated", 8280),
        ({"cases_per_day": [8000, 9000]}, "stated range", 8500),
        ({"cases_per_day": 8280, "day_to_day_variation": 0.2}, "stated", 8280),
    ],
)
def test_stated_traffic_is_taken_at_its_word(traffic: dict[str, Any], kind: str, mean: float) -> None:
    stated = config(traffic=traffic)
    found, counts = counted(stated)
    day = day_profile(stated, counts, found)
    assert (day.traffic.source, day.traffic.mean) == (kind, mean)
    assert day.traffic.variation == traffic.get("day_to_day_variation")


def test_observed_traffic_is_counted_on_the_days_of_the_cases() -> None:
    stated = read_config({"cases": CASES | {"time": "day"}, "traffic": {"cases_per_day": "observed"}})
    found, counts = counted(stated)
    day = day_profile(stated, counts, found)
    assert day.traffic.daily == (100, 100, 100, 100)
    assert day.holds_whole_days


def test_traffic_to_be_observed_needs_a_time_column() -> None:
    stated = replace(config(), traffic=TrafficTable(cases_per_day="observed"))
    found, counts = counted(stated)
    with pytest.raises(ConfigError, match="no time column is named"):
        day_profile(stated, counts, found)


@pytest.mark.parametrize(
    ("prevalence", "kind", "value"),
    [
        (0.05, "stated", 0.05),
        ([0.03, 0.05], "stated range", 0.04),
        ({"positives": 338, "of": 10_000}, "sample", 0.0338),
        ("as in cases", "as in cases", 0.1),
        ({"kept_negatives": 0.5}, "kept negatives", 40 / (40 + 720)),
        (None, "as in cases", 0.1),
    ],
)
def test_each_way_to_state_the_mix_is_understood(prevalence: Any, kind: str, value: float) -> None:
    traffic = {"cases_per_day": 100} | ({} if prevalence is None else {"prevalence": prevalence})
    stated = config(traffic=traffic)
    found, counts = counted(stated)
    mix = day_profile(stated, counts, found).prevalence
    assert (mix.source, mix.value) == (kind, pytest.approx(value))


def test_the_mix_of_weighted_cases_is_that_of_their_weights() -> None:
    stated = read_config({"cases": CASES | {"weight": "w"}, "traffic": {"cases_per_day": 100}})
    cases = source(w=np.r_[np.full(40, 1.0), np.full(360, 3.0)])
    found, counts = counted(stated, cases)
    assert day_profile(stated, counts, found).prevalence.value == pytest.approx(40 / (40 + 1080))


def test_a_rebalanced_file_without_a_stated_mix_is_refused() -> None:
    stated = config(traffic={"cases_per_day": 100})
    halves = ArraysSource({"label": [0, 1] * 100, "score": np.linspace(0, 1, 200)})
    found, counts = counted(stated, halves)
    with pytest.raises(InputError, match="looks rebalanced"):
        day_profile(stated, counts, found)


# ---- today's decisions


def decided(positive: Any, *values: str) -> list[bool]:
    cases = {key: value for key, value in CASES.items() if key != "positive"}
    if positive is not None:
        cases["positive"] = positive
    stated = read_config({"cases": cases, "baseline": {"decision": "reviewer"}})
    return list(is_flagged_today(stated, values))


@pytest.mark.parametrize(
    ("positive", "values", "flagged"),
    [
        (1, ("0", "1"), [False, True]),
        (1, ("0.0", "1.0"), [False, True]),
        (2, ("1", "2"), [False, True]),
        (2, ("1.0", "2.0"), [False, True]),
        (0, ("0", "1"), [True, False]),
        (True, ("false", "true"), [False, True]),
        ("fraud", ("Fraud ", "ok"), [True, False]),
        (1, ("", "pass", "Block"), [False, False, True]),
        (None, ("none", "yes"), [False, True]),
    ],
)
def test_the_value_that_means_flagged_is_found(
    positive: Any, values: tuple[str, ...], flagged: list[bool]
) -> None:
    assert decided(positive, *values) == flagged


@pytest.mark.parametrize("values", [("none", "later"), ("yes", "true"), ("", "yes"), ("",)])
def test_decisions_that_are_all_alike_or_not_understood_are_shown(values: tuple[str, ...]) -> None:
    with pytest.raises(
        ConfigError, match=r'the decision column "reviewer" holds .* must mean flagged'
    ) as caught:
        decided(None, *values)
    assert repr(values[0]) in str(caught.value)


# ---- who and what


def test_who_signs_is_named_or_the_usual() -> None:
    assert audience(config()).sign_off == SIGN_OFF
    stated = config(briefing={"team": "Payments", "asks": ["Agree."], "sign_off": ["Counsel"]})
    found = audience(stated)
    assert (found.team, found.asks, found.sign_off) == ("Payments", ("Agree.",), ("Counsel",))


def test_a_model_without_a_version_has_none() -> None:
    assert model_record(config(model={"name": "fraud model"})).version == ""
    assert model_record(config(model={"name": "fraud model", "version": "3.2"})).version == "3.2"


def test_provenance_says_what_was_read_when_and_what_was_left_out() -> None:
    stated = read_config(
        {"cases": CASES | {"time": "day", "group": "card"}, "briefing": {"banner": "Simulated."}}
    )
    score = np.linspace(0.99, 0.01, 400)
    score[7] = np.nan
    cases = source(score=score, card=np.arange(400) // 4)
    found, _ = counted(stated, cases)
    basis = provenance(stated, cases, found, date(2026, 3, 12))
    assert (basis.n_rows, basis.n_kept, basis.n_missing_score, basis.n_missing_label) == (400, 399, 1, 0)
    assert (basis.n_days, basis.first_day, basis.last_day) == (4, "2026-03-01", "2026-03-05")
    assert (basis.score_low, basis.score_high) == (pytest.approx(0.01), pytest.approx(0.99))
    assert (basis.date, basis.banner, basis.compare) == ("2026-03-12", "Simulated.", "float64")
    assert basis.n_clusters == 90  # the class with more groups: 360 negatives in fours
    assert not basis.is_weighted
    assert basis.expectkit_version == expectkit.__version__
    assert [len(item.sha256) for item in basis.inputs] == [64]


# ---- observed days


OBSERVED: dict[str, Any] = {"cases": CASES | {"time": "day"}, "traffic": {"cases_per_day": "observed"}}


def test_negatives_that_were_thinned_out_count_as_many_times_as_they_stand_for() -> None:
    traffic = {"cases_per_day": "observed", "prevalence": {"kept_negatives": 0.05}}
    stated = read_config(OBSERVED | {"traffic": traffic})
    found, counts = counted(stated)
    day = day_profile(stated, counts, found)
    assert day.traffic.daily == (10 + 20 * 90,) * 4
    assert day.traffic.mean * day.prevalence.value == pytest.approx(10)


def test_rows_without_a_label_are_still_traffic_of_their_day() -> None:
    stated = read_config(OBSERVED)
    label = [1.0] * 40 + [0.0] * 360
    label[1::4] = [None] * 100  # type: ignore[list-item]
    label[2::8] = [None] * 50  # type: ignore[list-item]
    cases = source(label=np.array(label, dtype=np.float64))
    found, counts = counted(stated, cases)
    day = day_profile(stated, counts, found)
    assert counts.n_positives + counts.n_negatives == 250
    assert day.traffic.daily == (100, 100, 100, 100)
    assert day.prevalence.value == pytest.approx(25 / 250)
    assert not day.holds_whole_days


def test_days_without_a_time_column_are_none() -> None:
    stated = config()
    assert observed_days(stated, counted(stated)[0]) == {}
