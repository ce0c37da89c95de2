"""What a load has to say beside the graph: findings, what was left unread, and how much was read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from kg.errors import InputError
from kg.model.finding import SEVERITIES, Finding
from kg.model.iris import thing_iri

KEPT = 100
"""Findings of a rule that are kept; all are counted, so that memory does not grow with a file."""


@dataclass(slots=True)
class Report:
    """Gathers what is met while files are read.

    `counts` has all findings by severity and rule, `findings` the first `KEPT` of each; `unread` and `ignored` count
    elements and attributes by path; `tally` counts what was read. With `strict`, the first error stops the load.
    """

    strict: bool = False
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    tally: Counter[str] = field(default_factory=Counter)
    source: str = ""
    """The id of the source that is being read."""

    def add(self, severity: str, rule: str, subject: str, message: str, place: str) -> None:
        """Note a finding about a thing (its local id, or an empty string).

        Raises InputError for an error where the report is strict.
        """
        if severity == "error" and self.strict:
            raise InputError(f"{place}: {message}")
        self.counts[severity, rule] += 1
        if self.counts[severity, rule] <= KEPT:
            thing = thing_iri(self.source, subject) if subject else ""
            self.findings.append(Finding(severity, rule, thing, message, place))

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

    def document(self) -> dict[str, Any]:
        """All of it as plain data, to be written as JSON."""
        from dataclasses import asdict

        return {
            "read": dict(sorted(self.tally.items())),
            "rules": [
                {"rule": rule, "severity": severity, "count": count, "first": first.place}
                for rule, severity, count, first in self.rows()
            ],
            "findings": [asdict(finding) for finding in self.findings],
            "unread": dict(sorted(self.unread.items())),
            "ignored": dict(sorted(self.ignored.items())),
        }
