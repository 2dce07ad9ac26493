"""Verbs are found or suggested, and errors become one line and an exit code."""

from __future__ import annotations

import importlib
import sys
from typing import Any, NoReturn

import click
import pytest

from expectkit.cli import main as entry
from expectkit.cli.main import COMMANDS
from expectkit.errors import ConfigError, ExpectkitError
from tests.cli.conftest import RunCommand


@pytest.mark.parametrize("name", COMMANDS)
def test_every_verb_is_a_module_with_a_command_of_that_name(name: str) -> None:
    command = importlib.import_module(f"expectkit.cli.{name}").command
    assert isinstance(command, click.Command)
    assert command.name == name
    assert command.help


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_every_verb_has_a_help_line(name: str, run: RunCommand) -> None:
    command = importlib.import_module(f"expectkit.cli.{name}").command
    options = [one for one in command.params if isinstance(one, click.Option)]
    assert [one.name for one in options if not one.help] == []
    assert run(name, "--help").code == 0


def test_help_lists_all_verbs_and_what_the_exit_codes_mean(run: RunCommand) -> None:
    done = run("--help")
    assert done.code == 0
    assert [name for name in COMMANDS if f"  {name} " not in done.out] == []
    assert "0 kept or done, 1 broken, 2 could not run, 3 undecided" in " ".join(done.out.split())


def test_an_unknown_verb_is_answered_with_the_nearest(run: RunCommand) -> None:
    done = run("breif")
    assert (done.code, done.out) == (2, "")
    assert 'There is no command "breif". Did you mean "brief"?' in done.err


def test_a_verb_like_no_other_is_answered_with_all_of_them(run: RunCommand) -> None:
    done = run("xyzzy")
    assert done.code == 2
    assert f"Commands: {', '.join(COMMANDS)}." in done.err


def test_an_unknown_option_could_not_run(run: RunCommand) -> None:
    done = run("brief", "--treshold=0.5")
    assert done.code == 2
    assert "--treshold" in done.err


def raising(error: BaseException) -> Any:
    """Return something to stand for the group of commands, which only raises."""

    class Group:
        def main(self, *, standalone_mode: bool) -> NoReturn:
            assert not standalone_mode
            raise error

    return Group()


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (ConfigError("two\nlines  of\ttext."), 2, "expectkit: two lines of text.\n"),
        (ExpectkitError("anything of ours."), 2, "expectkit: anything of ours.\n"),
        (click.exceptions.Abort(), 130, "expectkit: stopped; no file is half-written.\n"),
        (click.ClickException("no such thing"), 2, "Error: no such thing\n"),
    ],
)
def test_an_error_is_one_line_on_stderr_and_an_exit_code(
    error: BaseException,
    code: int,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(entry, "cli", raising(error))
    with pytest.raises(SystemExit) as stopped:
        entry.main()
    assert stopped.value.code == code
    assert capsys.readouterr() == ("", message)


def test_a_bug_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry, "cli", raising(ZeroDivisionError("ours")))
    with pytest.raises(ZeroDivisionError):
        entry.main()


@pytest.mark.parametrize(("returned", "code"), [(None, 0), (1, 1), (3, 3), ("text", 0)])
def test_what_a_verb_returns_is_the_exit_code_when_it_is_a_number(
    returned: object, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Group:
        def main(self, *, standalone_mode: bool) -> object:
            return returned

    monkeypatch.setattr(entry, "cli", Group())
    with pytest.raises(SystemExit) as stopped:
        entry.main()
    assert stopped.value.code == code


def test_asking_for_the_version_names_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda name: {"expectkit": "9.8.7"}[name])
    monkeypatch.setattr(sys, "argv", ["expectkit", "--version"])
    with pytest.raises(SystemExit) as stopped:
        entry.main()
    assert (stopped.value.code, capsys.readouterr().out) == (0, "expectkit 9.8.7\n")
