"""Identity decisions: one thing under one IRI when the graph is published, and the sources as they were."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.identity.ledger import Decision, canonical_iris, read_ledger
from kg.store.view import open_view
from tests.commands import DATA, ROOT, RunKg, assert_refused

KG = "https://w3id.org/partnership-kg/id/"
HEADER = "entity\tother\tdecision\twho\twhen\twhy\n"
ONE, OTHER = f"{KG}accra-2008/world-bank", f"{KG}second/world-bank-group"
SECOND = """
@prefix : <https://w3id.org/partnership-kg/ontology#> .
@prefix id: <https://w3id.org/partnership-kg/id/second/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix role: <https://w3id.org/partnership-kg/code/role/> .

id:world-bank-group a org:FormalOrganization ; skos:prefLabel "World Bank Group"@en ; skos:altLabel "WBG"@en .
id:ifad a org:FormalOrganization ; skos:prefLabel "International Fund for Agricultural Development"@en .
id:project a :Activity ; skos:prefLabel "A joint project"@en .
id:p1 a :Participation ; :partIn id:project ; prov:agent id:world-bank-group ; prov:hadRole role:implementing .
id:p2 a :Participation ; :partIn id:project ; prov:agent id:ifad ; prov:hadRole role:implementing .
"""


def decision(kind: str, one: str = ONE, other: str = OTHER, when: str = "2026-11-22") -> str:
    return f"{one}\t{other}\t{kind}\tPartnership KG team\t{when}\tan example\n"


@pytest.fixture
def triples(tmp_path: Path, run_kg: RunKg) -> Path:
    """A folder of two sources, each with its own IRI for the World Bank."""
    (tmp_path / "second.ttl").write_text(SECOND, encoding="utf-8")
    assert run_kg("load", "rdf", tmp_path / "second.ttl", "--store", tmp_path / "rdf").code == 0
    folder = tmp_path / "triples"
    folder.mkdir()
    shutil.copy(DATA / "accra-2008.nq", folder)
    ran = run_kg(
        "export", "--store", tmp_path / "rdf", "--source", "second", "--format", "nq", "--out", folder / "second.nq"
    )
    assert ran.code == 0
    return folder


@pytest.fixture
def merged(triples: Path, tmp_path: Path, run_kg: RunKg) -> Path:
    (triples / "identity.tsv").write_text(HEADER + decision("same"), encoding="utf-8")
    store = tmp_path / "store"
    assert run_kg("build", "--from", triples, "--store", store).code == 0
    return store


def partners(run_kg: RunKg, store: Path, name: str) -> set[str]:
    found = run_kg("partners", name, "--store", store, "--format", "json").json["partners"]
    return {partner["label"] for partner in found}


def test_same_gives_one_thing_with_the_names_and_relations_of_both(merged: Path, run_kg: RunKg) -> None:
    answer = run_kg("show", "WBG", "--store", merged, "--format", "json").json
    assert answer["entity"] == {"iri": ONE, "label": "World Bank", "kind": "organization"}
    assert {"World Bank", "World Bank Group", "WBG"} <= {name["name"] for name in answer["names"]}
    assert {"Government of Ghana", "International Fund for Agricultural Development"} <= partners(run_kg, merged, ONE)
    preferred = f"SELECT ?name {{ <{ONE}> skos:prefLabel ?name }}"
    assert [name for (name,) in open_view(merged).rows(preferred)] == ["World Bank"]


def test_the_old_iri_still_finds_the_thing(merged: Path, run_kg: RunKg) -> None:
    assert run_kg("show", OTHER, "--store", merged, "--format", "json").json["entity"]["iri"] == ONE
    rows = open_view(merged).rows(f"SELECT ?new {{ GRAPH graph:identity {{ <{OTHER}> dcterms:isReplacedBy ?new }} }}")
    assert list(rows) == [(ONE,)]


def test_every_analysis_sees_the_one_thing(merged: Path, run_kg: RunKg) -> None:
    scores = run_kg("centrality", "--measure", "degree", "--store", merged, "--format", "json").json["scores"]
    assert OTHER not in {score["iri"] for score in scores}
    assert ONE in {score["iri"] for score in scores}
    assert run_kg("query", f"ASK {{ ?s prov:agent <{OTHER}> }}", "--store", merged, "--format", "json").json == {
        "head": {}, "boolean": False,
    }  # fmt: skip


def test_the_sources_themselves_are_not_rewritten(merged: Path, triples: Path) -> None:
    view = open_view(merged)
    for name in ("accra-2008.nq", "second.nq", "identity.tsv"):
        assert (view.path / "sources" / name).read_bytes() == (triples / name).read_bytes()


def test_a_decision_that_is_taken_back_leaves_no_trace(
    merged: Path, triples: Path, tmp_path: Path, run_kg: RunKg
) -> None:
    (triples / "identity.tsv").unlink()
    assert run_kg("build", "--from", triples, "--store", merged).code == 0
    assert run_kg("build", "--from", triples, "--store", tmp_path / "never").code == 0
    assert open_view(merged).version == open_view(tmp_path / "never").version
    assert run_kg("show", "WBG", "--store", merged, "--format", "json").json["entity"]["iri"] == OTHER


@pytest.mark.parametrize("kind", ["different", "unsure"])
def test_different_and_unsure_change_nothing(triples: Path, tmp_path: Path, run_kg: RunKg, kind: str) -> None:
    (triples / "identity.tsv").write_text(HEADER + decision(kind), encoding="utf-8")
    assert run_kg("build", "--from", triples, "--store", tmp_path / "store").code == 0
    assert run_kg("show", "WBG", "--store", tmp_path / "store", "--format", "json").json["entity"]["iri"] == OTHER
    assert not list(open_view(tmp_path / "store").rows("SELECT ?s { GRAPH graph:identity { ?s ?p ?o } }"))


def test_a_load_keeps_the_decisions(merged: Path, tmp_path: Path, run_kg: RunKg) -> None:
    (tmp_path / "x.nt").write_text('<https://example.org/x> <https://example.org/p> "x" .', encoding="utf-8")
    assert run_kg("load", "rdf", tmp_path / "x.nt", "--store", merged).code == 0
    assert run_kg("show", OTHER, "--store", merged, "--format", "json").json["entity"]["iri"] == ONE


def test_a_joined_thing_keeps_a_name_when_its_own_source_is_taken_out(merged: Path, run_kg: RunKg) -> None:
    assert run_kg("sources", "remove", "accra-2008", "--store", merged).code == 0
    answer = run_kg("show", "WBG", "--store", merged, "--format", "json").json
    assert answer["entity"]["label"] == "World Bank Group"
    preferred = f"SELECT ?name {{ <{ONE}> skos:prefLabel ?name }}"
    assert [name for (name,) in open_view(merged).rows(preferred)] == ["World Bank Group"]


def test_a_decision_on_what_nobody_tells_of_is_found(triples: Path, tmp_path: Path, run_kg: RunKg) -> None:
    store = tmp_path / "store"
    (triples / "identity.tsv").write_text(HEADER + decision("same", other=f"{OTHER}s"), encoding="utf-8")
    assert run_kg("build", "--from", triples, "--store", store).code == 0
    told = run_kg("check", "--store", store, "--format", "csv").out.splitlines()
    (found,) = (line for line in told if "decision-on-nothing" in line)
    assert f"{OTHER}s" in found
    assert "identity.tsv" in found
    (triples / "identity.tsv").write_text(HEADER + decision("same"), encoding="utf-8")
    assert run_kg("build", "--from", triples, "--store", store).code == 0
    assert "decision-on-nothing" not in run_kg("check", "--store", store, "--format", "csv").out


def test_a_decision_may_use_the_prefixes_that_queries_know(triples: Path, tmp_path: Path, run_kg: RunKg) -> None:
    short = decision("same", one="id:accra-2008/world-bank", other="id:second/world-bank-group")
    (triples / "identity.tsv").write_text(HEADER + short, encoding="utf-8")
    assert run_kg("build", "--from", triples, "--store", tmp_path / "store").code == 0
    answer = run_kg("show", "WBG", "--store", tmp_path / "store", "--format", "json").json
    assert answer["entity"]["iri"] == ONE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "identity.tsv:1: expected the columns entity, other"),
        ("entity\tother\n", "identity.tsv:1: expected the columns"),
        (HEADER + "a\tb\n", "identity.tsv:2: expected 6 columns, got 2"),
        (HEADER + decision("same") + decision("equal"), "identity.tsv:3: decision: expected one of same"),
        (HEADER + decision("same", when="22/11/2026"), "identity.tsv:2: when: expected a day"),
        (HEADER + decision("same", other="world-bank"), "identity.tsv:2: other: expected an IRI"),
        (HEADER + decision("same", other="x:a> <b:c"), "identity.tsv:2: other: expected an IRI"),
        (HEADER + decision("same", other=ONE), "identity.tsv:2: other: expected another IRI"),
        (HEADER + decision("same") + decision("different"), "identity.tsv:3: "),
    ],
)
def test_a_wrong_ledger_is_told_and_changes_nothing(
    merged: Path, triples: Path, run_kg: RunKg, text: str, expected: str
) -> None:
    before = open_view(merged).version
    (triples / "identity.tsv").write_text(text, encoding="utf-8")
    assert_refused(run_kg("build", "--from", triples, "--store", merged), f"error: {triples}", expected)
    assert open_view(merged).version == before


def test_a_ledger_that_is_no_utf8_is_told(triples: Path, tmp_path: Path, run_kg: RunKg) -> None:
    (triples / "identity.tsv").write_bytes(b"\xff" + HEADER.encode())
    assert_refused(run_kg("build", "--from", triples, "--store", tmp_path / "store"), "identity.tsv", "UTF-8")


def test_the_shipped_ledger_is_sorted_and_each_decision_stands_once() -> None:
    file = ROOT / "data/triples/identity.tsv"
    _, *rows = file.read_text(encoding="utf-8").splitlines()
    assert rows == sorted(set(rows))
    assert len(rows) == len(read_ledger(file))


NAMES = st.sampled_from("abcdefgh")


@given(st.lists(st.tuples(NAMES, NAMES), max_size=12))
def test_folding_ends_in_one_step_and_keeps_groups_together(pairs: list[tuple[str, str]]) -> None:
    found = canonical_iris(Decision(one, other, "same", "x", "2026-01-01", "") for one, other in pairs)
    assert not set(found) & set(found.values())
    for one, other in pairs:
        assert found.get(one, one) == found.get(other, other)
    assert found == canonical_iris(Decision(a, b, "same", "x", "2026-01-01", "") for a, b in reversed(pairs))


@given(st.lists(st.tuples(NAMES, NAMES), max_size=12))
def test_only_same_folds(pairs: list[tuple[str, str]]) -> None:
    for kind in ("different", "unsure"):
        assert canonical_iris(Decision(a, b, kind, "x", "2026-01-01", "") for a, b in pairs) == {}
