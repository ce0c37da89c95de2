"""The two sides of a comparison: a store, a folder of triples, an RDF file or a workbook, as statements by source."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from kg.diff.apart import Alike, write_apart
from kg.errors import InputError
from kg.facts import Reader
from kg.identity.ledger import FILE as LEDGER
from kg.identity.ledger import Decision, read_ledger
from kg.mapping.rows import map_records
from kg.model.iris import source_id, source_iri
from kg.model.terms import Statement
from kg.namespaces import GRAPH
from kg.sources.workbook import Workbook, read_workbook
from kg.store.nquads import count_statements, graph_of
from kg.store.publish import SOURCES
from kg.store.rdf import read_codes, read_graphs, view_statements
from kg.store.view import CURRENT, current_version


@dataclass(frozen=True, slots=True)
class Side:
    """What one side holds: the statements of each source (by id), and the identity decisions, where it can have any."""

    name: str
    sources: Mapping[str, frozenset[Statement]]
    decisions: frozenset[Decision] | None = None
    alike: Mapping[str, Alike] = field(default_factory=dict)
    """What the other side holds as well, and the sources here do not, by kind."""


def read_sides(old: Path, new: Path, *, ontology: Path, sources: Collection[str] = ()) -> tuple[Side, Side]:
    """Read both sides as `read_side` does; of two folders what differs and what that speaks of, and the rest counted.

    Files that no load has written, which are in any order, are read whole. Of some `sources` only the rest is counted.
    """
    folders = _find_folder(old), _find_folder(new)
    if folders[0] and folders[1]:
        known = Reader(view_statements((), ontology))
        with TemporaryDirectory() as place, suppress(ValueError, InputError):
            parts = Path(place, "old"), Path(place, "new")
            alike = write_apart(folders[0], folders[1], parts, known, sources)
            return replace(_folder(old, folders[0], parts[0]), alike=alike), _folder(new, folders[1], parts[1])
    return read_side(old, ontology=ontology), read_side(new, ontology=ontology)


def read_side(path: Path, *, ontology: Path) -> Side:
    """Read a store, a folder of N-Quads files, an RDF file or a workbook.

    Of a store, the sources are read as they were loaded, with the identity decisions; of a whole export what its
    source graphs hold, whose things bear the IRIs that the decisions gave them: compare an export with an export.
    Statements of no graph are of the source `file`, so that two files of other names can be compared.
    Raises InputError where the path is none of these, or cannot be read.
    """
    folder = _find_folder(path)
    if folder:
        return _folder(path, folder, folder)
    if (path / "source.toml").is_file() or (path.is_file() and path.suffix == ".xlsx"):
        return side_of(read_workbook(path, read_codes(ontology)))
    if path.is_file():
        return Side(str(path), _graphs(path))
    raise InputError(f"{path}: expected a store, a folder of N-Quads files, an RDF file or a workbook, got none")


def _find_folder(path: Path) -> Path | None:
    """The folder of N-Quads files that a store or a folder of triples has; none where the path is neither."""
    if (path / CURRENT).is_file():
        version = current_version(path)
        assert version is not None  # CURRENT is there
        return version / SOURCES
    return path if path.is_dir() and any(path.glob("*.nq")) else None


def side_of(book: Workbook) -> Side:
    """A workbook as a side."""
    statements = map_records(book.source, book.records)
    return Side(str(book.path), {book.source.id: count_statements(statements, source_iri(book.source.id))})


def _folder(path: Path, folder: Path, read: Path) -> Side:
    """A side with the sources of a folder, of which another one may hold what is to be read."""
    sources: dict[str, frozenset[Statement]] = {}
    for file in sorted(read.glob("*.nq")):
        graph = graph_of(folder / file.name)
        own = {source_id(graph): frozenset[Statement]()} if graph and not graph.startswith(GRAPH) else {}
        for name, statements in (_graphs(file) or own).items():
            sources[name] = sources.get(name, frozenset()) | statements
    return Side(str(path), sources, frozenset(read_ledger(folder / LEDGER)))


def _graphs(file: Path) -> dict[str, frozenset[Statement]]:
    return {
        source_id(graph): frozenset(statements)
        for graph, statements in read_graphs(file).items()
        if not graph.startswith(GRAPH)
    }
