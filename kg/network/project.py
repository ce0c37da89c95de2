"""Ties to a network: actors as nodes, one edge for each pair of partners and relation that joins them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING, Any

from kg.errors import UsageError

if TYPE_CHECKING:
    import networkx as nx
    import pyarrow as pa

    from kg.recipes import Recipe

ALONE = "shares no relation of this recipe with another actor"
UNNAMED = "is a group of actors that the source does not name one by one"
ONLY_RECEIVES = "only receives, and so do all others in the same relations"

_STATUSES = ("realised", "ongoing", "suspended", "planned", "proposed", "cancelled", "unknown")
_CERTAINTIES = ("stated", "implied", "ambiguous", "added")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """An actor that is not in a result, and why."""

    iri: str
    label: str
    kind: str
    reason: str


@dataclass(slots=True, kw_only=True)
class _Party:
    """All that the ties say of one actor in one relation."""

    iri: str
    label: str
    kind: str
    type: str
    carrying: bool = False
    roles: set[str] = field(default_factory=set)
    starts: set[str] = field(default_factory=set)
    ends: set[str] = field(default_factory=set)
    first_years: set[int] = field(default_factory=set)
    last_years: set[int] = field(default_factory=set)
    amounts: set[tuple[Decimal, str]] = field(default_factory=set)
    statuses: set[str] = field(default_factory=set)
    certainties: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)
    evidence: set[str] = field(default_factory=set)


def project_network(
    ties: pa.Table,
    recipe: Recipe,
    *,
    since: int | None = None,
    until: int | None = None,
    sources: Collection[str] = (),
    statuses: Collection[str] = (),
) -> nx.MultiGraph:
    """Join actors that are partners under a recipe.

    `ties` has a row for each actor, relation and role. `since` and `until` are years, both included: a
    relation counts when its own years overlap them, and a relation of which one bound is unknown counts
    by the other. `sources` (IRIs) and `statuses` (notations) keep only the ties that have one of them; empty
    means all.

    Nodes are actor IRIs with `label`, `kind` and `type`. Edges have the relation's IRI as their key and
    `relation`, `kind`, `label`, `roles` (actor to its qualifying roles, sorted, joined by ", "), `start` and
    `end` (EDTF or ""), `year_from` and `year_to` (or None), `amount` (Decimal or None), `currency`,
    `status`, `certainty`, `source` and `evidence` (sorted IRIs of both parties). Where the two parties' ties
    differ, an edge has the widest time, the weakest status and certainty, all sources joined by "; ",
    and an amount only if there is just one.

    `network.graph` holds `recipe` (its name), `since`, `until`, `sources`, `statuses`, `undated` (how many
    relations a year filter left out because they have no year) and `left_out` (actors with a qualifying
    role and no partner). The order of nodes and edges does not depend on the order of the rows.

    Raises UsageError where `since` is after `until`.
    """
    import networkx as nx

    if since is not None and until is not None and since > until:
        raise UsageError(f"expected since to be no later than until, got {since} and {until}")
    rows = _select(ties, recipe, sources, statuses)
    dated, undated = _within(rows, since, until)
    relations = _gather(dated, recipe)
    network = nx.MultiGraph(
        recipe=recipe.name,
        since=since,
        until=until,
        sources=sorted(sources),
        statuses=sorted(statuses),
        undated=undated,
        left_out=[],
    )
    _join(network, relations)
    return network


def leave_out_groups(network: nx.MultiGraph) -> nx.MultiGraph:
    """Return a copy without unnamed groups, whose place in a network would say nothing of any one actor.

    The groups, and actors who had partners among them only, are added to `left_out` of the copy.
    """
    groups = [iri for iri, kind in network.nodes(data="type") if kind == "group"]
    named = network.copy()
    named.remove_nodes_from(groups)
    alone = [iri for iri, degree in named.degree() if degree == 0]
    named.remove_nodes_from(alone)
    out = [*((iri, UNNAMED) for iri in groups), *((iri, ALONE) for iri in alone)]
    named.graph["left_out"] = [
        *network.graph["left_out"],
        *(_left_out(network, iri, reason) for iri, reason in sorted(out)),
    ]
    return named


def _left_out(network: nx.MultiGraph, iri: str, reason: str) -> LeftOut:
    actor = network.nodes[iri]
    return LeftOut(iri=iri, label=actor["label"], kind=actor["kind"], reason=reason)


def _select(
    ties: pa.Table, recipe: Recipe, sources: Collection[str], statuses: Collection[str]
) -> list[dict[str, Any]]:
    """The rows that qualify but for their years, in an order that does not depend on the table's."""
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = {"relation_kind": recipe.kinds, "role": recipe.carrying | recipe.receiving}
    wanted |= {"source": frozenset(sources)} if sources else {}
    wanted |= {"status": frozenset(statuses)} if statuses else {}
    for column, values in wanted.items():
        ties = ties.filter(pc.is_in(ties[column].cast(pa.string()), value_set=pa.array(sorted(values), pa.string())))
    rows: list[dict[str, Any]] = ties.to_pylist()
    return sorted(rows, key=lambda row: (row["relation"], row["actor"], row["role"], row["node"], row["source"]))


