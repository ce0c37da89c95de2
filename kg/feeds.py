"""Loading data that others publish, whatever state it is in: one table of the formats, one way for all of them.

```
files -> sources (a file each, or the pages of one query together) -> records -> sorted N-Quads, beside the storing
```
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from kg.assembly import Watch
from kg.beside import Send, run_frames
from kg.errors import InputError, UsageError
from kg.mapping.rows import map_records
from kg.model.iris import source_iri
from kg.model.report import Report
from kg.model.row import Row, Source
from kg.packed import Told, open_packed
from kg.pipeline import Published, publish, refuse_twice, source_name, unwatched
from kg.sources.cells import Codes
from kg.sources.fts.pages import describe_fts, group_fts
from kg.sources.fts.read import read_fts
from kg.sources.iati.read import read_iati
from kg.sources.iati.stream import read_header
from kg.sources.iati.values import read_day
from kg.store.nquads import write_source
from kg.store.rdf import read_codes
from kg.store.version import file_digest

MUCH = 3_000_000
"""Bytes of files from which on a second process is worth its start."""
_STEP = 1 << 20
"""Bytes read between two words about it."""


class Feed(NamedTuple):
    """A format: how its files are called, which of them are one source, what a source is, and its records."""

    what: str
    endings: tuple[str, ...]
    describe: Callable[[Sequence[Path]], Mapping[str, Any]]
    """Fields of `Source` that the files tell of themselves."""
    read: Callable[[Sequence[Path], Report, Codes, Told], Iterator[Row]]
    group: Callable[[Sequence[Path]], Mapping[str, Sequence[Path]]] | None = None
    """The files of each source by a name for it; without it, each file is a source."""


class Terms(NamedTuple):
    """What a person says of the data: their id in the graph, who publishes them, and on what terms."""

    source: str | None = None
    publisher: str = ""
    licence: str = ""


NO_TERMS = Terms()


def load_feed(
    kind: str,
    files: Iterable[Path],
    store: Path,
    *,
    ontology: Path,
    report: Report,
    terms: Terms = NO_TERMS,
    watch: Watch = unwatched,
) -> Published:
    """Load files of one of `FEEDS` into a store, each source in place of what the store had of it.

    `report` gathers what there is to say of them. Of several sources, one that cannot be read is a finding and the
    others are loaded. Raises InputError where none can be read, and for the first error where the report is strict.
    """
    groups = group_files(kind, list(files), terms.source)
    sizes = {name: sum(_size(file) for file in group) for name, group in groups.items()}

    def change(sources: Path) -> Iterator[Path]:
        much, before = sum(sizes.values()), 0
        work = (kind, groups, sources, ontology, report.strict, terms)
        for frame in run_frames(_map_sources, *work, beside=much > MUCH):
            if isinstance(frame, int):
                watch("reading", before + frame, much)
                continue
            name, told = frame
            before += sizes[name]
            report.take(told)
            if told.tally["files"]:
                yield sources / f"{name}.nq"
        if not report.tally["files"]:
            raise InputError(f"{', '.join(groups)}: expected {FEEDS[kind].what}, got none that can be read")

    origins = {name: group[0] for name, group in groups.items()}
    return publish(store, change, ontology=ontology, origins=origins, watch=watch)


def group_files(kind: str, files: Sequence[Path], source: str | None) -> dict[str, list[Path]]:
    """The files of each source by its id: all of them under the one that was asked for, else as the format says.

    Raises UsageError where files of a format that has one file a source are to be one, or two sources have one id.
    """
    group = FEEDS[kind].group
    if source and group is None and len(files) > 1:
        raise UsageError(f"--source names one file, got {len(files)}")
    if source:
        return {source_name(files[0], source): list(files)}
    found = [(files[0].with_name(name), files) for name, files in group(files).items()] if group else (
        [(file, [file]) for file in files]
    )  # fmt: skip
    names = [source_name(file, None) for file, _ in found]
    refuse_twice(names)
    return {name: list(files) for name, (_, files) in zip(names, found, strict=True)}


def _map_sources(
    send: Send, kind: str, groups: Mapping[str, list[Path]], folder: Path, ontology: Path, strict: bool, terms: Terms
) -> None:
    """Write the N-Quads of each source into a folder; sends how far the files were read, and a report of each."""
    codes = read_codes(ontology)
    for name, files in groups.items():
        told = Report(strict=strict, source=name)
        try:
            about = describe_files(kind, files, name, terms)
            rows = FEEDS[kind].read(files, told, codes, _in_steps(send))
            count = write_source(map_records(about, rows), source_iri(name), folder / f"{name}.nq")
        except InputError as error:
            if strict or len(groups) == 1:
                raise
            told = Report(source=name)
            message = str(error).removeprefix(f"{files[0]}: ")
            told.add("error", "unreadable-file", "", message, str(files[0]))
        else:
            told.tally.update(files=len(files), statements=count)
        send((name, told))


def describe_files(kind: str, files: Sequence[Path], source: str, terms: Terms = NO_TERMS) -> Source:
    """What files of a format are as a source: their names, their digest, and what they tell of themselves.

    The digest of several files is that of one after the other. Raises InputError where one of them cannot be read.
    """
    for file in files:
        if not file.is_file():
            raise InputError(f"{file}: expected {FEEDS[kind].what}, got none")
    digest = file_digest(files[0]) if len(files) == 1 else _digest(files)
    names = files[0].name + (f" and {len(files) - 1} more" if len(files) > 1 else "")
    fields: dict[str, Any] = {"title": names, "language": "", **FEEDS[kind].describe(files)}
    fields.update({key: value for key, value in terms._asdict().items() if value and key != "source"})
    return Source(id=source, file=names, sha256=digest, **fields)


def _in_steps(send: Send) -> Told:
    """Says now and then how far a file was read."""
    last = 0

    def told(read: int) -> None:
        nonlocal last
        if read - last > _STEP or read < last:
            last = read
            send(read)

    return told


def _digest(files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _size(file: Path) -> int:
    return file.stat().st_size if file.is_file() else 0


def _describe_iati(files: Sequence[Path]) -> Mapping[str, Any]:
    """The day on which an IATI file says it was made."""
    with open_packed(files[0]) as stream:
        return {"date": read_day(read_header(stream, str(files[0])).get("generated-datetime", ""))}


def _read_iati(files: Sequence[Path], report: Report, codes: Codes, told: Told) -> Iterator[Row]:
    with open_packed(files[0], told) as stream:
        yield from read_iati(stream, files[0].name, report, codes)


def _read_fts(files: Sequence[Path], report: Report, codes: Codes, _: Told) -> Iterator[Row]:
    return read_fts(files, report, codes)


FEEDS: dict[str, Feed] = {
    "iati": Feed("an IATI file", (".xml", ".xml.gz", ".xml.zst"), _describe_iati, _read_iati),
    "fts": Feed("a page of FTS", (".json", ".json.gz", ".json.zst"), describe_fts, _read_fts, group_fts),
}
"""The formats of published data that can be loaded, by their names on the command line."""
