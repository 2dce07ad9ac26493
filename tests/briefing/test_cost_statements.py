from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectkit.briefing.amount_text import days_in_words, print_amount
from expectkit.briefing.business_writer import BusinessEvidence
from expectkit.briefing.cost_statements import (
    break_even_statement,
    cost_assumptions,
    cost_of_setting,
    lowest_cost_statement,
    overload_statement,
    proposal_statement,
    score_statement,
    staffable_statement,
    staffing_statement,
    step_statement,
)
from expectkit.briefing.launch_writer import LaunchEvidence, StatedFrame
from expectkit.briefing.recorder import write_record
from expectkit.briefing.review_writer import ReviewEvidence
from expectkit.briefing.statements import SettingFacts, Statement
from expectkit.briefing.vocabulary import Words
from expectkit.measure.amounts import Amount
from expectkit.measure.break_even import break_even, step_down
from expectkit.measure.calibration import CalibrationCheck, ProposedThreshold
from expectkit.measure.capacity import Overload, Staffing, overload, staffing
from expectkit.measure.cost_components import cost_components
from expectkit.measure.costs import LowestCost, UnitCosts, daily_cost
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic
from expectkit.measure.sweep import Sweep
from tests.briefing.evidence import evidence

DAY = DayProfile(Traffic.stated(8280), Prevalence.stated(280 / 8280))


def _cost(missed: int, positives: int, flagged: int, negatives: int, costs: UnitCosts, words: Words) -> str:
    sweep = Sweep.from_counts([0.49], [positives - missed], [flagged], positives, negatives)
    both = [cost_components(sweep, DAY, simultaneous=False, confidence_level=level) for level in (0.95, 0.90)]
    found = cost_of_setting(words, daily_cost(sweep, *both, costs, 0.49), "EUR")
    return " ".join(statement.text for statement in found)


def _money(text: str) -> list[float]:
    return [float(number.replace(",", "")) for number in re.findall(r"€([\d,]+(?:\.\d+)?)", text)]


def test_the_cost_of_the_readme_names_the_dearer_mistake(words: Words) -> None:
    text = _cost(14, 280, 200, 8000, UnitCosts(120, 4), words)
    assert text == (
        "Mistakes would cost an average of about €2,400 a day, most of it for fraudulent transactions missed. "
        "That average could be between €1,600 and €3,600."
    )
    assert "nearly all of it for valid transactions flagged." in _cost(
        14, 280, 200, 8000, UnitCosts(2, 4), words
    )
    assert "about half of it for each kind" in _cost(14, 280, 200, 8000, UnitCosts(60, 4), words)
    assert _cost(14, 280, 200, 8000, UnitCosts(0, 4), words).startswith(
        "Mistakes would cost an average of about €800 a day. That"
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(12, 140), st.integers(20, 3000), st.floats(0.05, 5000), st.floats(0.05, 500))
def test_the_printed_cost_lies_inside_its_printed_range(
    missed: int, flagged: int, of_miss: float, of_alarm: float
) -> None:
    text = _cost(missed, 280, flagged, 8000, UnitCosts(of_miss, of_alarm), Words())
    if "an average of about" not in text:
        return
    total, low, high = _money(text)
    real = of_miss * missed + of_alarm * flagged
    assert low <= total <= high
    assert low <= real <= high


def test_few_misses_leave_a_bound_a_range_or_nothing(words: Words) -> None:
    assert _cost(2, 280, 200, 8000, UnitCosts(120, 4), words).startswith(
        "With 95% certainty, mistakes would cost"
    )
    assert _cost(6, 280, 200, 8000, UnitCosts(120, 4), words).startswith(
        "Mistakes would cost an average between €"
    )
    assert _cost(2, 20, 200, 8000, UnitCosts(120, 4), words) == (
        "Too few cases were tested to say what mistakes would cost."
    )


def test_what_catches_bring_is_said_after_mistakes_are_paid_for(words: Words) -> None:
    text = _cost(14, 280, 200, 8000, UnitCosts(120, 4, 50), words)
    assert text.startswith(
        "After mistakes are paid for, catching fraudulent transactions would bring an average of about €11,000 a day."
    )
    assert text.endswith("That average could be between €9,000 and €12,000.")
    lost = _cost(14, 280, 200, 8000, UnitCosts(120, 400, 50), words)
    assert "would lose an average of about €70,000 a day" in lost
    assert "between -€" in lost


