"""Who agrees, with name and date."""

from __future__ import annotations

from expectkit.briefing.document import Item, Paragraph, Section, SignOff, Span
from expectkit.briefing.record import Record

ORDER = 130


def write(record: Record) -> Section | None:
    """Write the lines to sign."""
    lines = tuple(Item(role, "Name, date") for role in record.audience.sign_off)
    return Section(
        id="sign-off",
        title="Sign-off",
        blocks=(
            Paragraph(
                (Span("By signing you agree to the setting and to the volumes above, with their ranges."),)
            ),
            SignOff(lines),
        ),
    )
