"""Cards and sections about mistakes, from values to text."""

from __future__ import annotations

import numpy as np
import pytest

from expectkit.briefing.captions import ColumnWords, NumberSummary
from expectkit.briefing.failure_record import CaseRecord, ErrorKind, PictureRecord, ShownFor
from expectkit.briefing.failure_writer import FailureEvidence, groups_records
from expectkit.briefing.galleries import galleries_of
from expectkit.briefing.gallery import (
    CardWords,
    NamedGroup,
    ShownCase,
    case_records,
    score_text,
    tag_text,
    usual_values,
)
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


def case_record(shown: ShownCase, card: CardWords) -> CaseRecord:
    (made,) = case_records([shown], card)
    return made


def test_what_is_unusual_is_said_in_words_and_the_rest_listed() -> None:
    made = case_record(case({"amount": 975.0, "country": "DE", "hour": 3.0}), card_words())
    assert made.lines == (
        "Stands for about 12 of every 100 wrongly flagged: those that look most like it.",
        "Amount 975 €, higher than 97% of valid transactions.",
    )
    assert made.title == "A typical mistake: amount 975 € and country DE"
    assert [(fact.name, fact.value) for fact in made.facts] == [("Hour", "3"), ("Score", "0.57")]
    rare = case_record(case({"amount": 500.0, "country": "PT"}), card_words())
    assert any(line.startswith("Country PT") for line in rare.lines)
    assert rare.title == "A typical mistake: country PT and amount 500 €"


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.004, "Stands for fewer than 1 of every 100 wrongly flagged: those that look most like it."),
        (0.005, "Stands for about 1 of every 100 wrongly flagged: those that look most like it."),
        (0.5, "Stands for about 50 of every 100 wrongly flagged: those that look most like it."),
        (1.0, "Stands for all those wrongly flagged."),
    ],
)
def test_the_share_of_an_example_is_rounded_half_up(share: float, said: str) -> None:
    assert case_record(case({}, share=share), card_words()).lines == (said,)


def test_a_card_says_its_group_and_share_apart_and_only_when_it_belongs_there() -> None:
    conditions = (Condition("amount", low=400.0), Condition("country", value="PT"))
    card = card_words(modes={"flagged_negatives": [NamedGroup(conditions, 0.34)]})
    inside = case({"amount": 400.0, "country": "PT"}, share=0.44)
    first, second = case_records([inside, case({"amount": 700.0, "country": "PT"}, share=0.08)], card)
    assert first.lines[:2] == (
        "Stands for about 44 of every 100 wrongly flagged: those that look most like it.",
        "One of the group “amount of 400 € or more and country PT”, "
        "which holds about 34 of every 100 wrongly flagged.",
    )
    assert second.lines[1] == "Another one of the group “amount of 400 € or more and country PT”."
    for values in ({"amount": 399.9, "country": "PT"}, {"amount": 400.0, "country": "DE"}, {"amount": None}):
        outside = case_record(case(values), card)  # type: ignore[arg-type]
        assert not any("the group" in line for line in outside.lines)


def test_no_two_cards_have_the_same_title_and_none_that_of_a_group() -> None:
    group = NamedGroup((Condition("country", value="PT"),), 0.6)
    values = [(5.0, "noon"), (5.0, "night"), (6.0, "noon"), (6.0, "noon")]
    cases = [case({"country": "PT", "amount": amount, "hour": hour}) for amount, hour in values]
    titles = [made.title for made in case_records(cases, card_words(modes={"flagged_negatives": [group]}))]
    assert titles == [
        "A typical mistake: country PT, amount 5 € and hour noon",
        "A typical mistake: country PT, amount 5 € and hour night",
        "A typical mistake: country PT, amount 6 € and hour noon (1 of 2)",
        "A typical mistake: country PT, amount 6 € and hour noon (2 of 2)",
    ]


def test_exactly_the_surest_mistakes_are_marked_so_and_counted() -> None:
    group = NamedGroup((Condition("country", value="PT"),), 0.6)
    reasons: list[ShownFor] = ["stands for others", "most confident", "most confident", "borderline"]
    cases = [case({"country": "PT", "amount": 9.0 + k}, reason=r) for k, r in enumerate(reasons)]
    card = card_words(modes={"flagged_negatives": [group]})
    typical, borderline = galleries_of("flagged_negatives", cases, card, n_errors=40, n_wrong_today=None)
    assert typical.deck == (
        "3 of the 40 valid transactions wrongly flagged in the test, the most common kind first. "
        "Two are among the surest mistakes."
    )
    marked = [made.title.startswith("Among the surest mistakes") for made in typical.cases]
    assert marked == [False, True, True]
    assert borderline.cases[0].title.startswith("Nearly right")


def test_the_costliest_mistakes_show_their_cost_and_others_are_not_called_costly() -> None:
    shown = case({"country": "DE"}, reason="costliest", cost=1234.5)
    costly = card_words(cost_column="loss", costed=frozenset({"flagged_negatives"}), currency="USD")
    made = case_record(shown, costly)
    assert made.title == "Among the costliest mistakes: country DE"
    assert "It costs $1,235." in made.lines
    large = case_record(shown, card_words(cost_column="loss", currency="USD"))
    assert large.title == "Among those with the highest loss: country DE"
    assert "Loss: $1,235." in large.lines
    hidden = card_words(
        Redactor(columns=frozenset({"loss"})), cost_column="loss", costed=frozenset({"flagged_negatives"})
    )
    assert not any("1,23" in line for line in case_record(shown, hidden).lines)


def test_what_is_only_assumed_of_today_is_never_told_as_a_fact() -> None:
    shown = case({}, reason="people too", share=None, flagged_today=True)
    for is_assumed in (False, True):
        card = card_words(today="manual review", today_is_assumed=is_assumed)
        (made,) = galleries_of("flagged_negatives", [shown], card, n_errors=40, n_wrong_today=7)
        texts = (made.title, made.deck, made.cases[0].title, made.cases[0].facts[-1].name)
        assert [("assumed" in text) for text in texts] == [is_assumed] * 4
    assert made.deck.endswith("manual review is assumed to get 7 wrong as well.")


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
    assert made.title.startswith("A typical mistake: amount [card number] and note call [redacted value]")
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
    assert made.lines == ("Stands for about 12 of every 100 wrongly flagged: those that look most like it.",)


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
