"""From words to positions and back, and whether all of it holds against the documents."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.evidence.pin import find_words
from tests.commands import DATA, IPRCC, TINY, RunKg, assert_refused, read_table, set_cell, snapshot

TEXT = (DATA / "accra-2008.txt").read_text(encoding="utf-8")


def pinned(run_kg: RunKg, book: Path, words: str) -> str:
    """What stands in a cell after `{words}` were pinned in it."""
    set_cell(book, "persons", 0, "evidence", words)
    ran = run_kg("evidence", "pin", book, "--documents", book.parent)
    assert ran.code == 0, ran.err
    assert "1 cell pinned" in ran.err
    return read_table(book, "persons")[0]["evidence"]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("{Robert Zoellick}", ["Robert Zoellick"]),
        ("{HLF3}#2", ["HLF3"]),
        ("{Robert Zoellick ... spoke}", ["Robert Zoellick, President of the World Bank, spoke"]),
        ("{Robert Zoellick}; {Another list}", ["Robert Zoellick", "Another list"]),
        ("{Robert Zoellick};0-5", ["Robert Zoellick", "Third"]),
        ("{1,500,000.50 US dollars}", ["1,500,000.50 US dollars"]),
    ],
)
def test_words_become_their_positions(run_kg: RunKg, book: Path, cell: str, words: list[str]) -> None:
    found = [tuple(map(int, part.split("-"))) for part in pinned(run_kg, book, cell).split(";")]
    assert [TEXT[start:end] for start, end in found] == words


def test_the_second_of_two_places_is_the_second(run_kg: RunKg, book: Path) -> None:
    start = int(pinned(run_kg, book, "{HLF3}#2").split("-")[0])
    assert start == TEXT.index("HLF3", TEXT.index("HLF3") + 1)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("{no such words}", "expected words of the document"),
        ("{robert zoellick}", "expected words of the document"),
        ("{HLF3}", "expected words that stand once, or #1 to #2"),
        ("{HLF3}#3", "expected #1 to #2"),
        ("{HLF3}#0", "expected #1 to #2"),
        ("{spoke ... Robert Zoellick}", "expected last words that stand after"),
    ],
)
def test_words_that_are_not_there_or_twice_are_told_and_nothing_changes(
    run_kg: RunKg, book: Path, cell: str, expected: str
) -> None:
    set_cell(book, "persons", 0, "evidence", cell)
    set_cell(book, "places", 0, "evidence", "{Accra (in}")
    before = snapshot(book)
    ran = run_kg("evidence", "pin", book, "--documents", book.parent)
    assert_refused(ran, f"{book / 'persons.csv'}:2: evidence: {expected}", "got '{")
    assert snapshot(book) == before


def test_the_line_of_wrong_words_is_that_where_the_row_begins(run_kg: RunKg, book: Path) -> None:
    set_cell(book, "events", 0, "evidence", "{no such words}")
    assert_refused(run_kg("evidence", "pin", book, "--documents", book.parent), "events.csv:2: evidence")


def test_pinning_leaves_all_other_cells_and_a_pinned_workbook_alone(run_kg: RunKg, book: Path) -> None:
    before = snapshot(book)
    assert "0 cells pinned" in run_kg("evidence", "pin", book, "--documents", book.parent).err
    assert snapshot(book) == before
    words = read_table(book, "persons")[0]["evidence"]
    assert pinned(run_kg, book, "{Robert Zoellick}") == words
    assert snapshot(book) == before


def test_a_spreadsheet_is_pinned(run_kg: RunKg, book: Path, tmp_path: Path) -> None:
    import openpyxl

    from tests.test_workbook import as_xlsx

    set_cell(book, "persons", 0, "evidence", "{Robert Zoellick}")
    xlsx = as_xlsx(book, tmp_path / "book.xlsx")
    assert run_kg("evidence", "pin", xlsx, "--documents", tmp_path).code == 0
    sheet = openpyxl.load_workbook(xlsx)["persons"]
    assert [cell.value for cell in sheet[2]][2] == read_table(TINY, "persons")[0]["evidence"]


def test_a_file_that_is_no_utf8_is_not_pinned(run_kg: RunKg, book: Path) -> None:
    (book / "persons.csv").write_bytes(b"id,name,evidence,certainty\nx,Caf\xe9,{Accra},stated\n")
    assert_refused(run_kg("evidence", "pin", book, "--documents", book.parent), "persons.csv", "expected UTF-8")


@given(st.integers(0, len(TEXT) - 1), st.integers(1, 60))
def test_any_words_of_the_document_are_found_where_they_stand(start: int, length: int) -> None:
    words = TEXT[start : start + length]
    if " ... " in words:
        return
    nth = 1 + sum(TEXT.startswith(words, at) for at in range(start))
    count = sum(TEXT.startswith(words, at) for at in range(len(TEXT)))
    if TEXT.count(words) == count:  # words that do not overlap themselves
        assert find_words(words, TEXT, nth) == (start, start + len(words))
        if count > 1:
            with pytest.raises(ValueError, match="expected words that stand once"):
                find_words(words, TEXT)


def check(run_kg: RunKg, store: Path, documents: Path, code: int = 0) -> list[dict[str, str]]:
    ran = run_kg("evidence", "check", "--store", store, "--documents", documents, "--format", "json")
    assert ran.code == code, ran.err
    return list(json.loads(ran.out)["findings"])


def test_evidence_that_holds_is_counted(run_kg: RunKg, tiny_store: Path) -> None:
    assert check(run_kg, tiny_store, DATA) == []
    ran = run_kg("evidence", "check", "--store", tiny_store, "--documents", DATA)
    assert "1 document" in ran.err
    assert ran.err.endswith("all hold\n")


@pytest.mark.parametrize(
    ("table", "row", "evidence", "expected"),
    [
        ("events", 0, f"0-{len(TEXT) + 1}", "expected positions up to"),
        ("events", 0, "43-44", "holds no words"),
        ("names", 0, "0-5", "does not hold the spelling 'HLF3'"),
    ],
)
def test_evidence_that_does_not_hold_is_a_finding_with_its_line(
    run_kg: RunKg, book: Path, table: str, row: int, evidence: str, expected: str
) -> None:
    if "no words" in expected:
        start = TEXT.index("\n")
        evidence = f"{start}-{start + 2}"
    set_cell(book, table, row, "evidence", evidence)
    store = book.parent / "store"
    assert run_kg("load", "workbook", book, "--store", store).code == 0
    (finding,) = check(run_kg, store, book.parent, code=1)
    assert expected in finding["message"]
    assert finding["place"] == f"{book / table}.csv:{row + 2}"


def test_a_document_of_another_digest_is_refused(run_kg: RunKg, tiny_store: Path, tmp_path: Path) -> None:
    shutil.copy(DATA / "accra-2008.txt", tmp_path)
    with (tmp_path / "accra-2008.txt").open("a", encoding="utf-8") as stream:
        stream.write(" ")
    for command in (["check"], ["show", "OECD"]):
        ran = run_kg("evidence", *command, "--store", tiny_store, "--documents", tmp_path)
        assert_refused(ran, "accra-2008.txt", "SHA-256", "another edition")


def test_a_document_that_is_missing_is_told(run_kg: RunKg, tiny_store: Path, tmp_path: Path, book: Path) -> None:
    (tmp_path / "none").mkdir()
    assert_refused(
        run_kg("evidence", "check", "--store", tiny_store, "--documents", tmp_path / "none"), "accra-2008.txt"
    )
    assert_refused(run_kg("evidence", "check", "--store", tiny_store), "--documents")
    assert_refused(run_kg("evidence", "pin", book, "--documents", tmp_path / "none"), "accra-2008.txt")


def test_statements_stand_beside_their_words(run_kg: RunKg, tiny_store: Path) -> None:
    ran = run_kg("evidence", "show", "OECD", "--store", tiny_store, "--documents", DATA, "--format", "json")
    found = {row["words"] for row in ran.json}
    assert "Organisation for Economic Co-operation and Development" in found
    assert "ownership comes first" in found
    for row in ran.json:
        start, end = map(int, row["place"].split("-"))
        assert TEXT[start:end] == row["words"]
    text = run_kg("evidence", "show", "HLF3", "--store", tiny_store, "--documents", DATA).out
    assert "More than 1,700 people came" in text


def test_all_evidence_of_the_shipped_graph_resolves(run_kg: RunKg, store: Path, reference: Path) -> None:
    assert check(run_kg, store, reference / "documents") == []


def test_every_relation_and_claim_of_the_shipped_graph_has_evidence(run_kg: RunKg) -> None:
    bare = run_kg("query", """
        SELECT ?node { { ?node a :Relation } UNION { ?node a :Claim }
          FILTER STRSTARTS(STR(?node), STR(id:)) FILTER NOT EXISTS { ?node :evidence ?place }
          FILTER NOT EXISTS { ?node :certainty <https://w3id.org/partnership-kg/code/certainty/added> } }
    """, "--format", "csv")  # fmt: skip
    assert bare.rows == []


def test_the_words_of_a_shipped_statement_are_shown(run_kg: RunKg, reference: Path) -> None:
    ran = run_kg(
        "evidence", "show", f"{IPRCC}ford-foundation", "--documents", reference / "documents", "--format", "json"
    )
    assert any("Ford Foundation" in row["words"] for row in ran.json)


def test_one_unusable_document_leaves_the_others_checked(
    run_kg: RunKg, store: Path, reference: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    files = sorted((reference / "documents").glob("*.txt"))
    for file in files[1:]:
        (mine / file.name).write_bytes(file.read_bytes())
    (mine / files[0].name).write_text("another text", encoding="utf-8")
    ran = run_kg("evidence", "check", "--documents", mine, "--store", store, "--format", "csv")
    assert ran.code == 1
    (row,) = list(csv.DictReader(io.StringIO(ran.out)))
    assert (row["rule"], "another edition" in row["message"]) == ("document", True)
    assert f"{len(files) - 1} documents" in ran.err
    covered = run_kg("evidence", "coverage", "--documents", mine, "--store", store, "--out", "-", "--format", "csv")
    assert (len(covered.rows), f"left out: {mine / files[0].name}" in covered.err) == (len(files) - 1, True)
