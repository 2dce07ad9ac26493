"""What a briefing shows of itself in a notebook: the sentence and the daily volumes, small and without script."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from expectkit.briefing.document import Document, Footnote, VolumeCards
from expectkit.render.markdown_text import escape_markdown
from expectkit.render.paint import notebook_paint
from expectkit.render.svg import Drawable, draw
from expectkit.render.templates import environment
from expectkit.render.tokens import light_tokens

if TYPE_CHECKING:
    from markupsafe import Markup

LONGEST = 15_000
"""Bytes of HTML a cell may get."""

_LONGEST_TEXT = 1_500


def mimebundle(document: Document, statement: str) -> dict[str, str]:
    """Return the briefing in the forms a notebook can show.

    Parameters
    ----------
    document : Document
        The briefing; its first daily volumes are shown.
    statement : str
        The expectation in words.

    Returns
    -------
    dict of str to str
        ``text/html`` of at most 15 kB with inline styles and no script, ``text/markdown`` and ``text/plain``.
    """
    cards, notes = _first_cards(document)
    page = _page(document, statement, cards, notes)
    if len(page.encode()) > LONGEST:
        page = _page(document, _short(statement), None, ())
    return {"text/html": page, "text/markdown": _markdown(statement, cards, notes), "text/plain": statement}


def _first_cards(document: Document) -> tuple[VolumeCards | None, tuple[Footnote, ...]]:
    """Return the first daily volumes and the footnotes of the section they stand in."""
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, VolumeCards):
                return block, section.footnotes
    return None, ()


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"


def _page(document: Document, statement: str, cards: VolumeCards | None, notes: tuple[Footnote, ...]) -> str:
    return (
        environment()
        .get_template("notebook.html.j2")
        .render(
            kind=_short(document.kind),
            subject=_short(document.subject),
            banner=_short(document.banner),
            language=document.language,
            statement=statement,
            cards=cards.cards if cards else (),
            footnotes=notes,
            token=light_tokens(),
            draw=partial(_drawn, paint=notebook_paint()),
        )
    )


def _drawn(chart: Drawable, paint: object) -> Markup:
    from markupsafe import Markup

    return Markup(draw(chart, paint))  # type: ignore[arg-type]


def _markdown(statement: str, cards: VolumeCards | None, notes: tuple[Footnote, ...]) -> str:
    text = f"{escape_markdown(statement)}\n"
    if cards is None:
        return text
    component = environment().get_template("components/volume_cards.j2").make_module()
    table: str = component.markdown(cards)  # type: ignore[attr-defined]
    small = "".join(f"\n{escape_markdown(_with_marker(note))}\n" for note in notes)
    return f"{text}\n{table.strip()}\n{small}"


def _with_marker(note: Footnote) -> str:
    return f"{note.marker}. {note.text}" if note.marker else note.text
