"""The Python interface: make a briefing from arrays, a data frame, a model or a config, look at it, save it."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, overload

from expectkit.briefing.compose import compose
from expectkit.briefing.document import Document
from expectkit.briefing.record import RateRecord, Record, SettingRecord, VolumeRecord
from expectkit.briefing.vocabulary import Words
from expectkit.errors import ConfigError, InputError
from expectkit.io.config import load_config, read_config, require
from expectkit.io.config_tables import Config
from expectkit.pages import FORMATS as FORMATS
from expectkit.pages import PAGES as PAGES
from expectkit.pages import Pages
from expectkit.two_lanes import with_two_thresholds

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from plotly.graph_objects import Figure

    from expectkit.briefing.cost_record import CostsRecord, ReviewsRecord
    from expectkit.briefing.goal_record import GoalRecord
    from expectkit.briefing.people_record import PeopleRecord
    from expectkit.briefing.recorder import Evidence
    from expectkit.briefing.review_inputs import ReviewInputs
    from expectkit.engine.local import Progress
    from expectkit.io.case_source import CaseSource
    from expectkit.io.promise_file import SealedPromise
    from expectkit.render.pdf import Attachment
    from expectkit.several import ClassesBriefing, LabelsBriefing


class Briefing(Pages):
    """A briefing: its record, its document, and its pages.

    Make one with `brief`, `brief_from` or `brief_model`. In a notebook it shows itself.

    Attributes
    ----------
    record : Record
        Every number and sentence.
    """

    record: Record

    def __init__(
        self,
        record: Record,
        agreed: SealedPromise | None = None,
        review: Callable[[], ReviewInputs] | None = None,
    ) -> None:
        super().__init__(record)
        self._agreed = agreed
        self._review = review

    @property
    def rates(self) -> Mapping[str, RateRecord]:
        """The rates at the operating threshold, with counts and ranges."""
        return self.record.rates

    @property
    def per_day(self) -> Mapping[str, VolumeRecord]:
        """The volumes a day at the operating threshold."""
        return self.record.per_day

    @property
    def settings(self) -> tuple[SettingRecord, ...]:
        """The settings side by side, each with its own sentences."""
        return self.record.settings

    @property
    def costs(self) -> CostsRecord | None:
        """What mistakes cost and where that is lowest; None without costs. Each setting carries its own cost."""
        return self.record.costs

    @property
    def reviews(self) -> ReviewsRecord | None:
        """Hours of review and what the team can keep up with; None without minutes and capacity."""
        return self.record.reviews

    @property
    def people(self) -> PeopleRecord | None:
        """Today's process beside the model; None when nothing is stated of it."""
        return self.record.people

    @property
    def goals(self) -> tuple[GoalRecord, ...]:
        """The business's goals, each kept, broken or undecided."""
        return self.record.goals

    def _composed(self) -> Document:
        return compose(self.record)

    def to_review(self) -> str:
        """Return the threshold review page: one offline HTML file with a slider over all settings.

        Raises
        ------
        InputError
            If this briefing was made from a record alone, which holds too little for it.
        MissingExtraError
            If Plotly is not installed.
        """
        from expectkit.render.review import render_review

        if self._review is None:
            raise InputError(
                "the review page needs the measurement, and this briefing holds only its record. Make it anew with "
                "brief, brief_from or brief_model."
            )
        return render_review(self.record, self._review())

    @functools.cached_property
    def figures(self) -> Mapping[str, Figure]:
        """Plotly figures by name, for a notebook: "trade_off"."""
        from expectkit.render.figures import figures

        return figures(self.record)

    def promise_toml(self) -> bytes:
        """Return the promise as TOML: the agreed one when it is about this setting, otherwise a draft."""
        from expectkit.briefing.agreement import draft_promise
        from expectkit.io.promise_file import promise_text

        if self._agreed is not None and self._is_agreed:
            return self._agreed.data
        return promise_text(draft_promise(self.record))

    @property
    def _is_agreed(self) -> bool:
        promise = self.record.promise
        return promise is not None and promise.covers == "this setting"

    @property
    def _promise_remark(self) -> str:
        return "The agreed promise" if self._is_agreed else "The promise this briefing drafts"

    def _further_attachments(self) -> tuple[Attachment, ...]:
        from expectkit.render.pdf import Attachment

        return (Attachment("promise.toml", self.promise_toml(), self._promise_remark),)

    def _further_files(self, target: Path) -> dict[str, bytes]:
        return (
            {"promise.toml": self.promise_toml()} if self._may_write_promise(target / "promise.toml") else {}
        )

    def _may_write_promise(self, path: Path) -> bool:
        """Return whether nothing agreed would be lost, but for what the agreed promise itself replaces."""
        from expectkit.io.promise_reader import may_be_agreed, read_promise

        if not may_be_agreed(path):
            return True
        if self._agreed is None or not self._is_agreed:
            return False
        return read_promise(path).seal in (self._agreed.seal, self._agreed.promise.replaces)

    def _page(self, name: str) -> dict[str, bytes]:
        return {"review.html": self.to_review().encode()} if name == "review" else super()._page(name)


