"""The review page as a file: what is in it, what may run, what it weighs. How it behaves is tested in a browser."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectkit.api import Briefing
from expectkit.briefing.wording import FEWER_THAN_ONE, number_text, threshold_text
from expectkit.errors import InputError
from expectkit.render.figures import cost_spec, figures, painted, tick_places, trade_off_spec
from expectkit.render.review import (
    MODULES,
    json_text,
    own_script,
    plotly_script,
    render_review,
    script_safe,
    sizes,
)
from expectkit.render.review_data import near_stretch, packed, printed_steps, review_data, runs
from expectkit.render.templates import templates_folder
from expectkit.render.tokens import dark_tokens, light_tokens
from tests.render.hostile import ATTACKS
from tests.render.review_cases import CASES, briefing, inputs, scored, small_briefing, words

SCRIPT = re.compile(r"<script([^>]*)>(.*?)</script>", re.DOTALL)


def page(name: str, *, fonts: bool = False) -> str:
    return render_review(briefing(name).record, inputs(name), fonts=fonts)


@pytest.mark.parametrize("name", ["stated", "whole days", "29 positives", "one score", "no costs"])
def test_everything_but_plotly_weighs_less_than_300_kb(name: str) -> None:
    weighed = sizes(page(name, fonts=True))
    assert weighed.own < 300_000
    assert weighed.plotly == len(plotly_script().encode())


def test_only_the_scripts_in_the_page_may_run() -> None:
    html = page("five scores")
    scripts = SCRIPT.findall(html)
    assert [kind.strip() for kind, _ in scripts] == ['type="application/json" id="data"', "", ""]
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert policy is not None
    allowed = re.findall(r"'(sha256-[^']*)'", policy[1])
    found = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for _, text in scripts[1:]]
    assert allowed == [f"sha256-{digest}" for digest in found]
    rest = re.sub(r"script-src [^;]*;", "", policy[1])
    assert rest == (
        "default-src 'none';  style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; "
        "form-action 'none'"
    )
    assert not re.search(r"\son[a-z]+=", html.split('<script type="application/json"')[0])


def test_the_same_cases_give_the_same_bytes() -> None:
    assert page("five scores", fonts=True) == page("five scores", fonts=True)


def test_every_module_of_the_script_is_in_it_once_and_none_needs_a_later_one() -> None:
    folder = templates_folder() / "review"
    assert {path.stem for path in folder.glob("*.js")} == set(MODULES)
    names: list[str] = []
    for place, name in enumerate(MODULES):
        text = (folder / f"{name}.js").read_text("utf-8")
        assert set(re.findall(r'from "\./([a-z]+)\.js"', text)) <= set(MODULES[:place]), name
        names += re.findall(r"^(?:export )?(?:function\*?|const|class|let) (\w+)", text, re.MULTILINE)
    assert len(names) == len(set(names))  # they share one scope
    assert not re.search(r"^(import|export)\b", own_script(), re.MULTILINE)


def test_every_element_the_script_looks_for_is_on_the_page() -> None:
    html = page("whole days")
    wanted = set(re.findall(r'(?:byId|show|Field)\("([a-z-]+)"', own_script()))
    assert len(wanted) > 30
    assert wanted <= set(re.findall(r'id="([a-z-]+)"', html))


@pytest.mark.parametrize("text", [*ATTACKS.values(), "\u2028 </script> <!-- <script>"])
def test_data_cannot_leave_its_script_element(text: str) -> None:
    written = json_text({"text": text.encode("utf-8", "replace").decode()})
    assert not re.search("[<>\u2028\u2029]", written)
    assert json.loads(written)["text"] == text.encode("utf-8", "replace").decode()


def test_a_script_cannot_be_ended_early() -> None:
    assert "</script" not in script_safe("const a = '</script>'; // <!--").lower()
    assert not re.search(r"</script|<!--", plotly_script() + own_script())


@pytest.mark.parametrize("name", CASES)
def test_the_table_holds_every_setting_without_a_script(name: str) -> None:
    body = (
        page(name).split('class="table__grid all-settings__grid"')[1].split("<tbody>")[1].split("</tbody>")[0]
    )
    rows = re.findall(r"<tr><th>([^<]*)<td>([^<]*)<td>([^<]*)<td>([^<\n]*)", body)
    found = inputs(name)
    assert [row[0] for row in rows] == [threshold_text(float(t)) for t in found.thresholds]
    for row, printed in zip(rows, found.printed, strict=True):
        if printed.missed_positives.level == "refuse":
            assert row[2] == row[3] == "too few to say"
        elif printed.missed_positives.mean is not None:
            assert row[2].startswith(printed.missed_positives.mean)


def test_all_settings_of_the_record_lie_in_the_stretch_that_is_shown_first() -> None:
    for name in CASES:
        record, found = briefing(name).record, inputs(name)
        first, last = near_stretch(record, found)
        places = [int(np.searchsorted(found.thresholds, setting.threshold)) for setting in record.settings]
        assert first <= min(places) <= max(places) <= last


def test_at_the_settings_of_the_record_the_page_carries_the_same_print() -> None:
    for name in CASES:
        found = inputs(name)
        for setting in briefing(name).record.settings:
            printed = found.printed[int(np.searchsorted(found.thresholds, setting.threshold))]
            for volume in (
                "missed_positives",
                "flagged_negatives",
                "caught_positives",
                "flagged",
                "positives",
            ):
                assert getattr(printed, volume) == setting.per_day[volume].printed


def test_a_briefing_from_a_record_alone_has_no_review_page_and_says_why() -> None:
    with pytest.raises(InputError, match="holds only its record"):
        Briefing(briefing("five scores").record).to_review()


def test_hostile_words_stay_text_in_the_file() -> None:
    attack = ATTACKS["handler"]
    html = small_briefing(scored(60, 600), attack).to_review()
    before, data = html.split('<script type="application/json" id="data">')
    assert "<img" not in before
    assert "onerror=alert" not in data.split("</script>")[0].replace("\\u003c", "<").split("<img")[0]
    assert "\\u003cimg src=x" in data


# ------------------------------------------------------------------------------------------------ what it carries


def read_steps(column: dict[str, Any]) -> list[str | None]:
    """Read a column as the page does."""
    texts: list[str | None] = []
    last, text = 0, None
    for step in itertools.chain.from_iterable(unfolded(part) for part in column["steps"].split(",")):
        if step == "x":
            text = None
        elif step == "~":
            text = FEWER_THAN_ONE
        elif step != "":
            last += int(step)
            text = number_text(Decimal(last).scaleb(-column["places"]))
        texts.append(text)
    return texts


def unfolded(part: str) -> list[str]:
    step, star, times = part.partition("*")
    return [step] * int(times) if star else [step]


printed_numbers = st.one_of(
    st.none(),
    st.just(FEWER_THAN_ONE),
    st.decimals(0, 10**7, places=1).map(number_text),
    st.sampled_from(["14", "8,280", "0"]),
)


@given(st.lists(printed_numbers, min_size=1, max_size=40))
def test_a_column_of_printed_numbers_reads_back(texts: list[str | None]) -> None:
    assert read_steps(printed_steps(texts)) == texts


def read_packed(text: str) -> list[float]:
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-"
    steps, _, rest = text.partition(":")
    numbers, code, step, place = [], 0, 0, 1
    for digit in rest:
        value = digits.index(digit)
        step, place = step + value % 32 * place, place * 32
        if value < 32:
            code += -(step // 2) if step % 2 else step // 2
            numbers.append(float(np.sign(code)) * 2.0 ** (abs(code) / int(steps) - 32))
            step, place = 0, 1
    return numbers


@given(
    st.lists(st.one_of(st.just(0.0), st.floats(1e-9, 2e9), st.floats(-1.0, -1e-6)), min_size=1, max_size=30)
)
def test_packed_limits_keep_eight_digits(values: list[float]) -> None:
    assert np.allclose(read_packed(packed(np.array(values))), values, rtol=1.2e-8, atol=0)


def test_runs_write_each_code_once() -> None:
    assert runs([3, 3, 0, 3]) == "3*2,0,3"


def test_the_limits_on_the_page_are_those_of_the_sweep_at_all_thresholds_at_once() -> None:
    found = inputs("stated")
    limits = review_data(briefing("stated").record, found)["limits"]
    assert np.allclose(read_packed(limits["missed"]["high"]), found.limits.missed.high, rtol=1.2e-8)
    assert limits["caught_of_flagged"] is not None  # with more negatives than positives its alpha is smaller


# ------------------------------------------------------------------------------------------------------- figures


def test_the_figure_of_a_notebook_holds_the_record_s_numbers() -> None:
    record = briefing("stated").record
    figure = figures(record)["trade_off"]
    columns = record.thresholds
    assert list(figure.data[5].y) == list(columns.missed_positives)
    assert list(figure.data[1].y[: len(columns.threshold)]) == list(columns.caught_positives_high)
    place = columns.threshold.index(record.operating_threshold)
    assert list(figure.data[7].y) == [
        columns.flagged_negatives[place],
        columns.caught_positives[place],
        columns.missed_positives[place],
    ]
    assert figure.data[5].line.color == light_tokens()["missed"]


def test_a_figure_says_that_its_settings_are_not_spaced_by_their_scores() -> None:
    assert (
        "scores are not evenly spaced"
        in figures(briefing("stated").record)["trade_off"].layout.xaxis.title.text
    )
    assert "one step each" in cost_spec()["layout"]["xaxis"]["title"]["text"]


def test_the_limits_behind_bounds_are_written_once_and_found_again() -> None:
    found = inputs("stated")
    written = review_data(briefing("stated").record, found)["bounds"]
    assert len(written["ends"]) == len(set(written["ends"])) < len(written["at"])
    for place, numbers in written["at"].items():
        for number, rate in zip(numbers[:2], (found.bounds.missed, found.bounds.alarms), strict=True):
            ends = (rate.estimate[place], rate.low[place], rate.high[place])
            assert number is None or np.allclose(written["ends"][number], ends, rtol=1e-9)


def test_words_of_the_trade_are_explained_on_the_page() -> None:
    text = re.sub(
        r"<[^>]*>", " ", page("stated").split('<script type="application/json"')[0].split("</style>")[1]
    )
    assert "False negative rate: of all fraudulent transactions, the share missed." in text
    assert "Typically: on 8 days of 10." in text
    assert not re.search(r"float64|pooled|counted setting|\bshell\b", text)


def test_every_colour_of_a_figure_is_a_token_of_both_palettes() -> None:
    def colours(value: Any) -> set[str]:
        if isinstance(value, dict):
            return set().union(*map(colours, value.values())) if value else set()
        if isinstance(value, list):
            return set().union(*map(colours, value)) if value else set()
        return {value} if isinstance(value, str) and value.startswith("@") else set()

    used = colours(trade_off_spec(words())) | colours(cost_spec())
    assert {name[1:] for name in used} <= set(light_tokens()) & set(dark_tokens())
    assert "@" not in json.dumps(painted(trade_off_spec(words()), dark_tokens()))
    data = json.loads(page("five scores").split('id="data">')[1].split("</script>")[0])
    assert {name[1:] for name in used} <= set(data["tokens"]["dark"])


@given(st.integers(1, 300), st.data())
def test_ticks_lie_in_their_stretch_and_ascend(n: int, data: st.DataObject) -> None:
    thresholds = [round(i / 997, 4) for i in range(n)]
    first = data.draw(st.integers(0, n - 1))
    last = data.draw(st.integers(first, n - 1))
    ticks = tick_places(thresholds, first, last)
    assert ticks == sorted(set(ticks))
    assert all(first <= place <= last for place in ticks)
