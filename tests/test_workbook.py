"""Workbooks: folder and .xlsx alike, and every kind of wrong cell told by its place."""

from __future__ import annotations

import csv
import re
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import InputError, WorkbookError
from kg.model.records import TABLES
from kg.shipped import ontology_dir
from kg.sources.cells import columns
from kg.sources.workbook import MAXIMAL_CELL, Workbook, read_workbook
from kg.store.rdf import read_codes
from tests.commands import ACCRA, ROOT, TINY, RunKg, assert_refused, read_table, set_cell, write_table

PROBLEM = re.compile(r"(?:\S+\.csv|\S+\.xlsx\[\w+\]):(\d+): (?:([^:]+): )?expected .+, got .+")
EVIDENCE = "1-2"


def read(book: Path) -> Workbook:
    return read_workbook(book, read_codes(ontology_dir()))


def problems(book: Path) -> tuple[str, ...]:
    """The problems of a wrong workbook, each of them in the form that is promised."""
    with pytest.raises(WorkbookError) as caught:
        read(book)
    for problem in caught.value.problems:
        assert PROBLEM.fullmatch(problem), problem
    return caught.value.problems


def as_xlsx(book: Path, to: Path) -> Path:
    """The same workbook as one file with a sheet for each table."""
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "source"
    sheet.append(["key", "value"])
    for pair in tomllib.loads((book / "source.toml").read_text(encoding="utf-8")).items():
        sheet.append(pair)
    for file in sorted(book.glob("*.csv")):
        sheet = made.create_sheet(file.stem)
        with file.open(encoding="utf-8", newline="") as stream:
            for row in csv.reader(stream):
                sheet.append(row)
    made.save(to)
    return to


def test_the_tiny_workbook_uses_every_table() -> None:
    assert {file.stem for file in TINY.glob("*.csv")} == set(TABLES)
    assert {type(row) for row in read(TINY).records} == set(TABLES.values())


@pytest.mark.parametrize("book", [TINY, *sorted((ROOT / "data/workbooks").glob("*/"))], ids=lambda path: path.name)
def test_a_folder_and_an_xlsx_of_the_same_tables_give_the_same_bytes(book: Path, tmp_path: Path, run_kg: RunKg) -> None:
    one, other = tmp_path / "folder", tmp_path / "xlsx"
    assert run_kg("load", "workbook", book, "--out", one).code == 0
    assert run_kg("load", "workbook", as_xlsx(book, tmp_path / "book.xlsx"), "--out", other).code == 0
    assert (one / f"{book.name}.nq").read_bytes() == (other / f"{book.name}.nq").read_bytes()


def test_numbers_and_dates_typed_into_a_spreadsheet_are_read(book: Path, tmp_path: Path) -> None:
    xlsx = as_xlsx(book, tmp_path / "book.xlsx")
    opened = openpyxl.load_workbook(xlsx)
    for table, column, value in (
        ("headcounts", "count", 1700),
        ("flows", "amount", 1500000.5),
        ("events", "edition", 3.0),
    ):
        sheet = opened[table]
        header = [cell.value for cell in sheet[1]]
        sheet.cell(row=2, column=header.index(column) + 1).value = value
    opened.save(xlsx)
    assert list(read(xlsx).records) == list(read(book).records)


