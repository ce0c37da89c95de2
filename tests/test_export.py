"""Networks written as GEXF, GraphML and CSV, and read again by another program."""

from __future__ import annotations

import csv
import errno
import json
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import files as whole_files
from kg.errors import KgError, UsageError
from kg.export.csv_tables import guard_cell, write_csv
from kg.export.flat import EDGE_COLUMNS, clean_text, flat_edges, flat_nodes
from kg.export.xml_graphs import write_gexf, write_graphml
from kg.files import write_whole
from kg.network.project import project_network
from tests.commands import RunKg
from tests.made_ties import RECIPE, SOURCE, chains, tie, ties

Write = Callable[[nx.MultiGraph, Path], None]
Read = Callable[[Path], nx.MultiGraph]

XML = [
    pytest.param(write_gexf, nx.read_gexf, id="gexf"),
    pytest.param(write_graphml, nx.read_graphml, id="graphml"),
]
RECORD = f"{SOURCE}#record=activities.xml;CN-1%2C%202"
WORDS = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    ["<script>", "</script>", '"', "a\r\nb", " x ", "]]>", "&amp;", "\x00\x1f", "\ufffe", "国际\U0001f600", "=1+1"]
)


def rich() -> nx.MultiGraph:
    """Parallel edges, every kind of value, and somebody left out."""
    money = {"relation_kind": "flow", "amount": Decimal("46910000.5"), "currency": "CNY", "start": "2009-07"}
    table = ties(
        tie("r", "b", "funding", **money, evidence=[f"{SOURCE}#char=1,9", RECORD], year_from=2009, year_to=2010),
        tie("r", "a", "receiving", **money, evidence=[f"{SOURCE}#char=5,9"], year_from=2009, year_to=2010),
        tie("s", "a", end="2011-12-21/2011-12-31", certainty="ambiguous"),
        tie("s", "b", "participant"),
        tie("s", "c", evidence=[]),
        tie("t", "d", actor_label='Left "out" <b>'),
    )
    return project_network(table, RECIPE, sources=[SOURCE])


def known(found: nx.MultiGraph) -> Any:
    """Actors and edges with their values, as another program has read them; what it adds itself is left out."""
    nodes = {
        iri: {name: value for name, value in values.items() if name != "viz"} for iri, values in found.nodes.items()
    }
    edges = [
        (source, target, {name: value for name, value in values.items() if name != "id"})
        for source, target, values in found.edges(data=True)
    ]
    return nodes, sorted(edges, key=str)


def flat(network: nx.MultiGraph) -> Any:
    """The same of a network as it is before it is written."""
    edges = [(edge.source, edge.target, dict(edge.values)) for edge in flat_edges(network)]
    return {node.iri: dict(node.values) for node in flat_nodes(network)}, sorted(edges, key=str)


def told(relabelled: str) -> nx.MultiGraph:
    """A network in which everything that has a name has this one."""
    return project_network(
        ties(*(tie("r", actor, relation_label=relabelled, actor_label=relabelled) for actor in "ab")), RECIPE
    )


@pytest.mark.parametrize(("write", "read"), XML)
def test_a_network_comes_back_whole(write: Write, read: Read, tmp_path: Path) -> None:
    network = rich()
    before = deepcopy((network.graph, flat(network)))
    write(network, tmp_path / "network")
    assert known(read(tmp_path / "network")) == flat(network)
    assert (network.graph, flat(network)) == before


@pytest.mark.parametrize(("write", "read"), XML)
def test_a_file_says_how_its_network_was_made(write: Write, read: Read, tmp_path: Path) -> None:
    network = rich()
    write(network, tmp_path / "network")
    (told,) = [text for text in ElementTree.parse(tmp_path / "network").getroot().itertext() if "left_out" in text]
    facts = json.loads(told)
    assert {key: facts[key] for key in ("recipe", "sources")} == {
        key: network.graph[key] for key in ("recipe", "sources")
    }
    assert [actor["label"] for actor in facts["left_out"]] == ['Left "out" <b>']


