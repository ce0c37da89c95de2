"""Amounts in one currency by a table of rates: exact, by the most exact period, never by a rate that is not there."""

from __future__ import annotations

import datetime as dt
import random
import re
import shlex
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import InputError
from kg.feeds import Terms, load_feed
from kg.model.dates import parse_date
from kg.model.evidence import Position
from kg.model.figures import Conversion, Flow
from kg.model.report import KEPT, Report
from kg.questions import read_questions
from kg.shipped import ontology_dir
from kg.sources.rates import convert as conversion
from kg.sources.rates import read as reading
from kg.sources.rates.convert import convert_flows, flow_time, multiply
from kg.sources.rates.read import Rate, RateTable, read_rates
from kg.store.rdf import read_codes
from kg.store.view import open_view
from tests.commands import DATA, ROOT, RunKg, assert_refused
from tests.test_readme import pattern, plain

HEADER = "currency,to,date,rate,source\n"
PAGE = (ROOT / "docs" / "money.md").read_text(encoding="utf-8")
SAVED = re.compile(r"`([\w.]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
WELLS = DATA / "iati/wells-2.03.xml"
YEAR = "GBP,USD,2014,1.6484,\nEUR,USD,2014,1.3285,\n"

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(rows: str, header: str = HEADER) -> Path:
        file = tmp_path / "rates.csv"
        file.write_text(header + rows, encoding="utf-8", newline="")
        return file

    return write


def table(**known: str) -> RateTable:
    """A table of rates of euros in dollars, by period: `y2014`, `m2014_05`, `d2014_05_01`."""
    periods = {name[1:].replace("_", "-"): Decimal(rate) for name, rate in known.items()}
    return RateTable("rates.csv", "USD", {("EUR", period): Rate(rate, "", 1) for period, rate in periods.items()})


def flow(amount: str = "100", currency: str = "EUR", **fields: Any) -> Flow:
    dates = {name: parse_date(value) for name, value in fields.items() if name in ("start", "end", "value_date")}
    given: dict[str, Any] = {"status": "realised", **fields, **dates}
    return Flow(
        id="f", title="f", flow_class="aid", stage="disbursement", amount=Decimal(amount), currency=currency,
        evidence=(Position("x.csv", "1"),), certainty="stated", **given,
    )  # fmt: skip


def convert(one: Flow, by: RateTable, report: Report | None = None) -> Conversion | None:
    found = list(convert_flows([one], by, report or Report(source="x")))
    assert found[0] is one
    return next((row for row in found if isinstance(row, Conversion)), None)


# --- amounts -----------------------------------------------------------------------------------------------------

AMOUNTS = st.decimals(min_value=-(10**15), max_value=10**15, places=6)
RATES = st.decimals(min_value=Decimal("0.000000000001"), max_value=10**4, places=12)


@given(AMOUNTS, RATES)
def test_an_amount_is_the_exact_product(amount: Decimal, rate: Decimal) -> None:
    made = convert(flow(f"{amount:f}", start="2014"), table(y2014=f"{rate:f}"))
    assert made is not None
    assert Fraction(made.amount) == Fraction(amount) * Fraction(rate)
    assert not made.note


@given(AMOUNTS, st.decimals(min_value=Decimal("0.000000000000000001"), max_value=1, places=18))
def test_of_more_than_18_digits_the_nearest_number_is_kept_and_told(amount: Decimal, rate: Decimal) -> None:
    made = multiply(amount, rate)
    assert abs(Fraction(made) - Fraction(amount) * Fraction(rate)) <= Fraction(1, 2 * 10**18)
    assert conversion._digits(made) <= 18
    told = convert(flow(f"{amount:f}", start="2014"), table(y2014=f"{rate:f}"))
    assert told is not None
    assert bool(told.note) == (Fraction(made) != Fraction(amount) * Fraction(rate))


def test_an_amount_that_no_engine_can_add_is_not_converted() -> None:
    report = Report(source="x")
    assert convert(flow("99999999999999999999", start="2014"), table(y2014="1.1"), report) is None
    (found,) = report.findings
    assert (found.severity, found.rule, found.place) == ("warning", "conversion-too-large", "x.csv")


# --- which rate --------------------------------------------------------------------------------------------------

ALL = table(y2014="1", m2014_05="2", d2014_05_01="3", y2015="4")


@pytest.mark.parametrize(
    ("dates", "rate"),
    [
        ({"start": "2014-05-01"}, "3"),
        ({"start": "2014-05-02"}, "2"),
        ({"start": "2014-06-01"}, "1"),
        ({"start": "2014-05"}, "2"),
        ({"start": "2014"}, "1"),
        ({"start": "2015-05-01", "value_date": "2014-05-01"}, "3"),
        ({"start": "2014-05-01", "value_date": "2016"}, None),  # never the start where the value date has no rate
        ({"start": "2014-05-02/2014-05-09"}, "2"),
        ({"start": "2014-05-02/2014-06-09"}, "1"),
        ({"start": "2014-12-30/2015-01-02"}, None),
        ({"start": "2014-05-01", "end": "2014-05-01"}, "3"),
        ({"start": "2014-01-01", "end": "2014-12-31"}, "1"),
        ({"start": "2014-05-01", "end": "2015"}, None),
        ({"start": "2014-05-01", "status": "ongoing"}, None),
        ({"start": "2014-05-01", "status": "ongoing", "end": "2014-05"}, "2"),
        ({"end": "2014"}, None),
        ({"start": "2014-06", "end": "2014-05"}, None),
        ({"start": "2013-12-31"}, None),  # never the nearest other year
        ({}, None),
    ],
)
def test_the_most_exact_period_that_holds_the_whole_time_of_a_flow(dates: dict[str, str], rate: str | None) -> None:
    made = convert(flow(**dates), ALL)
    assert (made and made.rate) == (rate and Decimal(rate))


@given(st.dates(dt.date(2014, 1, 1), dt.date(2015, 12, 31)), st.sampled_from(("day", "month", "year")))
def test_a_rate_is_found_where_its_period_holds_the_day_and_only_there(day: dt.date, kind: str) -> None:
    text = day.isoformat()[: {"day": 10, "month": 7, "year": 4}[kind]]
    known = RateTable("r", "USD", {("EUR", text): Rate(Decimal(2), "", 1)})
    for other in (day, day + dt.timedelta(days=1), day + dt.timedelta(days=31), day + dt.timedelta(days=366)):
        period = parse_date(text)
        found = convert(flow(start=other.isoformat()), known)
        assert (found is not None) == (period.earliest <= other <= period.latest)
        assert found is None or found.rate_date == period


@pytest.mark.parametrize("one", [flow(currency="USD", start="2014"), flow(currency="", start="2014")])
def test_what_is_in_the_currency_or_in_none_is_no_case_for_a_rate(one: Flow) -> None:
    report = Report(source="x")
    assert convert(one, ALL, report) is None
    assert not report.findings


def test_rates_are_neither_turned_round_nor_chained(write: Write) -> None:
    file = write("USD,EUR,2014,0.75,\nGBP,EUR,2014,1.2,\nCHF,USD,2014,1.1,\n")
    known = read_rates(file, "USD")
    assert convert(flow(start="2014"), known) is None
    assert convert(flow(currency="GBP", start="2014"), known) is None


def test_a_conversion_says_how_it_was_made_and_a_flow_keeps_that_of_its_source(write: Write) -> None:
    known = read_rates(write('EUR,USD,2014,1.3285,"Example, Bank"\nGBP,USD,2014,1.6,\n'), "USD")
    own = Conversion(id="f.in-usd", flow="f", amount=Decimal(130), currency="USD", method="by-source",
                     evidence=(), certainty="stated")  # fmt: skip
    first, made, second = convert_flows([flow(start="2014-05-01"), own], known, Report(source="x"))
    assert isinstance(made, Conversion)
    assert second is own
    assert (made.flow, made.method, made.currency, made.certainty) == ("f", "by-table", "USD", "added")
    assert (made.rate_date, made.rate_source, made.evidence) == (parse_date("2014"), "Example, Bank", first.evidence)
    named = convert(flow(currency="GBP", start="2014"), known)
    assert named is not None
    assert named.rate_source == "rates.csv"


def test_flows_without_a_rate_are_told_by_currency_and_take_no_memory() -> None:
    report = Report(source="x")
    lacking = [flow(currency="XOF", start="2014"), flow(currency="XOF", start="2018"), flow(currency="XOF"),
               flow(currency="CHF", start="2014")]  # fmt: skip
    list(convert_flows(lacking, ALL, report))
    assert [(one.rule, one.severity, one.place) for one in report.findings] == [("no-rate", "info", "x.csv")] * 2
    assert [one.message for one in report.findings] == [
        "expected rates of CHF in USD for 1 flow of 2014, got none in rates.csv; not converted",
        "expected rates of XOF in USD for 3 flows of 2014 to 2018 (1 without a date or going on), got none in"
        " rates.csv; not converted",
    ]
    many = Report(source="x")
    list(convert_flows((flow(currency=f"{n}", start="2014") for n in range(KEPT * 3)), ALL, many))
    assert many.counts["info", "no-rate"] == KEPT
    assert any("other currencies" in one.message for one in many.findings)


def test_the_time_of_a_flow_is_not_told_where_it_is_open() -> None:
    assert flow_time(flow(start="2014-05")) == (dt.date(2014, 5, 1), dt.date(2014, 5, 31))
    assert flow_time(flow(start="2014-05", status="ongoing")) is None


# --- the table ---------------------------------------------------------------------------------------------------

WRONG = [
    ("EUR,USD,2014,x,\n", "2: rate: expected a positive number, got 'x'"),
    ("EUR,USD,2014,0,\n", "2: rate: expected a positive number, got '0'"),
    ("EUR,USD,2014,-1,\n", "2: rate: expected a positive number, got '-1'"),
    ("EUR,USD,2014,1.3E0,\n", "2: rate: expected a positive number, got '1.3E0'"),
    ('EUR,USD,2014,"1,3",\n', "2: rate: expected a positive number, got '1,3'"),
    ("EUR,USD,2014,٣,\n", "2: rate: expected a positive number, got '٣'"),
    ("EUR,USD,2014,,\n", "2: rate: expected a positive number, got none"),
    (f"EUR,USD,2014,0.{'1' * 19},\n", "2: rate: expected at most 18 digits before and after the point, got "),
    ("euro,USD,2014,1.3,\n", "2: currency: expected three capital letters like GBP, got 'euro'"),
    (",USD,2014,1.3,\n", "2: currency: expected three capital letters like GBP, got none"),
    ("EUR,$,2014,1.3,\n", "2: to: expected three capital letters like GBP, got '$'"),
    ("EUR,EUR,2014,1,\n", "2: to: expected another currency than EUR, got 'EUR'"),
    ("EUR,USD,1/5/2014,1.3,\n", "2: date: expected a year, month or day like 2014, 2014-05 or 2014-05-01, got '1/5"),
    ("EUR,USD,2014/2015,1.3,\n", "2: date: expected a year, month or day"),
    ("EUR,USD,2014-02-30,1.3,\n", "2: date: expected a year, month or day"),
    ("EUR,USD,,1.3,\n", "2: date: expected a year, month or day like 2014, 2014-05 or 2014-05-01, got none"),
    ("EUR,USD,2014,1.3,a,b\n", "2: expected 5 cells, got 6; a cell with a comma needs quotes around it"),
    (f"EUR,USD,2014,1.3,{'a' * 1001}\n", "2: source: expected at most 1000 characters, got 1001"),
    ("EUR,USD,2014,1.3,\n\nEUR,USD,2014,1.4,\n", "4: rate: expected 1.3 as in line 2, got '1.4'"),
    ("EUR,USD,2014,1.3,a\nEUR,USD,2014,1.3,b\n", "3: source: expected 'a' as in line 2, got 'b'"),
    ("EUR,GBP,2014,0.8,\n", " to: expected rates in USD, got GBP"),
    ("", " to: expected rates in USD, got no rates"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "said"), WRONG)
def test_a_wrong_row_is_one_clear_line(rows: str, said: str, write: Write) -> None:
    file = write(rows)
    with pytest.raises(InputError) as error:
        read_rates(file, "USD")
    assert str(error.value).startswith(f"{file}:{said}")
    assert "\n" not in str(error.value)


def test_all_wrong_rows_are_told_at_once_and_nothing_changes(write: Write, tmp_path: Path, run_kg: RunKg) -> None:
    file, store = write("EUR,USD,2014,x,\nEUR,USD,2015,1.3,\nEUR,USD,x,1.3,\n"), tmp_path / "store"
    assert run_kg("load", "iati", DATA / "iati/trust-org.xml", "--store", store).code == 0
    before = open_view(store).version
    ran = run_kg("load", "iati", WELLS, "--rates", file, "--convert-to", "USD", "--store", store)
    assert_refused(ran, f"{file}:2: rate: ", f"{file}:4: date: ", lines=2)
    assert open_view(store).version == before


@pytest.mark.parametrize(
    ("header", "got"),
    [
        ("currency,to,date\n", "got no rate"),
        ("currency,to,date,rate,bank\n", "got 'bank'"),
        ("currency,to,date,rate,rate\n", "got 'rate'"),
        ("currency;to;date;rate\n", "got 'currency;to;date;rate'"),
    ],
)
def test_another_header_is_refused(header: str, got: str, write: Write) -> None:
    file = write("EUR,USD,2014,1.3\n", header)
    with pytest.raises(InputError, match=r"rates\.csv:1: expected the columns currency, to, date, rate, and .*" + got):
        read_rates(file, "USD")


def test_a_table_may_have_a_mark_quotes_and_no_column_source_and_may_not_be_endless(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = '"GBP","USD","2014",1.5\r\nEUR, USD ,2014,1.30\n\n'
    known = read_rates(write(rows, "\ufeffCurrency,to,date,rate\r\n"), "USD")
    assert {key: rate.rate for key, rate in known.rates.items()} == {
        ("GBP", "2014"): Decimal("1.5"), ("EUR", "2014"): Decimal("1.3"),
    }  # fmt: skip
    monkeypatch.setattr(reading, "MOST_ROWS", 1)
    with pytest.raises(InputError, match=r"rates\.csv:3: expected at most 1 rates, got more"):
        read_rates(write(YEAR), "USD")


@given(
    st.permutations(
        [f"EUR,USD,2014-{month:02},1.{month}0,{'ab'[month % 2]}" for month in range(1, 13)] + ["EUR,USD,2014-01,1.1,b"]
    )
)
def test_the_order_of_rows_does_not_matter(tmp_path_factory: pytest.TempPathFactory, rows: list[str]) -> None:
    file = tmp_path_factory.mktemp("rates") / "rates.csv"
    file.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    known = read_rates(file, "USD")
    assert {key: (rate.rate, rate.source) for key, rate in known.rates.items()} == {
        ("EUR", f"2014-{month:02}"): (Decimal(f"1.{month}"), "ab"[month % 2]) for month in range(1, 13)
    }


# --- loads -------------------------------------------------------------------------------------------------------


def stored(store: Path) -> str:
    """What the current version of a store has of the source `x`."""
    return (open_view(store).path / "sources" / "x.nq").read_text(encoding="utf-8")


def test_the_same_rates_give_the_same_bytes_and_others_another_version(
    write: Write, tmp_path: Path, run_kg: RunKg
) -> None:
    def made(name: str, rows: str) -> str:
        store, given = tmp_path / name, ("--rates", write(rows), "--convert-to", "USD")
        assert run_kg("load", "iati", WELLS, "--source", "x", *given, "--store", store).code == 0
        return stored(store)

    rows = YEAR.splitlines(keepends=True)
    first, same = made("one", YEAR), made("two", YEAR)
    assert first == same
    assert "/x#file=rates.csv> " in first
    assert made("three", "".join(reversed(rows))) != first  # the table is another file
    unused = made("four", "CHF,USD,2014,1.1,\n")
    assert unused != made("five", "CHF,USD,2014,1.2,\n")
    assert "Conversion>" in first
    assert "Conversion>" not in unused
    assert run_kg("check", "--store", tmp_path / "one").code == 0
    assert run_kg("load", "iati", WELLS, "--source", "x", "--store", tmp_path / "one").code == 0
    assert "rates.csv" not in stored(tmp_path / "one")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["iati", WELLS, "--rates", "rates.csv"], "--rates: expected --convert-to CURRENCY beside it, got none"),
        (["iati", WELLS, "--convert-to", "USD"], "--convert-to: expected --rates FILE beside it, got none"),
        (
            ["iati", WELLS, "--rates", "r", "--convert-to", "usd"],
            "--convert-to: expected three capital letters like USD",
        ),
        (
            ["iati", WELLS, "--rates", "nowhere.csv", "--convert-to", "USD"],
            "nowhere.csv: expected a table, got no file",
        ),
        (
            ["workbook", DATA / "accra-2008", "--rates", "r"],
            "--rates and --convert-to are for data that others publish",
        ),
        (
            ["rdf", DATA / "accra-2008.nq", "--rates", "r", "--convert-to", "USD"],
            "--rates: expected none for rdf, got r",
        ),
    ],
)
def test_what_does_not_fit_is_said_in_one_line(words: list[object], said: str, tmp_path: Path, run_kg: RunKg) -> None:
    assert_refused(run_kg("load", *words, "--store", tmp_path / "store"), said)
    assert not (tmp_path / "store" / "CURRENT").exists()