def _within(rows: list[dict[str, Any]], since: int | None, until: int | None) -> tuple[Iterable[dict[str, Any]], int]:
    """The rows of relations whose years overlap the two bounds, and how many relations have no year."""
    if since is None and until is None:
        return rows, 0
    years: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        years[row["relation"]].update(_years(row))
    kept = {relation for relation, known in years.items() if known and _overlaps(known, since, until)}
    return (row for row in rows if row["relation"] in kept), sum(not known for known in years.values())


def _years(row: Mapping[str, Any]) -> list[int]:
    return [row[column] for column in ("year_from", "year_to") if row[column] is not None]


def _overlaps(years: set[int], since: int | None, until: int | None) -> bool:
    return (since is None or max(years) >= since) and (until is None or min(years) <= until)


def _gather(rows: Iterable[dict[str, Any]], recipe: Recipe) -> dict[tuple[str, str, str], dict[str, _Party]]:
    """Relations (IRI, kind, label), each with its parties by IRI."""
    found: dict[str, tuple[str, str, str]] = {}
    relations: dict[tuple[str, str, str], dict[str, _Party]] = defaultdict(dict)
    for row in rows:
        relation = found.setdefault(row["relation"], (row["relation"], row["relation_kind"], row["relation_label"]))
        parties = relations[relation]
        if row["actor"] not in parties:
            parties[row["actor"]] = _Party(
                iri=row["actor"], label=row["actor_label"], kind=row["actor_kind"], type=row["actor_type"]
            )
        _note(parties[row["actor"]], row, recipe)
    return relations


def _note(party: _Party, row: Mapping[str, Any], recipe: Recipe) -> None:
    party.carrying |= row["role"] in recipe.carrying
    party.roles.add(row["role"])
    if row["amount"] is not None:
        party.amounts.add((row["amount"], row["currency"] or ""))
    columns: tuple[tuple[set[Any], str], ...] = (
        (party.starts, "start"),
        (party.ends, "end"),
        (party.first_years, "year_from"),
        (party.last_years, "year_to"),
        (party.statuses, "status"),
        (party.certainties, "certainty"),
        (party.sources, "source"),
    )
    for values, column in columns:
        if row[column]:
            values.add(row[column])
    party.evidence.update(row["evidence"] or ())


def _join(network: nx.MultiGraph, relations: Mapping[tuple[str, str, str], Mapping[str, _Party]]) -> None:
    """Add nodes, edges and the account of those left out, in sorted order."""
    actors: dict[str, _Party] = {}
    in_company: set[str] = set()
    edges = []
    for relation, parties in relations.items():
        actors.update(parties)
        if len(parties) > 1:
            in_company.update(parties)
        edges += [(left.iri, right.iri, relation[0], _edge(relation, left, right)) for left, right in _pairs(parties)]
    partners = {iri for edge in edges for iri in edge[:2]}
    for iri, actor in sorted(actors.items()):
        if iri in partners:
            network.add_node(iri, label=actor.label, kind=actor.kind, type=actor.type)
        else:
            reason = ONLY_RECEIVES if iri in in_company else ALONE
            network.graph["left_out"].append(LeftOut(iri=iri, label=actor.label, kind=actor.kind, reason=reason))
    network.add_edges_from(sorted(edges, key=lambda edge: edge[:3]))


def _pairs(parties: Mapping[str, _Party]) -> Iterator[tuple[_Party, _Party]]:
    """Each two partners once; the carrying are few, so pairs of mere receivers are never formed."""
    carrying = [party for party in parties.values() if party.carrying]
    receiving = [party for party in parties.values() if not party.carrying]
    yield from combinations(carrying, 2)
    for giver in carrying:
        for receiver in receiving:
            yield (giver, receiver) if giver.iri < receiver.iri else (receiver, giver)


def _edge(relation: tuple[str, str, str], left: _Party, right: _Party) -> dict[str, Any]:
    amounts = left.amounts | right.amounts
    amount, currency = next(iter(amounts)) if len(amounts) == 1 else (None, "")
    return {
        "relation": relation[0],
        "kind": relation[1],
        "label": relation[2],
        "roles": {party.iri: ", ".join(sorted(party.roles)) for party in (left, right)},
        "start": min(left.starts | right.starts, default=""),
        "end": max(left.ends | right.ends, default=""),
        "year_from": min(left.first_years | right.first_years, default=None),
        "year_to": max(left.last_years | right.last_years, default=None),
        "amount": amount,
        "currency": currency,
        "status": _weakest(left.statuses | right.statuses, _STATUSES),
        "certainty": _weakest(left.certainties | right.certainties, _CERTAINTIES),
        "source": "; ".join(sorted(left.sources | right.sources)),
        "evidence": sorted(left.evidence | right.evidence),
    }


def _weakest(values: set[str], order: tuple[str, ...]) -> str:
    """The value that claims least; one that is not in the order claims less than those that are."""
    return max(values, key=lambda value: (order.index(value) if value in order else len(order), value), default="")
