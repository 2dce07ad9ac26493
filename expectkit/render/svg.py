"""Draw charts as SVG text: pure functions from chart data to a string, the same bytes for the same data.

Every drawing starts with a ``<title>`` that holds its text alternative, has no ids, no script, no style and refers to
nothing. Colours come from a `Paint`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from expectkit.briefing.charts import Bracket, DotGroup, Line, LineChart, RangeBar, RangeChart, RangeRow
from expectkit.render.clean import clean_text
from expectkit.render.curves import Point, cut_line, cut_polygon, height_at, spread, thin, within
from expectkit.render.paint import Paint
from expectkit.render.scales import Scale, text_width, ticks, wrap

Drawable = RangeBar | LineChart | RangeChart | DotGroup

_TEXT = 12.0
_SMALL = 12.0
_LEADING = 14.0
_PLOT_HEIGHT = 156.0
_PLOT_SHAPE = 13 / 30  # of the width, where that is less
_LEAST_BAR = 9.0  # a shorter range could not be seen beside the mark in it
_DOT_PITCH = 10.0
_DOT_SIZE = 7.6
_DOTS_A_ROW = 40
_TENS_GAP = 4.0


def draw(chart: Drawable, paint: Paint, *, width: float = 360.0) -> str:
    """Return `chart` as an SVG element.

    Parameters
    ----------
    chart : RangeBar, LineChart, RangeChart or DotGroup
        What to draw.
    paint : Paint
        Where its colours come from.
    width : float
        Width of a line or range chart in the drawing's units, in which letters are 12 high.

    Returns
    -------
    str
        One ``<svg>`` element, about 1 to 6 kB.
    """
    match chart:
        case RangeBar():
            return _range_bar(chart, paint)
        case LineChart():
            return _LinePlot.of(chart, paint, width).svg()
        case RangeChart():
            return _range_chart(chart, paint, width)
        case DotGroup():
            return _dot_block(chart, paint)
        case _:
            assert_never(chart)


# parts


def _escape(text: str) -> str:
    plain = " ".join(clean_text(text).split())
    for mark, name in (("&", "amp"), ("<", "lt"), (">", "gt"), ('"', "quot"), ("'", "#39")):
        plain = plain.replace(mark, f"&{name};")
    return plain


def _n(number: float) -> str:
    """Write a coordinate with one decimal, and none when it is whole."""
    text = f"{number + 0.0:.1f}"
    text = text[:-2] if text.endswith(".0") else text
    return "0" if text == "-0" else text


def _svg(title: str, width: float, height: float, parts: Iterable[str], paint: Paint) -> str:
    size = f'width="{_n(width)}" height="{_n(height)}" viewBox="0 0 {_n(width)} {_n(height)}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size}{paint.root()}>'
        f"<title>{_escape(title)}</title>{''.join(parts)}</svg>"
    )


def _label(
    text: str,
    x: float,
    y: float,
    paint: Paint,
    *,
    role: str = "mute",
    size: float = _TEXT,
    anchor: str = "start",
    bold: bool = False,
) -> str:
    where = f'x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}"'
    weight = ' font-weight="600"' if bold else ""
    side = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f"<text {where}{weight}{side}{paint.shape(fill=role)}>{_escape(text)}</text>"


def _path(data: str, look: str, width: float | None = None, extra: str = "") -> str:
    stroke = f' stroke-width="{_n(width)}"' if width is not None else ""
    return f'<path d="{data}"{look}{stroke}{extra}/>'


def _through(points: Sequence[Point], *, closed: bool = False) -> str:
    steps = "L".join(f"{_n(x)} {_n(y)}" for x, y in points)
    return f"M{steps}{'Z' if closed else ''}"


def _band(low: float, high: float, y: float, height: float, role: str, paint: Paint) -> str:
    width = max(high - low, 1.0)
    box = f'x="{_n(low)}" y="{_n(y - height / 2)}" width="{_n(width)}" height="{_n(height)}" rx="2"'
    return f"<rect {box}{paint.shape(fill=f'{role}-band')}/>"


def _dot(x: float, y: float, role: str, paint: Paint, radius: float = 4.0) -> str:
    place = f'cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}"'
    return f'<circle {place}{paint.shape(fill=role, stroke="paper")} stroke-width="1.5"/>'


# range bar


def _range_bar(bar: RangeBar, paint: Paint) -> str:
    width, y = 200.0, 9.0
    place = Scale(0.0, bar.axis_high, 1.5, width - 1.5)
    parts = [_path(f"M{_n(place.start)} {_n(y)}H{_n(place.end)}", paint.shape(stroke="rule"), 1.0)]
    for value, text in bar.ticks:
        x = place.inside(value)
        parts.append(_path(f"M{_n(x)} {_n(y)}v5", paint.shape(stroke="rule"), 1.0))
        parts.append(_tick_label(text, x, y + 17, width, paint))
    if bar.low is not None and bar.high is not None:
        low, high = _seen(place.inside(bar.low), place.inside(bar.high), place)
        edge = paint.shape(fill=f"{bar.tone}-band", stroke=bar.tone)
        box = f'x="{_n(low)}" y="{_n(y - 5.5)}" width="{_n(high - low)}" height="11" rx="2"'
        parts.append(f'<rect {box}{edge} stroke-width="0.8"/>')
    if bar.value is not None:
        x = place.inside(bar.value)
        parts.append(_path(f"M{_n(x)} {_n(y - 7)}v14", paint.shape(stroke=bar.tone), 2.6))
    return _svg(bar.text_alternative, width, 29.0, parts, paint)


def _seen(low: float, high: float, place: Scale) -> tuple[float, float]:
    """Widen a range, about its middle and inside the axis, until it can be seen."""
    if high - low >= _LEAST_BAR:
        return low, high
    start = min(max((low + high - _LEAST_BAR) / 2, place.start), place.end - _LEAST_BAR)
    return start, start + _LEAST_BAR


def _tick_label(text: str, x: float, y: float, width: float, paint: Paint) -> str:
    """Centre a label under its tick, or set it flush with the end of the axis it would stick out of."""
    half = text_width(text, _SMALL) / 2
    if x < half:
        return _label(text, 0.0, y, paint, size=_SMALL)
    if x > width - half:
        return _label(text, width, y, paint, size=_SMALL, anchor="end")
    return _label(text, x, y, paint, size=_SMALL, anchor="middle")


# line chart


@dataclass(frozen=True, slots=True)
class _EndLabel:
    """The name of a line, where its line ends."""

    lines: tuple[str, ...]
    tone: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class _Curve:
    """A line of a chart in the drawing's units: thinned, and the parts of it inside the plot."""

    line: Line
    points: tuple[Point, ...]
    stretches: tuple[tuple[Point, ...], ...]


