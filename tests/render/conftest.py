"""A briefing made by hand with every kind of block. Its numbers are invented; only their layout is tested here."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from expectkit.briefing.charts import (
    Bracket,
    DotGroup,
    IconArray,
    Line,
    LineChart,
    RangeBar,
    RangeChart,
    RangeRow,
    Tone,
)
from expectkit.briefing.document import (
    CaseCard,
    CaseCards,
    Cell,
    Charts,
    Column,
    Definitions,
    Document,
    DotBlocks,
    FlowCell,
    FlowMatrix,
    FlowRow,
    Footnote,
    Heading,
    Item,
    Items,
    Panel,
    Paragraph,
    Picture,
    Row,
    Section,
    SignOff,
    Span,
    Table,
    VolumeCard,
    VolumeCards,
)

GOLD = Path(__file__).parent.parent / "gold" / "components"


@pytest.fixture
def gold(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with its gold file, or write the file anew with --update-gold."""

    def check(name: str, text: str) -> None:
        path = GOLD / name
        if request.config.getoption("--update-gold"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        assert path.is_file(), f"{name} is missing; run the test with --update-gold and read what it writes"
        assert text == path.read_text(encoding="utf-8"), (
            f"{name} differs; see tests/gold/components/README.md"
        )

    return check


def range_bar(value: float, low: float, high: float, tone: Tone, name: str) -> RangeBar:
    text = f"{name}: {value:g} a day, typically between {low:g} and {high:g}."
    return RangeBar(
        value, low, high, 300.0, ((0.0, "0"), (100.0, "100"), (200.0, "200"), (300.0, "300")), tone, text
    )


def volume_cards() -> VolumeCards:
    return VolumeCards(
        (
            VolumeCard(
                "Fraudulent transactions caught",
                "266",
                "caught",
                "of 280 fraudulent transactions a day are correctly caught.",
                "Typically¹ between 243 and 289",
                range_bar(266, 243, 289, "caught", "Caught"),
            ),
            VolumeCard(
                "Valid transactions flagged",
                "200",
                "false_alarm",
                "valid transactions a day are flagged: about 25 of every 1,000.",
                "Typically between 179 and 221",
                range_bar(200, 179, 221, "false_alarm", "Flagged by mistake"),
            ),
            VolumeCard(
                "Fraudulent transactions missed",
                "14",
                "missed",
                "fraudulent transactions a day go through unseen.",
                "Typically between 8 and 20",
                range_bar(14, 8, 20, "missed", "Missed"),
            ),
        )
    )


def icon_array() -> DotBlocks:
    groups = (
        DotGroup(266, "caught", False, "266 frauds caught.", "They are reviewed and stopped."),
        DotGroup(
            200, "false_alarm", False, "200 valid transactions flagged.", "A reviewer releases each of them."
        ),
        DotGroup(14, "missed", True, "14 frauds missed.", "Found later, through customer reports."),
    )
    return DotBlocks(
        "One dot is one transaction that needs attention on an average day. The other 7,800 pass untouched.",
        IconArray(
            groups,
            "466 dots for flagged transactions, 266 of them frauds, and 14 hollow dots for missed frauds.",
        ),
    )


def volume_chart() -> LineChart:
    xs = tuple(0.40 + 0.0011 * k for k in range(201))
    caught = tuple(279 - 70 * ((x - 0.40) / 0.22) ** 2 for x in xs)
    alarms = tuple(1400 * math.exp(-(x - 0.36) * 15.0) for x in xs)
    missed = tuple(280 - y for y in caught)

    def spread(ys: tuple[float, ...], share: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
        return tuple(y * (1 - share) for y in ys), tuple(y * (1 + share) for y in ys)

    return LineChart(
        "Volumes a day, by setting",
        "Transactions a day",
        "Setting",
        0.40,
        0.62,
        400.0,
        (
            Line("Frauds caught", "caught", xs, caught, *spread(caught, 0.08)),
            Line("Valid flagged", "false_alarm", xs, alarms, *spread(alarms, 0.12)),
            Line("Frauds missed", "missed", xs, missed, *spread(missed, 0.3)),
        ),
        "At a stricter setting fewer valid transactions are flagged (774 to 28 a day) and more frauds are missed.",
        0.49,
        "Recommended 0.49",
    )


def cost_chart() -> LineChart:
    xs = tuple(0.40 + 0.0044 * k for k in range(51))
    ys = tuple(3.3 + 330 * (x - 0.52) ** 2 + 0.08 * math.sin(90 * x) for x in xs)
    line = Line("Total cost", "caught", xs, ys, tuple(y * 0.82 for y in ys), tuple(y * 1.18 for y in ys))
    return LineChart(
        "Cost a day, by setting",
        "Thousand euros: fraud losses plus handling",
        "Setting",
        0.40,
        0.62,
        8.0,
        (line,),
        "The cost is lowest near 0.52 and within 10% of that between 0.49 and 0.55.",
        0.49,
        "Recommended 0.49",
        Bracket(0.487, 0.553, "within 10% of lowest"),
    )


def range_chart() -> RangeChart:
    rows = (
        RangeRow("Card present", 3.1, 2.2, 4.4, "missed", "12 of 390"),
        RangeRow("Online, card on file", 5.2, 4.0, 6.8, "missed", "52 of 1,004"),
        RangeRow("Telephone order placed outside the country", 9.4, 5.5, 15.8, "missed", "11 of 117"),
        RangeRow("Cash machine", None, 0.0, 12.1, "missed", "fewer than 30 frauds"),
    )
    return RangeChart(
        "Frauds missed, by channel",
        "Of every 100 frauds, with the range the cases allow",
        20.0,
        rows,
        "Telephone orders are missed most often, 9 of every 100; card present least, 3 of every 100.",
        5.0,
        "All channels 5",
    )


def settings_table() -> Table:
    columns = (
        Column("Setting", "left", 22),
        Column("Frauds caught", "right", 15),
        Column("Valid flagged", "right", 15),
        Column("Frauds missed", "right", 15),
        Column("Of 100 flagged, how many are fraud", "right", 18),
        Column("Cost a day", "right", 15),
    )

    def row(name: str, at: str, cells: tuple[tuple[str, str], ...], recommended: bool = False) -> Row:
        return Row((Cell(name, at), *(Cell(text, note) for text, note in cells)), recommended)

    return Table(
        "Four settings side by side",
        columns,
        (
            row(
                "Catch more",
                "0.45",
                (
                    ("272", "249 to 295"),
                    ("363", "331 to 395"),
                    ("8", "3 to 13"),
                    ("43", ""),
                    ("€2,412", "1,560 to 3,290"),
                ),
            ),
            row(
                "Recommended",
                "0.49",
                (
                    ("266", "243 to 289"),
                    ("200", "179 to 221"),
                    ("14", "8 to 20"),
                    ("57", ""),
                    ("€2,480", "1,710 to 3,260"),
                ),
                True,
            ),
            row(
                "Lowest cost",
                "0.47",
                (
                    ("269", "246 to 292"),
                    ("269", "243 to 295"),
                    ("11", "6 to 17"),
                    ("50", ""),
                    ("€2,396", "1,640 to 3,180"),
                ),
            ),
            row(
                "Flag fewer",
                "0.56",
                (
                    ("243", "221 to 265"),
                    ("70", "58 to 82"),
                    ("37", "27 to 47"),
                    ("78", ""),
                    ("€4,720", "3,510 to 5,930"),
                ),
            ),
        ),
        "Second lines are the typical range, on 8 days out of 10.",
    )


def rest_table() -> Table:
    return Table(
        "What the numbers rest on",
        (Column("", "left", 34), Column("What we know", "left", 66)),
        (
            Row((Cell("Test cases"), Cell("115,920 transactions, 1 to 14 March 2026"))),
            Row((Cell("Left out"), Cell("37 rows without a score"))),
            Row(
                (
                    Cell("File"),
                    Cell(
                        "scored_cases.parquet",
                        "sha256 9f2c4b1ae07d5c3386be1f0a7c2dd94e5f6a81b3c7d90e12a4b5c6d7e8f90123",
                    ),
                )
            ),
        ),
        shows_caption=True,
    )


def panel() -> Panel:
    return Panel(
        "What we ask of you",
        (
            Item("Agree the setting.", "We recommend 0.49; the next page shows what moves if you change it."),
            Item("Accept 200 flagged valid transactions a day", "and the 13 reviewer hours they need."),
            Item(
                "Sign the promise",
                "on the last page. If four weeks fall outside the ranges, the launch is reviewed.",
            ),
        ),
    )


def case_cards() -> CaseCards:
    grey_dot = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
        "0000000a4944415478da6368000000820081da45083b0000000049454e44ae426082"
    )
    return CaseCards(
        (
            CaseCard(
                "valid transaction, flagged",
                "false_alarm",
                "Country PT and amount of 400 € or more",
                (
                    "About 61 of every 100 wrongly flagged are most like this one.",
                    "Amount 412 €, higher than 97% of valid transactions.",
                ),
                (Item("Country", "PT"), Item("Score", "0.57")),
                "for your new flat xx",
            ),
            CaseCard(
                "fraudulent transaction, missed",
                "missed",
                "Nearly right",
                (),
                (Item("Score", "0.48"),),
                picture=Picture(
                    grey_dot, 1, 1, "Fraudulent transaction, missed: picture of the case, score 0.48"
                ),
            ),
            CaseCard(
                "fraudulent transaction, missed",
                "missed",
                "A typical mistake",
                (),
                (),
                picture_note="This picture cannot be shown.",
            ),
        ),
        intro="3 of the 61 mistakes in the test, the most common kind first.",
        note="A case is put with the shown one it is most like.",
    )


def paragraphs() -> tuple[Paragraph, ...]:
    lead = Paragraph(
        (
            Span(
                "With these settings, the fraud detection model would have a 5% false negative rate and a 2.5% false "
                "positive rate. Every day, an average of "
            ),
            Span("200 valid transactions", True, "false_alarm"),
            Span(" would be flagged as fraudulent and sent for manual review, and an average of "),
            Span("14 fraudulent transactions", True, "missed"),
            Span(" would be missed. An average of "),
            Span("266 fraudulent transactions", True, "caught"),
            Span(" would be correctly caught."),
        ),
        "lead",
    )
    body = Paragraph(
        (
            Span("The ranges carry three things: "),
            Span("how days differ", True),
            Span(", how few cases we saw, and how traffic may move."),
        )
    )
    note = Paragraph((Span("Flagged means the score is at or above the setting."),), "note")
    return lead, body, note


def flow_matrix() -> FlowMatrix:
    return FlowMatrix(
        caption="Who was taken for whom in the test",
        corner="True class",
        total_title="All",
        columns=("cat", "dog | wolf", "Person"),
        rows=(
            FlowRow(
                "cat",
                "1,000",
                (FlowCell("940", "right", 3), FlowCell("15", "wrong", 1), FlowCell("45", "person", 2)),
            ),
            FlowRow(
                "dog | wolf",
                "200",
                (FlowCell("30", "wrong", 3), FlowCell("170", "right", 3), FlowCell("0", "person", 0)),
            ),
        ),
        note="Counts of the test.",
    )


def sections() -> tuple[Section, ...]:
    lead, body, note = paragraphs()
    typical = Footnote(
        "1",
        "“Typically” means on 8 days out of 10. The range covers day-to-day variation and the limits of "
        "our test cases (3,920 frauds, 112,000 valid transactions).",
    )
    return (
        Section(
            "expectation", "The expectation", (lead, volume_cards()), shows_title=False, footnotes=(typical,)
        ),
        Section("day", "Of 10 flagged transactions, 6 are fraud", (icon_array(), panel())),
        Section(
            "settings",
            "One setting trades missed fraud for flagged customers",
            (
                Charts(
                    (volume_chart(), cost_chart()),
                    "Source: held-out transactions, 1 to 14 March 2026. Cost: €120 a missed fraud, €4 a review.",
                ),
                Heading("Four settings side by side"),
                settings_table(),
            ),
            "A stricter setting flags fewer transactions. Shaded bands show where 8 days out of 10 should fall.",
            starts_page=True,
        ),
        Section(
            "sure",
            "How sure we are, and why",
            (
                body,
                Charts((range_chart(),)),
                Items(
                    (
                        Item("Days differ.", "Fridays see 12% more transactions than Mondays."),
                        Item("", "Nothing was seen from two countries the service will open in."),
                    )
                ),
            ),
        ),
        Section("examples", "When it goes wrong, it looks like this", (case_cards(),)),
        Section("flows", "Cats taken for dogs", (flow_matrix(),)),
        Section("rest", "What the numbers rest on", (rest_table(), note)),
        Section(
            "words",
            "Words used here",
            (
                Definitions(
                    (
                        Item(
                            "Setting (threshold)",
                            "The score at which a transaction is flagged. A higher setting flags fewer.",
                        ),
                        Item(
                            "Held-out transactions",
                            "Transactions kept apart and never shown to the model while it was trained.",
                        ),
                        Item(
                            "Typically",
                            "On 8 days out of 10. One day in ten is lower, one day in ten is higher.",
                        ),
                        Item("Valid transaction flagged", "A false alarm: the customer did nothing wrong."),
                    )
                ),
                SignOff(
                    (
                        Item("Business owner", "Name, date"),
                        Item("Risk and compliance", "Name, date"),
                        Item("Model owner", "Name, date"),
                    )
                ),
            ),
        ),
    )


def sample_document() -> Document:
    return Document(
        kind="Launch briefing",
        title="Each day it should catch about 270 frauds, and flag about 200 valid transactions by mistake",
        deck="Version 3.2 of the fraud detection model, at the recommended setting of 0.49, "
        "on a day of 8,280 transactions of which about 280 are fraud.",
        subject="Fraud detection model 3.2",
        meta=("Payments risk", "12 March 2026"),
        badge="Decision needed",
        badge_tone="false_alarm",
        banner="Simulated. Rates are chosen, not observed; nothing here says how well any real fraud model works.",
        sections=sections(),
        footer="Record 7f3c 91ae · expectkit 0.1.0 · generated 12 March 2026",
        language="en",
        date="2026-03-12",
        description="What to expect of the fraud detection model, in transactions a day.",
    )


@pytest.fixture
def document() -> Document:
    return sample_document()
