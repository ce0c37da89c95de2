"""Loading data that others publish, whatever state it is in: one table of the formats, one way for all of them.

```
files -> sources (a file each, or the pages of one query together) -> records -> sorted N-Quads, beside the storing
```
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from kg.beside import Send, run_frames
from kg.errors import InputError, UsageError
from kg.mapping.rows import map_records, map_source
from kg.model.finding import split_place
from kg.model.iris import source_iri
from kg.model.report import Report
from kg.model.row import Companion, Row, Source
from kg.model.terms import Statement
from kg.packed import ENDINGS, Progress, open_packed
from kg.pipeline import Published, name_sources, publish, refuse_id
from kg.sources.cells import Codes
from kg.sources.fts.pages import describe_fts, group_fts
from kg.sources.fts.read import read_fts
from kg.sources.iati.read import describe_iati, read_iati
from kg.sources.rates.convert import convert_flows
from kg.sources.rates.read import CURRENCY, read_rates
from kg.sources.tables.language import TableMapping
from kg.sources.tables.mapping import read_mapping
from kg.sources.tables.read import read_table
from kg.store.nquads import name_of_record, read_known, write_source
from kg.store.rdf import ENDINGS_OF_RDF, read_codes, read_rdf
from kg.store.version import file_digest
from kg.watch import Watch, unwatched

MUCH = 3_000_000
"""Bytes of files from which on a second process is worth its start."""
MANY = 100_000
"""Records or things of a source that are remembered, to know whether a file tells of the same."""
T = TypeVar("T")
_STEP = 1 << 20
"""Bytes read between two words about it."""


class Inside(NamedTuple):
    """What a reader is given beside its files: where it tells what it meets, and what it needs to know."""

    report: Report
    codes: Codes
    told: Progress
    mapping: TableMapping | None


class Feed(NamedTuple):
    """A format: what its files are and how their names end, what they tell of themselves, and their records.

    `describe` gives fields of `Source`; of a table, its mapping does. RDF has statements in place of records.
    """

    what: str
    endings: tuple[str, ...]
    describe: Callable[[Sequence[Path]], Mapping[str, Any]] | None
    read: Callable[[Sequence[Path], Inside], Iterator[Row]] | None
    group: Callable[[Sequence[Path]], Mapping[str, Sequence[Path]]] | None = None
    """The files of each source by a name for it; without it, each file is a source."""
    mapping: str | None = None
    """Of a table: the shipped mapping that says how it is read, or an empty string where a person names one."""

    @property
    def joins(self) -> bool:
        """Whether several files can be one source."""
        return self.group is not None or self.mapping is not None


class Terms(NamedTuple):
    """What a person says of the data: their id in the graph, who publishes them and on what terms, how to read them.

    `rates` is a table of exchange rates by which amounts are given in the currency `convert_to`, too.
    """

    source: str | None = None
    publisher: str = ""
    licence: str = ""
    mapping: Path | None = None
    rates: Path | None = None
    convert_to: str = ""


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
    _check_rates(kind, terms)
    groups = group_files(kind, list(files), terms.source, report)
    report.flush()
    sizes = {name: sum(_size(file) for file in group) for name, group in groups.items()}

    def change(sources: Path) -> Iterator[Path]:
        much, before = sum(sizes.values()), 0
        work = (kind, groups, sources, ontology, report.of_source(""), terms)
        for frame in run_frames(_map_sources, *work, beside=much > MUCH):
            if isinstance(frame, int):
                watch("reading", before + frame, much)
                continue
            name, told = frame
            before += sizes[name]
            report.take(told)
            if told.tally["files"]:
                origins[name] = groups[name][0]
                yield sources / f"{name}.nq"
        if not report.tally["files"]:
            raise InputError(f"{', '.join(groups) or kind}: expected {FEEDS[kind].what}, got none that can be read")

    origins: dict[str, Path] = {}
    return publish(store, change, ontology=ontology, origins=origins, watch=watch)


def group_files(
    kind: str, files: Sequence[Path], source: str | None, report: Report | None = None
) -> dict[str, list[Path]]:
    """The files of each source by its id: all of them under the one that was asked for, else as the format says.

    Of several sources, one whose id none can have, or another has, is a finding. Raises UsageError for a single one,
    without a report, and where files of a format that has one file a source are to be one.
    """
    group = FEEDS[kind].group
    groups = {file: [file] for file in files}
    if source and FEEDS[kind].joins:
        groups = {files[0]: list(files)}
    elif group is not None:
        groups = {inside[0].with_name(name): list(inside) for name, inside in group(files).items()}
    named: dict[str, list[Path]] = {}
    for name, inside in zip(name_sources(list(groups), source), groups.values(), strict=True):
        try:
            refuse_id(name, named)
        except UsageError as error:
            if report is None or len(groups) == 1:
                raise
            report.add("error", "unreadable-file", "", str(error), str(inside[0]))
            continue
        named[name] = inside
    return named


def _map_sources(
    send: Send, kind: str, groups: Mapping[str, list[Path]], folder: Path, ontology: Path, empty: Report, terms: Terms
) -> None:
    """Write the N-Quads of each source into a folder; sends how far the files were read, and a report of each.

    `empty` is a report with nothing in it. What was found in a file that cannot be used is forgotten.
    """
    codes = read_codes(ontology)
    mapped_by = _find_mapping(kind, ontology, terms)
    mapping = read_mapping(mapped_by, codes) if mapped_by else None
    rates = read_rates(terms.rates, terms.convert_to) if terms.rates else None
    beside = [Companion(file.name, file_digest(file)) for file in (mapped_by, terms.rates) if file]
    for name, files in groups.items():
        told = empty.of_source(name)
        try:
            about = describe_files(kind, files, name, terms, mapping)
            inside = Inside(told, codes, _in_steps(send), mapping)
            read = FEEDS[kind].read
            statements: Iterable[Statement]
            if read is None:
                statements = chain(map_source(about), _refuse_none(read_rdf(files[0], name, inside.told), files))
            else:
                rows = _refuse_none(read(files, inside), files)
                statements = map_records(about, convert_flows(rows, rates, told) if rates else rows, beside)
            place = folder / f"{name}.nq"
            told_of = statements if terms.source else _refuse_others(statements, files[0], place)
            count = write_source(told_of, source_iri(name), place)
        except InputError as error:
            if empty.strict or len(groups) == 1:
                raise
            told.forget()
            told = empty.of_source(name)
            where, message = split_place(str(error), files)
            told.add("error", "unreadable-file", "", message, where)
        else:
            told.tally.update(files=len(files), statements=count)
        told.flush()
        send((name, told))


def _refuse_none(found: Iterable[T], files: Sequence[Path]) -> Iterator[T]:
    """Records or statements; a source must not be emptied by a file of which nothing could be used."""
    met = False
    for one in found:
        met = True
        yield one
    if not met:
        raise InputError(f"{files[0]}: expected records, got none that can be used; what the store has of them stays")


def _refuse_others(statements: Iterable[Statement], file: Path, held: Path) -> Iterator[Statement]:
    """Statements; a file that has the name of a source, and tells of nothing that it does, must not take its place."""
    left = read_known(held, MANY)
    for statement in statements:
        if left and (name_of_record(statement[0]) or statement[0]) in left:
            left.clear()
        yield statement
    if left:
        raise InputError(
            f"{file}: expected some of what the store has of {held.stem}, got other things only; --source {held.stem}"
            " puts this file in their place, another --source keeps both (files of one source are loaded together)"
        )


def describe_files(
    kind: str, files: Sequence[Path], source: str, terms: Terms = NO_TERMS, mapping: TableMapping | None = None
) -> Source:
    """What files of a format are as a source: their names, their digest, and what they tell of themselves.

    The digest of several files is that of one after the other. Raises InputError where one of them cannot be read.
    """
    for file in files:
        if not file.is_file():
            raise InputError(f"{file}: expected {FEEDS[kind].what}, got none: no file has this name")
        if not file.name.isprintable():
            raise InputError(f"{file.name!r}: expected a file name that can be told, got this one; rename the file")
    names = files[0].name + (f" and {len(files) - 1} more" if len(files) > 1 else "")
    describe = FEEDS[kind].describe
    told = describe(files) if describe else mapping.source if mapping else {}
    fields: dict[str, Any] = {"title": names, "language": "", **told}
    fields.update({key: value for key, value in terms._asdict().items() if value and key in ("publisher", "licence")})
    return Source(id=source, file=names, sha256=file_digest(*files), **fields)


def _in_steps(send: Send) -> Progress:
    """Says now and then how far a file was read."""
    last = 0

    def told(read: int) -> None:
        nonlocal last
        if read - last > _STEP or read < last:
            last = read
            send(read)

    return told


def _size(file: Path) -> int:
    return file.stat().st_size if file.is_file() else 0


def _find_mapping(kind: str, ontology: Path, terms: Terms) -> Path | None:
    """The mapping of a table: the one that a person named, by its path or as one of the shipped, else the format's.

    Raises UsageError where there is none, or one for a format that needs none.
    """
    named = FEEDS[kind].mapping
    if named is None or (named and terms.mapping):
        if terms.mapping:
            raise UsageError(f"--mapping: expected none for {kind}, got {terms.mapping}")
        return None
    folder = ontology / "mappings"
    if not named and terms.mapping is None:
        known = ", ".join(sorted(file.stem for file in folder.glob("*.toml")))
        raise UsageError(f"--mapping: expected a mapping, a file or one of {known}, got none")
    path = terms.mapping or folder / f"{named}.toml"
    shipped = folder / f"{path}.toml"
    return shipped if shipped.is_file() and not path.is_file() else path


def _check_rates(kind: str, terms: Terms) -> None:
    """Refuse a table of rates without a currency, the other way round, and for RDF, before a file is read."""
    if terms.rates and FEEDS[kind].read is None:
        raise UsageError(f"--rates: expected none for {kind}, got {terms.rates}")
    if terms.convert_to and not CURRENCY.fullmatch(terms.convert_to):
        raise UsageError(f"--convert-to: expected three capital letters like USD, got {terms.convert_to!r}")
    if terms.rates and not terms.convert_to:
        raise UsageError("--rates: expected --convert-to CURRENCY beside it, got none")
    if terms.convert_to and not terms.rates:
        raise UsageError("--convert-to: expected --rates FILE beside it, got none")


def _read_iati(files: Sequence[Path], inside: Inside) -> Iterator[Row]:
    with open_packed(files[0], inside.told) as stream:
        yield from read_iati(stream, files[0].name, inside.report, inside.codes)


def _read_table(files: Sequence[Path], inside: Inside) -> Iterator[Row]:
    assert inside.mapping is not None
    return read_table(files, inside.mapping, inside.report, inside.codes, inside.told)


_TEXTS = (".csv", ".tsv", ".txt")
_TABLES = (*_TEXTS, ".xlsx", *(f"{text}{packed}" for text in _TEXTS for packed in ENDINGS))

FEEDS: dict[str, Feed] = {
    "iati": Feed("an IATI file", (".xml", ".xml.gz", ".xml.zst"), describe_iati, _read_iati),
    "fts": Feed(
        "a page of FTS",
        (".json", ".json.gz", ".json.zst"),
        describe_fts,
        lambda files, inside: read_fts(files, inside.report, inside.codes),
        group_fts,
    ),
    "aiddata": Feed("AidData's table", _TABLES, None, _read_table, mapping="aiddata-china-1"),
    "table": Feed("a table", _TABLES, None, _read_table, mapping=""),
    "rdf": Feed("an RDF file", ENDINGS_OF_RDF, None, None),
}
"""The formats of published data that can be loaded, by their names on the command line."""
