"""The business's own words, and the grammar they need: plurals, articles, agreement with a number.

Words come from outside, so every one is cleaned on its way in. Plural forms are chosen by the plural
categories of the Unicode CLDR (through Babel), so that a language with more forms than English needs data
here and no new code elsewhere. English is the only language so far.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal

from expectkit.errors import ConfigError, nearest

LANGUAGES = ("en",)
"""Languages that statements can be written in."""

MAX_LENGTH = 200
"""Longest text, in characters, that is taken over from outside; the rest is cut and shown as an ellipsis."""

LONGEST_WORDS = 80
"""Longest noun, participle or model name: these stand in every table, where longer ones leave no room."""

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def clean_text(text: str, max_length: int = MAX_LENGTH) -> str:
    r"""Make text from outside safe to print on one line.

    Line breaks, tabs and runs of spaces become one space. Control characters, marks that turn the reading
    direction, and halves of surrogate pairs are dropped. What is longer than `max_length` characters is cut.

    Parameters
    ----------
    text : str
        Any text.
    max_length : int
        Characters that are kept, the ellipsis included; at least 1.

    Returns
    -------
    str
        At most `max_length` characters, without space at either end.

    Examples
    --------
    >>> clean_text("fraud\u202e\n  case\x00")
    'fraud case'
    """
    spaced = " ".join("".join(_kept(character) for character in text).split())
    if len(spaced) <= max_length:
        return spaced
    return spaced[: max_length - 1].rstrip() + "…"


def _kept(character: str) -> str:
    if character.isspace():
        return " "
    if character in _BIDI or unicodedata.category(character) in ("Cc", "Cs"):
        return ""
    return character


# -------------------------------------------------------------------------------- plurals

_IRREGULAR = {
    "person": "people",
    "child": "children",
    "man": "men",
    "woman": "women",
    "foot": "feet",
    "tooth": "teeth",
    "mouse": "mice",
    "goose": "geese",
    "ox": "oxen",
    "criterion": "criteria",
    "phenomenon": "phenomena",
    "medium": "media",
    "datum": "data",
    "index": "indices",
    "quiz": "quizzes",
    "knife": "knives",
    "life": "lives",
    "wife": "wives",
    "leaf": "leaves",
    "half": "halves",
    "shelf": "shelves",
    "self": "selves",
    "thief": "thieves",
    "loaf": "loaves",
    "calf": "calves",
    "wolf": "wolves",
    "hero": "heroes",
    "potato": "potatoes",
    "tomato": "tomatoes",
    "echo": "echoes",
    "veto": "vetoes",
    "embargo": "embargoes",
    "cargo": "cargoes",
    "stomach": "stomachs",
    "epoch": "epochs",
    "bus": "buses",
    "gas": "gases",
}
# fmt: off
_UNCHANGED = frozenset((
    "aircraft", "cattle", "deer", "equipment", "evidence", "feedback", "fish", "information", "news",
    "offspring", "police", "series", "sheep", "software", "spacecraft", "spam", "species", "staff", "traffic",
))
_MAN_COMPOUNDS = frozenset((
    "businessman", "chairman", "craftsman", "fireman", "fisherman", "foreman", "freshman", "gentleman",
    "layman", "policeman", "postman", "salesman", "serviceman", "spokesman", "tradesman", "workman",
))
# fmt: on
_COMPOUND_ENDINGS = ("woman", "child", "person", "foot", "tooth", "wife", "knife", "shelf", "wolf")
_FLAGGING = frozenset(
    (
        "alerted",
        "barred",
        "blocked",
        "declined",
        "denied",
        "escalated",
        "filtered",
        "flagged",
        "frozen",
        "halted",
        "held",
        "highlighted",
        "intercepted",
        "marked",
        "paused",
        "quarantined",
        "queued",
        "refused",
        "rejected",
        "reported",
        "stopped",
        "suspended",
        "withheld",
    )
)
_CLAUSE = re.compile(r"^(\s+(?:who|that|which)\s+)([^\W\d_]+)")
_VERB_PLURALS = {"is": "are", "was": "were", "has": "have", "does": "do", "goes": "go", "isn't": "aren't"}
_AFTER_HEAD = re.compile(
    r"\s+(?:(?:of|in|with|without|for|from|at|by|on|to|under|over|per|that|which|who|whose)\b|\()",
    re.IGNORECASE,
)


def pluralise(phrase: str) -> str:
    """Form the English plural of a noun phrase.

    The head noun takes the plural: the last word, or the last word before "of", "in", "with" and the like.

    Parameters
    ----------
    phrase : str
        A noun phrase in the singular.

    Returns
    -------
    str

    Examples
    --------
    >>> pluralise("valid transaction"), pluralise("case of fraud"), pluralise("customer who leaves")
    ('valid transactions', 'cases of fraud', 'customers who leave')
    """
    cut = _AFTER_HEAD.search(phrase)
    head, rest = (phrase[: cut.start()], phrase[cut.start() :]) if cut else (phrase, "")
    before, space, noun = head.rpartition(" ")
    return f"{before}{space}{_plural_of_word(noun)}{_CLAUSE.sub(_agreeing_verb, rest)}"


def _agreeing_verb(clause: re.Match[str]) -> str:
    """Put the verb after "who", "that" or "which" into the plural: "customers who leave"."""
    lead, verb = clause.groups()
    if verb in _VERB_PLURALS:
        return lead + _VERB_PLURALS[verb]
    if verb.endswith("ies") and len(verb) > 4:
        return f"{lead}{verb[:-3]}y"
    if verb.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return f"{lead}{verb[:-2]}"
    ends_plainly = verb.endswith(("ss", "us", "is", "always", "sometimes", "perhaps")) or not verb.endswith(
        "s"
    )
    return f"{lead}{verb if ends_plainly else verb[:-1]}"


def _plural_of_word(word: str) -> str:
    if not word or word.lower() in _UNCHANGED or not _takes_an_s(word[-1]):
        return word
    irregular = _irregular(word.lower())
    if irregular is not None:
        return _same_case(word, irregular)
    if word.isupper() and len(word) > 1:
        return word + "s"
    return _regular(word)


def _irregular(lower: str) -> str | None:
    stem, hyphen, last = lower.rpartition("-")
    if last in _IRREGULAR:
        return stem + hyphen + _IRREGULAR[last]
    if lower in _MAN_COMPOUNDS:
        return lower[:-2] + "en"
    for ending in _COMPOUND_ENDINGS:
        if lower.endswith(ending):
            return lower[: -len(ending)] + _IRREGULAR[ending]
    return lower[:-2] + "es" if lower.endswith("sis") else None


def _regular(word: str) -> str:
    lower = word.lower()
    if lower.endswith("y") and len(lower) > 1 and (lower[-2] not in "aeiou" or lower.endswith("quy")):
        return word[:-1] + "ies"
    if lower.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    return word + "s"


def _takes_an_s(last: str) -> bool:
    return last.isdecimal() or unicodedata.name(last, "").startswith("LATIN")


def _same_case(model: str, word: str) -> str:
    if len(model) > 1 and model.isupper():
        return word.upper()
    return word[0].upper() + word[1:] if model[0].isupper() else word


@functools.cache
def _plural_rule(language: str) -> Callable[[Decimal], str]:
    from babel import Locale

    rule: Callable[[Decimal], str] = Locale.parse(language).plural_form
    return rule


def plural_category(number: str | Decimal, language: str = "en") -> str:
    """Return the CLDR plural category a number asks for ("one", "few", "other", …).

    Parameters
    ----------
    number : str or Decimal
        The number as printed, thousands separators allowed: "1" and "1.0" can differ.
    language : str
        A key of the CLDR, such as "en" or "pl".

    Examples
    --------
    >>> plural_category("1"), plural_category("1.5"), plural_category("8,280")
    ('one', 'other', 'other')
    """
    value = Decimal(number.replace(",", "")) if isinstance(number, str) else number
    return _plural_rule(language)(value)


# -------------------------------------------------------------------------------- articles

_VOWEL_SOUND = ("hour", "honest", "honor", "honour", "heir")
_CONSONANT_SOUND = (
    "uni",
    "use",
    "usa",
    "usu",
    "uti",
    "ute",
    "ura",
    "ubi",
    "ukulele",
    "euro",
    "eu",
    "ewe",
    "once",
)
_UN_PREFIX = ("unim", "unin", "unid", "unis")
_VOWEL_LETTERS = frozenset("AEFHILMNORSX")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def indefinite_article(text: str) -> str:
    """Return the article, "a" or "an", that English puts before a text, by its sound.

    Numbers are read out ("an 8% rate", "an 11", "a 100"), short forms are spelled ("an SMS", "a URL").

    Parameters
    ----------
    text : str
        What follows the article.

    Returns
    -------
    str
        "a" or "an".

    Examples
    --------
    >>> [indefinite_article(t) for t in ("hour", "user", "8% rate", "11,000", "SMS", "valid case", "one-off")]
    ['an', 'a', 'an', 'an', 'an', 'a', 'a']
    """
    word = re.split(r"[\s\-/]", text.lstrip("\"'“‘("), maxsplit=1)[0]
    if not word:
        return "a"
    number = _NUMBER.match(word)
    if number is not None:
        return "an" if _number_opens_with_vowel(number.group()) else "a"
    if len(word) == 1 or (word.isupper() and not re.search(r"[B-DF-HJ-NP-TV-Z][AEIOU]", word[:2])):
        return "an" if word[0].upper() in _VOWEL_LETTERS else "a"
    return "an" if _word_opens_with_vowel(word.lower()) else "a"


def _word_opens_with_vowel(word: str) -> bool:
    if word.startswith(_VOWEL_SOUND):
        return True
    if word == "one" or (word.startswith(_CONSONANT_SOUND) and not word.startswith(_UN_PREFIX)):
        return False
    first = unicodedata.normalize("NFD", word[0])[0]
    return first in "aeiou"


def _number_opens_with_vowel(number: str) -> bool:
    whole = number.split(".")[0].replace(",", "")
    if whole.startswith("8"):
        return True
    return whole.startswith(("11", "18")) and len(whole) % 3 == 2


# -------------------------------------------------------------------------------- nouns


@dataclass(frozen=True, slots=True)
class Noun:
    """A noun phrase with the form for one and the form for any other number.

    Parameters
    ----------
    singular, plural : str
        Without article, such as "valid transaction" and "valid transactions".
    """

    singular: str
    plural: str

    @classmethod
    def of(cls, words: str | Sequence[str] | Noun, name: str = "a noun") -> Noun:
        """Build a noun from its singular, or from a singular and plural pair.

        Parameters
        ----------
        words : str, or sequence of two str
            "transaction", or ("case of fraud", "cases of fraud") where the English rule fails; the two may also be
            one text, divided by ``|``.
        name : str
            What messages call it.

        Raises
        ------
        ConfigError
            If it is empty, holds nothing printable, or is not one or two texts.

        Examples
        --------
        >>> Noun.of("person"), Noun.of(["die", "dice"]).plural
        (Noun(singular='person', plural='people'), 'dice')
        >>> Noun.of("Flug|Flüge").plural
        'Flüge'
        """
        if isinstance(words, Noun):
            words = (words.singular, words.plural)
        if isinstance(words, str) and "|" in words:
            words = words.split("|")
        if isinstance(words, str):
            singular = _checked(words, name)
            return cls(singular, clean_text(pluralise(singular), LONGEST_WORDS))
        if not isinstance(words, Sequence) or len(words) != 2:
            raise ConfigError(f'{name} is {words!r}; give one word, or a pair such as ["person", "people"].')
        return cls(_checked(words[0], name), _checked(words[1], name))

    def for_count(self, number: str | Decimal, language: str = "en") -> str:
        """Return the form that agrees with a printed number.

        Examples
        --------
        >>> Noun.of("transaction").for_count("1"), Noun.of("transaction").for_count("0.5")
        ('transaction', 'transactions')
        """
        return self.singular if plural_category(number, language) == "one" else self.plural

    def counted(self, number: str | Decimal, language: str = "en") -> str:
        """Put number and noun together.

        Examples
        --------
        >>> Noun.of("valid transaction").counted("1"), Noun.of("valid transaction").counted("1,400")
        ('1 valid transaction', '1,400 valid transactions')
        """
        return f"{number} {self.for_count(number, language)}"

    @property
    def with_article(self) -> str:
        """The singular with its article, such as "a valid transaction"."""
        return f"{indefinite_article(self.singular)} {self.singular}"


def _checked(text: object, name: str) -> str:
    if not isinstance(text, str):
        raise ConfigError(f"{name} is {text!r}; give it as text in quotes.")
    cleaned = clean_text(text, LONGEST_WORDS)
    if not cleaned:
        raise ConfigError(f"{name} holds no printable character; give the word your business uses.")
    return cleaned


@dataclass(frozen=True, slots=True)
class Words:
    """What a business calls its cases and what happens to them.

    Build it with `Words.of`, which cleans and checks.

    Parameters
    ----------
    case, positive, negative : Noun
        Any case; a case of the kind the model looks for; a case of the other kind.
    flagged, missed, caught : str
        What happens: past participles that follow "would be".
    model_name : str
        What the sentence calls the model, without article.
    language : str
        A member of `LANGUAGES`.
    """

    case: Noun = Noun("case", "cases")
    positive: Noun = Noun("positive case", "positive cases")
    negative: Noun = Noun("negative case", "negative cases")
    flagged: str = "flagged"
    missed: str = "missed"
    caught: str = "correctly caught"
    model_name: str = "model"
    language: str = "en"

    @classmethod
    def of(cls, **words: str | Sequence[str] | Noun) -> Words:
        """Build a vocabulary from plain text; what is left out keeps its default.

        Parameters
        ----------
        **words : str, or pair of str for `case`, `positive` and `negative`
            By the names of the fields.

        Raises
        ------
        ConfigError
            If a name is unknown, a word is empty, or the language has no sentences yet.

        Examples
        --------
        >>> words = Words.of(case="transaction", positive=["case of fraud", "cases of fraud"])
        >>> words.case.plural, words.positive.plural, words.negative.plural
        ('transactions', 'cases of fraud', 'negative cases')
        """
        names = {field.name for field in fields(cls)}
        for name in words:
            if name not in names:
                near = nearest(name, names)
                hint = f'did you mean "{near}"?' if near else f"known are {', '.join(sorted(names))}."
                raise ConfigError(f'words has no entry "{name}"; {hint}')
        nouns = {name: Noun.of(words[name], f"words.{name}") for name in _NOUNS if name in words}
        texts = {
            name: _checked(words[name], f"words.{name}")
            for name in sorted(names - set(_NOUNS))
            if name in words
        }
        if texts.get("model_name", "").lower().startswith("the ") and len(texts["model_name"]) > 4:
            texts["model_name"] = texts["model_name"][4:].lstrip()
        if "language" in texts:
            texts["language"] = check_language(texts["language"])
        return cls(**nouns, **texts)  # type: ignore[arg-type]

    @property
    def briefly_flagged(self) -> str:
        """What happens to a flagged case in a word or two: the part before "as …", "and …" or a comma.

        Where the first word alone does not say it, as in "sent to a doctor", only "and …" and commas are left out.
        """
        says_it = self.flagged.split(" ")[0].strip(",").lower() in _FLAGGING
        ends = r",|\s+(?:as|and|for|to|by|until|in)\s" if says_it else r",|\s+and\s"
        return re.split(ends, self.flagged, maxsplit=1)[0].strip() or self.flagged


_NOUNS = ("case", "positive", "negative")


def check_language(language: str) -> str:
    """Return the language if statements can be written in it.

    Raises
    ------
    ConfigError
        Naming the languages there are.
    """
    if language in LANGUAGES:
        return language
    raise ConfigError(
        f'words.language is "{clean_text(language)}"; statements exist in {", ".join(LANGUAGES)}. '
        "Use one of these and give your own words for cases and outcomes."
    )


def sentence_case(text: str) -> str:
    """Raise the first letter, unless the first word has a spelling of its own ("iPhone sale").

    Examples
    --------
    >>> sentence_case("valid transactions"), sentence_case("iPhone sales")
    ('Valid transactions', 'iPhone sales')
    """
    first = text.split(" ", 1)[0]
    return text[:1].upper() + text[1:] if first == first.lower() else text
