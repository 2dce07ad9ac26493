"""Each component against its gold file, and the house rules of the templates and style sheets."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable

import pytest
from markupsafe import Markup

import tests.render.conftest as sample
from expectkit.briefing import document as blocks
from expectkit.briefing.document import Block
from expectkit.render.html import picture_address
from expectkit.render.paint import page_paint, print_paint
from expectkit.render.svg import Drawable, draw
from expectkit.render.templates import environment, read_style, templates_folder
from expectkit.render.tokens import dark_tokens, light_tokens

Gold = Callable[[str, str], None]
EVERY_BLOCK = {
    block.component: block for section in reversed(sample.sections()) for block in reversed(section.blocks)
}
EVERY_CHART: dict[str, Drawable] = {
    "range_bar": sample.range_bar(200, 179, 221, "false_alarm", "Flagged by mistake"),
    "line_chart": sample.volume_chart(),
    "line_chart_with_bracket": sample.cost_chart(),
    "range_chart": sample.range_chart(),
    "dots_filled": sample.icon_array().chart.groups[0],
    "dots_hollow": sample.icon_array().chart.groups[2],
}


def draw_for_page(chart: Drawable, wide: bool = False) -> Markup:
    return Markup(draw(chart, page_paint(), width=440.0 if wide else 360.0))


def fill(name: str, form: str, block: Block) -> str:
    component = (
        environment()
        .get_template(f"components/{name}.j2")
        .make_module({"draw": draw_for_page, "picture_address": picture_address})
    )
    return str(getattr(component, form)(block))


def test_every_block_class_has_a_component_file_and_a_sample() -> None:
    names = {
        re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
        for name, kind in inspect.getmembers(blocks, inspect.isclass)
        if issubclass(kind, Block) and kind is not Block
    }
    files = {path.stem for path in (templates_folder() / "components").glob("*.j2")}
    assert names == files
    assert names == set(EVERY_BLOCK)


@pytest.mark.parametrize("name", sorted(EVERY_BLOCK))
@pytest.mark.parametrize(("form", "ending"), [("html", "html"), ("markdown", "md")])
def test_component_matches_its_gold_file(name: str, form: str, ending: str, gold: Gold) -> None:
    gold(f"{name}.{ending}", fill(name, form, EVERY_BLOCK[name]))


@pytest.mark.parametrize("name", sorted(EVERY_CHART))
def test_drawing_matches_its_gold_file(name: str, gold: Gold) -> None:
    gold(f"{name}.svg", draw(EVERY_CHART[name], print_paint()) + "\n")


def test_every_text_in_a_markdown_macro_is_escaped_for_markdown() -> None:
    allowed = re.compile(r"\|md\b|\|summary\b|\|safe\b|^\{\{ \"|loop\.index")
    for path in (templates_folder() / "components").glob("*.j2"):
        macro = path.read_text(encoding="utf-8").split("{% macro markdown(block) %}")[1]
        for printed in re.findall(r"\{\{.*?\}\}", macro):
            assert allowed.search(printed), f"{path.name}: {printed} is printed as it is"


@pytest.mark.parametrize("sheet", ["base", "components", "page", "print"])
def test_only_the_tokens_hold_colours_and_absolute_lengths(sheet: str) -> None:
    rules = re.sub(r"@media[^{]*", "", read_style(sheet))
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(", rules)
    literal = re.findall(r"[\s(:]([1-9][\d.]*(?:px|pt|mm|cm))\b", rules)
    assert literal == []


def luminance(colour: str) -> float:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [light_tokens, dark_tokens])
@pytest.mark.parametrize("text", ["ink", "mute", "caught", "false-alarm", "missed", "neutral"])
@pytest.mark.parametrize("ground", ["paper", "panel"])
def test_every_text_colour_can_be_read_on_every_ground(
    theme: Callable[[], dict[str, str]], text: str, ground: str
) -> None:
    """WCAG 2.2, 1.4.3: at least 4.5 to 1; badges are the same pairs the other way round."""
    tokens = theme()
    light, dark = sorted((luminance(tokens[text]), luminance(tokens[ground])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
