"""Finding things by name, and the partners of an actor."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from kg.namespaces import CODE
from kg.store.names import find_containing, find_exact, find_like
from kg.store.view import open_view
from tests.commands import ACCRA, IPRCC, Ran, RunKg

UNICEF = f"{IPRCC}unicef"
FCPMC = f"{IPRCC}fcpmc"


def shown(ran: Ran) -> str:
    return str(ran.json["entity"]["iri"])


def labels(ran: Ran) -> set[str]:
    return {partner["label"] for partner in ran.json["partners"]}


def roles(ran: Ran, partner: str) -> set[str]:
    return {
        tie["partner_role"] for found in ran.json["partners"] if found["label"] == partner for tie in found["ties"]
    }  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        "United Nations Children's Fund", "UNICEF", "unicef", "UNITED NATIONS CHILDRENS FUND", "XM-DAC-41122", "41122",
        UNICEF, "Ünícef",
    ],
)  # fmt: skip
def test_a_thing_is_found_by_name_acronym_identifier_and_iri(run_kg: RunKg, name: str) -> None:
    ran = run_kg("show", name, "--format", "json")
    assert shown(ran) == UNICEF
    assert ran.err == ""


@pytest.mark.parametrize(
    "name",
    [
        "OECD", "经济合作与发展组织", "Jīngjì Hézuò yǔ Fāzhǎn Zǔzhī", "jingji hezuo yu fazhan zuzhi",
        "jingjihezuo yufazhanzuzhi", "JINGJI HEZUO YU FAZHAN ZUZHI",
    ],
)  # fmt: skip
def test_chinese_names_and_their_pinyin_are_names(run_kg: RunKg, tiny_store: Path, name: str) -> None:
    assert shown(run_kg("show", name, "--store", tiny_store, "--format", "json")) == f"{ACCRA}oecd"


@pytest.mark.parametrize("name", ["中国国际扶贫中心", "IPRCC", "International Poverty Reduction Center in China"])
def test_the_shipped_graph_has_the_chinese_name_of_its_center(run_kg: RunKg, name: str) -> None:
    assert shown(run_kg("show", name, "--format", "json")) == f"{IPRCC}iprcc"


def test_a_slip_of_the_source_is_a_name_that_finds(run_kg: RunKg, tiny_store: Path) -> None:
    assert shown(run_kg("show", "Akra", "--store", tiny_store, "--format", "json")) == f"{ACCRA}accra"


@pytest.mark.parametrize("name", ["Ghana", "country:GH", "GH", "https://w3id.org/partnership-kg/id/country/GH"])
def test_a_country_is_found_by_name_and_code(run_kg: RunKg, tiny_store: Path, name: str) -> None:
    found = run_kg("show", name, "--store", tiny_store, "--format", "json").json
    assert found["entity"] == {
        "iri": "https://w3id.org/partnership-kg/id/country/GH", "label": "Ghana", "kind": "country",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["Primary education", "11220", "United Nations Children’s Fund", "41122", "Donor"])
def test_a_name_never_finds_a_code(store: Path, name: str) -> None:
    version = open_view(store).path
    found = [*find_exact(version, name), *find_containing(version, name), *find_like(version, name)]
    assert [one.iri for one in found if one.iri.startswith(CODE)] == []


@pytest.mark.parametrize("name", ["Ford Fundation", "Frod Foundation", "Ford Foundatoin"])
def test_a_small_slip_is_forgiven_and_told(run_kg: RunKg, name: str) -> None:
    ran = run_kg("show", name, "--format", "json")
    assert shown(ran) == f"{IPRCC}ford-foundation"
    assert "Ford Foundation" in ran.err
    assert name in ran.err
    assert "Ford Foundation" in ran.json["note"]


def test_a_part_of_a_name_that_only_one_thing_has_is_taken_and_told(run_kg: RunKg, tiny_store: Path) -> None:
    ran = run_kg("show", "Conference Centre", "--store", tiny_store, "--format", "json")
    assert shown(ran) == f"{ACCRA}accra-centre"
    assert "no exact match" in ran.err


@pytest.mark.parametrize("command", ["show", "partners"])
def test_an_ambiguous_name_lists_its_candidates(run_kg: RunKg, tiny_store: Path, command: str) -> None:
    ran = run_kg(command, "Government", "--store", tiny_store)
    assert (ran.code, ran.out) == (1, "")
    for iri in ("gov-ghana", "gov-shanghai", "gov-yunnan"):
        assert f"{ACCRA}{iri}" in ran.err
    assert "Government of Ghana (organization)" in ran.err


@pytest.mark.parametrize("command", ["show", "partners"])
@pytest.mark.parametrize("name", ["Fodr Fondatin of Nowhere", "Worlds Bonks of"])
def test_a_name_that_is_not_found_gives_the_nearest(run_kg: RunKg, command: str, name: str) -> None:
    ran = run_kg(command, name)
    assert (ran.code, ran.out) == (1, "")
    assert len(ran.err.splitlines()) == 1
    assert "nearest: " in ran.err


@pytest.mark.parametrize(
    "name", ["", " ", "qqqqqq", "?", "'", '"', "%", "*", "(", "NEAR(a b)", "a OR b", "\x00", "\udcff", "x" * 5000,
        "http://", "http://a b/<>",
    ]
)  # fmt: skip
def test_no_name_is_too_odd_to_be_answered(run_kg: RunKg, tiny_store: Path, name: str) -> None:
    ran = run_kg("show", name, "--store", tiny_store)
    assert (ran.code, ran.out) == (1, ""), ran
    assert ran.err.startswith("error: ")
    assert "Traceback" not in ran.err


def test_partners_are_of_actors_only(run_kg: RunKg, tiny_store: Path) -> None:
    ran = run_kg("partners", "Accra Agenda for Action", "--store", tiny_store)
    assert ran.code == 1
    assert "organization or person" in ran.err


def test_partners_share_a_relation_in_roles_that_make_it(run_kg: RunKg, tiny_store: Path) -> None:
    ran = run_kg("partners", "World Bank", "--store", tiny_store, "--format", "json")
    assert labels(ran) == {"Government of Ghana", "Organisation for Economic Co-operation and Development"}
    assert roles(ran, "Government of Ghana") == {"host", "signatory", "receiving"}


def test_a_speaker_is_no_partner_but_is_present(run_kg: RunKg, tiny_store: Path) -> None:
    ran = run_kg("partners", "Robert Zoellick", "--store", tiny_store, "--format", "json")
    assert ran.json["partners"] == []
    present = run_kg(
        "partners", "Robert Zoellick", "--recipe", "co-presence", "--store", tiny_store, "--format", "json"
    )  # fmt: skip
    assert "World Bank" in labels(present)


def test_two_receivers_are_no_partners(run_kg: RunKg, tmp_path: Path, book: Path) -> None:
    from tests.commands import set_cell

    set_cell(book, "flows", 0, "receivers", "gov-ghana;gov-yunnan")
    store = tmp_path / "store"
    assert run_kg("load", "workbook", book, "--store", store).code == 0
    assert "Government of Yunnan" not in labels(
        run_kg("partners", "Government of Ghana", "--store", store, "--format", "json", "--role", "receiving")
    )
    assert labels(run_kg("partners", "Government of Yunnan", "--store", store, "--format", "json")) == {
        "World Bank", "Government of Shanghai",
    }  # fmt: skip


def test_a_funder_of_a_study_is_a_partner_of_who_conducts_it(run_kg: RunKg) -> None:
    ran = run_kg("partners", "FCPMC", "--role", "funding", "--format", "json")
    assert labels(ran) == {"Ford Foundation"}
    (tie,) = [tie for partner in ran.json["partners"] for tie in partner["ties"]]
    assert (tie["kind"], tie["role"], tie["partner_role"]) == ("activity", "conducting", "funding")
    assert tie["start"]["earliest"].startswith("2008-05")


def test_partnership_goes_both_ways(run_kg: RunKg) -> None:
    for partner in run_kg("partners", "FCPMC", "--format", "json").json["partners"]:
        back = run_kg("partners", partner["iri"], "--format", "json").json["partners"]
        mine = {tie["iri"] for tie in partner["ties"]}
        assert {tie["iri"] for other in back if other["iri"] == FCPMC for tie in other["ties"]} == mine


def test_filters_by_role_source_and_limit(run_kg: RunKg) -> None:
    everything = run_kg("partners", "IPRCC", "--format", "json")
    funding = run_kg("partners", "IPRCC", "--role", "funding", "--format", "json")
    assert labels(funding) < labels(everything)
    assert all(tie["partner_role"] == "funding" for found in funding.json["partners"] for tie in found["ties"])
    here = run_kg("partners", "IPRCC", "--source", "iprcc-2009", "--format", "json")
    assert "United Nations Children's Fund" in labels(here)
    assert labels(run_kg("partners", "UNICEF", "--source", "shenzhen-2011", "--format", "json")) == set()
    two = run_kg("partners", "IPRCC", "--limit", "2", "--format", "json")
    assert two.json["partners"] == everything.json["partners"][:2]
    assert two.json["more"] == len(everything.json["partners"]) - 2
    assert f"{two.json['more']} more partners" in two.err


@pytest.mark.parametrize("country", ["China", "CN", "country:CN"])
def test_partners_of_a_country(run_kg: RunKg, country: str) -> None:
    ran = run_kg("partners", "UNICEF", "--country", country, "--format", "json")
    assert "Foreign Capital Project Management Center of LGOP" in labels(ran)


def test_a_country_that_is_none_is_told(run_kg: RunKg) -> None:
    ran = run_kg("partners", "UNICEF", "--country", "Atlantis")
    assert (ran.code, ran.out) == (1, "")
    assert "no country named 'Atlantis'" in ran.err


def test_years_bound_the_relations_and_the_undated_are_counted(run_kg: RunKg, tiny_store: Path) -> None:
    def found(*options: str) -> Ran:
        return run_kg("partners", "World Bank", "--store", tiny_store, "--format", "json", *options)

    assert labels(found("--since", "2008", "--until", "2008")) == labels(found())
    assert labels(found("--since", "2009")) == set()
    assert labels(found("--until", "2007")) == set()
    dated = run_kg("partners", "IPRCC", "--since", "2009", "--format", "json")
    assert dated.json["undated"] > 0
    assert "no year of it is known" in run_kg("partners", "IPRCC", "--since", "2009").err


def test_planned_is_not_done(run_kg: RunKg, tmp_path: Path, book: Path) -> None:
    from tests.commands import read_table, write_table

    rows = read_table(book, "participations")
    more = [{**rows[1], "work": "hlf4", "agent": agent} for agent in ("world-bank", "gov-yunnan")]
    write_table(book, "participations", [*rows, *more])
    store = tmp_path / "store"
    assert run_kg("load", "workbook", book, "--store", store).code == 0
    command = ("partners", "World Bank", "--store", store, "--format", "json")
    assert "Government of Yunnan" not in labels(run_kg(*command))
    assert "Government of Yunnan" in labels(run_kg(*command, "--planned"))


def test_recipes_tell_partners_otherwise_and_an_unknown_one_is_told(run_kg: RunKg, tiny_store: Path) -> None:
    paired = run_kg(
        "partners", "Government of Shanghai", "--recipe", "paired-aid", "--store", tiny_store, "--format", "json"
    )  # fmt: skip
    assert labels(paired) == {"Government of Yunnan"}
    assert roles(paired, "Government of Yunnan") == {"supported"}
    wrong = run_kg("partners", "World Bank", "--recipe", "friends", "--store", tiny_store)
    assert (wrong.code, wrong.out) == (2, "")
    assert "expected one of" in wrong.err
    assert "paired-aid" in wrong.err


def test_why_shows_where_each_tie_is_said(run_kg: RunKg, tiny_store: Path) -> None:
    plain = run_kg("partners", "World Bank", "--store", tiny_store)
    why = run_kg("partners", "World Bank", "--store", tiny_store, "--why")
    assert "accra-2008 " not in plain.out
    assert why.out.splitlines()[0].split()[-1] == "evidence"
    assert all("accra-2008 " in line for line in why.out.splitlines()[2:])


def test_show_tells_relations_with_role_others_time_money_and_evidence(run_kg: RunKg, tiny_store: Path) -> None:
    answer = run_kg("show", "World Bank", "--store", tiny_store, "--format", "json").json
    flow = next(one for one in answer["relations"] if one["iri"] == f"{ACCRA}flow-forum")
    assert (flow["kind"], flow["role"], flow["amount"], flow["currency"]) == ("flow", "funding", "1500000.5", "USD")
    assert flow["others"] == [{"iri": f"{ACCRA}gov-ghana", "label": "Government of Ghana", "role": "receiving"}]
    assert flow["start"] == {"earliest": "2008-01-01", "latest": "2008-12-31", "precision": "year"}
    assert flow["evidence"][0]["source"].endswith("/source/accra-2008")
    post = next(one for one in answer["relations"] if one["kind"] == "membership")
    assert (post["label"], post["role"]) == ("President", "organization")
    assert {"scheme": "dac-channel", "value": "44000"} in answer["identifiers"]


def test_show_tells_names_with_language_kind_and_evidence(run_kg: RunKg, tiny_store: Path) -> None:
    answer = run_kg("show", "OECD", "--store", tiny_store, "--format", "json").json
    names = {name["name"]: name for name in answer["names"]}
    assert names["OECD"]["kind"] == "acronym"
    assert names["OECD"]["evidence"]
    assert (names["经济合作与发展组织"]["language"], names["经济合作与发展组织"]["certainty"]) == ("zh", "added")
    (claim,) = answer["claims"]
    assert (claim["role"], claim["kind"]) == ("claimed by", "principle")


def test_show_tells_of_an_event_who_took_part_where_and_how_many(run_kg: RunKg, tiny_store: Path) -> None:
    answer = run_kg("show", "HLF3", "--store", tiny_store, "--format", "json").json
    parties = {(other["label"], other["role"]) for one in answer["relations"] for other in one["others"]}
    assert {("World Bank", "organizer"), ("Robert Zoellick", "speaker")} <= parties
    assert any("more than 1,700 people" in one["label"] for one in answer["relations"])
    text = run_kg("show", "HLF3", "--store", tiny_store, "--why").out
    assert "Head counts" in text
    assert "Accra International Conference Centre" in text
    assert "accra-2008 0-43" in text


def test_a_path_leads_from_partner_to_partner(run_kg: RunKg, tiny_store: Path) -> None:
    answer = run_kg("path", "OECD", "World Bank", "--store", tiny_store, "--format", "json").json
    assert [step["to"]["label"] for step in answer["steps"]] == ["World Bank"]
    long = run_kg("path", "Ford Foundation", "UNICEF", "--format", "json").json
    ends = [(step["from"]["iri"], step["to"]["iri"]) for step in long["steps"]]
    assert len(ends) >= 2
    assert all(one[1] == other[0] for one, other in pairwise(ends))
    assert all(step["ties"] for step in long["steps"])


def test_no_path_is_told(run_kg: RunKg, tiny_store: Path) -> None:
    ran = run_kg("path", "OECD", "Government of Yunnan", "--store", tiny_store)
    assert (ran.code, ran.out) == (1, "")
    assert len(ran.err.splitlines()) == 1
