"""The briefing as one value: sections of blocks in reading order, all text final.

A renderer only places what it is given. Each block class names its component: ``VolumeCards`` is drawn by
``templates/components/volume_cards.j2``, which holds two macros of one argument, ``html`` and ``markdown``.
A new kind of block is one class here and one component file; a new section made of known blocks is one file in
``briefing/sections/``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from expectkit.briefing.charts import IconArray, LineChart, RangeBar, RangeChart, Tone


class Block:
    """Base of all blocks."""

    __slots__ = ()

    @property
    def component(self) -> str:
        """The component that draws this block: the class name in snake case."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text; `strong` sets it bold, `tone` in the colour of an outcome."""

    text: str
    strong: bool = False
    tone: Tone | None = None


@dataclass(frozen=True, slots=True)
class Paragraph(Block):
    """Running text. ``lead`` is the expectation itself, ``note`` is small print."""

    spans: tuple[Span, ...]
    style: Literal["body", "lead", "note"] = "body"

    @property
    def text(self) -> str:
        """The words without their emphasis."""
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True)
class Heading(Block):
    """A heading inside a section (level 3)."""

    text: str


@dataclass(frozen=True, slots=True)
class VolumeCard:
    """One daily volume: title, big number, what it counts, its range in words and as a bar."""

    title: str
    number: str
    tone: Tone
    sentence: str
    range_words: str
    bar: RangeBar | None


@dataclass(frozen=True, slots=True)
class VolumeCards(Block):
    """Two to four daily volumes side by side."""

    cards: tuple[VolumeCard, ...]


@dataclass(frozen=True, slots=True)
class DotBlocks(Block):
    """An icon array: the line that says what one dot is, and the one that takes its place where none are drawn."""

    caption: str
    chart: IconArray
    in_words: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A table column; `width` is its share of the table in per cent."""

    title: str
    align: Literal["left", "right"] = "left"
    width: int | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell, with an optional second line in small print."""

    text: str
    note: str = ""
    tone: Tone | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A table row; its first cell is its header. A continued row goes on with the header of the row above."""

    cells: tuple[Cell, ...]
    is_recommended: bool = False
    is_continued: bool = False


@dataclass(frozen=True, slots=True)
class Table(Block):
    """A table. `caption` is read out by screen readers and shown when `shows_caption`."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: str = ""
    shows_caption: bool = False


@dataclass(frozen=True, slots=True)
class FlowCell:
    """How many cases of a row's class were decided for a column's; `shade` grows with their share of the row."""

    text: str
    kind: Literal["right", "wrong", "person"]
    shade: Literal[0, 1, 2, 3]


@dataclass(frozen=True, slots=True)
class FlowRow:
    """One true class: its name, how many cases were of it, and what they were decided for."""

    name: str
    total: str
    cells: tuple[FlowCell, ...]


@dataclass(frozen=True, slots=True)
class FlowMatrix(Block):
    """Who was taken for whom: rows are what was true, columns what was decided."""

    caption: str
    corner: str
    total_title: str
    columns: tuple[str, ...]
    rows: tuple[FlowRow, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Charts(Block):
    """One chart over the full width or two side by side, with a source line.

    `drawn` says how the drawing is to be read; where nothing is drawn, as in Markdown, it is left out.
    """

    charts: tuple[LineChart | RangeChart, ...]
    source: str = ""
    drawn: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A list item: a bold lead and the rest of the sentence."""

    lead: str
    text: str


@dataclass(frozen=True, slots=True)
class Panel(Block):
    """The one tinted box of a page, such as "What we ask of you"; its title is a heading of `level`."""

    title: str
    items: tuple[Item, ...]
    is_numbered: bool = True
    level: Literal[2, 3] = 3


@dataclass(frozen=True, slots=True)
class Items(Block):
    """A plain list."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture drawn anew from its pixels (PNG or JPEG), with its text alternative."""

    data: bytes
    width: int
    height: int
    text_alternative: str


@dataclass(frozen=True, slots=True)
class CaseCard:
    """One case: what it is, why it is shown, what stands out, its values; with an excerpt or a picture."""

    tag: str
    tone: Tone
    title: str
    lines: tuple[str, ...]
    facts: tuple[Item, ...]
    snippet: str = ""
    picture: Picture | None = None
    picture_note: str = ""


@dataclass(frozen=True, slots=True)
class CaseCards(Block):
    """Cases side by side: three cards a row, or five pictures a row."""

    cards: tuple[CaseCard, ...]
    layout: Literal["cards", "pictures"] = "cards"
    intro: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Definitions(Block):
    """Terms and what they mean here, in two columns."""

    entries: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class SignOff(Block):
    """Lines to sign: a role and what is written under it."""

    lines: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Footnote:
    """A remark hung on a word (never on a number); `marker` is what the text shows, such as "1".

    Without a marker the note explains a word it quotes.
    """

    marker: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """One section: a heading that states the finding, a line under it, blocks."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    deck: str = ""
    starts_page: bool = False
    shows_title: bool = True
    footnotes: tuple[Footnote, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A whole briefing, ready to be drawn."""

    kind: str
    title: str
    deck: str
    subject: str
    meta: tuple[str, ...]
    badge: str
    badge_tone: Tone
    banner: str
    sections: tuple[Section, ...]
    footer: str
    language: str
    date: str
    description: str
