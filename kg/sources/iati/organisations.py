"""An organisation of an IATI file to records: what it means to spend, and for whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from kg.clean.persons import is_email, without_contacts, without_names
from kg.clean.values import clean_text
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
    reading.report.tally["organisations"] += 1
    scope, identifier, told = _open(element, number, reading, parties)
    scope.reporter, _ = parties.meet(element.find("reporting-org"), scope)
    if not scope.reporter:
        message = "reporting-org: expected a reference or a name, got neither"
        scope.find("warning", "no-reporter", message, element)
    itself = parties.tell(identifier, told, element.findall("name"), scope)
    if not itself:
        message = "organisation-identifier: expected an identifier or a name, got neither; left out"
        scope.find("error", "organisation-unusable", message, element)
        return
    for tag in BUDGETS:
        for one in element.findall(tag):
            yield from _budget(one, itself, scope, parties)
    for one in element.findall("total-expenditure"):
        yield read_budget(one, "expenditure", scope, status="realised", funders=(itself,))


def _open(element: Element, number: int, reading: Reading, parties: Parties) -> tuple[Scope, str, Element]:
    """The scope of an organisation, its identifier, and where it stands; one without or with another's is numbered.

    Of the same identifier is the same organization, as everywhere in a file, but what each record plans stays apart.
    """
    persons, withheld = find_persons(element, parties.persons)
    raw, found = _identifier(element)
    raw = without_names(raw, persons)
    entry = reading.enter("organisation", raw, number)
    scope = Scope(
        reading=reading,
        id=entry.id,
        evidence=entry.evidence,
        language=language_of(element),
        currency="",
        defaults={},
        persons=persons,
        withheld=withheld,
    )
    scope.currency = scope.attribute(element, "default-currency")
    if not entry.identifier:
        scope.find("warning", "no-identifier", f"organisation-identifier: expected one, got {raw[:40]!r}", found)
    if entry.repeated:
        message = f"organisation-identifier: expected each once, got {raw[:40]!r} again; its budgets are kept apart"
        scope.find("warning", "duplicate-identifier", message, found)
    return scope, entry.identifier, found


def _budget(one: Element, itself: str, scope: Scope, parties: Parties) -> Iterator[Row]:
    receiver, _ = parties.meet(one.find("recipient-org"), scope)
    known: dict[str, Any] = {"funders": (itself,), "receivers": (receiver,) if receiver else ()}
    flow = read_budget(one, "budget", scope, **known)
    yield flow
    for share in read_shares(one, "flow", scope):
        yield replace(share, id=flow.id + share.id.removeprefix("flow"), work=flow.id)


def _identifier(element: Element) -> tuple[str, Element]:
    for tag in ("organisation-identifier", "iati-identifier"):
        found = element.find(tag)
        if found is not None and (identifier := without_contacts(clean_text(found.text))):
            return ("" if is_email(identifier) else identifier), found
    return "", element
