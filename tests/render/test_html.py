"""The page: complete, closed to the outside, and inert whatever its texts say."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from expectkit.briefing.document import Document
from expectkit.render.html import render_html
from tests.render.hostile import ATTACKS, with_text

_ELEMENTS = (
    "html head meta title style body a div header p span h1 h2 h3 nav ol ul li main section strong figure figcaption "
    "table caption colgroup col thead tbody tr th td dfn footer bdi img svg path rect circle text"
)
ELEMENTS = frozenset(_ELEMENTS.split())
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "font-src data:; base-uri 'none'; form-action 'none'"
)


class Reader(HTMLParser):
    """Collect elements, attributes and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self._inside: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "style" not in self._inside:
            self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


def test_the_page_is_complete_and_small(document: Document) -> None:
    page = render_html(document)
    reader = Reader(page)
    assert page.startswith("<!doctype html>")
    assert reader.all("html") == [{"lang": "en"}]
    assert POLICY in [meta.get("content") for meta in reader.all("meta")]
    assert len(page.encode()) < 400_000
    assert document.title in reader.text
    assert document.footer in reader.text


def test_the_page_asks_for_nothing(document: Document) -> None:
    page = render_html(document)
    addresses = re.findall(r"url\((.{0,12})", page) + re.findall(r"\b(?:src|href)=\"?(.{0,12})", page)
    assert addresses
    assert all(found.startswith(('"data:font/w', "data:image/p", "#")) for found in addresses)
    assert "http" not in page.replace('http-equiv="', "").replace("http://www.w3.org/2000/svg", "")
    assert Reader(page).all("script") == []


def test_headings_step_down_one_level_at_a_time_and_begin_with_one_h1(document: Document) -> None:
    levels = [int(tag[1]) for tag, _ in Reader(render_html(document)).elements if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_landmarks_skip_link_and_contents_lead_to_places_that_exist(document: Document) -> None:
    reader = Reader(render_html(document))
    places = [attributes["id"] for _, attributes in reader.elements if "id" in attributes]
    assert len(places) == len(set(places))
    targets = [attributes["href"] for attributes in reader.all("a")]
    assert targets[0] == "#content"
    assert targets[1:] == [f"#{section.id}" for section in document.sections if section.shows_title]
    assert {target[1:] for target in targets} <= set(places)
    assert [len(reader.all(tag)) for tag in ("header", "nav", "main", "footer")] == [1, 1, 1, 1]


def test_tables_have_captions_and_scopes_and_images_have_titles(document: Document) -> None:
    page = render_html(document)
    reader = Reader(page)
    assert len(reader.all("caption")) == len(reader.all("table"))
    assert {attributes["scope"] for attributes in reader.all("th")} == {"col", "row"}
    assert page.count('role="img"') == len(re.findall(r'<svg [^>]*role="img"[^>]*><title>', page))
    assert page.count("<svg") == page.count('role="img"') > 5


def test_a_short_briefing_has_no_list_of_contents(document: Document) -> None:
    from dataclasses import replace

    assert (
        Reader(render_html(replace(document, sections=document.sections[:3]), fonts=False)).all("nav") == []
    )


@pytest.mark.parametrize("attack", sorted(ATTACKS))
def test_hostile_text_is_inert_and_still_readable(attack: str, document: Document) -> None:
    page = render_html(with_text(document, ATTACKS[attack]), fonts=False)
    reader, honest = Reader(page), Reader(render_html(document, fonts=False))
    assert {tag for tag, _ in reader.elements} <= ELEMENTS
    assert all(image["src"].startswith("data:image/png;base64,") for image in reader.all("img"))
    names = {name for _, attributes in reader.elements for name in attributes}
    assert not {name for name in names if name.startswith("on")}
    assert names <= {name for _, attributes in honest.elements for name in attributes}
    assert [tag for tag, _ in reader.elements if tag not in ("text", "path", "nav")]
    styles = {attributes["style"] for _, attributes in reader.elements if "style" in attributes}
    assert all(re.fullmatch(r"width: \d+%", style) for style in styles)
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe]", page)
    page.encode("utf-8")
    word = max(re.findall(r"[A-Za-z]+", ATTACKS[attack]), key=len)
    assert word in reader.text


def test_structure_does_not_depend_on_what_the_texts_say(document: Document) -> None:
    def outline(text: str) -> list[str]:
        elements = Reader(render_html(with_text(document, text), fonts=False)).elements
        return [tag for tag, _ in elements if tag not in ("text", "path")]

    assert outline(ATTACKS["script"]) == outline(ATTACKS["closing tags"]) == outline("plain")
