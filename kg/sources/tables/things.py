"""What the rows of a table have told so far: each thing once, relations when both their ends are there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

from kg.clean.persons import WITHHELD, is_person, without_contacts, without_names
from kg.clean.values import damage, digest
from kg.model.evidence import Evidence, Position
from kg.model.figures import Allocation, Conversion, Flow
from kg.model.iris import FOREIGN_ID, SHARED_ID, quoted
from kg.model.records import TABLES, Concept, Name, Organization
from kg.model.report import Report
from kg.model.row import Row
from kg.sources.cells import Codes, columns
from kg.sources.tables.language import INDIVIDUAL, Block

MERGED = ("organizations", "places")
"""Tables whose rows are one thing when they have one id; in others a mapping must say so."""
_OF_NAME = ("spelling", "contribution")
"""Fields that may hold the name of a party, which is not told of an individual."""
_CURRENCY = re.compile(r"[A-Z]{3}")
_TEXTS = ("name", "title")
_TABLE_OF = {record: table for table, record in TABLES.items()}


@dataclass(slots=True)
class Told:
    """What is known of the row that records are made of, and which ids stand for others in it."""

    place: str
    number: int
    position: Position
    repeated: bool = False
    others: dict[str, str] = field(default_factory=dict)
    withheld: set[str] = field(default_factory=set)
    persons: tuple[str, ...] = ()
    """The names of individuals in the row, which no text that is made of it may tell."""

    @property
    def evidence(self) -> Evidence:
        """The row."""
        return (self.position,)

    def without_persons(self, local: str) -> str:
        """A local id in which the number of the row stands for the name of an individual."""
        plain = unquote(local)
        told = without_names(plain, self.persons)
        return local if told == plain else quoted(told.replace(WITHHELD, f"row-{self.number}"))

    def find(self, report: Report, severity: str, rule: str, local: str, message: str) -> None:
        """Note a finding at the row; of a row with individuals neither their names nor the thing, whose id may be one.

        Raises InputError for an error where the report is strict.
        """
        report.add(severity, rule, "" if self.persons else local, without_names(message, self.persons), self.place)


@dataclass(slots=True)
class Things:
    """The things and relations of a data set; memory grows with ids only, and with organizations."""

    report: Report
    codes: Codes
    made: dict[str, str] = field(default_factory=dict)
    """A digest of each thing that was told, by its id."""
    relations: set[int] = field(default_factory=set)
    """Hashes of the ids of relations that were told: nothing refers to them, and there are many."""
    parties: dict[str, Organization] = field(default_factory=dict)
    concepts: dict[tuple[str, str], str] = field(default_factory=dict)
    undescribed: dict[tuple[str, str], Told] = field(default_factory=dict)
    waiting: list[tuple[Row, str]] = field(default_factory=list)
    """Records whose ends were not told yet, and where they stand."""
    pending: set[str] = field(default_factory=set)
    """Ids of the things among them."""
    individuals: set[str] = field(default_factory=set)
    """Ids under which a row names an individual; what another row calls so is withheld as well."""

    def take(self, block: Block, values: dict[str, Any], remarks: list[str], told: Told) -> Iterator[Row]:
        """The records that a row tells by a block, given the values of its fields and what is to be noted."""
        self._mend(values, remarks, told)
        if lacks := _lacks(block, values):
            message = f"{block.place}: expected {lacks}, got none; the record is left out"
            told.find(self.report, "error", "record-unusable", "", message)
            return
        values["note"] = without_names(without_contacts(" ".join(filter(None, remarks))), told.persons)
        match block.table:
            case "organizations":
                yield from self._organization(values, told)
            case "concepts":
                yield from self._concept(Concept(evidence=told.evidence, **values), told)
            case _ if block.record.key == ("id",):
                yield from self._thing(block, values, told)
            case _:
                yield from self._relation(block, values, told)

    def left_over(self) -> Iterator[Row]:
        """What could not be told before the end: records that waited, codes without a name, and organizations."""
        while ready := [row for row, _ in self.waiting if not self._lacking(row)]:
            self.waiting = [(row, place) for row, place in self.waiting if self._lacking(row)]
            yield from map(self._told, ready)
        for row, place in self.waiting:
            lacking = self._lacking(row)
            which = "an individual" if lacking in self.individuals else f"the id {lacking!r}"
            message = f"expected a row of {which}, got none; what refers to it is left out"
            self.report.add("error", "no-such-row", row.id, message, place)
        for (vocabulary, code), told in self.undescribed.items():
            if (vocabulary, code) not in self.concepts:
                message = f"expected a code of {vocabulary} or its name, got {code[:40]!r}; it is its own name"
                told.find(self.report, "warning", "code-without-name", "", message)
                yield Concept(vocabulary=vocabulary, code=code, name=code, evidence=told.evidence, certainty="stated")
        for local, party in self.parties.items():
            withheld = replace(party, name=WITHHELD, language="en", kind="other", identifiers=(), note="")
            yield withheld if local in self.individuals else party

    def _organization(self, values: dict[str, Any], told: Told) -> Iterator[Row]:
        """An organization that is met: known from its first row on, and told at the end."""
        local, name, kind = values["id"], values["name"], values["kind"]
        if kind == INDIVIDUAL or is_person(name) or local in self.individuals:
            self.individuals.add(local)
            number = f".{len(told.others) + 1}" if told.others else ""
            local = told.others.setdefault(local, f"record-{quoted(told.position.record)}.individual{number}")
            message = "organizations: expected an organization, got an individual; name and ids are withheld"
            told.find(self.report, "info", "individual", "", message)
            told.withheld.add(local)
            values |= {"id": local, "name": WITHHELD, "language": "en", "kind": "other", "identifiers": (), "note": ""}
        known = self.parties.get(local)
        if known is None:
            self.report.tally["organizations"] += 1
            self.parties[local] = Organization(evidence=told.evidence, **values)
            self.made[local] = ""
            return
        more = tuple(one for one in values.get("identifiers", ()) if one not in known.identifiers)
        kind = kind if known.kind == "unspecified" else known.kind
        if values["kind"] not in (kind, "unspecified"):
            message = f"kind: expected {kind} as before, got {values['kind']}; kept the first"
            told.find(self.report, "info", "other-kind", local, message)
        self.parties[local] = replace(known, kind=kind, identifiers=known.identifiers + more)
        if name not in (known.name, WITHHELD):
            yield from self._name(local, name, known.language, told)

    def _name(self, local: str, name: str, language: str, told: Told) -> Iterator[Row]:
        """Another spelling of an organization that an identifier tells to be the same."""
        one = f"{local}.name.{digest(name)}"
        if self._is_new(one):
            yield Name(
                id=one, entity=local, name=name, language=language, kind="alternative", evidence=told.evidence,
                certainty="stated",
            )  # fmt: skip

    def _concept(self, concept: Concept, told: Told) -> Iterator[Row]:
        """A code by its name, where no list of the project has it."""
        known = self.codes.get(concept.vocabulary, ())
        key = (concept.vocabulary, concept.code)
        if concept.code in known:
            return
        if key not in self.concepts:
            self.concepts[key] = concept.name
            if known:
                message = f"expected a code of {concept.vocabulary}, got {concept.code}; described as the source has it"
                told.find(self.report, "warning", f"not-in-{concept.vocabulary}", "", message)
            self.report.tally["concepts"] += 1
            yield concept
        elif self.concepts[key] != concept.name:
            message = f"name: expected {self.concepts[key]!r} of {concept.code} as before, got {concept.name!r}"
            told.find(self.report, "info", "other-name", "", f"{message}; kept the first")

    def _thing(self, block: Block, values: dict[str, Any], told: Told) -> Iterator[Row]:
        """A thing with an id of its own; one that is met again is the same, or kept apart."""
        local = values["id"]
        content = digest(*(pair for pair in values.items() if pair[0] != "note"))
        if local in self.made and (block.merge or block.table in MERGED):
            if self.made[local] != content:
                message = f"{block.place}: expected {local} as it was told before, got other values; kept the first"
                told.find(self.report, "info", "told-differently", local, message)
            return
        if local in self.made:
            values["id"] = told.others[local] = self._apart(f"{local}.row-{told.number}")
            if not told.repeated:
                message = f"{block.place}: expected each id once, got {local} again; it is kept as {values['id']}"
                told.find(self.report, "warning", "duplicate-id", values["id"], message)
        self.made.setdefault(values["id"], content)
        row = block.record(evidence=told.evidence, **values)
        yield from self._ready(self._counted(row, told) if isinstance(row, Flow) else row, told)

    def _apart(self, local: str) -> str:
        """An id that no thing has, whatever the rows of other files are called."""
        number = 1
        while (one := local if number == 1 else f"{local}-{number}") in self.made:
            number += 1
        return one

    def _counted(self, flow: Flow, told: Told) -> Flow:
        """A flow that says why it does not count, if it does not."""
        reason = "repeated" if told.repeated or ".row-" in flow.id else flow.uncounted
        return replace(flow, uncounted=reason, counts=False) if reason else flow

    def _relation(self, block: Block, values: dict[str, Any], told: Told) -> Iterator[Row]:
        """A relation; the same one told again is the same."""
        ends = [values[name] for name, column in columns(block.record).items() if column.refers and name in values]
        if told.withheld.intersection(ends):
            if block.record is Name:
                return
            values = {name: value for name, value in values.items() if name not in _OF_NAME}
        key = [values.get(name, "") for name in block.record.key]
        anchor = str(key[0]).replace(":", "-")
        values["id"] = values.get("id") or f"{anchor}.{block.table[:-1]}.{digest(*map(str, key[1:]))}"
        if not self._is_new(values["id"]):
            return
        row = block.record(evidence=told.evidence, **values)
        if isinstance(row, Allocation) and row.code and row.code not in self.codes.get(row.vocabulary, ()):
            self.undescribed.setdefault((row.vocabulary, row.code), told)
        yield from self._ready(row, told)

    def _is_new(self, relation: str) -> bool:
        before = len(self.relations)
        self.relations.add(hash(relation))
        return len(self.relations) > before

    def _ready(self, row: Row, told: Told) -> Iterator[Row]:
        if self._lacking(row):
            self.waiting.append((row, told.place))
            self.pending.add(row.id)
        else:
            yield self._told(row)

    def _told(self, row: Row) -> Row:
        self.pending.discard(row.id)
        self.report.tally[_TABLE_OF[type(row)]] += 1
        return row

    def _lacking(self, row: Row) -> str:
        """What a record refers to and what was not told yet; empty where nothing is."""
        for name, column in columns(type(row)).items():
            if column.refers is not None:
                value = getattr(row, name)
                for ref in value if column.several else (value,):
                    known = ref in self.made and ref not in self.pending
                    if ref and not known and not SHARED_ID.fullmatch(ref) and not FOREIGN_ID.fullmatch(ref):
                        return str(ref)
        return ""

    def _mend(self, values: dict[str, Any], remarks: list[str], told: Told) -> None:
        """Leave out what cannot stand together, and tell it in the note."""
        local = str(values.get("id", ""))
        for name in _TEXTS:
            if rule := damage(str(values.get(name, ""))):
                message = f"{name}: expected text as it was written, got {values[name][:80]!r}; kept as it is"
                told.find(self.report, "warning", rule, local, message)
        for first, last in (("start", "end"), ("planned_start", "planned_end")):
            one, other = values.get(first), values.get(last)
            if one and other and other.latest < one.earliest:
                message = f"{last}: expected an end after the start {one.edtf}, got {other.edtf}; both are left out"
                told.find(self.report, "warning", "end-before-start", local, message)
                remarks.append(f"The source has the start {one.edtf} and the end {other.edtf}.")
                del values[first], values[last]
        currency = values.get("currency", "")
        fits = _CURRENCY.fullmatch(currency)
        if fits and currency not in (self.codes.get("iati-currency") or {currency}):
            message = f"currency: expected a code of today's list, got {currency}; kept, it may be of another time"
            told.find(self.report, "warning", "currency-not-listed", local, message)
        if values.get("amount") is not None and not fits:
            message = f"currency: expected a code like USD, got {currency[:40]!r}; the amount is left out"
            told.find(self.report, "warning", "no-currency", local, message)
            remarks.append(f"The source has the amount {values['amount']:f} and the currency {currency!r}.")
            del values["amount"]
        if currency and not fits:
            del values["currency"]


def _lacks(block: Block, values: dict[str, Any]) -> str:
    """What a record lacks without which it tells nothing."""
    if block.record is Allocation and not values.get("place") and not values.get("code"):
        return "a country or a code"
    if block.record is Conversion and not {"amount", "currency"} <= set(values):
        return "an amount with its currency"
    return ""
