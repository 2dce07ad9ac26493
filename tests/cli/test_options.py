"""Options shared by the verbs: one for each key, where the config is, which formats, and a bar that keeps quiet."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from expectkit.cli.options import config_argument, config_options, config_path, formats_from, progress_bar
from expectkit.errors import ConfigError
from expectkit.io.config_keys import OPTIONS

KNOWN = ("html", "pdf", "md", "json")


def test_every_key_has_an_option_that_names_it_in_its_help() -> None:
    @click.command()
    @config_options()
    def command(**given: object) -> None: ...

    options = {option.opts[0]: option for option in command.params if isinstance(option, click.Option)}
    assert list(options) == [option.flag for option in OPTIONS]
    for option in OPTIONS:
        assert f"[{option.path}]" in str(options[option.flag].help)


def test_options_of_some_tables_leave_the_others_out() -> None:
    @click.command()
    @config_options(["traffic"])
    def command(**given: object) -> None: ...

    assert {parameter.name for parameter in command.params} == {
        option.name for option in OPTIONS if option.table == "traffic"
    }


def test_options_arrive_as_text_under_their_python_names_or_as_none() -> None:
    @click.command()
    @config_argument
    @config_options(["traffic"])
    def command(config: Path | None, **given: object) -> None:
        click.echo(f"{config} {given['cases_per_day']!r} {given['prevalence']!r}")

    done = CliRunner().invoke(command, ["my.toml", "--cases-per-day", "8280"])
    assert done.output == "my.toml '8280' None\n"


def test_the_config_is_the_one_given_or_the_one_here_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert config_path(None) is None
    assert config_path(Path("other.toml")) == Path("other.toml")
    (tmp_path / "expectkit.toml").touch()
    assert config_path(None) == Path("expectkit.toml")
    assert config_path(Path("other.toml")) == Path("other.toml")


def test_formats_are_read_in_order_and_once_each() -> None:
    assert formats_from(" md, html ,md,", KNOWN) == ("md", "html")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("html,docx", 'there is no format "docx". Known: html, pdf, md, json.'),
        ("HTML", 'there is no format "HTML"'),
        ("", "--format names no format. Known: html"),
        (" , ", "--format names no format"),
    ],
)
def test_a_format_nobody_knows_or_none_at_all_is_refused(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        formats_from(text, KNOWN)
    assert message in str(caught.value)


def test_no_bar_is_drawn_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("Counting cases") as update:
        assert update is None
    assert capsys.readouterr() == ("", "")


def test_on_a_terminal_a_bar_says_what_is_done_and_leaves_stdout_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar("Counting cases") as update:
        assert update is not None
        update(50, None)
        update(100, 200)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "Counting cases" in printed.err
    assert "100 rows" in printed.err
