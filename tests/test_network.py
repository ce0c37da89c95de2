"""From ties to a network, its measures, chains and picture."""

from __future__ import annotations

import math
from collections import Counter
from copy import deepcopy
from decimal import Decimal
from itertools import combinations, pairwise, product
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import NotFound, UsageError
from kg.network.collapse import collapse_network
from kg.network.layout import STEP, layout
from kg.network.measures import MEASURES, OUTSIDE, centrality
from kg.network.paths import find_path
from kg.network.project import ALONE, ONLY_RECEIVES, project_network
from tests.made_ties import RECIPE, SOURCE, chains, tie, ties

KINDS = ("event", "flow", "publication")
ROLES = ("organizer", "funding", "participant", "receiving", "speaker")

SOME_TIES = st.lists(
    st.builds(
        tie,
        st.sampled_from("RSTU"),
        st.sampled_from("abcdef"),
        st.sampled_from(ROLES),
        year_from=st.none() | st.integers(2005, 2012),
        status=st.sampled_from(["realised", "planned"]),
    ),
    unique_by=lambda row: (row["relation"], row["actor"], row["role"]),
).map(lambda found: [row | {"relation_kind": KINDS["RSTU".index(row["relation"]) % 3]} for row in found])


def known(network: nx.MultiGraph) -> Any:
    """All that a network holds, in its order."""
    return deepcopy((network.graph, list(network.nodes(data=True)), list(network.edges(keys=True, data=True))))


def scores(network: nx.MultiGraph, measure: str) -> dict[str, float]:
    return {score.iri: score.score for score in centrality(network, measure).scores}


# Projection


def test_an_edge_tells_all_that_the_ties_of_both_parties_say() -> None:
    dated = {"start": "2009-07", "end": "2009-08-01", "year_from": 2009, "year_to": 2009}
    table = ties(
        tie("r", "b", "organizer", **dated, amount=Decimal("1.5"), currency="CNY", evidence=["s#char=5,9"]),
        tie("r", "b", "funding", **dated, evidence=["s#char=1,2"], certainty="implied"),
        tie("r", "a", "participant", **dated, evidence=["s#char=5,9", "s#char=2,3"], actor_kind="person"),
        tie("r", "a", "speaker", **dated, evidence=["s#char=7,8"]),
    )
    network = project_network(table, RECIPE)
    assert list(network.nodes(data=True)) == [
        ("a", {"label": "Actor a", "kind": "person", "type": "multilateral"}),
        ("b", {"label": "Actor b", "kind": "organization", "type": "multilateral"}),
    ]
    [(a, b, key, edge)] = network.edges(keys=True, data=True)
    assert (a, b, key) == ("a", "b", "r")
    assert edge == {
        "relation": "r",
        "kind": "event",
        "label": "Event r",
        "roles": {"a": "participant", "b": "funding, organizer"},
        **dated,
        "amount": Decimal("1.5"),
        "currency": "CNY",
        "status": "realised",
        "certainty": "implied",
        "source": SOURCE,
        "evidence": ["s#char=1,2", "s#char=2,3", "s#char=5,9"],
    }


def test_two_amounts_on_one_edge_are_no_amount() -> None:
    table = ties(tie("r", "a", amount=Decimal(1), currency="USD"), tie("r", "b", amount=Decimal(2), currency="USD"))
    assert project_network(table, RECIPE).edges["a", "b", "r"]["amount"] is None


def test_who_has_no_partner_is_left_out_with_the_reason() -> None:
    table = ties(
        tie("r", "a"),
        tie("s", "b", "participant"),
        tie("s", "c", "participant"),
        tie("t", "d"),
        tie("t", "e", "receiving"),
        tie("u", "f", "speaker"),
    )
    network = project_network(table, RECIPE)
    assert list(network) == ["d", "e"]
    left_out = [(actor.iri, actor.label, actor.reason) for actor in network.graph["left_out"]]
    assert left_out == [("a", "Actor a", ALONE), ("b", "Actor b", ONLY_RECEIVES), ("c", "Actor c", ONLY_RECEIVES)]


