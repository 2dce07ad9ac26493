"""The one tinted panel of the first page: what the readers are asked to do."""

from __future__ import annotations

from expectkit.briefing.document import Item, Panel, Section
from expectkit.briefing.multiclass_record import MulticlassRecord

ORDER = 20


def write(record: MulticlassRecord) -> Section | None:
    """Write the requests: the team's own when it stated some, otherwise the ones every launch has."""
    items = tuple(Item("", text) for text in record.audience.asks) or _usual(record)
    panel = Panel("What we ask of you", items, level=2)
    return Section("asks", "What we ask of you", (panel,), shows_title=False)


def _usual(record: MulticlassRecord) -> tuple[Item, ...]:
    items = [Item("Accept these volumes.", "The next page shows who would be taken for whom.")]
    if record.has_thresholds:
        items.insert(0, Item("Agree the settings.", "Each class has its own; they stand with the classes."))
    if record.has_person:
        items.append(Item("Plan for the people.", "They decide what the model leaves open."))
    if record.confirmed_on_fresh_cases:
        items.append(Item("Sign at the end.", "Your names turn these numbers into an agreement."))
    else:
        items.append(Item("Ask for a check on fresh cases.", "There has been none yet."))
    return tuple(items)
