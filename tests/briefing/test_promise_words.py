"""A promise in words, and what two records can tell of the reason for a change."""

from __future__ import annotations

import pytest

from expectkit.briefing.changes import DEPENDS, INPUTS, compare_sides, reason_for
from expectkit.briefing.promise_words import (
    MEASURE_WORDS,
    StandingPromise,
    condition_texts,
    limit_text,
    promise_record,
    term_words,
    value_text,
)
from expectkit.briefing.sides import promise_side
from expectkit.briefing.vocabulary import Words
from expectkit.promise.agreement import Conditions
from expectkit.promise.terms import MEASURES, Term
from tests.promise.promises import AGREED


def test_every_measure_has_words_and_every_word_a_measure() -> None:
    assert set(MEASURE_WORDS) == set(MEASURES)


def test_a_term_is_called_in_the_words_of_the_business(words: Words) -> None:
    one = Term("missed_positives_per_day", at_most=5.0, slice="channel", slice_value="online", variant="int8")
    assert (
        term_words(one, words)
        == "Fraudulent transactions missed, where channel is “online”, in the export int8"
    )
    every = Term("flagged_negatives_per_day", at_most=5.0, slice="channel")
    assert term_words(every, words) == "Valid transactions flagged by mistake, for each channel"


def test_words_with_braces_are_taken_literally() -> None:
    words = Words.of(positive="{negatives}")
    assert term_words(Term("missed_positives_per_day", at_most=5.0), words) == "{negatives} missed"


@pytest.mark.parametrize(
    ("term", "text"),
    [
        (Term("flagged_per_day", at_most=1234.5), "at most 1,234.5 a day"),
        (Term("flagged_per_day", at_most=20.0, at_least=10.0), "10 to 20 a day"),
        (Term("false_negative_rate", at_most=0.0785), "at most 7.85%"),
        (Term("false_negative_rate_increase", at_most=0.02), "at most 2 percentage points"),
        (Term("cost_per_day", at_most=2400.0, unit="EUR a day"), "at most 2,400 EUR a day"),
        (Term("latency_p95_ms", at_most=20.0), "at most 20 ms"),
        (Term("size_bytes", at_most=200000.0), "at most 200,000 bytes"),
        (Term("calibration_slope", at_least=0.9, at_most=1.1), "0.9 to 1.1"),
        (Term("score_drift", at_most=0.1), "at most 0.1"),
    ],
)
def test_a_limit_is_written_in_full_with_its_unit(term: Term, text: str) -> None:
    assert limit_text(term) == text


def test_a_small_volume_keeps_its_digits() -> None:
    assert value_text(0.1234, "cases a day") == "0.123 a day"
    assert value_text(14.4, "cases a day") == "14 a day"


def test_a_condition_that_is_one_number_is_not_written_as_a_range(words: Words) -> None:
    fixed = condition_texts(Conditions(8280.0, 8280.0, 0.034, 0.034), words)
    assert fixed == {
        "Traffic": "8,280 transactions a day on average.",
        "Mix": "3.4% of them fraudulent transactions.",
    }
    ranged = condition_texts(Conditions(8000.4, 8500.2, 0.033, 0.035, "ours"), words)
    assert ranged["Traffic"] == "8,000 to 8,501 transactions a day on average."
    assert ranged["Cases"] == "Ours."


@pytest.mark.parametrize(
    ("model", "threshold", "covers"),
    [
        (("fraud detection model", "3.2"), 0.49, "this setting"),
        (("fraud detection model", "3.2"), 0.5, "another setting"),
        (("fraud detection model", "3.3"), 0.49, "another model"),
    ],
)
def test_a_promise_covers_one_version_at_one_setting(
    words: Words, model: tuple[str, str], threshold: float, covers: str
) -> None:
    shown = promise_record(
        StandingPromise(AGREED, "e" * 64, "Ann"),
        words,
        model=model,
        threshold=threshold,
        sha256s=frozenset({"a" * 64}),
        printed={"missed_positives_per_day": (14.0, "about 14 a day"), "false_negative_rate": (0.06, "6%")},
    )
    assert shown.covers == covers
    assert shown.rests_on_these_cases
    # the page's own print where it measured the very same, the promise's number otherwise
    assert [term.printed_measured for term in shown.terms] == ["about 14 a day", "5%", ""]
    assert [term.in_production for term in shown.terms] == ["Monitored weekly"] * 3


# ------------------------------------------------------------------------------------------ reasons for a change


def test_what_a_statement_depends_on_is_an_input_we_know() -> None:
    assert {name for names in DEPENDS.values() for name in names} <= set(INPUTS)


def test_a_change_without_a_changed_input_is_admitted() -> None:
    assert reason_for("expectation", []) == "None of the inputs that are recorded changed."
    assert reason_for("settings.deck", ["traffic"]) == "None of the inputs that are recorded changed."


def test_a_model_file_counts_only_where_both_sides_name_one() -> None:
    import dataclasses

    def differing(sha256: str) -> list[str]:
        after = dataclasses.replace(AGREED, model_sha256=sha256)
        return [change.name for change in compare_sides(promise_side(AGREED), promise_side(after)).inputs]

    assert differing("") == []
    assert differing("9" * 64) == ["model"]
