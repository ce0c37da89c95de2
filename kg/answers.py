"""What the commands answer, as JSON-ready values: the one place where store, recipe and analysis meet.

The command line prints these, and `kg.api` makes data frames of them. `docs/schemas/` has a JSON
Schema for each.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from kg.errors import NotFound, UsageError
from kg.facts import Reader, parse_evidence
from kg.lookup.describe import date_json, describe, evidence_json, names_json, relation_json
from kg.lookup.find import ACTORS, find
from kg.lookup.partners import Filters, find_partners
from kg.lookup.relations import find_relations
from kg.model.dates import parse_date
from kg.namespaces import DCTERMS, KG, ORG, RDF
from kg.recipes import DEFAULT_RECIPE, HAPPENED, Recipe, read_recipe
from kg.store.view import View

if TYPE_CHECKING:
    import networkx as nx

Json = dict[str, Any]


def show(view: View, name: str) -> Json:
    """Everything the graph says of the thing of a name, acronym, identifier or IRI."""
    found = find(view, name)
    return {**describe(view, found.iri), "note": found.note} if found.note else describe(view, found.iri)


def partners(view: View, name: str, *, recipe: str = DEFAULT_RECIPE, filters: Filters | None = None) -> Json:
    """The partners of an actor under a recipe, with their ties."""
    rule = read_recipe(view, recipe)
    chosen, notes = _understood(view, filters or Filters(), rule)
    found = find(view, name, kinds=ACTORS)
    result = find_partners(Reader(view), found.iri, rule, chosen)
    answer: Json = {
        "graph_version": view.version,
        "recipe": recipe,
        "entity": {"iri": found.iri, "label": found.label, "kind": found.kind},
        "partners": result.partners,
    }
    note = "; ".join(note for note in (found.note, *notes) if note)
    extra = {"note": note, "undated": result.undated, "more": result.more}
    return {**answer, **{key: value for key, value in extra.items() if value}}


def _understood(view: View, filters: Filters, rule: Recipe) -> tuple[Filters, list[str]]:
    """Filters with names turned into IRIs, and what was taken for what; a misspelt one is refused, not empty."""
    notes = []
    roles = rule.carrying | rule.receiving
    if filters.role and filters.role not in roles:
        raise UsageError(f"role: expected one of {', '.join(sorted(roles))}, got {filters.role!r}")
    if filters.country:
        country = find(view, filters.country, kinds={"country"})
        filters, notes = filters._replace(country=country.iri), [country.note]
    if filters.source:
        filters = filters._replace(source=source_iri(view, filters.source))
    return filters, notes


def find_units(view: View, iri: str) -> list[str]:
    """The names of the units of an organization."""
    reader = Reader(view)
    return [reader.facts(unit).label for unit in view.subjects(ORG.unitOf, iri)]


def source_iri(view: View, source: str) -> str:
    """The IRI of a source by its id; raises UsageError with the known ids where the store has none of that id."""
    if source not in view.sources:
        raise UsageError(f"source: expected one of {', '.join(view.sources) or 'none'}, got {source!r}")
    return view.sources[source]


def network(
    view: View,
    *,
    recipe: str = DEFAULT_RECIPE,
    since: int | None = None,
    until: int | None = None,
    sources: Collection[str] = (),
    planned: bool = False,
) -> nx.MultiGraph:
    """The network of partners under a recipe; `sources` are ids, `planned` counts what has not happened too."""
    from kg.network.project import project_network
    from kg.ties import read_ties

    return project_network(
        read_ties(view),
        read_recipe(view, recipe),
        since=since,
        until=until,
        sources=[source_iri(view, source) for source in sources],
        statuses=() if planned else (*HAPPENED, ""),
    )


def centrality(view: View, measure: str, net: nx.MultiGraph) -> Json:
    """The scores of a measure over a network, and who is left out of it and why; unnamed groups always are."""
    from kg.network.measures import centrality as score
    from kg.network.project import leave_out_groups

    result = score(leave_out_groups(net), measure)
    return {
        "graph_version": view.version,
        "recipe": result.recipe,
        "measure": measure,
        "scores": [
            {"iri": s.iri, "label": s.label, "kind": s.kind, "score": s.score, "rank": s.rank} for s in result.scores
        ],
        "left_out": [
            {"iri": actor.iri, "label": actor.label, "kind": actor.kind, "reason": actor.reason}
            for actor in result.left_out
        ],
    }


def path(view: View, one: str, other: str, net: nx.MultiGraph) -> Json:
    """The shortest chain of partners between two actors, each step with what joins the two."""
    from kg.network.paths import find_path

    start, goal = find(view, one, kinds=ACTORS), find(view, other, kinds=ACTORS)
    for actor in (start, goal):
        if actor.iri not in net:
            raise NotFound(f"{actor.label} has no partner here; --recipe co-presence counts whom it only met, too")
    chain, reader = find_path(net, start.iri, goal.iri), Reader(view)
    from dataclasses import asdict

    return {
        "graph_version": view.version,
        "recipe": chain.recipe,
        "from": {"iri": start.iri, "label": start.label, "kind": start.kind},
        "to": {"iri": goal.iri, "label": goal.label, "kind": goal.kind},
        "equally_short": chain.equally_short,
        "steps": [
            {
                "from": asdict(step.actor),
                "to": asdict(step.partner),
                "ties": [_joining(net, reader, step.actor.iri, step.partner.iri, tie.iri) for tie in step.ties],
            }
            for step in chain.steps
        ],
    }


def _joining(net: nx.MultiGraph, reader: Reader, one: str, other: str, relation: str) -> Json:
    tie = edge_json(net.edges[one, other, relation])
    roles = tie.pop("roles")
    planned = {"end_planned": True} if reader.facts(relation).end_planned else {}
    return {**planned, **tie, "role": roles[one], "partner_role": roles[other]}


def edge_json(edge: Json) -> Json:
    """One edge of a network as JSON: what joins two actors, with their roles."""
    start, end = (parse_date(edge[name]) if edge[name] else None for name in ("start", "end"))
    return {
        "kind": edge["kind"],
        "iri": edge["relation"],
        "label": edge["label"],
        "roles": dict(sorted(edge["roles"].items())),
        "start": date_json(start),
        "end": date_json(end),
        "amount": None if edge["amount"] is None else str(edge["amount"]),
        "currency": edge["currency"] or None,
        "status": edge["status"],
        "certainty": edge["certainty"],
        "evidence": evidence_json(parse_evidence(iri) for iri in edge["evidence"]),
    }


def render_map(view: View, net: nx.MultiGraph, *, recipe: str, heading: str = "") -> str:
    """One offline HTML page of a network, with all that the graph says of each actor in it."""
    from kg.network.layout import layout
    from kg.views.map import render_map as render

    rule = read_recipe(view, recipe)
    drawn = _map_network(view, net)
    facts = {
        "How partners are told": f"{rule.label}: {rule.definition}",
        "Shown": describe_size(net),
        "Years": _years(net),
        "Not dated": f"{net.graph['undated']} relations without a year are left out" if net.graph["undated"] else "",
        "Sources": "; ".join(source["title"] or source["id"] for source in drawn.graph["sources"].values()),
        "Graph version": view.version,
    }
    return render(
        drawn,
        layout(net),
        heading=heading or "Who works with whom to reduce poverty",
        facts={key: value for key, value in facts.items() if value},
    )


def describe_size(net: nx.MultiGraph) -> str:
    """How much a network holds, in words: a relation of three actors is one relation and three ties."""
    relations = {relation for _, _, relation in net.edges(keys=True)}
    actors, ties = net.number_of_nodes(), net.number_of_edges()
    return f"{actors} actors, joined by {len(relations)} relations ({ties} ties, each between two of them)"


def _map_network(view: View, net: nx.MultiGraph) -> nx.MultiGraph:
    """A copy of a network with what a map shows: names, relations and evidence of each actor."""
    reader = Reader(view)
    drawn = net.copy()
    for iri, actor in drawn.nodes(data=True):
        actor["names"] = [name["name"] for name in _other_names(reader, iri)]
        actor["relations"] = [relation_json(reader, relation, of=iri) for relation in find_relations(reader, iri)]
    for _, _, edge in drawn.edges(data=True):
        edge.update(edge_json(edge))
    drawn.graph["sources"] = {
        iri: {
            "id": _one(reader, iri, DCTERMS.identifier),
            "title": _one(reader, iri, DCTERMS.title),
            "file_name": _one(reader, iri, KG.fileName),
        }
        for iri in view.subjects(RDF.type, KG.Source)
    }
    return drawn


def _other_names(reader: Reader, iri: str) -> list[Json]:
    label = reader.facts(iri).label
    return [name for name in names_json(reader, iri) if name["name"] != label and name["kind"] != "misspelling"]


def _one(reader: Reader, iri: str, predicate: str) -> str:
    values = reader.statements(iri).get(predicate, ())
    return values[0].text if values else ""


def _years(net: nx.MultiGraph) -> str:
    since, until = net.graph["since"], net.graph["until"]
    return "" if since is None and until is None else f"{since or '…'} to {until or '…'}"
