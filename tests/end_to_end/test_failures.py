"""Failure modes, galleries and groups, from a file of cases to the pages."""

from __future__ import annotations

import io
import json
import re
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import expectkit as ek
from tests.end_to_end.test_hostile_text import Finder

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "left \u202eright\u202c \u2066isolated\u2069 text",
    "W" * 10_000,
    "party \U0001f389\U0001f469\u200d\U0001f680 ends",
    "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645",
    "nul\x00byte \x1b[31m",
    "{{ 7 * 7 }} [x](javascript:alert(1)) @everyone #12",
]


def planted(n: int = 12_000, seed: int = 4, times: float = 6.0) -> pd.DataFrame:
    """Return cases of which the small online ones are missed `times` as often as the others."""
    rng = np.random.default_rng(seed)
    label = (rng.random(n) < 0.5).astype(int)
    channel = rng.choice(["shop", "online", "phone"], n, p=[0.5, 0.3, 0.2])
    amount = np.round(rng.lognormal(3, 1, n), 2)
    small_online = (channel == "online") & (amount < 10)
    wrong = rng.random(n) < np.where(small_online & (label == 1), 0.05 * times, 0.05)
    score = np.where(wrong == (label == 1), rng.uniform(0, 0.5, n), rng.uniform(0.5, 1, n))
    return pd.DataFrame(
        {
            "label": label,
            "score": score,
            "channel": channel,
            "amount": amount,
            "country": rng.choice(list("ABCD"), n),
        }
    )


def briefing(table: pd.DataFrame, **options: object) -> ek.Briefing:
    given: dict[str, object] = {
        "threshold": 0.5,
        "cases_per_day": 1000,
        "prevalence": "as in cases",
        "chosen_on": "other cases",
        "date": "2026-03-12",
    }
    return ek.brief("label", "score", data=table, **(given | options))


def test_a_planted_mode_is_named_in_plain_words_and_volumes() -> None:
    made = briefing(
        planted(), slices=["channel", "country"], show=["amount"], currency="EUR", amount="amount"
    )
    text = made.statements["failure.missed_positives.1"]
    assert re.fullmatch(
        r"About \d+ of the \d+ positive cases missed a day are those with "
        r"amount (?:under|from \d to under) \d+ € and channel online: the "
        r"model misses \d\d of every 100 of these, against \d of every 100 elsewhere\.",
        text,
    ), text
    assert "between" in made.statements["failure.missed_positives.1.range"]
    assert "No failure mode could be shown" in made.statements["failure.flagged_negatives.none"]
    assert (
        "needed" in made.statements["failure.flagged_negatives.none"]
        or "8 of 10" in made.statements["failure.flagged_negatives.none"]
    )
    page = made.to_html()
    assert text.replace("&", "&amp;") in page
    assert made.record.failures is not None
    mode = made.record.failures.searches[0].modes[0]
    assert mode.low < mode.rate < mode.high
    assert mode.elsewhere < mode.low


def test_the_parts_of_a_gallery_are_stated_and_add_up() -> None:
    found = briefing(planted(), slices=["channel"], show=["amount"]).record.failures
    assert found is not None
    typical = next(g for g in found.galleries if g.id == "missed_positives.typical")
    assert len(typical.cases) == 6
    assert sum(case.share or 0 for case in typical.cases) == pytest.approx(1)
    assert [case.reason for case in typical.cases].count("most confident") == 2
    assert all("of every 100 missed" in case.lines[0] for case in typical.cases)
    for gallery in found.galleries:
        assert len({case.title for case in gallery.cases}) == len(gallery.cases)
    borderline = next(g for g in found.galleries if g.id == "missed_positives.borderline")
    assert all(case.score > 0.49 for case in borderline.cases)


def test_values_are_set_against_what_is_usual() -> None:
    page = briefing(
        planted(), show=["amount"], amount="amount", currency="EUR", missed_positive=100
    ).to_markdown()
    assert re.search(r"Amount [\d,.]+ €, higher than \d\d(\.\d+)?% of negative cases", page)
    assert "Among those with the highest amount" in page
    assert "ostliest" not in page  # every one is said to cost 100


def test_the_costliest_mistakes_carry_their_cost_in_its_currency() -> None:
    table = planted().assign(loss=lambda cases: np.round(cases.amount * 7, 2))
    found = briefing(
        table, show=["channel"], currency="EUR", missed_positive={"column": "loss"}
    ).record.failures
    assert found is not None
    typical = next(g for g in found.galleries if g.id == "missed_positives.typical")
    losses = table.loss[(table.label == 1) & (table.score < 0.5)].nlargest(4)
    costliest = [case for case in typical.cases if case.reason == "costliest"]
    assert len(costliest) == 2
    for case in costliest:
        assert case.title.startswith("Among the costliest mistakes")
        assert any(line in [f"It costs €{loss:,.0f}." for loss in losses] for line in case.lines)


