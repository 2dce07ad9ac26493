"""The conditions that volumes are judged under: the promise's own, unless production is stated to be like them.

Rates come from the fresh cases. How many cases a day brings and which share of them is positive do not: a file is
picked, and one with fewer positives would make every volume smaller. So both are the promise's, or those that are
stated of production as long as they lie within the promise's. Where production itself lies outside, the promise says
nothing about it, and no volume can be kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Final, TypeAlias

from expectkit.briefing.wording import count_text, percent_range, percent_text
from expectkit.io.config_tables import Config
from expectkit.io.config_values import CasesPerDay, KeptNegatives, PrevalenceSetting
from expectkit.measure.histogram import Tally
from expectkit.measure.intervals import Limits
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic
from expectkit.measure.sweep import Sweep
from expectkit.promise.agreement import Conditions
from expectkit.promise.evidence import Finding
from expectkit.stated import day_profile, observed_days

OF_MIX: Final = frozenset({"precision", "selection_rate"})
"""Measures that depend on production's share of positives."""

OF_DAY: Final = frozenset(
    {
        "missed_positives_per_day",
        "flagged_negatives_per_day",
        "caught_positives_per_day",
        "flagged_per_day",
        "cost_per_day",
        "review_minutes_per_day",
        "overloaded_days_share",
        "decisions_changed_per_day",
        "extra_missed_positives_per_day",
    }
)
"""Measures that depend on its traffic too."""

Range: TypeAlias = tuple[float, float]
_LEAST_DAYS = 2
_NOISE = 1e-9  # of binary arithmetic


@dataclass(frozen=True, slots=True, eq=False)
class Production:
    """What a day is like for the terms that depend on it.

    Parameters
    ----------
    day : DayProfile
        The conditions volumes are judged under. A range is that of the promise (or a stated one): the terms are to hold
        everywhere in it.
    observed : DayProfile or None
        The days of the cases, when traffic is to be observed and they show it.
    other_traffic, other_mix : str
        How production differs from what the promise holds under; "" where it does not.
    notes : tuple of str
        Whole sentences on what stands in for what.
    """

    day: DayProfile
    observed: DayProfile | None = None
    other_traffic: str = ""
    other_mix: str = ""
    notes: tuple[str, ...] = ()

    def confine(self, measure: str, finding: Finding) -> Finding:
        """Mark what is found under conditions that are no longer production's: it cannot be kept."""
        mix = self.other_mix if measure in OF_MIX | OF_DAY else ""
        said = [text for text in (self.other_traffic if measure in OF_DAY else "", mix) if text]
        if not said or finding.value is None:
            return finding
        return replace(finding, can_keep=False, reason=" ".join([*said, *filter(None, [finding.reason])]))

    def remarks(self, measures: frozenset[str]) -> list[str]:
        """Say what differs, and what the volumes of a promise with these measures are judged under."""
        found = []
        if self.other_traffic:
            found.append(f"{self.other_traffic} Agree anew, or state the traffic of before.")
        if self.other_mix:
            found.append(
                f"{self.other_mix} If production is so now, agree anew; if these cases were picked otherwise, state "
                "production's own share with prevalence."
            )
        return [*found, *self.notes] if measures & (OF_MIX | OF_DAY) else found


def production_of(config: Config, promised: Conditions, counts: Sweep, counted: Tally) -> Production:
    """Settle which traffic and mix the volumes of a promise are judged under.

    Parameters
    ----------
    config : Config
        ``[traffic]`` states production, or says that it is like the cases.
    promised : Conditions
    counts : Sweep
    counted : Tally
        For the days.

    Returns
    -------
    Production

    Raises
    ------
    ConfigError
        If neither config nor promise say how many cases a day brings, or they are to be observed without days.
    InputError
        If what is stated is impossible.
    """
    cases_range, share_range = _usable(promised)
    told, note = _shown(config, counted, may_stand_in=cases_range is not None)
    now = day_profile(_filled(config, told, cases_range, share_range), counts, counted)
    is_observed = now.traffic.source == "observed"
    traffic, other_traffic = now.traffic, ""
    if cases_range is not None:
        other_traffic = _other_traffic(now.traffic, cases_range)
        if other_traffic or not _is_stated(told):
            traffic = _traffic_in(cases_range, now.traffic)
    mix, other_mix = now.prevalence, ""
    if share_range is not None:
        other_mix = _other_mix(now.prevalence, share_range)
        if other_mix or not _is_stated(config.traffic.prevalence):
            mix = _mix_in(share_range, now.prevalence)
    day = DayProfile(traffic, mix, now.by_day, now.n_left_out)
    if config.traffic.prevalence is None and not is_observed:  # nobody says that production is like the cases
        note, other_mix = f"{note} {_picked(now.prevalence, other_mix)}".strip(), ""
    notes = [note] if note else []
    if day.traffic is not now.traffic or day.prevalence is not now.prevalence:
        notes.append(_judged_under(traffic, mix))
    return Production(day, now if is_observed else None, other_traffic, other_mix, tuple(notes))


def _usable(promised: Conditions) -> tuple[Range | None, Range | None]:
    """Return the ranges of traffic and mix that a promise names; None where it names none."""
    traffic = (promised.cases_per_day_low, promised.cases_per_day_high)
    mix = (promised.prevalence_low, promised.prevalence_high)
    return traffic if traffic[0] > 0 else None, mix if mix[0] > 0 and mix[1] < 1 else None


