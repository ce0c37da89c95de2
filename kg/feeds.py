"""Loading data that others publish, file by file, whatever state it is in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from kg.errors import InputError, UsageError
from kg.mapping.rows import map_records
from kg.model.iris import source_iri
from kg.model.report import Report
from kg.model.row import Source
from kg.pipeline import Published, publish, refuse_twice, source_name
from kg.sources.iati.read import read_iati
from kg.sources.iati.stream import open_file, read_header
from kg.sources.iati.values import read_day
from kg.store.nquads import write_source
from kg.store.rdf import read_codes
from kg.store.version import file_digest


def load_iati(
    files: Iterable[Path],
    store: Path,
    *,
    ontology: Path,
    report: Report,
    source: str | None = None,
    licence: str = "",
    publisher: str = "",
) -> Published:
    """Load IATI files into a store, each as a source of its own, named `source` or after the file.

    `report` gathers what there is to say of them. Of several files, one that cannot be read is a finding and the others
    are loaded. Raises InputError where none can be read, and for the first error where the report is strict.
    """
    listed = list(files)
    if source and len(listed) > 1:
        raise UsageError(f"--source names one file, got {len(listed)}")
    names = [source_name(file, source) for file in listed]
    refuse_twice(names)
    codes = read_codes(ontology)

    def change(sources: Path) -> None:
        for name, file in zip(names, listed, strict=True):
            told = Report(strict=report.strict, source=name)
            try:
                about = replace(describe_iati(file, name), licence=licence, publisher=publisher)
                with open_file(file) as stream:
                    statements = map_records(about, read_iati(stream, file.name, told, codes))
                    count = write_source(statements, source_iri(name), sources / f"{name}.nq")
            except InputError as error:
                if report.strict or len(listed) == 1:
                    raise
                report.add("error", "unreadable-file", "", str(error), str(file))
            else:
                told.tally.update(files=1, statements=count)
                report.take(told)
        if not report.tally["files"]:
            raise InputError(
                f"{listed[0]} and {len(listed) - 1} more: expected an IATI file, got none that can be read"
            )

    return publish(store, change, ontology=ontology, origins=dict(zip(names, listed, strict=True)))


def describe_iati(file: Path, source: str) -> Source:
    """What an IATI file is as a source: its digest, and the day on which it says it was made."""
    if not file.is_file():
        raise InputError(f"{file}: expected an IATI file, got none")
    with open_file(file) as stream:
        day = read_day(read_header(stream, str(file)).get("generated-datetime", ""))
    return Source(id=source, title=file.name, file=file.name, sha256=file_digest(file), date=day, language="")
