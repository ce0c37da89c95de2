"""One thing on a terminal: names, kinds, relations grouped by kind, and claims."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from kg.lookup.describe import date_json
from kg.model.dates import parse_date
from kg.namespaces import CODE, SOURCE
from kg.views.wording import describe_amount, describe_period

Json = Mapping[str, Any]

_LASTING = ("activity", "pairing", "indicator", "membership")
HEADINGS = {
    "activity": "Activities", "event": "Events", "agreement": "Agreements", "publication": "Publications",
    "flow": "Money", "pairing": "Paired aid", "participation": "Who took part", "membership": "Posts",
    "conversion": "Converted amounts", "allocation": "Shares of places and sectors", "headcount": "Head counts",
    "indicator": "Figures", "link": "Links", "conflict": "Conflicts",
}  # fmt: skip


def render_sheet(answer: Json, *, why: bool = False) -> str:
    """All that `describe` found, as text; with `why`, each statement with its positions."""
    return "\n".join(_lines(answer, why))


def when(tie: Json) -> str:
    """The time of a tie in words; what lasts and has no end is told from its start."""
    lasting = tie["kind"] in _LASTING or tie["status"] == "ongoing"
    return describe_period(tie["start"], tie["end"], lasting=lasting) + (
        ", end planned" if "end_planned" in tie else ""
    )


def where(evidence: Iterable[Json]) -> str:
    """Where evidence lies: `iprcc-2009 90-258, 286-333`."""
    found = []
    for source, places in groupby(evidence, key=lambda place: str(place["source"])):
        listed = ", ".join(
            f"{place['start']}-{place['end']}" if "start" in place else f"{place['file']} {place['record']}"
            for place in places
        )
        found.append(f"{source.removeprefix(SOURCE)} {listed}")
    return "; ".join(found)


def flat_tie(tie: Json) -> dict[str, Any]:
    """A tie as one row of a table for programs: days as bounds, evidence as text."""
    row: dict[str, Any] = {key: tie[key] for key in ("kind", "iri", "label", "role", "partner_role")}
    for end in ("start", "end"):
        for bound in ("earliest", "latest"):
            row[f"{end}_{bound}"] = tie[end][bound] if tie[end] else None
    row |= {key: tie[key] for key in ("amount", "currency", "status", "certainty")}
    return {**row, "evidence": where(tie["evidence"])}


TIE_COLUMNS = (
    "kind iri label role partner_role start_earliest start_latest end_earliest end_latest "
    "amount currency status certainty evidence"
).split()
"""The columns of `flat_tie`."""


def _lines(answer: Json, why: bool) -> Iterator[str]:
    entity = answer["entity"]
    coded = [kind["label"] for kind in answer["types"] if kind["iri"].startswith(CODE)]
    kinds = list(dict.fromkeys(coded or [kind["label"] for kind in answer["types"]]))
    yield entity["label"]
    yield f"  {entity['kind']}: {', '.join(kinds)}" if kinds else f"  {entity['kind']}"
    yield f"  {entity['iri']}"
    others = [name for name in answer["names"] if name["name"] != entity["label"] and name["kind"] != "misspelling"]
    if others:
        yield "  also: " + "; ".join(dict.fromkeys(name["name"] for name in others))
    for identifier in answer["identifiers"]:
        yield f"  {identifier['scheme']}: {identifier['value']}"
    yield from _facts(answer["facts"])
    if why and answer["evidence"]:
        yield f"  said at: {where(answer['evidence'])}"
    order = {kind: place for place, kind in enumerate(HEADINGS)}
    relations = sorted(answer["relations"], key=lambda relation: order.get(relation["kind"], len(order)))
    for kind, group in groupby(relations, key=lambda relation: str(relation["kind"])):
        yield ""
        yield HEADINGS.get(kind, kind)
        if kind == "link":
            yield from _links(group, why)
            continue
        for same in _by_work(group):
            yield from _relation(same, why)
    if answer["claims"]:
        yield ""
        yield "Claims"
        for claim in answer["claims"]:
            yield f"  {claim['label']}  ({', '.join([claim['kind'], *doubts(claim)])})"
            if why:
                yield f"      {where(claim['evidence'])}"
    yield from _slips(answer["slips"], why)


def _slips(slips: Iterable[Json], why: bool) -> Iterator[str]:
    """What a source has wrong: `printed: 2003, read: 2005`."""
    for at, slip in enumerate(slips):
        if not at:
            yield from ("", "Slips of the source")
        said = f" ({slip['certainty']})" if slip["certainty"] != "stated" else ""
        yield f"  printed: {slip['printed']}; read: {slip['reading']}{said}"
        if why:
            yield f"      {where(slip['evidence'])}"


def _facts(facts: Iterable[Json]) -> Iterator[str]:
    """The thing's own values: its time in words first, then the others under spaced names."""
    values = {str(fact["name"]): str(fact["value"]) for fact in facts}
    for names, word in ((("start", "end"), "when"), (("plannedStart", "plannedEnd"), "planned for")):
        bounds = [date_json(parse_date(values[name])) if name in values else None for name in names]
        if any(bounds):
            lasting = values.get("status") == "ongoing"
            yield f"  {word}: {describe_period(*bounds, lasting=lasting)}"
    for name, value in ((str(fact["name"]), fact["value"]) for fact in facts):
        if name not in ("start", "end", "plannedStart", "plannedEnd"):
            yield f"  {_spaced(name)}: {value}"


