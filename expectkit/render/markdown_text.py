"""Make any text safe inside Markdown: it shows as it is and can neither format, link, ping nor break a table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from expectkit.render.clean import clean_text

if TYPE_CHECKING:
    from markupsafe import Markup

_MARKS = re.compile(r"([\\`*_{}\[\]|~$!^=])")
_REFERENCE = re.compile(r"[@#](?=\w)|\b[Gg][Hh](?=-\d)")
_ADDRESS = re.compile(r"(?i)(://|\bwww(?=\.)|\bmailto(?=:)|\bxmpp(?=:))")
_EMOJI = re.compile(r":(?=[\w+-]+:)")
_LINE_START = re.compile(r"^(\d{1,9})([.)])(?=\s|$)|^([-+#>])")
_JOINER = (
    "\u2060"  # invisible, keeps the line together, ends a name or a number for the reader of the Markdown
)


def escape_markdown(text: str) -> str:
    r"""Escape `text` for GitHub-flavoured Markdown, as one line.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The text with marks escaped, HTML as entities, and ``@name``, ``#123`` and addresses cut by an invisible joiner.

    Examples
    --------
    >>> escape_markdown("a|b *c* <b>")
    'a\\|b \\*c\\* &lt;b&gt;'
    """
    line = _MARKS.sub(r"\\\1", _escape_html(text))
    return _LINE_START.sub(_escape_start, _without_references(line))


def _escape_html(text: str) -> str:
    line = " ".join(clean_text(text).split())
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _without_references(line: str) -> str:
    line = _REFERENCE.sub(lambda found: f"{found.group(0)}{_JOINER}", line)
    line = _ADDRESS.sub(lambda found: _split_address(found.group(0)), line)
    return _EMOJI.sub(f":{_JOINER}", line)


def _split_address(found: str) -> str:
    return f":{_JOINER}//" if found == "://" else f"{found}{_JOINER}"


def _escape_start(found: re.Match[str]) -> str:
    number, mark, bullet = found.groups()
    return f"\\{bullet}" if bullet else f"{number}\\{mark}"


def markdown_filter(text: str, strong: bool = False) -> Markup:
    """Escape `text`, keep the blanks at its ends, and set it bold when asked; the template filter ``md``.

    Parameters
    ----------
    text : str
        Any text.
    strong : bool
        Whether it is bold.

    Returns
    -------
    markupsafe.Markup
        Safe in Markdown and in the HTML made from it.
    """
    from markupsafe import Markup

    before = " " if text[:1].isspace() else ""
    after = " " if text[-1:].isspace() else ""
    core = escape_markdown(text)
    if not core:
        return Markup(before)
    return Markup(f"{before}**{core}**{after}" if strong else f"{before}{core}{after}")


def summary_filter(text: str) -> Markup:
    """Escape `text` for a line of HTML inside Markdown, where marks do not format; the template filter ``summary``.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    markupsafe.Markup
    """
    from markupsafe import Markup

    return Markup(_without_references(_escape_html(text)))
