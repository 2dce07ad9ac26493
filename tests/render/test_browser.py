"""The page in a real browser: no request, no message, no sideways scrolling, light and dark, desk and phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from expectkit.briefing.document import Document
from expectkit.render.html import render_html
from tests.render.hostile import ATTACKS, with_text

pytestmark = pytest.mark.browser


def open_page(browser: Any, path: Path, content: str, **options: Any) -> tuple[Any, list[str]]:
    """Open a page from disk; everything it asks for or says is in the list."""
    path.write_text(content, encoding="utf-8")
    heard: list[str] = []
    page = browser.new_page(**options)
    page.on("console", lambda message: heard.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (heard.append("dialog"), dialog.dismiss()))

    def refuse(route: Any) -> None:
        if route.request.url == path.as_uri():
            route.continue_()
        else:
            heard.append(f"request: {route.request.url[:100]}")
            route.abort()

    page.route("**/*", refuse)
    page.goto(path.as_uri())
    page.evaluate("document.fonts.ready.then(() => true)")
    return page, heard


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 900, 400])
def test_the_page_asks_nothing_says_nothing_and_fits(
    browser: Any, tmp_path: Path, document: Document, scheme: str, width: int
) -> None:
    viewport = {"width": width, "height": 900}
    page, heard = open_page(
        browser, tmp_path / "b.html", render_html(document), viewport=viewport, color_scheme=scheme
    )
    assert heard == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.fonts.check('600 20px \"Expect Serif\"')")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(15, 23, 29)"}[scheme]
    line = page.evaluate("getComputedStyle(document.querySelector('.s-caught')).stroke")
    assert line == {"light": "rgb(11, 92, 138)", "dark": "rgb(111, 183, 224)"}[scheme]
    page.close()


@pytest.mark.parametrize("attack", ["handler", "closing tags", "css", "resource", "svg", "long word"])
def test_hostile_text_runs_nothing_and_moves_nothing(
    browser: Any, tmp_path: Path, document: Document, attack: str
) -> None:
    content = render_html(with_text(document, ATTACKS[attack]), fonts=False)
    page, heard = open_page(browser, tmp_path / "b.html", content, viewport={"width": 400, "height": 900})
    assert heard == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert page.evaluate("getComputedStyle(document.body).display") == "block"
    page.close()


def test_the_keyboard_reaches_the_briefing_first(browser: Any, tmp_path: Path, document: Document) -> None:
    page, _ = open_page(browser, tmp_path / "b.html", render_html(document, fonts=False))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#content"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.close()


def test_a_browser_prints_the_page_in_the_colours_of_paper(
    browser: Any, tmp_path: Path, document: Document
) -> None:
    page, _ = open_page(browser, tmp_path / "b.html", render_html(document, fonts=False), color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('.contents')).display") == "none"
    page.close()
