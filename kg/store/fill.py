"""Filling the engine of a version: sources with canonical IRIs, ontology, derived shortcuts, provenance."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import InputError, KgError
from kg.model.terms import Statement, iri
from kg.namespaces import DCTERMS, PREFIXES, SKOS

if TYPE_CHECKING:
    import pyoxigraph

_TERM = re.compile(rb'"(?:[^"\\]|\\.)*"|<([^<>]*)>')
_PREFERRED = f"<{SKOS.prefLabel}>".encode()
_ALTERNATIVE = f"<{SKOS.altLabel}>".encode()


def create_engine(folder: Path) -> pyoxigraph.Store:
    """A new, empty engine on disk."""
    import pyoxigraph as ox

    return ox.Store(str(folder))


def load_source(engine: pyoxigraph.Store, file: Path, canonical: Mapping[str, str]) -> None:
    """Load one N-Quads file, each IRI replaced by its canonical one.

    Raises InputError with the line where the file is cut off or ill-formed.
    """
    import pyoxigraph as ox

    try:
        if canonical:
            lines = b"".join(_canonical_lines(file, canonical))
            engine.bulk_load(lines, ox.RdfFormat.N_QUADS)
        else:
            engine.bulk_load(path=str(file), format=ox.RdfFormat.N_QUADS)
    except SyntaxError as error:
        raise InputError(
            f"{file}:{_line(error)}: expected N-Quads, got a line that cannot be read ({error.msg})"
        ) from None


def load_turtle(engine: pyoxigraph.Store, files: Mapping[Path, str]) -> None:
    """Load the Turtle files of the ontology, each into its graph (an IRI)."""
    import pyoxigraph as ox

    def quads() -> Iterator[pyoxigraph.Quad]:
        for file, graph in files.items():
            try:
                for quad in ox.parse(path=str(file), rename_blank_nodes=True):
                    yield ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode(graph))
            except SyntaxError as error:
                raise InputError(f"{file}: expected Turtle, got a file that cannot be read ({error})") from None

    # In one go and past the engine's log, which every reader would otherwise read again.
    engine.bulk_extend(quads())


def add_statements(engine: pyoxigraph.Store, statements: Iterable[Statement], graph: str) -> None:
    """Add statements to a graph (an IRI)."""
    import pyoxigraph as ox

    lines = "".join(f"{s} {p} {o} {iri(graph)} .\n" for s, p, o in statements)
    engine.bulk_load(lines.encode(), ox.RdfFormat.N_QUADS)


def add_replacements(engine: pyoxigraph.Store, canonical: Mapping[str, str], graph: str) -> None:
    """Say of each folded IRI which one stands for it, and keep each name of a merged thing once."""
    add_statements(engine, ((iri(old), iri(DCTERMS.isReplacedBy), iri(new)) for old, new in canonical.items()), graph)
    if canonical:
        engine.update(_DROP_REPEATED_NAMES, prefixes=PREFIXES)


def run_rule(engine: pyoxigraph.Store, file: Path, graph: str) -> int:
    """Run a CONSTRUCT rule over the union of all graphs, add what is new to a graph, and return how much."""
    import pyoxigraph as ox

    try:
        made = engine.query(file.read_text(encoding="utf-8"), prefixes=PREFIXES, use_default_graph_as_union=True)
    except SyntaxError as error:
        raise KgError(f"{file}: the rule does not parse ({error})") from None
    if not isinstance(made, ox.QueryTriples):
        raise KgError(f"{file}: expected a CONSTRUCT")
    into = ox.NamedNode(graph)
    new = [
        ox.Quad(triple.subject, triple.predicate, triple.object, into)
        for triple in made
        if next(engine.quads_for_pattern(triple.subject, triple.predicate, triple.object, None), None) is None
    ]
    engine.bulk_extend(new)
    return len(new)


def join_graphs(engine: pyoxigraph.Store) -> None:
    """Write the union of all graphs into the default graph, each statement once.

    The engine can pretend such a union, but then meets a statement once for each graph that has it,
    and every sum over it counts twice.
    """
    import pyoxigraph as ox

    quads = engine.quads_for_pattern(None, None, None, None)
    engine.bulk_extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)


def finish(engine: pyoxigraph.Store) -> None:
    """Write all that is in memory to disk, in the form that is fastest to read."""
    engine.flush()
    engine.optimize()


def _canonical_lines(file: Path, canonical: Mapping[str, str]) -> Iterator[bytes]:
    """The lines of a file with canonical IRIs; a folded thing's preferred name becomes an alternative one."""
    folded = {old.encode(): new.encode() for old, new in canonical.items()}

    def replace(match: re.Match[bytes]) -> bytes:
        new = folded.get(match[1]) if match[1] else None
        return b"<" + new + b">" if new else match[0]

    with file.open("rb") as stream:
        for line in stream:
            changed = _TERM.sub(replace, line)
            subject, _, rest = changed.partition(b" ")
            if not line.startswith(subject) and rest.startswith(_PREFERRED):
                changed = subject + b" " + _ALTERNATIVE + rest[len(_PREFERRED) :]
            yield changed


def _line(error: SyntaxError) -> int:
    return error.lineno or 1


_DROP_REPEATED_NAMES = """
DELETE { GRAPH ?g { ?thing skos:altLabel ?name } }
WHERE {
  GRAPH ?decided { ?old dcterms:isReplacedBy ?thing }
  GRAPH ?g { ?thing skos:altLabel ?name }
  GRAPH ?h { ?thing skos:prefLabel ?name }
}
"""
