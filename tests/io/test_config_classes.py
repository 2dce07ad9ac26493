"""Keys for several classes, several labels and two thresholds: what is read, and what is refused with which words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from expectkit.errors import ConfigError
from expectkit.io.config import load_config, read_config
from expectkit.io.config_classes import CountedMix, LabelSetting
from expectkit.io.config_tables import Config

CLASSES = '[cases]\nlabel = "y"\nclass_scores = { cat = "s_cat", dog = "s_dog" }\n'


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Config]:
    def read(text: str, **options: object) -> Config:
        path = tmp_path / "expectkit.toml"
        path.write_text(text, "utf-8")
        return load_config(path, options)

    return read


def test_a_file_on_several_classes_is_read(load: Callable[..., Config]) -> None:
    config = load(
        CLASSES
        + "[threshold]\noperating = 0.5\n[threshold.classes]\ncat = 0.6\n"
        + "[traffic]\nclass_mix = { cat = 0.3, dog = 0.7 }\n"
        + '[words.classes]\ncat = ["cat", "cats"]\n'
    )
    assert config.cases.class_scores == {"cat": "s_cat", "dog": "s_dog"}
    assert config.threshold.classes == {"cat": 0.6}
    assert config.traffic.class_mix == {"cat": 0.3, "dog": 0.7}
    assert config.words.classes == {"cat": ("cat", "cats")}


def test_whole_numbers_are_counts_of_a_sample(load: Callable[..., Config]) -> None:
    mix = load(CLASSES + "[traffic]\nclass_mix = { cat = 40, dog = 60 }\n").traffic.class_mix
    assert mix == CountedMix({"cat": 40, "dog": 60})


def test_the_command_line_writes_the_same_values(load: Callable[..., Config]) -> None:
    config = load(
        '[cases]\nlabel = "y"\n',
        class_scores="cat=s_cat,3=s_three",
        threshold_classes="cat=0.6,3.0=70%",
        class_mix="cat=40%,3=0.6",
        words_classes="cat=cat|cats,3=three",
    )
    assert config.cases.class_scores == {"cat": "s_cat", "3": "s_three"}
    assert config.threshold.classes == {"cat": 0.6, "3": 0.7}
    assert config.traffic.class_mix == {"cat": 0.4, "3": 0.6}
    assert config.words.classes == {"cat": ("cat", "cats"), "3": "three"}


def test_labels_are_read_from_a_file_and_from_an_option(load: Callable[..., Config]) -> None:
    table = '{ urgent = { score = "s", label = "u", threshold = 0.4, prevalence = 0.1 } }'
    expected = {"urgent": LabelSetting("s", "u", 0.4, prevalence=0.1)}
    assert load(f"[cases]\nlabels = {table}\n").cases.labels == expected
    assert load("", labels=table).cases.labels == expected


def test_two_thresholds_and_a_tolerated_error_are_read(load: Callable[..., Config]) -> None:
    table = load(
        "[threshold]\nclear_below = 0.2\nblock_from = 0.8\nat_most_automated_error = 0.01\n"
    ).threshold
    assert (table.clear_below, table.block_from, table.at_most_automated_error) == (0.2, 0.8, 0.01)


REFUSED = {
    "two kinds of model": (
        '[cases]\nclass_scores = { a = "x", b = "y" }\npredicted = "p"',
        ["class_scores and predicted"],
    ),
    "a score beside class scores": (CLASSES + 'score = "s"', ["both score and class_scores", "drop score"]),
    "weights": (CLASSES + 'weight = "w"', ["weight cannot be used with class_scores"]),
    "groups": (CLASSES + 'group = "g"', ["group cannot be used", "one class against all others"]),
    "one class": ('[cases]\nclass_scores = { cat = "s" }', ["names one class"]),
    "one column for two classes": (
        '[cases]\nclass_scores = { a = "s", b = "s" }',
        ["one column to two classes"],
    ),
    "an unknown class with a threshold": (
        CLASSES + "[threshold.classes]\ncta = 0.5",
        ["[threshold] classes", '"cta"', 'Did you mean "cat"'],
    ),
    "a mix that lacks a class": (
        CLASSES + "[traffic]\nclass_mix = { cat = 1.0 }",
        ["class_mix lacks", '"dog"'],
    ),
    "a mix that sums to 0.9": (CLASSES + "[traffic]\nclass_mix = { cat = 0.3, dog = 0.6 }", ["sum to 0.9"]),
    "a share of zero": (CLASSES + "[traffic]\nclass_mix = { cat = 0.0, dog = 1.0 }", ["above 0"]),
    "class thresholds without classes": (
        "[threshold.classes]\ncat = 0.5",
        ["for several classes", "class_scores"],
    ),
    "a confidence without its class": ('[cases]\nconfidence = "s"', ["confidence needs predicted"]),
    "a threshold without a score": (
        '[cases]\npredicted = "p"\n[threshold]\noperating = 0.5',
        ["needs scores", "confidence"],
    ),
    "a label without threshold": (
        '[cases.labels]\nu = { score = "s", label = "l" }',
        ["score, label and threshold"],
    ),
    "words for an unknown label": (
        '[cases.labels]\nu = { score = "s", label = "l", threshold = 0.5 }\n[words.classes]\nv = "v"',
        ["[words] classes", '"v"'],
    ),
    "one of two thresholds": ("[threshold]\nclear_below = 0.2", ["clear_below needs block_from"]),
    "thresholds that overlap": ("[threshold]\nclear_below = 0.8\nblock_from = 0.2", ["overlap", "Swap"]),
    "a third threshold": (
        "[threshold]\noperating = 0.5\nclear_below = 0.2\nblock_from = 0.8",
        ["operating beside clear_below"],
    ),
    "lanes of several classes": (
        CLASSES + "[threshold]\nclear_below = 0.2\nblock_from = 0.8",
        ["for two classes"],
    ),
    "a tolerated error in per cent": ("[threshold]\nat_most_automated_error = 2", ["0.02"]),
    "a class named twice": ('[cases]\nclass_scores = { "3" = "a", "3.0" = "b" }', ["twice"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_contradictions_are_refused_in_one_line(name: str, load: Callable[..., Config]) -> None:
    text, expected = REFUSED[name]
    with pytest.raises(ConfigError) as caught:
        load(text)
    message = str(caught.value)
    assert "\n" not in message
    for part in expected:
        assert part in message


def test_a_hundred_classes_are_the_most() -> None:
    names = {f"class {i}": f"column {i}" for i in range(101)}
    with pytest.raises(ConfigError, match="101 classes"):
        read_config({"cases": {"class_scores": names}})
