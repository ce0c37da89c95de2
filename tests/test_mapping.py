"""Records to N-Quads: golden files byte for byte, and what every statement must be like."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.mapping.rows import map_records
from kg.model.evidence import Passage, Position
from kg.model.figures import Flow
from kg.model.iris import source_iri
from kg.model.records import Name, Organization
from kg.model.row import Source
from kg.namespaces import BASE, KG, RDF, SDO, SKOS, VOID, XSD
from kg.store.nquads import write_source
from tests.commands import ACCRA, DATA, ROOT, TINY, RunKg

SOURCE = Source(id="one", title="One", file="one.txt", sha256="0" * 64)
GOLDEN = DATA / "accra-2008.nq"
WORKBOOKS = sorted((ROOT / "data/workbooks").glob("*/"))
UNICODE = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@pytest.fixture(scope="module")
def golden() -> list[ox.Quad]:
    return list(ox.parse(path=str(GOLDEN)))


def values(quads: list[ox.Quad], subject: str, predicate: str) -> list[str]:
    return sorted(
        quad.object.value for quad in quads if quad.subject.value == subject and quad.predicate.value == predicate
    )


def test_the_tiny_workbook_gives_the_golden_file(tmp_path: Path, run_kg: RunKg) -> None:
    """After a change that was meant: `kg load workbook tests/data/accra-2008 --out tests/data`, and read the diff."""
    assert run_kg("load", "workbook", TINY, "--out", tmp_path).code == 0
    assert (tmp_path / GOLDEN.name).read_bytes() == GOLDEN.read_bytes()


@pytest.mark.parametrize("book", WORKBOOKS, ids=lambda path: path.name)
def test_the_shipped_triples_are_made_of_the_workbooks(book: Path, tmp_path: Path, run_kg: RunKg) -> None:
    """`make triples` writes them anew."""
    assert run_kg("load", "workbook", book, "--out", tmp_path).code == 0
    name = f"{book.name}.nq"
    assert (tmp_path / name).read_bytes() == (ROOT / "data/triples" / name).read_bytes()


def test_no_shipped_triples_are_without_their_workbook() -> None:
    assert {file.stem for file in (ROOT / "data/triples").glob("*.nq")} == {book.name for book in WORKBOOKS}


@pytest.mark.parametrize("file", [GOLDEN, *sorted((ROOT / "data/triples").glob("*.nq"))], ids=lambda path: path.name)
def test_a_file_is_sorted_whole_and_without_blank_nodes(file: Path) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    assert lines == sorted(set(lines))
    assert all(line.endswith(b" .\n") for line in lines)
    quads = list(ox.parse(path=str(file)))
    assert len(quads) == len(lines)
    graph = ox.NamedNode(source_iri(file.stem))
    assert {quad.graph_name for quad in quads} == {graph}
    assert not any(isinstance(term, ox.BlankNode) for quad in quads for term in (quad.subject, quad.object))
    assert values(quads, graph.value, VOID.triples) == [str(len(lines))]


def test_every_line_is_as_the_engine_itself_would_write_it() -> None:
    for line, quad in zip(GOLDEN.read_text(encoding="utf-8").splitlines(), ox.parse(path=str(GOLDEN)), strict=True):
        assert line == f"{quad} ."


def test_every_row_is_a_thing_with_a_type_and_evidence_or_a_mention(golden: list[ox.Quad]) -> None:
    typed = {quad.subject.value for quad in golden if quad.predicate.value == RDF.type}
    shown = {quad.subject.value for quad in golden if quad.predicate.value == KG.evidence}
    mentioned = {quad.object.value for quad in golden if quad.predicate.value == KG.mentions}
    added = {
        quad.subject.value for quad in golden
        if quad.predicate.value == KG.certainty and quad.object.value.endswith("/added")
    }  # fmt: skip
    things = {quad.subject.value for quad in golden if quad.subject.value.startswith(ACCRA)}
    assert things <= typed
    bare = things - shown - mentioned - added
    assert {iri for iri in bare if not iri.endswith(".amount")} == set()


def test_relations_are_nodes_with_role_status_certainty_and_evidence(golden: list[ox.Quad]) -> None:
    node = f"{ACCRA}hlf3.speaker.robert-zoellick"
    assert values(golden, node, KG.partIn) == [f"{ACCRA}hlf3"]
    assert values(golden, node, KG.onBehalfOf) == [f"{ACCRA}world-bank"]
    assert values(golden, node, KG.contribution) == ["Opening words"]
    assert values(golden, node, KG.certainty) == [f"{BASE}code/certainty/stated"]
    assert values(golden, node, KG.status) == [f"{BASE}code/status/realised"]
    assert len(values(golden, node, KG.evidence)) == 1


def test_a_part_of_a_sum_never_counts_in_totals(golden: list[ox.Quad]) -> None:
    assert values(golden, f"{ACCRA}flow-forum", KG.countsInTotals) == ["true"]
    assert values(golden, f"{ACCRA}flow-building", KG.countsInTotals) == ["false"]


def test_amounts_are_exact_decimals_in_their_shortest_form(golden: list[ox.Quad]) -> None:
    assert values(golden, f"{ACCRA}flow-forum.amount", SDO.value) == ["1500000.5"]
    assert values(golden, f"{ACCRA}flow-building.amount", SDO.value) == ["500000"]


def test_dates_carry_bounds_and_precision(golden: list[ox.Quad]) -> None:
    date = f"{BASE}date/2007-03/2007-05"
    assert values(golden, f"{ACCRA}evaluation", KG.start) == [date]
    assert values(golden, date, KG.earliest) == ["2007-03-01"]
    assert values(golden, date, KG.latest) == ["2007-05-31"]
    assert values(golden, date, KG.precision) == ["range"]
    assert values(golden, date, KG.year) == ["2007"]


def test_names_keep_their_language_and_a_slip_is_hidden(golden: list[ox.Quad]) -> None:
    said = {str(quad.object) for quad in golden if quad.subject.value == f"{ACCRA}oecd" and "Label" in str(quad)}
    assert said == {
        '"Organisation for Economic Co-operation and Development"@en', '"OECD"@en', '"经济合作与发展组织"@zh',
        '"Jīngjì Hézuò yǔ Fāzhǎn Zǔzhī"@zh-latn',
    }  # fmt: skip
    assert values(golden, f"{ACCRA}accra", SKOS.hiddenLabel) == ["Akra"]


def test_a_country_keeps_the_preferred_name_of_its_code_list(golden: list[ox.Quad]) -> None:
    ghana = f"{BASE}id/country/GH"
    assert values(golden, ghana, SKOS.prefLabel) == []
    assert values(golden, ghana, SKOS.altLabel) == ["Ghana"]


def written(tmp_path: Path, *records: object) -> list[ox.Quad]:
    file = tmp_path / "one.nq"
    write_source(map_records(SOURCE, records), source_iri("one"), file)  # type: ignore[arg-type]
    return list(ox.parse(path=str(file)))


@given(UNICODE, UNICODE)
def test_any_name_and_note_come_back_from_the_file(
    tmp_path_factory: pytest.TempPathFactory, name: str, note: str
) -> None:
    record = Organization(
        id="x", name=name, kind="ngo", evidence=(Passage(1, 2),), certainty="stated", note=note
    )  # fmt: skip
    quads = written(tmp_path_factory.mktemp("any"), record)
    assert values(quads, f"{BASE}id/one/x", SKOS.prefLabel) == [name]
    assert values(quads, f"{BASE}id/one/x", KG.note) == [note]


@given(UNICODE, UNICODE)
def test_rows_of_other_names_have_other_iris(tmp_path_factory: pytest.TempPathFactory, one: str, other: str) -> None:
    records = [
        Name(entity="x", name=name, language="en", kind="alternative", evidence=(Passage(1, 2),), certainty="stated")
        for name in {one, other}
    ]
    quads = written(tmp_path_factory.mktemp("any"), *records)
    assert len({quad.subject.value for quad in quads if quad.object.value == KG.Mention}) == len({one, other})


@given(st.decimals(min_value=0, max_value=10**24, allow_nan=False, places=4))
def test_any_amount_comes_back_exactly(tmp_path_factory: pytest.TempPathFactory, amount: Decimal) -> None:
    record = Flow(
        id="f", title="f", flow_class="loan", stage="commitment", status="realised", amount=amount, currency="CNY",
        evidence=(Position("f.xml", "1"),), certainty="stated",
    )  # fmt: skip
    quads = written(tmp_path_factory.mktemp("any"), record)
    (value,) = [quad.object for quad in quads if quad.predicate.value == SDO.value]
    assert isinstance(value, ox.Literal)
    assert value.datatype.value == XSD.decimal
    assert Decimal(value.value) == amount


def test_records_in_any_order_give_the_same_bytes(tmp_path: Path) -> None:
    records = [
        Organization(id=name, name=name, kind="ngo", evidence=(Passage(1, 2),), certainty="stated") for name in "abc"
    ]
    one, other = tmp_path / "one.nq", tmp_path / "other.nq"
    write_source(map_records(SOURCE, records), source_iri("one"), one)
    write_source(map_records(SOURCE, reversed(records)), source_iri("one"), other)
    assert one.read_bytes() == other.read_bytes()
