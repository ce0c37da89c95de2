"""The map, as a person meets it: opened from a file in a real browser without any connection."""

from __future__ import annotations

import copy
import json
import math
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import UsageError
from kg.views.map import render_map
from kg.views.wording import describe_period
from tests.browser import find_browser

ID = "https://w3id.org/partnership-kg/id/"
SOURCE = "https://w3id.org/partnership-kg/source/report"
CENTER, FUND, MINISTRY, TOWN = (ID + name for name in ("center", "fund", "ministry", "town"))
NAMES = {
    CENTER: ("Center for Rural Studies", "organization", "public-institution", ["CRS", "农村研究中心"]),
    FUND: ("Children's Fund", "organization", "multilateral", []),
    MINISTRY: ("Ministère de l'Économie", "organization", "government-body", []),
    TOWN: ("Ana Łukasz", "person", "person", []),
}
POSITIONS = {CENTER: (0.0, 0.0), FUND: (300.5, 10.25), MINISTRY: (-120.0, 260.0), TOWN: (210.0, -240.0)}
FACTS = {"Recipe": "partnership", "Sources": "1 document"}
HOSTILE = (
    "<script>window.pwned=1</script>",
    "</script><script>window.pwned=2</script>",
    "\"'><img src=x onerror=window.pwned=3>",
    "<!-- <script> ]]> &amp; {{ 7 * 7 }} \u2028 end",
)

Opener = Callable[..., AbstractContextManager[Any]]


def month(year: int, number: int, days: int) -> dict[str, str]:
    return {
        "earliest": f"{year}-{number:02}-01",
        "latest": f"{year}-{number:02}-{days}",
        "precision": "month",
    }


def tie(network: nx.MultiGraph, relation: str, roles: dict[str, str], **told: Any) -> None:
    """Join two actors by a relation, and tell it of both."""
    year = told.pop("year", None)
    shared = {
        "kind": "event",
        "label": relation,
        "start": month(year, 7, 31) if year else None,
        "end": None,
        "amount": None,
        "currency": None,
        "status": "realised",
        "certainty": "stated",
        "evidence": [{"source": SOURCE, "start": 1204, "end": 1260}],
        **told,
    }
    for actor, role in roles.items():
        others = [
            {"iri": iri, "label": network.nodes[iri]["label"], "role": held}
            for iri, held in roles.items()
            if iri != actor
        ]
        network.nodes[actor]["relations"].append({"iri": ID + relation, "role": role, "others": others, **shared})
    network.add_edge(*roles, relation=ID + relation, roles=roles, year_from=year, year_to=year, **shared)


def build_network(names: dict[str, tuple[str, str, str, list[str]]] = NAMES) -> nx.MultiGraph:
    title = {"id": "report", "title": "A report of 2010", "file_name": "report.txt"}
    network = nx.MultiGraph(sources={SOURCE: title})
    for iri, (label, kind, group, also) in names.items():
        network.add_node(iri, label=label, kind=kind, type=group, names=also, relations=[])
    return network


@pytest.fixture
def network() -> nx.MultiGraph:
    network = build_network()
    tie(network, "seminar", {CENTER: "organizer", FUND: "co-organizer"}, year=2009)
    tie(network, "study", {CENTER: "implementing", FUND: "funding"}, kind="activity", year=2007, certainty="implied")
    tie(network, "memorandum", {CENTER: "signatory", FUND: "signatory"}, kind="agreement")
    tie(
        network,
        "grant",
        {MINISTRY: "funding", CENTER: "receiving"},
        kind="flow",
        year=2011,
        amount="42810000.0000",
        currency="CNY",
        status="planned",
        evidence=[{"source": SOURCE, "file": "flows.xml", "record": "17"}],
    )
    tie(network, "talk", {TOWN: "speaker", CENTER: "organizer"}, year=2009)
    return network


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    path = find_browser()
    if path is None:
        pytest.skip("no Chromium, Chrome or Edge was found (KG_BROWSER names one)")
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=flags)
        yield running
        running.close()


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Opener:
    """Open a page from a file, with no connection; whatever it asks for or complains of fails the test."""

    @contextmanager
    def opening(html: str, *, width: int = 1280, height: int = 800, mark: str = "") -> Iterator[Any]:
        file = tmp_path / "map.html"
        file.write_text(html, encoding="utf-8")
        context = browser.new_context(
            offline=True, reduced_motion="reduce", viewport={"width": width, "height": height}
        )
        page = context.new_page()
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(file.as_uri() + mark)
        page.wait_for_function("window.kgMap !== undefined")
        yield page
        assert [url for url in asked if not url.startswith((file.as_uri(), "data:"))] == []
        assert said == []
        context.close()

    return opening


