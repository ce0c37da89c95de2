"""What a store holds: its sources, and counts by kind and by source."""

from __future__ import annotations

from typing import Any

from kg.facts import Reader, first
from kg.model.iris import source_id
from kg.namespaces import DCTERMS, GRAPH, KG
from kg.store.view import View

Json = dict[str, Any]

ENTITIES = ("organization", "person", "place", "country", "activity", "event", "agreement", "publication")
RELATIONS = (
    "participation", "membership", "link", "flow", "conversion", "allocation", "headcount", "indicator", "pairing",
    "conflict",
)  # fmt: skip


def list_sources(view: View) -> list[Json]:
    """Each source with its terms, digest, and how much it says."""
    reader, counts = Reader(view), _counts(view)
    statements = {graph: int(number) for graph, number in view.rows(_STATEMENTS)}
    return [
        _source_json(reader, name, graph, statements[graph], counts.get(graph, {}))
        for name, graph in view.sources.items()
        if graph in statements
    ]


def _source_json(reader: Reader, name: str, graph: str, statements: int, kinds: dict[str, int]) -> Json:
    about = reader.statements(graph)
    return {
        "iri": graph,
        "id": name,
        "title": first(about, DCTERMS.title),
        "publisher": first(about, DCTERMS.publisher),
        "licence": first(about, DCTERMS.rights),
        "digest": first(about, KG.sha256),
        "statements": statements,
        "entities": sum(kinds.get(kind, 0) for kind in ENTITIES),
        "relations": sum(kinds.get(kind, 0) for kind in RELATIONS),
    }


def count_kinds(view: View) -> Json:
    """Counts of things by kind, and by source and kind."""
    counts = _counts(view)
    total = view.rows(
        "SELECT ?kind (COUNT(DISTINCT ?thing) AS ?n)"
        f" {{ ?class :kind ?kind . GRAPH ?g {{ ?thing a ?class }} {_FROM_SOURCES} }} GROUP BY ?kind"
    )
    by_source = {source_id(graph): dict(sorted(kinds.items())) for graph, kinds in sorted(counts.items())}
    return {
        "graph_version": view.version,
        "statements": int(next(view.rows("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"))[0]),
        "kinds": {kind: int(number) for kind, number in sorted(total)},
        "sources": by_source,
    }


_STATEMENTS = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
_FROM_SOURCES = f'FILTER (!STRSTARTS(STR(?g), "{GRAPH}"))'


def _counts(view: View) -> dict[str, dict[str, int]]:
    rows = view.rows(
        "SELECT ?g ?kind (COUNT(DISTINCT ?thing) AS ?n)"
        f" {{ ?class :kind ?kind . GRAPH ?g {{ ?thing a ?class }} {_FROM_SOURCES} }} GROUP BY ?g ?kind"
    )
    counts: dict[str, dict[str, int]] = {}
    for graph, kind, number in rows:
        counts.setdefault(graph, {})[kind] = int(number)
    return counts
