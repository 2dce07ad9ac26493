from __future__ import annotations

import datetime
import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectkit.briefing.wording import (
    DAYS,
    agreeing_percent,
    as_number,
    between,
    count_text,
    date_range_text,
    exact,
    finer,
    frequency_base,
    frequency_text,
    half_up,
    money_text,
    number_text,
    outward,
    percent_at_least,
    percent_at_most,
    percent_range,
    percent_text,
    period_for,
    plain_list,
    some_of,
    threshold_text,
    unit_for,
)
from expectkit.errors import InputError

numbers = st.floats(min_value=0, max_value=1e9, allow_nan=False)
widths = st.floats(min_value=1e-6, max_value=1e9)
shares = st.floats(min_value=1e-9, max_value=1 - 1e-9)


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (0.5, 1, "1"),
        (2.5, 1, "3"),
        (0.285, 0.01, "0.29"),
        (1.005, 0.01, "1.01"),
        (222.5, 1, "223"),
        (0.1 + 0.2, 0.1, "0.3"),
        (0.07 * 50, 1, "4"),
        (15, 2, "16"),
        (-2.5, 1, "-3"),
        (12.5, 5, "15"),
    ],
)
def test_halves_are_rounded_up_without_binary_noise(value: float, unit: float, expected: str) -> None:
    assert number_text(half_up(value, unit)) == expected


def test_what_is_no_number_is_not_printed() -> None:
    for value in (math.nan, math.inf):
        with pytest.raises(InputError, match="cannot be printed"):
            exact(value)


@given(widths)
def test_the_unit_is_the_largest_of_the_series_up_to_a_quarter_of_the_width(width: float) -> None:
    unit = unit_for(width)
    larger = {1: 2, 2: Decimal("2.5"), 5: 2}[int(unit.scaleb(-unit.adjusted()))] * unit
    assert unit <= exact(width) / 4 < larger
    assert finer(larger) == unit


def test_what_is_known_exactly_gives_no_unit() -> None:
    with pytest.raises(InputError, match="precision it was stated in"):
        unit_for(0)


@given(numbers, numbers, widths)
def test_a_rounded_range_only_grows(first: float, second: float, width: float) -> None:
    low, high = sorted((first, second))
    printed_low, printed_high = outward(low, high, unit_for(width))
    assert printed_low <= exact(low)
    assert exact(high) <= printed_high


@given(st.integers(min_value=0, max_value=10**9))
def test_a_whole_number_reads_back_as_itself(number: int) -> None:
    assert as_number(number_text(number)) == number


def test_numbers_have_separators_and_no_zeros_at_the_end() -> None:
    assert [number_text(n) for n in (8280, 1e6, Decimal("68.0"), 0.25, Decimal("1E+3"), 0)] == [
        *("8,280", "1,000,000", "68", "0.25", "1,000", "0"),
    ]


def test_more_than_nothing_is_never_written_as_nothing() -> None:
    assert count_text(0.2) == "fewer than 1"
    assert count_text(0) == "0"
    assert percent_text(1e-9) != "0%"
    assert percent_text(0.001, 1) == "under 1%"
    assert frequency_text(1e-6, 1000) == "fewer than 1 of every 1,000"
    assert between("0", "0") == "fewer than 1"


@given(shares)
def test_a_percentage_is_nothing_or_all_only_when_exactly_so(share: float) -> None:
    assert percent_text(share) not in ("0%", "100%")
    assert (percent_text(0), percent_text(1)) == ("0%", "100%")


@pytest.mark.parametrize(
    ("part", "text"), [(0, "none of the 300"), (1, "1 of the 300"), (299, "299 of the 300"), (300, "all 300")]
)
def test_none_and_all_stand_only_for_exactly_none_and_all(part: int, text: str) -> None:
    assert some_of(part, 300) == text


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (0.05, "5%"),
        (0.025, "2.5%"),
        (0.3425, "34%"),
        (0.000512, "0.051%"),
        (0.9962, "99.6%"),
        (0.9999, "99.99%"),
    ],
)
def test_a_percentage_has_two_digits_or_as_many_as_keep_it_apart_from_all(rate: float, text: str) -> None:
    assert percent_text(rate) == text