@settings(deadline=None)
@given(WORDS)
@pytest.mark.parametrize(("write", "read"), XML)
def test_any_name_comes_back_but_for_what_xml_forbids(
    write: Write, read: Read, tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    path = tmp_path_factory.mktemp("names") / "network"
    write(told(name), path)
    found = read(path)
    assert [label for _, label in found.nodes(data="label")] == [clean_text(name)] * 2
    assert [label for _, _, label in found.edges(data="label")] == [clean_text(name)]


@pytest.mark.parametrize(("write", "read"), XML)
def test_another_program_reads_all_edges_and_values(write: Write, read: Read, tmp_path: Path) -> None:
    write(rich(), tmp_path / "network")
    found = read(tmp_path / "network")
    assert found.is_multigraph()
    assert found.number_of_edges("a", "b") == 2
    assert found.number_of_edges() == 4
    flow = next(edge for _, _, edge in found.edges(data=True) if edge["kind"] == "flow")
    assert flow["relation"] == "r"
    assert (flow["source_role"], flow["target_role"]) == ("receiving", "funding")
    assert (flow["amount"], flow["currency"], flow["start_date"]) == ("46910000.5", "CNY", "2009-07")
    assert (flow["year_from"], flow["year_to"]) == (2009, 2010)
    assert flow["evidence"].split("; ") == sorted([f"{SOURCE}#char=1,9", f"{SOURCE}#char=5,9", RECORD])
    assert flow["evidence_source"] == SOURCE


@pytest.mark.parametrize(("write", "read"), XML)
def test_scores_given_to_actors_are_written_as_numbers(write: Write, read: Read, tmp_path: Path) -> None:
    network = project_network(chains("ab"), RECIPE)
    nx.set_node_attributes(network, {"a": 0.25, "b": 1}, "degree")
    write(network, tmp_path / "network")
    assert read(tmp_path / "network").nodes["a"]["degree"] == 0.25
    assert read(tmp_path / "network").nodes["b"]["degree"] == 1


@pytest.mark.parametrize(("write", "read"), XML)
def test_the_same_network_gives_the_same_bytes(write: Write, read: Read, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(rich(), tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize(("write", "read"), XML)
def test_ids_are_unique_in_the_file(write: Write, read: Read, tmp_path: Path) -> None:
    write(rich(), tmp_path / "network")
    ids = [
        element.get("id")
        for element in ElementTree.parse(tmp_path / "network").iter()
        if element.tag.endswith(("}edge", "}node", "}key"))
    ]
    assert len(ids) == len(set(ids)) >= 7


@pytest.mark.parametrize(("write", "read"), XML)
def test_an_empty_network_comes_back(write: Write, read: Read, tmp_path: Path) -> None:
    network = project_network(ties(tie("r", "a")), RECIPE, since=2009)
    write(network, tmp_path / "network")
    assert len(read(tmp_path / "network")) == 0


def test_gexf_carries_positions_with_y_upwards(tmp_path: Path) -> None:
    write_gexf(project_network(chains("ab"), RECIPE), tmp_path / "a.gexf", positions={"a": (10.0, -20.0)})
    found = nx.read_gexf(tmp_path / "a.gexf")
    assert found.nodes["a"]["viz"]["position"] == {"x": 10.0, "y": 20.0, "z": 0.0}
    assert "viz" not in found.nodes["b"]


# CSV


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_csv_has_a_row_for_each_actor_and_edge(tmp_path: Path) -> None:
    write_csv(rich(), tmp_path / "nodes.csv", tmp_path / "edges.csv")
    assert read_csv(tmp_path / "nodes.csv")[1] == {
        "id": "b", "label": "Actor b", "kind": "organization", "type": "multilateral",
    }  # fmt: skip
    edges = read_csv(tmp_path / "edges.csv")
    assert [(edge["source"], edge["target"], edge["relation"]) for edge in edges] == [
        ("a", "b", "r"), ("a", "b", "s"), ("a", "c", "s"), ("b", "c", "s"),
    ]  # fmt: skip
    assert list(edges[0]) == ["source", "target", *EDGE_COLUMNS]
    assert (edges[0]["source_role"], edges[0]["target_role"]) == ("receiving", "funding")
    assert (edges[0]["amount"], edges[0]["start_date"], edges[0]["year_to"]) == ("46910000.5", "2009-07", "2010")
    assert (edges[1]["amount"], edges[1]["end_date"], edges[1]["year_to"]) == ("", "2011-12-21/2011-12-31", "")


@settings(deadline=None)
@given(WORDS)
def test_csv_keeps_any_name_and_makes_no_formula_of_it(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    folder = tmp_path_factory.mktemp("names")
    write_csv(told(name), folder / "nodes.csv", folder / "edges.csv")
    found = {row["label"] for file in ("nodes.csv", "edges.csv") for row in read_csv(folder / file)}
    assert found == {guard_cell(clean_text(name))}


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_a_text_that_looks_like_a_formula_is_guarded(begin: str) -> None:
    assert guard_cell(f"{begin}cmd") == f"'{begin}cmd"


@pytest.mark.parametrize("value", ["-500.25", -3, "a=b", "", "'quoted'"])
def test_numbers_and_plain_texts_stay_as_they_are(value: Any) -> None:
    assert guard_cell(value) == value


def test_an_empty_network_still_has_headers(tmp_path: Path) -> None:
    write_csv(project_network(ties(), RECIPE), tmp_path / "nodes.csv", tmp_path / "edges.csv")
    assert (tmp_path / "nodes.csv").read_text("utf-8") == "id,label,kind,type\n"
    assert (tmp_path / "edges.csv").read_text("utf-8") == ",".join(["source", "target", *EDGE_COLUMNS]) + "\n"


def test_nodes_and_edges_need_two_files(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="two different files"):
        write_csv(rich(), tmp_path / "a.csv", tmp_path / "x" / ".." / "a.csv")


# Whole or not at all


def full_disk(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(("step", "name"), [("fsync", "second"), ("replace", "first")])
def test_a_full_disk_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, name: str
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("old")
    calls = iter([None, full_disk] if step == "fsync" else [full_disk])
    monkeypatch.setattr(whole_files.os, step, lambda *args: (next(calls) or (lambda *_: None))(*args))
    with pytest.raises(KgError, match=f"^cannot write {tmp_path / name}: no space left on device$"):
        write_whole({first: ["new"], second: ["new"]})
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"first": "old"}


def test_text_that_breaks_off_leaves_what_was_there(tmp_path: Path) -> None:
    def pieces() -> Any:
        yield "begun"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_whole({tmp_path / "a": ["whole"], tmp_path / "b": pieces()})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("path", "reason"), [("missing/a.gexf", "no such file or directory"), ("", "is a directory")])
def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path, path: str, reason: str) -> None:
    with pytest.raises(KgError, match=rf"^cannot write .*: {reason}$"):
        write_gexf(rich(), tmp_path / path)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_whole({tmp_path / "link": ["new"]})
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_a_device_is_written_and_not_replaced() -> None:
    write_whole({Path("/dev/null"): ["gone"]})
    assert Path("/dev/null").is_char_device()


def test_an_export_of_what_decisions_have_joined_can_be_built(run_kg: RunKg, tmp_path: Path) -> None:
    folder = tmp_path / "triples"
    folder.mkdir()
    assert run_kg("export", "--format", "nq", "--out", folder / "all.nq").code == 0
    ran = run_kg("build", "--from", folder, "--store", tmp_path / "store")
    assert ran.code == 0, ran.err
    told = {one["id"]: one["statements"] for one in run_kg("sources", "--format", "json").json}
    built = {
        one["id"]: one["statements"]
        for one in run_kg("sources", "--store", tmp_path / "store", "--format", "json").json
    }
    assert built == told
