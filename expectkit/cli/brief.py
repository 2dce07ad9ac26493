"""``expectkit brief``: from scored cases to the briefing bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from expectkit.cli.options import config_argument, config_options, config_path, formats_from, progress_bar


@click.command("brief", context_settings={"max_content_width": 110})
@config_argument
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="Folder to write."
)
@click.option(
    "--format", "formats", default="html,pdf,md,json", show_default=True, help="Which files to write."
)
@click.option(
    "--drop-missing", is_flag=True, help="Leave out rows without score or label, and say so in the briefing."
)
@config_options()
def command(config: Path | None, out: Path, formats: str, drop_missing: bool, **overrides: Any) -> None:
    """Write the launch briefing from scored, labelled test cases.

    CONFIG is an expectkit.toml; without it, the one in this folder is used when there is one.
    """
    from expectkit.api import FORMATS, brief_from

    wanted = formats_from(formats, FORMATS)
    with progress_bar("Counting cases") as progress:
        briefing = brief_from(config_path(config), drop_missing=drop_missing, progress=progress, **overrides)
    written = briefing.save(out, formats=wanted)
    click.echo(briefing.statement)
    click.echo(briefing.ranges)
    for text in briefing.warnings:
        click.echo(f"Note: {text}", err=True)
    click.echo(f"Wrote {', '.join(path.name for path in written)} in {out}", err=True)
