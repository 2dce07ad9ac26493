"""The briefing of a record where it is shown: notes in a notebook, tables across pages, a phone's width."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from expectkit.briefing.compose import compose
from expectkit.briefing.document import (
    Block,
    Cell,
    Charts,
    Column,
    Definitions,
    Document,
    Footnote,
    Heading,
    Item,
    Paragraph,
    Row,
    Section,
    Span,
    Table,
    VolumeCards,
)
from expectkit.briefing.failure_writer import FailureEvidence, groups_records
from expectkit.briefing.sections.groups import write as groups_section
from expectkit.measure.histogram import GroupedHistogram
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic
from expectkit.measure.slices import RateKind, slice_rates
from expectkit.render.html import render_html
from expectkit.render.markdown import render_markdown
from expectkit.render.notebook import mimebundle
from tests.briefing.evidence import record
from tests.render.test_browser import open_page

# ------------------------------------------------------------------------------------------------- the notebook


def noted(document: Document, *notes: Footnote) -> dict[str, str]:
    first, *others = document.sections
    return mimebundle(replace(document, sections=(replace(first, footnotes=notes), *others)), "A day.")


def test_a_note_without_a_marker_begins_with_its_own_words_in_a_notebook() -> None:
    found = noted(compose(record()), Footnote("", "“Typically” means on 8 days of 10."))
    assert ">“Typically” means on 8 days of 10.<" in found["text/html"]
    assert re.search(r"^“Typically” means", found["text/markdown"], re.MULTILINE)


def test_a_marker_stands_before_its_note_in_a_notebook() -> None:
    found = noted(compose(record()), Footnote("1", "Counted by hand."))
    assert ">1. Counted by hand.<" in found["text/html"]
    assert re.search(r"^1\\?\. Counted by hand", found["text/markdown"], re.MULTILINE)


# ------------------------------------------------------------------------------------------------------- paper


def below(n_lines: int, *sections: Section) -> Document:
    """A page of lines, then the sections; the more lines, the closer they are to the page's end."""
    lines = tuple(Paragraph((Span(f"Line {number}."),)) for number in range(n_lines))
    return replace(
        compose(record()), title="Short", deck="", sections=(Section("lines", "Lines", lines), *sections)
    )


def table_of(n_rows: int, note: str = "Note of the table.") -> Table:
    rows = tuple(Row((Cell(f"row {number}"), Cell("1"))) for number in range(n_rows))
    return Table("Counts", (Column("Row", width=70), Column("Count", "right", 30)), rows, note)


def filled(n_lines: int, n_rows: int = 4) -> Document:
    """A page of lines, then a table with a note."""
    after = Paragraph((Span("After the table."),))
    return below(n_lines, Section("only", "Only", (table_of(n_rows), after)))


def shown_by(path: Path, document: Document, *options: str) -> str:
    """What pdftotext reads in the document's PDF."""
    from expectkit.render.pdf import render_pdf

    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    path.write_bytes(render_pdf(document, (), identifier=b"x"))
    return subprocess.run(
        ["pdftotext", *options, str(path), "-"], capture_output=True, check=True, text=True
    ).stdout


def counted(path: Path, document: Document, pattern: str) -> list[int]:
    """On how many lines of each page a pattern is found; pages without it are left out."""
    pages = shown_by(path, document, "-raw").split("\f")
    return [n for page in pages if (n := len(re.findall(pattern, page, re.MULTILINE)))]


@pytest.mark.pdf
@pytest.mark.slow
def test_a_note_is_on_the_page_of_the_table_it_belongs_to(tmp_path: Path) -> None:
    """Whatever stands above: a note alone on the next page would be read as the next paragraph."""
    ends_of_page = 0
    for n_lines in range(18, 38):
        pages = shown_by(tmp_path / "b.pdf", filled(n_lines), "-raw").split("\f")
        note, last_row = (
            next(i for i, page in enumerate(pages) if text in page)
            for text in ("Note of the table.", "row 3")
        )
        assert note == last_row, f"{n_lines} lines above"
        ends_of_page += "After the table." not in pages[note]
    assert ends_of_page >= 1, "no table came to stand at the end of a page; the test has looked at nothing"


