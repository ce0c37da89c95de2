"""The saved questions: each has its expected answer, and those of researchers say what a careful reader found."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from kg.lookup.find import find
from kg.model.terms import iri
from kg.questions import ask_question, find_question, read_questions
from kg.shipped import ontology_dir
from kg.store.view import View, open_view
from tests.commands import RunKg, assert_refused

FOLDER = ontology_dir() / "questions"
QUESTIONS = read_questions(ontology_dir())
COMPETENCY = """
a01 a04 a07 a09 a12 a16 a21 a27 a33 a36 b01 b03 b07 b09 b14 b23 b26 b29 b36 b40 b42 b44
""".split()

Row = dict[str, str]
Ask = Callable[..., list[Row]]

LGOP_DEPARTMENT = "Department of International Cooperation and Social Poverty Alleviation of LGOP"
FCPMC = "Foreign Capital Project Management Center of LGOP"
LGOP = "Leading Group Office of Poverty Alleviation and Development"
IPRCC = "International Poverty Reduction Center in China"
PLACES = ("Chengdu", "Sichuan", "China")
VILLAGES = "Poverty-stricken Villages from the Perspective of Gender and Children"


@pytest.fixture(scope="session")
def view(store: Path) -> View:
    return open_view(store)


@pytest.fixture(scope="session")
def ask(view: View) -> Ask:
    def ask(question: str, **values: str) -> list[Row]:
        answer = ask_question(view, find_question(QUESTIONS, question), values)
        return [
            dict(zip(answer.columns, ("" if cell is None else cell for cell in row), strict=True))
            for row in answer.table()
        ]

    return ask


def expected(question: str) -> tuple[list[str], list[Row]]:
    with (FOLDER / f"{question}.csv").open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        return list(reader.fieldnames or ()), list(reader)


def pairs(rows: list[Row], *columns: str) -> set[tuple[str, ...]]:
    return {tuple(row[column] for column in columns) for row in rows}


# --- every question ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_has_the_expected_answer(question: str, ask: Ask) -> None:
    columns, rows = expected(question)
    got = ask(question)
    assert got == rows
    assert all(list(row) == columns for row in got)
    assert rows, "an expected answer without rows shows nothing"


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_row_is_told_twice(question: str) -> None:
    rows = [tuple(row.values()) for row in expected(question)[1]]
    assert len(rows) == len(set(rows))


def test_each_question_has_an_answer_file_and_no_answer_stands_alone() -> None:
    assert {file.stem for file in FOLDER.glob("*.csv")} == set(QUESTIONS)
    assert set(COMPETENCY) <= set(QUESTIONS)
    assert len(QUESTIONS) >= len(COMPETENCY) + 80


def test_every_question_of_the_researcher_is_saved(reference: Path) -> None:
    asked = json.loads((reference / "questions" / "competency-questions.json").read_text(encoding="utf-8"))
    assert [one["id"] for one in asked] == COMPETENCY


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.rq")), ids=lambda file: file.stem)
def test_a_file_says_what_it_asks_and_uses_its_parameters(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    question = QUESTIONS[file.stem]
    assert text.startswith(f"# question: {question.question}\n")
    body = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    assert set(re.findall(r"\$(\w+)", body)) == {parameter.name for parameter in question.parameters}
    assert text.count("# parameter:") == len(question.parameters)
    # Rows in a settled order, so that two runs print the same.
    assert re.search(r"^ORDER BY ", body, re.MULTILINE)
    assert re.match(r"SELECT", re.sub(r"^PREFIX .*\n|\s*\n", "", body, flags=re.MULTILINE))


# --- the commands ------------------------------------------------------------------------------------------------


def test_ask_lists_all_questions(run_kg: RunKg) -> None:
    listed = run_kg("ask", "--list", "--format", "json").json
    assert {entry["id"] for entry in listed} == set(QUESTIONS)
    (running,) = (entry for entry in listed if entry["id"] == "a07")
    assert running["parameters"] == [{"name": "day", "kind": "date", "default": "2009-06-15"}]


@pytest.mark.parametrize("question", ["a07", "b40", "totals"])
def test_ask_prints_the_expected_file(question: str, run_kg: RunKg) -> None:
    assert run_kg("ask", question, "--format", "csv").out == (FOLDER / f"{question}.csv").read_text(encoding="utf-8")


def test_a_parameter_that_the_question_does_not_have_is_refused(run_kg: RunKg) -> None:
    assert_refused(run_kg("ask", "a07", "year=2009"), "a07", "day", "year")
    assert_refused(run_kg("ask", "a01", "day=2009-06-15"), "no parameters")


@pytest.mark.parametrize("value", ["day=yesterday", "day=2009-02-30", "day"])
def test_a_value_that_does_not_fit_is_refused(value: str, run_kg: RunKg) -> None:
    assert_refused(run_kg("ask", "a07", value), "2009-06-15")


def test_a_question_that_there_is_not_is_refused(run_kg: RunKg) -> None:
    assert_refused(run_kg("ask", "a99"), "a99", "a07", code=1)


def test_a_name_that_there_is_not_is_refused(run_kg: RunKg) -> None:
    assert run_kg("ask", "partners-of", "actor=No such actor anywhere").code == 1


# --- what researchers asked --------------------------------------------------------------------------------------


def test_a01_study_funder_and_book(ask: Ask) -> None:
    rows = {row["role"]: row for row in ask("a01")}
    assert rows["conducting"]["who"] == FCPMC
    assert rows["funding"]["who"] == "Ford Foundation"
    assert (rows["conducting"]["start"], rows["conducting"]["end"]) == ("2008-05", "2009-03")
    assert rows["publisher"]["who"] == "Guangming Daily"
    assert rows["publisher"]["published"] == "2009-07"
    assert rows["publisher"]["work"] == "Chinese Community Development Fund Theory and Practice"
    assert rows["publisher"]["start"] == rows["conducting"]["published"] == ""


def test_a04_ties_of_unicef(ask: Ask) -> None:
    rows = ask("a04")
    ties = {(row["title"], row["partner"], row["partner_role"]) for row in rows if row["part"] != "name"}
    crisis, poverty = (
        "The study on the impact of financial crisis on poverty-stricken areas",
        "Study on Chinese Child Poverty",
    )
    assert ties == {
        (crisis, LGOP_DEPARTMENT, "conducting"),
        (crisis, FCPMC, "implementing"),
        (poverty, LGOP_DEPARTMENT, "conducting"),
        (poverty, FCPMC, "implementing"),
        (
            "Memorandum of understanding on cooperation in the Study on Chinese Child Poverty",
            LGOP_DEPARTMENT,
            "signatory",
        ),
        ("Seminar on Child Poverty and Development", IPRCC, "organizer"),
        (f"Workshop on Post-disaster Reconstruction of {VILLAGES}", IPRCC, "organizer"),
    }
    assert {row["start"] for row in rows if row["part"] == "agreement"} == {"2007"}
    assert {row["title"] for row in rows if row["part"] == "name"} == {
        "UN Children's Fund",
        "Children's Fund",
        "United Nations Children's Fund",
    }


def test_a07_studies_that_were_running(ask: Ask) -> None:
    rows = ask("a07")
    running = {row["study"]: (row["start"], row["end"], row["planned_end"]) for row in rows if row["running"] == "yes"}
    assert running == {
        "The study on the impact of financial crisis on poverty-stricken areas": ("2009-01", "", "2010-08"),
        "Study on Chinese Child Poverty": ("2007", "", "2010"),
        "Research on the Complaint Mechanism for Community-driven Development Projects": ("2009-01", "2009-09", ""),
    }
    assert {row["study"] for row in rows if row["running"] == "unknown"} == {
        "Comparative Study on the Poverty Reduction Models of China and Africa",
        "Research on the Poverty Alleviation Standards of Various Countries in the World",
        "Research on Financial Crisis and Poverty Reduction",
        "Overview Research on the Progress of the Study on International Poverty Reduction Theory",
        "Research on the Internationalization of China's Experience in Poverty Reduction",
        "Socio-economic Situation and Development and Poverty reduction in Tanzania",
        "Feasibility Study Report on China-Tanzania Microfinance Development Center",
    }


@pytest.mark.parametrize(
    ("day", "sure"),
    [("2006-12-31", 0), ("2007-06-01", 0), ("2008-01-01", 1), ("2008-06-01", 4), ("2009-02-15", 6), ("2010-08-15", 0)],
)
def test_a07_is_sure_only_where_the_dates_prove_it(day: str, sure: int, ask: Ask) -> None:
    # Begun in 2007: sure from 2008 on. Planned to end in August 2010 or in 2010: sure until July 2010 or 2009.
    running = [row["study"] for row in ask("a07", day=day) if row["running"] == "yes"]
    assert len(running) == sure


def test_a09_sum_of_the_courses(ask: Ask) -> None:
    rows = ask("a09")
    assert {row["item"]: row["people"] for row in rows} == {
        "1": "15", "2": "37", "3": "33", "5": "18", "8": "17", "9": "32",
    }  # fmt: skip
    assert pairs(rows, "sum_of_courses", "introduction_total", "difference", "agrees") == {("152", "151", "1", "no")}
    (parts,) = {row["introduction_parts"] for row in rows}
    assert re.findall(r"\d+", parts) == ["23", "128"]


def test_a12_countries_of_participants(ask: Ask) -> None:
    rows = ask("a12")
    assert {row["written_as"] for row in rows} == {
        "Russia", "Kyrghyzstan", "Tajikistan", "Algeria", "Benin", "Bangladesh", "Vietnam", "Madagascar", "Rwanda",
    }  # fmt: skip
    assert len(rows) == 9
    assert ("Kyrgyzstan", "Kyrghyzstan") in pairs(rows, "country", "written_as")
    several = [row for row in rows if row["in_more_than_one"] == "yes"]
    assert pairs(several, "country", "courses", "items") == {("Benin", "2", "2, 9"), ("Bangladesh", "2", "5, 9")}


def test_a16_trainings_without_a_venue(ask: Ask) -> None:
    third, seventh = ask("a16")
    assert (third["item"], third["training"]) == (
        "3",
        "High-level Seminar on China-Africa Development Experience Sharing",
    )
    assert {"Shandong", "Fujian"} <= set(third["visited"].split("; "))
    assert (seventh["item"], seventh["training"]) == ("7", "Seminar on Child Poverty and Development")
    assert seventh["visited"] == ""


def test_a21_posts(ask: Ask) -> None:
    assert pairs(ask("a21"), "person", "post", "organization", "tenure") == {
        (
            "Wang Maolin",
            "Co-Chairman",
            "Organizing Committee, International CEO Roundtable of Chinese and Foreign Multinational Corporations",
            "current",
        ),
        ("Wei Jianguo", "Secretary General", "China Center for International Economic Exchanges", "current"),
        ("Zhang Xinsheng", "Vice Minister", "Ministry of Education of China", "former"),
        ("Chi Jianxin", "Chief Executive Officer", "China Africa Development Fund", "current"),
    }


def test_b26_sessions_of_the_celebrity_forum(ask: Ask) -> None:
    rows = ask("b26")
    assert pairs(rows, "session", "date", "date_certainty", "speaker") == {
        ("1", "2009-03-11", "implied", "Muhammad Yunus"),
        ("1", "2009-03-11", "implied", "Emmanuel Faber"),
        ("2", "2009-04-01", "stated", "Hans Peter Binswanger"),
        ("2", "2009-04-01", "stated", "Han Weisen"),
    }
    assert all(row["speech"] for row in rows)


def test_b29_letters_of_the_prime_minister(ask: Ask) -> None:
    rows = [row for row in ask("b29") if row["source"] == "Poverty Reduction and Development Experience Sharing"]
    assert {row["letters"] for row in rows} == {"1"}
    assert pairs(rows, "role", "who") == {
        ("author", "Mizengo Kayanza Peter Pinda"),
        ("addressee", "Ambassador of China in Tanzania"),
        ("copied", IPRCC),
    }
    assert ("author", "Prime Minister") in pairs(rows, "role", "post")


def test_b40_donation_and_its_parts(ask: Ask) -> None:
    rows = ask("b40")
    assert sorted(Decimal(row["part_amount"]) for row in rows) == [1_300_000, 2_800_000, 42_810_000]
    assert pairs(rows, "amount", "currency", "sum_of_parts", "agrees") == {("46910000", "CNY", "46910000", "yes")}
    assert pairs(rows, "passages", "split_by_receiver") == {("2", "not stated")}
    assert {row["receivers"] for row in rows} == {"Bijie; Qiannan Autonomous Prefecture"}


def test_b42_agreements_of_shenzhen_and_guizhou(ask: Ask) -> None:
    rows = ask("b42")
    framework, agriculture, liability = (
        [row for row in rows if words in row["agreement"]]
        for words in ("12th Five-Year Plan", "Eco-agriculture", "Liability")
    )
    assert len(framework) + len(agriculture) + len(liability) == len(rows)
    assert pairs(framework, "party", "signed", "date_certainty") == {
        ("Shenzhen Municipal Government", "2011-08-18", "implied"),
        ("Government of Guizhou Province", "2011-08-18", "implied"),
    }
    assert pairs(agriculture, "party", "signed", "precision") == {
        ("Government of Luohu District, Shenzhen", "2011-12-21/2011-12-31", "range"),
        ("Government of Qiannan Autonomous Prefecture", "2011-12-21/2011-12-31", "range"),
    }
    assert pairs(liability, "party", "signed") == {("not named", "")}


def test_b44_projects_and_those_who_benefited(ask: Ask) -> None:
    people, projects = ask("b44")
    assert (projects["value"], projects["part"], projects["outside_the_part"]) == ("124", "38", "86")
    assert (people["value"], people["part"], people["outside_the_part"]) == ("130000", "60400", "")
    assert (projects["passages"], people["passages"]) == ("3", "2")


def test_a27_grants_and_the_donation_of_one_year(ask: Ask) -> None:
    (row,) = ask("a27")
    assert (row["amount"], row["year_amount"], row["percent"], row["remaining"], row["currency"]) == (
        "416000000", "36200000", "8.7", "379800000", "CNY",
    )  # fmt: skip
    assert (row["from"], row["until"], row["year"]) == ("1996", "2009", "2009")
    assert (row["classes"], row["year_counts_in_totals"]) == ("government-grant, donation", "false")


def test_a33_one_figure_told_three_times(ask: Ask) -> None:
    (row,) = ask("a33")
    assert (row["qualifier"], row["value"], row["told"], row["careless"]) == ("more-than", "5000", "3", "15000")


def test_a36_policy_documents_with_issuer_and_period(ask: Ask) -> None:
    office = "Zhejiang Provincial Office of Economic Cooperation and Exchange"
    found = pairs(ask("a36"), "document", "issuer", "from", "until")
    assert found >= {
        ("Guidance on 2009-2010 East-West Pairing-off Poverty Reduction", LGOP, "2009", "2010"),
        ("Guidance Opinions on 2009 Pairing-off Poverty Alleviation of Zhejiang Province", office, "2009", "2009"),
        ("Outline of the Program for “Dual Pairing” Work of Zhejiang Province (2009-2012)", office, "2009", "2012"),
    }
    assert {document for document, _, since, _ in found if since} == {
        row[0] for row in found if "Zhejiang" in row[1]
    } | {"Guidance on 2009-2010 East-West Pairing-off Poverty Reduction"}


def test_b01_who_signed_the_memorandum(ask: Ask) -> None:
    assert pairs(ask("b01"), "signatory", "signed_on") == {
        (name, "2004-05-27") for name in (LGOP, "Ministry of Commerce of China", "United Nations Development Programme")
    }


def test_b03_the_global_conference(ask: Ask) -> None:
    rows = ask("b03")
    assert pairs(rows, "place", "start", "end") == {("Shanghai", "2004-05-26", "2004-05-27")}
    assert pairs(rows, "counted", "count") == {("people", "1700"), ("countries", "120")}


def test_b07_interviewees_who_are_cited(ask: Ask) -> None:
    rows = ask("b07")
    assert {row["person"] for row in rows} == {"Wu Zhong", "Wang Yan"}
    assert any("Yan Wang" in row["spellings"] for row in rows)


def test_b09_scholarships(ask: Ask) -> None:
    assert pairs(ask("b09"), "partner", "kind") == {
        ("Ministry of Education of China", "government-body"),
        *(
            (f"{name} University", "university")
            for name in ("Peking", "Tsinghua", "China Agricultural", "Beijing Normal")
        ),
    }


def test_b14_upwards(ask: Ask) -> None:
    assert [(row["steps"], row["above"]) for row in ask("b14")] == [("1", LGOP), ("2", "State Council")]


def test_b23_series_of_iprcc(ask: Ask) -> None:
    found = {row["series"]: (row["since"], row["date_certainty"], row["frequency"]) for row in ask("b23")}
    workshop = next(name for name in found if name.startswith("Workshop on International Development Theories"))
    assert found == {
        "Global Poverty Reduction and Development Forum": ("2007", "stated", "annual"),
        "China-ASEAN Forum on Social Development and Poverty Reduction": ("2007", "implied", "annual"),
        "Celebrity Forum": ("2009", "stated", ""),
        workshop: ("2008", "stated", "annual"),
        "China-Africa Poverty Alleviation Forum": ("", "", ""),
    }


def test_b36_figures_on_poverty(ask: Ask) -> None:
    rows = ask("b36")
    figures = {(row["value"], row["from"], row["until"], row["qualifier"]) for row in rows if row["value"]}
    assert figures == {("517000000", "1981", "2005", "exact"), ("70", "1990", "2007", "more-than")}
    standard = {row["value"]: row["standard"] for row in rows}
    assert "1.25" in standard["517000000"]
    assert not standard["70"]
    assert len([row for row in rows if not row["value"] and not row["from"]]) == 1


# --- traps -------------------------------------------------------------------------------------------------------


def test_totals_count_nothing_twice(ask: Ask) -> None:
    yuan = {(row["flow_class"], row["stage"]): row["amount"] for row in ask("totals") if row["currency"] == "CNY"}
    # 46.91 million of Shenzhen, without its three parts, the two times 12 and the 2 million that may be inside;
    # 17 million of a company; 416 million of Zhejiang in fourteen years, without the 36.2 million of the last one; and
    # what enterprises invest, which is no aid. Classes and stages stay apart.
    assert yuan == {
        ("donation", "disbursement"): "46910000",
        ("donation", "unspecified"): "17000000",
        ("enterprise-investment", "unspecified"): "1000000000",
        ("government-grant", "disbursement"): "416000000",
    }


def test_parts_of_two_divisions_are_not_summed_together(ask: Ask) -> None:
    heads = [row for row in ask("parts-of-totals") if row["total_value"] == "151"]
    assert pairs(heads, "divided", "sum_of_parts", "left") >= {("within it", "151", "0")}
    assert all(abs(int(row["left"])) <= 1 for row in heads)


def test_who_only_spoke(ask: Ask) -> None:
    spoke = {row["organization"] for row in ask("only-spoke-never-worked")}
    assert {"World Wide Fund for Nature", "Right To Play", "Danone Group"} <= spoke
    # UNICEF spoke and organized, The Nature Conservancy organized, the ministry gave courses in commission; the World
    # Bank only spoke by the report on 2009 and conducts work in Tanzania by the paper of 2011.
    assert spoke.isdisjoint(
        {"United Nations Children's Fund", "The Nature Conservancy", "Ministry of Commerce of China", "World Bank"}
    )


def test_an_event_is_found_at_the_places_around_its_venue(ask: Ask) -> None:
    chengdu, sichuan, china = (pairs(ask("events-at", place=name), "event", "how") for name in PLACES)
    assert len(chengdu) == 1
    assert chengdu < sichuan < china


def test_partners_are_the_same_as_the_shortcut_says(view: View, ask: Ask) -> None:
    for actor in ("IPRCC", "UNICEF", "FCPMC", "Shenzhen Municipal Government"):
        shortcut = view.rows(
            "SELECT DISTINCT ?name { $actor :partnerOf/skos:prefLabel ?name FILTER (LANG(?name) = 'en') }",
            bindings={"actor": iri(find(view, actor).iri)},
        )
        assert {row["partner"] for row in ask("partners-of", actor=actor)} == {name for (name,) in shortcut}


def test_no_lecture_makes_a_partner(ask: Ask) -> None:
    partners = {row["partner"] for row in ask("partners-of", actor="UNICEF")}
    assert "Beijing Normal University" not in partners
    assert partners == {LGOP_DEPARTMENT, FCPMC, IPRCC}


def test_what_a_year_has_not_has_no_answer(ask: Ask) -> None:
    assert ask("events-in", year="2006") == []
    assert pairs(ask("events-in", year="2011"), "start") == {("2011-01/2011-04",), ("2011-08-18",), ("2011-11-29",)}


def test_an_event_with_only_a_start_took_place_on_that_day(ask: Ask) -> None:
    title = "Central work conference on poverty alleviation and development"
    answers = {
        day: {row["running"] for row in ask("running-on", day=day) if row["title"] == title}
        for day in ("2011-11-28", "2011-11-29", "2011-11-30", "2012-11-29")
    }
    assert answers == {"2011-11-28": set(), "2011-11-29": {"yes"}, "2011-11-30": set(), "2012-11-29": set()}


@pytest.mark.parametrize(
    ("day", "answer"),
    [("2006-12-31", None), ("2007-06-01", "perhaps"), ("2009-12-31", "yes"), ("2010-06-15", "perhaps"),
     ("2011-01-01", "not told")],
)  # fmt: skip
def test_nothing_is_told_after_a_planned_end(day: str, answer: str | None, ask: Ask) -> None:
    rows = {row["title"]: row["running"] for row in ask("running-on", day=day)}
    assert rows.get("Study on Chinese Child Poverty") == answer


def test_a_work_with_an_end_and_no_start_is_not_told_until_it_has_ended(ask: Ask) -> None:
    title = "Comparative Study on the Poverty Reduction Models of China and Africa"
    before, after = (
        {row["title"]: row["running"] for row in ask("running-on", day=day)} for day in ("2009-06-15", "2010-01-01")
    )
    assert before[title] == "not told"
    assert title not in after


def test_an_organization_met_by_name_only_has_one_row(ask: Ask) -> None:
    names = [row["organization"] for row in ask("met-by-name-only")]
    assert len(names) == len(set(names))


def test_courses_are_parts_of_a_count_at_another_work(ask: Ask) -> None:
    heads = [row for row in ask("head-counts") if row["part_of"] and row["part_of_work"] != row["work"]]
    assert {row["part_of_work"] for row in heads if row["part_of"] == "151"} == {
        "Foreign aid training courses of 2009 for developing countries"
    }
    assert sum(int(row["count"]) for row in heads if row["part_of"] == "151") == 152


def test_a_source_keeps_its_own_name_of_a_thing_that_two_sources_name(ask: Ask) -> None:
    names = pairs(ask("names-of", thing="LGOP"), "name", "source", "from")
    assert ("LGOP", "Poverty Reduction and Development Experience Sharing", "135") in names
    full = "State Council Leading Group Office of Poverty Alleviation and Development"
    assert (full, "Shenzhen – Guizhou Pairing-off Poverty Alleviation", "8196") in names
