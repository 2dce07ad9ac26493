"""What a value of ``expectkit.toml`` or of an option may be: one `Kind` per sort of value.

A kind reads a value as TOML gives it, checks it and returns the value the program works with. It also turns
the text of a command-line option into what TOML would have given, so that both ways share one check.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias

from expectkit.errors import nearest
from expectkit.io.config_place import Where, shown
from expectkit.io.config_texts import (
    bool_from_text,
    cost_from_text,
    count_from_text,
    counts_from_text,
    files_from_text,
    label_from_text,
    list_from_text,
    noun_from_text,
    number_from_text,
    numbers_from_text,
    same,
    single_from_text,
)


@dataclass(frozen=True, slots=True)
class PositivesOf:
    """A counted sample of production: `positives` of `of` cases were positive."""

    positives: int
    of: int


@dataclass(frozen=True, slots=True)
class KeptNegatives:
    """The file holds all positives but only this share (0 to 1) of the negatives."""

    share: float


@dataclass(frozen=True, slots=True)
class CostColumn:
    """A cost that differs from case to case and stands in this column."""

    column: str


RuleName: TypeAlias = Literal[
    "lowest cost",
    "capacity",
    "at_most_flagged_per_day",
    "at_most_false_negative_rate",
    "at_most_false_positive_rate",
]


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """A rule that chooses the threshold; `limit` is None for "lowest cost" and "capacity"."""

    name: RuleName
    limit: float | None = None


Cost: TypeAlias = float | CostColumn
CasesPerDay: TypeAlias = float | tuple[float, float] | Literal["observed"]
PrevalenceSetting: TypeAlias = (
    float | tuple[float, float] | PositivesOf | KeptNegatives | Literal["as in cases"]
)
ThresholdSetting: TypeAlias = float | RuleSetting
NounSetting: TypeAlias = str | tuple[str, str]
LabelValue: TypeAlias = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of value: what is `expected`, how it is checked, and how an option's text becomes it.

    `read` takes the value as TOML gives it; `from_text` takes an option's text and returns what TOML gives.
    """

    expected: str
    read: Callable[[object, Where], Any]
    from_text: Callable[[str, Where], object]


# --- reading checked values ---------------------------------------------------------------------------------


def _finite(raw: object, where: Where, expected: str) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise where.wrong(raw, expected)
    try:
        value = float(raw)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise where.wrong(raw, expected, "Use a finite number.")
    return value


def _number(expected: str, is_allowed: Callable[[float], bool]) -> Callable[[object, Where], float]:
    def read(raw: object, where: Where) -> float:
        value = _finite(raw, where, expected)
        if not is_allowed(value):
            raise where.wrong(raw, expected)
        return value

    return read


def _count(expected: str, least: int) -> Callable[[object, Where], int]:
    def read(raw: object, where: Where) -> int:
        if isinstance(raw, bool) or not isinstance(raw, int) or raw < least:
            raise where.wrong(raw, expected)
        return raw

    return read


def read_fraction(raw: object, where: Where) -> float:
    """Read a fraction above 0 and below 1; a value meant as per cent is named with its fraction."""
    expected = "a fraction above 0 and below 1"
    value = _finite(raw, where, expected)
    if 0 < value < 1:
        return value
    if 1 < value < 100:
        fraction = format((Decimal(str(raw)) / 100).normalize(), "f")
        raise where.error(
            f"found {shown(raw)}, but {where.key} is a fraction from 0 to 1: "
            f"did you mean {fraction} ({shown(raw)} %)?"
        )
    raise where.wrong(raw, expected)


def _low_high(
    raw: list[object] | tuple[object, ...],
    where: Where,
    read: Callable[[object, Where], float],
    expected: str,
) -> tuple[float, float]:
    if len(raw) != 2:
        raise where.wrong(raw, expected, "A range has two numbers, [low, high].")
    low, high = read(raw[0], where), read(raw[1], where)
    if low > high:
        raise where.error(f"the range {shown(raw)} has its low above its high. Swap the two.")
    return low, high


def _text(raw: object, where: Where) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise where.wrong(raw, "a text that is not empty")
    return raw


