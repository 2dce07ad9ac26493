"""Drawings: geometry on data one can check by eye, and laws of the curve and axis functions."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tests.render.conftest as sample
from expectkit.briefing.charts import DotGroup, Line, RangeBar
from expectkit.render.curves import cut_line, cut_polygon, height_at, spread, thin, within
from expectkit.render.paint import page_paint, print_paint
from expectkit.render.scales import ticks, wrap
from expectkit.render.svg import Drawable, draw

SVG = "{http://www.w3.org/2000/svg}"
finite = st.floats(-1e4, 1e4, allow_nan=False).map(lambda value: round(value, 3))
curve = st.lists(st.tuples(finite, finite), min_size=2, max_size=40, unique_by=lambda point: point[0]).map(
    sorted
)


def tree(chart: Drawable, **options: float) -> ElementTree.Element:
    return ElementTree.fromstring(draw(chart, print_paint(), **options))


@pytest.mark.parametrize(
    "chart",
    [
        sample.range_bar(1, 0, 2, "caught", "x"),
        sample.volume_chart(),
        sample.range_chart(),
        sample.icon_array().chart.groups[0],
    ],
)
def test_a_drawing_starts_with_its_text_alternative_and_is_one_image(chart: Drawable) -> None:
    root = tree(chart)
    assert root.get("role") == "img"
    assert root[0].tag == f"{SVG}title"
    assert root[0].text == (chart.label if isinstance(chart, DotGroup) else chart.text_alternative)


def test_a_page_drawing_names_roles_and_a_print_drawing_names_colours() -> None:
    page, print_ = draw(sample.volume_chart(), page_paint()), draw(sample.volume_chart(), print_paint())
    assert "#" not in page
    assert 's-caught"' in page
    assert "class=" not in print_
    assert "#0b5c8a" in print_


def test_every_case_gets_exactly_one_dot() -> None:
    for count in (0, 1, 9, 10, 11, 40, 41, 266, 500):
        root = tree(DotGroup(count, "caught", False, "dots", ""))
        data = "".join(path.get("d", "") for path in root.iter(f"{SVG}path"))
        assert sum(round(float(length) / 10) + 1 for length in re.findall(r"h([\d.]+)", data)) == count


def test_a_hollow_dot_is_a_filled_dot_with_a_paper_dot_on_it() -> None:
    paths = list(tree(DotGroup(14, "missed", True, "missed", "")).iter(f"{SVG}path"))
    assert [path.get("stroke") for path in paths] == ["#14212b", "#ffffff"]
    assert paths[0].get("d") == paths[1].get("d")


def test_bars_of_the_same_scale_place_the_same_number_at_the_same_spot() -> None:
    first = sample.range_bar(100, 90, 110, "caught", "a")
    second = sample.range_bar(100, 50, 150, "missed", "b")
    marks = [list(tree(bar).iter(f"{SVG}path"))[-1].get("d") for bar in (first, second)]
    assert marks[0] == marks[1]


def test_a_bar_without_a_number_draws_only_what_is_known() -> None:
    bound_only = RangeBar(None, 0.0, 3.7, 10.0, ((0.0, "0"), (10.0, "10")), "missed", "fewer than 3.7 a day")
    nothing = replace(bound_only, low=None, high=None)
    assert [len(list(tree(bar).iter(f"{SVG}rect"))) for bar in (bound_only, nothing)] == [1, 0]
    assert "nan" not in draw(bound_only, print_paint()).lower()


@pytest.mark.parametrize(("low", "high"), [(9, 19), (0, 0), (398, 400), (150, 250)])
def test_a_range_bar_is_wide_enough_to_be_seen_and_stays_on_its_axis(low: float, high: float) -> None:
    bar = RangeBar((low + high) / 2, low, high, 400.0, ((0.0, "0"), (400.0, "400")), "missed", "a range")
    (box,) = tree(bar).iter(f"{SVG}rect")
    start, width = float(box.get("x", "")), float(box.get("width", ""))
    assert width >= 9
    assert start >= 1.5
    assert start + width <= 198.5
    assert width == pytest.approx(max(9, (high - low) / 400 * 197), abs=0.1)
    assert box.get("stroke") == "#14212b"


def test_no_line_leaves_the_plot_and_no_label_leaves_the_drawing() -> None:
    root = tree(sample.volume_chart())
    width = float(root.get("width", "0"))
    heights = [float(text.get("y", "0")) for text in root.iter(f"{SVG}text")]
    assert max(heights) <= float(root.get("height", "0"))
    for path in root.iter(f"{SVG}path"):
        corners = re.findall(r"(-?[\d.]+) (-?[\d.]+)", path.get("d", ""))
        assert all(0 <= float(x) <= width and 14 <= float(y) <= 190 for x, y in corners)


def test_names_of_lines_that_end_together_do_not_overlap() -> None:
    lines = tuple(
        Line(name, "caught", (0.4, 0.62), (100.0, 100.0 + k))
        for k, name in enumerate(("First", "Second", "Third"))
    )
    root = tree(replace(sample.volume_chart(), lines=lines, marker=None))
    places = sorted(
        float(text.get("y", "0"))
        for text in root.iter(f"{SVG}text")
        if text.text in ("First", "Second", "Third")
    )
    assert len(places) == 3
    assert min(b - a for a, b in pairwise(places)) >= 13.9


def test_a_line_above_the_axis_limit_is_cut_and_not_flattened() -> None:
    assert cut_line([(0.0, 0.0), (2.0, 4.0)], 0.0, 2.0) == (((0.0, 0.0), (1.0, 2.0)),)
    chart = replace(sample.cost_chart(), y_high=1.0)
    assert "Total cost" not in draw(chart, print_paint()).split("</title>")[1]


def test_a_chart_of_no_extent_is_still_drawn() -> None:
    point = Line("Only", "caught", (0.5,), (0.0,))
    flat = replace(sample.cost_chart(), x_low=0.5, x_high=0.5, y_high=0.0, lines=(point,), bracket=None)
    assert tree(flat).get("role") == "img"


def test_a_chart_of_a_thousand_settings_stays_small() -> None:
    xs = tuple(k / 1000 for k in range(1000))
    ys = tuple(200 + 100 * (k % 7) / 7 for k in range(1000))
    smooth = tuple(300 * (1 - x) ** 3 for x in xs)
    line = Line(
        "Missed", "missed", xs, smooth, tuple(0.9 * y for y in smooth), tuple(1.1 * y for y in smooth)
    )
    chart = replace(
        sample.volume_chart(), x_low=0.0, x_high=1.0, lines=(line, Line("Noisy", "caught", xs, ys))
    )
    assert len(draw(replace(chart, lines=(line,)), print_paint())) < 6_000
    assert len(draw(chart, print_paint())) < 20_000


@given(curve, st.floats(0.01, 5))
def test_a_thinned_line_passes_near_every_point_it_left_out(
    points: list[tuple[float, float]], tolerance: float
) -> None:
    kept = thin(points, tolerance)
    assert kept[0] == points[0]
    assert kept[-1] == points[-1]
    for x, y in points:
        height = height_at(kept, x)
        assert height is not None
        assert abs(height - y) <= tolerance + 1e-6


@given(curve, finite, finite)
def test_what_is_cut_lies_between_the_limits(points: list[tuple[float, float]], a: float, b: float) -> None:
    low, high = min(a, b), max(a, b)
    pieces = [*cut_line(points, low, high), cut_polygon(points, low, high)]
    assert all(low - 1e-6 <= y <= high + 1e-6 for piece in pieces for _, y in piece)
    assert all(low - 1e-6 <= x <= high + 1e-6 for x, _ in within(points, low, high))


@given(st.lists(st.floats(0, 100), min_size=1, max_size=6))
def test_spread_labels_keep_their_distance_and_their_order(places: list[float]) -> None:
    centres = spread(places, [10.0] * len(places), 0.0, 100.0)
    ordered = [centres[i] for i in sorted(range(len(places)), key=lambda i: places[i])]
    assert all(b - a >= 10 - 1e-9 for a, b in pairwise(ordered))
    assert all(5 - 1e-9 <= centre <= 95 + 1e-9 for centre in centres)


@given(st.floats(1e-6, 1e9))
def test_an_axis_from_zero_has_two_to_five_ticks_that_all_read_differently(high: float) -> None:
    found = ticks(0.0, high)
    assert 2 <= len(found) <= 5
    assert len({text for _, text in found}) == len(found)
    assert all(float(text.replace(",", "")) == pytest.approx(value, abs=high / 1e4) for value, text in found)


def test_a_word_too_long_for_its_place_is_cut_with_an_ellipsis() -> None:
    assert wrap("W" * 10_000, 12.0, 90.0) == ("WWWWWWWW…",)
