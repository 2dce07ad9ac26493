"""The one tinted panel of the first page: what the readers are asked to do."""

from __future__ import annotations

from expectkit.briefing.document import Item, Panel, Section
from expectkit.briefing.record import Record

ORDER = 20


def write(record: Record) -> Section | None:
    """Write the requests: the team's own when it stated some, otherwise the ones every launch has."""
    items = tuple(Item("", text) for text in record.audience.asks) or _usual(record)
    return Section(
        id="asks",
        title="What we ask of you",
        blocks=(Panel("What we ask of you", items, level=2),),
        shows_title=False,
    )


def _usual(record: Record) -> tuple[Item, ...]:
    items = [
        _setting(record),
        Item("Accept these volumes.", record.statement("ask.volumes")),
    ]
    words = record.words
    rests_on = {"missed_positives": words.positive.plural, "flagged_negatives": words.negative.plural}
    few = [plural for name, plural in rests_on.items() if record.per_day[name].level == "refuse"]
    if few:
        items[1:] = [
            Item(
                f"Have more {' and '.join(few)} labelled.",
                "The test held too few of them to say what to accept, so there is nothing to sign yet.",
            )
        ]
    elif record.threshold_choice.confirmed_on_fresh_cases:
        items.append(_sign(record))
    else:
        items.append(
            Item(
                "Ask for a check on fresh cases.",
                "The setting has had none yet.",
            )
        )
    return tuple(items)


def _is_agreed(record: Record) -> bool:
    return record.promise is not None and record.promise.covers == "this setting"


def _setting(record: Record) -> Item:
    setting, promise = record.operating, record.promise
    if promise is not None and _is_agreed(record):
        text = f"It is {setting.printed_threshold}, agreed by {promise.decided_by} on {promise.printed_date}."
        return Item("Keep the agreed setting.", text)
    text = f"We propose {setting.printed_threshold}; the table of settings shows what moves with it."
    return Item("Agree the setting.", text)


def _sign(record: Record) -> Item:
    if _is_agreed(record):
        return Item("Hold us to the promise.", "Its terms, and who checks them, stand near the end.")
    return Item("Sign at the end.", "Your names turn the draft promise into an agreement.")