WRONG = [
    ("organizations", "id", "World Bank", "lower-case letters"),
    ("organizations", "id", "a--b", "single hyphens"),
    ("organizations", "id", "../x", "lower-case letters"),
    ("organizations", "name", "", "a value"),
    ("organizations", "name", "bell\x07", "without control characters"),
    ("organizations", "kind", "bank", "one of "),
    ("organizations", "kind", "Government", "one of "),
    ("organizations", "identifiers", "XM-DAC-41122", "identifiers like"),
    ("organizations", "identifiers", "iati:a b", "identifiers like"),
    ("organizations", "evidence", "", "a value"),
    ("organizations", "evidence", "12", "positions like"),
    ("organizations", "evidence", "12-", "positions like"),
    ("organizations", "evidence", "12-9", "the start before the end"),
    ("organizations", "evidence", "9-9", "the start before the end"),
    ("organizations", "evidence", "1-2,3-4", "positions like"),
    ("organizations", "evidence", "-1-2", "positions like"),
    ("organizations", "evidence", "١-٢", "positions like"),
    ("organizations", "evidence", "{some words}", "`kg evidence pin`"),
    ("organizations", "certainty", "sure", "one of "),
    ("organizations", "certainty", "", "a value"),
    ("posts", "person", "nobody", "the id of a row"),
    ("posts", "person", "oecd", "a row in persons, not in organizations"),
    ("posts", "organization", "country:GH", "a row in organizations"),
    ("posts", "tenure", "past", "one of "),
    ("links", "object", "country:XX", "a code of the list country"),
    ("links", "object", "region:CN-XX", "a code of the list region"),
    ("links", "object", "heads-all", "not in headcounts"),
    ("events", "start", "2008-09-31", "a day of the calendar"),
    ("events", "start", "9/2/2008", "a date like"),
    ("events", "start", "2008-09-04/2008-09-02", "the earlier date first"),
    ("events", "edition", "third", "a whole number"),
    ("events", "edition", "-3", "a whole number"),
    ("events", "edition", "3.0", "a whole number"),
    ("events", "edition", "３", "a whole number"),
    ("names", "language", "plain English", "a language tag"),
    ("names", "evidence", "", "a value"),
    ("events", "status", "done", "one of "),
    ("flows", "amount", "1,500,000", "digits with a decimal point"),
    ("flows", "amount", "1e6", "digits with a decimal point"),
    ("flows", "amount", "NaN", "digits with a decimal point"),
    ("flows", "amount", "1_000", "digits with a decimal point"),
    ("flows", "amount", "about 5", "digits with a decimal point"),
    ("flows", "funders", "world-bank;accra", "a row in organizations or persons, not in places"),
    ("flows", "items", "hlf3;hlf9", "the id of a row"),
    ("flows", "part_of", "hlf3", "a row in flows, not in events"),
    ("indicators", "value", "", "a value"),
    ("participations", "role", "guest", "one of "),
    ("participations", "work", "heads-all", "not in headcounts"),
    ("pairings", "supporting", "robert-zoellick", "a row in organizations, not in persons"),
    ("conflicts", "other", "", "a value"),
    ("conflicts", "note", "", "a value"),
    ("names", "entity", "unesco", "the id of a row"),
    ("posts", "person", "iprcc-2009/helen-clark", "the id of a row"),
    ("conflicts", "other", "iprcc-2009/", "the id of a row"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "column", "value", "expected"), WRONG)
def test_a_wrong_cell_is_told_by_its_place(book: Path, table: str, column: str, value: str, expected: str) -> None:
    set_cell(book, table, 0, column, value)
    found = [problem for problem in problems(book) if problem.startswith(f"{book / table}.csv:2: {column}: ")]
    assert len(found) == 1
    assert expected in found[0]
    told = next((part for part in value.split(";") if part in ("accra", "hlf9")), value)
    assert found[0].endswith(f"got {told!r}" if value else "got none")


def test_all_wrong_cells_are_told_at_once(book: Path, tmp_path: Path, run_kg: RunKg) -> None:
    set_cell(book, "events", 0, "start", "2008-13")
    set_cell(book, "events", 0, "kind", "party")
    set_cell(book, "organizations", 3, "certainty", "sure")
    set_cell(book, "participations", 1, "role", "guest")
    ran = run_kg("load", "workbook", book, "--store", tmp_path / "store")
    assert_refused(ran, "organizations.csv:5: certainty", "events.csv:2: start", "events.csv:2: kind", lines=4)
    assert not (tmp_path / "store" / "CURRENT").exists()


def test_all_wrong_workbooks_of_a_command_are_told(book: Path, tmp_path: Path, run_kg: RunKg) -> None:
    other = Path(shutil.copytree(book, tmp_path / "other"))
    set_cell(book, "events", 0, "start", "2008-13")
    assert run_kg("load", "workbook", other, book, "--store", tmp_path / "store").code == 2
    assert not (tmp_path / "store" / "CURRENT").exists()


def header(book: Path, table: str, change: Callable[[str], str]) -> None:
    file = book / f"{table}.csv"
    first, rest = file.read_text(encoding="utf-8").split("\n", 1)
    file.write_text(f"{change(first)}\n{rest}", encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "column", "expected"),
    [
        (lambda line: line.replace("kind", "type"), "type", "expected one of the columns"),
        (lambda line: line.replace("kind", "type"), "kind", "expected this column"),
        (lambda line: line.replace("name", "Name"), "Name", "expected one of the columns"),
        (lambda line: line.replace("note", "id"), None, "expected each column once"),
        (lambda line: line.replace(",", ";"), None, "expected one of the columns"),
        (lambda line: "", "id", "expected this column"),
    ],
)
def test_a_wrong_header_is_told(book: Path, change: Callable[[str], str], column: str | None, expected: str) -> None:
    header(book, "organizations", change)
    told = [problem for problem in problems(book) if "organizations.csv:1: " in problem and expected in problem]
    assert told
    assert column is None or any(f":1: {column}: " in problem for problem in told)


