"""Money that several sources tell is in totals once, whichever sources there are and in whatever order they came."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from kg.namespaces import ID
from tests.commands import DATA, RunKg

WELLS = DATA / "iati" / "wells-2.03.xml"
KENYA = DATA / "fts" / "kenya-2020.json"


def edition(folder: Path, name: str, year: int, spent: str) -> Path:
    """The wells as they were told in a year, with another amount of one commitment."""
    text = WELLS.read_text(encoding="utf-8").replace('generated-datetime="2015', f'generated-datetime="{year}')
    file = folder / f"{name}.xml"
    file.write_text(text.replace('<value value-date="2014-06-01">1000<', f'<value value-date="2014-06-01">{spent}<'))
    return file


def totals(run_kg: RunKg, store: Path) -> list[dict[str, str]]:
    return run_kg("ask", "totals", "--format", "csv", "--store", store).rows


def test_editions_of_one_file_count_once_and_the_newest_does(run_kg: RunKg, tmp_path: Path) -> None:
    """Each order of loading, and each edition alone, gives the totals of the newest edition that is there."""
    files = [edition(tmp_path, name, year, spent) for name, year, spent in
             (("b-old", 2015, "1000"), ("c-new", 2017, "1500"), ("a-old", 2015, "1000"))]  # fmt: skip
    alone = {}
    for file in files:
        assert run_kg("load", "iati", file, "--store", tmp_path / file.stem).code == 0
        alone[file.stem] = totals(run_kg, tmp_path / file.stem)
    assert alone["c-new"] != alone["b-old"] == alone["a-old"]
    for number, order in enumerate([files, files[::-1], [files[1], files[0], files[2]]]):
        store = tmp_path / f"store-{number}"
        for file in order:
            assert run_kg("load", "iati", file, "--store", store).code == 0
        assert totals(run_kg, store) == alone["c-new"]
        assert {
            row["source"] for row in run_kg("ask", "totals-by-source", "--format", "csv", "--store", store).rows
        } == {"c-new"}
        assert run_kg("sources", "remove", "c-new", "--store", store).code == 0
        assert totals(run_kg, store) == alone["b-old"]
        kept = run_kg("ask", "totals-by-source", "--format", "csv", "--store", store).rows
        assert {row["source"] for row in kept} == {"a-old"}, "of two of one day the first by name"


def test_what_does_not_count_says_why_and_its_source_still_says_what_it_said(run_kg: RunKg, tmp_path: Path) -> None:
    store = tmp_path / "store"

    def asked(command: str, text: str) -> list[dict[str, str]]:
        return run_kg(command, text, "--format", "csv", "--store", store).rows

    files = edition(tmp_path, "old", 2015, "1000"), edition(tmp_path, "new", 2017, "1500")
    ran = run_kg("load", "iati", *files, "--store", store)
    assert ran.code == 0
    assert re.search(r"^\d told by another source as well: ", ran.err, re.MULTILINE)
    elsewhere = [row for row in asked("ask", "uncounted") if row["reason"] == "told-elsewhere"]
    assert sum(int(row["flows"]) for row in elsewhere) == sum(int(row["flows"]) for row in totals(run_kg, store)) > 0
    told = "?flow :uncountedReason uncounted-reason:told-elsewhere"
    said = asked("query", f"SELECT ?graph ?counts {{ {told} GRAPH ?graph {{ ?flow :countsInTotals ?counts }} }}")
    assert {(row["graph"].rpartition("/")[2], row["counts"]) for row in said} == {("old", "true"), ("derived", "false")}
    union = asked("query", f"SELECT DISTINCT ?counts {{ {told} ; :countsInTotals ?counts }}")
    assert union == [{"counts": "false"}]
    checked = json.loads(run_kg("check", "--format", "json", "--store", store).out)
    found = [one for one in checked["findings"] if one["rule"] == "told-by-two-sources"]
    assert {one["severity"] for one in found} == {"info"}
    assert all(re.search(r"\(\d flows?, new\)$", one["message"]) for one in found)


def test_flows_of_overlapping_queries_of_fts_count_once(run_kg: RunKg, tmp_path: Path) -> None:
    page = json.loads(KENYA.read_text(encoding="utf-8"))
    page["data"]["flows"] = page["data"]["flows"][:2]
    (tmp_path / "plan.json").write_text(json.dumps(page), encoding="utf-8")
    one, both = tmp_path / "one", tmp_path / "both"
    assert run_kg("load", "fts", KENYA, "--source", "kenya", "--store", one).code == 0
    assert run_kg("load", "fts", KENYA, "--source", "kenya", "--store", both).code == 0
    assert run_kg("load", "fts", tmp_path / "plan.json", "--source", "plan", "--store", both).code == 0
    assert totals(run_kg, one) == totals(run_kg, both) != []


@pytest.mark.parametrize("loads", [1, 2])
def test_a_store_of_one_source_overrules_nothing(run_kg: RunKg, tmp_path: Path, loads: int) -> None:
    for _ in range(loads):
        assert run_kg("load", "iati", WELLS, "--store", tmp_path / "store").code == 0
    found = run_kg("ask", "uncounted", "--format", "csv", "--store", tmp_path / "store").rows
    assert found
    assert "told-elsewhere" not in {row["reason"] for row in found}


QUESTIONS = ("totals", "totals-by-source", "money-by-funder", "money-by-receiver", "money-by-year")
FEEDS = {
    "iati": [WELLS],
    "fts": [KENYA],
    "aiddata": [DATA / "tables" / "aiddata-china.xlsx"],
}


@pytest.mark.parametrize("kind", FEEDS)
def test_each_way_to_divide_the_totals_gives_the_same_sums(kind: str, run_kg: RunKg, tmp_path: Path) -> None:
    store = tmp_path / "store"
    assert run_kg("load", kind, *FEEDS[kind], "--source", "told", "--store", store).code == 0
    sums = {
        question: sums_of(run_kg("ask", question, "--format", "csv", "--store", store).rows) for question in QUESTIONS
    }
    assert any(amount for amount, _ in sums["totals"].values())
    assert len({str(sorted(each.items())) for each in sums.values()}) == 1, sums


def sums_of(rows: list[dict[str, str]]) -> dict[tuple[str, ...], tuple[Decimal, int]]:
    """Amount and number of flows by class, stage and currency, of what is in totals."""
    sums: dict[tuple[str, ...], tuple[Decimal, int]] = {}
    for row in rows:
        if row.get("in_totals", "yes") == "yes":
            key = (row.get("class") or row.get("flow_class") or "", row["stage"], row["currency"])
            amount, flows = sums.get(key, (Decimal(0), 0))
            sums[key] = amount + Decimal(row["amount"] or 0), flows + int(row["flows"])
    return sums


PAID_BACK = """<iati-activities version="2.03" generated-datetime="{year}-01-01T00:00:00"><iati-activity
default-currency="USD"><iati-identifier>XX-1-1</iati-identifier><reporting-org ref="XX-1" type="40"><narrative>Bank
</narrative></reporting-org><title><narrative>Loan</narrative></title>{transactions}</iati-activity></iati-activities>"""
TRANSACTION = """<transaction><transaction-type code="{code}"/><transaction-date iso-date="2014-01-01"/>
<value value-date="2014-01-01">{value}</value></transaction>"""


def test_what_is_paid_back_is_told_of_its_activity_too(run_kg: RunKg, tmp_path: Path) -> None:
    told = "".join(
        TRANSACTION.format(code=code, value=value) for code, value in ((3, 1000), (5, 40), (6, 400), (9, 14))
    )
    for name, year in (("old", 2015), ("new", 2017)):
        (tmp_path / f"{name}.xml").write_text(PAID_BACK.format(year=year, transactions=told), encoding="utf-8")
    both, one = tmp_path / "both", tmp_path / "one"
    assert run_kg("load", "iati", tmp_path / "old.xml", tmp_path / "new.xml", "--store", both).code == 0
    assert run_kg("load", "iati", tmp_path / "new.xml", "--store", one).code == 0
    assert totals(run_kg, both) == totals(run_kg, one)
    assert len(totals(run_kg, one)) == 4


ELSEWHERE = """<transaction><transaction-type code="{code}"/><transaction-date iso-date="2014-01-01"/>
<value value-date="2014-01-01">100</value><{party} {end}-activity-id="ZZ-OTHER"><narrative>Z</narrative></{party}>
</transaction>"""


@pytest.mark.parametrize(("code", "end"), [(6, "provider"), (5, "provider"), (9, "receiver")])
def test_what_is_paid_back_by_another_activity_is_told_once(code: int, end: str, run_kg: RunKg, tmp_path: Path) -> None:
    old = TRANSACTION.format(code=3, value=10) + ELSEWHERE.format(code=code, end=end, party=f"{end}-org")
    new = ELSEWHERE.format(code=code, end=end, party=f"{end}-org")
    for name, year, told in (("old", 2015, old), ("new", 2017, new)):
        (tmp_path / f"{name}.xml").write_text(PAID_BACK.format(year=year, transactions=told), encoding="utf-8")
    both, one = tmp_path / "both", tmp_path / "one"
    assert run_kg("load", "iati", tmp_path / "old.xml", tmp_path / "new.xml", "--store", both).code == 0
    assert run_kg("load", "iati", tmp_path / "new.xml", "--store", one).code == 0
    assert totals(run_kg, both) == totals(run_kg, one)
    assert [row["amount"] for row in totals(run_kg, one)] == ["100"]
    ends = run_kg(
        "query",
        "SELECT ?from ?into { ?flow a :FundingFlow ; :paidFrom ?from ; :paidInto ?into }",
        *("--format", "csv", "--store", one),
    ).rows
    works = {which: row[which].rpartition("/")[2] for row in ends for which in row}
    other = "from" if end == "provider" else "into"
    assert works.pop(other) == "activity.ZZ-OTHER"
    assert works.popitem()[1] != "activity.ZZ-OTHER", "the activity that tells it is at the other end"


@pytest.mark.parametrize("value", ["n/a", ""])
def test_a_newer_telling_without_an_amount_takes_no_money_away(value: str, run_kg: RunKg, tmp_path: Path) -> None:
    for name, year, told in (("old", 2015, "1000"), ("new", 2017, value)):
        transaction = TRANSACTION.format(code=3, value=told)
        (tmp_path / f"{name}.xml").write_text(PAID_BACK.format(year=year, transactions=transaction), encoding="utf-8")
    both, one = tmp_path / "both", tmp_path / "one"
    assert run_kg("load", "iati", tmp_path / "old.xml", tmp_path / "new.xml", "--store", both).code == 0
    assert run_kg("load", "iati", tmp_path / "old.xml", "--store", one).code == 0
    assert [row["amount"] for row in totals(run_kg, one)] == ["1000"]
    assert "1000" in [row["amount"] for row in totals(run_kg, both)]


def test_flows_that_a_person_has_joined_count_once_and_not_never(run_kg: RunKg, tmp_path: Path) -> None:
    """Identity decisions on the flows themselves: one flow in two graphs is in the union once."""
    files = edition(tmp_path, "old", 2015, "1000"), edition(tmp_path, "new", 2017, "1000")
    assert run_kg("load", "iati", *files, "--store", tmp_path / "apart").code == 0
    folder, joined = tmp_path / "triples", tmp_path / "joined"
    folder.mkdir()
    exported = run_kg("export", "--format", "nq", "--out", folder / "all.nq", "--store", tmp_path / "apart")
    assert exported.code == 0, exported.err
    things = set(
        re.findall(r"/id/old/(activity\.[^ >]*?transaction\.[0-9a-f]+)>", (folder / "all.nq").read_text("utf-8"))
    )
    rows = [f"{ID}old/{thing}\t{ID}new/{thing}\tsame\tan analyst\t2026-01-01\tone payment" for thing in sorted(things)]
    (folder / "identity.tsv").write_text("\n".join(["entity\tother\tdecision\twho\twhen\twhy", *rows, ""]), "utf-8")
    built = run_kg("build", "--from", folder, "--store", joined)
    assert built.code == 0, built.err
    assert len(things) > 2
    assert totals(run_kg, joined) == totals(run_kg, tmp_path / "apart") != []


def test_one_file_under_two_names_is_told_and_what_is_in_no_total_too(run_kg: RunKg, tmp_path: Path) -> None:
    store = tmp_path / "store"
    for name in ("one", "two"):
        assert run_kg("load", "iati", WELLS, "--source", name, "--store", store).code == 0
    found = json.loads(run_kg("check", "--format", "json", "--store", store).out)["findings"]
    assert [
        (one["severity"], one["subject"].rpartition("/")[2]) for one in found if one["rule"].startswith("one-file")
    ] == [("warning", "two")]
    checked = run_kg("check", "--store", store)
    assert re.search(r"^0 errors, \d+ warnings?, \d+ notes?$", checked.err, re.MULTILINE)
    ran = run_kg("ask", "totals", "--store", store)
    assert re.search(r"^\d+ flows in no total, and why: kg ask uncounted$", ran.err, re.MULTILINE)


MERGED = """[source]
title = "Payments"
[table]
optional = []
[[activities]]
merge = true
id = "work-{work}"
title = "{work}"
kind = "aid-activity"
status = "realised"
identifiers = "iati:{work}"
[[organizations]]
id = "org.trust"
name = "Trust"
kind = "ngo"
[[participations]]
work = "work-{work}"
agent = "org.trust"
role = "reporting"
[[flows]]
id = "flow-{nr}"
title = "payment {nr}"
flow_class = "aid"
stage = "disbursement"
status = "realised"
items = "work-{work}"
amount = "{amount}"
currency = "USD"
"""


def test_all_rows_of_a_work_that_two_tables_tell_count_once(run_kg: RunKg, tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(MERGED, encoding="utf-8")
    (tmp_path / "t.csv").write_text("nr,work,amount\n1,P-1,100\n2,P-1,200\n3,P-2,7\n", encoding="utf-8")
    store = tmp_path / "store"
    for source in ("aa", "bb"):
        table = ("load", "table", tmp_path / "t.csv", "--mapping", tmp_path / "m.toml", "--source", source)
        assert run_kg(*table, "--store", store).code == 0
    assert [(row["amount"], row["flows"]) for row in totals(run_kg, store)] == [("307", "3")]
