"""Commands that make stores and say what they hold: load, build, sources, stats, check."""

from __future__ import annotations

import logging
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg.cli.feeds import load_files
from kg.cli.options import any_target, counted, format_option, open_store, say, store_option, target_option, write_rows
from kg.cli.progress import watching
from kg.errors import UsageError
from kg.shipped import ontology_dir

if TYPE_CHECKING:
    from kg.model.finding import Finding

SHOWN = 10
"""Findings of each rule that the table of `kg check` shows."""


@click.command("load")
@click.argument("kind", type=click.Choice(["workbook", "rdf", "iati", "fts", "aiddata", "table"]))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@any_target
@click.option("--source", help="The id of the source; without it, the file's own.")
@click.option("--out", type=click.Path(path_type=Path), help="Workbooks: write N-Quads into this folder instead.")
@click.option("--strict", is_flag=True, help="Published data: let the first error stop the load.")
@click.option("--findings", type=click.Path(path_type=Path), help="Published data: write all findings as JSON.")
@click.option("--licence", default="", help="Published data: their terms.")
@click.option("--publisher", default="", help="Published data: who publishes them.")
@click.option("--mapping", type=click.Path(path_type=Path), help="Tables: how they are read; a file, or a shipped one.")
@click.option("--rates", type=click.Path(path_type=Path), help="Published data: a table of exchange rates (CSV).")
@click.option("--convert-to", default="", metavar="CURRENCY", help="Give amounts in it, too, by the table of rates.")
def load_command(
    kind: str, files: tuple[Path, ...], store: Path | None, source: str | None, out: Path | None, **published: Any
) -> None:
    """Load coded documents, RDF files or data that others publish into a store.

    Each file becomes one source, in place of what the store had of it; all of it or nothing. All but
    workbooks may be packed (.gz, .zst), named by folder or pattern, or come from a pipe (-); what cannot be used of
    them is told in a table of findings, and the rest is loaded.

    \b
    Example:
      kg load workbook data/workbooks/iprcc-2009 --store my-store
      kg load rdf friends.ttl --source friends --store my-store
      kg load iati activities/ --findings findings.json --store my-store
      kg load fts kenya-2020.json kenya-2020-page-2.json --store my-store
      kg load aiddata GlobalChineseOfficialFinanceDataset_v1.0.xlsx --source aiddata-china --store my-store
      kg load table wells.csv --mapping wells.toml --store my-store
      kg load iati activities/ --rates rates.csv --convert-to USD --store my-store
    """
    from kg.pipeline import load_workbooks, write_triples

    if out is not None:
        if kind != "workbook":
            raise UsageError(f"--out: expected workbooks, got {kind}; load it and use kg export")
        for path in write_triples(files, out, ontology=ontology_dir()):
            say(f"written: {path}")
        return
    if store is None:
        raise UsageError("expected --store DIR (or the environment variable KG_STORE), got none")
    if kind != "workbook":
        from kg.feeds import Terms

        how = {name: published.pop(name) for name in ("strict", "findings")}
        done = load_files(kind, files, store, terms=Terms(source, **published), **how)
    elif any(published.values()):
        raise UsageError(
            "--strict, --findings, --licence, --publisher, --mapping, --rates and --convert-to are for data that others"
            " publish, not for workbooks"
        )
    elif source is None:
        with watching() as watch:
            done = load_workbooks(files, store, ontology=ontology_dir(), watch=watch)
    else:
        raise UsageError("--source: a workbook names its source in source.toml")
    for source, place in done.moved.items():
        say(f"{source}: takes the place of what was read from {place}; with --source ID both would stay")
    if done.elsewhere:
        say(f"{done.elsewhere:,} told by another source as well: in totals once (kg ask uncounted, kg check)")
    _report(store, done.version, done.changed)


@click.command("build")
@click.option("--from", "origin", type=click.Path(path_type=Path), help="A folder of N-Quads; else the shipped one.")
@target_option
def build_command(origin: Path | None, store: Path) -> None:
    """Build a store from a folder of N-Quads, and the identity decisions in its identity.tsv, in place of all it held.

    \b
    Example:
      kg build --store my-store
      kg build --from data/triples --store my-store
    """
    from kg.pipeline import build_store
    from kg.shipped import triples_dir

    with watching() as watch:
        published = build_store(origin or triples_dir(), store, ontology=ontology_dir(), watch=watch)
    _report(store, published.version, published.changed)


