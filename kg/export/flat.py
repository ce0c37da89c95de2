"""A network as rows of plain values, as files of nodes and edges hold it.

An edge is written from one actor, its source, to the other, its target, though partnership has no direction;
`source_role` and `target_role` say who did what. Lists are joined by "; ", amounts are decimal strings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import networkx as nx

Value: TypeAlias = str | int | float
Columns: TypeAlias = Mapping[str, type]

NODE_COLUMNS = ("label", "kind", "type")
EDGE_COLUMNS = (
    "label", "relation", "kind", "source_role", "target_role", "start_date", "end_date", "year_from", "year_to",
    "amount", "currency", "status", "certainty", "evidence_source", "evidence",
)  # fmt: skip

_RENAMED = {"start": "start_date", "end": "end_date", "source": "evidence_source"}
_ABOUT = ("recipe", "since", "until", "sources", "statuses", "undated", "left_out")
_JOIN = "; "
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """An actor and its plain values by column; a value that is not known is left out."""

    iri: str
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A relation between two actors and its plain values by column; a value that is not known is left out."""

    source: str
    target: str
    values: Mapping[str, Value]


def flat_nodes(network: nx.MultiGraph) -> Iterator[Node]:
    """The actors of a network, in its order."""
    for iri, attributes in network.nodes(data=True):
        yield Node(iri=iri, values=_plain(attributes))


def flat_edges(network: nx.MultiGraph) -> Iterator[Edge]:
    """The edges of a network, in its order."""
    for source, target, attributes in network.edges(data=True):
        roles = attributes.get("roles", {})
        named = {_RENAMED.get(name, name): value for name, value in attributes.items() if name != "roles"}
        named |= {"source_role": roles.get(source), "target_role": roles.get(target)}
        yield Edge(source=source, target=target, values=_plain(named))


def columns(known: tuple[str, ...], rows: Iterable[Node | Edge]) -> Columns:
    """The columns of rows with the type of their values (str, int or float): the known ones, then others by name.

    A column whose values differ in type is float where all are numbers, else str.
    """
    types: dict[str, set[type]] = {}
    for row in rows:
        for name, value in row.values.items():
            types.setdefault(name, set()).add(type(value))
    names = [name for name in known if name in types] + sorted(types.keys() - set(known))
    return {name: _type(types[name]) for name in names}


def about(network: nx.MultiGraph) -> str:
    """How a network was made (recipe, years, sources, who was left out) as JSON."""
    facts = {name: network.graph[name] for name in _ABOUT if name in network.graph}
    facts["left_out"] = [asdict(actor) for actor in facts.get("left_out", ())]
    return clean_text(json.dumps(facts, ensure_ascii=False, sort_keys=True))


def clean_text(text: str) -> str:
    r"""A text without the characters that no XML file may hold.

    >>> clean_text("a\x00b\ud800c\n")
    'abc\n'
    """
    return _NOT_IN_XML.sub("", text)


def _plain(attributes: Mapping[str, Any]) -> dict[str, Value]:
    return {name: _value(value) for name, value in attributes.items() if value is not None}


def _value(value: Any) -> Value:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, list | tuple | set | frozenset):
        return clean_text(_JOIN.join(str(item) for item in value))
    return clean_text(str(value))


def _type(types: set[type]) -> type:
    if len(types) == 1:
        return next(iter(types))
    return float if types == {int, float} else str
