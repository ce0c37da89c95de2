"""Checks of a published graph: SHACL shapes and violation queries, as findings that a layperson can act on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from kg.beside import Beside
from kg.checks.shapes import Watch, check_shapes
from kg.checks.violations import check_violations, send_violations
from kg.model.finding import SEVERITIES, Finding
from kg.places import find_places
from kg.store.view import View

MUCH = 30_000_000
"""Bytes of source files from which on a second process is worth its start."""


def unwatched(step: str, done: int, total: int) -> None:
    """Nobody looks."""


def check_graph(view: View, *, ontology: Path, watch: Watch = unwatched) -> list[Finding]:
    """All findings of a published graph, errors first, each with the place where it can be mended.

    Of a large graph, the rules are asked in another process beside the shapes. `watch` is told how far it has come:
    the step, how much of it is done, and of how much. Raises KgError where a shape or a rule cannot be used.
    """
    found = set(_found(view, ontology, watch))
    if found:
        watch("finding places", 0, 0)
    places = find_places(view, {finding.subject for finding in found}, ontology=ontology)
    placed = [replace(finding, place=places.get(finding.subject, "")) for finding in found]
    return sorted(placed, key=lambda finding: (SEVERITIES.index(finding.severity), finding))


def _found(view: View, ontology: Path, watch: Watch) -> Iterator[Finding]:
    size = sum(file.stat().st_size for file in (view.path / "sources").glob("*.nq"))
    if size <= MUCH:
        yield from check_shapes(view, ontology=ontology, watch=watch)
        yield from check_violations(view, ontology=ontology)
        return
    with Beside(send_violations, view.path, view.version, ontology) as work:
        yield from check_shapes(view, ontology=ontology, watch=watch)
        for done, total, findings in work.frames():
            watch("checking rules", done, total)
            yield from findings
