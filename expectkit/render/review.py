"""The threshold review page: one offline HTML file with a slider, for the meeting that chooses the setting.

The page is drawn whole at the proposed setting, with every setting in a table, so it says what it has to say without
a script. The script then moves numbers, sentences and curves; it is our own, concatenated from the modules in
``templates/review``. Plotly is the installed package's own file, put in once.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from expectkit.briefing.agreement import evidence_of
from expectkit.briefing.printed import PrintedVolume
from expectkit.briefing.record import Record
from expectkit.briefing.review_inputs import ReviewInputs
from expectkit.briefing.vocabulary import Words, sentence_case
from expectkit.briefing.wording import date_text, number_text, threshold_text
from expectkit.errors import MissingExtraError
from expectkit.render.figures import TONES, cost_spec, trade_off_spec
from expectkit.render.review_data import cost_factors, review_data
from expectkit.render.templates import environment, review_style, templates_folder
from expectkit.render.tokens import dark_tokens, light_tokens

MODULES = ("decimal", "printed", "sentences", "chance", "data", "model", "charts", "fields", "page")
"""Our script's modules, each after those it needs."""

_IMPORT = re.compile(r'^import [^;]*?from "\./[a-z]+\.js";\n', re.MULTILINE | re.DOTALL)
_COMMENT_LINE = re.compile(r"^\s*(//|/\*\*|\*).*\n", re.MULTILINE)
_INDENT = re.compile(r"^ +", re.MULTILINE)
_USED_TOKENS = ("ink", "mute", "rule", "paper", "caught", "false-alarm", "missed", "neutral", "sans")


@dataclass(frozen=True, slots=True)
class Sizes:
    """What a review page weighs, in bytes.

    Parameters
    ----------
    whole, plotly : int
    own : int
        All but Plotly.
    """

    whole: int
    plotly: int

    @property
    def own(self) -> int:
        """Everything but Plotly itself."""
        return self.whole - self.plotly


def render_review(record: Record, inputs: ReviewInputs, *, fonts: bool = True) -> str:
    """Return the threshold review page.

    Parameters
    ----------
    record : Record
    inputs : ReviewInputs
    fonts : bool
        Whether to put our typefaces into the page (about 30 kB).

    Returns
    -------
    str
        A whole HTML document that asks for nothing. Its Content-Security-Policy allows the scripts in it by their
        hashes and no other.

    Raises
    ------
    MissingExtraError
        If Plotly is not installed.
    """
    from markupsafe import Markup

    from expectkit.render.fonts import page_faces

    data, plotly, script = _data(record, inputs), plotly_script(), own_script()
    page = _page(record, inputs)
    faces = page_faces(page_text(page)) if fonts else ""
    page |= {
        "hashes": Markup(" ".join(f"'{_hash(text)}'" for text in (plotly, script))),
        "style": Markup(f"{faces}\n{review_style()}"),
    }
    html = environment().get_template("review.html.j2").render(page=page)
    tail = (
        f'<script type="application/json" id="data">{data}</script>',
        f"<script>{plotly}</script>",
        f"<script>{script}</script>",
        "</body>",
        "</html>",
    )
    return "\n".join((html.rstrip(), *tail)) + "\n"


def sizes(html: str) -> Sizes:
    """Return what a page weighs."""
    return Sizes(len(html.encode()), len(plotly_script().encode()))


# ------------------------------------------------------------------------------------------------- scripts


@cache
def plotly_script() -> str:
    """Return Plotly's own script from the installed package.

    Raises
    ------
    MissingExtraError
        If the package is not installed.
    """
    try:
        import plotly
    except ImportError as error:
        raise MissingExtraError(
            "The review page needs Plotly, which is not installed. Run pip install plotly, or leave out the format "
            "review."
        ) from error
    path = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    return script_safe(path.read_text(encoding="utf-8"))


@cache
def own_script() -> str:
    """Return our modules as one script: without imports, exports, comments and indents."""
    folder = templates_folder() / "review"
    parts = []
    for name in MODULES:
        text = (folder / f"{name}.js").read_text(encoding="utf-8")
        text = _IMPORT.sub("", text).replace("\nexport ", "\n").removeprefix("export ")
        parts.append(_INDENT.sub("", _COMMENT_LINE.sub("", text)).strip())
    return script_safe('(() => {\n"use strict";\n' + "\n".join(parts) + "\n})();")


def script_safe(text: str) -> str:
    """Return a script that no HTML parser ends early; only strings and comments can hold these marks."""
    return text.replace("\r\n", "\n").replace("</script", "<\\/script").replace("<!--", "<\\!--")


