"""Tables through a mapping: the example of the page, golden files, real data counted apart, every defect told."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile
from collections import Counter
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import fields
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.checks import check_graph
from kg.clean.persons import WITHHELD
from kg.errors import InputError
from kg.feeds import Terms, load_feed
from kg.mapping.rows import map_records
from kg.model.figures import Allocation, Conversion, Flow
from kg.model.records import TABLES, Activity, Concept, Link, Name, Organization, Participation
from kg.model.report import Report
from kg.model.row import Row, Source
from kg.shipped import ontology_dir
from kg.sources.tables import rows
from kg.sources.tables.language import TableMapping
from kg.sources.tables.mapping import read_mapping
from kg.sources.tables.read import read_table
from kg.store.rdf import read_codes
from kg.store.version import file_digest
from kg.store.view import open_view
from tests.commands import DATA, ROOT

MAPPINGS = ontology_dir() / "mappings"
FILES = DATA / "tables"
SHIPPED = {"aiddata-china": ("aiddata-china-1.toml", "aiddata-china.xlsx"), "crs": ("oecd-crs.toml", "crs.txt")}
PAGE = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^`([\w.]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
R = TypeVar("R", bound=Row)

SMALL = """
[source]
title = "Wells"
[table]
id = "nr"
[values.kind]
person = "individual"
else = "ngo"
[[activities]]
id = "well-{nr}"
title = "{title}"
kind = "project"
status = "realised"
start = "{start}"
end = "{end}"
[[organizations]]
id = "org.{who|id}"
name = "{who}"
kind = "{kind|kind}"
[[participations]]
work = "well-{nr}"
agent = "org.{who|id}"
role = "implementing"
spelling = "{who}"
[[flows]]
id = "well-{nr}.cost"
title = "cost"
flow_class = "aid"
stage = "expenditure"
status = "realised"
items = "well-{nr}"
amount = "{amount}"
currency = "{currency}"
[[allocations]]
work = "well-{nr}"
place = "country:{country|country}"
"""
HEADER = "nr,title,who,kind,amount,currency,country,start,end"


@cache
def codes() -> Mapping[str, Collection[str]]:
    return read_codes(ontology_dir())


@cache
def shipped(name: str) -> TableMapping:
    return read_mapping(MAPPINGS / SHIPPED[name][0], codes())


def mapped(text: str, folder: Path) -> TableMapping:
    (folder / "x.toml").write_text(text, encoding="utf-8")
    return read_mapping(folder / "x.toml", codes())


def read(content: str | bytes, folder: Path, text: str = SMALL, name: str = "x.csv") -> tuple[list[Row], Report]:
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    report = Report(source="x")
    return list(read_table([folder / name], mapped(text, folder), report, codes())), report


def of(kind: type[R], found: list[Row]) -> list[R]:
    return [row for row in found if isinstance(row, kind)]


def told(found: Report) -> list[str]:
    return [f"{one.severity} {one.place}: {one.message}" for one in found.findings]


def source(name: str, file: Path) -> Source:
    return Source(id=name, file=file.name, sha256=file_digest(file), **shipped(name).source)


# --- the page ----------------------------------------------------------------------------------------------------


def test_the_example_of_the_page_makes_the_rows_that_it_shows(tmp_path: Path) -> None:
    blocks = dict(BLOCK.findall(PAGE))
    found, report = read(blocks["wells.csv"], tmp_path, blocks["wells.toml"], "wells.csv")
    shown = {name: list(csv.DictReader(io.StringIO(text))) for name, text in blocks.items() if name in TABLES}
    assert len(shown) == 5
    for table, expected in shown.items():
        made = of(TABLES[table], found)
        assert [{name: as_cell(getattr(row, name)) for name in expected[0]} for row in made] == expected
    assert told(report) == re.findall(r"^warning wells.*$", PAGE, re.MULTILINE)
    assert report.ignored == {"typist": 2}
    assert report.unread == {}


def as_cell(value: Any) -> str:
    return "" if value is None else getattr(value, "edtf", f"{value:f}" if isinstance(value, Decimal) else str(value))


def test_the_page_names_all_that_the_language_has() -> None:
    known = {"id", "country", "thousands", "millions", "reciprocal", "upper", "lower", "each", "when", "merge", "like"}
    sections = {"sheet", "delimiter", "encoding", "decimal", "dates", "empty", "optional", "split", "pattern"}
    assert all(f"`{word}`" in PAGE or f"`{word} = " in PAGE for word in known | sections)


# --- shipped mappings --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_mapping_gives_a_clean_graph(name: str, tmp_path: Path) -> None:
    file = FILES / SHIPPED[name][1]

    load_feed(
        "table", [file], tmp_path / "store", ontology=ontology_dir(), report=Report(),
        terms=Terms(name, mapping=Path(SHIPPED[name][0].removesuffix(".toml"))),
    )  # fmt: skip
    assert check_graph(open_view(tmp_path / "store"), ontology=ontology_dir()) == []


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_mapping_gives_the_golden_records(name: str, tmp_path: Path) -> None:
    """After a change that was meant: write the file made here over the golden one, and read the diff."""
    made = read_table([FILES / SHIPPED[name][1]], shipped(name), Report(source=name), codes())
    (tmp_path / "made").write_text("".join(f"{in_words(row)}\n" for row in made), encoding="utf-8")
    assert (tmp_path / "made").read_bytes() == (FILES / f"{name}.records").read_bytes()


def in_words(row: Row) -> str:
    """A record on one line: what it says beyond its defaults, and where it stands."""
    said = {one.name: getattr(row, one.name) for one in fields(row)}
    words = [f"{name}={as_cell(value)!r}" for name, value in said.items() if value not in ("", None, ())]
    return " ".join([type(row).__name__, *(word for word in words if not word.startswith("evidence")),
                     f"({row.evidence[0].record})"])  # fmt: skip


@cache
def china(reference: Path) -> tuple[list[Row], Report]:
    report = Report(source="china")
    (file,) = (reference / "data" / "aiddata-china").glob("*.xlsx")
    return list(read_table([file], shipped("aiddata-china"), report, codes())), report


def sheet(reference: Path) -> list[dict[str, Any]]:
    """The rows as they stand in the file, by a reader that shares nothing with ours."""
    import openpyxl

    (file,) = (reference / "data" / "aiddata-china").glob("*.xlsx")
    with closing(openpyxl.load_workbook(file, read_only=True, data_only=True)) as book:
        header, *lines = book.worksheets[0].iter_rows(values_only=True)
    return [dict(zip(header, line, strict=True)) for line in lines]


def test_the_real_file_is_carried_to_its_last_cent(reference: Path) -> None:
    found, report = china(reference)
    table = sheet(reference)
    assert len(of(Activity, found)) == len(of(Flow, found)) == len(table) == 5466
    flows = {flow.items[0]: flow for flow in of(Flow, found)}
    amounts = {row["project_id"]: row for row in table if isinstance(row["amount"], int | float)}
    assert sum(flow.amount is not None for flow in flows.values()) == len(amounts)
    for number, row in amounts.items():
        flow = flows[f"project-{number}"]
        assert (flow.amount, flow.currency) == (Decimal(repr(row["amount"])), row["currency"].replace(" D", "NAD"))
        counts = row["umbrella"] == 0 and row["recommended_for_research"] and not row["is_cofinanced"]
        assert (flow.counts is not False) == counts == (not flow.uncounted)
    deflated = [one.amount for one in of(Conversion, found) if one.method == "deflated-by-source"]
    assert f"{sum(deflated):,.0f}" == "877,655,767,899"  # as the codebook has it
    assert Counter(severity for severity, _ in report.counts.elements()) == {"error": 1, "warning": 22, "info": 12}
    assert report.counts["warning", "currency-not-listed"] == 4  # cedis of before 2007
    assert report.counts["warning", "contact-details"] == 8
    assert not re.search(r"@[\w-]+\.[a-z]{2}|\+\d{2,3}[ -]?\d{6}", repr(found))
    assert report.unread == {}


def test_agencies_of_the_real_file_are_taken_apart(reference: Path) -> None:
    """Each item of each cell is told, under the very name that stands there, with nothing of the type in it."""
    found, _ = china(reference)
    columns = {"funding_agency": "funding", "implementing_agency": "implementing", "recipient_agencies": "receiving",
               "cofinancing_agency": "funding"}  # fmt: skip
    names = {one.id: one.name for one in of(Organization, found)}
    parts = Counter((one.work, one.role) for one in of(Participation, found))
    types = {"Government Agency", "State-Owned Company", "Private Sector", "Training and Research", "Multilateral"}
    assert not [name for name in names.values() if any(name.endswith(word) for word in types | {",", ";", "("})]
    for row in sheet(reference):
        cells: dict[str, set[str]] = {}
        for column, role in columns.items():
            items = re.sub(r"\([^()]*\)", "", row[column] or "").split(";")
            cells.setdefault(role, set()).update(item.strip() for item in items if item.strip())
        for role, items in cells.items():
            items.discard("State-Owned Company")
            assert parts[f"project-{row['project_id']}", role] == len(items), (row["project_id"], role)


def test_recipients_of_the_real_file_are_countries_or_codes(reference: Path) -> None:
    found, _ = china(reference)
    places = Counter(one.place for one in of(Allocation, found) if one.place)
    told_there: Counter[str] = Counter()
    for row in sheet(reference):
        told_there.update({part for part in re.split("; ?", row["recipient_iso2"] or "") if part not in ("", "XR")})
    assert places == {f"country:{code}": count for code, count in told_there.items()}
    regions = {one.code for one in of(Concept, found) if one.vocabulary == "aiddata-recipient"}
    assert regions == {"Africa, regional", "Asia, regional", "Caribbean, regional", "Oceania, regional",
                       "South Asia, regional"}  # fmt: skip


def test_the_reporting_system_in_flows() -> None:
    report = Report(source="crs")
    found = list(read_table([FILES / "crs.txt"], shipped("crs"), report, codes()))
    flows = of(Flow, found)
    assert Counter(flow.stage for flow in flows) == {"commitment": 3, "disbursement": 4, "loan-repayment": 1}
    assert sum(flow.amount or 0 for flow in flows if flow.stage == "disbursement") == Decimal(6_750_000)
    assert [flow.uncounted for flow in flows if flow.counts is False] == ["passed-on", "passed-on"]
    assert {(link.subject, link.object) for link in of(Link, found)} == {
        ("org.donor-5", "country:DE"), ("org.donor-742", "country:KR")}  # fmt: skip
    assert len({flow.items for flow in flows if "project-5-2020000001" in flow.items}) == 1
    assert report.unread == {"note": 1}


# --- mappings that are wrong -------------------------------------------------------------------------------------

WRONG = [
    ("[source", "", "expected TOML"),
    ('title = "Wells"', 'name = "Wells"', "source.name: expected one of title"),
    ('title = "Wells"', "", "source.title: expected a title, got none"),
    ('id = "nr"', 'identifier = "nr"', "table.identifier: expected one of id"),
    ("[[flows]]", "[[money]]", "money: expected one of source, table"),
    ("[[participations]]", "[[persons]]", "persons: expected one of"),
    ('stage = "expenditure"', 'stage = "spent"', "flows[1].stage: expected one of budget"),
    ('stage = "expenditure"', 'step = "expenditure"', "flows[1].step: expected one of"),
    ('stage = "expenditure"', "", "flows[1].stage: expected a value, got none"),
    ('stage = "expenditure"', "stage = 3", "flows[1].stage: expected a text, got 3"),
    ('else = "ngo"', 'else = "club"', "organizations[1].kind: expected one of"),
    ("{kind|kind}", "{kind|sort}", "organizations[1].kind: expected one of the transformations"),
    ("{kind|kind}", "{kind", "organizations[1].kind: expected each { with its }"),
    ("{kind|kind}", "{|kind}", "organizations[1].kind: expected a column between braces"),
    ('id = "well-{nr}"', 'id = "well/{nr}"', "activities[1].id: expected letters, digits"),
    ('id = "org.{who|id}"', 'id = "country:{who|id}"', "organizations[1].id: expected letters, digits"),
    ("[[flows]]", '[[flows]]\neach = "agencies"', "flows[1].each: expected one of the lists"),
    ("[[flows]]", '[[flows]]\nwhen = "always"', "flows[1].when: expected { value"),
    ("[[flows]]", '[[flows]]\nmerge = "yes"', "flows[1].merge: expected true or false"),
    ("[values.kind]", '[lists.a]\ncolumn = "a"\npattern = "("\n[values.kind]', "lists.a.pattern: expected a regular"),
    ("[values.kind]", '[lists.a]\ncolumn = "a"\npattern = "."\n[values.kind]', "lists.a.pattern: expected one column"),
    ("[values.kind]", '[lists]\na = "a"\n[values.kind]', "lists.a: expected a column"),
    ("[values.kind]", "[lists.a]\n[values.kind]", "lists.a: expected a column"),
    ("[values.kind]", '[ignore]\nwho = "x"\n[values.kind]', "ignore.who: expected a column that nothing reads"),
    ("[values.kind]", "[values.id]\n[values.kind]", "values.id: expected a name that is no transformation"),
    ('id = "nr"', 'id = "nr"\ndelimiter = "||"', "table.delimiter: expected one sign"),
    ('id = "nr"', 'id = "nr"\nencoding = "base64"', "table.encoding: expected an encoding"),
    ('items = "well-{nr}"', 'items = {each = [], value = "a"}', "flows[1].items: expected one of the lists"),
    ('id = "nr"', 'id = "nr"\ndecimal = ""', "table.decimal: expected one sign"),
]


@pytest.mark.parametrize(("old", "new", "message"), WRONG)
def test_a_wrong_mapping_is_one_clear_error(old: str, new: str, message: str, tmp_path: Path) -> None:
    text = SMALL.replace(old, new, 1)
    assert text != SMALL
    with pytest.raises(InputError) as error:
        mapped(text, tmp_path)
    assert str(error.value).startswith(f"{tmp_path / 'x.toml'}: {message}" if "TOML" not in message else "")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_mapping_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected a mapping, got none"):
        read_mapping(tmp_path / "none.toml", codes())


# --- rows that are wrong -----------------------------------------------------------------------------------------

ROWS = [
    ("1,A,T,,5,USD,Kenya,,", ""),
    ("1,A,T,,five,USD,Kenya,,", "warning x.csv:2: flows[1].amount: expected a number, got 'five'; left out"),
    ("1,A,T,,5,,Kenya,,", "warning x.csv:2: currency: expected a code like USD, got ''; the amount is left out"),
    ("1,A,T,,5,GHC,Kenya,,", "warning x.csv:2: currency: expected a code of today's list, got GHC; kept"),
    ("1,A,T,,5,Dollar,Kenya,,", "warning x.csv:2: currency: expected a code like USD, got 'Dollar'"),
    ("1,A,T,,5,USD,Atlantis,,", "error x.csv:2: allocations[1]: expected a country or a code, got none"),
    ("1,,T,,5,USD,Kenya,,", "error x.csv:2: activities[1]: title: expected a value, got none; the record is left out"),
    ("1,A,T,,5,USD,Kenya,5/6/2010,", "warning x.csv:2: activities[1].start: expected a date like 2009"),
    ("1,A,T,,5,USD,Kenya,2010,2009", "warning x.csv:2: end: expected an end after the start 2010, got 2009"),
    ("1,A,T,,5,USD,Kenya,,,more", "error x.csv:2: expected 9 cells, got 10; the row is left out"),
    ("1,A,T,,5", "warning x.csv:2: expected 9 cells, got 5; the others are taken for empty"),
    ("1,A\x00b,T,,5,USD,Kenya,,", "warning x.csv:2: expected text, got control characters, which were taken out"),
    ("1,A????,T,,5,USD,Kenya,,", "warning x.csv:2: title: expected text as it was written"),
    (",A,T,,5,USD,Kenya,,", "error x.csv:2: activities[1]: id: expected a value, got none; the record is left out"),
]


@pytest.mark.parametrize(("row", "message"), ROWS)
def test_a_wrong_row_is_a_finding_and_the_load_goes_on(row: str, message: str, tmp_path: Path) -> None:
    found, report = read(f"{HEADER}\n{row}\n2,B,T,,6,USD,KE,,\n", tmp_path)
    assert any(one.startswith(message) for one in told(report)) if message else told(report) == []
    assert [one.title for one in of(Activity, found)][-1] == "B"
    made = {row.id for row in found}
    for one in of(Participation, found):
        assert {one.work, one.agent} <= made


def test_an_amount_that_is_none_stands_in_the_note(tmp_path: Path) -> None:
    found, _ = read(f"{HEADER}\n1,A,T,,five,USD,Kenya,,\n2,B,T,,6,,KE,,\n", tmp_path)
    one, other = of(Flow, found)
    assert (one.amount, one.note) == (None, "The source has 'five' as amount.")
    assert (other.amount, other.note) == (None, "The source has the amount 6 and the currency ''.")


def test_the_same_row_again_is_kept_apart_and_counts_in_no_total(tmp_path: Path) -> None:
    found, report = read(f"{HEADER}\n1,A,T,,5,USD,KE,,\n1,A,T,,5,USD,KE,,\n", tmp_path)
    assert [(one.id, one.items, one.uncounted, one.counts) for one in of(Flow, found)] == [
        ("well-1.cost", ("well-1",), "", None),
        ("well-1.cost.row-3", ("well-1.row-3",), "repeated", False),
    ]
    assert [one.evidence[0].record for one in of(Activity, found)] == ["1", "row 3"]
    assert report.counts == {("warning", "duplicate-record"): 1}


def test_an_individual_has_no_name_anywhere(tmp_path: Path) -> None:
    found, _ = read(f"{HEADER}\n1,A,Jane Doe,person,5,USD,KE,,\n2,B,individual,,6,USD,KE,,\n", tmp_path)
    assert [(one.id, one.name) for one in of(Organization, found)] == [
        ("record-1.individual", WITHHELD), ("record-2.individual", WITHHELD)]  # fmt: skip
    assert "Jane" not in repr(found)
    assert [one.agent for one in of(Participation, found)] == ["record-1.individual", "record-2.individual"]


def test_no_text_of_a_row_tells_the_name_of_its_individuals(tmp_path: Path) -> None:
    found, _ = read(
        f"{HEADER}\n1,Gift of Jane Doe,Jane Doe,person,5,USD,KE,,\n2,To Mary Poe,Ms. Mary Poe,,6,USD,KE,,\n", tmp_path
    )
    assert [one.title for one in of(Activity, found)] == [f"Gift of {WITHHELD}", f"To {WITHHELD}"]
    assert not any(word in repr(found) for word in ("Jane", "Poe"))


def test_no_finding_tells_the_name_of_an_individual(tmp_path: Path) -> None:
    slip = "Wells of Ren\u00c3\u00a9e Poe"  # mis-decoded, so that there is something to say of it
    lines = [
        "1,A,Ms. Ren\u00c3\u00a9e Poe,,of Ms. Ren\u00c3\u00a9e Poe,USD,KE,2014,2013",
        f"2,{slip},Ren\u00c3\u00a9e Poe,person,5,Ren\u00c3\u00a9e Poe,KE,,",
    ]
    found, report = read("\n".join([HEADER, *lines, ""]), tmp_path)
    assert {rule for _, rule in report.counts} >= {"mis-decoded", "value-unread", "end-before-start", "no-currency"}
    assert "Poe" not in repr(found) + repr(report)


def test_no_id_and_no_place_tells_the_name_of_an_individual(tmp_path: Path) -> None:
    text = SMALL.replace('id = "nr"', 'id = ["who", "start"]').replace("well-{nr}", "well-{who}-{start}")
    line = "7,A,Ms. Mary Poe,,5,USD,KE,2014,"
    found, report = read("\n".join([HEADER, line, line, "8,B,Trust,,6,USD,KE,2015,", ""]), tmp_path, text)
    assert "Poe" not in repr(found) + repr(report)
    assert [one.id for one in of(Activity, found)] == ["well-row-2-2014", "well-row-3-2014", "well-Trust-2015"]
    assert [place.record for one in of(Activity, found) for place in one.evidence] == ["row 2", "row 3", "Trust 2015"]
    assert [one.uncounted for one in of(Flow, found)] == ["", "repeated", ""]
    assert report.counts["warning", "duplicate-record"] == 1
    apart = text.replace('name = "{who}"', 'name = "Ms. {who}"')
    found, report = read("\n".join([HEADER, "7,A,Mary Poe,,5,USD,KE,2014,", ""]), tmp_path, apart)
    assert "Poe" not in repr(found) + repr(report)


def test_contacts_are_taken_out_of_cells_and_are_no_ids(tmp_path: Path) -> None:
    text = "Wells. Contact: Jane Doe tel +254722123456 jane@example.org"
    found, report = read(f"{HEADER}\n1,{text},jane@example.org,,5,USD,KE,,\n", tmp_path)
    assert [one.title for one in of(Activity, found)] == [
        "Wells. Contact: (name withheld) tel (telephone withheld) (e-mail withheld)"]  # fmt: skip
    assert not any(word in repr(found) for word in ("Jane", "jane", "2547", "example.org"))
    assert of(Organization, found) == []
    assert report.counts["warning", "contact-details"] == 2


def test_what_one_row_calls_an_individual_has_no_name_in_another(tmp_path: Path) -> None:
    text = SMALL.replace('spelling = "{who}"', "")
    lines = ["1,A,Jane Doe,,,,KE,,", "2,B,Jane Doe,person,,,KE,,", "3,C,Jane Doe,,,,KE,,"]
    found, _ = read("\n".join([HEADER, *lines, ""]), tmp_path, text)
    assert [one.name for one in of(Organization, found)] == [WITHHELD] * 3
    assert "Jane" not in repr(found)


def test_what_waits_is_told_once_and_each_of_two_is_kept(tmp_path: Path) -> None:
    text = SMALL.replace('items = "well-{nr}"', 'items = "well-{kind}"').replace("well-{nr}.cost", "cost-{who}")
    found, report = read(f"{HEADER}\n1,A,t,2,5,USD,,,\n1b,B,t,2,6,USD,,,\n2,C,,,,,,,\n", tmp_path, text)
    assert [(one.id, one.amount) for one in of(Flow, found)] == [("cost-t", 5), ("cost-t.row-3", 6)]
    assert report.counts["warning", "duplicate-id"] == 1


def test_a_party_met_again_is_one_and_learns_its_kind(tmp_path: Path) -> None:
    text = SMALL.replace('else = "ngo"', '"" = "unspecified"\nclub = "ngo"\nfirm = "company"')
    lines = ["1,A,T,,,,KE,,", "2,B,T,club,,,KE,,", "3,C,T,firm,,,KE,,"]
    found, report = read("\n".join([HEADER, *lines, ""]), tmp_path, text)
    (party,) = of(Organization, found)
    assert party.kind == "ngo"
    assert told(report) == ["info x.csv:4: kind: expected ngo as before, got company; kept the first"]


def test_another_spelling_of_one_identifier_is_a_name(tmp_path: Path) -> None:
    text = SMALL.replace("org.{who|id}", "org.{kind}")
    found, _ = read(f"{HEADER}\n1,A,Trust,t,,,KE,,\n2,B,The Trust,t,,,KE,,\n3,C,The Trust,t,,,KE,,\n", tmp_path, text)
    assert [one.name for one in of(Organization, found)] == ["Trust"]
    assert [(one.entity, one.name, one.kind) for one in of(Name, found)] == [("org.t", "The Trust", "alternative")]


def test_what_refers_to_a_later_row_waits_for_it(tmp_path: Path) -> None:
    text = SMALL + '[[links]]\nsubject = "well-{nr}"\nkind = "part-of"\nobject = "well-{kind}"\n'
    found, report = read(f"{HEADER}\n1,A,,2,,,,,\n2,B,,9,,,,,\n", tmp_path, text)
    assert [(one.subject, one.object) for one in of(Link, found)] == [("well-1", "well-2")]
    assert told(report) == ["error x.csv:3: expected a row of the id 'well-9', got none; what refers to it is left out"]


def test_merged_rows_are_one_thing_and_a_difference_is_told(tmp_path: Path) -> None:
    text = SMALL.replace('id = "nr"', "").replace("[[activities]]", "[[activities]]\nmerge = true").replace(
        'id = "well-{nr}.cost"', 'id = "cost-{#digest}"')  # fmt: skip
    found, report = read(f"{HEADER}\n1,A,,,5,USD,,,\n1,B,,,5,USD,,,\n1,B,,,5,USD,,,\n", tmp_path, text)
    assert [one.title for one in of(Activity, found)] == ["A"]
    assert len({one.id for one in of(Flow, found)}) == 3
    assert report.counts == {("info", "told-differently"): 2}


def test_items_side_by_side_and_a_code_without_a_name(tmp_path: Path) -> None:
    shares = """[[allocations]]
