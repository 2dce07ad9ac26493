"""Ids that occur twice are counted; copies of rows are not taken in silence."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import expectkit as ek
from expectkit.engine.repeats import n_repeats
from expectkit.errors import DataError
from expectkit.io.open_cases import open_cases


def table(ids: list[object]) -> pd.DataFrame:
    n = len(ids)
    return pd.DataFrame({"id": ids, "label": [k % 2 for k in range(n)], "score": [k / n for k in range(n)]})


@pytest.mark.parametrize(
    ("ids", "expected"),
    [([1, 2, 3, 4], 0), ([1, 1, 1, 2], 2), (["a", "b", "a", None], 1), ([None, None, "x", "y"], 0)],
)
def test_rows_with_an_id_of_an_earlier_row_are_counted(
    ids: list[object], expected: int, tmp_path: Path
) -> None:
    table(ids).to_parquet(tmp_path / "cases.parquet", row_group_size=2)
    assert n_repeats(open_cases(table(ids)), "id") == expected
    assert n_repeats(open_cases(tmp_path / "cases.parquet"), "id") == expected


def test_a_missing_id_column_is_named_and_a_huge_source_is_not_searched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(DataError, match="no column 'idd'"):
        n_repeats(open_cases(table([1, 2])), "idd")
    monkeypatch.setattr("expectkit.engine.repeats.MOST_ROWS", 3)
    assert n_repeats(open_cases(table([1, 1, 1, 1])), "id") is None


def test_a_briefing_of_copied_rows_says_so_and_names_no_id() -> None:
    rows = table([f"secret {k % 400}" for k in range(1_000)])
    options: dict[str, object] = {"threshold": 0.5, "cases_per_day": 100, "prevalence": "as in cases"}
    warned = {
        one.code: one.text
        for one in ek.brief(
            "label", "score", data=rows, id="id", chosen_on="other cases", **options
        ).record.warnings
    }
    assert "600 of the 1,000 rows" in warned["repeated_ids"]
    assert "secret" not in warned["repeated_ids"]
    grouped = ek.brief(
        "label", "score", data=rows, id="id", group="id", chosen_on="other cases", **options
    ).record.warnings
    assert "repeated_ids" not in {one.code for one in grouped}