def test_people_who_make_the_same_mistake_are_shown_and_counted() -> None:
    table = planted()
    table["decision"] = np.where(table.score < 0.1, 0, table.label)
    found = briefing(table, show=["amount"], decision="decision").record.failures
    assert found is not None
    people = next(g for g in found.galleries if g.id == "missed_positives.people")
    n_both = int(((table.label == 1) & (table.score < 0.5) & (table.decision == 0)).sum())
    assert people.title == "A person would also miss this"
    assert f"got {n_both} wrong as well" in people.deck
    made = briefing(table, show=["amount"], decision="decision", assumed=True)
    assert "in the file, but they are a stated assumption" in made.statements["people.basis"]
    assert made.record.failures is not None
    assumed = next(g for g in made.record.failures.galleries if g.id == "missed_positives.people")
    assert f"is assumed to get {n_both} wrong as well" in assumed.deck
    assert all(case.score < 0.1 for case in people.cases)


def test_groups_are_compared_with_ranges_and_protected_ones_carry_a_note() -> None:
    table = planted()
    table["gender"] = np.where(np.arange(len(table)) % 3 == 0, "women", "men")
    table["place"] = [f"village {k % 900}" for k in range(len(table))]
    made = briefing(table, slices=["channel", "place"], sensitive=["gender"])
    assert "highest for online" in made.statements["groups.false_negative_rate.channel"]
    assert "more than chance explains" in made.statements["groups.false_negative_rate.channel"]
    assert "protected attribute" in made.statements["groups.fairness.gender"]
    assert "chance could explain" in made.statements["groups.false_negative_rate.gender"]
    by_column = {groups.column: groups for groups in made.record.slices}
    online = next(g for g in by_column["channel"].groups if g.label == "online")
    of_online = table[(table.channel == "online") & (table.label == 1)]
    assert online.missed is not None
    assert (online.missed.numerator, online.missed.denominator) == (
        (of_online.score < 0.5).sum(),
        len(of_online),
    )
    assert [g.label for g in by_column["place"].groups] == ["other (900 small groups)"]
    page = made.to_html()
    assert "Not every group fares the same" in page
    assert "Fairness." in page


def test_without_columns_to_show_nothing_is_said_of_failures() -> None:
    made = briefing(planted(800)[["label", "score"]])
    assert made.record.failures is None
    assert made.record.slices == ()


def test_related_cases_count_together_in_the_search_and_in_the_table_of_groups() -> None:
    """Each case three times says as much as once, when the file says that the three belong together."""
    table = planted(6_000, times=3)
    table["customer"] = [f"customer {k}" for k in range(len(table))]
    thrice = pd.concat([table] * 3, ignore_index=True)
    options: dict[str, object] = {"slices": ["channel"], "show": ["amount"]}
    once, related, blind = (
        briefing(table, **options),
        briefing(thrice, **options, group="customer"),
        briefing(thrice, **options),
    )
    assert "belong together" in related.statements["failure.related"]
    assert "failure.related" not in blind.statements
    ranges = []
    for made in (once, related, blind):
        groups = {g.label: g for g in made.record.slices[0].groups}
        missed = groups["shop"].missed
        assert missed is not None
        ranges.append(missed.high - missed.low)
    assert ranges[1] == pytest.approx(ranges[0], rel=0.02)
    assert ranges[2] < 0.65 * ranges[0]


def test_mistakes_of_one_customer_are_no_failure_mode() -> None:
    table = planted(6_000, times=1)
    table["customer"] = np.arange(len(table))
    theirs = table.index[(table.channel == "phone") & (table.label == 1)][:60]
    table.loc[theirs, "score"] = 0.1
    assert "failure.missed_positives.1" in briefing(table, slices=["channel"]).statements
    apart = briefing(table, slices=["channel"], group="customer")
    assert "failure.missed_positives.1" in apart.statements
    table.loc[theirs, "customer"] = -1
    together = briefing(table, slices=["channel"], group="customer")
    assert "failure.missed_positives.none" in together.statements


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_in_a_card_is_inert_and_readable(text: str) -> None:
    table = planted(1_000).assign(message=text, shop=text, channel=text[:50])
    made = briefing(table, slices=["channel"], show=["amount", "shop"], text="message")
    page = made.to_html()
    finder = Finder()
    finder.feed(page)
    assert finder.found == []
    assert "case-card__snippet" in page
    assert not re.search("[\u0000-\u0008\u000b\u000c\u000e-\u001f\u202a-\u202e\u2066-\u2069]", page)
    assert "W" * 300 not in page
    shown = made.to_markdown()
    assert not re.search(r"(?<![\\\w])@\w", shown)
    assert not re.search(r"<(script|img)", shown)
    json.loads(made.to_json())


