"""IATI files: golden graphs, all versions alike, real data counted apart, every defect survived, nothing expanded."""

from __future__ import annotations

import gzip
import io
import json
import re
import shutil
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.clean.persons import WITHHELD
from kg.errors import InputError
from kg.feeds import describe_files
from kg.mapping.rows import map_records
from kg.model.dates import parse_date
from kg.model.figures import Allocation, Flow
from kg.model.iris import source_iri
from kg.model.records import Activity, Concept, Link, Name, Organization, Participation
from kg.model.report import KEPT, Report
from kg.model.row import Row, Source
from kg.model.terms import Statement
from kg.namespaces import BASE, KG
from kg.packed import open_packed
from kg.shipped import ontology_dir
from kg.sources.iati.read import describe_iati, read_iati
from kg.sources.iati.stream import DEEPEST, LARGEST_RECORD
from kg.sources.iati.unread import IGNORED, READ
from kg.store import sorting
from kg.store.nquads import write_source
from kg.store.rdf import read_codes
from kg.store.view import open_view
from tests.commands import DATA, RunKg

IATI = DATA / "iati"
LINE = re.compile(r"^x\.xml(:\d+)?: expected .+, got .+$")
WELLS = IATI / "wells-2.03.xml"
R = TypeVar("R", bound=Row)
SOURCE = Source(id="x", title="x", file="x.xml", sha256="0" * 64, language="")


@cache
def codes() -> Mapping[str, Collection[str]]:
    return read_codes(ontology_dir())


def read(content: bytes, *, strict: bool = False) -> tuple[list[Row], Report]:
    """The records of a file, and what there was to say of it."""
    report = Report(strict=strict, source="x")
    return list(read_iati(io.BytesIO(content), "x.xml", report, codes())), report


def graph(content: bytes) -> set[Statement]:
    return set(map_records(SOURCE, read(content)[0]))


def activity(inside: str, *, attributes: str = 'default-currency="USD"', version: str = "2.03") -> bytes:
    """A file of one activity that is right but for what is put inside."""
    return f"""<iati-activities version="{version}"><iati-activity xml:lang="en" {attributes}>
    <iati-identifier>XX-1-A</iati-identifier><reporting-org ref="XX-1" type="60"><narrative>Trust</narrative>
    </reporting-org><title><narrative>Wells</narrative></title><activity-status code="2"/>
    {inside}</iati-activity></iati-activities>""".encode()


def transaction(value: str = "5", inside: str = "", code: str = "3", day: str = "2014-05-01") -> str:
    return (
        f'<transaction><transaction-type code="{code}"/><transaction-date iso-date="{day}"/>'
        f'<value value-date="2014-05-01">{value}</value>{inside}</transaction>'
    )


def of(kind: type[R], content: bytes) -> list[R]:
    return [row for row in read(content)[0] if isinstance(row, kind)]


def rules(content: bytes) -> set[str]:
    """The rules by which something is found; each finding says where, what was expected and what was met."""
    _, report = read(content)
    for finding in report.findings:
        assert re.fullmatch(r"x\.xml(:\d+)?", finding.place), finding
        assert "expected" in finding.message, finding
        assert finding.subject.startswith(BASE), finding
    return {finding.rule for finding in report.findings}


# --- golden files and versions -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("file", "source"), [("wells-2.03.xml", "wells"), ("trust-org.xml", "trust")])
def test_a_small_file_gives_the_golden_graph(file: str, source: str, tmp_path: Path) -> None:
    """After a change that was meant: write the file made here over the golden one, and read the diff."""
    about = describe_files("iati", [IATI / file], source)
    with open_packed(IATI / file) as stream:
        statements = map_records(about, read_iati(stream, file, Report(), codes()))
        write_source(statements, source_iri(source), tmp_path / f"{source}.nq")
    assert (tmp_path / f"{source}.nq").read_bytes() == (IATI / f"{source}.nq").read_bytes()


@pytest.mark.parametrize(("version", "note"), [
    ('version=" 1.04"', "The file says that it has the version 1.04 of IATI."), ("", "")])  # fmt: skip
def test_the_version_of_a_file_is_told_with_its_source(version: str, note: str, tmp_path: Path) -> None:
    file = tmp_path / "x.xml"
    file.write_text(f"<iati-activities {version}/>", encoding="utf-8")
    about = describe_files("iati", [file], "x")
    assert about.note == note
    told = {value for _, predicate, value in map_records(about, ()) if predicate == f"<{KG.note}>"}
    assert told == ({f'"{note}"@en'} if note else set())


def test_both_generations_of_the_standard_give_the_same_graph() -> None:
    assert graph((IATI / "wells-1.03.xml").read_bytes()) == graph(WELLS.read_bytes())


@pytest.mark.parametrize("system", ["Somalia", "Colombia"])
def test_real_data_in_both_generations_give_the_same_graph(reference: Path, system: str) -> None:
    one, other = (
        (reference / "data" / "aims" / f"iati_{version}_{system}AIMS_GeocodedResearchRelease.xml").read_bytes()
        for version in ("1.04", "2.03")
    )
    assert graph(one) == graph(other)


# --- real files, counted apart -----------------------------------------------------------------------------------


def counted(file: Path) -> dict[str, int]:
    """What a file has, by a reader that shares nothing with ours."""
    root = ElementTree.parse(file).getroot()
    return {
        "activities": len(root.findall("iati-activity")),
        "participations": len(root.findall("iati-activity/participating-org")),
        "reporting": len(root.findall("iati-activity/reporting-org")),
        "transactions": len(root.findall("iati-activity/transaction")),
        "budgets": len(root.findall("iati-activity/budget")),
        "planned": len(root.findall("iati-activity/planned-disbursement")),
    }


def in_graph(statements: set[Statement]) -> Counter[str]:
    """What a graph has of the same."""
    found: Counter[str] = Counter()
    for subject, predicate, value in statements:
        if predicate == f"<{KG.activityKind}>" and value.endswith("/aid-activity>"):
            found["activities"] += 1
        if predicate == "<http://www.w3.org/ns/prov#hadRole>":
            found["reporting" if value.endswith("/reporting>") else "participations"] += 1
        if predicate == f"<{KG.stage}>":
            kind = re.search(r"\.(transaction|budget|planned)", subject)
            assert kind
            found[kind[1].replace("budget", "budgets").replace("transaction", "transactions")] += 1
    return found


