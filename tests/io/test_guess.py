"""`expectkit init`: what is guessed from the columns, why, and that the config it writes loads."""

from __future__ import annotations

import itertools
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from expectkit.errors import DataError, OutputError
from expectkit.io.config import load_config
from expectkit.io.config_draft import toml_value
from expectkit.io.config_launch import ReviewersSetting
from expectkit.io.config_tables import Config, FrameTable, LaunchTable
from expectkit.io.csv_source import CsvSource
from expectkit.io.guess import GuessedConfig, guess_config, write_config
from expectkit.io.open_cases import open_cases

N = 60
FRAUD = {
    "transaction_id": [f"t{row}" for row in range(N)],
    "day": [f"2026-03-{1 + row % 28:02d}" for row in range(N)],
    "customer_id": [row % 40 for row in range(N)],
    "amount": [1.5 * row for row in range(N)],
    "channel": ["web" if row % 3 else "app" for row in range(N)],
    "score": [row / N for row in range(N)],
    "is_fraud": [int(row % 20 == 0) for row in range(N)],
    "reviewer_decision": ["flag" if row % 2 else "pass" for row in range(N)],
}


def loaded(guessed: GuessedConfig, folder: Path) -> Config:
    (folder / "expectkit.toml").write_text(guessed.text, encoding="utf-8")
    return load_config(folder / "expectkit.toml")


def guess(columns: dict[str, list[object]]) -> GuessedConfig:
    return guess_config(open_cases(columns), "scores.parquet")


def test_each_column_of_the_fraud_cases_gets_its_role_and_a_reason(tmp_path: Path) -> None:
    guessed = guess(FRAUD)
    cases = loaded(guessed, tmp_path).cases
    assert cases.file == (str(tmp_path / "scores.parquet"),)
    assert (cases.score, cases.label, cases.positive) == ("score", "is_fraud", 1)
    assert (cases.time, cases.id, cases.group) == ("day", "transaction_id", "customer_id")
    assert (cases.amount, cases.slices, cases.weight) == ("amount", ("channel",), None)
    assert '# decision = "reviewer_decision"' in guessed.text
    assert len(guessed.reasons) == 9
    assert 'label = "is_fraud": it has two values and is called like a label.' in guessed.reasons


def test_the_same_cases_as_csv_get_the_same_roles(tmp_path: Path) -> None:
    rows = zip(*FRAUD.values(), strict=True)
    lines = [",".join(FRAUD), *(",".join(map(str, row)) for row in rows)]
    (tmp_path / "scores.csv").write_text("\n".join(lines))
    cases = loaded(guess_config(CsvSource([tmp_path / "scores.csv"]), "scores.csv"), tmp_path).cases
    assert (cases.score, cases.label, cases.positive) == ("score", "is_fraud", "1")
    assert (cases.time, cases.group, cases.slices) == ("day", "customer_id", ("channel",))


@pytest.mark.parametrize(
    ("label", "positive"),
    [
        (["ham", "spam"], "spam"),
        ([False, True], True),
        (["no", "yes"], "yes"),
        ([2, 1], 1),
        (["often", "seldom"], "seldom"),
    ],
)
def test_the_positive_value_is_told_by_its_name_or_else_the_rarer(
    tmp_path: Path, label: list[object], positive: object
) -> None:
    columns = {"target": [label[row % 10 == 0] for row in range(N)], "p": FRAUD["score"]}
    assert loaded(guess(columns), tmp_path).cases.positive == positive


def test_a_rarer_value_that_was_only_guessed_asks_to_be_checked() -> None:
    columns = {"target": ["a" if row % 10 else "b" for row in range(N)], "p": FRAUD["score"]}
    assert 'positive = "b": it is the rarer of the two values; please check.' in guess(columns).reasons


def test_a_score_is_found_by_its_values_when_its_name_says_nothing(tmp_path: Path) -> None:
    columns = {"label": FRAUD["is_fraud"], "share": [(row % 4) / 4 for row in range(N)], "x": FRAUD["score"]}
    assert loaded(guess(columns), tmp_path).cases.score == "x"


def test_columns_without_a_label_or_a_score_are_refused_with_advice() -> None:
    with pytest.raises(DataError, match="no column has exactly two values"):
        guess({"score": FRAUD["score"]})
    with pytest.raises(DataError, match="no free column holds numbers between 0 and 1"):
        guess({"label": FRAUD["is_fraud"], "channel": FRAUD["channel"]})


NAME = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12).filter(str.strip)