def test_columns_stand_in_any_order_and_unused_ones_may_be_missing(book: Path) -> None:
    rows = read_table(book, "organizations")
    write_table(book, "organizations", [dict(reversed(row.items())) for row in rows])
    assert read(book) == Workbook(book, read(TINY).source, tuple(
        (place.replace(str(TINY), str(book)), row) for place, row in read(TINY).rows
    ))  # fmt: skip
    write_table(book, "organizations", [{k: v for k, v in row.items() if k != "identifiers"} for row in rows])
    assert all(not getattr(row, "identifiers", ()) for row in read(book).records)


def test_a_row_of_another_source_can_be_put_into_conflict(book: Path, run_kg: RunKg, tmp_path: Path) -> None:
    rows = read_table(book, "conflicts")
    there = "iprcc-2009/letter-pinda"
    write_table(book, "conflicts", [*rows, {**rows[0], "one": "heads-all", "other": there}])
    store = tmp_path / "store"
    assert run_kg("load", "workbook", book, "--store", store).code == 0
    assert run_kg("check", "--store", store).code == 0  # a store without that source is no mistake
    query = f"ASK {{ <{ACCRA}heads-all> :conflictsWith <https://w3id.org/partnership-kg/id/{there}> }}"
    assert run_kg("query", query, "--store", store).out.strip().endswith("true")


def test_a_table_may_be_missing_and_an_unknown_one_is_refused(book: Path) -> None:
    (book / "conflicts.csv").unlink()
    assert len(read(book).rows) == len(read(TINY).rows) - 1
    (book / "organisations.csv").write_text("id\n", encoding="utf-8")
    with pytest.raises(InputError, match="organisations: expected one of the tables organizations, "):
        read(book)


def test_a_row_with_too_many_cells_is_told(book: Path) -> None:
    with (book / "persons.csv").open("a", encoding="utf-8") as stream:
        stream.write(f"angel,Angel,{EVIDENCE},stated,one,more\n")
    (problem,) = problems(book)
    assert problem.endswith("persons.csv:3: expected 4 cells, got 6; a cell with a comma needs quotes around it")


def test_an_id_stands_once_in_the_whole_workbook(book: Path) -> None:
    set_cell(book, "places", 0, "id", "oecd")
    told = problems(book)
    assert any(
        "places.csv:2: id: expected a row of its own, got 'oecd' again (first at " in problem
        and "organizations.csv:4" in problem
        for problem in told
    )


def test_the_same_participation_twice_is_told(book: Path) -> None:
    rows = read_table(book, "participations")
    write_table(book, "participations", [*rows, rows[0]])
    (problem,) = problems(book)
    assert f"participations.csv:{len(rows) + 2}: " in problem


def test_lines_are_counted_as_an_editor_counts_them(book: Path) -> None:
    """The first event has a note of two lines, so the second stands on line 4."""
    set_cell(book, "events", 1, "status", "done")
    (problem,) = problems(book)
    assert "events.csv:4: status: " in problem


def test_empty_lines_are_no_rows(book: Path) -> None:
    file = book / "persons.csv"
    file.write_text(file.read_text(encoding="utf-8") + ",,,\n\n", encoding="utf-8")
    assert len(read(book).rows) == len(read(TINY).rows)


