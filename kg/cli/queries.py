"""Commands that ask SPARQL: query and ask."""

from __future__ import annotations

import re
from pathlib import Path

import click

from kg.cli.options import counted, format_option, open_store, read_input, say, store_option, write_output, write_rows
from kg.errors import UsageError
from kg.namespaces import KG, PREFIXES
from kg.shipped import ontology_dir
from kg.store.view import Answer

_OWN_TERM = re.compile(r"(?<![\w<:/]):([A-Za-z]\w*)")
"""A term of the ontology under the empty prefix."""


@click.command("query")
@click.argument("sparql")
@store_option
@click.option("--out", type=click.Path(path_type=Path), help="Write to this file.")
@format_option("json", "csv", "tsv", "xml", "turtle", "ntriples")
def query_command(sparql: str, store: Path | None, out: Path | None, form: str) -> None:
    """Ask the graph in SPARQL 1.1.

    SPARQL is the text itself, a file, or - for stdin. The prefixes of docs/ontology.md are known, and
    the default graph is the union of all sources, the ontology and what is derived.

    \b
    Example:
      kg query 'SELECT ?name { ?org a :Government ; skos:prefLabel ?name }'
      kg query question.rq --format csv --out answer.csv
    """
    view, text = open_store(store), read_input(sparql)
    answer = view.query(text)
    if form == "table" and answer.is_graph:
        form = "turtle"
    if form == "table":
        from kg.views.tables import render_table

        rows = [_short(row) for row in answer.table()]
        write_output(out, (render_table(answer.columns, rows) + "\n").encode())
        if not rows:
            unknown = [term for term in dict.fromkeys(_OWN_TERM.findall(text)) if not view.about(KG.iri + term)]
            say("no rows" + "".join(f"; the ontology has no :{term}" for term in unknown))
    else:
        write_output(out, answer.serialize(form).rstrip(b"\n") + b"\n")


@click.command("ask")
@click.argument("question", required=False)
@click.argument("values", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--list", "listed", is_flag=True, help="List the saved questions.")
@click.option("--sparql", is_flag=True, help="Print the SPARQL of the question, to change it and ask it with kg query.")
@store_option
@format_option("json", "csv", "tsv")
def ask_command(
    question: str | None, values: tuple[str, ...], listed: bool, sparql: bool, store: Path | None, form: str
) -> None:
    """Answer a saved question.

    \b
    Example:
      kg ask --list
      kg ask running-on day=2009-06-15
      kg ask totals --sparql
    """
    from kg.questions import ask_question, find_question, read_questions

    questions = read_questions(ontology_dir())
    if listed or question is None:
        listing = [
            [q.id, q.question, " ".join(f"{p.name}={p.default}" for p in q.parameters)] for q in questions.values()
        ]
        document = [
            {
                "id": q.id,
                "question": q.question,
                "parameters": [{"name": p.name, "kind": p.kind, "default": p.default} for p in q.parameters],
            }
            for q in questions.values()
        ]
        write_rows(form, ["id", "question", "parameters"], listing, document)
        return
    saved = find_question(questions, question)
    if sparql:
        click.echo(saved.sparql.rstrip("\n"))
        return
    view = open_store(store)
    answer = ask_question(view, saved, dict(_pair(value) for value in values))
    rows = list(answer.table())
    if form == "table":
        say(saved.question)
    write_rows(form, answer.columns, map(_short, rows) if form == "table" else rows, _objects(answer, rows))
    if ":countsInTotals true" in saved.sparql:
        left = next(view.rows("SELECT (COUNT(*) AS ?flows) { ?flow :countsInTotals false }"))[0]
        say(f"{counted(int(left), 'flow')} in no total, and why: kg ask uncounted")


def _objects(answer: Answer, rows: list[tuple[str | None, ...]]) -> list[dict[str, str | None]]:
    return [dict(zip(answer.columns, row, strict=True)) for row in rows]


def _pair(value: str) -> tuple[str, str]:
    name, equals, given = value.partition("=")
    if not equals:
        raise UsageError(f"expected a parameter like day=2009-06-15, got {value!r}")
    return name, given


def _short(row: tuple[str | None, ...]) -> list[str]:
    return [shorten(cell) if cell and "://" in cell else cell or "" for cell in row]


def shorten(iri: str) -> str:
    """An IRI with its prefix, where one is known and the rest is plain."""
    best = max(
        (name for name in PREFIXES if iri.startswith(PREFIXES[name]) and name != "kg"),
        key=lambda n: len(PREFIXES[n]),
        default=None,
    )
    return iri if best is None else f"{best}:{iri.removeprefix(PREFIXES[best])}"