@pytest.mark.pdf
@pytest.mark.slow
def test_hostile_cards_print(tmp_path: Path) -> None:
    table = planted(1_000).assign(message=[HOSTILE[k % len(HOSTILE)] for k in range(1_000)])
    (tmp_path / "x.pdf").write_bytes(briefing(table, show=["amount"], text="message").to_pdf())
    done = subprocess.run(["pdftotext", tmp_path / "x.pdf", "-"], capture_output=True, text=True, check=True)
    assert "alert(1)" in done.stdout
    assert "party" in done.stdout


def png(colour: int) -> bytes:
    out = io.BytesIO()
    Image.new("L", (80, 60), colour).save(out, "PNG")
    return out.getvalue()


def test_pictures_come_from_paths_bytes_and_arrays(tmp_path: Path) -> None:
    table = planted(600)
    (tmp_path / "x.png").write_bytes(png(9))
    by_path = briefing(table, images=[str(tmp_path / "x.png")] * 600, show=["amount"])
    by_bytes = briefing(table.assign(picture=[png(9)] * 600), images="picture", show=["amount"])
    by_array = briefing(table, images=np.full((600, 60, 80), 9, np.uint8), show=["amount"])
    assert by_bytes.to_json().replace("picture", "") != ""
    for made in (by_path, by_bytes, by_array):
        page = made.to_html()
        images = re.findall(
            r'<img class="case-card__picture" src="(data:image/png;base64,[\w+/=]+)"[^>]* alt="([^"]+)"', page
        )
        assert len(images) >= 20
        assert all("score" in text for _, text in images)
        assert len({address for address, _ in images}) == 1


def test_a_broken_missing_or_dangerous_picture_is_a_marked_gap_and_a_warning() -> None:
    table = planted(600)
    bad = [b"<svg onload=alert(1)>", b"broken", b"", None, png(5) + b"<script>alert(1)</script>"]
    made = briefing(table.assign(picture=[bad[k % 5] for k in range(600)]), images="picture", show=["amount"])
    page = made.to_html()
    assert "This picture cannot be shown." in page
    warning = next(text for text in made.warnings if "pictures cannot be shown" in text)
    assert "cannot be read as PNG" in warning
    finder = Finder()
    finder.feed(re.sub(r'<img class="case-card__picture" src="data:image/png;base64,[^>]+>', "", page))
    assert finder.found == []


def test_as_many_pictures_as_cases_are_needed() -> None:
    with pytest.raises(ek.InputError, match="5 images came with 600 cases"):
        briefing(planted(600), images=np.zeros((5, 8, 8)), show=["amount"])


@pytest.mark.slow
def test_on_noise_hardly_any_search_names_a_mode() -> None:
    """At most 5 % of searches may; of 60 that is 7 or fewer with probability .98."""
    named = 0
    for seed in range(60):
        made = briefing(
            planted(1_500, seed=seed, times=1.0),
            slices=["channel", "country"],
            show=["amount"],
            examples=False,
        )
        assert made.record.failures is not None
        named += bool(made.record.failures.searches[0].modes)
    assert named <= 7


@pytest.mark.slow
def test_a_group_of_4_percent_missed_four_times_as_often_is_found() -> None:
    """9,000 cases, 2.5 % wrong: STATS gives power 1.00 for four times as many."""
    found = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        n = 18_000
        table = pd.DataFrame(
            {"label": np.arange(n) % 2, **{f"c{k}": rng.integers(0, 5, n).astype(str) for k in range(4)}}
        )
        group = (table.c0 == "1") & (table.c1 == "2")
        wrong = rng.random(n) < np.where(group, 0.10, 0.025)
        table["score"] = np.where(wrong == (table.label == 1), 0.2, 0.8)
        made = briefing(table, slices=["c0", "c1", "c2", "c3"], examples=False)
        assert made.record.failures is not None
        found += any(mode.group == "C0 1 and c1 2" for mode in made.record.failures.searches[0].modes)
    assert found >= 18
