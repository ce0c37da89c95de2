"""Pages of FTS: a golden graph, totals as FTS sums them, real pages counted apart, every defect survived."""

from __future__ import annotations

import copy
import gzip
import json
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.checks import check_graph
from kg.clean.countries import find_country
from kg.errors import InputError
from kg.feeds import Terms, describe_files, load_feed
from kg.mapping.rows import map_records
from kg.model.figures import Allocation, Conversion, Flow
from kg.model.iris import source_iri
from kg.model.records import Activity, Concept, Link, Organization
from kg.model.report import Report
from kg.model.row import Row, Source
from kg.shipped import ontology_dir
from kg.sources.fts import pages
from kg.sources.fts.codes import IGNORED, READ
from kg.sources.fts.pages import DEEPEST, describe_fts, group_fts
from kg.sources.fts.read import read_fts
from kg.store.nquads import write_source
from kg.store.rdf import read_codes
from kg.store.view import View, open_view
from tests.commands import DATA

FTS = DATA / "fts"
KENYA = [FTS / "kenya-2020.json", FTS / "kenya-2020-page-2.json"]
ONE_LINE = re.compile(r"^.+\.json(:\d+)?: expected [^\n]+, got [^\n]+$")
R = TypeVar("R", bound=Row)
SOURCE = Source(id="x", title="x", file="x.json", sha256="0" * 64)
Json = Any


@cache
def codes() -> Mapping[str, Collection[str]]:
    return read_codes(ontology_dir())


def read(files: Sequence[Path], *, strict: bool = False) -> tuple[list[Row], Report]:
    report = Report(strict=strict, source="x")
    return list(read_fts(files, report, codes())), report


def of(kind: type[R], rows: Sequence[Row]) -> list[R]:
    return [row for row in rows if isinstance(row, kind)]


def kenya(number: int = 1) -> Json:
    return json.loads(KENYA[number - 1].read_text(encoding="utf-8"))


def flow_1001(**changes: Json) -> Json:
    """A page of one flow that is right but for what is changed."""
    page = kenya()
    page["data"]["flows"] = [page["data"]["flows"][0] | changes]
    page["data"]["incoming"]["pledgeTotal"] = page["data"]["outgoing"]["fundingTotal"] = 0
    page["data"]["incoming"]["fundingTotal"] = 100000
    page["meta"]["count"] = 1
    return page


def written(page: Json, folder: Path, name: str = "x.json") -> Path:
    file = folder / name
    file.write_text(json.dumps(page), encoding="utf-8")
    return file


def read_page(page: Json, folder: Path, *, strict: bool = False) -> tuple[list[Row], Report]:
    return read([written(page, folder)], strict=strict)


def rules(report: Report) -> set[str]:
    for finding in report.findings:
        assert "expected" in finding.message, finding
        assert finding.place.partition(":")[0].endswith(".json"), finding
    return {rule for _, rule in report.counts}


def in_dollars(rows: Sequence[Row]) -> dict[str, Decimal]:
    """The amount of each flow in US dollars: its own, or as FTS converts it."""
    own = {flow.id: flow.amount for flow in of(Flow, rows) if flow.currency == "USD" and flow.amount is not None}
    return own | {one.flow: one.amount for one in of(Conversion, rows)}


# --- golden pages ------------------------------------------------------------------------------------------------


def test_two_pages_give_the_golden_graph(tmp_path: Path) -> None:
    """After a change that was meant: write the file made here over the golden one, and read the diff."""
    about = describe_files("fts", KENYA, "kenya")
    write_source(map_records(about, read_fts(KENYA, Report(), codes())), source_iri("kenya"), tmp_path / "kenya.nq")
    assert (tmp_path / "kenya.nq").read_bytes() == (FTS / "kenya.nq").read_bytes()