def draw(network: nx.MultiGraph, **changes: Any) -> str:
    given = {"positions": POSITIONS, "heading": "Partners", "facts": FACTS, **changes}
    return render_map(network, given.pop("positions"), **given)


def shown(page: Any, items: str) -> set[Any]:
    return set(page.evaluate(f"kgMap.{items}.get().filter(one => !one.hidden).map(one => one.id)"))


def on_screen(page: Any, x: float, y: float) -> tuple[float, float]:
    spot = page.evaluate("([x, y]) => kgMap.network.canvasToDOM({x, y})", [x, y])
    box = page.locator("#stage").bounding_box()
    return box["x"] + spot["x"], box["y"] + spot["y"]


def test_every_actor_and_every_parallel_line_is_drawn_where_it_was_put(network: nx.MultiGraph, opened: Opener) -> None:
    with opened(draw(network)) as page:
        places = page.evaluate("Object.fromEntries(kgMap.nodes.get().map(one => [one.id, [one.x, one.y]]))")
        ends = page.evaluate("kgMap.edges.get().map(one => [one.from, one.to].sort().join(' '))")
        page.wait_for_timeout(300)
        moved = page.evaluate(
            "Object.entries(kgMap.network.body.nodes).map(([id, one]) => [id, [one.x, one.y]]).slice(0, 4)"
        )
        assert page.evaluate("kgMap.network.physics.physicsEnabled") is False
    assert {iri: tuple(place) for iri, place in places.items()} == POSITIONS
    for iri, place in moved:  # vis-network itself draws at whole units
        assert place == pytest.approx(POSITIONS[iri], abs=1)
    assert sorted(ends) == sorted(" ".join(sorted(pair)) for pair in network.edges())


def test_each_of_three_parallel_lines_can_be_met(network: nx.MultiGraph, opened: Opener) -> None:
    with opened(draw(network)) as page:
        met = page.evaluate(
            """([[ax, ay], [bx, by]]) => [...new Set(Array.from({length: 161}, (_, at) => at - 80).map((off) => {
                const spot = kgMap.network.canvasToDOM({x: (ax + bx) / 2, y: (ay + by) / 2});
                return kgMap.network.getEdgeAt({x: spot.x, y: spot.y + off});
            }))].filter((id) => id !== undefined).map((id) => kgMap.edges.get(id).kind)""",
            [POSITIONS[CENTER], POSITIONS[FUND]],
        )
    assert {"event", "activity", "agreement"} <= set(met)


@pytest.mark.parametrize(
    ("asked", "label"),
    [
        ("ministere de l economie", "Ministère de l'Économie"),
        ("LUKASZ", "Ana Łukasz"),
        ("crs", "Center for Rural Studies"),
        ("农村", "Center for Rural Studies"),
    ],
)
def test_search_finds_by_any_name_and_opens_the_panel(
    network: nx.MultiGraph, opened: Opener, asked: str, label: str
) -> None:
    with opened(draw(network)) as page:
        page.keyboard.press("/")
        page.keyboard.type(asked)
        page.keyboard.press("Enter")
        assert page.locator("#card h2").inner_text() == label
        assert "#node=https" in page.url


def test_panel_tells_roles_years_amounts_and_evidence(network: nx.MultiGraph, opened: Opener) -> None:
    with opened(draw(network)) as page:
        assert page.evaluate("iri => kgMap.select(iri)", CENTER)
        told = page.locator("#card").inner_text()
        for words in ("public institution", "CRS", "农村研究中心", "role: organizer", "July 2009", "from July 2007"):
            assert words in told
        for words in ("CNY 42,810,000", "planned", "implied", "A report of 2010", "record 17 of flows.xml"):
            assert words in told
        assert "characters 1,204–1,260 of report.txt" in told
        page.locator("#card a.name", has_text="Ministère").first.click()
        assert page.locator("#card h2").inner_text() == "Ministère de l'Économie"
        page.go_back()
        page.wait_for_function("document.querySelector('#card h2').textContent.startsWith('Center')")
        page.keyboard.press("Escape")
        assert page.locator("#panel").is_hidden()


