"""The pytest plugin: the promise as a fixture, and each of its terms as a test.

Nothing heavy is imported until one of the two is used.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from expectkit.briefing.verdict_words import GateRecord, TermResult
    from expectkit.gate.expectations import Expectations

CONFIG_NAME, PROMISE_NAME = "expectkit.toml", "promise.toml"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the plugin."""
    group = parser.getgroup("expectkit", "promises of a classifier")
    group.addoption(
        "--expectkit-promise",
        metavar="FILE",
        help="run each term of this promise as a test, on the cases of the config",
    )
    group.addoption(
        "--expectkit-config",
        metavar="FILE",
        help="the expectkit.toml to judge by (default: beside the promise, then in the root folder)",
    )
    group.addoption(
        "--expectkit-undecided",
        choices=("fail", "skip"),
        default="fail",
        help="what a term counts as when the cases cannot tell (default: fail)",
    )


@pytest.fixture(scope="session")
def expectations(request: pytest.FixtureRequest) -> Expectations:
    """Return the promise of this project: ``assert expectations.kept_by(y_true, y_score)``.

    Read from ``--expectkit-promise``, or from ``promise.toml`` in the root folder.
    """
    from expectkit.gate.expectations import Expectations

    config = request.config
    promise = _promise_path(config) or config.rootpath / PROMISE_NAME
    return Expectations(promise, _config_path(config, promise))


def _promise_path(config: pytest.Config) -> Path | None:
    stated = config.getoption("--expectkit-promise")
    return None if stated is None else config.invocation_params.dir / stated


def _config_path(config: pytest.Config, promise: Path) -> Path | None:
    stated = config.getoption("--expectkit-config")
    if stated is not None:
        return Path(config.invocation_params.dir / stated)
    folders = (promise.parent, config.rootpath)
    return next((folder / CONFIG_NAME for folder in folders if (folder / CONFIG_NAME).is_file()), None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the whole verdict below a test that asserted it and failed."""
    report = yield
    used = getattr(item, "funcargs", {}).get("expectations")
    last = getattr(used, "last", None)
    if call.when == "call" and report.failed and last is not None and not last:
        report.sections.append(("expectkit: the promise", last.report))
    if call.when == "teardown" and used is not None:
        used.last = None
    return report


# ------------------------------------------------------------------------------------------- a term as a test


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add each term of ``--expectkit-promise`` as a test, after all others."""
    path = _promise_path(config)
    if path is None:
        return
    found = PromiseFile.from_parent(session, path=path.resolve())
    items.extend(found.collect())


class TermNotKeptError(Exception):
    """A term is broken, or undecided where that fails."""


class PromiseFile(pytest.File):
    """A promise file, judged once for all its terms."""

    _record: GateRecord | None = None
    was_shown = False

    def collect(self) -> Iterable[TermItem]:
        """Return one test for each term."""
        from expectkit.errors import ExpectkitError
        from expectkit.io.promise_reader import read_promise

        try:
            promise = read_promise(self.path).promise
        except ExpectkitError as error:
            raise pytest.UsageError(str(error)) from None
        return [TermItem.from_parent(self, name=term.name) for term in promise.terms]

    def record(self) -> GateRecord:
        """Return the verdict; the cases are counted when it is first asked for."""
        if self._record is None:
            from expectkit.gate.run import run_gate

            self._record = run_gate(_config_path(self.config, self.path), self.path)
        return self._record


class TermItem(pytest.Item):
    """One term of a promise."""

    parent: PromiseFile

    def runtest(self) -> None:
        """Judge the promise, and fail unless this term is kept."""
        found = self._term()
        if found.answer == "undecided" and self.config.getoption("--expectkit-undecided") == "skip":
            pytest.skip(found.sentence)
        if found.answer != "kept":
            raise TermNotKeptError(found.sentence)

    def _term(self) -> TermResult:
        return next(term for term in self.parent.record().terms if term.name == self.name)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *_: Any, **__: Any) -> str:
        """Say what was promised and what was measured, without a traceback of ours."""
        from expectkit.errors import ExpectkitError

        if isinstance(excinfo.value, TermNotKeptError):
            return f"{excinfo.value}\n{self._whole()}"
        if isinstance(excinfo.value, ExpectkitError):
            return f"expectkit could not run: {excinfo.value}"
        return str(super().repr_failure(excinfo))

    def _whole(self) -> str:
        """Return the whole verdict, below the first term that fails."""
        from expectkit.gate.expectations import report_text

        if self.parent.was_shown:
            return ""
        self.parent.was_shown = True
        return f"\n{report_text(self.parent.record())}"

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where the term stands, and its name."""
        from expectkit.gate.run import term_lines

        lines = term_lines(self.path.read_text("utf-8-sig"))
        names = [item.name for item in self.parent.collect()]
        place = names.index(self.name)
        return self.path, lines[place] - 1 if len(lines) == len(names) else 0, f"promise: {self.name}"
