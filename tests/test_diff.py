"""What differs: between builds, files and workbooks, and between two codings of one document."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.diff.compare import Difference, Side, compare, write_patch
from kg.diff.sides import read_side, read_sides
from kg.facts import Reader
from kg.model.iris import source_iri
from kg.model.terms import integer, iri, text
from kg.namespaces import KG, RDF, SDO, SKOS
from kg.store.nquads import write_source
from kg.store.rdf import view_statements
from tests.commands import ACCRA, DATA, ROOT, TINY, RunKg, assert_refused, copy_store, read_table, set_cell, write_table

GOLDEN = DATA / "accra-2008.nq"


def changes(run_kg: RunKg, *arguments: object) -> list[tuple[str, str, str, str, str]]:
    ran = run_kg("diff", *arguments, "--format", "json")
    assert ran.code == 1, ran
    keys = ("change", "iri", "property", "before", "after")
    return [tuple(change[key].removeprefix(ACCRA) for key in keys) for change in json.loads(ran.out)["changes"]]


def test_a_workbook_its_triples_and_its_store_say_the_same(run_kg: RunKg, tiny_store: Path, tmp_path: Path) -> None:
    exported = tmp_path / "accra-2008.nq"
    assert run_kg("export", "--store", tiny_store, "--format", "nq", "--out", exported).code == 0
    for other in (GOLDEN, tiny_store, exported):
        ran = run_kg("diff", TINY, other)
        assert (ran.code, ran.out, ran.err) == (0, "", "no differences\n"), other


def test_a_changed_amount_is_told_with_its_flow(run_kg: RunKg, book: Path) -> None:
    flow = next(at for at, row in enumerate(read_table(book, "flows")) if row["id"] == "flow-forum")
    set_cell(book, "flows", flow, "amount", "1600000")
    assert changes(run_kg, TINY, book) == [("changed", "flow-forum", "value", "1500000.5", "1600000")]


def test_what_comes_and_goes_is_told_as_a_whole(run_kg: RunKg, book: Path) -> None:
    rows = read_table(book, "claims")
    gone = rows.pop(0)
    rows.append({**gone, "id": "a-new-one", "statement": "Quite another thing."})
    write_table(book, "claims", rows)
    assert sorted(changes(run_kg, TINY, book)) == [("came", "a-new-one", "", "", ""), ("went", gone["id"], "", "", "")]


def test_references_codes_dates_and_evidence_are_told_in_words(run_kg: RunKg, book: Path) -> None:
    set_cell(book, "organizations", 0, "kind", "other")
    set_cell(book, "agreements", 0, "signed_on", "2008-09-05")
    set_cell(book, "claims", 0, "evidence", "10-20")
    found = {change[2]: change[3:] for change in changes(run_kg, TINY, book)}
    assert found["organizationKind"][1] == "other"
    assert found["signedOn"] == ("2008-09-04", "2008-09-05")
    assert found["evidence"][1] == "10-20"


def test_identity_decisions_are_compared(run_kg: RunKg, tmp_path: Path) -> None:
    one, other = (tmp_path / name for name in ("one", "other"))
    for folder in (one, other):
        folder.mkdir()
        shutil.copy(GOLDEN, folder)
    line = "\t".join([f"{ACCRA}oecd", "https://example.org/oecd", "same", "A. Reader", "2026-11-22", "one acronym"])
    (other / "identity.tsv").write_text(f"entity\tother\tdecision\twho\twhen\twhy\n{line}\n", encoding="utf-8")
    ran = run_kg("diff", one, other, "--format", "json")
    assert ran.code == 1
    assert [found["why"] for found in json.loads(ran.out)["decisions"]["came"]] == ["one acronym"]
    assert "same: " in run_kg("diff", one, other).out


def test_only_the_named_sources_are_compared(run_kg: RunKg, book: Path) -> None:
    set_cell(book, "flows", 0, "amount", "7")
    assert run_kg("diff", TINY, book, "--source", "accra-2008").code == 1
    assert_refused(run_kg("diff", TINY, book, "--source", "accra-2009"), "expected one of accra-2008", "'accra-2009'")
    assert_refused(run_kg("diff", TINY, book, "--summary", "--format", "patch"), "choose one")


def test_a_side_without_a_ledger_has_lost_no_decisions(run_kg: RunKg, store: Path) -> None:
    for source in ("iprcc-2009", "mofcom-2009"):
        ran = run_kg("diff", ROOT / "data" / "triples", ROOT / "data" / "workbooks" / source, "--source", source)
        assert (ran.code, ran.err) == (0, "no differences\n"), ran
    assert run_kg("diff", ROOT / "data" / "triples", store).code == 0


def test_files_of_other_names_are_compared_by_what_they_say(run_kg: RunKg, tmp_path: Path) -> None:
    for name in ("a.ttl", "b.ttl"):
        (tmp_path / name).write_text('<urn:x> <urn:p> [ <urn:q> "1" ] .', encoding="utf-8")
    assert run_kg("diff", tmp_path / "a.ttl", tmp_path / "b.ttl").code == 0


def test_two_versions_of_a_store_are_compared(run_kg: RunKg, tiny_store: Path, book: Path, tmp_path: Path) -> None:
    store = copy_store(tiny_store, tmp_path / "store")
    set_cell(book, "places", 0, "name", "Akkra")
    assert run_kg("load", "workbook", book, "--store", store).code == 0
    assert ("changed", "accra", "prefLabel") in [change[:3] for change in changes(run_kg, tiny_store, store)]


def test_of_some_sources_only_these_are_counted(run_kg: RunKg, tmp_path: Path) -> None:
    for folder in ("old", "new"):
        (tmp_path / folder).mkdir()
        for name in ("mofcom-2009.nq", "zhejiang-2009.nq"):
            shutil.copy(ROOT / "data/triples" / name, tmp_path / folder)
    file = tmp_path / "new/mofcom-2009.nq"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(lines[:499] + lines[500:]), encoding="utf-8")
    folders = (tmp_path / "old", tmp_path / "new")
    apart = run_kg("diff", *folders, "--source", "mofcom-2009", "--summary", "--format", "csv").out
    for folder in folders:
        (folder / "zhejiang-2009.nq").unlink()
        text = (folder / "mofcom-2009.nq").read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / "mofcom-2009.nq").write_text("".join(text[::-1]), encoding="utf-8")
    assert run_kg("diff", *folders, "--summary", "--format", "csv").out == apart
    assert "country" in apart


def test_of_one_store_its_last_change_is_told(run_kg: RunKg, tiny_store: Path, book: Path, tmp_path: Path) -> None:
    store = copy_store(tiny_store, tmp_path / "store")
    assert_refused(run_kg("diff", store), "expected a store with a version before its current one")
    set_cell(book, "flows", 0, "amount", "7")
    assert run_kg("load", "workbook", book, "--store", store).code == 0
    assert changes(run_kg, store) == changes(run_kg, tiny_store, store) != []
    (tmp_path / "x.ttl").write_text("<urn:a> a <https://schema.org/Event> .", encoding="utf-8")
    assert run_kg("load", "rdf", tmp_path / "x.ttl", "--store", store).code == 0
    assert "urn:a" in {change[1] for change in changes(run_kg, store)}


def test_a_patch_makes_the_new_of_the_old(run_kg: RunKg, book: Path, tmp_path: Path) -> None:
    set_cell(book, "flows", 0, "amount", "7")
    set_cell(book, "claims", 0, "statement", 'Two\nlines and a "quote".')
    patch = run_kg("diff", TINY, book, "--format", "patch").out
    assert run_kg("load", "workbook", book, "--out", tmp_path).code == 0
    lines = set(GOLDEN.read_text(encoding="utf-8").splitlines())
    for line in patch.splitlines():
        if line.startswith("D "):
            lines.remove(line[2:])
        elif line.startswith("A "):
            lines.add(line[2:])
    assert lines == set((tmp_path / "accra-2008.nq").read_text(encoding="utf-8").splitlines())


names = st.text('abcé"\\\n', min_size=1, max_size=4)
statements = st.frozensets(
    st.tuples(
        st.sampled_from(["<urn:a>", "<urn:b>", "<urn:c>"]),
        st.sampled_from(["<urn:p>", "<urn:q>"]),
        names.map(lambda text: str(ox.Literal(text))),
    ),
    max_size=6,
)


@given(old=statements, new=statements)
def test_taking_and_adding_what_differs_gives_the_other_side(old: frozenset, new: frozenset) -> None:
    sides = Side("old", {"s": old}), Side("new", {"s": new})
    found = compare(*sides, lambda side: Reader(view_statements(side.sources["s"], Path("none"))))
    went, came = ({quad.statement for quad in quads} for quads in (found.went, found.came))
    assert (old - went) | came == new
    assert went <= old
    assert not came & old
    assert found.is_empty == (old == new)
    assert write_patch(found).count("\nD ") == len(went)
    told = {change.iri for change in found.changes}
    assert told == {statement[0][1:-1] for statement in went | came}


@pytest.fixture(scope="module")
def kinds_alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An ontology without code lists, which is read fast."""
    folder = tmp_path_factory.mktemp("ontology")
    shutil.copy(ROOT / "ontology/kg.ttl", folder)
    return folder


