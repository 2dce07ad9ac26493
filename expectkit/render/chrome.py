"""The few words that belong to the page itself and not to the briefing, by language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chrome:
    """Words of the page around the briefing."""

    skip: str
    contents: str
    left_out: str


_ENGLISH = Chrome(
    skip="Skip to the briefing",
    contents="In this briefing",
    left_out="Left out here for length; the full briefing has them:",
)
_BY_LANGUAGE = {"en": _ENGLISH}


def chrome_for(language: str) -> Chrome:
    """Return the words of the page in a language, English when we do not have it.

    Parameters
    ----------
    language : str
        A BCP 47 tag such as ``"en"`` or ``"en-GB"``.

    Returns
    -------
    Chrome
    """
    return _BY_LANGUAGE.get(language.split("-")[0].lower(), _ENGLISH)
