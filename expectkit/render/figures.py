"""Plotly figures: the trade-off and the cost curve, for notebooks and for the review page.

Both use one specification, whose colours are names of design tokens such as ``"@caught"``. In a notebook the record's
numbers are filled in here; on the review page its own script fills in what the reader has edited. Settings stand
one step apart, as on the slider, so that each can be reached, however close together the scores lie. The axis says so,
because the briefing's curves are even in the score and look different.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from expectkit.briefing.axes import nice_ticks
from expectkit.briefing.record import Record
from expectkit.briefing.vocabulary import Words, sentence_case
from expectkit.briefing.wording import threshold_text
from expectkit.render.tokens import light_tokens

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

LINES = ("flagged_negatives", "caught_positives", "missed_positives")
TONES = {"flagged_negatives": "false-alarm", "caught_positives": "caught", "missed_positives": "missed"}
N_TICKS = 6
STEPS = "one step each, so scores are not evenly spaced"
"""What the axis says of the settings along it."""


def trade_off_spec(words: Words) -> dict[str, Any]:
    """Return the trade-off chart without numbers: three bands and three lines."""
    labels = {
        "flagged_negatives": f"{sentence_case(words.negative.plural)} {words.briefly_flagged}",
        "caught_positives": f"{sentence_case(words.positive.plural)} caught",
        "missed_positives": f"{sentence_case(words.positive.plural)} {words.missed}",
    }
    bands = [_band(labels[name], f"@{TONES[name]}-band") for name in LINES]
    lines = [_line(labels[name], f"@{TONES[name]}") for name in LINES]
    return {"data": [*bands, *lines], "layout": _layout()}


def cost_spec() -> dict[str, Any]:
    """Return the cost chart without numbers: band, line, and the stretch near the lowest cost."""
    near = _line("within 10% of the lowest", "@caught") | {"mode": "lines+markers"}
    near["line"] = {"color": "@caught", "width": 6}
    near["marker"] = {
        "symbol": "line-ns-open",
        "size": 14,
        "color": "@caught",
        "line": {"width": 2, "color": "@caught"},
    }
    data = [_band("Cost", "@caught-band"), _line("Cost", "@caught"), near]
    return {"data": data, "layout": _layout()}


def figures(record: Record) -> Mapping[str, Figure]:
    """Return a record's figures for a notebook.

    Parameters
    ----------
    record : Record

    Returns
    -------
    mapping of str to plotly.graph_objects.Figure
        "trade_off": averages a day along the settings, with ranges that hold for all of them at once.
    """
    import plotly.graph_objects as go

    spec = trade_off_spec(record.words)
    spec["data"] += [_rule(), _marks([f"@{TONES[name]}" for name in LINES])]
    spec = painted(spec, light_tokens())
    columns = record.thresholds
    places = list(range(len(columns.threshold)))
    at = min(places, key=lambda i: abs(columns.threshold[i] - record.operating_threshold))
    top = nice_ticks(1.35 * max(columns.caught_positives_high, default=1.0), 4)[-1][0]
    for k, name in enumerate(LINES):
        low, high = getattr(columns, f"{name}_low"), getattr(columns, f"{name}_high")
        mean = getattr(columns, name)
        spec["data"][k] |= {"x": [*places, *reversed(places)], "y": [*high, *reversed(low)]}
        spec["data"][3 + k] |= {"x": places, "y": list(mean)}
    setting = f"{record.operating.name} {record.operating.printed_threshold}"
    spec["data"][6] |= {"x": [at, at], "y": [0, top], "text": ["", setting]}
    spec["data"][7] |= {"x": [at] * 3, "y": [getattr(columns, name)[at] for name in LINES]}
    ticks = tick_places(columns.threshold, 0, len(places) - 1)
    spec["layout"]["xaxis"] |= {
        "tickvals": ticks,
        "ticktext": [threshold_text(columns.threshold[i]) for i in ticks],
    }
    spec["layout"]["yaxis"] |= {"range": [0, top]}
    spec["layout"] |= {
        "showlegend": True,
        "title": {"text": f"{sentence_case(record.words.case.plural)} a day"},
    }
    return {"trade_off": go.Figure(spec)}


def tick_places(thresholds: Sequence[float], first: int, last: int) -> list[int]:
    """Choose settings to label on an axis: about evenly, and those that are short to say.

    Examples
    --------
    >>> tick_places([0.1, 0.15, 0.2, 0.25, 0.3], 0, 4)
    [0, 1, 2, 3, 4]
    """
    n_places = last - first + 1
    if n_places <= N_TICKS:
        return list(range(first, last + 1))
    step = (n_places - 1) / (N_TICKS - 1)
    reach = int(step / 4)
    chosen = []
    for k in range(N_TICKS):
        middle = first + round(k * step)
        near = range(max(first, middle - reach), min(last, middle + reach) + 1)
        chosen.append(min(near, key=lambda i: (len(threshold_text(thresholds[i])), abs(i - middle))))
    return chosen


def painted(spec: Mapping[str, Any], tokens: Mapping[str, str]) -> dict[str, Any]:
    """Return a copy of a specification with the names of tokens replaced by their values.

    Examples
    --------
    >>> painted({"line": {"color": "@ink"}}, {"ink": "#14212b"})
    {'line': {'color': '#14212b'}}
    """
    painted_spec: dict[str, Any] = _painted(copy.deepcopy(dict(spec)), tokens)
    return painted_spec


def _painted(value: Any, tokens: Mapping[str, str]) -> Any:
    if isinstance(value, str) and value.startswith("@"):
        return tokens[value[1:]]
    if isinstance(value, dict):
        return {key: _painted(item, tokens) for key, item in value.items()}
    return [_painted(item, tokens) for item in value] if isinstance(value, list) else value


def _band(name: str, colour: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "name": f"{name}: where the average could lie",
        "mode": "lines",
        "line": {"width": 0, "color": colour},
        "fill": "toself",
        "fillcolor": colour,
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _line(name: str, colour: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "name": name,
        "mode": "lines",
        "line": {"width": 2.2, "color": colour},
        "hoverinfo": "skip",
    }


def _rule() -> dict[str, Any]:
    return {
        "type": "scatter",
        "name": "setting",
        "mode": "lines+text",
        "line": {"width": 1.2, "color": "@ink", "dash": "3px,3px"},
        "textposition": "top center",
        "textfont": {"color": "@ink", "size": 13, "weight": 600},
        "cliponaxis": False,
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _marks(colours: list[str]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "name": "at this setting",
        "mode": "markers",
        "marker": {"size": 11, "color": colours, "line": {"width": 2, "color": "@paper"}},
        "cliponaxis": False,
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _layout() -> dict[str, Any]:
    axis = {
        "fixedrange": True,
        "zeroline": False,
        "automargin": False,
        "ticklabelstandoff": 4,
        "tickfont": {"color": "@mute", "size": 13},
    }
    return {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "@sans", "color": "@mute", "size": 13},
        "margin": {"l": 50, "r": 12, "t": 26, "b": 62},
        "showlegend": False,
        "hovermode": False,
        "xaxis": axis
        | {
            "showgrid": False,
            "showline": True,
            "linecolor": "@ink",
            "ticks": "outside",
            "tickcolor": "@mute",
            "ticklen": 4,
            "tickmode": "array",
            "title": {"text": f"Setting<br>({STEPS})", "standoff": 6, "font": {"color": "@mute", "size": 13}},
        },
        "yaxis": axis
        | {"showline": False, "gridcolor": "@rule", "gridwidth": 1, "nticks": 6, "tickformat": ",~f"},
    }
