"""The shortest chain of partners between two actors, with the relations that make each of its steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kg.errors import NotFound, UsageError

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """An actor of a network."""

    iri: str
    label: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """A relation that joins two partners, with the first one's `role` and the second one's `partner_role`."""

    iri: str
    kind: str
    label: str
    role: str
    partner_role: str
    start: str
    end: str
    amount: Decimal | None
    currency: str
    status: str
    certainty: str
    source: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a chain: two partners and all relations that join them."""

    actor: Actor
    partner: Actor
    ties: tuple[Tie, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A shortest chain of partners; `equally_short` counts all chains of as few steps, this one included."""

    recipe: str
    steps: tuple[Step, ...]
    equally_short: int


def find_path(network: nx.MultiGraph, a: str, b: str) -> Path:
    """Find the chain with the fewest steps from one actor (IRI) to another.

    Among chains of as few steps it is the one whose ties are strongest: the least sum of 1 / (number of
    shared relations), then the one whose actors' IRIs come first.

    Raises UsageError where both are the same actor, and NotFound where an actor has no partner under the
    network's recipe or no chain leads from one to the other.
    """
    import networkx as nx

    if a == b:
        raise UsageError(f"expected two different actors, got {_name(network, a)} twice")
    for iri in (a, b):
        if iri not in network:
            raise NotFound(f"{_name(network, iri)} has no partner under the recipe {network.graph['recipe']!r}")
    before = nx.predecessor(network, a)
    if b not in before:
        raise NotFound(
            f"no chain of partners joins {_name(network, a)} and {_name(network, b)} "
            f"under the recipe {network.graph['recipe']!r}"
        )
    chain, count = _strongest(network, before, b)
    steps = tuple(_step(network, *pair) for pair in pairwise(chain))
    return Path(recipe=network.graph["recipe"], steps=steps, equally_short=count)


def _strongest(network: nx.MultiGraph, before: Mapping[str, list[str]], goal: str) -> tuple[list[str], int]:
    """The strongest of the shortest chains to the goal and how many such chains there are.

    `before` names, nearest actors first, those who precede an actor on a shortest chain from the start.
    Exact fractions keep equal sums equal.
    """
    best: dict[str, tuple[Fraction, list[str]]] = {}
    counts: dict[str, int] = {}
    for actor, previous in before.items():
        options = (
            (best[prior][0] + Fraction(1, network.number_of_edges(prior, actor)), [*best[prior][1], actor])
            for prior in previous
        )
        best[actor] = min(options, default=(Fraction(0), [actor]))
        counts[actor] = sum(counts[prior] for prior in previous) or 1
    return best[goal][1], counts[goal]


def _step(network: nx.MultiGraph, a: str, b: str) -> Step:
    edges = sorted(network[a][b].values(), key=lambda edge: (edge["start"], edge["label"], edge["relation"]))
    return Step(actor=_actor(network, a), partner=_actor(network, b), ties=tuple(_tie(edge, a, b) for edge in edges))


def _actor(network: nx.MultiGraph, iri: str) -> Actor:
    return Actor(iri=iri, label=network.nodes[iri]["label"], kind=network.nodes[iri]["kind"])


def _tie(edge: Mapping[str, Any], a: str, b: str) -> Tie:
    return Tie(
        iri=edge["relation"],
        role=edge["roles"][a],
        partner_role=edge["roles"][b],
        evidence=tuple(edge["evidence"]),
        **{
            name: edge[name]
            for name in ("kind", "label", "start", "end", "amount", "currency", "status", "certainty", "source")
        },
    )


def _name(network: nx.MultiGraph, iri: str) -> str:
    """The label of an actor, in the network or left out of it; else its IRI."""
    labels = {actor.iri: actor.label for actor in network.graph["left_out"]}
    return labels.get(iri) or network.nodes.get(iri, {}).get("label") or iri
