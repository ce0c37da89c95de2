"""Statements beside the words that say them, from the reader's own copy of the document."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kg.evidence.documents import Documents
from kg.lookup.describe import describe
from kg.lookup.find import find
from kg.model.evidence import Passage
from kg.store.view import View

Json = dict[str, Any]


def find_words_of(view: View, name: str, documents: Path) -> list[Json]:
    """Each statement about a thing with its place and the very words.

    Raises InputError where a document is missing or is another edition.
    """
    opened = Documents(view, documents)
    answer = describe(view, find(view, name).iri)
    return [
        {
            "statement": statement,
            "iri": iri,
            "source": place["source"],
            "place": f"{place['start']}-{place['end']}" if "start" in place else f"{place['file']} {place['record']}",
            "words": opened.words(place["source"], Passage(place["start"], place["end"])) if "start" in place else "",
        }
        for statement, iri, evidence in _statements(answer)
        for place in evidence
    ]


def _statements(answer: Json) -> Iterator[tuple[str, str, list[Json]]]:
    entity = answer["entity"]
    yield f"{entity['label']} ({entity['kind']})", entity["iri"], answer["evidence"]
    for name in answer["names"]:
        yield f"name: {name['name']}", entity["iri"], name["evidence"]
    for relation in answer["relations"]:
        others = "; ".join(f"{other['label']} ({other['role']})" for other in relation["others"])
        parts = [relation["kind"], relation["role"], relation["label"], others]
        yield ": ".join(part for part in parts if part), relation["iri"], relation["evidence"]
    for claim in answer["claims"]:
        yield f"claim ({claim['kind']}): {claim['label']}", claim["iri"], claim["evidence"]
