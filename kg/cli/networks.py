"""Commands that analyse, draw and export a network: centrality, map, export."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kg import answers
from kg.cli.options import PATH, counted, format_option, network_options, open_store, say, write_output, write_rows

MEASURES = ("degree", "betweenness", "closeness", "eigenvector", "pagerank")


@click.command("centrality")
@click.option(
    "--measure", type=click.Choice(MEASURES), default="betweenness", show_default=True, help="What is measured."
)
@network_options
@click.option("--limit", type=click.IntRange(min=1), help="At most so many actors.")
@format_option("json", "csv", "tsv")
def centrality_command(
    measure: str, recipe: str, store: Path | None, limit: int | None, form: str, **options: Any
) -> None:
    """Rank the actors by their place in the network of partners.

    A tie is stronger the more relations two actors share; in betweenness and closeness a strong tie is
    short (its length is one over its strength). Equal scores share a rank. Groups that a source does not
    name one by one are left out.

    \b
    Example:
      kg centrality --measure degree --limit 10
    """
    view = open_store(store)
    answer = answers.centrality(view, measure, answers.network(view, recipe=recipe, **options))
    answer["scores"] = answer["scores"][:limit]
    header = ["rank", "label", "kind", "score"]
    if form == "table":
        rows = [[s["rank"], s["label"], s["kind"], f"{s['score']:.4f}"] for s in answer["scores"]]
    else:
        header.append("iri")
        rows = [[score[key] for key in header] for score in answer["scores"]]
    write_rows(form, header, rows, answer)
    if form == "table":
        left_out = counted(len(answer["left_out"]), "actor")
        say(f"{measure} by the recipe {recipe}; {left_out} left out (--format json says why)")


@click.command("map")
@click.option("--out", type=PATH, required=True, help="The HTML file to write, or - for stdout.")
@network_options
@click.option("--heading", default="", help="The heading of the page.")
def map_command(out: Path, recipe: str, store: Path | None, heading: str, **options: Any) -> None:
    """Draw the network of partners as one HTML page that needs no connection.

    \b
    Example:
      kg map --out map.html
    """
    view = open_store(store)
    network = answers.network(view, recipe=recipe, **options)
    write_output(out, answers.render_map(view, network, recipe=recipe, heading=heading).encode())
    say(f"{out}: {answers.describe_size(network)}")


@click.command("export")
@click.option(
    "--format",
    "form",
    type=click.Choice(["nq", "trig", "ttl", "graphml", "gexf", "csv"]),
    required=True,
    help="The whole graph as RDF, or the network of partners.",
)
@click.option("--out", type=PATH, required=True, help="The file to write; for csv, a folder.")
@network_options
def export_command(form: str, out: Path, recipe: str, store: Path | None, **options: Any) -> None:
    """Export the graph as RDF, or the network for Gephi, Cytoscape or a spreadsheet.

    nq, trig and ttl hold the graph as it is queried (with --source, such sources alone); graphml, gexf and
    csv hold the network of a recipe. csv writes nodes.csv and edges.csv into the folder.

    \b
    Example:
      kg export --format nq --out graph.nq
      kg export --format gexf --recipe funding --out funding.gexf
    """
    view = open_store(store)
    if form in ("nq", "trig", "ttl"):
        from kg.store.rdf import write_view

        write_output(out, write_view(view, form, [answers.source_iri(view, one) for one in options["sources"]]))
        say(f"{out}: {', '.join(options['sources']) or 'the graph'} as {form}")
        return
    from kg.export.csv_tables import write_csv
    from kg.export.xml_graphs import write_gexf, write_graphml
    from kg.network.layout import layout

    network = answers.network(view, recipe=recipe, **options)
    if form == "gexf":
        write_gexf(network, out, positions=layout(network))
    elif form == "graphml":
        write_graphml(network, out)
    else:
        out.mkdir(parents=True, exist_ok=True)
        write_csv(network, out / "nodes.csv", out / "edges.csv")
    say(f"{out}: {answers.describe_size(network)}")
