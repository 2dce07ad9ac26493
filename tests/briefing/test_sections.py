"""What each section shows, and what it does when the cases allow less."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from expectkit.briefing.compose import compose, section_modules
from expectkit.briefing.document import (
    Charts,
    Definitions,
    DotBlocks,
    Items,
    Panel,
    Section,
    SignOff,
    Table,
    VolumeCards,
)
from expectkit.briefing.provenance_tables import left_out_text
from expectkit.briefing.record import Audience, Record, Warned, WeekdayRangeRecord, WeekdayRecord
from expectkit.briefing.wording import number_text
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic
from expectkit.render.html import render_html
from expectkit.render.markdown import render_markdown
from tests.briefing.evidence import FLAGGED, PROVENANCE, WORDS, record, sweep_of, whole_days

FEW = sweep_of((0,), (200,), 300, 8000, (0.49,))
TOO_FEW = sweep_of((1,), (200,), 20, 8000, (0.49,))


def write(name: str, found: Record) -> Section | None:
    module = next(module for module in section_modules() if module.__name__.endswith(f".{name}"))
    section: Section | None = module.write(found)
    return section


def section(name: str, **options: Any) -> Section:
    found = write(name, record(**options))
    assert found is not None
    return found


def block(found: Section, kind: type) -> Any:
    return next(one for one in found.blocks if isinstance(one, kind))


def cells(found: Section) -> dict[str, list[str]]:
    """Return the texts of a section's first table by the first cell of each row."""
    return {row.cells[0].text: [cell.text for cell in row.cells[1:]] for row in block(found, Table).rows}


def every_text(value: object) -> str:
    """Return all texts of a value, a line each."""
    if isinstance(value, str):
        return value + "\n"
    if isinstance(value, tuple):
        return "".join(map(every_text, value))
    return "".join(every_text(getattr(value, name)) for name in getattr(value, "__dataclass_fields__", ()))


# ---- opening


def test_the_first_page_shows_the_sentence_three_cards_and_a_dot_a_case() -> None:
    found = section("opening")
    numbers = {card.tone: card.number for card in block(found, VolumeCards).cards}
    assert numbers == {"caught": "266", "false_alarm": "200", "missed": "14"}
    chart = block(found, DotBlocks).chart
    assert [(group.count, group.tone, group.is_hollow) for group in chart.groups] == [
        (266, "caught", False),
        (200, "false_alarm", False),
        (14, "missed", True),
    ]
    assert chart.text_alternative.startswith(block(found, DotBlocks).caption)


def test_bars_of_the_cards_share_one_scale_that_holds_them_all() -> None:
    bars = [card.bar for card in block(section("opening"), VolumeCards).cards]
    assert len({bar.axis_high for bar in bars}) == 1
    assert all(0 <= bar.low <= bar.value <= bar.high <= bar.axis_high for bar in bars)


def test_of_more_than_500_cases_a_dot_stands_for_several_and_its_labels_fit_the_dots() -> None:
    day = DayProfile(Traffic.stated(82_800), Prevalence.stated(280 / 8280))
    found = record(day=day)
    chart = block(write("opening", found), DotBlocks)
    assert sum(group.count for group in chart.chart.groups) <= 500
    assert chart.caption.startswith("One dot is 10 fraudulent transactions, or 10 valid transactions held")
    for name, group in zip(
        ("caught_positives", "flagged_negatives", "missed_positives"), chart.chart.groups, strict=True
    ):
        assert abs(group.count * 10 - found.per_day[name].printed.values["mean"]) <= 5


def test_what_is_fewer_than_half_a_dot_is_one_hollow_dot_and_said() -> None:
    sweep = sweep_of((14,), (7990,), thresholds=(0.49,))
    day = DayProfile(Traffic.stated(828_000), Prevalence.stated(0.0002))
    chart = block(section("opening", sweep=sweep, day=day), DotBlocks)
    few = [group for group in chart.chart.groups if "hollow dot stands for fewer than" in group.of_dots]
    assert few
    assert all(group.count == 1 and group.is_hollow for group in few)


def test_a_chart_holds_every_line_it_draws() -> None:
    charts = block(section("settings"), Charts)
    for chart in charts.charts:
        assert chart.y_high >= max(max(line.y) for line in chart.lines)


