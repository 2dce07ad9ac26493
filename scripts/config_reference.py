#!/usr/bin/env python3
"""Write docs/configuration.md from the tables that read ``expectkit.toml``, so that the two cannot differ."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from expectkit.io.config_keys import OPTION_OF
from expectkit.io.config_tables import MEASURES, TABLES

TARGET = Path(__file__).resolve().parent.parent / "docs" / "configuration.md"

HEAD = """\
# expectkit.toml

<!-- Written by `make generate` from expectkit/io/config_tables.py. Change it there. -->

One file a project. `expectkit init SCORES` writes one with comments, from your own file. It begins with
`schema_version = 1`. Paths are relative to the file. A key that is not in these tables is an error that names the
nearest known key. Every key can be given as a long option instead; an option beats the file, the file beats the
default.
"""

GOALS = """\
## [[goals]]

What the business wants, in its own words, each tied to a measure and one or two limits. There can be any number of
them, and they have no option.

| key | what it is |
|---|---|
| `words` | The wish, as the business says it. |
| `measure` | One of {measures}. |
| `at_most`, `at_least` | The limits. A rate is a fraction from 0 to 1. |
"""


def reference() -> str:
    """Return the whole page."""
    parts = [HEAD, *(section(name, table) for name, table in TABLES.items())]
    parts.append(GOALS.format(measures=", ".join(f"`{name}`" for name in MEASURES)))
    return "\n".join(parts)


def section(name: str, table: type) -> str:
    """Return the heading and the table of one part of the file."""
    title = (table.__doc__ or "").partition("\n")[0].partition(": ")[2].rstrip(".")
    lines = [
        f"## [{name}]",
        "",
        title[:1].upper() + title[1:] + ".",
        "",
        "| key | option | what it is |",
        "|---|---|---|",
    ]
    for field in dataclasses.fields(table):
        option = OPTION_OF[f"{name}.{field.name}"]
        lines.append(f"| `{field.name}` | `{option.flag}` | {option.help.replace('|', '&#124;')} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    TARGET.write_text(reference(), encoding="utf-8", newline="\n")
