"""The place of a value in ``expectkit.toml`` or on the command line, and how a message shows a value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from expectkit.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Where:
    """The place of a value, as a message names it."""

    source: str
    table: str = ""
    key: str = ""
    option: str | None = None

    def __str__(self) -> str:
        if self.option is not None:
            return self.option
        return f"{self.source}, {self.table} {self.key}".rstrip() if self.table else self.source

    def wrong(self, found: object, expected: str, advice: str = "") -> ConfigError:
        """Return the error for a value that is not what was expected."""
        text = f"{self}: found {shown(found)}, expected {expected}."
        return ConfigError(f"{text} {advice}" if advice else text)

    def error(self, text: str) -> ConfigError:
        """Return an error about this place."""
        return ConfigError(f"{self}: {text}")


ARGUMENTS: Final = "the arguments"
"""What messages call options that were given in Python."""


def as_asked(source: str, text: str) -> str:
    """Name options as they were given: ``--missed-positive`` is ``missed_positive=...`` in Python.

    Examples
    --------
    >>> as_asked("the arguments", "State it with --missed-positive.")
    'State it with missed_positive=....'
    """
    if source != ARGUMENTS:
        return text
    return re.sub(r"--([a-z][a-z-]*)", lambda found: found[1].replace("-", "_") + "=...", text)


def shown(found: object) -> str:
    """Show a value the way a person wrote it, on one line, cut at 60 characters, nothing unprintable in it."""
    if isinstance(found, bool):
        text = "true" if found else "false"
    elif isinstance(found, str):
        text = '"' + found + '"'
    elif isinstance(found, Mapping):
        text = "a table with " + ", ".join(map(str, found)) if found else "an empty table"
    elif isinstance(found, list | tuple):
        text = "[" + ", ".join(shown(item) for item in found) + "]"
    else:
        text = str(found)
    text = "".join(mark if mark.isprintable() else "\ufffd" for mark in " ".join(text.split()))
    return text if len(text) <= 60 else text[:57] + "..."
