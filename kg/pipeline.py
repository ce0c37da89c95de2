"""The way of the data: read, map, write the raw graph, publish.

```
workbook or RDF file -> records -> statements -> sorted N-Quads, one file a source
all sources + identity decisions -> an assembly (`kg.assembly`) -> a new version
```
"""

from __future__ import annotations

import json
import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg.assembly import Assembly
from kg.errors import InputError, StoreError, UsageError
from kg.files import write_whole
from kg.identity.ledger import FILE as LEDGER
from kg.identity.ledger import read_ledger
from kg.mapping.rows import map_records
from kg.model.iris import LOCAL_ID, source_id, source_iri
from kg.model.terms import Statement
from kg.shipped import ontology_dir, triples_dir
from kg.sources.workbook import read_workbook
from kg.store.names import FILE as NAMES
from kg.store.nquads import write_source
from kg.store.publish import SOURCES, Draft, draft_version, switch_version
from kg.store.rdf import read_codes, split_nquads
from kg.store.version import file_digest, graph_version, shipped_store
from kg.store.view import current_version, open_view
from kg.ties import FILE as TIES
from kg.watch import Watch, unwatched

_KEPT_STORES = 4
_ENDINGS = r"(\.[A-Za-z]+)+$"
_RESERVED = ("country", "region", "scheme")
_NO_ORIGINS: Mapping[str, Path] = {}


@dataclass(frozen=True, slots=True)
class Published:
    """A version that a store now has; `changed` is false where it had it before.

    `moved` names the sources that were read from another place than what they take the place of, with that place.
    `elsewhere` is how many flows do not count in totals because another source of the store tells them as well.
    """

    version: str
    changed: bool
    moved: Mapping[str, str] = field(default_factory=dict)
    elsewhere: int = 0


def build_store(triples: Path, store: Path, *, ontology: Path, watch: Watch = unwatched) -> Published:
    """Build a store from a folder of N-Quads files and its identity decisions, in place of all it held.

    Raises InputError where the folder or a file cannot be used; the store then stays as it was.
    """
    files = sorted(triples.glob("*.nq")) if triples.is_dir() else []
    if not files:
        raise InputError(f"{triples}: expected a folder with .nq files, got none")

    def change(sources: Path) -> Iterator[Path]:
        for old in sources.iterdir():
            old.unlink()
        for ledger in triples.glob(LEDGER):
            write_whole({sources / LEDGER: ledger.read_bytes()})
        for file in files:
            parts = split_nquads(file, sources)
            origins.update({part.stem: file for part in parts})
            yield from parts

    origins: dict[str, Path] = {}
    read_ledger(triples / LEDGER)
    return publish(store, change, ontology=ontology, origins=origins, anew=True, watch=watch)


def build_shipped() -> Path:
    """The store of the triples that come with this package, built if it is not there yet."""
    store = shipped_store()
    if current_version(store) is None:
        build_store(triples_dir(), store, ontology=ontology_dir())
        _forget_old_stores(store)
    return store


def load_workbooks(workbooks: Iterable[Path], store: Path, *, ontology: Path, watch: Watch = unwatched) -> Published:
    """Load coded documents into a store, each in place of what the store had of it.

    Raises WorkbookError with all wrong cells, and InputError where there is no workbook.
    """
    codes = read_codes(ontology)
    coded = [read_workbook(path, codes) for path in workbooks]
    for at, book in enumerate(coded):
        refuse_id(book.source.id, [other.source.id for other in coded[:at]])

    def change(sources: Path) -> Iterator[Path]:
        for book in coded:
            yield _write(map_records(book.source, book.records), book.source.id, sources)

    return publish(store, change, ontology=ontology, origins={book.source.id: book.path for book in coded}, watch=watch)


def source_names(files: Iterable[Path]) -> list[str]:
    """The ids of sources that are named after their files; of those alike, each with its folder in front.

    So `2019/activities.xml` and `2020/activities.xml` are `2019-activities` and `2020-activities`, whatever their
    order. Where that is not enough, the folder above follows. Files of one folder stay alike.

    >>> source_names([Path("2019/activities.xml"), Path("wells.xml"), Path("2020/activities.xml")])
    ['2019-activities', 'wells', '2020-activities']
    """
    listed = [file.absolute() for file in files]
    names, folders = [source_name(file, None) for file in listed], [0] * len(listed)
    while True:
        homes: dict[str, set[Path]] = defaultdict(set)
        for name, file in zip(names, listed, strict=True):
            homes[name].add(file.parent)
        alike = [
            at for at, name in enumerate(names) if len(homes[name]) > 1 and folders[at] < len(listed[at].parts) - 2
        ]
        if not alike:
            return names
        for at in alike:
            folders[at] += 1
            names[at] = source_name(listed[at].with_name("-".join(listed[at].parts[-1 - folders[at] :])), None)