things = st.sampled_from(["<urn:a>", "<urn:b>", "<urn:b.in>", "<urn:c>"])
amounts = things.map(lambda thing: f"{thing[:-1]}.amount>")
said = st.one_of(
    st.tuples(things, st.just(iri(RDF.type)), st.sampled_from([SDO.Event, KG.FundingFlow, KG.Link]).map(iri)),
    st.tuples(things, st.sampled_from([iri(KG.linkKind), iri(getattr(KG, "from")), iri(KG.to)]), things),
    st.tuples(things, st.sampled_from([iri(SKOS.prefLabel), iri(KG.note)]), names.map(text)),
    st.tuples(things, st.just(iri(KG.count)), st.integers(1, 3).map(integer)),
    things.map(lambda thing: (thing, iri(SDO.amount), f"{thing[:-1]}.amount>")),
    amounts.map(lambda amount: (amount, iri(RDF.type), iri(SDO.MonetaryAmount))),
    st.tuples(amounts, st.just(iri(SDO.value)), st.integers(1, 3).map(integer)),
)
own = st.frozensets(said, max_size=12)
"""What a source says; another one speaks of things of its own."""
sources = st.fixed_dictionaries({}, optional={"s": own, "t": own})


@settings(deadline=None, max_examples=60)
@given(old=sources, same=sources, new=sources)
def test_of_two_folders_only_what_differs_is_read_and_the_same_is_told(
    old: dict, same: dict, new: dict, kinds_alone: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folders = [tmp_path_factory.mktemp("side") for _ in range(2)]
    for folder, side in zip(folders, (old, new), strict=True):
        for source in {*side, *same, "always"}:
            found = {*side.get(source, ()), *same.get(source, ()), ("<urn:e>", iri(RDF.type), iri(SDO.Event))}
            found = {tuple(term.replace("urn:", f"urn:{source}:") for term in one) for one in found}
            write_source(found, source_iri(source), folder / f"{source}.nq")

    def told(one: Side, other: Side) -> Difference:
        def read(side: Side) -> Reader:
            return Reader(view_statements((said for found in side.sources.values() for said in found), kinds_alone))

        return compare(one, other, read)

    apart = told(*read_sides(*folders, ontology=kinds_alone))
    assert apart == told(*(read_side(folder, ontology=kinds_alone) for folder in folders))


def test_folders_of_files_that_no_load_has_written_are_read_whole(run_kg: RunKg, tmp_path: Path) -> None:
    lines = [f"<urn:{name}> <urn:p> _:b <urn:g> .\n" for name in "cab"]
    for name, content in {"old/x.nq": lines, "new/x.nq": [*lines, lines[0].replace("urn:c", "urn:d")]}.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("".join(content), encoding="utf-8")
    (tmp_path / "old/empty.nq").touch()
    ran = run_kg("diff", tmp_path / "old", tmp_path / "new", "--format", "csv")
    assert (ran.code, "0 statements went, 1 came" in ran.err) == (1, True), ran
    assert run_kg("diff", tmp_path / "old", tmp_path / "old").code == 0


def edition(run_kg: RunKg, folder: Path, *edits: tuple[str, str]) -> Path:
    """The IATI file of the wells in a store, with some of its texts edited."""
    text = (DATA / "iati/wells-2.03.xml").read_text(encoding="utf-8")
    for before, after in edits:
        assert before in text
        text = text.replace(before, after, 1)
    folder.mkdir()
    (folder / "wells.xml").write_text(text, encoding="utf-8")
    ran = run_kg("load", "iati", folder / "wells.xml", "--store", folder / "store")
    assert ran.code == 0, ran.err
    return folder / "store"


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ((">20,000<", ">25,000<"), [("value", "20000", "25000")]),
        ((">1000</value>", ' currency="USD">1000</value>'), [("currency", "EUR", "USD")]),
        ((">20,000<", ' currency="EUR">20,000<'), [("currency", "USD", "EUR")]),
        ((">Drilling<", ">Drilling deeper<"), [("purpose", "Drilling", "Drilling deeper")]),
        ((">500<", ">501<"), [("value", "500", "501")]),  # of two that are equal: whichever it is
    ],
)
def test_a_flow_without_a_number_is_known_again(
    edit: tuple[str, str], told: list[tuple[str, str, str]], run_kg: RunKg, tmp_path: Path
) -> None:
    old, new = edition(run_kg, tmp_path / "old"), edition(run_kg, tmp_path / "new", edit)
    ran = run_kg("diff", old, new, "--format", "json")
    document = json.loads(ran.out)
    changes = [change for change in document["changes"] if change["kind"] == "flow"]
    assert {change["change"] for change in changes} == {"changed"}
    assert {change["iri"] for change in changes} < {line.split("> ")[0][1:] for line in document["statements"]["came"]}
    found = [(change["property"], change["before"], change["after"]) for change in changes]
    assert [one for one in found if one[0] not in ("prefLabel", "note")] == told
    assert "statements went" in ran.err
    back = json.loads(run_kg("diff", new, old, "--format", "json").out)["changes"]
    assert [(one, after, before) for one, before, after in told] == [
        (one["property"], one["before"], one["after"])
        for one in back
        if one["kind"] == "flow" and one["property"] not in ("prefLabel", "note")
    ]