def test_the_golden_pages_say_what_they_could_not_use() -> None:
    _, report = read(KENYA)
    assert {(rule, severity): count for rule, severity, count, _ in report.rows()} == {
        ("repeated-flow", "warning"): 1,
        ("individual", "info"): 1,
        ("contact-details", "warning"): 1,
        ("no-original-amount", "info"): 1,
        ("unknown-country", "info"): 1,
    }
    assert report.tally == {"pages": 2, "flows": 7}
    assert report.unread == {"flow/colour": 1}
    assert report.ignored["flow/reportDetails"] == 7


def test_what_counts_is_what_comes_in_as_a_whole_and_is_more_than_announced() -> None:
    rows, _ = read(KENYA)
    assert {flow.id.removeprefix("flow."): flow.uncounted or flow.counts for flow in of(Flow, rows)} == {
        "1001": True, "1002": "internal", "1003": "internal", "1004": "shared", "1005": True, "1006": "not-moved",
        "1007": "outgoing",
    }  # fmt: skip
    dollars = in_dollars(rows)
    assert sum(dollars[flow.id] for flow in of(Flow, rows) if flow.counts) == 105000


def test_a_pledge_is_planned_and_what_is_paid_or_committed_is_realised() -> None:
    rows, _ = read(KENYA)
    assert {(flow.stage, flow.status) for flow in of(Flow, rows)} == {
        ("disbursement", "realised"), ("commitment", "realised"), ("pledge", "planned"),
    }  # fmt: skip


def test_an_amount_keeps_its_currency_and_the_rate_is_turned_round() -> None:
    rows, _ = read(KENYA)
    flow, (conversion,) = of(Flow, rows)[0], of(Conversion, rows)
    assert (flow.amount, flow.currency, flow.purpose, flow.reference) == (950000, "NOK", "Invented flow 1001", "NOR-1")
    assert (conversion.flow, conversion.amount, conversion.currency) == (flow.id, 100000, "USD")
    assert conversion.rate == Decimal("0.1052631579")
    assert "9.5" in conversion.note


def test_one_amount_for_several_stays_one() -> None:
    rows, _ = read(KENYA)
    gift, given = (next(flow for flow in of(Flow, rows) if flow.id == f"flow.{number}") for number in ("1005", "1004"))
    assert gift.receivers == ("org.31", "org.32")
    shares = [share for share in of(Allocation, rows) if share.work == given.id]
    assert {share.place or share.code for share in shares} == {"country:KE", "country:UG", "9001", "earmarked"}
    assert all(share.share is None for share in shares)
    assert given.usage_year is not None
    assert (given.usage_year.edtf, given.flow_class) == ("2020/2021", "in-kind")
    assert given.note == "Out of money for: 2019."


def test_plans_and_projects_are_works_and_an_emergency_is_a_code() -> None:
    rows, _ = read(KENYA)
    assert {(work.id, work.kind, work.status, work.identifiers) for work in of(Activity, rows)} == {
        ("plan.901", "programme", "realised", ("fts-plan:901",)),
        ("project.5001", "project", "realised", ("fts-project:5001", "fts-project-code:KEN-20/W/5001")),
    }
    flow = next(flow for flow in of(Flow, rows) if flow.id == "flow.1003")
    assert (flow.items, flow.paid_from) == (("plan.901", "project.5001"), "plan.901")
    assert {(link.subject, link.kind, link.object, link.certainty) for link in of(Link, rows)} == {
        ("project.5001", "part-of", "plan.901", "implied"),
        ("flow.1003", "follows", "flow.1002", "stated"),
        ("org.11", "governs", "country:NO", "stated"),
        ("org.12", "governs", "country:JP", "stated"),
    }
    assert ("fts-emergency", "61", "Drought in Kenya") in {(one.vocabulary, one.code, one.name)
                                                          for one in of(Concept, rows)}  # fmt: skip


