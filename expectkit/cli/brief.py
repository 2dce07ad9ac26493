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
    "--format", "formats", default="html,pdf,md,review,json", show_default=True, help="Which files to write."
)
@click.option(
    "--promise",
    type=click.Path(path_type=Path),
    help="The agreed promise to show. [default: promise.toml beside the config or in the output folder]",
)
@click.option(
    "--drop-missing", is_flag=True, help="Leave out rows without score or label, and say so in the briefing."
)
@click.option(
    "--no-examples", is_flag=True, help="Show no single case, only counts; short for --examples false."
)
@config_options()
def command(
    config: Path | None,
    out: Path,
    formats: str,
    promise: Path | None,
    drop_missing: bool,
    no_examples: bool,
    **overrides: Any,
) -> None:
    """Write the launch briefing from scored, labelled test cases.

    CONFIG is an expectkit.toml; without it, the one in this folder is used when there is one.
    """
    from expectkit.api import FORMATS, PAGES, brief_from
    from expectkit.io.promise_reader import find_agreed

    wanted, path = formats_from(formats, FORMATS), config_path(config)
    if promise is None:
        promise = find_agreed([*([] if path is None else [path.parent]), out])
    if no_examples:
        overrides["examples"] = "false"
    with progress_bar("Counting cases") as progress:
        briefing = brief_from(
            path, promise=promise, drop_missing=drop_missing, progress=progress, **overrides
        )
    written = briefing.save(out, formats=wanted)
    click.echo(briefing.statement)
    if briefing.ranges:
        click.echo(briefing.ranges)
    for text in briefing.warnings:
        click.echo(f"Note: {text}", err=True)
    click.echo(f"Wrote {', '.join(path.name for path in written)} in {out}", err=True)
    older = [name for name in PAGES if (out / name).exists() and out / name not in written]
    if older:
        click.echo(
            f"Note: {', '.join(older)} in {out} are from an earlier run and were not written anew.", err=True
        )
