"""Find and load the templates: in the installed package, or beside it at the root of a checkout.

There is one environment for all pages. It escapes everything (`autoescape=True`), treats an unknown name as an
error, and takes control characters out of every value it prints.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from expectkit.render.clean import clean_text

if TYPE_CHECKING:
    from jinja2 import Environment

_STYLES = ("tokens", "base", "components", "page", "print")
_REVIEW_STYLES = ("tokens", "base", "components", "page", "print", "review")
_PRINT_STYLES = ("tokens", "base", "components", "print")
_REVIEW_UNUSED = re.compile(
    r"^ *\.(?:volume-card|dot-blocks|chart|panel|items|definitions|contents|paragraph|heading|badge|section--|footnote|"
    r"[fs]-|deck|table__cell|table__row--|table__remark|sign-off__box).*\n",
    re.MULTILINE,
)
"""Rules, one a line, of components that the review page does not have."""
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_DARK = re.compile(r"^@media screen and \(prefers-color-scheme: dark\) \{.*?^\}", re.DOTALL | re.MULTILINE)


@cache
def templates_folder() -> Path:
    """Return the folder that holds the templates.

    Returns
    -------
    Path
        ``expectkit/templates`` of an installed package, else ``templates`` beside the package.

    Raises
    ------
    FileNotFoundError
        If neither is there: the installation is incomplete.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "templates", package.parent / "templates"):
        if (folder / "briefing.html.j2").is_file():
            return folder
    raise FileNotFoundError(f"no templates in {package} or beside it; install expectkit again")


def read_style(name: str) -> str:
    """Return one of our style sheets as text.

    Parameters
    ----------
    name : str
        File name in ``templates/styles`` without its ending.

    Returns
    -------
    str
    """
    return (templates_folder() / "styles" / f"{name}.css").read_text(encoding="utf-8")


@cache
def page_style() -> str:
    """Return the whole style sheet of a page, without comments.

    Returns
    -------
    str
    """
    return _joined(read_style(name) for name in _STYLES)


@cache
def print_style() -> str:
    """Return the style sheet of the PDF: without what only browsers understand.

    Returns
    -------
    str
    """
    return _joined(_DARK.sub("", read_style(name)) for name in _PRINT_STYLES)


@cache
def review_style() -> str:
    """Return the style sheet of the threshold review page, without comments.

    Returns
    -------
    str
    """
    return _joined(_REVIEW_UNUSED.sub("", read_style(name)) for name in _REVIEW_STYLES)


def _joined(sheets: Iterable[str]) -> str:
    """Join style sheets without comments and without blanks at braces and semicolons: a rule a line."""
    rules = re.sub(r"\s*([{};])\s*", r"\1", _COMMENT.sub("", "\n".join(sheets)))
    return re.sub(r"\n\s*", "\n", rules.replace("}", "}\n")).strip()


@cache
def environment() -> Environment:
    """Return the one Jinja environment.

    Returns
    -------
    jinja2.Environment
        With the filters ``md`` and ``summary`` of `expectkit.render.markdown_text`.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from expectkit.render.markdown_text import markdown_filter, summary_filter

    jinja = Environment(
        loader=FileSystemLoader(templates_folder()),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    jinja.filters["md"] = markdown_filter
    jinja.filters["summary"] = summary_filter
    return jinja


def _finalize(value: object) -> object:
    """Clean what a template prints; what is already markup stays markup."""
    from markupsafe import Markup

    if isinstance(value, Markup):
        return Markup(clean_text(str(value)))
    return clean_text(value) if isinstance(value, str) else value