@overload
def brief(
    y_true: ArrayLike | str,
    y_score: object,
    *,
    classes: Sequence[object],
    **options: Any,
) -> ClassesBriefing: ...


@overload
def brief(
    y_true: object,
    y_score: object,
    *,
    labels: Sequence[object],
    **options: Any,
) -> LabelsBriefing: ...


@overload
def brief(
    y_true: ArrayLike | str,
    y_score: ArrayLike | str,
    *,
    data: object = None,
    words: Words | None = None,
    images: Any = None,
    drop_missing: bool = False,
    **options: Any,
) -> Briefing: ...


def brief(
    y_true: Any,
    y_score: Any,
    *,
    data: object = None,
    words: Words | None = None,
    images: Any = None,
    drop_missing: bool = False,
    classes: Sequence[object] | None = None,
    labels: Sequence[object] | None = None,
    predicted: Any = None,
    **options: Any,
) -> Pages:
    """Make a briefing from labels and scores in memory.

    Parameters
    ----------
    y_true : array-like of shape (n_cases,), or str
        True labels, or the name of their column in `data`.
    y_score : array-like of float, shape (n_cases,), or str
        Scores, or the name of their column in `data`. A case is flagged when its score is at or above the threshold.
    data : data frame, optional
        pandas, polars or pyarrow table with the columns that are named.
    words : Words, optional
        The business's own words.
    images : array-like or str, optional
        A picture for each case, for the galleries of mistakes: pixels of shape (n_cases, height, width) or (n_cases,
        height, width, 3), whole numbers 0 to 255 or fractions 0 to 1; or bytes or paths of image files; or the name
        of their column in `data`.
    drop_missing : bool
        Leave out cases without score or label, and say so.
    classes : sequence, optional
        Several classes: their names, in the order of the columns of `y_score`, which then has the shape (n_cases,
        n_classes) or is a list of column names; `y_true` holds names. ``thresholds`` may give one for each class.
    labels : sequence, optional
        Several labels a case may carry: their names, in the order of the columns of `y_true` and `y_score`, both of
        shape (n_cases, n_labels). ``thresholds`` and ``prevalences`` give one for each label.
    predicted : array-like or str, optional
        Several classes of which the model names one: that class. `y_score` is then its score, or None.
    **options
        Keys of ``expectkit.toml`` by their option names: ``threshold``, ``cases_per_day``, ``prevalence``, ``positive``
        (or ``pos_label``), ``candidates``, ``model_name``, ``missed_positive`` and so on. ``sample_weight``,
        ``time`` and ``group`` take arrays, or column names with `data`.

    Returns
    -------
    Briefing
        `ClassesBriefing` with `classes` or `predicted`, `LabelsBriefing` with `labels`.

    Raises
    ------
    ConfigError, DataError, InputError
        If something handed over cannot be used; the message says what to do.

    Examples
    --------
    >>> y_true = [1] * 280 + [0] * 8000
    >>> y_score = [0.9] * 266 + [0.1] * 14 + [0.9] * 200 + [0.1] * 7800
    >>> briefing = brief(y_true, y_score, threshold=0.5, cases_per_day=8280, prevalence=280 / 8280)
    >>> print(briefing.statement)
    With these settings, the model would have a 5% false negative rate and a 2.5% false positive rate. Every day, \
an average of 200 negative cases would be flagged, and an average of 14 positive cases would be missed. An average \
of 266 positive cases would be correctly caught.
    """
    from expectkit import several
    from expectkit.io.open_cases import open_cases

    tables, columns = _tables(words), dict[str, Any]()
    if classes is not None or predicted is not None or labels is not None:
        if images is not None:
            raise InputError("pictures are shown for models of two classes only. Leave images out.")
        of_several: dict[str, Any] = {
            "data": data,
            "tables": tables,
            "options": _without_text_parsing(options),
        }
        if labels is not None:
            config, source = several.cases_of_labels(y_true, y_score, labels=labels, **of_several)
            names: tuple[str, ...] = ()
        else:
            config, source, names = several.cases_of_classes(
                y_true, y_score, classes=classes, predicted=predicted, **of_several
            )
        return several.brief_several(
            config, source, today=_today(config), drop_missing=drop_missing, classes=names
        )
    several.check_one_score(y_score)
    named = {"label": y_true, "score": y_score}
    for key in ("sample_weight", "time", "group"):
        value = options.pop(key, None)
        if value is not None:
            named["weight" if key == "sample_weight" else key] = value
    for key, value in named.items():
        if isinstance(value, str):
            if data is None:
                raise InputError(
                    f"{key} is the column name {value!r}, but no data frame was given. Pass it as data=."
                )
            tables["cases"][key] = value
        elif data is not None:
            raise InputError(f"{key} is an array, but a data frame was given. Name its column instead.")
        else:
            columns[_ARRAY_NAMES[key]] = value
            tables["cases"][key] = _ARRAY_NAMES[key]
    _check_order({_ARRAY_NAMES[key]: value for key, value in named.items()})
    options["cases_positive"] = _positive_label(options)
    if isinstance(images, str):
        tables["cases"]["image"], images = images, None
    config = with_two_thresholds(read_config(tables, _without_text_parsing(options), source="the arguments"))
    require(config, "threshold.operating", "traffic.cases_per_day")
    source = open_cases(data if data is not None else columns)
    if images is not None and len(images) != source.n_rows():
        raise InputError(f"{len(images)} images came with {source.n_rows()} cases. Give one for each case.")
    return _brief(config, source, drop_missing=drop_missing, images=images)


