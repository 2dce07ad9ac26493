"""The errors a caller can meet.

::

    ExpectkitError                 every error of ours; the command line turns it into one line and an exit code
    ├── InputError                 something handed to us cannot be used
    │   ├── ConfigError            expectkit.toml, an option or an argument
    │   ├── DataError              the scored cases: file, row and column are in the message
    │   └── PromiseError           a promise file
    ├── OutputError                a result could not be written; what was there before is intact
    ├── MissingExtraError          an optional package or system library is not installed
    └── UndefinedRateError         a rate over no cases was asked for its value (a bug of the caller)

A message says what was found, where, and what to do about it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class ExpectkitError(Exception):
    """Base of every error expectkit raises on purpose."""


class InputError(ExpectkitError):
    """Something handed to expectkit cannot be used as it is."""


class ConfigError(InputError):
    """A key of ``expectkit.toml``, a command-line option or an argument is wrong."""


class DataError(InputError):
    """The scored cases cannot be used; the message names file, row and column where there are any."""


class PromiseError(InputError):
    """A promise file cannot be read or contradicts itself."""


class OutputError(ExpectkitError):
    """A result could not be written. Nothing half-written is left and what was there before is intact."""


class MissingExtraError(ExpectkitError):
    """An optional package or system library is needed and not installed."""


class UndefinedRateError(ExpectkitError):
    """A rate over no cases was asked for its value."""


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """Return the choice a person most likely meant, or None when nothing is near.

    Parameters
    ----------
    word : str
        What was written.
    choices : iterable of str
        What could have been meant.

    Returns
    -------
    str or None

    Examples
    --------
    >>> nearest("scoer", ["score", "label"])
    'score'
    >>> nearest("zebra", ["score", "label"]) is None
    True
    """
    by_folded = {choice.casefold(): choice for choice in choices}
    found = difflib.get_close_matches(word.casefold(), list(by_folded), n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None
