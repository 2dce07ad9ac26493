"""What the keys of a config must satisfy together, whichever file or option each came from."""

from __future__ import annotations

from expectkit.errors import ConfigError
from expectkit.io.config_class_checks import check_several
from expectkit.io.config_place import as_asked
from expectkit.io.config_tables import Config
from expectkit.io.config_values import CostColumn, RuleSetting


def check_together(config: Config) -> None:
    """Check the keys that only make sense with another.

    Raises
    ------
    ConfigError
        For the first contradiction or missing partner; the message names both keys.
    """
    _check_observed_traffic(config)
    _check_rule(config)
    _check_amounts(config)
    _check_baseline(config)
    _check_redaction(config)
    check_several(config)


def _error(config: Config, text: str) -> ConfigError:
    return ConfigError(as_asked(config.source, f"{config.source}: {text}"))


def _check_observed_traffic(config: Config) -> None:
    if config.traffic.cases_per_day == "observed" and config.cases.time is None:
        raise _error(
            config,
            '[traffic] cases_per_day = "observed" counts the cases of each day, but no time column is named. '
            "Name it in [cases] time or with --time.",
        )


def _check_rule(config: Config) -> None:
    rule = config.threshold.operating
    if not isinstance(rule, RuleSetting):
        return
    if rule.name == "lowest cost":
        _check_cost(config, "missed_positive")
        _check_cost(config, "flagged_negative")
    if rule.name == "capacity" and config.costs.review_capacity_per_day is None:
        raise _error(
            config,
            '[threshold] operating = "capacity" needs [costs] review_capacity_per_day. '
            "State it there or with --review-capacity-per-day.",
        )


def _check_cost(config: Config, name: str) -> None:
    cost = getattr(config.costs, name)
    needs = f'[threshold] operating = "lowest cost" needs [costs] {name}'
    if cost is None:
        raise _error(config, f"{needs}. State it there or with --{name.replace('_', '-')}.")


def _check_amounts(config: Config) -> None:
    """Refuse amounts of single cases beside weights: what such a case costs would be counted twice or not at all."""
    if config.cases.weight is None:
        return
    for name in ("missed_positive", "flagged_negative", "caught_positive"):
        cost = getattr(config.costs, name)
        if isinstance(cost, CostColumn):
            raise _error(
                config,
                f'[costs] {name} is the column "{cost.column}", but [cases] weight is named too. '
                "State the average cost as a number, or leave out the weights.",
            )


def _check_baseline(config: Config) -> None:
    baseline = config.baseline
    pairs = (("false_negatives", "positives"), ("false_positives", "negatives"))
    for part_name, whole_name in pairs:
        part, whole = getattr(baseline, part_name), getattr(baseline, whole_name)
        if (part is None) != (whole is None):
            missing, given = (part_name, whole_name) if part is None else (whole_name, part_name)
            raise _error(
                config, f"[baseline] {given} needs {missing} beside it: a rate is told with its counts."
            )
        if part is not None and whole is not None and part > whole:
            raise _error(
                config,
                f"[baseline] {part_name} is {part}, more than {whole_name} ({whole}). Correct one of them.",
            )
    has_counts = baseline.positives is not None or baseline.negatives is not None
    if has_counts and baseline.decision is not None:
        raise _error(
            config,
            f'[baseline] has both the column decision = "{baseline.decision}" and counts. Drop one of them.',
        )
    if len(baseline.raters) == 1:
        raise _error(
            config,
            f'[baseline] raters names one column, "{baseline.raters[0]}". Name it as decision instead, or add others.',
        )


def _check_redaction(config: Config) -> None:
    cases = config.cases
    shown: dict[str, tuple[str | None, ...]] = {"show": cases.show, "slices": cases.slices}
    shown |= {"sensitive": cases.sensitive, "text": (cases.text,), "image": (cases.image,)}
    for name, columns in shown.items():
        for column in columns:
            if column in cases.redact:
                raise _error(
                    config,
                    f'[cases] the column "{column}" stands under redact and under {name}. Take it out of one of them.',
                )
