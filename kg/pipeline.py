"""The way of the data: read, map, write the raw graph, publish.

```
workbook or RDF file -> records -> statements -> sorted N-Quads, one file a source
all sources + identity decisions -> engine -> derived shortcuts -> names -> ties -> a new version
```
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kg.errors import InputError, StoreError, UsageError
from kg.files import write_whole
from kg.identity.ledger import FILE as LEDGER
from kg.identity.ledger import canonical_iris, read_ledger
from kg.mapping.rows import map_records, map_source
from kg.model.iris import LOCAL_ID, source_id, source_iri
from kg.model.row import Source
from kg.model.terms import Statement, iri, text
from kg.namespaces import BASE, GRAPH, ID, KG, PROV, RDF, SDO, SKOS, SOURCE
from kg.shipped import ontology_dir, triples_dir
from kg.sources.workbook import read_workbook
from kg.store import fill
from kg.store.names import FILE as NAMES
from kg.store.names import Named, write_names
from kg.store.nquads import check_complete, graph_of, write_source
from kg.store.publish import Draft, draft_version, switch_version
from kg.store.rdf import read_codes, read_rdf, split_nquads
from kg.store.version import STORE_FORMAT, file_digest, graph_version, shipped_store
from kg.store.view import FORMAT, View, current_version, open_view
from kg.summary import ENTITIES
from kg.ties import FILE as TIES
from kg.ties import write_ties
from kg.version import __version__

_KEPT_STORES = 4
_ENDINGS = r"(\.[A-Za-z]+)+$"
_NO_ORIGINS: Mapping[str, Path] = {}

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
        for file in files:
            origins.update({part.stem: file for part in split_nquads(file, sources)})
        for ledger in triples.glob(LEDGER):
            write_whole({sources / LEDGER: ledger.read_bytes()})

    origins: dict[str, Path] = {}
    return publish(store, change, ontology=ontology, origins=origins, anew=True)


def build_shipped() -> Path:
    """The store of the triples that come with this package, built if it is not there yet."""
    store = shipped_store()
    if current_version(store) is None:
        build_store(triples_dir(), store, ontology=ontology_dir())
        _forget_old_stores(store)
    return store


def load_workbooks(workbooks: Iterable[Path], store: Path, *, ontology: Path) -> Published:
    """Load coded documents into a store, each in place of what the store had of it.

    Raises WorkbookError with all wrong cells, and InputError where there is no workbook.
    """
    codes = read_codes(ontology)
    coded = [read_workbook(path, codes) for path in workbooks]
    refuse_twice([book.source.id for book in coded])

    def change(sources: Path) -> None:
        for book in coded:
            _write(map_records(book.source, book.records), book.source.id, sources)

    return publish(store, change, ontology=ontology, origins={book.source.id: book.path for book in coded})


def load_rdf(files: Iterable[Path], store: Path, *, ontology: Path, source: str | None = None) -> Published:
    """Load RDF files into a store, each as a source of its own, named `source` or after the file."""
    listed = list(files)
    if source and len(listed) > 1:
        raise UsageError(f"--source names one file, got {len(listed)}")
    read: list[tuple[str, list[Statement]]] = []
    for file in listed:
        described = _describe_file(file, source)
        read.append((described.id, [*map_source(described), *read_rdf(file, described.id)]))
    refuse_twice([name for name, _ in read])

    def change(sources: Path) -> None:
        for name, statements in read:
            _write(statements, name, sources)

    origins = {name: file for (name, _), file in zip(read, listed, strict=True)}
    return publish(store, change, ontology=ontology, origins=origins)


def refuse_twice(sources: list[str]) -> None:
    """Refuse ids of sources of which one would be put in place of another."""
    for at, source in enumerate(sources):
        if source in sources[:at]:
            raise UsageError(f"source: expected each id once, got {source!r} twice; load one of them with --source ID")


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


def publish(
    store: Path,
    change: Callable[[Path], None],
    *,
    ontology: Path,
    origins: Mapping[str, Path] = _NO_ORIGINS,
    anew: bool = False,
) -> Published:
    """Change the sources of a store and publish the version they make, all or nothing.

    `change` is given the folder of raw source files, filled with those of the current version; `origins`
    says which file or workbook a source was read from, so that findings can point to it. With `anew`, it does
    not matter whether what the store held can still be read.
    """
    with draft_version(store, anew=anew) as draft:
        change(draft.sources)
        version = graph_version(draft.sources, ontology)
        if draft.current is not None and draft.current.name == version and _is_whole(draft.current, store):
            return Published(version, changed=False)
        _fill(draft, version, ontology, origins)
        switch_version(store, draft, version)
    return Published(version, changed=True)


def _is_whole(current: Path, store: Path) -> bool:
    """Whether the current version can be read, so that it need not be made again."""
    try:
        open_view(store)
    except StoreError:
        return False
    return all((current / name).is_file() for name in (NAMES, TIES, "version.json"))


def _forget_old_stores(store: Path) -> None:
    """Keep the newest few of the shipped stores: each edit of the ontology makes another."""
    others = sorted(store.parent.iterdir(), key=lambda folder: folder.stat().st_mtime, reverse=True)
    for folder in others[_KEPT_STORES:]:
        shutil.rmtree(folder, ignore_errors=True)


def _write(statements: Iterable[Statement], source: str, folder: Path) -> Path:
    path = folder / f"{source}.nq"
    write_source(statements, source_iri(source), path)
    return path


def _fill(draft: Draft, version: str, ontology: Path, origins: Mapping[str, Path]) -> None:
    try:
        engine = fill.create_engine(draft.folder / "oxigraph")
        canonical = canonical_iris(read_ledger(draft.sources / LEDGER))
        files = sorted(draft.sources.glob("*.nq"))
        for file in files:
            check_complete(file)
            fill.load_source(engine, file, canonical)
        fill.load_turtle(engine, _ontology_files(ontology))
        fill.add_replacements(engine, canonical, IDENTITY_GRAPH)
        fill.add_statements(engine, _provenance(files, version), PROVENANCE_GRAPH)
        for rule in sorted((ontology / "rules").glob("*.rq")):
            fill.run_rule(engine, rule, DERIVED_GRAPH)
        view = View(draft.folder, version, engine)
        write_names(_names(view), draft.folder)
        ties = write_ties(view, draft.folder)
        fill.finish(engine)
    except InputError as error:
        raise InputError(_at_origin(str(error), draft.sources, origins)) from None
    description = {
        "version": version,
        "software": __version__,
        "sources": {file.stem: file_digest(file) for file in files},
        "origins": {file.stem: origin for file in files if (origin := _origin(draft, file.stem, origins))},
        "ties": ties,
    }
    (draft.folder / FORMAT).write_text(STORE_FORMAT + "\n", encoding="ascii")
    (draft.folder / "version.json").write_text(json.dumps(description, indent=1) + "\n", encoding="utf-8")
    del view, engine


def _ontology_files(ontology: Path) -> dict[Path, str]:
    """The Turtle files of the ontology, each with the graph that it goes into."""
    return {
        **dict.fromkeys(sorted(ontology.glob("*.ttl")), ONTOLOGY_GRAPH),
        **dict.fromkeys(sorted((ontology / "codelists").glob("*.ttl")), CODES_GRAPH),
    }


def _provenance(files: Iterable[Path], version: str) -> Iterator[Statement]:
    """Which file each source was loaded from and by which software; no time, so that it can be made again."""
    software = iri(f"{BASE}software/{__version__}")
    yield iri(PROVENANCE_GRAPH), iri(SDO.version), text(version)
    yield software, iri(RDF.type), iri(PROV.SoftwareAgent)
    yield software, iri(SKOS.prefLabel), text(f"Partnership KG {__version__}", "en")
    yield software, iri(SDO.softwareVersion), text(__version__)
    for file in files:
        load = iri(f"{SOURCE}{file.stem}#load")
        yield iri(graph_of(file)), iri(PROV.wasGeneratedBy), load
        yield load, iri(RDF.type), iri(PROV.Activity)
        yield load, iri(KG.file), text(file.name)
        yield load, iri(KG.sha256), text(file_digest(file))
        yield load, iri(PROV.wasAssociatedWith), software


def _names(view: View) -> Iterator[Named]:
    """Every name and identifier of everything that is no code and no part of the ontology."""
    found = view.rows(
        "SELECT ?thing ?name ?kind { VALUES ?property { skos:prefLabel skos:altLabel skos:hiddenLabel org:identifier"
        " skos:notation dcterms:title dcterms:identifier } ?thing ?property ?name ; a/:kind ?kind"
        ' FILTER (?kind NOT IN ("code", "recipe")) }'
    )
    for thing, name, kind in sorted(set(found)):  # three times as fast as DISTINCT and ORDER BY in the engine
        yield Named(thing, name, kind)
    kinds = ", ".join(f'"{kind}"' for kind in ENTITIES)
    for thing, kind in sorted(
        set(view.rows(f"SELECT ?thing ?kind {{ ?thing a/:kind ?kind FILTER (?kind IN ({kinds})) }}"))
    ):
        local = thing.removeprefix(ID)
        yield Named(thing, local, kind, is_id=True)
        yield Named(thing, local.partition("/")[2], kind, is_id=True)


def _describe_file(file: Path, source: str | None) -> Source:
    name = source_name(file, source)
    if not file.is_file():
        raise InputError(f"{file}: expected an RDF file, got none")
    return Source(id=name, title=file.name, file=file.name, sha256=file_digest(file))


def source_name(file: Path, source: str | None) -> str:
    """The id of a source: the one that was asked for, else the name of its file without endings."""
    name = source or source_id(re.sub(_ENDINGS, "", file.name))
    if not LOCAL_ID.fullmatch(name):
        raise UsageError(f"--source: expected lower-case letters, digits and hyphens, got {name!r}")
    return name


def _origin(draft: Draft, source: str, origins: Mapping[str, Path]) -> str:
    """Where a source was read from: now, or when the current version was made."""
    if source in origins:
        return str(origins[source].absolute())
    if draft.current is None:
        return ""
    described = json.loads((draft.current / "version.json").read_text(encoding="utf-8"))
    return str(described["origins"].get(source, ""))


def _at_origin(message: str, sources: Path, origins: Mapping[str, Path]) -> str:
    """Name the user's own file where the copy inside the draft was meant."""
    for source, origin in origins.items():
        message = message.replace(str(sources / f"{source}.nq"), str(origin))
    return message
