"""Centrality: which actors matter in a network, by networkx's own functions."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.errors import UsageError
from kg.network.collapse import collapse_network
from kg.network.project import LeftOut

if TYPE_CHECKING:
    import networkx as nx

MEASURES: Mapping[str, str] = {
    "degree": "The share of the other actors who are partners of this one (Freeman 1978).",
    "betweenness": (
        "The share of the shortest chains between two others that pass through this actor, "
        "where a strong tie is short (Freeman 1977, Brandes 2001, Newman 2001)."
    ),
    "closeness": (
        "How near an actor is to those it can reach, where a strong tie is short, "
        "times the share of actors it can reach (Freeman 1978, Wasserman and Faust 1994, Newman 2001)."
    ),
    "eigenvector": (
        "An actor is central as far as its partners are, weighted by the strength of their ties, "
        "within the largest connected component (Bonacich 1987)."
    ),
    "pagerank": (
        "How often one meets an actor who walks from partner to partner along strong ties "
        "and starts anew at every seventh step or so, damping 0.85 (Brin and Page 1998)."
    ),
}
"""Each measure and what it says."""

OUTSIDE = "is not in the largest connected component, and eigenvector centrality compares only within one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What one actor scores, and its rank; equal scores share a rank (1, 2, 2, 4)."""

    iri: str
    label: str
    kind: str
    score: float
    rank: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """The scores of a network by one measure, best first, and the actors that have none."""

    measure: str
    recipe: str
    scores: tuple[Score, ...]
    left_out: tuple[LeftOut, ...]


def centrality(network: nx.MultiGraph, measure: str) -> Scores:
    """Score every actor of a projected network by a measure out of `MEASURES`.

    The number of relations that two partners share is the strength of their tie, its inverse their
    distance. Scores stand best first, equals by label, then by IRI. An empty network has no scores.

    Raises UsageError where the measure is not known.
    """
    if measure not in MEASURES:
        raise UsageError(f"expected a measure out of {', '.join(MEASURES)}, got {measure!r}")
    collapsed = collapse_network(network)
    values = _FUNCTIONS[measure](collapsed) if len(collapsed) else {}
    outside = [_left_out(network, actor) for actor in network if actor not in values]
    return Scores(
        measure=measure,
        recipe=network.graph["recipe"],
        scores=tuple(_ranked(network, values)),
        left_out=(*network.graph["left_out"], *outside),
    )


def _left_out(network: nx.MultiGraph, actor: str) -> LeftOut:
    return LeftOut(iri=actor, label=network.nodes[actor]["label"], kind=network.nodes[actor]["kind"], reason=OUTSIDE)


def _ranked(network: nx.MultiGraph, values: Mapping[str, float]) -> Iterable[Score]:
    rank = 1
    for equals in _equals(values):
        for actor in sorted(equals, key=lambda actor: (network.nodes[actor]["label"], actor)):
            node = network.nodes[actor]
            yield Score(iri=actor, label=node["label"], kind=node["kind"], score=float(values[actor]), rank=rank)
        rank += len(equals)


def _equals(values: Mapping[str, float]) -> Iterable[list[str]]:
    """The actors in groups of equal scores, best first; equal means within 1e-9 of the group's best."""
    group: list[str] = []
    for actor in sorted(values, key=lambda actor: -values[actor]):
        if group and not math.isclose(values[actor], values[group[0]], rel_tol=1e-9, abs_tol=1e-12):
            yield group
            group = []
        group.append(actor)
    if group:
        yield group


def _degree(graph: nx.Graph) -> dict[str, float]:
    import networkx as nx

    scores: dict[str, float] = nx.degree_centrality(graph)
    return scores


def _betweenness(graph: nx.Graph) -> dict[str, float]:
    """Chains are compared in whole numbers, since sums of 1/strength that are equal may differ as floats."""
    import networkx as nx

    whole = math.lcm(*{strength for _, _, strength in graph.edges(data="strength")})
    nx.set_edge_attributes(
        graph, {(a, b): whole // strength for a, b, strength in graph.edges(data="strength")}, "length"
    )
    scores: dict[str, float] = nx.betweenness_centrality(graph, weight="length")
    return scores


def _closeness(graph: nx.Graph) -> dict[str, float]:
    import networkx as nx

    scores: dict[str, float] = nx.closeness_centrality(graph, distance="distance", wf_improved=True)
    return scores


def _eigenvector(graph: nx.Graph) -> dict[str, float]:
    """Power iteration first; in a network like one long chain it takes too long, and a solver helps."""
    import networkx as nx

    largest = graph.subgraph(max(nx.connected_components(graph), key=lambda actors: (len(actors), min(actors))))
    try:
        scores: dict[str, float] = nx.eigenvector_centrality(largest, max_iter=1000, tol=1e-10, weight="strength")
    except nx.PowerIterationFailedConvergence:
        scores = nx.eigenvector_centrality_numpy(largest, weight="strength", max_iter=100_000)
    return scores


def _pagerank(graph: nx.Graph) -> dict[str, float]:
    import networkx as nx

    scores: dict[str, float] = nx.pagerank(graph, alpha=0.85, max_iter=1000, tol=1e-12, weight="strength")
    return scores


_FUNCTIONS: Mapping[str, Callable[[nx.Graph], dict[str, float]]] = {
    "degree": _degree,
    "betweenness": _betweenness,
    "closeness": _closeness,
    "eigenvector": _eigenvector,
    "pagerank": _pagerank,
}
