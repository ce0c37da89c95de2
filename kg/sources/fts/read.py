"""The pages of a query of FTS to records, one flow after the other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from kg.model.iris import quoted
from kg.model.report import Report
from kg.model.row import Row
from kg.sources.cells import Codes
from kg.sources.fts.flows import read_flow
from kg.sources.fts.pages import Page, read_pages
from kg.sources.fts.scope import Reading, Scope

_NO_CODES: Codes = {}


def read_fts(files: Sequence[Path], report: Report, codes: Codes = _NO_CODES) -> Iterator[Row]:
    """The records of the pages of one query, in the order given: they are one data set.

    `codes` gives the notations of the code lists of the project, `country` among them. Organizations, plans and
    projects come last, since they are gathered from all flows.

    Raises InputError where a file is no whole page of flows, and for the first error where the report is strict.
    """
    reading, number, page, before = Reading(report, codes, held=_numbers(files)), 0, None, None
    for page in read_pages(files):
        report.tally["pages"] += 1
        if before is not None and before.count != page.count:
            message = f"meta.count: expected {before.count} as on the page before, got {page.count}"
            report.add("warning", "other-count", "", f"{message}; the query had changed in between", page.name)
        before = page
        for node in page.flows:
            number += 1
            yield from _flow(node, number, page, reading)
    yield from reading.left_over()
    if page is not None:
        _check_totals(page, reading)


def _numbers(files: Sequence[Path]) -> frozenset[str]:
    """The numbers of all flows: whether a relative of a flow is told is known before the flow is."""
    nodes = (node for page in read_pages(files) for node in page.flows)
    return frozenset(str(node["id"]) for node in nodes if isinstance(node, dict) and type(node.get("id")) in (str, int))


def _flow(node: Any, number: int, page: Page, reading: Reading) -> Iterator[Row]:
    """The records of a flow, the `number`-th of all pages; none where it was told before, word for word."""
    scope = Scope(reading, node if isinstance(node, dict) else {}, page.name, f"flow.number-{number}", f"flow {number}")
    if not scope.node:
        scope.find("error", "flow-unusable", f"expected a flow, got {str(node)[:40]!r}; left out")
        return
    identifier = scope.text(scope.node, "id")
    if identifier:
        scope.id, scope.record = f"flow.{quoted(identifier)}", identifier
    else:
        scope.find("warning", "no-identifier", "id: expected the number of the flow, got none")
    content = sha256(json.dumps(node, sort_keys=True, default=str).encode()).hexdigest()
    before = reading.flows.get(scope.id)
    reading.flows.setdefault(scope.id, content)
    if before == content:
        scope.find(
            "warning", "repeated-flow", f"id: expected each once, got {identifier} again, word for word; told once"
        )
        return
    if before:
        scope.id, scope.record = f"{scope.id}.number-{number}", f"flow {number}"
        message = f"id: expected each once, got {identifier} again with other content; kept as another, of no total"
        scope.find("warning", "duplicate-identifier", message)
    reading.report.tally["flows"] += 1
    yield from read_flow(scope, repeated=before is not None)


def _check_totals(page: Page, reading: Reading) -> None:
    """Compare what was met with what the last page says of the whole query."""
    report, met = reading.report, len(reading.flows)
    if page.count is None:
        report.add("info", "no-count", "", "meta.count: expected the number of flows, got none", page.name)
    elif met != page.count:
        why = "pages or flows are missing" if met < page.count else "pages of another query are among them"
        report.add(
            "warning", "flows-missing", "", f"meta.count: expected {page.count} flows, got {met}; {why}", page.name
        )
        return
    for (boundary, total), expected in sorted(page.totals.items()):
        if expected != reading.sums[boundary, total]:
            message = (
                f"{boundary}.{total}: expected {expected:f} USD, got {reading.sums[boundary, total]} from the flows"
            )
            report.add("warning", "other-total", "", message, page.name)