@pytest.mark.parametrize(
    ("since", "until", "relations"),
    [
        (None, None, {"long", "early", "open", "undated"}),
        (2009, 2009, {"long"}),
        (None, 2005, {"early", "open"}),
        (2006, None, {"long"}),
        (2004, 2008, {"long", "early", "open"}),
        (2005, 2012, {"long", "early"}),
    ],
)
def test_years_keep_what_overlaps_them(since: int | None, until: int | None, relations: set[str]) -> None:
    years = {"long": (2008, 2011), "early": (2001, 2005), "open": (2004, None), "undated": (None, None)}
    table = ties(
        *(
            tie(relation, actor, year_from=first, year_to=last)
            for relation, (first, last) in years.items()
            for actor in "ab"
        )
    )
    network = project_network(table, RECIPE, since=since, until=until)
    assert {relation for _, _, relation in network.edges(keys=True)} == relations
    assert network.graph["undated"] == (0 if since is until is None else 1)


def test_since_after_until_is_refused() -> None:
    with pytest.raises(UsageError, match="2011 and 2009"):
        project_network(ties(), RECIPE, since=2011, until=2009)


def test_sources_and_statuses_keep_only_their_ties() -> None:
    table = ties(
        *(tie("r", actor, source="s1", status="planned") for actor in "ab"),
        *(tie("r2", actor, source="s2") for actor in "bc"),
    )
    assert list(project_network(table, RECIPE, sources=["s1"])) == ["a", "b"]
    assert list(project_network(table, RECIPE, statuses=["realised"])) == ["b", "c"]
    network = project_network(table, RECIPE, sources=["s2", "s1"], statuses=["planned"], since=2000)
    assert {name: network.graph[name] for name in ("recipe", "sources", "statuses", "since", "until")} == {
        "recipe": "partnership", "sources": ["s1", "s2"], "statuses": ["planned"], "since": 2000, "until": None,
    }  # fmt: skip


def test_a_relation_told_by_two_sources_is_one_edge() -> None:
    table = ties(
        *(tie("r", actor, source="s2", start="2009", certainty="ambiguous") for actor in "ab"),
        *(tie("r", actor, source="s1", start="2009-03", status="planned") for actor in "ab"),
    )
    [(_, _, edge)] = project_network(table, RECIPE).edges(data=True)
    assert (edge["source"], edge["start"], edge["certainty"], edge["status"]) == (
        "s1; s2", "2009", "ambiguous", "planned",
    )  # fmt: skip


def test_a_big_meeting_joins_each_with_each() -> None:
    network = project_network(ties(*(tie("r", f"a{number:03}") for number in range(120))), RECIPE)
    assert network.number_of_edges() == 120 * 119 // 2


@settings(deadline=None)
@given(SOME_TIES, st.randoms())
def test_the_order_of_rows_does_not_matter(some: list[dict[str, Any]], chance: Any) -> None:
    mixed = list(some)
    chance.shuffle(mixed)
    assert known(project_network(ties(*some), RECIPE)) == known(project_network(ties(*mixed), RECIPE))


@settings(deadline=None)
@given(SOME_TIES)
def test_just_those_are_joined_whom_the_recipe_joins(some: list[dict[str, Any]]) -> None:
    network = project_network(ties(*some), RECIPE)
    roles: dict[tuple[str, str], set[str]] = {}
    for row in some:
        if row["relation_kind"] in RECIPE.kinds:
            roles.setdefault((row["relation"], row["actor"]), set()).add(row["role"])
    expected = {
        (relation, a, b)
        for (relation, a), (other, b) in combinations(sorted(roles), 2)
        if relation == other and RECIPE.joins(roles[relation, a], roles[relation, b])
    }
    assert {(relation, *sorted((a, b))) for a, b, relation in network.edges(keys=True)} == expected
    qualifying = {actor for (_, actor), held in roles.items() if held & (RECIPE.carrying | RECIPE.receiving)}
    assert qualifying == {*network, *(actor.iri for actor in network.graph["left_out"])}
    for a, b, edge in network.edges(data=True):
        assert edge["roles"].keys() == {a, b}
        for actor in (a, b):
            held = set(edge["roles"][actor].split(", "))
            assert held == roles[edge["relation"], actor] & (RECIPE.carrying | RECIPE.receiving)


# Collapsing


@settings(deadline=None)
@given(SOME_TIES)
def test_strength_counts_the_parallel_edges(some: list[dict[str, Any]]) -> None:
    network = project_network(ties(*some), RECIPE)
    before = known(network)
    collapsed = collapse_network(network)
    assert {(*sorted((a, b)), strength) for a, b, strength in collapsed.edges(data="strength")} == {
        (*pair, count) for pair, count in Counter(tuple(sorted(edge)) for edge in network.edges()).items()
    }
    assert all(edge["distance"] == 1 / edge["strength"] for _, _, edge in collapsed.edges(data=True))
    collapsed.add_node("new", label="x")
    nx.set_node_attributes(collapsed, "changed", "label")
    assert known(network) == before