def test_a_flat_optimum_is_said_to_be_flat() -> None:
    found = lowest_cost_statement(LowestCost(0.49, 2480.0, 0.44, 0.53, "some"))
    assert (
        found.text
        == "The lowest cost is at 0.49. Any setting between 0.44 and 0.53 costs within 10% of the lowest."
    )
    assert "over 10% more" in lowest_cost_statement(LowestCost(0.49, 1.0, 0.49, 0.49, "some")).text
    assert (
        "flagging nothing is cheapest"
        in lowest_cost_statement(LowestCost(1.1, 1.0, 1.1, 1.1, "nothing")).text
    )
    assert "every case" in lowest_cost_statement(LowestCost(0.0, 1.0, 0.0, 0.0, "everything")).text


def test_break_even_is_held_against_the_stated_cost(words: Words) -> None:
    sweep = Sweep.from_counts([0.49, 0.7], [266, 257], [200, 80], 280, 8000)
    worth = break_even(sweep, DAY, 0.49, UnitCosts(120, 4), simultaneous=True)
    found = break_even_statement(words, worth, "EUR", stated=120)
    assert found is not None
    assert found.text.startswith(
        "Compared with flagging nothing, 0.49 is worth it if a fraudulent transaction missed costs more than €3."
    )
    assert found.text.endswith("The stated cost is €120, above all of that.")
    against = break_even(sweep, DAY, 0.49, UnitCosts(120, 4), against=0.7, simultaneous=True)
    middle = break_even_statement(words, against, "EUR", stated=50)
    assert middle is not None
    assert middle.text.endswith("inside that range, so it could go either way.")


def test_a_step_is_told_in_the_printed_numbers_of_both_settings(
    words: Words, facts_of: Callable[..., SettingFacts]
) -> None:
    sweep = Sweep.from_counts([0.49, 0.7], [266, 257], [200, 80], 280, 8000)
    start, end = facts_of(23, 280, 80, 8000, threshold=0.7), facts_of(14, 280, 200, 8000)
    found = step_statement(words, start, end, step_down(sweep, DAY, 0.7, 0.49, simultaneous=False))
    assert found is not None
    assert found.text.startswith(
        "From 0.7 to 0.49: 9 fewer fraudulent transactions missed, 129 more reviews a day. "
        "That is about 14 reviews for each extra catch"
    )
    printed = (facts.printed.missed_positives.values["mean"] for facts in (end, start))
    assert found.values["missed.change"] == next(printed) - next(printed)
    assert step_statement(words, end, end, step_down(sweep, DAY, 0.7, 0.49, simultaneous=False)) is None


def test_a_share_of_days_is_only_said_when_days_were_seen(words: Words) -> None:
    seen = overload_statement(words, Overload(0.49, 500, 0.127, "observed days", 14)).text
    few = overload_statement(words, Overload(0.49, 500, 0.127, "observed days", 7)).text
    none = overload_statement(words, Overload(0.49, 500, 0.127, "chance alone", 0)).text
    assert seen == "The team can review 500 transactions a day. About 1 day in 8 would bring more."
    assert few.endswith("Only 7 days were seen, so days with more than 500 cannot be ruled out.")
    assert none.endswith("cannot be ruled out.")
    assert "1 day in" not in few + none


@given(st.floats(0, 1))
def test_shares_of_days_read_as_days_and_never_as_zero(share: float) -> None:
    text = days_in_words(share)
    assert re.fullmatch(r"(fewer than |more than )?\d+ days? (in|of) \d+", text)
    assert not text.startswith("0")


def test_hours_and_people_are_counted_for_an_average_day_and_for_nearly_every_day(words: Words) -> None:
    found = staffing_statement(Staffing(31.07, 29.2, 33.0, 4, 6), 4, 8, knows_days=True)
    assert found is not None
    assert found.text == (
        "At 4 minutes a review, people would review for about 31 hours a day. "
        "That is 4 people reviewing 8 hours each. 6 people would manage 19 days of 20."
    )
    assert staffing_statement(Staffing(None, 1.0, 2.0, None, 1), 4, 8, knows_days=True) is None
    assert staffable_statement(0.43, 500, knows_days=True).text == (
        "0.43 is the lowest setting this team can staff: at most 1 day in 20 would need more than 500 reviews."
    )
    none = staffable_statement(None, 30, knows_days=True)
    assert none.text == "No setting keeps to 30 reviews a day on 19 days of 20."


