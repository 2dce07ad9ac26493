"""What a config says of the launch: options of its parameters, and who decides each."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from expectkit.errors import nearest
from expectkit.io.config_place import Where, shown
from expectkit.io.config_texts import list_from_text, numbers_from_text
from expectkit.io.config_values import DATE, NOT_NEGATIVE, POSITIVE, TEXT, Kind

MOST_OPTIONS: Final = 8
"""More options of one parameter than this are no decision but a list."""

PARAMETERS: Final = (
    "threshold",
    "review_capacity",
    "who_reviews",
    "label_delay",
    "fallback",
    "retraining",
)
"""What is decided before a launch, in the order it is shown."""

FALLBACKS: Final = ("pass all", "flag all", "today's process")
"""What can be done with cases while the model does not answer."""


@dataclass(frozen=True, slots=True)
class ReviewersSetting:
    """People who could review: what a review takes them, and what an hour of theirs costs."""

    minutes_per_review: float | None = None
    cost_per_hour: float | None = None


def _some(raw: object, where: Where, expected: str, read: Callable[[object, Where], Any]) -> tuple[Any, ...]:
    if not isinstance(raw, list | tuple) or len(raw) == 0:
        raise where.wrong(raw, expected)
    if len(raw) > MOST_OPTIONS:
        raise where.error(f"has {len(raw)} options; at most {MOST_OPTIONS} can be weighed side by side.")
    values = tuple(read(item, where) for item in raw)
    if len(set(values)) < len(values):
        raise where.error(f"{shown(raw)} names an option twice. Name each once.")
    return values


_NUMBERS: Final = "a list of numbers above 0"
_DATES: Final = "a list of dates like [2026-07-01, 2026-10-01]"
_REVIEWERS: Final = (
    "a list of names, or a table of them, "
    '{ "Fraud analysts" = { minutes_per_review = 4, cost_per_hour = 45 } }'
)
_DECIDES: Final = 'a table of parameter and name, { threshold = "Head of payments" }'


def _numbers(raw: object, where: Where) -> tuple[float, ...]:
    return _some(raw, where, _NUMBERS, POSITIVE.read)


def _dates(raw: object, where: Where) -> tuple[datetime.date, ...]:
    return _some(raw, where, _DATES, DATE.read)


def _reviewers(raw: object, where: Where) -> dict[str, ReviewersSetting]:
    if isinstance(raw, list | tuple):
        return {name: ReviewersSetting() for name in _some(raw, where, _REVIEWERS, TEXT.read)}
    if not isinstance(raw, Mapping):
        raise where.wrong(raw, _REVIEWERS)
    names = _some(list(raw), where, _REVIEWERS, TEXT.read)
    return {
        name: _reviewer(raw[name], Where(where.source, where.table, f"{where.key}.{name}")) for name in names
    }


def _reviewer(raw: object, where: Where) -> ReviewersSetting:
    if isinstance(raw, ReviewersSetting):
        return raw
    known = {"minutes_per_review": POSITIVE, "cost_per_hour": NOT_NEGATIVE}
    if not isinstance(raw, Mapping):
        raise where.wrong(raw, "{ minutes_per_review = 4, cost_per_hour = 45 }")
    for key in raw:
        if key not in known:
            near = nearest(str(key), known)
            advice = f'Did you mean "{near}"?' if near else f"Known here: {', '.join(known)}."
            raise where.error(f"unknown key {shown(key)}. {advice}")
    return ReviewersSetting(**{key: known[key].read(value, where) for key, value in raw.items()})


def _decides(raw: object, where: Where) -> dict[str, str]:
    if not isinstance(raw, Mapping) or len(raw) == 0:
        raise where.wrong(raw, _DECIDES)
    for key in raw:
        if key not in PARAMETERS:
            near = nearest(str(key), PARAMETERS)
            advice = f'Did you mean "{near}"?' if near else f"Known here: {', '.join(PARAMETERS)}."
            raise where.error(f"unknown parameter {shown(key)}. {advice}")
    return {key: TEXT.read(raw[key], Where(where.source, where.table, f"{where.key}.{key}")) for key in raw}


def _pairs_from_text(text: str, where: Where) -> object:
    """Read ``threshold=Ann,fallback=Bob``."""
    items = list_from_text(text, where)
    pairs = [str(item).partition("=") for item in items] if isinstance(items, list) else []
    return {key.strip(): value.strip() for key, _, value in pairs}


CAPACITIES: Final = Kind(_NUMBERS, _numbers, numbers_from_text)
DAYS: Final = Kind(_NUMBERS, _numbers, numbers_from_text)
DATES: Final = Kind(_DATES, _dates, list_from_text)
REVIEWERS: Final = Kind(_REVIEWERS, _reviewers, list_from_text)
DECIDES: Final = Kind(_DECIDES, _decides, _pairs_from_text)