# Centrality


def test_a_star_has_its_centre_in_the_middle() -> None:
    star = project_network(chains("ma", "mb", "mc"), RECIPE)
    assert scores(star, "degree") == {"m": 1.0, "a": 1 / 3, "b": 1 / 3, "c": 1 / 3}
    assert scores(star, "betweenness") == {"m": 1.0, "a": 0.0, "b": 0.0, "c": 0.0}
    assert scores(star, "closeness") == pytest.approx({"m": 1.0, "a": 0.6, "b": 0.6, "c": 0.6})
    middle, leaf = math.sqrt(1 / 2), math.sqrt(1 / 6)
    assert scores(star, "eigenvector") == pytest.approx({"m": middle, "a": leaf, "b": leaf, "c": leaf}, abs=1e-8)
    # p(m) = 0.15/4 + 0.85 * 3 p(a) and p(m) + 3 p(a) = 1
    assert scores(star, "pagerank")["m"] == pytest.approx((0.15 / 4 + 0.85) / 1.85, abs=1e-10)
    assert [(score.iri, score.rank) for score in centrality(star, "pagerank").scores] == [
        ("m", 1), ("a", 2), ("b", 2), ("c", 2),
    ]  # fmt: skip


def test_a_strong_tie_is_short() -> None:
    # From a to c there are two ways of two steps: the one over b shares three relations at each step.
    square = project_network(chains("ab", "ab", "ab", "bc", "bc", "bc", "ad", "cd"), RECIPE)
    between = scores(square, "betweenness")
    assert between["b"] > between["d"] == 0
    near = scores(square, "closeness")
    assert near["b"] > near["d"]
    # a to b 1/3, to c 2/3, to d 1
    assert near["a"] == pytest.approx(3 / (1 / 3 + 2 / 3 + 1))
    assert scores(square, "degree")["b"] == scores(square, "degree")["d"]


def test_chains_of_equal_length_count_equally_though_their_sums_differ_as_floats() -> None:
    # 1/10 + 1/15 = 1/12 + 1/12, but not in floating point.
    pairs = ["ab"] * 10 + ["bz"] * 15 + ["ac"] * 12 + ["cz"] * 12
    assert 1 / 10 + 1 / 15 != 1 / 12 + 1 / 12
    between = scores(project_network(chains(*pairs), RECIPE), "betweenness")
    assert between["b"] == between["c"] == pytest.approx(0.5 / 3)


def test_actors_apart_from_the_largest_component_have_no_eigenvector_score() -> None:
    network = project_network(chains("ab", "bc", "xy"), RECIPE)
    found = centrality(network, "eigenvector")
    assert {score.iri for score in found.scores} == {"a", "b", "c"}
    assert [(actor.iri, actor.label, actor.kind, actor.reason) for actor in found.left_out] == [
        ("x", "Actor x", "organization", OUTSIDE),
        ("y", "Actor y", "organization", OUTSIDE),
    ]
    assert centrality(network, "closeness").left_out == ()
    # two of four others reached, at a mean distance of 1.5 (Wasserman and Faust)
    assert scores(network, "closeness")["a"] == pytest.approx(2 / 3 * 2 / 4)


def test_two_groups_hardly_joined_still_have_eigenvector_scores() -> None:
    groups = [f"{a}{b}" for group in ("abcdefgh", "ABCDEFGH") for a, b in combinations(group, 2)]
    joined = project_network(chains(*groups, "a0", *(f"{n}{n + 1}" for n in range(9)), "9A"), RECIPE)
    found = scores(joined, "eigenvector")
    assert found["b"] == pytest.approx(found["B"], rel=1e-4)
    assert found["b"] > found["4"] > 0


def test_a_long_chain_has_the_eigenvector_of_a_string() -> None:
    # that of a path of n is sin(pi k / (n + 1)); power iteration alone would need many thousand rounds
    letters = [chr(0x4E00 + number) for number in range(60)]
    found = scores(project_network(chains(*(a + b for a, b in pairwise(letters))), RECIPE), "eigenvector")
    string = [math.sin(math.pi * (number + 1) / 61) for number in range(60)]
    length = math.hypot(*string)
    assert [found[letter] for letter in letters] == pytest.approx([value / length for value in string], rel=1e-9)