@dataclass(frozen=True, slots=True)
class _LinePlot:
    """A line chart with its axes laid out and its lines in place."""

    chart: LineChart
    paint: Paint
    width: float
    x: Scale
    y: Scale
    y_ticks: tuple[tuple[float, str], ...]
    curves: tuple[_Curve, ...] = ()

    @classmethod
    def of(cls, chart: LineChart, paint: Paint, width: float) -> _LinePlot:
        y_ticks = ticks(0.0, chart.y_high)
        left = max(text_width(text, _TEXT) for _, text in y_ticks) + 6
        label_room = width * 0.3
        names = [line for series in chart.lines for line in wrap(series.label, _TEXT, label_room)]
        right = max((min(text_width(name, _TEXT), label_room) for name in names), default=0.0) + 10
        top = 22.0 if chart.marker is not None else 8.0
        x, y = (
            Scale(chart.x_low, chart.x_high, left, width - right),
            Scale(0.0, chart.y_high, top + min(_PLOT_HEIGHT, _PLOT_SHAPE * width), top),
        )
        plot = cls(chart, paint, width, x, y, y_ticks)
        return replace(plot, curves=tuple(plot._curve(line) for line in chart.lines))

    def svg(self) -> str:
        bands = [self._series_band(line) for line in self.chart.lines if line.low and line.high]
        lines = [self._series_line(curve) for curve in self.curves]
        parts = [*self._grid(), *bands, *lines, *self._bracket(), *self._marker(), *self._end_labels()]
        return _svg(self.chart.text_alternative, self.width, self.y.start + 36, parts, self.paint)

    def _grid(self) -> list[str]:
        across = f"H{_n(self.x.end)}"
        parts = []
        for value, text in self.y_ticks:
            y = self.y(value)
            role = "mute" if value == 0 else "rule"
            parts.append(_path(f"M{_n(self.x.start)} {_n(y)}{across}", self.paint.shape(stroke=role), 1.0))
            parts.append(_label(text, self.x.start - 6, y + 4, self.paint, anchor="end"))
        bottom = self.y.start
        for value, text in ticks(self.chart.x_low, self.chart.x_high):
            x = self.x(value)
            parts.append(_path(f"M{_n(x)} {_n(bottom)}v4", self.paint.shape(stroke="mute"), 1.0))
            parts.append(_label(text, x, bottom + 16, self.paint, anchor="middle"))
        parts.append(_label(self.chart.x_label, self.x.end, bottom + 31, self.paint, anchor="end"))
        return parts

    def _placed(self, xs: Sequence[float], ys: Sequence[float]) -> tuple[Point, ...]:
        inside = within(tuple(zip(xs, ys, strict=True)), self.chart.x_low, self.chart.x_high)
        return thin([(self.x(x), self.y(y)) for x, y in inside])

    def _curve(self, line: Line) -> _Curve:
        points = self._placed(line.x, line.y)
        return _Curve(line, points, cut_line(points, self.y.end, self.y.start))

    def _series_band(self, line: Line) -> str:
        low, high = (self._placed(line.x, side) for side in (line.low, line.high))
        shape = cut_polygon((*high, *reversed(low)), self.y.end, self.y.start)
        if not shape:
            return ""
        look = self.paint.shape(fill=f"{line.tone}-band") + ' fill-opacity="0.85"'
        return _path(_through(shape, closed=True), look)

    def _series_line(self, curve: _Curve) -> str:
        data = "".join(map(_through, curve.stretches))
        joints = ' stroke-linejoin="round" stroke-linecap="round"'
        return _path(data, self.paint.shape(stroke=curve.line.tone), 2.0, joints) if data else ""

    def _bracket(self) -> list[str]:
        bracket: Bracket | None = self.chart.bracket
        if bracket is None:
            return []
        low, high = self.x.inside(bracket.low), self.x.inside(bracket.high)
        y, half = self.y.start - 13, text_width(bracket.label, _SMALL) / 2
        data = f"M{_n(low)} {_n(y - 4)}v8M{_n(low)} {_n(y)}H{_n(high)}M{_n(high)} {_n(y - 4)}v8"
        centre = self._clear_of_marker((low + high) / 2, half)
        text = _label(bracket.label, centre, y - 7, self.paint, size=_SMALL, anchor="middle")
        return [_path(data, self.paint.shape(stroke="mute"), 1.2), text]

    def _clear_of_marker(self, centre: float, half: float) -> float:
        """Move the middle of a label so that it stays in the plot and, where there is room, off the marker's line."""
        centre = max(min(centre, self.x.end - half), self.x.start + half)
        if self.chart.marker is None or abs(self.x(self.chart.marker) - centre) > half + 3:
            return centre
        right, left = (self.x(self.chart.marker) + sign * (half + 4) for sign in (1, -1))
        if right + half <= self.width:
            return right
        return left if left - half >= self.x.start else centre

    def _marker(self) -> list[str]:
        value = self.chart.marker
        if value is None or not self.chart.x_low <= value <= self.chart.x_high:
            return []
        x, half = self.x(value), text_width(self.chart.marker_label, _TEXT) / 2
        centre = min(max(x, half), self.width - half)
        parts = [
            _path(
                f"M{_n(x)} {_n(self.y.end - 6)}V{_n(self.y.start)}",
                self.paint.shape(stroke="ink"),
                1.2,
                ' stroke-dasharray="3 3"',
            ),
            _label(
                self.chart.marker_label,
                centre,
                self.y.end - 11,
                self.paint,
                role="ink",
                anchor="middle",
                bold=True,
            ),
        ]
        for curve in self.curves:
            height = height_at(curve.points, x)
            if height is not None and self.y.end <= height <= self.y.start:
                parts.append(_dot(x, height, curve.line.tone, self.paint))
        return parts

    def _end_labels(self) -> list[str]:
        labels = [label for curve in self.curves if (label := self._end_label(curve)) is not None]
        heights = [_LEADING * len(label.lines) for label in labels]
        places = spread([label.y for label in labels], heights, self.y.end - 7, self.y.start + 7)
        parts = []
        for label, centre in zip(labels, places, strict=True):
            first = centre - _LEADING * (len(label.lines) - 1) / 2 + 4
            for k, text in enumerate(label.lines):
                y = first + k * _LEADING
                parts.append(_label(text, label.x + 7, y, self.paint, role=label.tone, bold=True))
        return parts

    def _end_label(self, curve: _Curve) -> _EndLabel | None:
        if not curve.stretches:
            return None
        x, y = curve.stretches[-1][-1]
        room = max(self.width - x - 8, self.width * 0.2)
        return _EndLabel(wrap(curve.line.label, _TEXT, room), curve.line.tone, x, y)