def real_files() -> list[str]:
    return [
        *(f"iati-dportal-covid/dportal_{number}.xml" for number in range(28) if number not in range(1, 5)),
        *(f"aims/iati_{version}_{system}AIMS_GeocodedResearchRelease.xml" for version in ("1.04", "2.03")
          for system in ("Somalia", "Colombia")),
        *("unhcr/UNHCR-Activities-2023.xml", "usaid/usaid-619.xml", "usaid/usaid-br.xml", "usaid/usaid-bw.xml"),
        *("okfn/CAF-ActivityFile-2025-10-10.xml", "okfn/who-arg.xml", "okfn/worldbank-sv.xml"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", real_files())
def test_a_real_file_is_carried_to_its_last_transaction(name: str, reference: Path) -> None:
    file = reference / "data" / name
    rows, report = read(file.read_bytes())
    expected = counted(file)
    # A party without a role, a reference or a name is nobody; it is told instead.
    expected["participations"] -= report.counts["error", "party-unusable"]
    assert in_graph(set(map_records(SOURCE, rows))) == Counter(expected)
    assert {severity for severity, _ in report.counts} <= {"error", "warning", "info"}
    assert all(rule == "party-unusable" for severity, rule in report.counts if severity == "error")


def test_the_files_of_organisations_are_read(reference: Path) -> None:
    for file in sorted((reference / "data" / "okfn" / "org").glob("*.xml")):
        rows, report = read(file.read_bytes())
        root = ElementTree.parse(file).getroot()
        budgets = [one for one in root.iter() if one.tag.endswith("-budget") or one.tag == "total-expenditure"]
        assert sum(isinstance(row, Flow) for row in rows) == len(budgets)
        assert not any(severity == "error" for severity, _ in report.counts)


def test_the_files_of_the_standard_give_a_graph_or_one_line(reference: Path) -> None:
    files = sorted((reference / "conformance" / "iati-schemas" / "tests").rglob("*.xml"))
    assert len(files) > 600
    refused: dict[Path, str] = {}
    for file in files:
        try:
            graph(file.read_bytes())
        except InputError as error:
            refused[file] = str(error)
    assert all(LINE.match(message) for message in refused.values())
    assert all({"should-fail", "registry-tests"} & set(file.parts) for file in refused)
    assert len(refused) < len(files) / 4


# --- what is read, and how ---------------------------------------------------------------------------------------


def test_who_is_left_out_as_provider_is_the_publisher_only_if_it_takes_part() -> None:
    itself = '<participating-org role="2" ref="XX-1"/>'
    (flow,) = of(Flow, activity(itself + transaction()))
    assert (flow.funders, flow.certainty, flow.counts) == (("org.XX-1",), "implied", True)
    (flow,) = of(Flow, activity('<participating-org role="1" ref="GB-GOV-1"/>' + transaction()))
    assert (flow.funders, flow.certainty) == ((), "stated")
    (flow,) = of(Flow, activity(itself + transaction(inside='<provider-org ref="GB-GOV-1"/>')))
    assert (flow.funders, flow.certainty) == (("org.GB-GOV-1",), "stated")
    (flow,) = of(Flow, activity(itself + transaction(code="1")))
    assert (flow.funders, flow.receivers, flow.certainty, flow.counts) == ((), ("org.XX-1",), "implied", False)


def test_money_paid_back_funds_nothing() -> None:
    (flow,) = of(Flow, activity(transaction(code="6")))
    assert (flow.items, flow.paid_from, flow.stage) == ((), "activity.XX-1-A", "loan-repayment")
    itself = '<participating-org role="1" ref="XX-1"/>'
    for code in ("5", "6", "9"):  # the lender tells what it got back: that makes it no payer
        (flow,) = of(Flow, activity(itself + transaction(code=code)))
        assert (flow.funders, flow.receivers, flow.items, flow.certainty) == ((), (), (), "stated")
    assert (flow.paid_into, flow.stage) == ("activity.XX-1-A", "sale-of-equity")


def test_a_reimbursement_is_a_kind_of_disbursement() -> None:
    """By the code list: it covers what the recipient has spent already."""
    (flow,) = of(Flow, activity('<participating-org role="1" ref="XX-1"/>' + transaction(code="7")))
    assert (flow.funders, flow.items, flow.counts) == (("org.XX-1",), ("activity.XX-1-A",), True)


def test_of_several_types_of_aid_the_others_are_counted() -> None:
    own = '<aid-type vocabulary="2" code="1"/><aid-type code="B03"/><aid-type vocabulary="2" code="2"/>'
    words = '<description><narrative>one</narrative><narrative xml:lang="fr">deux</narrative></description>'
    rows, report = read(activity(transaction(inside=own + words)))
    (flow,) = (row for row in rows if isinstance(row, Flow))
    assert (flow.aid_type, flow.purpose) == ("B03", "one")
    assert report.unread["transaction/aid-type[@vocabulary]"] == 2
    assert report.unread["transaction/description[further languages]"] == 1


def test_a_secondary_reporter_never_counts() -> None:
    content = activity('<participating-org role="2" ref="XX-1"/>' + transaction())
    (flow,) = of(Flow, content.replace(b'type="60"', b'type="60" secondary-reporter="1"'))
    assert (flow.counts, flow.funders) == (False, ())


def test_default_values_are_inherited_and_overruled() -> None:
    defaults = "".join(
        f'<default-{name} code="{code}"/>'
        for name, code in [("aid-type", "C01"), ("finance-type", "421"), ("flow-type", "10"), ("tied-status", "5")]
    )
    own = '<flow-type code="20"/><finance-type code="110"/>'
    marks = 'default-currency="EUR" humanitarian="1"'
    one, other = of(Flow, activity(transaction() + transaction(inside=own, value="6") + defaults, attributes=marks))
    assert (one.aid_type, one.instrument, one.flow_type, one.tied) == ("C01", "421", "10", "5")
    assert (one.finance_type, one.flow_class, one.currency, one.humanitarian) == ("loan", "loan", "EUR", True)
    assert (other.aid_type, other.instrument, other.flow_type, other.finance_type) == ("C01", "110", "20", "grant")


@pytest.mark.parametrize(
    ("code", "told"),
    [("110", "grant aid"), ("421", "loan loan"), ("431", "loan loan"), ("432", "equity aid"), ("433", " aid"),
     ("510", "equity aid"), ("610", " aid")],
)  # fmt: skip
def test_what_a_flow_is_follows_from_its_instrument(code: str, told: str) -> None:
    (flow,) = of(Flow, activity(transaction(inside=f'<finance-type code="{code}"/>')))
    assert f"{flow.finance_type} {flow.flow_class}" == told


def test_equal_transactions_are_two_and_keep_their_ids_when_others_come() -> None:
    before = of(Flow, activity(transaction() + transaction()))
    after = of(Flow, activity(transaction("6") + transaction() + transaction("7") + transaction()))
    assert len({flow.id for flow in before}) == 2
    assert {flow.id for flow in before} < {flow.id for flow in after}


def test_a_transaction_is_known_by_its_number_where_no_other_has_it() -> None:
    def ids(*pairs: tuple[str, str]) -> list[str]:
        inside = "".join(transaction(value).replace("<transaction", f'<transaction ref="{ref}"', 1)
                         for ref, value in pairs)  # fmt: skip
        return [flow.id.removeprefix("activity.XX-1-A.transaction.") for flow in of(Flow, activity(inside))]

    assert ids(("A/7", "5"), ("1", "6"), ("a.amount", "6")) == ["ref-A%2F7", "ref-1", "ref-a%2Eamount"]
    assert ids(("A/7", "9"), ("1", "6")) == ["ref-A%2F7", "ref-1"]
    shared = ids(("A", "5"), ("A", "6"), ("", "7"), ("N/A", "8"))
    assert len(set(shared)) == 4
    assert not any(one.startswith("ref-") for one in shared)


def test_the_title_of_a_flow_tells_which_it_is_and_its_id_does_not_depend_on_it() -> None:
    budget = (
        '<budget type="{}" status="2"><period-start iso-date="2014-01-01"/><period-end iso-date="2014-12-31"/>'
        '<value value-date="2014-01-01">1250000.5</value></budget>'
    )
    flows = of(Flow, activity(transaction() + budget.format(1) + budget.format(2)))
    assert [(flow.title, flow.note) for flow in flows] == [
        ("disbursement of USD 5", ""),
        ("original and committed budget of USD 1,250,000.5", ""),
        ("revised and committed budget of USD 1,250,000.5", ""),
    ]
    assert len({flow.id for flow in flows}) == 3
    assert {flow.id for flow in of(Flow, activity(budget.format(2)))} < {flow.id for flow in flows}


def test_names_in_all_languages_are_kept() -> None:
    title = '<title><narrative xml:lang="fr">Puits</narrative><narrative xml:lang="EN-gb">Wells</narrative></title>'
    content = activity("").replace(b"<title><narrative>Wells</narrative></title>", title.encode())
    (work,) = of(Activity, content)
    (name,) = of(Name, content)
    assert (work.title, work.language) == ("Puits", "fr")
    assert (name.entity, name.name, name.language, name.kind) == (work.id, "Wells", "en-gb", "preferred")


def test_a_relative_is_linked_and_a_stranger_is_known_by_its_identifier() -> None:
    content = activity('<related-activity type="2" ref="XX-1-B"/><related-activity type="3" ref="XX-1-A"/>')
    (link,) = of(Link, content)
    assert (link.subject, link.kind, link.object) == ("activity.XX-1-B", "part-of", "activity.XX-1-A")
    assert {work.id: work.kind for work in of(Activity, content)} == {
        "activity.XX-1-A": "aid-activity", "activity.XX-1-B": "unspecified",
    }  # fmt: skip
    assert "related-unusable" in rules(content)


@pytest.mark.parametrize("party", ["XX-1", "XX-2", "XX-3", "GB-1"])
def test_a_party_where_its_activity_is_expected_makes_no_activity(party: str) -> None:
    ends = f'<provider-org ref="XX-3"/><receiver-org ref="GB-1" receiver-activity-id="{party}"/>'
    content = activity(PARTY.format("XX-2", "Oxfam") + transaction(inside=ends))
    (flow,) = of(Flow, content)
    assert (flow.paid_into, flow.note) == ("", f"The source has the receiver-activity-id '{party}'.")
    assert [work.id for work in of(Activity, content)] == ["activity.XX-1-A"]
    assert rules(content) == {"party-as-activity"}


def test_what_begins_as_the_identifier_of_a_party_is_an_activity_even_if_a_party_has_it() -> None:
    ends = '<provider-org ref="XX-1-B" provider-activity-id="XX-1-B"/>'
    content = activity(transaction(inside=ends) + transaction("6", inside=ends.replace("XX-1-B", "XX-1-A")))
    assert [flow.paid_from for flow in of(Flow, content)] == ["activity.XX-1-B", "activity.XX-1-A"]
    (stranger,) = (work for work in of(Activity, content) if work.kind == "unspecified")
    assert stranger.note == "The file has a party of the same reference."
    assert rules(content) == {"activity-or-party"}


def test_codes_that_no_list_has_are_described_beside_those_who_use_them() -> None:
    content = activity('<sector code="W 1" vocabulary="99"><narrative>Wells</narrative></sector>')
    (share,) = of(Allocation, content)
    (concept,) = of(Concept, content)
    assert (share.vocabulary, share.code) == (concept.vocabulary, concept.code) == ("sector-99-of-XX-1", "W 1")
    assert (
        f"<{BASE}code/sector-99-of-XX-1/W%201>",
        "<http://www.w3.org/2004/02/skos/core#prefLabel>",
        '"Wells"@en',
    ) in graph(content)


def test_persons_are_never_read() -> None:
    contact = "<contact-info><person-name><narrative>Jane Doe</narrative></person-name><email>j@x.org</email>"
    contact += "<telephone>555</telephone></contact-info>"
    rows, report = read(activity(contact))
    assert "Jane" not in repr(rows)
    assert report.ignored["iati-activity/contact-info"] == 1
    assert "never loaded" in IGNORED["contact-info"]


INDIVIDUALS = [
    "Individual", "Private individual", "private individuals", "Private individual donor, Mr Richard Roe",
    "An individual donor - Richard Roe", "Private individual (Richard Roe)", "Individual: Richard Roe",
    "Individual, Mrs. Roe", "Richard Roe (individual)", "Private donor, Ms Roe", "Particulier", "Donateur individuel",
    "Richard Roe, Individual", "Individual - Richard Roe",
    "Persona física: Richard Roe", "Mr Richard Roe", "Richard Roe, private person", "Dr. Richard Roe",
]  # fmt: skip
ORGANIZATIONS = [
    "Individual Giving Foundation", "Institute for Individuals", "AAUK Individual Giving", "Individual, Family and Co.",
    "Individuals - Families - Communities", "Private donor advised fund", "Anonymous Content",
    "Multiple Sclerosis Trust", "Otherwise Foundation", "DonorsChoose", "Education of Individuals (EI)",
    "Ms. Foundation for Women", "Dr. Abdul's Foundation", "Mrs. Green's School", "DR Danmarks Radio",
    "MME Ministério de Minas e Energia", "Dr. Oetker Nederland", "Mr. Bricolage SA", "Dr. Martin Luther Kirche",
]  # fmt: skip


@pytest.mark.parametrize("name", INDIVIDUALS)
def test_an_individual_enters_without_a_name(name: str) -> None:
    party = f'<participating-org role="1" ref="P-77"><narrative>{name}</narrative></participating-org>'
    typed = party.replace("P-77", "P-78").replace(name, "Jane Doe").replace("role", 'type="Individual" role')
    donor = f'<provider-org ref="P-77" provider-activity-id="P-77"><narrative>{name}</narrative></provider-org>'
    rows, report = read(activity(party + typed + transaction(inside=donor)))
    said = repr(rows) + repr(report.findings)
    assert not any(word in said for word in ("Jane", "P-77", "P-78", "Roe", f"{name!r}"))
    assert [row.name for row in rows if isinstance(row, Organization)].count("An individual (name withheld)") == 2
    assert sum(isinstance(row, Participation) for row in rows) == 3


def test_no_text_of_a_record_tells_the_name_of_its_individuals() -> None:
    title = "<title><narrative>Gift of Jane Doe</narrative></title>"
    donor = '<provider-org ref="P-77"><narrative>Jane Doe (individual)</narrative></provider-org>'
    told = "<description><narrative>Pay to Ms. Doe</narrative></description>"
    keeper = PARTY.format("GB-1", "Jane Doe Foundation")
    rows, report = read(
        activity(
            title
            + keeper
            + transaction(inside=donor + told).replace("<transaction>", '<transaction ref="J. to Jane Doe">')
        )
    )
    assert {row.name for row in rows if isinstance(row, Organization)} >= {"Jane Doe Foundation", WITHHELD}
    said = repr([row for row in rows if not isinstance(row, Organization | Participation)]) + repr(report.findings)
    assert "Doe" not in said
    assert f"Pay to {WITHHELD}" in said


def test_a_name_is_withheld_however_it_is_escaped_and_before_a_text_is_cut() -> None:
    donor = '<provider-org type="Individual"><narrative>Ms. Mary O&amp;#39;Brien</narrative></provider-org>'
    title = "<title><narrative>Gift of Ms. Mary O&amp;#39;Brien</narrative></title>"
    date = '<activity-date type="2" iso-date="told by the donor who is Ms. Mary O\'Brien"/>'
    paid = transaction("to be paid by the donor Mary O'Brien", inside=donor)
    rows, report = read(activity(title + date + paid))
    assert {"not-a-date", "not-an-amount"} <= {rule for _, rule in report.counts}
    said = repr(rows) + repr(report.findings)
    assert "Brien" not in said
    assert "Mary" not in said


def test_a_record_whose_identifier_tells_a_person_is_numbered() -> None:
    donor = '<participating-org role="1"><narrative>Ms. Mary Poe</narrative></participating-org>'
    other = '<related-activity type="9" ref="XX-1-Mary&#10;Poe"/><other-identifier ref="Mary_Poe/2" type="A1"/>'
    content = activity(donor + other).replace(b"<iati-identifier>XX-1-A<", b"<iati-identifier>XX-1-Mary Poe<")
    assert b"Mary Poe<" in content
    rows, report = read(content)
    assert {row.id for row in rows if isinstance(row, Activity)} == {"activity.number-1"}
    assert "Poe" not in repr(rows) + repr(report.findings)


def test_contacts_are_taken_out_of_every_text_and_are_no_references() -> None:
    text = "Contact: Jane Doe, tel +254722123456, jane&amp;#64;example.org"
    inside = (
        f"<title><narrative>{text}</narrative></title><description><narrative>About. {text}</narrative></description>"
    )
    party = PARTY.format("jane@example.org", "Trust of Wells")
    other = '<other-identifier ref="jane@example.org" type="A1"/>'
    paid = transaction(inside=f"<description><narrative>{text}</narrative></description>")
    rows, report = read(activity(inside + party + other + paid))
    said = repr(rows) + repr(report.findings)
    assert not any(word in said for word in ("Jane", "jane", "2547", "example.org"))
    assert report.counts["warning", "contact-details"] == 3
    assert report.counts["warning", "placeholder-reference"] == 1


@pytest.mark.parametrize("name", ORGANIZATIONS)
def test_an_organization_is_neither_an_individual_nor_a_group(name: str) -> None:
    party = PARTY.replace("ref", 'type="70" ref').format("", name)
    assert {row.name: row.kind for row in of(Organization, activity(party))} == {"Trust": "foundation", name: "company"}


@pytest.mark.parametrize("name", ["Unspecified", "various", "Other", "Private donors", "Unspecified Vendors - Peru"])
def test_a_name_that_names_nobody_is_a_group_unless_a_reference_tells_who_it_is(name: str) -> None:
    typed = PARTY.replace("ref", 'type="70" ref')
    (group,) = (row for row in of(Organization, activity(typed.format("N/A", name))) if row.name == name)
    assert (group.kind, group.note) == ("group", "The source gives it the kind company.")
    (group,) = (row for row in of(Organization, activity(PARTY.format("90000", name))) if row.name == name)
    assert (group.kind, group.note) == ("group", "")
    (known,) = (row for row in of(Organization, activity(typed.format("XX-2", name))) if row.name == name)
    assert (known.kind, known.note) == ("company", "")


def test_all_that_is_not_read_is_counted_by_its_path() -> None:
    strange = '<x:a xmlns:x="urn:x" b="1"><x:c/></x:a><title colour="red"><b/></title>'
    _, report = read(activity(strange + transaction(inside="<disbursement-channel code='1'/><z/>")))
    assert report.unread == {
        "iati-activity/{urn:x}a": 1, "iati-activity/title/@colour": 1, "iati-activity/title/b": 1,
        "iati-activity/transaction/z": 1,
    }  # fmt: skip
    assert report.ignored == {"iati-activity/transaction/disbursement-channel": 1}


@pytest.mark.parametrize(
    ("stranger", "got"),
    [
        ("<Iati-Activity/>", "'Iati-Activity'"),
        ("<wrapper>\n<iati-activity/><iati-activity/></wrapper>", "'wrapper' with 2 of them inside"),
        ('<iati-activity xmlns="urn:x"/>', "'{urn:x}iati-activity'"),
    ],
)
def test_what_stands_among_the_records_and_is_none_is_found_and_counted(stranger: str, got: str) -> None:
    one = activity("").decode().partition(">")[2].removesuffix("</iati-activities>")
    content = f"<iati-activities>\n{stranger}{one}\n{stranger}{stranger}</iati-activities>".encode()
    rows, report = read(content)
    assert [work.title for work in rows if isinstance(work, Activity)] == ["Wells"]
    assert report.counts["warning", "unknown-record"] == 3
    found = [one for one in report.findings if one.rule == "unknown-record"]
    line = content.count(b"\n") - stranger.count("\n") * 2 + 1
    assert [one.place for one in found[:2]] == ["x.xml:2", f"x.xml:{line}"]
    assert {one.message for one in found} == {f"expected iati-activity or iati-organisation, got {got}; left out"}
    assert sum(report.unread.values()) == 3
    _, report = read(f"<iati-activities>{stranger}</iati-activities>".encode())
    assert {rule for _, rule in report.counts} == {"unknown-record", "no-records"}


def test_attributes_of_the_root_are_counted() -> None:
    _, report = read(activity("").replace(b"version=", b'colour="red" linked-data-default="x" version=', 1))
    assert (report.unread["iati-activities/@colour"], sum(report.unread.values())) == (1, 1)
    assert report.ignored["iati-activities/@linked-data-default"] == 1


def test_nothing_is_both_read_and_ignored_and_every_reason_is_told() -> None:
    for name, reason in IGNORED.items():
        parent, _, inside = name.rpartition("/")
        assert len(reason) > 10
        assert all(inside not in read for tag, read in READ.items() if parent in ("", tag)), name


# --- defects -----------------------------------------------------------------------------------------------------

PARTY = '<participating-org role="4" ref="{}"><narrative>{}</narrative></participating-org>'
DEFECTS = {
    "placeholder-reference": PARTY.format("N/A", "Eau pour tous"),
    "channel-as-reference": PARTY.format("41122", "UNICEF"),
    "party-unusable": PARTY.format("", "nan"),
    "unknown-participating-org": PARTY.replace('"4"', '"Donor"').format("XX-2", "A donor"),
    "double-escaped": PARTY.format("XX-2", "Food &amp;amp;amp; Water"),
    "mis-decoded": PARTY.format("XX-2", "CÃ´te d'Ivoire"),
    "lost-characters": PARTY.format("XX-2", "Minist\ufffdre"),
    "other-type": PARTY.format("XX-2", "A").replace("ref", 'type="10" ref')
    + PARTY.format("XX-2", "A").replace("ref", 'type="40" ref'),
    "not-a-date": transaction(day="314804"),
    "unlikely-date": transaction(day="0201-05-01"),
    "not-an-amount": transaction("2014-05-01"),
    "amount-mended": transaction("1,250,000.50"),
    "no-transaction-type": transaction(code=""),
    "unknown-transaction-type": transaction(code="77"),
    "shares-not-100": '<sector code="111" percentage="60"/><sector code="112" percentage="60"/>',
    "not-a-share": '<sector code="111" percentage="half"/>',
    "split-code": "".join(f'<sector vocabulary="DAC" code="{digit}" percentage="33.33"/>' for digit in "152"),
    "no-code": "<recipient-country/>",
    "second-date": '<activity-date type="2" iso-date="2014-01-01"/><activity-date type="2" iso-date="2014-01-02"/>',
    "related-unusable": '<related-activity type="1"/>',
    "unknown-country": '<recipient-country code="XK"><narrative>Kosovo</narrative></recipient-country>',
}


@pytest.mark.parametrize(("rule", "inside"), DEFECTS.items(), ids=DEFECTS)
def test_a_defect_is_found_and_survived(rule: str, inside: str) -> None:
    also = {"unknown-participating-org": {"party-unusable"}}
    assert rules(activity(inside)) == {rule} | also.get(rule, set())
    assert graph(activity(inside))


def test_a_value_is_kept_as_it_came_beside_its_clean_form() -> None:
    flow, broken, naked = (
        of(Flow, activity(transaction("1,250,000.50")))[0],
        of(Flow, activity(transaction("2014-05-01", day="314804")))[0],
        of(Flow, activity(transaction("7"), attributes=""))[0],
    )
    assert (flow.amount, flow.note) == (Decimal("1250000.50"), "The source has the amount '1,250,000.50'.")
    assert (broken.amount, broken.start) == (None, None)
    assert "'2014-05-01'" in broken.note
    assert "'314804'" in broken.note
    assert (naked.amount, naked.currency, naked.note) == (None, "", "The source has the amount '7' and no currency.")
    names = of(Name, activity(PARTY.format("XX-2", "Food &amp;amp; Water")))
    assert [(name.name, name.kind) for name in names] == [("Food &amp; Water", "misspelling")]
    parts = [part.spelling for part in of(Participation, activity(PARTY.format("XX-2", "Food &amp;amp; Water")))]
    assert parts == ["Trust", "Food &amp; Water"]


@pytest.mark.parametrize("attributes", ['default-currency="Dollars"', 'default-currency="zzz"'])
def test_what_is_no_code_of_a_currency_makes_no_amount_and_is_told(attributes: str) -> None:
    content = activity(transaction("7"), attributes=attributes)
    met = attributes.split('"')[1]
    (flow,) = of(Flow, content)
    assert (flow.amount, flow.currency) == (None, "")
    assert flow.note == f"The source has the amount '7' and the currency '{met}'."
    _, report = read(content)
    assert [(one.rule, one.message) for one in report.findings] == [
        ("no-currency", f"value: expected a currency, of its own or of the activity, got '{met}' for 7")
    ]
    (flow,) = of(Flow, content.replace(b"<value ", b'<value currency="usd" '))
    assert (flow.amount, flow.currency) == (7, "USD")


BUDGET = '<budget {}><period-start iso-date="{}"/><period-end iso-date="{}"/><value currency="USD">5</value></budget>'


def test_a_budget_that_ends_before_it_starts_has_neither_day_but_both_in_its_note() -> None:
    content = activity(BUDGET.format("", "2015-01-01", "2014-12-31"))
    (flow,) = of(Flow, content)
    assert (flow.start, flow.end) == (None, None)
    assert flow.note == "The source has the start 2015-01-01 and the end 2014-12-31."
    assert rules(content) == {"end-before-start"}


def test_a_code_that_the_standard_does_not_have_is_kept_in_the_note() -> None:
    budget = BUDGET.format('type="9" status="8"', "2014-01-01", "2014-12-31")
    party = PARTY.replace("ref", 'type="98" ref').format("XX-2", "Oxfam")
    content = activity(budget + transaction(code="99") + party + '<activity-date type="7" iso-date="2014-01-01"/>')
    content = content.replace(b'activity-status code="2"', b'activity-status code="6.5"')
    assert {flow.title.split()[0]: flow.note for flow in of(Flow, content)} == {
        "unspecified": "The source has the transaction-type '99'.",
        "budget": "The source has the type '9'. The source has the status '8'.",
    }
    (work,) = of(Activity, content)
    assert work.note == "The source has the type of a date '7'. The source has the activity-status '6.5'."
    assert "The source has the type '98'." in {party.note for party in of(Organization, content)}
    assert rules(content) == {f"unknown-{one}" for one in (
        "budget", "transaction-type", "participating-org", "activity-date", "activity-status")}  # fmt: skip


def test_a_role_that_the_standard_does_not_have_is_told_where_its_party_is_left_out() -> None:
    _, report = read(activity(PARTY.replace('"4"', '"9"').format("XX-2", "Oxfam")))
    messages = [one.message for one in report.findings if one.rule == "party-unusable"]
    assert messages == ["participating-org: expected a role of the standard, got '9'; left out"]


def test_a_day_in_words_is_told_in_both_generations() -> None:
    for words in ("1 May 2014", "<narrative>1 May 2014</narrative>"):
        content = activity(f'<activity-date type="2">{words}</activity-date>')
        assert rules(content) == {"not-a-date"}
        assert [work.note for work in of(Activity, content)] == ["The source has the activity-date '1 May 2014'."]


def test_text_beside_what_is_read_is_counted_and_in_its_place_is_read() -> None:
    inside = """<activity-status code="2">Going well</activity-status><other-identifier ref="77">78</other-identifier>
        <related-activity type="1" ref="XX-9">Phase 1</related-activity>
        <budget><period-start iso-date="2014-01-01">1 May</period-start><value>5</value></budget>"""
    paid = """<transaction><transaction-type code="3">Advance</transaction-type>
        <transaction-date>2014-05-06</transaction-date><value currency="usd">5</value>
        <aid-type code="C01">mine</aid-type></transaction>"""
    rows, report = read(activity(inside + paid))
    instead = '<activity-date type="2" iso-date="">2014-05-01</activity-date>'
    instead += "<transaction><transaction-type>Advance</transaction-type><value>5</value></transaction>"
    _, told = read(activity(instead).replace(b'<activity-status code="2"/>', b"<activity-status>2</activity-status>"))
    assert told.ignored == {}
    assert told.unread == {"iati-activity/transaction/transaction-type/text()": 1}
    beside = ["activity-status", "other-identifier", "related-activity", "budget/period-start"]
    beside += ["transaction/transaction-type", "transaction/aid-type"]
    assert report.ignored == {f"iati-activity/{one}/text()": 1 for one in beside}
    (flow,) = (row for row in rows if isinstance(row, Flow) and row.stage == "disbursement")
    assert flow.start == parse_date("2014-05-06")
    assert (flow.currency, flow.note) == ("USD", "The source has the currency 'usd'.")


def test_what_is_cleaned_is_kept_as_it_came() -> None:
    days = '<activity-date type="2" iso-date="2014-05-01T23:30:00+02:00"/>'
    plain = '<activity-date type="4" iso-date="2014-05-02T00:00:00Z"/>'
    (work,) = of(Activity, activity(days + plain))
    assert work.note == "The source has the activity-date '2014-05-01T23:30:00+02:00'."
    one, other = of(
        Allocation, activity('<recipient-country code="ke" percentage="40%"/><recipient-country code="UG"/>')
    )
    assert one.note == "The source has the percentage '40%'. The source has the country 'ke'."
    assert other.note == ""


def test_a_second_element_and_text_beside_elements_are_counted() -> None:
    twice = '<value>7</value><provider-org ref="A"/><provider-org ref="B"/><receiver-org ref="C"/><receiver-org/>'
    again = '<iati-identifier>XX-1-B</iati-identifier><reporting-org ref="XX-2"/><activity-status code="3"/>'
    mixed = "<description>Deep<narrative>Wells</narrative></description>"
    country = '<recipient-country code="KE">Kenya</recipient-country>'
    date = '<activity-date type="2" iso-date="2014-05-01">1 May 2014</activity-date>'
    _, report = read(activity(again + mixed + country + date + transaction(inside=twice)))
    assert report.unread == {
        **{f"iati-activity/{one}[second]": 1 for one in ("iati-identifier", "reporting-org", "activity-status")},
        **{f"iati-activity/transaction/{one}[second]": 1 for one in ("value", "provider-org", "receiver-org")},
        "iati-activity/description/text()": 1,
    }  # fmt: skip
    assert report.ignored == {
        "iati-activity/recipient-country[name beside a known code]": 1,
        "iati-activity/activity-date/text()": 1,
    }


def test_what_stood_in_a_share_is_noted_where_it_stood() -> None:
    one, other = of(Allocation, activity('<sector code="11110" percentage="50"/><sector code="112" percentage="150"/>'))
    assert (one.note, one.share) == ("", 50)
    assert (other.note, other.share) == ("The source has the percentage '150'.", None)
    split = "".join(f'<sector vocabulary="DAC" code="{digit}" percentage="33.33"/>' for digit in "152")
    (joined,) = of(Allocation, activity(split))
    assert (joined.code, joined.share) == ("152", 100)


def test_shares_of_one_vocabulary_are_one_whole_in_whatever_list_its_codes_are() -> None:
    sector = '<sector vocabulary="{}" code="{}" percentage="{}"/>'
    both = sector.format("1", "111", "60") + sector.format("1", "12220", "40")
    assert rules(activity(both)) == set()
    assert {one.vocabulary for one in of(Allocation, activity(both))} == {"iati-sector", "iati-sector-category"}
    assert rules(activity(both + sector.format("2", "111", "100"))) == set()
    assert rules(activity(sector.format("1", "111", "60") + sector.format("2", "122", "40"))) == {"shares-not-100"}


def test_an_acronym_in_brackets_is_a_name_where_it_is_made_of_the_name() -> None:
    content = activity(PARTY.format("XX-2", "Children's Fund (CF)") + PARTY.format("XX-3", "Concern Worldwide (UK)"))
    (name,) = of(Name, content)
    assert (name.entity, name.name, name.kind, name.certainty) == ("org.XX-2", "CF", "acronym", "implied")
    again = activity(PARTY.format("XX-2", "CF") + PARTY.format("XX-2", "Children's Fund (CF)"))
    assert [(one.name, one.kind) for one in of(Name, again)] == [("Children's Fund (CF)", "alternative")]


def test_parties_that_share_a_channel_code_stay_apart() -> None:
    content = activity(PARTY.format("22000", "Oxfam") + PARTY.format("22000", "CARE"))
    found = {row.name: row.identifiers for row in of(Organization, content)}
    assert found["Oxfam"] == found["CARE"] == ("dac-channel:22000",)


def test_a_defect_of_who_reports_is_found_once_an_activity() -> None:
    one = activity("").replace(b'ref="XX-1"', b'ref="41122"')
    _, report = read(one)
    assert report.counts == {("info", "channel-as-reference"): 1}
    _, report = read(one.replace(b'"41122"', b'"N/A"'))
    assert report.counts == {("warning", "placeholder-reference"): 1}


def test_an_identifier_met_twice_is_two_activities_of_which_one_counts() -> None:
    one = activity(transaction()).decode()
    again = one[one.index("<iati-activity ") : one.index("</iati-activities>")]
    content = one.replace("</iati-activities>", again + "</iati-activities>").encode()
    works = of(Activity, content)
    assert [work.id for work in works] == ["activity.XX-1-A", "activity.XX-1-A.number-2"]
    assert [work.evidence[0].record for work in works] == ["XX-1-A", "activity 2"]  # type: ignore[union-attr]
    assert rules(content) == {"duplicate-identifier"}
    assert [flow.counts for flow in of(Flow, content)] == [True, False]


def organisations(*each: str) -> bytes:
    """A file of organisations, each with an equal budget."""
    budget = '<total-budget><value currency="USD" value-date="2014-01-01">5</value></total-budget>'
    inside = "".join(f"<iati-organisation>{one}{budget}</iati-organisation>" for one in each)
    return f"<iati-organisations>{inside}</iati-organisations>".encode()


ORGANISATION = (
    "<organisation-identifier>{}</organisation-identifier><name><narrative>{}</narrative></name>"
    '<reporting-org ref="XX-9"><narrative>Reporter</narrative></reporting-org>'
)


def test_organisations_whose_identifier_is_a_placeholder_are_known_by_their_names() -> None:
    content = organisations(ORGANISATION.format("N/A", "One"), ORGANISATION.format("N/A", "Two"))
    assert {row.name for row in of(Organization, content)} == {"One", "Two", "Reporter"}
    flows = of(Flow, content)
    assert len({flow.id for flow in flows}) == len({flow.funders for flow in flows}) == 2
    assert rules(content) == {"no-identifier"}


def test_an_organisation_met_twice_is_found_and_each_budget_is_kept() -> None:
    content = organisations(ORGANISATION.format("XX-1", "One"), ORGANISATION.format("XX-1", "Two"))
    flows = of(Flow, content)
    assert [flow.funders for flow in flows] == [("org.XX-1",)] * 2
    assert [flow.evidence[0].record for flow in flows] == ["XX-1", "organisation 2"]  # type: ignore[union-attr]
    assert len({flow.id for flow in flows}) == 2
    assert rules(content) == {"duplicate-identifier"}


def test_an_organisation_has_names_in_all_languages_and_needs_a_reporter() -> None:
    names = '<iati-identifier>XX-1</iati-identifier><name xml:lang="en">One</name><name xml:lang="fr">Un</name>'
    content = organisations(names)
    assert [(name.name, name.language) for name in of(Name, content)] == [("Un", "fr")]
    assert rules(content) == {"no-reporter"}


def test_an_activity_that_lacks_everything_is_still_one() -> None:
    content = b"<iati-activities><iati-activity/></iati-activities>"
    assert [work.id for work in of(Activity, content)] == ["activity.number-1"]
    assert rules(content) == {"no-identifier", "no-title", "no-reporter"}


@pytest.mark.parametrize("empty", [65_515, 65_530, 65_540, 70_000])
def test_findings_have_their_lines_far_down_in_a_file(empty: int) -> None:
    """libxml2 keeps 16 bits of a line with an element."""

    def places(content: bytes) -> list[tuple[str, int]]:
        _, report = read(content)
        return [(one.rule, int(one.place.removeprefix("x.xml:"))) for one in report.findings]

    content = activity("\n".join(inside.replace("><", ">\n\n<") for inside in DEFECTS.values()))
    near = places(content)
    far = places(content.replace(b"<iati-activity ", b"\n" * empty + b"<iati-activity ", 1))
    assert len(near) > len(DEFECTS)
    assert far == [(rule, line + empty) for rule, line in near]
    cut = activity("<title>").replace(b"<iati-activity ", b"\n" * empty + b"<iati-activity ", 1)
    with pytest.raises(InputError, match=rf"^x\.xml:{empty + 4}: expected well-formed XML"):
        read(cut)


def test_where_no_text_is_between_tags_the_line_is_that_of_what_is_around() -> None:
    content = activity("\n<transaction><value></value></transaction>")
    content = content.replace(b"<iati-activity ", b"\n" * 70_000 + b"<iati-activity ", 1)
    _, report = read(content)
    assert {one.place for one in report.findings} == {"x.xml:70001"}
    _, report = read(b"\n" * 70_000 + b"<iati-activities><iati-activity/></iati-activities>")
    assert {one.place for one in report.findings} == {"x.xml"}


def test_all_findings_are_counted_and_a_hundred_are_kept() -> None:
    _, report = read(activity(PARTY.format(";", "") * (KEPT + 7)))
    assert report.counts["error", "party-unusable"] == KEPT + 7
    assert sum(finding.rule == "party-unusable" for finding in report.findings) == KEPT


def test_the_first_error_stops_a_strict_load() -> None:
    with pytest.raises(InputError, match=r"^x\.xml:\d+: participating-org: expected .+, got none"):
        read(activity(PARTY.format(";", "")), strict=True)


# --- files that are broken or made to harm -----------------------------------------------------------------------

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {one} "{f"&{other};" * 10}">' for one, other in zip("bcdefgh", "abcdefg", strict=True))
    + "]><iati-activities><iati-activity><title>&h;</title></iati-activity></iati-activities>"
)
OUTSIDE = (
    '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><iati-activities><iati-activity><title>&a;</title>'
    "</iati-activity></iati-activities>"
)
REFUSED = {
    "empty": b"",
    "json": b'{"error": "not found"}',
    "html": b"<html><body>Not found</body></html>",
    "cut off": WELLS.read_bytes()[:3000],
    "no utf-8": WELLS.read_bytes().replace(b"Wells in", b"W\xff\xfells in"),
    "entity bomb": BOMB.encode(),
    "external entity": OUTSIDE.encode(),
    "deep": activity("<title>" * (DEEPEST + 1) + "</title>" * (DEEPEST + 1)),
    "very deep": activity("<title>" * 5000 + "</title>" * 5000),
    "another root": b"<registry-record/>",
    **{
        name: activity(inside)
        for name, inside in {
            "huge text": f"<title>{'a' * 10_500_000}</title>",
            "huge attribute": f'<title a="{"a" * 10_500_000}"/>',
            "huge comment": f"<!--{'a' * 10_500_000}-->",
            "huge name": f"<{'a' * 60_000}/>",
        }.items()
    },
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_to_its_end_is_refused_in_one_line(content: bytes) -> None:
    with pytest.raises(InputError, match=r"^x\.xml(:\d+)?: expected .+, got .+") as caught:
        read(content)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300
    assert not re.search("XML_PARSE|too long|too big", str(caught.value))


def test_a_file_without_end_is_refused_before_it_fills_the_memory() -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return b"<iati-activities>" + b"<x/>" * 100 if self.given == size else b"<x/>" * (size // 4)

    stream: Any = Endless()
    with pytest.raises(InputError, match="expected records of at most 64 MB"):
        list(read_iati(stream, "x.xml", Report(), codes()))
    assert stream.given < 2 * LARGEST_RECORD


def test_texts_and_attributes_are_bounded() -> None:
    long = "a" * 1_000_001
    assert rules(activity(f"<description><narrative>{long}</narrative></description>")) == {"too-long"}
    assert rules(activity(f'<participating-org role="4" ref="{long}"/>')) == {"too-long"}


@given(st.data())
def test_whatever_is_cut_flipped_or_put_in_gives_a_graph_or_one_line(data: st.DataObject) -> None:
    content = bytearray(WELLS.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        match data.draw(st.sampled_from(["cut", "flip", "insert", "swap"])):
            case "cut":
                del content[at : at + data.draw(st.integers(1, 200))]
            case "flip":
                content[at] = data.draw(st.integers(0, 255))
            case "insert":
                content[at:at] = data.draw(st.binary(max_size=20) | st.sampled_from(FRAGMENTS))
            case "swap":
                values = list(re.finditer(rb'"[^"<]*"', content))
                value = data.draw(st.sampled_from(values)) if values else None
                if value:
                    content[value.start() : value.end()] = data.draw(st.sampled_from(VALUES))
        content = content or bytearray(b" ")
    said = "x.xml: expected no error, got none"
    try:
        graph(bytes(content))
    except InputError as error:
        said = str(error)
    assert LINE.match(said)


FRAGMENTS = [b"<title/>", b"<value>1e999</value>", b"&amp;", b"<![CDATA[<x>]]>", b"</transaction>", b"&#0;", b"<?x?>"]
VALUES = [b'""', b'"-1"', b'"9999-99-99"', b'"2014-01-01"', b'"1e30"', b'"%2F/#<"', b'"&#x202E;\xc3\xa9"', b'"NaN"']


# --- the command -------------------------------------------------------------------------------------------------


def folder_of(tmp_path: Path) -> Path:
    """A folder with a plain file, a packed one and a broken one."""
    folder = tmp_path / "activities" / "new"
    folder.mkdir(parents=True)
    shutil.copy(WELLS, folder / "Wells 2.03.xml")
    (folder / "trust.xml.gz").write_bytes(gzip.compress((IATI / "trust-org.xml").read_bytes()))
    (folder / "cut.xml").write_bytes(WELLS.read_bytes()[:3000])
    (folder / "readme.txt").write_text("no data", encoding="utf-8")
    return folder.parent


def test_a_folder_is_loaded_but_for_the_file_that_is_broken(tmp_path: Path, run_kg: RunKg) -> None:
    store, told = tmp_path / "store", tmp_path / "findings.json"
    ran = run_kg("load", "iati", folder_of(tmp_path), "--store", store, "--findings", told, "--licence", "CC BY 4.0",
                 "--publisher", "Example Water Trust")  # fmt: skip
    assert ran.code == 0, ran.err
    assert ran.out == ""
    assert re.search(r"unreadable-file +error +1 ", ran.err)
    assert "2 of 3 files: 2 activities, 6 participations, 5 transactions, " in ran.err
    sources = run_kg("sources", "list", "--store", store, "--format", "json").json
    assert [source["id"] for source in sources] == ["trust", "wells-2-03"]
    assert {source["licence"] for source in sources} == {"CC BY 4.0"}
    document = json.loads(told.read_text(encoding="utf-8"))
    (cut,) = (one for one in document["findings"] if one["rule"] == "unreadable-file")
    line = WELLS.read_bytes()[:3000].count(b"\n") + 1
    assert cut["place"] == f"{tmp_path / 'activities' / 'new' / 'cut.xml'}:{line}"
    assert cut["message"].startswith("expected well-formed XML, got ")
    assert document["read"]["activities"] == 2
    assert {"severity", "rule", "subject", "message", "place"} == set(document["findings"][0])
    assert document["ignored"]["iati-activity/contact-info"] == 1
    assert run_kg("check", "--store", store).code == 0


def test_the_same_file_again_changes_nothing_and_a_newer_one_takes_its_place(tmp_path: Path, run_kg: RunKg) -> None:
    store, file = tmp_path / "store", tmp_path / "wells.xml"
    shutil.copy(WELLS, file)
    assert run_kg("load", "iati", file, "--store", store).code == 0
    assert "nothing changed" in run_kg("load", "iati", file, "--store", store).err
    file.write_bytes(WELLS.read_bytes().replace(b"Wells in Kenya", b"Deep wells in Kenya"))
    before = open_view(store).version
    assert run_kg("load", "iati", file, "--store", store).code == 0
    assert open_view(store).version != before
    assert run_kg("show", "Deep wells in Kenya", "--store", store).code == 0
    assert run_kg("sources", "remove", "wells", "--store", store).code == 0
    assert run_kg("sources", "list", "--store", store, "--format", "json").json == []


def test_partners_are_those_who_take_part_and_never_who_only_publishes(tmp_path: Path, run_kg: RunKg) -> None:
    content = activity(PARTY.format("XX-2", "Oxfam") + PARTY.format("XX-3", "CARE"))
    file, store = tmp_path / "one.xml", tmp_path / "store"
    file.write_bytes(content + b"\n")
    assert run_kg("load", "iati", file, "--store", store).code == 0
    found = run_kg("partners", "Oxfam", "--store", store, "--format", "csv").rows
    assert "CARE" in str(found)
    assert "Trust" not in str(found)


def test_an_organization_is_found_by_the_acronym_at_the_end_of_its_name(tmp_path: Path, run_kg: RunKg) -> None:
    content = activity(PARTY.format("XX-2", "High Commissioner for Refugees (HCR)"))
    file, store = tmp_path / "one.xml", tmp_path / "store"
    file.write_bytes(content.replace(b">Wells<", b">Wells of HCR<"))
    assert run_kg("load", "iati", file, "--store", store).code == 0
    shown = run_kg("show", "HCR", "--store", store, "--format", "json").json
    assert shown["entity"]["label"] == "High Commissioner for Refugees (HCR)"
    assert ("HCR", "acronym", "implied") in {(name["name"], name["kind"], name["certainty"]) for name in shown["names"]}


def test_what_was_loaded_is_shown_with_its_record(tmp_path: Path, run_kg: RunKg) -> None:
    store = tmp_path / "store"
    assert run_kg("load", "iati", WELLS, "--store", store, "--source", "wells").code == 0
    shown = run_kg("show", "XX-1-WELLS/7", "--store", store)
    assert shown.code == 0, shown.err
    for words in ("Wells in Kenya", "Puits au Kenya", "60 percent", "Village wells", "sibling of", "GBP"):
        assert words in shown.out, words
    found = run_kg("show", "Example Water Trust", "--store", store).out
    assert found.count("Wells in Kenya") == 1
    assert "      also funding, implied; reporting\n      with " in found
    found = run_kg("show", "XX-1-WELLS/7", "--store", store, "--format", "json").json
    assert {relation["kind"] for relation in found["relations"]} >= {"participation", "flow", "allocation", "link"}
    places = [place for relation in found["relations"] for place in relation["evidence"]]
    assert {(place["file"], place["record"]) for place in places} == {("wells-2.03.xml", "XX-1-WELLS/7")}
    (kenya,) = run_kg("query", "SELECT ?work { ?work :covers country:KE }", "--store", store, "--format", "csv").rows
    assert kenya["work"].endswith("/activity.XX-1-WELLS%2F7")


@pytest.mark.parametrize("pattern", ["*.xml", "**/Wells*"])
def test_a_pattern_is_understood_where_no_shell_does(
    pattern: str, tmp_path: Path, run_kg: RunKg, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder_of(tmp_path) / "new")
    ran = run_kg("load", "iati", pattern, "--store", tmp_path / "store")
    assert ran.code == 0, ran.err
    assert re.search(r"^1 (of 2 files|file): 2 activities", ran.err, re.MULTILINE)


def test_a_pipe_needs_the_id_of_its_source(tmp_path: Path, start_kg: RunKg) -> None:
    store, content = tmp_path / "store", gzip.compress(WELLS.read_bytes())
    ran = start_kg("load", "iati", "-", "--store", store, stdin=content)
    assert ran.code == 2
    assert "expected --source ID" in ran.err
    ran = start_kg("load", "iati", "-", "--store", store, "--source", "wells", stdin=content)
    assert ran.code == 0, ran.err
    assert "1 file: 2 activities" in ran.err


@pytest.mark.parametrize(
    ("name", "options"), [("cut.xml", []), ("missing.xml", []), ("party.xml", ["--strict"]), ("cut.xml.gz", [])]
)
def test_what_loads_nothing_is_exit_2_and_changes_nothing(
    name: str, options: list[str], tmp_path: Path, run_kg: RunKg
) -> None:
    store, file = tmp_path / "store", tmp_path / name
    contents = {
        "cut.xml": WELLS.read_bytes()[:3000],
        "party.xml": activity(PARTY.format(";", "")),
        "cut.xml.gz": gzip.compress(WELLS.read_bytes())[:900],
    }
    if name in contents:
        file.write_bytes(contents[name])
    ran = run_kg("load", "iati", file, *options, "--store", store)
    assert ran.code == 2
    assert re.fullmatch(r"error: .*: expected .+, got .+\n", ran.err)
    assert not list((store / "versions").iterdir())


def test_options_of_iati_are_refused_for_other_kinds(tmp_path: Path, run_kg: RunKg) -> None:
    ran = run_kg("load", "workbook", tmp_path / "x", "--strict", "--store", tmp_path / "store")
    assert ran.code == 2
    assert "are for data that others publish" in ran.err


# --- sorting on disk ---------------------------------------------------------------------------------------------


def test_runs_on_disk_give_the_same_bytes_as_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def statements() -> Iterator[Statement]:
        return map_records(SOURCE, read(WELLS.read_bytes())[0])

    count = write_source(statements(), source_iri("x"), tmp_path / "memory.nq")
    monkeypatch.setattr(sorting, "RUN", 7)
    monkeypatch.setattr(sorting, "RUNS", 3)
    assert write_source(statements(), source_iri("x"), tmp_path / "disk.nq") == count
    assert (tmp_path / "memory.nq").read_bytes() == (tmp_path / "disk.nq").read_bytes()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["disk.nq", "memory.nq"]


# --- languages, days and finance types that are hard to read ------------------------------------------------------


def test_a_language_goes_for_all_that_is_inside_and_an_empty_one_ends_it() -> None:
    told = "<description><narrative>Remboursement</narrative></description>"
    text = transaction(inside=told).replace("<transaction>", '<transaction xml:lang="fr">')
    assert [flow.language for flow in of(Flow, activity(text))] == ["fr"]
    _, report = read(activity(text))
    assert not report.unread
    party = '<participating-org role="4"><narrative xml:lang="">Neutral</narrative></participating-org>'
    names = {row.name: row.language for row in of(Organization, activity(party))}
    assert names["Neutral"] == ""


def test_a_language_that_is_none_is_told() -> None:
    party = '<participating-org role="4"><narrative xml:lang="english">Wells</narrative></participating-org>'
    assert rules(activity(party)) == {"unknown-language"}
    assert {row.name: row.language for row in of(Organization, activity(party))}["Wells"] == ""


def test_a_day_with_more_than_a_day_is_a_finding_and_one_with_its_time_is_none() -> None:
    date = '<activity-date type="2" iso-date="{}"/>'
    assert rules(activity(date.format("2014-01-01 to 2016-12-31"))) == {"date-mended"}
    assert rules(activity(date.format("2014-01-01T10:00:00+02:00"))) == set()


def test_the_day_of_a_file_is_told_as_it_came_where_it_is_none(tmp_path: Path) -> None:
    file = tmp_path / "x.xml"
    root = '<iati-activities version="2.03 jane@example.org" generated-datetime="01/02/2021 10:00"/>'
    file.write_text(root, encoding="utf-8")
    told = describe_iati([file])
    assert told["date"] is None
    assert "'01/02/2021 10:00'" in told["note"]
    assert "jane" not in told["note"]


@pytest.mark.parametrize(("code", "kind"), [("1100", ""), ("110", "grant"), ("421", "loan"), ("510", "equity")])
def test_a_finance_type_is_of_three_digits(code: str, kind: str) -> None:
    (flow,) = of(Flow, activity(transaction(inside=f'<finance-type code="{code}"/>')))
    assert (flow.instrument, flow.finance_type) == (code, kind)


# --- individuals --------------------------------------------------------------------------------------------------


def test_individuals_of_a_record_are_told_from_each_other_and_found() -> None:
    def party(name: str, role: int) -> str:
        return f'<participating-org role="{role}"><narrative>{name}</narrative></participating-org>'

    parties = party("Ms. Ann Poe", 1) + party("Mr. Jo Roe", 4) + party("Ann Poe", 4)
    rows, report = read(activity(parties))
    agents = [row.agent for row in rows if isinstance(row, Participation) and row.role != "reporting"]
    assert agents[0] == agents[2] != agents[1]
    assert report.counts["info", "individual"] == 3


def test_a_body_of_a_public_type_is_no_individual_by_its_first_letters() -> None:
    name = "<narrative>Dr. Moto Kano</narrative>"
    (*_, body) = of(
        Organization, activity(f'<participating-org role="4" type="10" ref="X-1">{name}</participating-org>')
    )
    assert body.name == "Dr. Moto Kano"
    (*_, person) = of(Organization, activity(f'<participating-org role="4" ref="X-1">{name}</participating-org>'))
    assert person.name == "An individual (name withheld)"


def test_who_was_an_individual_is_one_in_later_records_of_the_file() -> None:
    marked = (
        '<participating-org role="4" ref="IND-77" type="Individual"><narrative>Jane Roe</narrative></participating-org>'
    )
    plain = marked.replace(' type="Individual"', "")
    first, second = (activity(party).decode() for party in (marked, plain))
    inside = second[second.index("<iati-activity ") : second.index("</iati-activities>")].replace("XX-1-A", "XX-1-B")
    both = first.replace("</iati-activities>", f"{inside}</iati-activities>").encode()
    said = repr(read(both)[0])
    assert "Jane" not in said
    assert "IND-77" not in said


def test_an_organization_stays_one_where_a_person_has_its_reference() -> None:
    person = '<participating-org role="4" ref="XX-9"><narrative>Ms. Ann Poe</narrative></participating-org>'
    body = '<participating-org role="4" ref="XX-9"><narrative>Water Trust</narrative></participating-org>'
    assert "Water Trust" in {row.name for row in of(Organization, activity(person + body))}