def test_a_line_bends_around_a_mark_in_its_way(network: nx.MultiGraph, opened: Opener) -> None:
    tie(network, "visit", {FUND: "guest", MINISTRY: "organizer"}, year=2010)
    row = {FUND: (-200.0, 0.0), CENTER: (0.0, 0.0), MINISTRY: (200.0, 0.0), TOWN: (0.0, 200.0)}
    with opened(draw(network, positions=row)) as page:
        far = page.evaluate(
            """([a, b]) => {
                const edge = kgMap.edges.get().find(({from, to}) => [a, b].sort().join() === [from, to].sort().join());
                return Math.abs(kgMap.network.body.edges[edge.id].edgeType.getPoint(0.5).y);
            }""",
            [FUND, MINISTRY],
        )
        assert far > page.evaluate("iri => kgMap.nodes.get(iri).size", CENTER)


@pytest.mark.parametrize(("width", "height"), [(1400, 900), (1200, 680), (900, 500)])
def test_no_name_lies_on_a_mark_or_on_another_name(opened: Opener, width: int, height: int) -> None:
    long = [ID + f"office-{number}" for number in range(30)]
    label = "Office of the Leading Group for the Reduction of Poverty"
    crowd = build_network({iri: (f"{label} {iri[-2:]}", "organization", "ngo", []) for iri in long})
    for number in range(1, 30):
        tie(crowd, f"meeting {number}", {long[number]: "guest", long[number // 2]: "organizer"}, year=2009)
    places = {iri: (130.0 * (at % 6), 90.0 * (at // 6) + 20 * (at % 2)) for at, iri in enumerate(long)}
    with opened(draw(crowd, positions=places), width=width, height=height) as page:
        names = page.evaluate("kgMap.labels.boxes.map(([box]) => box)")
        marks = page.evaluate(
            """kgMap.nodes.get().map((one) => [kgMap.network.canvasToDOM(one), one.size * kgMap.network.getScale()])
                .map(([{x, y}, r]) => [x - r, y - r, x + r, y + r])"""
        )
    assert len(names) >= 5
    for at, (left, top, right, bottom) in enumerate(names):
        for other in marks + names[:at]:
            assert not (left < other[2] and right > other[0] and top < other[3] and bottom > other[1])


def test_a_link_opens_its_actor(network: nx.MultiGraph, opened: Opener) -> None:
    with opened(draw(network), mark="#node=" + FUND.replace(":", "%3A").replace("/", "%2F")) as page:
        assert page.locator("#card h2").inner_text() == "Children's Fund"


def test_a_click_on_a_mark_or_a_line_shows_its_statement(network: nx.MultiGraph, opened: Opener) -> None:
    with opened(draw(network)) as page:
        (ax, ay), (bx, by) = POSITIONS[MINISTRY], POSITIONS[CENTER]
        page.mouse.click(*on_screen(page, (ax + bx) / 2, (ay + by) / 2))
        told = page.locator("#card").inner_text()
        for words in ("Flow of money", "grant", "CNY 42,810,000", "receiving", "funding", "record 17 of flows.xml"):
            assert words in told
        page.mouse.click(*on_screen(page, *POSITIONS[MINISTRY]))
        assert page.locator("#card h2").inner_text() == "Ministère de l'Économie"


def test_pointing_at_a_mark_tells_its_name_and_takes_no_focus(network: nx.MultiGraph, opened: Opener) -> None:
    with opened(draw(network)) as page:
        page.focus("#search")
        x, y = on_screen(page, *POSITIONS[TOWN])
        page.mouse.move(x + 30, y + 30)
        page.mouse.move(x, y, steps=3)
        page.wait_for_selector("#tip:not([hidden])")
        assert page.locator("#tip").inner_text().split("\n") == ["Ana Łukasz", "person, 1 partner"]
        assert page.evaluate("document.activeElement.id") == "search"


def test_arrow_keys_move_the_map_that_has_the_focus(network: nx.MultiGraph, opened: Opener) -> None:
    with opened(draw(network)) as page:
        before = page.evaluate("kgMap.network.getViewPosition().x")
        page.focus("#stage .vis-network")
        page.keyboard.press("ArrowRight")
        assert page.evaluate("kgMap.network.getViewPosition().x") > before


def test_legend_hides_and_shows_kinds_of_actors_and_relations(network: nx.MultiGraph, opened: Opener) -> None:
    with opened(draw(network)) as page:
        assert page.locator("#groups button").all_inner_texts()[0].split("\n")[-1] == "1"
        colour = page.evaluate("iri => kgMap.network.body.nodes[iri].options.color.background", FUND)
        page.click("#groups button[data-key=multilateral]")
        assert shown(page, "nodes") == {CENTER, MINISTRY, TOWN}
        assert len(shown(page, "edges")) == 2
        assert page.locator("#groups b").all_inner_texts() == ["1", "0 of 1", "1", "1"]
        assert page.locator("#lines b").all_inner_texts() == ["0 of 1", "1 of 2", "0 of 1", "1"]
        page.click("#groups button[data-key=multilateral]")
        page.click("#lines button[data-key=event]")
        assert len(shown(page, "edges")) == 3
        assert shown(page, "nodes") == {CENTER, FUND, MINISTRY}
        page.click("#reset")
        assert len(shown(page, "edges")) == 5
        assert page.evaluate("iri => kgMap.network.body.nodes[iri].options.color.background", FUND) == colour


def test_years_and_the_undated_are_filtered_apart(network: nx.MultiGraph, opened: Opener) -> None:
    with opened(draw(network)) as page:
        kinds = "kgMap.edges.get().filter(one => !one.hidden).map(one => one.kind).sort()"
        page.locator("#from").fill("2010")
        assert page.evaluate(kinds) == ["agreement", "flow"]
        page.uncheck("#undated")
        assert page.evaluate(kinds) == ["flow"]
        assert page.locator("#shown").inner_text() == "2 of 4 actors, 1 of 5 relations"
        page.evaluate("iri => kgMap.select(iri)", FUND)
        assert len(shown(page, "edges")) == 5


def test_list_holds_the_same_as_a_table(network: nx.MultiGraph, opened: Opener) -> None:
    with opened(draw(network)) as page:
        page.click("#show-list")
        rows = page.locator("#list tbody tr").all_inner_texts()
        assert len(rows) == 4
        assert "Children's Fund (3 relations, 2007–2009)" in rows[0]
        page.emulate_media(media="print")
        assert page.locator("#list").is_visible()
        assert page.locator("#top .search").is_hidden()


def test_names_are_text_wherever_they_stand(opened: Opener) -> None:
    for bad in HOSTILE:
        network = build_network({CENTER: (bad, "organization", "ngo", [bad]), FUND: (bad, "organization", bad, [])})
        network.graph["sources"][SOURCE] = {"id": bad, "title": bad, "file_name": bad}
        tie(network, bad, {CENTER: bad, FUND: bad}, currency=bad, amount="1", status=bad, certainty=bad)
        with opened(draw(network, heading=bad, facts={bad: bad})) as page:
            words = " ".join(bad.split())
            assert " ".join(page.locator("h1").text_content().split()) == words
            assert " ".join(page.locator("#about dt").text_content().split()) == words
            page.click("#show-list")
            page.keyboard.press("/")
            page.keyboard.type("script" if "script" in bad else "img")
            page.keyboard.press("Enter")
            assert " ".join(page.locator("#card h2").text_content().split()) == words
            assert page.locator("#card").text_content().count(bad) >= 5
            page.evaluate("location.hash = 'edge=0'")
            page.wait_for_function("document.querySelector('#card .kind').textContent === 'Event'")
            assert page.evaluate("window.pwned") is None
            assert page.locator("img").count() == 0


@settings(max_examples=25, deadline=None)
@given(st.text(min_size=1))
def test_any_name_stays_itself_in_the_page(name: str) -> None:
    page = draw(build_network({CENTER: (name, "organization", "ngo", [name])}))
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    assert json.loads(data[1])["nodes"][0]["label"] == name
    assert page.count("<script") == draw(build_network()).count("<script")


def test_an_empty_network_says_so(opened: Opener) -> None:
    with opened(render_map(nx.MultiGraph(), {}, heading="Nobody", facts={})) as page:
        assert page.locator("#empty").is_visible()
        assert page.evaluate("kgMap.nodes.length") == 0


def test_a_phone_scrolls_nothing_sideways(network: nx.MultiGraph, opened: Opener) -> None:
    with opened(draw(network, heading="A long heading " * 9), width=390) as page:
        for step in ("#show-filters", "#show-list"):
            page.click(step)
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.evaluate("iri => kgMap.select(iri)", CENTER)
        page.wait_for_timeout(100)
        sheet = page.locator("#panel").bounding_box()
        assert page.evaluate("document.getElementById('card').scrollWidth") <= 390
        assert (sheet["x"], sheet["width"]) == (0, 390)
        assert math.isclose(sheet["y"] + sheet["height"], 800)


def test_keys_reach_search_legend_and_panel(network: nx.MultiGraph, opened: Opener) -> None:
    with opened(draw(network)) as page:
        page.evaluate("iri => kgMap.select(iri)", CENTER)
        page.evaluate("document.activeElement.blur()")
        met = set()
        for _ in range(60):
            page.keyboard.press("Tab")
            met.add(page.evaluate("document.activeElement.closest('[id]')?.id"))
        assert {"search", "groups", "lines", "from", "to", "undated", "close", "card"} <= met


def test_the_page_depends_on_what_is_told_and_not_on_its_order(network: nx.MultiGraph) -> None:
    again = nx.MultiGraph(**network.graph)
    again.add_nodes_from(reversed(list(network.nodes(data=True))))
    again.add_edges_from((v, u, key, data) for u, v, key, data in reversed(list(network.edges(keys=True, data=True))))
    assert draw(network) == draw(network)
    assert draw(network) == draw(again)


def test_nothing_is_written_and_the_network_stays_as_it_was(
    network: nx.MultiGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = copy.deepcopy(network)
    monkeypatch.chdir(tmp_path)
    draw(network)
    assert list(tmp_path.iterdir()) == []
    assert nx.utils.graphs_equal(before, network)
    assert before.graph == network.graph


def test_positions_in_a_small_unit_are_spread_by_a_power_of_ten(network: nx.MultiGraph, opened: Opener) -> None:
    small = {iri: (np.float32(x / 512), np.float32(y / 512)) for iri, (x, y) in POSITIONS.items()}
    with opened(draw(network, positions=small)) as page:
        scale = page.evaluate("kgMap.scale")
        node = page.evaluate("iri => kgMap.nodes.get(iri)", FUND)
    assert scale in (10, 100, 1000)
    assert node["x"] == float(small[FUND][0]) * scale


@pytest.mark.parametrize("wrong", [{}, {**POSITIONS, FUND: (math.nan, 0.0)}])
def test_a_missing_or_endless_position_is_refused(network: nx.MultiGraph, wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=r"expected .* position"):
        draw(network, positions=wrong)


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (("2009-07-01", "2009-07-01", "day"), ("2009-07-03", "2009-07-03", "day"), "1 to 3 July 2009"),
        (("2009-01-01", "2009-12-31", "year"), ("2011-01-01", "2011-12-31", "year"), "2009 to 2011"),
        (("2009-01-01", "2010-12-31", "range"), None, "between 2009 and 2010"),
        (("2009-01-30", "2009-02-02", "range"), None, "between 30 January and 2 February 2009"),
        (None, ("2010-08-01", "2010-08-31", "month"), "until August 2010"),
        (None, None, ""),
    ],
)
def test_times_are_no_more_exact_than_their_source(start: Any, end: Any, words: str) -> None:
    bounds = ("earliest", "latest", "precision")
    given = [dict(zip(bounds, one, strict=True)) if one else None for one in (start, end)]
    assert describe_period(*given) == words
