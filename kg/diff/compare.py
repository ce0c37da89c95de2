"""Two sides compared, statement by statement, and told thing by thing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kg.diff.apart import Alike, is_coded
from kg.diff.sides import Side
from kg.diff.succession import follow
from kg.errors import UsageError
from kg.facts import Reader, notation, parse_evidence
from kg.identity.ledger import Decision
from kg.lookup.phrase import phrase
from kg.model.evidence import Passage
from kg.model.iris import source_iri
from kg.model.terms import Statement, iri, literal_text
from kg.namespaces import CODE, DATE, ID, RDF, SDO, SOURCE, VOID

UNTOLD = frozenset({"passage", "record", "date"})
"""Kinds of node that only carry what others point to; they are in the statements and not in the telling."""


class Quad(NamedTuple):
    """A statement of a source."""

    source: str
    statement: Statement

    @property
    def line(self) -> str:
        """The statement as a line of N-Quads, without its end."""
        return f"{' '.join(self.statement)} {iri(source_iri(self.source))} ."


class Change(NamedTuple):
    """One thing, or one property of it, that is not the same on both sides.

    `change` is came, went or changed; `before` and `after` are the values of `property` in words, empty where the
    whole thing came or went.
    """

    change: str
    source: str
    kind: str
    iri: str
    thing: str
    property: str = ""
    before: str = ""
    after: str = ""


class Count(NamedTuple):
    """How many things of a kind the sides hold, how many are in both, and how many of those are the same throughout.

    `values` is how far both agree on the coded values of the things in both: codes, references, numbers, dates and
    truths, each with its property; texts, notes and evidence, which no two persons write alike, do not count. It is
    None where both share nothing.
    """

    kind: str
    old: int
    new: int
    both: int
    same: int
    values: float | None

    @property
    def agreement(self) -> float:
        """Twice what both have over what each has: the positive specific agreement of two coders.

        Hripcsak and Rothschild, Agreement, the F-measure, and reliability in information retrieval, 2005.

        >>> Count("event", 4, 6, 4, 3, 1.0).agreement
        0.8
        """
        return _dice(self.both, self.old, self.new)


@dataclass(frozen=True, slots=True)
class Difference:
    """All that differs: statements, things, counts by kind, and identity decisions.

    Statements are told as they are. In changes and counts, a flow that no publisher has numbered is the same where all
    but one thing of it is.
    """

    went: tuple[Quad, ...]
    came: tuple[Quad, ...]
    changes: tuple[Change, ...]
    counts: tuple[Count, ...]
    decisions_went: tuple[Decision, ...]
    decisions_came: tuple[Decision, ...]

    @property
    def is_empty(self) -> bool:
        """Whether both sides say the same."""
        return not (self.went or self.came or self.decisions_went or self.decisions_came)


def compare(old: Side, new: Side, read: Callable[[Side], Reader], sources: Sequence[str] = ()) -> Difference:
    """Compare two sides, or only some sources (by id) of them.

    `read` reads the statements of a side together with the ontology, and gives things their names. Identity decisions
    are compared where both sides have a ledger. Raises UsageError for a source that neither side has.
    """
    known = sorted({*old.sources, *new.sources})
    for name in sources:
        if name not in known:
            raise UsageError(f"source: expected one of {', '.join(known) or 'none'}, got {name!r}")
    told = [name for name in known if not sources or name in sources]
    one, other = (_decisions(side, sources) for side in (old, new))
    lost, got = (one - other, other - one) if None not in (old.decisions, new.decisions) else (set(), set())
    known_again = follow(old, new)
    readers = read(known_again), read(new)
    before, after = (_quads(side, told) for side in (known_again, new))
    return Difference(
        tuple(sorted(_quads(old, told) - after)),
        tuple(sorted(after - _quads(old, told))),
        tuple(_told_decisions(lost, got))
        + tuple(sorted(_changes(before - after, after - before, before, after, readers))),
        tuple(_counts(before, after, before ^ after, readers, old.alike)),
        tuple(sorted(lost)),
        tuple(sorted(got)),
    )


def _decisions(side: Side, sources: Sequence[str]) -> set[Decision]:
    """The decisions of a side that concern any of some sources; all where none is named."""
    found = side.decisions or frozenset()
    return {one for one in found if not sources or {_owner(one.entity), _owner(one.other)} & {*sources}}


def _owner(thing: str) -> str:
    """The id of the source that a thing's IRI is of."""
    return thing.removeprefix(ID).partition("/")[0]


def write_patch(difference: Difference) -> str:
    """The statements that differ as an RDF Patch: `D` takes a quad away, `A` adds one; the rest is N-Quads.

    https://afs.github.io/rdf-patch/
    """
    lines = [
        "TX .",
        *(f"D {quad.line}" for quad in difference.went),
        *(f"A {quad.line}" for quad in difference.came),
        "TC .",
    ]
    return "\n".join(lines) + "\n"


