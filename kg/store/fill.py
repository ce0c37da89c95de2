"""Filling the engine of a version: sources with canonical IRIs, ontology, derived shortcuts, provenance.

Everything goes into the graph of its source and, once more, into the default graph, which so holds the union of all
graphs with each statement once. The engine can pretend such a union, but then meets a statement once for each graph
that has it, and every sum over it counts twice.
"""

from __future__ import annotations

import ctypes
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import InputError, KgError
from kg.model.terms import Statement, iri
from kg.namespaces import DCTERMS, KG, PREFIXES, SKOS

if TYPE_CHECKING:
    import pyoxigraph

CHUNK = 50_000
"""Lines at once: the engine keeps what it is given in memory, and sorts small pieces faster."""
QUADS = 20_000
"""Quads at once, and triples that are remembered as met: an object of each takes more than its line."""
_TEMPLATE = re.compile(r"CONSTRUCT \{ (.*?) \}\s*(?=WHERE)")
_TERM = re.compile(rb'"(?:[^"\\]|\\.)*"|<([^<>]*)>')
_PREFERRED = f"<{SKOS.prefLabel}>".encode()
_ALTERNATIVE = f"<{SKOS.altLabel}>".encode()


def create_engine(folder: Path) -> pyoxigraph.Store:
    """A new, empty engine on disk."""
    import pyoxigraph as ox

    return ox.Store(str(folder))


def load_source(engine: pyoxigraph.Store, file: Path, canonical: Mapping[str, str]) -> None:
    """Load one N-Quads file of one graph, each IRI replaced by its canonical one, into its graph and the default graph.

    Raises InputError with the line where the file is cut off or ill-formed.
    """
    import pyoxigraph as ox

    with file.open("rb") as stream:
        lines = _canonical_lines(stream, canonical) if canonical else iter(stream)
        before = 0
        while chunk := list(islice(lines, CHUNK)):
            try:
                engine.bulk_load(b"".join(chunk), ox.RdfFormat.N_QUADS)
                engine.bulk_load(b"".join(map(_without_graph, chunk)), ox.RdfFormat.N_TRIPLES)
            except SyntaxError as error:
                place = f"{file}:{before + _line(error)}"
                raise InputError(f"{place}: expected N-Quads, got a line that cannot be read ({error.msg})") from None
            before += len(chunk)


def _without_graph(line: bytes) -> bytes:
    return line[: line.rindex(b" <")] + b" .\n" if line.endswith((b"> .\n", b"> .")) else line


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

    _add(engine, quads())


def _add(engine: pyoxigraph.Store, quads: Iterable[pyoxigraph.Quad]) -> int:
    """Add quads to their graphs and the default graph, and return how many there are.

    Past the engine's log, which every reader would otherwise read again.
    """
    import pyoxigraph as ox

    count, left = 0, iter(quads)
    while chunk := list(islice(left, QUADS)):
        engine.bulk_extend(chunk)
        engine.bulk_extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in chunk)
        count += len(chunk)
    return count


def add_statements(engine: pyoxigraph.Store, statements: Iterable[Statement], graph: str) -> None:
    """Add statements to a graph (an IRI) and the default graph."""
    import pyoxigraph as ox

    lines = "".join(f"{s} {p} {o} .\n" for s, p, o in statements).encode()
    engine.bulk_load(lines, ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(graph))
    engine.bulk_load(lines, ox.RdfFormat.N_TRIPLES)


def add_replacements(engine: pyoxigraph.Store, canonical: Mapping[str, str], graph: str) -> None:
    """Say of each folded IRI which one stands for it, and keep each name of a merged thing once, one as its own."""
    add_statements(engine, ((iri(old), iri(DCTERMS.isReplacedBy), iri(new)) for old, new in canonical.items()), graph)
    if canonical:
        engine.update(_GIVE_NAMES, prefixes=PREFIXES)
        engine.update(_DROP_REPEATED_NAMES, prefixes=PREFIXES)


def run_rule(engine: pyoxigraph.Store, file: Path, graph: str) -> int:
    """Run a CONSTRUCT rule over the default graph, add what is new to a graph and to it, and return how much."""
    import pyoxigraph as ox

    try:
        made = engine.query(_as_select(file.read_text(encoding="utf-8")), prefixes=PREFIXES)
    except SyntaxError as error:
        raise KgError(f"{file}: the rule does not parse ({error})") from None
    except ValueError as error:
        raise KgError(f"{file}: {error}") from None
    assert isinstance(made, ox.QuerySolutions)
    return _add(engine, _new_quads(engine, made, ox.NamedNode(graph)))


