"""What cannot be read: one line that says what, exit code 2, and a store that is as it was."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.store.view import current_version, open_view
from tests.commands import ACCRA, DATA, TINY, RunKg, assert_refused, copy_store, snapshot

NAME = "http://www.w3.org/2004/02/skos/core#prefLabel"
TURTLE = f"""
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://example.org/a> skos:prefLabel "An organization"@en ; <https://example.org/knows> [ skos:prefLabel "B" ] .
<https://example.org/a> <https://example.org/list> ( 1 2 ) .
<{ACCRA}oecd> skos:altLabel "A further name" .
"""
FORMS = {
    "ttl": ox.RdfFormat.TURTLE, "trig": ox.RdfFormat.TRIG, "nt": ox.RdfFormat.N_TRIPLES, "nq": ox.RdfFormat.N_QUADS,
    "rdf": ox.RdfFormat.RDF_XML, "jsonld": ox.RdfFormat.JSON_LD,
}  # fmt: skip
BOMB = """<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description>&b;</rdf:Description></rdf:RDF>"""


@pytest.fixture
def mine(tiny_store: Path, tmp_path: Path) -> Path:
    return copy_store(tiny_store, tmp_path / "store")


def written(form: str) -> bytes:
    triples = [quad.triple for quad in ox.parse(TURTLE.encode(), ox.RdfFormat.TURTLE)]
    return ox.serialize(triples, format=FORMS[form]) or b""


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("form", FORMS)
def test_every_syntax_is_loaded(mine: Path, tmp_path: Path, run_kg: RunKg, form: str, packed: bool) -> None:
    file = tmp_path / (f"Some Friends.{form}" + (".gz" if packed else ""))
    file.write_bytes(gzip.compress(written(form)) if packed else written(form))
    assert run_kg("load", "rdf", file, "--store", mine).code == 0
    view = open_view(mine)
    graph = "GRAPH <https://w3id.org/partnership-kg/source/some-friends>"
    assert list(view.rows(f"SELECT ?o {{ {graph} {{ <https://example.org/a> <{NAME}> ?o }} }}")) == [
        ("An organization",)
    ]
    nodes = f"SELECT ?b {{ {graph} {{ <https://example.org/a> <https://example.org/knows> ?b . ?b <{NAME}> 'B' }} }}"
    (node,) = [node for (node,) in view.rows(nodes)]
    assert node.startswith("https://w3id.org/partnership-kg/id/some-friends/.well-known/genid/")
    assert not view.query("ASK { ?s ?p ?o FILTER (isBlank(?s) || isBlank(?o)) }").found


def test_blank_nodes_get_the_same_iris_each_time_and_a_second_load_changes_nothing(
    mine: Path, tmp_path: Path, run_kg: RunKg
) -> None:
    file = tmp_path / "friends.ttl"
    file.write_text(TURTLE, encoding="utf-8")
    assert run_kg("load", "rdf", file, "--store", mine).code == 0
    once = snapshot(mine)
    assert "nothing changed" in run_kg("load", "rdf", file, "--store", mine).err
    assert snapshot(mine) == once


def test_two_files_do_not_share_their_blank_nodes(mine: Path, tmp_path: Path, run_kg: RunKg) -> None:
    files = [tmp_path / f"{name}.nt" for name in ("one", "two")]
    for file in files:
        file.write_text(f'_:x <https://example.org/in> "{file.stem}" .', encoding="utf-8")
    assert run_kg("load", "rdf", *files, "--store", mine).code == 0
    rows = list(open_view(mine).rows("SELECT DISTINCT ?s { ?s <https://example.org/in> ?o }"))
    assert len(rows) == 2


@pytest.mark.parametrize("form", FORMS)
def test_a_file_that_is_cut_off_changes_nothing(mine: Path, tmp_path: Path, run_kg: RunKg, form: str) -> None:
    content = written(form)
    file = tmp_path / f"friends.{form}"
    file.write_bytes(content[: len(content) * 2 // 3].rstrip(b"\n") + b' <https://example.org/ "cut')
    before = snapshot(mine)
    assert_refused(run_kg("load", "rdf", file, "--store", mine), str(file), "expected")
    assert snapshot(mine) == before


@pytest.mark.parametrize("cut", [1, 20, 200, -9, -1])
def test_a_gzip_file_that_is_cut_off_changes_nothing(mine: Path, tmp_path: Path, run_kg: RunKg, cut: int) -> None:
    file = tmp_path / "friends.ttl.gz"
    file.write_bytes(gzip.compress(TURTLE.encode())[:cut])
    before = snapshot(mine)
    assert_refused(run_kg("load", "rdf", file, "--store", mine), str(file), "expected a whole gzip file")
    assert snapshot(mine) == before


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("bomb.rdf", BOMB.encode(), "DOCTYPE"),
        ("bomb.rdf", BOMB.encode("utf-16"), "expected"),
        ("x.ttl", b"\xff\xfe", "expected"),
        ("x.csv", b"a,b\n", "expected a file ending in one of"),
        ("x", b"", "expected a file ending in one of"),
        ("x.nt", b"<https://example.org/a> <https://example.org/b> <c> .", "x.nt:1"),
        ("x.nt", b"# one\n# two\nnothing", "x.nt:3"),
        ("x.ttl", b"<< <a:b> <a:c> <a:d> >> <a:p> <a:o> .", "expected"),
        ("x.jsonld", b'{"@context": "https://example.org/context", "@id": "a:b"}', "expected"),
        ("x.jsonld", b"<html>not json</html>", "expected"),
    ],
)  # fmt: skip
def test_what_is_no_rdf_is_refused(
    mine: Path, tmp_path: Path, run_kg: RunKg, name: str, content: bytes, expected: str
) -> None:
    (tmp_path / name).write_bytes(content)
    before = snapshot(mine)
    assert_refused(run_kg("load", "rdf", tmp_path / name, "--store", mine), name, expected)
    assert snapshot(mine) == before


def test_a_file_that_is_missing_or_a_folder_is_refused(mine: Path, tmp_path: Path, run_kg: RunKg) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert_refused(run_kg("load", "rdf", tmp_path / "none.ttl", "--store", mine), "none.ttl", "expected an RDF file")
    assert_refused(run_kg("load", "rdf", empty, "--store", mine), str(empty), "expected a folder with files ending in")


@pytest.mark.parametrize("source", ["../../etc", "A", "a b", "a/b", "-a", "a--b", "ä", "a\n", "identity.tsv"])
def test_a_source_of_a_hostile_name_is_refused(mine: Path, tmp_path: Path, run_kg: RunKg, source: str) -> None:
    (tmp_path / "x.nt").write_text("", encoding="utf-8")
    before = snapshot(tmp_path)
    assert_refused(run_kg("load", "rdf", tmp_path / "x.nt", "--source", source, "--store", mine), "--source: expected")
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("..ttl", "graph"),
        ("中国.ttl", "graph-f0e95216"),
        ("a b;rm -rf *.ttl", "a-b-rm-rf"),
        ("-x-.ttl", "x"),
        ("A<b>.ttl", "a-b"),
    ],
)
def test_a_file_of_a_hostile_name_gets_a_tame_id(
    mine: Path, tmp_path: Path, run_kg: RunKg, name: str, source: str
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / name).write_text(TURTLE, encoding="utf-8")
    assert run_kg("load", "rdf", "--store", mine, "--", folder / name).code == 0
    listed = run_kg("sources", "--store", mine, "--format", "json").json
    assert source in [found["id"] for found in listed]


def test_one_source_id_names_one_file(mine: Path, tmp_path: Path, run_kg: RunKg) -> None:
    for name in ("a.nt", "b.nt"):
        (tmp_path / name).write_text("", encoding="utf-8")
    ran = run_kg("load", "rdf", tmp_path / "a.nt", tmp_path / "b.nt", "--source", "x", "--store", mine)
    assert_refused(ran, "--source names one file, got 2")


def test_two_workbooks_of_one_id_are_refused_together(mine: Path, run_kg: RunKg) -> None:
    before = snapshot(mine)
    assert_refused(run_kg("load", "workbook", TINY, TINY, "--store", mine), "accra-2008", "twice")
    assert snapshot(mine) == before


GOLDEN = (DATA / "accra-2008.nq").read_bytes()
LINE_END = GOLDEN.index(b"\n", len(GOLDEN) // 2) + 1


@pytest.mark.parametrize(
    "cut",
    [1, 100, LINE_END - 2, LINE_END - 1, LINE_END, LINE_END + 1, LINE_END + 150, len(GOLDEN) - 3, len(GOLDEN) // 3],
)  # fmt: skip
def test_triples_that_are_cut_in_the_middle_change_nothing(mine: Path, tmp_path: Path, run_kg: RunKg, cut: int) -> None:
    """At a line's end, too: the source says itself how many statements it has."""
    folder = tmp_path / "triples"
    folder.mkdir()
    (folder / "accra-2008.nq").write_bytes(GOLDEN[:cut])
    before = snapshot(mine)
    assert_refused(run_kg("build", "--from", folder, "--store", mine), "accra-2008.nq", "expected")
    assert snapshot(mine) == before


