"""Where things are written down, so that whoever reads of a problem can go there and mend it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from kg.errors import KgError
from kg.model.iris import row_id, thing_iri
from kg.namespaces import KG
from kg.sources.workbook import read_workbook
from kg.store.rdf import read_codes
from kg.store.view import View


def find_places(view: View, things: Iterable[str], *, ontology: Path) -> dict[str, str]:
    """The place of each thing (an IRI): `file: record` of data that others publish, else `file:line`.

    The line is that of the row of the workbook or of the RDF file where it is at hand, else that of the N-Quads. What
    no source has as a subject has no place. Each file is read once, and only the places that are asked for are kept.
    """
    places, left = dict[str, str](), set[str]()
    for thing in things:
        record = _record(view, thing) or _record(view, _row_of(thing))
        if record:
            places[thing] = record
        else:
            left.add(thing)
    for file in sorted((view.path / "sources").glob("*.nq")):
        if not left:
            break
        origin = _origin(view, file.stem)
        wanted = left | {_row_of(thing) for thing in left}
        rows = _workbook_places(file.stem, origin, ontology) or _line_places(file, origin or file, wanted)
        found = {thing: row for thing in left if (row := rows.get(thing) or rows.get(_row_of(thing)))}
        places |= {**found, **_own_lines(origin, found)}
        left -= set(found)
    return places


def _row_of(thing: str) -> str:
    """The thing in whose row another one is told, as an amount in the row of its flow.

    >>> _row_of("https://w3id.org/partnership-kg/id/example/flow.amount")
    'https://w3id.org/partnership-kg/id/example/flow'
    """
    return thing.rpartition(".")[0]


def _record(view: View, thing: str) -> str:
    """The first record that is evidence of a thing or of a mention of it."""
    if not thing.startswith("http"):
        return ""
    told = [view.about(thing), *map(view.about, view.subjects(KG.mentions, thing))]
    held = {place.text for about in told for place in about.get(KG.evidence, ())}
    records = [
        f"{file.text}: {record.text}"
        for about in map(view.about, held)
        for file in about.get(KG.file, ())
        for record in about.get(KG.record, ())
    ]
    return min(records, default="")


def _origin(view: View, source: str) -> Path | None:
    origins = view.description.get("origins")
    origin = origins.get(source) if isinstance(origins, dict) else None
    return Path(origin) if origin else None


def _workbook_places(source: str, origin: Path | None, ontology: Path) -> dict[str, str]:
    """The rows of the workbook that the source was made of; beside shipped triples lie their workbooks."""
    if origin is None:
        return {}
    path = origin.parent.parent / "workbooks" / source if origin.suffix == ".nq" else origin
    if not path.exists():
        return {}
    try:
        book = read_workbook(path, read_codes(ontology))
    except KgError:
        return {}
    return {thing_iri(source, row_id(row)): _relative(place) for place, row in book.rows}


def _line_places(file: Path, shown: Path, wanted: set[str]) -> dict[str, str]:
    places: dict[str, str] = {}
    with file.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream, start=1):
            if (subject := line[1 : line.find(">")]) in wanted:
                places.setdefault(subject, f"{_relative(str(shown))}:{number}")
    return places


def _own_lines(origin: Path | None, things: Mapping[str, str]) -> dict[str, str]:
    """The lines of the user's own RDF file, of whatever syntax, that first write the ends of IRIs."""
    if origin is None or not things or not origin.is_file() or origin.suffix in (".nq", ".xlsx", ".gz"):
        return {}
    wanted = {re.split(r"[/#]", thing)[-1] for thing in things}
    lines = dict.fromkeys(wanted, 0)
    with origin.open(encoding="utf-8", errors="replace") as stream:
        for number, line in enumerate(stream, start=1):
            for name in re.findall(_NAME, line):
                if lines.get(name) == 0:
                    lines[name] = number
    shown = _relative(str(origin))
    return {thing: f"{shown}:{lines[re.split(r'[/#]', thing)[-1]] or 1}" for thing in things}


_NAME = r"(?<=[:/#])[^\s:/#<>\"',;()\[\]{}]*[^\s:/#<>\"',;()\[\]{}.]"
"""The end of an IRI in RDF of any syntax."""


def _relative(place: str) -> str:
    here = f"{Path.cwd()}/"
    return place.removeprefix(here)
