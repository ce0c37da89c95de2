"""What holds while the pages of a query are read, and while one flow of them is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from kg.clean.countries import find_country
from kg.clean.persons import is_email, without_contacts, without_names
from kg.clean.values import LONGEST_TEXT, clean_text, damage, digest, read_day, read_number, unescaped
from kg.model.dates import Date
from kg.model.evidence import Position
from kg.model.iris import quoted
from kg.model.records import Activity, Concept, Link, Name, Organization
from kg.model.report import Report
from kg.model.row import Row
from kg.sources.cells import Codes
from kg.sources.fts.codes import IGNORED, READ
from kg.sources.fts.pages import Node, Object

Evidence = tuple[Position, ...]
KINDS_OF_JSON = {Object: "an object", list: "a list", bool: "yes or no", int: "a number", Decimal: "a number"}


@dataclass(slots=True)
class Thing:
    """What the pages have told of an organization or a work so far."""

    kind: str
    evidence: Evidence
    identifiers: tuple[str, ...]
    names: dict[str, Evidence] = field(default_factory=dict)
    note: str = ""
    realised: bool = False
    """Whether money that goes to it, or out of it, was more than announced."""


@dataclass(slots=True)
class Reading:
    """The pages of a query: all that is known beyond one flow."""

    report: Report
    codes: Codes
    flows: dict[str, str] = field(default_factory=dict)
    """The digest of what was first told of each flow, by local id."""
    held: Collection[str] = ()
    """The numbers of the flows that the pages hold."""
    organizations: dict[str, Thing] = field(default_factory=dict)
    works: dict[str, Thing] = field(default_factory=dict)
    links: dict[tuple[str, str, str], Link] = field(default_factory=dict)
    concepts: dict[tuple[str, str], Concept] = field(default_factory=dict)
    sums: dict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    """What lies within a boundary as a whole, in US dollars, as FTS sums it."""

    def left_over(self) -> Iterator[Row]:
        """The records of what several flows share."""
        for local, thing in self.organizations.items():
            name = next(iter(thing.names))
            yield Organization(id=local, name=name, kind=thing.kind, identifiers=thing.identifiers,
                               evidence=thing.evidence, certainty="stated", note=thing.note)  # fmt: skip
        for local, thing in self.works.items():
            status = "realised" if thing.realised else "unknown"
            yield Activity(id=local, title=next(iter(thing.names)), kind=thing.kind, status=status, humanitarian=True,
                           identifiers=thing.identifiers, evidence=thing.evidence, certainty="stated")  # fmt: skip
        for local, thing in (self.organizations | self.works).items():
            for name, evidence in list(thing.names.items())[1:]:
                yield Name(id=f"{local}.name.{digest(name)}", entity=local, name=name, language="", kind="alternative",
                           evidence=evidence, certainty="stated")  # fmt: skip
        yield from self.concepts.values()
        yield from self.links.values()


@dataclass(slots=True)
class Scope:
    """A flow that is being read: its page, number, evidence, and what of it goes into its note."""

    reading: Reading
    node: Node
    file: str
    id: str
    record: str
    remarks: list[str] = field(default_factory=list)
    persons: tuple[str, ...] = ()
    """The names of individuals who are a party of the flow, which no text of it may tell; the longest first."""
    withheld: int = 0
    """How many of them were met."""
    told: set[str] = field(default_factory=set)
    """The local ids of its allocations."""

    @property
    def evidence(self) -> Evidence:
        return (Position(self.file, self.record),)

    def find(self, severity: str, rule: str, message: str) -> None:
        """Note a finding about the flow."""
        message = without_names(without_contacts(message), self.persons)
        self.reading.report.add(severity, rule, self.id, message, f"{self.file}: {self.record}")

    def remark(self, what: str, told: str) -> None:
        """Put into the note what no field of the flow holds; nothing where nothing is told."""
        if told:
            self.remarks.append(without_names(without_contacts(f"{what}: {told}."), self.persons))

    def wrong(self, key: str, expected: str, value: Any) -> None:
        """Note that a value is of another kind than it should be, and keep it in the note."""
        told = without_names(clean_text(str(value)), self.persons)
        met = KINDS_OF_JSON.get(type(value)) or repr(told[:40])
        self.find("warning", f"not-{expected.split()[-1]}", f"{key}: expected {expected}, got {met}; left out")
        self.remark(f"The source has the {key}", told[:100])

    def text(self, node: Node, key: str) -> str:
        """A text on one line; empty where there is none, or something else."""
        value = node.get(key)
        if value is None:
            return ""
        if type(value) not in (str, int):
            self.wrong(key, "a text", value)
            return ""
        told = clean_text(str(value))
        if len(told) > LONGEST_TEXT:
            self.find("warning", "too-long", f"{key}: expected {LONGEST_TEXT} characters at most; cut off")
            told = told[:LONGEST_TEXT]
        plain = unescaped(told)
        text = without_contacts(plain)
        if plain != told:
            self.find("warning", "double-escaped", f"{key}: expected plain text, got an entity; undone")
        if text != plain:
            self.find("warning", "contact-details", f"{key}: expected no contacts of persons; taken out")
        text = without_names(text, self.persons)
        if rule := damage(text):
            self.find("warning", rule, f"{key}: expected text as it was written, got {text[:80]!r}; kept as it is")
        return text

    def texts(self, node: Node, key: str) -> list[str]:
        """The texts of a list, or the one that stands in place of a list; those that are no texts are left out."""
        value = node.get(key)
        many = value if isinstance(value, list) else [value]
        return [text for one in many if (text := self.text({key: one}, key))]

    def number(self, key: str) -> Decimal | None:
        """A number, also one that is written as a text; none where there is none, or something else."""
        value = self.node.get(key)
        found = read_number(str(value).strip()) if type(value) in (str, int, Decimal) else None
        if value is not None and found is None:
            self.wrong(key, "a number", value)
        if isinstance(value, str) and found is not None:
            self.find(
                "info", "amount-mended", f"{key}: expected a number, got the text {value[:40]!r}; read as {found:f}"
            )
            self.remark(f"The source has the {key}", repr(value[:100]))
        return found

    def day(self, key: str) -> Date | None:
        """A day, of which the time is dropped."""
        raw = self.text(self.node, key)
        found = read_day(raw) if raw else None
        if raw and found is None:
            self.wrong(key, "a day", raw)
        return found

    def objects(self, side: str) -> dict[str, list[Node]]:
        """The objects of the source or the destination of a flow, by type."""
        value = self.node.get(side)
        found: dict[str, list[Node]] = defaultdict(list)
        if not isinstance(value, list):
            self.find("error", "no-objects", f"{side}: expected a list of objects, got none; nobody is known there")
            return found
        for one in value:
            kind = one.get("type") if isinstance(one, dict) else None
            if not isinstance(kind, str):
                self.find(
                    "error",
                    "object-unusable",
                    f"{side}: expected an object with a type, got {KINDS_OF_JSON.get(type(one), 'a text')} without",
                )
                continue
            self.count_unread({kind: one}, side)
            if kind in READ[side]:
                self.count_unread(one, kind)
                found[kind].append(one)
        return found

    def country(self, name: str) -> str:
        """The code of a country that is named exactly; empty where the project has none of this name."""
        code = find_country(name)
        return code if code in self.reading.codes.get("country", ()) else ""

    def count_unread(self, node: Node, path: str) -> None:
        """Count what of an object is not read, and find the keys that stand in it twice."""
        for key in getattr(node, "repeated", ()):
            self.find(
                "warning", "repeated-key", f"{path}: expected each key once, got {key[:40]!r} again; took the last"
            )
        for key, value in node.items():
            if key not in READ[path] and value not in (None, []):
                name = f"{path}/{key}"
                counts = self.reading.report.ignored if name in IGNORED else self.reading.report.unread
                counts[name.encode(errors="replace").decode()] += 1

    def name_of(self, one: Node, prefix: str) -> tuple[str, str, str]:
        """The local id, the identifier and the name of an object; the id is empty where it has neither of the two."""
        identifier, name = self.text(one, "id"), self.text(one, "name")
        if is_email(identifier):
            identifier = ""
        if not identifier and not name:
            self.find("error", "object-unusable", f"{prefix}: expected an id or a name, got neither; left out")
            return "", "", ""
        return f"{prefix}.{quoted(identifier) or f'name-{digest(name)}'}", identifier, name or identifier
