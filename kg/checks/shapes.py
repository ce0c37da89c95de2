"""SHACL shapes: the engine says which things may break them, and pySHACL tries those."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kg.checks.doubts import Doubts
from kg.errors import KgError
from kg.model.finding import Finding
from kg.store.dataset import graph_of_all
from kg.store.view import View
from kg.watch import Watch

if TYPE_CHECKING:
    import rdflib

CHUNK = 2_000
"""Things that pySHACL tries at once: it holds what it finds of them, three times over."""
_SEVERITY = {"Violation": "error", "Warning": "warning", "Info": "info"}
_TARGETS = ("targetNode", "targetSubjectsOf", "targetObjectsOf", "target")


class Question(NamedTuple):
    """Which of the things of a class may break a shape."""

    shape: rdflib.term.Node
    kind: str
    sparql: str
    things: int


class Suspect(NamedTuple):
    """A thing that may break a shape."""

    shape: rdflib.term.Node
    thing: rdflib.term.Node


def check_shapes(view: View, *, ontology: Path, watch: Watch) -> Iterator[Finding]:
    """A finding without its place for each result of the SHACL shapes, some of them perhaps twice.

    Raises KgError where the shapes cannot be used.
    """
    import rdflib

    shapes = rdflib.Graph()
    for file in sorted((ontology / "shapes").glob("*.ttl")):
        shapes.parse(file, format="turtle")
    suspects = _suspects(view, _questions(view, shapes), watch)
    if chunk := list(islice(suspects, CHUNK)):
        graph = graph_of_all(view)
        while chunk:
            yield from _tried(graph, shapes, chunk)
            chunk = list(islice(suspects, CHUNK))


def _questions(view: View, shapes: rdflib.Graph) -> list[Question]:
    """A question for each shape and each class that it is about."""
    from rdflib import RDF, RDFS, SH

    if other := [name for name in _TARGETS if (None, SH[name], None) in shapes]:
        raise KgError(f"shapes: expected sh:targetClass to say what a shape is about, got sh:{other[0]}")
    if any((shape, RDF.type, RDFS.Class) in shapes for shape in shapes.subjects(RDF.type, SH.NodeShape)):
        raise KgError("shapes: expected sh:targetClass to say what a shape is about, got a shape that is a class")

    @cache
    def below(kind: str) -> list[str]:
        # A class without an IRI cannot be named in a query; that it has none is a finding of its own.
        query = f"SELECT DISTINCT ?kind {{ ?kind rdfs:subClassOf* <{kind}> FILTER (isIRI(?kind)) }}"
        return sorted(iri for (iri,) in view.rows(query))

    @cache
    def count(kind: str) -> int:
        return int(next(view.rows(f"SELECT (COUNT(*) AS ?things) {{ ?thing a <{kind}> }}"))[0])

    doubts, asked = Doubts(shapes, below), list[Question]()
    for shape in sorted(set(shapes.subjects(SH.targetClass)), key=str):
        doubt = doubts.about(shape, "?thing")
        targets = {kind for target in shapes.objects(shape, SH.targetClass) for kind in below(str(target))}
        for kind in sorted(targets):
            text = f"SELECT ?thing (isBLANK(?thing) AS ?blank) {{ ?thing a <{kind}> FILTER {doubt} }}"
            asked += [Question(shape, kind, text, count(kind))] if count(kind) else []
    return asked


def _suspects(view: View, questions: list[Question], watch: Watch) -> Iterator[Suspect]:
    import rdflib

    done, total = 0, sum(question.things for question in questions)
    watch("checking shapes", done, total)
    for question in questions:
        for number, (thing, blank) in enumerate(view.rows(question.sparql)):
            if number % CHUNK == 0:
                watch("checking shapes", done + number, total)
            yield Suspect(question.shape, rdflib.BNode(thing) if blank == "true" else rdflib.URIRef(thing))
        done += question.things
        watch("checking shapes", done, total)


def _tried(graph: rdflib.Graph, shapes: rdflib.Graph, suspects: list[Suspect]) -> Iterator[Finding]:
    """What pySHACL finds of suspects; where it stumbles over a value, the thing that has it is searched and told."""
    from pyshacl.errors import ConstraintLoadError, ReportableRuntimeError, ShapeLoadError

    try:
        report = _report(graph, shapes, suspects)
    except (ArithmeticError, TypeError, ValueError, ReportableRuntimeError) as error:
        if isinstance(error, ConstraintLoadError | ShapeLoadError):
            raise KgError(f"shapes: they cannot be used ({' '.join(str(error).split())})") from None
        if len(suspects) > 1:
            half = len(suspects) // 2
            yield from _tried(graph, shapes, suspects[:half])
            yield from _tried(graph, shapes, suspects[half:])
        else:
            ((shape, thing),) = suspects
            message = f"It has a value that cannot be compared with others; correct it ({type(error).__name__})."
            yield Finding("error", _ending(shape), str(thing), message, "")
        return
    yield from _read_report(shapes, report)


def _report(graph: rdflib.Graph, shapes: rdflib.Graph, suspects: Iterable[Suspect]) -> rdflib.Graph:
    """The report of pySHACL on suspects alone: it reads of the graph what it needs of them."""
    import pyshacl
    import rdflib
    from rdflib import SH

    aimed = rdflib.Graph()
    aimed += (triple for triple in shapes if triple[1] != SH.targetClass)
    aimed += ((suspect.shape, SH.targetNode, suspect.thing) for suspect in suspects)
    _, report, _ = pyshacl.validate(graph, shacl_graph=aimed, inference="none", advanced=False)
    if not isinstance(report, rdflib.Graph):
        raise KgError(f"shapes: they cannot be used ({report})")
    return report


def _read_report(shapes: rdflib.Graph, report: rdflib.Graph) -> Iterator[Finding]:
    from rdflib import SH

    for result in report.objects(None, SH.result):
        subject = str(report.value(result, SH.focusNode))
        message = " ".join(str(report.value(result, SH.resultMessage)).split())
        value = report.value(result, SH.value)
        severity = _SEVERITY[str(report.value(result, SH.resultSeverity)).rpartition("#")[2]]
        said = f"{message} (got {value})" if value is not None and str(value) != subject else message
        yield Finding(severity, _rule(shapes, report, result), subject, said, "")


def _rule(shapes: rdflib.Graph, report: rdflib.Graph, result: rdflib.term.Node) -> str:
    """The name of the shape, and the property it is about, or the properties of which it takes any."""
    from rdflib import SH

    shape = report.value(result, SH.sourceShape)
    owner, path = shapes.value(None, SH.property, shape) or shape, report.value(result, SH.resultPath)
    choice = report.value(path, SH.alternativePath) if path is not None else None
    paths = list(report.items(choice)) if choice is not None else [path]
    return " ".join(filter(None, [_ending(owner), "|".join(_ending(one) for one in paths if one is not None)]))


def _ending(name: object) -> str:
    return re.split(r"[#/]", str(name))[-1]
