"""Read promise files back: of a known version, every key and value as it should be, the seal whole."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from expectkit.errors import PromiseError
from expectkit.io.config_place import shown
from expectkit.io.promise_file import NAME, SCHEMA_VERSION, SealedPromise, seal_of
from expectkit.io.promise_tables import BY_HAND, PromiseTables


def read_promise(path: Path) -> SealedPromise:
    """Read a promise file of this or the previous schema version.

    Parameters
    ----------
    path : Path

    Returns
    -------
    SealedPromise

    Raises
    ------
    PromiseError
        If there is no such file, or it is no promise, or not whole. The message names file and key, and what to do.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise PromiseError(
            f"{path}: there is no such file. Write one with: expectkit agree, or correct the path."
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise PromiseError(f"{path}: cannot be read ({reason}). Give the path of a promise file.") from None
    return parse_promise(data, str(path))


def parse_promise(data: bytes, source: str = "promise.toml") -> SealedPromise:
    """Read a promise from the bytes of its file.

    Parameters
    ----------
    data : bytes
    source : str
        What messages call the file.

    Returns
    -------
    SealedPromise

    Raises
    ------
    PromiseError
        As in `read_promise`.
    """
    tables = _toml(data, source)
    version = _version(tables, source)
    if not {"status", "terms", "seal"} & tables.keys():
        raise PromiseError(
            f"{source}: holds no terms and no seal, so it is no promise. Give one that expectkit agree wrote."
        )
    reader = PromiseTables(source, version)
    try:
        promise = reader.promise(tables)
    except PromiseError as error:
        text = str(error)
        raise PromiseError(
            text if text.startswith((f"{source}:", f"{source},")) else f"{source}: {text}"
        ) from None
    return SealedPromise(promise, _checked_seal(tables, source), version, data)


def _toml(data: bytes, source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise PromiseError(f"{source}: byte {error.start + 1} is not UTF-8 text. {BY_HAND}") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise PromiseError(f"{source}: is not TOML ({reason}). {BY_HAND}") from None


def _version(tables: Mapping[str, Any], source: str) -> int:
    version = tables.get("schema_version")
    if type(version) is not int:
        found = "is missing" if version is None else f"is {shown(version)}"
        raise PromiseError(
            f"{source}: schema_version {found}. A promise file starts with it; give one that expectkit agree wrote."
        )
    if version > SCHEMA_VERSION:
        advice = "Update expectkit to read this file."
    elif version < SCHEMA_VERSION - 1:
        advice = "Agree anew with: expectkit agree."
    else:
        return version
    reads = f"{SCHEMA_VERSION - 1} and {SCHEMA_VERSION}"
    raise PromiseError(f"{source}: schema_version is {version}, but this expectkit reads {reads}. {advice}")


def _checked_seal(tables: Mapping[str, Any], source: str) -> str:
    seal = str(tables["seal"]["sha256"])
    try:
        found = seal_of({key: value for key, value in tables.items() if key != "seal"})
    except (ValueError, AttributeError):  # nan, or a kind of value no promise has
        found = ""
    if seal != found:
        raise PromiseError(
            f"{source}: the seal does not fit what the file says, so it was changed after it was sealed, by hand or "
            f"on its way. {BY_HAND}"
        )
    return seal


def read_agreed(path: Path) -> SealedPromise:
    """Read a promise that must be agreed.

    Parameters
    ----------
    path : Path

    Returns
    -------
    SealedPromise

    Raises
    ------
    PromiseError
        As `read_promise`, and when the file is a draft.
    """
    found = read_promise(path)
    if found.promise.status != "agreed":
        raise PromiseError(f"{path}: is a draft, which binds nobody. Agree it with: expectkit agree.")
    return found


def find_agreed(folders: Iterable[Path]) -> Path | None:
    """Return the first agreed ``promise.toml`` of some folders; drafts are passed over.

    Parameters
    ----------
    folders : iterable of Path

    Returns
    -------
    Path or None
        Also of a file that is damaged, so that reading it tells.
    """
    return next((folder / NAME for folder in folders if may_be_agreed(folder / NAME)), None)


def may_be_agreed(path: Path) -> bool:
    """Return whether a file may hold an agreement: it exists, and is not plainly a draft."""
    try:
        return bool(tomllib.loads(path.read_bytes().decode("utf-8-sig")).get("status") != "draft")
    except FileNotFoundError:
        return False
    except (OSError, ValueError, RecursionError):
        return os.path.isfile(path)  # noqa: PTH113 (a path the system cannot hold is no file)


def check_replaceable(path: Path, *, may_replace: bool) -> SealedPromise | None:
    """Check that a new agreement may be written to a path.

    Parameters
    ----------
    path : Path
    may_replace : bool
        Whether an agreed promise may be replaced.

    Returns
    -------
    SealedPromise or None
        The agreed promise that would be replaced.

    Raises
    ------
    PromiseError
        If an agreed promise would be lost, or the file there is not whole.
    """
    if not may_be_agreed(path):
        return None
    found = read_promise(path)
    if not may_replace:
        decision = found.promise.decision
        who = f" by {decision.decided_by} on {decision.decided_on}" if decision is not None else ""
        raise PromiseError(
            f"{path}: was agreed{who}, at the setting {found.promise.threshold:g}. Pass --replace to put a new "
            "agreement in its place, or write elsewhere with --out."
        )
    return found