@settings(max_examples=80, deadline=None)
@given(name=NAME, slice_name=NAME)
def test_any_column_name_survives_the_way_through_the_file(
    tmp_path_factory: pytest.TempPathFactory, name: str, slice_name: str
) -> None:
    assume(len({name, slice_name, "score"}) == 3)
    regions = ["north", "south", "west"] * (N // 3)
    columns = {name: FRAUD["is_fraud"], "score": FRAUD["score"], slice_name: regions}
    guessed = guess(columns)
    cases = loaded(guessed, tmp_path_factory.mktemp("guess")).cases
    assert (cases.label, cases.slices) == (name, (slice_name,))


@given(NAME)
def test_a_name_in_the_file_holds_no_character_that_acts_on_a_terminal(name: str) -> None:
    text = toml_value(name + "\x1b[2J\u202e\x00\x7f\n")
    assert text.isascii() or not any(character in text for character in "\x1b\u202e\x00\x7f\x85\n\u2028")


def test_an_existing_config_is_replaced_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "expectkit.toml"
    write_config(path, "a = 1\n", may_replace=False)
    with pytest.raises(OutputError, match=r"exists already. Pass --force to replace it"):
        write_config(path, "a = 2\n", may_replace=False)
    assert path.read_text() == "a = 1\n"
    write_config(path, "a = 2\n", may_replace=True)
    assert path.read_text() == "a = 2\n"


# -------------------------------------------------------------------------------- what is left to fill in


def filled_in(text: str) -> str:
    """Take the mark from each example answer, as somebody who fills the file in does."""
    return "\n".join(line.removeprefix("# ") for line in text.splitlines())


def test_the_frame_and_the_launch_are_drafted_and_stay_unstated_until_somebody_answers(
    tmp_path: Path,
) -> None:
    guessed = guess(FRAUD)
    config = loaded(guessed, tmp_path)
    assert (config.frame, config.launch) == (FrameTable(), LaunchTable())
    assert guessed.text.count("TO FILL IN") == 2
    drafted = {line[2:].partition(" = ")[0] for line in guessed.text.splitlines() if line.startswith("# ")}
    asked = {field.name for table in (FrameTable, LaunchTable) for field in fields(table)}
    assert asked <= drafted


def test_each_answer_of_frame_and_launch_stands_under_its_question() -> None:
    text = guess(FRAUD).text
    answers = text[text.index("[frame]") : text.index("[baseline]")].splitlines()
    questions = [above for above, line in itertools.pairwise(answers) if line.startswith("# ")]
    assert len(questions) == len(fields(FrameTable)) + len(fields(LaunchTable))
    assert [line for line in questions if not line.startswith("## ") or "?" not in line] == []


def test_every_example_answer_loads_when_its_mark_is_taken_away(tmp_path: Path) -> None:
    config = loaded(replace(guess(FRAUD), text=filled_in(guess(FRAUD).text)), tmp_path)
    assert [field.name for field in fields(FrameTable) if not getattr(config.frame, field.name)] == []
    assert [field.name for field in fields(LaunchTable) if not getattr(config.launch, field.name)] == []
    assert config.launch.who_reviews == {"Fraud analysts": ReviewersSetting(4.0, 45.0)}
    assert config.baseline.decision == "reviewer_decision"


def _german(folder: Path, *, score_name: str = "score") -> Path:
    rows = [f"{1 + row % 28:02d}.12.2026;{row % 2};0,{row + 10};{row},50" for row in range(60)]
    path = folder / "faelle.csv"
    path.write_text("\n".join([f"datum;label;{score_name};amount", *rows]), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["score", "modellwert"])
def test_a_decimal_comma_is_told_as_brief_tells_it(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError) as caught:
        guess_config(CsvSource([_german(tmp_path, score_name=name)]), "faelle.csv")
    assert f"column {name}: '0,10' is not a number. Write numbers with a decimal point." in str(caught.value)


def test_a_column_of_another_kind_with_a_decimal_comma_or_german_days_is_named() -> None:
    columns: dict[str, list[object]] = FRAUD | {
        "day": [f"{1 + row % 28}.3.2026" for row in range(N)],
        "amount": [f"{row},5" for row in range(N)],
    }
    guessed = guess(columns)
    said = [reason for reason in guessed.reasons if reason.startswith("Left out")]
    assert said == [
        'Left out "day": it holds dates like 1.3.2026. Write them like 2026-03-01 to name it as time.',
        'Left out "amount": it holds numbers like 0,5. Write numbers with a decimal point.',
    ]


def test_a_score_that_can_be_read_is_found_beside_a_column_with_a_decimal_comma() -> None:
    guessed = guess(FRAUD | {"amount": [f"{row},5" for row in range(N)]})
    assert any(reason.startswith('score = "score"') for reason in guessed.reasons)