def _check_order(columns: Mapping[str, Any]) -> None:
    """Refuse pandas objects whose rows are in different orders: they are paired by position.

    Raises
    ------
    InputError
    """
    indexed = [(name, value.index) for name, value in columns.items() if hasattr(value, "iloc")]
    for name, index in indexed[1:]:
        first, of_first = indexed[0]
        if len(index) == len(of_first) and not index.equals(of_first):
            raise InputError(
                f"{first} and {name} have different indexes, but are paired row by row. Put them into one order, for "
                f"example {name}.loc[{first}.index], or pass .to_numpy() if the rows do match."
            )


_ARRAY_NAMES = {
    "label": "y_true",
    "score": "y_score",
    "weight": "sample_weight",
    "time": "time",
    "group": "group",
}


def brief_model(model: Any, X: Any, y: ArrayLike, **options: Any) -> Briefing:  # noqa: N803
    """Make a briefing from a fitted classifier and labelled test cases.

    Parameters
    ----------
    model : object
        A fitted scikit-learn classifier (``predict_proba`` or ``decision_function``) or a Keras model (``predict``).
    X : array-like of shape (n_cases, n_features)
        What the model takes.
    y : array-like of shape (n_cases,)
        True labels.
    **options
        As in `brief`.

    Returns
    -------
    Briefing
        A `ClassesBriefing` when a scikit-learn classifier knows more than two classes.

    Raises
    ------
    InputError
        If the model gives no scores for two classes.
    """
    from expectkit import several
    from expectkit.io.estimator import scores_from_classifier

    if (names := several.names_of_classes(model)) is not None and "classes" not in options:
        return cast("Briefing", brief(y, model.predict_proba(X), classes=names, **options))
    _check_order({"X": X, "y": y})
    positive = _positive_label(options)
    scores = scores_from_classifier(model, X, pos_label=positive)
    return cast("Briefing", brief(y, scores, cases_positive=positive, **options))


