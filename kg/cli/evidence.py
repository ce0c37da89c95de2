"""The commands of evidence: pin, check, show, coverage."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from kg.cli.options import (
    PATH,
    counted,
    documents_option,
    format_option,
    open_store,
    say,
    store_option,
    write_output,
    write_rows,
)
from kg.errors import UsageError
from kg.model.iris import source_id
from kg.shipped import ontology_dir


@click.group("evidence")
def evidence_command() -> None:
    """Lead statements back to the words of the documents.

    \b
    Example:
      kg evidence show "Ford Foundation" --documents ~/documents
    """


@evidence_command.command("pin")
@click.argument("workbooks", nargs=-1, required=True, type=PATH)
@documents_option
def pin_command(workbooks: tuple[Path, ...], documents: Path | None) -> None:
    """Replace the words in braces in a workbook's evidence by their positions.

    \b
    Example:
      kg evidence pin data/workbooks/iprcc-2009 --documents ~/documents
    """
    from kg.evidence.pin import pin_workbook

    for path in workbooks:
        say(f"{path}: {counted(pin_workbook(path, _needed(documents)), 'cell')} pinned")


@evidence_command.command("check")
@store_option
@documents_option
@format_option("json", "csv", "tsv")
def check_command(store: Path | None, documents: Path | None, form: str) -> int:
    """Check digests, positions and spellings of all evidence; exit 1 where something does not hold.

    \b
    Example:
      kg evidence check --documents ~/documents
    """
    from kg.evidence.check import check_evidence

    view = open_store(store)
    report = check_evidence(view, _needed(documents), ontology=ontology_dir())
    keys = ["severity", "rule", "subject", "message", "place"]
    if report.findings or form != "table":
        rows = ([getattr(finding, key) for key in keys] for finding in report.findings)
        findings = [asdict(finding) for finding in report.findings]
        write_rows(form, keys, rows, {"graph_version": view.version, "findings": findings})
    say(
        f"{counted(report.documents, 'document')}, {report.nodes} relations, claims and names, "
        f"{counted(report.passages, 'position')}: "
        + (f"{len(report.findings)} do not hold" if report.findings else "all hold")
    )
    return 1 if report.findings else 0


@evidence_command.command("show")
@click.argument("name")
@store_option
@documents_option
@format_option("json", "csv", "tsv")
def show_command(name: str, store: Path | None, documents: Path | None, form: str) -> None:
    """Show each statement about a thing beside the words that say it.

    \b
    Example:
      kg evidence show "Ford Foundation" --documents ~/documents
    """
    from kg.evidence.words import find_words_of

    found, missing = find_words_of(open_store(store), name, _needed(documents))
    header = ["statement", "source", "place", "words"]
    rows: list[list[Any]] = [[row["statement"], source_id(row["source"]), row["place"], row["words"]] for row in found]
    write_rows(form, header, rows, found)
    for problem in missing:
        say(f"words left out: {problem}")


@evidence_command.command("coverage")
@store_option
@documents_option
@click.option(
    "--out",
    type=PATH,
    default="coverage.html",
    show_default=True,
    help="The page to write: the text of your copies, coloured by what carries it; - for none.",
)
@format_option("json", "csv", "tsv")
def coverage_command(store: Path | None, documents: Path | None, out: Path, form: str) -> None:
    """Show how much of each document its statements carry, what is left out and why, and what is open.

    \b
    Example:
      kg evidence coverage --documents ~/documents
    """
    from kg.evidence.coverage import STATES, cover_documents
    from kg.views.coverage import render_coverage

    view = open_store(store)
    found, missing = cover_documents(view, _needed(documents))
    rows = [[one.id, sum(one.words.values()), *(one.words[state] for state in STATES)] for one in found]
    document = {
        "graph_version": view.version,
        "documents": [
            {"source": one.source, "id": one.id, "title": one.title, "file": one.file, "words": one.words,
             "omitted": one.omitted, "open": [place._asdict() for place in one.open]}
            for one in found
        ],
    }  # fmt: skip
    if not found:
        raise UsageError("expected a store with coded documents, got one without")
    if str(out) != "-":
        write_output(out, render_coverage(found, version=view.version).encode())
    write_rows(form, ["document", "words", *STATES], rows, document)
    for problem in missing:
        say(f"left out: {problem}")
    for one in found:
        if one.open:
            say(f"{one.id}: open at {', '.join(f'{place.start}-{place.end}' for place in one.open)}")
    if str(out) != "-":
        say(f"{out}: {counted(len(found), 'document')}")


def _needed(documents: Path | None) -> Path:
    if documents is None:
        raise UsageError("expected --documents DIR (or the environment variable KG_DOCUMENTS), got none")
    return documents