@pytest.mark.parametrize("measure", MEASURES)
def test_an_empty_network_has_no_scores(measure: str) -> None:
    lonely = project_network(ties(tie("r", "a")), RECIPE)
    found = centrality(lonely, measure)
    assert (found.scores, found.measure, found.recipe) == ((), measure, "partnership")
    assert [actor.reason for actor in found.left_out] == [ALONE]


def test_an_unknown_measure_lists_the_known() -> None:
    with pytest.raises(UsageError, match=r"degree, betweenness, closeness, eigenvector, pagerank, got 'katz'"):
        centrality(project_network(ties(), RECIPE), "katz")


@settings(deadline=None)
@given(SOME_TIES)
@pytest.mark.parametrize(
    ("measure", "direct"),
    [
        ("degree", nx.degree_centrality),
        ("betweenness", lambda graph: nx.betweenness_centrality(graph, weight="distance")),
        ("closeness", lambda graph: nx.closeness_centrality(graph, distance="distance")),
        ("pagerank", lambda graph: nx.pagerank(graph, weight="strength", tol=1e-12, max_iter=500)),
    ],
)
def test_scores_are_those_of_networkx(measure: str, direct: Any, some: list[dict[str, Any]]) -> None:
    network = project_network(ties(*some), RECIPE)
    before = known(network)
    expected = direct(collapse_network(network)) if network else {}
    assert scores(network, measure) == pytest.approx(expected, abs=1e-9)
    assert known(network) == before


@settings(deadline=None)
@given(SOME_TIES, st.sampled_from(list(MEASURES)))
def test_ranks_agree_with_scores(some: list[dict[str, Any]], measure: str) -> None:
    found = centrality(project_network(ties(*some), RECIPE), measure).scores
    for score in found:
        better = [other for other in found if other.score > score.score * (1 + 1e-8) + 1e-11]
        assert score.rank == len(better) + 1
    assert list(found) == sorted(found, key=lambda score: (score.rank, score.label, score.iri))


# Chains


def test_the_strongest_of_the_shortest_chains_is_found() -> None:
    network = project_network(chains("ab", "bz", "ac", "cz", "cz", "ad", "de", "ez"), RECIPE)
    path = find_path(network, "a", "z")
    assert [(step.actor.iri, step.partner.iri, [each.iri for each in step.ties]) for step in path.steps] == [
        ("a", "c", ["r2"]),
        ("c", "z", ["r3", "r4"]),
    ]
    assert path.equally_short == 2
    assert path.recipe == "partnership"


def test_a_step_tells_both_roles_from_where_it_starts() -> None:
    table = ties(tie("r", "a", "funding", start="2009"), tie("r", "b", "receiving", start="2009"))
    network = project_network(table, RECIPE)
    there, back = (find_path(network, *ends).steps[0].ties[0] for ends in ("ab", "ba"))
    assert (there.role, there.partner_role, there.start) == ("funding", "receiving", "2009")
    assert (back.role, back.partner_role) == ("receiving", "funding")
    assert there.evidence == back.evidence != ()


def test_no_chain_is_said_so() -> None:
    network = project_network(ties(*(tie(r, a) for r, a in ("ra", "rb", "sx", "sy", "tq"))), RECIPE)
    with pytest.raises(NotFound, match=r"no chain of partners joins Actor a and Actor x under the recipe 'partners"):
        find_path(network, "a", "x")
    with pytest.raises(NotFound, match="Actor q has no partner"):
        find_path(network, "a", "q")
    with pytest.raises(NotFound, match="http://nowhere has no partner"):
        find_path(network, "http://nowhere", "a")
    with pytest.raises(UsageError, match="two different actors, got Actor a twice"):
        find_path(network, "a", "a")


@settings(deadline=None)
@given(SOME_TIES)
def test_a_chain_is_as_short_as_networkx_finds(some: list[dict[str, Any]]) -> None:
    network = project_network(ties(*some), RECIPE)
    for a, b in combinations(network, 2):
        if nx.has_path(network, a, b):
            chains_found = list(nx.all_shortest_paths(collapse_network(network), a, b))
            path = find_path(network, a, b)
            actors = [path.steps[0].actor.iri, *(step.partner.iri for step in path.steps)]
            assert actors in chains_found
            assert path.equally_short == len(chains_found)


# Picture


