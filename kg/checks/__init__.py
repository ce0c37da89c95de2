"""Checks of a published graph: SHACL shapes and violation queries, as findings that a layperson can act on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kg.checks.shapes import check_shapes
from kg.checks.violations import check_violations
from kg.model.finding import SEVERITIES, Finding
from kg.places import find_places
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
    }
    if found:
        watch("finding places", 0, 0)
    places = find_places(view, {finding.subject for finding in found}, ontology=ontology)
    placed = [replace(finding, place=places.get(finding.subject, "")) for finding in found]
    return sorted(placed, key=lambda finding: (SEVERITIES.index(finding.severity), finding))