def test_who_only_has_announced_money_takes_no_part(tmp_path: Path) -> None:
    page = flow_1001(status="pledge")
    rows, _ = read_page(page, tmp_path)
    assert {work.status for work in of(Activity, rows)} == {"unknown"}


def test_a_relative_that_no_page_holds_is_noted() -> None:
    rows, _ = read(KENYA)
    parked = next(flow for flow in of(Flow, rows) if flow.id == "flow.1002")
    assert parked.note == "Flows follow on it, which no page holds: 1900."


# --- persons -----------------------------------------------------------------------------------------------------


def test_persons_are_never_named() -> None:
    rows, _ = read(KENYA)
    said = repr(rows)
    assert not any(word in said for word in ("Jane", "jane@", "Roe", "org.41", "fts-organization:41"))
    (person,) = (row for row in of(Organization, rows) if "withheld" in row.name)
    assert (person.id, person.identifiers) == ("flow.1005.individual.1", ())


@pytest.mark.parametrize(("name", "kind"), [("Private individual", "Private organization/foundation"),
                                            ("J. Doe", "Individual")])  # fmt: skip
def test_an_individual_enters_without_a_name(name: str, kind: str, tmp_path: Path) -> None:
    source = [{"type": "Organization", "id": "77", "name": name, "behavior": "single", "organizationTypes": [kind]}]
    rows, _ = read_page(flow_1001(sourceObjects=source), tmp_path)
    assert name not in repr(rows)
    assert "org.77" not in repr(rows)


def test_a_person_by_title_has_no_name_and_a_text_no_contacts(tmp_path: Path) -> None:
    source = [{"type": "Organization", "id": "77", "name": "Mr Richard Roe", "organizationTypes": ["NGO"]}]
    text = "Gift of Richard Roe. Contact: Jane Doe, tel +254722123456"
    rows, report = read_page(flow_1001(sourceObjects=source, description=text, refCode="Roe, Richard"), tmp_path)
    assert not any(word in repr(rows) for word in ("Roe", "Jane", "2547", "org.77"))
    assert report.counts["warning", "contact-details"] == 1


def test_no_text_code_or_finding_of_a_flow_tells_a_person(tmp_path: Path) -> None:
    source = [
        {"type": "Organization", "id": "77", "name": "Mr. Ren\u00c3\u00a9e Roe", "organizationTypes": ["NGO"]},
        {"type": "UsageYear", "id": "1", "name": "the year of Ren\u00c3\u00a9e Roe"},
    ]
    goal = [{"type": "GlobalCluster", "id": "9", "name": "Ren\u00c3\u00a9e Roe", "behavior": "single"}]
    source.append({"type": "Organization", "id": "8", "name": [], "organizationTypes": [], "organizationSubTypes": []})
    source.append({"name": "Mr. Ren\u00c3\u00a9e Roe"})
    more = {
        "keywords": ["Ren\u00c3\u00a9e Roe"],
        "originalAmount": "Mr. Ren\u00c3\u00a9e Roe",
        "budgetYear": "Roe, Ren\u00c3\u00a9e",
    }
    rows, report = read_page(flow_1001(sourceObjects=source, destinationObjects=goal, **more), tmp_path)
    assert {"not-year", "not-number"} <= {rule for _, rule in report.counts}
    assert "Roe" not in repr(rows) + repr(report.findings)


def test_donors_who_are_not_named_one_by_one_are_a_group() -> None:
    rows, _ = read(KENYA)
    kinds = {row.id: row.kind for row in of(Organization, rows)}
    assert kinds == {
        "org.11": "government", "org.12": "government", "org.21": "other", "org.31": "ngo", "org.32": "ngo",
        "flow.1005.individual.1": "other", "org.42": "group",
    }  # fmt: skip


# --- pages and queries -------------------------------------------------------------------------------------------


