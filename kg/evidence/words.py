"""Statements beside the words that say them, from the reader's own copy of the document."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kg.errors import InputError
from kg.evidence.documents import Documents
from kg.lookup.describe import describe
from kg.lookup.find import find
from kg.model.evidence import Passage
from kg.store.view import View

Json = dict[str, Any]


def find_words_of(view: View, name: str, documents: Path) -> tuple[list[Json], list[str]]:
    """Each statement about a thing with its place and the very words, and which documents are not at hand.

    Raises InputError where none of the documents is.
    """
    opened = Documents(view, documents)
    answer = describe(view, find(view, name).iri)
    missing: dict[str, InputError] = {}
    found = [
        {"statement": statement, "iri": iri, **_said(opened, place, missing)}
        for statement, iri, evidence in _statements(answer)
        for place in evidence
    ]
    if missing and not any(row["words"] for row in found):
        raise next(iter(missing.values()))
    unique = {(row["statement"], row["source"], row["place"]): row for row in found}
    return list(unique.values()), [str(error) for error in missing.values()]


def _said(opened: Documents, place: Json, missing: dict[str, InputError]) -> Json:
    source = place["source"]
    if "start" not in place:
        return {"source": source, "place": f"{place['file']} {place['record']}", "words": ""}
    words = ""
    try:
        words = opened.words(source, Passage(place["start"], place["end"])) if source not in missing else ""
    except InputError as error:
        missing[source] = error
    return {"source": source, "place": f"{place['start']}-{place['end']}", "words": words}


def _statements(answer: Json) -> Iterator[tuple[str, str, list[Json]]]:
    entity = answer["entity"]
    yield f"{entity['label']} ({entity['kind']})", entity["iri"], answer["evidence"]
    for name in answer["names"]:
        yield f"name: {name['name']}", entity["iri"], name["evidence"]
    for relation in answer["relations"]:
        yield _statement(entity["label"], relation), relation["iri"], relation["evidence"]
    for claim in answer["claims"]:
        yield f"claim ({claim['kind']}): {claim['label']}", claim["iri"], claim["evidence"]
    for slip in answer["slips"]:
        yield f"slip: {slip['printed']} – read: {slip['reading']}", slip["iri"], slip["evidence"]


def _statement(name: str, relation: Json) -> str:
    """A relation in one line; a link reads from what it is of: `FCPMC - unit of - LGOP`."""
    others = "; ".join(other["label"] for other in relation["others"])
    if relation["kind"] == "link":
        ends = [name, relation["label"], others]
        return " - ".join(ends if relation["role"] == "subject" else reversed(ends))
    parties = "; ".join(f"{other['label']} ({other['role']})" for other in relation["others"])
    return ": ".join(part for part in (relation["kind"], relation["role"], relation["label"], parties) if part)
