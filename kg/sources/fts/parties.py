"""The organizations and works at the two ends of a flow: known by their ids in FTS."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kg.clean.persons import WITHHELD, is_individual, is_person
from kg.clean.values import clean_text, unescaped
from kg.model.iris import quoted
from kg.model.records import Link
from kg.sources.fts.codes import GROUP, KINDS, NATIONAL, OF_GOVERNMENT, OF_PERSONS, PERSON, WORKS
from kg.sources.fts.pages import Node
from kg.sources.fts.scope import Scope, Thing


def find_persons(objects: Iterable[Node], scope: Scope) -> None:
    """Note the individuals among the parties of a flow before any text of it is told."""
    names = set[str]()
    for one in objects:
        name = unescaped(clean_text(str(one.get("name") or "")))
        types = [str(kind) for key in ("organizationTypes", "organizationSubTypes") for kind in _listed(one.get(key))]
        names |= {name} if _is_person(name, types) else set()
    scope.persons = tuple(sorted(names, key=lambda name: (-len(name), name)))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def meet_organizations(nodes: list[Node], scope: Scope) -> tuple[str, ...]:
    """The local ids of the organizations at one end of a flow, each once."""
    return tuple(dict.fromkeys(filter(None, (_organization(one, scope) for one in nodes))))


def meet_works(objects: dict[str, list[Node]], scope: Scope, realised: bool) -> dict[str, tuple[str, ...]]:
    """The local ids of the plans and projects at one end of a flow, by type."""
    return {kind: tuple(dict.fromkeys(filter(None, (_work(kind, one, scope, realised) for one in objects[kind]))))
            for kind in WORKS}  # fmt: skip


def _organization(one: Node, scope: Scope) -> str:
    types, narrower = scope.texts(one, "organizationTypes"), scope.texts(one, "organizationSubTypes")
    local, identifier, name = scope.name_of(one, "org")
    known = scope.reading.organizations
    if not local:
        return ""
    if name == WITHHELD or _is_person(name, [*types, *narrower]):
        scope.find("info", "individual", "expected an organization, got an individual; name and id are withheld")
        scope.withheld += 1
        local = f"{scope.id}.individual.{scope.withheld}"
        known[local] = Thing("other", scope.evidence, (), {WITHHELD: scope.evidence})
        return local
    kind = _kind(name, types, narrower, scope)
    note = f"FTS gives its type as {', '.join([*types, *narrower])}." if types or narrower else ""
    if local not in known:
        known[local] = Thing(kind, scope.evidence, (f"fts-organization:{identifier}",) if identifier else (), note=note)
        if kind == "government":
            _govern(local, name, scope)
    elif note != known[local].note:
        scope.find("info", "other-type", f"{name[:80]}: expected the type as before, got {note!r}; kept the first")
    known[local].names.setdefault(name, scope.evidence)
    return local


def _kind(name: str, types: list[str], narrower: list[str], scope: Scope) -> str:
    """The kind of an organization; a government is known by the country that it has in its name."""
    if GROUP.fullmatch(name):
        return "group"
    if "Government" in types and NATIONAL in narrower and scope.country(name.removesuffix(OF_GOVERNMENT)):
        return "government"
    for one in types:
        if one not in KINDS:
            scope.find("warning", "unknown-type", f"organizationTypes: expected a type of FTS, got {one[:40]!r}")
    return next((KINDS[one] for one in types if one in KINDS), "unspecified")


def _govern(local: str, name: str, scope: Scope) -> None:
    """A government governs the country of its name; where it has the name of the country only, that is implied."""
    certainty = "stated" if name.endswith(OF_GOVERNMENT) else "implied"
    add_link(local, "governs", f"country:{scope.country(name.removesuffix(OF_GOVERNMENT))}", certainty, scope)


def _is_person(name: str, types: list[str]) -> bool:
    """Whether the source marks or names an organization as a person.

    >>> _is_person("Ms. Jane Doe", ["Local/National organization/foundation/individual"]), _is_person("MSF", ["NGO"])
    (True, False)
    """
    marked = any(one.lower().endswith(OF_PERSONS) for one in types)
    return is_person(name) or any(map(is_individual, types)) or (marked and PERSON.fullmatch(name) is not None)


def _work(kind: str, one: Node, scope: Scope, realised: bool) -> str:
    local, identifier, name = scope.name_of(one, kind.lower())
    if not local:
        return ""
    code = scope.text(one, "code") if kind == "Project" else ""
    found = [("fts-plan" if kind == "Plan" else "fts-project", identifier), ("fts-project-code", code)]
    thing = scope.reading.works.setdefault(
        local, Thing(WORKS[kind], scope.evidence, tuple(f"{scheme}:{value}" for scheme, value in found if value))
    )
    thing.names.setdefault(name, scope.evidence)
    thing.realised = thing.realised or realised
    return local


def add_link(subject: str, kind: str, other: str, certainty: str, scope: Scope) -> None:
    """Link two things, once for all flows that tell it."""
    link = Link(
        id=f"{subject}.{kind}.{quoted(other.replace(':', '-'))}", subject=subject, kind=kind, object=other,
        evidence=scope.evidence, certainty=certainty,
    )  # fmt: skip
    scope.reading.links.setdefault((subject, kind, other), link)