def test_pages_of_one_query_are_known_by_their_names() -> None:
    names = ["b.json", "a-page-10.json", "a-page-2.json", "a.json", "a_page3.json.gz", "notes"]
    grouped = group_fts([Path(name) for name in names])
    assert {query: [file.name for file in files] for query, files in grouped.items()} == {
        "b": ["b.json"], "a": ["a.json", "a-page-2.json", "a_page3.json.gz", "a-page-10.json"], "notes": ["notes"],
    }  # fmt: skip
    with pytest.raises(InputError, match="expected each page once"):
        group_fts([Path("one/a.json"), Path("two/a-page-1.json")])


def test_missing_pages_and_totals_that_differ_are_told(tmp_path: Path) -> None:
    _, report = read(KENYA[:1])
    assert "flows-missing" in rules(report)
    page = flow_1001()
    page["data"]["incoming"]["fundingTotal"] = 99999
    assert rules(read_page(page, tmp_path)[1]) == {"other-total"}
    page["meta"]["count"] = 2
    other = written(page, tmp_path, "y.json")
    assert rules(read([written(flow_1001(), tmp_path), other])[1]) == {"other-count", "repeated-flow", "flows-missing"}


def test_an_id_met_again_with_other_content_is_another_flow_of_no_total(tmp_path: Path) -> None:
    page = flow_1001()
    page["data"]["flows"].append(page["data"]["flows"][0] | {"versionId": 2})
    rows, report = read_page(page, tmp_path)
    assert rules(report) == {"duplicate-identifier"}
    assert [(flow.id, flow.counts, flow.uncounted) for flow in of(Flow, rows)] == [
        ("flow.1001", True, ""), ("flow.1001.number-2", False, "repeated"),
    ]  # fmt: skip
    assert len({row.id for row in rows if row.id}) == len([row for row in rows if row.id])


def test_a_source_is_described_by_all_its_pages() -> None:
    about = describe_files("fts", KENYA, "kenya")
    assert (about.id, about.file, about.language) == ("kenya", "kenya-2020.json and 1 more", "en")
    assert about.sha256 != describe_files("fts", KENYA[:1], "kenya").sha256


def test_packed_pages_are_read(tmp_path: Path) -> None:
    packed = tmp_path / "x.json.gz"
    packed.write_bytes(gzip.compress(KENYA[0].read_bytes()))
    assert len(of(Flow, read([packed])[0])) == 4


# --- defects -----------------------------------------------------------------------------------------------------

SHORT: Json = {"type": "Organization", "behavior": "single"}
DEFECTS: dict[str, Json] = {
    "no-identifier": {"id": None},
    "amount-mended": {"amountUSD": "100000"},
    "not-number": {"exchangeRate": "many"},
    "no-amount": {"amountUSD": None, "originalAmount": None, "originalCurrency": None, "exchangeRate": None},
    "no-original-amount": {"originalAmount": 0},
    "two-amounts": {"originalAmount": 99999, "originalCurrency": "USD", "exchangeRate": 1},
    "rate-not-fitting": {"exchangeRate": 1},
    "not-currency": {"originalCurrency": "crowns"},
    "not-day": {"date": "1 March"},
    "not-text": {"description": ["a"]},
    "not-flag": {"newMoney": "yes"},
    "unknown-status": {"status": "promised"},
    "unknown-boundary": {"boundary": None},
    "unknown-onBoundary": {"onBoundary": "partly"},
    "unknown-contributionType": {"contributionType": {}},
    "no-objects": {"sourceObjects": None},
    "object-unusable": {"sourceObjects": [SHORT, {"id": "1"}, 7]},
    "not-year": {"sourceObjects": [{"type": "UsageYear", "id": "1", "name": "soon"}]},
    "unknown-type": {"sourceObjects": [SHORT | {"id": "5", "name": "A", "organizationTypes": ["Ministry"]}]},
    "other-type": {"sourceObjects": [SHORT | {"id": "5", "name": "A", "organizationTypes": [kind]}
                                     for kind in ("NGO", "Other")]},
    "double-escaped": {"description": "Food &amp; water"},
    "mis-decoded": {"description": "CÃ´te d'Ivoire"},
    "lost-characters": {"description": "half of \ud83d"},
}  # fmt: skip
ALSO = {
    "no-amount": {"other-total"},
    "unknown-status": {"not-countable", "other-total"},
    "unknown-boundary": {"not-countable", "other-total"},
    "unknown-onBoundary": {"not-countable", "other-total"},
    "unknown-contributionType": {"not-text"},
    "not-currency": {"no-original-amount"},
}