ANOTHER = '<transaction><transaction-type code="3"/><transaction-date iso-date="2014-04-01"/>' + (
    '<value value-date="2014-04-01">{}</value><description><narrative>Drilling</narrative></description>'
    '<receiver-org ref="N/A"><narrative xml:lang="fr">Eau pour tous</narrative></receiver-org></transaction>'
)
APART: dict[str, tuple[tuple[str, str], ...]] = {
    "two things changed": ((">20,000<", ">25,000<"), (">Drilling<", ">Drilling deeper<")),
    "another day": (('<transaction-date iso-date="2014-06-01"', '<transaction-date iso-date="2014-07-01"'),),
    "another stage": (('<transaction-type code="2"/>', '<transaction-type code="3"/>'),),
    "another kind of budget and another amount": (("<budget>", '<budget type="2">'), (">300000<", ">400000<")),
    "another activity": (("<iati-identifier>XX-1-WELLS/8<", "<iati-identifier>XX-1-WELLS/9<"),),
}


@pytest.mark.parametrize("edits", APART.values(), ids=APART)
def test_another_flow_is_told_as_gone_and_come(
    edits: tuple[tuple[str, str], ...], run_kg: RunKg, tmp_path: Path
) -> None:
    old, new = edition(run_kg, tmp_path / "old"), edition(run_kg, tmp_path / "new", *edits)
    found = json.loads(run_kg("diff", old, new, "--format", "json").out)
    assert {one["change"] for one in found["changes"] if one["kind"] == "flow"} == {"came", "went"}


