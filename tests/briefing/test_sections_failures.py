"""Cards and sections about mistakes, from values to text."""

from __future__ import annotations

import numpy as np
import pytest

from expectkit.briefing.captions import ColumnWords, NumberSummary
from expectkit.briefing.failure_record import ErrorKind, PictureRecord, ShownFor
from expectkit.briefing.failure_writer import FailureEvidence, groups_records
from expectkit.briefing.gallery import CardWords, ShownCase, case_record, score_text, tag_text, usual_values
from expectkit.briefing.redaction import Redactor
from expectkit.briefing.vocabulary import Words
from expectkit.measure.conditions import Condition
from expectkit.measure.histogram import GroupedHistogram
from expectkit.measure.slices import RateKind, slice_rates

WORDS = Words.of(
    model_name="fraud model",
    case="transaction",
    positive="fraudulent transaction",
    negative="valid transaction",
    flagged="flagged as fraudulent and sent for manual review",
)
EUROS = {"amount": ColumnWords("amount", "€")}


def card_words(redactor: Redactor | None = None, **options: object) -> CardWords:
    rules = redactor or Redactor()
    values = {
        "amount": np.arange(1.0, 1001.0),
        "country": np.array(["DE"] * 970 + ["PT"] * 30, dtype=object),
    }
    given: dict[str, object] = {"modes": {}, "usual": usual_values(WORDS, values, rules)}
    return CardWords(words=WORDS, known=EUROS, redactor=rules, **(given | options))  # type: ignore[arg-type]


def case(
    values: dict[str, float | str | None],
    *,
    kind: ErrorKind = "flagged_negatives",
    reason: ShownFor = "stands for others",
    share: float | None = 0.12,
    **options: object,
) -> ShownCase:
    return ShownCase(kind, reason, share, 0.57, values, **options)  # type: ignore[arg-type]


def test_what_is_unusual_is_said_in_words_and_the_rest_listed() -> None:
    made = case_record(case({"amount": 975.0, "country": "DE", "hour": 3.0}), card_words())
    assert made.lines == (
        "About 12 of every 100 wrongly flagged are most like this one.",
        "Amount 975 €, higher than 97% of valid transactions.",
    )
    assert [(fact.name, fact.value) for fact in made.facts] == [
        ("Country", "DE"),
        ("Hour", "3"),
        ("Score", "0.57"),
    ]
    rare = case_record(case({"amount": 500.0, "country": "PT"}), card_words())
    assert "Country PT: 3 of every 100 valid transactions." in rare.lines
    assert ("Amount", "500 €") in [(fact.name, fact.value) for fact in rare.facts]


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.004, "Fewer than 1 of every 100 wrongly flagged is most like this one."),
        (0.005, "About 1 of every 100 wrongly flagged is most like this one."),
        (0.5, "About 50 of every 100 wrongly flagged are most like this one."),
        (1.0, "All of those wrongly flagged are like this one."),
    ],
)
def test_the_share_of_an_example_is_rounded_half_up(share: float, said: str) -> None:
    assert case_record(case({}, share=share), card_words()).lines == (said,)


def test_a_card_is_named_for_its_failure_mode_and_only_when_it_belongs_there() -> None:
    modes = {"flagged_negatives": [(Condition("amount", low=400.0), Condition("country", value="PT"))]}
    inside = case_record(case({"amount": 400.0, "country": "PT"}), card_words(modes=modes))
    assert inside.title == "Amount of 400 € or more and country PT"
    for values in ({"amount": 399.9, "country": "PT"}, {"amount": 400.0, "country": "DE"}, {"amount": None}):
        outside = case_record(case(values), card_words(modes=modes))  # type: ignore[arg-type]
        assert outside.title == "A typical mistake"


def test_a_missing_value_is_left_out_of_the_facts() -> None:
    made = case_record(case({"amount": float("nan"), "country": ""}), card_words())
    assert [fact.name for fact in made.facts] == ["Score"]


