"""The options that override keys of ``expectkit.toml``, and the progress bar: shared by the commands."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from expectkit.errors import ConfigError
from expectkit.io.config_keys import OPTIONS

F = TypeVar("F", bound=Callable[..., Any])
CONFIG_NAME = "expectkit.toml"


def config_argument(function: F) -> F:
    """Add the optional CONFIG argument: a path, by default ``expectkit.toml`` here when it exists."""
    return click.argument("config", required=False, type=click.Path(path_type=Path))(function)


def config_options(tables: Iterable[str] | None = None) -> Callable[[F], F]:
    """Add one long option per config key, of the same words.

    Parameters
    ----------
    tables : iterable of str, optional
        Only the keys of these tables; all of them when left out.

    Returns
    -------
    callable
        A decorator; the command gets each option under the key's Python name, as text or None.
    """
    wanted = None if tables is None else set(tables)

    def add(function: F) -> F:
        for option in reversed(OPTIONS):
            if wanted is None or option.table in wanted:
                help_line = f"{option.help} [{option.path}]"
                function = click.option(option.flag, option.name, metavar="VALUE", help=help_line)(function)
        return function

    return add


def config_path(given: Path | None) -> Path | None:
    """Return the config file to read: the one given, or the one in this folder, or none."""
    if given is not None:
        return given
    here = Path(CONFIG_NAME)
    return here if here.exists() else None


def formats_from(text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Read a comma-separated list of formats.

    Parameters
    ----------
    text : str
        As typed, such as "html,pdf".
    known : tuple of str
        What there is.

    Returns
    -------
    tuple of str
        In the order typed, each once.

    Raises
    ------
    ConfigError
        If none is named, or one that nobody knows; the message names those there are.
    """
    formats = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if not formats:
        raise ConfigError(f"--format names no format. Known: {', '.join(known)}.")
    for name in formats:
        if name not in known:
            raise ConfigError(f'there is no format "{name}". Known: {", ".join(known)}.')
    return formats


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int | None], None] | None]:
    """Show a bar on stderr while rows are read; nothing when stderr is no terminal.

    Parameters
    ----------
    label : str
        What is being done, such as "Counting cases".

    Yields
    ------
    callable or None
        Takes the rows done and the rows in all (None when not known).
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} rows"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(label, total=None)

        def update(done: int, total: int | None) -> None:
            progress.update(task, completed=done, total=total)

        yield update