def test_where_days_are_not_known_to_differ_a_share_of_them_is_by_chance_alone() -> None:
    work = staffing_statement(Staffing(31.07, 29.2, 33.0, 4, 6), 4, 8, knows_days=False)
    assert work is not None
    assert work.text.endswith("By chance alone, 6 people would manage 19 days of 20.")
    assert staffable_statement(0.43, 500, knows_days=False).text == (
        "0.43 is the lowest setting this team can staff: "
        "by chance alone, at most 1 day in 20 would need more than 500 reviews."
    )
    assert staffable_statement(None, 30, knows_days=False).text == (
        "By chance alone, no setting keeps to 30 reviews a day on 19 days of 20."
    )


@pytest.mark.parametrize(("variation", "is_chance"), [(None, True), (0.1, False)])
def test_the_page_calls_shares_of_days_chance_only_where_nothing_more_is_known(
    variation: float | None, is_chance: bool
) -> None:
    day = DayProfile(Traffic.stated(8280, variation=variation), Prevalence.stated(280 / 8280))
    written = evidence(day=day)
    flagged = next(volumes for named, volumes in written.settings if named.name == "proposed").flagged
    at = written.operating.threshold
    reviews = ReviewEvidence(
        4, 500, 8, {at: staffing(flagged, 4)}, {at: overload(written.sweep, day, at, 500)}, 0.43
    )
    business = BusinessEvidence(None, reviews, None, (), None, StatedFrame(), LaunchEvidence(False))
    found = write_record(replace(written, business=business))
    assert found.statement("reviews.lowest_setting").count("by chance alone") == is_chance
    assert ("By chance alone" in found.statement("reviews.hours")) == is_chance


def test_a_score_is_no_chance_when_the_cases_contradict_it(words: Words) -> None:
    assert score_statement(words, CalibrationCheck(0.0, 0.6, 20.0, 0.001)).text.startswith(
        "Do not read the score"
    )
    assert "nothing contradicts" in score_statement(words, CalibrationCheck(0.0, 1.0, 0.1, 0.95)).text
    assert "below 0 or above 1" in score_statement(words, None).text


def test_the_proposed_setting_is_told_as_a_chance_in_whole_cases(words: Words) -> None:
    found = proposal_statement(words, ProposedThreshold(4 / 124, 0.4031, 0.41))
    assert found.text == (
        "At these costs it pays to flag a transaction when at least 3 of every 100 like it are fraudulent "
        "transactions. By the test cases, that is from 0.41 up."
    )
    assert "No score that was seen" in proposal_statement(words, ProposedThreshold(0.9, None, None)).text


def test_assumed_costs_are_named_as_assumed(words: Words) -> None:
    plain = cost_assumptions(words, UnitCosts(120, 4.5), "EUR").text
    assert plain == (
        "It is assumed that a fraudulent transaction missed costs €120 and a valid transaction flagged costs €4.50."
    )
    assert (
        "its own amount" in cost_assumptions(words, UnitCosts(1, 4), None, by_amount={"missed_positive"}).text
    )


@given(st.floats(0, 5e4), st.floats(0, 0.9), st.floats(0, 2))
def test_an_amount_alone_prints_inside_its_printed_range(estimate: float, down: float, up: float) -> None:
    low, high = estimate * (1 - down), estimate * (1 + up) + 0.01
    printed = print_amount(Amount(estimate, low, high, low, high, "number and range"))
    if "mean" in printed.values and "mean_low" in printed.values:
        assert printed.values["mean_low"] <= printed.values["mean"] <= printed.values["mean_high"]
    if estimate > 0:
        assert printed.mean != "0"


def all_short(statements: list[Statement]) -> bool:
    sentences = [s for statement in statements for s in re.split(r"(?<=[.!?;:])\s", statement.text)]
    return all(len(sentence.split()) <= 25 for sentence in sentences)


def test_no_sentence_is_longer_than_25_words(words: Words) -> None:
    sweep = Sweep.from_counts([0.49, 0.7], [266, 257], [200, 80], 280, 8000)
    worth = break_even_statement(
        words, break_even(sweep, DAY, 0.49, UnitCosts(120, 4), simultaneous=True), "EUR", stated=120
    )
    assert worth is not None
    texts = [
        worth,
        overload_statement(words, Overload(0.49, 500, 0.127, "stated variation", 0)),
        overload_statement(words, Overload(0.49, 500, 0.127, "chance alone", 0)),
        staffable_statement(0.43, 500, knows_days=False),
        proposal_statement(words, ProposedThreshold(0.03, 0.4, 0.41)),
        score_statement(words, CalibrationCheck(0.0, 0.6, 20.0, 0.001)),
        Statement("cost", _cost(14, 280, 200, 8000, UnitCosts(120, 4), words)),
        lowest_cost_statement(LowestCost(0.49, 2480.0, 0.44, 0.53, "some")),
    ]
    assert all_short(texts)
