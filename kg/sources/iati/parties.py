"""The organizations of a file: known by their references, by name where they have none that can be used."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from kg.clean.persons import WITHHELD, is_individual, is_person, name_of_individual, without_contacts
from kg.clean.values import clean_text, digest, unescaped
from kg.model.evidence import Position
from kg.model.iris import quoted
from kg.model.records import Name, Organization
from kg.sources.iati.acronyms import acronym_of
from kg.sources.iati.codes import KINDS, PLACEHOLDERS
from kg.sources.iati.references import channel_of, is_nameless, is_placeholder, names_nobody
from kg.sources.iati.scope import Named, Scope
from kg.sources.iati.stream import Element

CHANNELS = "iati-crs-channel-code"
_ELEMENTS = ("reporting-org", "participating-org", "provider-org", "receiver-org", "recipient-org")
_BODIES = {"10", "11", "15", "30", "40", "60", "80"}
"""Types of public bodies, partnerships, foundations and universities: there a title begins no name of a person."""


def find_persons(element: Element, known: set[tuple[str, str]]) -> tuple[set[str], set[str]]:
    """The names of the persons among the parties of a record, before any text of it is told, and their references.

    `known` are reference and name of those whom an earlier record of the file told; the new ones are added.
    """
    persons, references = set[str](), set[str]()
    for one in element.iter(*_ELEMENTS):
        names = [name for name in map(unescaped, map(clean_text, one.itertext())) if name]
        kind, reference = clean_text(one.get("type") or ""), clean_text(one.get("ref") or "")
        named = is_individual if kind in _BODIES else is_person
        told = {(reference, name) for name in names if reference}
        if is_individual(kind) or told & known or any(map(named, names)):
            references |= {reference, without_contacts(reference)}
            known |= told
            persons |= {name for name in names if not is_nameless(name) and not names_nobody(name)}
    return persons, references


@dataclass(slots=True)
class Party:
    """What the file has told of an organization so far."""

    evidence: tuple[Position, ...]
    identifiers: tuple[str, ...]
    name: str = ""
    language: str = ""
    kind: str = ""
    texts: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    note: str = ""


@dataclass(slots=True)
class Parties:
    """The organizations of a file, by local id."""

    known: dict[str, Party] = field(default_factory=dict)
    persons: set[tuple[str, str]] = field(default_factory=set)
    """Reference and name of the individuals whom the file has told so far."""

    def meet(self, element: Element | None, scope: Scope) -> tuple[str, str]:
        """The local id of the organization that an element names, and its name as it stands there.

        Both are empty where the element names nobody. An individual has no name.
        """
        if element is None:
            return "", ""
        names = [named for named in scope.spellings(element) if not is_nameless(named[0])]
        kind = scope.attribute(element, "type")
        if is_individual(kind) or any(_is_one_of(scope.persons, text, kind) for text, _ in names):
            return self._withhold(names, element, scope), ""
        local, identifiers = _identify(element, names[0][0] if names else "", scope)
        if not local:
            return "", ""
        party = self.known.get(local)
        if party is None:
            party = self.known[local] = Party(scope.evidence, identifiers)
        self._name(local, party, names, element, scope)
        if kind:
            self._kind(party, kind, element, scope)
        return local, names[0][0] if names else ""

    def tell(self, identifier: str, element: Element, titles: list[Element], scope: Scope) -> str:
        """The local id of an organisation that a file is about; empty where it has neither identifier nor name."""
        names = [named for one in titles for named in scope.spellings(one)]
        if any(is_person(text) for text, _ in names):
            return self._withhold(names, element, scope)
        if not identifier and not names:
            return ""
        local = f"org.{quoted(identifier)}" if identifier else f"org.name-{_by_name(names[0][0])}"
        identifiers = (f"iati:{identifier}",) if identifier else ()
        party = self.known.setdefault(local, Party(scope.evidence, identifiers))
        self._name(local, party, names, titles[0] if titles else element, scope)
        return local

    def records(self) -> Iterator[Organization]:
        """Each organization once, under the first name that the file gives it."""
        for local, party in self.known.items():
            scheme, _, reference = party.identifiers[0].partition(":") if party.identifiers else ("", "", "")
            kind, note = party.kind or "unspecified", party.note
            if scheme != "iati" and names_nobody(party.name):
                kind, note = "group", f"The source gives it the kind {kind}." if party.kind else note
            yield Organization(
                id=local,
                name=party.name or reference,
                language=party.language,
                kind=kind,
                identifiers=party.identifiers,
                evidence=party.evidence,
                certainty="stated",
                note=note,
            )

    def _withhold(self, names: list[Named], element: Element, scope: Scope) -> str:
        """An individual of this record: who it is must not be told, and not be guessed from another record."""
        who = name_of_individual(unescaped(names[0][0])).lower() if names else ""
        if who not in scope.individuals:
            scope.individuals.append(who)
        number = scope.individuals.index(who) + 1
        local = f"{scope.id}.individual" + (f".{number}" if number > 1 else "")
        message = f"{element.tag}: expected an organization, got an individual; name and reference are withheld"
        scope.find("info", "individual", message, element)
        self.known.setdefault(local, Party(scope.evidence, (), WITHHELD, "en", "other"))
        return local

    def _name(self, local: str, party: Party, names: list[Named], element: Element, scope: Scope) -> None:
        for raw, language in names:
            if raw in party.texts:
                continue
            party.texts += (raw,)
            text = scope.mended(raw, element)
            if text != raw:
                scope.reading.pending.append(_name(local, raw, "", "misspelling", scope))
                if text in party.texts:
                    continue
                party.texts += (text,)
            if not party.name:
                party.name, party.language = text, language
            else:
                kind = "alternative" if language in party.languages or not language else "preferred"
                scope.reading.pending.append(_name(local, text, language, kind, scope))
            party.languages += () if language in party.languages else (language,)
            if (short := acronym_of(text)) and short not in party.texts:
                party.texts += (short,)
                scope.reading.pending.append(
                    replace(_name(local, short, language, "acronym", scope), certainty="implied")
                )

    def _kind(self, party: Party, raw: str, element: Element, scope: Scope) -> None:
        kind = scope.word(KINDS, raw, element, "")
        if not kind and not party.note:
            party.note = f"The source has the type {raw[:100]!r}."
        if not party.kind:
            party.kind = kind
        elif kind and kind != party.kind:
            message = f"type: expected {party.kind} as before, got {kind}; kept the first"
            scope.find("info", "other-type", message, element)


def _identify(element: Element, name: str, scope: Scope) -> tuple[str, tuple[str, ...]]:
    """The local id of an organization, and its identifiers."""
    raw = scope.attribute(element, "ref")
    reference = "" if is_placeholder(raw) else raw
    if raw and not reference:
        what = PLACEHOLDERS.get(raw.lower(), "is a contact of a person")
        message = f"ref: expected an identifier, got {raw[:40]!r}, which {what}"
        scope.find("warning", "placeholder-reference", message, element)
    scope.references |= {reference} - {""}
    channel = channel_of(reference)
    if channel in scope.reading.codes.get(CHANNELS, (channel,)) and channel:
        message = f"ref: expected an identifier, got the DAC channel code {channel}, which parties share"
        scope.find("info", "channel-as-reference", message, element)
        ending = f"-{_by_name(name)}" if name else ""
        return f"org.channel-{channel}{ending}", (f"dac-channel:{channel}",)
    if reference:
        return f"org.{quoted(reference)}", (f"iati:{reference}",)
    return (f"org.name-{_by_name(name)}" if name else ""), ()


def _is_one_of(persons: set[str], name: str, kind: str) -> bool:
    """Whether a party is one of the persons of its record, whatever else stands beside the name."""
    told, named = name_of_individual(unescaped(name)).lower(), is_individual if kind in _BODIES else is_person
    return bool(persons) and (named(unescaped(name)) or told in {name_of_individual(one).lower() for one in persons})


def _by_name(name: str) -> str:
    return hashlib.sha256(unescaped(name).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _name(local: str, text: str, language: str, kind: str, scope: Scope) -> Name:
    return Name(
        id=f"{local}.name.{digest(text, language, kind)}",
        entity=local,
        name=text,
        language=language,
        kind=kind,
        evidence=scope.evidence,
        certainty="stated",
    )
