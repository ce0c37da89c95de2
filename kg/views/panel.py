"""The statements that the map's panel shows, packed so that nothing is told twice in the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from kg.views.wording import describe_amount, describe_period

if TYPE_CHECKING:
    import networkx as nx

Tie = tuple[str, str, Mapping[str, Any]]  # two actors' IRIs and what their edge carries

TYPE_WORDS = {
    "": "kind unknown",
    "development-bank": "development bank",
    "group": "unnamed group",
    "multilateral": "multilateral organization",
    "ngo": "non-governmental organization",
    "other": "other organization",
}
CERTAINTY_WORDS = {"stated": "", "added": "added by the coder"}


class Pool:
    """What many statements share, told once each and then known by its place in `items`."""

    def __init__(self) -> None:
        self._places: dict[tuple[Any, ...], int] = {}

    @property
    def items(self) -> list[tuple[Any, ...]]:
        """All that was put in, in the order of the first time."""
        return list(self._places)

    def place(self, *item: Any) -> int:
        """Return the place of an item, putting it in when it is new."""
        return self._places.setdefault(item, len(self._places))


class Panel:
    """The statements that the page's panel shows, with relations, parties and evidence each told once."""

    def __init__(self, sources: Mapping[str, Mapping[str, str]]) -> None:
        self._sources = sources
        self.relations, self.parties, self.evidence = Pool(), Pool(), Pool()

    def statement(self, told: Mapping[str, Any], role: str, others: Iterable[Mapping[str, str]]) -> list[Any]:
        """Return one statement: relation, role, certainty, the other parties, evidence."""
        relation = self.relations.place(
            told["iri"],
            told["kind"],
            told["label"],
            describe_period(told["start"], told["end"], lasting=told["kind"] in {"activity", "pairing"}),
            describe_amount(told["amount"], told["currency"]),
            "" if told["status"] == "realised" else told["status"] or "",
        )
        parties = [self.parties.place(other["iri"], other["label"], other["role"] or "") for other in others]
        certainty = told["certainty"] or ""
        return [relation, role or "", CERTAINTY_WORDS.get(certainty, certainty), parties,
                [self._evidence(piece) for piece in told["evidence"]]]  # fmt: skip

    def _evidence(self, piece: Mapping[str, Any]) -> int:
        source = self._sources.get(piece["source"], {})
        file_name = source.get("file_name") or "the source"
        if "record" in piece:
            place = f"record {piece['record']} of {piece.get('file') or file_name}"
        else:
            place = f"characters {piece['start']:,}–{piece['end']:,} of {file_name}"
        return self.evidence.place(source.get("title") or piece["source"], place)


def pack_actor(panel: Panel, data: Mapping[str, Any]) -> dict[str, Any]:
    words = TYPE_WORDS.get(data["type"], data["type"].replace("-", " "))
    told = sorted(data["relations"], key=lambda one: ((one["start"] or one["end"] or {}).get("earliest", "9999"),
                                                      one["label"], one["iri"], one["role"] or ""))  # fmt: skip
    return {"type": words, "names": list(data["names"]),
            "statements": [panel.statement(one, one["role"], one["others"]) for one in told]}  # fmt: skip


def pack_tie(panel: Panel, network: nx.MultiGraph, tie: Tie) -> list[Any]:
    *ends, data = tie
    parties = [{"iri": end, "label": network.nodes[end]["label"], "role": data["roles"].get(end)} for end in ends]
    return panel.statement({**data, "iri": data["relation"]}, "", parties)
