"""A problem of data, as readers and checks find it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

SEVERITIES = ("error", "warning", "info")
"""Of a file that is read: a record that cannot be used, a value that was mended or left out, a remark."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A problem: how bad, by which rule, of what (an IRI), in plain words, and where to mend it (`file:line`)."""

    severity: str
    rule: str
    subject: str
    message: str
    place: str


def split_place(message: str, files: Iterable[PurePath]) -> tuple[str, str]:
    """Where an error about one of several files met it, and what it says: its file as it was given, with the line.

    Where the message names none of them, the place is the first file.

    >>> split_place("x.xml:7: expected an end, got none", [PurePath("data/x.xml")])[1]
    'expected an end, got none'
    """
    listed = list(files)
    for file in listed:
        for name in (str(file), file.name):
            if match := re.match(rf"{re.escape(name)}(:\d+)?: ", message):
                return f"{file}{match[1] or ''}", message[match.end() :]
    return str(listed[0]), message
