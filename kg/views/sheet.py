"""One thing on a terminal: names, kinds, relations grouped by kind, and claims."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from kg.namespaces import SOURCE
from kg.views.wording import describe_amount, describe_period

Json = Mapping[str, Any]

HEADINGS = {
    "activity": "Activities",
    "event": "Events",
    "agreement": "Agreements",
    "publication": "Publications",
    "flow": "Money",
    "pairing": "Paired aid",
    "participation": "Who took part",
    "membership": "Posts",
    "headcount": "Head counts",
    "indicator": "Figures",
    "link": "Links",
    "conflict": "Conflicts",
}


def render_sheet(answer: Json, *, why: bool = False) -> str:
    """All that `describe` found, as text; with `why`, each statement with its positions."""
    return "\n".join(_lines(answer, why))


def when(tie: Json) -> str:
    """The time of a tie in words."""
    return describe_period(tie["start"], tie["end"])


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


def _lines(answer: Json, why: bool) -> Iterator[str]:
    entity = answer["entity"]
    kinds = list(dict.fromkeys(kind["label"] for kind in answer["types"]))
    yield entity["label"]
    yield f"  {entity['kind']}: {', '.join(kinds)}" if kinds else f"  {entity['kind']}"
    yield f"  {entity['iri']}"
    others = [name for name in answer["names"] if name["name"] != entity["label"] and name["kind"] != "misspelling"]
    if others:
        yield "  also: " + "; ".join(dict.fromkeys(name["name"] for name in others))
    for identifier in answer["identifiers"]:
        yield f"  {identifier['scheme']}: {identifier['value']}"
    for fact in answer["facts"]:
        yield f"  {fact['name']}: {fact['value']}"
    if why and answer["evidence"]:
        yield f"  said at: {where(answer['evidence'])}"
    order = list(HEADINGS)
    relations = sorted(
        answer["relations"], key=lambda relation: order.index(relation["kind"]) if relation["kind"] in order else 99
    )
    for kind, group in groupby(relations, key=lambda relation: str(relation["kind"])):
        yield ""
        yield HEADINGS.get(kind, kind)
        for relation in group:
            yield from _relation(relation, why)
    if answer["claims"]:
        yield ""
        yield "Claims"
        for claim in answer["claims"]:
            yield f"  {claim['label']}  ({claim['kind']}{_doubt(claim)})"
            if why:
                yield f"      {where(claim['evidence'])}"


def _relation(relation: Json, why: bool) -> Iterator[str]:
    money = describe_amount(relation["amount"], relation["currency"])
    lead = ", ".join(part for part in (when(relation), relation["role"], money) if part)
    yield f"  {relation['label']}" + (f"  ({lead}{_doubt(relation)})" if lead or _doubt(relation) else "")
    if relation["others"]:
        yield "      with " + "; ".join(f"{other['label']} ({other['role']})" for other in relation["others"])
    if why:
        yield f"      {where(relation['evidence'])}"


def _doubt(said: Json) -> str:
    marks = [
        said["status"] if said["status"] not in ("", "realised") else "",
        said["certainty"] if said["certainty"] != "stated" else "",
    ]
    return "".join(f", {mark}" for mark in marks if mark)
