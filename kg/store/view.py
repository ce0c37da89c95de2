"""A read-only view of one version of a store.

Whoever reads the graph reads it through a `View`. The default graph of every query is the union of
all graphs; `GRAPH` tells them apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kg.errors import QueryError, StoreError
from kg.model.iris import source_id
from kg.namespaces import GRAPH, PREFIXES, XSD
from kg.store.version import STORE_FORMAT

if TYPE_CHECKING:
    import pyoxigraph

CURRENT = "CURRENT"
VERSIONS = "versions"
FORMAT = "FORMAT"
MAXIMAL_NESTING = 100
"""Brackets inside brackets; the engine's parser overflows its stack on thousands."""
MAXIMAL_OPERATORS = 2000
"""Signs like `!`, `&&`, `/` and UNION, each of which nests what it joins; ten thousands overflow the stack, too."""
_OPERATOR = r"&&|\|\||[!^/|*+]|(?<!\w)-|\bUNION\b"

FORMATS = ("json", "csv", "tsv", "xml", "turtle", "ntriples")
_QUOTED = (
    r'"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*\'\'\'|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\''
    r"|<[^<>\"{}|^`\\\s]*>|#[^\n]*"
)
"""What is no part of a query's grammar: strings, IRIs and comments."""
_PARAMETER = _QUOTED + r"|\$(\w+)"


class Value(NamedTuple):
    """The object of a statement: its text, and its language where it has one."""

    text: str
    language: str
    is_iri: bool


class View:
    """One version of a store, opened for reading.

    `version` is the graph version that every result names; `path` the version's folder.
    """

    def __init__(self, path: Path, version: str, engine: pyoxigraph.Store) -> None:
        self.path = path
        self.version = version
        self.engine = engine

    def about(self, iri: str) -> Mapping[str, tuple[Value, ...]]:
        """All statements of a subject: values by predicate, sorted, each once."""
        import pyoxigraph as ox

        found: dict[str, list[Value]] = {}
        for _, predicate, value, _ in self.engine.quads_for_pattern(ox.NamedNode(iri), None, None, ox.DefaultGraph()):
            found.setdefault(predicate.value, []).append(_value(value))
        return {predicate: tuple(sorted(values)) for predicate, values in found.items()}

    def subjects(self, predicate: str, iri: str) -> list[str]:
        """The subjects that a predicate joins to an IRI, sorted."""
        import pyoxigraph as ox

        quads = self.engine.quads_for_pattern(None, ox.NamedNode(predicate), ox.NamedNode(iri), ox.DefaultGraph())
        return sorted({_text(quad.subject) for quad in quads})

    def values(self, predicate: str) -> dict[str, str]:
        """The value of a predicate by subject, for a predicate that has one value a subject."""
        import pyoxigraph as ox

        quads = self.engine.quads_for_pattern(None, ox.NamedNode(predicate), None, ox.DefaultGraph())
        return {_text(quad.subject): _text(quad.object) for quad in quads}

    def graphs_of(self, iri: str) -> list[str]:
        """The graphs that hold statements of a subject."""
        import pyoxigraph as ox

        quads = self.engine.quads_for_pattern(ox.NamedNode(iri), None, None, None)
        return sorted({quad.graph_name.value for quad in quads if isinstance(quad.graph_name, ox.NamedNode)})

    def rows(self, query: str, bindings: Mapping[str, str] | None = None) -> Iterator[tuple[str, ...]]:
        """The rows of a SELECT as plain text, an empty string where a variable is unbound."""
        for row in self.query(query, bindings=bindings).table():
            yield tuple(cell or "" for cell in row)

    def query(self, text: str, *, bindings: Mapping[str, str] | None = None) -> Answer:
        """Ask any SPARQL query; its default graph is the union of all graphs, each statement once.

        `bindings` gives a term (as N-Triples) to each parameter: a variable that the query writes with
        a dollar sign, as in `$actor`. Raises QueryError with the position where the text does not parse.
        """
        text = _bind(text, bindings or {})
        _refuse_nesting(_bare(text))
        try:
            found = self.engine.query(text, prefixes=PREFIXES)
        except SyntaxError as error:
            raise QueryError(_explain(str(error), text)) from None
        except (OSError, ValueError) as error:
            raise QueryError(f"query: it cannot be run ({error})") from None
        return Answer(found)

    @cached_property
    def sources(self) -> Mapping[str, str]:
        """The graph of each source by the source's id."""
        graphs = sorted(graph.value for graph in self.engine.named_graphs() if hasattr(graph, "value"))
        return {source_id(graph): graph for graph in graphs if not graph.startswith(GRAPH)}

    @cached_property
    def description(self) -> Mapping[str, object]:
        """What `version.json` says of this version."""
        import json

        return dict(json.loads((self.path / "version.json").read_text(encoding="utf-8")))


