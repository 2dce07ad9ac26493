"""`expectkit.toml` and the options that override it: every message once, and round trips."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import math
import re
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from expectkit.errors import ConfigError
from expectkit.io.config import load_config, read_config, require
from expectkit.io.config_keys import OPTION_OF, OPTIONS
from expectkit.io.config_tables import TABLES, Config, GoalTable
from expectkit.io.config_texts import number_or_text
from expectkit.io.config_values import CostColumn, KeptNegatives, PositivesOf, RuleSetting

FULL = """
schema_version = 1
[model]
name = "fraud detection model"
version = "3.2"
file = "model.keras"
[cases]
file = "scored_cases.parquet"
score = "score"
label = "is_fraud"
positive = 1
slices = ["channel", "country"]
show = ["amount", "merchant"]
redact = ["card_number"]
[words]
case = "transaction"
positive = ["case of fraud", "cases of fraud"]
negative = "valid transaction"
flagged = "flagged as fraudulent and sent for manual review"
[traffic]
cases_per_day = 8280
prevalence = 0.0338
[threshold]
operating = 0.49
candidates = [0.3, 0.5, 0.7]
[costs]
currency = "EUR"
missed_positive = 120.0
flagged_negative = { column = "amount" }
minutes_per_review = 4
[baseline]
name = "manual review"
false_negatives = 30
positives = 280
assumed = true
[[goals]]
words = "Customers are not blocked without need"
measure = "flagged_negatives_per_day"
at_most = 250
[briefing]
date = 2026-03-01
sign_off = ["Head of fraud"]
"""


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Load a config from its text, standing in the folder of the file."""
    monkeypatch.chdir(tmp_path)

    def load_text(text: str, overrides: dict[str, object] | None = None) -> Config:
        Path("expectkit.toml").write_text(text, encoding="utf-8")
        return load_config(Path("expectkit.toml"), overrides)

    return load_text


def test_a_whole_file_becomes_the_values_it_states(load) -> None:
    config = load(FULL)
    assert (config.model.name, config.model.version) == ("fraud detection model", "3.2")
    assert (config.cases.file, config.cases.positive) == (("scored_cases.parquet",), 1)
    assert config.cases.slices == ("channel", "country")
    assert (config.traffic.cases_per_day, config.traffic.prevalence) == (8280.0, 0.0338)
    assert (config.threshold.operating, config.threshold.candidates) == (0.49, (0.3, 0.5, 0.7))
    assert config.costs.flagged_negative == CostColumn("amount")
    assert config.goals == (
        GoalTable("Customers are not blocked without need", "flagged_negatives_per_day", at_most=250.0),
    )
    assert config.briefing.date == datetime.date(2026, 3, 1)
    assert (config.cases.time, config.traffic.day_to_day_variation, config.baseline.raters) == (
        None,
        None,
        (),
    )


def test_words_reach_the_vocabulary_with_their_own_plural(load) -> None:
    words = load(FULL).words_value()
    assert (words.positive.plural, words.case.plural) == ("cases of fraud", "transactions")
    assert (words.model_name, words.caught) == ("fraud detection model", "correctly caught")


def test_paths_in_the_file_are_relative_to_the_file_and_options_to_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "project [old]"
    folder.mkdir()
    (folder / "c.toml").write_text('[cases]\nfile = ["a.csv", "day-*.csv"]\n[model]\nfile = "m.keras"')
    monkeypatch.chdir(tmp_path)
    config = load_config(Path("project [old]/c.toml"))
    assert config.cases.file == ("project [old]/a.csv", "project [[]old]/day-*.csv")
    assert config.model.file == "project [old]/m.keras"
    overridden = load_config(Path("project [old]/c.toml"), {"cases_file": "b.csv"})
    assert overridden.cases.file == ("b.csv",)


def test_no_file_and_no_options_is_an_empty_config() -> None:
    assert load_config(None) == Config()