@pytest.mark.parametrize(("rule", "changes"), DEFECTS.items(), ids=DEFECTS)
def test_a_defect_is_found_and_survived(rule: str, changes: Json, tmp_path: Path) -> None:
    rows, report = read_page(flow_1001(**changes), tmp_path)
    assert rules(report) == {rule} | ALSO.get(rule, set())
    assert len(of(Flow, rows)) == 1
    assert list(map_records(SOURCE, rows))


def test_a_value_is_kept_as_it_came(tmp_path: Path) -> None:
    notes = {
        rule: of(Flow, read_page(flow_1001(**DEFECTS[rule]), tmp_path)[0])[0].note
        for rule in ("amount-mended", "not-number", "no-original-amount", "not-currency", "not-day", "unknown-status")
    }
    assert "100000" in notes["amount-mended"]
    assert "many" in notes["not-number"]
    assert "0 NOK" in notes["no-original-amount"]
    assert "CROWNS" in notes["not-currency"]
    assert "1 March" in notes["not-day"]
    assert "promised" in notes["unknown-status"]
    place = {"type": "Location", "id": "115", "name": "Kenya", "behavior": ["whole"]}
    rows, report = read_page(
        flow_1001(sourceObjects=[], destinationObjects=[place], keywords=[7.5, "Multiyear"]), tmp_path
    )
    assert report.counts["warning", "not-text"] == 2
    assert of(Flow, rows)[0].note == "The source has the behavior: ['whole']. The source has the keywords: 7.5."


def test_a_key_that_stands_twice_is_told_and_the_last_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text(json.dumps(flow_1001()).replace('"refCode"', '"refCode": "A", "refCode"'), encoding="utf-8")
    rows, report = read([file])
    assert rules(report) == {"repeated-key"}
    assert of(Flow, rows)[0].reference == "NOR-1"


def test_what_is_no_flow_is_an_error_and_stops_a_strict_load(tmp_path: Path) -> None:
    page = flow_1001()
    page["data"]["flows"].append(7)
    rows, report = read_page(page, tmp_path)
    assert len(of(Flow, rows)) == 1
    assert report.counts["error", "flow-unusable"] == 1
    with pytest.raises(InputError, match="expected a flow, got '7'"):
        read_page(page, tmp_path, strict=True)


def test_nothing_is_both_read_and_ignored_and_every_reason_is_told() -> None:
    for path, reason in IGNORED.items():
        parent, _, key = path.partition("/")
        assert key not in READ[parent], path
        assert len(reason) > 10


