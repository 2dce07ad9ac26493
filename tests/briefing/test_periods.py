"""Volumes a week, a month or a year: words, numbers and pictures speak of the same time, in every format."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from expectkit.briefing.class_statements import class_cards, class_facts
from expectkit.briefing.compose import compose
from expectkit.briefing.document import Charts, Document, DotBlocks, Section, Table
from expectkit.briefing.headlines import dots
from expectkit.briefing.multiclass_statements import overall_statement
from expectkit.briefing.record import Record
from expectkit.briefing.sections import alternatives, certainty, opening, settings
from expectkit.briefing.statements import setting_facts
from expectkit.briefing.table_text import averages_note
from expectkit.briefing.vocabulary import Noun, Words
from expectkit.briefing.wording import DAYS
from expectkit.measure.confusion_matrix import ConfusionMatrix
from expectkit.measure.multiclass import ClassMix, multiclass_volumes
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic
from expectkit.measure.volumes import daily_volumes
from expectkit.render.html import render_html
from expectkit.render.markdown import render_markdown
from tests.briefing.evidence import WORDS, record, sweep_of

PERIOD = re.compile(r"\ba (day|week|month|year)\b")


def slow(cases_per_day: float, prevalence: float = 0.3) -> Record:
    return record(day=DayProfile(Traffic.stated(cases_per_day), Prevalence.stated(prevalence)))


@pytest.fixture(scope="module")
def weekly() -> Document:
    """30 positives and 70 negatives a day: everything that is counted reads best by the week."""
    return compose(slow(100))


def block(section: Section | None, kind: type) -> Any:
    assert section is not None
    return next(one for one in section.blocks if isinstance(one, kind))


def test_where_dots_are_drawn_they_are_those_of_a_week(weekly: Document) -> None:
    page = render_html(weekly, fonts=False)
    assert "on an average week" in page
    assert "on an average day." not in page.partition('class="block dot-blocks"')[2].partition("</div>")[0]


def test_markdown_draws_no_dots_and_speaks_of_none(weekly: Document) -> None:
    text = render_markdown(weekly)
    assert not re.search(r"\bdots?\b", text, re.IGNORECASE)
    assert "What an average week brings:\n\n- **200 fraudulent transactions correctly caught.**" in text


def test_few_cases_beside_many_are_told_in_markdown_without_a_hollow_dot() -> None:
    found = record(
        sweep=sweep_of((14,), (7990,), thresholds=(0.49,)),
        day=DayProfile(Traffic.stated(828_000), Prevalence.stated(0.0002)),
    )
    assert "hollow" in render_html(compose(found), fonts=False)
    assert "hollow" not in render_markdown(compose(found))


@pytest.mark.parametrize("cases_per_day", [82_800.0, 8280.0, 300.0, 100.0, 10.0])
def test_a_chart_is_drawn_named_and_told_per_the_same_time(cases_per_day: float) -> None:
    found = slow(cases_per_day, 280 / 8280)
    operating = next(one for one in found.settings if one.is_operating)
    for chart in block(settings.write(found), Charts).charts:
        (named,) = PERIOD.findall(chart.title)
        assert {named} == set(PERIOD.findall(chart.unit)) == set(PERIOD.findall(chart.text_alternative))
        for line, name in zip(chart.lines, names_of(chart), strict=True):
            at, mean = line.x.index(operating.threshold), operating.per_day[name].mean
            assert mean is not None
            assert line.y[at] == pytest.approx(mean * DAYS[named])
            assert max(line.high) <= chart.y_high


def names_of(chart: Any) -> tuple[str, ...]:
    return ("flagged_negatives",) if len(chart.lines) == 1 else ("caught_positives", "missed_positives")


@pytest.mark.parametrize("cases_per_day", [8280.0, 300.0, 100.0, 10.0])
def test_every_number_of_the_table_of_settings_has_its_time(cases_per_day: float) -> None:
    table = block(settings.write(slow(cases_per_day, 280 / 8280)), Table)
    named = [bool(PERIOD.search(cell.text)) for row in table.rows for cell in row.cells[1:4]]
    if not all(named):
        assert PERIOD.findall(table.note)[0] == "day"
    assert ("where no longer time stands" in table.note) == (any(named) and not all(named))
    assert table.note in render_markdown(compose(slow(cases_per_day, 280 / 8280)))


@pytest.mark.parametrize("cases_per_day", [8280.0, 300.0, 10.0])
def test_simple_rules_are_compared_per_a_time_that_is_named(cases_per_day: float) -> None:
    table = block(alternatives.write(slow(cases_per_day, 280 / 8280)), Table)
    columns = list(zip(*([cell.text for cell in row.cells[1:4]] for row in table.rows), strict=True))
    named = [any(PERIOD.search(text) for text in column) for column in columns]
    assert table.note.startswith(
        "Average transactions."
        if all(named)
        else "Average transactions, a day where no longer time stands beside the number."
        if any(named)
        else "Average transactions a day."
    )


def test_how_sure_we_are_names_the_time_of_each_average_and_that_single_days_are_days() -> None:
    table = block(certainty.write(slow(100)), Table)
    for row in table.rows[:3]:
        assert row.cells[0].note == "a week"
        assert all(cell.text.endswith(" a day") for cell in row.cells[3:])
    daily = block(certainty.write(slow(8280, 280 / 8280)), Table)
    assert {row.cells[0].note for row in daily.rows[:3]} == {"a day"}
    assert not any(PERIOD.search(cell.text) for row in daily.rows[:3] for cell in row.cells[3:])


def test_what_rests_on_stated_traffic_is_not_called_daily() -> None:
    text = slow(100).statement("certainty.traffic")
    assert text.endswith("If it is higher or lower, every number of transactions here moves with it.")


@pytest.mark.pdf
@pytest.mark.slow
def test_the_printed_page_says_the_same_weeks(weekly: Document, tmp_path: Path) -> None:
    from expectkit.render.pdf import render_pdf

    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    path = tmp_path / "briefing.pdf"
    path.write_bytes(render_pdf(weekly, (), identifier=b"weekly"))
    shown = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, check=True, text=True)
    text = " ".join(shown.stdout.split())
    assert "on an average week" in text
    for chart in block(settings.write(slow(100)), Charts).charts:
        assert chart.title.endswith("a week, by setting")
        assert chart.title in text


# ------------------------------------------------------------------------------------------- several classes

PICTURES = Words(case=Noun("picture", "pictures"), model_name="animal model")
MATRIX = ConfusionMatrix(("cat", "dog"), np.array([[9_000, 1_000, 0], [20, 480, 0]]))


def of_classes(cases_per_day: float) -> Any:
    traffic = Traffic.stated(cases_per_day)
    return class_facts(MATRIX, multiclass_volumes(MATRIX, traffic, ClassMix.stated([0.6, 0.4])), traffic)


def test_a_day_with_several_classes_is_told_without_dots_too() -> None:
    texts = {item.id: item.text for item in class_cards(PICTURES, of_classes(1000))}
    assert texts["dots.caption"] == "One dot is 2 pictures, on an average day."
    assert texts["dots.in_words"] == "What an average day of 1,000 pictures brings:"


def test_a_hollow_dot_of_several_classes_says_what_it_is() -> None:
    nearly = ConfusionMatrix(("cat", "dog"), np.array([[99_970, 20, 10], [10, 99_980, 10]]))
    traffic = Traffic.stated(100_000)
    volumes = multiclass_volumes(nearly, traffic, ClassMix.stated([0.5, 0.5]))
    texts = {item.id: item.text for item in class_cards(PICTURES, class_facts(nearly, volumes, traffic))}
    assert texts["dots.wrong.of_dots"] == "The one hollow dot stands for fewer than 200."
    assert "dots.right.of_dots" not in texts


def test_the_share_of_a_day_decided_right_comes_after_its_volume_and_says_of_what() -> None:
    facts = of_classes(1000)
    text = overall_statement(PICTURES, facts.volumes, whole=facts.whole, right=facts.right).text
    assert facts.right is not None
    assert text.startswith(f"Of 1,000 pictures a day, about {facts.right} would be decided right: ")
    said = re.search(r"right: (\d+) of every ([\d,]+) pictures\. It could be between .* of every \2\.", text)
    assert said is not None
    base = int(said.group(2).replace(",", ""))
    assert abs(int(said.group(1)) - float(facts.right) * base / 1000) <= 0.5


# ------------------------------------------------------------------------------------------- one dot, one note


def test_what_the_dots_are_about_keeps_the_others_in_words() -> None:
    day = DayProfile(Traffic.stated(8280), Prevalence.stated(280 / 8280))
    sweep = sweep_of()
    facts = setting_facts(sweep.counts_at(0.49), daily_volumes(sweep, day, 0.49, simultaneous=False))
    texts = {item.id: item.text for item in dots(WORDS, facts)}
    assert texts["dots.in_words"] == (
        "What an average day brings; the other 7,800 valid transactions are not held:"
    )
    assert block(opening.write(record()), DotBlocks).in_words == texts["dots.in_words"]


def test_a_note_names_the_day_unless_every_number_names_its_time() -> None:
    volumes = slow(300, 280 / 8280).per_day
    shown = [volumes[name].printed for name in ("flagged_negatives", "missed_positives")]
    assert averages_note("cases", shown).startswith("Average cases, a day where")
    assert averages_note("cases", shown[1:]) == "Average cases."
