"""What a store holds: its sources, and counts by kind and by source."""

from __future__ import annotations

from collections import Counter
from typing import Any

from kg.facts import Reader, first
from kg.namespaces import DCTERMS, KG, SOURCE
from kg.store.rdf import source_id
from kg.store.view import View

Json = dict[str, Any]

ENTITIES = ("organization", "person", "place", "country", "activity", "event", "agreement", "publication")
RELATIONS = ("participation", "membership", "link", "flow", "headcount", "indicator", "pairing", "conflict")


def list_sources(view: View) -> list[Json]:
    """Each source with its terms, digest, and how much it says."""
    reader = Reader(view)
    counts = _counts(view)
    statements = {row[0]: int(row[1]) for row in view.rows(_STATEMENTS)}
    found = []
    for graph in sorted(statements):
        if not graph.startswith(_MADE):
            about = reader.statements(graph)
            kinds = counts.get(graph, {})
            found.append(
                {
                    "iri": graph,
                    "id": first(about, DCTERMS.identifier) or source_id(graph),
                    "title": first(about, DCTERMS.title),
                    "publisher": first(about, DCTERMS.publisher),
                    "licence": first(about, DCTERMS.rights),
                    "digest": min((value.text for value in about.get(KG.sha256, ())), default=""),
                    "statements": statements[graph],
                    "entities": sum(kinds.get(kind, 0) for kind in ENTITIES),
                    "relations": sum(kinds.get(kind, 0) for kind in RELATIONS),
                }
            )
    return found


def count_kinds(view: View) -> Json:
    """Counts of things by kind, and by source and kind."""
    counts = _counts(view)
    total = Counter(
        {
            kind: int(number)
            for kind, number in view.rows(
                "SELECT ?kind (COUNT(DISTINCT ?thing) AS ?n)"
                f" {{ ?class :kind ?kind . GRAPH ?g {{ ?thing a ?class }} {_FROM_SOURCES} }} GROUP BY ?kind"
            )
        }
    )
    by_source = {source_id(graph): dict(sorted(kinds.items())) for graph, kinds in sorted(counts.items())}
    return {
        "graph_version": view.version,
        "statements": int(next(view.rows("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"))[0]),
        "kinds": dict(sorted(total.items())),
        "sources": by_source,
    }


_STATEMENTS = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
_MADE = SOURCE.replace("/source/", "/graph/")
_FROM_SOURCES = f'FILTER (!STRSTARTS(STR(?g), "{_MADE}"))'


def _counts(view: View) -> dict[str, dict[str, int]]:
    rows = view.rows(
        "SELECT ?g ?kind (COUNT(DISTINCT ?thing) AS ?n)"
        f" {{ ?class :kind ?kind . GRAPH ?g {{ ?thing a ?class }} {_FROM_SOURCES} }} GROUP BY ?g ?kind"
    )
    counts: dict[str, dict[str, int]] = {}
    for graph, kind, number in rows:
        counts.setdefault(graph, {})[kind] = int(number)
    return counts
