"""Options that several commands share, and how their results are written."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from kg.errors import InputError
from kg.store.version import shipped_store
from kg.store.view import View, current_version, open_view

F = TypeVar("F", bound=Callable[..., Any])
PATH = click.Path(path_type=Path)


def _store(what: str, **more: Any) -> Callable[[F], F]:
    return click.option("--store", type=PATH, envvar="KG_STORE", help=what, **more)


def _year(name: str, what: str) -> Callable[[F], F]:
    return click.option(name, type=click.IntRange(1, 9999), metavar="YEAR", help=what)


store_option = _store("The store to read; without it, the graph that comes with the package.  [env: KG_STORE]")
target_option = _store("The store to change.  [env: KG_STORE]", required=True)
any_target = _store("The store to change.  [env: KG_STORE]")
documents_option = click.option(
    "--documents",
    type=PATH,
    envvar="KG_DOCUMENTS",
    help="The folder with your copies of the documents.  [env: KG_DOCUMENTS]",
)
recipe_option = click.option("--recipe", default="partnership", show_default=True, help="How partners are told.")
since_option = _year("--since", "Only relations of this year or later.")
until_option = _year("--until", "Only relations of this year or earlier.")
planned_option = click.option("--planned", is_flag=True, help="Count what was only planned or proposed, too.")
source_option = click.option("--source", "sources", multiple=True, help="Only what this source says; may be repeated.")


def network_options(command: F) -> F:
    """The options of every command that works on a network: the store, the recipe, and what counts."""
    for option in (planned_option, source_option, until_option, since_option, store_option, recipe_option):
        command = option(command)
    return command


def format_option(*formats: str) -> Callable[[F], F]:
    """`--format`, with a table for people as the default."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(["table", *formats]),
        default="table",
        show_default=True,
        help="How to write.",
    )


def open_store(store: Path | None) -> View:
    """The store that a command reads: the one named, else the shipped graph, built at first need."""
    if store is not None:
        return open_view(store)
    shipped = shipped_store()
    if current_version(shipped) is None:
        from kg.pipeline import build_shipped

        say("building the graph that comes with the package, this once")
        build_shipped()
    return open_view(shipped)


def write_rows(form: str, header: Sequence[str], rows: Iterable[Sequence[object]], document: object) -> None:
    """Write a result to stdout: `document` as JSON, or `rows` as csv, tsv or a table for people."""
    if form == "json":
        import json

        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    elif form in ("csv", "tsv"):
        import csv
        import io

        out = io.StringIO()
        writer = csv.writer(out, delimiter="," if form == "csv" else "\t", lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
        click.echo(out.getvalue(), nl=False)
    else:
        from kg.views.tables import render_table

        click.echo(render_table(header, rows, width=_terminal_width()))


def _terminal_width() -> int | None:
    if not sys.stdout.isatty():
        return None
    import shutil

    return shutil.get_terminal_size().columns


def counted(number: int, noun: str) -> str:
    """A number with its noun: `1 partner`, `2 partners`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def say(message: str) -> None:
    """A word to the person, beside the data and after what was written of it."""
    sys.stdout.flush()
    click.echo(message, err=True)


def read_input(argument: str) -> str:
    """A text given as `-` (stdin), as the path of a file, or as it is.

    Raises InputError for what looks like a path and is none.
    """
    if argument == "-":
        return sys.stdin.read()
    try:
        path = Path(argument)
        if path.is_file():
            return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        pass
    if not set(argument) & set(" \n{"):
        raise InputError(f"{argument}: expected a SPARQL text or a file with one, got neither")
    return argument


def write_output(out: Path | None, content: bytes | Iterable[bytes]) -> None:
    """Write bytes, also in pieces, to a file, whole or not at all, or to stdout where `out` is `-` or none."""
    if out is None or str(out) == "-":
        sys.stdout.buffer.writelines([content] if isinstance(content, bytes) else content)
    else:
        from kg.files import write_whole

        write_whole({out: content})