def crowd(size: int, parts: int = 1) -> nx.MultiGraph:
    """Meetings of overlapping groups around some hubs, in separate parts."""
    rows = []
    for part in range(parts):
        for number in range(1, size):
            name = f"{part}-{number:03}"
            hub, guest = f"{part}-{number // 3:03}", f"{part}-{number * 7 % size:03}"
            label = "联合国开发计划署" if number % 4 == 0 else f"Organization number {number} of the world"
            rows += [tie(f"r{part}-{number}", actor, actor_label=label) for actor in dict.fromkeys((name, hub, guest))]
    return project_network(ties(*rows), RECIPE)


def test_the_same_network_lies_in_the_same_places() -> None:
    network = crowd(40, 2)
    before = known(network)
    places = layout(network)
    assert known(network) == before
    assert layout(crowd(40, 2)) == places
    assert layout(network, seed=2) != places
    assert list(places) == list(network)
    assert all(type(number) is float and number % STEP == 0 for place in places.values() for number in place)


def test_places_are_those_of_every_machine() -> None:
    network = project_network(chains("ab", "bc", "ca", "cd", "de", "ef", "eg", "xy"), RECIPE)
    assert layout(network) == {
        "a": (-320.0, 40.0),
        "b": (-320.0, -40.0),
        "c": (-180.0, 0.0),
        "d": (0.0, 0.0),
        "e": (210.0, 0.0),
        "f": (310.0, 70.0),
        "g": (310.0, -70.0),
        "x": (-80.0, -190.0),
        "y": (80.0, -190.0),
    }


@pytest.mark.parametrize("pairs", [("ab", "bc", "ca"), ("ab", "bc", "cd", "da"), ("ab", "bc", "ca", "cd")])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_tie_of_few_actors_runs_under_a_third(pairs: tuple[str, ...], seed: int) -> None:
    places = layout(project_network(chains(*pairs), RECIPE), seed=seed)
    for (a, b), third in product(pairs, places):
        if third not in (a, b):
            (ax, ay), (bx, by), (x, y) = (places[actor] for actor in (a, b, third))
            between = (x - ax) * (bx - ax) + (y - ay) * (by - ay)
            aside = abs((x - ax) * (by - ay) - (y - ay) * (bx - ax)) / math.dist((ax, ay), (bx, by))
            assert aside >= 30 or not 0 < between < math.dist((ax, ay), (bx, by)) ** 2


@pytest.mark.parametrize(("size", "parts"), [(2, 1), (3, 4), (30, 3), (120, 2)])
def test_names_do_not_lie_on_each_other(size: int, parts: int) -> None:
    places = list(layout(crowd(size, parts)).values())
    assert len(places) == size * parts
    for (x, y), (other_x, other_y) in combinations(places, 2):
        # a name is at least 8 double or 20 single letters wide, or broken on two lines
        assert abs(x - other_x) >= 120 or abs(y - other_y) >= 60


def test_parts_stand_apart_with_the_largest_in_the_middle() -> None:
    network = project_network(chains(*(f"a{letter}" for letter in "bcdefghijk"), "xy", "uv", "st"), RECIPE)
    places = layout(network)
    big = [places[actor] for actor in "abcdefghijk"]
    left, right = min(x for x, _ in big), max(x for x, _ in big)
    top, bottom = min(y for _, y in big), max(y for _, y in big)
    assert abs(left + right) <= 120
    assert abs(top + bottom) <= 80
    for actor in "xyuvst":
        x, y = places[actor]
        assert not (left <= x <= right and top <= y <= bottom)


def test_partners_are_neighbours() -> None:
    rings = [f"{ring}{a}{ring}{b}" for ring in "pq" for a, b in ("01", "12", "23", "34", "40", "02", "13")]
    table = ties(*(tie(f"r{n}", name) for n, text in enumerate([*rings, "p0q0"]) for name in (text[:2], text[2:])))
    places = layout(project_network(table, RECIPE))
    within = [math.dist(places[a], places[b]) for a, b in combinations(places, 2) if a[0] == b[0]]
    across = [math.dist(places[a], places[b]) for a, b in combinations(places, 2) if a[0] != b[0]]
    assert sum(within) / len(within) < 0.6 * sum(across) / len(across)


def test_nobody_needs_no_place() -> None:
    assert layout(project_network(ties(), RECIPE)) == {}


def test_a_measure_is_told_with_its_source() -> None:
    assert list(MEASURES) == ["degree", "betweenness", "closeness", "eigenvector", "pagerank"]
    assert all(text.endswith(").") and any(letter.isdigit() for letter in text) for text in MEASURES.values())