@pytest.mark.parametrize("line", [0, 1, 7, 200, -1])
def test_triples_that_lost_a_line_change_nothing(mine: Path, tmp_path: Path, run_kg: RunKg, line: int) -> None:
    lines = GOLDEN.splitlines(keepends=True)
    del lines[line]
    folder = tmp_path / "triples"
    folder.mkdir()
    (folder / "accra-2008.nq").write_bytes(b"".join(lines))
    assert_refused(run_kg("build", "--from", folder, "--store", mine), "accra-2008.nq")


def test_the_line_of_a_slip_in_the_triples_is_told(mine: Path, tmp_path: Path, run_kg: RunKg) -> None:
    lines = GOLDEN.splitlines(keepends=True)
    lines[41] = b"<https://example.org/a> nonsense .\n"
    folder = tmp_path / "triples"
    folder.mkdir()
    (folder / "accra-2008.nq").write_bytes(b"".join(lines))
    assert_refused(run_kg("build", "--from", folder, "--store", mine), f"{folder / 'accra-2008.nq'}:42: expected")


def test_a_folder_without_triples_is_refused(mine: Path, tmp_path: Path, run_kg: RunKg) -> None:
    for place in (tmp_path / "none", tmp_path):
        before = current_version(mine)
        assert_refused(
            run_kg("build", "--from", place, "--store", mine), str(place), "expected a folder with .nq files"
        )
        assert current_version(mine) == before


