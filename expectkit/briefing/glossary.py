"""The terms a briefing uses and what they mean in it, in plain language and the reader's own words."""

from __future__ import annotations

from dataclasses import dataclass

from expectkit.briefing.vocabulary import Words, sentence_case


@dataclass(frozen=True, slots=True)
class Entry:
    """A term and its meaning on these pages."""

    term: str
    meaning: str


def glossary(words: Words) -> tuple[Entry, ...]:
    """Explain the terms of a briefing.

    Parameters
    ----------
    words : Words
        The business's words.

    Returns
    -------
    tuple of Entry
        In the order in which a reader meets the terms.
    """
    case, cases = words.case.singular, words.case.plural
    positives, negatives = words.positive.plural, words.negative.plural
    flagged, missed = words.briefly_flagged, words.missed
    return (
        Entry(
            "Score",
            f"The number the model gives each {case}. A higher score looks more like {words.positive.with_article}.",
        ),
        Entry(
            "Setting (threshold)",
            f"The score from which {words.case.with_article} is {flagged}: at the setting or above, not below it. "
            f"At a higher setting fewer are {flagged}.",
        ),
        Entry(
            f"{sentence_case(words.negative.singular)} {flagged}",
            f"A mistake, also called a false alarm or false positive: it is not {words.positive.with_article}.",
        ),
        Entry(
            f"{sentence_case(words.positive.singular)} {missed}",
            "A mistake, also called a false negative: its score was below the setting.",
        ),
        Entry(
            "False negative rate",
            f"The share of {positives} that are {missed}. It does not count {negatives}.",
        ),
        Entry(
            "False positive rate",
            f"The share of {negatives} that are {flagged}. It does not count {positives}.",
        ),
        Entry(
            "Average",
            "What many days come to, shared out evenly. A single day brings more or fewer. "
            "A month is counted as 30 days.",
        ),
        Entry(
            "Range of the average",
            "Where the true average may lie, given how few cases were tested. It holds with 95% certainty. "
            "Plan a month or a year with it, not a day.",
        ),
        Entry(
            "Typically",
            "On 8 days of 10. One day in ten brings fewer, one day in ten brings more. Plan a day with this range.",
        ),
        Entry(
            "By chance alone",
            "How much days would differ if traffic and mix never changed. Real days differ more.",
        ),
        Entry("With 95% certainty", "The method is right in at least 95 of 100 tests like this one."),
        Entry(
            "Test cases",
            f"{sentence_case(cases)} whose true outcome is known and that the model had not learned from.",
        ),
        Entry("Fresh cases", "Test cases that played no part in choosing the setting."),
    )
