"""The command line: `kg COMMAND`. Each command is a thin skin over one public function."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from typing import Any

import click

from kg.errors import KgError, NoAnswer

COMMANDS = {
    "demo": "demo", "load": "stores", "build": "stores", "sources": "stores", "stats": "stores", "check": "stores",
    "show": "lookups", "partners": "lookups", "path": "lookups", "query": "queries", "ask": "queries",
    "centrality": "networks", "map": "networks", "export": "networks", "evidence": "evidence", "diff": "differences",
}  # fmt: skip
"""Each command and the module that has it: a module is imported only when its command is used."""


class Commands(click.Group):
    """A group whose commands are imported when they are asked for, so that a lookup starts fast."""

    def list_commands(self, _: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"kg.cli.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="partnership-kg", prog_name="kg")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def cli(debug: bool) -> None:
    """Who works with whom to reduce poverty: a knowledge graph with the evidence of every fact.

    Start with `kg demo`, then `kg partners UNICEF` and `kg show FCPMC`.
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 no answer or findings, 2 it could not be done."""
    given = sys.argv[1:] if arguments is None else arguments
    _prepare_terminal()
    sys.exit(_run(given))


def _run(given: list[str]) -> int:
    try:
        result: Any = cli.main(args=given, prog_name="kg", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        click.echo("stopped", err=True)
        return 2
    except click.ClickException as error:
        click.echo(f"error: {error.format_message()}", err=True)
        return 2
    except (KgError, OSError) as error:
        if "--debug" in given:
            raise
        return _explain(error)


def _explain(error: KgError | OSError) -> int:
    if isinstance(error, BrokenPipeError):
        # Whoever read our output has seen enough; keep the interpreter from flushing into the closed pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        click.echo(f"error: {place}{error.strerror or error}", err=True)
        return 2
    click.echo(f"error: {error}", err=True)
    return 1 if isinstance(error, NoAnswer) else 2


def _prepare_terminal() -> None:
    """UTF-8 whatever the locale says, and Ctrl-C even inside the engine, which does not hear it otherwise."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    if os.name == "posix":
        signal.signal(signal.SIGINT, signal.SIG_DFL)