@given(shares, st.integers(min_value=1, max_value=100_000), st.integers(min_value=1, max_value=100_000))
def test_an_agreed_percentage_is_what_the_counts_give(rate: float, part: int, rest: int) -> None:
    share = Decimal(part) / (part + rest)
    percent = agreeing_percent(rate, share)
    if percent is not None:
        text = number_text(percent)
        last_digit = Decimal(1).scaleb(-len(text.partition(".")[2]))
        assert half_up(share * 100, last_digit) == percent
        assert abs(percent - exact(rate) * 100) <= exact(rate) * 12


def test_a_percentage_the_counts_do_not_bear_out_loses_a_digit_or_is_refused() -> None:
    assert agreeing_percent(0.052, Decimal(14) / 280) == 5
    assert agreeing_percent(0.025, Decimal(14) / 543) is None


@given(shares, shares)
def test_limits_of_rates_are_rounded_outward(first: float, second: float) -> None:
    low, high = sorted((first, second))
    if exact(low) < exact(high):
        texts = percent_range(low, high)
        assert as_number(texts[0].rstrip("%")) <= low * 100 * (1 + 1e-9)
        assert as_number(texts[1].rstrip("%")) >= high * 100 * (1 - 1e-9)
    assert as_number(percent_at_most(high).rstrip("%")) >= high * 100 * (1 - 1e-9)
    assert as_number(percent_at_least(low).rstrip("%")) <= low * 100 * (1 + 1e-9)


def test_one_denominator_serves_all_rates_of_a_page() -> None:
    assert frequency_base([0.05, 0.025]) == 1000
    assert frequency_base([0.05, 0.34]) == 100
    assert frequency_base([0.0004]) == 10_000
    assert [frequency_text(rate, 1000) for rate in (0.05, 0, 1, 0.9999)] == [
        *("50 of every 1,000", "none of every 1,000", "all of every 1,000", "more than 999 of every 1,000"),
    ]


@given(st.floats(min_value=1e-6, max_value=1e6))
def test_a_period_is_the_shortest_in_which_the_number_is_at_least_three(per_day: float) -> None:
    period = period_for(per_day)
    shorter = [days for days in DAYS.values() if days < DAYS[period]]
    assert exact(per_day) * DAYS[period] >= 3 or period == "year"
    assert all(exact(per_day) * days < 3 for days in shorter)


@pytest.mark.parametrize(
    ("per_day", "period"), [(14.1, "day"), (3, "day"), (2.2, "week"), (0.1, "month"), (0.01, "year")]
)
def test_periods_of_the_rounding_rule(per_day: float, period: str) -> None:
    assert period_for(per_day) == period


@pytest.mark.parametrize(
    "threshold", [0.49, 0.1 + 0.2, 1e-7, 1e-30, 123456789.125, math.nextafter(0.98, 1), -3.5, 5e-324, 1e300]
)
def test_a_threshold_reads_back_as_itself(threshold: float) -> None:
    assert float(threshold_text(threshold)) == threshold


def test_a_threshold_of_nothing_has_no_sign() -> None:
    assert threshold_text(-0.0) == "0"
    assert threshold_text(1.0) == "1"


def test_money_has_cents_only_when_asked_to_the_cent() -> None:
    assert money_text(3440.5, "GBP") == "£3,441"
    assert money_text(4.3, "EUR", 0.1) == "€4.30"
    assert money_text(1234567, "JPY", 1000) == "¥1,235,000"


def test_a_span_of_days_names_month_and_year_once() -> None:
    day = datetime.date
    assert date_range_text(day(2026, 3, 1), day(2026, 3, 14)) == "1 to 14 March 2026"
    assert date_range_text(day(2026, 2, 28), day(2026, 3, 13)) == "28 February to 13 March 2026"
    assert date_range_text(day(2025, 12, 30), day(2026, 1, 2)) == "30 December 2025 to 2 January 2026"
    assert date_range_text(day(2026, 3, 1), day(2026, 3, 1)) == "1 March 2026"


def test_lists_read_as_sentences_do() -> None:
    assert [plain_list(items) for items in ((), "a", "ab", "abc")] == ["", "a", "a and b", "a, b and c"]
