"""What the commands do, in Python: data frames, a read-only Dataset, and imports that cost little."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import networkx as nx
import pytest

import kg
from kg.errors import Ambiguous, KgError, NotFound, QueryError, StoreError, UsageError
from kg.lookup.partners import Filters
from kg.namespaces import PREFIXES
from tests.commands import ACCRA, RunKg

HEAVY = (
    "rdflib",
    "oxrdflib",
    "networkx",
    "pandas",
    "pyvis",
    "pyarrow",
    "numpy",
    "scipy",
    "openpyxl",
    "pyshacl",
    "jinja2",
)


def test_a_query_gives_columns_of_python_values(tiny_store: Path) -> None:
    frame = kg.query(
        "SELECT ?flow ?value ?counts ?day ?none { ?flow schema:amount/schema:value ?value ; :countsInTotals ?counts ;"
        " :start/:earliest ?day OPTIONAL { ?flow :none ?none } } ORDER BY ?value",
        tiny_store,
    )
    assert list(frame.columns) == ["flow", "value", "counts", "day", "none"]
    first = frame.iloc[0]
    assert first["flow"] == f"{ACCRA}flow-building"
    assert first["value"] == Decimal(500000)
    assert not first["counts"]
    assert first["day"] == dt.date(2008, 1, 1)
    assert frame["none"].isna().all()


def test_ask_and_construct_give_frames_too(tiny_store: Path) -> None:
    assert kg.query("ASK { ?s ?p ?o }", tiny_store).iloc[0, 0]
    built = kg.query(f"CONSTRUCT WHERE {{ <{ACCRA}oecd> skos:prefLabel ?o }}", tiny_store)
    assert list(built.columns) == ["subject", "predicate", "object"]
    assert len(kg.query("SELECT ?x { ?x a <https://example.org/none> }", tiny_store)) == 0


def test_partners_are_a_frame_with_a_row_for_each_tie(tiny_store: Path) -> None:
    frame = kg.partners("World Bank", tiny_store)
    assert {
        "partner", "partner_iri", "kind", "iri", "label", "role", "partner_role", "amount", "currency",
        "status", "certainty", "evidence",
    } <= set(frame.columns)  # fmt: skip
    assert set(frame["partner_iri"]) == {f"{ACCRA}gov-ghana", f"{ACCRA}oecd"}
    assert set(kg.partners("World Bank", tiny_store, filters=Filters(role="host"))["partner"]) == {
        "Government of Ghana"
    }
    none = kg.partners("World Bank", tiny_store, filters=Filters(since=2050))
    assert len(none) == 0
    assert {"partner", "role"} <= set(none.columns)


def test_ties_are_as_documented(tiny_store: Path) -> None:
    frame = kg.ties(tiny_store)
    assert list(frame.columns) == [
        "relation", "relation_kind", "relation_label", "actor", "actor_label", "actor_kind", "actor_type", "role",
        "node",
        "start", "end", "year_from", "year_to", "amount", "currency", "status", "certainty", "source", "evidence",
    ]  # fmt: skip
    rows = {(row.relation.removeprefix(ACCRA), row.actor.removeprefix(ACCRA), row.role) for row in frame.itertuples()}
    assert {
        ("hlf3", "robert-zoellick", "speaker"), ("flow-forum", "world-bank", "funding"),
        ("hlf3", "world-bank", "funding"),
        ("flow-forum", "gov-ghana", "receiving"), ("shanghai-yunnan", "gov-shanghai", "supporting"),
        ("shanghai-yunnan", "gov-yunnan", "supported"), ("agenda", "gov-ghana", "signatory"),
    } <= rows  # fmt: skip
    assert all(len(places) for places in frame["evidence"])


def test_network_and_centrality_agree(tiny_store: Path) -> None:
    network = kg.network(store=tiny_store)
    assert isinstance(network, nx.MultiGraph)
    frame = kg.centrality("degree", store=tiny_store)
    assert list(frame.columns) == ["rank", "label", "kind", "score", "iri"]
    assert set(frame["iri"]) <= set(network)
    assert frame.iloc[0]["rank"] == 1
    assert frame.attrs["measure"] == "degree"
    assert frame["score"].is_monotonic_decreasing


def test_show_path_and_map_are_what_the_commands_give(tiny_store: Path, run_kg: RunKg) -> None:
    assert kg.show("OECD", tiny_store) == run_kg("show", "OECD", "--store", tiny_store, "--format", "json").json
    assert kg.path("OECD", "World Bank", store=tiny_store) == (
        run_kg("path", "OECD", "World Bank", "--store", tiny_store, "--format", "json").json
    )
    assert kg.render_map(store=tiny_store).lstrip().lower().startswith("<!doctype html>")


def test_saved_questions_are_asked_by_id(store: Path) -> None:
    assert len(kg.ask("totals", store).columns) > 1


def test_without_a_store_the_shipped_graph_is_read(
    store: Path, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", env["XDG_CACHE_HOME"])
    assert "Ford Foundation" in set(kg.partners("FCPMC")["partner"])


def test_errors_are_of_one_tree(tiny_store: Path, tmp_path: Path) -> None:
    for kind, call in (
        (NotFound, lambda: kg.show("qqqq", tiny_store)),
        (Ambiguous, lambda: kg.show("Government", tiny_store)),
        (QueryError, lambda: kg.query("SELEKT", tiny_store)),
        (UsageError, lambda: kg.network("friends", tiny_store)),
        (StoreError, lambda: kg.show("x", tmp_path / "none")),
        (StoreError, lambda: kg.open_graph(tmp_path / "none")),
    ):
        with pytest.raises(kind) as caught:
            call()
        assert isinstance(caught.value, KgError)


def test_the_dataset_reads_the_union_and_tells_graphs_apart(tiny_store: Path) -> None:
    import rdflib

    graph = kg.open_graph(tiny_store)
    assert isinstance(graph, rdflib.Dataset)
    assert set(PREFIXES.values()) <= {str(iri) for _, iri in graph.namespaces()}
    rows = graph.query("SELECT ?n { ?org a :Government ; skos:prefLabel ?n } ORDER BY ?n")
    assert next(str(name) for (name,) in rows) == "Government of Ghana"
    assert bool(graph.query("ASK { ?a :partnerOf ?b }"))
    ((source,),) = graph.query(f"SELECT ?g {{ GRAPH ?g {{ <{ACCRA}hlf3> skos:prefLabel ?o }} }}")
    assert str(source).endswith("/source/accra-2008")
    ((inside,),) = graph.query(f"SELECT (COUNT(*) AS ?n) FROM <{source}> {{ ?s ?p ?o }}")
    ((expected,),) = graph.query(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{source}> {{ ?s ?p ?o }} }}")
    assert int(inside) == int(expected) > 0
    assert (rdflib.URIRef(f"{ACCRA}hlf3"), None, None) in graph


def test_the_dataset_cannot_be_written(tiny_store: Path) -> None:
    import rdflib

    graph = kg.open_graph(tiny_store)
    before = len(graph)
    name = rdflib.URIRef("https://example.org/a")
    for write in (
        lambda: graph.add((name, name, name)),
        lambda: graph.add((name, name, name, name)),
        lambda: graph.remove((None, None, None)),
        lambda: graph.addN([(name, name, name, graph.graph(name))]),
        lambda: graph.update("INSERT DATA { <a:a> <a:a> <a:a> }"),
        lambda: graph.update("CLEAR ALL"),
        lambda: graph.parse(data="<a:a> <a:b> <a:c> .", format="nt"),
        lambda: graph.remove_graph(name),
        lambda: graph.graph(name).add((name, name, name)),
    ):
        with pytest.raises(StoreError, match="read-only"):
            write()
    assert len(kg.open_graph(tiny_store)) == before


LISTED = "import sys; print(*sorted(name for name in {heavy!r} if name in sys.modules))"


def test_importing_kg_imports_nothing_heavy(start_kg: RunKg) -> None:
    ran = start_kg(code="import kg; kg.partners; " + LISTED.format(heavy=HEAVY))
    assert (ran.code, ran.out.split()) == (0, []), ran.err


@pytest.mark.parametrize(
    "command",
    [["partners", "UNICEF", "--why"], ["show", "FCPMC"], ["show", "FCPMC", "--format", "json"], ["query", "ASK {}"]],
)
def test_a_lookup_imports_nothing_heavy(start_kg: RunKg, command: list[str]) -> None:
    code = (
        "import atexit, sys\n"
        f"heavy = {HEAVY!r}\n"
        "atexit.register(lambda: print('HEAVY', *[name for name in heavy if name in sys.modules], file=sys.stderr))\n"
        "from kg.cli import main\nmain(sys.argv[1:])"
    )
    ran = start_kg(*command, code=code)
    assert ran.code == 0, ran.err
    assert ran.err.splitlines()[-1] == "HEAVY"
