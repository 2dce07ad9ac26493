"""How a drawing gets its colours: by class name on a page, as plain attributes in print and in notebooks.

A page styles the classes from its style sheet, so it can turn dark. Inside an SVG the PDF renderer knows no custom
properties, so there every shape carries its colour itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from expectkit.render.tokens import light_tokens


class Paint(Protocol):
    """Turn the role of a shape (``"caught"``, ``"rule"``, ``"caught-band"``) into attributes."""

    def shape(self, *, fill: str | None = None, stroke: str | None = None) -> str:
        """Return the attributes of a shape, with a leading space; without `fill` it is not filled."""
        ...

    def root(self) -> str:
        """Return the attributes of the drawing itself, with a leading space or empty."""
        ...


@dataclass(frozen=True, slots=True)
class ClassPaint:
    """Colours by class name, for a page with our style sheet."""

    def shape(self, *, fill: str | None = None, stroke: str | None = None) -> str:
        """Return a class attribute such as ``class="f-caught"``."""
        names = ([f"f-{fill}"] if fill else []) + ([f"s-{stroke}"] if stroke else [])
        return f' class="{" ".join(names)}"' + ("" if fill else ' fill="none"')

    def root(self) -> str:
        """Return nothing: the typeface is inherited from the page."""
        return ""


@dataclass(frozen=True, slots=True)
class PlainPaint:
    """Colours as attributes, for print and for pages that are not ours."""

    colours: Mapping[str, str]
    typeface: str

    def shape(self, *, fill: str | None = None, stroke: str | None = None) -> str:
        """Return attributes such as ``fill="#0b5c8a"``."""
        ink = f' fill="{self._colour(fill)}"' if fill else ' fill="none"'
        return ink + (f' stroke="{self._colour(stroke)}"' if stroke else "")

    def root(self) -> str:
        """Return the typeface as an attribute."""
        return f' font-family="{self.typeface}"'

    def _colour(self, role: str) -> str:
        return self.colours[role.replace("_", "-")]


def page_paint() -> Paint:
    """Return the paint of a page with our style sheet."""
    return ClassPaint()


def print_paint() -> Paint:
    """Return the paint of the PDF: the light palette and our typeface."""
    return PlainPaint(light_tokens(), "Expect Sans, sans-serif")


def notebook_paint() -> Paint:
    """Return the paint of a notebook cell: the light palette and the reader's own typeface."""
    return PlainPaint(light_tokens(), "system-ui, sans-serif")
