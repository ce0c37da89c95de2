"""Violation queries: what is wrong with a graph as a SPARQL query that finds it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from kg.errors import KgError
from kg.model.finding import SEVERITIES, Finding
from kg.store.view import View
from kg.watch import Watch

_HEADER = re.compile(r"^#\s*(severity|rule|message):\s*(.+)$", re.MULTILINE)


def check_violations(view: View, *, ontology: Path, watch: Watch) -> Iterator[Finding]:
    """A finding without its place for each row of each query in `checks/`.

    Raises KgError for a query that has no header or does not run.
    """
    files = sorted((ontology / "checks").glob("*-violation.rq"))
    for number, file in enumerate(files, start=1):
        yield from _violations(view, file)
        watch("checking rules", number, len(files))


def _violations(view: View, file: Path) -> Iterator[Finding]:
    text = file.read_text(encoding="utf-8")
    header = dict(_HEADER.findall(text))
    if set(header) != {"severity", "rule", "message"} or header["severity"] not in SEVERITIES:
        raise KgError(f"{file}:1: expected comment lines for severity, rule and message, got {sorted(header)}")
    answer = view.query(text)
    for row in answer.table():
        values = dict(zip(answer.columns, row, strict=True))
        detail = values.get("detail")
        message = header["message"] + (f" ({detail})" if detail else "")
        yield Finding(header["severity"], header["rule"], values.get("subject") or "", message, "")
