"""A whole IATI file to records, one activity or organisation after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from kg.clean.persons import without_contacts
from kg.clean.values import read_day
from kg.model.report import Report
from kg.model.row import Row
from kg.packed import open_packed
from kg.sources.cells import Codes
from kg.sources.iati.activities import read_activity
from kg.sources.iati.organisations import read_organisation
from kg.sources.iati.parties import Parties
from kg.sources.iati.scope import Reading
from kg.sources.iati.stream import RECORDS, Element, line_of, read_elements, read_header
from kg.sources.iati.unread import count_root, count_stranger, count_unread

_NO_CODES: Codes = {}


def describe_iati(files: Sequence[Path]) -> Mapping[str, Any]:
    """The day on which an IATI file says it was made, and in which version of the standard.

    Raises InputError where its root cannot be read.
    """
    with open_packed(files[0]) as stream:
        header = read_header(stream, str(files[0]))
    version, made = (" ".join(header.get(name, "").split())[:40] for name in ("version", "generated-datetime"))
    day = read_day(made)
    said = [f"The file says that it has the version {version} of IATI."] if version else []
    said += [f"It says that it was made at {made!r}, which is no day that can be read."] if made and day is None else []
    return {"date": day, "note": without_contacts(" ".join(said))}


def read_iati(stream: BinaryIO, name: str, report: Report, codes: Codes = _NO_CODES) -> Iterator[Row]:
    """The records of a file of activities or organisations, version 1.01 to 2.03.

    `name` is how evidence and findings call the file; `codes` gives the notations of the code lists of the project:
    a code that is on none is described beside the records that use it. Organizations come last, since their names
    and kinds are gathered from the whole file.

    Raises InputError where the file cannot be read to its end, and for the first error where the report is strict.
    """
    reading, parties = Reading(name, report, codes), Parties()
    number = 0
    for element in read_elements(stream, name):
        if element.tag not in RECORDS:
            _pass(element, reading)
            continue
        number += 1
        count_unread(element, report)
        read = read_activity if element.tag == "iati-activity" else read_organisation
        yield from read(element, number, reading, parties)
        yield from reading.pending
        reading.pending.clear()
    if not number:
        report.add("warning", "no-records", "", "expected activities or organisations, got none", name)
    yield from reading.left_over(parties.known)
    yield from parties.records()


def _pass(element: Element, reading: Reading) -> None:
    """Tell what stands in the place of a record and is none; of the root, what is not read of it."""
    if element.getparent() is None:
        count_root(element, reading.report)
        return
    line = line_of(element)
    message = f"expected {' or '.join(RECORDS)}, got {count_stranger(element, reading.report)}; left out"
    reading.report.add("warning", "unknown-record", "", message, f"{reading.file}:{line}" if line else reading.file)
