"""What mistakes cost, which setting costs least, what a step buys, and whether the team can review it all.

Money is rounded to the unit its range asks for, by `printed_cost`, so that every page prints the same amount.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

from expectkit.briefing.amount_text import (
    days_in_words,
    hours_text,
    money,
    money_range,
    money_unit,
)
from expectkit.briefing.printed_cost import print_cost
from expectkit.briefing.statements import SettingFacts, Statement
from expectkit.briefing.vocabulary import Words
from expectkit.briefing.wording import (
    as_number,
    between,
    exact,
    frequency_base,
    frequency_text,
    half_up,
    number_text,
    outward,
    plain_list,
    rounded,
    threshold_text,
    unit_for,
)

if TYPE_CHECKING:
    from expectkit.measure.break_even import BreakEven, Step
    from expectkit.measure.calibration import CalibrationCheck, ProposedThreshold
    from expectkit.measure.capacity import Overload, Staffing
    from expectkit.measure.costs import DailyCost, LowestCost, UnitCosts

_CENT = exact(0.01)
LEAST_HOURS = 0.05
"""Less work than this a day needs no plan."""

_CLEARLY_BELOW = 0.9  # a slope this far below 1 is worth a sentence of its own

# ------------------------------------------------------------------------------------------- the cost of a day


def cost_assumptions(
    words: Words, costs: UnitCosts, currency: str | None, *, by_amount: Collection[str] = ()
) -> Statement:
    """Say which unit costs everything rests on.

    Parameters
    ----------
    words : Words
    costs : UnitCosts
    currency : str or None
        Three-letter code.
    by_amount : collection of {"missed_positive", "flagged_negative", "caught_positive"}
        Costs that are each case's own amount.

    Returns
    -------
    Statement
        "cost.assumptions".
    """
    named = (
        ("missed_positive", costs.missed_positive, f"{words.positive.with_article} {words.missed}"),
        (
            "flagged_negative",
            costs.flagged_negative,
            f"{words.negative.with_article} {words.briefly_flagged}",
        ),
        ("caught_positive", costs.caught_positive, f"{words.positive.with_article} {words.caught}"),
    )
    parts = []
    for name, cost, happens in named:
        verb = "brings" if name == "caught_positive" else "costs"
        if name in by_amount:
            parts.append(f"{happens} {verb} its own amount")
        elif cost > 0:
            parts.append(f"{happens} {verb} {money(cost, currency, _CENT)}")
    return Statement(
        "cost.assumptions", f"It is assumed that {plain_list(parts)}.", {n: c for n, c, _ in named}
    )


def cost_of_setting(words: Words, cost: DailyCost, currency: str | None) -> tuple[Statement, ...]:
    """Say what mistakes would cost on an average day at one setting, rounded as `print_cost` does.

    Parameters
    ----------
    words : Words
    cost : DailyCost
    currency : str or None

    Returns
    -------
    tuple of Statement
        "cost", and "cost.range" where a number has a range. With a value of catches it is what catches bring
        after mistakes are paid for.
    """
    total, level = cost.total, cost.total.level
    is_gain = cost.value_of_catches is not None
    sign = -1 if is_gain else 1
    both = (total.lower_bound, total.upper_bound) if level == "bound only" else (total.low, total.high)
    low, high = sorted(sign * end for end in both)
    printed = print_cost(sign * total.estimate, low, high, level, simultaneous=cost.is_simultaneous)
    if printed.low is None or printed.high is None:
        return (Statement("cost", "Too few cases were tested to say what mistakes would cost."),)
    subject = f"After mistakes are paid for, catching {words.positive.plural}" if is_gain else "Mistakes"
    does = "would bring" if is_gain else "would cost"
    least, most = as_number(printed.low), as_number(printed.high)
    values = {"cost.low": least, "cost.high": most}
    if level == "bound only":
        side, end = ("at least", least) if is_gain else ("at most", most)
        text = f"With 95% certainty, {subject[0].lower()}{subject[1:]} {does} an average of {side} "
        return (Statement("cost", f"{text}{_money(end, currency)} a day.", {"cost.bound": end}),)
    span = f"between {_money(least, currency)} and {_money(most, currency)}"
    if printed.mean is None:
        return (Statement("cost", f"{subject} {does} an average {span} a day.", values),)
    mean = as_number(printed.mean)
    if is_gain and mean < 0:
        does = "would lose"
    amount = _money(abs(mean) if is_gain else mean, currency)
    text = f"{subject} {does} an average of about {amount} a day{'' if is_gain else _mostly(words, cost)}."
    return (
        Statement("cost", text, {"cost.mean": mean}),
        Statement("cost.range", f"That average could be {span}.", values),
    )


def _money(amount: float, currency: str | None) -> str:
    return money(amount, currency, _CENT)


def _mostly(words: Words, cost: DailyCost) -> str:
    """Say which of the two mistakes costs most, without numbers that would have to add up."""
    missed, flagged = cost.of_missed.estimate, cost.of_flagged.estimate
    if not missed + flagged > 0:
        return ""
    share = missed / (missed + flagged)
    dearer = f"{words.positive.plural} {words.missed}"
    if share < 0.5:
        dearer = f"{words.negative.plural} {words.briefly_flagged}"
    larger = max(share, 1 - share)
    if larger == 1:
        return ""
    if larger < 0.6:
        return ", about half of it for each kind of mistake"
    return f", {'nearly all' if larger >= 0.9 else 'most'} of it for {dearer}"


def lowest_cost_statement(found: LowestCost) -> Statement:
    """Say where the cost is lowest and how flat it is there; "cost.lowest"."""
    values = {"threshold": found.threshold, "flat_low": found.flat_low, "flat_high": found.flat_high}
    if found.flags == "nothing":
        text = (
            "At these costs, flagging nothing is cheapest: the mistakes of the model cost more than it saves."
        )
    elif found.flags == "everything":
        text = "At these costs, flagging every case is cheapest: the model spares too few to matter."
    elif found.flat_low == found.flat_high:
        text = f"The lowest cost is at {threshold_text(found.threshold)}. The settings beside it cost over 10% more."
    else:
        first, last = flat_ends(found)
        span = f"between {number_text(first)} and {number_text(last)}"
        text = (
            f"The lowest cost is at {threshold_text(found.threshold)}. "
            f"Any setting {span} costs within 10% of the lowest."
        )
    return Statement("cost.lowest", text, values)


def flat_ends(found: LowestCost) -> tuple[Decimal, Decimal]:
    """Return the ends of the flat stretch in few digits, rounded inward so that what is said of it stays true.

    Examples
    --------
    >>> from expectkit.measure.costs import LowestCost
    >>> [str(end) for end in flat_ends(LowestCost(0.296, 2244.0, 0.1738, 0.4852, "some"))]
    ['0.18', '0.48']
    """
    low, high, middle = exact(found.flat_low), exact(found.flat_high), exact(found.threshold)
    unit = Decimal(1).scaleb(((high - low) / 20).adjusted()) if high > low else Decimal(1)
    first, last = rounded(low, unit, ROUND_CEILING), rounded(high, unit, ROUND_FLOOR)
    return min(first, middle), max(last, middle)


def break_even_statement(
    words: Words, found: BreakEven, currency: str | None, *, stated: float | None = None
) -> Statement | None:
    """Say what a missed positive must cost for a setting to be worth it.

    Parameters
    ----------
    words : Words
    found : BreakEven
    currency : str or None
    stated : float or None
        The stated cost of a missed positive, to hold against it.

    Returns
    -------
    Statement or None
        "cost.break_even"; None when the setting catches no more.
    """
    if found.missed_positive is None or found.low is None or found.high is None:
        return None
    unit = money_unit(found.low, found.high)
    worth = half_up(found.missed_positive, unit)
    other = "flagging nothing" if found.against is None else f"the setting {threshold_text(found.against)}"
    text = (
        f"Compared with {other}, {threshold_text(found.threshold)} is worth it if "
        f"{words.positive.with_article} {words.missed} costs more than {money(worth, currency, unit)}. "
        f"That amount could be {money_range(found.low, found.high, currency, unit, worth)}."
    )
    first, last = outward(found.low, found.high, unit)
    if stated is not None:
        place = "above" if exact(stated) > last else "below" if exact(stated) < first else "inside"
        tail = "that range, so it could go either way" if place == "inside" else "all of that"
        text += f" The stated cost is {money(stated, currency, _CENT)}, {place} {tail}."
    return Statement("cost.break_even", text, {"missed_positive": float(worth)})


def step_statement(words: Words, start: SettingFacts, end: SettingFacts, step: Step) -> Statement | None:
    """Say what moving to a lower setting buys, in the printed numbers of both settings.

    Parameters
    ----------
    words : Words
    start, end : SettingFacts
        Of the higher and the lower setting.
    step : Step
        Between the same two.

    Returns
    -------
    Statement or None
        "setting.reviews_per_catch"; None when an average may not be stated or nothing more is caught.
    """
    changes = []
    for name in ("missed_positives", "flagged"):
        before, after = (getattr(facts.printed, name) for facts in (start, end))
        if "mean" not in before.values or "mean" not in after.values or before.period != after.period:
            return None
        changes.append((exact(after.values["mean"]) - exact(before.values["mean"]), after.period))
    (missed, period), (reviews, other_period) = changes
    if missed >= 0 or reviews <= 0 or period != other_period or step.low is None or step.high is None:
        return None
    ratio = half_up(reviews / -missed, 1)
    unit = unit_for(exact(step.high) - exact(step.low)) if step.high > step.low else exact(1)
    low, high = outward(step.low, step.high, max(unit, exact(1)))
    low, high = min(low, ratio), max(high, ratio)
    fewer, more = number_text(-missed), number_text(reviews)
    text = (
        f"From {threshold_text(step.start)} to {threshold_text(step.end)}: "
        f"{fewer} fewer {words.positive.for_count(fewer)} {words.missed}, "
        f"{more} more {'review' if more == '1' else 'reviews'} a {period}. "
        f"That is about {number_text(ratio)} {'review' if ratio == 1 else 'reviews'} for each extra catch"
        f"; it could be {between(number_text(low), number_text(high))}."
    )
    values = {"missed.change": float(missed), "flagged.change": float(reviews), "per_catch": float(ratio)}
    return Statement("setting.reviews_per_catch", text, values)


# ---------------------------------------------------------------------------------------------- hours and people


def staffing_statement(
    found: Staffing, minutes_per_review: float, hours_per_reviewer: float, *, knows_days: bool
) -> Statement | None:
    """Say how many hours and people the reviews take; "reviews.hours", None when too little is known.

    Without knowledge of how days differ (`knows_days`), what holds on 19 days of 20 is said to be by chance alone.
    """
    if found.hours is None or found.people is None or found.hours < LEAST_HOURS:
        return None
    hours = hours_text(found.hours, found.hours_low, found.hours_high)
    each = "1 minute" if minutes_per_review == 1 else f"{number_text(minutes_per_review)} minutes"
    text = f"At {each} a review, people would review for about {hours} hours a day. " + (
        f"That is {_people(found.people)} reviewing {number_text(hours_per_reviewer)} hours each."
        if found.people > 1
        else "One person can do that."
    )
    if found.people_on_most_days is not None and found.people_on_most_days > found.people:
        people = _people(found.people_on_most_days)
        text += f" {_if_only_chance(f'{people} would manage 19 days of 20.', knows_days=knows_days)}"
    values = {"hours": float(hours.replace(",", "")), "people": float(found.people)}
    return Statement("reviews.hours", text, values)


def _if_only_chance(sentence: str, *, knows_days: bool) -> str:
    """Put what holds by chance alone under that condition."""
    return sentence if knows_days else f"By chance alone, {sentence[:1].lower()}{sentence[1:]}"


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number_text(number)} people"


def overload_statement(words: Words, found: Overload) -> Statement:
    """Say how often a day brings more flagged cases than can be reviewed; "reviews.overload"."""
    capacity = number_text(found.capacity)
    text = f"The team can review {words.case.counted(capacity)} a day. {' '.join(_overload(found, capacity))}"
    return Statement("reviews.overload", text, {"capacity": found.capacity, "probability": found.probability})


def _overload(found: Overload, capacity: str) -> Iterator[str]:
    share = days_in_words(found.probability)
    if found.may_be_stated:
        about = share if share.startswith(("fewer", "more")) else f"about {share}"
        condition = ", if days differ as stated" if found.basis == "stated variation" else ""
        yield f"{about[0].upper()}{about[1:]} would bring more{condition}."
        return
    if found.basis == "chance alone":
        yield f"How days differ is not known, so days with more than {capacity} cannot be ruled out."
        return
    yield f"Only {found.n_days} days were seen, so days with more than {capacity} cannot be ruled out."


def staffable_statement(threshold: float | None, capacity: float, *, knows_days: bool) -> Statement:
    """Say which setting is the lowest the team can staff; "reviews.lowest_setting".

    Without knowledge of how days differ (`knows_days`), what holds on 19 days of 20 is said to be by chance alone.
    """
    reviews = f"{number_text(capacity)} reviews"
    if threshold is None:
        text = f"No setting keeps to {reviews} a day on 19 days of 20."
        text = _if_only_chance(text, knows_days=knows_days)
        return Statement("reviews.lowest_setting", text, {"capacity": capacity})
    days = _if_only_chance("at most 1 day in 20", knows_days=knows_days)
    text = (
        f"{threshold_text(threshold)} is the lowest setting this team can staff: "
        f"{days[:1].lower()}{days[1:]} would need more than {reviews}."
    )
    return Statement("reviews.lowest_setting", text, {"capacity": capacity, "threshold": threshold})


# -------------------------------------------------------------------------------------------- scores and chances


def score_statement(words: Words, check: CalibrationCheck | None) -> Statement:
    """Say whether the score may be read as the chance that a case is positive; "score.as_chance"."""
    chance = f"the chance that {words.case.with_article} is {words.positive.with_article}"
    if check is None:
        return Statement("score.as_chance", f"The score is not {chance}: it goes below 0 or above 1.")
    values = {"slope": check.slope, "intercept": check.intercept, "p_value": check.p_value}
    if not check.is_contradicted:
        text = f"In the test cases, nothing contradicts reading the score as {chance}."
        return Statement("score.as_chance", text, values)
    return Statement("score.as_chance", f"Do not read the score as {chance}. {_misread(check)}", values)


def _misread(check: CalibrationCheck) -> str:
    """Say in which way a score is no chance: the slope where it is clearly off, else the level."""
    if check.slope < _CLEARLY_BELOW:
        return "It is too sure of itself at both ends."
    if check.slope > 1 / _CLEARLY_BELOW:
        return "It is not sure enough of itself at both ends."
    return f"It runs too {'high' if check.intercept < 0 else 'low'}."


def proposal_statement(words: Words, found: ProposedThreshold) -> Statement:
    """Say which setting follows from the costs alone; "cost.proposed"."""
    odds = frequency_text(found.probability, frequency_base([found.probability]))
    first = (
        f"At these costs it pays to flag {words.case.with_article} "
        f"when at least {odds} like it are {words.positive.plural}."
    )
    setting = found.threshold if found.threshold is not None else found.score
    if setting is None:
        second = f"No score that was seen makes {words.positive.with_article} that likely."
        return Statement("cost.proposed", f"{first} {second}", {"probability": found.probability})
    second = f"By the test cases, that is from {threshold_text(setting)} up."
    return Statement(
        "cost.proposed", f"{first} {second}", {"probability": found.probability, "threshold": setting}
    )
