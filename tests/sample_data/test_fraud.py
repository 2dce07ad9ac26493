from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # sample_data is no installed package

from sample_data.fraud import facts, tables  # noqa: E402
from sample_data.fraud.features import FEATURES, build_features, distances_km  # noqa: E402
from sample_data.fraud.simulate import (  # noqa: E402
    DAY,
    NEVER,
    TAKEOVER,
    VALID,
    WEEKDAY_FACTORS,
    Payments,
    Settings,
    simulate,
)

if TYPE_CHECKING:
    from sample_data.fraud.world import World

FRAUD = ROOT / "sample_data" / "fraud"
SMALL = Settings(
    seed=5,
    n_days=56,
    n_customers=300,
    n_terminals=600,
    skimmed_per_day=1.0,
    takeovers_per_day=2.0,
    tests_per_day=4.0,
)


@pytest.fixture(scope="module")
def small() -> tuple[World, Payments]:
    return simulate(SMALL)


@pytest.fixture(scope="module")
def cases() -> pa.Table:
    return pq.read_table(FRAUD / "scored_cases.parquet")


@pytest.fixture(scope="module")
def log() -> pa.Table:
    return pq.read_table(FRAUD / "production_log.parquet")


def column(table: pa.Table, name: str) -> npt.NDArray[np.float64]:
    return np.asarray(table[name].to_numpy(), dtype=np.float64)


def day_numbers(table: pa.Table) -> npt.NDArray[np.int64]:
    day = table["time"].to_numpy().astype("datetime64[D]")
    return np.asarray((day - day[0]).astype(np.int64))


def same(left: Payments, right: Payments) -> bool:
    names = [field.name for field in dataclasses.fields(left)]
    return all(np.array_equal(getattr(left, name), getattr(right, name)) for name in names)


def test_the_same_seed_gives_the_same_payments_and_another_seed_gives_others(
    small: tuple[World, Payments],
) -> None:
    assert same(small[1], simulate(SMALL)[1])
    assert not np.array_equal(
        small[1].amount[:1_000], simulate(dataclasses.replace(SMALL, seed=6))[1].amount[:1_000]
    )


def test_removing_later_payments_leaves_every_feature_as_it_was(small: tuple[World, Payments]) -> None:
    world, payments = small
    whole = build_features(world, payments)
    for day in (20, 41):
        n_before = int((payments.time < day * DAY).sum())
        cut = build_features(world, payments.take(np.arange(n_before)))
        np.testing.assert_array_equal(cut, whole[:n_before])


def test_labels_that_have_not_arrived_change_no_feature_and_those_that_have_do(
    small: tuple[World, Payments],
) -> None:
    world, payments = small
    now = 40 * DAY
    whole = build_features(world, payments)
    later = np.where(payments.label_time >= now, NEVER, payments.label_time)
    early = payments.time < now
    np.testing.assert_array_equal(
        build_features(world, dataclasses.replace(payments, label_time=later))[early], whole[early]
    )
    none = np.full(len(payments), NEVER)
    without = build_features(world, dataclasses.replace(payments, label_time=none))
    changed = {FEATURES[i] for i in np.flatnonzero((without[early] != whole[early]).any(axis=0))}
    assert changed == {"terminal_reports_7d", "terminal_reports_28d"}


def test_window_features_equal_a_count_by_hand(small: tuple[World, Payments]) -> None:
    world, payments = small
    features = build_features(world, payments)
    for row in np.random.default_rng(3).choice(np.arange(20_000, len(payments)), 40, replace=False):
        card = np.flatnonzero(payments.customer[:row] == payments.customer[row])
        week = card[payments.time[card] >= payments.time[row] - 7 * DAY]
        here = np.flatnonzero(payments.terminal == payments.terminal[row])
        reports = payments.label_time[here]
        known = (reports < payments.time[row]) & (reports >= payments.time[row] - 28 * DAY)
        by_hand = {
            "card_payments_7d": np.log1p(len(week)),
            "card_spend_7d": np.log1p(payments.amount[week].sum()),
            "terminal_reports_28d": np.log1p(known.sum()),
        }
        for name, value in by_hand.items():
            assert features[row, FEATURES.index(name)] == pytest.approx(value, rel=1e-5, abs=1e-6)


def test_switch_a_changes_thieves_only_and_only_from_its_day(small: tuple[World, Payments]) -> None:
    changed = simulate(dataclasses.replace(SMALL, imitate_from_day=28, imitating_share=0.9))[1]
    for payments in (small[1], changed):
        assert (np.diff(payments.time) >= 0).all()
    before = [p.take(p.time < 28 * DAY) for p in (small[1], changed)]
    valid = [p.take(p.kind == VALID) for p in (small[1], changed)]
    assert np.array_equal(valid[0].amount, valid[1].amount)
    assert np.array_equal(before[0].terminal, before[1].terminal)
    spent = [p.amount[(p.kind == TAKEOVER) & (p.time >= 28 * DAY)].mean() for p in (small[1], changed)]
    assert spent[1] < 0.7 * spent[0]