def test_triples_of_other_people_are_built_each_graph_a_source(tmp_path: Path, run_kg: RunKg) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    (folder / "data.nq").write_text(
        '<https://example.org/a> <https://example.org/p> "1" <https://example.org/graph/one> .\n'
        '<https://example.org/a> <https://example.org/p> "2" <https://example.org/graph/two> .\n',
        encoding="utf-8",
    )
    assert run_kg("build", "--from", folder, "--store", tmp_path / "store").code == 0
    view = open_view(tmp_path / "store")
    rows = list(
        view.rows("SELECT ?g ?o { GRAPH ?g { <https://example.org/a> <https://example.org/p> ?o } } ORDER BY ?o")
    )
    assert [value for _, value in rows] == ["1", "2"]
    listed = run_kg("sources", "--store", tmp_path / "store", "--format", "json").json
    assert {source["iri"] for source in listed} == {graph for graph, _ in rows}


def test_what_is_exported_is_built_again(tiny_store: Path, tmp_path: Path, run_kg: RunKg) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    export = ("export", "--store", tiny_store, "--source", "accra-2008", "--format", "nq")
    assert run_kg(*export, "--out", folder / "accra-2008.nq").code == 0
    assert (folder / "accra-2008.nq").read_bytes() == GOLDEN
    assert run_kg("build", "--from", folder, "--store", tmp_path / "again").code == 0
    one, other = current_version(tiny_store), current_version(tmp_path / "again")
    assert one is not None
    assert other is not None
    assert one.name == other.name


def test_no_store_is_told_and_none_is_made(tmp_path: Path, run_kg: RunKg) -> None:
    store = tmp_path / "none"
    for command in (["stats"], ["sources"], ["show", "x"], ["query", "ASK {}"], ["sources", "remove", "x"]):
        ran = run_kg(*command, "--store", store)
        assert (ran.code, ran.out) == (2, "")
        assert len(ran.err.splitlines()) == 1
        assert "expected" in ran.err
    assert_refused(run_kg("load", "workbook", TINY), "--store")


def test_a_workbook_loaded_as_rdf_and_rdf_as_a_workbook_are_refused(mine: Path, tmp_path: Path, run_kg: RunKg) -> None:
    assert_refused(
        run_kg("load", "rdf", TINY, "--store", mine), "expected a folder with files ending in .nq, .nt, .ttl"
    )
    assert_refused(run_kg("load", "workbook", DATA / "accra-2008.nq", "--store", mine), "expected")
    assert_refused(run_kg("load", "iati", TINY, "--store", mine))


def test_nothing_is_written_beside_the_store_by_a_load_that_failed(tmp_path: Path, run_kg: RunKg) -> None:
    shutil.copy(DATA / "accra-2008.nq", tmp_path / "bad.ttl.nt2")
    assert_refused(run_kg("load", "rdf", tmp_path / "bad.ttl.nt2", "--store", tmp_path / "store"), "ending")
    assert not (tmp_path / "store" / "CURRENT").exists()
