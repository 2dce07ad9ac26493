"""Briefings on several classes or several labels: from arrays or a config to their pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from expectkit.briefing.class_document import compose_classes
from expectkit.briefing.document import Document
from expectkit.briefing.labels_document import compose_labels
from expectkit.briefing.labels_record import LabelsRecord
from expectkit.briefing.multiclass_record import MulticlassRecord
from expectkit.errors import ConfigError, InputError
from expectkit.io.config import read_config, require
from expectkit.io.config_classes import class_name
from expectkit.io.config_tables import Config
from expectkit.io.open_cases import open_cases
from expectkit.measure.confusion_matrix import ConfusionMatrix
from expectkit.pages import FORMATS, Pages

if TYPE_CHECKING:
    from expectkit.engine.local import Progress
    from expectkit.io.case_source import CaseSource

NO_REVIEW = "The review page is for models of two classes, and was left out."

Tables = dict[str, dict[str, Any]]


class _SeveralPages(Pages):
    """Pages without a promise and without a review page: both are about one threshold."""

    def save(self, folder: str | Path, *, formats: Sequence[str] = FORMATS) -> tuple[Path, ...]:
        """Write the bundle as `Pages.save` does; the review page is left out, with a word in `page_warnings`.

        Raises
        ------
        ConfigError
            If the review page is all that is asked for.
        """
        if set(formats) == {"review"}:
            others = ", ".join(name for name in FORMATS if name != "review")
            raise ConfigError(
                f"the review page is for models of two classes. Ask for other formats: {others}."
            )
        return super().save(folder, formats=formats)

    def _page(self, name: str) -> dict[str, bytes]:
        if name != "review":
            return super()._page(name)
        self.page_warnings = tuple(dict.fromkeys((*self.page_warnings, NO_REVIEW)))
        return {}


class ClassesBriefing(_SeveralPages):
    """A briefing on a model that tells several classes apart.

    Attributes
    ----------
    record : MulticlassRecord
        Every number and sentence.
    """

    record: MulticlassRecord

    def __init__(self, record: MulticlassRecord) -> None:
        super().__init__(record)

    @property
    def matrix(self) -> ConfusionMatrix:
        """How many test cases of each class were decided for each class, or sent to a person."""
        return ConfusionMatrix(tuple(one.name for one in self.record.classes), np.array(self.record.counts))

    def _composed(self) -> Document:
        return compose_classes(self.record)


class LabelsBriefing(_SeveralPages):
    """A briefing on a model that gives a case none, one or several labels.

    Attributes
    ----------
    record : LabelsRecord
        Every number and sentence; `labels` holds the record of each label.
    """

    record: LabelsRecord

    def __init__(self, record: LabelsRecord) -> None:
        super().__init__(record)

    def _composed(self) -> Document:
        return compose_labels(self.record)


def is_several(config: Config) -> bool:
    """Return whether a config is about several classes or labels."""
    cases = config.cases
    return cases.class_scores is not None or cases.predicted is not None or cases.labels is not None


def brief_several(
    config: Config,
    source: CaseSource | None = None,
    *,
    today: date,
    drop_missing: bool = False,
    progress: Progress | None = None,
    classes: tuple[str, ...] = (),
) -> ClassesBriefing | LabelsBriefing:
    """Make the briefing that a config on several classes or labels asks for.

    Parameters
    ----------
    config : Config
    source : CaseSource, optional
        The files that the config names when left out.
    today : date
        Printed on the pages.
    drop_missing : bool
    progress : callable of (rows done, rows in all or None), optional
    classes : tuple of str
        Names and order of the classes, where the model only names one.

    Returns
    -------
    ClassesBriefing or LabelsBriefing

    Raises
    ------
    ConfigError, DataError, InputError
        If what is stated, or the cases, cannot be used.
    """
    require(config, *(() if source is not None else ("cases.file",)), "traffic.cases_per_day")
    cases = open_cases(list(config.cases.file or ())) if source is None else source
    if config.cases.labels is not None:
        from expectkit.label_pipeline import measure_labels

        return LabelsBriefing(
            measure_labels(config, cases, today=today, drop_missing=drop_missing, progress=progress)
        )
    from expectkit.class_pipeline import measure_classes

    return ClassesBriefing(
        measure_classes(
            config, cases, today=today, drop_missing=drop_missing, progress=progress, classes=classes
        )
    )


# ------------------------------------------------------------------------------------------ from arrays


def cases_of_classes(
    y_true: object,
    y_score: object,
    *,
    classes: Sequence[object] | None,
    predicted: object,
    data: object,
    tables: Tables,
    options: dict[str, Any],
) -> tuple[Config, CaseSource, tuple[str, ...]]:
    """Turn arrays, or columns of a data frame, into the cases and the config of several classes.

    Parameters
    ----------
    y_true : array-like, shape (n_cases,), or str
    y_score : array-like, shape (n_cases, n_classes), or a sequence of column names; with `predicted` the score of the
        predicted class, shape (n_cases,), a column name, or None
    classes : sequence or None
        Names of the classes in the order of the columns of `y_score`; may be None with `predicted`.
    predicted : array-like, shape (n_cases,), or str, or None
    data : data frame or None
    tables : dict
        Of the config, to be added to.
    options : dict
        By option name, with `thresholds` a number for each class, in their order or by their name.

    Returns
    -------
    Config, CaseSource, tuple of str

    Raises
    ------
    InputError
        If shapes or names do not go together.
    """
    names = _names(classes) if classes is not None else ()
    columns = _Columns(data, tables["cases"])
    columns.add("label", "y_true", y_true)
    if predicted is not None:
        columns.add("predicted", "predicted", predicted)
        if y_score is not None:
            columns.add("confidence", "confidence", y_score)
    else:
        tables["cases"]["class_scores"] = columns.add_each("y_score", y_score, names)
    _add_time(columns, options)
    if (thresholds := options.pop("thresholds", None)) is not None:
        options["threshold_classes"] = _by_name(thresholds, names, "thresholds")
    return read_config(tables, options, source="the arguments"), columns.source(), names


def cases_of_labels(
    y_true: object,
    y_score: object,
    *,
    labels: Sequence[object],
    data: object,
    tables: Tables,
    options: dict[str, Any],
) -> tuple[Config, CaseSource]:
    """Turn arrays of shape (n_cases, n_labels), or columns of a data frame, into cases and config of several labels.

    `options` may hold `thresholds` and `prevalences`: one value for each label, in their order or by their name;
    `threshold` is one for all of them.

    Raises
    ------
    InputError
        If shapes or names do not go together, or a label has no threshold.
    """
    names = _names(labels)
    columns = _Columns(data, tables["cases"])
    truths, scores = columns.add_each("y_true", y_true, names), columns.add_each("y_score", y_score, names)
    _add_time(columns, options)
    common, thresholds = options.pop("threshold", None), options.pop("thresholds", None)
    if thresholds is None and common is None:
        raise InputError("labels need thresholds. Pass thresholds, one for each label, or threshold for all.")
    of_each = _by_name(thresholds, names, "thresholds") if thresholds is not None else {}
    shares = options.pop("prevalences", None)
    known = _by_name(shares, names, "prevalences") if shares is not None else {}
    tables["cases"]["labels"] = {
        name: {
            "score": scores[name],
            "label": truths[name],
            "threshold": of_each.get(name, common),
            **({"prevalence": known[name]} if name in known else {}),
        }
        for name in names
    }
    return read_config(tables, options, source="the arguments"), columns.source()


def names_of_classes(model: object) -> list[object] | None:
    """Return the classes of a fitted scikit-learn classifier that knows more than two; None for any other model."""
    known = getattr(model, "classes_", None)
    if not isinstance(known, np.ndarray) or known.ndim != 1 or known.size <= 2:
        return None
    return list(known.tolist()) if hasattr(model, "predict_proba") else None


def check_one_score(y_score: object) -> None:
    """Say what to do when scores of several classes were given without their names.

    Raises
    ------
    InputError
    """
    shape = getattr(y_score, "shape", None)
    if isinstance(shape, tuple) and len(shape) == 2:
        raise InputError(
            f"y_score has {shape[1]} columns. For {shape[1]} classes pass their names as classes=[...], in the order "
            "of the columns; for two classes give the scores of the positive one."
        )


class _Columns:
    """Gathers arrays under column names, or takes over the names of a data frame's columns."""

    def __init__(self, data: object, cases: dict[str, Any]) -> None:
        self._data, self._cases = data, cases
        self._arrays: dict[str, Any] = {}

    def add(self, key: str, name: str, value: object) -> None:
        """Add one column and note in the config which it is."""
        self._cases[key] = self._column(name, value)

    def add_each(self, name: str, values: object, of_each: Sequence[str]) -> dict[str, str]:
        """Add one column for each class or label; return the column by its name."""
        if isinstance(values, Mapping):
            given = {class_name(key): value for key, value in values.items()}
            if set(given) != set(of_each):
                raise InputError(
                    f"{name} is about {', '.join(given)}, but the names are {', '.join(of_each)}."
                )
            return {one: self._column(f"{name} of {one}", given[one]) for one in of_each}
        if self._data is not None:
            return self._named(name, values, of_each)
        array = np.asarray(values)
        if array.ndim != 2 or array.shape[1] != len(of_each):
            raise InputError(
                f"{name} has shape {array.shape}, but {len(of_each)} names were given. Give one column for each name."
            )
        return {one: self._column(f"{name} of {one}", array[:, i]) for i, one in enumerate(of_each)}

    def _named(self, name: str, values: Any, of_each: Sequence[str]) -> dict[str, str]:
        if isinstance(values, str) or not all(isinstance(value, str) for value in values):
            raise InputError(f"{name} must be a list of column names, because a data frame was given.")
        if len(values) != len(of_each):
            raise InputError(
                f"{name} names {len(values)} columns for {len(of_each)} names. Give one for each."
            )
        return dict(zip(of_each, values, strict=True))

    def _column(self, name: str, value: object) -> str:
        if isinstance(value, str):
            if self._data is None:
                raise InputError(
                    f"{name} is the column name {value!r}, but no data frame was given. Pass it as data=."
                )
            return value
        if self._data is not None:
            raise InputError(f"{name} is an array, but a data frame was given. Name its column instead.")
        self._arrays[name] = value
        return name

    def source(self) -> CaseSource:
        """Return the cases."""
        return open_cases(self._data if self._data is not None else self._arrays)


def _names(given: Sequence[object]) -> tuple[str, ...]:
    names = tuple(class_name(name) for name in given)
    if len(names) < 2 or len(set(names)) < len(names) or "" in names:
        raise InputError(f"{list(given)!r} must be two names or more, none of them empty and none twice.")
    return names


def _add_time(columns: _Columns, options: dict[str, Any]) -> None:
    for name in ("time", "sample_weight", "group"):
        if (value := options.pop(name, None)) is not None:
            columns.add("weight" if name == "sample_weight" else name, name, value)


def _by_name(values: object, names: Sequence[str], what: str) -> dict[str, Any]:
    """Return one value for each name, from a mapping or from a sequence in the order of the names."""
    if isinstance(values, Mapping):
        return {class_name(key): value for key, value in values.items()}
    listed = np.asarray(values).tolist()
    if not isinstance(listed, list) or len(listed) != len(names):
        raise InputError(f"{what} must hold one value for each of {', '.join(names) or 'the named classes'}.")
    return dict(zip(names, listed, strict=True))