def name_sources(files: list[Path], source: str | None) -> list[str]:
    """The ids of sources: the one that was asked for, else by the paths whose names they get.

    Raises UsageError for several sources with one id.
    """
    if source and len(files) > 1:
        raise UsageError(f"--source names one file, got {len(files)}")
    return [source_name(files[0], source)] if source else source_names(files)


def refuse_id(source: str, taken: Collection[str]) -> None:
    """Refuse an id that another source has, whose place it would take, and one whose things would be others'."""
    if source in _RESERVED:
        raise UsageError(f"source: expected another id than {source!r}, under which countries and the like stand")
    if source in taken:
        raise UsageError(f"source: expected each id once, got {source!r} twice; load one of them with --source ID")


def remove_source(source: str, store: Path, *, ontology: Path, watch: Watch = unwatched) -> Published:
    """Take a source out of a store, whole.

    Raises UsageError where the store has no such source.
    """

    def change(sources: Path) -> Iterable[Path]:
        file = sources / f"{source}.nq"
        if not LOCAL_ID.fullmatch(source) or not file.exists():
            known = ", ".join(sorted(path.stem for path in sources.glob("*.nq"))) or "none"
            raise UsageError(f"source: expected one of {known}, got {source!r}")
        file.unlink()
        return ()

    return publish(store, change, ontology=ontology, watch=watch)


def write_triples(workbooks: Iterable[Path], folder: Path, *, ontology: Path) -> list[Path]:
    """Write each workbook as a sorted N-Quads file into a folder, and return the files."""
    codes = read_codes(ontology)
    coded = [read_workbook(path, codes) for path in workbooks]
    folder.mkdir(parents=True, exist_ok=True)
    return [_write(map_records(book.source, book.records), book.source.id, folder) for book in coded]


def publish(
    store: Path,
    change: Callable[[Path], Iterable[Path]],
    *,
    ontology: Path,
    origins: Mapping[str, Path] = _NO_ORIGINS,
    anew: bool = False,
    watch: Watch = unwatched,
) -> Published:
    """Change the sources of a store and publish the version they make, all or nothing.

    `change` is given the folder of raw source files, filled with those of the current version, and names each file
    that it has written there: what is stored of it at once need not wait for the next one. Identity decisions are
    written before the first. `origins` says which file or workbook a source was read from, so that findings can point
    to it. With `anew`, it does not matter whether what the store held can still be read.
    """
    with draft_version(store, anew=anew) as draft:
        assembly = Assembly(draft, ontology, watch)
        try:
            for file in change(draft.sources):
                if not _is_there(file, draft):
                    assembly.store(file)
            version = graph_version(draft.sources, ontology)
            if draft.current is not None and draft.current.name == version and _is_whole(draft.current, store):
                return Published(version, changed=False)
            known = _all_origins(draft, origins)
            moved = _moved(draft, known)
            elsewhere = assembly.finish(version, known)
        except InputError as error:
            raise type(error)(*_at_origin(error, draft.sources, origins)) from None
        del assembly
        switch_version(store, draft, version)
    return Published(version, changed=True, moved=moved, elsewhere=elsewhere)


def _is_there(file: Path, draft: Draft) -> bool:
    """Whether a source file is in the current version, byte for byte: perhaps nothing has changed."""
    before = draft.current / SOURCES / file.name if draft.current else None
    return before is not None and before.is_file() and file_digest(before) == file_digest(file)


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


def source_name(file: Path, source: str | None) -> str:
    """The id of a source: the one that was asked for, else the name of its file without endings."""
    name = source or source_id(re.sub(_ENDINGS, "", file.name))
    if not LOCAL_ID.fullmatch(name):
        raise UsageError(f"--source: expected lower-case letters, digits and hyphens, got {name!r}")
    return name


def _all_origins(draft: Draft, origins: Mapping[str, Path]) -> dict[str, str]:
    """Where each source of a draft was read from: now, or when the current version was made."""
    known = {source: str(path.absolute()) for source, path in origins.items()}
    sources = [file.stem for file in sorted(draft.sources.glob("*.nq"))]
    if not set(sources) <= set(known):
        known = {**_origins_before(draft), **known}
    return {source: known[source] for source in sources if known.get(source)}


def _origins_before(draft: Draft) -> dict[str, str]:
    """Where the sources of the current version were read from; nothing where that cannot be read any more."""
    try:
        return dict(json.loads((draft.current / "version.json").read_bytes())["origins"]) if draft.current else {}
    except (OSError, ValueError, KeyError):
        return {}


def _moved(draft: Draft, known: Mapping[str, str]) -> dict[str, str]:
    """The sources that were read from another place before, with that place."""
    before = _origins_before(draft)
    return {source: before[source] for source, place in known.items() if before.get(source, place) != place}


def _at_origin(error: InputError, sources: Path, origins: Mapping[str, Path]) -> tuple[Any, ...]:
    """What an error says, with the user's own file named where the copy inside the draft was meant."""
    if not isinstance(error.args[0], str):
        return error.args
    message = error.args[0]
    for source, origin in origins.items():
        message = message.replace(str(sources / f"{source}.nq"), str(origin))
    return (message,)