def test_nothing_is_drawn_or_asked_that_rests_on_too_few_positives() -> None:
    few = record(sweep=sweep_of((1, 2), (300, 200), 12, 8000, (0.3, 0.49)))
    charts = [item for item in write("settings", few).blocks if isinstance(item, Charts)]
    assert all("Caught" not in [line.label for line in chart.lines] for row in charts for chart in row.charts)
    asks = write("asks", few).blocks[0].items
    assert any(item.lead == "Have more fraudulent transactions labelled." for item in asks)
    assert not any("Sign" in item.lead for item in asks)


def test_a_card_without_a_number_shows_its_bound_and_no_dots_are_drawn() -> None:
    found = section("opening", sweep=FEW)
    missed = {card.tone: card for card in block(found, VolumeCards).cards}["missed"]
    assert missed.number == "≤ 20"
    assert missed.bar is None
    assert not any(isinstance(one, DotBlocks) for one in found.blocks)


def test_a_card_about_too_few_cases_shows_a_dash() -> None:
    found = section("opening", sweep=TOO_FEW)
    missed = {card.tone: card for card in block(found, VolumeCards).cards}["missed"]
    assert missed.number == "–"
    assert "too few to say" in missed.sentence


# ---- asks


def test_the_readers_are_asked_to_have_an_unconfirmed_setting_checked() -> None:
    leads = [item.lead for item in block(section("asks"), Panel).items]
    assert leads == ["Agree the setting.", "Accept these volumes.", "Ask for a check on fresh cases."]
    confirmed = [item.lead for item in block(section("asks", confirmed_on_fresh_cases=True), Panel).items]
    assert confirmed[-1] == "Sign at the end."


def test_what_a_team_asks_takes_the_place_of_the_usual() -> None:
    items = block(section("asks", audience=Audience("", ("Lend us two reviewers.",), ())), Panel).items
    assert [item.text for item in items] == ["Lend us two reviewers."]


# ---- settings


def test_settings_stand_side_by_side_with_ranges_and_the_proposed_one_marked() -> None:
    table = block(section("settings"), Table)
    rows = {row.cells[0].text: row for row in table.rows}
    assert [row.is_recommended for row in table.rows] == [False, True, False]
    assert [cell.text for cell in rows["Proposed"].cells[1:]] == ["266", "200", "14", "57"]
    assert rows["Proposed"].cells[2].note == "170 to 230"
    assert rows["Catch more"].cells[3].text == "0 to 12"
    assert rows["Catch more"].cells[3].note == ""


def test_precision_in_the_table_is_said_at_its_level() -> None:
    lone = sweep_of((14,), (2,), 280, 8000, (0.49,))
    shares = [row.cells[-1].text for row in block(section("settings", sweep=lone), Table).rows]
    assert shares[0].startswith("at least ")
    assert "%" not in shares[0]


def test_the_charts_hold_the_settings_of_the_table_and_the_tops_of_the_bands() -> None:
    found = record()
    charts = block(section("settings"), Charts).charts
    assert len(charts) == 2
    for chart in charts:
        assert chart.marker == 0.49
        assert all(chart.x_low <= setting.threshold <= chart.x_high for setting in found.settings)
        for line in chart.lines:
            assert max(line.high) <= chart.y_high
            assert len(line.x) == len(line.y) == len(line.low) == len(line.high)
            assert (line.x[0], line.x[-1]) == (chart.x_low, chart.x_high)


def test_the_window_of_the_charts_ends_where_misses_or_false_alarms_have_run_away() -> None:
    chart = block(section("settings"), Charts).charts[0]
    assert (chart.x_low, chart.x_high) == (0.3, 0.8)  # a third of the misses; five times the misses


def test_with_nothing_missed_the_window_is_not_a_hair_wide() -> None:
    sweep = sweep_of((0, 0, 0, 0, 0, 9, 45, 80, 140), FLAGGED)
    chart = block(section("settings", sweep=sweep), Charts).charts[0]
    assert chart.x_low <= 0.2
    assert chart.x_high >= 0.6


