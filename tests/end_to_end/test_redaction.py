"""No value that is redacted leaves the process, in whatever file, form or place."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import expectkit as ek
from expectkit.errors import ConfigError
from tests.end_to_end.conftest import Run

N = 1_000
TYPEFACE = b"\x00\x01\x00\x00"
CONFIG = """
schema_version = 1
[cases]
file = "cases.parquet"
score = "score"
label = "label"
id = "case_id"
id_salt = "a secret only we know"
amount = "amount"
slices = ["branch"]
sensitive = ["gender"]
show = ["amount", "merchant", "contact", "phone"]
text = "message"
redact = ["card", "customer", "pin_code"]
[traffic]
cases_per_day = 1000
prevalence = "as in cases"
[threshold]
operating = 0.5
chosen_on = "other cases"
[costs]
currency = "EUR"
missed_positive = 100.0
flagged_negative = 5.0
[baseline]
decision = "decision"
[briefing]
date = "2026-03-12"
"""


def luhn(number: str) -> str:
    digits = [int(d) for d in number + "0"]
    doubled = [d * 2 - 9 * (d > 4) for d in digits[-2::-2]]
    return number + str(-(sum(digits[-1::-2]) + sum(doubled)) % 10)


def cases() -> pd.DataFrame:
    rng = np.random.default_rng(8)
    label = (rng.random(N) < 0.3).astype(int)
    score = np.where(label == 1, rng.beta(5, 2, N), rng.beta(2, 5, N))
    card = [luhn(f"4{k:014d}"[:15]) for k in rng.integers(10**10, 10**13, N)]
    customer = [f"Zq{k:05d} Xyvanova" for k in range(N)]
    case_id = [f"CASE-{k:06d}-ID" for k in range(N)]
    email = [f"person{k}@mailbox{k % 50}.example" for k in range(N)]
    phone = [f"+49 170 {k:07d}" for k in rng.integers(10**6, 10**7, N)]
    spaced = [" ".join(c[i : i + 4] for i in range(0, 16, 4)) for c in card]
    message = [
        f"{name.upper()} ({case}) paid with {c}, also {s}; write to {e} or call {p}. <b>DE89 3704 0044 0532 0130 00</b>"
        for name, case, c, s, e, p in zip(customer, case_id, card, spaced, email, phone, strict=True)
    ]
    return pd.DataFrame(
        {
            "score": score,
            "label": label,
            "case_id": case_id,
            "amount": np.round(rng.lognormal(4, 1, N), 2),
            "branch": rng.choice(["north", "mail me: boss@bank.example", "DE89370400440532013000"], N),
            "gender": rng.choice(["women", "men"], N),
            "merchant": [f"shop of {name}" for name in customer],
            "contact": email,
            "phone": phone,
            "message": message,
            "card": card,
            "customer": customer,
            "pin_code": rng.integers(100_000, 999_999, N),
            "decision": rng.integers(0, 2, N),
        }
    )


def texts_of(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield all text there is in a bundle: files, what the PDF shows, its streams and what is attached to it."""
    import pikepdf

    for path in sorted(folder.iterdir()):
        if path.suffix != ".pdf":
            yield path.name, path.read_text("utf-8")
            continue
        yield (
            "text layer",
            subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout,
        )
        with pikepdf.open(path) as pdf:
            for name, attached in pdf.attachments.items():
                yield f"attached {name}", attached.get_file().read_bytes().decode("utf-8")
            for number, thing in enumerate(pdf.objects):
                if isinstance(thing, pikepdf.Stream):
                    data = thing.read_bytes()
                    yield (
                        f"stream {number}",
                        "" if data[:4] == b"\x00\x01\x00\x00" else data.decode("latin-1"),
                    )  # a typeface
                yield f"object {number}", thing.unparse().decode("latin-1")


