"""What a notebook shows: small, without script, the same words."""

from __future__ import annotations

import pytest

from expectkit.briefing.document import Document
from expectkit.render.notebook import LONGEST, mimebundle
from tests.render.hostile import ATTACKS, with_text
from tests.render.test_html import ELEMENTS, Reader

STATEMENT = "Every day, an average of 200 valid transactions would be flagged."


def test_a_cell_holds_the_sentence_and_the_daily_volumes(document: Document) -> None:
    bundle = mimebundle(document, STATEMENT)
    reader = Reader(bundle["text/html"])
    assert bundle["text/plain"] == STATEMENT
    assert STATEMENT in reader.text
    assert all(number in reader.text for number in ("266", "200", "14"))
    assert document.banner in reader.text
    assert document.sections[0].footnotes[0].text in reader.text
    assert "| Valid transactions flagged | **200** |" in bundle["text/markdown"]
    assert reader.all("svg")
    assert not reader.all("style")
    assert not any("class" in attributes for _, attributes in reader.elements)


@pytest.mark.parametrize("attack", sorted(ATTACKS))
def test_hostile_text_is_inert_in_a_cell_and_the_cell_stays_small(attack: str, document: Document) -> None:
    text = ATTACKS[attack]
    page = mimebundle(with_text(document, text), text)["text/html"]
    reader = Reader(page)
    assert {tag for tag, _ in reader.elements} <= ELEMENTS
    assert not any(name.startswith("on") for _, attributes in reader.elements for name in attributes)
    assert len(page.encode()) <= LONGEST
