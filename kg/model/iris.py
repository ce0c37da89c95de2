"""How things get their IRIs: from the coder's ids and the source's own identifiers, never from names alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kg.model.dates import Date
from kg.model.evidence import Evidence, Passage, Position
from kg.namespaces import CODE, DATE, ID, SOURCE

if TYPE_CHECKING:
    from kg.model.row import Row

LOCAL_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_RESERVED = re.compile(r"[^A-Za-z0-9_.~-]+")
SHARED_ID = re.compile(r"(country|region):([A-Z0-9-]{2,6})")
FOREIGN_ID = re.compile(rf"{LOCAL_ID.pattern}/{LOCAL_ID.pattern}")
"""A row of another source, as in `iprcc-2009/unicef`: what two documents say can contradict each other."""


def source_iri(source: str) -> str:
    """The IRI of a source, which is also the name of its graph."""
    return SOURCE + source


def source_id(graph: str) -> str:
    """The id of the source that a graph IRI names; of a foreign graph, its IRI made into one.

    Letters that no id can have are told by a digest, so that two of them do not become one.

    >>> source_id("urn:x:Friends"), source_id("Données 2019"), source_id("数据")
    ('urn-x-friends', 'donnees-2019', 'graph-5440f742')
    """
    name = graph.removeprefix(SOURCE).lower()
    plain, mark = (name, "") if name.isascii() else _without_marks(name)
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in plain).split()
    return "-".join(filter(None, ["-".join(words) or "graph", mark]))


def _without_marks(name: str) -> tuple[str, str]:
    """A name without accents, and a digest of it where it has other signs besides that are none of ASCII."""
    import hashlib
    import unicodedata

    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    whole = unicodedata.normalize("NFC", name).encode("utf-8", "surrogatepass")
    return plain, "" if plain.isascii() else hashlib.sha256(whole).hexdigest()[:8]


def quoted(text: str) -> str:
    """A text as a part of an IRI: all but unreserved characters percent-encoded.

    `urllib.parse.quote` does the same and takes longer to import than a lookup may.

    >>> quoted("XM-DAC/7 é")
    'XM-DAC%2F7%20%C3%A9'
    """
    return _RESERVED.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), text)


def thing_iri(source: str, ref: str) -> str:
    """The IRI of what a row refers to: a row of the same or another source, a country or a first-level region.

    >>> thing_iri("iprcc-2009", "unicef")
    'https://w3id.org/partnership-kg/id/iprcc-2009/unicef'
    >>> thing_iri("iprcc-2009", "country:TZ")
    'https://w3id.org/partnership-kg/id/country/TZ'
    >>> thing_iri("iprcc-2011", "iprcc-2009/unicef")
    'https://w3id.org/partnership-kg/id/iprcc-2009/unicef'
    """
    shared = SHARED_ID.fullmatch(ref)
    if FOREIGN_ID.fullmatch(ref):
        return ID + ref
    return f"{ID}{shared[1]}/{shared[2]}" if shared else f"{ID}{source}/{ref}"


def row_id(row: Row) -> str:
    """The local id of a row: the coder's own, else one made of the fields that tell it from others.

    Ids and codes stand as they are; free text is shortened to a digest, so that the id is stable
    when other rows come and go.
    """
    return row.id or ".".join(_key_part(getattr(row, field)) for field in row.key)


def code_iri(scheme: str, notation: str) -> str:
    """The IRI of a code of a code list; what no IRI may hold in a foreign notation is quoted.

    >>> code_iri("sector-99", "water & wells")
    'https://w3id.org/partnership-kg/code/sector-99/water%20%26%20wells'
    """
    return f"{CODE}{quoted(scheme)}/{quoted(notation)}"


def date_iri(date: Date) -> str:
    """The IRI of a date; the same date has the same IRI in all sources."""
    return DATE + date.edtf


def evidence_iri(source: str, place: Passage | Position) -> str:
    """The IRI of a place in a source: a text fragment as in RFC 5147, or a record of a file.

    >>> evidence_iri("iprcc-2009", Passage(120, 180))
    'https://w3id.org/partnership-kg/source/iprcc-2009#char=120,180'
    """
    if isinstance(place, Passage):
        return f"{SOURCE}{source}#char={place.start},{place.end}"
    return f"{SOURCE}{source}#record={quoted(place.file)};{quoted(place.record)}"


def companion_iri(source: str, name: str) -> str:
    """The IRI of a file with which a part of what a source says was made.

    >>> companion_iri("wells", "rates.csv")
    'https://w3id.org/partnership-kg/source/wells#file=rates.csv'
    """
    return f"{SOURCE}{source}#file={quoted(name)}"


def _key_part(value: str | Evidence) -> str:
    if isinstance(value, tuple):
        return "-".join(str(part) for part in value[0]) if value else "nowhere"
    if LOCAL_ID.fullmatch(value):
        return value
    if SHARED_ID.fullmatch(value):
        return value.replace(":", "-")
    if FOREIGN_ID.fullmatch(value):
        return value.replace("/", ".")
    import hashlib

    return hashlib.sha256(value.encode()).hexdigest()[:8]
