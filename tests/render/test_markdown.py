"""Markdown: small enough for a comment, and inert in what GitHub makes of it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from expectkit.briefing.document import Document, Paragraph, Span
from expectkit.render.markdown import LONGEST, render_markdown
from expectkit.render.markdown_text import escape_markdown, markdown_filter
from tests.render.hostile import ATTACKS, with_text
from tests.render.test_html import Reader

_ELEMENTS = "p strong h1 h2 h3 blockquote table thead tbody tr th td ul ol li sub br details summary"
ELEMENTS = frozenset(_ELEMENTS.split())
to_html = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render


def test_the_sentence_the_numbers_and_the_sections_are_there(document: Document) -> None:
    text = render_markdown(document)
    reader = Reader(to_html(text))
    assert "an average of 200 valid transactions would be flagged" in reader.text
    assert "| Valid transactions flagged | **200** |" in text
    assert len(reader.all("details")) == len(document.sections) - 1
    assert len(reader.all("table")) == 4
    assert {tag for tag, _ in reader.elements} <= ELEMENTS
    assert len(text) < 10_000


@pytest.mark.parametrize("attack", sorted(ATTACKS))
def test_hostile_text_formats_nothing_links_nothing_and_pings_nobody(attack: str, document: Document) -> None:
    text = render_markdown(with_text(document, ATTACKS[attack]))
    reader = Reader(to_html(text))
    assert {tag for tag, _ in reader.elements} <= ELEMENTS
    assert {name for _, attributes in reader.elements for name in attributes} <= {"style", "start"}
    assert not re.search(r"[@#]\w|\bGH-\d|https?://|\bwww\.|:bomb:", reader.text)
    assert len(text) < LONGEST


def test_hostile_text_leaves_every_table_in_its_shape(document: Document) -> None:
    honest = [
        tag
        for tag, _ in Reader(to_html(render_markdown(document))).elements
        if tag in ("tr", "td", "th", "table")
    ]
    for attack in ("markdown", "table break", "lines", "handler"):
        text = render_markdown(with_text(document, ATTACKS[attack]))
        cells = [tag for tag, _ in Reader(to_html(text)).elements if tag in ("tr", "td", "th", "table")]
        # every column gets a title, so the one column without a title gains nothing and loses nothing
        assert cells == honest


def test_a_briefing_too_long_for_a_comment_says_what_it_left_out(document: Document) -> None:
    words = Paragraph((Span("many words " * 2_000),))
    long = replace(document, sections=tuple(replace(s, blocks=(*s.blocks, words)) for s in document.sections))
    text = render_markdown(long)
    assert 20_000 < len(text) < LONGEST
    assert text.count("<details>") == text.count("</details>") < len(document.sections) - 1
    assert f"full briefing has them: {document.sections[2].title}" in text
    assert text.rstrip().endswith("</sub>")


@given(st.text(st.sampled_from("ab 1@#|*_`[]()<>&~$!\\-+.:=\n\t\u202e\x00é"), max_size=40))
def test_escaped_text_reads_as_it_was_written(text: str) -> None:
    made = Reader(to_html(f"x {escape_markdown(text)}"))
    assert [tag for tag, _ in made.elements] == ["p"]
    plain = re.sub("[\u202e\x00]", "", text)
    assert made.text.replace("\u2060", "").split() == ["x", *plain.split()]


@given(st.text(st.sampled_from("a 1#>-+.)=~*|"), min_size=1, max_size=12))
def test_escaped_text_at_the_start_of_a_line_stays_a_paragraph(text: str) -> None:
    made = Reader(to_html(escape_markdown(text)))
    assert {tag for tag, _ in made.elements} <= {"p"}


def test_bold_text_keeps_the_blanks_around_it_outside() -> None:
    assert markdown_filter(" two words ", strong=True) == " **two words** "
    assert markdown_filter("", strong=True) == ""