def _texts(raw: object, where: Where) -> tuple[str, ...]:
    expected = "a list of texts"
    if isinstance(raw, str):
        raise where.wrong(raw, expected, f"Write it as a list: [{shown(raw)}].")
    if not isinstance(raw, list | tuple) or not all(isinstance(item, str) and item.strip() for item in raw):
        raise where.wrong(raw, expected)
    if len(set(raw)) < len(raw):
        raise where.error(f"{shown(raw)} names something twice. Name each once.")
    return tuple(raw)


def _files(raw: object, where: Where) -> tuple[str, ...]:
    expected = "a path, a glob or a list of paths"
    texts = [raw] if isinstance(raw, str) else raw
    if not isinstance(texts, list | tuple) or len(texts) == 0:
        raise where.wrong(raw, expected)
    if not all(isinstance(text, str) and text.strip() and "\0" not in text for text in texts):
        raise where.wrong(raw, expected)
    return tuple(texts)


def _path(raw: object, where: Where) -> str:
    if not isinstance(raw, str) or not raw.strip() or "\0" in raw:
        raise where.wrong(raw, "a path")
    return raw


def _label(raw: object, where: Where) -> LabelValue:
    if isinstance(raw, bool | int | str) or (isinstance(raw, float) and math.isfinite(raw)):
        return raw
    raise where.wrong(raw, "a label value: a text, a number, true or false")


def _noun(raw: object, where: Where) -> NounSetting:
    if isinstance(raw, list | tuple):
        if len(raw) != 2 or not all(isinstance(item, str) and item.strip() for item in raw):
            raise where.wrong(raw, "a noun or [singular, plural]")
        return raw[0], raw[1]
    if not isinstance(raw, str) or not raw.strip():
        raise where.wrong(raw, "a noun or [singular, plural]")
    return raw


def _bool(raw: object, where: Where) -> bool:
    if not isinstance(raw, bool):
        raise where.wrong(raw, "true or false")
    return raw


def _date(raw: object, where: Where) -> datetime.date:
    expected = "a date like 2026-03-01"
    if isinstance(raw, datetime.datetime):
        return raw.date()
    if isinstance(raw, datetime.date):
        return raw
    if not isinstance(raw, str):
        raise where.wrong(raw, expected)
    try:
        return datetime.date.fromisoformat(raw)
    except ValueError:
        raise where.wrong(raw, expected) from None


def _cases_per_day(raw: object, where: Where) -> CasesPerDay:
    read_one = _number(_CASES_PER_DAY, lambda value: value > 0)
    if raw == "observed":
        return "observed"
    if isinstance(raw, list | tuple):
        return _low_high(raw, where, read_one, _CASES_PER_DAY)
    return read_one(raw, where)


def _prevalence(raw: object, where: Where) -> PrevalenceSetting:
    if raw == "as in cases":
        return "as in cases"
    if isinstance(raw, Mapping):
        return _counted_prevalence(raw, where)
    if isinstance(raw, list | tuple):
        return _low_high(raw, where, read_fraction, _PREVALENCE)
    if isinstance(raw, str):
        raise where.wrong(raw, _PREVALENCE)
    return read_fraction(raw, where)


def _counted_prevalence(raw: Mapping[str, object], where: Where) -> PositivesOf | KeptNegatives:
    if set(raw) == {"kept_negatives"}:
        expected = "a share of the negatives above 0 and up to 1"
        share = _number(expected, lambda value: 0 < value <= 1)(raw["kept_negatives"], where)
        return KeptNegatives(share)
    if set(raw) != {"positives", "of"}:
        raise where.wrong(raw, _PREVALENCE)
    positives = COUNT.read(raw["positives"], where)
    cases = POSITIVE_COUNT.read(raw["of"], where)
    if positives > cases:
        raise where.error(
            f"{positives} positives of {cases} cases is more than all. Swap or correct the two."
        )
    return PositivesOf(positives, cases)


def _operating(raw: object, where: Where) -> ThresholdSetting:
    if raw == "lowest cost":
        return RuleSetting("lowest cost")
    if raw == "capacity":
        return RuleSetting("capacity")
    if isinstance(raw, Mapping):
        return _limit_rule(raw, where)
    return _finite(raw, where, _OPERATING)