def test_a_file_saved_by_a_windows_editor_loads(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_bytes(b'\xef\xbb\xbf[model]\r\nname = "m"\r\n')
    assert load_config(path).model.name == "m"


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ('[cases]\nscoer = "s"', 'expectkit.toml, [cases]: unknown key "scoer". Did you mean "score"?'),
        (
            "[cases]\nprevalence = 0.1",
            'expectkit.toml, [cases]: unknown key "prevalence". It belongs under [traffic].',
        ),
        (
            "[traffic]\nzebra = 1",
            'expectkit.toml, [traffic]: unknown key "zebra". '
            "Known here: cases_per_day, prevalence, day_to_day_variation, class_mix.",
        ),
        ("[trafic]", 'expectkit.toml: unknown table "trafic". Did you mean "traffic"?'),
        (
            "cases_per_day = 3",
            'expectkit.toml, above all tables: unknown key "cases_per_day". It belongs under [traffic].',
        ),
        (
            'cases = "a.csv"',
            "expectkit.toml: cases must be a table. Write [cases] and its keys below.",
        ),
        (
            "schema_version = 2",
            "expectkit.toml: schema_version is 2, but this expectkit reads 1. "
            "Update expectkit to read this file.",
        ),
        (
            'schema_version = "one"',
            "expectkit.toml: schema_version is one, but this expectkit reads 1. Write schema_version = 1.",
        ),
        (
            "[traffic]\nprevalence = 3.4",
            "expectkit.toml, [traffic] prevalence: found 3.4, but prevalence is a fraction from 0 to 1: "
            "did you mean 0.034 (3.4 %)?",
        ),
        (
            "[traffic]\nprevalence = -0.1",
            "expectkit.toml, [traffic] prevalence: found -0.1, expected a fraction above 0 and below 1.",
        ),
        (
            "[traffic]\nprevalence = true",
            "expectkit.toml, [traffic] prevalence: found true, expected a fraction above 0 and below 1.",
        ),
        (
            "[traffic]\nprevalence = { positives = 12, of = 10 }",
            "expectkit.toml, [traffic] prevalence: 12 positives of 10 cases is more than all. "
            "Swap or correct the two.",
        ),
        (
            "[traffic]\nprevalence = [0.04, 0.03]",
            "expectkit.toml, [traffic] prevalence: the range [0.04, 0.03] has its low above its high. "
            "Swap the two.",
        ),
        (
            "[traffic]\ncases_per_day = [1, 2, 3]",
            "expectkit.toml, [traffic] cases_per_day: found [1, 2, 3], expected a number above 0, [low, high] "
            'or "observed". A range has two numbers, [low, high].',
        ),
        (
            "[traffic]\ncases_per_day = 0",
            "expectkit.toml, [traffic] cases_per_day: found 0, expected a number above 0, [low, high] "
            'or "observed".',
        ),
        (
            "[threshold]\noperating = nan",
            "expectkit.toml, [threshold] operating: found nan, expected a number, "
            '"lowest cost", "capacity" or a limit such as { at_most_flagged_per_day = 500 }, '
            "{ at_most_false_negative_rate = 0.05 } or { at_most_false_positive_rate = 0.02 }. "
            "Use a finite number.",
        ),
        (
            "[threshold]\noperating = { at_most_flaged_per_day = 5 }",
            "expectkit.toml, [threshold] operating: found a table with at_most_flaged_per_day, expected a "
            'number, "lowest cost", "capacity" or a limit such as { at_most_flagged_per_day = 500 }, '
            "{ at_most_false_negative_rate = 0.05 } or { at_most_false_positive_rate = 0.02 }. "
            'Did you mean "at_most_flagged_per_day"?',
        ),
        (
            "[threshold]\ncandidates = [0.5, 0.50]",
            "expectkit.toml, [threshold] candidates: [0.5, 0.5] names a threshold twice. Name each once.",
        ),
        (
            '[threshold]\nchosen_on = "those cases"',
            'expectkit.toml, [threshold] chosen_on: found "those cases", expected "these cases" or '
            '"other cases". Did you mean "these cases"?',
        ),
        (
            '[cases]\nslices = "channel"',
            'expectkit.toml, [cases] slices: found "channel", expected a list of texts. '
            'Write it as a list: ["channel"].',
        ),
        (
            '[cases]\nslices = ["a", "a"]',
            'expectkit.toml, [cases] slices: ["a", "a"] names something twice. Name each once.',
        ),
        (
            '[cases]\nscore = " "',
            'expectkit.toml, [cases] score: found " ", expected a text that is not empty.',
        ),
        (
            "[cases]\nfile = []",
            "expectkit.toml, [cases] file: found [], expected a path, a glob or a list of paths.",
        ),
        (
            '[words]\ncase = ["one"]',
            'expectkit.toml, [words] case: found ["one"], expected a noun or [singular, plural].',
        ),
        (
            "[costs]\nmissed_positive = -1",
            'expectkit.toml, [costs] missed_positive: found -1, expected a number from 0 or { column = "amount" }.',
        ),
        (
            '[briefing]\ndate = "soon"',
            'expectkit.toml, [briefing] date: found "soon", expected a date like 2026-03-01.',
        ),
        (
            "[baseline]\npositives = 10",
            "expectkit.toml: [baseline] positives needs false_negatives beside it: "
            "a rate is told with its counts.",
        ),
        (
            "[baseline]\nfalse_negatives = 11\npositives = 10",
            "expectkit.toml: [baseline] false_negatives is 11, more than positives (10). Correct one of them.",
        ),
        (
            '[baseline]\ndecision = "d"\nfalse_negatives = 1\npositives = 10',
            'expectkit.toml: [baseline] has both the column decision = "d" and counts. Drop one of them.',
        ),
        (
            '[traffic]\ncases_per_day = "observed"',
            'expectkit.toml: [traffic] cases_per_day = "observed" counts the cases of each day, but no time '
            "column is named. Name it in [cases] time or with --time.",
        ),
        (
            '[threshold]\noperating = "lowest cost"',
            'expectkit.toml: [threshold] operating = "lowest cost" needs [costs] missed_positive. '
            "State it there or with --missed-positive.",
        ),
        (
            '[cases]\nweight = "w"\n[costs]\nmissed_positive = { column = "a" }',
            'expectkit.toml: [costs] missed_positive is the column "a", but [cases] weight is named too. '
            "State the average cost as a number, or leave out the weights.",
        ),
        (
            '[baseline]\nraters = ["ann"]',
            'expectkit.toml: [baseline] raters names one column, "ann". Name it as decision instead, or add others.',
        ),
        (
            "[launch]\ncapacities = 500",
            "expectkit.toml, [launch] capacities: found 500, expected a list of numbers above 0.",
        ),
        (
            "[launch]\ncapacities = [500, 500]",
            "expectkit.toml, [launch] capacities: [500, 500] names an option twice. Name each once.",
        ),
        (
            "[launch]\nlabel_delay_days = [1, 2, 3, 4, 5, 6, 7, 8, 9]",
            "expectkit.toml, [launch] label_delay_days: has 9 options; at most 8 can be weighed side by side.",
        ),
        (
            '[launch]\nfallback = "pas all"',
            'expectkit.toml, [launch] fallback: found "pas all", expected "pass all" or "flag all" or '
            '"today\'s process". Did you mean "pass all"?',
        ),
        (
            '[launch]\nretraining = ["soon"]',
            'expectkit.toml, [launch] retraining: found "soon", expected a date like 2026-03-01.',
        ),
        (
            "[launch.who_reviews.Ann]\nminutes = 4",
            'expectkit.toml, [launch] who_reviews.Ann: unknown key "minutes". '
            "Known here: minutes_per_review, cost_per_hour.",
        ),
        (
            '[launch.decides]\nfallbak = "Ann"',
            'expectkit.toml, [launch] decides: unknown parameter "fallbak". Did you mean "fallback"?',
        ),
        (
            '[frame]\nend_gaol = "x"',
            'expectkit.toml, [frame]: unknown key "end_gaol". Did you mean "end_goal"?',
        ),
        (
            '[threshold]\noperating = "capacity"',
            'expectkit.toml: [threshold] operating = "capacity" needs [costs] review_capacity_per_day. '
            "State it there or with --review-capacity-per-day.",
        ),
        (
            '[[goals]]\nwords = "w"\nmeasure = "precison"\nat_most = 0.1',
            'expectkit.toml, [[goals]] number 1, measure: found "precison", expected "false_negative_rate" or '
            '"true_positive_rate" or "false_positive_rate" or "true_negative_rate" or "precision" or '
            '"selection_rate" or "flagged_per_day" or "flagged_negatives_per_day" or '
            '"missed_positives_per_day" or "caught_positives_per_day" or "cost_per_day" or '
            '"review_minutes_per_day". Did you mean "precision"?',
        ),
        (
            '[goals.misses]\nwords = "w"\nmeasure = "precision"',
            "expectkit.toml, [goals.misses]: has no limit. Add at_most or at_least.",
        ),
        (
            '[goals.misses]\nmeasure = "precision"',
            "expectkit.toml, [goals.misses]: words is missing. A goal has words, measure and a limit.",
        ),
        (
            '[goals.misses]\nwords = "w"\nmeasure = "precision"\nat_least = 0.9\nat_most = 0.5',
            "expectkit.toml, [goals.misses]: at_least 0.9 is above at_most 0.5, so nothing can reach it. "
            "Swap or drop one.",
        ),
        (
            "goals = 3",
            "expectkit.toml: goals must be a list of tables. Write [[goals]] and its keys below.",
        ),
        (
            "[model]\nname = m",
            "expectkit.toml: is not TOML at line 2, column 8: Invalid value. Correct it there.",
        ),
    ],
)
def test_a_wrong_file_is_refused_with_where_what_and_what_to_do(load, toml: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(toml)
    assert str(caught.value) == message


@pytest.mark.parametrize("place", ['[cases]\n"{0}" = 1', '["{0}"]', '[costs]\nreviewers = "{0}"'])
def test_a_message_never_carries_what_acts_on_a_terminal(load, place: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(place.replace("{0}", "\\u001b[2J\\u202e\\n"))
    assert str(caught.value).isprintable()


def test_files_that_cannot_be_read_as_toml_say_why(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"there is no such file. Write one with: expectkit init SCORES"):
        load_config(tmp_path / "no.toml")
    with pytest.raises(ConfigError, match=r"cannot be read \(Is a directory\)"):
        load_config(tmp_path)
    latin = tmp_path / "latin.toml"
    latin.write_bytes('name = "é"'.encode("latin-1"))
    with pytest.raises(ConfigError, match=r"byte 9 is not UTF-8 text. Save the file as UTF-8"):
        load_config(latin)


@pytest.mark.parametrize(
    ("option", "text", "value"),
    [
        ("cases_per_day", "8280", 8280.0),
        ("cases_per_day", "8000,9000", (8000.0, 9000.0)),
        ("cases_per_day", "800 to 900", (800.0, 900.0)),
        ("cases_per_day", "800..900.5", (800.0, 900.5)),
        ("cases_per_day", "observed", "observed"),
        ("prevalence", "0.0338", 0.0338),
        ("prevalence", "3.38%", 0.0338),
        ("prevalence", "338/10000", PositivesOf(338, 10000)),
        ("prevalence", "kept_negatives=0.1", KeptNegatives(0.1)),
        ("prevalence", "as in cases", "as in cases"),
        ("threshold", "0", 0.0),
        ("threshold", "-1.5e-3", -0.0015),
        ("threshold", "lowest cost", RuleSetting("lowest cost")),
        ("threshold", "at_most_flagged_per_day=500", RuleSetting("at_most_flagged_per_day", 500.0)),
        ("threshold", "at_most_false_negative_rate=5%", RuleSetting("at_most_false_negative_rate", 0.05)),
        ("candidates", "0.3,0.5, 0.7", (0.3, 0.5, 0.7)),
        ("slices", 'channel, "city, country"', ("channel", "city, country")),
        ("cases_positive", "1", 1),
        ("cases_positive", "01", "01"),
        ("cases_positive", "true", True),
        ("case", "person|people", ("person", "people")),
        ("missed_positive", "column=amount", CostColumn("amount")),
        ("assumed", "yes", True),
        ("date", "2026-03-01", datetime.date(2026, 3, 1)),
    ],
)
def test_the_text_of_an_option_means_what_the_file_would_say(option: str, text: str, value: object) -> None:
    (found,) = [one for one in OPTIONS if one.name == option]
    parsed = found.parse(text)
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (
            {"cases_per_day": "8,900"},
            '--cases-per-day: "8,900" can be read in two ways. Write 8900 for the number, '
            "or 8..900 for a range.",
        ),
        (
            {"prevalence": "3.4"},
            "--prevalence: found 3.4, but prevalence is a fraction from 0 to 1: did you mean 0.034 (3.4 %)?",
        ),
        ({"prevalense": "3.4"}, 'there is no option "prevalense". Did you mean "prevalence"?'),
        ({"reviewers": "two"}, '--reviewers: found "two", expected a number above 0.'),
        ({"traffic.cases_per_day": math.inf}, None),
    ],
)
def test_a_wrong_option_is_named_by_its_flag(overrides: dict[str, object], message: str | None) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(None, overrides)
    assert (
        str(caught.value) == message
        if message
        else str(caught.value).startswith("--cases-per-day: found inf")
    )


