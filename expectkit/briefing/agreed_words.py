"""The business's words that a promise carries, so that its terms are named the same wherever it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Final

from expectkit.briefing.vocabulary import Noun, Words
from expectkit.promise.agreement import WORD_KEYS, Promise

_KNOWN: Final = tuple(field.name for field in fields(Words) if field.name in WORD_KEYS)


def words_to_carry(words: Words) -> dict[str, str | tuple[str, str]]:
    """Return what a promise carries of a vocabulary: the words that are not our own default ones.

    Examples
    --------
    >>> words_to_carry(Words.of(positive="fraudulent transaction", missed="missed"))
    {'positive': ('fraudulent transaction', 'fraudulent transactions')}
    """
    usual = Words()
    given = {name: getattr(words, name) for name in _KNOWN if getattr(words, name) != getattr(usual, name)}
    return {
        name: (word.singular, word.plural) if isinstance(word, Noun) else word for name, word in given.items()
    }


def words_of(promise: Promise, stated: Mapping[str, str | tuple[str, str] | Noun] | None = None) -> Words:
    """Return the vocabulary a promise is to be read in.

    Parameters
    ----------
    promise : Promise
    stated : mapping of str to str, pair of str or Noun, optional
        Words by the names of `Words` that come before the promise's own.

    Returns
    -------
    Words

    Raises
    ------
    ConfigError
        If a word holds nothing printable.
    """
    return Words.of(**{**promise.words, **(stated or {})})