@pytest.mark.pdf
@pytest.mark.slow
def test_a_table_leaves_three_rows_or_more_on_each_page(tmp_path: Path) -> None:
    found = [counted(tmp_path / "b.pdf", filled(n_lines, 12), r"^row \d+ 1$") for n_lines in range(7, 17)]
    assert all(sum(rows) == 12 for rows in found)
    assert min(min(rows) for rows in found) == 3
    assert sum(len(rows) > 1 for rows in found) >= 5, "few tables broke; the test has looked at nothing"


@pytest.mark.pdf
@pytest.mark.slow
def test_a_heading_has_three_lines_below_it_and_words_break_in_rows(tmp_path: Path) -> None:
    words = " ".join(f"Alpha{number:03} is a word." for number in range(24))
    entries = tuple(Item(f"Term{number:02}", f"Meaning{number:02} in words.") for number in range(13))
    blocks: list[tuple[Block, str, int]] = [
        (Paragraph((Span(words),)), r"^.*Alpha\d+.*$", 3),
        (Definitions(entries), r"Term\d+", 3),
    ]
    for block, pattern, least in blocks:
        broken = 0
        for n_lines in range(26, 38, 2):
            document = below(n_lines, Section("s", "Heading", (block,), deck="Deck."))
            pages = shown_by(tmp_path / "b.pdf", document, "-raw").split("\f")
            counts = [len(re.findall(pattern, page, re.MULTILINE)) for page in pages]
            (at,) = (number for number, page in enumerate(pages) if "Heading" in page)
            assert counts[at] >= least, f"{n_lines} lines above"
            assert min(n for n in counts if n) >= least, f"{n_lines} lines above"
            broken += sum(map(bool, counts)) > 1
        assert broken >= 1 or isinstance(block, Paragraph), "nothing broke; the test has looked at nothing"


def words_at(path: Path, document: Document) -> list[tuple[str, float, float]]:
    """Each word of a PDF with its upper edge and its height in pt."""
    box = r'<word xMin="[\d.]+" yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)">(.*?)</word>'
    shown = shown_by(path, document, "-bbox")
    return [(text, float(top), float(bottom) - float(top)) for top, bottom, text in re.findall(box, shown)]


@pytest.mark.pdf
@pytest.mark.parametrize(
    "title", ["Valid transactions of a rather long name flagged", "Überweisungsbetrugsverdachtsfälle " * 2]
)
def test_the_numbers_of_cards_stand_side_by_side_whatever_their_titles(tmp_path: Path, title: str) -> None:
    document = compose(record())
    (cards,) = (
        block for part in document.sections for block in part.blocks if isinstance(block, VolumeCards)
    )
    first, *others = cards.cards
    longer = replace(cards, cards=(replace(first, title=title), *others))
    shown = replace(document, sections=(Section("s", "Cards", (longer,)),))
    found = words_at(tmp_path / "b.pdf", shown)
    tops = {
        top for text, top, height in found if text in {card.number for card in cards.cards} and height > 40
    }
    assert len(tops) == 1
    lowest = max(top for text, top, _ in found if text == "0")
    ticks = [top for text, top, _ in found if text == "0"]
    assert ticks == [lowest] * len(cards.cards)


@pytest.mark.pdf
def test_no_letter_of_the_pdf_is_smaller_than_eight_points(tmp_path: Path) -> None:
    """Charts, notes and the badges of cases; the footer is set at eight."""
    from tests.render.conftest import sample_document

    document = sample_document()
    found = words_at(tmp_path / "b.pdf", document)
    (footer, *_) = (height for text, _, height in found if text == document.footer.split()[0])
    small = {text: height for text, _, height in found if height < footer * 0.995}
    assert small == {}


# ------------------------------------------------------------------------------------------------- names, words