# range chart


def _range_chart(chart: RangeChart, paint: Paint, width: float) -> str:
    label_room, note_room = width * 0.3, width * (0.26 if any(row.note for row in chart.rows) else 0.0)
    labels = [wrap(row.label, _TEXT, label_room) for row in chart.rows]
    notes = [wrap(row.note, _SMALL, note_room, 2) for row in chart.rows]
    names = [text_width(text, _TEXT) for lines in labels for text in lines]
    x = Scale(
        chart.axis_low, chart.axis_high, min(max(names, default=0.0), label_room) + 12, width - note_room - 12
    )
    top = 22.0 if chart.reference is not None else 6.0
    heights = [max(len(a), len(b), 1) * _LEADING + 10 for a, b in zip(labels, notes, strict=True)]
    bottom = top + sum(heights)
    parts = _value_axis(chart, x, top, bottom, paint)
    y = top
    for row, name, note, height in zip(chart.rows, labels, notes, heights, strict=True):
        parts += _range_row(row, x, y + height / 2, paint)
        parts += _lines(name, 0.0, y + height / 2, paint, "ink", _TEXT)
        parts += _lines(note, width - note_room, y + height / 2, paint, "mute", _SMALL)
        y += height
    return _svg(chart.text_alternative, width, bottom + 22, parts, paint)