def test_the_example_of_the_page_does_what_it_shows(
    tmp_path: Path, run_kg: RunKg, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    saved = dict(SAVED.findall(PAGE))
    assert set(saved) == {"payments.csv", "payments.toml", "rates.csv"}
    for name, content in saved.items():
        Path(name).write_text(content, encoding="utf-8")
    shown = [part for block in CONSOLE.findall(PAGE) for part in block.split("$ ")[1:]]
    assert len(shown) == 4
    for part in shown:
        line, *expected = part.splitlines()
        ran = run_kg(*shlex.split(line)[1:])
        assert ran.code == 0, ran.err
        told = ran.err if line.startswith("kg load") else ran.out
        output = "".join(f"{plain(row)}\n" for row in told.splitlines())
        assert pattern(expected).match(output), f"$ {line}\nexpected:\n{expected}\n\ngot:\n{output}"


def test_the_page_names_all_reasons_and_methods() -> None:
    codes = read_codes(ontology_dir())
    named = set(re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE))
    assert named >= set(codes["uncounted-reason"]) | set(codes["conversion-method"])


# --- the question ------------------------------------------------------------------------------------------------


def ask(run_kg: RunKg, store: Path, currency: str) -> list[dict[str, str]]:
    return run_kg("ask", "totals-in", f"currency={currency}", "--store", store, "--format", "csv").rows


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory, run_kg: RunKg) -> Path:
    """A store of three formats, all converted into dollars by one table."""
    folder = tmp_path_factory.mktemp("mixed")
    (folder / "rates.csv").write_text(
        HEADER
        + YEAR
        + "".join(
            f"{one},USD,{year},0.{year}5,bank\n" for one in ("CNY", "SEK", "KES", "JPY") for year in range(2000, 2021)
        ),
        encoding="utf-8",
    )
    fts = [DATA / "fts/kenya-2020.json", DATA / "fts/kenya-2020-page-2.json"]
    for kind, files in (("iati", [WELLS]), ("fts", fts), ("aiddata", [DATA / "tables/aiddata-china.xlsx"])):
        given = ("--source", kind, "--rates", folder / "rates.csv", "--convert-to", "USD", "--store", folder / "store")
        assert run_kg("load", kind, *files, *given).code == 0
    assert run_kg("check", "--store", folder / "store").code == 0
    return folder / "store"


