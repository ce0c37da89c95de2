"""Whether evidence holds: digests, bounds, and spellings that are what stands at their positions."""

from __future__ import annotations

from collections.abc import Collection, Iterator
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

    A document that is missing or is another edition is a finding, and its positions are not counted. Raises InputError
    where that is so of all.
    """
    opened = Documents(view, documents)
    sources = [iri for (iri,) in view.rows("SELECT DISTINCT ?source { ?passage a :Passage ; oa:hasSource ?source }")]
    unusable = opened.open_all(sources)
    reader = Reader(view)
    problems: list[tuple[str, str]] = []
    nodes = passages = 0
    for (node,) in view.rows(_NODES):
        nodes += 1
        found = [place for place in evidence(reader.statements(node)) if place[0] not in unusable]
        passages += len(found)
        problems += [(node, problem) for problem in _problems(reader, node, opened, unusable)]
    places = find_places(view, {node for node, _ in problems}, ontology=ontology)
    findings = [Finding("error", "document", source, problem, "") for source, problem in unusable.items()]
    findings += [Finding("error", "evidence", node, problem, places.get(node, "")) for node, problem in problems]
    return EvidenceReport(len(sources) - len(unusable), nodes, passages, tuple(sorted(findings)))


_NODES = """
SELECT DISTINCT ?node {
  { ?node a :Relation } UNION { ?node a :Claim } UNION { ?node a :Mention } UNION { ?node :evidence ?place }
  FILTER STRSTARTS(STR(?node), STR(id:))
} ORDER BY ?node
"""


def _problems(reader: Reader, node: str, documents: Documents, unusable: Collection[str]) -> Iterator[str]:
    about = reader.statements(node)
    found = evidence(about)
    if not found:
        if notation(first(about, KG.certainty)) != "added":
            yield "there is no evidence; add the positions that say so"
        return
    spelling = first(about, KG.spelling)
    for source, place in found:
        if not isinstance(place, Passage) or source in unusable:
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
