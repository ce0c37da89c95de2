"""Canonical N-Quads files: sorted lines, one graph, the same bytes for the same statements."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from kg.errors import KgError
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
    write_whole(path, "".join(sorted(lines)).encode())
    return len(lines)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place and move it there, so that nobody ever meets half of it.

    Raises KgError where the disk says no; the file that was there stays.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(content)
        os.replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise KgError(f"{path}: cannot be written ({error.strerror or error})") from None
