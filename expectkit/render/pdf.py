"""Draw a `Document` as a PDF: tagged (PDF/UA-1), bookmarked, with files attached, the same bytes for the same document.

WeasyPrint lays it out. What it leaves to do is done before the file is written: table headers get their scope, files
their relationship to the document. It may fetch our typefaces and ``data:``, and nothing else.
"""

from __future__ import annotations

import logging
import threading
import warnings as python_warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import Any

from expectkit.briefing.document import Document
from expectkit.errors import InputError, MissingExtraError, OutputError
from expectkit.render.clean import clean_text
from expectkit.render.fonts import print_faces, print_file
from expectkit.render.html import fill_skeleton
from expectkit.render.paint import print_paint

_SCHEME = "expectkit-font"
_INSTALL = (
    "PDF output needs WeasyPrint, which is not installed. Run pip install 'expectkit[pdf]', "
    "or leave PDF out of the formats."
)
_LIBRARIES = (
    "PDF output needs the system libraries Pango and HarfBuzz ({reason}). On Debian or Ubuntu run "
    "apt install libpangoft2-1.0-0 libharfbuzz-subset0, on macOS brew install pango, "
    "or leave PDF out of the formats."
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file carried inside the PDF, such as the record the briefing was made from."""

    name: str
    data: bytes
    description: str


def render_pdf(
    document: Document,
    attachments: Sequence[Attachment] = (),
    *,
    identifier: bytes,
    warnings: list[str] | None = None,
) -> bytes:
    """Return the briefing as a PDF.

    Parameters
    ----------
    document : Document
        What to draw; its `date` (ISO 8601) becomes the file's date.
    attachments : sequence of Attachment
        Files to carry along.
    identifier : bytes
        What makes this file different from others, such as a hash of the record.
    warnings : list of str, optional
        Receives one sentence for each thing that could not be drawn, such as a letter no typeface has.

    Returns
    -------
    bytes
        The same for the same arguments and the same installed packages and typefaces.

    Raises
    ------
    MissingExtraError
        If WeasyPrint or the system libraries under it are missing.
    InputError
        If the document's date is not an ISO 8601 date.
    OutputError
        If the document tries to reach outside itself.
    """
    weasyprint = _weasyprint()
    created = _moment(document.date)
    source = fill_skeleton(document, print_paint(), print_faces(_SCHEME), medium="pdf")
    with _collected_remarks() as remarks:
        try:
            page = weasyprint.HTML(string=source, url_fetcher=_closed_fetcher(), media_type="print")
            data = page.write_pdf(
                pdf_variant="pdf/ua-1",
                pdf_identifier=identifier.hex().encode(),  # bytes as they are could end the string they are written in
                attachments=[_attached(weasyprint, file, created) for file in attachments],
                finisher=_finish,
            )
        except weasyprint.urls.FatalURLFetchingError as error:
            raise OutputError(f"the briefing was not written as PDF: {error}") from error
    if warnings is not None:
        warnings.extend(_told(remarks))
    return bytes(data)


def _weasyprint() -> ModuleType:
    try:
        with python_warnings.catch_warnings():
            python_warnings.filterwarnings("error", "HarfBuzz-Subset", DeprecationWarning)
            return _import_quietly()
    except ModuleNotFoundError as error:
        raise MissingExtraError(_INSTALL) from error
    except DeprecationWarning as error:
        raise MissingExtraError(_LIBRARIES.format(reason="HarfBuzz-Subset was not found")) from error
    except OSError as error:
        reason = str(error).splitlines()[0] if str(error) else "a library was not found"
        raise MissingExtraError(_LIBRARIES.format(reason=reason)) from error


def _import_quietly() -> ModuleType:
    """Import WeasyPrint without the paragraph it prints when a library is missing."""
    import contextlib
    import io

    with contextlib.redirect_stdout(io.StringIO()):
        import weasyprint
        import weasyprint.urls
    module: ModuleType = weasyprint
    return module


def _moment(date: str) -> datetime:
    try:
        return datetime.fromisoformat(date)
    except ValueError as error:
        raise InputError(f'date: "{date}" is not an ISO 8601 date such as 2026-03-12.') from error


def _attached(weasyprint: ModuleType, file: Attachment, created: datetime) -> Any:
    return weasyprint.Attachment(
        string=file.data,
        name=clean_text(file.name),
        description=clean_text(file.description),
        created=created,
        modified=created,
    )


def _closed_fetcher() -> Any:
    """Return a fetcher that knows our typefaces and ``data:``, and stops the rendering at anything else."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class ClosedFetcher(URLFetcher):  # type: ignore[misc]
        """Fetch nothing from outside."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            """Return a typeface or the content of a ``data:`` address."""
            scheme, _, rest = url.partition(":")
            face = print_file(rest) if scheme == _SCHEME else None
            if face is not None:
                return URLFetcherResponse(url, face, {"Content-Type": "font/ttf"})
            if scheme.lower() != "data":
                raise FatalURLFetchingError(
                    f"it asks for {url[:200]}, and a page may only use what is inside it"
                )
            return super().fetch(url, headers)

    return ClosedFetcher(allowed_protocols={"data"})


# what WeasyPrint leaves to do


def _finish(_document: Any, pdf: Any) -> None:
    """Give table headers their scope and attached files their relationship (ISO 14289-1, 7.5 and 7.11)."""
    import pydyf

    for element in pdf.objects:
        if not isinstance(element, pydyf.Dictionary):
            continue
        if element.get("S") == "/Table":
            _scope_headers(pdf, element, "Column")
        if element.get("Type") == "/Filespec":
            element["AFRelationship"] = "/Source"
            pdf.catalog.setdefault("AF", pydyf.Array()).append(element.reference)


def _scope_headers(pdf: Any, element: Any, scope: str) -> None:
    role = element.get("S")
    if role == "/TH":
        element["A"]["Scope"] = f"/{scope}"
    for child in _children(pdf, element):
        _scope_headers(pdf, child, "Row" if role == "/TBody" else scope)


def _children(pdf: Any, element: Any) -> Iterator[Any]:
    """Walk over the structure elements below one; marked content is a bare number and is left out."""
    for kid in element.get("K", ()):
        if isinstance(kid, bytes):
            child = pdf.objects[int(kid.split()[0])]
            if "S" in child:
                yield child


# what WeasyPrint says


class _Remarks(logging.Handler):
    """Keep what WeasyPrint's log says in this thread."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one message."""
        if threading.get_ident() == self._thread:
            self.messages.append(record.getMessage())


@contextmanager
def _collected_remarks() -> Iterator[list[str]]:
    handler, logger = _Remarks(), logging.getLogger("weasyprint")
    logger.addHandler(handler)
    try:
        yield handler.messages
    finally:
        logger.removeHandler(handler)


def _told(messages: Sequence[str]) -> list[str]:
    """Turn log messages into one sentence each, without repeats; letters without a glyph share one."""
    mark = '"'
    missing = dict.fromkeys(
        text.split(mark)[1] for text in messages if text.startswith(".notdef") and mark in text
    )
    told = list(dict.fromkeys(f"PDF: {text}" for text in messages if not text.startswith(".notdef")))
    if missing:
        letters = " ".join(list(missing)[:20])
        told.append(
            f"PDF: no installed typeface has {len(missing)} of the letters used ({letters}); they print as boxes. "
            "Install one that has them, such as the package fonts-noto-cjk for Chinese, Japanese and Korean."
        )
    return told
