"""Write the JSON Schema of ``record.json`` from the record's own types: ``python scripts/write_schema.py``."""

import json
from pathlib import Path

from expectkit.briefing.plain import schema_of
from expectkit.briefing.record import Record

TARGET = Path(__file__).parent.parent / "expectkit" / "schemas" / "record.schema.json"

if __name__ == "__main__":
    TARGET.write_text(json.dumps(schema_of(Record), indent=1) + "\n", "utf-8")
