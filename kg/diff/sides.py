"""The two sides of a comparison: a store, a folder of triples, an RDF file or a workbook, as statements by source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kg.errors import InputError
from kg.identity.ledger import FILE as LEDGER
from kg.identity.ledger import Decision, read_ledger
from kg.mapping.rows import map_records
from kg.model.iris import source_id, source_iri
from kg.model.terms import Statement
from kg.namespaces import GRAPH
from kg.sources.workbook import Workbook, read_workbook
from kg.store.nquads import count_statements
from kg.store.publish import SOURCES
from kg.store.rdf import read_codes, read_graphs
from kg.store.view import CURRENT, current_version


@dataclass(frozen=True, slots=True)
class Side:
    """What one side holds: the statements of each source (by id), and the identity decisions, where it can have any."""

    name: str
    sources: Mapping[str, frozenset[Statement]]
    decisions: frozenset[Decision] | None = None


def read_side(path: Path, *, ontology: Path) -> Side:
    """Read a store, a folder of N-Quads files, an RDF file or a workbook.

    Of a store, the sources are read as they were loaded, with the identity decisions; of a whole export what its
    source graphs hold, whose things bear the IRIs that the decisions gave them: compare an export with an export.
    Statements of no graph are of the source `file`, so that two files of other names can be compared.
    Raises InputError where the path is none of these, or cannot be read.
    """
    if (path / CURRENT).is_file():
        version = current_version(path)
        assert version is not None  # CURRENT is there
        return _folder(path, version / SOURCES)
    if path.is_dir() and any(path.glob("*.nq")):
        return _folder(path, path)
    if (path / "source.toml").is_file() or (path.is_file() and path.suffix == ".xlsx"):
        return side_of(read_workbook(path, read_codes(ontology)))
    if path.is_file():
        return Side(str(path), _graphs(path))
    raise InputError(f"{path}: expected a store, a folder of N-Quads files, an RDF file or a workbook, got none")


def side_of(book: Workbook) -> Side:
    """A workbook as a side."""
    statements = map_records(book.source, book.records)
    return Side(str(book.path), {book.source.id: count_statements(statements, source_iri(book.source.id))})


def _folder(path: Path, folder: Path) -> Side:
    sources: dict[str, frozenset[Statement]] = {}
    for file in sorted(folder.glob("*.nq")):
        for name, statements in _graphs(file).items():
            sources[name] = sources.get(name, frozenset()) | statements
    return Side(str(path), sources, frozenset(read_ledger(folder / LEDGER)))


def _graphs(file: Path) -> dict[str, frozenset[Statement]]:
    return {
        source_id(graph): frozenset(statements)
        for graph, statements in read_graphs(file).items()
        if not graph.startswith(GRAPH)
    }
