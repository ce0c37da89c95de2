"""The store as an rdflib `Dataset` that can be read and not written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import StoreError
from kg.namespaces import PREFIXES
from kg.store.view import open_view

if TYPE_CHECKING:
    import rdflib


def open_dataset(store: Path) -> rdflib.Dataset:
    """A read-only `Dataset` over the current version of a store; its default graph holds the union of all graphs."""
    import oxrdflib
    import rdflib
    from rdflib.graph import DATASET_DEFAULT_GRAPH_ID

    class ReadOnly(oxrdflib.OxigraphStore):
        """Says no to every change: rdflib's own updates lose data, and a version never changes."""

        def _refuse(self, *_: Any, **__: Any) -> None:
            raise StoreError("this graph is read-only; load other data into a store of your own with `kg load`")

        add = addN = remove = update = remove_graph = destroy = _refuse  # noqa: N815

        def add_graph(self, graph: rdflib.Graph) -> None:
            """Nothing: rdflib adds each graph that somebody only looks at."""

        def query(self, query: Any, initNs: Any, initBindings: Any, queryGraph: str, **kwargs: Any) -> Any:  # noqa: N803
            """As the engine answers: known prefixes need no declaration, and FROM is heard."""
            chosen = "" if queryGraph == DATASET_DEFAULT_GRAPH_ID else queryGraph
            return super().query(query, {**PREFIXES, **initNs}, initBindings, chosen, **kwargs)

    dataset = rdflib.Dataset(store=ReadOnly(store=open_view(store).engine))
    for prefix, iri in PREFIXES.items():
        dataset.bind(prefix, iri)
    return dataset