def json_text(value: object) -> str:
    """Write data so that it can stand inside a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for mark, escape in (("<", "\\u003c"), (">", "\\u003e"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):
        text = text.replace(mark, escape)
    return text


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _data(record: Record, inputs: ReviewInputs) -> str:
    names = [*_USED_TOKENS, *(f"{tone}-band" for tone in TONES.values())]
    labels = {
        "flagged_negatives": "Flagged by mistake",
        "caught_positives": sentence_case(record.words.caught.removeprefix("correctly ")),
        "missed_positives": sentence_case(record.words.missed),
    }
    return json_text(
        review_data(record, inputs)
        | {
            "labels": labels,
            "figures": {"trade_off": trade_off_spec(record.words), "cost": cost_spec()},
            "tokens": {
                "light": {name: light_tokens()[name] for name in names},
                "dark": {name: dark_tokens()[name] for name in names},
            },
        }
    )


# ------------------------------------------------------------------------------------ the page at one setting


def _page(record: Record, inputs: ReviewInputs) -> dict[str, Any]:
    words, place = record.words, _place(record, inputs)
    cases = sentence_case(words.case.plural)
    return {
        "language": words.language,
        "title": f"Setting review: {words.model_name}",
        "meta": [text for text in _meta(record) if text],
        "headline": record.statement("headline"),
        "banner": record.provenance.banner,
        "setting": threshold_text(float(inputs.thresholds[place])),
        "place": place,
        "cards": _cards(record),
        "expectation": record.statement("expectation"),
        "ranges": record.statement("expectation.ranges"),
        "remark": "",
        "in_words": _in_words(words),
        "words": words,
        "cases_title": cases,
        "positive_title": sentence_case(words.positive.plural),
        "negative_title": sentence_case(words.negative.plural),
        "flagged_title": sentence_case(words.briefly_flagged),
        "currency_title": inputs.costs.currency or "Cost",
        "table_title": _table_title(record),
        "cells": _cells(record),
        "fields": list(_fields(words, inputs)),
        "pin_rows": list(_pin_rows(words)),
        "sign_off": record.audience.sign_off,
        "row_titles": [
            f"{sentence_case(words.negative.plural)} {words.briefly_flagged}",
            f"{sentence_case(words.positive.plural)} {words.missed}",
            f"{sentence_case(words.positive.plural)} caught",
        ],
        "rows": list(_rows(inputs)),
        "is_short": inputs.thresholds.size <= 12,
        "footer": _footer(record),
    }


def _in_words(words: Words) -> str:
    """Explain on the spot what the sentences above it say in few words."""
    positives, negatives = words.positive.plural, words.negative.plural
    return (
        f"False negative rate: of all {positives}, the share {words.missed}. "
        f"False positive rate: of all {negatives}, the share {words.briefly_flagged}. "
        "Average: over many days. Typically: on 8 days of 10. By chance alone: what 8 days of 10 would bring if only "
        "chance made days differ; real days differ more."
    )


def page_text(value: object) -> str:
    """Return all text in the page's values, for choosing the letters a typeface must have."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return "".join(map(page_text, value.values()))
    if isinstance(value, list | tuple):
        return "".join(map(page_text, value))
    fields: tuple[str, ...] = getattr(value, "__dataclass_fields__", ())
    return "".join(page_text(getattr(value, name)) for name in fields)


def _place(record: Record, inputs: ReviewInputs) -> int:
    return int(inputs.thresholds.searchsorted(record.operating_threshold))


def _meta(record: Record) -> tuple[str, ...]:
    return record.model.name, record.model.version, _date(record), record.audience.team


def _date(record: Record) -> str:
    import datetime

    return date_text(datetime.date.fromisoformat(record.provenance.date))


def _cards(record: Record) -> list[dict[str, str]]:
    words, volumes = record.words, record.per_day
    caught = words.caught.removeprefix("correctly ")
    titles = {
        "caught_positives": (f"{words.positive.plural} {caught}", "caught"),
        "flagged_negatives": (f"{words.negative.plural} {words.briefly_flagged} by mistake", "false_alarm"),
        "missed_positives": (f"{words.positive.plural} {words.missed}", "missed"),
    }
    cards = [
        {"name": name, "title": sentence_case(title), "tone": tone, **_card(volumes[name].printed)}
        for name, (title, tone) in titles.items()
    ]
    return [
        *cards,
        {"name": "cost", "title": "Cost a day", "tone": "", "number": "–", "per": "", "range": ""},
    ]


