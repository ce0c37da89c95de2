"""The command line: help, formats, streams and exit codes of every command, and queries in every form."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pyoxigraph as ox
import pytest

from kg.cli import cli
from tests.commands import ACCRA, ROOT, TINY, RunKg, assert_refused, run_apart


def walk(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None, name
            yield from walk(found, (*path, name))


COMMANDS = [pytest.param(path, command, id=" ".join(path) or "kg") for path, command in walk(cli)]


@pytest.mark.parametrize(("path", "command"), COMMANDS)
def test_every_command_helps(run_kg: RunKg, path: tuple[str, ...], command: click.Command) -> None:
    ran = run_kg(*path, "--help")
    assert ran.code == 0
    assert ran.err == ""
    assert "Usage: kg" in ran.out
    assert (
        re.search(rf"^ *kg {' '.join(path)}", ran.out.split("Example", 1)[1], re.MULTILINE)
        if path
        else "kg demo" in ran.out
    )
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, option.name


def test_the_commands_of_the_design_are_there() -> None:
    context = click.Context(cli)
    assert {
        "demo", "load", "build", "sources", "stats", "check", "show", "partners", "path", "query", "ask", "centrality",
        "map", "export", "evidence",
    } <= set(cli.list_commands(context))  # fmt: skip


def test_the_version_is_told(run_kg: RunKg) -> None:
    from kg import __version__

    ran = run_kg("--version")
    assert (ran.code, __version__ in ran.out) == (0, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"], ["show"], ["show", "a", "b"], ["partners", "UNICEF", "--limit", "0"],
        ["centrality", "--measure", "fame"],
        ["partners", "UNICEF", "--since", "last year"], ["query", "ASK {}", "--format", "excel"], ["map"], ["export"],
        ["load"], ["load", "rdf"], ["--nonsense"], ["sources", "nonsense"], ["ask", "totals", "nonsense"],
    ],
)  # fmt: skip
def test_wrong_usage_is_told_on_stderr(run_kg: RunKg, arguments: list[str]) -> None:
    ran = run_kg(*arguments)
    assert (ran.code, ran.out) == (2, ""), ran
    assert ran.err
    assert "Traceback" not in ran.err


def test_data_is_on_stdout_and_all_else_on_stderr(run_kg: RunKg) -> None:
    for command in (["partners", "UNICEF"], ["centrality"], ["show", "Ford Fundation"], ["ask", "totals"]):
        machine = run_kg(*command, "--format", "json")
        json.loads(machine.out)
        assert machine.code == 0


@pytest.mark.parametrize("command", [["stats"], ["sources"], ["partners", "IPRCC"], ["centrality"], ["ask", "--list"]])
def test_tables_agree_in_csv_and_tsv(run_kg: RunKg, command: list[str]) -> None:
    comma = list(csv.reader(io.StringIO(run_kg(*command, "--format", "csv").out)))
    tab = list(csv.reader(io.StringIO(run_kg(*command, "--format", "tsv").out), delimiter="\t"))
    assert comma == tab
    assert len(comma) > 1
    assert len({len(row) for row in comma}) == 1


def test_an_error_has_a_traceback_only_with_debug(start_kg: RunKg, tmp_path: Path) -> None:
    quiet = start_kg("stats", "--store", tmp_path / "none")
    loud = start_kg("--debug", "stats", "--store", tmp_path / "none")
    assert_refused(quiet, "expected a store")
    assert "Traceback" in loud.err
    assert loud.out == ""


def test_a_reader_who_has_seen_enough_is_no_error(env: dict[str, str], store: Path) -> None:
    query = "SELECT ?s ?p ?o { ?s ?p ?o }"
    process = subprocess.Popen(
        [sys.executable, "-m", "kg", "query", query, "--format", "csv"],
        stdout=-1, stderr=-1, env={**env, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().strip() == b"s,p,o"
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    process.wait(timeout=60)


def test_chinese_is_written_under_any_locale(env: dict[str, str], tiny_store: Path) -> None:
    plain = {**env, "LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    plain.pop("PYTHONIOENCODING", None)
    ran = run_apart("show", "OECD", "--store", tiny_store, env=plain)
    assert ran.code == 0, ran.err
    assert "经济合作与发展组织" in ran.out


def test_a_lookup_needs_no_checkout_as_its_folder(start_kg: RunKg, tmp_path: Path) -> None:
    ran = start_kg("partners", "UNICEF", cwd=tmp_path)
    assert ran.code == 0
    assert list(tmp_path.iterdir()) == []


def test_a_load_without_a_store_says_how_to_name_one(run_kg: RunKg) -> None:
    ran = run_kg("load", "iati", "any.xml")
    assert ran.code == 2
    assert ran.err == "error: expected --store DIR (or the environment variable KG_STORE), got none\n"


def test_the_store_may_come_from_the_environment(env: dict[str, str], tiny_store: Path) -> None:
    ran = run_apart("sources", "--format", "json", env={**env, "KG_STORE": str(tiny_store)})
    assert [source["id"] for source in ran.json] == ["accra-2008"]


# queries

ALL = "SELECT ?iri ?name WHERE { ?iri a :Government ; skos:prefLabel ?name } ORDER BY ?iri"


def test_a_query_is_read_from_text_file_and_stdin(run_kg: RunKg, tiny_store: Path, tmp_path: Path) -> None:
    file = tmp_path / "governments.rq"
    file.write_text(ALL, encoding="utf-8")
    options = ("--store", tiny_store, "--format", "csv")
    found = run_kg("query", ALL, *options)
    assert [row["name"] for row in found.rows] == [
        "Government of Ghana", "Government of Shanghai", "Government of Yunnan",
    ]  # fmt: skip
    assert run_kg("query", file, *options).rows == found.rows == run_kg("query", "-", *options, stdin=ALL).rows
    out = tmp_path / "answer.csv"
    assert run_kg("query", ALL, *options, "--out", out).out == ""
    assert out.read_bytes().decode() == found.out


def test_formats_of_an_answer_agree(run_kg: RunKg, tiny_store: Path) -> None:
    def asked(form: str) -> str:
        ran = run_kg("query", ALL, "--store", tiny_store, "--format", form)
        assert ran.code == 0
        return ran.out

    bindings = json.loads(asked("json"))["results"]["bindings"]
    rows = [[row["iri"]["value"], row["name"]["value"]] for row in bindings]
    assert list(csv.reader(io.StringIO(asked("csv"))))[1:] == rows
    assert [line.split("\t")[0] for line in asked("tsv").splitlines()[1:]] == [f"<{iri}>" for iri, _ in rows]
    assert all(name in asked("table") for _, name in rows)
    results = ox.parse_query_results(asked("xml"), format=ox.QueryResultsFormat.XML)
    assert isinstance(results, ox.QuerySolutions)
    assert [[row["iri"].value, row["name"].value] for row in results] == rows


def test_a_construct_is_turtle_that_parses(run_kg: RunKg, tiny_store: Path) -> None:
    query = f"CONSTRUCT {{ <{ACCRA}oecd> ?p ?o }} WHERE {{ <{ACCRA}oecd> ?p ?o }}"
    for form in ("turtle", "table", "ntriples"):
        ran = run_kg("query", query, "--store", tiny_store, "--format", form)
        assert ran.code == 0
        kind = ox.RdfFormat.N_TRIPLES if form == "ntriples" else ox.RdfFormat.TURTLE
        found = {quad.object.value for quad in ox.parse(ran.out, kind)}
        assert {"OECD", "经济合作与发展组织"} <= found
    assert_refused(run_kg("query", query, "--format", "csv"), "CONSTRUCT")
    assert_refused(run_kg("query", ALL, "--format", "turtle"), "SELECT")


def count(run_kg: RunKg, store: Path, query: str) -> int:
    return int(run_kg("query", query, "--store", store, "--format", "csv").out.split()[1])


def test_the_default_graph_is_the_union_and_graph_tells_the_source(run_kg: RunKg, tiny_store: Path) -> None:
    def graphs(pattern: str) -> set[str]:
        ran = run_kg(
            "query", f"SELECT DISTINCT ?g {{ GRAPH ?g {{ {pattern} }} }}", "--store", tiny_store, "--format", "csv"
        )  # fmt: skip
        return {row["g"].partition("partnership-kg/")[2] for row in ran.rows}

    assert graphs(f"<{ACCRA}hlf3> skos:prefLabel ?o") == {"source/accra-2008"}
    assert graphs("?a :partnerOf ?b") == {"graph/derived"}
    assert graphs(":Participation a ?class") == {"graph/ontology"}
    assert graphs("<https://w3id.org/partnership-kg/code/role/organizer> skos:notation ?n") == {"graph/codelists"}
    for pattern in (
        f"<{ACCRA}hlf3> skos:prefLabel ?o", "?a :partnerOf ?b", ":Participation a ?class",
        "?c skos:notation 'organizer'",
    ):  # fmt: skip
        assert run_kg("query", f"ASK {{ {pattern} }}", "--store", tiny_store, "--format", "json").json["boolean"]
    everything = count(run_kg, tiny_store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    source = count(run_kg, tiny_store, "SELECT (COUNT(*) AS ?n) { GRAPH source:accra-2008 { ?s ?p ?o } }")
    assert everything > source > 0


def test_from_is_honoured(run_kg: RunKg, tiny_store: Path) -> None:
    inside = count(run_kg, tiny_store, "SELECT (COUNT(*) AS ?n) { GRAPH source:accra-2008 { ?s ?p ?o } }")
    for query in (
        "SELECT (COUNT(*) AS ?n) FROM source:accra-2008 { ?s ?p ?o }",
        "SELECT (COUNT(*) AS ?n)\nfrom <https://w3id.org/partnership-kg/source/accra-2008>\nWHERE { ?s ?p ?o }",
        "SELECT (COUNT(*) AS ?n) FROM NAMED source:accra-2008 { GRAPH ?g { ?s ?p ?o } }",
    ):
        assert count(run_kg, tiny_store, query) == inside
    assert count(run_kg, tiny_store, "SELECT (COUNT(*) AS ?n) FROM <https://example.org/none> { ?s ?p ?o }") == 0
    union = count(run_kg, tiny_store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    for harmless in ("# FROM nowhere\n", "?from ", "'FROM <x>' "):
        query = f"SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o {harmless if harmless[0] == '#' else ''}}}"
        assert count(run_kg, tiny_store, query) == union


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("SELECT ?a WHERE { ?a ?b }", "1:2"),
        ("SELECT ?a\nWHERE {\n  ?a foo:bar ?b .\n}", "3:6"),
        ("SELEKT ?a { ?a ?b ?c }", "1:1"),
        ("SELECT ?a { ?a ?b ?c ", "1:"),
        ("INSERT DATA { <a:b> <a:c> <a:d> }", "1:1"),
        ("DROP ALL", "1:"),
    ],
)
def test_a_bad_query_is_told_with_its_position(run_kg: RunKg, query: str, place: str) -> None:
    assert_refused(run_kg("query", query), f"query:{place}", "expected", "got")


@pytest.mark.parametrize("text", ["", "no-such-file.rq", "folder/none.sparql"])
def test_what_is_neither_query_nor_file_is_told(run_kg: RunKg, text: str) -> None:
    assert_refused(run_kg("query", text), f"{text}: expected a SPARQL text or a file")


@pytest.mark.parametrize("form", ["{}", "()", "[]"])
def test_a_query_that_is_nested_too_deep_is_refused_and_the_process_lives(start_kg: RunKg, form: str) -> None:
    deep = 20_000
    for query in (
        "SELECT * " + form[0] * deep + form[1] * deep,
        "ASK { ?s ?p ?o FILTER " + form[0] * deep + "1" + form[1] * deep + "}",
        "ASK { ?s ?p " + form[0] * deep,
    ):
        assert_refused(start_kg("query", "-", stdin=query), "brackets inside each other")


@pytest.mark.parametrize("query", [
    "ASK { ?s ?p ?o FILTER (" + "!" * 50_000 + "true) }",
    "ASK { ?s " + "^" * 50_000 + "?p ?o }",
    "ASK { ?s ?p ?o FILTER (" + "-" * 50_000 + "1 = 1) }",
    "ASK { ?s ?p ?o FILTER (true" + " && true" * 20_000 + ") }",
    "ASK { ?s " + "<a:b>/" * 20_000 + "<a:b> ?o }",
    "ASK { { ?s ?p ?o }" + " UNION { ?s ?p ?o }" * 10_000 + " }",
], ids=["not", "inverse", "minus", "and", "path", "union"])  # fmt: skip
def test_a_query_that_is_long_is_refused_and_the_process_lives(start_kg: RunKg, query: str) -> None:
    assert_refused(start_kg("query", "-", stdin=query), "expected at most", "operators")


def test_a_service_elsewhere_is_not_asked(run_kg: RunKg) -> None:
    assert_refused(run_kg("query", "SELECT * { SERVICE <http://127.0.0.1:9/sparql> { ?s ?p ?o } }"), "query")


def test_saved_questions_take_parameters_by_name(run_kg: RunKg) -> None:
    listed = run_kg("ask", "--list", "--format", "json").json
    with_parameter = next(one for one in listed if any(p["kind"] == "date" for p in one["parameters"]))
    name = next(p["name"] for p in with_parameter["parameters"] if p["kind"] == "date")
    assert run_kg("ask", with_parameter["id"], f"{name}=2009-06-15").code == 0
    assert_refused(run_kg("ask", with_parameter["id"], f"{name}=June"), f"parameter {name}: expected a day")
    assert_refused(run_kg("ask", with_parameter["id"], "nonsense=1"), "expected a parameter among")
    unknown = run_kg("ask", "no-such-question")
    assert (unknown.code, unknown.out) == (1, "")


# exports


@pytest.mark.parametrize("form", ["nq", "trig", "ttl", "graphml", "gexf"])
def test_each_export_is_written_whole(run_kg: RunKg, tiny_store: Path, tmp_path: Path, form: str) -> None:
    out = tmp_path / f"graph.{form}"
    assert run_kg("export", "--store", tiny_store, "--format", form, "--out", out).code == 0
    assert out.stat().st_size > 1000
    assert [file.name for file in tmp_path.iterdir()] == [out.name]
    if form in ("nq", "trig", "ttl"):
        quads = list(ox.parse(path=str(out)))
        said = {quad.triple for quad in quads if quad.subject.value == f"{ACCRA}oecd"}
        assert len(said) > 5
        assert all((quad.graph_name == ox.DefaultGraph()) == (form == "ttl") for quad in quads)


def test_csv_is_exported_into_a_folder(run_kg: RunKg, tiny_store: Path, tmp_path: Path) -> None:
    assert run_kg("export", "--store", tiny_store, "--format", "csv", "--out", tmp_path / "out").code == 0
    assert {file.name for file in (tmp_path / "out").iterdir()} == {"nodes.csv", "edges.csv"}


def test_a_source_that_is_unknown_is_not_exported_as_nothing(run_kg: RunKg, tiny_store: Path, tmp_path: Path) -> None:
    for form in ("nq", "gexf"):
        ran = run_kg(
            "export", "--store", tiny_store, "--source", "none", "--format", form, "--out", tmp_path / f"x.{form}"
        )  # fmt: skip
        assert_refused(ran, "accra-2008", "none")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", ["nq", "trig", "ttl"])
def test_an_export_of_sources_has_each_of_them_and_no_other(form: str, run_kg: RunKg, tmp_path: Path) -> None:
    store = tmp_path / "store"
    for name in ("one", "two", "three"):
        (tmp_path / f"{name}.ttl").write_text(f"<urn:{name}> <urn:p> '{name}' .", encoding="utf-8")
        assert run_kg("load", "rdf", tmp_path / f"{name}.ttl", "--store", store).code == 0
    out = tmp_path / f"out.{form}"
    ran = run_kg("export", "--store", store, "--source", "one", "--source", "two", "--format", form, "--out", out)
    assert (ran.code, "one, two as" in ran.err) == (0, True)
    told = {quad.subject.value for quad in ox.parse(path=str(out))}
    assert {"urn:one", "urn:two"} < told
    assert "urn:three" not in told


def test_an_export_that_cannot_be_written_leaves_what_was_there(
    run_kg: RunKg, tiny_store: Path, tmp_path: Path
) -> None:
    place = tmp_path / "none" / "graph.nq"
    assert_refused(run_kg("export", "--store", tiny_store, "--format", "nq", "--out", place), str(place))
    assert_refused(run_kg("map", "--store", tiny_store, "--out", tmp_path / "none" / "map.html"), "map.html")


def test_the_same_export_has_the_same_bytes(run_kg: RunKg, tiny_store: Path, tmp_path: Path) -> None:
    for form in ("trig", "gexf", "graphml"):
        files = [tmp_path / f"{number}.{form}" for number in (1, 2)]
        for file in files:
            assert run_kg("export", "--store", tiny_store, "--format", form, "--out", file).code == 0
        assert files[0].read_bytes() == files[1].read_bytes()


# checks and the demo


def test_the_shipped_data_is_clean(run_kg: RunKg) -> None:
    ran = run_kg("check", "--format", "json")
    assert [finding for finding in json.loads(ran.out)["findings"] if finding["severity"] == "error"] == []
    assert ran.code == 0


def test_a_broken_graph_has_findings_that_point_to_their_line(run_kg: RunKg, tmp_path: Path) -> None:
    from tests.commands import set_cell
    from tests.test_contracts import assert_valid

    book = Path(shutil.copytree(TINY, tmp_path / "accra-2008"))
    set_cell(book, "events", 0, "end", "2008-08-01")
    set_cell(book, "conflicts", 0, "other", "heads-all")
    assert run_kg("load", "workbook", book, "--store", tmp_path / "store").code == 0
    ran = run_kg("check", "--store", tmp_path / "store", "--format", "json")
    assert ran.code == 1
    document = json.loads(ran.out)
    assert_valid("check", document)
    places = {(finding["severity"], finding["place"]) for finding in document["findings"]}
    assert ("error", f"{book}/events.csv:2") in places
    assert ("error", f"{book}/conflicts.csv:2") in places


def test_a_code_of_iati_in_the_place_of_an_own_one_is_found_and_does_not_dangle(run_kg: RunKg, tmp_path: Path) -> None:
    used, unknown = (f"<https://w3id.org/partnership-kg/code/iati-organisation-role/{code}>" for code in (1, 99))
    node = "<https://w3id.org/partnership-kg/id/mine/{}> a <https://w3id.org/partnership-kg/ontology#Participation>"
    lines = [
        f"{node.format(at)} ; <http://www.w3.org/ns/prov#hadRole> {role} ." for at, role in enumerate([used, unknown])
    ]
    (tmp_path / "mine.ttl").write_text("\n".join(lines), encoding="utf-8")
    assert run_kg("load", "rdf", tmp_path / "mine.ttl", "--store", tmp_path / "store").code == 0
    ran = run_kg("check", "--store", tmp_path / "store", "--format", "json")
    found = {(one["rule"], one["subject"].rpartition("/")[2]) for one in json.loads(ran.out)["findings"]}
    assert {("participation hadRole", "0"), ("participation hadRole", "1"), ("dangling-reference", "1")} <= found
    assert ("dangling-reference", "0") not in found


def test_the_demo_shows_draws_and_says_what_is_next(start_kg: RunKg, tmp_path: Path) -> None:
    ran = start_kg("demo", cwd=tmp_path)
    assert ran.code == 0, ran.err
    for words in ("statements", "Partners of International Poverty Reduction Center", "Most central", "kg ask --list"):
        assert words in ran.out
    assert (tmp_path / "build/demo/map.html").stat().st_size > 100_000
