"""Canonical N-Quads files: sorted lines, one graph, the same bytes for the same statements."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kg.files import write_whole
from kg.model.terms import Statement, integer, iri
from kg.namespaces import VOID


def write_source(statements: Iterable[Statement], source: str, path: Path) -> int:
    """Write the statements of a source as sorted N-Quads of its graph and return how many there are.

    The source's IRI names the graph. The number of statements, itself included, is stated of the
    source, so that a file that lost lines is known. Raises KgError where it cannot be written.
    """
    name = iri(source)
    lines = {f"{subject} {predicate} {object_} {name} .\n" for subject, predicate, object_ in statements}
    lines.add(f"{name} {iri(VOID.triples)} {integer(len(lines) + 1)} {name} .\n")
    write_whole({path: sorted(lines)})
    return len(lines)