each = "to"
work = "well-{nr}"
vocabulary = "own"
code = "{code}"
share = "{share}"
[lists.to]
columns = {code = "who", share = "kind"}
"""
    text = SMALL + shares
    found, report = read(f"{HEADER}\n1,A,a; b,60; 40,,,,,\n2,B,a; b,60,,,,,\n", tmp_path, text)
    assert [(one.code, one.share) for one in of(Allocation, found)] == [
        ("a", 60), ("b", 40), ("a", 60), ("b", None)]  # fmt: skip
    assert {one.code for one in of(Concept, found)} == {"a", "b"}
    assert report.counts == {("warning", "list-uneven"): 1, ("warning", "code-without-name"): 2}


def test_strict_stops_at_the_first_error(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(f"{HEADER}\n1,,T,,,,,,\n")
    with pytest.raises(InputError, match=r"^x.csv:2: activities\[1\]: title: expected"):
        list(read_table([tmp_path / "x.csv"], mapped(SMALL, tmp_path), Report(strict=True), codes()))


# --- files that are wrong or made to harm ------------------------------------------------------------------------

BAD = [
    (b"", "expected a table with a header, got an empty file"),
    (HEADER.replace(",", ";").encode() + b"\n1;2\n", "is the delimiter ','?"),
    (b"nr,title\n1,2\n", "expected the columns who, kind, start"),
    (f"{HEADER},nr\n".encode(), "expected each column once, got 'nr' twice"),
    (f"{HEADER}\n1,\xe9\n".encode("latin-1"), "expected text in the encoding utf-8"),
    (f"{HEADER}\n1,A,T,".encode(), "expected a whole row, got one that is cut off"),
    (f'{HEADER}\n1,"A'.encode(), "expected a row, got one that cannot be read"),
    (f"{HEADER}\n{'x' * rows.LONGEST_LINE}".encode(), "expected a row, got one that cannot be read"),
    (f"{HEADER}\n".encode() + b'1,"' + b'","\n' * rows.LONGEST_LINE, "expected a row, got one that cannot be read"),
    (f"{HEADER}\n{',' * rows.MOST_COLUMNS}\n".encode(), "expected at most"),
    (gzip.compress(f"{HEADER}\n1,A,T,,,,,,\n".encode())[:-9], "expected a whole gzip file"),
]


@pytest.mark.parametrize(("content", "message"), BAD)
def test_a_bad_file_loads_nothing(content: bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read(content, tmp_path)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_packed_tabbed_and_marked_files_are_read(tmp_path: Path) -> None:
    text = f"\ufeff{HEADER}\n1,A,T,,5,USD,KE,,\n"
    expected = read(text, tmp_path)[0]
    assert read(gzip.compress(text.encode()), tmp_path, name="x.csv.gz")[0] != []
    tabs = SMALL.replace('id = "nr"', 'id = "nr"\ndelimiter = "\\t"\nencoding = "utf-16"')
    found = read(text.removeprefix("\ufeff").replace(",", "\t").encode("utf-16"), tmp_path, tabs)[0]
    assert found == expected


def book(lines: list[list[object]], folder: Path) -> bytes:
    import openpyxl

    made = openpyxl.Workbook()
    for line in lines:
        made.active.append(line)
    made.save(folder / "made.xlsx")
    return (folder / "made.xlsx").read_bytes()


def test_cells_of_a_spreadsheet_are_read_as_they_look(tmp_path: Path) -> None:
    import datetime as dt

    day = dt.datetime(2014, 5, 3)
    lines = [HEADER.split(","), [1, "A", None, None, 1250.5, "USD", "KE", day, dt.date(2014, 6, 1)],
             [2.0, True, None, None, None, "USD", "KE", None, None]]  # fmt: skip
    found, report = read(book(lines, tmp_path), tmp_path, name="x.xlsx")
    one, other = of(Activity, found)
    assert (one.start and one.start.edtf, one.end and one.end.edtf) == ("2014-05-03", "2014-06-01")
    assert [flow.amount for flow in of(Flow, found)] == [Decimal("1250.5"), None]
    assert (other.id, other.title) == ("well-2", "TRUE")
    assert told(report) == []


def test_individuals_of_a_row_are_told_from_each_other(tmp_path: Path) -> None:
    text = SMALL.replace("[[organizations]]", '[[organizations]]\neach = "donors"').replace(
        "[[participations]]", '[[participations]]\neach = "donors"'
    )
    text = text.replace("{who", "{name") + "[lists.donors]\ncolumn = 'who'\nsplit = ';'\npattern = '(?P<name>.+)'\n"
    found, report = read(f"{HEADER}\n1,A,Ms. Ann Poe; Mr. Jo Roe,,5,USD,KE,,\n", tmp_path, text)
    withheld = [one.id for one in of(Organization, found) if one.name == WITHHELD]
    assert len(set(withheld)) == 2, withheld
    assert report.counts["info", "individual"] == 2


def test_a_sheet_whose_cells_do_not_say_what_they_hold_is_refused(tmp_path: Path) -> None:
    import openpyxl

    lines = [HEADER.split(","), [1, "A", "T", "", 5, "USD", "KE"], [2, "B", None, "", 6, "USD", "KE"]]
    merged = openpyxl.load_workbook(io.BytesIO(book(lines, tmp_path)))
    merged.active.merge_cells("C2:C3")
    merged.save(tmp_path / "merged.xlsx")
    with pytest.raises(InputError, match=r"x.xlsx: expected each cell to say what it holds, got C2:C3 as one"):
        read((tmp_path / "merged.xlsx").read_bytes(), tmp_path, name="x.xlsx")
    lines[2][4] = "=1+1"
    unanswered = book(lines, tmp_path)
    with pytest.raises(InputError, match=r"x.xlsx: expected formulas with their results, got one in E3 without it"):
        read(unanswered, tmp_path, name="x.xlsx")
    for result, amount in ((b"<v>2</v>", Decimal(2)), (b"<v/>", None)):
        answered = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(unanswered)) as parts, zipfile.ZipFile(answered, "w") as copies:
            for name in parts.namelist():
                content = parts.read(name)
                if name.endswith("sheet1.xml"):
                    assert b"<v></v>" in content or b"<v />" in content
                    content = re.sub(rb"<v ?/>|<v></v>", result, content)
                    content = content.replace(b'r="E3"', b'r="E3" t="str"')
                copies.writestr(name, content)
        found, _ = read(answered.getvalue(), tmp_path, name="x.xlsx")
        assert of(Flow, found)[1].amount == amount


def test_a_spreadsheet_made_to_harm_is_refused(tmp_path: Path) -> None:
    whole = book([HEADER.split(",")], tmp_path)
    bomb, typed = io.BytesIO(whole), io.BytesIO(whole)
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/media.xml", b" " * (rows.FREE * 2))
    with zipfile.ZipFile(typed, "a") as parts:
        parts.writestr("xl/more.xml", f"<!--{'x' * 5000}--><!DOCTYPE x><x/>".encode("utf-16"))
    renamed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as parts, zipfile.ZipFile(renamed, "w") as copies:
        for name in parts.namelist():
            content = parts.read(name).replace(b"sheet1.xml", b"sheet1.bin")
            if name.endswith("sheet1.xml"):
                content = b'<!DOCTYPE worksheet [<!ENTITY a "b">]>' + content.removeprefix(b"<?xml version='1.0'?>")
            copies.writestr(name.replace("sheet1.xml", "sheet1.bin"), content)
    text = SMALL.replace('id = "nr"', 'id = "nr"\nsheet = "none"')
    for content, mapping, message in [
        (bomb.getvalue(), SMALL, "packed into"), (typed.getvalue(), SMALL, "without a DOCTYPE"),
        (renamed.getvalue(), SMALL, "without a DOCTYPE"),
        (whole[:-30], SMALL, "cannot be unpacked"), (whole, text, "expected a sheet 'none'"),
    ]:  # fmt: skip
        with pytest.raises(InputError, match=message):
            read(content, tmp_path, mapping, "x.xlsx")


# --- whatever comes ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables")


CELL = st.sampled_from(
    ["", "1", "2", "A", "individual", "USD", "KE", "Kenya", "2014", "2013-02", "5e3", "-", "(;", "NaN"]
)


@given(st.lists(st.lists(CELL | st.text(max_size=8), max_size=11), max_size=6), st.binary(max_size=20))
def test_any_table_gives_a_graph_findings_or_one_error(folder: Path, lines: list[list[str]], tail: bytes) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([HEADER.split(","), *lines])
    found, report = read_or_refuse(text.getvalue().encode("utf-8", "replace") + tail, folder)
    about = Source(id="x", title="x", file="x.csv", sha256="0" * 64)
    assert list(map_records(about, found))
    assert all("expected" in one.message for one in report.findings)


def read_or_refuse(content: bytes, folder: Path) -> tuple[list[Row], Report]:
    """What is read of a table; nothing where it is refused in one line."""
    try:
        return read(content, folder)
    except InputError as refused:
        return [], one_line(refused)


def one_line(refused: InputError) -> Report:
    assert "\n" not in str(refused)
    return Report()


@given(st.text(max_size=30) | st.sampled_from(["{", "{a|b}", "{}", "{a}{b}"]), st.integers(0, 40))
def test_any_mapping_is_read_or_one_error(folder: Path, text: str, at: int) -> None:
    lines = SMALL.splitlines()
    lines[at % len(lines)] = lines[at % len(lines)].partition("=")[0] + f"= '{text}'"
    try:
        mapped("\n".join(lines), folder)
    except InputError as refused:
        one_line(refused)
