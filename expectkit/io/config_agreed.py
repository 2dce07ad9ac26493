"""What an agreement changes in a config: the setting, what stands beside it, and on which cases it was chosen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from expectkit.briefing.promise_words import is_about
from expectkit.errors import ConfigError
from expectkit.io.config_tables import Config
from expectkit.promise.agreement import Promise


def with_choice(
    config: Config,
    threshold: float,
    *,
    beside: Iterable[float] = (),
    states_where_chosen: bool = False,
) -> Config:
    """Put a chosen threshold into a config.

    Parameters
    ----------
    config : Config
    threshold : float
        The setting people chose.
    beside : iterable of float
        Settings to measure as well.
    states_where_chosen : bool
        Whether `threshold.chosen_on` was stated with this very choice.

    Returns
    -------
    Config
        Where nobody said on which cases this threshold was chosen, it is taken to be these: the ranges then hold for
        every setting at once.

    Raises
    ------
    ConfigError
        If the config is about several classes or labels: a promise is about one threshold.
    """
    check_two_classes(config)
    stated = config.threshold
    is_unchanged = stated.operating == threshold and stated.chosen_on is not None
    chosen_on = stated.chosen_on if is_unchanged or states_where_chosen else "these cases"
    candidates = dict.fromkeys((*stated.candidates, *beside))
    candidates.pop(threshold, None)
    table = replace(stated, operating=threshold, candidates=tuple(candidates), chosen_on=chosen_on)
    return replace(config, threshold=table)


def with_agreed(
    config: Config, promise: Promise, *, states_threshold: bool, states_where_chosen: bool = False
) -> Config:
    """Let an agreed promise stand in for the setting that a config file proposes.

    Parameters
    ----------
    config : Config
    promise : Promise
        Agreed.
    states_threshold : bool
        Whether another threshold was stated for this run; it stays, and the agreed one is shown beside it.
    states_where_chosen : bool
        Whether `threshold.chosen_on` was stated for this run.

    Returns
    -------
    Config
        Unchanged when the promise is about another model.
    """
    if not is_about(promise, (config.words_value().model_name, config.model.version or "")):
        return config
    stated = config.threshold
    if states_threshold:
        candidates = dict.fromkeys((*stated.candidates, promise.threshold))
        return replace(config, threshold=replace(stated, candidates=tuple(candidates)))
    chosen = with_choice(config, promise.threshold, states_where_chosen=states_where_chosen)
    is_known = stated.operating == promise.threshold and stated.chosen_on is not None
    if promise.confirmed_on_fresh_cases and not is_known and not states_where_chosen:
        return replace(chosen, threshold=replace(chosen.threshold, chosen_on="other cases"))
    return chosen


def check_two_classes(config: Config) -> None:
    """Refuse a config that is about several classes or labels.

    Raises
    ------
    ConfigError
    """
    cases = config.cases
    for name, value in (
        ("class_scores", cases.class_scores),
        ("predicted", cases.predicted),
        ("labels", cases.labels),
    ):
        if value is not None:
            raise ConfigError(
                f"{config.source}: a promise is about one threshold for two classes, but [cases] {name} names several. "
                "Write a config for one class or label against all others, with its score and label column."
            )
