"""Write what mistakes cost into the record: each number rounded once, and the sentences that go with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from expectkit.briefing.amount_text import money
from expectkit.briefing.cost_record import (
    BreakEvenRecord,
    CostColumns,
    CostsRecord,
    LowestCostRecord,
    MoneyRecord,
    ProposalRecord,
    ScoreCheckRecord,
    SettingCostRecord,
)
from expectkit.briefing.cost_statements import (
    break_even_statement,
    cost_assumptions,
    cost_of_setting,
    flat_ends,
    lowest_cost_statement,
    proposal_statement,
    score_statement,
    step_statement,
)
from expectkit.briefing.printed_cost import print_cost
from expectkit.briefing.statements import SettingFacts, Statement, setting_facts
from expectkit.briefing.table_text import average_text
from expectkit.briefing.vocabulary import Words
from expectkit.briefing.wording import as_number, exact, number_text, threshold_text

if TYPE_CHECKING:
    from expectkit.measure.amounts import Amount
    from expectkit.measure.break_even import BreakEven, Step
    from expectkit.measure.calibration import CalibrationCheck, ProposedThreshold
    from expectkit.measure.costs import DailyCost, LowestCost
    from expectkit.measure.priced_sweep import PricedSweep
    from expectkit.measure.volumes import DailyVolumes

_CENT = Decimal("0.01")
_WIDEST = 50  # a range whose ends differ by more than this factor tells nobody what to pay
_NEAR = Decimal("1.1")  # the flat stretch costs at most this much of the lowest


@dataclass(frozen=True, slots=True, eq=False)
class CostEvidence:
    """What was measured of costs, before it is rounded.

    Parameters
    ----------
    priced : PricedSweep
    currency : str or None
    by_amount : mapping of str to str
        Costs that are each case's own amount, and the column it stands in.
    lowest : LowestCost
    break_even : sequence of BreakEven
        Of the operating setting.
    has_scores : bool
        Whether `check` and `proposed` were looked at.
    check : CalibrationCheck or None
    proposed : ProposedThreshold or None
    proposed_volumes : DailyVolumes or None
        At the proposed threshold, with ranges that hold for all thresholds at once.
    """

    priced: PricedSweep
    currency: str | None
    by_amount: Mapping[str, str]
    lowest: LowestCost
    break_even: Sequence[BreakEven] = ()
    has_scores: bool = False
    check: CalibrationCheck | None = None
    proposed: ProposedThreshold | None = None
    proposed_volumes: DailyVolumes | None = field(default=None)

    @property
    def is_gain(self) -> bool:
        """Whether catches have a value, so that the total is what is gained."""
        return self.priced.costs.caught_positive > 0


def printed_amount(record: MoneyRecord) -> float:
    """Return a printed average as a number: what stands on the page, without its currency."""
    return 0.0 if record.printed_number is None else as_number(record.printed_number)


# ---------------------------------------------------------------------------------------------------- records


def money_record(amount: Amount, currency: str | None, *, simultaneous: bool, sign: int = 1) -> MoneyRecord:
    """Round an amount of money a day by the rule of all costs.

    Parameters
    ----------
    amount : Amount
    currency : str or None
    simultaneous : bool
        Whether its range holds for all settings at once.
    sign : {1, -1}
        -1 turns a cost into a gain.
    """
    level = amount.level
    both = (amount.lower_bound, amount.upper_bound) if level == "bound only" else (amount.low, amount.high)
    low, high = sorted(sign * end for end in both)
    is_known = level != "refuse" and bool(np.isfinite([low, high]).all())
    if not is_known:
        return MoneyRecord(None, None, None, "refuse", simultaneous, None, None, None, None)
    printed = print_cost(sign * amount.estimate, low, high, level, simultaneous=simultaneous)
    return MoneyRecord(
        mean=sign * amount.estimate if level == "number and range" else None,
        low=low,
        high=high,
        level=level,
        is_simultaneous=simultaneous,
        printed=None if printed.mean is None else money(as_number(printed.mean), currency, _CENT),
        printed_number=printed.mean,
        printed_low=printed.low,
        printed_high=printed.high,
    )


def setting_cost(evidence: CostEvidence, cost: DailyCost) -> SettingCostRecord:
    """Round the cost of one setting and its parts."""

    def of(amount: Amount, sign: int = 1) -> MoneyRecord:
        return money_record(amount, evidence.currency, simultaneous=cost.is_simultaneous, sign=sign)

    return SettingCostRecord(
        total=of(cost.total, -1 if evidence.is_gain else 1),
        of_missed=of(cost.of_missed),
        of_flagged=of(cost.of_flagged),
        value_of_catches=None if cost.value_of_catches is None else of(cost.value_of_catches),
    )


def costs_record(evidence: CostEvidence, shown_thresholds: Sequence[int]) -> CostsRecord:
    """Write what is stated of costs and what follows from it.

    Parameters
    ----------
    evidence : CostEvidence
    shown_thresholds : sequence of int
        Places in the sweep that the record shows.
    """
    costs, lowest = evidence.priced.costs, evidence.lowest
    check = evidence.check
    return CostsRecord(
        currency=evidence.currency,
        unit_costs={
            name: getattr(costs, name)
            for name in ("missed_positive", "flagged_negative", "caught_positive")
            if name not in evidence.by_amount
        },
        by_amount=dict(evidence.by_amount),
        is_gain=evidence.is_gain,
        columns=_columns(evidence, shown_thresholds),
        lowest=LowestCostRecord(lowest.threshold, lowest.flat_low, lowest.flat_high, lowest.flags),
        break_even=tuple(
            BreakEvenRecord(one.threshold, one.against, one.missed_positive, one.low, one.high)
            for one in evidence.break_even
            if one.missed_positive is not None
            and one.low is not None
            and one.high is not None
            and np.isfinite(one.high)
        ),
        proposal=_proposal(evidence),
        score=None if check is None else ScoreCheckRecord(check.intercept, check.slope, check.p_value),
    )


def _columns(evidence: CostEvidence, shown: Sequence[int]) -> CostColumns:
    curve, sign = evidence.priced.curve(), -1.0 if evidence.is_gain else 1.0
    places = np.asarray(shown, dtype=np.intp)
    ends = (sign * curve.low[places], sign * curve.high[places])
    low, high = ends if sign > 0 else ends[::-1]
    return CostColumns(tuple((sign * curve.mean[places]).tolist()), tuple(low.tolist()), tuple(high.tolist()))


def _proposal(evidence: CostEvidence) -> ProposalRecord | None:
    found, volumes = evidence.proposed, evidence.proposed_volumes
    if found is None:
        return None
    if volumes is None:
        return ProposalRecord(found.probability, found.threshold, None, None, None)
    cost = evidence.priced.at(volumes.threshold, simultaneous=True)
    return ProposalRecord(
        found.probability,
        found.threshold,
        volumes.false_negative_rate.value,
        volumes.false_positive_rate.value,
        setting_cost(evidence, cost).total,
    )


# -------------------------------------------------------------------------------------------------- sentences


def step_statements(
    words: Words, steps: Sequence[Step], facts: Mapping[float, SettingFacts]
) -> dict[float, Statement]:
    """Say what each step down buys, by the lower setting of the two."""
    found = {}
    for step in steps:
        said = step_statement(words, facts[step.start], facts[step.end], step)
        if said is not None:
            found[step.end] = said
    return found


def cost_sentences(
    words: Words,
    evidence: CostEvidence,
    *,
    operating: float,
    simultaneous: bool,
    settings: Mapping[float, SettingCostRecord],
) -> tuple[Statement, ...]:
    """Say what mistakes cost at the operating setting, where that is lowest, and when it is worth it.

    Parameters
    ----------
    words : Words
    evidence : CostEvidence
    operating : float
        The operating threshold.
    simultaneous : bool
        Whether its range is to hold for all settings at once.
    settings : mapping of float to SettingCostRecord
        By threshold, as printed in the table.

    Returns
    -------
    tuple of Statement
        "cost.assumptions", "cost", "cost.range", "cost.title", "cost.lowest", "cost.against_lowest",
        "cost.break_even" and ".break_even.next", "cost.proposed" and ".proposed.counted", "score.as_chance",
        "chart.cost": those that can be made.
    """
    cost = evidence.priced.at(operating, simultaneous=simultaneous)
    total = settings[operating].total
    return (
        cost_assumptions(words, evidence.priced.costs, evidence.currency, by_amount=evidence.by_amount),
        *cost_of_setting(words, cost, evidence.currency),
        _title(words, evidence, total, operating),
        lowest_cost_statement(evidence.lowest),
        *_against_lowest(evidence, settings, operating),
        *_break_even(words, evidence),
        *_scores(words, evidence),
        _chart(evidence),
    )


def _title(words: Words, evidence: CostEvidence, total: MoneyRecord, operating: float) -> Statement:
    place = threshold_text(operating)
    if total.printed is None or total.mean is None:
        text = "What catches would bring" if evidence.is_gain else "What mistakes would cost"
    elif not evidence.is_gain:
        text = f"At {place}, mistakes would cost about {total.printed} a day"
    elif total.mean < 0:
        text = f"At {place}, mistakes would cost more than catching {words.positive.plural} brings"
    else:
        text = f"At {place}, catching {words.positive.plural} would bring about {total.printed} a day"
    return Statement("cost.title", text)


def _against_lowest(
    evidence: CostEvidence, settings: Mapping[float, SettingCostRecord], operating: float
) -> Iterator[Statement]:
    """Say whether the operating setting lies in the flat stretch, in the printed costs of both settings."""
    lowest = evidence.lowest
    if lowest.flags != "some" or operating == lowest.threshold:
        return
    place = threshold_text(operating)
    if lowest.flat_low <= operating <= lowest.flat_high:
        yield Statement("cost.against_lowest", f"{place} is one of them.", {"threshold": operating})
        return
    here, there = settings[operating].total, settings.get(lowest.threshold)
    if here.mean is None or there is None or there.total.mean is None or evidence.is_gain:
        return
    more = exact(printed_amount(here)) - exact(printed_amount(there.total))
    if more > 0:
        amount = money(more, evidence.currency, _CENT)
        text = f"{place} lies outside: there, a day costs about {amount} more than at the lowest."
        yield Statement("cost.against_lowest", text, {"threshold": operating, "more": float(more)})


def _break_even(words: Words, evidence: CostEvidence) -> Iterator[Statement]:
    is_fixed = "missed_positive" not in evidence.by_amount
    stated = evidence.priced.costs.missed_positive if is_fixed else None
    for one in evidence.break_even:
        if one.low is None or one.high is None or not 0 < one.high <= _WIDEST * one.low:
            continue
        said = break_even_statement(words, one, evidence.currency, stated=stated)
        if said is not None:
            name = said.id if one.against is None else f"{said.id}.next"
            yield Statement(name, said.text, said.values)


def _scores(words: Words, evidence: CostEvidence) -> Iterator[Statement]:
    if not evidence.has_scores:
        return
    yield score_statement(words, evidence.check)
    if evidence.proposed is None:
        return
    yield proposal_statement(words, evidence.proposed)
    volumes = evidence.proposed_volumes
    if volumes is not None:
        yield _counted(words, evidence, volumes)


def _counted(words: Words, evidence: CostEvidence, volumes: DailyVolumes) -> Statement:
    """State the proposed setting by what was counted there, with ranges that hold for all settings at once."""
    sweep = evidence.priced.sweep
    printed = setting_facts(sweep.counts_at(volumes.threshold), volumes).printed
    parts = []
    values: dict[str, float] = {}
    for name, label in (
        ("flagged_negatives", f"{words.negative.plural} {words.briefly_flagged}"),
        ("missed_positives", f"{words.positive.plural} {words.missed}"),
    ):
        volume = getattr(printed, name)
        number = average_text(replace(volume, period="day"))
        span = f" ({volume.mean_low} to {volume.mean_high})" if volume.mean and volume.mean_low else ""
        parts.append(f"{number}{span} {label} a {volume.period}")
        values |= {f"{name}.{key}": value for key, value in volume.values.items() if key.startswith("mean")}
    text = f"Counted there: {parts[0]} and {parts[1]}."
    total = setting_cost(evidence, evidence.priced.at(volumes.threshold, simultaneous=True)).total
    if total.printed is not None and not evidence.is_gain:
        text += f" It would cost about {total.printed} ({total.printed_low} to {total.printed_high})."
    return Statement("cost.proposed.counted", text, values)


def _chart(evidence: CostEvidence) -> Statement:
    lowest = evidence.lowest
    first, last = (number_text(end) for end in flat_ends(lowest))
    what = "Gain" if evidence.is_gain else "Cost"
    text = (
        f"{what} of an average day at each setting, with its range. "
        f"The best setting is {threshold_text(lowest.threshold)}; from {first} to {last} it is within "
        f"{number_text((_NEAR - 1) * 100)}% of it."
    )
    return Statement("chart.cost", text, {"threshold": lowest.threshold})
