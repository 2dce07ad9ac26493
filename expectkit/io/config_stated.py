"""What a team states by name: who says so, when, and what they say."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from expectkit.io.config_place import Where
from expectkit.io.config_texts import same
from expectkit.io.config_values import DATE, TEXT, Kind


@dataclass(frozen=True, slots=True)
class StatedBy:
    """A statement somebody stands by.

    Parameters
    ----------
    name : str
        Who says so.
    date : datetime.date
        When.
    text : str
        What, in their words; may be empty.
    """

    name: str
    date: datetime.date
    text: str = ""


_EXPECTED: Final = '"name, 2026-03-01, what was done" or { name = …, date = …, text = … }'


def _read(raw: object, where: Where) -> StatedBy:
    if isinstance(raw, StatedBy):
        return raw
    if isinstance(raw, str):
        name, _, rest = raw.partition(",")
        date, _, text = rest.partition(",")
        raw = {"name": name.strip(), "date": date.strip(), "text": text.strip()}
    if not isinstance(raw, Mapping) or not {"name", "date"} <= set(raw) <= {"name", "date", "text"}:
        raise where.wrong(raw, _EXPECTED, "Say who stands by it, and since when.")
    text = raw.get("text", "")
    return StatedBy(
        TEXT.read(raw["name"], where).strip(),
        DATE.read(raw["date"], where),
        TEXT.read(text, where).strip() if text != "" else "",
    )


STATED_BY: Final = Kind(_EXPECTED, _read, same)
"""Written as a text in a file, on the command line, or as a table in a file."""
