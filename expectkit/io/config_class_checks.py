"""What the keys for several classes, several labels and two thresholds must satisfy together."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from expectkit.errors import ConfigError, nearest
from expectkit.io.config_classes import CountedMix
from expectkit.io.config_place import shown
from expectkit.io.config_tables import Config


def check_several(config: Config) -> None:
    """Check the keys for several classes, several labels and two thresholds.

    Raises
    ------
    ConfigError
        For the first contradiction or missing partner; the message names both keys.
    """
    _check_one_kind(config)
    _check_confidence(config)
    if config.cases.class_scores is not None:
        _check_names(config, config.cases.class_scores)
    if config.cases.labels is not None and config.words.classes is not None:
        _check_known(config, "[words] classes", config.words.classes, config.cases.labels)
    _check_lanes(config)


def _error(config: Config, text: str) -> ConfigError:
    return ConfigError(f"{config.source}: {text}")


def _check_one_kind(config: Config) -> None:
    cases = config.cases
    kinds = {
        "class_scores": cases.class_scores,
        "predicted": cases.predicted,
        "labels": cases.labels,
    }
    given = [name for name, value in kinds.items() if value is not None]
    if len(given) > 1:
        raise _error(
            config,
            f"[cases] has both {given[0]} and {given[1]}, which are two kinds of model. Drop one of them.",
        )
    if not given:
        return
    clashing = ["score", "label", "positive"] if given == ["labels"] else ["score", "positive"]
    for name in clashing:
        if getattr(cases, name) is not None:
            raise _error(config, f"[cases] has both {name} and {given[0]}. With {given[0]}, drop {name}.")
    if given != ["labels"]:
        _check_no_related_cases(config, given[0])


def _check_no_related_cases(config: Config, kind: str) -> None:
    for name in ("weight", "group"):
        if getattr(config.cases, name) is not None:
            raise _error(
                config,
                f"[cases] {name} cannot be used with {kind}: ranges for such cases are known for two classes only. "
                f"Drop {name}, or brief one class against all others.",
            )


def _check_confidence(config: Config) -> None:
    cases, threshold = config.cases, config.threshold
    if cases.confidence is not None and cases.predicted is None:
        raise _error(
            config, "[cases] confidence needs predicted beside it: the column of the class it is about."
        )
    has_thresholds = threshold.classes is not None or threshold.operating is not None
    if cases.predicted is not None and cases.confidence is None and has_thresholds:
        raise _error(
            config,
            "[threshold] needs scores, but only the predicted class is named. Name the column of its score in "
            "[cases] confidence, or drop the thresholds.",
        )
    has_classes = cases.class_scores is not None or cases.predicted is not None
    if not has_classes:
        for place, value in (
            ("[threshold] classes", threshold.classes),
            ("[traffic] class_mix", config.traffic.class_mix),
        ):
            if value is not None:
                raise _error(
                    config, f"{place} is for several classes. Name their columns in [cases] class_scores."
                )


def _check_names(config: Config, classes: Collection[str]) -> None:
    """Check that whatever is stated by class names the classes there are."""
    mix = config.traffic.class_mix
    if mix is not None and mix != "as in cases":
        stated = mix.counts if isinstance(mix, CountedMix) else mix
        _check_known(config, "[traffic] class_mix", stated, classes)
        lacking = [name for name in classes if name not in stated]
        if lacking:
            raise _error(
                config, f"[traffic] class_mix lacks the class {shown(lacking[0])}. Name every class."
            )
    for place, given in (
        ("[threshold] classes", config.threshold.classes),
        ("[words] classes", config.words.classes),
    ):
        _check_known(config, place, given or {}, classes)


def _check_known(config: Config, place: str, given: Mapping[str, object], classes: Collection[str]) -> None:
    for name in given:
        if name not in classes:
            near = nearest(name, classes)
            known = ", ".join(map(shown, list(classes)[:10]))
            advice = f"Did you mean {shown(near)}?" if near else f"The classes are {known}."
            raise _error(config, f"{place} names {shown(name)}, which is no class here. {advice}")


def _check_lanes(config: Config) -> None:
    threshold = config.threshold
    low, high = threshold.clear_below, threshold.block_from
    if (low is None) != (high is None):
        given, lacking = ("clear_below", "block_from") if high is None else ("block_from", "clear_below")
        raise _error(
            config, f"[threshold] {given} needs {lacking} beside it: a person decides between the two."
        )
    several = config.cases.class_scores or config.cases.predicted or config.cases.labels
    if several is not None and (low is not None or threshold.at_most_automated_error is not None):
        raise _error(
            config,
            "[threshold] clear_below, block_from and at_most_automated_error are for two classes. Drop them.",
        )
    if low is None or high is None:
        return
    if low > high:
        raise _error(
            config,
            f"[threshold] clear_below {low:g} is above block_from {high:g}, so they overlap. Swap the two.",
        )
    if threshold.operating is not None and threshold.operating not in (low, high):
        raise _error(
            config,
            "[threshold] has operating beside clear_below and block_from. Drop it: a case counts as flagged from "
            "clear_below up.",
        )
