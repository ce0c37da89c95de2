"""Checks of a published graph: SHACL shapes and violation queries, as findings that a layperson can act on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import KgError
from kg.model.finding import SEVERITIES, Finding
from kg.namespaces import CODE
from kg.places import Places
from kg.store.view import View

if TYPE_CHECKING:
    import rdflib

_SHACL_SEVERITY = {"Violation": "error", "Warning": "warning", "Info": "info"}
_UNUSED = f"""
SELECT ?code {{
  ?code a skos:Concept FILTER (STRSTARTS(STR(?code), "{CODE}iati-")) FILTER NOT EXISTS {{ ?thing ?property ?code }}
}}
"""
_HEADER = re.compile(r"^#\s*(severity|rule|message):\s*(.+)$", re.MULTILINE)


def check_graph(view: View, *, ontology: Path) -> list[Finding]:
    """All findings of a published graph, errors first."""
    found = {*check_shapes(view, ontology=ontology), *check_violations(view, ontology=ontology)}
    return sorted(found, key=lambda finding: (SEVERITIES.index(finding.severity), finding))


def check_violations(view: View, *, ontology: Path) -> Iterator[Finding]:
    """A finding for each row of each query in `checks/`.

    Raises KgError for a query that has no header or does not run.
    """
    places = Places(view, ontology=ontology)
    for file in sorted((ontology / "checks").glob("*-violation.rq")):
        text = file.read_text(encoding="utf-8")
        header = dict(_HEADER.findall(text))
        if set(header) != {"severity", "rule", "message"} or header["severity"] not in SEVERITIES:
            raise KgError(f"{file}:1: expected comment lines for severity, rule and message, got {sorted(header)}")
        answer = view.query(text)
        for row in answer.table():
            values = dict(zip(answer.columns, row, strict=True))
            subject, detail = values.get("subject") or "", values.get("detail")
            message = header["message"] + (f" ({detail})" if detail else "")
            yield Finding(header["severity"], header["rule"], subject, message, places.find(subject))


def check_shapes(view: View, *, ontology: Path) -> Iterator[Finding]:
    """A finding for each result of the SHACL shapes."""
    import pyshacl
    import rdflib
    from rdflib.namespace import SH

    shapes = rdflib.Graph()
    for file in sorted((ontology / "shapes").glob("*.ttl")):
        shapes.parse(file, format="turtle")
    _, report, _ = pyshacl.validate(_union(view), shacl_graph=shapes, inference="none", advanced=False)
    if not isinstance(report, rdflib.Graph):
        raise KgError(f"shapes: they cannot be used ({report})")
    places = Places(view, ontology=ontology)
    for result in report.objects(None, SH.result):
        subject = str(report.value(result, SH.focusNode))
        message = " ".join(str(report.value(result, SH.resultMessage)).split())
        value = report.value(result, SH.value)
        severity = _SHACL_SEVERITY[str(report.value(result, SH.resultSeverity)).rpartition("#")[2]]
        said = f"{message} (got {value})" if value is not None and str(value) != subject else message
        yield Finding(severity, _rule(shapes, report, result), subject, said, places.find(subject))


def _union(view: View) -> rdflib.Graph:
    """All that is said, but nothing of IATI's codes that nothing refers to: they are many, and generated."""
    import rdflib

    unused = {f"<{code}>".encode() for (code,) in view.rows(_UNUSED)}
    lines = view.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }").serialize("ntriples").split(b"\n")
    graph = rdflib.Graph()
    graph.parse(data=b"\n".join(line for line in lines if line.partition(b" ")[0] not in unused), format="nt")
    return graph


def _rule(shapes: rdflib.Graph, report: rdflib.Graph, result: rdflib.term.Node) -> str:
    """The name of the shape, and the property it is about."""
    from rdflib.namespace import SH

    shape = report.value(result, SH.sourceShape)
    names = [shapes.value(None, SH.property, shape) or shape, report.value(result, SH.resultPath)]
    return " ".join(re.split(r"[#/]", str(name))[-1] for name in names if name is not None)
