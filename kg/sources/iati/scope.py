"""What holds while a file is read: its report, its parties and codes; and while one record of it is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from kg.clean.persons import without_contacts, without_names
from kg.clean.values import LONGEST_ATTRIBUTE, LONGEST_TEXT, clean_text, damage, read_day, read_language, unescaped
from kg.model.dates import Date
from kg.model.evidence import Evidence, Position
from kg.model.iris import quoted
from kg.model.records import Activity, Concept
from kg.model.report import Report
from kg.model.row import Row
from kg.sources.cells import Codes
from kg.sources.iati.references import is_placeholder
from kg.sources.iati.stream import Element, line_of

Named = tuple[str, str]
"""A text and its language, an empty string where the file does not say it."""
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
T = TypeVar("T")


class Entry(NamedTuple):
    """How a record of a file is known: its local id and evidence, the identifier that can be used, if it was met."""

    id: str
    evidence: tuple[Position, ...]
    identifier: str
    repeated: bool


@dataclass(slots=True)
class Reading:
    """A file that is being read: what is known of all its records."""

    file: str
    report: Report
    codes: Codes
    records: set[str] = field(default_factory=set)
    """The local ids of all that were read so far."""
    referred: dict[str, Evidence] = field(default_factory=dict)
    described: set[tuple[str, str]] = field(default_factory=set)
    pending: list[Row] = field(default_factory=list)
    """Records of things that a record names, to be told with it."""

    def enter(self, kind: str, identifier: str, number: int) -> Entry:
        """How the `number`-th record is known; one that has no identifier, or that of another, by its number."""
        usable = not is_placeholder(identifier)
        local = f"{kind}.{quoted(identifier)}" if usable else f"{kind}.number-{number}"
        repeated = local in self.records
        place = identifier if usable and not repeated else f"{kind} {number}"
        local = f"{local}.number-{number}" if repeated else local
        self.records.add(local)
        return Entry(local, (Position(self.file, place),), identifier if usable else "", repeated)

    def refer(self, reference: str, evidence: Evidence) -> str:
        """The local id of an activity that a record refers to."""
        self.referred.setdefault(reference, evidence)
        return activity_id(reference)

    def left_over(self, parties: Collection[str]) -> Iterator[Row]:
        """The activities that the file only refers to: nothing but their identifiers is known.

        `parties` are the local ids of the file's organizations, of which one may have the same identifier.
        """
        for reference, evidence in self.referred.items():
            if activity_id(reference) not in self.records:
                note = ""
                if f"org.{quoted(reference)}" in parties:
                    note = "The file has a party of the same reference."
                    message = f"expected the identifier of an activity, got {reference[:40]!r}, which a party has too"
                    self.report.add("info", "activity-or-party", activity_id(reference), message, self.file)
                yield Activity(
                    id=activity_id(reference),
                    title=reference,
                    kind="unspecified",
                    status="unknown",
                    identifiers=(f"iati:{reference}",),
                    evidence=evidence,
                    certainty="implied",
                    note=note,
                )


@dataclass(slots=True, kw_only=True)
class Scope:
    """A record that is being read: its id, evidence, and the default values that it gives to all inside it."""

    reading: Reading
    id: str
    evidence: tuple[Position, ...]
    language: str
    currency: str
    defaults: dict[str, str]
    humanitarian: bool | None = None
    secondary: bool = False
    repeated: bool = False
    """Whether an activity of this identifier was read before, so that its money was told already."""
    reporter: str = ""
    parties: set[str] = field(default_factory=set)
    references: set[str] = field(default_factory=set)
    """The references of all parties that the record has named so far."""
    withheld: set[str] = field(default_factory=set)
    """Those of individuals, which must not be told, not even as a defect."""
    persons: set[str] = field(default_factory=set)
    """The names of these, which no text of the record may tell."""
    individuals: list[str] = field(default_factory=list)
    """The same in the order in which parties bear them, to tell one from another."""
    used: Counter[str] = field(default_factory=Counter)
    remarks: list[str] = field(default_factory=list)
    """What stands in the source and could not be used as it is, for the note of the record that is made next."""

    def note(self, *more: str) -> str:
        """The remarks since the last note, and more, as one text."""
        told = " ".join(filter(None, (*more, *self.remarks)))
        self.remarks.clear()
        return self.without_persons(told)

    def find(self, severity: str, rule: str, message: str, element: Element) -> None:
        """Note a finding at the line of an element."""
        line = line_of(element)
        place = f"{self.reading.file}:{line}" if line else self.reading.file
        self.reading.report.add(severity, rule, self.id, self.without_persons(message), place)

    def attribute(self, element: Element | None, name: str) -> str:
        """The clean text of an attribute; empty where there is none."""
        raw = None if element is None else element.get(name)
        if raw is None:
            return ""
        if len(raw) > LONGEST_ATTRIBUTE:
            self.find("warning", "too-long", f"@{name}: expected {LONGEST_ATTRIBUTE} characters at most", element)
            raw = raw[:LONGEST_ATTRIBUTE]
        text = without_contacts(clean_text(raw)) if "@" in raw else clean_text(raw)
        return self._without_names(text)

    def standard_code(self, element: Element, tag: str, path: str) -> str:
        """The code of the standard's own vocabulary; all others that stand beside it are counted as unread."""
        codes = [
            (self.attribute(one, "code"), self.attribute(one, "vocabulary") in ("", "1"))
            for one in element.findall(tag)
        ]
        own = next((number for number, (_, fits) in enumerate(codes) if fits), None)
        if others := len(codes) - (own is not None):
            self.reading.report.unread[f"{path}/{tag}[@vocabulary]"] += others
        return "" if own is None else codes[own][0]

    def text(self, element: Element | None) -> str:
        """The clean text right inside an element, without the persons of the record; empty where there is none."""
        return self._without_names(self._text(element))

    def _text(self, element: Element | None) -> str:
        raw = (None if element is None else element.text) or ""
        if element is not None and len(raw) > LONGEST_TEXT:
            self.find("warning", "too-long", f"{element.tag}: expected {LONGEST_TEXT} characters at most", element)
            raw = raw[:LONGEST_TEXT]
        return clean_text(raw)

    def narratives(self, element: Element) -> list[Named]:
        """The texts of an element, each with its language, without the persons of the record and any contacts."""
        return [(self._without_names(text), language) for text, language in self.spellings(element)]

    def spellings(self, element: Element) -> list[Named]:
        """The texts of an element as a party has them for names: its narratives, or in version 1 its own text."""
        above = element.getparent()
        outer = self._language(element, self.language if above is None else self._language(above, self.language))
        inner = element.findall("narrative")
        texts = [(self._text(one), self._language(one, outer)) for one in inner] or [(self._text(element), outer)]
        return [(self.without_contacts(text, element), language) for text, language in texts if text]

    def without_contacts(self, raw: str, element: Element) -> str:
        """A text without e-mail addresses, telephone numbers and contact persons, with a finding if it had any."""
        plain = unescaped(raw)
        text = without_contacts(plain)
        if text == plain:
            return raw
        self.find("warning", "contact-details", f"{element.tag}: expected no contacts of persons; taken out", element)
        return text

    def without_persons(self, text: str) -> str:
        """A text that no element has, as a note, without contacts and the persons of the record."""
        return without_names(without_contacts(text), self._longest_first())

    def _without_names(self, raw: str) -> str:
        """A text without the persons of the record, however it is escaped."""
        if not self.persons:
            return raw
        plain = unescaped(raw)
        text = without_names(plain, self._longest_first())
        return raw if text == plain else text

    def _longest_first(self) -> list[str]:
        return sorted(self.persons, key=lambda name: (-len(name), name)) if self.persons else []

    def mended(self, raw: str, element: Element) -> str:
        """A text without damage that can be undone, with a finding for any that it has."""
        text = unescaped(raw)
        if text != raw:
            self.find("warning", "double-escaped", f"expected text, got entities in {raw[:80]!r}", element)
        if rule := damage(text):
            self.find("warning", rule, f"expected text as it was written, got {text[:80]!r}; kept as it is", element)
        return text

    def date(self, element: Element | None, name: str = "iso-date") -> Date | None:
        """The day that an element gives in an attribute or, against the standard, in its text."""
        raw = self.attribute(element, name)
        if element is not None and name == "iso-date":
            raw = raw or " ".join(text for text, _ in self.narratives(element))
        if element is None or not raw:
            return None
        found = read_day(raw)
        if found is None:
            message = f"{element.tag}: expected a day like 2014-05-01, got {raw[:40]!r}"
            self.find("warning", "not-a-date", message, element)
            self.remarks.append(f"The source has the {element.tag} {raw[:100]!r}.")
        elif not 1900 <= found.earliest.year <= 2100:
            self.find("warning", "unlikely-date", f"{element.tag}: expected a day since 1900, got {raw}; kept", element)
        if found is not None and (more := raw[len(found.edtf) :].strip("T0:.Z+-")):
            self.remarks.append(f"The source has the {element.tag} {raw[:100]!r}.")
            if not set(more) <= set("0123456789:.+-"):
                message = f"{element.tag}: expected a day, got {raw[:40]!r}; read as {found.edtf}"
                self.find("warning", "date-mended", message, element)
        return found

    def word(self, table: Mapping[str, T], raw: str, element: Element, default: T, noted: str = "") -> T:
        """What a code becomes, whatever its case, with a finding for one that the standard does not have.

        With what it is a code of, the next record has such a one in its note.
        """
        found = table.get(raw.lower())
        if found is None and raw:
            rule = f"unknown-{element.tag}"
            self.find("warning", rule, f"{element.tag}: expected a code of the standard, got {raw[:40]!r}", element)
            if noted:
                self.remarks.append(f"The source has the {noted} {raw[:100]!r}.")
        return default if found is None else found

    def reference(self, element: Element | None, name: str) -> str:
        """The local id of another activity that an attribute names; empty where it names none."""
        raw = self.attribute(element, name)
        return "" if is_placeholder(raw) else self.reading.refer(raw, self.evidence)

    def work_of_party(self, element: Element | None, name: str) -> str:
        """The local id of the activity from or into which a party pays; empty where it names a party instead."""
        raw = self.attribute(element, name)
        if raw in self.withheld:
            return ""
        if not self._names_party(raw):
            return self.reference(element, name)
        message = f"@{name}: expected the identifier of an activity, got {raw[:40]!r}, the reference of a party"
        self.find("warning", "party-as-activity", message, element)
        self.remarks.append(f"The source has the {name} {raw[:100]!r}.")
        return ""

    def _names_party(self, raw: str) -> bool:
        """Whether a text is the reference of a party of the record; what begins with another's is an activity's.

        An activity has its publisher's reference at the start of its identifier, and some give that as a party's.
        """
        if raw not in self.references or activity_id(raw) in self.reading.records:
            return False
        return not any(raw.startswith(f"{one}-") for one in self.references)

    def code(self, scheme: str, raw: str, names: list[Named], element: Element) -> str:
        """A code, described in the source's own graph where the project's lists do not have it."""
        codes = self.reading.codes.get(scheme, ())
        if raw in codes or (scheme, raw) in self.reading.described:
            return raw
        if codes:
            self.find("warning", f"not-in-{scheme}", f"expected a code of {scheme}, got {raw[:40]!r}", element)
        self.reading.described.add((scheme, raw))
        by_language = {language: text for text, language in reversed(names)} or {"": raw}
        self.reading.pending += (
            Concept(
                vocabulary=scheme, code=raw, name=text, language=language, evidence=self.evidence, certainty="stated"
            )
            for language, text in by_language.items()
        )
        return raw

    def unique(self, local: str) -> str:
        """A local id, numbered from the second time on that the record makes it."""
        self.used[local] += 1
        return local if self.used[local] == 1 else f"{local}.{self.used[local]}"

    def _language(self, element: Element, default: str) -> str:
        raw = _told_language(element)
        if raw is None:
            return default
        language = read_language(raw)
        if raw.strip() and not language:
            message = f"xml:lang: expected a language tag like en, got {raw[:40]!r}; the text is of no told language"
            self.find("info", "unknown-language", message, element)
        return language


def language_of(element: Element) -> str:
    """The language of a record as it or the root of its file says; empty where neither does."""
    for one in (element, element.getparent()):
        if one is not None and (raw := _told_language(one)) is not None:
            return read_language(raw)
    return ""


def _told_language(element: Element) -> str | None:
    """The language tag that stands at an element; an empty one says that what is inside is of no language."""
    told: str | None = element.get(_XML_LANG)
    return element.get("{xml}lang") if told is None else told


def activity_id(identifier: str) -> str:
    """The local id of the activity of an identifier.

    >>> activity_id("US-501-SG/1")
    'activity.US-501-SG%2F1'
    """
    return f"activity.{quoted(identifier)}"
