"""The first thing to run: what is in the graph, and what can be done with it."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import shorten

import click

from kg import answers
from kg.cli.options import PATH, open_store
from kg.views.sheet import when, where
from kg.views.tables import render_table

SHOWN_KINDS = ("organization", "person", "place", "activity", "event", "agreement", "flow", "participation", "claim")
SHOWN_PARTNERS = 5
SHOWN_ACTORS = 10


@click.command("demo")
@click.option("--out", type=PATH, default=Path("build/demo"), show_default=True, help="Where the map goes.")
@click.option("--actor", default="IPRCC", show_default=True, help="Whose partners are shown.")
def demo_command(out: Path, actor: str) -> None:
    """Build the shipped graph, look around in it, and draw a map.

    \b
    Example:
      kg demo
    """
    from kg.files import write_whole
    from kg.summary import count_kinds, list_sources

    view = open_store(None)
    click.secho(f"The graph (version {view.version})", bold=True)
    for source in list_sources(view):
        click.echo(f"  {source['id']}: {source['statements']:,} statements of {shorten(source['title'], 80)}")
    kinds = count_kinds(view)["kinds"]
    click.echo("  " + ", ".join(f"{kind} {kinds[kind]}" for kind in SHOWN_KINDS))
    answer = answers.partners(view, actor)
    shown = answer["partners"][:SHOWN_PARTNERS]
    click.secho(f"\nPartners of {answer['entity']['label']} ({len(shown)} of {len(answer['partners'])})", bold=True)
    rows = [
        [
            partner["label"] if number == 0 else "",
            tie["partner_role"],
            tie["label"],
            when(tie),
            where(tie["evidence"][:1]),
        ]
        for partner in shown
        for number, tie in enumerate(partner["ties"][:3])
    ]
    click.echo(render_table(["partner", "its role", "in", "when", "evidence"], rows, width=120))
    network = answers.network(view)
    scores = answers.centrality(view, "betweenness", network)["scores"][:SHOWN_ACTORS]
    click.secho("\nMost central partners (betweenness, recipe partnership)", bold=True)
    click.echo(render_table(["rank", "actor", "score"], ([s["rank"], s["label"], f"{s['score']:.3f}"] for s in scores)))
    out.mkdir(parents=True, exist_ok=True)
    write_whole({out / "map.html": [answers.render_map(view, network, recipe="partnership")]})
    click.secho("\nNext", bold=True)
    click.echo(f"  open {out / 'map.html'} in a browser: it needs no connection")
    program = sys.argv[0] if sys.argv[0].endswith("kg") and Path(sys.argv[0]).is_file() else "kg"
    for command in ("partners UNICEF --why", "show FCPMC", "ask --list", 'path "Ford Foundation" UNICEF'):
        click.echo(f"  {program} {command}")
