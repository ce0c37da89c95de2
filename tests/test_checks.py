"""`kg check` finds what pySHACL finds of the whole graph, only sooner: the same findings, thing by thing."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from pyshacl.errors import ReportableRuntimeError
from rdflib import RDF, SH

from kg.checks import check_graph
from kg.checks.shapes import check_shapes
from kg.errors import KgError
from kg.model.finding import Finding
from kg.namespaces import BASE
from kg.shipped import ontology_dir
from kg.store.fill import load_source, load_turtle
from kg.store.view import View, open_view
from kg.watch import unwatched
from tests.commands import DATA, ROOT, RunKg

ONTOLOGY = ROOT / "ontology"
LISTS = [file for file in sorted((ONTOLOGY / "codelists").glob("*.ttl")) if file.stat().st_size < 15_000]
"""The project's own code lists but for the countries: the others are many, and of the same kind."""
ONTOLOGY_IRI = BASE + "ontology#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SEVERITY = {"Violation": "error", "Warning": "warning", "Info": "info"}


def doubted(view: View) -> set[Finding]:
    """What `kg check` finds by shapes."""
    return set(check_shapes(view, ontology=ontology_dir(), watch=unwatched))


def whole(view: View) -> set[Finding]:
    """What pySHACL finds of a copy of the whole graph in memory."""
    graph, shapes = rdflib.Graph(), rdflib.Graph()
    for quad in view.engine.quads_for_pattern(None, None, None, ox.DefaultGraph()):
        graph.add(tuple(map(_term, quad.triple)))
    for file in sorted((ONTOLOGY / "shapes").glob("*.ttl")):
        shapes.parse(file)
    _, report, _ = pyshacl.validate(graph, shacl_graph=shapes, inference="none")
    return {_finding(shapes, report, result) for result in report.objects(None, SH.result)}


def _term(term: ox.NamedNode | ox.BlankNode | ox.Literal) -> rdflib.term.Node:
    """A term as rdflib reads it from a file."""
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    datatype = None if term.language or term.datatype.value == f"{XSD}string" else term.datatype.value
    return rdflib.Literal(term.value, lang=term.language, datatype=datatype)


def _finding(shapes: rdflib.Graph, report: rdflib.Graph, result: rdflib.term.Node) -> Finding:
    shape, value = report.value(result, SH.sourceShape), report.value(result, SH.value)
    path = report.value(result, SH.resultPath)
    paths = [path] if isinstance(path, rdflib.URIRef | None) else report.items(report.value(path, SH.alternativePath))
    owner, *names = (
        re.split(r"[#/]", str(name))[-1] for name in (shapes.value(None, SH.property, shape) or shape, *paths)
    )
    rule = owner if path is None else f"{owner} {'|'.join(names)}"
    subject = str(report.value(result, SH.focusNode))
    message = str(report.value(result, SH.resultMessage))
    said = f"{message} (got {value})" if value is not None and str(value) != subject else message
    return Finding(SEVERITY[report.value(result, SH.resultSeverity).rpartition("#")[2]], rule, subject, said, "")


def engine_of(*files: Path) -> ox.Store:
    """An engine with the ontology, short code lists, and files of N-Quads or Turtle."""
    engine = ox.Store()
    load_turtle(engine, dict.fromkeys([ONTOLOGY / "kg.ttl", *LISTS], "https://example.org/ontology"))
    for file in files:
        if file.suffix == ".nq":
            load_source(engine, file, {})
        else:
            load_turtle(engine, {file: f"https://example.org/{file.stem}"})
    return engine


def view_of(engine: ox.Store) -> View:
    return View(Path("nowhere"), "0" * 16, engine)


def test_the_shipped_graph_has_the_same_findings_as_in_memory(store: Path) -> None:
    view = open_view(store)
    assert doubted(view) == whole(view)


@pytest.mark.parametrize("kind", ["valid", "invalid"])
def test_examples_have_the_same_findings_as_in_memory(kind: str) -> None:
    view = view_of(engine_of(*sorted((ONTOLOGY / "examples" / kind).glob("*.ttl"))))
    expected = whole(view)
    assert doubted(view) == expected
    assert len(expected) > (50 if kind == "invalid" else 0) or kind == "valid"


# --- a graph in any disorder ---------------------------------------------------------------------------------------

