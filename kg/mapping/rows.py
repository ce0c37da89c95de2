"""Each record to its statements.

Every relation is a node with an IRI of its own; nothing is a blank node. Statements come in no
order and may repeat where records share a date or a passage: whoever writes them sorts.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from kg.mapping.vocabulary import (
    CLASSES,
    KIND,
    LABEL_OF_NAME,
    NARROWER,
    OVERRIDES,
    PROPERTIES,
    SOURCE_PROPERTIES,
    TYPE,
)
from kg.model.dates import Date
from kg.model.evidence import Passage, Position
from kg.model.fields import Code, Tables
from kg.model.figures import Allocation, Flow
from kg.model.iris import (
    SHARED_ID,
    code_iri,
    companion_iri,
    date_iri,
    evidence_iri,
    row_id,
    source_iri,
    thing_iri,
)
from kg.model.records import Activity, Concept, Name, Organization, Person, Place
from kg.model.row import Companion, Row, Source
from kg.model.terms import Statement, boolean, decimal, integer, iri, text, typed
from kg.namespaces import CODE, DCTERMS, ID, KG, OA, ORG, PROV, SDO, SKOS, XSD

_TYPE, _EVIDENCE = iri(TYPE), iri(KG.evidence)
_HAPPENED = ("realised", "ongoing")
_REMEMBERED = 100_000
"""Dates and places that are remembered as told, so that each record of a large file does not tell them again."""
OF_RECORD = ("name", "title", "description", "purpose")
"""Fields whose text is in the language of the record, where it names one; a flow's title is the source's."""
NAMED = (Organization, Person, Place)
"""Records whose evidence is of their name: it stands on a mention, not on the thing itself."""


@dataclass(frozen=True, slots=True)
class Field:
    """How one field of a record becomes the object of a statement, given the source and the record's language."""

    name: str
    predicate: str
    term: Callable[[Any, Source, str], str]


def map_records(source: Source, records: Iterable[Row], companions: Iterable[Companion] = ()) -> Iterator[Statement]:
    """The statements of a source: its description, then those of each record."""
    yield from map_source(source)
    for companion in companions:
        yield from _map_companion(source, companion)
    told: set[str] = set()
    for record in records:
        if len(told) > _REMEMBERED:
            told.clear()
        yield from map_record(source, record, told)


def map_source(source: Source) -> Iterator[Statement]:
    """The description of a source, which is also the name of its graph."""
    subject = iri(source_iri(source.id))
    yield subject, iri(TYPE), iri(KG.Source)
    yield subject, iri(DCTERMS.identifier), text(source.id)
    for name, predicate in SOURCE_PROPERTIES.items():
        value = getattr(source, name)
        if value:
            yield subject, iri(predicate), text(value, {"title": source.language, "note": "en"}.get(name, ""))
    if source.date is not None:
        yield subject, iri(KG.issuedOn), iri(date_iri(source.date))
        if source.date_certainty:
            yield subject, iri(KG.dateCertainty), iri(code_iri("certainty", source.date_certainty))
        yield from _map_date(source.date, set())


def _map_companion(source: Source, companion: Companion) -> Iterator[Statement]:
    """That a source was derived from another file too: with another one, it is another version of the source."""
    node = iri(companion_iri(source.id, companion.name))
    yield iri(source_iri(source.id)), iri(PROV.wasDerivedFrom), node
    yield node, _TYPE, iri(PROV.Entity)
    yield node, iri(KG.fileName), text(companion.name)
    yield node, iri(KG.sha256), text(companion.sha256)


def map_record(source: Source, record: Row, told: set[str] | None = None) -> Iterator[Statement]:
    """The statements of one record.

    Dates and places in the source are described unless they are among those that were told before, and join them.
    """
    told = set() if told is None else told
    subject = _subject(source, record)
    language = getattr(record, "language", "") or source.language
    yield subject, _TYPE, iri(_class(record))
    kind: Any = type(record)  # mypy takes a class for one of its objects here
    for field in _fields(kind):
        value = getattr(record, field.name)
        for one in value if type(value) is tuple else (value,):
            if one is not None and one != "":
                yield subject, field.predicate, field.term(one, source, language)
                if type(one) is Date:
                    yield from _map_date(one, told)
    if isinstance(record, NAMED):
        yield from _map_first_mention(source, record, subject, told)
    else:
        yield from _map_evidence(source, record, subject, told)
    if isinstance(record, Name):
        yield from _map_label(source, record)
    if isinstance(record, Flow):
        yield from _map_money(source, record, subject)
    if isinstance(record, Organization | Place | Activity | Flow):
        yield from _map_identifiers(record, subject)
    if isinstance(record, Allocation) and record.code:
        yield subject, iri(KG.to), iri(code_iri(record.vocabulary, record.code))
    if isinstance(record, Concept):
        yield from _map_concept(record, subject)


def _subject(source: Source, record: Row) -> str:
    if isinstance(record, Concept):
        return iri(code_iri(record.vocabulary, record.code))
    return iri(thing_iri(source.id, row_id(record)))


def _class(record: Row) -> str:
    kind = getattr(record, "kind", "") or getattr(record, "role", "")
    return NARROWER.get((type(record), kind), CLASSES[type(record)])


@cache
def _fields(record: Any) -> tuple[Field, ...]:
    hints = typing.get_type_hints(record, include_extras=True)
    named = issubclass(record, NAMED)
    made = []
    for field in fields(record):
        predicate = OVERRIDES.get((record, field.name)) or PROPERTIES.get(field.name)
        if field.name == "kind":
            predicate = KIND[record]
        if (
            predicate is None
            or (named and field.name in ("certainty", "note"))
            or (record is Concept and field.name == "certainty")
            or (record is Flow and field.name == "qualifier")
        ):
            continue
        made.append(Field(field.name, iri(predicate), _term_maker(record, field.name, hints[field.name])))
    return tuple(made)


