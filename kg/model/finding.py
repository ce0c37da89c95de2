"""A problem of data, as readers and checks find it."""

from __future__ import annotations

from dataclasses import dataclass

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
