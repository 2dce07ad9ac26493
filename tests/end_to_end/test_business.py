"""Costs, people, goals and launch from the config to the pages: counted by hand, by brute force, equal to the digit."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import expectkit as ek
from expectkit.api import Briefing
from expectkit.briefing.document import Cell, Charts, Item, Items, Paragraph, Section, Table
from expectkit.briefing.plain import from_plain, to_plain
from expectkit.briefing.record import Record
from expectkit.errors import ConfigError, DataError, InputError
from expectkit.io.config import read_config
from tests.end_to_end.conftest import seed_columns
from tests.end_to_end.test_hostile_text import ATTACKS, Finder

BUSINESS = ("goals", "costs", "reviews", "people", "frame", "parameters")
STATED: dict[str, Any] = {
    "cases": {"score": "score", "label": "label"},
    "model": {"name": "fraud detection model"},
    "words": {
        "case": "transaction",
        "positive": "fraudulent transaction",
        "negative": "valid transaction",
        "flagged": "held",
    },
    "traffic": {"cases_per_day": 8280, "prevalence": 280 / 8280},
    "threshold": {"operating": 0.5, "chosen_on": "other cases"},
    "briefing": {"date": "2026-03-12"},
}
COSTS = {"currency": "EUR", "missed_positive": 120, "flagged_negative": 4}
Brief = Callable[..., Briefing]


@pytest.fixture
def brief(tmp_path: Path) -> Brief:
    """Return a function: tables of a config over `STATED`, and columns over those of the README, to a briefing."""

    def make(columns: dict[str, Any] | None = None, **tables: Any) -> Briefing:
        path = tmp_path / "cases.parquet"
        pd.DataFrame(seed_columns() | (columns or {})).to_parquet(path)
        merged = {name: dict(table) for name, table in STATED.items()}
        for name, table in tables.items():
            merged[name] = table if name == "goals" else merged.get(name, {}) | table
        merged["cases"]["file"] = str(path)
        return ek.brief_from(read_config(merged))

    return make


def flagged_today(missed: int = 40, alarms: int = 310) -> np.ndarray:
    """Return decisions of people: of the first 280 cases they miss so many, of the other 8,000 they flag so many."""
    return np.r_[np.zeros(missed), np.ones(280 - missed), np.ones(alarms), np.zeros(8000 - alarms)].astype(
        np.int64
    )


# ----------------------------------------------------------------------------------------------------- costs


def test_the_cost_of_a_day_break_even_and_hours_are_those_counted_by_hand(brief: Brief) -> None:
    record = brief(costs=COSTS | {"minutes_per_review": 4, "review_capacity_per_day": 500}).record
    assert record.costs is not None
    assert record.reviews is not None
    cost = record.operating.cost
    assert cost is not None
    assert cost.total.mean == pytest.approx(14 * 120 + 200 * 4)
    assert cost.of_missed.mean == pytest.approx(14 * 120)
    assert cost.of_flagged.mean == pytest.approx(200 * 4)
    assert cost.total.printed == "€2,400"  # to the unit of 200 that its range asks for
    first = record.costs.break_even[0]
    assert (first.against, first.missed_positive) == (None, pytest.approx(200 * 4 / 266))
    hours = next(one for one in record.reviews.settings if one.threshold == 0.5)
    assert hours.hours == pytest.approx(466 * 4 / 60)
    assert "about 31 hours a day" in record.statement("reviews.hours")
    assert "cannot be ruled out" in record.statement("reviews.overload")  # how days differ was not stated


def test_stated_variation_lets_overloaded_days_be_said(brief: Brief) -> None:
    record = brief(
        costs={"review_capacity_per_day": 470, "minutes_per_review": 4}, traffic={"day_to_day_variation": 0.1}
    ).record
    assert re.search(
        r"would bring more than the team can review$|can keep up", record.statement("reviews.title")
    )
    assert "if days differ as stated" in record.statement("reviews.overload")
    assert record.costs is None
    assert [one.printed_overload for one in record.reviews.settings if one.threshold == 0.5] != [None]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", ["fixed", "amounts", "gain"])
def test_the_lowest_cost_is_that_of_brute_force_over_all_settings(brief: Brief, seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    label = np.r_[np.ones(60), np.zeros(900)].astype(np.int64)
    score = np.r_[rng.beta(4, 2, 60), rng.beta(1.5, 5, 900)].round(3)
    amount = rng.lognormal(4, 0.5, 960).round(2)
    columns = {"score": score, "label": label, "amount": amount}
    costs = {
        "fixed": {"missed_positive": 30, "flagged_negative": 4},
        "amounts": {"missed_positive": {"column": "amount"}, "flagged_negative": 4},
        "gain": {"missed_positive": 10, "flagged_negative": 4, "caught_positive": 20},
    }[kind]

    def cost(threshold: float) -> float:
        flagged = score >= threshold
        lost = np.where(label == 1, amount if kind == "amounts" else costs["missed_positive"], 0)
        total = lost[~flagged].sum() + 4 * (flagged & (label == 0)).sum()
        return float(total - costs.get("caught_positive", 0) * (flagged & (label == 1)).sum())

    briefing = brief_frame(brief, columns, costs)
    found = briefing.record.costs.lowest
    thresholds = briefing.record.thresholds.threshold
    assert cost(found.threshold) == pytest.approx(min(cost(threshold) for threshold in thresholds))
    assert cost(found.threshold) == pytest.approx(min(cost(value) for value in np.unique(score)))
    assert briefing.record.operating_threshold == found.threshold
    assert briefing.record.threshold_choice.chosen_on_these_cases
    worth = (
        costs.get("caught_positive", 0) * (label == 1).sum()
    )  # what could be had is part of what is avoidable
    flat = [t for t in thresholds if found.flat_low <= t <= found.flat_high]
    assert all(cost(t) + worth <= 1.1 * (cost(found.threshold) + worth) + 1e-9 for t in flat)


def brief_frame(brief: Brief, columns: dict[str, np.ndarray], costs: dict[str, Any]) -> Briefing:
    """Brief these columns alone, at the setting of lowest cost, with traffic and mix as in the file."""
    frame = pd.DataFrame(columns)
    return ek.brief(
        "label",
        "score",
        data=frame,
        threshold="lowest cost",
        cases_per_day=len(frame),
        prevalence="as in cases",
        date="2026-03-12",
        **costs,
    )


@pytest.mark.parametrize(
    ("costs", "weight"),
    [
        ({"missed_positive": 21.7, "flagged_negative": 3.3}, None),
        ({"missed_positive": 21.7, "flagged_negative": 3.3}, "weight"),
        ({"missed_positive": 9.1, "flagged_negative": 2.9, "caught_positive": 4}, None),
        ({"missed_positive": {"column": "amount"}, "flagged_negative": 30.0}, None),
    ],
    ids=["numbers", "with weights", "with a value of catches", "amounts"],
)
def test_every_way_of_asking_names_one_setting_of_lowest_cost(
    costs: dict[str, Any], weight: str | None
) -> None:
    rng = np.random.default_rng(11)
    label = (rng.random(20_000) < 0.04).astype(int)
    frame = pd.DataFrame(
        {
            "label": label,
            "score": 1 / (1 + np.exp(-rng.normal(2.0 * label - 1.5))),
            "amount": rng.lognormal(5, 1, label.size),
            "weight": 1.0 + 3.0 * (label == 0) * (rng.random(label.size) < 0.5),
        }
    )
    each = frame["weight"].to_numpy() if weight else np.ones(label.size)
    missed = costs["missed_positive"]
    of_a_miss = frame["amount"].to_numpy() if isinstance(missed, dict) else np.full(label.size, missed)
    worth = (
        np.where(label == 1, of_a_miss + costs.get("caught_positive", 0), -costs["flagged_negative"]) * each
    )
    order = np.argsort(frame["score"].to_numpy(), kind="stable")[::-1]
    gain = np.cumsum(worth[order])
    nothing = worth[label == 1].sum()  # what it costs to flag nothing
    found = set()
    for threshold, candidates in ((0.3, None), (0.6171, (0.1, 0.2, 0.4)), ("lowest cost", None)):
        briefing = ek.brief(
            "label",
            "score",
            data=frame,
            threshold=threshold,
            candidates=candidates,
            cases_per_day=1000,
            sample_weight=weight,
            prevalence="as in cases",
            **costs,
        )
        assert briefing.costs is not None
        found.add(briefing.costs.lowest.threshold)
        if threshold == "lowest cost":
            assert briefing.record.operating.threshold in found
    assert len(found) == 1
    n_flagged = int((frame["score"] >= found.pop()).sum())
    lowest, asked = nothing - gain.max(), nothing - gain[n_flagged - 1]
    assert lowest <= asked <= lowest + 0.001 * abs(lowest) + 1e-6


def test_a_cost_by_amount_sums_the_amounts_that_are_missed(brief: Brief) -> None:
    amount = np.r_[np.full(266, 50.0), np.full(14, 200.0), np.full(8000, 7.0)]
    costs = {
        "currency": "EUR",
        "missed_positive": {"column": "amount"},
        "flagged_negative": {"column": "amount"},
    }
    record = brief({"amount": amount}, costs=costs).record
    cost = record.operating.cost
    assert cost.of_missed.mean == pytest.approx(14 * 200)
    assert cost.of_flagged.mean == pytest.approx(200 * 7)
    assert record.costs.by_amount == {"missed_positive": "amount", "flagged_negative": "amount"}
    assert "costs its own amount" in record.statement("cost.assumptions")
    assert record.costs.break_even == ()


@pytest.mark.parametrize(
    ("amount", "message"),
    [(-1.0, 'Weights must be numbers >= 0. The column "amount" is read because'), (np.nan, "amount")],
)
def test_amounts_that_cannot_be_costs_are_refused_with_their_row(
    brief: Brief, amount: float, message: str
) -> None:
    columns = {"amount": np.r_[np.full(8279, 5.0), amount]}
    with pytest.raises(DataError, match=message):
        brief(columns, costs={"missed_positive": {"column": "amount"}, "flagged_negative": 4})


def test_one_cost_alone_gives_no_cost_a_day_and_says_what_is_missing(brief: Brief) -> None:
    briefing = brief(costs={"missed_positive": 120})
    assert briefing.record.costs is None
    assert any("State flagged_negative under [costs]" in text for text in briefing.warnings)
    assert brief(costs=COSTS).record.costs is not None
    with pytest.raises(InputError, match="all unit costs are 0"):
        brief(costs={"missed_positive": 0, "flagged_negative": 0})


def test_the_setting_of_lowest_cost_is_a_row_of_the_table_with_wider_ranges(brief: Brief) -> None:
    record = brief(costs=COSTS).record
    lowest = next(setting for setting in record.settings if setting.name == "Lowest cost")
    assert lowest.threshold == record.costs.lowest.threshold
    assert lowest.cost.total.is_simultaneous
    assert not record.operating.cost.total.is_simultaneous
    means = [one.cost.total.mean for one in record.settings if one.cost.total.mean is not None]
    assert min(means) == lowest.cost.total.mean


def test_a_value_of_catches_is_told_as_a_gain(brief: Brief) -> None:
    record = brief(costs={"currency": "EUR", "caught_positive": 100, "flagged_negative": 4}).record
    assert record.operating.cost.total.mean == pytest.approx(266 * 100 - 200 * 4)
    assert record.statement("cost.title").startswith(
        "At 0.5, catching fraudulent transactions would bring about €"
    )
    assert record.costs.is_gain


# ---------------------------------------------------------------------------------------------------- people


def test_people_on_the_same_cases_are_compared_case_by_case(brief: Brief) -> None:
    record = brief(
        {"reviewer": flagged_today()}, baseline={"decision": "reviewer", "name": "manual review"}
    ).record
    people = record.people
    assert (people.basis, people.n_cases, people.n_undecided) == ("same cases", 8280, 0)
    assert (people.counts.n_false_negatives, people.counts.n_false_positives) == (40, 310)
    assert (
        record.statement("people.side_by_side")
        == "Today (manual review): 40 missed and 310 wrongly held a day. With the fraud detection model: 14 and 200."
    )
    assert {name: one.verdict for name, one in people.differences.items()} == dict.fromkeys(
        people.sides, "fewer"
    )
    assert people.differences["missed_positives"].value == pytest.approx((14 - 40) / 280)
    row = record.simple_baselines[-1]
    assert (row.missed_positives, row.flagged_negatives) == ("40", "310")


def test_better_people_are_said_to_be_better(brief: Brief) -> None:
    record = brief({"reviewer": flagged_today(1, 20)}, baseline={"decision": "reviewer"}).record
    assert record.statement("people.title") == (
        "Today's process does better than the fraud detection model on both kinds of mistake"
    )
    assert record.statement("people.flagged_negatives").startswith("Today's process does better here.")


def test_cases_without_a_decision_are_left_out_of_both_sides(brief: Brief) -> None:
    decisions = np.array(["hold" if one else "pass" for one in flagged_today()], object)
    decisions[:10] = None  # ten of the positives that people missed and the model caught
    words = {"hold": "flagged", "pass": "passed"}
    columns = {"reviewer": [words.get(one) for one in decisions]}
    people = brief(columns, baseline={"decision": "reviewer"}).record.people
    assert (people.n_cases, people.n_undecided, people.counts.n_false_negatives) == (8270, 10, 30)


def test_counts_of_other_cases_are_named_as_such_and_assumed_ones_have_no_range(brief: Brief) -> None:
    counts = {"false_negatives": 40, "positives": 280, "false_positives": 310, "negatives": 8000}
    other = brief(baseline=counts).record
    assert other.people.basis == "other cases"
    assert "Today's numbers come from other cases." in other.statement("people.basis")
    assumed = brief(baseline=counts | {"assumed": True}).record
    assert assumed.statement("people.side_by_side").startswith(
        "Today (as assumed): 40 missed and 310 wrongly held a day."
    )
    assert "stated assumption" in assumed.statement("people.basis")
    wide, narrow = (one.people.differences["missed_positives"] for one in (other, assumed))
    assert narrow.high - narrow.low < wide.high - wide.low
    side = assumed.people.sides["missed_positives"]
    assert (side.today, side.today_low) == (40.0, None)
    half = brief(baseline={"false_negatives": 40, "positives": 280}).record
    assert half.people.counts is None
    assert set(half.people.differences) == {"missed_positives"}
    assert half.statement("people.missed_positives") != ""


def test_several_raters_give_the_range_of_single_people_and_their_majority(brief: Brief) -> None:
    columns = {"ann": flagged_today(20, 100), "bob": flagged_today(40, 300), "cy": flagged_today(60, 200)}
    record = brief(columns, baseline={"raters": list(columns)}).record
    people = record.people
    assert {one.name: one.counts.n_false_negatives for one in people.raters} == {
        "ann": 20,
        "bob": 40,
        "cy": 60,
    }
    assert (people.majority.counts.n_false_negatives, people.majority.counts.n_false_positives) == (40, 200)
    assert record.statement("people.raters.missed_positives") == (
        "Of every 100 fraudulent transactions, 7 to 21 were missed by single people "
        "and 14 by the majority of the 3. With the fraud detection model: 5."
    )
    assert people.name == "the majority of 3 people"


def test_weighted_cases_are_not_compared_with_decisions(brief: Brief) -> None:
    columns = {"reviewer": flagged_today(), "w": np.ones(8280)}
    briefing = brief(columns, baseline={"decision": "reviewer"}, cases={"weight": "w"})
    assert briefing.record.people is None
    assert any("Cases are weighted" in text for text in briefing.warnings)


def test_a_rater_column_without_a_word_for_flagged_is_refused(brief: Brief) -> None:
    columns = {"ann": np.full(8280, "maybe"), "bob": np.full(8280, "perhaps")}
    with pytest.raises(ConfigError, match="the decision column \"ann, bob\" holds 'maybe', 'perhaps'"):
        brief(columns, baseline={"raters": ["ann", "bob"]})


# ----------------------------------------------------------------------------------------- goals and the launch

GOALS = [
    {"words": "Catch nine of ten", "measure": "true_positive_rate", "at_least": 0.9},
    {"words": "Hold few", "measure": "flagged_negatives_per_day", "at_most": 150},
    {"words": "Spend little", "measure": "cost_per_day", "at_most": 2500},
    {"words": "Miss few", "measure": "missed_positives_per_day", "at_most": 14},
]


def test_goals_are_kept_broken_or_open_by_the_numbers_of_the_other_pages(brief: Brief) -> None:
    record = brief(goals=GOALS, costs=COSTS).record
    assert [goal.outcome for goal in record.goals] == ["kept", "broken", "undecided", "undecided"]
    printed = record.operating.per_day["flagged_negatives"].printed.mean
    assert record.goals[1].printed_number == f"{printed} a day"
    assert record.goals[2].printed_number == f"{record.operating.cost.total.printed} a day"
    assert record.goals[0].printed_number == "95%"
    assert all(goal.settles for goal in record.goals if goal.outcome == "undecided")
    assert record.statement("goal.2").startswith("Not met: “Hold few”.")
    without = brief(goals=GOALS).record.goals[2]
    assert without.settles == "Not measured: the costs of both mistakes are not stated."


LAUNCH = {
    "capacities": [600],
    "who_reviews": {"Analysts": {"minutes_per_review": 6, "cost_per_hour": 30}},
    "label_delay_days": [5],
    "fallback": "pass all",
    "retraining": ["2026-04-11"],
    "decides": {"threshold": "Ann"},
}


def test_launch_options_say_what_they_move_in_the_printed_numbers(brief: Brief) -> None:
    record = brief(
        {"reviewer": flagged_today()},
        launch=LAUNCH,
        costs=COSTS | {"review_capacity_per_day": 500},
        baseline={"decision": "reviewer"},
    ).record
    found = {one.key: one for one in record.parameters}
    assert found["threshold"].decided_by == "Ann"
    assert found["label_delay"].options[0].volumes == "70 missed before the first is known"
    assert found["label_delay"].options[0].money == "€8,400"
    fallbacks = {one.text: one for one in found["fallback"].options}
    assert fallbacks["Let all transactions pass"].volumes == "280 missed"
    assert fallbacks["Let all transactions pass"].money == "€33,600 a day"
    assert fallbacks["Let all transactions pass"].is_proposed
    assert fallbacks["Today's process"].money == f"€{40 * 120 + 310 * 4:,} a day"
    assert found["who_reviews"].options[0].volumes == "47 hours of review a day"
    assert (
        found["retraining"].options[0].volumes == "About 7,000 new fraudulent transactions labelled by then"
    )
    assert [one.text for one in found["review_capacity"].options] == ["500 a day", "600 a day"]


def test_a_fallback_on_todays_process_says_when_that_is_only_assumed(brief: Brief) -> None:
    counts = {"false_negatives": 40, "positives": 280, "false_positives": 310, "negatives": 8000}
    for baseline, name in (
        (counts, "Today's process"),
        (counts | {"assumed": True}, "Today's process, as assumed"),
    ):
        record = brief(launch=LAUNCH, costs=COSTS, baseline=baseline).record
        fallback = next(one for one in record.parameters if one.key == "fallback")
        assert fallback.options[-1].text == name


def test_what_nobody_stated_is_an_open_question_and_not_hidden(brief: Brief) -> None:
    nothing = brief()
    assert nothing.record.parameters == ()
    section = next(one for one in nothing.document.sections if one.id == "frame")
    assert section.title == "Questions nobody has answered yet"
    stated = brief(frame={"end_goal": "Less fraud"}, launch={"label_delay_days": [5]})
    page = stated.to_html()
    assert "Open question: What must hold, whatever is decided?" in page
    assert "Open: nobody is named" in page
    assert "Less fraud." in page
    assert not next(one for one in stated.record.frame if one.key == "end_goal").is_open


# ------------------------------------------------------------------------------------- one number, all pages


@pytest.fixture
def full(brief: Brief) -> Briefing:
    return brief(
        {"reviewer": flagged_today(), "ann": flagged_today(30, 250), "bob": flagged_today(50, 400)},
        costs=COSTS | {"minutes_per_review": 4, "review_capacity_per_day": 500},
        baseline={"decision": "reviewer", "name": "manual review", "raters": ["ann", "bob"]},
        goals=GOALS,
        launch=LAUNCH,
        frame={"context": "Reviewers look at 500 payments a day."},
        traffic={"day_to_day_variation": 0.1},
    )


NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


def numbers(text: str) -> set[str]:
    return set(NUMBER.findall(text))


def texts(section: Section) -> Iterator[str]:
    """Yield every text of a section that a page prints."""
    yield from (section.title, section.deck)
    for block in section.blocks:
        match block:
            case Paragraph():
                yield block.text
            case Items():
                yield from (f"{item.lead} {item.text}" for item in block.items)
            case Table():
                yield from (cell.text for row in block.rows for cell in row.cells)
                yield from (cell.note for row in block.rows for cell in row.cells)
            case Charts():
                for chart in block.charts:
                    yield chart.text_alternative
                    yield from (row.note for row in getattr(chart, "rows", ()))
            case _:
                pass


def strings(value: Any) -> Iterator[str]:
    """Yield every text of plain JSON data."""
    if isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value
    elif isinstance(value, int) and not isinstance(value, bool):
        yield f"{value:,}"


def test_every_number_of_the_business_pages_stands_in_the_record_to_the_digit(full: Briefing) -> None:
    record = json.loads(full.to_json())
    known = set().union(*(numbers(text) for text in strings(record)))
    known |= {"100", "95", "10", "8", "500", "600", "5"}  # words of the layout and stated numbers
    for section in full.document.sections:
        if section.id not in BUSINESS:
            continue
        said = list(texts(section))
        if section.id == "people":  # shares of single people are written from their counts in the record
            said = [text for text in said if not text.endswith("%")]
        assert {one for text in said for one in numbers(text)} <= known, section.id


def test_every_sentence_and_amount_of_the_record_stands_on_the_pages(full: Briefing) -> None:
    import html

    page, markdown = html.unescape(full.to_html()), full.to_markdown().replace("\\", "")
    record = full.record
    shown = [
        statement.text
        for statement in record.statements
        if statement.id.startswith(("cost", "reviews", "people.", "score."))
    ]
    totals = [setting.cost.total for setting in record.settings]
    amounts = [total.printed for total in totals if total.printed is not None]
    assert len(amounts) >= 3
    amounts += [f"{total.printed_low} to {total.printed_high}" for total in totals]
    options = [option.volumes for parameter in record.parameters for option in parameter.options]
    verdicts = [goal.printed_number for goal in record.goals if goal.printed_number is not None]
    for text in (*shown, *amounts, *options, *verdicts):
        assert text in page, text
        assert text in markdown, text


@pytest.mark.pdf
@pytest.mark.slow
def test_the_pdf_prints_the_same_amounts(full: Briefing, tmp_path: Path) -> None:
    import subprocess

    path = tmp_path / "briefing.pdf"
    path.write_bytes(full.to_pdf())
    text = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout
    flat = " ".join(text.split())
    for setting in full.record.settings:
        assert (setting.cost.total.printed or "") in flat
    for goal in full.record.goals:
        assert (goal.printed_number or "") in flat
    assert " ".join(full.record.statement("people.side_by_side").split()) in flat


def test_the_record_reads_back_as_it_was_written(full: Briefing) -> None:
    assert from_plain(Record, json.loads(full.to_json())) == from_plain(Record, to_plain(full.record))


def test_python_reaches_the_same_values(full: Briefing) -> None:
    assert full.costs == full.record.costs
    assert full.people == full.record.people
    assert full.goals == full.record.goals
    assert full.reviews == full.record.reviews


@pytest.mark.parametrize("text", ATTACKS, ids=range(len(ATTACKS)))
def test_names_of_goals_people_and_deciders_are_inert(brief: Brief, text: str) -> None:
    briefing = brief(
        {"reviewer": flagged_today(), f"a{text}": flagged_today(30, 250), f"b{text}": flagged_today(50, 400)},
        costs=COSTS | {"minutes_per_review": 4, "review_capacity_per_day": 500},
        baseline={"decision": "reviewer", "name": f"review {text}", "raters": [f"a{text}", f"b{text}"]},
        goals=[goal | {"words": f"goal {text}"} for goal in GOALS],
        launch=LAUNCH
        | {
            "who_reviews": {f"team {text}": {"minutes_per_review": 6}},
            "decides": {"fallback": f"head {text}"},
        },
        frame={"context": f"context {text}", "constraints": [f"limit {text}"], "data_are": f"data {text}"},
    )
    finder = Finder()
    finder.feed(briefing.to_html())
    assert finder.found == []
    markdown = re.sub(r"</?(details|summary|sub|br)>", "", briefing.to_markdown())
    assert not re.search(r"<(?!br>)[a-z!/]", markdown, re.IGNORECASE)
    assert len(markdown) < 60_000


def _cells(section: Section) -> Iterator[Cell]:
    for block in section.blocks:
        if isinstance(block, Table):
            for row in block.rows:
                yield from row.cells


def test_a_zero_number_of_mistakes_still_reads_well(brief: Brief) -> None:
    columns = seed_columns()
    score = np.where(columns["label"] == 1, 0.9, np.where(np.arange(8280) < 300, 0.6, 0.1))
    briefing = brief(
        {"score": score}, costs=COSTS, goals=GOALS, baseline={"false_negatives": 1, "positives": 50}
    )
    record = briefing.record
    assert record.statement("cost").startswith(
        "With 95% certainty, mistakes would cost an average of at most €"
    )
    costs = next(one for one in briefing.document.sections if one.id == "settings")
    assert any(cell.text.startswith("at most") for cell in _cells(costs))
    assert "nan" not in briefing.to_markdown()


def test_items_are_whole_sentences(full: Briefing) -> None:
    for section in full.document.sections:
        if section.id not in BUSINESS:
            continue
        for block in section.blocks:
            for item in block.items if isinstance(block, Items) else ():
                assert isinstance(item, Item)
                assert item.text.endswith((".", "?"))


def test_the_sentences_are_short_and_free_of_jargon(full: Briefing) -> None:
    names = (
        "fraud detection model",
        "fraudulent transactions",
        "fraudulent transaction",
        "valid transactions",
    )
    jargon = re.compile(
        r"±|—|\bCI\b|\bprevalence|\binterval|\bsimultaneous|\bconfidence|\brecall\b|\bprecision\b"
    )
    for statement in full.record.statements:
        if not statement.id.startswith(("cost", "reviews", "people", "goal", "score")):
            continue
        assert not jargon.search(statement.text), statement.id
        text = statement.text
        for name in names:
            text = text.replace(name, "")
        for sentence in re.split(r"[.:;!?](?:\s|$)", text):
            assert len(re.findall(r"[A-Za-z’']+", sentence)) <= 25, sentence
