"""What a config says of several classes or labels: a value for each of them, by its name."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from expectkit.io.config_place import Where, shown
from expectkit.io.config_texts import list_from_text, number_or_text
from expectkit.io.config_values import (
    FINITE,
    LABEL,
    NOUN,
    PREVALENCE,
    TEXT,
    Kind,
    LabelValue,
    NounSetting,
    PrevalenceSetting,
)

MOST_CLASSES: Final = 100
"""More classes than this are taken for a column that holds something else."""

_SUM_OF_SHARES: Final = 1e-6


def class_name(value: object) -> str:
    """Return the name of a class as it is written: numbers without decimals where they have none.

    Parameters
    ----------
    value : object
        A label as a file, an array or a config holds it; None, NaN and "" are no label.

    Returns
    -------
    str
        Upper and lower case are kept apart; space at the ends does not count; "" for no label.

    Examples
    --------
    >>> class_name(3), class_name(3.0), class_name("3"), class_name(" Cat "), class_name(True), class_name(None)
    ('3', '3', '3', 'Cat', 'true', '')
    """
    if value is None or value != value:
        return ""
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return "true" if value else "false"
    text = str(value).strip()
    whole, _, rest = text.partition(".")
    is_whole_number = rest.strip("0") == "" and whole.removeprefix("-").isdecimal()
    return whole if is_whole_number else text


@dataclass(frozen=True, slots=True)
class LabelSetting:
    """One label of several that a case may carry: a question of its own, with a threshold of its own.

    Attributes
    ----------
    score, label : str
        Columns.
    threshold : float
        The label is given when the score is at or above it.
    positive : str, int, float, bool or None
        The value of the column `label` that means the case carries it.
    prevalence : PrevalenceSetting or None
        Share of a day's cases that carry it.
    """

    score: str
    label: str
    threshold: float
    positive: LabelValue | None = None
    prevalence: PrevalenceSetting | None = None


@dataclass(frozen=True, slots=True)
class CountedMix:
    """A random sample of production, counted class by class."""

    counts: Mapping[str, int]


ClassMixSetting: TypeAlias = Mapping[str, float] | CountedMix | Literal["as in cases"]


def by_class(read_one: Callable[[object, Where], Any], raw: object, where: Where, expected: str) -> Any:
    """Read a table of one value for each class; names are written as `class_name` writes them."""
    if not isinstance(raw, Mapping) or len(raw) == 0:
        raise where.wrong(raw, expected)
    found: dict[str, Any] = {}
    for key, value in raw.items():
        name = class_name(key)
        if not name:
            raise where.error("has a class without a name. Name it.")
        if name in found:
            raise where.error(f"names the class {shown(name)} twice. Name each once.")
        found[name] = read_one(value, Where(where.source, where.table, f"{where.key}.{name}"))
    if len(found) > MOST_CLASSES:
        raise where.error(f"names {len(found)} classes; at most {MOST_CLASSES} can be told apart.")
    return found


_SCORES: Final = 'a table of class and column, { cat = "score_cat", dog = "score_dog" }'
_THRESHOLDS: Final = "a table of class and threshold, { cat = 0.6, dog = 0.7 }"
_WORDS: Final = 'a table of class and noun, { cat = ["cat", "cats"] }'
_MIX: Final = (
    "a table of class and share, { cat = 0.4, dog = 0.6 }, or of cases counted in a random sample, "
    '{ cat = 400, dog = 600 }, or "as in cases"'
)
_LABELS: Final = (
    "a table of label and columns, "
    '{ urgent = { score = "score_urgent", label = "is_urgent", threshold = 0.5 } }'
)


def _read_scores(raw: object, where: Where) -> dict[str, str]:
    columns: dict[str, str] = by_class(TEXT.read, raw, where, _SCORES)
    if len(columns) < 2:
        raise where.error("names one class. Several classes need two or more, each with its score column.")
    if len(set(columns.values())) < len(columns):
        raise where.error("gives one column to two classes. Each class has a score column of its own.")
    return columns


def _read_thresholds(raw: object, where: Where) -> dict[str, float]:
    return dict(by_class(FINITE.read, raw, where, _THRESHOLDS))


def _read_words(raw: object, where: Where) -> dict[str, NounSetting]:
    return dict(by_class(NOUN.read, raw, where, _WORDS))


def _read_mix(raw: object, where: Where) -> ClassMixSetting:
    if raw == "as in cases":
        return "as in cases"
    if not isinstance(raw, Mapping):
        raise where.wrong(raw, _MIX)
    if raw and all(isinstance(value, int) and not isinstance(value, bool) for value in raw.values()):
        return CountedMix(by_class(_read_count, raw, where, _MIX))
    shares: dict[str, float] = by_class(FINITE.read, raw, where, _MIX)
    if min(shares.values()) <= 0:
        raise where.wrong(raw, _MIX, "Every share is above 0; leave out a class that never comes.")
    if abs(sum(shares.values()) - 1) > _SUM_OF_SHARES:
        raise where.error(f"the shares sum to {sum(shares.values()):g}, expected 1. Correct one of them.")
    return shares


def _read_count(raw: object, where: Where) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or raw < 1:
        raise where.wrong(raw, "a whole number from 1")
    return raw


def _read_labels(raw: object, where: Where) -> dict[str, LabelSetting]:
    return dict(by_class(_read_label, raw, where, _LABELS))


def _read_label(raw: object, where: Where) -> LabelSetting:
    if isinstance(raw, LabelSetting):
        return raw
    known = {
        "score": TEXT,
        "label": TEXT,
        "threshold": FINITE,
        "positive": LABEL,
        "prevalence": PREVALENCE,
    }
    if not isinstance(raw, Mapping) or not {"score", "label", "threshold"} <= set(raw) <= set(known):
        advice = "Each label needs score, label and threshold; positive and prevalence may be added."
        raise where.wrong(raw, _LABELS, advice)
    values = {
        key: known[key].read(value, Where(where.source, where.table, f"{where.key}.{key}"))
        for key, value in raw.items()
    }
    return LabelSetting(**values)


def _table_from_text(text: str, where: Where) -> object:
    """Read ``cat=0.6,dog=0.7``, or a table as TOML writes it, or a word."""
    stripped = text.strip()
    if stripped.startswith("{"):
        try:
            return tomllib.loads(f"value = {stripped}")["value"]
        except tomllib.TOMLDecodeError:
            raise where.error(
                f"found {shown(text)}, which is no table. Write it as cat=0.6,dog=0.7."
            ) from None
    if "=" not in stripped:
        return stripped
    items = list_from_text(stripped, where)
    pairs = [str(item).partition("=") for item in items] if isinstance(items, list) else []
    return {name.strip(): value.strip() for name, _, value in pairs}


def _numbers_from_text(text: str, where: Where) -> object:
    found = _table_from_text(text, where)
    if isinstance(found, Mapping):
        return {key: number_or_text(item) if isinstance(item, str) else item for key, item in found.items()}
    return found


def _nouns_from_text(text: str, where: Where) -> object:
    found = _table_from_text(text, where)
    if isinstance(found, Mapping):
        return {
            key: NOUN.from_text(item, where) if isinstance(item, str) else item for key, item in found.items()
        }
    return found


CLASS_SCORES: Final = Kind(_SCORES, _read_scores, _table_from_text)
CLASS_THRESHOLDS: Final = Kind(_THRESHOLDS, _read_thresholds, _numbers_from_text)
CLASS_WORDS: Final = Kind(_WORDS, _read_words, _nouns_from_text)
CLASS_MIX: Final = Kind(_MIX, _read_mix, _numbers_from_text)
LABELS: Final = Kind(_LABELS, _read_labels, _table_from_text)
