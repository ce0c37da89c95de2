"""The relations of one thing: who it is tied to, through what, in which roles, and where that is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from kg.facts import Facts, Reader, first, notation
from kg.namespaces import DATE, KG, ORG, PROV, SDO

DIRECT_ROLES = {
    SDO.funder: "funding",
    KG.receiver: "receiving",
    KG.supportingParty: "supporting",
    KG.supportedParty: "supported",
}
"""Properties that join a flow or a pairing to its parties; the ontology says the same with `:impliesRole`."""


class Party(NamedTuple):
    """A thing in a role; `node` carries the evidence of it."""

    iri: str
    role: str
    node: str


class Relation(NamedTuple):
    """One relation of a thing: what joins it to others (`work`), its own part in it, and the other parties."""

    work: Facts
    part: Facts
    role: str
    others: tuple[Party, ...]
    label: str = ""


def find_relations(reader: Reader, iri: str) -> Iterator[Relation]:
    """All relations of a thing, in the order of their dates and labels."""
    found = [
        *_taking_part(reader, iri),
        *_parties_of(reader, iri),
        *(relation for kind in _JOINTS for relation in _joints(reader, iri, kind)),
        *_conversions(reader, iri),
        *_figures(reader, iri),
        *_conflicts(reader, iri),
    ]
    return iter(
        sorted(
            found,
            key=lambda r: (r.work.start.edtf if r.work.start else "~", r.work.kind, r.label or r.work.label, r.role),
        )
    )


def find_parties(reader: Reader, work: str) -> list[Party]:
    """The parties of an event, activity, agreement, publication, flow or pairing, with their roles.

    Who pays for a work through a flow is a party of the work, in the role funding.
    """
    found = [
        Party(first(about, PROV.agent), notation(first(about, PROV.hadRole)), node)
        for node in reader.view.subjects(KG.partIn, work)
        for about in (reader.statements(node),)
    ]
    about = reader.statements(work)
    found += [
        Party(value.text, role, work) for predicate, role in DIRECT_ROLES.items() for value in about.get(predicate, ())
    ]
    for flow in reader.view.subjects(SDO.fundedItem, work):
        found += [Party(value.text, "funding", flow) for value in reader.statements(flow).get(SDO.funder, ())]
    return sorted(found, key=lambda party: (party.role, party.iri))


def find_works(reader: Reader, actor: str) -> list[tuple[str, Party]]:
    """The works, flows and pairings that an actor is a party of, with its part in each."""
    found = []
    for node in reader.view.subjects(PROV.agent, actor):
        about = reader.statements(node)
        found.append((first(about, KG.partIn), Party(actor, notation(first(about, PROV.hadRole)), node)))
    for predicate, role in DIRECT_ROLES.items():
        found += [(work, Party(actor, role, work)) for work in reader.view.subjects(predicate, actor)]
    for flow in reader.view.subjects(SDO.funder, actor):
        found += [
            (item.text, Party(actor, "funding", flow)) for item in reader.statements(flow).get(SDO.fundedItem, ())
        ]
    return sorted(found, key=lambda pair: (pair[0], pair[1].role))


def _taking_part(reader: Reader, actor: str) -> Iterator[Relation]:
    for work, mine in find_works(reader, actor):
        parties = {(party.iri, party.role): party for party in find_parties(reader, work) if party.iri != actor}
        others = tuple(parties.values())
        contribution = first(reader.statements(mine.node), KG.contribution)
        label = f"{reader.facts(work).label}: {contribution}" if contribution else ""
        yield Relation(reader.facts(work), reader.facts(mine.node), mine.role, others, label)


def _parties_of(reader: Reader, work: str) -> Iterator[Relation]:
    """What an event, a flow or another work is made of: one relation for each party."""
    for party in find_parties(reader, work):
        kind = "participation" if party.node != work else reader.facts(work).kind
        part = reader.facts(party.node)
        contribution = first(reader.statements(party.node), KG.contribution)
        yield Relation(part._replace(kind=kind, label=contribution or party.role), part, "", (party,))


def _joints(reader: Reader, iri: str, kind: str) -> Iterator[Relation]:
    """What joins a thing to one other, from either end of it."""
    ends, label = _JOINTS[kind]
    for (mine, role), (other, other_role) in (ends, ends[::-1]):
        for node in reader.view.subjects(mine, iri):
            part = reader.facts(node)
            if part.kind == kind:
                party = Party(first(reader.statements(node), other), other_role, node)
                yield Relation(part._replace(label=label(reader, node)), part, role, (party,))


def _post_label(reader: Reader, iri: str) -> str:
    about = reader.statements(iri)
    former = " (former)" if notation(first(about, KG.tenure)) == "former" else ""
    return (first(about, KG.postTitle) or "post not told") + former


def _link_label(reader: Reader, iri: str) -> str:
    return reader.facts(first(reader.statements(iri), KG.linkKind)).label


def share_label(reader: Reader, iri: str) -> str:
    """The share of an allocation in words: `60 percent`, or `a share` where the source gives no number."""
    share = first(reader.statements(iri), KG.share)
    return f"{share} percent" if share else "a share"


_JOINTS: Mapping[str, tuple[tuple[tuple[str, str], ...], Callable[[Reader, str], str]]] = {
    "membership": (((ORG.member, "holder"), (ORG.organization, "organization")), _post_label),
    "link": (((getattr(KG, "from"), "subject"), (KG.to, "object")), _link_label),
    "allocation": (((KG.allocates, "whole"), (KG.to, "part")), share_label),
}
"""The two ends of what joins two things, with the role of each, and what is told of it."""


def _conversions(reader: Reader, iri: str) -> Iterator[Relation]:
    """The converted amounts of a flow."""
    for node in reader.view.subjects(KG.converts, iri):
        part = reader.facts(node)
        yield Relation(part._replace(label=conversion_label(reader, node)), part, "converted", ())


def conversion_label(reader: Reader, iri: str) -> str:
    """A converted amount in words: `58,560 USD at 0.1464 of 2009 (converted with a table of rates, rates.csv)`.

    Or `19,600,000 USD at the prices of 2014 (deflated by the source)`.
    """
    about = reader.statements(iri)
    prices, day = (first(about, time).removeprefix(DATE) for time in (KG.pricesOf, KG.rateDate))
    rate = first(about, KG.rate)
    at = (f" at {rate}" if rate else "") + (f" of {day}" if rate and day else "")
    how = reader.facts(first(about, KG.conversionMethod)).label
    by = ", ".join(filter(None, [how, first(about, KG.rateSource)]))
    money = f"{_grouped(first(about, SDO.value))} {first(about, SDO.currency)}"
    return money + at + (f" at the prices of {prices}" if prices else "") + f" ({by})"


def _figures(reader: Reader, iri: str) -> Iterator[Relation]:
    joins = {
        KG.countedAt: "counted",
        KG.fromPlace: "origin",
        KG.about: "about",
        KG.area: "area",
        SDO.fundedItem: "funded",
        KG.paidFrom: "paid from",
        KG.paidInto: "paid into",
    }
    for predicate, role in joins.items():
        for node in reader.view.subjects(predicate, iri):
            part = reader.facts(node)
            if part.kind in ("headcount", "indicator", "flow"):
                others = tuple(
                    Party(value.text, joins[other], node)
                    for other in joins
                    for value in reader.statements(node).get(other, ())
                    if value.text != iri
                )
                payers = tuple(party for party in find_parties(reader, node) if party.iri != iri)
                yield Relation(part._replace(label=figure_label(reader, node)), part, role, others + payers)


def _conflicts(reader: Reader, iri: str) -> Iterator[Relation]:
    """Conflicts of a thing, and of the figures about it."""
    figures = {relation.part.iri for relation in _figures(reader, iri)}
    for node in sorted({node for one in (iri, *figures) for node in reader.view.subjects(KG.between, one)}):
        others = tuple(
            Party(value.text, "one side", node) for value in reader.statements(node)[KG.between] if value.text != iri
        )
        part = reader.facts(node)
        yield Relation(part._replace(label=first(reader.statements(node), KG.note) or "conflict"), part, "one", others)


def figure_label(reader: Reader, iri: str, *, with_total: bool = True) -> str:
    """A figure in words: `nearly 140 people: representatives`, `38 projects: for villages (of 124 projects)`.

    A range is told whole: `500 to 1,000 CNY: rise of income`.
    """
    about, facts = reader.statements(iri), reader.facts(iri)
    number = first(about, KG.count) or first(about, KG.value)
    if not number:
        return facts.label
    qualifier = notation(first(about, KG.qualifier))
    said = "" if qualifier in ("", "exact") else qualifier.replace("-", " ") + " "
    upper = first(about, KG.upperValue)
    number = _grouped(number) + (f" to {_grouped(upper)}" if upper else "")
    unit = first(about, KG.unit) or notation(first(about, KG.countUnit))
    what = first(about, KG.measure) or first(about, KG.category)
    total = first(about, KG.partOfTotal) if with_total else ""
    part = f" (of {figure_label(reader, total, with_total=False)})" if total else ""
    return f"{said}{number} {unit}" + (f": {what}" if what else "") + part


def _grouped(number: str) -> str:
    whole, point, rest = number.partition(".")
    return f"{int(whole):,}" + point + rest