def _value_axis(chart: RangeChart, x: Scale, top: float, bottom: float, paint: Paint) -> list[str]:
    parts = []
    for value, text in ticks(chart.axis_low, chart.axis_high):
        place = x(value)
        parts.append(_path(f"M{_n(place)} {_n(top)}V{_n(bottom)}", paint.shape(stroke="rule"), 1.0))
        parts.append(_label(text, place, bottom + 16, paint, anchor="middle"))
    if chart.reference is not None:
        place, half = x.inside(chart.reference), text_width(chart.reference_label, _SMALL) / 2
        dashes = ' stroke-dasharray="3 3"'
        parts.append(
            _path(f"M{_n(place)} {_n(top - 6)}V{_n(bottom)}", paint.shape(stroke="ink"), 1.2, dashes)
        )
        centre = max(place, half)
        parts.append(
            _label(
                chart.reference_label,
                centre,
                top - 10,
                paint,
                role="ink",
                size=_SMALL,
                anchor="middle",
                bold=True,
            )
        )
    return parts


def _range_row(row: RangeRow, x: Scale, y: float, paint: Paint) -> list[str]:
    parts = [_band(x.inside(row.low), x.inside(row.high), y, 9.0, row.tone, paint)]
    if row.value is not None:
        parts.append(_dot(x.inside(row.value), y, row.tone, paint))
    return parts


def _lines(texts: Sequence[str], x: float, middle: float, paint: Paint, role: str, size: float) -> list[str]:
    first = middle - _LEADING * (len(texts) - 1) / 2 + 4
    return [
        _label(text, x, first + k * _LEADING, paint, role=role, size=size) for k, text in enumerate(texts)
    ]


# dots


def _dot_block(group: DotGroup, paint: Paint) -> str:
    """Draw one dot a case, in rows of four tens, as dashes of no length with round ends: one path for all of them."""
    width = _DOTS_A_ROW * _DOT_PITCH + 3 * _TENS_GAP
    rows = max(-(-group.count // _DOTS_A_ROW), 1)
    data = "".join(_tens(group.count))
    dashes = f' stroke-linecap="round" stroke-dasharray="0.01 {_n(_DOT_PITCH - 0.01)}"'
    parts = []
    if data:
        parts.append(_path(data, paint.shape(stroke=group.tone), _DOT_SIZE, dashes))
    if data and group.is_hollow:
        parts.append(_path(data, paint.shape(stroke="paper"), _DOT_SIZE - 3.2, dashes))
    return _svg(group.label, width, rows * _DOT_PITCH, parts, paint)


def _tens(count: int) -> Iterable[str]:
    for start in range(0, count, 10):
        row, ten = divmod(start // 10, 4)
        x = ten * (10 * _DOT_PITCH + _TENS_GAP) + _DOT_PITCH / 2
        length = (min(count - start, 10) - 1) * _DOT_PITCH + 0.1
        yield f"M{_n(x)} {_n((row + 0.5) * _DOT_PITCH)}h{_n(length)}"
