from __future__ import annotations

import re
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from expectkit.briefing.statements import SettingFacts, Statement, expectation, step_between
from expectkit.briefing.vocabulary import Words
from expectkit.briefing.wording import as_number
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic

FactsOf = Callable[..., SettingFacts]


def text_of(words: Words, facts: SettingFacts, statement_id: str = "expectation") -> str:
    return next((s.text for s in expectation(words, facts) if s.id == statement_id), "")


def test_the_example_of_the_readme_comes_out_word_for_word(words: Words, readme: SettingFacts) -> None:
    assert text_of(words, readme) == (
        "With these settings, the fraud detection model would have a 5% false negative rate and a 2.5% false "
        "positive rate. Every day, an average of 200 valid transactions would be flagged as fraudulent and sent for "
        "manual review, and an average of 14 fraudulent transactions would be missed. An average of 266 fraudulent "
        "transactions would be correctly caught."
    )


def test_the_example_is_the_same_when_ranges_hold_for_all_settings(words: Words, facts_of: FactsOf) -> None:
    plain, wide = (facts_of(14, 280, 200, 8000, simultaneous=every) for every in (False, True))
    assert text_of(words, plain) == text_of(words, wide)
    assert text_of(words, plain, "expectation.ranges") != text_of(words, wide, "expectation.ranges")


def test_the_ranges_follow_in_their_own_sentences(words: Words, readme: SettingFacts) -> None:
    assert text_of(words, readme, "expectation.ranges") == (
        "The average could be between 170 and 230 a day for valid transactions flagged, and between 6 and 24 a day "
        "for fraudulent transactions missed. It could be between 256 and 274 a day for fraudulent transactions "
        "correctly caught. By chance alone, on 8 days of 10, between 182 and 218 valid transactions would be "
        "flagged. By chance alone, on 8 days of 10, between 9 and 19 fraudulent transactions would be missed. By "
        "chance alone, on 8 days of 10, between 245 and 287 fraudulent transactions would be correctly caught."
    )


def test_observed_days_give_a_typical_day_and_not_chance_alone(words: Words, facts_of: FactsOf) -> None:
    day = DayProfile(
        Traffic.observed([8000, 8500, 8300, 8700, 7900, 8280, 8100]), Prevalence.sampled(338, 10_000)
    )
    text = text_of(words, facts_of(15, 300, 225, 9000, day=day), "expectation.ranges")
    assert "On 8 days of 10, between" in text
    assert "chance" not in text


def test_too_few_positives_are_refused_with_what_would_be_enough(words: Words, facts_of: FactsOf) -> None:
    assert text_of(words, facts_of(2, 12, 225, 9000)) == (
        "With these settings, the fraud detection model would have a 2.5% false positive rate. Every day, an average "
        "of 200 valid transactions would be flagged as fraudulent and sent for manual review. The test held only 12 "
        "fraudulent transactions. That is too few to say how many would be missed. About 60 with none missed would "
        "show that at most 5 of every 100 are."
    )


def test_none_seen_is_a_bound_and_never_nothing(words: Words, facts_of: FactsOf) -> None:
    assert text_of(words, facts_of(0, 300, 225, 9000)) == (
        "With these settings, the fraud detection model would have a false negative rate of at most 1% and a 2.5% "
        "false positive rate. Every day, an average of 200 valid transactions would be flagged as fraudulent and "
        "sent for manual review. In the test, none of the 300 fraudulent transactions were missed. With 95% "
        "certainty, an average of at most 20 fraudulent transactions a week would be missed. With 95% certainty, an "
        "average of at least 277 fraudulent transactions a day would be correctly caught."
    )


def test_one_seen_is_said_in_the_singular(words: Words, facts_of: FactsOf) -> None:
    assert "1 of the 300 fraudulent transactions was missed" in text_of(words, facts_of(1, 300, 225, 9000))


def test_a_few_seen_give_a_range_without_a_number(words: Words, facts_of: FactsOf) -> None:
    text = text_of(words, facts_of(5, 300, 225, 9000))
    assert "a false negative rate between 0.5% and 4% and a 2.5% false positive rate" in text
    assert "an average of up to 12 fraudulent transactions would be missed" in text
    assert "An average of between 268 and 280 fraudulent transactions would be correctly caught." in text


def test_flagging_nothing_is_a_setting_like_any_other(words: Words, facts_of: FactsOf) -> None:
    text = text_of(words, facts_of(300, 300, 0, 9000))
    assert "a false negative rate of at least 99% and a false positive rate of at most 0.034%" in text
    assert "all 300 fraudulent transactions were missed" in text


def test_flagging_everything_is_a_setting_like_any_other(words: Words, facts_of: FactsOf) -> None:
    text = text_of(words, facts_of(0, 300, 9000, 9000))
    assert "all 9,000 valid transactions were flagged" in text
    assert "100%" not in text


def test_each_mistake_has_the_period_it_reads_best_in(words: Words, facts_of: FactsOf) -> None:
    text = text_of(words, facts_of(15, 300, 225, 9000, cases_per_day=80, prevalence=0.03))
    assert "Every week, an average of about 13.5 valid transactions would be flagged" in text
    assert "Every month, an average of 3.5 fraudulent transactions would be missed." in text
    assert "Every month, an average of about 68.5 fraudulent transactions would be correctly caught." in text


def test_fewer_than_one_a_year_is_not_nothing(words: Words, facts_of: FactsOf) -> None:
    text = text_of(words, facts_of(15, 300, 225, 9000, cases_per_day=1, prevalence=0.001))
    assert "an average of fewer than 1 fraudulent transaction would be missed" in text


