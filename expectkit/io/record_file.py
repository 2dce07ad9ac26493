"""Read ``record.json`` back, from a file or from the attachments of ``briefing.pdf``."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from expectkit.briefing.plain import from_plain
from expectkit.briefing.record import SCHEMA_VERSION, Record
from expectkit.errors import InputError, MissingExtraError

RECORD_NAME: Final = "record.json"
PROMISE_NAME: Final = "promise.toml"
_MAX_ATTACHMENT: Final = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Carried:
    """What a briefing file carries, as bytes; None for what it does not.

    Parameters
    ----------
    record, promise : bytes or None
        ``record.json`` and ``promise.toml``.
    identifier : str
        Of the PDF: its makers put the fingerprint of the record there. Empty for other files.
    """

    record: bytes | None = None
    promise: bytes | None = None
    identifier: str = ""


def read_carried(path: Path) -> Carried:
    """Read the record and the promise that a file holds or carries.

    Parameters
    ----------
    path : Path
        ``briefing.pdf``, ``record.json`` or ``promise.toml``, by its ending; or a folder that holds a record, with
        the promise beside it.

    Returns
    -------
    Carried

    Raises
    ------
    InputError
        If there is no such file, it cannot be read, is of another kind, or a PDF carries no record.
    MissingExtraError
        If a PDF is given and pikepdf is not installed.
    """
    if path.is_dir():
        return _read_folder(path)
    ending = path.suffix.casefold()
    if ending not in (".pdf", ".json", ".toml"):
        hint = "An HTML page carries no record. " if ending in (".html", ".htm") else ""
        raise InputError(f"{path}: is no briefing.pdf, record.json or promise.toml. {hint}Give one of these.")
    data = _read_bytes(path)
    if ending == ".pdf":
        return _attachments(data, path)
    return Carried(record=data) if ending == ".json" else Carried(promise=data)


def _read_folder(path: Path) -> Carried:
    record, promise = path / RECORD_NAME, path / PROMISE_NAME
    if not record.is_file():
        raise InputError(f"{path}: this folder holds no {RECORD_NAME}. Write one with: expectkit brief.")
    return Carried(_read_bytes(record), _read_bytes(promise) if promise.is_file() else None)


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file. Correct the path.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{path}: cannot be read ({reason}).") from None


def _attachments(data: bytes, path: Path) -> Carried:
    pikepdf = _pikepdf()
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            found = {name: _attachment(pdf, name) for name in (RECORD_NAME, PROMISE_NAME)}
            identifier = bytes(pdf.trailer.ID[0]).decode("latin-1") if "/ID" in pdf.trailer else ""
    except (pikepdf.PdfError, RuntimeError) as error:
        reason = " ".join(str(error).split()).rpartition(">: ")[2][:120]  # without the stream's own name
        raise InputError(f"{path}: is no PDF that can be read ({reason}). Get the file anew.") from None
    if found[RECORD_NAME] is None:
        raise InputError(f"{path}: carries no {RECORD_NAME}. Give a PDF that expectkit brief wrote.")
    return Carried(found[RECORD_NAME], found[PROMISE_NAME], identifier)


def _attachment(pdf: Any, name: str) -> bytes | None:
    if name not in pdf.attachments:
        return None
    content = bytes(pdf.attachments[name].get_file().read_bytes())
    return content if len(content) <= _MAX_ATTACHMENT else None


def _pikepdf() -> Any:
    try:
        import pikepdf
    except ImportError as error:
        raise MissingExtraError(
            "Reading a PDF needs pikepdf, which is not installed. Run pip install 'expectkit[pdf]', or give the "
            "record.json that lies beside the PDF."
        ) from error
    return pikepdf


def parse_record(data: bytes, source: str = RECORD_NAME) -> Record:
    """Read a record from the bytes of its file.

    Parameters
    ----------
    data : bytes
    source : str
        What messages call the file.

    Returns
    -------
    Record

    Raises
    ------
    InputError
        If it is no JSON, of another schema version, or a key or value is not what a record holds.
    """
    try:
        plain = json.loads(data.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{source}: is not JSON ({reason}). Write it anew with: expectkit brief.") from None
    if not isinstance(plain, dict) or type(plain.get("schema_version")) is not int:
        raise InputError(
            f"{source}: has no schema_version, so it is no record. Give one that expectkit brief wrote."
        )
    version = plain["schema_version"]
    if version != SCHEMA_VERSION:
        advice = (
            "Update expectkit to read it."
            if version > SCHEMA_VERSION
            else "Write it anew with: expectkit brief."
        )
        raise InputError(
            f"{source}: schema_version is {version}, but this expectkit reads {SCHEMA_VERSION}. {advice}"
        )
    if "kind" in plain:
        raise InputError(
            f"{source}: is the record of a briefing on several {plain['kind']}. This command takes one on two classes, "
            "with one threshold."
        )
    try:
        return from_plain(Record, plain)
    except InputError as error:
        raise InputError(f"{source}: {error} It was changed, or written by another version.") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"it holds {name}, which is no JSON number")
