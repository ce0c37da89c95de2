"""Checks of a published graph: SHACL shapes and violation queries, as findings that a layperson can act on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from kg.checks.shapes import check_shapes
from kg.checks.violations import check_violations
from kg.identity.ledger import FILE as LEDGER
from kg.identity.ledger import read_ledger
from kg.model.finding import SEVERITIES, Finding
from kg.model.terms import iri
from kg.namespaces import DCTERMS
from kg.places import find_places
from kg.store.publish import SOURCES
from kg.store.view import View
from kg.watch import Watch, unwatched


def check_graph(view: View, *, ontology: Path, watch: Watch = unwatched) -> list[Finding]:
    """All findings of a published graph, errors first, each with the place where it can be mended.

    `watch` is told how far it has come: the step, how much of it is done, and of how much. Raises KgError where a
    shape or a rule cannot be used.
    """
    found = {
        *check_shapes(view, ontology=ontology, watch=watch),
        *check_violations(view, ontology=ontology, watch=watch),
        *_idle_decisions(view),
    }
    if found:
        watch("finding places", 0, 0)
    places = find_places(view, {finding.subject for finding in found}, ontology=ontology)
    placed = [replace(finding, place=finding.place or places.get(finding.subject, "")) for finding in found]
    return sorted(placed, key=lambda finding: (SEVERITIES.index(finding.severity), finding))


def _idle_decisions(view: View) -> Iterator[Finding]:
    """Decisions on things of which no source of the store tells: an IRI is cut off, or its source was taken out."""
    sources = view.path / SOURCES
    decisions = read_ledger(sources / LEDGER)
    left = {iri(thing) for one in decisions for thing in (one.entity, one.other)}
    for file in sources.glob("*.nq") if left else ():
        with file.open(encoding="utf-8", newline="\n") as stream:
            left -= {subject for line in stream if (subject := line.partition(" ")[0]) in left}
    for thing in sorted(term[1:-1] for term in left):
        if not view.about(thing).keys() - {DCTERMS.isReplacedBy}:
            message = "A decision names it and no source of the store tells of it; is its IRI whole and right?"
            yield Finding("warning", "decision-on-nothing", thing, message, LEDGER)
