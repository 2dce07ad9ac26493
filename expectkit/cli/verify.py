"""``expectkit verify``: whether a briefing, record or promise is whole, and whether record and promise match."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from expectkit.cli.main import EXIT_BROKEN, EXIT_DONE
from expectkit.errors import InputError, PromiseError

if TYPE_CHECKING:
    from expectkit.briefing.record import Record
    from expectkit.briefing.verification import Check
    from expectkit.io.promise_file import SealedPromise
    from expectkit.io.record_file import Carried


@click.command("verify", context_settings={"max_content_width": 100})
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--promise",
    "promise_path",
    type=click.Path(path_type=Path),
    help="Compare with this promise. [default: the one a briefing.pdf carries]",
)
@click.pass_context
def command(context: click.Context, file: Path, promise_path: Path | None) -> None:
    """Say whether FILE is whole, and whether record and promise match.

    FILE is a briefing.pdf, a record.json, a promise.toml, or a folder that holds a record. Exit code 0: whole and
    matching; 1: changed, damaged or not matching; 2: could not be read.
    """
    from expectkit.io.record_file import read_carried

    carried = read_carried(file)
    asked = None if promise_path is None else _promise_bytes(promise_path)
    checks = list(_checks(carried, file, promise_path, asked))
    for check in checks:
        click.echo(f"{'ok     ' if check.is_right else 'DIFFERS'}  {check.subject}: {check.text}")
    wrong = [check for check in checks if not check.is_right]
    if wrong:
        others = f" {len(wrong) - 1} more of {len(checks)} checks differ." if len(wrong) > 1 else ""
        click.echo(f"{file} does not hold up. {wrong[0].subject}: {wrong[0].text}{others}")
    else:
        click.echo(f"{file} is whole{_matches(carried, asked)}.")
    context.exit(EXIT_BROKEN if wrong else EXIT_DONE)


def _promise_bytes(path: Path) -> bytes:
    from expectkit.io.record_file import PROMISE_NAME, read_carried

    found = read_carried(path / PROMISE_NAME if path.is_dir() else path).promise
    if found is None:
        raise PromiseError(f"{path}: holds no promise. Give a promise.toml.")
    return found


def _matches(carried: Carried, asked: bytes | None) -> str:
    if carried.record is not None and (asked is not None or carried.promise is not None):
        return ", and record and promise match"
    return " and says what the promise says" if asked is not None else ""


def _checks(carried: Carried, file: Path, promise_path: Path | None, asked: bytes | None) -> list[Check]:
    from expectkit.briefing.verification import check_match, check_record

    checks: list[Check] = []
    record, promise = None, None
    if carried.record is not None:
        record, check = _read_record(carried.record, str(file))
        checks += [check, *_pages(carried)]
    if record is not None:
        checks += check_record(record)
    if carried.promise is not None:
        is_file = file.suffix.casefold() == ".toml"
        promise, check = _read_promise(carried.promise, str(file) if is_file else f"{file}, promise.toml")
        checks.append(check)
    if asked is not None and promise_path is not None:
        given, check = _read_promise(asked, str(promise_path))
        checks += [check, *_seals(promise, given)]
        promise = given
    if record is not None and promise is not None:
        checks += check_match(record, promise.promise, promise.seal)
    return checks


def _read_record(data: bytes, source: str) -> tuple[Record | None, Check]:
    from expectkit.briefing import record
    from expectkit.briefing.verification import Check
    from expectkit.io.record_file import parse_record

    try:
        found = parse_record(data, source)
    except InputError as error:
        if _is_of_another_kind(data, (record.SCHEMA_VERSION,), json.loads):
            raise
        return None, Check("Record", False, str(error))
    day, version = found.provenance.date, found.provenance.expectkit_version
    return found, Check(
        "Record", True, f"of {day}, written by expectkit {version}, every key as it should be."
    )


def _is_of_another_kind(
    data: bytes, versions: tuple[int, ...], read: Callable[[str], Any], marks: tuple[str, ...] = ()
) -> bool:
    """Tell whether a file is not damaged but none that we can read: of another version, or no such file at all."""
    try:
        tables = read(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return False
    if not isinstance(tables, dict):
        return False
    version = tables.get("schema_version")
    is_other_version = type(version) is int and version not in versions
    return is_other_version or (bool(marks) and not tables.keys() & set(marks))


def _pages(carried: Carried) -> tuple[Check, ...]:
    """Compare the identifier of a PDF with the fingerprint of the record it carries."""
    from expectkit.briefing.verification import Check

    if not carried.identifier or carried.record is None:
        return ()
    is_same = carried.identifier == hashlib.sha256(carried.record).hexdigest()[:32]
    said = (
        "carries the fingerprint of this record."
        if is_same
        else "was made from another record than it carries."
    )
    return (Check("Pages", is_same, f"the PDF {said}"),)


def _read_promise(data: bytes, source: str) -> tuple[SealedPromise | None, Check]:
    from expectkit.briefing.verification import Check
    from expectkit.io import promise_file
    from expectkit.io.promise_reader import parse_promise

    try:
        found = parse_promise(data, source)
    except PromiseError as error:
        versions = (promise_file.SCHEMA_VERSION - 1, promise_file.SCHEMA_VERSION)
        if _is_of_another_kind(data, versions, tomllib.loads, ("status", "terms", "seal")):
            raise
        return None, Check("Promise", False, str(error))
    decision, status = found.promise.decision, found.promise.status
    who = f" by {decision.decided_by} on {decision.decided_on}" if decision is not None else ""
    return found, Check("Promise", True, f"{status}{who}, the seal {found.seal[:16]} fits.")


def _seals(carried: SealedPromise | None, given: SealedPromise | None) -> tuple[Check, ...]:
    """Compare two promises by their seals; a draft that a briefing carries may differ from what was agreed."""
    from expectkit.briefing.verification import Check

    if carried is None or given is None or carried.promise.status == "draft":
        return ()
    if carried.seal == given.seal:
        return (Check("Seals", True, "both promises are the same."),)
    if carried.seal == given.promise.replaces:
        return (Check("Seals", False, "the given promise has replaced the one here."),)
    return (
        Check(
            "Seals",
            False,
            f"the promise here is sealed {carried.seal[:16]}, the given one {given.seal[:16]}.",
        ),
    )
