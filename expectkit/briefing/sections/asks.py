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
    setting = record.operating
    items = [
        Item(
            "Agree the setting.",
            f"We propose {setting.printed_threshold}; the next page shows what moves with it.",
        ),
        Item("Accept these volumes.", record.statement("ask.volumes")),
    ]
    if record.threshold_choice.confirmed_on_fresh_cases:
        items.append(Item("Sign at the end.", "Your names turn the draft promise into an agreement."))
    else:
        items.append(
            Item(
                "Ask for a check on fresh cases.",
                "The setting has had none yet.",
            )
        )
    return tuple(items)
