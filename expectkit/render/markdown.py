"""Draw a `Document` as GitHub-flavoured Markdown that fits into a pull-request comment."""

from __future__ import annotations

from dataclasses import replace

from expectkit.briefing.document import Document
from expectkit.render.chrome import chrome_for
from expectkit.render.templates import environment

LONGEST = 60_000
"""Characters; a comment on GitHub holds 65,536."""

_OPEN_SECTIONS = 1
_LONGEST_TEXT = 4_000


def render_markdown(document: Document) -> str:
    """Return the briefing as Markdown of fewer than 60,000 characters.

    The first section stands open, later ones are folded. When it would be too long, sections are left out from the
    end, and the text says which.

    Parameters
    ----------
    document : Document
        What to draw.

    Returns
    -------
    str
        Without images, addresses or pings; HTML only as ``<details>``, ``<summary>``, ``<sub>`` and ``<br>``.
    """
    kept = _with_short_head(document)
    left_out: tuple[str, ...] = ()
    text = _filled(kept, left_out)
    while len(text) >= LONGEST:
        kept, left_out = _shorter(kept, left_out)
        text = _filled(kept, left_out)
    return text


def _filled(document: Document, left_out: tuple[str, ...]) -> str:
    text = (
        environment()
        .get_template("briefing.md.j2")
        .render(
            document=document,
            chrome=chrome_for(document.language),
            folded={section.id for section in document.sections[_OPEN_SECTIONS:]},
            left_out=left_out,
        )
    )
    return _one_blank_line(text)


def _one_blank_line(text: str) -> str:
    lines: list[str] = []
    for line in text.splitlines():
        stripped = line.rstrip()
        if stripped or (lines and lines[-1]):
            lines.append(stripped)
    return "\n".join(lines).strip() + "\n"


def _with_short_head(document: Document) -> Document:
    """Cut the texts outside the sections, which cannot be left out, to what fits many times over."""
    return replace(
        document,
        kind=document.kind[:200],
        title=document.title[:_LONGEST_TEXT],
        deck=document.deck[:_LONGEST_TEXT],
        meta=tuple(part[:200] for part in document.meta[:20]),
        badge=document.badge[:200],
        banner=document.banner[:_LONGEST_TEXT],
        footer=document.footer[:_LONGEST_TEXT],
    )


def _shorter(document: Document, left_out: tuple[str, ...]) -> tuple[Document, tuple[str, ...]]:
    *before, last = document.sections
    if before:
        return replace(document, sections=tuple(before)), (last.title[:200], *left_out)[:40]
    if last.blocks:
        smaller = replace(
            last, title=last.title[:200], deck=last.deck[:_LONGEST_TEXT], blocks=last.blocks[:-1]
        )
        return replace(document, sections=(smaller,)), left_out or (last.title[:200],)
    return replace(document, sections=()), left_out