def _positive_label(options: dict[str, Any]) -> Any:
    """Take the positive label out of the options, by whichever of its names it was given."""
    given = {
        name: options.pop(name) for name in ("pos_label", "positive", "cases_positive") if name in options
    }
    stated = {name: value for name, value in given.items() if value is not None}
    if len(stated) > 1:
        raise ConfigError(f"{' and '.join(stated)} are names for one thing. Give one of them.")
    return next(iter(stated.values()), None)


def brief_from(
    config: str | Path | Config | None,
    *,
    promise: str | Path | None = None,
    drop_missing: bool = False,
    progress: Progress | None = None,
    **options: object,
) -> Briefing:
    """Make a briefing from an ``expectkit.toml``.

    Parameters
    ----------
    config : path or Config or None
        None reads no file: everything is then given as options.
    promise : path, optional
        An agreed promise to show. Its setting is used unless options state another.
    drop_missing : bool
        Leave out rows without score or label, and say so.
    progress : callable of (rows done, rows in all or None), optional
    **options
        Override keys of the file, by their option names, as texts of the command line or as values.

    Returns
    -------
    Briefing
        `ClassesBriefing` or `LabelsBriefing` when the config is about several classes or labels.

    Raises
    ------
    ConfigError, DataError, InputError, PromiseError
        If the file, an option, the promise or the cases cannot be used; the message says what to do.
    """
    from expectkit import several
    from expectkit.io.open_cases import open_cases

    if not isinstance(config, Config):
        config = load_config(None if config is None else Path(config), options)
    config = with_two_thresholds(config)
    if several.is_several(config):
        made = several.brief_several(
            config, today=_today(config), drop_missing=drop_missing, progress=progress
        )
        return cast("Briefing", made)  # its sentences and pages are those of any briefing
    agreed = None
    if promise is not None:
        from expectkit.io.config_agreed import with_agreed
        from expectkit.io.promise_reader import read_agreed

        agreed = read_agreed(Path(promise))
        config = with_agreed(
            config,
            agreed.promise,
            states_threshold=options.get("threshold") is not None,
            states_where_chosen=options.get("chosen_on") is not None,
        )
    require(
        config, "cases.file", "cases.score", "cases.label", "threshold.operating", "traffic.cases_per_day"
    )
    source = open_cases(list(config.cases.file or ()))
    return _brief(config, source, agreed=agreed, drop_missing=drop_missing, progress=progress)


def _brief(
    config: Config,
    source: CaseSource,
    *,
    agreed: SealedPromise | None = None,
    drop_missing: bool,
    progress: Progress | None = None,
    images: Any = None,
) -> Briefing:
    from expectkit.briefing.review_inputs import review_inputs
    from expectkit.pipeline import measure_and_write
    from expectkit.stated import review_costs

    kept: list[Evidence] = []
    record = measure_and_write(
        config,
        source,
        today=_today(config),
        agreed=agreed,
        drop_missing=drop_missing,
        progress=progress,
        images=images,
        keep=kept.append,
    )
    return Briefing(record, agreed, lambda: review_inputs(kept[0], review_costs(config), _file_of(config)))


def _file_of(config: Config) -> str:
    """Return the name of the config's file; empty when it came from arguments."""
    return Path(config.source).name if config.source.endswith(".toml") else ""


def _today(config: Config) -> date:
    """Return the date on the pages: the stated one, SOURCE_DATE_EPOCH, or today."""
    if config.briefing.date is not None:
        return config.briefing.date
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is not None and epoch.isdigit():
        return datetime.fromtimestamp(int(epoch), UTC).date()
    return datetime.now(UTC).date()


def _tables(words: Words | None) -> dict[str, dict[str, Any]]:
    if words is None:
        return {"cases": {}}
    if not isinstance(words, Words):
        raise ConfigError(
            f"words is {words!r}; make it with expectkit.Words.of(case=..., positive=..., negative=...)."
        )
    nouns = {
        name: [getattr(words, name).singular, getattr(words, name).plural]
        for name in ("case", "positive", "negative")
    }
    texts = {name: getattr(words, name) for name in ("flagged", "missed", "caught", "language")}
    return {"cases": {}, "words": nouns | texts, "model": {"name": words.model_name}}


def _without_text_parsing(options: dict[str, object]) -> dict[str, object]:
    """Turn NumPy numbers and arrays into what a config file gives."""
    return {name: value.tolist() if hasattr(value, "tolist") else value for name, value in options.items()}
