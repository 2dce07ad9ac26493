from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectkit.briefing.plain import from_plain, to_plain
from expectkit.briefing.vocabulary import (
    MAX_LENGTH,
    Noun,
    Words,
    clean_text,
    indefinite_article,
    plural_category,
    pluralise,
    sentence_case,
)
from expectkit.errors import ConfigError


@pytest.mark.parametrize(
    ("singular", "plural"),
    [
        ("transaction", "transactions"),
        ("valid transaction", "valid transactions"),
        ("fraud", "frauds"),
        ("delivery", "deliveries"),
        ("day", "days"),
        ("enquiry", "enquiries"),
        ("loss", "losses"),
        ("tax", "taxes"),
        ("batch", "batches"),
        ("crash", "crashes"),
        ("photo", "photos"),
        ("analysis", "analyses"),
        ("positive diagnosis", "positive diagnoses"),
        ("person", "people"),
        ("Person", "People"),
        ("child", "children"),
        ("salesman", "salesmen"),
        ("human", "humans"),
        ("policewoman", "policewomen"),
        ("thief", "thieves"),
        ("belief", "beliefs"),
        ("half-life", "half-lives"),
        ("bird strike", "bird strikes"),
        ("series", "series"),
        ("SMS", "SMSs"),
        ("8", "8s"),
        ("café", "cafés"),
        ("取引", "取引"),
        ("case of fraud", "cases of fraud"),
        ("delivery in dispute", "deliveries in dispute"),
        ("person with a defect", "people with a defect"),
        ("payment (card)", "payments (card)"),
    ],
)
def test_the_head_noun_takes_the_english_plural(singular: str, plural: str) -> None:
    assert pluralise(singular) == plural


def test_a_pair_overrules_the_rule() -> None:
    assert Noun.of(["die", "dice"]) == Noun("die", "dice")


@pytest.mark.parametrize("bad", [["a"], ["a", "b", "c"], 3, ["a", 3], "", "\u202e\x00", ["a", " "]])
def test_a_noun_that_cannot_be_used_is_refused_by_name(bad: object) -> None:
    with pytest.raises(ConfigError, match=r"words\.case"):
        Words.of(case=bad)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("number", "expected"),
    [("1", "1 case"), ("14", "14 cases"), ("0", "0 cases"), ("1.5", "1.5 cases"), ("1,001", "1,001 cases")],
)
def test_a_noun_agrees_with_its_number(number: str, expected: str) -> None:
    assert Noun.of("case").counted(number) == expected


def test_other_languages_have_more_forms_than_two() -> None:
    assert {plural_category(n, "pl") for n in ("1", "2", "5", "1.5")} == {"one", "few", "many", "other"}


@pytest.mark.parametrize(
    ("text", "article"),
    [
        ("hour", "an"),
        ("honest mistake", "an"),
        ("house", "a"),
        ("user", "a"),
        ("unit", "a"),
        ("unimportant case", "an"),
        ("European order", "a"),
        ("one-off payment", "a"),
        ("onion", "an"),
        ("umbrella", "an"),
        ("SMS", "an"),
        ("MRI scan", "an"),
        ("URL", "a"),
        ("X-ray", "an"),
        ("BIC", "a"),
        ("élite customer", "an"),
        ("8% rate", "an"),
        ("80% rate", "an"),
        ("11% rate", "an"),
        ("18,000 rows", "an"),
        ("1,100 rows", "a"),
        ("110% rate", "a"),
        ("5% rate", "a"),
        ("0.8% rate", "a"),
        ("“odd” case", "an"),
    ],
)
def test_the_article_follows_the_sound(text: str, article: str) -> None:
    assert indefinite_article(text) == article


@given(st.text(max_size=400))
def test_no_word_carries_control_characters_or_line_breaks(text: str) -> None:
    cleaned = clean_text(text)
    assert len(cleaned) <= MAX_LENGTH
    assert cleaned == cleaned.strip()
    for character in cleaned:
        assert unicodedata.category(character) not in ("Cc", "Cs")
        assert not 0x202A <= ord(character) <= 0x202E
        assert not 0x2066 <= ord(character) <= 0x2069
    assert clean_text(cleaned) == cleaned


def test_long_text_is_cut_with_an_ellipsis() -> None:
    assert clean_text("a" * 10_000) == "a" * 199 + "…"


def test_a_plural_formed_from_a_long_word_is_cut_too() -> None:
    assert len(Noun.of("a" * 10_000).plural) <= MAX_LENGTH


def test_every_entry_is_cleaned_on_the_way_in() -> None:
    words = Words.of(
        case="pay\nment", positive=["fr\u202eaud", "frauds\x07"], flagged="held\tback", model_name="m\x85m"
    )
    assert (words.case.singular, words.positive, words.flagged) == (
        "pay ment",
        Noun("fraud", "frauds"),
        "held back",
    )
    assert words.model_name == "m m"


def test_what_is_left_out_keeps_its_default() -> None:
    assert Words.of() == Words()
    assert (Words().case.plural, Words().positive.singular, Words().caught) == (
        "cases",
        "positive case",
        "correctly caught",
    )


def test_an_unknown_entry_is_refused_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match='did you mean "negative"'):
        Words.of(negatve="x")


def test_an_unknown_language_is_refused_with_what_exists() -> None:
    with pytest.raises(ConfigError, match=r'"de"; statements exist in en'):
        Words.of(language="de")


def test_the_brief_form_of_what_happens_stops_before_the_explanation() -> None:
    briefly = {
        text: Words.of(flagged=text).briefly_flagged
        for text in (
            "flagged as fraudulent and sent for manual review",
            "held for review",
            "flagged",
            "as is",
        )
    }
    assert list(briefly.values()) == ["flagged", "held", "flagged", "as is"]


def test_a_spelling_of_its_own_is_left_alone_at_the_start_of_a_sentence() -> None:
    assert sentence_case("iPhone sales") == "iPhone sales"
    assert sentence_case("valid cases") == "Valid cases"
    assert sentence_case("") == ""


def test_words_survive_a_record() -> None:
    words = Words.of(case="person", flagged="sent to a doctor")
    assert from_plain(Words, to_plain(words)) == words


def test_a_clause_after_the_head_agrees_with_its_plural() -> None:
    assert Noun.of("customer who leaves").plural == "customers who leave"
    assert Noun.of("loan that is bad").plural == "loans that are bad"
    assert Noun.of("parcel which carries glass").plural == "parcels which carry glass"


def test_the_name_of_a_model_brings_no_second_article() -> None:
    assert Words.of(model_name="The Fraud Model").model_name == "Fraud Model"


def test_a_phrase_is_kept_whole_where_its_first_word_does_not_tell_that_it_is_flagged() -> None:
    assert Words.of(flagged="sent to the emergency team").briefly_flagged == "sent to the emergency team"
    assert Words.of(flagged="rejected and sent back").briefly_flagged == "rejected"
    assert Words.of(flagged="held for review").briefly_flagged == "held"
