"""Every key that a command-line option can override, and what to say about a key nobody knows."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from expectkit.errors import ConfigError, nearest
from expectkit.io.config_place import Where, shown
from expectkit.io.config_tables import TABLES
from expectkit.io.config_values import Kind


@dataclass(frozen=True, slots=True)
class ConfigOption:
    """A key as a long option.

    Attributes
    ----------
    name : str
        Python name of the option, ``cases_per_day``.
    flag : str
        As typed, ``--cases-per-day``.
    path : str
        The key it overrides, ``traffic.cases_per_day``.
    kind : Kind
        How its text is read and checked.
    help : str
        One line for ``--help``.
    """

    name: str
    flag: str
    path: str
    kind: Kind
    help: str

    @property
    def table(self) -> str:
        """The table of the key."""
        return self.path.partition(".")[0]

    @property
    def key(self) -> str:
        """The key inside its table."""
        return self.path.partition(".")[2]

    def where(self, *, in_python: bool = False) -> Where:
        """Return the place that messages name: the flag, or the argument where it was given in Python."""
        return Where(
            "the command line", f"[{self.table}]", self.key, option=self.name if in_python else self.flag
        )

    def parse(self, text: str, *, in_python: bool = False) -> object:
        """Turn the option's text into the value that ``expectkit.toml`` would give, checked.

        Raises
        ------
        ConfigError
            If the text is no such value; the message names the flag, or the argument.
        """
        where = self.where(in_python=in_python)
        return self.kind.read(self.kind.from_text(text, where), where)


_RENAMED: Final = {"threshold.operating": "threshold", "model.version": "model_version"}


def _all_options() -> tuple[ConfigOption, ...]:
    fields = [(table, field) for table, cls in TABLES.items() for field in dataclasses.fields(cls)]
    uses = Counter(field.name for _, field in fields)
    options = []
    for table, field in fields:
        path = f"{table}.{field.name}"
        name = _RENAMED.get(path, field.name if uses[field.name] == 1 else f"{table}_{field.name}")
        flag = "--" + name.replace("_", "-")
        options.append(ConfigOption(name, flag, path, field.metadata["kind"], field.metadata["help"]))
    return tuple(options)


OPTIONS: Final = _all_options()
"""All of them. A key that stands in two tables carries its table's name: ``--model-name``."""

OPTION_OF: Final = {option.path: option for option in OPTIONS}
_BY_ANY_NAME: Final = {option.name: option for option in OPTIONS} | OPTION_OF


def option_named(name: str) -> ConfigOption:
    """Return the option called `name`: ``cases_per_day`` or ``traffic.cases_per_day``.

    Raises
    ------
    ConfigError
        If there is none; the message names the nearest.
    """
    if name in _BY_ANY_NAME:
        return _BY_ANY_NAME[name]
    if name in TABLES:
        entries = ", ".join(f"{option.name}=..." for option in OPTIONS if option.table == name)
        raise ConfigError(f"{name} is a table of the configuration. Give its entries one by one: {entries}.")
    near = nearest(name, _BY_ANY_NAME)
    advice = f' Did you mean "{near}"?' if near else ""
    raise ConfigError(f'there is no option "{name}".{advice}')


def unknown_key(where: Where, name: str, known: Collection[str]) -> ConfigError:
    """Return the error for a key that the table at `where` does not have."""
    homes = [option.table for option in OPTIONS if option.key == name]
    near = nearest(name, known)
    if near is None and homes:
        advice = f"It belongs under [{homes[0]}]."
    elif near is not None:
        advice = f'Did you mean "{near}"?'
    else:
        advice = "Known here: " + ", ".join(known) + "."
    return where.error(f"unknown key {shown(name)}. {advice}")