def test_an_option_replaces_the_files_value_and_none_keeps_it(load) -> None:
    config = load(FULL, {"threshold": "0", "cases_per_day": None, "traffic.prevalence": (0.01, 0.02)})
    assert config.threshold.operating == 0.0
    assert config.traffic.cases_per_day == 8280.0
    assert config.traffic.prevalence == (0.01, 0.02)


def test_every_key_of_every_table_has_exactly_one_option() -> None:
    keys = {f"{table}.{field.name}" for table, cls in TABLES.items() for field in dataclasses.fields(cls)}
    assert {option.path for option in OPTIONS} == keys
    assert len({option.flag for option in OPTIONS}) == len(OPTIONS)
    assert not {"--help", "--version", "--out", "--format"} & {option.flag for option in OPTIONS}
    assert all(option.help.endswith(".") for option in OPTIONS)
    assert OPTION_OF["threshold.operating"].flag == "--threshold"


def test_a_needed_key_without_a_value_is_named_with_its_option(load) -> None:
    config = load('[cases]\nscore = "s"')
    require(config, "cases.score")
    message = r"expectkit.toml: \[cases\] label is needed and not given. .* or pass --label."
    with pytest.raises(ConfigError, match=message):
        require(config, "cases.score", "cases.label")


@given(st.floats(min_value=1e-9, max_value=1e12))
@example(1000.0)
def test_a_number_typed_as_option_is_the_same_number_as_in_the_file(number: float) -> None:
    assume(not re.fullmatch(r"[1-9][0-9]{0,2}\.[0-9]{3}", repr(number)))  # refused: see the next test
    typed = load_config(None, {"cases_per_day": repr(number)}).traffic.cases_per_day
    assert typed == read_config({"traffic": {"cases_per_day": number}}).traffic.cases_per_day == number