@pytest.mark.pdf
def test_no_redacted_value_is_in_any_output_file(tmp_path: Path, run: Callable[..., Run]) -> None:
    table = cases()
    table.to_parquet(tmp_path / "cases.parquet")
    (tmp_path / "expectkit.toml").write_text(CONFIG)
    done = run("brief", tmp_path / "expectkit.toml", "--out", tmp_path / "out")
    assert done.code == 0, done.err
    secrets = {
        **dict.fromkeys(table.card, "card"),
        **dict.fromkeys(table.customer, "customer"),
        **dict.fromkeys(table.case_id, "id"),
        **dict.fromkeys(table.contact, "e-mail"),
        **dict.fromkeys(table.phone, "phone"),
        "boss@bank.example": "e-mail in a slice",
        "DE89370400440532013000": "IBAN in a slice",
        "DE89 3704 0044 0532 0130 00": "IBAN in a text",
    }
    tight = {re.sub(r"\s+", "", secret).casefold(): f"{kind} {secret}" for secret, kind in secrets.items()}
    found = dict(texts_of(tmp_path / "out")) | {"stdout": done.out, "stderr": done.err}
    assert {"briefing.html", "briefing.md", "record.json", "text layer", "attached record.json"} <= set(found)
    everything = re.sub(r"\s+", "", "\n".join(found.values())).casefold()
    assert [told for secret, told in tight.items() if secret in everything] == []
    record = found["record.json"]
    assert "[card number]" in record
    assert "[redacted value]" in record
    assert "[e-mail address]" in record
    assert re.search(r"#[0-9a-f]{12}", record)
    assert "a secret only we know" not in "".join(found.values())


def test_a_redacted_number_is_hidden_where_another_column_repeats_it() -> None:
    table = cases()
    table["amount"] = table.pin_code.astype(float)
    record = json.loads(briefing(table, show=["amount"], redact=["pin_code"]).to_json())
    shown = {f["value"] for g in record["failures"]["galleries"] for c in g["cases"] for f in c["facts"]}
    lines = " ".join(line for g in record["failures"]["galleries"] for c in g["cases"] for line in c["lines"])
    titles = " ".join(c["title"] for g in record["failures"]["galleries"] for c in g["cases"])
    text = " ".join(shown) + lines + titles
    assert "[redacted value]" in text
    for pin in table.pin_code:
        assert f"{pin:,}" not in text
        assert str(pin) not in text


def briefing(table: pd.DataFrame, **options: object) -> ek.Briefing:
    return ek.brief(
        "label",
        "score",
        data=table,
        threshold=0.5,
        cases_per_day=1000,
        prevalence="as in cases",
        chosen_on="other cases",
        date="2026-03-12",
        **options,
    )


def test_no_examples_shows_no_single_case_but_still_counts(tmp_path: Path, run: Callable[..., Run]) -> None:
    cases().to_parquet(tmp_path / "cases.parquet")
    (tmp_path / "expectkit.toml").write_text(CONFIG)
    done = run(
        "brief",
        tmp_path / "expectkit.toml",
        "--out",
        tmp_path / "out",
        "--format=html,md,json",
        "--no-examples",
    )
    assert done.code == 0, done.err
    record = json.loads((tmp_path / "out" / "record.json").read_text())
    assert record["failures"]["galleries"] == []
    assert len(record["failures"]["searches"]) == 2
    assert "case-card" not in re.sub(
        r"<style>.*?</style>", "", (tmp_path / "out/briefing.html").read_text(), flags=re.S
    )


@pytest.mark.parametrize("key", ["show", "slices", "sensitive"])
def test_a_column_cannot_be_shown_and_redacted(key: str) -> None:
    with pytest.raises(ConfigError, match=f'"merchant" stands under redact and under {key}'):
        briefing(cases(), **{key: ["merchant"], "redact": ["merchant"]})


def test_the_same_salt_gives_the_same_hash_and_another_salt_another() -> None:
    def references(salt: str) -> list[str]:
        found = briefing(cases(), show=["amount"], id="case_id", id_salt=salt).record.failures
        assert found is not None
        return [f.value for g in found.galleries for c in g.cases for f in c.facts if f.name == "Reference"]

    assert references("one") == references("one")
    assert not set(references("one")) & set(references("two"))


def test_a_redacted_id_is_not_shown_at_all() -> None:
    record = briefing(cases(), show=["amount"], id="case_id", redact=["case_id"]).to_json()
    assert "Reference" not in record
    assert "CASE-" not in record
