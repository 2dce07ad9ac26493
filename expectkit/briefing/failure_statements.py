"""Where it goes wrong, in words: named failure modes, none shown, and the groups of a column compared."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING, Literal

from expectkit.briefing.captions import ColumnWords
from expectkit.briefing.statements import Statement
from expectkit.briefing.vocabulary import Noun, Words, clean_text, sentence_case
from expectkit.briefing.wording import (
    difference_ends,
    exact,
    frequency_base,
    frequency_text,
    half_up,
    number_text,
    percent_range,
    percent_text,
    plain_list,
    rounded,
    some_of,
    unit_for,
)

if TYPE_CHECKING:
    from expectkit.briefing.printed import PrintedVolume
    from expectkit.measure.conditions import Condition
    from expectkit.measure.failures import FailureMode, FailureSearch
    from expectkit.measure.slices import GroupGap, GroupRate, SliceRates

ErrorKind = Literal["missed_positives", "flagged_negatives"]
"""Which mistakes: misses, or false alarms."""

KnownColumns = Mapping[str, ColumnWords]

_PARTS_ARE_DROPPED = 10  # from so many mistakes on, parts of one are not told


def condition_text(condition: Condition, known: KnownColumns | None = None) -> str:
    """Say in words what a column must be.

    Examples
    --------
    >>> from expectkit.measure.conditions import Condition
    >>> euros = {"amount": ColumnWords("amount", "€")}
    >>> condition_text(Condition("amount", high=2.0), euros), condition_text(Condition("channel", "online"))
    ('amount under 2 €', 'channel online')
    >>> condition_text(Condition("amount", low=2.0, high=10.0), euros)
    'amount from 2 to under 10 €'
    """
    words = ColumnWords.of(condition.column, known)
    if condition.value is not None:
        return (
            f"{words.label} {clean_text(condition.value)}" if condition.value else f"no {words.label} given"
        )
    low, high = (None if end is None else number_text(end) for end in (condition.low, condition.high))
    if low is None and high is None:
        return f"any {words.label}"
    if low is None:
        return f"{words.label} under {words.with_unit(high or '')}"
    if high is None:
        return f"{words.label} of {words.with_unit(low)} or more"
    return f"{words.label} from {low} to under {words.with_unit(high)}"


def conditions_text(conditions: tuple[Condition, ...], known: KnownColumns | None = None) -> str:
    """Join the conditions of a group: "channel online and amount under 2 €"."""
    return plain_list(condition_text(condition, known) for condition in conditions)


def mode_statements(
    words: Words,
    kind: ErrorKind,
    search: FailureSearch,
    volume: PrintedVolume | None,
    known: KnownColumns | None = None,
) -> tuple[Statement, ...]:
    """State each named failure mode, or that none could be shown.

    Parameters
    ----------
    words : Words
    kind : {"missed_positives", "flagged_negatives"}
        Which errors were searched.
    search : FailureSearch
    volume : PrintedVolume or None
        The volume of these errors as printed; where it allows no number, the cases of the file are counted.
    known : mapping of str to ColumnWords, optional
        Labels and units of columns.

    Returns
    -------
    tuple of Statement
        For mode k (from 1) "failure.<kind>.k" and, with its corrected range, "failure.<kind>.k.range"; or the
        one statement "failure.<kind>.none".
    """
    if not search.modes:
        return (_nothing_shown(words, kind, search),)
    statements: list[Statement] = []
    for number, mode in enumerate(search.modes, 1):
        name = f"failure.{kind}.{number}"
        statements.append(_mode(words, kind, mode, search, volume, known, name))
        statements.append(_mode_range(kind, mode, search, f"{name}.range"))
    return tuple(statements)


def _mode(
    words: Words,
    kind: ErrorKind,
    mode: FailureMode,
    search: FailureSearch,
    volume: PrintedVolume | None,
    known: KnownColumns | None,
    name: str,
) -> Statement:
    """State one mode: which part of the mistakes it is, and how often it goes wrong there and elsewhere."""
    noun, did, does = _grammar(words, kind)
    part, whole, period = _part_of_volume(mode, search, volume)
    when = f"a {period}" if period is not None else "in the test cases"
    share = some_of(part, whole)
    about = "about " if period is not None and part < whole else ""
    rates = [mode.rate.value, mode.elsewhere.value]
    base = frequency_base(rates)
    text = (
        f"{sentence_case(about + share)} {noun.for_count(str(whole))} {did} {when} "
        f"{'is one' if part == 1 else 'are those'} with {conditions_text(mode.conditions, known)}: "
        f"the {words.model_name} {does} {_of_these(rates[0], base)}, against {_elsewhere(rates[1], base)}."
    )
    values = {"part": float(part), "whole": float(whole), "rate": rates[0], "elsewhere": rates[1]}
    return Statement(name, text, values)


def _grammar(words: Words, kind: ErrorKind) -> tuple[Noun, str, str]:
    if kind == "missed_positives":
        return words.positive, words.missed, "misses"
    return words.negative, "wrongly flagged", "wrongly flags"


def _part_of_volume(
    mode: FailureMode, search: FailureSearch, volume: PrintedVolume | None
) -> tuple[int, int, str | None]:
    """Return part, whole and period of the printed volume.

    Where the part is too small to be told from none or from all in whole cases, the errors of the file are
    counted.
    """
    whole = None if volume is None else volume.values.get("mean")
    if whole is not None and whole >= _PARTS_ARE_DROPPED:
        whole = float(half_up(whole, 1))
    if volume is not None and whole is not None and exact(whole) == half_up(whole, 1):
        part = int(half_up(exact(whole) * exact(mode.share_of_errors), 1))
        if 0 < part < whole or mode.share_of_errors == 1:
            return part, int(whole), volume.period
    return mode.n_errors, search.n_errors, None


def _of_these(rate: float, base: int) -> str:
    return "all of these" if rate == 1 else f"{frequency_text(rate, base)} of these"


def _elsewhere(rate: float, base: int) -> str:
    return "none elsewhere" if rate == 0 else f"{frequency_text(rate, base)} elsewhere"


def _mode_range(kind: ErrorKind, mode: FailureMode, search: FailureSearch, name: str) -> Statement:
    low, high = percent_range(mode.interval.low, mode.interval.high)
    text = (
        f"Of these, between {low} and {high} would be {_PARTICIPLE[kind]}; the range allows for having searched "
        f"{number_text(search.n_slices)} groups."
    )
    values = {"low": mode.interval.low, "high": mode.interval.high, "n_groups": float(search.n_slices)}
    return Statement(name, text, values)


_PARTICIPLE: Mapping[ErrorKind, str] = {"missed_positives": "missed", "flagged_negatives": "wrongly flagged"}


def _nothing_shown(words: Words, kind: ErrorKind, search: FailureSearch) -> Statement:
    """Say that no mode could be shown, never that there is none, and what it would take."""
    noun, did, _ = _grammar(words, kind)
    n_errors = number_text(search.n_errors)
    errors = f"{n_errors} {noun.for_count(n_errors)} {did}"
    name = f"failure.{kind}.none"
    needed = search.errors_needed
    if needed is None:
        text = f"With {errors}, there was no group of cases large enough to look at."
        return Statement(name, text, {"n_errors": float(search.n_errors)})
    group = (
        f"a group of {percent_text(needed.share_of_cases)} of the {noun.plural} that is {did} "
        f"{number_text(needed.times_elsewhere)} times as often as the rest"
    )
    start = (
        f"No failure mode could be shown with this many errors ({errors}). That does not mean there is none: "
    )
    if search.n_errors >= needed.n_errors:
        text = f"{start}{group} would have been found in about 8 of 10 such files, a smaller one less often."
    else:
        unit = Decimal(1).scaleb(max(Decimal(needed.n_errors).adjusted() - 1, 0))
        n_needed = number_text(rounded(needed.n_errors, unit, ROUND_CEILING))
        text = f"{start}to find {group} in 8 of 10 files, about {n_needed} would be needed."
    return Statement(
        name, text, {"n_errors": float(search.n_errors), "n_errors_needed": float(needed.n_errors)}
    )


def group_label(group: GroupRate) -> str:
    """Name a row of a table of groups; several small groups together are "other".

    Examples
    --------
    >>> from expectkit.measure.rates import Rate
    >>> from expectkit.measure.slices import GroupRate
    >>> group_label(GroupRate(("CY", "MT"), Rate(1, 9), Rate(1, 9).interval(0.05), is_small=True, counted=(1, 9)))
    'other (2 small groups)'
    """
    if group.is_pooled:
        return f"other ({number_text(len(group.keys))} small groups)"
    return _key_text(group.keys[0])


def _key_text(key: str) -> str:
    return clean_text(key) or "not given"


_MEASURED = {
    "false_negative_rate": ("missed", "positive"),
    "false_positive_rate": ("wrongly flagged", "negative"),
    "selection_rate": ("flagged", "case"),
}


def gap_statement(words: Words, rates: SliceRates, known: KnownColumns | None = None) -> Statement:
    """Say which group of a column fares worst and best, and whether chance explains the difference.

    Parameters
    ----------
    words : Words
    rates : SliceRates
    known : mapping of str to ColumnWords, optional

    Returns
    -------
    Statement
        With the id "groups.<kind>.<column>".
    """
    name = f"groups.{rates.kind}.{rates.column}"
    label = ColumnWords.of(rates.column, known).label
    did, of = _MEASURED[rates.kind]
    noun = getattr(words, of).plural
    if rates.gap is None:
        text = f"By {label}, fewer than two groups have enough {noun} to be compared."
        return Statement(name, text, {})
    by_key = {group.keys[0]: group.rate.value for group in rates.groups if not group.is_pooled}
    high, low = by_key[rates.gap.highest], by_key[rates.gap.lowest]
    text = (
        f"By {label}, the share of {noun} {did} is highest for {_key_text(rates.gap.highest)} "
        f"({percent_text(high)}) and lowest for {_key_text(rates.gap.lowest)} ({percent_text(low)}). "
        f"{_gap_sentence(rates.gap)}"
    )
    return Statement(name, text, {"highest": high, "lowest": low, "difference": rates.gap.difference})


def _gap_sentence(gap: GroupGap) -> str:
    if not gap.is_shown:
        return (
            "With this many cases chance could explain the difference; this does not show that there is none."
        )
    least, most = 100 * exact(gap.interval.low), min(100 * exact(gap.interval.high), Decimal(100))
    low, high = difference_ends(least, most, unit_for(most - least) if most > least else Decimal(1))
    return f"The difference is {low} to {high} of every 100, more than chance explains."
