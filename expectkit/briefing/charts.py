"""Charts as data: what to draw, in words and numbers, not how.

``render/svg.py`` draws them for print and for the briefing page, ``render/figures.py`` with Plotly for the review page.
Every chart carries its text alternative; colours are named by meaning (`Tone`), never by hue.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tone = Literal["caught", "false_alarm", "missed", "neutral"]
"""What a colour stands for on every page: caught is blue, false alarms are orange, missed is ink."""


@dataclass(frozen=True, slots=True)
class RangeBar:
    """One value and its range on a scale shared with its neighbours."""

    value: float | None
    low: float | None
    high: float | None
    axis_high: float
    ticks: tuple[tuple[float, str], ...]
    tone: Tone
    text_alternative: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line with an optional band; x and y have the same length."""

    label: str
    tone: Tone
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Bracket:
    """A stretch of the x axis with a remark, such as "within 10 % of lowest"."""

    low: float
    high: float
    label: str


@dataclass(frozen=True, slots=True)
class LineChart:
    """Lines over a common x axis, cut at the axis limits, labelled at their ends."""

    title: str
    unit: str
    x_label: str
    x_low: float
    x_high: float
    y_high: float
    lines: tuple[Line, ...]
    text_alternative: str
    marker: float | None = None
    marker_label: str = ""
    bracket: Bracket | None = None


@dataclass(frozen=True, slots=True)
class RangeRow:
    """One row of a `RangeChart`: a label, a value, its range."""

    label: str
    value: float | None
    low: float
    high: float
    tone: Tone
    note: str = ""


@dataclass(frozen=True, slots=True)
class RangeChart:
    """Values with ranges under each other on one scale."""

    title: str
    unit: str
    axis_high: float
    rows: tuple[RangeRow, ...]
    text_alternative: str
    reference: float | None = None
    reference_label: str = ""
    axis_low: float = 0.0


@dataclass(frozen=True, slots=True)
class DotGroup:
    """A block of dots; what one dot is stands over the blocks. `of_dots` is said only where dots are drawn."""

    count: int
    tone: Tone
    is_hollow: bool
    label: str
    remark: str
    of_dots: str = ""


@dataclass(frozen=True, slots=True)
class IconArray:
    """Blocks of dots, one block an outcome, each with its label beside it."""

    groups: tuple[DotGroup, ...]
    text_alternative: str


Chart = RangeBar | LineChart | RangeChart | IconArray
