"""Write `docs/commands.md` from the help texts of the commands.

Run it as `make docs` after a change of a command or option; a test says when it is due.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from kg.cli import cli  # noqa: E402

PAGE = ROOT / "docs" / "commands.md"
WIDTH = 100

HEAD = """# Commands

This page is made from the help texts (`make docs`). `kg COMMAND --help` says the same.

- **Output.** Data go to stdout, everything else to stderr. A table is for people; `--format json`, `csv` and `tsv`
  are for programs. The JSON of each command has a JSON Schema in `docs/schemas/`.
- **Store.** Without `--store` (or the environment variable `KG_STORE`) a command reads the graph that comes with the
  package. It is built into the user's cache at first need and built again when its data or the ontology change.
- **Documents.** `--documents` (or `KG_DOCUMENTS`) names the folder with your copies of the source documents.
- **Exit codes.** 0: done. 1: there is no answer (a name that is not found or is ambiguous), or a check found something.
  2: it could not be done, and nothing was changed.
- **Errors** are one line. `kg --debug COMMAND ...` shows the traceback too.
"""


def commands(command: click.Command, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    """A command and, below it, its subcommands, each with the context that knows its full name."""
    yield command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            yield from commands(child, click.Context(child, info_name=name, parent=context))


def page() -> str:
    """The whole page."""
    settings = {**cli.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    top = click.Context(cli, info_name="kg", **settings)
    parts = [
        f"## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
        for command, context in commands(cli, top)
    ]
    return "\n".join([HEAD, *parts])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