def test_many_thresholds_are_thinned_to_what_print_can_show() -> None:
    thresholds = [round(i / 2000, 6) for i in range(1, 2000)]
    missed = [min(i // 8, 279) for i in range(1999)]
    flagged = [7990 - 4 * i for i in range(1997)] + [4, 2]
    sweep = sweep_of(missed, flagged, thresholds=thresholds)
    for chart in block(section("settings", sweep=sweep), Charts).charts:
        assert all(len(line.x) == 160 for line in chart.lines)
        assert (chart.lines[0].x[0], chart.lines[0].x[-1]) == (chart.x_low, chart.x_high)


def test_with_one_threshold_there_is_a_table_and_no_chart() -> None:
    found = section("settings", sweep=sweep_of((14,), (200,), 280, 8000, (0.49,)))
    assert [type(one) for one in found.blocks] == [Table]


# ---- week


def test_the_week_is_shown_from_four_weeks_on_and_its_title_claims_no_more_than_the_test() -> None:
    sweep, day = whole_days(28)
    found = section("week", sweep=sweep, day=day)
    assert found.title == "In the test, most transactions came on Fridays, fewest on Mondays"
    assert found.deck.endswith(": the busiest brings 19% more than the quietest.")
    busy, far = whole_days(28, every=200)
    found_apart = section("week", sweep=busy, day=far)
    assert found_apart.title.startswith("In the test, most transactions came on Fridays, fewest on ")
    assert len(block(found, Table).rows) == 7
    assert write("week", record()) is None


@pytest.mark.parametrize(
    ("factor", "spread", "title", "deck"),
    [
        (2.0, 10, "In the test, most transactions were held on Sundays, fewest on Mondays", "100% more"),
        (1.21, 10, "In the test, most transactions came on Sundays, fewest on Mondays", "21% more"),
        (1.09, 10, "Days of the week differ little", "at most 10% more"),
        (1.21, 300, "Which days of the week are busier cannot be told yet", "so do single days"),
    ],
)
def test_days_of_the_week_differ_little_only_where_one_rota_fits_all(
    factor: float, spread: int, title: str, deck: str
) -> None:
    week = []
    for name, mean in (("Monday", 1000.0), ("Sunday", 1000.0 * factor)):
        cases = WeekdayRangeRecord(mean, int(mean) - spread, int(mean) + spread, number_text(mean))
        week.append(WeekdayRecord(name, 4, {"flagged" if factor == 2 else "cases": cases}))
    found = write("week", replace(record(), per_weekday=tuple(week)))
    assert found is not None
    assert found.title == title
    assert deck in found.deck
    assert ("Plan the work" in found.deck) == title.startswith("In the test")


# ---- certainty


def test_certainty_shows_averages_days_and_what_was_seen() -> None:
    swing = DayProfile(Traffic.stated(8280, variation=0.1), Prevalence.stated(280 / 8280))
    found = section("certainty", day=swing)
    rows = cells(found)
    assert rows["Fraudulent transactions missed"][:2] == ["14", "6 to 24"]
    assert rows["False negative rate"] == ["5%", "2% to 9%", "–", "–"]
    table = block(found, Table)
    assert [column.title for column in table.columns[3:]] == ["On 8 days of 10", "On 19 days of 20"]
    assert table.rows[3].cells[0].note == "14 of 280 fraudulent transactions in the test"


def test_ranges_of_days_that_show_chance_alone_say_so_in_both_columns() -> None:
    titles = [column.title for column in block(section("certainty"), Table).columns]
    assert titles[3:] == ["By chance alone, on 8 days of 10", "By chance alone, on 19 days of 20"]


def test_few_errors_are_shown_as_a_bound_for_volume_and_rate_alike() -> None:
    rows = cells(section("certainty", sweep=FEW))
    assert rows["Fraudulent transactions missed"][:2] == ["–", "at most 20"]
    assert rows["False negative rate"][:2] == ["–", "at most 1%"]


def test_too_few_cases_are_called_that() -> None:
    rows = cells(section("certainty", sweep=TOO_FEW))
    assert rows["Fraudulent transactions missed"][:2] == ["–", "too few to say"]
    assert rows["False negative rate"][:2] == ["–", "too few to say"]


def test_what_to_do_about_a_warning_is_for_those_who_run_the_command_and_not_on_the_pages() -> None:
    warned = Warned("rows_dropped", "3 rows were left out.", "Fill in their scores, or drop them yourself.")
    found = record(warnings=[warned])
    assert "3 rows were left out." in every_text(write("certainty", found))
    document = compose(found)
    for page in (render_html(document, fonts=False), render_markdown(document)):
        assert "Fill in their scores" not in page
    assert found.warnings == (warned,)


def test_every_reason_has_its_lead_and_every_warning_is_shown() -> None:
    found = section("certainty", chosen_here=True, warnings=[Warned("rows_dropped", "3 rows were left out.")])
    reasons, warned = (one for one in found.blocks if isinstance(one, Items))
    assert [item.lead for item in reasons.items] == [
        "The test.",
        "Traffic.",
        "The mix.",
        "Single days.",
        "The setting.",
        "Fresh cases.",
        "All at once.",
    ]
    assert [item.text for item in warned.items] == ["3 rows were left out."]


# ---- the basis


def test_the_basis_names_cases_days_rows_left_out_and_files() -> None:
    provenance = replace(
        PROVENANCE,
        n_rows=8290,
        n_missing_score=7,
        n_missing_label=3,
        n_days=14,
        first_day="2026-03-01",
        last_day="2026-03-14",
        is_weighted=True,
    )
    facts = {name: values[0] for name, values in cells(section("basis", provenance=provenance)).items()}
    assert (
        facts["Test cases"] == "8,280 transactions: 280 fraudulent transactions and 8,000 valid transactions"
    )
    assert facts["Days"] == "14, from 1 to 14 March 2026"
    assert facts["Rows left out"].startswith("10 of 8,290 rows: 7 without a score, 3 without a label.")
    assert facts["Setting"] == "0.49, as stated"
    assert "Weights" in facts
    assert "Related cases" not in facts
    _, files = (one for one in section("basis").blocks if isinstance(one, Table))
    assert [cell.text for cell in files.rows[0].cells] == ["cases.parquet", "8,280", "ab" * 32]


def test_rows_that_lack_both_score_and_label_are_counted_apart() -> None:
    where = replace(PROVENANCE, n_rows=55_628, n_kept=55_588, n_missing_score=20, n_missing_label=30)
    assert left_out_text(where).startswith(
        "40 of 55,628 rows: 20 without a score, 30 without a label (10 lack both)."
    )


def test_a_single_day_is_written_once() -> None:
    provenance = replace(PROVENANCE, n_days=1, first_day="2026-03-01", last_day="2026-03-01")
    assert cells(section("basis", provenance=provenance))["Days"] == ["1, 1 March 2026"]


# ---- the others


def test_the_model_is_marked_among_the_simple_rules() -> None:
    rows = block(section("alternatives"), Table).rows
    assert [(row.cells[0].text, row.is_recommended) for row in rows] == [
        ("The model at this setting", True),
        ("Flag nothing", False),
        ("Flag as many, at random", False),
    ]
    assert write("alternatives", replace(record(), simple_baselines=())) is None


def test_what_not_to_say_stands_beside_why_and_what_to_say() -> None:
    rows = block(section("instead"), Table).rows
    assert rows[0].cells[0].text == "“97.4% accurate”"
    assert all(len(row.cells) == 3 and all(cell.text for cell in row.cells) for row in rows)
    assert write("instead", replace(record(), instead=())) is None


def test_the_glossary_uses_the_words_of_the_business() -> None:
    entries = block(section("words_used"), Definitions).entries
    assert any("transaction" in entry.lead.lower() for entry in entries)


def test_everybody_who_was_named_signs() -> None:
    lines = block(section("sign_off", audience=Audience("", (), ("Head of fraud", "Counsel"))), SignOff).lines
    assert [line.lead for line in lines] == ["Head of fraud", "Counsel"]


@pytest.mark.parametrize("sweep", [sweep_of(), FEW, TOO_FEW], ids=["enough", "few", "too few"])
def test_no_section_prints_a_missing_number_or_a_word_of_the_code(sweep: Any) -> None:
    found = record(sweep=sweep)
    for module in section_modules():
        text = every_text(module.write(found))
        for word in ("None", "nan", "  ", "missed_positives", "flagged_negatives"):
            assert word not in text, (module.__name__, word)


def test_sections_speak_of_flagging_as_the_business_does() -> None:
    """The business holds cases; it does not flag them."""
    assert WORDS.briefly_flagged == "held"
    for name in ("opening", "settings", "certainty"):
        titles = every_text(section(name)).lower()
        assert "valid transactions held" in titles
        assert "valid transactions flagged" not in titles
