"""The pure laws: names as people type them, dates as exact as their source, numbers and texts as terms."""

from __future__ import annotations

import datetime as dt
import unicodedata
from decimal import Decimal

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.clean.names import clean_name, name_key
from kg.model import terms
from kg.model.dates import parse_date
from kg.model.evidence import Passage, Position
from kg.model.iris import evidence_iri, source_iri, thing_iri

UNICODE = st.text(st.characters(exclude_categories=["Cs"]))
DAYS = st.dates(min_value=dt.date(1, 1, 1))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zhōngguó Guójì Fúpín", "zhong guo guo ji fu pin"),
        ("Zhōngguó", "ZHONGGUO"),
        ("United Nations Children's Fund", "united nations childrens fund"),
        ("PRIDE (Tanzania) Ltd.", "pride tanzania ltd"),
        ("Straße", "STRASSE"),
        ("Côte d’Ivoire", "cote d'ivoire"),
        ("IPRCC", "ＩＰＲＣＣ"),
        ("中国 国际扶贫中心", "中国国际扶贫中心"),
    ],
)
def test_names_that_people_take_for_one(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(("one", "other"), [("UNICEF", "UNESCO"), ("中国", "国中"), ("Guizhou", "Guangzhou")])
def test_names_that_stay_apart(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@given(UNICODE)
def test_a_folded_name_is_folded(name: str) -> None:
    assert clean_name(clean_name(name)) == clean_name(name)
    assert name_key(name_key(name)) == name_key(name)


@given(UNICODE)
def test_folding_does_not_ask_how_accents_are_composed(name: str) -> None:
    assert name_key(unicodedata.normalize("NFD", name)) == name_key(unicodedata.normalize("NFC", name))


@given(UNICODE, UNICODE)
def test_spaces_and_punctuation_do_not_matter(one: str, other: str) -> None:
    assert name_key(f"{one}. {other}") == name_key(one) + name_key(other)


@given(DAYS)
def test_a_day_is_its_own_bounds(day: dt.date) -> None:
    date = parse_date(day.isoformat())
    assert (date.earliest, date.latest, date.precision, date.year) == (day, day, "day", day.year)


@given(DAYS, st.sampled_from([("month", 7), ("year", 4)]))
def test_a_month_or_year_holds_its_days_and_ends_where_the_next_begins(day: dt.date, cut: tuple[str, int]) -> None:
    precision, length = cut
    date = parse_date(day.isoformat()[:length])
    assert date.earliest <= day <= date.latest
    assert date.precision == precision
    assert date.earliest.day == 1
    if date.latest < dt.date.max:
        assert (date.latest + dt.timedelta(days=1)).day == 1


@given(st.tuples(DAYS, DAYS).map(sorted), st.sampled_from([4, 7, 10]), st.sampled_from([4, 7, 10]))
def test_a_range_spans_from_the_first_to_the_last_day(days: list[dt.date], first: int, last: int) -> None:
    one, other = days[0].isoformat()[:first], days[1].isoformat()[:last]
    date = parse_date(f"{one}/{other}")
    assert (date.earliest, date.latest) == (parse_date(one).earliest, parse_date(other).latest)
    assert date.precision == "range"
    assert date.year == (date.earliest.year if date.earliest.year == date.latest.year else None)


@pytest.mark.parametrize(
    "text",
    [
        "", "09", "2009-7", "2009-13", "2009-00", "2009-02-29", "2009-07-32", "0000", "01/07/2009", "July 2009",
        "2009/2008", "2009-07-01/", "/2009", "2009/2010/2011", "２００９", "2009-07-01T00:00", " 2009", "2009~",
    ],
)  # fmt: skip
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^expected "):
        parse_date(text)


@given(UNICODE, st.sampled_from(["", "en", "zh-Latn"]))
def test_any_text_comes_back_from_ntriples(value: str, language: str) -> None:
    line = f"<a:s> <a:p> {terms.text(value, language)} ."
    assert "\n" not in line
    (quad,) = ox.parse(line.encode(), ox.RdfFormat.N_TRIPLES)
    assert isinstance(quad.object, ox.Literal)
    assert (quad.object.value, quad.object.language or "") == (value, language.lower())


@given(UNICODE)
def test_text_is_escaped_as_the_engine_escapes_it(value: str) -> None:
    assert terms.text(value) == str(ox.Literal(value))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6) | st.decimals(-(10**30), 10**30))
def test_a_decimal_is_canonical_and_exact(value: Decimal) -> None:
    plain = terms.decimal(value).split('"')[1]
    assert Decimal(plain) == value
    assert "E" not in plain.upper()
    assert "." not in plain or plain[-1] not in "0."
    assert terms.decimal(Decimal(plain)) == terms.decimal(value)


@pytest.mark.parametrize("text", ["", "a b", "a<b", "a>b", 'a"b', "a{b", "a|b", "a^b", "a`b", "a\\b", "a\nb", "a\x00b"])
def test_what_is_no_iri_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an IRI"):
        terms.iri(text)


@pytest.mark.parametrize("tag", ["e n", "en_GB", "-", "englishlanguage", 'en" .'])
def test_what_is_no_language_is_refused(tag: str) -> None:
    with pytest.raises(ValueError, match="not a language tag"):
        terms.text("x", tag)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_passage_is_a_text_fragment(start: int, end: int) -> None:
    assert evidence_iri("one", Passage(start, end)) == f"{source_iri('one')}#char={start},{end}"


@given(UNICODE.filter(bool), UNICODE.filter(bool))
def test_a_record_of_any_name_has_an_iri_that_tells_it(file: str, record: str) -> None:
    from kg.facts import parse_evidence

    iri = evidence_iri("one", Position(file, record))
    assert terms.iri(iri) == f"<{iri}>"
    assert parse_evidence(iri) == (source_iri("one"), Position(file, record))


def test_shared_things_have_no_source_in_their_iri() -> None:
    assert thing_iri("one", "country:TZ") == thing_iri("two", "country:TZ")
    assert thing_iri("one", "unicef") != thing_iri("two", "unicef")
