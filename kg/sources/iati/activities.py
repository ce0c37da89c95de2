"""An activity of an IATI file to records: itself, who takes part, where and for what, and its relatives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from kg.clean.persons import without_contacts, without_names
from kg.clean.values import clean_text, digest
from kg.model.dates import Date
from kg.model.iris import quoted
from kg.model.records import Activity, Link, Name, Participation
from kg.model.row import Row
from kg.sources.iati.codes import DATES, LINKS, ROLES, STATUSES, YES_NO
from kg.sources.iati.money import read_flows
from kg.sources.iati.parties import Parties, find_persons
from kg.sources.iati.references import is_placeholder
from kg.sources.iati.scope import Reading, Scope, language_of
from kg.sources.iati.shares import read_shares
from kg.sources.iati.stream import Element

DEFAULTS = ("aid-type", "finance-type", "flow-type", "tied-status")


def read_activity(element: Element, number: int, reading: Reading, parties: Parties) -> Iterator[Row]:
    """The records of one activity, the `number`-th of its file."""
    scope, identifier = _open(element, number, reading, parties)
    reading.report.tally["activities"] += 1
    scope.reporter, spelling = parties.meet(element.find("reporting-org"), scope)
    yield from _activity(element, identifier, scope)
    yield from _participations(element, spelling, scope, parties)
    yield from read_shares(element, scope.id, scope)
    yield from read_flows(element, scope, parties)
    yield from _links(element, scope)


def _open(element: Element, number: int, reading: Reading, parties: Parties) -> tuple[Scope, str]:
    """The scope of an activity and its identifier; a missing or repeated one is known by its number."""
    found = element.find("iati-identifier")
    persons, withheld = find_persons(element, parties.persons)
    raw = without_names(without_contacts(clean_text(found.text)), persons) if found is not None else ""
    entry = reading.enter("activity", raw, number)
    scope = Scope(
        reading=reading,
        id=entry.id,
        evidence=entry.evidence,
        language=language_of(element),
        currency="",
        defaults={},
        repeated=entry.repeated,
        persons=persons,
        withheld=withheld,
    )
    if not entry.identifier:
        scope.find("warning", "no-identifier", f"iati-identifier: expected one, got {raw!r}", element)
    if entry.repeated:
        message = f"iati-identifier: expected each once, got {raw!r} again; it is kept as another, of no total"
        scope.find("warning", "duplicate-identifier", message, element)
    scope.currency = scope.attribute(element, "default-currency")
    scope.defaults = {name: scope.standard_code(element, f"default-{name}", "iati-activity") for name in DEFAULTS}
    scope.humanitarian = YES_NO.get(scope.attribute(element, "humanitarian").lower())
    reporting = element.find("reporting-org")
    scope.secondary = bool(YES_NO.get(scope.attribute(reporting, "secondary-reporter").lower()))
    return scope, entry.identifier


def _activity(element: Element, identifier: str, scope: Scope) -> Iterator[Row]:
    titles = [(scope.mended(text, one), text, lang) for one in element.findall("title") for text, lang in
              scope.narratives(one)]  # fmt: skip
    title, raw, language = titles[0] if titles else (identifier or scope.id, "", "")
    if not titles:
        scope.find("warning", "no-title", "title: expected one, got none; the identifier stands for it", element)
    dates = _dates(element, scope)
    yield Activity(
        id=scope.id,
        title=title,
        language=language or scope.language if titles else "",
        kind="aid-activity",
        status=_status(element, dates, scope),
        identifiers=_identifiers(element, identifier, scope),
        description=_description(element, {text for text, *_ in titles}, language, scope),
        humanitarian=scope.humanitarian,
        evidence=scope.evidence,
        certainty="stated",
        note=scope.note(),
        **dates,
    )
    told = {title: language}
    if raw and raw != title:
        yield _name(raw, "", "misspelling", scope)
    for text, _, other in titles[1:]:
        if text not in told:
            kind = "preferred" if other and other not in told.values() else "alternative"
            yield _name(text, other, kind, scope)
            told[text] = other


def _name(text: str, language: str, kind: str, scope: Scope) -> Name:
    local = f"{scope.id}.name.{digest(text, language, kind)}"
    return Name(
        id=local, entity=scope.id, name=text, language=language, kind=kind, evidence=scope.evidence, certainty="stated"
    )


def _dates(element: Element, scope: Scope) -> dict[str, Any]:
    dates: dict[str, Date] = {}
    for one in element.findall("activity-date"):
        kind = scope.word(DATES, scope.attribute(one, "type"), one, "", "type of a date").replace("-", "_")
        date = scope.date(one)
        if not kind or date is None:
            continue
        if dates.setdefault(kind, date) != date:
            message = f"activity-date: expected one {kind.replace('_', ' ')}, got {date.edtf} beside {dates[kind].edtf}"
            scope.find("warning", "second-date", message, one)
    return dates


def _status(element: Element, dates: dict[str, Date], scope: Scope) -> str:
    """The status as the source has it; where it has none, an actual end says that the activity is over."""
    found = element.find("activity-status")
    raw = scope.attribute(found, "code") or ("" if found is None else scope.text(found))
    status = scope.word(STATUSES, raw, found, "unknown", "activity-status") if raw else "unknown"
    return "realised" if status == "unknown" and "end" in dates else status


def _identifiers(element: Element, identifier: str, scope: Scope) -> tuple[str, ...]:
    found = [f"iati:{identifier}"] if identifier else []
    for one in element.findall("other-identifier"):
        value = scope.attribute(one, "ref") or without_contacts(scope.text(one))
        if not is_placeholder(value):
            kind = quoted(scope.attribute(one, "type").lower())
            found.append(f"iati-other{'-' if kind else ''}{kind}:{value}")
    return tuple(dict.fromkeys(found))


def _description(element: Element, titles: set[str], language: str, scope: Scope) -> str:
    """The general description in the language of the title; one that only repeats the title tells nothing."""
    found = [
        (scope.mended(text, one), lang)
        for one in element.findall("description")
        if scope.attribute(one, "type") in ("", "1")
        for text, lang in scope.narratives(one)
    ]
    fitting = [text for text, lang in found if lang == language] or [text for text, _ in found]
    further = len(element.findall("description")) - len({text for text, _ in found})
    if len(found) > 1 or further > 0:
        scope.reading.report.unread["iati-activity/description[further types and languages]"] += 1
    return fitting[0] if fitting and fitting[0] not in titles else ""


def _participations(element: Element, spelling: str, scope: Scope, parties: Parties) -> Iterator[Row]:
    """Who takes part, the reporter first, whose name is spelt so in the activity."""
    common: dict[str, Any] = {"work": scope.id, "evidence": scope.evidence, "certainty": "stated"}
    if scope.reporter:
        yield Participation(
            id=f"{scope.id}.reporting", agent=scope.reporter, role="reporting", spelling=spelling, **common
        )
    else:
        scope.find("error", "no-reporter", "reporting-org: expected a reference or a name, got neither", element)
    for number, one in enumerate(element.findall("participating-org"), start=1):
        raw = scope.attribute(one, "role")
        role = scope.word(ROLES, raw, one, "")
        agent, spelling = parties.meet(one, scope)
        if not agent or not role:
            what = "a role of the standard" if agent else "a reference or a name"
            got = repr(raw[:40]) if agent and raw else "none"
            scope.find("error", "party-unusable", f"participating-org: expected {what}, got {got}; left out", one)
            continue
        scope.parties.add(agent)
        scope.reading.report.tally["participations"] += 1
        yield Participation(id=f"{scope.id}.part.{number}", agent=agent, role=role, spelling=spelling, **common)


def _links(element: Element, scope: Scope) -> Iterator[Row]:
    for one in element.findall("related-activity"):
        kind = scope.word(LINKS, scope.attribute(one, "type"), one, "")
        other = scope.reference(one, "ref") if kind else ""
        if not kind or not other or other == scope.id:
            got = (
                "itself"
                if other == scope.id
                else f"type {scope.attribute(one, 'type')!r} and reference {scope.attribute(one, 'ref')!r}"
            )
            message = f"related-activity: expected the type and reference of another activity, got {got}"
            scope.find("warning", "related-unusable", message, one)
            continue
        ends = (other, scope.id) if kind == "has-part" else (scope.id, other)
        link = Link(subject=ends[0], kind="part-of" if kind == "has-part" else kind, object=ends[1],
                    evidence=scope.evidence, certainty="stated")  # fmt: skip
        yield replace(link, id=f"{scope.id}.{kind}.{other.removeprefix('activity.')}")
