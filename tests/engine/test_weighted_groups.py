"""Weights by group, against pandas, and what they do to the rates of groups."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import expectkit as ek
from expectkit.engine.local import CaseColumns, tally
from expectkit.engine.weighted_groups import weigh_groups
from expectkit.errors import DataError
from expectkit.io.open_cases import open_cases
from expectkit.measure.slices import slice_rates

COLUMNS = CaseColumns("score", "label", weight="w", slices=("channel", "shop"))


def frame(n: int = 3_000) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    label = (rng.random(n) < 0.3).astype(int)
    score = np.clip(rng.normal(0.35 + 0.3 * label, 0.2), 0, 1).round(3)
    return pd.DataFrame(
        {
            "label": label,
            "score": score,
            "channel": rng.choice(["shop", "online", None], n, p=[0.6, 0.39, 0.01]),
            "shop": rng.choice([f"shop {k}" for k in range(4)], n),
            "w": np.where(score < 0.4, 5.0, 1.0),
        }
    )


def test_weights_of_groups_are_those_of_the_table(tmp_path: Path) -> None:
    table = frame()
    table.loc[:20, "score"] = np.nan
    table.to_parquet(tmp_path / "cases.parquet", row_group_size=700)
    for source in (open_cases(table), open_cases(tmp_path / "cases.parquet")):
        found = weigh_groups(source, COLUMNS, 0.5)
        assert set(found) == {"channel", "shop"}
        for column, groups in found.items():
            assert set(groups) >= {value or "" for value in table[column].fillna("").unique()}
            for key, sums in groups.items():
                for label in (0, 1):
                    of = table[
                        (table[column].fillna("") == key) & (table.label == label) & table.score.notna()
                    ]
                    flagged = of[of.score >= 0.5].w
                    expected = [of.w.sum(), (of.w**2).sum(), flagged.sum(), (flagged**2).sum()]
                    assert sums[:, label].tolist() == pytest.approx(expected)


def test_equal_weights_leave_every_rate_and_range_as_it_is() -> None:
    table = frame().assign(w=3.0)
    source = open_cases(table)
    groups = tally(source, COLUMNS, stated=(0.5,)).by_column["shop"]
    plain = slice_rates("shop", groups, 0.5)
    weighted = slice_rates("shop", groups, 0.5, weights=weigh_groups(source, COLUMNS, 0.5)["shop"])
    for one, other in zip(plain.groups, weighted.groups, strict=True):
        assert one.keys == other.keys
        assert one.counted == other.counted
        assert one.rate.value == pytest.approx(other.rate.value)
        assert (one.interval.low, one.interval.high) == pytest.approx(
            (other.interval.low, other.interval.high), abs=1e-6
        )


def test_groups_of_a_weighted_file_go_wrong_as_often_as_the_headline_says() -> None:
    """The table of groups once counted rows: 15 to 17 % of every group missed, beside 29 % of all."""
    table = frame().fillna({"channel": "shop"})
    made = ek.brief(
        "label",
        "score",
        data=table,
        slices=["channel"],
        sample_weight="w",
        threshold=0.5,
        cases_per_day=1000,
        prevalence="as in cases",
        chosen_on="other cases",
    )
    groups = made.record.slices[0].groups
    bad = table[table.label == 1]
    for group in groups:
        of = bad[bad.channel == group.label]
        missed = of[of.score < 0.5]
        assert group.missed is not None
        assert (group.missed.numerator, group.missed.denominator) == (len(missed), len(of))
        assert group.missed.low < missed.w.sum() / of.w.sum() < group.missed.high
        printed = float(group.missed.printed.rstrip("%")) / 100
        assert printed == pytest.approx(missed.w.sum() / of.w.sum(), abs=0.012)
    assert "weigh" in made.to_markdown().split("### By channel")[1][:900]


def test_a_weight_that_is_missing_is_named() -> None:
    table = frame(50)
    table.loc[7, "w"] = np.nan
    with pytest.raises(DataError, match="weight missing"):
        weigh_groups(open_cases(table), COLUMNS, 0.5)