def test_totals_in_one_currency_keep_methods_apart_and_tell_what_is_lacking(mixed: Path, run_kg: RunKg) -> None:
    rows = ask(run_kg, mixed, "USD")
    assert {row["method"] for row in rows} == {"as-told", "by-source", "by-table", "deflated-by-source", "none"}
    assert all((row["prices"] == "2014") == (row["method"] == "deflated-by-source") for row in rows)
    assert all(int(row["flows"]) <= int(row["counted"]) for row in rows)
    told = {
        (row["flow_class"], row["stage"]): row
        for row in run_kg("ask", "totals", "--store", mixed, "--format", "csv").rows
        if row["currency"] == "USD"
    }
    own = {(row["flow_class"], row["stage"]): row for row in rows if row["method"] == "as-told"}
    assert {key: (row["amount"], row["flows"]) for key, row in own.items()} == {
        key: (row["amount"], row["flows"]) for key, row in told.items()
    }


def test_totals_in_one_currency_are_those_of_a_careful_reader(mixed: Path, run_kg: RunKg) -> None:
    """Counted again from the statements one by one, without the question."""
    view = open_view(mixed)
    flows = {
        iri: (which, stage, currency)
        for iri, which, stage, currency in view.rows(
            "SELECT ?f ?c ?s ?currency { ?f :countsInTotals true ; :status ?status ; :flowClass/skos:notation ?c ;"
            " :stage/skos:notation ?s FILTER (?status IN (status:realised, status:ongoing))"
            " OPTIONAL { ?f schema:amount/schema:currency ?currency } }"
        )
    }
    sums: dict[tuple[str, ...], list[Decimal]] = {}
    for iri, method, value, year, whose in view.rows(
        'SELECT ?f ?m ?v ?y ?r { ?c :converts ?f ; schema:currency "USD" ; schema:value ?v ;'
        " :conversionMethod/skos:notation ?m OPTIONAL { ?c :pricesOf ?y } OPTIONAL { ?c :rateSource ?r } }"
    ):
        if iri in flows and (year or flows[iri][2] != "USD"):
            key = (*flows[iri][:2], method, year.rpartition("/")[2], whose)
            sums.setdefault(key, []).append(Decimal(value))
    rows = [row for row in ask(run_kg, mixed, "USD") if row["method"] not in ("as-told", "none")]
    assert {
        (row["flow_class"], row["stage"], row["method"], row["prices"], row["rates_of"]): (
            Decimal(row["amount"]), int(row["flows"]),
        )
        for row in rows
    } == {key: (sum(values), len(values)) for key, values in sums.items()}  # fmt: skip
    assert len(rows) > 4


