"""Who agrees, with name and date."""

from __future__ import annotations

from expectkit.briefing.document import Item, Paragraph, Section, SignOff, Span
from expectkit.briefing.multiclass_record import MulticlassRecord

ORDER = 130


def write(record: MulticlassRecord) -> Section | None:
    """Write the lines to sign."""
    what = "to the settings and to the volumes" if record.has_thresholds else "to the volumes"
    lines = tuple(Item(role, "Name, date") for role in record.audience.sign_off)
    text = f"By signing you agree {what} above, with their ranges."
    return Section("sign-off", "Sign-off", (Paragraph((Span(text),)), SignOff(lines)))
