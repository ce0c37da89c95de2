"""What two folders of sources do not share: the things that differ, and what those speak of.

Of millions of statements few differ, and only they need a place in memory.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from filecmp import cmp
from heapq import merge
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from kg.facts import Reader
from kg.files import write_whole
from kg.model.iris import source_id
from kg.model.terms import iri
from kg.namespaces import GRAPH, KG, RDF, SDO, VOID
from kg.store.nquads import graph_of

_AMOUNT, _MONEY, _TYPE = iri(SDO.amount), iri(SDO.MonetaryAmount), iri(RDF.type)
_UNCODED = {_TYPE, iri(KG.evidence), iri(VOID.triples)}
_FAR = 2
"""How many steps a thing that differs is followed: to what it speaks of, and to that which gives this its name."""


class Unsorted(ValueError):
    """A folder with more than one canonical N-Quads file a graph: it can only be read whole."""


class Alike(NamedTuple):
    """How many things of a kind are the same on both sides, and how many coded values they have."""

    things: int = 0
    coded: int = 0


def write_apart(
    old: Path, new: Path, into: tuple[Path, Path], known: Reader, sources: Collection[str]
) -> dict[str, Alike]:
    """Write what differs between the N-Quads files of two folders into two others; returns by kind what those lack.

    `known` reads the ontology; `sources` (by id) are counted, all of them where it names none. Raises ValueError for
    files that no load has written.
    """
    sides, kept = (_files(old), _files(new)), set[str]()
    for graph in {*sides[0], *sides[1]}:
        files = [side[graph] for side in sides if graph in side]
        if len(files) == 1 or not cmp(files[0], files[1], shallow=False):
            both = merge(*(_lines(file, graph) for file in files))
            kept.update(_subject(line) for line, copies in groupby(both) if len(list(copies)) == 1)
    for _ in range(_FAR):
        kept |= {
            term for side in sides for graph, file in side.items() for term in _spoken_of(_lines(file, graph), kept)
        }
    for side, folder in zip(sides, into, strict=True):
        folder.mkdir()
        for graph, file in side.items():
            write_whole({folder / file.name: (line for line in _lines(file, graph) if _subject(line) in kept)})
    counted = {graph: file for graph, file in sides[0].items() if not sources or source_id(graph) in sources}
    return _count_alike(counted, kept, _find_kinds(sides[0], kept, known))


def _files(folder: Path) -> dict[str, Path]:
    """The N-Quads files of a folder by the graph that each holds."""
    graphs = [(graph_of(file), file) for file in sorted(folder.glob("*.nq"))]
    if len(dict(graphs)) < len(graphs):
        raise Unsorted(folder)
    return {graph: file for graph, file in graphs if not graph.startswith(GRAPH)}


def is_coded(predicate: str, value: str) -> bool:
    """Whether a statement's object is a code, a reference, a number, a date or a truth."""
    return predicate not in _UNCODED and (value.startswith("<") or "^^<" in value)


def _lines(file: Path, graph: str) -> Iterator[str]:
    before, end = "<", f" {iri(graph)} .\n"
    with file.open(encoding="utf-8", newline="\n") as stream:
        for line in stream:
            if not (line > before and line.startswith("<") and line.endswith(end)):
                raise Unsorted(file)
            yield line
            before = line


def _subject(line: str) -> str:
    return line.partition(" ")[0]


def _spoken_of(lines: Iterable[str], kept: set[str]) -> Iterator[str]:
    """What some things speak of, and whose amounts they are."""
    for line in lines:
        subject, predicate, value = line.split(" ", 2)
        if subject in kept and value.startswith("<"):
            yield _subject(value)
        elif predicate == _AMOUNT and _subject(value) in kept:
            yield subject


def _find_kinds(side: Mapping[str, Path], kept: set[str], known: Reader) -> Callable[[str, set[str]], str]:
    """Tells the kind of a thing by its types; that of one without, by what another source or the ontology says."""
    untyped = set[str]()
    for graph, file in side.items():
        for subject, lines in groupby(_lines(file, graph), key=_subject):
            if subject not in kept and not any(line.split(" ", 2)[1] == _TYPE for line in lines):
                untyped.add(subject)
    elsewhere: dict[str, set[str]] = defaultdict(set)
    for graph, file in side.items() if untyped else ():
        for subject, predicate, value in (line.split(" ", 2) for line in _lines(file, graph)):
            if predicate == _TYPE and subject in untyped:
                elsewhere[subject].add(_subject(value))

    def kind(subject: str, types: set[str]) -> str:
        told = types or elsewhere.get(subject, set())
        named = {known.kinds[one[1:-1]] for one in told if one[1:-1] in known.kinds}
        return min(named, default="") or ("" if told else known.kind(subject[1:-1]))

    return kind


def _count_alike(side: Mapping[str, Path], kept: set[str], kind_of: Callable[[str, set[str]], str]) -> dict[str, Alike]:
    """What of a side is not kept, by kind; what an amount says belongs to the thing whose amount it is."""
    things, coded = Counter[str](), Counter[str]()
    owners, amounts = dict[str, str](), dict[str, int]()
    for graph, file in side.items():
        for subject, lines in groupby(_lines(file, graph), key=_subject):
            if subject in kept:
                continue
            said = [line.split(" ", 2)[1:] for line in lines]
            types = {_subject(value) for predicate, value in said if predicate == _TYPE}
            kind = kind_of(subject, types)
            number = sum(is_coded(predicate, value.removesuffix(f" {iri(graph)} .\n")) for predicate, value in said)
            if min(types, default="") == _MONEY:
                amounts[subject] = number
            else:
                things[kind] += 1
                coded[kind] += number
                owners.update((_subject(value), kind) for predicate, value in said if predicate == _AMOUNT)
            for amount in owners.keys() & amounts.keys():
                coded[owners.pop(amount)] += amounts.pop(amount)
    return {kind: Alike(number, coded[kind]) for kind, number in things.items()}
