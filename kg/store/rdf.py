"""Any RDF file to statements, and back: every syntax the embedded engine knows, packed or not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from kg.errors import InputError, UsageError
from kg.files import write_whole
from kg.model.iris import source_id, source_iri
from kg.model.terms import Statement, iri
from kg.namespaces import CODE, GRAPH, ID, SOURCE, VOID
from kg.packed import ENDINGS, Progress, open_packed
from kg.store.sorting import sort_lines
from kg.store.view import View, known_prefixes

if TYPE_CHECKING:
    import pyoxigraph

_DOCTYPE = re.compile(rb"<!DOCTYPE", re.IGNORECASE)
_JSON = re.compile(rb'\\.?|["{}\[\]]', re.DOTALL)
DEEPEST = 200
"""Lists and objects of JSON-LD inside each other."""
_MARK = b"\xef\xbb\xbf"
_PIECE = 1 << 20
_FORMS = {
    ".nq": "N_QUADS", ".nt": "N_TRIPLES", ".ttl": "TURTLE", ".trig": "TRIG", ".rdf": "RDF_XML", ".owl": "RDF_XML",
    ".jsonld": "JSON_LD", ".json": "JSON_LD", ".xml": "RDF_XML",
}  # fmt: skip
"""The syntax by the ending of a file, named as the engine names it."""
ENDINGS_OF_RDF = tuple(
    f"{ending}{packed}" for ending in _FORMS if ending not in (".json", ".xml") for packed in ("", *ENDINGS)
)
"""How the names of RDF files in a folder end; `.json` and `.xml` may be anything, and are read where they are named."""
_SKOLEM = ".well-known/genid/"


def read_rdf(file: Path, source: str, told: Progress | None = None) -> Iterator[Statement]:
    """The statements of an RDF file, for the source of this id.

    The syntax is known by the file's ending. Blank nodes get IRIs of the source, numbered in the
    order in which the file first names them. Graph names in the file are dropped, and so is what a publish derives,
    and how many statements the source once had: with its new description there are more.

    Raises InputError with the line where the file is cut off or ill-formed.
    """
    own = (iri(source_iri(source)), iri(VOID.triples))
    for graph, statement in _quads(file, source, told):
        if not graph.startswith(GRAPH) and statement[:2] != own:
            yield statement


def _quads(file: Path, source: str, told: Progress | None = None) -> Iterator[tuple[str, Statement]]:
    """Each statement with the name of its graph, an empty string where it has none."""
    import pyoxigraph as ox

    form = _format(file)
    blank: dict[str, str] = {}

    def term(value: object) -> str:
        if isinstance(value, ox.BlankNode):
            return blank.setdefault(value.value, f"<{ID}{source}/{_SKOLEM}{len(blank) + 1}>")
        if isinstance(value, ox.Triple):
            raise InputError(f"{file}: expected RDF 1.1, got a triple that speaks of a triple")
        return str(value)

    with _open(file, form, told) as stream:
        for quad in _parse(file, form, stream, base_iri=f"{ID}{source}/"):
            graph = "" if isinstance(quad.graph_name, ox.DefaultGraph) else term(quad.graph_name).strip("<>")
            yield graph, (term(quad.subject), term(quad.predicate), term(quad.object))


def read_graphs(file: Path) -> dict[str, set[Statement]]:
    """The statements of an RDF file by the graph that holds them; those of no graph by the source `file`.

    Blank nodes become IRIs as in `read_rdf`. Raises InputError with the line where the file is cut off or ill-formed.
    """
    own = SOURCE + "file"
    found: dict[str, set[Statement]] = {}
    for graph, statement in _quads(file, source_id(own)):
        found.setdefault(graph or own, set()).add(statement)
    return found


def view_statements(statements: Iterable[Statement], ontology: Path) -> View:
    """Statements together with the ontology that names their kinds, as a view in memory."""
    import pyoxigraph as ox

    engine = ox.Store()
    engine.bulk_load("".join(f"{' '.join(one)} .\n" for one in statements).encode(), ox.RdfFormat.N_TRIPLES)
    for file in [*sorted(ontology.glob("*.ttl")), *sorted((ontology / "codelists").glob("*.ttl"))]:
        engine.bulk_load(path=str(file), format=ox.RdfFormat.TURTLE)
    return View(ontology, "", engine)


def split_nquads(file: Path, folder: Path) -> list[Path]:
    """Copy an N-Quads file into a folder, one file a graph, and return the files.

    Graphs that a publish makes are left out, since it makes them again; statements of no graph go to
    the source that is named after the file. Raises InputError where the file is cut off or ill-formed.
    """

    own = f" {iri(SOURCE + file.stem)} .\n".encode()
    with file.open("rb") as stream:
        if all(line.endswith(own) for line in stream):
            stream.seek(0)
            write_whole({folder / file.name: iter(lambda: stream.read(_PIECE), b"")})
            return [folder / file.name]
    parts = []
    for graph, lines in groupby(sort_lines(_lines_by_graph(file), folder), key=lambda line: line.partition("\t")[0]):
        parts.append(folder / f"{source_id(graph)}.nq")
        write_whole({parts[-1]: (line.partition("\t")[2] for line in lines)})
    return parts


def _lines_by_graph(file: Path) -> Iterator[str]:
    """The lines of an N-Quads file, each behind its graph and a tab; none of the graphs that a publish makes."""
    import pyoxigraph as ox

    with file.open("rb") as stream:
        for quad in _parse(file, ox.RdfFormat.N_QUADS, stream):
            graph = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else SOURCE + file.stem
            if not graph.startswith(GRAPH):
                yield f"{graph}\t{ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode(graph))} .\n"


def read_codes(ontology: Path) -> dict[str, set[str]]:
    """The notations of each code list in an ontology folder; `country` and `region` by their ISO codes.

    Raises InputError where a file cannot be read.
    """
    codes: dict[str, set[str]] = {"country": set(), "region": set()}
    for file in sorted((ontology / "codelists").glob("*.ttl")):
        for subject in _subjects(file):
            head, _, notation = subject.removeprefix(CODE if subject.startswith(CODE) else ID).partition("/")
            if notation and (subject.startswith(CODE) or head in ("country", "region")):
                codes.setdefault(head, set()).add(notation)
    return codes


def write_view(view: View, form: str, sources: Sequence[str] = ()) -> Iterator[bytes]:
    """A published graph, or some sources of it, as sorted `nq`, `trig` or `ttl`, in pieces, which the disk holds.

    Raises UsageError for another form.
    """
    import pyoxigraph as ox

    forms = {"nq": ox.RdfFormat.N_QUADS, "trig": ox.RdfFormat.TRIG, "ttl": ox.RdfFormat.TURTLE}
    if form not in forms:
        raise UsageError(f"format: expected one of nq, trig, ttl, got {form!r}")
    with TemporaryDirectory() as folder:
        made = Path(folder, "sorted")
        lines = sort_lines(_lines_of(view, form, [*map(ox.NamedNode, sources)] or [None]), Path(folder))
        write_whole({made: (line.rpartition("\t")[2] for line in lines)})
        if form != "nq":
            quads = ox.parse(path=str(made), format=ox.RdfFormat.N_QUADS)
            made = made.with_suffix(".made")
            ox.serialize(quads, str(made), forms[form], prefixes=known_prefixes())
        with made.open("rb") as stream:
            yield from iter(lambda: stream.read(_PIECE), b"")


def _lines_of(view: View, form: str, graphs: Iterable[pyoxigraph.NamedNode | None]) -> Iterator[str]:
    """A line for each statement of the graphs, with what it is sorted by in front where the form has another order.

    Each source says how many it has now: things that are one by decision have made some of its statements one.
    """
    import pyoxigraph as ox

    def quads() -> Iterator[pyoxigraph.Quad]:
        found = chain.from_iterable(view.engine.quads_for_pattern(None, None, None, graph) for graph in graphs)
        return (quad for quad in found if isinstance(quad.graph_name, ox.NamedNode))

    counts = Counter(quad.graph_name for quad in quads())
    for quad in quads():
        subject, predicate, value, name = quad
        if predicate.value == VOID.triples and subject == name:
            value = ox.Literal(counts[name])
        named = f"{subject} {predicate} {value} {'' if form == 'ttl' else name} .\n"
        yield f"{name}\t{named}" if form == "trig" else named


def _parse(file: Path, form: pyoxigraph.RdfFormat, stream: BinaryIO, base_iri: str | None = None) -> Iterator[Any]:
    import pyoxigraph as ox

    try:
        yield from ox.parse(stream, form, base_iri=base_iri)
    except SyntaxError as error:
        place = f"{file}:{error.lineno or 1}"
        raise InputError(f"{place}: expected {form.name}, got text that cannot be read ({error.msg})") from None


def _open(file: Path, form: pyoxigraph.RdfFormat, told: Progress | None) -> BinaryIO:
    """A file without a byte order mark, which the engine refuses; RDF/XML fails as soon as it has a DOCTYPE."""
    import pyoxigraph as ox

    stream = open_packed(file, told)
    if stream.peek(len(_MARK)).startswith(_MARK):  # type: ignore[attr-defined]
        stream.read(len(_MARK))
    guards = {ox.RdfFormat.RDF_XML: _no_doctype, ox.RdfFormat.JSON_LD: _not_deep}
    return cast("BinaryIO", _Guarded(stream, file, guards[form]())) if form in guards else stream


class _Guarded:
    """A stream that fails at what could harm a reader, before the engine meets it."""

    def __init__(self, stream: BinaryIO, file: Path, harm: Callable[[bytes], str]) -> None:
        self._stream, self._file, self._harm = stream, file, harm

    def read(self, size: int = -1) -> bytes:
        piece = self._stream.read(size)
        if harm := self._harm(piece):
            raise InputError(f"{self._file}: expected {harm}")
        return piece

    def __enter__(self) -> _Guarded:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()


def _no_doctype() -> Callable[[bytes], str]:
    """Finds the DOCTYPE of XML, before the engine can expand what it declares."""
    end = b""

    def harm(piece: bytes) -> str:
        nonlocal end
        found = _DOCTYPE.search(end + piece)
        end = (end + piece)[-len("<!DOCTYPE") :]
        return "RDF/XML without a DOCTYPE, which can blow up a reader, got one" if found else ""

    return harm


def _not_deep() -> Callable[[bytes], str]:
    """Finds JSON that is too deep: the engine's parser overflows its stack on thousands of brackets."""
    depth, in_text, end = 0, False, b""

    def harm(piece: bytes) -> str:
        nonlocal depth, in_text, end
        signs = _JSON.findall(end + piece)
        end = signs.pop() if signs and signs[-1] == b"\\" else b""
        for sign in signs:
            in_text ^= sign == b'"'
            depth += 0 if in_text else (sign in (b"[", b"{")) - (sign in (b"]", b"}"))
            if depth > DEEPEST:
                return f"at most {DEEPEST} lists and objects inside each other, got more"
        return ""

    return harm


def _format(file: Path) -> pyoxigraph.RdfFormat:
    import pyoxigraph as ox

    name = file.with_suffix("").name if file.suffix.lower() in ENDINGS else file.name
    ending = Path(name).suffix.lower()
    if ending not in _FORMS:
        raise InputError(
            f"{file}: expected a file ending in one of {', '.join(_FORMS)} (and .gz or .zst), got {ending or 'none'}"
        )
    form: pyoxigraph.RdfFormat = getattr(ox.RdfFormat, _FORMS[ending])
    return form


@cache
def _subjects(file: Path) -> frozenset[str]:
    import pyoxigraph as ox

    try:
        return frozenset(
            quad.subject.value for quad in ox.parse(path=str(file)) if isinstance(quad.subject, ox.NamedNode)
        )
    except SyntaxError as error:
        raise InputError(
            f"{file}:{error.lineno or 1}: expected Turtle, got text that cannot be read ({error.msg})"
        ) from None
