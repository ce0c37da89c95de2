"""What a load has to say beside the graph: findings, what was left unread, and how much was read."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from kg.errors import InputError
from kg.model.finding import SEVERITIES, Finding
from kg.model.iris import thing_iri

KEPT = 100
"""Findings of a rule that are kept in memory, which must not grow with a file; all are counted."""
_WAITING = 1000
"""Findings that wait to be written."""


@dataclass(slots=True)
class Report:
    """Gathers what is met while files are read.

    `counts` has all findings by severity and rule, `findings` the first `KEPT` of each, and the file `spool`, where
    one is named, all of them as a line of JSON each; `unread` and `ignored` count elements and attributes by path;
    `tally` counts what was read. With `strict`, the first error stops the load.
    """

    strict: bool = False
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    tally: Counter[str] = field(default_factory=Counter)
    source: str = ""
    """The id of the source that is being read."""
    spool: Path | None = None
    waiting: list[Finding] = field(default_factory=list)
    written: int | None = None
    """Where in the spool the findings of this report begin."""

    def of_source(self, source: str) -> Report:
        """A report with nothing in it, as strict as this one and with the same spool, on another source."""
        return Report(strict=self.strict, source=source, spool=self.spool)

    def add(self, severity: str, rule: str, subject: str, message: str, place: str) -> None:
        """Note a finding about a thing (its local id, or an empty string).

        Raises InputError for an error where the report is strict.
        """
        if severity == "error" and self.strict:
            raise InputError(f"{place}: {message}")
        self.counts[severity, rule] += 1
        if self.counts[severity, rule] > KEPT and self.spool is None:
            return
        finding = Finding(severity, rule, thing_iri(self.source, subject) if subject else "", message, place)
        if self.counts[severity, rule] <= KEPT:
            self.findings.append(finding)
        if self.spool is not None:
            self.waiting.append(finding)
            if len(self.waiting) > _WAITING:
                self.flush()

    def flush(self) -> None:
        """Write the findings that wait to the spool."""
        if self.spool is not None:
            with self.spool.open("a", encoding="utf-8", errors="backslashreplace") as stream:
                self.written = stream.tell() if self.written is None else self.written
                stream.writelines(f"{json.dumps(asdict(one), ensure_ascii=False)}\n" for one in self.waiting)
        self.waiting.clear()

    def forget(self) -> None:
        """Take out of the spool what this report has written."""
        if self.spool is not None and self.written is not None:
            os.truncate(self.spool, self.written)

    def take(self, other: Report) -> None:
        """Add all that the report of a file says; of a rule that has enough findings only the count."""
        kept = Counter((one.severity, one.rule) for one in self.findings)
        for one in other.findings:
            kept[one.severity, one.rule] += 1
            if kept[one.severity, one.rule] <= KEPT:
                self.findings.append(one)
        self.counts.update(other.counts)
        self.unread.update(other.unread)
        self.ignored.update(other.ignored)
        self.tally.update(other.tally)

    def rows(self) -> list[tuple[str, str, int, Finding]]:
        """A row for each rule, the worst and most frequent first: rule, severity, count, and its first finding."""
        firsts: dict[tuple[str, str], Finding] = {}
        for finding in self.findings:
            firsts.setdefault((finding.severity, finding.rule), finding)
        ordered = sorted(self.counts.items(), key=lambda item: (SEVERITIES.index(item[0][0]), -item[1], item[0][1]))
        return [(rule, severity, count, firsts[severity, rule]) for (severity, rule), count in ordered]

    def as_json(self) -> Iterator[str]:
        """All of it, with each finding that the spool has, as the pieces of a text in JSON."""
        told = {
            "read": dict(sorted(self.tally.items())),
            "rules": [
                {"rule": rule, "severity": severity, "count": count, "first": first.place}
                for rule, severity, count, first in self.rows()
            ],
            "unread": dict(sorted(self.unread.items())),
            "ignored": dict(sorted(self.ignored.items())),
        }
        yield json.dumps(told, ensure_ascii=False, indent=1).removesuffix("\n}") + ',\n "findings": ['
        if self.spool is not None and self.spool.is_file():
            with self.spool.open(encoding="utf-8") as stream:
                yield from (f"{',' if number else ''}\n  {line.rstrip()}" for number, line in enumerate(stream))
        yield "\n ]\n}\n"