TYPED = {
    "date": ["2009-02-30", "2009-02-29", "0000-01-01", "2009-01-01Z", "10000-01-01", "-0044-03-15", "2009", "2009-6-1"],
    "integer": ["x", "01", "+7", "-1", "0", "99999999999999999999", "1_000", "1.0", ""],
    "decimal": ["1.5", "1.", ".5", "-0", "1e3", "123456789012345678901234567890.5"],
    "boolean": ["true", "1", "TRUE", "yes"],
    "double": ["1e400", "NaN", "INF", "0"],
    "gYear": ["2009"],
    "string": ["day", "CNY", "CNY\n", "cny", "USDX", "", "f" * 64, "F" * 64],
}
ENTITY = "https://w3id.org/partnership-kg/id/accra-2008/{}"
CODE = "https://w3id.org/partnership-kg/code/{}"
OBJECTS = [
    *(ox.Literal(text, datatype=ox.NamedNode(XSD + name)) for name, texts in TYPED.items() for text in texts),
    *(ox.Literal("Accra", language=language) for language in ("en", "en-gb", "fr")),
    *(ox.Literal("Ghana", language=language) for language in ("en", "fr")),
    *map(ox.NamedNode, ("https://example.org/none", CODE.format("role/funding"), CODE.format("status/planned"))),
    *map(ox.NamedNode, (ENTITY.format("evaluation"), ENTITY.format("flow-forum"), ENTITY.format("shanghai-yunnan"))),
    *map(ox.BlankNode, ("one", "two")),
]


OF_LITERALS = ["datatype", "pattern", "in", "minInclusive", "lessThan", "lessThanOrEquals", "uniqueLang", "disjoint"]


@pytest.fixture(scope="module")
def tiny_quads() -> list[ox.Quad]:
    """The statements of the tiny workbook."""
    return sorted(ox.parse(path=str(DATA / "accra-2008.nq")), key=str)


@pytest.fixture(scope="module")
def tiny_engine() -> ox.Store:
    return engine_of(DATA / "accra-2008.nq")


def changes(quads: list[ox.Quad]) -> st.SearchStrategy[list[tuple[str, ox.Quad, ox.Quad]]]:
    """Statements to take out, to change, to tell beside others, and to tell of a blank node."""
    classes = sorted({quad.object for quad in quads if quad.predicate.value == str(RDF.type)}, key=str)

    def change(drawn: tuple[str, ox.Quad, ox.Literal, ox.NamedNode]) -> tuple[str, ox.Quad, ox.Quad]:
        how, quad, odd, kind = drawn
        subject = ox.BlankNode("one") if how == "blank" else quad.subject
        told = kind if quad.predicate.value == str(RDF.type) else quad.object if how == "blank" else odd
        return how, quad, ox.Quad(subject, quad.predicate, told)

    parts = st.sampled_from(["drop", "change", "add", "add", "blank"]), st.sampled_from(quads)
    return st.lists(
        st.tuples(*parts, st.sampled_from(OBJECTS), st.sampled_from(classes)).map(change), min_size=20, max_size=60
    )


@settings(max_examples=12)
@given(data=st.data())
def test_any_disorder_has_the_same_findings_as_in_memory(
    tiny_engine: ox.Store, tiny_quads: list[ox.Quad], data: st.DataObject
) -> None:
    engine = ox.Store()
    engine.bulk_extend(tiny_engine.quads_for_pattern(None, None, None, ox.DefaultGraph()))
    for how, quad, told in data.draw(changes(tiny_quads)):
        if how in ("drop", "change"):
            engine.remove(ox.Quad(*quad.triple))
        if how != "drop":
            engine.add(told)
    view = view_of(engine)
    try:
        expected = whole(view)
    except (ReportableRuntimeError, TypeError):  # days and blank nodes do not compare: here `kg check` names the thing
        assert any("cannot be compared" in finding.message for finding in doubted(view))
    else:
        assert doubted(view) == expected
        assert expected


def test_each_odd_literal_at_each_property_has_the_same_findings_as_in_memory(tiny_engine: ox.Store) -> None:
    """A thing of every kind for every odd literal, which stands at all properties whose values a shape looks into."""
    engine, shapes = ox.Store(), rdflib.Graph()
    engine.bulk_extend(tiny_engine.quads_for_pattern(None, None, None, ox.DefaultGraph()))
    for file in sorted((ONTOLOGY / "shapes").glob("*.ttl")):
        shapes.parse(file)
    for number, (shape, kind) in enumerate(shapes.subject_objects(SH.targetClass)):
        parts = [
            one for one in shapes.objects(shape, SH.property) if any(shapes.value(one, SH[n]) for n in OF_LITERALS)
        ]
        paths = {str(path) for part in parts if isinstance(path := shapes.value(part, SH.path), rdflib.URIRef)}
        for at, odd in enumerate(OBJECTS[:-2] if paths else []):
            thing = ox.NamedNode(f"https://example.org/{number}-{at}")
            engine.add(ox.Quad(thing, ox.NamedNode(str(RDF.type)), ox.NamedNode(str(kind))))
            engine.extend(ox.Quad(thing, ox.NamedNode(path), odd) for path in paths)
    view = view_of(engine)
    assert doubted(view) == whole(view)


