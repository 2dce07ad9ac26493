"""``expectkit gate``: fresh scored cases against the promise, before launch."""

from __future__ import annotations

import datetime
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from expectkit.cli.main import EXIT_BROKEN, EXIT_DONE, EXIT_UNDECIDED
from expectkit.cli.options import config_argument, config_options, config_path, progress_bar
from expectkit.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from expectkit.briefing.verdict_words import GateRecord
    from expectkit.gate.run import GateOptions

Undecided = Literal["fail", "pass"]
_PATH = click.Path(path_type=Path, dir_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command("gate", context_settings={"max_content_width": 110})
@config_argument
@click.option("--promise", type=_PATH, help="The promise file. [default: promise.toml beside the config]")
@click.option(
    "--format",
    "shape",
    type=click.Choice(["table", "json", "md"]),
    default="table",
    show_default=True,
    help="What to print.",
)
@click.option("--junit", type=_PATH, metavar="FILE", help="Also write JUnit XML, one test case a term.")
@click.option(
    "--markdown", type=_PATH, metavar="FILE", help="Also write Markdown, short enough for a comment."
)
@click.option(
    "--github", is_flag=True, help="Annotate the promise file and write the summary of a GitHub Actions step."
)
@click.option(
    "--gitlab",
    type=_PATH,
    metavar="FILE",
    help="Also write a GitLab report: code quality (.json) or metrics (any other ending).",
)
@click.option(
    "--reused",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="N",
    help="How many candidates these cases have judged, this one included.",
)
@click.option(
    "--undecided",
    type=click.Choice(["fail", "pass"]),
    help="Exit with 1 or 0 when the cases cannot tell. [default: exit with 3]",
)
@click.option(
    "--require-checklist", is_flag=True, help="Exit with 1 while a line of the checklist is open or failed."
)
@click.option(
    "--reference-score", metavar="COLUMN", help="Column of the last model's scores of the same cases."
)
@click.option(
    "--reference-file", type=_FILE, help="File of the last model's scores, joined by the id column."
)
@click.option("--reference-threshold", type=float, help="Its threshold. [default: the promise's]")
@click.option(
    "--record", type=_FILE, help="record.json of the promise, for drift. [default: beside the promise]"
)
@click.option("--export", type=_FILE, help="export.json of the variants. [default: beside the promise]")
@click.option(
    "--model", type=_FILE, help="A .keras file that scores the cases first. [default: they are scored]"
)
@click.option("--features", metavar="COLUMNS", help="Columns that model takes, in its order: amount,hour.")
@click.option("--drop-missing", is_flag=True, help="Leave out rows without score or label, and say so.")
@config_options()
def command(config: Path | None, promise: Path | None, shape: str, **given: Any) -> int:
    """Judge fresh scored cases against a promise: kept (exit 0), broken (1) or undecided (3).

    CONFIG is an expectkit.toml; without it, the one in this folder is used when there is one. The threshold is always
    the promise's own.
    """
    from expectkit.gate.run import EXPORT_NAME, RECORD_NAME, GateOptions, run_gate
    from expectkit.io.config import load_config
    from expectkit.io.promise_file import NAME

    path = config_path(config)
    agreed = promise or (path.parent if path is not None else Path()) / NAME
    own = {name: given.pop(name) for name in _REPORTS}
    given["features"] = _columns(given["model"], given["features"])
    options = GateOptions(**{name: given.pop(name) for name in _OPTIONS})
    stated = load_config(path, given)
    read = [path, agreed, options.reference_file, options.record, options.export, options.model]
    beside = [agreed.parent / name for name in (RECORD_NAME, EXPORT_NAME)]
    model = [] if stated.model.file is None else [Path(stated.model.file)]
    _check_targets(own, [*read, *beside, *model])
    _check_cases(own, [*(stated.cases.file or ()), *(stated.checklist.production_cases or ())])
    began = time.monotonic()
    with progress_bar("Counting cases") as progress:
        record = run_gate(stated, agreed, options=options, progress=progress)
    _write_reports(record, agreed, own, seconds=time.monotonic() - began)
    if own["github"]:
        _to_github(record, agreed, to_stderr=shape == "json")
    _show(record, shape)
    for note in _unused(options, [term.name for term in record.terms]):
        click.echo(f"Note: {note}", err=True)
    if own["require_checklist"]:
        open_lines = [entry.title for entry in record.checklist if entry.state != "done"]
        if open_lines or not record.checklist:
            click.echo(
                f"The checklist is not done: {', '.join(open_lines) or 'nothing is stated'}.", err=True
            )
            return EXIT_BROKEN
    return exit_code(record.answer, own["undecided"])


_OPTIONS = (
    "reused",
    "drop_missing",
    "reference_score",
    "reference_file",
    "reference_threshold",
    "record",
    "export",
    "model",
    "features",
)
_REPORTS = ("junit", "markdown", "github", "gitlab", "undecided", "require_checklist")


def _columns(model: Path | None, text: str | None) -> tuple[str, ...]:
    from expectkit.io.config_place import Where
    from expectkit.io.config_texts import list_from_text

    if (model is None) != (text is None):
        raise ConfigError(
            "--model and --features go together: the model, and the columns it takes in its order."
        )
    found = list_from_text(text or "", Where("the command line", option="--features"))
    return tuple(map(str, found)) if isinstance(found, list) else ()


def _unused(options: GateOptions, names: list[str]) -> Iterator[str]:
    """Say which options no term of the promise asks for."""
    for mark, flag, what in (
        ("_increase", "reference", "compares with the last model"),
        ("score_drift", "record", "is about drift of the scores"),
        ("@", "export", "is about an exported variant"),
    ):
        given = [
            option for option in _OPTIONS if option.startswith(flag) and getattr(options, option) is not None
        ]
        if given and not any(mark in name for name in names):
            flags = ", ".join(f"--{option.replace('_', '-')}" for option in given)
            yield f"no term {what}, so {flags} is not looked at."


def _check_targets(own: dict[str, Any], read: list[Path | None]) -> None:
    """Check that each report gets a file of its own, and none replaces what is read."""
    taken = {file.resolve(): "what the gate reads" for file in read if file is not None}
    for name in ("junit", "markdown", "gitlab"):
        target = own[name]
        if target is None:
            continue
        if (found := taken.get(target.resolve())) is not None:
            raise ConfigError(f"--{name} {target} is {found}. Name another file.")
        taken[target.resolve()] = f"the file of --{name}"


def _check_cases(own: dict[str, Any], cases: Iterable[str]) -> None:
    """Check that no report replaces cases, nor is put where the next gate would read it as cases."""
    import glob

    patterns = list(cases)
    files = {
        Path(name).resolve()
        for pattern in patterns
        for name in (pattern, *glob.glob(pattern, recursive=True))  # noqa: PTH207
    }
    for name in ("junit", "markdown", "gitlab"):
        target = own[name]
        if target is None:
            continue
        is_in_folder = target.resolve().parent in files and target.name.casefold().endswith(_CASES)
        if target.resolve() in files or is_in_folder:
            raise ConfigError(f"--{name} {target} is what the gate reads cases from. Name another file.")


_CASES = (".csv", ".tsv", ".txt", ".gz", ".parquet", ".pq", ".feather", ".arrow", ".ipc")


def exit_code(answer: str, undecided: Undecided | None = None) -> int:
    """Return what the gate's process ends with.

    Examples
    --------
    >>> exit_code("kept"), exit_code("broken"), exit_code("undecided"), exit_code("undecided", "pass")
    (0, 1, 3, 0)
    """
    if answer == "undecided":
        return {None: EXIT_UNDECIDED, "fail": EXIT_BROKEN, "pass": EXIT_DONE}[undecided]
    return EXIT_BROKEN if answer == "broken" else EXIT_DONE


def _show(record: GateRecord, shape: str) -> None:
    if shape == "json":
        from expectkit.render.verdict_formats.json_text import render_json

        click.echo(render_json(record), nl=False)
    elif shape == "md":
        from expectkit.render.verdict_formats.markdown import render_verdict_markdown

        click.echo(render_verdict_markdown(record), nl=False)
    else:
        from rich.console import Console

        from expectkit.render.verdict_formats.terminal import print_verdict

        width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 140
        print_verdict(
            record, Console(file=sys.stdout, width=width, highlight=False, markup=False, emoji=False)
        )


def _write_reports(record: GateRecord, promise: Path, own: dict[str, Any], *, seconds: float) -> None:
    """Write the files that were asked for, each in one step."""
    files: dict[Path, str | bytes] = {}
    if own["junit"] is not None:
        from expectkit.render.verdict_formats.junit import render_junit

        undecided: Undecided = "pass" if own["undecided"] == "pass" else "fail"
        files[own["junit"]] = render_junit(record, when=_now(), seconds=seconds, undecided=undecided)
    if own["markdown"] is not None:
        from expectkit.render.verdict_formats.markdown import render_verdict_markdown

        files[own["markdown"]] = render_verdict_markdown(record)
    if own["gitlab"] is not None:
        from expectkit.render.verdict_formats.gitlab import render_code_quality, render_metrics

        is_json = own["gitlab"].suffix.casefold() == ".json"
        files[own["gitlab"]] = (
            render_code_quality(record, in_repository(promise)) if is_json else render_metrics(record)
        )
    if files:
        from expectkit.io.bundle import write_bundle

        for path, content in files.items():
            data = content if isinstance(content, bytes) else content.encode("utf-8", "backslashreplace")
            write_bundle(path.parent, {path.name: data})


def _now() -> datetime.datetime:
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdigit():
        return datetime.datetime.fromtimestamp(int(epoch), datetime.UTC)
    return datetime.datetime.now(datetime.UTC)


def in_repository(path: Path) -> str:
    """Return a path as a build server names it: relative to the checkout, with slashes."""
    root = Path(os.environ.get("GITHUB_WORKSPACE") or os.environ.get("CI_PROJECT_DIR") or Path.cwd())
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return path.as_posix()


def _to_github(record: GateRecord, promise: Path, *, to_stderr: bool) -> None:
    """Annotate, add to the step's summary and set its outputs; the latter two where GitHub named the files."""
    from expectkit.render.verdict_formats.github import annotation_lines, outputs
    from expectkit.render.verdict_formats.markdown import render_verdict_markdown

    for line in annotation_lines(record, in_repository(promise)):
        click.echo(line, err=to_stderr)
    _append("GITHUB_STEP_SUMMARY", render_verdict_markdown(record))
    _append("GITHUB_OUTPUT", outputs(record))


def _append(variable: str, text: str) -> None:
    from expectkit.errors import OutputError

    path = os.environ.get(variable)
    if not path:
        return
    try:
        with Path(path).open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror}). Check ${variable}.") from None