REFUSED = {
    "empty": b" ",
    "html": b"<!DOCTYPE html><html><body>Bad gateway</body></html>",
    "error page": b'{"status": "error", "message": "Internal\\nserver error", "code": "x"}',
    "another shape": b'{"status": "ok", "data": []}',
    "no object": b'"ok"',
    "cut off": KENYA[0].read_bytes()[:2000],
    "no utf-8": KENYA[0].read_bytes().replace(b"Norway", b"N\xff\xfeway"),
    "deep": b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1),
    "very deep": b"[" * 100_000 + b"]" * 100_000,
    "no number": KENYA[0].read_bytes().replace(b"100000", b"NaN"),
    "endless": KENYA[0].read_bytes().replace(b"100000", b"Infinity"),
    "many digits": KENYA[0].read_bytes().replace(b"100000", b"1" * 5000),
    "large exponent": KENYA[0].read_bytes().replace(b"100000", b"1e99999999999999999999"),
    "broken gzip": gzip.compress(KENYA[0].read_bytes())[:900],
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED)
def test_what_is_no_whole_page_is_refused_in_one_line(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_bytes(content)
    for reader in (lambda: read([file]), lambda: describe_fts([file])):
        with pytest.raises(InputError) as caught:
            reader()
        assert ONE_LINE.match(str(caught.value)), caught.value
        assert len(str(caught.value)) < 300


def test_a_large_page_is_refused_before_it_fills_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "LARGEST_PAGE", 1 << 20)
    file = tmp_path / "x.json.gz"
    file.write_bytes(gzip.compress(b" " * (1 << 24)))
    with pytest.raises(InputError, match="expected a page of at most 1 MB, got a larger one"):
        read([file])
    with pytest.raises(InputError, match="expected a page of FTS, got none"):
        read([tmp_path / "missing.json"])


# --- whatever comes ----------------------------------------------------------------------------------------------

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "USD", "2020", "-1", "1e30", "2020-02-30", "1001", "Individual", "\ud800", "a/b #<>"])
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def _places(node: Json) -> list[tuple[Json, Json]]:
    """Each container of a page with each of its keys."""
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else []
    return [found for key in keys for found in ((node, key), *_places(node[key]))]


def _survives(content: str, folder: Path) -> None:
    """A graph in which nothing hangs loose, and findings, or one line."""
    file = folder / "x.json"
    file.write_text(content, encoding="utf-8")
    said, rows, report = "x.json: expected no error, got none", [], Report()
    try:
        rows, report = read([file])
    except InputError as error:
        said = str(error)
    assert ONE_LINE.match(said)
    rules(report)
    known = {row.id for row in rows}
    for row in rows:
        match row:
            case Flow():
                ends = (*row.funders, *row.receivers, *row.items, *filter(None, [row.paid_from]))
            case Link():
                ends = (row.subject, row.object)
            case _:
                ends = ()
        assert all(end in known or end.startswith("country:") for end in ends), row
    assert len(known - {""}) == sum(bool(row.id) for row in rows)
    for statement in map_records(SOURCE, rows):
        " ".join(statement).encode()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_is_changed_in_a_page_gives_a_graph_or_one_line(tmp_path: Path, data: st.DataObject) -> None:
    page = copy.deepcopy(kenya(data.draw(st.sampled_from([1, 2]))))
    for _ in range(data.draw(st.integers(1, 6))):
        places = _places(page["data"]["flows"] if "flows" in page.get("data", ()) else page)
        if not places:
            break
        node, key = data.draw(st.sampled_from(places))
        try:
            match data.draw(st.sampled_from(["set", "take", "copy"])):
                case "set":
                    node[key] = data.draw(VALUES)
                case "take":
                    del node[key]
                case "copy":
                    other, name = data.draw(st.sampled_from(places))
                    node[key] = copy.deepcopy(other[name])
        except (KeyError, IndexError):
            continue  # an earlier change took it
    _survives(json.dumps(page), tmp_path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(flows=st.lists(VALUES | st.dictionaries(st.sampled_from(sorted(READ["flow"])), VALUES), max_size=4), rest=VALUES)
def test_whatever_stands_in_a_page_gives_a_graph_or_one_line(tmp_path: Path, flows: Json, rest: Json) -> None:
    _survives(json.dumps({"status": "ok", "data": {"flows": flows, "incoming": rest}, "meta": rest}), tmp_path)
    _survives(json.dumps(rest), tmp_path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 10_000), length=st.integers(1, 60), put=st.sampled_from(['"', "{", "]", "", ",", "NaN", "\\"]))
