"""``expectkit init``: look at scored cases and write a commented config."""

from __future__ import annotations

import os
from pathlib import Path

import click

from expectkit.cli.options import CONFIG_NAME
from expectkit.errors import ConfigError


@click.command("init")
@click.argument("scores")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path(CONFIG_NAME),
    show_default=True,
    help="File to write.",
)
@click.option("--force", is_flag=True, help="Replace the file when it exists.")
def command(scores: str, out: Path, force: bool) -> None:
    """Look at the columns of SCORES and write a commented expectkit.toml.

    SCORES is a CSV, Parquet or Feather file of scored, labelled cases, or a quoted glob of files with the same
    columns. What was guessed is printed, and marked in the file.
    """
    from expectkit.io.guess import check_replaceable, guess_config, write_config
    from expectkit.io.open_cases import open_cases

    if out.exists() and Path(scores).exists() and out.samefile(scores):
        raise ConfigError(f"--out {out} is the file of cases itself. Name another file.")
    check_replaceable(out, may_replace=force)
    guessed = guess_config(open_cases(scores), os.path.relpath(scores, out.parent))
    write_config(out, guessed.text, may_replace=force)
    for reason in guessed.reasons:
        click.echo(reason)
    click.echo(f"Wrote {out}. Check the words in it, then run: expectkit brief {out}", err=True)
