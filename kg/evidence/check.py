"""Whether evidence holds: digests, bounds, and spellings that are what stands at their positions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kg.clean.names import name_key
from kg.errors import InputError
from kg.evidence.documents import Documents
from kg.facts import Reader, evidence, first, notation
from kg.model.evidence import Passage
from kg.model.finding import Finding
from kg.namespaces import KG
from kg.places import find_places
from kg.store.view import View


@dataclass(frozen=True, slots=True)
class EvidenceReport:
    """How much was checked, and what does not hold."""

    documents: int
    nodes: int
    passages: int
    findings: tuple[Finding, ...]


def check_evidence(view: View, documents: Path, *, ontology: Path) -> EvidenceReport:
    """Check the evidence of every relation, claim and mention of the coded documents.

    Raises InputError where a document is missing or is another edition.
    """
    opened = Documents(view, documents)
    sources = [iri for (iri,) in view.rows("SELECT DISTINCT ?source { ?passage a :Passage ; oa:hasSource ?source }")]
    for source in sources:
        opened.text(source)
    reader = Reader(view)
    problems: list[tuple[str, str]] = []
    nodes = passages = 0
    for (node,) in view.rows(_NODES):
        nodes += 1
        found = evidence(reader.statements(node))
        passages += len(found)
        problems += [(node, problem) for problem in _problems(reader, node, opened)]
    places = find_places(view, {node for node, _ in problems}, ontology=ontology)
    findings = [Finding("error", "evidence", node, problem, places.get(node, "")) for node, problem in problems]
    return EvidenceReport(len(sources), nodes, passages, tuple(sorted(findings)))


_NODES = """
SELECT DISTINCT ?node {
  { ?node a :Relation } UNION { ?node a :Claim } UNION { ?node a :Mention } UNION { ?node :evidence ?place }
  FILTER STRSTARTS(STR(?node), STR(id:))
} ORDER BY ?node
"""


def _problems(reader: Reader, node: str, documents: Documents) -> Iterator[str]:
    about = reader.statements(node)
    found = evidence(about)
    if not found:
        if notation(first(about, KG.certainty)) != "added":
            yield "there is no evidence; add the positions that say so"
        return
    spelling = first(about, KG.spelling)
    for source, place in found:
        if not isinstance(place, Passage):
            continue
        try:
            words = documents.words(source, place)
        except InputError as error:
            yield str(error)
            continue
        if not words.strip():
            yield f"{place.start}-{place.end} holds no words"
        elif spelling and name_key(spelling) not in name_key(words):
            yield f"{place.start}-{place.end} does not hold the spelling {spelling!r}"
