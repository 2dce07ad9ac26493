from __future__ import annotations

from datetime import date, timedelta

from expectkit.measure.observed_days import missing_days, partial_days

MONDAY = date(2026, 3, 2)


def _totals(*counts: int | None) -> dict[str, int]:
    days = ((MONDAY + timedelta(days=i)).isoformat() for i in range(len(counts)))
    return {day: count for day, count in zip(days, counts, strict=True) if count is not None}


def test_a_last_day_cut_off_is_named_with_what_is_usual() -> None:
    found = partial_days(_totals(*[949] * 27, 61))
    assert [(one.day, one.n_cases, one.usual) for one in found] == [("2026-03-29", 61, 949.0)]


def test_a_first_day_cut_off_is_named_too() -> None:
    assert [one.day for one in partial_days(_totals(100, 949, 960, 930, 120))] == ["2026-03-02", "2026-03-06"]


def test_a_quiet_sunday_is_compared_with_other_sundays() -> None:
    week = (900, 900, 900, 900, 900, 500, 300)
    assert partial_days(_totals(*week * 4)) == ()
    assert [one.usual for one in partial_days(_totals(*week * 3, *week[:6], 100))] == [300.0]


def test_a_low_day_in_between_is_no_partial_day() -> None:
    assert partial_days(_totals(900, 900, 50, 900, 900)) == ()


def test_two_days_do_not_show_which_of_them_is_cut_off() -> None:
    assert partial_days(_totals(900, 50)) == ()


def test_days_without_a_case_are_counted_between_the_first_and_the_last() -> None:
    found = missing_days(_totals(5, 5, None, 5, None, None, 5))
    assert found is not None
    assert (found.first, found.last, found.n_calendar_days, found.n_missing) == (
        "2026-03-02",
        "2026-03-08",
        7,
        3,
    )
    assert not found.are_weekends


def test_a_file_of_working_days_misses_weekends_only() -> None:
    found = missing_days(_totals(*(5, 5, 5, 5, 5, None, None) * 2, 5))
    assert found is not None
    assert (found.n_missing, found.are_weekends) == (4, True)


def test_a_file_without_gaps_misses_nothing() -> None:
    assert missing_days(_totals(5, 1, 5)) is None
    assert missing_days({}) is None