def test_what_could_be_two_flows_is_told_as_gone_and_come(run_kg: RunKg, tmp_path: Path) -> None:
    split = [(">20,000<", ">15,000<"), ("<related-activity", ANOTHER.format("5,000") + "<related-activity")]
    old, new = edition(run_kg, tmp_path / "old"), edition(run_kg, tmp_path / "new", *split)
    found = json.loads(run_kg("diff", old, new, "--format", "json").out)
    assert sorted(one["change"] for one in found["changes"] if one["kind"] == "flow") == ["came", "came", "went"]


def rename_ids(book: Path) -> None:
    """Give every row that has an id another one, wherever it is written."""
    for file in sorted(book.glob("*.csv")):
        rows = read_table(book, file.stem)
        for row in rows:
            for column in row:
                if column in (
                    "id", "entity", "person", "organization", "subject", "object", "work", "agent", "on_behalf_of",
                    "funders", "receivers", "items", "part_of", "origins", "about", "area", "supporting", "supported",
                    "policy", "claimed_by", "one", "other", "flow",
                ):  # fmt: skip
                    row[column] = ";".join(
                        ref if not ref or ":" in ref or "." in ref else f"x-{ref}" for ref in row[column].split(";")
                    )
        write_table(book, file.stem, rows)


def test_codings_that_differ_in_ids_alone_are_aligned_whole(run_kg: RunKg, book: Path) -> None:
    rename_ids(book)
    assert run_kg("diff", TINY, book).code == 1
    ran = run_kg("diff", TINY, book, "--align")
    assert (ran.code, ran.err) == (0, "no differences\n"), ran.out