@click.group("sources", invoke_without_command=True)
@click.pass_context
@store_option
@format_option("json", "csv", "tsv")
def sources_command(ctx: click.Context, store: Path | None, form: str) -> None:
    """List the sources of the graph, or remove one.

    \b
    Example:
      kg sources
      kg sources remove friends --store my-store
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_command, store=store, form=form)


@sources_command.command("list")
@store_option
@format_option("json", "csv", "tsv")
def list_command(store: Path | None, form: str) -> None:
    """List the sources: terms, digest, and how much each says.

    \b
    Example:
      kg sources list --format json
    """
    from kg.summary import list_sources

    found = list_sources(open_store(store))
    keys = ["id", "title", "publisher", "statements", "entities", "relations"]
    if form != "table":
        keys = list(found[0]) if found else []
    write_rows(form, keys, ([source[key] for key in keys] for source in found), found)


@sources_command.command("remove")
@click.argument("source")
@target_option
def remove_command(source: str, store: Path) -> None:
    """Take a source out of a store, whole.

    \b
    Example:
      kg sources remove friends --store my-store
    """
    from kg.pipeline import remove_source

    with watching() as watch:
        published = remove_source(source, store, ontology=ontology_dir(), watch=watch)
    say(f"{source}: taken out (kg diff {store} tells what went)")
    _report(store, published.version, published.changed)


@click.command("stats")
@store_option
@format_option("json", "csv", "tsv")
def stats_command(store: Path | None, form: str) -> None:
    """Count what the graph holds, by kind and by source.

    \b
    Example:
      kg stats
    """
    from kg.summary import count_kinds

    counts = count_kinds(open_store(store))
    sources = list(counts["sources"])
    rows = [
        [kind, total, *(counts["sources"][source].get(kind, 0) for source in sources)]
        for kind, total in counts["kinds"].items()
    ]
    write_rows(form, ["kind", "all", *sources], rows, counts)


@click.command("check")
@store_option
@format_option("json", "csv", "tsv")
def check_command(store: Path | None, form: str) -> int:
    """Check the graph against its shapes and rules; exit 1 where an error is found.

    The table shows the first ten findings of each rule; where there are more, a second one counts them. The other
    formats have all.

    \b
    Example:
      kg check --store my-store
      kg check --store my-store --format csv > findings.csv
    """
    from kg.checks import check_graph

    view = open_store(store)
    with watching() as watch, _reading_anything():
        found = check_graph(view, ontology=ontology_dir(), watch=watch)
    told = Counter((finding.severity, finding.rule) for finding in found)
    shown = list(_first_of_each_rule(found)) if form == "table" else found
    keys = ["severity", "rule", "subject", "message", "place"]
    if found or form != "table":
        document = {"graph_version": view.version, "findings": [asdict(one) for one in found] if form == "json" else []}
        write_rows(form, keys, ([getattr(finding, key) for key in keys] for finding in shown), document)
    if len(shown) < len(found):
        from kg.views.tables import render_table

        rows = [(rule, severity, f"{count:,}") for (severity, rule), count in told.items()]
        say("\n" + render_table(["rule", "severity", "count"], rows, width=None))
        say(f"{len(shown):,} of {len(found):,} findings are shown, at most {SHOWN} of a rule; --format csv has all")
    of = Counter(finding.severity for finding in found)
    notes = f", {counted(of['info'], 'note')}" if of["info"] else ""
    say(f"{counted(of['error'], 'error')}, {counted(of['warning'], 'warning')}{notes}")
    return 1 if of["error"] else 0


def _first_of_each_rule(found: Iterable[Finding]) -> Iterator[Finding]:
    met = Counter[str]()
    for finding in found:
        met[finding.rule] += 1
        if met[finding.rule] <= SHOWN:
            yield finding


@contextmanager
def _reading_anything() -> Iterator[None]:
    """Values that cannot be read are findings; what rdflib has to say of each of them is left out."""
    log = logging.getLogger("rdflib.term")
    before = log.level
    log.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="rdflib")
            yield
    finally:
        log.setLevel(before)


def _report(store: Path, version: str, changed: bool) -> None:
    say(f"{store}: graph version {version}" + ("" if changed else " (nothing changed)"))
