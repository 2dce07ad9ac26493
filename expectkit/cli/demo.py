"""``expectkit demo``: the whole journey on the bundled sample."""

from __future__ import annotations

from pathlib import Path

import click

from expectkit.cli.options import formats_from, progress_bar


@click.command("demo")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("out/demo"),
    show_default=True,
    help="Folder to write.",
)
@click.option(
    "--format", "formats", default="html,pdf,md,review,json", show_default=True, help="Which files to write."
)
def command(out: Path, formats: str) -> None:
    """Write a launch briefing for the bundled fraud sample.

    The sample is simulated: nothing in it says how well any real fraud model works.
    """
    from expectkit.api import FORMATS, brief_from
    from expectkit.io.sample import sample_config

    wanted = formats_from(formats, FORMATS)
    with progress_bar("Counting cases") as progress:
        briefing = brief_from(sample_config(), progress=progress)
    written = briefing.save(out, formats=wanted)
    click.echo(briefing.statement)
    click.echo(briefing.ranges)
    for text in briefing.warnings:
        click.echo(f"Note: {text}", err=True)
    click.echo(
        f"Wrote {', '.join(path.name for path in written)} in {out}. The sample is simulated.", err=True
    )
