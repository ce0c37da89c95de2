"""Every error that a caller may meet.

    KgError                    anything this package says no to
    ├── UsageError             the question itself is wrong: a bad option, recipe, date or query
    │   └── QueryError         a SPARQL text that does not parse, with the position
    ├── InputError             a file that cannot be used: missing, cut off, wrong header, wrong digest
    │   └── WorkbookError      all the wrong cells of a workbook at once
    ├── StoreError             the store is missing, broken, locked, or its disk is full
    └── NoAnswer               the question is fine, the graph has no single answer
        ├── NotFound           no such name; carries the nearest ones
        └── Ambiguous          more than one thing of that name; carries the candidates

The command line turns `NoAnswer` into exit code 1 and every other `KgError` into exit code 2.
"""

from __future__ import annotations

from collections.abc import Sequence


class KgError(Exception):
    """Anything this package says no to; the message is one line for a person."""


class UsageError(KgError):
    """The question itself is wrong."""


class QueryError(UsageError):
    """A SPARQL text that does not parse or cannot be run."""


class InputError(KgError):
    """A file or folder that cannot be used."""


class WorkbookError(InputError):
    """All the wrong cells of a workbook: one `file:line: column: expected ..., got ...` each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class StoreError(KgError):
    """The store is missing, broken, locked by another writer, or its disk is full."""


class NoAnswer(KgError):
    """The question is fine, but the graph has no single answer to it."""


class NotFound(NoAnswer):
    """No thing of that name."""


class Ambiguous(NoAnswer):
    """More than one thing of that name."""
