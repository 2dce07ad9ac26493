"""Stakeholder text is short, plain and free of jargon; names and numbers do not count."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from expectkit.briefing.certainty import certainty
from expectkit.briefing.glossary import glossary
from expectkit.briefing.headlines import cards, deck, dots, headline
from expectkit.briefing.instead import instead
from expectkit.briefing.statements import SettingFacts, expectation, step_between
from expectkit.briefing.vocabulary import Words
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic

FactsOf = Callable[..., SettingFacts]

MOST_WORDS = 25
HIGHEST_GRADE = 9.0
CASES = [
    (14, 280, 200, 8000),
    (0, 300, 225, 9000),
    (5, 300, 3, 9000),
    (2, 12, 225, 9000),
    (300, 300, 0, 9000),
]
FORBIDDEN = re.compile(
    r"±|—|\bCI\b|\bF[PN]R\b|\bp-value|\bprevalence|\bstatistical|\binterval|\bsimultaneous|\bconfidence"
)


def sentences_of(text: str, words: Words) -> list[list[str]]:
    """Split into sentences of words, without the names of the business and without numbers."""
    for name in (words.model_name, words.flagged, words.briefly_flagged, words.missed, words.caught):
        text = text.replace(name, "")
    for noun in (words.positive, words.negative, words.case):
        text = re.sub(rf"\b({noun.plural}|{noun.singular})\b", "", text, flags=re.IGNORECASE)
    parts = re.split(r"[.:;!?](?:\s|$)", text)
    found = [re.findall(r"[A-Za-z’']+", part) for part in parts]
    return [part for part in found if part]


def syllables(word: str) -> int:
    groups = len(re.findall(r"[aeiouy]+", word.lower()))
    silent = word.lower().endswith("e") and not word.lower().endswith("le") and groups > 1
    return max(1, groups - silent)


def grade(sentences: list[list[str]]) -> float:
    """Flesch and Kincaid's school grade."""
    words = [word for sentence in sentences for word in sentence]
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def stakeholder_texts(
    words: Words, facts: SettingFacts, other: SettingFacts, day: DayProfile
) -> dict[str, str]:
    statements = [
        *expectation(words, facts),
        headline(words, facts),
        deck(words, facts, version="3.2"),
        *cards(words, facts),
        *dots(words, facts),
        *certainty(
            words,
            facts,
            day,
            is_simultaneous=True,
            chosen_on_these_cases=True,
            optimism=[("false_negative_rate", 0.05, 0.06)],
            n_clusters=40,
        ),
    ]
    step = step_between(words, facts, other)
    texts = {item.id: item.text for item in (*statements, *([step] if step else [])) if item.text}
    texts |= {f"instead.{i}": f"{item.why} {item.say}" for i, item in enumerate(instead(words, facts))}
    return texts | {f"glossary.{entry.term}": entry.meaning for entry in glossary(words)}


@pytest.fixture(
    params=[
        DayProfile(Traffic.stated(8280), Prevalence.stated(280 / 8280)),
        DayProfile(Traffic.observed([8000, 8500, 8300, 8700]), Prevalence.kept_negatives(280, 800, 0.1)),
        DayProfile(Traffic.ranged(8000, 9000), Prevalence.ranged(0.03, 0.04)),
    ],
    ids=["stated", "observed", "ranges"],
)
def day(request: pytest.FixtureRequest) -> DayProfile:
    profile: DayProfile = request.param
    return profile


@pytest.mark.parametrize("seen", CASES)
def test_sentences_are_short(words: Words, facts_of: FactsOf, day: DayProfile, seen: tuple[int, ...]) -> None:
    texts = stakeholder_texts(
        words, facts_of(*seen, day=day), facts_of(28, 280, 100, 8000, threshold=0.6), day
    )
    too_long = {
        name: sentence
        for name, text in texts.items()
        for sentence in sentences_of(text, words)
        if len(sentence) > MOST_WORDS
    }
    assert too_long == {}


@pytest.mark.parametrize("seen", CASES)
def test_the_text_reads_at_school_grade_nine_or_below(
    words: Words, facts_of: FactsOf, day: DayProfile, seen: tuple[int, ...]
) -> None:
    texts = stakeholder_texts(
        words, facts_of(*seen, day=day), facts_of(28, 280, 100, 8000, threshold=0.6), day
    )
    sentences = [sentence for text in texts.values() for sentence in sentences_of(text, words)]
    assert grade(sentences) <= HIGHEST_GRADE
    assert grade(sentences_of(texts["expectation"], words)) <= HIGHEST_GRADE


@pytest.mark.parametrize("seen", CASES)
def test_the_text_is_free_of_jargon(
    words: Words, facts_of: FactsOf, day: DayProfile, seen: tuple[int, ...]
) -> None:
    texts = stakeholder_texts(
        words, facts_of(*seen, day=day), facts_of(28, 280, 100, 8000, threshold=0.6), day
    )
    assert {name: text for name, text in texts.items() if FORBIDDEN.search(text)} == {}
    assert not re.search(r"\brecall\b|\bAUC\b|\bprecision\b", " ".join(texts.values()))


def test_the_grade_tells_plain_from_dense() -> None:
    plain = [["the", "cat", "sat", "on", "the", "mat"]]
    dense = [
        [
            "simultaneous",
            "probabilistic",
            "interpretation",
            "necessitates",
            "considerable",
            "methodological",
            "care",
        ]
    ]
    assert grade(plain) < 3 < HIGHEST_GRADE < grade(dense)
