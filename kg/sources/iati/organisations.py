"""An organisation of an IATI file to records: what it means to spend, and for whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from kg.clean.persons import is_email, without_contacts
from kg.model.evidence import Position
from kg.model.iris import quoted
from kg.model.row import Row
from kg.sources.iati.money import read_budget
from kg.sources.iati.parties import Parties, find_persons
from kg.sources.iati.scope import Reading, Scope, language_of
from kg.sources.iati.shares import read_shares
from kg.sources.iati.stream import Element

BUDGETS = ("total-budget", "recipient-org-budget", "recipient-country-budget", "recipient-region-budget")


def read_organisation(element: Element, number: int, reading: Reading, parties: Parties) -> Iterator[Row]:
    """The records of one organisation, the `number`-th of its file; itself is among the file's parties.

    Its totals tell again what activities tell one by one, so none of them counts.
    """
    identifier, raw = _identifier(element)
    scope = Scope(
        reading=reading,
        id=f"organisation.{quoted(identifier) or f'number-{number}'}",
        evidence=(Position(reading.file, identifier or f"organisation {number}"),),
        language=language_of(element),
        currency="",
        defaults={},
    )
    find_persons(element, scope)
    scope.currency = scope.attribute(element, "default-currency").upper()
    reading.report.tally["organisations"] += 1
    scope.reporter, _ = parties.meet(element.find("reporting-org"), scope)
    itself = parties.tell(identifier, raw, element.find("name"), scope)
    if not itself:
        message = "organisation-identifier: expected an identifier or a name, got neither; left out"
        scope.find("error", "organisation-unusable", message, element)
        return
    for tag in BUDGETS:
        for one in element.findall(tag):
            yield from _budget(one, itself, scope, parties)
    for one in element.findall("total-expenditure"):
        yield read_budget(one, "expenditure", scope, status="realised", funders=(itself,))


def _budget(one: Element, itself: str, scope: Scope, parties: Parties) -> Iterator[Row]:
    receiver, _ = parties.meet(one.find("recipient-org"), scope)
    known: dict[str, Any] = {"funders": (itself,), "receivers": (receiver,) if receiver else ()}
    flow = read_budget(one, "budget", scope, **known)
    yield flow
    for share in read_shares(one, "flow", scope):
        yield replace(share, id=flow.id + share.id.removeprefix("flow"), work=flow.id)


def _identifier(element: Element) -> tuple[str, Element | None]:
    for tag in ("organisation-identifier", "iati-identifier"):
        found = element.find(tag)
        if found is not None and (found.text or "").strip():
            identifier = without_contacts(" ".join(found.text.split()))
            return ("" if is_email(identifier) else identifier), found
    return "", None
