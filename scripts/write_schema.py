"""Write the JSON Schemas of all JSON we print from the records' own types: ``python scripts/write_schema.py``."""

import json
from pathlib import Path

from expectkit.briefing.comparison_record import ComparisonRecord
from expectkit.briefing.labels_record import LabelsRecord
from expectkit.briefing.multiclass_record import MulticlassRecord
from expectkit.briefing.plain import schema_of
from expectkit.briefing.record import Record
from expectkit.briefing.verdict_words import GateRecord

FOLDER = Path(__file__).parent.parent / "expectkit" / "schemas"
KINDS: dict[str, type] = {
    "record": Record,
    "classes": MulticlassRecord,
    "labels": LabelsRecord,
    "gate": GateRecord,
    "comparison": ComparisonRecord,
}

if __name__ == "__main__":
    for name, kind in KINDS.items():
        (FOLDER / f"{name}.schema.json").write_text(json.dumps(schema_of(kind), indent=1) + "\n", "utf-8")
