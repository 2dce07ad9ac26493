"""The document: sections found by being there, in reading order; heading, badge and footer of the record."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import jinja2
import pytest

from expectkit.briefing import sections
from expectkit.briefing.compose import compose, section_modules
from expectkit.briefing.document import Block, Document, Section
from expectkit.briefing.record import Audience, InputRecord
from expectkit.render.html import render_html
from expectkit.render.markdown import render_markdown
from expectkit.render.templates import environment
from tests.briefing.evidence import PROVENANCE, record


def ids(document: Document) -> list[str]:
    return [section.id for section in document.sections]


def test_sections_stand_in_reading_order_and_each_once() -> None:
    found = ids(compose(record()))
    assert found[:2] == ["expectation", "asks"]
    assert found[-1] == "sign-off"
    assert found == list(dict.fromkeys(found)), "two sections of one id would be two targets of one link"
    orders = [module.ORDER for module in section_modules()]
    assert orders == sorted(orders)


def test_every_section_module_keeps_the_two_names_that_make_it_one() -> None:
    for module in section_modules():
        assert isinstance(module.ORDER, int), module.__name__
        assert callable(module.write), module.__name__


WEATHER = '''
"""What the weather does to the volumes."""

from expectkit.briefing.document import Paragraph, Section, Span

ORDER = 45


def write(record):
    return Section("weather", "Rain or shine", (Paragraph((Span(f"On {record.counts.n_true_positives} days."),)),))
'''


@pytest.fixture
def weather(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One new file among the sections, and nothing else changed."""
    (tmp_path / "weather.py").write_text(WEATHER, "utf-8")
    monkeypatch.setattr(sections, "__path__", [*sections.__path__, str(tmp_path)])
    yield
    sys.modules.pop("expectkit.briefing.sections.weather", None)
    vars(sections).pop("weather", None)


def test_a_section_is_added_by_adding_one_file(weather: None) -> None:
    document = compose(record())
    place = ids(document).index("weather")
    assert ids(document)[place - 1] == "certainty"
    for page in (render_html(document, fonts=False), render_markdown(document)):
        assert "Rain or shine" in page
        assert "On 266 days." in page


@dataclass(frozen=True, slots=True)
class BigWord(Block):
    """A kind of block that nobody has drawn before."""

    word: str


BIG_WORD = """
{% macro html(block) %}<p class="big-word">{{ block.word }}</p>{% endmacro %}
{% macro markdown(block) %}# {{ block.word|md }}{% endmacro %}
"""


def test_a_kind_of_block_is_added_by_adding_one_template(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = environment().loader
    assert ours is not None
    new = jinja2.DictLoader({"components/big_word.j2": BIG_WORD})
    monkeypatch.setattr(environment(), "loader", jinja2.ChoiceLoader([ours, new]))
    document = compose(record())
    document = replace(document, sections=(Section("new", "New", (BigWord("<Hail>"),)), *document.sections))
    assert '<p class="big-word">&lt;Hail&gt;</p>' in render_html(document, fonts=False)
    assert "# \\<Hail\\>" in render_markdown(document) or "# &lt;Hail&gt;" in render_markdown(document)


def test_title_and_description_are_statements_of_the_record() -> None:
    found = record()
    document = compose(found)
    assert (
        document.title
        == "Each day it should catch about 266 fraudulent transactions, and hold about 200 valid "
        "transactions by mistake"
    )
    assert document.deck == found.statement("deck")
    assert document.description == found.statement("expectation")
    assert (document.subject, document.language) == ("Fraud detection model 3.2", "en")
    assert document.meta == ("Payments", "12 March 2026")


def test_without_a_team_the_date_stands_alone() -> None:
    assert compose(record(audience=Audience("", (), ()))).meta == ("12 March 2026",)


@pytest.mark.parametrize(
    ("chosen_here", "confirmed", "badge", "tone"),
    [
        (True, False, "Not yet confirmed", "false_alarm"),
        (False, False, "Decision needed", "false_alarm"),
        (False, True, "Decision needed", "caught"),
    ],
)
def test_the_badge_never_calls_a_setting_confirmed_that_chose_its_own_cases(
    chosen_here: bool, confirmed: bool, badge: str, tone: str
) -> None:
    document = compose(record(chosen_here=chosen_here, confirmed_on_fresh_cases=confirmed))
    assert (document.badge, document.badge_tone) == (badge, tone)


@pytest.mark.parametrize(
    ("n_files", "named"),
    [
        (0, "Test cases · "),
        (1, "Test cases abababababab · "),
        (2, "Test cases abababababab and 1 more file · "),
        (1201, "Test cases abababababab and 1,200 more files · "),
    ],
)
def test_the_footer_says_of_how_many_files_it_shows_the_fingerprint(n_files: int, named: str) -> None:
    inputs = tuple(InputRecord(f"part-{i}.parquet", "ab" * 32, 10, 100) for i in range(n_files))
    footer = compose(record(provenance=replace(PROVENANCE, inputs=inputs))).footer
    assert footer == f"{named}expectkit 0.1.0 · 12 March 2026"
