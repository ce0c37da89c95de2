"""What programs may rely on: `--format json` keeps to the JSON Schema of its command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from kg.questions import read_questions
from kg.shipped import ontology_dir
from tests.commands import ACCRA, DATA, ROOT, TINY, RunKg, set_cell

SCHEMAS = ROOT / "docs/schemas"


def validator(name: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def assert_valid(name: str, document: Any) -> None:
    errors = [f"{error.json_path}: {error.message[:200]}" for error in validator(name).iter_errors(document)]
    assert not errors, errors[:5]


CASES = [
    ("partners", ["partners", "UNICEF"]),
    ("partners", ["partners", "IPRCC", "--since", "2009", "--limit", "2", "--why"]),
    ("partners", ["partners", "Ford Fundation", "--planned"]),
    ("partners", ["partners", "Ford Foundation", "--until", "1900"]),
    ("show", ["show", "FCPMC"]),
    ("show", ["show", "Ford Fundation"]),
    ("show", ["show", "China"]),
    *[("centrality", ["centrality", "--measure", name]) for name in (
        "degree", "betweenness", "closeness", "eigenvector", "pagerank"
    )],
    ("centrality", ["centrality", "--recipe", "funding", "--limit", "1"]),
    ("query", ["query", "SELECT ?s ?o { ?s skos:prefLabel ?o } LIMIT 5"]),
    ("query", ["query", "SELECT ?n ?x { ?s :count ?n OPTIONAL { ?s :none ?x } } LIMIT 5"]),
    ("query", ["query", "ASK { ?s ?p ?o }"]),
    ("ask-list", ["ask", "--list"]),
    ("stats", ["stats"]),
    ("sources", ["sources"]),
    ("sources", ["sources", "list"]),
    ("path", ["path", "Ford Foundation", "UNICEF"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "command"), CASES)
def test_json_keeps_to_its_schema(run_kg: RunKg, name: str, command: list[str]) -> None:
    document = run_kg(*command, "--format", "json").json
    assert_valid(name, document)
    assert document


@pytest.mark.parametrize("thing", [
    "HLF3", "World Bank", "Robert Zoellick", "Accra", "Ghana", "Accra Agenda for Action",
    *[f"{ACCRA}{name}" for name in ("evaluation", "flow-forum", "shanghai-yunnan", "heads-all", "ownership")],
])  # fmt: skip
def test_show_of_every_kind_of_thing_keeps_to_its_schema(run_kg: RunKg, tiny_store: Path, thing: str) -> None:
    assert_valid("show", run_kg("show", thing, "--store", tiny_store, "--format", "json").json)


def test_every_saved_question_keeps_to_the_schema(run_kg: RunKg) -> None:
    questions = read_questions(ontology_dir())
    assert questions
    for question in list(questions)[:10]:
        assert_valid("ask", run_kg("ask", question, "--format", "json").json)


def test_findings_keep_to_their_schema(run_kg: RunKg, tiny_store: Path) -> None:
    assert_valid("evidence-check", run_kg(
        "evidence", "check", "--store", tiny_store, "--documents", DATA, "--format", "json"
    ).json)  # fmt: skip


def test_coverage_keeps_to_its_schema(run_kg: RunKg, tiny_store: Path) -> None:
    assert_valid("evidence-coverage", run_kg(
        "evidence", "coverage", "--store", tiny_store, "--documents", DATA, "--out", "-", "--format", "json"
    ).json)  # fmt: skip


def test_differences_keep_to_their_schema(run_kg: RunKg, book: Path) -> None:
    set_cell(book, "flows", 0, "amount", "7")
    ran = run_kg("diff", TINY, book, "--format", "json")
    assert ran.code == 1
    assert_valid("diff", json.loads(ran.out))


def test_every_schema_describes_and_is_used() -> None:
    names = {file.stem for file in SCHEMAS.glob("*.json")}
    assert names == {name for name, _ in CASES} | {"ask", "check", "diff", "evidence-check", "evidence-coverage"}
    for name in names:
        schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
        assert schema["$id"].endswith(f"/{name}.json")
        assert schema["title"].startswith("kg ")


PROMISED = {
    "partners": {"graph_version", "recipe", "entity", "partners"},
    "show": {"graph_version", "entity", "names", "identifiers", "types", "relations", "claims", "slips"},
    "centrality": {"graph_version", "recipe", "measure", "scores", "left_out"},
    "check": {"graph_version", "findings"},
    "evidence-check": {"graph_version", "findings"},
}


@pytest.mark.parametrize("name", PROMISED)
def test_a_document_without_what_is_promised_is_refused(name: str) -> None:
    assert set(validator(name).schema["required"]) == PROMISED[name]
    with pytest.raises(ValidationError):
        validator(name).validate({})


def test_csv_and_tsv_hold_what_the_table_holds(run_kg: RunKg) -> None:
    rows = run_kg("partners", "UNICEF", "--format", "csv").rows
    tabbed = run_kg("partners", "UNICEF", "--format", "tsv").out.splitlines()
    ties = [
        tie for partner in run_kg("partners", "UNICEF", "--format", "json").json["partners"] for tie in partner["ties"]
    ]
    assert len(rows) == len(tabbed) - 1 == len(ties)
    for row, tie in zip(rows, ties, strict=True):
        assert {key: row[key] for key in ("iri", "label", "role", "partner_role")} == {
            key: tie[key] for key in ("iri", "label", "role", "partner_role")
        }
        assert row["start_earliest"] == (tie["start"] or {"earliest": ""})["earliest"]
        assert row["partner"]
        assert row["evidence"]