def test_switch_b_sends_customers_travelling_and_leaves_thieves_alone(small: tuple[World, Payments]) -> None:
    world, payments = small
    _, moved = simulate(dataclasses.replace(SMALL, season_from_day=28))
    assert np.array_equal(payments.amount[payments.kind != VALID], moved.amount[moved.kind != VALID])
    assert same(payments.take(payments.time < 28 * DAY), moved.take(moved.time < 28 * DAY))

    def on_trips(p: Payments) -> float:
        """Share of payments far from home, in the country with shops enough to have them all nearby."""
        late = (p.kind == VALID) & (p.time >= 32 * DAY) & (world.customer_country[p.customer] == 0)
        return float((distances_km(world, p)[late] > 150).mean())

    assert 2 * on_trips(payments) < on_trips(moved) < 4.5 * on_trips(payments)


def test_three_in_a_hundred_thefts_are_never_reported_and_no_report_comes_before_its_theft() -> None:
    _, payments = simulate(dataclasses.replace(SMALL, n_days=120, takeovers_per_day=20.0))
    theft = payments.kind != VALID
    never = payments.label_time[theft] == NEVER
    assert (payments.label_time[~theft] == NEVER).all()
    assert never.mean() == pytest.approx(0.03, abs=4 * np.sqrt(0.03 * 0.97 / theft.sum()))
    delay = (payments.label_time - payments.time)[theft][~never] / DAY
    assert delay.min() > 0
    assert np.median(delay) == pytest.approx(5.0, rel=0.05)