class Answer:
    """The result of a query, read once."""

    def __init__(self, found: pyoxigraph.QuerySolutions | pyoxigraph.QueryBoolean | pyoxigraph.QueryTriples) -> None:
        self.found = found

    @property
    def columns(self) -> tuple[str, ...]:
        """The variables of a SELECT; `subject`, `predicate`, `object` of a graph; `answer` of an ASK."""
        import pyoxigraph as ox

        if isinstance(self.found, ox.QuerySolutions):
            return tuple(variable.value for variable in self.found.variables)
        return ("answer",) if isinstance(self.found, ox.QueryBoolean) else ("subject", "predicate", "object")

    @property
    def is_graph(self) -> bool:
        """Whether the query was a CONSTRUCT or DESCRIBE."""
        import pyoxigraph as ox

        return isinstance(self.found, ox.QueryTriples)

    def table(self) -> Iterator[tuple[str | None, ...]]:
        """The rows as text, `None` where a variable is unbound."""
        import pyoxigraph as ox

        if isinstance(self.found, ox.QueryBoolean):
            yield ("true" if self.found else "false",)
            return
        try:
            for row in self.found:
                yield tuple(None if term is None else _text(term) for term in row)
        except OSError as error:
            raise QueryError(f"query: it stopped ({error})") from None

    def values(self) -> Iterator[tuple[object, ...]]:
        """The rows as Python values: numbers, days and truths as such, all else as text."""
        import pyoxigraph as ox

        if isinstance(self.found, ox.QueryBoolean):
            yield (bool(self.found),)
            return
        for row in self.found:
            yield tuple(_python(term) for term in row)

    def serialize(self, form: str) -> bytes:
        """The result in one of `FORMATS`; raises QueryError where the form does not fit the query."""
        import pyoxigraph as ox

        solutions = {
            "json": ox.QueryResultsFormat.JSON,
            "csv": ox.QueryResultsFormat.CSV,
            "tsv": ox.QueryResultsFormat.TSV,
            "xml": ox.QueryResultsFormat.XML,
        }
        triples = {"turtle": ox.RdfFormat.TURTLE, "ntriples": ox.RdfFormat.N_TRIPLES, "xml": ox.RdfFormat.RDF_XML}
        if form not in (triples if self.is_graph else solutions):
            kind = "a CONSTRUCT or DESCRIBE" if self.is_graph else "a SELECT or ASK"
            known = ", ".join(triples if self.is_graph else solutions)
            raise QueryError(f"query: {kind} can be written as {known}, not as {form}")
        if isinstance(self.found, ox.QueryTriples):
            return ox.serialize(self.found, format=triples[form], prefixes=known_prefixes()) or b""
        return self.found.serialize(format=solutions[form]) or b""


def known_prefixes() -> dict[str, str]:
    """The prefixes of written RDF: one for each namespace."""
    return {prefix: iri for prefix, iri in PREFIXES.items() if prefix != "kg"}


def read_version(folder: Path, version: str) -> View:
    """A view of the version in a folder, finished or not; raises OSError where it cannot be read."""
    import pyoxigraph as ox

    return View(folder, version, ox.Store.read_only(str(folder / "oxigraph")))


def open_view(store: Path) -> View:
    """Open the current version of a store for reading.

    Raises StoreError where there is no store, or one that cannot be read.
    """
    for attempt in (1, 2):
        folder = current_version(store)
        if folder is None:
            raise StoreError(f"{store}: expected a store (`kg build --store {store}` makes one), got none")
        try:
            if (folder / FORMAT).read_text(encoding="ascii").strip() != STORE_FORMAT:
                raise StoreError(
                    f"{store}: expected a store of this release, got another's; build it anew with `kg build`"
                )
            return read_version(folder, folder.name)
        except OSError as error:
            # Another publish may have pruned the version between the two reads: look once more.
            if attempt == 2 or current_version(store) == folder:
                raise StoreError(
                    f"{store}: the store cannot be read ({error}); build it anew with `kg build`"
                ) from None
    raise AssertionError("unreachable")


