"""Weights, left-out rows and closed days where the number of cases a day is taken from the file; counted by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

import expectkit as ek
from expectkit.cautions import cautions
from expectkit.class_pipeline import measure_classes
from expectkit.engine.local import tally
from expectkit.errors import ConfigError
from expectkit.io.arrow_source import ArraysSource
from expectkit.io.config import read_config
from expectkit.io.config_tables import Config
from expectkit.label_pipeline import measure_labels
from expectkit.measure.histogram import Tally
from expectkit.measure.observed_days import weighted_totals_of_days
from expectkit.measure.prevalence import DayProfile
from expectkit.measure.sweep import Sweep, sweep
from expectkit.measure.volumes import daily_volumes
from expectkit.stated import case_columns, day_profile, observed_days

CASES = {"score": "score", "label": "label", "positive": 1, "time": "day"}
MONDAY, TUESDAY, WEDNESDAY = "2026-03-02", "2026-03-03", "2026-03-04"


def _config(traffic: dict[str, Any] | None = None, **cases: Any) -> Config:
    return read_config({"cases": CASES | cases, "traffic": {"cases_per_day": "observed"} | (traffic or {})})


def _rows(*groups: tuple[str, int, float, float, int]) -> ArraysSource:
    """Make rows from (day, label, score, weight, how many)."""
    columns: dict[str, list[Any]] = {"day": [], "label": [], "score": [], "w": []}
    for day, label, score, weight, n in groups:
        for name, value in zip(columns, (day, label, score, weight), strict=True):
            columns[name].extend([value] * n)
    arrays: dict[str, Any] = {name: np.array(values) for name, values in columns.items()}
    return ArraysSource(arrays | {"day": arrays["day"].astype("datetime64[D]")})


def _counted(config: Config, source: ArraysSource) -> tuple[Tally, Sweep]:
    found = tally(source, case_columns(config), stated=(0.5,), drop_missing=True)
    return found, sweep(found)


def _thinned() -> ArraysSource:
    """Two days: all 40 + 60 positives, and one in twenty of the 1,000 + 1,400 negatives."""
    return _rows(
        (MONDAY, 1, 0.9, 1.0, 36),
        (MONDAY, 1, 0.2, 1.0, 4),
        (MONDAY, 0, 0.9, 20.0, 5),
        (MONDAY, 0, 0.1, 20.0, 45),
        (TUESDAY, 1, 0.9, 1.0, 54),
        (TUESDAY, 1, 0.2, 1.0, 6),
        (TUESDAY, 0, 0.9, 20.0, 7),
        (TUESDAY, 0, 0.1, 20.0, 63),
    )


def _day(config: Config, source: ArraysSource) -> tuple[DayProfile, Sweep]:
    found, counts = _counted(config, source)
    return day_profile(config, counts, found), counts


def test_a_row_stands_for_as_many_cases_of_its_day_as_it_weighs() -> None:
    day, counts = _day(_config(weight="w"), _thinned())
    assert day.traffic.daily == (40 + 1000, 60 + 1400)
    assert day.traffic.mean == 1250
    assert day.prevalence.value == pytest.approx(100 / 2500)
    volumes = daily_volumes(counts, day, 0.5, simultaneous=False)
    assert volumes.positives.estimate == pytest.approx(50)  # (40 + 60) / 2
    assert volumes.missed_positives.estimate == pytest.approx(5)  # (4 + 6) / 2
    assert volumes.caught_positives.estimate == pytest.approx(45)
    assert volumes.flagged_negatives.estimate == pytest.approx(120)  # (5 + 7) / 2 * 20
    assert volumes.cases.estimate == pytest.approx(1250)


def test_weights_of_1_give_what_no_weights_give() -> None:
    even = _rows(
        *((day, label, score, 1.0, n) for day in (MONDAY, TUESDAY) for label, score, n in _EVEN),
    )
    weighted, _ = _day(_config(weight="w"), even)
    plain, _ = _day(_config(), even)
    assert weighted.traffic == plain.traffic
    assert weighted.prevalence.value == plain.prevalence.value


_EVEN = ((1, 0.9, 20), (1, 0.2, 4), (0, 0.9, 10), (0, 0.1, 300))


def test_weighted_days_never_pass_for_whole_days() -> None:
    day, counts = _day(_config(weight="w"), _thinned())
    assert daily_volumes(counts, day, 0.5, simultaneous=False).per_weekday == ()
    assert daily_volumes(counts, day, 0.5, simultaneous=False).rates_differ_by_day == (False, False)


def test_rows_left_out_weigh_on_their_day() -> None:
    source = _rows(
        (MONDAY, 1, 0.9, 1.0, 40),
        (MONDAY, 0, 0.1, 20.0, 50),
        (TUESDAY, 1, 0.9, 1.0, 60),
        (TUESDAY, 0, 0.1, 20.0, 70),
        (TUESDAY, 0, np.nan, 20.0, 5),
        (WEDNESDAY, 0, np.nan, 20.0, 30),
    )
    config = _config(weight="w")
    found, counts = _counted(config, source)
    totals = {MONDAY: 1040, TUESDAY: 1460 + 100, WEDNESDAY: 600}
    assert observed_days(config, found) == totals
    assert day_profile(config, counts, found).traffic.daily == tuple(totals.values())


def test_kept_negatives_multiply_with_the_weights() -> None:
    assert weighted_totals_of_days({MONDAY: (100.0, 10.0, 0.0), TUESDAY: (50.0, 0.0, 5.0)}, 0.5) == {
        MONDAY: 210,
        TUESDAY: 110,
    }
    assert weighted_totals_of_days({"": (5.0, 5.0, 0.0), MONDAY: (0.0, 0.0, 8.0)}) == {MONDAY: 8}
    assert weighted_totals_of_days({}) == {}


def test_weights_that_cannot_count_cases_are_refused_where_cases_a_day_rest_on_them() -> None:
    source = _rows(*((day, label, score, 0.25, n) for day in (MONDAY, TUESDAY) for label, score, n in _EVEN))
    with pytest.raises(ConfigError, match=r"'w' are 0.25 on average.* State cases_per_day as a number"):
        _day(_config(weight="w"), source)
    stated, _ = _day(_config({"cases_per_day": 300}, weight="w"), source)
    assert stated.traffic.mean == 300


def test_a_reader_is_told_that_weights_count_as_cases() -> None:
    config = _config(weight="w")
    found, counts = _counted(config, _thinned())
    day = day_profile(config, counts, found)
    said = {one.code: one.text for one in cautions(counts, day, 0.5, observed_days(config, found))}
    assert "a row is taken to stand for as many cases" in said["weights_as_cases"]
    plain, counts = _day(_config({"prevalence": "as in cases"}), _thinned())
    assert "weights_as_cases" not in {one.code for one in cautions(counts, plain, 0.5, {})}


# ---- several classes, several labels


def test_cases_of_classes_that_are_left_out_are_traffic_of_their_day() -> None:
    n = 400
    names = np.array(["cat", "dog", "owl"])[np.arange(n) % 3]
    scores = {f"{name} score": np.where(names == name, 0.9, 0.05) for name in ("cat", "dog", "owl")}
    label = names.astype(object)
    label[:60] = None  # 50 of Monday's 200, 10 of Tuesday's 150, none of Thursday's 50
    day = np.repeat(np.array([MONDAY, TUESDAY, "2026-03-05"], "datetime64[D]"), (200, 150, 50))
    label[50:60] = names[50:60]
    label[200:210] = None
    config = read_config(
        {
            "cases": {
                "label": "label",
                "class_scores": {name: f"{name} score" for name in ("cat", "dog", "owl")},
            }
            | {"time": "day"},
            "threshold": {"operating": 0.5},
            "traffic": {"cases_per_day": "observed", "class_mix": "as in cases"},
        }
    )
    source = ArraysSource({"label": label, "day": day, **scores})
    record = measure_classes(config, source, today=date(2026, 3, 12), drop_missing=True)
    assert record.provenance.n_kept == 340
    assert record.traffic.mean == pytest.approx(400 / 3)
    assert "missing_days" in {one.code for one in record.warnings}


def test_every_label_has_the_traffic_of_all_rows() -> None:
    rng = np.random.default_rng(3)
    truth = {name: (rng.random(600) < 0.1).astype(float) for name in ("spam", "rude")}
    scores = {name: np.clip(truth[name] * 0.6 + rng.uniform(0, 0.4, 600), 0, 1) for name in truth}
    truth["rude"][:150] = np.nan
    day = np.repeat(np.array([MONDAY, TUESDAY, WEDNESDAY], "datetime64[D]"), 200)
    labels = {
        name: {"score": f"{name} score", "label": f"{name} label", "threshold": 0.5, "positive": 1}
        for name in truth
    }
    config = read_config(
        {
            "cases": {"labels": labels, "time": "day"},
            "traffic": {"cases_per_day": "observed", "prevalence": "as in cases"},
        }
    )
    columns = {f"{name} score": scores[name] for name in truth} | {
        f"{name} label": truth[name] for name in truth
    }
    source = ArraysSource({"day": day, **columns})
    record = measure_labels(config, source, today=date(2026, 3, 12), drop_missing=True)
    by_name = {one.name: one.record for one in record.labels}
    assert {name: one.traffic.mean for name, one in by_name.items()} == {"spam": 200, "rude": 200}


# ---- closed on Sundays


def test_a_shop_that_is_closed_on_sundays_says_that_its_days_are_those_with_cases() -> None:
    days = [day for day in np.arange("2026-03-02", "2026-03-30", dtype="datetime64[D]") if _is_open(day)]
    n_days, rng = len(days), np.random.default_rng(4)
    assert n_days == 24
    label = np.tile(np.r_[np.ones(10, np.int64), np.zeros(90, np.int64)], n_days)
    score = np.where(label == 1, rng.uniform(0.3, 1, label.size), rng.uniform(0, 0.6, label.size))
    briefing = ek.brief(
        label,
        score,
        threshold=0.5,
        time=np.repeat(days, 100),
        cases_per_day="observed",
        chosen_on="other cases",
    )
    said = {one.id: one for one in briefing.record.statements}
    found = said["certainty.traffic"]
    assert "24 days: 100" in found.text
    assert "3 days in between brought none and are left out" in found.text
    assert "a month or a year is 7, 30 or 365 of these" in found.text
    assert found.values["n_days_without"] == 3
    assert said["expectation"].text.endswith(
        "A day here is a day with cases: days without cases are not counted."
    )
    warned = {one.code: one.text for one in briefing.record.warnings}["missing_days"]
    assert "all of them Saturdays or Sundays. Numbers a day are those of days with cases" in warned


def _is_open(day: np.datetime64) -> bool:
    return bool((day.astype(int) + 3) % 7 != 6)
