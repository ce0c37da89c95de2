"""One node of the graph in one line, as a person would say it."""

from __future__ import annotations

from collections.abc import Callable

from kg.facts import Reader, first, notation
from kg.lookup.relations import conversion_label, figure_label, share_label
from kg.namespaces import KG, ORG, PROV, SDO


def phrase(reader: Reader, iri: str) -> str:
    """A node in one line: what it joins, in which role, or what it says.

    A participation reads `UNICEF – organizer – Seminar on Child Poverty`, a link `FCPMC – unit of – LGOP`,
    a figure `nearly 140 people: representatives, at Workshop`; everything else is its label.
    """
    return _PHRASES.get(reader.kind(iri), _label)(reader, iri)


def _label(reader: Reader, iri: str) -> str:
    return reader.facts(iri).label


def _joined(reader: Reader, node: str, *predicates: str) -> str:
    """The labels of all that some predicates of a node lead to."""
    about = reader.statements(node)
    return "; ".join(reader.facts(value.text).label for name in predicates for value in about.get(name, ()))


def _participation(reader: Reader, node: str) -> str:
    about = reader.statements(node)
    said = [_joined(reader, node, PROV.agent), notation(first(about, PROV.hadRole)), _joined(reader, node, KG.partIn)]
    return " – ".join([*said, *filter(None, [first(about, KG.contribution)])])


def _membership(reader: Reader, node: str) -> str:
    about = reader.statements(node)
    former = " (former)" if notation(first(about, KG.tenure)) == "former" else ""
    held = ", ".join(filter(None, [first(about, KG.postTitle), _joined(reader, node, ORG.organization)]))
    return f"{_joined(reader, node, ORG.member)} – {held}{former}"


def _link(reader: Reader, node: str) -> str:
    kind = _joined(reader, node, KG.linkKind)
    return f"{_joined(reader, node, getattr(KG, 'from'))} – {kind} – {_joined(reader, node, KG.to)}"


def _allocation(reader: Reader, node: str) -> str:
    return f"{_joined(reader, node, KG.allocates)} – {share_label(reader, node)} for – {_joined(reader, node, KG.to)}"


def _conversion(reader: Reader, node: str) -> str:
    return f"{_joined(reader, node, KG.converts)} – {conversion_label(reader, node)}"


def _headcount(reader: Reader, node: str) -> str:
    return f"{figure_label(reader, node)}, at {_joined(reader, node, KG.countedAt)}"


def _flow(reader: Reader, node: str) -> str:
    facts = reader.facts(node)
    if facts.amount is None:
        return facts.label
    money = reader.statements(first(reader.statements(node), SDO.amount))
    qualifier = notation(first(money, KG.qualifier)).replace("-", " ").replace("exact", "")
    return f"{facts.label}: {' '.join(filter(None, [qualifier, facts.amount, facts.currency]))}"


def _mention(reader: Reader, node: str) -> str:
    spelling, named = first(reader.statements(node), KG.spelling), _joined(reader, node, KG.mentions)
    return f"{spelling} – name of – {named}" if spelling else f"{named} – named"


def _claim(reader: Reader, node: str) -> str:
    return f"{notation(first(reader.statements(node), KG.claimKind))}: {reader.facts(node).label}"


def _conflict(reader: Reader, node: str) -> str:
    return f"conflict: {first(reader.statements(node), KG.note) or _joined(reader, node, KG.between)}"


def _slip(reader: Reader, node: str) -> str:
    about = reader.statements(node)
    return f"slip: {first(about, KG.printed)} – read: {first(about, KG.reading)}"


def _omission(reader: Reader, node: str) -> str:
    return f"left out: {_joined(reader, node, KG.omissionReason)}"


_PHRASES: dict[str, Callable[[Reader, str], str]] = {
    "participation": _participation, "membership": _membership, "link": _link, "allocation": _allocation,
    "conversion": _conversion, "headcount": _headcount, "indicator": figure_label, "flow": _flow, "mention": _mention,
    "claim": _claim, "conflict": _conflict, "slip": _slip, "omission": _omission,
}  # fmt: skip
