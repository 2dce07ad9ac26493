"""The briefing of a record where it is shown: notes in a notebook, tables across pages, a phone's width."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from expectkit.briefing.compose import compose
from expectkit.briefing.document import (
    Cell,
    Column,
    Document,
    Footnote,
    Paragraph,
    Row,
    Section,
    Span,
    Table,
)
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic
from expectkit.render.html import render_html
from expectkit.render.notebook import mimebundle
from tests.briefing.evidence import record
from tests.render.test_browser import FLAGS, open_page

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


def filled(n_lines: int) -> Document:
    """A page of lines, then a table with a note; the more lines, the closer the table is to the page's end."""
    lines = tuple(Paragraph((Span(f"Line {number}."),)) for number in range(n_lines))
    rows = tuple(Row((Cell(f"row {number}"), Cell("1"))) for number in range(4))
    table = Table(
        "Counts", (Column("Row", width=70), Column("Count", "right", 30)), rows, "Note of the table."
    )
    section = Section("only", "Only", (*lines, table, Paragraph((Span("After the table."),))))
    return replace(compose(record()), title="Short", deck="", sections=(section,))


@pytest.mark.pdf
@pytest.mark.slow
def test_a_note_is_on_the_page_of_the_table_it_belongs_to(tmp_path: Path) -> None:
    """Whatever stands above: a note alone on the next page would be read as the next paragraph."""
    from expectkit.render.pdf import render_pdf

    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    path, ends_of_page = tmp_path / "b.pdf", 0
    for n_lines in range(22, 42):
        path.write_bytes(render_pdf(filled(n_lines), (), identifier=b"x"))
        shown = subprocess.run(
            ["pdftotext", "-raw", str(path), "-"], capture_output=True, check=True, text=True
        )
        pages = shown.stdout.split("\f")
        note, last_row = (
            next(i for i, page in enumerate(pages) if text in page)
            for text in ("Note of the table.", "row 3")
        )
        assert note == last_row, f"{n_lines} lines above"
        ends_of_page += "After the table." not in pages[note]
    assert ends_of_page >= 1, "no table came to stand at the end of a page; the test has looked at nothing"


# ------------------------------------------------------------------------------------------------------ a phone


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed")
    with api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=FLAGS.split())
        yield opened
        opened.close()


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