def test_card_numbers_pass_the_check_digit_and_are_all_different() -> None:
    numbers = tables.card_numbers(4_000)
    assert len(set(numbers)) == 4_000
    for number in numbers[:200]:
        digits = [int(digit) for digit in number]
        doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
        assert (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
        assert len(number) == 16


def test_the_test_days_tell_the_story_of_the_readme(cases: pa.Table) -> None:
    fraud, flagged = column(cases, "is_fraud") == 1, column(cases, "score") >= 0.49
    assert 0.046 < (fraud & ~flagged).sum() / fraud.sum() < 0.054
    assert 0.023 < (~fraud & flagged).sum() / (~fraud).sum() < 0.027
    assert (~fraud & flagged).sum() / 28 == pytest.approx(200, abs=10)
    assert (fraud & ~flagged).sum() / 28 == pytest.approx(14, abs=1)
    assert (fraud & flagged).sum() / 28 == pytest.approx(266, abs=8)
    assert (~fraud).sum() / 28 == pytest.approx(8_000, abs=160)


def test_the_test_days_are_28_whole_days_with_a_weekday_pattern(cases: pa.Table) -> None:
    per_day = np.bincount(day_numbers(cases))
    assert len(per_day) == 28
    assert str(cases["time"][0].as_py().date()) == "2026-03-02"  # a Monday
    by_weekday = per_day.reshape(4, 7).mean(axis=0) / per_day.mean()
    np.testing.assert_allclose(by_weekday, WEEKDAY_FACTORS, atol=0.06)
    assert np.ptp(np.log(per_day.reshape(4, 7) / per_day.reshape(4, 7).mean(axis=0))) > 0.05


def test_tiny_online_payments_are_missed_far_more_often_than_the_rest(cases: pa.Table) -> None:
    missed = (column(cases, "score") < 0.49)[column(cases, "is_fraud") == 1]
    frauds = cases.filter(pa.array(column(cases, "is_fraud") == 1))
    online = np.asarray(frauds["channel"].to_pylist()) == "online"
    tiny = online & (column(frauds, "amount") < 2)
    assert missed[tiny].mean() > 5 * missed[~tiny].mean()
    assert tiny.sum() > 300


def test_the_scored_cases_hold_no_missing_values_but_distances_online(cases: pa.Table) -> None:
    assert cases.num_rows == len(set(cases["transaction_id"].to_pylist()))
    online = np.asarray(cases["channel"].to_pylist()) == "online"
    for name in cases.column_names:
        expected = int(online.sum()) if name == "distance_km" else 0
        assert cases[name].null_count == expected, name
    assert cases.schema.field("score").type == pa.float32()


def test_the_assumed_reviewers_err_as_often_as_stated(cases: pa.Table) -> None:
    fraud, held = column(cases, "is_fraud") == 1, column(cases, "reviewer_decision") == 1
    tiny = (np.asarray(cases["channel"].to_pylist()) == "online") & (column(cases, "amount") < 2)
    assert (~held)[fraud & ~tiny].mean() == pytest.approx(0.125, abs=0.015)
    assert (~held)[fraud & tiny].mean() == pytest.approx(0.375, abs=0.08)
    assert held[~fraud].mean() == pytest.approx(0.039, abs=0.003)


def test_from_week_5_recall_falls_while_alerts_fall_too(log: pa.Table) -> None:
    fraud, flagged = column(log, "is_fraud") == 1, log["flagged"].to_numpy()
    late = day_numbers(log) >= 28
    recall = [flagged[fraud & part].mean() for part in (~late, late)]
    alerts = [int((flagged & part).sum()) for part in (~late, late)]
    assert recall[0] == pytest.approx(0.95, abs=0.01)
    assert recall[1] < 0.85
    assert alerts[1] < alerts[0]
    assert np.bincount(day_numbers(log)).size == 56


def test_flags_in_the_log_follow_the_logged_score_and_labels_come_after_the_payment(log: pa.Table) -> None:
    assert np.array_equal(log["flagged"].to_numpy(), column(log, "score") >= 0.49)
    known = log["label_time"].is_valid().to_numpy()
    assert np.array_equal(known, column(log, "is_fraud") == 1)
    frauds = log.filter(pa.array(known))
    hours = (frauds["label_time"].to_numpy() - frauds["time"].to_numpy()).astype(
        "timedelta64[s]"
    ) / np.timedelta64(3_600, "s")
    flagged = frauds["flagged"].to_numpy()
    assert hours.min() > 0
    assert np.median(hours[flagged]) < 8
    assert np.median(hours[~flagged]) == pytest.approx(120, rel=0.1)


def test_the_audit_sheet_weights_up_to_the_payments_let_through(log: pa.Table) -> None:
    sheet = pa_csv.read_csv(FRAUD / "audit_sheet.csv")
    rows = np.searchsorted(log["transaction_id"].to_numpy(), sheet["transaction_id"].to_numpy())
    assert not log["flagged"].to_numpy()[rows].any()
    truth = np.where(column(log, "is_fraud")[rows] == 1, "fraud", "valid")
    assert sheet["outcome"].to_pylist() == truth.tolist()
    weight = 1 / column(sheet, "inclusion_probability")
    let_through = int((~log["flagged"].to_numpy()).sum())
    assert weight.sum() == pytest.approx(let_through, abs=4 * np.sqrt((weight * (weight - 1)).sum()))
    missed = int((~log["flagged"].to_numpy() & (column(log, "is_fraud") == 1)).sum())
    found = np.asarray(sheet["outcome"].to_pylist()) == "fraud"
    spread = np.sqrt((weight * (weight - 1))[found].sum())
    assert weight[found].sum() == pytest.approx(missed, abs=4 * spread)


def test_the_feature_samples_carry_the_scores_of_the_cases(cases: pa.Table) -> None:
    sample = pq.read_table(FRAUD / "test_features.parquet")
    rows = np.searchsorted(cases["transaction_id"].to_numpy(), sample["transaction_id"].to_numpy())
    assert np.array_equal(sample["score"].to_numpy(), cases["score"].to_numpy()[rows])
    assert np.array_equal(sample["is_fraud"].to_numpy(), cases["is_fraud"].to_numpy()[rows])
    assert sample.column_names == ["transaction_id", *FEATURES, "score", "is_fraud"]


def test_the_files_stay_small() -> None:
    assert (
        sum(path.stat().st_size for path in (ROOT / "sample_data").rglob("*") if path.is_file()) < 9_000_000
    )
    assert (FRAUD / "model.keras").stat().st_size < 1_000_000


def test_the_readme_says_simulated_and_its_facts_are_those_of_the_files() -> None:
    readme = (ROOT / "sample_data" / "README.md").read_text(encoding="utf-8")
    assert (
        "Simulated. Rates are chosen, not observed; nothing here says how well any real fraud model works."
        in readme
    )
    measured = readme.split(facts.START)[1].split(facts.END)[0].strip()
    assert measured == facts.describe(FRAUD)


def test_the_demo_config_names_columns_that_exist(cases: pa.Table) -> None:
    from expectkit.io.config import load_config

    config = load_config(FRAUD / "expectkit.toml")
    table, baseline = config.cases, config.baseline
    single = (table.score, table.label, table.id, table.time, table.group, table.amount, baseline.decision)
    named = {name for name in single if name is not None}
    named |= {*table.slices, *table.show, *table.redact}
    assert named <= set(cases.column_names)
    assert len(named) >= 13


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", ["test_features.parquet", "tuning_features.parquet"])
def test_the_shipped_model_gives_the_shipped_scores(name: str) -> None:
    keras = pytest.importorskip("keras", exc_type=ImportError)
    model = keras.saving.load_model(FRAUD / "model.keras", compile=False)
    sample = pq.read_table(FRAUD / name)
    features = np.stack([sample[feature].to_numpy() for feature in FEATURES], axis=1)
    scores = np.asarray(model(features))[:, 0]
    np.testing.assert_allclose(scores, sample["score"].to_numpy(), atol=1e-5, rtol=0)