def test_whatever_is_cut_or_put_in_gives_a_graph_or_one_line(tmp_path: Path, at: int, length: int, put: str) -> None:
    text = KENYA[0].read_text(encoding="utf-8")
    at %= len(text)
    _survives(text[:at] + put + text[at + length :], tmp_path)


# --- countries ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "code"), [
    ("occupied Palestinian territory", "PS"), ("Venezuela, Bolivarian Republic of", "VE"), ("Turkey", "TR"),
    ("Türkiye", "TR"), ("Congo", "CG"), ("Congo, The Democratic Republic of the", "CD"), ("côte d’ivoire", "CI"),
    ("Korea, Democratic People's Republic of", "KP"), ("Guinea", "GN"), ("Niger", "NE"), ("Global", ""), ("", ""),
])  # fmt: skip
def test_a_country_is_known_by_its_exact_name(name: str, code: str) -> None:
    assert find_country(name) == code


# --- real pages, counted apart -----------------------------------------------------------------------------------

QUERIES = {f"custom-search-locationid-{number}-year-2020": number for number in (1, 114, 171)}
FUNDING = """SELECT (SUM(?dollars) AS ?sum) {
    ?flow :countsInTotals true ; schema:amount ?amount . ?amount schema:value ?own ; schema:currency ?currency .
    OPTIONAL {
      ?conversion :converts ?flow ; :conversionMethod conversion-method:by-source ; schema:currency "USD" ;
        schema:value ?converted
    }
    BIND (IF(?currency = "USD", ?own, COALESCE(?converted, 0)) AS ?dollars) }"""


def real(reference: Path, query: str) -> list[Path]:
    return group_fts((reference / "data" / "fts").glob(f"{query}*.json"))[query]


def published(query: str, files: Sequence[Path], folder: Path) -> View:
    load_feed("fts", files, folder / "store", ontology=ontology_dir(), report=Report(), terms=Terms(source=query))
    return open_view(folder / "store")


@pytest.mark.parametrize("query", QUERIES)
def test_real_pages_are_carried_to_the_last_flow_and_dollar(query: str, reference: Path, tmp_path: Path) -> None:
    files = real(reference, query)
    # Counted with nothing of ours: the flows once each, and the totals that FTS writes beside them.
    raw = [json.loads(file.read_bytes()) for file in files]
    flows = {flow["id"]: flow for page in raw for flow in page["data"]["flows"]}
    ends = [one for flow in flows.values() for one in (*flow["sourceObjects"], *flow["destinationObjects"])]
    parties = {one["id"] for one in ends if one["type"] == "Organization"}
    works = {f"{one['type'].lower()}.{one['id']}" for one in ends if one["type"] in ("Plan", "Project")}
    told = raw[0]["data"]
    rows, report = read(files)
    assert len(of(Flow, rows)) == len(flows) == raw[0]["meta"]["count"]
    assert {row.id for row in of(Organization, rows)} == {f"org.{one}" for one in parties}
    assert {row.id for row in of(Activity, rows)} == works
    dollars = in_dollars(rows)
    assert dollars == {f"flow.{number}": flow["amountUSD"] for number, flow in flows.items()}
    sums: Counter[str] = Counter()
    for flow in of(Flow, rows):
        sums[flow.uncounted or "counts"] += int(dollars[flow.id])
    assert sums["counts"] == told["incoming"]["fundingTotal"]
    assert sums["not-moved"] == told["incoming"]["pledgeTotal"]
    assert Counter(flow.boundary for flow in of(Flow, rows)) == Counter(
        {boundary: count for boundary in ("incoming", "internal", "outgoing") if (count := told[boundary]["flowCount"])}
    )
    assert rules(report) <= {"no-original-amount", "rate-not-fitting"}
    assert not report.unread

    view = published(query, files, tmp_path)
    assert check_graph(view, ontology=ontology_dir()) == []
    (row,) = view.rows(FUNDING, {})
    assert Decimal(str(row[0])) == told["incoming"]["fundingTotal"]
