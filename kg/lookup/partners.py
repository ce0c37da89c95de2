"""The partners of an actor under a recipe, each tie with its roles, dates and evidence."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

from kg.facts import Facts, Reader, doubt, part_status
from kg.lookup.describe import tie_json
from kg.lookup.relations import Party, find_parties, find_works
from kg.namespaces import ORG
from kg.recipes import HAPPENED, Recipe

Json = dict[str, Any]


class Filters(NamedTuple):
    """Which ties count: by the partner's role, its country and the source (IRIs), years, and status.

    `limit` is how many partners are told, `works` how many works of each.
    """

    role: str = ""
    country: str = ""
    source: str = ""
    since: int | None = None
    until: int | None = None
    planned: bool = False
    limit: int | None = None
    works: int | None = None


class Partners(NamedTuple):
    """The result: partners with their ties as JSON, and how many relations without a year a year filter left out."""

    partners: list[Json]
    undated: int
    more: int


def find_partners(reader: Reader, actor: str, recipe: Recipe, filters: Filters) -> Partners:
    """The partners of an actor, those with most relations first.

    Partners are those with whom the actor shares a relation in roles that the recipe joins. With
    `since` or `until`, a relation of which no year is known is left out and counted.
    """
    shared: dict[str, list[tuple[Facts, Party, Party]]] = {}
    undated = set()
    for work, mine, theirs in _joined(reader, actor, recipe):
        if not _fits(reader, work, mine, theirs, filters):
            continue
        if (filters.since or filters.until) and work.years is None:
            undated.add(work.iri)
            continue
        shared.setdefault(theirs.iri, []).append((work, mine, theirs))
    ordered = sorted(
        shared, key=lambda iri: (-len({work.iri for work, _, _ in shared[iri]}), reader.facts(iri).label, iri)
    )
    inside = [iri for iri in ordered if not filters.country or _in_country(reader, iri, filters.country)]
    shown = inside[: filters.limit]
    found = [
        {**_partner_json(reader, iri, shared[iri], filters.works), **_kinship(reader, actor, iri)} for iri in shown
    ]
    return Partners(found, len(undated), len(inside) - len(shown))


def _kinship(reader: Reader, actor: str, partner: str) -> Json:
    """Say so where a partner is a unit of the actor, or the actor a unit of the partner."""
    if actor in _wholes(reader, partner):
        return {"structure": "unit of it"}
    return {"structure": "whole of it"} if partner in _wholes(reader, actor) else {}


def _wholes(reader: Reader, unit: str) -> set[str]:
    """The organizations that a unit is part of, at any depth."""
    found: set[str] = set()
    todo = [unit]
    while todo:
        wholes = {value.text for value in reader.statements(todo.pop()).get(ORG.unitOf, ())} - found
        found |= wholes
        todo += sorted(wholes)
    return found


def _joined(reader: Reader, actor: str, recipe: Recipe) -> Iterator[tuple[Facts, Party, Party]]:
    for work_iri, mine in find_works(reader, actor):
        work = reader.facts(work_iri)
        if work.kind not in recipe.kinds:
            continue
        for theirs in find_parties(reader, work_iri):
            if theirs.iri != actor and recipe.joins([mine.role], [theirs.role]):
                yield work, mine, theirs


def _fits(reader: Reader, work: Facts, mine: Party, theirs: Party, filters: Filters) -> bool:
    if filters.role and theirs.role != filters.role:
        return False
    if not filters.planned:
        statuses = {part_status(work, reader.facts(party.node)) for party in (mine, theirs)}
        if not all(status in HAPPENED or not status for status in statuses):
            return False
    if filters.source and filters.source not in reader.view.graphs_of(theirs.node):
        return False
    if work.years is None:
        return True
    first, last = work.years
    return (filters.since is None or last >= filters.since) and (filters.until is None or first <= filters.until)


def _in_country(reader: Reader, actor: str, country: str) -> bool:
    """Whether an actor is based in, or governs a place in, a country; units are where their parents are."""
    bindings = {"actor": f"<{actor}>", "country": f"<{country}>"}
    return next(iter(reader.view.query(_IS_IN, bindings=bindings).table()))[0] == "true"


_IS_IN = """
ASK {
  $actor org:unitOf*/(:basedIn|:governs)/schema:containedInPlace* $country
  FILTER NOT EXISTS {
    $actor :basedIn/schema:containedInPlace* ?other . ?other a schema:Country FILTER (?other != $country)
  }
}
"""


def _partner_json(reader: Reader, iri: str, ties: list[tuple[Facts, Party, Party]], most: int | None) -> Json:
    facts = reader.facts(iri)
    ordered = sorted(
        ties, key=lambda tie: (tie[0].start.edtf if tie[0].start else "~", tie[0].iri, tie[1].role, tie[2].role)
    )
    works = list(dict.fromkeys(work.iri for work, _, _ in ordered))
    told = set(works[:most])
    more = {"more_works": len(works) - len(told)} if len(works) > len(told) else {}
    return {
        "iri": iri,
        "label": facts.label,
        "kind": facts.kind,
        "ties": [
            _tie_json(reader, list(same))
            for (work, *_), same in groupby(ordered, key=lambda t: (t[0].iri, t[1].role, t[2].role))
            if work in told
        ],
        **more,
    }


def _tie_json(reader: Reader, said: list[tuple[Facts, Party, Party]]) -> Json:
    """A tie, however many sources tell it: the certainty of the surest telling, and the evidence of all.

    A telling rests on what is said of both parts, and is as sure as the less sure of them.
    """
    work, mine, theirs = said[0]
    parts = [(reader.facts(one.node), reader.facts(other.node)) for _, one, other in said]
    surest = min((_weaker(*both) for both in parts), key=lambda facts: doubt(facts.certainty))
    places = [place for both in parts for part in both for place in tie_json(work, part)["evidence"]]
    unique = {tuple(place.items()): place for place in places}
    return {
        "kind": work.kind,
        "iri": work.iri,
        "label": work.label,
        "role": mine.role,
        "partner_role": theirs.role,
        **tie_json(work, surest),
        "evidence": list(unique.values()),
    }


def _weaker(one: Facts, other: Facts) -> Facts:
    return max(one, other, key=lambda facts: doubt(facts.certainty))
