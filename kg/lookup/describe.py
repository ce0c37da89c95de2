"""Everything the graph says of one thing, in the form that `kg show --format json` gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from kg.facts import Facts, Reader, doubt, first, notation, part_status
from kg.lookup.relations import Party, Relation, find_relations
from kg.model.dates import Date
from kg.model.evidence import Passage, Position
from kg.namespaces import CODE, DATE, DCTERMS, ID, KG, RDF, SKOS
from kg.store.view import View

Json = dict[str, Any]

_KINDS = {
    KG.organizationKind,
    KG.placeKind,
    KG.activityKind,
    KG.eventKind,
    KG.agreementKind,
    KG.publicationKind,
    KG.claimKind,
    KG.slipKind,
}
_SHOWN_ELSEWHERE = {*_KINDS, KG.evidence}


def describe(view: View, iri: str) -> Json:
    """All that the graph says of a thing.

    Returns `graph_version`, `entity` {iri, label, kind}, `facts` (its own values), `names`, `identifiers`,
    `types`, `relations`, `claims` and `slips`; see `docs/schemas/show.json`.
    """
    reader = Reader(view)
    facts = reader.facts(iri)
    return {
        "graph_version": view.version,
        "entity": {"iri": iri, "label": facts.label, "kind": facts.kind},
        "facts": list(_own_facts(reader, iri)),
        "evidence": evidence_json(facts.evidence),
        "names": list(names_json(reader, iri)),
        "identifiers": list(_identifiers(reader, iri)),
        "types": list(_types(reader, iri)),
        "relations": _told_once(relation_json(reader, relation, of=iri) for relation in find_relations(reader, iri)),
        "claims": list(_claims(reader, iri)),
        "slips": list(_slips(reader, iri)),
    }


def _told_once(relations: Iterable[Json]) -> list[Json]:
    """Relations that two sources tell alike are one: the surer certainty, the evidence and notes of both."""
    found: dict[tuple[str, ...], Json] = {}
    for one in relations:
        others = [f"{other['iri']} {other['role']}" for other in one["others"]]
        known = found.setdefault((one["kind"], one["iri"], one["role"], one["label"], one["status"], *others), one)
        if known is not one:
            known["certainty"] = min(known["certainty"], one["certainty"], key=doubt)
            known["evidence"] += [place for place in one["evidence"] if place not in known["evidence"]]
            known["note"] = "; ".join(dict.fromkeys(note for note in (known["note"], one["note"]) if note))
    return list(found.values())


def relation_json(reader: Reader, relation: Relation, *, of: str) -> Json:
    """One relation of a thing as JSON: what joins, in which role, with whom, when, how much, and where that is said."""
    work, part = relation.work, relation.part
    return {
        "kind": work.kind,
        "iri": work.iri,
        "label": relation.label or work.label,
        "role": relation.role,
        "others": [party_json(reader, party) for party in relation.others],
        **tie_json(work, part),
        "note": "" if part.iri == of else first(reader.statements(part.iri), KG.note),
    }


def tie_json(work: Facts, part: Facts) -> Json:
    """What every tie says: time and money of the work, status, certainty and evidence of the part in it."""
    planned = {"end_planned": True} if work.end_planned else {}
    return planned | {
        "start": date_json(work.start),
        "end": date_json(work.end),
        "amount": work.amount,
        "currency": work.currency,
        "status": part_status(work, part),
        "certainty": part.certainty,
        "evidence": evidence_json(part.evidence),
    }


def party_json(reader: Reader, party: Party) -> Json:
    """A thing in a role."""
    return {"iri": party.iri, "label": reader.facts(party.iri).label, "role": party.role}


def date_json(date: Date | None) -> Json | None:
    """A date as its bounds and its precision."""
    if date is None:
        return None
    return {"earliest": date.earliest.isoformat(), "latest": date.latest.isoformat(), "precision": date.precision}


def evidence_json(found: Iterable[tuple[str, Passage | Position]]) -> list[Json]:
    """Evidence as positions in a document, or records of a file."""
    return [
        {"source": source, "start": place.start, "end": place.end}
        if isinstance(place, Passage)
        else {"source": source, "file": place.file, "record": place.record}
        for source, place in found
    ]


def _own_facts(reader: Reader, iri: str) -> Iterator[Json]:
    """The thing's own values: kinds, dates, numbers, notes."""
    for predicate, values in sorted(reader.statements(iri).items()):
        if predicate in _SHOWN_ELSEWHERE or not predicate.startswith((KG.iri, DCTERMS.iri)):
            continue
        for value in values:
            if value.is_iri and not value.text.startswith((CODE, DATE)):
                continue
            plain = value.text.removeprefix(DATE) if value.text.startswith(DATE) else value.text
            text = notation(value.text) if value.text.startswith(CODE) else plain
            yield {"name": predicate.rpartition("#")[2].rpartition("/")[2], "value": text}
    facts = reader.facts(iri)
    if facts.amount is not None:
        yield {"name": "amount", "value": facts.amount}
        yield {"name": "currency", "value": facts.currency}


