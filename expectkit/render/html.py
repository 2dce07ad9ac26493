"""Draw a `Document` as one HTML page: self-contained, without script or request, for desk, phone, dark and paper."""

from __future__ import annotations

import base64
from functools import partial
from typing import TYPE_CHECKING, Literal

from expectkit.briefing.document import Document, Section
from expectkit.render.chrome import chrome_for
from expectkit.render.paint import Paint, page_paint
from expectkit.render.svg import Drawable, draw
from expectkit.render.templates import environment, page_style, print_style

if TYPE_CHECKING:
    from markupsafe import Markup

_CONTENTS_FROM = 4
_HALF = {"page": 360.0, "pdf": 330.0}  # in the PDF letters of 12 come out 8 pt high or more
_WIDE = {"page": 440.0, "pdf": 500.0}  # a phone shows the whole of it, so on a page it stays small


def render_html(document: Document, *, fonts: bool = True) -> str:
    """Return the briefing as a page that needs nothing but itself.

    Parameters
    ----------
    document : Document
        What to draw.
    fonts : bool
        Whether to put our typefaces into the page (about 100 kB); without them, or when the font packages are not
        installed, the page uses the reader's own.

    Returns
    -------
    str
        A whole HTML document. A Content-Security-Policy inside it forbids scripts and requests.
    """
    from expectkit.render.fonts import page_faces

    face_rules = page_faces(document_text(document)) if fonts else ""
    return fill_skeleton(document, page_paint(), face_rules, medium="page")


def fill_skeleton(
    document: Document, paint: Paint, face_rules: str, *, medium: Literal["page", "pdf"]
) -> str:
    """Place a document into the skeleton that pages and the PDF share.

    Parameters
    ----------
    document : Document
        What to draw.
    paint : Paint
        Where the drawings' colours come from.
    face_rules : str
        ``@font-face`` rules, may be empty.
    medium : {"page", "pdf"}
        A page has a list of contents, the PDF running headers.

    Returns
    -------
    str
    """
    from markupsafe import Markup

    rules = print_style() if medium == "pdf" else page_style()
    return (
        environment()
        .get_template("briefing.html.j2")
        .render(
            document=document,
            chrome=chrome_for(document.language),
            contents=_contents(document) if medium == "page" else (),
            draw=partial(_drawn, paint=paint, half=_HALF[medium], whole=_WIDE[medium]),
            medium=medium,
            picture_address=picture_address,
            style=Markup(f"{face_rules}\n{rules}"),
        )
    )


def picture_address(data: bytes) -> str:
    """Return a ``data:`` address for a PNG or JPEG; a template can put nothing else there."""
    kind = "png" if data.startswith(b"\x89PNG\r\n") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def _contents(document: Document) -> tuple[Section, ...]:
    titled = tuple(section for section in document.sections if section.shows_title)
    return titled if len(titled) >= _CONTENTS_FROM else ()


def _drawn(chart: Drawable, paint: Paint, half: float, whole: float, wide: bool = False) -> Markup:
    from markupsafe import Markup

    return Markup(draw(chart, paint, width=whole if wide else half))


def document_text(value: object) -> str:
    """Return all text anywhere in a document, for choosing the letters a typeface must have.

    Parameters
    ----------
    value : object
        A document, or any value inside one.

    Returns
    -------
    str
    """
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return "".join(map(document_text, value))
    fields: tuple[str, ...] = getattr(value, "__dataclass_fields__", ())
    return "".join(document_text(getattr(value, name)) for name in fields)