def test_a_byte_order_mark_and_windows_line_ends_are_read(book: Path) -> None:
    for file in book.glob("*.csv"):
        if file.stem != "events":  # its note has a line end of its own
            text = file.read_text(encoding="utf-8").replace("\n", "\r\n")
            file.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert list(read(book).records) == list(read(TINY).records)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("id,name,evidence,certainty\nx,Café,1-2,stated\n".encode("latin-1"), "expected UTF-8 text, got byte 0xe9"),
        ("id,name\nx,y\n".encode("utf-16"), "expected UTF-8 text, got byte 0xff"),
        (b'id,name,evidence,certainty\nx,"' + b"a" * (MAXIMAL_CELL + 9), "persons.csv:2: expected a CSV row"),
        (b'id,name,evidence,certainty\nx,"y', "persons.csv:2: expected a CSV row"),
        (b'id,name,evidence,certainty\nx,"y"z,1-2,stated\n', "persons.csv:2: expected a CSV row"),
        (b"id,name,evidence,certainty\nx,y\x00z,1-2,stated\n", "persons.csv:2: "),
    ],
    ids=["latin-1", "utf-16", "endless cell", "open quote", "text after a quote", "zero byte"],
)
def test_a_file_that_is_no_csv_of_utf8_is_refused(
    book: Path, tmp_path: Path, run_kg: RunKg, content: bytes, expected: str
) -> None:
    (book / "persons.csv").write_bytes(content)
    (book / "posts.csv").unlink()
    set_cell(book, "participations", 3, "agent", "oecd")
    assert_refused(run_kg("load", "workbook", book, "--store", tmp_path / "store"), expected, "persons.csv")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda text: "", "id: expected a value"),
        (lambda text: text.replace('id = "accra-2008"', ""), "id: expected a value"),
        (lambda text: text.replace('id = "accra-2008"', 'id = "../../x"'), "id: expected lower-case letters"),
        (lambda text: text.replace('"accra-2008"', '"Accra 2008"'), "id: expected lower-case letters"),
        (lambda text: text.replace("sha256 =", "sha1 ="), "expected the keys id, title"),
        (lambda text: text.replace('date = "2008-09"', 'date = "autumn"'), "date: expected a date like"),
        (lambda text: text.replace('language = "en"', 'language = "plain English"'), "language: expected"),
        (lambda text: re.sub(r'sha256 = ".*"', 'sha256 = "abc"', text), "sha256: expected"),
        (lambda text: text.replace('title = "', 'title = "bell\\u0007'), "title: expected"),
        (lambda text: text.replace('file = "', 'file = "../../'), "file: expected"),
        (lambda text: text.replace('publisher = "', "publisher = "), "expected TOML"),
        (lambda text: text.replace('publisher = "', "publisher = [1] #"), "publisher: expected"),
    ],
)  # fmt: skip
def test_a_wrong_source_is_refused(
    book: Path, tmp_path: Path, run_kg: RunKg, change: Callable[[str], str], expected: str
) -> None:
    file = book / "source.toml"
    file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")
    assert_refused(run_kg("load", "workbook", book, "--store", tmp_path / "store"), str(file), expected)


def test_no_workbook_is_refused(tmp_path: Path, run_kg: RunKg) -> None:
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 and no more")
    (tmp_path / "empty").mkdir()
    openpyxl.Workbook().save(tmp_path / "no-source.xlsx")
    for name, expected in {
        "missing": "expected a workbook",
        "missing.xlsx": "expected",
        "empty": "source.toml",
        "broken.xlsx": "expected an .xlsx workbook",
        "no-source.xlsx": "expected a sheet named source",
    }.items():
        assert_refused(run_kg("load", "workbook", tmp_path / name, "--store", tmp_path / "store"), name, expected)


def test_only_what_is_added_needs_no_evidence(book: Path) -> None:
    set_cell(book, "names", 2, "certainty", "stated")
    (problem,) = problems(book)
    assert problem.endswith("names.csv:4: evidence: expected a value, got none")


def test_a_wrong_row_is_not_told_again_by_those_that_refer_to_it(book: Path) -> None:
    set_cell(book, "organizations", 1, "kind", "bank")
    (problem,) = problems(book)
    assert "organizations.csv:3: kind: expected one of " in problem


def test_every_column_of_the_documented_format_is_known() -> None:
    """`docs/workbook.md` names the columns of each table, the required ones in bold."""
    text = (ROOT / "docs/workbook.md").read_text(encoding="utf-8")
    for table, record in TABLES.items():
        section = re.search(rf"^\*\*{table}\*\* — .+\n(.+)$", text, re.MULTILINE)
        assert section, table
        shared = {"evidence", "certainty", "note"}
        known = columns(record)
        told = set(re.findall(r"(?:^|; )\*{0,2}`(\w+)`", section[1])) | shared
        needed = set(re.findall(r"\*\*`(\w+)`\*\*", section[1]))
        assert told | {"id"} == set(known) | {"id"}, table
        assert needed - shared == {name for name, column in known.items() if column.required} - shared, table


@given(
    st.text(
        st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t,;\"'={}"), min_size=1, max_size=40
    ).filter(lambda text: text.strip())
)
def test_any_text_in_a_cell_is_read_as_it_stands(tmp_path_factory: pytest.TempPathFactory, note: str) -> None:
    book = tmp_path_factory.mktemp("any") / "accra-2008"
    book.mkdir()
    shutil.copy(TINY / "source.toml", book)
    row = {"id": "x", "name": note, "evidence": EVIDENCE, "certainty": "stated"}
    write_table(book, "persons", [row, {**row, "id": "y"}])
    assert [person.name for person in read(book).records] == [note.strip()] * 2  # type: ignore[attr-defined]