def names_json(reader: Reader, iri: str) -> Iterator[Json]:
    """Every label, with the mentions that it rests on."""
    mentions: dict[str, list[Facts]] = {}
    for node in reader.view.subjects(KG.mentions, iri):
        mentions.setdefault(first(reader.statements(node), KG.spelling), []).append(reader.facts(node))
    about, shown = reader.statements(iri), reader.facts(iri).label
    for predicate, kind in (
        (SKOS.prefLabel, "preferred"),
        (SKOS.altLabel, "alternative"),
        (SKOS.hiddenLabel, "misspelling"),
    ):
        for value in about.get(predicate, ()):
            nodes = mentions.get(value.text, []) + (mentions.get("", []) if value.text == shown else [])
            kinds = {notation(first(reader.statements(node.iri), KG.nameKind)) for node in nodes}
            yield {
                "name": value.text,
                "language": value.language,
                "kind": min(kinds - {"preferred", ""}, default=kind) if kind == "alternative" else kind,
                "certainty": nodes[0].certainty if nodes else "",
                "evidence": [place for node in nodes for place in evidence_json(node.evidence)],
            }


def _identifiers(reader: Reader, iri: str) -> Iterator[Json]:
    rows = reader.view.rows(
        "SELECT DISTINCT (STRAFTER(STR(DATATYPE(?value)), ?base) AS ?scheme) ?value"
        f' {{ BIND("{ID}scheme/" AS ?base) $thing org:identifier|skos:notation ?value'
        " FILTER (STRSTARTS(STR(DATATYPE(?value)), ?base)) } ORDER BY ?scheme ?value",
        {"thing": f"<{iri}>"},
    )
    return ({"scheme": scheme, "value": value} for scheme, value in rows)


def _types(reader: Reader, iri: str) -> Iterator[Json]:
    """The kinds of a thing by code list, then its classes, by their labels."""
    about = reader.statements(iri)
    for predicate in (*sorted(_KINDS), RDF.type):
        for value in about.get(predicate, ()):
            if predicate in _KINDS or value.text in reader.kinds:
                yield {"iri": value.text, "label": reader.facts(value.text).label}


def _claims(reader: Reader, iri: str) -> Iterator[Json]:
    nodes = {*reader.view.subjects(KG.about, iri), *reader.view.subjects(KG.claimedBy, iri)}
    claims = [reader.facts(node) for node in nodes if reader.kind(node) == "claim"]
    for claim in sorted(claims, key=lambda claim: (claim.evidence[:1] and str(claim.evidence[0]), claim.iri)):
        about = reader.statements(claim.iri)
        yield {
            "kind": notation(first(about, KG.claimKind)),
            "iri": claim.iri,
            "label": claim.label,
            "role": "claimed by" if any(value.text == iri for value in about.get(KG.claimedBy, ())) else "about",
            "status": claim.status,
            "certainty": claim.certainty,
            "evidence": evidence_json(claim.evidence),
        }


def _slips(reader: Reader, iri: str) -> Iterator[Json]:
    """What a source has wrong about a thing, with the reading of a careful person."""
    slips = [reader.facts(node) for node in reader.view.subjects(KG.about, iri) if reader.kind(node) == "slip"]
    for slip in sorted(slips, key=lambda slip: (str(slip.evidence), slip.iri)):
        about = reader.statements(slip.iri)
        yield {
            "kind": notation(first(about, KG.slipKind)),
            "iri": slip.iri,
            "printed": first(about, KG.printed),
            "reading": first(about, KG.reading),
            "note": first(about, KG.note),
            "certainty": slip.certainty,
            "evidence": evidence_json(slip.evidence),
        }
