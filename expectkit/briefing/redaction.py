"""What must not be shown: columns that stay inside, and numbers and addresses masked in text.

Card numbers count as such when their check digit fits (Luhn), IBANs when their checksum does (ISO 13616).
Phone numbers have no check digit: what looks like one is masked, dates and amounts are not.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from expectkit.briefing.vocabulary import clean_text
from expectkit.errors import ConfigError

MaskKind = Literal["IBAN", "e-mail address", "card number", "phone number", "redacted value"]
_Span = tuple[int, int, MaskKind]

LONGEST_READ = 10_000
"""Characters of a text that are looked at; what follows is never shown."""

SHORTEST_SECRET = 4
"""Redacted values with at least this many characters are also masked where other columns repeat them."""

# Between the digits of one number: up to three spaces, dashes, dots or slashes of any script, or invisible marks.
_GAP = r"[\s./_\-\u00ad\u2010-\u2015\u2212\u200c\u200d\u2043\ufe58\ufe63\uff0d]{0,3}"
_DIGIT_RUN = re.compile(rf"\d(?:{_GAP}\d){{12,}}")
_IBAN = re.compile(rf"(?<![A-Za-z0-9])[A-Za-z]{{2}}[0-9]{{2}}(?:{_GAP}[A-Za-z0-9]){{11,30}}(?![A-Za-z0-9])")
_EMAIL = re.compile(r"(?<![\w.!#$%&'*+/=?^`{|}~-])[\w.!#$%&'*+/=?^`{|}~-]+\s?@\s?[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(
    r"""(?<![\w.,/-])
    (?!\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b)                   # a date
    (?:
        (?:\+|00)\s?[1-9](?:[\s.\-/()]{0,3}\d){6,13}        # with the country in front
      | \(?0\d(?:[\s.\-/()]{0,3}\d){7,10}                   # with the 0 of a national number
      | \(?[2-9]\d{2}\)?[\s.\-]{1,2}\d{3}[\s.\-]\d{4}       # the North American form
    )(?![\w]|[.,/-]\d)""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A text that may be shown, and what was masked in it.

    Parameters
    ----------
    text : str
        Clean, masked, of bounded length.
    masked : mapping of MaskKind to int
        How many of each kind were masked.
    """

    text: str
    masked: Mapping[MaskKind, int]


@dataclass(frozen=True, slots=True)
class Redactor:
    """The rules of one report for what may be shown of a case.

    Parameters
    ----------
    columns : frozenset of str
        Columns that are never shown; their values are masked where other columns repeat them.
    id_column : str or None
        Column whose values are shown only as a keyed hash. Needs `salt`.
    salt : bytes
        Key of the hash: the same salt gives the same hash, nobody without it can test a guess.
    masks_cards, masks_emails, masks_ibans, masks_phones : bool
        Which masks apply to shown text.
    max_length : int
        Longest text that is shown, in characters.

    Raises
    ------
    ConfigError
        If ids are to be hashed without a salt, or the salt is longer than 64 bytes.

    Examples
    --------
    >>> Redactor().text("pay 4111 1111 1111 1111 to anna@example.org").text
    'pay [card number] to [e-mail address]'
    """

    columns: frozenset[str] = frozenset()
    id_column: str | None = None
    salt: bytes = b""
    masks_cards: bool = True
    masks_emails: bool = True
    masks_ibans: bool = True
    masks_phones: bool = True
    max_length: int = 280

    def __post_init__(self) -> None:
        if self.id_column is not None and not self.salt:
            raise ConfigError(
                f'column "{self.id_column}" is to be hashed but there is no salt. Give one, and keep it secret: '
                "without it anybody can hash all possible ids and compare."
            )
        if len(self.salt) > hashlib.blake2b.MAX_KEY_SIZE:
            raise ConfigError(f"the salt has {len(self.salt)} bytes. Give at most 64.")

    def text(self, value: str, secrets: tuple[str, ...] = ()) -> Shown:
        """Return a text as it may be shown.

        Parameters
        ----------
        value : str
            Any text from a scored case.
        secrets : tuple of str
            Values of redacted columns of the same case.

        Returns
        -------
        Shown
            One line, without control characters and marks that turn the reading direction.
        """
        text = _readable(value)
        spans = _merged([*self._spans(text), *_secret_spans(text, secrets)])
        pieces: list[str] = []
        masked: dict[MaskKind, int] = {}
        place = 0
        for start, end, kind in spans:
            pieces += [text[place:start], f"[{kind}]"]
            masked[kind] = masked.get(kind, 0) + 1
            place = end
        return Shown(clean_text("".join([*pieces, text[place:]]), self.max_length), masked)

    def _spans(self, text: str) -> Iterator[_Span]:
        """Find what the masks that are switched on are to hide; spans of different masks may overlap."""
        if self.masks_ibans:
            yield from _confirmed(text, "IBAN", _IBAN, _iban_span)
        if self.masks_cards:
            yield from _confirmed(text, "card number", _DIGIT_RUN, _card_span)
        if self.masks_emails:
            yield from ((*found.span(), "e-mail address") for found in _EMAIL.finditer(text))
        if self.masks_phones:
            yield from ((*found.span(), "phone number") for found in _PHONE.finditer(text))

    def case(self, values: Mapping[str, object]) -> tuple[dict[str, str], dict[MaskKind, int]]:
        """Return the columns of a case that may be shown, as text, and what was masked in them.

        Parameters
        ----------
        values : mapping of str to object
            All columns of the case that were read, redacted ones included; None is a missing value.

        Returns
        -------
        tuple of (dict of str to str, dict of MaskKind to int)
            Without redacted columns and missing values.
        """
        hidden = self.columns | ({self.id_column} if self.id_column is not None else set())
        secrets = tuple(_plain(values[name]) for name in hidden if values.get(name) is not None)
        shown: dict[str, str] = {}
        masked: dict[MaskKind, int] = {}
        for name, value in values.items():
            if name in self.columns or value is None:
                continue
            if name == self.id_column:
                shown[name] = self.hashed(_plain(value))
                continue
            result = self.text(_plain(value), secrets)
            shown[name] = result.text
            for kind, count in result.masked.items():
                masked[kind] = masked.get(kind, 0) + count
        return shown, masked

    def hashed(self, value: str) -> str:
        """Return a short name for an id: 12 hexadecimal digits of its keyed BLAKE2b hash.

        Raises
        ------
        ConfigError
            If there is no salt.

        Examples
        --------
        >>> Redactor(id_column="id", salt=b"keep me secret").hashed("A-17")
        '#6355300217e4'
        """
        if not self.salt:
            raise ConfigError("an id cannot be hashed without a salt. Give one, and keep it secret.")
        digest = hashlib.blake2b(value.encode("utf-8", "surrogatepass"), digest_size=6, key=self.salt)
        return f"#{digest.hexdigest()}"


def _plain(value: object) -> str:
    """Write a value as text; a whole number that was read as a float loses its ".0", so that masks know it."""
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    return str(value)


def _readable(text: str) -> str:
    """Drop invisible characters (but for the joiners that emoji and some scripts need), bound the length.

    A text that is cut loses its last 64 characters as well, so that no half of a number stays unmasked.
    """
    if len(text) > LONGEST_READ:
        text = text[: LONGEST_READ - 64] + "…"
    return clean_text("".join(c for c in text if not _is_invisible(c)), LONGEST_READ)


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) == "Cf" and character not in "\u200c\u200d"


def _secret_spans(text: str, secrets: tuple[str, ...]) -> Iterator[_Span]:
    """Find the values of redacted columns, whatever their case."""
    for secret in {_readable(secret) for secret in secrets}:
        if len(secret) >= SHORTEST_SECRET:
            for found in re.finditer(re.escape(secret), text, re.IGNORECASE):
                yield *found.span(), "redacted value"


def _confirmed(
    text: str, kind: MaskKind, pattern: re.Pattern[str], span: Callable[[str], tuple[int, int] | None]
) -> Iterator[_Span]:
    """Find what `pattern` suggests and `span` confirms within it."""
    found = pattern.search(text)
    while found is not None:
        inner = span(found.group())
        if inner is not None:
            yield found.start() + inner[0], found.start() + inner[1], kind
        found = pattern.search(text, found.end() if inner is None else found.start() + inner[1])


def _merged(spans: list[_Span]) -> list[_Span]:
    """Join spans that overlap, so that nothing of either stays; the longest of them gives the name."""
    merged: list[_Span] = []
    longest = 0
    for start, end, kind in sorted(spans):
        if merged and start < merged[-1][1]:
            first, last, name = merged[-1]
            if end - start > longest:
                longest, name = end - start, kind
            merged[-1] = first, max(last, end), name
        else:
            longest = end - start
            merged.append((start, end, kind))
    return merged


def _card_span(run: str) -> tuple[int, int] | None:
    """Return where the first card number lies in a run of digits and gaps, with all that overlap it.

    A number starts and ends where a group of digits does: 16 digits inside a group of 30 are none.
    """
    places = [place for place, character in enumerate(run) if character.isdecimal()]
    digits = [unicodedata.decimal(run[place]) for place in places]
    starts = [k for k, place in enumerate(places) if place == 0 or not run[place - 1].isdecimal()]
    ends = {k for k, place in enumerate(places) if place + 1 == len(run) or not run[place + 1].isdecimal()}
    span: tuple[int, int] | None = None
    for first in starts:
        if span is not None and first > span[1]:
            break
        for last in range(first + 18, first + 11, -1):
            if last in ends and _fits_luhn(digits[first : last + 1]):
                span = (first, last) if span is None else (span[0], max(span[1], last))
    return None if span is None else (places[span[0]], places[span[1]] + 1)


def _fits_luhn(digits: list[int]) -> bool:
    """Tell whether the last digit is the check digit of the others (ISO/IEC 7812-1)."""
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _iban_span(run: str) -> tuple[int, int] | None:
    """Return where an IBAN lies at the start of a run of letters, digits and gaps: the longest that checks."""
    places = [place for place, character in enumerate(run) if character.isalnum()]
    for length in range(min(34, len(places)), 14, -1):
        end = places[length - 1] + 1
        if end < len(run) and run[end].isalnum():
            continue
        if _fits_mod_97("".join(run[place] for place in places[:length])):
            return 0, end
    return None


def _fits_mod_97(iban: str) -> bool:
    """Tell whether the check digits of an IBAN fit (ISO 13616, ISO/IEC 7064 MOD 97-10)."""
    moved = iban[4:] + iban[:4]
    return int("".join(str(int(character, 36)) for character in moved)) % 97 == 1
