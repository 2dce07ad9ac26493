"""Plain captions of a single case: its values set against what is usual in a class."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expectkit.briefing.vocabulary import Noun, clean_text
from expectkit.briefing.wording import (
    exact,
    frequency_base,
    frequency_text,
    half_up,
    number_text,
    percent_text,
    some_of,
)

FEWEST_FOR_COMPARISON = 30
"""With fewer cases of a class nothing is said about what is usual in it."""

UNUSUAL = 0.9
"""A number is called high (or low) when at least this share of the class lies below (or above) it."""

_SIGNIFICANT_DIGITS = 3


@dataclass(frozen=True, slots=True)
class ColumnWords:
    """How a column is called in a caption.

    Parameters
    ----------
    label : str
        Such as "amount".
    unit : str
        Put after its numbers, such as "€"; may be empty.
    """

    label: str
    unit: str = ""

    @classmethod
    def of(cls, column: str, known: Mapping[str, ColumnWords] | None = None) -> ColumnWords:
        """Return the words of a column: those that are known, or its name with spaces for underscores.

        Examples
        --------
        >>> ColumnWords.of("merchant_category").label
        'merchant category'
        """
        if known is not None and column in known:
            return known[column]
        return cls(clean_text(column.replace("_", " ")))

    def with_unit(self, number: str) -> str:
        """Put the unit after a printed number."""
        return f"{number} {self.unit}" if self.unit else number


@dataclass(frozen=True, slots=True, eq=False)
class NumberSummary:
    """What numbers are usual in a class.

    Parameters
    ----------
    cases : Noun
        The class, such as valid transactions.
    numbers : ndarray of float64, shape (n,)
        Numbers of a bounded sample of the class, ascending.
    """

    cases: Noun
    numbers: NDArray[np.float64]

    @classmethod
    def of(cls, cases: Noun, numbers: ArrayLike) -> NumberSummary:
        """Make a summary of a sample; what is missing (nan) or infinite is left out."""
        values = np.asarray(numbers, dtype=np.float64)
        return cls(cases, np.sort(values[np.isfinite(values)]))

    def share_below(self, number: float) -> float:
        """Return the share of the class that lies below a number."""
        return float(np.searchsorted(self.numbers, number, side="left")) / self.numbers.size

    def share_above(self, number: float) -> float:
        """Return the share of the class that lies above a number."""
        return 1 - float(np.searchsorted(self.numbers, number, side="right")) / self.numbers.size


@dataclass(frozen=True, slots=True)
class TextSummary:
    """How often each text occurs in a class.

    Parameters
    ----------
    cases : Noun
        The class.
    counts : mapping of str to int
        Cases by text, in a bounded sample of the class; "" is a missing value.
    n_cases : int
        Cases in all.
    """

    cases: Noun
    counts: Mapping[str, int]
    n_cases: int

    @classmethod
    def of(cls, cases: Noun, texts: Iterable[str]) -> TextSummary:
        """Count the texts of a sample."""
        counts = Counter(texts)
        return cls(cases, dict(counts), counts.total())


ReferenceSummary = NumberSummary | TextSummary


def value_text(number: float) -> str:
    """Write a measured number for a caption: whole numbers in full, else three digits.

    Examples
    --------
    >>> value_text(412.37), value_text(12345.6), value_text(0.0123456), value_text(1.5)
    ('412', '12,346', '0.0123', '1.5')
    """
    value = exact(number)
    if value == 0:
        return "0"
    return number_text(
        half_up(value, min(Decimal(1), Decimal(1).scaleb(value.adjusted() - _SIGNIFICANT_DIGITS + 1)))
    )


def number_caption(words: ColumnWords, number: float | None, usual: NumberSummary | None) -> str:
    """Set a number against what is usual in a class.

    Parameters
    ----------
    words : ColumnWords
        What to call the column.
    number : float or None
        The value of the case; None, nan and infinity are "not given".
    usual : NumberSummary or None
        Of the class it is compared with; nothing is compared with fewer than 30 cases.

    Returns
    -------
    str

    Examples
    --------
    >>> usual = NumberSummary.of(Noun.of("valid transaction"), range(1, 101))
    >>> number_caption(ColumnWords("amount", "€"), 97.5, usual)
    'amount 97.5 €, higher than 97% of valid transactions'
    >>> number_caption(ColumnWords("amount", "€"), 41, usual)
    'amount 41 €, usual for valid transactions (most have 10 to 90 €)'
    """
    if number is None or not math.isfinite(number):
        return f"{words.label} not given"
    caption = f"{words.label} {words.with_unit(value_text(number))}"
    if usual is None or usual.numbers.size < FEWEST_FOR_COMPARISON:
        return caption
    return f"{caption}, {_compared(words, number, usual)}"


def _compared(words: ColumnWords, number: float, usual: NumberSummary) -> str:
    cases, n_cases = usual.cases.plural, number_text(usual.numbers.size)
    below, above = usual.share_below(number), usual.share_above(number)
    for share, relation in ((below, "higher"), (above, "lower")):
        if share == 1:
            return f"{relation} than all {n_cases} {cases} looked at"
        if share >= UNUSUAL:
            return f"{relation} than {percent_text(share)} of {cases}"
    low, high = (
        value_text(q) for q in np.quantile(usual.numbers, (0.1, 0.9), method="inverted_cdf").tolist()
    )
    if low == high:
        return f"usual for {cases} (most have {words.with_unit(low)})"
    return f"usual for {cases} (most have {low} to {words.with_unit(high)})"


def text_caption(words: ColumnWords, text: str | None, usual: TextSummary | None) -> str:
    """Say how often a text occurs in a class.

    Parameters
    ----------
    words : ColumnWords
        What to call the column.
    text : str or None
        The value of the case as it may be shown; None or "" is "not given".
    usual : TextSummary or None
        Of the class it is compared with; nothing is compared with fewer than 30 cases.

    Returns
    -------
    str

    Examples
    --------
    >>> usual = TextSummary(Noun.of("valid transaction"), {"DE": 8_750, "PT": 250}, 9_000)
    >>> text_caption(ColumnWords("country"), "PT", usual)
    'country PT, a value found in 28 of every 1,000 valid transactions'
    >>> text_caption(ColumnWords("country"), "BR", usual)
    'country BR, a value found in none of the 9,000 valid transactions looked at'
    """
    caption = f"{words.label} {text}" if text else f"{words.label} not given"
    found = f"{caption}, {'a value ' if text else ''}found in"
    if usual is None or usual.n_cases < FEWEST_FOR_COMPARISON:
        return caption
    count, cases = usual.counts.get(text or "", 0), usual.cases.plural
    if count in (0, usual.n_cases):
        return f"{found} {some_of(count, usual.n_cases)} {cases} looked at"
    rate = count / usual.n_cases
    return f"{found} {frequency_text(rate, frequency_base([rate]))} {cases}"


def snippet(text: str, max_length: int = 280) -> str:
    """Shorten a text at the end of a word.

    Parameters
    ----------
    text : str
        Already masked (`expectkit.briefing.redaction`).
    max_length : int
        Characters that are kept, the ellipsis included.

    Returns
    -------
    str
        On one line.

    Examples
    --------
    >>> snippet("Your parcel could not be delivered today", 27)
    'Your parcel could not be…'
    """
    whole = clean_text(text, len(text) + 1)
    if len(whole) <= max_length:
        return whole
    body = whole[: max_length - 1]
    at_word = body.rfind(" ")
    if whole[len(body)] != " " and at_word >= max_length // 2:
        body = body[:at_word]
    return f"{body.rstrip(' ,;:')}…"
