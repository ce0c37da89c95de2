"""Ties made by hand, as small as a test needs them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from kg.recipes import Recipe

SOURCE = "https://w3id.org/partnership-kg/source/one"

SCHEMA = pa.schema(
    [
        *(
            (name, pa.string())
            for name in (
                "relation", "relation_kind", "relation_label", "actor", "actor_label", "actor_kind", "actor_type",
                "role", "node", "start", "end",
            )
        ),
        ("year_from", pa.int32()),
        ("year_to", pa.int32()),
        ("amount", pa.decimal128(28, 4)),
        *((name, pa.string()) for name in ("currency", "status", "certainty", "source")),
        ("evidence", pa.list_(pa.string())),
    ]
)  # fmt: skip

RECIPE = Recipe(
    name="partnership",
    label="Partnership",
    definition="Those who carry an event or flow, with each other and with those who receive from it.",
    kinds=frozenset({"event", "flow"}),
    carrying=frozenset({"organizer", "funding"}),
    receiving=frozenset({"participant", "receiving"}),
)


def tie(relation: str, actor: str, role: str = "organizer", **others: Any) -> dict[str, Any]:
    """One row; what is not said is what most rows have."""
    row = {
        "relation": relation,
        "relation_kind": "event",
        "relation_label": f"Event {relation}",
        "actor": actor,
        "actor_label": f"Actor {actor}",
        "actor_kind": "organization",
        "actor_type": "multilateral",
        "role": role,
        "node": f"{relation}/{actor}/{role}",
        "start": "",
        "end": "",
        "year_from": None,
        "year_to": None,
        "amount": None,
        "currency": "",
        "status": "realised",
        "certainty": "stated",
        "source": SOURCE,
        "evidence": [f"{SOURCE}#char={len(actor)},{len(relation) + 9}"],
    }
    assert others.keys() <= row.keys()
    return row | others


def ties(*rows: Mapping[str, Any]) -> pa.Table:
    return pa.Table.from_pylist([dict(row) for row in rows], schema=SCHEMA)


def chains(*pairs: str) -> pa.Table:
    """A relation for each two letters: `chains("ab", "ab", "bc")` joins a and b twice, b and c once."""
    return ties(*(tie(f"r{number}", actor) for number, pair in enumerate(pairs) for actor in pair))


def rows(table: pa.Table) -> Iterable[dict[str, Any]]:
    listed: list[dict[str, Any]] = table.to_pylist()
    return listed