def _limit_rule(raw: Mapping[str, object], where: Where) -> RuleSetting:
    if set(raw) == {"at_most_flagged_per_day"}:
        limit = POSITIVE.read(raw["at_most_flagged_per_day"], where)
        return RuleSetting("at_most_flagged_per_day", limit)
    if set(raw) == {"at_most_false_negative_rate"}:
        limit = read_fraction(raw["at_most_false_negative_rate"], where)
        return RuleSetting("at_most_false_negative_rate", limit)
    if set(raw) == {"at_most_false_positive_rate"}:
        limit = read_fraction(raw["at_most_false_positive_rate"], where)
        return RuleSetting("at_most_false_positive_rate", limit)
    found = nearest(str(next(iter(raw), "")), [name for name in RULE_NAMES if name.startswith("at_most")])
    raise where.wrong(raw, _OPERATING, f'Did you mean "{found}"?' if found else "")


def _candidates(raw: object, where: Where) -> tuple[float, ...]:
    if not isinstance(raw, list | tuple):
        raise where.wrong(raw, _CANDIDATES)
    values = tuple(_finite(item, where, _CANDIDATES) for item in raw)
    if len(set(values)) < len(values):
        raise where.error(f"{shown(raw)} names a threshold twice. Name each once.")
    return values


def _cost(raw: object, where: Where) -> Cost:
    if isinstance(raw, Mapping):
        if set(raw) != {"column"}:
            raise where.wrong(raw, _COST)
        return CostColumn(_text(raw["column"], where))
    return _number(_COST, lambda value: value >= 0)(raw, where)


# --- the kinds ----------------------------------------------------------------------------------------------

RULE_NAMES: Final[tuple[RuleName, ...]] = (
    "lowest cost",
    "capacity",
    "at_most_flagged_per_day",
    "at_most_false_negative_rate",
    "at_most_false_positive_rate",
)
_CASES_PER_DAY: Final = 'a number above 0, [low, high] or "observed"'
_PREVALENCE: Final = (
    "a fraction above 0 and below 1, [low, high], { positives = 338, of = 10000 }, { kept_negatives = 0.1 } "
    'or "as in cases"'
)
_OPERATING: Final = (
    'a number, "lowest cost", "capacity" or a limit such as { at_most_flagged_per_day = 500 }, '
    "{ at_most_false_negative_rate = 0.05 } or { at_most_false_positive_rate = 0.02 }"
)
_CANDIDATES: Final = "a list of numbers"
_COST: Final = 'a number from 0 or { column = "amount" }'


def choice(allowed: Collection[str]) -> Kind:
    """Return the kind of a text that must be one of `allowed`."""
    expected = " or ".join(f'"{item}"' for item in allowed)

    def read(raw: object, where: Where) -> str:
        if isinstance(raw, str) and raw in allowed:
            return raw
        near = nearest(raw, allowed) if isinstance(raw, str) else None
        raise where.wrong(raw, expected, f'Did you mean "{near}"?' if near else "")

    return Kind(expected, read, same)


TEXT: Final = Kind("a text", _text, same)
PATH: Final = Kind("a path", _path, same)
TEXTS: Final = Kind("a list of texts", _texts, list_from_text)
FILES: Final = Kind("a path, a glob or a list of paths", _files, files_from_text)
LABEL: Final = Kind("a label value", _label, label_from_text)
NOUN: Final = Kind("a noun or [singular, plural]", _noun, noun_from_text)
BOOL: Final = Kind("true or false", _bool, bool_from_text)
DATE: Final = Kind("a date like 2026-03-01", _date, same)
COUNT: Final = Kind("a whole number from 0", _count("a whole number from 0", 0), count_from_text)
POSITIVE_COUNT: Final = Kind("a whole number from 1", _count("a whole number from 1", 1), count_from_text)
POSITIVE: Final = Kind(
    "a number above 0", _number("a number above 0", lambda value: value > 0), count_from_text
)
NOT_NEGATIVE: Final = Kind(
    "a number from 0", _number("a number from 0", lambda value: value >= 0), number_from_text
)
FRACTION: Final = Kind("a fraction above 0 and below 1", read_fraction, number_from_text)
FINITE: Final = Kind("a number", _number("a number", lambda value: True), number_from_text)
CASES_PER_DAY: Final = Kind(_CASES_PER_DAY, _cases_per_day, counts_from_text)
PREVALENCE: Final = Kind(_PREVALENCE, _prevalence, single_from_text)
OPERATING: Final = Kind(_OPERATING, _operating, single_from_text)
CANDIDATES: Final = Kind(_CANDIDATES, _candidates, numbers_from_text)
COST: Final = Kind(_COST, _cost, cost_from_text)
