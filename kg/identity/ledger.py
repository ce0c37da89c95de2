"""The ledger of identity decisions: sorted text that people read, review and take back.

A decision says of two IRIs that they are the `same` thing, `different` things, or that one is
`unsure`; who said so, when and why. Only `same` changes the published graph, and only there: the
statements of the sources are never rewritten.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from kg.errors import InputError
from kg.namespaces import PREFIXES

FILE = "identity.tsv"
DECISIONS = ("same", "different", "unsure")
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]+")


@dataclass(frozen=True, slots=True, order=True)
class Decision:
    """One decision; where it is `same`, `entity` is the IRI that stays and `other` the one folded into it."""

    entity: str
    other: str
    decision: str
    who: str
    when: str
    why: str


def read_ledger(file: Path) -> list[Decision]:
    """The decisions of a ledger; none where there is no file.

    Raises InputError with `file:line: column: ...` for the first row that cannot be used, or that keeps apart
    what other rows join.
    """
    if not file.exists():
        return []
    names = [field.name for field in fields(Decision)]
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"{file}: expected UTF-8 text, got byte {error.object[error.start]:#x}") from None
    header, *rows = csv.reader(lines or [""], delimiter="\t", quoting=csv.QUOTE_NONE)
    if header != names:
        raise InputError(f"{file}:1: expected the columns {', '.join(names)}, got {', '.join(header) or 'none'}")
    placed = [(f"{file}:{line}", row) for line, row in enumerate(rows, start=2) if row]
    decisions = [_decision(row, place) for place, row in placed]
    _refuse_contradictions(decisions, [place for place, _ in placed])
    return decisions


def canonical_iris(decisions: Iterable[Decision]) -> dict[str, str]:
    """The IRI that stands for each folded one.

    Chains are followed. Where two IRIs were each kept by one decision and joined by another, the
    one that no decision folds stays; where several are left, the first in the alphabet.

    >>> same = lambda a, b: Decision(a, b, "same", "x", "2026-01-01", "")
    >>> canonical_iris([same("a", "b"), same("b", "c")])
    {'b': 'a', 'c': 'a'}
    """
    kept = [decision for decision in decisions if decision.decision == "same"]
    folded = {decision.other for decision in kept}
    groups = _groups((decision.entity, decision.other) for decision in kept)
    found: dict[str, str] = {}
    for group in groups:
        stays = min(group - folded or group)
        found.update({iri: stays for iri in sorted(group) if iri != stays})
    return dict(sorted(found.items()))


def _groups(pairs: Iterable[tuple[str, str]]) -> Iterator[set[str]]:
    group_of: dict[str, set[str]] = {}
    for one, other in pairs:
        joined = group_of.get(one, {one}) | group_of.get(other, {other})
        group_of.update(dict.fromkeys(joined, joined))
    seen: set[int] = set()
    for group in group_of.values():
        if id(group) not in seen:
            seen.add(id(group))
            yield group


def _refuse_contradictions(decisions: list[Decision], places: list[str]) -> None:
    folded = canonical_iris(decisions)
    for decision, place in zip(decisions, places, strict=True):
        one, other = (folded.get(iri, iri) for iri in (decision.entity, decision.other))
        if decision.decision == "different" and one == other:
            raise InputError(f"{place}: decision: expected two things that no other rows join, got 'different'")


def _whole(thing: str) -> str:
    """An IRI in full, where it is written with a prefix that queries know.

    >>> _whole("id:iprcc-2009/unicef")
    'https://w3id.org/partnership-kg/id/iprcc-2009/unicef'
    """
    prefix, colon, local = thing.partition(":")
    return PREFIXES[prefix] + local if colon and prefix in PREFIXES else thing


def _decision(row: list[str], place: str) -> Decision:
    names = [field.name for field in fields(Decision)]
    if len(row) != len(names):
        raise InputError(f"{place}: expected {len(names)} columns, got {len(row)}")
    decision = Decision(*map(_whole, row[:2]), *row[2:])
    if decision.decision not in DECISIONS:
        raise InputError(f"{place}: decision: expected one of {', '.join(DECISIONS)}, got {decision.decision!r}")
    for column in ("entity", "other"):
        if not _IRI.fullmatch(getattr(decision, column)):
            raise InputError(f"{place}: {column}: expected an IRI, got {getattr(decision, column)!r}")
    if decision.entity == decision.other:
        raise InputError(f"{place}: other: expected another IRI than that of the entity, got {decision.other!r}")
    try:
        dt.date.fromisoformat(decision.when)
    except ValueError:
        raise InputError(f"{place}: when: expected a day like 2026-11-22, got {decision.when!r}") from None
    return decision