def _as_select(rule: str) -> str:
    """A CONSTRUCT as the SELECT of its triples: the engine remembers all that a CONSTRUCT has given, and of a large
    graph that is more than the memory.

    >>> _as_select("CONSTRUCT { ?a :b ?c } WHERE { ?c :d ?a }")
    'SELECT (?a AS ?s0) (:b AS ?p0) (?c AS ?o0) WHERE { ?c :d ?a }'
    """
    template = _TEMPLATE.search(rule)
    triples = [triple.split() for triple in template[1].split(" . ")] if template else []
    if template is None or any(len(triple) != 3 for triple in triples):
        raise ValueError("expected CONSTRUCT { subject predicate object . ... } WHERE, got another form")
    columns = [
        f"({'rdf:type' if term == 'a' else term} AS ?{place}{number})"
        for number, triple in enumerate(triples)
        for place, term in zip("spo", triple, strict=True)
    ]
    return f"{rule[: template.start()]}SELECT {' '.join(columns)} {rule[template.end() :]}"


def _new_quads(
    engine: pyoxigraph.Store, rows: Iterable[pyoxigraph.QuerySolution], graph: pyoxigraph.NamedNode
) -> Iterator[pyoxigraph.Quad]:
    """The triples of rows of three terms each that the engine does not have, each once as far as is remembered."""
    import pyoxigraph as ox

    met = set[tuple[Any, ...]]()
    for row in rows:
        terms = tuple(row)
        for triple in (terms[at : at + 3] for at in range(0, len(terms), 3)):
            if triple in met:
                continue
            if len(met) > QUADS:
                met.clear()
            met.add(triple)
            if ox.Quad(triple[0], triple[1], triple[2]) not in engine:
                yield ox.Quad(triple[0], triple[1], triple[2], graph)


def overrule(engine: pyoxigraph.Store, graph: str) -> int:
    """Take out of the default graph what a flow's source says of totals where a derived graph denies it.

    Returns of how many flows.
    """
    import pyoxigraph as ox

    counts, true, false = ox.NamedNode(KG.countsInTotals), ox.Literal(True), ox.Literal(False)
    count = 0
    for quad in engine.quads_for_pattern(None, counts, false, ox.NamedNode(graph)):
        engine.remove(ox.Quad(quad.subject, counts, true))
        count += 1
    return count


def finish(engine: pyoxigraph.Store) -> None:
    """Write all that is in memory to disk, in the form that is fastest to read."""
    engine.flush()
    engine.optimize()


def free_memory() -> None:
    """Give back to the system what closed engines and sorted lines have left; glibc keeps it for what may come."""
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
        trim(0)


def _canonical_lines(stream: Iterable[bytes], canonical: Mapping[str, str]) -> Iterator[bytes]:
    """The lines of a file with canonical IRIs; a folded thing's preferred name becomes an alternative one."""
    folded = {old.encode(): new.encode() for old, new in canonical.items()}

    def replace(match: re.Match[bytes]) -> bytes:
        new = folded.get(match[1]) if match[1] else None
        return b"<" + new + b">" if new else match[0]

    for line in stream:
        changed = _TERM.sub(replace, line)
        subject, _, rest = changed.partition(b" ")
        if not line.startswith(subject) and rest.startswith(_PREFERRED):
            changed = subject + b" " + _ALTERNATIVE + rest[len(_PREFERRED) :]
        yield changed


def _line(error: SyntaxError) -> int:
    return error.lineno or 1


_GIVE_NAMES = """
INSERT { ?thing skos:prefLabel ?name . GRAPH ?g { ?thing skos:prefLabel ?name } }
WHERE {
  ?old dcterms:isReplacedBy ?thing
  FILTER NOT EXISTS { ?thing skos:prefLabel|dcterms:title ?any }
  GRAPH ?g { ?thing skos:altLabel ?name }
  FILTER NOT EXISTS {
    ?thing skos:altLabel ?other
    FILTER (STRLEN(?other) > STRLEN(?name) || STRLEN(?other) = STRLEN(?name) && STR(?other) > STR(?name))
  }
}
"""
"""A thing whose own source is not in the store is called by the longest name of those that are folded into it."""
_DROP_REPEATED_NAMES = """
DELETE { ?thing skos:altLabel ?name . GRAPH ?g { ?thing skos:altLabel ?name } }
WHERE {
  ?old dcterms:isReplacedBy ?thing . ?thing skos:altLabel ?name ; skos:prefLabel ?name .
  GRAPH ?g { ?thing skos:altLabel ?name }
}
"""