def test_the_question_has_the_same_answer_in_another_engine(mixed: Path, run_kg: RunKg) -> None:
    graph = rdflib.Graph()
    for file in (*mixed.rglob("*.nq"), *(ontology_dir() / "codelists").glob("*.ttl")):
        if file.suffix == ".nq":
            found = rdflib.Dataset()
            found.parse(file, format="nquads")
            for subject, predicate, object_, _ in found.quads():
                graph.add((subject, predicate, object_))
        elif not file.name.startswith("iati-"):
            graph.parse(file)
    text = read_questions(ontology_dir())["totals-in"].sparql
    answer = graph.query(text.replace("$currency", '"USD"'))
    names = [str(name) for name in answer.vars or ()]
    got = [["" if cell is None else str(cell) for cell in row] for row in answer]  # type: ignore[union-attr]
    rows = ask(run_kg, mixed, "USD")

    def plain_number(cell: str) -> str:
        return format(Decimal(cell).normalize(), "f") if re.fullmatch(r"[\d.]+", cell) else cell

    assert [[plain_number(cell) for cell in row] for row in got] == [
        [plain_number(row[name]) for name in names] for row in rows
    ]


# --- real data ---------------------------------------------------------------------------------------------------


def test_real_flows_are_converted_or_told_and_none_is_lost(reference: Path, write: Write, tmp_path: Path) -> None:
    seeded = random.Random(7)
    rows = [
        f"{currency},USD,{year},{seeded.randint(1, 10**6)}.{seeded.randint(1, 10**9)},\n"
        for currency in ("EUR", "SEK", "JPY")
        for year in range(2018, 2023)
    ]
    report, store = Report(), tmp_path / "store"
    terms = Terms(rates=write("".join(rows)), convert_to="USD")
    files = [reference / "data" / "unhcr" / "UNHCR-Activities-2023.xml"]
    load_feed("iati", files, store, ontology=ontology_dir(), report=report, terms=terms)
    foreign = list(
        open_view(store).rows(
            "SELECT ?f ?v ?rate ?made { ?f a :FundingFlow ; schema:amount ?a . ?a schema:value ?v ; schema:currency ?c"
            ' FILTER (?c != "USD")'
            " OPTIONAL { ?conversion :converts ?f ; :rate ?rate ; schema:value ?made } }"
        )
    )
    made = [row for row in foreign if row[3]]
    messages = [found.message for found in report.findings if found.rule == "no-rate"]
    lacking = sum(int(number) for message in messages for number in re.findall(r"for (\d+) flow", message))
    assert len(made) == report.tally["converted"] > 100
    assert lacking == len(foreign) - len(made) > 100
    assert all(Fraction(value) * Fraction(rate) == Fraction(amount) for _, value, rate, amount in made)