def test_values_of_redacted_columns_and_masked_numbers_never_reach_a_card() -> None:
    rules = Redactor(columns=frozenset({"card"}), id_column="id", salt=b"salt")
    shown = case(
        {"amount": 4111111111111111.0, "note": "call Anna Smith about A-1234"},
        raw={"card": "Anna Smith", "id": "A-1234", "message": "Anna SMITH, anna@example.org"},
    )
    made = case_record(shown, card_words(rules, id_column="id", text_column="message"))
    facts = {fact.name: fact.value for fact in made.facts}
    assert facts["Amount"] == "[card number]"
    assert facts["Note"] == "call [redacted value] about [redacted value]"
    assert facts["Reference"].startswith("#")
    assert made.snippet == "[redacted value], [e-mail address]"


def test_a_long_text_is_cut_at_280_characters() -> None:
    made = case_record(case({}, raw={"message": "word " * 1_000}), card_words(text_column="message"))
    assert 270 <= len(made.snippet) <= 280
    assert made.snippet.endswith("word…")


def test_todays_decision_and_a_picture_stand_on_the_card() -> None:
    picture = PictureRecord("AAAA", 2, 3, "a picture")
    made = case_record(case({}, kind="missed_positives", flagged_today=False, picture=picture), card_words())
    assert ("Today", "let it pass") in [(fact.name, fact.value) for fact in made.facts]
    assert made.picture == picture
    assert made.tag == "fraudulent transaction, missed"
    assert tag_text(WORDS, "flagged_negatives") == "valid transaction, flagged"


def test_a_score_is_never_rounded_to_certainty() -> None:
    assert score_text(0.999) == "0.999"
    assert score_text(0.99999) == "0.99999"
    assert score_text(0.49) == "0.49"
    assert score_text(-1.234) in ("-1.23", "−1.23")
    assert score_text(1e-9) == "1e-09"


def test_too_few_cases_are_compared_with_nothing() -> None:
    usual = {"amount": NumberSummary.of(WORDS.negative, [1.0] * 29)}
    made = case_record(case({"amount": 975.0}), card_words(usual=usual))
    assert made.lines == ("About 12 of every 100 wrongly flagged are most like this one.",)


def grouped(counts: dict[str, tuple[int, int, int, int]]) -> GroupedHistogram:
    """Return one threshold; for each key: negatives passed, flagged, positives missed, caught."""
    cells = [[[a, b], [c, d]] for a, b, c, d in counts.values()]
    return GroupedHistogram(tuple(counts), np.array([0.5]), np.array(cells))


def test_small_groups_are_put_together_and_large_ones_ordered_by_misses() -> None:
    counts = {
        "north": (900, 100, 5, 95),
        "south": (950, 50, 20, 80),
        "tiny": (9, 1, 0, 2),
        "wee": (8, 2, 1, 1),
        "no positives": (90, 10, 0, 0),
    }
    kinds: tuple[RateKind, ...] = ("false_negative_rate", "false_positive_rate", "selection_rate")
    rates = {kind: slice_rates("region", grouped(counts), 0.5, kind=kind, pool_small=False) for kind in kinds}
    (made,) = groups_records(FailureEvidence(groups={"region": rates}))
    assert [group.label for group in made.groups] == [
        "south",
        "north",
        "no positives",
        "other (2 small groups)",
    ]
    south, _, empty, other = made.groups
    assert south.missed is not None
    assert (south.missed.numerator, south.missed.denominator, south.missed.printed) == (20, 100, "20%")
    assert empty.missed is None
    assert other.missed is not None
    assert (other.missed.numerator, other.missed.denominator, other.missed.is_small) == (1, 4, True)


def test_with_very_many_groups_the_worst_and_the_best_are_listed() -> None:
    counts = {f"g{k:02d}": (100, 10, k, 100 - k) for k in range(50)}
    kinds: tuple[RateKind, ...] = ("false_negative_rate", "false_positive_rate")
    rates = {kind: slice_rates("region", grouped(counts), 0.5, kind=kind, pool_small=False) for kind in kinds}
    (made,) = groups_records(FailureEvidence(groups={"region": rates}))
    assert len(made.groups) == 20
    assert made.n_left_out == 30
    assert made.groups[0].label == "g49"
    assert made.groups[-1].label == "g00"
