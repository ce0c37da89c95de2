"""The way of the data: read, map, write the raw graph, publish.

```
workbook or RDF file -> records -> statements -> sorted N-Quads, one file a source
all sources + identity decisions -> engine -> derived shortcuts -> names -> ties -> a new version
```
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from kg.errors import InputError, KgError, StoreError, UsageError
from kg.identity.ledger import FILE as LEDGER
from kg.identity.ledger import canonical_iris, read_ledger
from kg.mapping.rows import map_records, map_source
from kg.model.iris import LOCAL_ID, source_iri
from kg.model.records import Source
from kg.model.terms import Statement, iri, text
from kg.namespaces import BASE, GRAPH, ID, KG, PROV, RDF, SDO, SKOS, SOURCE, VOID
from kg.sources.workbook import read_workbook
from kg.store import fill
from kg.store.names import Named, write_names
from kg.store.nquads import write_source, write_whole
from kg.store.publish import SOURCES, Draft, draft_version, switch_version
from kg.store.rdf import read_codes, read_rdf
from kg.store.view import View, current_version, open_view
from kg.ties import write_ties
from kg.version import __version__

STORE_FORMAT = "1"
"""Raised when a version is laid out anew, so that stores made by an older release are built again."""

ONTOLOGY_GRAPH = GRAPH + "ontology"
CODES_GRAPH = GRAPH + "codelists"
DERIVED_GRAPH = GRAPH + "derived"
IDENTITY_GRAPH = GRAPH + "identity"
PROVENANCE_GRAPH = GRAPH + "provenance"


@dataclass(frozen=True, slots=True)
class Published:
    """A version that a store now has; `changed` is false where it had it before."""

    version: str
    changed: bool


def build_store(triples: Path, store: Path, *, ontology: Path) -> Published:
    """Build a store from a folder of N-Quads files and its identity decisions, in place of all it held.

    Raises InputError where the folder or a file cannot be used; the store then stays as it was.
    """
    files = sorted(triples.glob("*.nq")) if triples.is_dir() else []
    if not files:
        raise InputError(f"{triples}: expected a folder with .nq files, got none")

    def change(sources: Path) -> None:
        for old in sources.iterdir():
            old.unlink()
        for file in (*files, *triples.glob(LEDGER)):
            write_whole(sources / file.name, file.read_bytes())

    return publish(store, change, ontology=ontology, origin=triples)


def load_workbooks(workbooks: Iterable[Path], store: Path, *, ontology: Path) -> Published:
    """Load coded documents into a store, each in place of what the store had of it.

    Raises WorkbookError with all wrong cells, and InputError where there is no workbook.
    """
    codes = read_codes(ontology)
    coded = [read_workbook(path, codes) for path in workbooks]

    def change(sources: Path) -> None:
        for book in coded:
            _write(map_records(book.source, book.records), book.source.id, sources)

    return publish(store, change, ontology=ontology)


def load_rdf(files: Iterable[Path], store: Path, *, ontology: Path, source: str | None = None) -> Published:
    """Load RDF files into a store, each as a source of its own, named `source` or after the file."""
    listed = list(files)
    if source and len(listed) > 1:
        raise UsageError(f"--source names one file, got {len(listed)}")
    read: list[tuple[str, list[Statement]]] = []
    for file in listed:
        described = _describe_file(file, source)
        read.append((described.id, [*map_source(described), *read_rdf(file, described.id)]))

    def change(sources: Path) -> None:
        for name, statements in read:
            _write(statements, name, sources)

    return publish(store, change, ontology=ontology)


def remove_source(source: str, store: Path, *, ontology: Path) -> Published:
    """Take a source out of a store, whole.

    Raises UsageError where the store has no such source.
    """

    def change(sources: Path) -> None:
        file = sources / f"{source}.nq"
        if not LOCAL_ID.fullmatch(source) or not file.exists():
            known = ", ".join(sorted(path.stem for path in sources.glob("*.nq"))) or "none"
            raise UsageError(f"source: expected one of {known}, got {source!r}")
        file.unlink()

    return publish(store, change, ontology=ontology)


def write_triples(workbooks: Iterable[Path], folder: Path, *, ontology: Path) -> list[Path]:
    """Write each workbook as a sorted N-Quads file into a folder, and return the files."""
    codes = read_codes(ontology)
    coded = [read_workbook(path, codes) for path in workbooks]
    folder.mkdir(parents=True, exist_ok=True)
    return [_write(map_records(book.source, book.records), book.source.id, folder) for book in coded]


def publish(store: Path, change: Callable[[Path], None], *, ontology: Path, origin: Path | None = None) -> Published:
    """Change the sources of a store and publish the version they make, all or nothing.

    `change` is given the folder of raw source files, filled with those of the current version.
    """
    with draft_version(store) as draft:
        change(draft.sources)
        version = graph_version(draft.sources, ontology)
        if draft.current is not None and draft.current.name == version:
            return Published(version, changed=False)
        _fill(draft, version, ontology, origin)
        switch_version(store, draft, version)
    return Published(version, changed=True)


def ensure_store(triples: Path, store: Path, *, ontology: Path) -> Path:
    """The store of the shipped triples, built at first need and reused."""
    if current_version(store) is None:
        build_store(triples, store, ontology=ontology)
    return store


def graph_version(sources: Path, ontology: Path) -> str:
    """The name of the version that sources, decisions and ontology make: 16 hexadecimal digits of a SHA-256."""
    digest = hashlib.sha256(f"format {STORE_FORMAT}\n".encode())
    for folder in (sources, ontology):
        for file in sorted(path for path in folder.rglob("*") if path.suffix in (".nq", ".tsv", ".ttl", ".rq")):
            name = file.relative_to(folder).as_posix()
            if not name.startswith(("examples/", "questions/", "checks/", "shapes/")):
                digest.update(f"{name} {file_digest(file)}\n".encode())
    return digest.hexdigest()[:16]


def file_digest(file: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write(statements: Iterable[Statement], source: str, folder: Path) -> Path:
    path = folder / f"{source}.nq"
    write_source(statements, source_iri(source), path)
    return path


def _fill(draft: Draft, version: str, ontology: Path, origin: Path | None) -> None:
    try:
        engine = fill.create_engine(draft.folder / "oxigraph")
        canonical = canonical_iris(read_ledger(draft.sources / LEDGER))
        files = sorted(draft.sources.glob("*.nq"))
        for file in files:
            fill.load_source(engine, file, canonical)
        _load_ontology(engine, ontology)
        fill.add_replacements(engine, canonical, IDENTITY_GRAPH)
        fill.add_statements(engine, _provenance(files, version), PROVENANCE_GRAPH)
        view = View(draft.folder, version, engine)
        _check_whole(view)
        for rule in sorted((ontology / "rules").glob("*.rq")):
            fill.run_rule(engine, rule, DERIVED_GRAPH)
        write_names(_names(view), draft.folder)
        ties = write_ties(view, draft.folder)
        fill.finish(engine)
    except InputError as error:
        raise InputError(_at_origin(str(error), draft.sources, origin)) from None
    description = {
        "version": version,
        "software": __version__,
        "sources": {file.stem: file_digest(file) for file in files},
        "origin": str(origin.absolute()) if origin else None,
        "ties": ties,
    }
    (draft.folder / "version.json").write_text(json.dumps(description, indent=1) + "\n", encoding="utf-8")
    del view, engine


def _load_ontology(engine: object, ontology: Path) -> None:
    for file in sorted(ontology.glob("*.ttl")):
        fill.load_turtle(engine, file, ONTOLOGY_GRAPH)  # type: ignore[arg-type]
    for file in sorted((ontology / "codelists").glob("*.ttl")):
        fill.load_turtle(engine, file, CODES_GRAPH)  # type: ignore[arg-type]


def _check_whole(view: View) -> None:
    """Refuse a source of which statements are missing: it says itself how many it has."""
    counted = view.rows(
        f"SELECT ?graph (COUNT(*) AS ?met) (SAMPLE(?n) AS ?stated)"
        f' {{ GRAPH ?graph {{ ?s ?p ?o }} OPTIONAL {{ ?graph <{VOID.triples}> ?n }} FILTER (STRSTARTS(STR(?graph), "{SOURCE}")) }}'
        " GROUP BY ?graph"
    )
    for graph, met, stated in counted:
        if met != stated:
            name = f"{graph.removeprefix(SOURCE)}.nq"
            expected = f"the {stated} statements that the source counts" if stated else "the description of the source"
            raise InputError(f"{name}: expected {expected}, got {met}; the file is cut off or was changed by hand")


def _provenance(files: Iterable[Path], version: str) -> Iterator[Statement]:
    """Which file each source was loaded from, with its digest, and by which software; no time, so that it can be made again."""
    software = iri(f"{BASE}software/{__version__}")
    yield iri(PROVENANCE_GRAPH), iri(SDO.version), text(version)
    yield software, iri(RDF.type), iri(PROV.SoftwareAgent)
    yield software, iri(SKOS.prefLabel), text(f"Partnership KG {__version__}", "en")
    yield software, iri(SDO.softwareVersion), text(__version__)
    for file in files:
        load = iri(f"{SOURCE}{file.stem}#load")
        yield iri(source_iri(file.stem)), iri(PROV.wasGeneratedBy), load
        yield load, iri(RDF.type), iri(PROV.Activity)
        yield load, iri(KG.file), text(file.name)
        yield load, iri(KG.sha256), text(file_digest(file))
        yield load, iri(PROV.wasAssociatedWith), software


def _names(view: View) -> Iterator[Named]:
    """Every name and identifier of everything that is no code and no part of the ontology."""
    found = view.rows(
        f"SELECT DISTINCT ?thing ?name ?kind {{ ?thing <{SKOS.prefLabel}>|<{SKOS.altLabel}>|<{SKOS.hiddenLabel}>|"
        "org:identifier|skos:notation|dcterms:title|dcterms:identifier ?name . ?thing a/:kind ?kind"
        ' FILTER (?kind NOT IN ("code", "recipe")) } ORDER BY ?thing ?name'
    )
    for thing, name, kind in found:
        yield Named(thing, name, kind)
    local = view.rows("SELECT DISTINCT ?thing ?kind { ?thing a/:kind ?kind . ?mention :mentions ?thing } ORDER BY ?thing")
    for thing, kind in local:
        yield Named(thing, thing.removeprefix(ID), kind)


def _describe_file(file: Path, source: str | None) -> Source:
    name = source or _slug(file.name)
    if not LOCAL_ID.fullmatch(name):
        raise UsageError(f"--source: expected lower-case letters, digits and hyphens, got {name!r}")
    if not file.is_file():
        raise InputError(f"{file}: expected an RDF file, got none")
    return Source(id=name, title=file.name, file=file.name, sha256=file_digest(file))


def _slug(name: str) -> str:
    stem = name.partition(".")[0].lower()
    return "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in stem).split()) or "file"


def _at_origin(message: str, sources: Path, origin: Path | None) -> str:
    """Name the user's own file where the copy inside the draft was meant."""
    return message.replace(str(sources), str(origin)) if origin else message