def test_a_column_keeps_the_name_it_was_given() -> None:
    """A German noun keeps its capital, and a small first letter is raised in a column's title only."""
    cells = np.array([[[900, 100], [5, 95]], [[950, 50], [20, 80]]])
    grouped = GroupedHistogram(("north", "south"), np.array([0.5]), cells)
    kinds: tuple[RateKind, ...] = ("false_negative_rate", "false_positive_rate", "selection_rate")
    groups = {
        column: {kind: slice_rates(column, grouped, 0.5, kind=kind, pool_small=False) for kind in kinds}
        for column in ("Flughafen_Größe", "airline")
    }
    section = groups_section(replace(record(), slices=groups_records(FailureEvidence(groups=groups))))
    assert section is not None
    headings = [block.text for block in section.blocks if isinstance(block, Heading)]
    tables = [block for block in section.blocks if isinstance(block, Table)]
    assert headings == ["By Flughafen Größe", "By airline"]
    assert "seen by Flughafen Größe, airline:" in section.deck
    assert [table.columns[0].title for table in tables] == ["Flughafen Größe", "Airline"]


def test_markdown_says_what_charts_show_and_speaks_of_no_drawing() -> None:
    document = compose(record())
    charts = next(block for part in document.sections for block in part.blocks if isinstance(block, Charts))
    noted_charts = replace(charts, source="Counted by hand.", drawn="Bars show the range.")
    section = replace(document.sections[0], blocks=(noted_charts,))
    shown = replace(document, sections=(section,))
    markdown, page = render_markdown(shown), render_html(shown, fonts=False)
    assert charts.charts[0].title in page
    assert charts.charts[0].title not in markdown
    assert "Bars show the range. Counted by hand." in page
    assert "Counted by hand." in markdown
    assert "Bars show" not in markdown
    assert "As the setting rises" in markdown


# ------------------------------------------------------------------------------------------------------ a phone


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("cases_per_day", [8_280_000.0, 8280.0, 10.0], ids=["millions", "days", "months"])
def test_a_phone_shows_every_section_without_scrolling_sideways(
    browser: Any, tmp_path: Path, cases_per_day: float
) -> None:
    day = DayProfile(Traffic.stated(cases_per_day), Prevalence.stated(280 / 8280))
    content = render_html(compose(record(day=day, chosen_here=True)), fonts=False)
    page, heard = open_page(browser, tmp_path / "b.html", content, viewport={"width": 400, "height": 900})
    assert heard == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    page.evaluate("window.scrollTo(200, 0)")
    assert page.evaluate("window.scrollX") == 0
    cut_off = page.evaluate(
        "[...document.querySelectorAll('h1, h2, h3, p, li')]"
        ".filter((e) => e.offsetParent && !e.closest('[tabindex]') && e.getBoundingClientRect().right > 401)"
        ".map((e) => e.textContent.slice(0, 60))"
    )
    assert cut_off == []
    page.close()


CUT = """
() => {
  const cut = [];
  const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!node.parentElement.closest('.table') || node.parentElement.closest('thead')) continue;
    for (const word of node.data.matchAll(/[\\p{L}\\p{N}€.,]+/gu)) {
      if (word[0].length > 40) continue;  // a hash is no word
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
      if (lines.size > 1) cut.push(word[0]);
    }
  }
  return cut;
}
"""


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_word_and_no_number_of_a_table_is_cut_in_two(browser: Any, tmp_path: Path, width: int) -> None:
    columns = ("Setting", *(f"Überweisungsbetrug {letter}" for letter in "ABCDE"))
    row = Row((Cell("Lowest cost", "0.294156"), *(Cell("€33,720", "2,300 to 232,493") for _ in columns[1:])))
    table = Table(
        "Wide", tuple(Column(name, "right" if k else "left") for k, name in enumerate(columns)), (row,)
    )
    document = compose(record(chosen_here=True))
    first, *others = document.sections
    content = render_html(
        replace(document, sections=(replace(first, blocks=(*first.blocks, table)), *others)), fonts=False
    )
    page, heard = open_page(browser, tmp_path / "b.html", content, viewport={"width": width, "height": 900})
    assert heard == []
    assert page.locator(".table").count() >= 3
    assert page.evaluate(CUT) == []
    wide = "[...document.querySelectorAll('.table')].filter((e) => e.scrollWidth > e.clientWidth).length"
    assert page.evaluate(wide) == 0
    if width < 640:
        shown = page.evaluate(
            "getComputedStyle(document.querySelector('td[data-label]'), '::before').content"
        )
        assert len(shown) > 2
    page.close()
