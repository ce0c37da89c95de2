"""Where a source says something: a stretch of a document, or a record of a machine-readable file."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias


class Passage(NamedTuple):
    """A stretch of a document: Unicode code points `start` to `end`, the end not included."""

    start: int
    end: int


class Position(NamedTuple):
    """A record of a machine-readable file: its name, and the record's identifier or number in it."""

    file: str
    record: str


Evidence: TypeAlias = tuple[Passage | Position, ...]