def _shown(config: Config, counted: Tally, *, may_stand_in: bool) -> tuple[CasesPerDay | None, str]:
    """Return the traffic that is stated, without "observed" where the cases do not show it, and a note on that."""
    told = config.traffic.cases_per_day
    if told != "observed" or not may_stand_in or counted.by_day is None:
        return told, ""
    n_days = len(observed_days(config, counted))
    if n_days >= _LEAST_DAYS:
        return told, ""
    days = f"{n_days} complete day{'' if n_days == 1 else 's'}"
    return None, f"These cases hold {days}; traffic can be observed from {_LEAST_DAYS} on."


def _filled(
    config: Config, told: CasesPerDay | None, cases_range: Range | None, share_range: Range | None
) -> Config:
    """Let the promise's traffic and the cases' own mix stand where nothing is stated."""
    prevalence = config.traffic.prevalence
    if prevalence is None and share_range is not None:
        prevalence = "as in cases"
    filled = replace(
        config.traffic, cases_per_day=cases_range if told is None else told, prevalence=prevalence
    )
    return replace(config, traffic=filled)


def _is_stated(said: CasesPerDay | PrevalenceSetting | None) -> bool:
    """Return whether something is said of production itself, not that the cases show it."""
    return said is not None and not isinstance(said, str | KeptNegatives)


def _traffic_in(promised: Range, now: Traffic) -> Traffic:
    """Return the promised range; its best single number is the one nearest to now, when the two ranges meet."""
    best = _nearest(promised, now.mean, now.limits(0.05))
    return Traffic(best, "stated range", *promised, variation=now.variation)


def _mix_in(promised: Range, now: Prevalence) -> Prevalence:
    return Prevalence(_nearest(promised, now.value, now.limits(0.05)), "stated range", *promised)


def _nearest(promised: Range, value: float, known: Limits) -> float:
    low, high = promised
    return min(max(value, low), high) if _meet(known, promised) else (low + high) / 2


# ----------------------------------------------------------------------------------------------- what differs


def _other_traffic(now: Traffic, promised: Range) -> str:
    if _meet(now.limits(0.05), promised):
        return ""
    return (
        f"Traffic is now {count_text(now.mean)} cases a day, outside the {_cases(promised)} the promise "
        "holds under."
    )


def _other_mix(now: Prevalence, promised: Range) -> str:
    if _meet(now.limits(0.05), promised):
        return ""
    return (
        f"The share of positives is now {percent_text(now.value)}, outside the {_shares(promised)} the promise "
        "holds under."
    )


def _meet(now: Limits, promised: Range) -> bool:
    """Return whether all that is known of now leaves room for what was promised: ranges that meet are no news."""
    low, high = promised
    return float(now[0]) <= high * (1 + _NOISE) and low <= float(now[1]) * (1 + _NOISE)


def _picked(of_cases: Prevalence, differs: str) -> str:
    if not differs:
        return ""
    return (
        f"{percent_text(of_cases.value)} of these cases are positive, which is not the share the promise holds under; "
        "only their rates are used."
    )


def _judged_under(traffic: Traffic, mix: Prevalence) -> str:
    return (
        f"What depends on traffic and mix is judged at {_cases((traffic.low, traffic.high))} cases a day, "
        f"{_shares((mix.low, mix.high))} of them positive, with the rates of these cases."
    )


def _cases(ends: Range) -> str:
    few, many = (count_text(end) for end in ends)
    return few if few == many else f"{few} to {many}"


def _shares(ends: Range) -> str:
    first, last = percent_range(*ends)
    return first if first == last else f"{first} to {last}"


# ------------------------------------------------------------------------------- everywhere in the conditions


def days_under(day: DayProfile) -> Iterator[DayProfile]:
    """Return the day in the middle of the conditions, then those at the ends of their ranges.

    Parameters
    ----------
    day : DayProfile

    Yields
    ------
    DayProfile
        With one traffic and one mix each where they are ranges; the day itself alone where none is.
    """
    traffic, mix = day.traffic, day.prevalence
    traffics, mixes = [traffic], [mix]
    if traffic.source == "stated range":
        ends = dict.fromkeys((traffic.mean, traffic.low, traffic.high))
        traffics = [Traffic.stated(end, traffic.variation) for end in ends]
    if mix.source == "stated range":
        mixes = [Prevalence.stated(end) for end in dict.fromkeys((mix.value, mix.low, mix.high))]
    for one, share in product(traffics, mixes):
        yield DayProfile(one, share, day.by_day, day.n_left_out)


def everywhere(found: Sequence[Finding]) -> Finding:
    """Put together what holds everywhere in the conditions: the value of their middle, the bounds of their far ends.

    A limit is then kept only when it is at the unfavourable end, and broken only when it is at the favourable one.

    Parameters
    ----------
    found : sequence of Finding
        At the middle first, then at the ends.

    Returns
    -------
    Finding
    """
    middle = found[0]
    values = [item.value for item in found if item.value is not None]
    if len(found) == 1 or len(values) < len(found):
        return middle
    return replace(
        middle,
        lower=min(item.lower for item in found),
        upper=max(item.upper for item in found),
        span=(min(values), max(values)),
        scales=(min(item.scales[0] for item in found), max(item.scales[1] for item in found)),
    )
