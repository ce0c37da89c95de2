"""One node in one line, as a person would say it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.facts import Reader
from kg.lookup.phrase import phrase
from kg.store.view import open_view
from kg.views.tables import render_table
from tests.commands import ACCRA, RunKg, read_table, write_table

SAID = {
    "hlf3.organizer.world-bank": "World Bank – organizer – Third High Level Forum on Aid Effectiveness",
    "accra.located-in.country-GH": "Accra – located in – Ghana",
    "ownership": "principle: ",
    "place.208-212": "slip: Akra – read: Accra",
    "transition.52-137": "left out: transition",
    "accra": "Accra",
}


@pytest.fixture(scope="module")
def reader(tiny_store: Path) -> Reader:
    return Reader(open_view(tiny_store))


@pytest.mark.parametrize(("node", "said"), SAID.items())
def test_a_node_is_said_in_one_line(node: str, said: str, reader: Reader) -> None:
    assert phrase(reader, ACCRA + node).startswith(said)


@pytest.mark.parametrize("kind", ["participation", "membership", "link", "flow", "headcount", "mention", "conflict"])
def test_every_kind_of_relation_says_more_than_its_id(kind: str, reader: Reader) -> None:
    nodes = [
        thing for (thing,) in reader.view.rows(f'SELECT DISTINCT ?x {{ ?c :kind "{kind}" . ?x a ?c }} ORDER BY ?x')
    ]
    assert nodes
    for node in nodes:
        line = phrase(reader, node)
        assert line
        assert "\n" not in line
        assert node.rpartition("/")[2] != line


def test_a_post_without_a_title_and_a_former_one_are_told_so(book: Path, run_kg: RunKg) -> None:
    posts = read_table(book, "posts")
    write_table(book, "posts", [{**posts[0], "title": "", "tenure": "former"}])
    store = book.parent / "store"
    assert run_kg("load", "workbook", book, "--store", store).code == 0
    found = Reader(open_view(store))
    (node,) = (thing for (thing,) in found.view.rows("SELECT ?x { ?x a org:Membership }"))
    assert phrase(found, node) == "Robert Zoellick – World Bank (former)"
    assert "post not told (former)" in run_kg("show", "Robert Zoellick", "--store", store).out


def test_a_range_is_told_whole(book: Path, run_kg: RunKg) -> None:
    rows = read_table(book, "indicators")
    write_table(book, "indicators", [{**rows[0], "value": "500", "upper": "1000", "qualifier": "exact"}, *rows[1:]])
    store = book.parent / "store"
    assert run_kg("load", "workbook", book, "--store", store).code == 0
    found = Reader(open_view(store))
    assert phrase(found, ACCRA + rows[0]["id"]).startswith("500 to 1,000 ")


def test_a_terminal_is_given_no_commands() -> None:
    assert "\x1b" not in render_table(
        ["a\x1b[31m"],
        [
            [
                "b\x07\x1b]0;title\x07",
            ]
        ],
    )
