"""Canonical N-Quads files: sorted lines, one graph, the same bytes for the same statements."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from kg.errors import InputError
from kg.files import write_whole
from kg.model.terms import Statement, integer, iri
from kg.namespaces import KG, VOID


def write_source(statements: Iterable[Statement], source: str, path: Path) -> int:
    """Write the statements of a source as sorted N-Quads of its graph and return how many there are.

    The source's IRI names the graph. The number of statements, itself included, is stated of the
    source, so that a file that lost lines is known. Raises KgError where it cannot be written.
    """
    name = iri(source)
    lines = sorted(f"{' '.join(statement)} {name} .\n" for statement in count_statements(statements, source))
    write_whole({path: lines})
    return len(lines)


def count_statements(statements: Iterable[Statement], source: str) -> frozenset[Statement]:
    """Statements, each once, with one more of their source that says how many there are, itself included."""
    unique = set(statements)
    return frozenset({*unique, (iri(source), iri(VOID.triples), integer(len(unique) + 1))})


def graph_of(file: Path) -> str:
    """The IRI of the graph that a source file holds; an empty string of an empty file."""
    with file.open("rb") as stream:
        return stream.readline().decode().rstrip(" .\n").rpartition(" ")[2].strip("<>")


def check_complete(file: Path) -> None:
    """Refuse a source file that lost lines: a coded source says itself how many statements it has.

    Raises InputError.
    """
    content = file.read_bytes()
    met = content.count(b"\n") + (not content.endswith(b"\n"))
    said = re.search(rb"^<[^>]*> <%s> \"(\d+)\"" % re.escape(VOID.triples.encode()), content, re.MULTILINE)
    if said is None and f" <{KG.evidence}> ".encode() in content:
        raise InputError(
            f"{file}: expected the description of the source among its statements, got none: it is cut off"
        )
    if said is not None and int(said[1]) != met:
        raise InputError(f"{file}: expected {int(said[1])} statements, got {met}: the file is cut off")