def _term_maker(record: type[Row], name: str, hint: object) -> Callable[[Any, Source, str], str]:
    for mark in getattr(hint, "__metadata__", ()):
        if isinstance(mark, Code):
            return lambda value, *_: _code(mark.scheme, value)
        if isinstance(mark, Tables):
            return lambda value, source, _: iri(thing_iri(source.id, value))
    if name in ("spelling", "reference", "currency", "rate_source") or (record is Name and name == "name"):
        return lambda value, *_: text(value)
    if name == "note":
        return lambda value, *_: text(value, "en")
    if name in OF_RECORD and (record, name) != (Flow, "title"):
        return lambda value, _, language: text(value, language)
    return _term


@lru_cache(maxsize=4096)
def _code(scheme: str, notation: str) -> str:
    return iri(code_iri(scheme, notation))


def _term(value: object, source: Source, _: str) -> str:
    match value:
        case bool():
            return boolean(value)
        case int():
            return integer(value)
        case Decimal():
            return decimal(value)
        case Date():
            return iri(date_iri(value))
        case _:
            return text(str(value), source.language)


def _map_date(date: Date, told: set[str]) -> Iterator[Statement]:
    node = iri(date_iri(date))
    if node in told:
        return
    told.add(node)
    yield node, iri(TYPE), iri(KG.Date)
    yield node, iri(KG.earliest), typed(date.earliest.isoformat(), XSD.date)
    yield node, iri(KG.latest), typed(date.latest.isoformat(), XSD.date)
    yield node, iri(KG.precision), text(date.precision)
    if date.year is not None:
        yield node, iri(KG.year), integer(date.year)


def _map_evidence(source: Source, record: Row, subject: str, told: set[str]) -> Iterator[Statement]:
    for place in record.evidence:
        node = iri(evidence_iri(source.id, place))
        yield subject, _EVIDENCE, node
        if node in told:
            continue
        told.add(node)
        yield node, iri(OA.hasSource), iri(source_iri(source.id))
        if isinstance(place, Passage):
            yield node, iri(TYPE), iri(KG.Passage)
            yield node, iri(OA.start), integer(place.start)
            yield node, iri(OA.end), integer(place.end)
        else:
            yield from _map_position(node, place)


def _map_position(node: str, place: Position) -> Iterator[Statement]:
    yield node, iri(TYPE), iri(KG.Record)
    yield node, iri(KG.file), text(place.file)
    yield node, iri(KG.record), text(place.record)


def _map_first_mention(
    source: Source, record: Organization | Person | Place, entity: str, told: set[str]
) -> Iterator[Statement]:
    """Where the source speaks of a thing; the name to show may be the coder's, so no spelling is claimed."""
    mention = iri(thing_iri(source.id, f"{record.id}.named"))
    yield mention, iri(TYPE), iri(KG.Mention)
    yield mention, iri(KG.mentions), entity
    yield mention, iri(KG.certainty), iri(code_iri("certainty", record.certainty))
    if record.note:
        yield entity, iri(KG.note), text(record.note, "en")
    yield from _map_evidence(source, record, mention, told)


def _map_label(source: Source, name: Name) -> Iterator[Statement]:
    """The label that a further name gives; a shared thing keeps the preferred names of its code list."""
    label = SKOS.altLabel if SHARED_ID.fullmatch(name.entity) and name.kind == "preferred" else LABEL_OF_NAME[name.kind]
    yield iri(thing_iri(source.id, name.entity)), iri(label), text(name.name, name.language)


def _map_money(source: Source, flow: Flow, subject: str) -> Iterator[Statement]:
    counts = (
        flow.counts if flow.counts is not None else not (flow.part_of or flow.uncounted) and flow.status in _HAPPENED
    )
    yield subject, iri(KG.countsInTotals), boolean(counts)
    if flow.amount is None:
        return
    amount = iri(thing_iri(source.id, f"{flow.id}.amount"))
    yield subject, iri(SDO.amount), amount
    yield amount, iri(TYPE), iri(SDO.MonetaryAmount)
    yield amount, iri(SDO.value), decimal(flow.amount)
    if flow.currency:
        yield amount, iri(SDO.currency), text(flow.currency)
    if flow.qualifier:
        yield amount, iri(KG.qualifier), iri(code_iri("qualifier", flow.qualifier))


def _map_concept(concept: Concept, subject: str) -> Iterator[Statement]:
    """A code that the project's lists do not hold, and its list, so that nothing refers to what is not described."""
    scheme = iri(CODE + concept.vocabulary)
    yield subject, iri(SKOS.inScheme), scheme
    yield subject, iri(SKOS.notation), text(concept.code)
    yield scheme, _TYPE, iri(SKOS.ConceptScheme)
    yield scheme, iri(SKOS.prefLabel), text(concept.vocabulary)


def _map_identifiers(record: Organization | Place | Activity | Flow, subject: str) -> Iterator[Statement]:
    """Identifiers are notations with a datatype a scheme, `id/scheme/...`, as SKOS suggests.

    ORG's own property says of its subject that it is an organization, so others have the plain notation.
    """
    predicate = ORG.identifier if isinstance(record, Organization) else SKOS.notation
    for identifier in record.identifiers:
        scheme, _, value = identifier.partition(":")
        yield subject, iri(predicate), typed(value, f"{ID}scheme/{scheme}")
