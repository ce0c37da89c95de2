"""The command that compares: diff."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg.cli.options import PATH, counted, say, source_option, write_output, write_rows
from kg.errors import UsageError
from kg.shipped import ontology_dir

if TYPE_CHECKING:
    from kg.diff.compare import Difference


@click.command("diff")
@click.argument("old", type=PATH)
@click.argument("new", type=PATH, required=False)
@source_option
@click.option("--align", is_flag=True, help="Both are workbooks of one document: match rows whose ids differ.")
@click.option("--summary", is_flag=True, help="Count by kind of thing instead of listing what changed.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv", "tsv", "patch"]),
    default="table",
    show_default=True,
    help="How to write; patch is an RDF Patch of N-Quads.",
)
def diff_command(old: Path, new: Path | None, sources: tuple[str, ...], align: bool, summary: bool, form: str) -> int:
    """Compare two builds, releases or workbooks, statement by statement; exit 1 where they differ.

    OLD and NEW are stores, folders of N-Quads files, RDF files or workbooks; of a store alone, what its last load (or
    other change) has changed. With --align, two codings of one
    document are compared whose coders gave ids of their own, and --summary says how far they agree.

    \b
    Example:
      kg diff release-1/data/triples data/triples
      kg diff my-store
      kg diff first/iprcc-2009 second/iprcc-2009 --align --summary
    """
    if summary and form == "patch":
        raise UsageError("--summary counts things, and a patch lists statements: choose one")
    from kg.diff import diff
    from kg.diff.compare import Change, Count, write_patch

    found = diff(old, new, ontology=ontology_dir(), sources=sources, align=align)
    if form == "patch":
        write_output(None, write_patch(found).encode())
    elif summary:
        header = [*Count._fields, "agreement"]
        rows = [[*count[:-1], _share(count.values), _share(count.agreement)] for count in found.counts]
        write_rows(form, header, rows, _document(found))
    elif found.changes or form != "table":
        header = [name for name in Change._fields if form != "table" or name != "iri"]
        write_rows(form, header, ([getattr(one, name) for name in header] for one in found.changes), _document(found))
    decisions = len(found.decisions_went) + len(found.decisions_came)
    also = f", {counted(decisions, 'identity decision')} changed" if decisions else ""
    also += " (a patch has statements only)" if decisions and form == "patch" else ""
    told = f"{counted(len(found.went), 'statement')} went, {len(found.came)} came{also}"
    say("no differences" if found.is_empty else told)
    return 0 if found.is_empty else 1


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _document(found: Difference) -> dict[str, Any]:
    return {
        "counts": [{**count._asdict(), "agreement": round(count.agreement, 4)} for count in found.counts],
        "changes": [change._asdict() for change in found.changes],
        "statements": {
            "went": [quad.line for quad in found.went],
            "came": [quad.line for quad in found.came],
        },
        "decisions": {
            "went": [asdict(one) for one in found.decisions_went],
            "came": [asdict(one) for one in found.decisions_came],
        },
    }