def test_a_value_at_which_pyshacl_gives_up_is_a_finding_and_hides_no_other(tiny_engine: ox.Store) -> None:
    engine = ox.Store()
    engine.bulk_extend(tiny_engine.quads_for_pattern(None, None, None, ox.DefaultGraph()))
    thing, kind = ox.NamedNode("https://example.org/value"), ox.NamedNode(ONTOLOGY_IRI + "IndicatorValue")
    engine.add(ox.Quad(thing, ox.NamedNode(str(RDF.type)), kind))
    for name, number in (("value", "NaN"), ("upperValue", "1")):
        value = ox.Literal(number, datatype=ox.NamedNode(f"{XSD}decimal"))
        engine.add(ox.Quad(thing, ox.NamedNode(ONTOLOGY_IRI + name), value))
    before, after = doubted(view_of(tiny_engine)), doubted(view_of(engine))
    assert before < after
    assert [one.subject for one in after if "cannot be compared" in one.message] == [thing.value]


def test_a_constraint_that_is_not_known_is_left_to_pyshacl(tiny_engine: ox.Store, tmp_path: Path) -> None:
    shutil.copytree(ONTOLOGY / "shapes", tmp_path / "shapes")
    text = f"""
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        <https://example.org/short> a sh:NodeShape ; sh:targetClass <{ONTOLOGY_IRI}Activity> ; sh:property [
            sh:path [ sh:inversePath <{ONTOLOGY_IRI}partIn> ] ; sh:minCount 1 ; sh:message "no parties" ] , [
            sh:path <http://www.w3.org/2004/02/skos/core#prefLabel> ; sh:maxLength 3 ; sh:message "long" ] , [
            sh:path <{ONTOLOGY_IRI}budgetLine> ; sh:minCount 2 ; sh:message "too few" ] ."""
    (tmp_path / "shapes" / "more.ttl").write_text(text, encoding="utf-8")
    found = set(check_shapes(view_of(tiny_engine), ontology=tmp_path, watch=unwatched))
    assert {finding.rule for finding in found - doubted(view_of(tiny_engine))} == {
        "short prefLabel",
        "short budgetLine",
    }


def test_shapes_about_anything_but_a_class_are_refused(tiny_engine: ox.Store, tmp_path: Path) -> None:
    (tmp_path / "shapes").mkdir()
    text = "@prefix sh: <http://www.w3.org/ns/shacl#> . <urn:a> a sh:NodeShape ; sh:targetNode <urn:b> ."
    (tmp_path / "shapes" / "more.ttl").write_text(text, encoding="utf-8")
    with pytest.raises(KgError, match="expected sh:targetClass"):
        list(check_shapes(view_of(tiny_engine), ontology=tmp_path, watch=unwatched))


def test_each_finding_has_a_place_and_progress_is_told(run_kg: RunKg, tmp_path: Path) -> None:
    loaded = run_kg("load", "rdf", *sorted((ONTOLOGY / "examples/invalid").glob("p*.ttl")), "--store", tmp_path / "s")
    assert loaded.code == 0, loaded.err
    view, steps = open_view(tmp_path / "s"), list[str]()
    found = check_graph(view, ontology=ontology_dir(), watch=lambda step, done, total: steps.append(step))
    assert all(finding.place for finding in found if finding.subject.startswith(BASE + "id/"))
    assert list(dict.fromkeys(steps)) == ["checking shapes", "checking rules", "finding places"]


def test_a_table_of_many_findings_shows_some_of_each_rule_and_counts_all(run_kg: RunKg, tmp_path: Path) -> None:
    lines = [f"<https://example.org/{number}> a <{ONTOLOGY_IRI}Activity> ." for number in range(30)]
    (tmp_path / "many.ttl").write_text("\n".join(lines), encoding="utf-8")
    assert run_kg("load", "rdf", tmp_path / "many.ttl", "--store", tmp_path / "store").code == 0
    table = run_kg("check", "--store", tmp_path / "store")
    listed = run_kg("check", "--store", tmp_path / "store", "--format", "csv")
    assert table.code == listed.code == 1
    assert table.out.count("no-label") == 10
    assert listed.out.count("no-label") == 30
    assert re.search(r"^no-label +error +30$", table.err, re.MULTILINE)
    assert "--format csv has all" in table.err
    assert f"{tmp_path / 'many.ttl'}:30" in listed.out
