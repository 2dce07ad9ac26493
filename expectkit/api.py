"""The Python interface: make a briefing from arrays, a data frame, a model or a config, look at it, save it."""

from __future__ import annotations

import functools
import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectkit.briefing.compose import compose
from expectkit.briefing.document import Document
from expectkit.briefing.plain import to_plain
from expectkit.briefing.record import RateRecord, Record, SettingRecord, VolumeRecord
from expectkit.briefing.vocabulary import Words
from expectkit.errors import ConfigError, InputError
from expectkit.io.config import load_config, read_config, require
from expectkit.io.config_tables import Config

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from plotly.graph_objects import Figure

    from expectkit.briefing.recorder import Evidence
    from expectkit.briefing.review_inputs import ReviewInputs
    from expectkit.engine.local import Progress
    from expectkit.io.case_source import CaseSource
    from expectkit.io.promise_file import SealedPromise

FORMATS = ("html", "pdf", "md", "review", "json")
"""What a bundle can hold, as ``--format`` names it."""

PAGES = ("briefing.html", "briefing.pdf", "briefing.md", "review.html", "record.json")
"""The files of these formats."""


class Briefing:
    """A briefing: its record, its document, and its pages.

    Make one with `brief`, `brief_from` or `brief_model`. In a notebook it shows itself.

    Attributes
    ----------
    record : Record
        Every number and sentence.
    """

    def __init__(
        self,
        record: Record,
        agreed: SealedPromise | None = None,
        review: Callable[[], ReviewInputs] | None = None,
    ) -> None:
        self.record = record
        self._agreed = agreed
        self._review = review
        self.page_warnings: tuple[str, ...] = ()

    @property
    def statement(self) -> str:
        """The expectation at the operating threshold, in the business's words."""
        return self.record.statement("expectation")

    @property
    def ranges(self) -> str:
        """How far averages and single days may lie from the expectation."""
        return self.record.statement("expectation.ranges")

    @property
    def statements(self) -> dict[str, str]:
        """All sentences of the briefing by their id."""
        return {statement.id: statement.text for statement in self.record.statements}

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
    def warnings(self) -> tuple[str, ...]:
        """What a reader must know before relying on the numbers, and what the pages could not show."""
        return (*(warning.text for warning in self.record.warnings), *self.page_warnings)

    @functools.cached_property
    def document(self) -> Document:
        """The briefing in reading order, ready to be drawn."""
        return compose(self.record)

    def to_json(self) -> str:
        """Return ``record.json``: the record as JSON, keys in a fixed order, one line per value."""
        return json.dumps(to_plain(self.record), indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    def to_html(self) -> str:
        """Return the briefing as one HTML file that loads nothing."""
        from expectkit.render.html import render_html

        return render_html(self.document)

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

    def to_markdown(self) -> str:
        """Return the briefing as Markdown short enough for a pull-request comment."""
        from expectkit.render.markdown import render_markdown

        return render_markdown(self.document)

    def to_pdf(self) -> bytes:
        """Return the briefing as PDF/UA-1, with record and promise attached.

        Raises
        ------
        MissingExtraError
            If WeasyPrint or its system libraries are not installed.
        """
        from expectkit.render.pdf import Attachment, render_pdf

        record, remarks = self.to_json().encode(), list[str]()
        attached = (
            Attachment("record.json", record, "All numbers of this briefing"),
            Attachment("promise.toml", self.promise_toml(), self._promise_remark),
        )
        pdf = render_pdf(
            self.document, attached, identifier=hashlib.sha256(record).digest()[:16], warnings=remarks
        )
        self.page_warnings = tuple(remarks)
        return pdf

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

    def save(self, folder: str | Path, *, formats: Sequence[str] = FORMATS) -> tuple[Path, ...]:
        """Write the bundle: all of it, or nothing.

        Parameters
        ----------
        folder : path
            Made when missing. Files of the same names are replaced; an agreed ``promise.toml`` is kept.
        formats : sequence of str
            Of `FORMATS`. ``promise.toml`` is always written.

        Returns
        -------
        tuple of Path
            The files written.

        Raises
        ------
        ConfigError
            If a format is unknown.
        MissingExtraError
            If PDF is asked for and cannot be made.
        OutputError
            If the folder cannot be written; what was there before is intact.
        """
        from expectkit.io.bundle import write_bundle

        target = Path(folder)
        files: dict[str, bytes] = {}
        for name in formats:
            files |= self._page(name)
        if self._may_write_promise(target / "promise.toml"):
            files["promise.toml"] = self.promise_toml()
        return write_bundle(target, files)

    def _may_write_promise(self, path: Path) -> bool:
        """Return whether nothing agreed would be lost, but for what the agreed promise itself replaces."""
        from expectkit.io.promise_reader import may_be_agreed, read_promise

        if not may_be_agreed(path):
            return True
        if self._agreed is None or not self._is_agreed:
            return False
        return read_promise(path).seal in (self._agreed.seal, self._agreed.promise.replaces)

    def _page(self, name: str) -> dict[str, bytes]:
        if name == "html":
            return {"briefing.html": self.to_html().encode()}
        if name == "pdf":
            return {"briefing.pdf": self.to_pdf()}
        if name == "md":
            return {"briefing.md": self.to_markdown().encode()}
        if name == "review":
            return {"review.html": self.to_review().encode()}
        if name == "json":
            return {"record.json": self.to_json().encode()}
        raise ConfigError(f'there is no format "{name}". Known: {", ".join(FORMATS)}.')

    def __repr__(self) -> str:
        """Return the expectation and its ranges as text."""
        return f"{self.statement}\n{self.ranges}"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Show the briefing in a notebook: HTML, Markdown or plain text, as the notebook prefers."""
        from expectkit.render.notebook import mimebundle

        return mimebundle(self.document, f"{self.statement} {self.ranges}")


def brief(
    y_true: ArrayLike | str,
    y_score: ArrayLike | str,
    *,
    data: object = None,
    words: Words | None = None,
    images: Any = None,
    drop_missing: bool = False,
    **options: object,
) -> Briefing:
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
    **options
        Keys of ``expectkit.toml`` by their option names: ``threshold``, ``cases_per_day``, ``prevalence``, ``positive``
        (or ``pos_label``), ``candidates``, ``model_name``, ``missed_positive`` and so on. ``sample_weight``,
        ``time`` and ``group`` take arrays, or column names with `data`.

    Returns
    -------
    Briefing

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
    from expectkit.io.case_source import open_cases

    tables, columns = _tables(words), dict[str, Any]()
    named = {"label": y_true, "score": y_score}
    for key in ("sample_weight", "time", "group"):
        value = options.pop(key, None)
        if value is not None:
            named["weight" if key == "sample_weight" else key] = value  # type: ignore[assignment]
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
    options["cases_positive"] = _positive_label(options)
    if isinstance(images, str):
        tables["cases"]["image"], images = images, None
    config = read_config(tables, _without_text_parsing(options), source="the arguments")
    source = open_cases(data if data is not None else columns)
    if images is not None and len(images) != source.n_rows():
        raise InputError(f"{len(images)} images came with {source.n_rows()} cases. Give one for each case.")
    return _brief(config, source, drop_missing=drop_missing, images=images)


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

    Raises
    ------
    InputError
        If the model gives no scores for two classes.
    """
    from expectkit.io.estimator import scores_from_classifier

    positive = _positive_label(options)
    scores = scores_from_classifier(model, X, pos_label=positive)
    return brief(y, scores, cases_positive=positive, **options)


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

    Raises
    ------
    ConfigError, DataError, InputError, PromiseError
        If the file, an option, the promise or the cases cannot be used; the message says what to do.
    """
    from expectkit.io.case_source import open_cases

    if not isinstance(config, Config):
        config = load_config(None if config is None else Path(config), options)
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