def _spaced(name: str) -> str:
    """A property's name in words: `dateCertainty` as `date certainty`."""
    return re.sub("([A-Z])", r" \1", name).lower()


def _links(links: Iterable[Json], why: bool) -> Iterator[str]:
    """Links of one kind and direction on one line: `unit of: LGOP`, `part of this: ...`."""
    for (label, role), group in groupby(sorted(links, key=_direction), key=_direction):
        named = [(", ".join([link["others"][0]["label"], *doubts(link)]), link) for link in group]
        said = dict.fromkeys(f"{name} [{where(link['evidence'])}]" if why else name for name, link in named)
        yield f"  {label}{' this' if role == 'object' else ''}: " + "; ".join(said)


def _direction(link: Json) -> tuple[str, str]:
    return str(link["label"]), str(link["role"])


def _by_work(relations: Iterable[Json]) -> Iterable[list[Json]]:
    """The relations of each work together, whatever the roles; of the parties of a work, those that read alike."""
    found: dict[tuple[str, ...], list[Json]] = {}
    for one in relations:
        told = (_party(one),) if one["kind"] == "participation" else (one["iri"], one["label"])
        found.setdefault(told, []).append(one)
    return found.values()


def _relation(same: list[Json], why: bool) -> Iterator[str]:
    """A work with all roles in it: `Wells (2014, funding)`, and below it `also implementing`."""
    relation, *further = same
    is_party = relation["kind"] == "participation"
    yield _party(relation) if is_party else _joint(relation)
    roles = [", ".join([one["role"], *doubts(one, relation["status"])]) for one in further if not is_party]
    yield from [f"      also {'; '.join(dict.fromkeys(roles))}"] if roles else []
    if relation["others"] and not is_party:
        yield "      with " + "; ".join(f"{other['label']} ({other['role']})" for other in relation["others"])
    for note in dict.fromkeys(one["note"] for one in same if one["note"] != one["label"]):
        yield from [f"      note: {note}"] if note else []
    if why:
        yield from dict.fromkeys(f"      {where(one['evidence'])}" for one in same)


def _party(relation: Json) -> str:
    """Who took part in the work that is shown: `Muhammad Yunus (speaker): Microcredit and ...`."""
    other = relation["others"][0]
    said = ", ".join([other["role"], *doubts(relation)])
    title = f": {relation['label']}" if relation["label"] != other["role"] else ""
    return f"  {other['label']}  ({said}){title}"


def _joint(relation: Json) -> str:
    """What the thing shown has a part in: its title, time, role and money."""
    money = describe_amount(relation["amount"], relation["currency"])
    said = ", ".join(mark for mark in (when(relation), relation["role"], money, *doubts(relation)) if mark)
    return f"  {relation['label']}" + (f"  ({said})" if said else "")


def doubts(said: Json, known: str = "realised") -> list[str]:
    """What makes a statement less than sure: that it has not happened, if not known, or is not said outright."""
    return [mark for mark in (said["status"], said["certainty"]) if mark not in ("", "realised", "stated", known)]