@pytest.mark.parametrize(
    ("option", "text", "advice"),
    [
        ("cases_per_day", "1.000", "Write 1000 or 1.0."),
        ("cases_per_day", "1.000.000", "Write 1000000."),
        ("cases_per_day", "8.000..9.000", "Write 8000 or 8.0."),
        ("review_capacity_per_day", "2.500", "Write 2500 or 2.5."),
        ("missed_positive", "1.250", "Write 1250 or 1.25."),
        ("threshold", "at_most_flagged_per_day=1.500", "Write 1500 or 1.5."),
        ("threshold", "0,4", 'found "0,4". Write numbers with a decimal point: 0.4.'),
        ("threshold", "0,125", "decimal point: 0.125."),
        ("prevalence", "3,38 %", "decimal point: 3.38 %."),
        ("flagged_negative", "4,5", "decimal point: 4.5."),
        ("minutes_per_review", "2,5", "decimal point: 2.5."),
        ("cases_per_day", "0,5", "decimal point: 0.5."),
    ],
)
def test_a_number_that_readers_take_differently_is_refused(option: str, text: str, advice: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(None, {option: text})
    assert advice in str(caught.value)


@pytest.mark.parametrize(
    ("option", "text", "value"),
    [
        ("threshold", "0.500", 0.5),
        ("threshold", "1.125", 1.125),
        ("missed_positive", "0.125", 0.125),
        ("cases_per_day", "1000.0", 1000.0),
        ("cases_per_day", "8000,9000", (8000.0, 9000.0)),
    ],
)
def test_numbers_that_can_be_read_in_one_way_are_taken(option: str, text: str, value: object) -> None:
    (found,) = [one for one in OPTIONS if one.name == option]
    assert found.parse(text) == value


def test_a_table_given_as_an_option_says_which_options_are_its_entries() -> None:
    with pytest.raises(ConfigError, match="costs is a table of the configuration") as caught:
        read_config({}, {"costs": {"missed_positive": 120}}, source="the arguments")
    assert "currency=..., missed_positive=..., flagged_negative=..." in str(caught.value)


def test_all_needed_keys_without_a_value_are_named_at_once(load) -> None:
    wanted = ("cases.score", "threshold.operating", "traffic.cases_per_day")
    with pytest.raises(ConfigError) as caught:
        require(load('[cases]\nscore = "s"'), *wanted)
    assert str(caught.value).endswith(
        "expectkit.toml: [threshold] operating and [traffic] cases_per_day are needed and not given. "
        "Write them in the config file or pass --threshold and --cases-per-day."
    )
    with pytest.raises(ConfigError, match=r"Pass threshold=\.\.\. and cases_per_day=\.\.\.\.$"):
        require(read_config({"cases": {"score": "s"}}, source="the arguments"), *wanted)


@pytest.mark.parametrize(
    "options",
    [{"prevalence": 3.4}, {"prevalence": "3.4"}, {"threshold": "lowest cost"}, {"threshold": "0,4"}],
)
def test_arguments_of_python_are_not_called_flags(options: dict[str, object]) -> None:
    with pytest.raises(ConfigError) as caught:
        read_config({}, options, source="the arguments")
    assert "--" not in str(caught.value)


@given(st.text(max_size=30))
def test_no_option_text_escapes_as_another_error(text: str) -> None:
    for option in OPTIONS:
        with contextlib.suppress(ConfigError):
            option.parse(text)


@given(st.text(max_size=12))
def test_only_finite_decimal_notation_becomes_a_number(text: str) -> None:
    value = number_or_text(text)
    if isinstance(value, int | float) and math.isfinite(value) and "%" not in text:
        assert float(text) == value
