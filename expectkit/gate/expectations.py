"""A promise as an expectation that a test can assert."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from expectkit.briefing.verdict_words import GateRecord
from expectkit.errors import InputError
from expectkit.gate.run import GateOptions, run_gate
from expectkit.io.config import load_config
from expectkit.io.config_tables import CasesTable, Config
from expectkit.io.open_cases import open_cases
from expectkit.io.promise_reader import read_promise
from expectkit.promise.agreement import Promise


class Kept:
    """Whether a promise is kept: true only when every term is; its text says why not.

    Attributes
    ----------
    record : GateRecord
        All numbers.
    """

    def __init__(self, record: GateRecord, undecided: Literal["fail", "pass"] = "fail") -> None:
        self.record = record
        self._passes = {"kept", "undecided"} if undecided == "pass" else {"kept"}

    def __bool__(self) -> bool:
        """Return whether every term is kept (or undecided, where that passes)."""
        return self.record.answer in self._passes

    def __repr__(self) -> str:
        """Return the deciding sentence."""
        return f"<{self.record.last_line}>"

    @property
    def report(self) -> str:
        """The verdict as a table, in plain text."""
        return report_text(self.record)


def report_text(record: GateRecord, width: int = 120) -> str:
    """Return a verdict as the table a terminal shows, without colour.

    Parameters
    ----------
    record : GateRecord
    width : int
        Characters a line.

    Returns
    -------
    str
    """
    from io import StringIO

    from rich.console import Console

    from expectkit.render.verdict_formats.terminal import print_verdict

    out = StringIO()
    print_verdict(
        record, Console(file=out, width=width, highlight=False, markup=False, emoji=False, color_system=None)
    )
    return out.getvalue()


class Expectations:
    """A promise file, ready to be asserted.

    Parameters
    ----------
    path : Path
        The promise file.
    config : Path or None
        An ``expectkit.toml`` for words, traffic, costs and column names; the promise's own conditions stand in for
        traffic that is not stated.

    Raises
    ------
    PromiseError, ConfigError
        If a file cannot be used; the message says what to do.
    """

    def __init__(self, path: str | Path, config: str | Path | None = None) -> None:
        self.path = Path(path)
        self.promise: Promise = read_promise(self.path).promise
        self._config = None if config is None else Path(config)
        self.last: Kept | None = None

    def kept_by(
        self,
        cases: Any,
        y_score: Any = None,
        *,
        columns: Mapping[str, Any] | None = None,
        reused: int = 1,
        undecided: Literal["fail", "pass"] = "fail",
        gate: GateOptions | None = None,
        **options: object,
    ) -> Kept:
        """Judge fresh cases.

        Parameters
        ----------
        cases : array-like of labels, or scored cases
            True labels when `y_score` is given; else a path, a data frame or a mapping of columns, whose score and
            label columns the config or the options name.
        y_score : array-like of float, optional
        columns : mapping of str to array-like, optional
            More columns beside the two arrays: slices that terms name.
        reused : int
            Candidates these cases have judged, this one included.
        undecided : {"fail", "pass"}
            What an undecided promise counts as.
        gate : GateOptions, optional
            Further options; its `reused` is replaced.
        **options
            Keys of the config: ``cases_per_day``, ``prevalence``, ``positive`` and so on.

        Returns
        -------
        Kept
            Assert it.

        Raises
        ------
        ConfigError, DataError, InputError
            If the cases or an option cannot be used.
        """
        options = _without_numpy(options)
        if "pos_label" in options:
            options["cases_positive"] = options.pop("pos_label")
        elif "positive" in options:
            options["cases_positive"] = options.pop("positive")
        told = replace(gate or GateOptions(), reused=reused)
        config = load_config(self._config, options)
        if y_score is None:
            source = open_cases(cases)
        else:
            config, source = _with_arrays(config, cases, y_score, columns or {})
        self.last = Kept(run_gate(config, self.path, options=told, source=source), undecided)
        return self.last

    def kept_by_model(self, model: Any, X: Any, y_true: Any, **options: Any) -> Kept:  # noqa: N803
        """Let a fitted classifier score fresh cases, and judge them.

        Parameters
        ----------
        model : object
            A fitted scikit-learn classifier or Keras model.
        X : array-like of shape (n_cases, n_features)
            What the model takes.
        y_true : array-like of shape (n_cases,)
            True labels.
        **options
            As in `kept_by`.

        Returns
        -------
        Kept

        Raises
        ------
        InputError
            If the model gives no scores for two classes.
        """
        from expectkit.io.estimator import scores_from_classifier

        positive = options.get("pos_label", options.get("positive"))
        return self.kept_by(y_true, scores_from_classifier(model, X, pos_label=positive), **options)


def _with_arrays(config: Config, y_true: Any, y_score: Any, columns: Mapping[str, Any]) -> tuple[Config, Any]:
    """Take arrays in the place of the config's file: what only the file could tell is left to the promise."""
    if {"y_true", "y_score"} & set(columns):
        raise InputError("columns names y_true or y_score, which stand for labels and scores. Rename it.")
    traffic = config.traffic
    if traffic.cases_per_day == "observed":
        traffic = replace(traffic, cases_per_day=None)
    if traffic.prevalence == "as in cases":
        traffic = replace(traffic, prevalence=None)
    named = CasesTable(
        score="y_score", label="y_true", positive=config.cases.positive, compare=config.cases.compare
    )
    source = open_cases({"y_true": y_true, "y_score": y_score, **columns})
    return replace(config, cases=named, traffic=traffic), source


def _without_numpy(options: dict[str, object]) -> dict[str, object]:
    return {name: value.item() if hasattr(value, "item") else value for name, value in options.items()}
