"""``expectkit compare``: which sentences changed between two records or promises, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from expectkit.errors import ConfigError, InputError
from expectkit.promise.agreement import Promise

if TYPE_CHECKING:
    from expectkit.briefing.changes import Comparison
    from expectkit.briefing.record import Record
    from expectkit.briefing.sides import Side

FORMATS = ("md", "html", "json")
NAMES = {name: f"comparison.{name}" for name in FORMATS}


@click.command("compare", context_settings={"max_content_width": 100})
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "formats",
    default="md",
    show_default=True,
    help="md, html, json or several, divided by a comma.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder to write comparison.md, .html and .json to. [default: print md or json; html needs a folder]",
)
def command(before: Path, after: Path, formats: str, out: Path | None) -> None:
    """Say which sentences and numbers changed from BEFORE to AFTER, and which input is the reason.

    Both are a record.json, a briefing.pdf or a folder that holds a record; or both are a promise.toml.
    """
    from expectkit.briefing.change_pages import headline
    from expectkit.briefing.changes import compare_sides
    from expectkit.cli.options import formats_from
    from expectkit.io.bundle import write_bundle

    wanted = formats_from(formats, FORMATS)
    if out is None and (len(wanted) > 1 or "html" in wanted):
        asked = "html" if "html" in wanted else ",".join(wanted)
        raise ConfigError(f"--format {asked} needs a folder. Name it with --out.")
    comparison = compare_sides(*_sides(before, after))
    drawn = {NAMES[name]: _drawn(comparison, name) for name in wanted}
    if out is None:
        click.echo(drawn[NAMES[wanted[0]]].decode(), nl=False)
        return
    written = write_bundle(out, drawn)
    click.echo(f"{headline(comparison)}.")
    click.echo(f"Wrote {', '.join(path.name for path in written)} in {out}", err=True)


def _sides(before: Path, after: Path) -> tuple[Side, Side]:
    from expectkit.briefing.sides import promise_side, promise_sides, record_side

    first, second = _read(before), _read(after)
    if isinstance(first, Promise) and isinstance(second, Promise):
        return promise_sides(first, second)
    one, other = (
        promise_side(found) if isinstance(found, Promise) else record_side(found) for found in (first, second)
    )
    return one, other


def _read(path: Path) -> Promise | Record:
    from expectkit.io.promise_reader import parse_promise
    from expectkit.io.record_file import parse_record, read_carried

    carried = read_carried(path)
    if carried.record is not None:
        return parse_record(carried.record, str(path))
    if carried.promise is not None:
        return parse_promise(carried.promise, str(path)).promise
    raise InputError(f"{path}: holds neither a record nor a promise.")


def _drawn(comparison: Comparison, name: str) -> bytes:
    if name == "json":
        from expectkit.briefing.comparison_record import comparison_record
        from expectkit.render.verdict_formats.json_text import render_json

        return render_json(comparison_record(comparison)).encode()
    import expectkit
    from expectkit.briefing.change_pages import comparison_document

    document = comparison_document(comparison, expectkit_version=expectkit.__version__)
    if name == "html":
        from expectkit.render.html import render_html

        return render_html(document).encode()
    from expectkit.render.markdown import render_markdown

    return render_markdown(document).encode()