def test_agreement_counts_what_both_coders_have(run_kg: RunKg, book: Path) -> None:
    rename_ids(book)
    rows = read_table(book, "participations")
    set_cell(book, "participations", 0, "role", "participant")
    write_table(book, "links", read_table(book, "links")[:-1])
    counts = {row["kind"]: row for row in _summary(run_kg, book)}
    links = len(read_table(TINY, "links"))
    assert [counts["link"][key] for key in ("old", "new", "both")] == [str(links), str(links - 1), str(links - 1)]
    assert counts["link"]["agreement"] == f"{2 * (links - 1) / (2 * links - 1):.2f}"
    # another role for the same party in the same work is one participation that both have, and a value they differ in
    assert counts["participation"]["both"] == str(len(rows))
    assert float(counts["participation"]["values"]) < 1


def _summary(run_kg: RunKg, book: Path) -> list[dict[str, str]]:
    ran = run_kg("diff", TINY, book, "--align", "--summary", "--format", "csv")
    assert ran.code == 1
    header, *rows = (line.split(",") for line in ran.out.splitlines())
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_one_id_for_two_things_does_not_make_them_one(run_kg: RunKg, book: Path) -> None:
    (claim,) = read_table(book, "claims")
    other = {**claim, "kind": "plan", "statement": "Something else is planned.", "evidence": "990-1003"}
    write_table(book, "claims", [other])
    rows = read_table(book, "organizations")
    oecd = next(row for row in rows if row["id"] == "oecd")
    for row in rows:
        row["id"] = "the-oecd" if row["id"] == "oecd" else row["id"]
    lists = {**oecd, "id": "oecd", "name": "Another list", "kind": "other", "identifiers": "", "evidence": "1025-1050"}
    write_table(book, "organizations", [*rows, lists])
    for table in ("names", "participations", "claims", "links"):
        write_table(
            book,
            table,
            [{k: "the-oecd" if v == "oecd" else v for k, v in row.items()} for row in read_table(book, table)],
        )
    counts = {row["kind"]: row for row in _summary(run_kg, book)}
    assert [counts["claim"][key] for key in ("old", "new", "both", "values", "agreement")] == [
        "1",
        "1",
        "0",
        "",
        "0.00",
    ]
    bodies = len(rows)
    assert [counts["organization"][key] for key in ("old", "new", "both")] == [
        str(bodies),
        str(bodies + 1),
        str(bodies),
    ]


def test_a_slip_of_another_kind_at_the_same_place_is_the_same_slip(run_kg: RunKg, book: Path) -> None:
    set_cell(book, "slips", 0, "kind", "name")
    (slip,) = (row for row in _summary(run_kg, book) if row["kind"] == "slip")
    assert slip["both"] == "1"
    assert float(slip["values"]) < 1


def test_codings_of_two_documents_are_not_aligned(run_kg: RunKg, book: Path) -> None:
    source = book / "source.toml"
    source.write_text(source.read_text(encoding="utf-8").replace('sha256 = "', f'sha256 = "{"0" * 64}" # "'), "utf-8")
    assert_refused(run_kg("diff", TINY, book, "--align"), "two codings of one document")


@pytest.mark.parametrize("what", ["nothing", "empty", "letter.txt"])
def test_what_cannot_be_compared_is_refused(run_kg: RunKg, tmp_path: Path, what: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "letter.txt").write_text("Dear reader,", encoding="utf-8")
    assert_refused(run_kg("diff", TINY, tmp_path / what), what)


def test_a_cut_off_file_is_refused_with_its_line(run_kg: RunKg, tmp_path: Path) -> None:
    cut = tmp_path / "cut.nq"
    cut.write_bytes(GOLDEN.read_bytes()[:-40])
    assert_refused(run_kg("diff", GOLDEN, cut), "cut.nq:", "expected N-Quads")