def current_version(store: Path) -> Path | None:
    """The folder of the version that is current, or None where nothing was published."""
    try:
        name = (store / CURRENT).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{store}: the store cannot be read ({error})") from None
    folder = store / VERSIONS / name
    if not re.fullmatch(r"[0-9a-f]{16}", name) or not folder.is_dir():
        raise StoreError(f"{store}: {CURRENT} names the version {name!r:.40}, which is not there; build the store anew")
    return folder


def _value(term: object) -> Value:
    import pyoxigraph as ox

    if isinstance(term, ox.NamedNode):
        return Value(term.value, "", True)
    if isinstance(term, ox.Literal):
        return Value(term.value, term.language or "", False)
    return Value(str(term), "", False)


def _text(term: object) -> str:
    return term.value if hasattr(term, "value") else str(term)


def _python(term: object) -> object:
    import datetime as dt
    from decimal import Decimal

    import pyoxigraph as ox

    readers: Mapping[str, Callable[[str], object]] = {
        XSD.integer: int,
        XSD.decimal: Decimal,
        XSD.boolean: "true".__eq__,
        XSD.date: dt.date.fromisoformat,
        f"{XSD.iri}double": float,
    }
    if isinstance(term, ox.Literal) and term.datatype.value in readers:
        return readers[term.datatype.value](term.value)
    return None if term is None else _text(term)


def _bind(text: str, bindings: Mapping[str, str]) -> str:
    """Put terms where parameters stand; a term cannot hold anything but itself."""

    def term(found: re.Match[str]) -> str:
        return bindings.get(found[1], found[0]) if found[1] else found[0]

    return re.sub(_PARAMETER, term, text, flags=re.DOTALL)


def _bare(text: str) -> str:
    return re.sub(_QUOTED, " ", text, flags=re.DOTALL)


def _refuse_nesting(bare: str) -> None:
    depth = deepest = 0
    for character in bare:
        if character in "({[":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")}]":
            depth -= 1
    if deepest > MAXIMAL_NESTING:
        raise QueryError(f"query: expected at most {MAXIMAL_NESTING} brackets inside each other, got {deepest}")
    signs = len(re.findall(_OPERATOR, bare, re.IGNORECASE))
    if signs > MAXIMAL_OPERATORS:
        raise QueryError(f"query: expected at most {MAXIMAL_OPERATORS} operators, got {signs}")


def _explain(message: str, text: str) -> str:
    """One line of the engine's many: where it is, what stands there, and what might be wrong."""
    where = re.search(r"(\d+):(\d+)", message)
    if where is None:
        return f"query: it does not parse ({' '.join(message.split())[:160]})"
    line, column = int(where[1]), int(where[2])
    lines = text.splitlines() or [""]
    here = lines[min(line, len(lines)) - 1]
    if "Prefix not found" in message and here[: column - 1].strip():
        # The engine points behind the name that has the prefix.
        name = here[: column - 1].split()[-1]
        begins = here.rindex(name, 0, column - 1) + 1
        return f"query:{line}:{begins}: expected a prefix that is declared or known, got {name!r}"
    rest = here[column - 1 :][:30].strip()
    got = f"got {rest!r}" if rest else "got the end of the text"
    expected = " ".join(message.split("expected", 1)[-1].replace("one of", "").split())
    short = expected if len(expected) <= 90 else "another word or sign"
    first = re.match(r"(?:\s|(?i:PREFIX\s+\S*\s*<[^>]*>)|(?i:BASE\s*<[^>]*>)|#[^\n]*)*([A-Za-z]+)", text)
    if first and first[1].upper() not in ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE", "PREFIX", "BASE"):
        return f"query:{line}:{column}: expected SELECT, ASK, CONSTRUCT or DESCRIBE first, got {first[1]!r}"
    if not rest and text.count("{") == text.count("}"):
        short = "SELECT to name only what GROUP BY names, or a bracket that is missing"
    return f"query:{line}:{column}: expected {short}, {got}"
