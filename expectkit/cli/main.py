"""The `expectkit` command: finds the verb, and turns errors into one line and an exit code.

Commands are imported when chosen, so that ``expectkit --help`` starts in a few hundredths of a second.
"""

from __future__ import annotations

import importlib
import sys

import click

from expectkit.errors import ExpectkitError

EXIT_DONE, EXIT_BROKEN, EXIT_COULD_NOT_RUN, EXIT_UNDECIDED = 0, 1, 2, 3

COMMANDS = {
    "demo": "The whole journey on the bundled (simulated) fraud sample.",
    "init": "Look at scored cases and write a commented expectkit.toml.",
    "brief": "Write the launch briefing from scored, labelled test cases.",
    "agree": "Write down the setting that was chosen, and the promise that goes with it.",
    "gate": "Judge fresh scored cases against the promise: kept, broken or undecided.",
    "verify": "Say whether a briefing, record or promise is whole, and whether they match.",
    "compare": "Say what changed between two records or promises, and why.",
}


class LazyGroup(click.Group):
    """A group whose commands live in ``expectkit.cli.<name>`` and are imported when chosen."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the verbs in the order of the journey."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the verb's module and return its command."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"expectkit.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb, or say which one was probably meant."""
        from expectkit.errors import nearest

        name = click.utils.make_str(args[0])
        if name not in COMMANDS and not name.startswith("-"):
            near = nearest(name, COMMANDS)
            hint = f' Did you mean "{near}"?' if near else f" Commands: {', '.join(COMMANDS)}."
            raise click.UsageError(f'There is no command "{name}".{hint}', ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 kept or done, 1 broken, 2 could not run, 3 undecided on this much data.",
)
@click.version_option(package_name="expectkit", message="expectkit %(version)s")
def cli() -> None:
    """Set honest expectations for a classifier, in cases a day, and keep them."""


def main() -> None:
    """Run the command line; the entry point of the ``expectkit`` script."""
    from expectkit.cli.streams import lasting_output

    try:
        with lasting_output():
            code = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        _say("stopped; no file is half-written.")
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(EXIT_COULD_NOT_RUN)
    except ExpectkitError as error:
        _say(str(error))
        sys.exit(EXIT_COULD_NOT_RUN)
    sys.exit(code if isinstance(code, int) else EXIT_DONE)


def _say(message: str) -> None:
    one_line = " ".join(message.split())
    click.echo(f"expectkit: {one_line}", err=True)