def _quads(side: Side, sources: Iterable[str]) -> set[Quad]:
    return {Quad(source, statement) for source in sources for statement in side.sources.get(source, ())}


def _subjects(quads: Iterable[Quad]) -> dict[tuple[str, str], list[Quad]]:
    found: dict[tuple[str, str], list[Quad]] = defaultdict(list)
    for quad in quads:
        found[quad.source, quad.statement[0]].append(quad)
    return found


def _changes(
    went: Iterable[Quad], came: Iterable[Quad], before: set[Quad], after: set[Quad], readers: tuple[Reader, Reader]
) -> Iterator[Change]:
    were, are = set(_subjects(before)), set(_subjects(after))
    lost, got = (_things(quads, reader) for quads, reader in zip((went, came), readers, strict=True))
    for key in {*lost, *got}:
        source, thing = key
        reader = readers[1] if key in are else readers[0]
        kind = reader.kind(thing[1:-1])
        if kind in UNTOLD:
            continue
        change = "came" if key not in were else "went" if key not in are else "changed"
        told = Change(change, source, kind, thing[1:-1], phrase(reader, thing[1:-1]))
        if change == "changed":
            yield from _properties(told, lost.get(key, []), got.get(key, []), readers)
        else:
            yield told


def _things(quads: Iterable[Quad], reader: Reader) -> dict[tuple[str, str], list[Quad]]:
    """Statements by the thing that they are told with: an amount belongs to its flow, everything else to itself."""
    found: dict[tuple[str, str], list[Quad]] = defaultdict(list)
    for (source, subject), own in _subjects(quads).items():
        types = reader.statements(subject[1:-1]).get(RDF.type, ())
        owners = (
            reader.view.subjects(SDO.amount, subject[1:-1]) if types and types[0].text == SDO.MonetaryAmount else []
        )
        found[source, f"<{owners[0]}>" if owners else subject] += own
    return found


def _properties(change: Change, lost: list[Quad], got: list[Quad], readers: tuple[Reader, Reader]) -> Iterator[Change]:
    for predicate in sorted({quad.statement[1] for quad in (*lost, *got)} - {iri(VOID.triples)}):
        before, after = (
            "; ".join(sorted(_say(reader, quad.statement[2]) for quad in quads if quad.statement[1] == predicate))
            for reader, quads in zip(readers, (lost, got), strict=True)
        )
        yield change._replace(property=re.split("[#/]", predicate[1:-1])[-1], before=before, after=after)


def _say(reader: Reader, term: str) -> str:
    """An object in words: the text of a literal, a code's notation, the place of evidence, the label of a thing."""
    if not term.startswith("<"):
        return literal_text(term)
    text = term[1:-1]
    if text.startswith(CODE):
        return notation(text)
    if text.startswith(DATE):
        return text.removeprefix(DATE)
    if text.startswith(SOURCE) and "#" in text:
        _, place = parse_evidence(text)
        return f"{place.start}-{place.end}" if isinstance(place, Passage) else f"{place.file} {place.record}"
    return reader.facts(text).label


def _counts(
    before: set[Quad],
    after: set[Quad],
    differing: set[Quad],
    readers: tuple[Reader, Reader],
    alike: Mapping[str, Alike],
) -> Iterator[Count]:
    things = [_things(quads, reader) for quads, reader in zip((before, after), readers, strict=True)]
    touched = {*_things(differing & before, readers[0]), *_things(differing & after, readers[1])}
    kinds: dict[str, list[set[tuple[str, str]]]] = defaultdict(lambda: [set(), set()])
    for at, reader in enumerate(readers):
        for key in things[at]:
            kinds[reader.kind(key[1][1:-1])][at].add(key)
    for kind in sorted({*kinds, *alike} - UNTOLD - {""}):
        more, coded = alike.get(kind, Alike())
        were, are = kinds[kind]
        both = were & are
        values = [{one for key in both for one in found[key] if is_coded(*one.statement[1:])} for found in things]
        agreement = _dice(len(values[0] & values[1]) + coded, *(len(one) + coded for one in values))
        old, new, shared, same = (len(one) + more for one in (were, are, both, both - touched))
        yield Count(kind, old, new, shared, same, agreement if shared else None)


def _dice(both: int, one: int, other: int) -> float:
    return 2 * both / (one + other) if one + other else 1.0


def _told_decisions(lost: set[Decision], got: set[Decision]) -> Iterator[Change]:
    for change, decisions in (("went", lost), ("came", got)):
        for one in sorted(decisions):
            yield Change(change, "identity", "decision", one.entity, f"{one.decision}: {one.entity} and {one.other}")
