"""A version of a store, put together: sources into the engine, the index of names, the ties, shortcuts.

```
source files + identity decisions -> engine -> names, ties -> derived shortcuts
```
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kg.beside import Send, run_frames
from kg.identity.ledger import FILE as LEDGER
from kg.identity.ledger import canonical_iris, read_ledger
from kg.model.terms import Statement, iri, text
from kg.namespaces import BASE, GRAPH, ID, KG, PROV, RDF, SDO, SKOS, SOURCE
from kg.store import fill
from kg.store.names import Named, write_names
from kg.store.nquads import check_complete, graph_of
from kg.store.publish import Draft
from kg.store.sorting import sort_lines
from kg.store.version import STORE_FORMAT, file_digest
from kg.store.view import FORMAT, View, read_version
from kg.summary import ENTITIES
from kg.ties import write_ties
from kg.version import __version__
from kg.watch import Watch

if TYPE_CHECKING:
    import pyoxigraph

ONTOLOGY_GRAPH = GRAPH + "ontology"
CODES_GRAPH = GRAPH + "codelists"
DERIVED_GRAPH = GRAPH + "derived"
IDENTITY_GRAPH = GRAPH + "identity"
PROVENANCE_GRAPH = GRAPH + "provenance"


MUCH = 30_000_000
"""Bytes of source files from which on a second process is worth its start."""


class Assembly:
    """A version in the making: `store` puts a source file into it, `finish` does all that is left to do."""

    def __init__(self, draft: Draft, ontology: Path, watch: Watch) -> None:
        self.draft = draft
        self.ontology = ontology
        self.watch = watch
        self._stored = set[Path]()
        self._engine: pyoxigraph.Store | None = None
        self._canonical: Mapping[str, str] = {}

    def store(self, file: Path) -> None:
        """Put a source file into the engine; the identity decisions of the draft are read when the first one comes.

        Raises InputError where the file lost lines or is ill-formed.
        """
        engine = self._open()
        check_complete(file)
        fill.load_source(engine, file, self._canonical)
        self._stored.add(file)

    def finish(self, version: str, origins: Mapping[str, str]) -> int:
        """Store the source files that are left, derive, index, describe: all of a version but making it current.

        Returns how many flows do not count in totals because another source tells them.
        """
        engine, files = self._open(), sorted(self.draft.sources.glob("*.nq"))
        sizes = {file: file.stat().st_size for file in files}
        for file in files:
            if file not in self._stored:
                self.store(file)
            self.watch("storing", sum(sizes[one] for one in self._stored), sum(sizes.values()))
        fill.load_turtle(engine, _ontology_files(self.ontology))
        fill.add_replacements(engine, self._canonical, IDENTITY_GRAPH)
        fill.add_statements(engine, _provenance(files, version), PROVENANCE_GRAPH)
        del engine
        ties = self._index(version, sum(sizes.values()) > MUCH)
        elsewhere = self._derive(self._open())
        self._arrange()
        self._describe(files, version, origins, ties)
        return elsewhere

    def _open(self) -> pyoxigraph.Store:
        if self._engine is None:
            self._engine = fill.create_engine(self.draft.folder / "oxigraph")
            self._canonical = canonical_iris(read_ledger(self.draft.sources / LEDGER))
        return self._engine

    def _close(self) -> None:
        """Close the engine and give back the memory of its caches, which grow with what is asked of it."""
        self._engine = None
        fill.free_memory()

    def _derive(self, engine: pyoxigraph.Store) -> int:
        rules = sorted((self.ontology / "rules").glob("*.rq"))
        for number, rule in enumerate(rules):
            self.watch("deriving shortcuts", number, len(rules))
            fill.run_rule(engine, rule, DERIVED_GRAPH)
        self.watch("deriving shortcuts", len(rules), len(rules))
        return fill.overrule(engine, DERIVED_GRAPH)

    def _arrange(self) -> None:
        """Write all to disk in the form that is fastest to read."""
        self.watch("arranging the store", 0, 0)
        self._close()
        fill.finish(self._open())
        self._close()

    def _index(self, version: str, much: bool) -> int:
        """Index names and ties, and return how many ties there are: of much data arranged, in a process of its own.

        What lies as it was stored takes many times as long to read, and a process gives back all memory that it took.
        They are read before rules run: then an actor does not yet lead to each of its works.
        """
        (self._arrange if much else self._close)()
        self.watch("indexing names and ties", 0, 0)
        (ties,) = run_frames(index, self.draft.folder, version, beside=much)
        return int(ties)

    def _describe(self, files: list[Path], version: str, origins: Mapping[str, str], ties: int) -> None:
        description = {
            "version": version,
            "software": __version__,
            "sources": {file.stem: file_digest(file) for file in files},
            "origins": dict(origins),
            "ties": ties,
        }
        folder = self.draft.folder
        (folder / FORMAT).write_text(STORE_FORMAT + "\n", encoding="ascii")
        (folder / "version.json").write_text(json.dumps(description, indent=1) + "\n", encoding="utf-8")


def index(send: Send, folder: Path, version: str) -> None:
    """Write the index of names and the ties of a version into its folder, and send how many ties there are."""
    write_names(_names(read_version(folder, version)), folder)
    fill.free_memory()
    send(write_ties(read_version(folder, version), folder))


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
    """Every name and identifier of everything that is no code and no part of the ontology, in the order of IRIs."""
    for line in sort_lines((json.dumps(named) + "\n" for named in _find_names(view)), view.path):
        yield Named(*json.loads(line))


def _find_names(view: View) -> Iterator[tuple[str, str, str, bool]]:
    found = view.rows(
        "SELECT ?thing ?name ?kind { VALUES ?property { skos:prefLabel skos:altLabel skos:hiddenLabel org:identifier"
        " skos:notation dcterms:title dcterms:identifier } ?thing ?property ?name ; a/:kind ?kind"
        ' FILTER (?kind NOT IN ("code", "recipe")) }'
    )
    for thing, name, kind in found:
        yield thing, name, kind, False
    kinds = ", ".join(f'"{kind}"' for kind in ENTITIES)
    for thing, kind in view.rows(f"SELECT ?thing ?kind {{ ?thing a/:kind ?kind FILTER (?kind IN ({kinds})) }}"):
        local = thing.removeprefix(ID)
        yield thing, local, kind, True
        yield thing, local.partition("/")[2], kind, True