def test_articles_and_singulars_follow_the_numbers(facts_of: FactsOf) -> None:
    words = Words.of(
        case="person", positive="ill person", negative="healthy person", flagged="sent to a doctor"
    )
    facts = facts_of(24, 300, 990, 9000)
    text = text_of(words, facts)
    assert "an 8% false negative rate and an 11% false positive rate" in text
    assert "healthy people would be sent to a doctor" in text
    step = step_between(words, facts_of(28, 280, 200, 8000), facts_of(24, 250, 240, 8000, threshold=0.4))
    assert step is not None
    assert "1 fewer ill person missed a day" in step.text


@st.composite
def counts(draw: st.DrawFn) -> tuple[int, int, int, int]:
    positives = draw(st.sampled_from([1, 12, 30, 59, 300, 2800]))
    negatives = draw(st.sampled_from([5, 40, 9000, 200_000]))
    errors = draw(st.sampled_from([0, 1, 2, 3, 9, 10, 15, 100]))
    alarms = draw(st.sampled_from([0, 1, 5, 12, 225, 4000]))
    return min(errors, positives), positives, min(alarms, negatives), negatives


NUMBERS = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?")


@given(counts(), st.sampled_from([3.0, 80.0, 8280.0, 2e6]), st.booleans())
@settings(max_examples=150, deadline=None)
def test_every_candidate_setting_reads_as_a_sentence(
    words: Words, facts_of: FactsOf, seen: tuple[int, int, int, int], cases: float, simultaneous: bool
) -> None:
    facts = facts_of(*seen, cases_per_day=cases, simultaneous=simultaneous)
    for statement in expectation(words, facts):
        text = statement.text
        assert text == " ".join(text.split())
        assert text.endswith(".")
        assert not re.search(r"None\b|nan|inf\b|\be-?\d|—|±|\.\.|, ,|  ", text)
        assert "zero" not in text
        assert ("none of the" in text) == (statement.id == "expectation" and 0 in _said_counts(facts))
        assert not re.search(r"(?<![\d.,])0(?![\d.,])%?", text)


def _said_counts(facts: SettingFacts) -> set[int]:
    """The counts of the test that are told: those of mistakes of which only a bound is known."""
    seen = {
        "missed_positives": facts.counts.n_false_negatives,
        "flagged_negatives": facts.counts.n_false_positives,
    }
    return {n for name, n in seen.items() if getattr(facts.printed, name).level == "bound only"}


@given(counts(), st.sampled_from([80.0, 8280.0, 2e6]))
@settings(max_examples=100, deadline=None)
def test_every_number_of_a_sentence_is_among_its_values(
    words: Words, facts_of: FactsOf, seen: tuple[int, int, int, int], cases: float
) -> None:
    facts = facts_of(*seen, cases_per_day=cases)
    for statement in expectation(words, facts):
        levels = {facts.printed.missed_positives.level, facts.printed.flagged_negatives.level}
        if levels == {"number and range"}:
            stated = {round(value, 9) for value in statement.values.values()}
            stated |= {round(value * 100, 9) for value in statement.values.values()}
            assert {round(as_number(n), 9) for n in NUMBERS.findall(text_without_days(statement))} <= stated


def text_without_days(statement: Statement) -> str:
    return statement.text.replace("8 days of 10", "")


def test_a_step_names_what_it_buys_and_what_it_costs(words: Words, facts_of: FactsOf) -> None:
    start, end = facts_of(28, 560, 200, 8000), facts_of(14, 560, 320, 8000, threshold=0.45)
    step = step_between(words, start, end)
    assert step is not None
    assert step.text == (
        "From 0.49 to 0.45: 7 fewer fraudulent transactions missed a day and 120 more valid transactions flagged a "
        "day. Each extra one caught costs about 17 valid transactions flagged."
    )
    assert step.values == {"missed_positives.change": -7, "flagged_negatives.change": 120}


def test_a_step_back_has_the_opposite_signs(words: Words, facts_of: FactsOf) -> None:
    start, end = facts_of(28, 560, 200, 8000), facts_of(14, 560, 320, 8000, threshold=0.45)
    there, back = step_between(words, start, end), step_between(words, end, start)
    assert there is not None
    assert back is not None
    assert {name: -value for name, value in there.values.items()} == back.values
    assert "spares about 17 valid transactions" in back.text


def test_no_step_is_stated_where_a_number_is_not(
    words: Words, facts_of: FactsOf, readme: SettingFacts
) -> None:
    assert step_between(words, readme, facts_of(1, 280, 400, 8000, threshold=0.3)) is None
    assert step_between(words, readme, readme) is None


def test_a_bound_of_a_chosen_setting_allows_for_the_choice(words: Words, facts_of: FactsOf) -> None:
    plain, chosen = (facts_of(0, 300, 225, 9000, simultaneous=every) for every in (False, True))
    assert "rate of at most 1% " in text_of(words, plain)
    assert "rate of at most 1% " not in text_of(words, chosen)


def test_the_ratio_of_an_exchange_comes_from_what_was_measured(words: Words, facts_of: FactsOf) -> None:
    start, end = facts_of(280, 5600, 4000, 160_000), facts_of(130, 5600, 7555, 160_000, threshold=0.24)
    step = step_between(words, start, end)
    assert step is not None
    measured = (end.means["flagged_negatives"] - start.means["flagged_negatives"]) / (
        start.means["missed_positives"] - end.means["missed_positives"]
    )
    assert f"costs about {round(measured)} valid" in step.text
    gap = start.printed.missed_positives.values["mean"] - end.printed.missed_positives.values["mean"]
    assert f": {gap:g} fewer fraudulent transactions missed" in step.text
