"""A whole IATI file to records, one activity or organisation after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from kg.model.report import Report
from kg.model.row import Row
from kg.sources.cells import Codes
from kg.sources.iati.activities import read_activity
from kg.sources.iati.organisations import read_organisation
from kg.sources.iati.parties import Parties
from kg.sources.iati.scope import Reading
from kg.sources.iati.stream import RECORDS, Element, line_of, read_elements
from kg.sources.iati.unread import count_root, count_stranger, count_unread

_NO_CODES: Codes = {}


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