def _card(printed: PrintedVolume) -> dict[str, str]:
    per = "" if printed.period == "day" else f" a {printed.period}"
    return {
        "number": printed.mean or "–",
        "per": per if printed.mean else "",
        "range": printed.typical_range or "",
    }


def _cells(record: Record) -> dict[str, str]:
    volumes = record.per_day
    precision = record.rates["precision"].printed
    return {
        "caught": amount_text(volumes["caught_positives"].printed),
        "missed": amount_text(volumes["missed_positives"].printed),
        "flagged": amount_text(volumes["flagged_negatives"].printed),
        "passed": "the others",
        "precision": precision or "too few to say",
    }


def _table_title(record: Record) -> str:
    cases = record.per_day["cases"].printed
    return (
        f"Where the {cases.mean} {record.words.case.plural} of {'a day' if cases.period == 'day' else ''} go"
    )


def amount_text(printed: PrintedVolume) -> str:
    """Write an average as a table shows it: a number, a range, a bound, or that there were too few cases."""
    per = "" if printed.period == "day" else f" a {printed.period}"
    if printed.mean is not None:
        return f"{printed.mean}{per}"
    if printed.mean_range is not None:
        return f"{printed.mean_range}{per}"
    return " ".join(printed.bound) + per if printed.bound is not None else "too few to say"


def _rows(inputs: ReviewInputs) -> Iterator[tuple[str, str, str, str]]:
    for threshold, there in zip(inputs.thresholds, inputs.printed, strict=True):
        yield (
            threshold_text(float(threshold)),
            _row_text(there.flagged_negatives),
            _row_text(there.missed_positives),
            amount_text(there.caught_positives),
        )


def _row_text(printed: PrintedVolume) -> str:
    if printed.mean is None or printed.mean_low is None:
        return amount_text(printed)
    per = "" if printed.period == "day" else f" a {printed.period}"
    return f"{printed.mean} ({printed.mean_low}–{printed.mean_high}){per}"


def _pin_rows(words: Words) -> Iterator[dict[str, str]]:
    caught = words.caught.removeprefix("correctly ")
    yield {"name": "caught_positives", "title": sentence_case(f"{words.positive.plural} {caught}")}
    yield {
        "name": "flagged_negatives",
        "title": sentence_case(f"{words.negative.plural} {words.briefly_flagged}"),
    }
    yield {"name": "missed_positives", "title": sentence_case(f"{words.positive.plural} {words.missed}")}
    yield {"name": "flagged", "title": "All flagged: reviews"}
    yield {"name": "cost", "title": "Cost"}


def _fields(words: Words, inputs: ReviewInputs) -> Iterator[dict[str, Any]]:
    costs = inputs.costs
    unit = f", {costs.currency}" if costs.currency else ""
    positive, negative = words.positive.singular, words.negative.singular

    def field(key: str, label: str, value: float | None, digits: int = 6) -> dict[str, Any]:
        text = "" if value is None else plain_number(value, digits)
        return {"id": key, "label": label, "value": text, "has_note": key in ("reviewers", "capacity")}

    yield field("cost-missed", f"One {words.missed} {positive}{unit}", costs.missed_positive, 12)
    yield field("cost-flagged", f"One {negative} {words.briefly_flagged}{unit}", costs.flagged_negative, 12)
    if costs.caught_positive:
        yield field("cost-caught", f"Value of one {positive} caught{unit}", costs.caught_positive, 12)
    yield field("cases-per-day", f"{sentence_case(words.case.plural)} a day", inputs.traffic)
    yield field("prevalence", f"Share of {words.positive.plural}, %", inputs.prevalence * 100, 5)
    yield field("minutes", "Minutes a review takes", costs.minutes_per_review, 12)
    yield field("reviewers", "Reviewers", costs.reviewers, 12)
    yield field("capacity", "Reviews a day there is room for", costs.review_capacity_per_day, 12)


def plain_number(value: float, digits: int) -> str:
    """Write a number for an input: so many significant digits, no separators.

    Examples
    --------
    >>> plain_number(8303.32142857, 6), plain_number(120.0, 12)
    ('8303.32', '120')
    """
    return number_text(float(f"{value:.{digits}g}")).replace(",", "")


def _footer(record: Record) -> str:
    evidence = ", ".join(f"{name} ({sha256[:8]})" for name, sha256 in evidence_of(record).items())
    version = record.provenance.expectkit_version
    return f"Measured on {number_text(record.provenance.n_kept)} test cases: {evidence}. expectkit {version}."


def has_costs(inputs: ReviewInputs) -> bool:
    """Return whether the page opens with a cost."""
    return cost_factors(inputs.costs) is not None
