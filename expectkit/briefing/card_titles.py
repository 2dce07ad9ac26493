"""Titles that tell the cards of a gallery apart: why each is shown, and values of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from expectkit.briefing.wording import number_text, plain_list

FEWEST_VALUES = 2
"""Values in a title, more only where two cards would otherwise have the same one."""


@dataclass(frozen=True, slots=True)
class CardTitle:
    """The title of a card, and the columns whose values stand in it."""

    text: str
    columns: tuple[str, ...]


def card_titles(marks: Sequence[str], values: Sequence[Mapping[str, str]]) -> tuple[CardTitle, ...]:
    """Give each card of a gallery a title that no other one has.

    Parameters
    ----------
    marks : sequence of str
        Why each card is shown.
    values : sequence of mapping of str to str
        For each card its columns in words, such as "amount 1.59 €", the most telling first.

    Returns
    -------
    tuple of CardTitle
        Cards that all their values leave alike are numbered.

    Examples
    --------
    >>> made = card_titles(["Typical", "Typical"], [{"a": "amount 2 €"}, {"a": "amount 9 €"}])
    >>> [title.text for title in made]
    ['Typical: amount 2 €', 'Typical: amount 9 €']
    >>> [title.text for title in card_titles(["Nearly right", "Nearly right"], [{}, {}])]
    ['Nearly right (1 of 2)', 'Nearly right (2 of 2)']
    """
    n_values = [FEWEST_VALUES] * len(marks)
    while True:
        titles = [_title(*card) for card in zip(marks, values, n_values, strict=True)]
        repeated = {text for text, count in Counter(one.text for one in titles).items() if count > 1}
        short = [
            place
            for place, title in enumerate(titles)
            if title.text in repeated and n_values[place] < len(values[place])
        ]
        if not short:
            return _numbered(titles, repeated)
        for place in short:
            n_values[place] += 1


def _title(mark: str, values: Mapping[str, str], n_values: int) -> CardTitle:
    columns = tuple(values)[:n_values]
    said = plain_list(values[column] for column in columns)
    return CardTitle(f"{mark}: {said}" if said else mark, columns)


def _numbered(titles: Sequence[CardTitle], repeated: set[str]) -> tuple[CardTitle, ...]:
    counts, seen, made = Counter(title.text for title in titles), Counter[str](), []
    for title in titles:
        seen[title.text] += 1
        if title.text in repeated:
            place = f"{number_text(seen[title.text])} of {number_text(counts[title.text])}"
            title = CardTitle(f"{title.text} ({place})", title.columns)
        made.append(title)
    return tuple(made)
