"""The sections of a briefing, one module each: `ORDER`, and ``write(record)`` that returns a section or None."""
