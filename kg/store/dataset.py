"""The store as an rdflib `Dataset` that can be read and not written."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import StoreError
from kg.namespaces import PREFIXES
from kg.store.view import View, open_view

if TYPE_CHECKING:
    import rdflib


def open_dataset(store: Path) -> rdflib.Dataset:
    """A read-only `Dataset` over the current version of a store; its default graph holds the union of all graphs."""
    return dataset_of(open_view(store))


def graph_of_all(view: View) -> rdflib.Graph:
    """The union of all graphs of a view as one read-only graph of rdflib."""
    import rdflib
    from rdflib.graph import DATASET_DEFAULT_GRAPH_ID

    return rdflib.Graph(store=dataset_of(view).store, identifier=DATASET_DEFAULT_GRAPH_ID)


def dataset_of(view: View) -> rdflib.Dataset:
    """A read-only `Dataset` over a view."""
    import oxrdflib
    import rdflib
    from rdflib.graph import DATASET_DEFAULT_GRAPH_ID

    @cache
    def size() -> int:
        return int(next(view.rows("SELECT (COUNT(*) AS ?size) { ?s ?p ?o }"))[0])

    class ReadOnly(oxrdflib.OxigraphStore):
        """Says no to every change: rdflib's own updates lose data, and a version never changes."""

        def _refuse(self, *_: Any, **__: Any) -> None:
            raise StoreError("this graph is read-only; load other data into a store of your own with `kg load`")

        add = addN = remove = update = remove_graph = destroy = _refuse  # noqa: N815

        def add_graph(self, graph: rdflib.Graph) -> None:
            """Nothing: rdflib adds each graph that somebody only looks at."""

        def __len__(self, context: rdflib.Graph | None = None) -> int:
            """As the engine counts, once: rdflib would gather all statements, whenever somebody asks for any."""
            is_union = context is None or context.identifier == DATASET_DEFAULT_GRAPH_ID
            return size() if is_union else super().__len__(context)

        def triples(self, triple_pattern: Any, context: rdflib.Graph | None = None) -> Iterator[Any]:
            """As the parsers of rdflib read them: a plain text has no datatype, and so equals one read elsewhere."""
            for (subject, predicate, value), contexts in super().triples(triple_pattern, context):
                yield (subject, predicate, _as_parsed(value)), contexts

        def query(self, query: Any, initNs: Any, initBindings: Any, queryGraph: str, **kwargs: Any) -> Any:  # noqa: N803
            """As the engine answers: known prefixes need no declaration, and FROM is heard."""
            chosen = "" if queryGraph == DATASET_DEFAULT_GRAPH_ID else queryGraph
            return super().query(query, {**PREFIXES, **initNs}, initBindings, chosen, **kwargs)

    dataset = rdflib.Dataset(store=ReadOnly(store=view.engine))
    for prefix, iri in PREFIXES.items():
        dataset.bind(prefix, iri)
    return dataset


def _as_parsed(term: rdflib.term.Node) -> rdflib.term.Node:
    import rdflib

    is_text = isinstance(term, rdflib.Literal) and term.datatype == rdflib.XSD.string
    return rdflib.Literal(str(term)) if is_text else term
