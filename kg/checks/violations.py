"""Violation queries: what is wrong with a graph as a SPARQL query that finds it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from kg.beside import Send
from kg.errors import KgError
from kg.model.finding import SEVERITIES, Finding
from kg.store.fill import open_snapshot
from kg.store.view import View

_HEADER = re.compile(r"^#\s*(severity|rule|message):\s*(.+)$", re.MULTILINE)


def check_violations(view: View, *, ontology: Path) -> Iterator[Finding]:
    """A finding without its place for each row of each query in `checks/`.

    Raises KgError for a query that has no header or does not run.
    """
    for file in _queries(ontology):
        yield from _violations(view, file)


def send_violations(send: Send, folder: Path, version: str, ontology: Path) -> None:
    """The findings of each query of the version in a folder: sends how many queries are done, of how many, and them."""
    view, files = View(folder, version, open_snapshot(folder / "oxigraph")), _queries(ontology)
    for number, file in enumerate(files, start=1):
        send((number, len(files), list(_violations(view, file))))


def _queries(ontology: Path) -> list[Path]:
    return sorted((ontology / "checks").glob("*-violation.rq"))


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
