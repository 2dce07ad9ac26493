"""``expectkit compare``: which sentences changed between two records or promises, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from expectkit.errors import ConfigError, InputError

if TYPE_CHECKING:
    from expectkit.briefing.document import Document
    from expectkit.briefing.sides import Side

FORMATS = ("md", "html")
NAMES = {"md": "comparison.md", "html": "comparison.html"}


@click.command("compare", context_settings={"max_content_width": 100})
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@click.option(
    "--format", "formats", default="md", show_default=True, help="md, html or both, divided by a comma."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder to write comparison.md and comparison.html to. [default: print it; html needs a folder]",
)
def command(before: Path, after: Path, formats: str, out: Path | None) -> None:
    """Say which sentences and numbers changed from BEFORE to AFTER, and which input is the reason.

    Both are a record.json, a briefing.pdf or a folder that holds a record; or both are a promise.toml.
    """
    import expectkit
    from expectkit.briefing.change_pages import comparison_document
    from expectkit.briefing.changes import compare_sides
    from expectkit.cli.options import formats_from
    from expectkit.io.bundle import write_bundle

    wanted = formats_from(formats, FORMATS)
    if out is None and wanted != ("md",):
        raise ConfigError("--format html needs a folder. Name it with --out.")
    sides = _side(before), _side(after)
    document = comparison_document(compare_sides(*sides), expectkit_version=expectkit.__version__)
    if out is None:
        click.echo(_drawn(document, "md").decode(), nl=False)
        return
    written = write_bundle(out, {NAMES[name]: _drawn(document, name) for name in wanted})
    click.echo(f"{document.title}.")
    click.echo(f"Wrote {', '.join(path.name for path in written)} in {out}", err=True)


def _side(path: Path) -> Side:
    from expectkit.briefing.sides import promise_side, record_side
    from expectkit.io.promise_reader import parse_promise
    from expectkit.io.record_file import parse_record, read_carried

    carried = read_carried(path)
    if carried.record is not None:
        return record_side(parse_record(carried.record, str(path)))
    if carried.promise is not None:
        return promise_side(parse_promise(carried.promise, str(path)).promise)
    raise InputError(f"{path}: holds neither a record nor a promise.")


def _drawn(document: Document, name: str) -> bytes:
    if name == "html":
        from expectkit.render.html import render_html

        return render_html(document).encode()
    from expectkit.render.markdown import render_markdown

    return render_markdown(document).encode()
