"""How much of each document its statements carry, stretch by stretch.

Every word of a document is in one state: carried by a *statement* (a relation, a work, a claim, a slip), by a *name*
alone, by an *omission* that says why no statement carries it, or *open*. One or two words such as `and the`, and the
number of a point, only join what stands around them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path
from typing import NamedTuple

from kg.evidence.documents import Documents
from kg.facts import Reader, first, notation, parse_evidence
from kg.lookup.phrase import phrase
from kg.model.evidence import Passage
from kg.model.iris import source_id
from kg.namespaces import DCTERMS, KG
from kg.store.view import View

STATES = ("statement", "name", "omission", "joining", "open")
JOINING_WORDS = 2
"""At most so many words in a row join what stands around them."""
_JOINS = frozenset(
    "a also an and as at but by for from in is it namely nor of on or so that the to which while with".split()
)
_POINT = re.compile(r"[\W_]*\d{1,2}[.)][\W_]*")
_WORD = re.compile(r"\w+")


class Said(NamedTuple):
    """What a node says: its kind, one line, and how sure the coder is."""

    kind: str
    line: str
    certainty: str


class Stretch(NamedTuple):
    """A stretch of a document, in code points, its state, and the nodes whose evidence holds all of it."""

    start: int
    end: int
    state: str
    nodes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """One document: its text cut into stretches, what each node says, words by state, and words left out by reason."""

    source: str
    id: str
    title: str
    file: str
    text: str
    stretches: tuple[Stretch, ...]
    said: dict[str, Said]
    words: dict[str, int]
    omitted: dict[str, int]

    @property
    def open(self) -> tuple[Passage, ...]:
        """The stretches that nothing carries, from their first word to their last."""
        found = []
        for is_open, run in groupby(self.stretches, key=lambda stretch: stretch.state in ("open", "blank")):
            stretches = [stretch for stretch in run if stretch.state == "open"]
            if is_open and stretches:
                words = list(_WORD.finditer(self.text, stretches[0].start, stretches[-1].end))
                found.append(Passage(words[0].start(), words[-1].end()))
        return tuple(found)


def cover_documents(view: View, documents: Path) -> tuple[list[Coverage], list[str]]:
    """Cover each coded document of a view with its evidence, in the order of the sources' ids; and what of them is
    missing or another edition.

    Raises InputError where that is so of all.
    """
    opened, reader = Documents(view, documents), Reader(view)
    passages: dict[str, list[tuple[str, Passage]]] = {}
    for node, place in view.rows("SELECT DISTINCT ?node ?place { ?node :evidence ?place . ?place a :Passage }"):
        source, passage = parse_evidence(place)
        if isinstance(passage, Passage):
            passages.setdefault(source, []).append((node, passage))
    unusable = opened.open_all(sorted(passages))
    usable = [source for source in sorted(passages) if source not in unusable]
    return [_cover(reader, source, opened.text(source), passages[source]) for source in usable], [*unusable.values()]


def _cover(reader: Reader, source: str, text: str, passages: list[tuple[str, Passage]]) -> Coverage:
    about = reader.statements(source)
    states = {node: _state(reader.kind(node)) for node, _ in passages}
    stretches = list(_mark_joining(text, _cut(len(text), passages, states)))
    return Coverage(
        source=source,
        id=source_id(source),
        title=first(about, DCTERMS.title),
        file=first(about, KG.fileName),
        text=text,
        stretches=tuple(stretches),
        said={node: Said(reader.kind(node), phrase(reader, node), reader.facts(node).certainty) for node in states},
        words={state: sum(_words(text, stretches, state)) for state in STATES},
        omitted=_omitted(reader, text, stretches),
    )


def _state(kind: str) -> str:
    return {"mention": "name", "omission": "omission"}.get(kind, "statement")


def _cut(length: int, passages: list[tuple[str, Passage]], states: dict[str, str]) -> Iterator[Stretch]:
    """The text cut at every bound of a passage; of several states over a stretch the first of `STATES` counts."""
    inside: dict[int, list[tuple[str, bool]]] = {0: [], length: []}
    for node, passage in passages:
        inside.setdefault(passage.start, []).append((node, True))
        inside.setdefault(min(passage.end, length), []).append((node, False))
    over: Counter[str] = Counter()
    for start, end in pairwise(sorted(inside)):
        for node, begins in inside[start]:
            over[node] += 1 if begins else -1
        nodes = tuple(sorted(node for node, times in over.items() if times > 0))
        yield Stretch(start, end, min((states[node] for node in nodes), key=STATES.index, default="open"), nodes)


def _mark_joining(text: str, stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """Open stretches of one or two joining words, or of a point's number, join; those without a word are blank."""
    for stretch in stretches:
        if stretch.state == "open":
            said = text[stretch.start : stretch.end]
            words = _WORD.findall(said.lower())
            joins = len(words) <= JOINING_WORDS and (_JOINS.issuperset(words) or _POINT.fullmatch(said))
            stretch = stretch._replace(state="blank" if not words else "joining" if joins else "open")
        yield stretch


def _words(text: str, stretches: Iterable[Stretch], state: str) -> Iterator[int]:
    """How many words begin in each stretch of a state; a word that a bound cuts counts once, where it begins."""
    for stretch in stretches:
        if stretch.state == state:
            begins = _WORD.finditer(text, stretch.start, stretch.end)
            cut = stretch.start > 0 and bool(_WORD.match(text[stretch.start - 1])) and _WORD.match(text, stretch.start)
            yield sum(1 for _ in begins) - bool(cut)


def _omitted(reader: Reader, text: str, stretches: Iterable[Stretch]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for stretch in stretches:
        if stretch.state == "omission":
            reason = notation(first(reader.statements(stretch.nodes[0]), KG.omissionReason))
            found[reason] += sum(_words(text, [stretch], "omission"))
    return dict(sorted(found.items()))
