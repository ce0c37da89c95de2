"""A network with parallel edges to one in which each pair of partners has a single, weighted edge."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx


def collapse_network(network: nx.MultiGraph) -> nx.Graph:
    """Give each pair of partners one edge, with how many relations they share.

    Edges have `strength`, the number of shared relations, and `distance`, 1 / strength, so that those who
    share much are near (Newman 2001). Nodes keep their attributes; the given network is not changed.

    >>> import networkx as nx
    >>> collapse_network(nx.MultiGraph([("a", "b"), ("a", "b"), ("b", "c")])).edges["a", "b"]
    {'strength': 2, 'distance': 0.5}
    """
    import networkx as nx

    collapsed = nx.Graph(**network.graph)
    collapsed.add_nodes_from((actor, dict(attributes)) for actor, attributes in network.nodes(data=True))
    strengths = Counter(network.edges())
    collapsed.add_edges_from(
        (a, b, {"strength": strength, "distance": 1 / strength}) for (a, b), strength in strengths.items()
    )
    return collapsed
