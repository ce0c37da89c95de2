"""Two codings of one document brought under the same ids, so that they can be compared statement by statement.

Two coders give the same thing different ids. What they mean by them is told by the words they point at, the names and
titles they write, and the figures: rows are matched greedily, best first. Rows that only join others (participations,
links, posts) have no ids of their own: they are the same when what they join is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from kg.clean.names import clean_name, name_key
from kg.errors import UsageError
from kg.model.evidence import Evidence, Passage
from kg.model.iris import row_id
from kg.model.records import TABLES, Name
from kg.model.row import Row
from kg.sources.cells import columns
from kg.sources.workbook import Workbook

ENOUGH = 0.45
"""The least score, of 1, at which two rows of one table are taken for the same thing."""
ACROSS = 0.7
"""The least score for two rows of different tables: one coder's event may be the other's activity."""
_TEXTS = ("name", "title", "statement", "measure", "category", "printed")
_NUMBERS = ("amount", "value", "count")

Pairing = Callable[[Row, Row], float]


def align_workbooks(first: Workbook, second: Workbook) -> Workbook:
    """The second workbook with the ids of the first wherever both code the same thing.

    Raises UsageError where they code different documents.
    """
    if first.source.sha256 != second.source.sha256:
        raise UsageError(f"--align: expected two codings of one document, got {first.path} and {second.path}")
    one, other = list(first.records), list(second.records)
    ids = _without_clashes(match_rows(one, other), one, other)
    renamed = [_rename(row, ids) for row in other]
    joints = _match_joints(one, renamed)
    rows = [replace(row, id=joints[row_id(row)]) if row_id(row) in joints else row for row in renamed]
    placed = [(place, row) for (place, _), row in zip(second.rows, rows, strict=True)]
    return Workbook(second.path, replace(second.source, id=first.source.id), tuple(placed))


def _without_clashes(ids: dict[str, str], first: Sequence[Row], second: Sequence[Row]) -> dict[str, str]:
    """The ids, and new ones for rows that the first coding lacks but whose ids it has for other things."""
    taken = {row.id for row in first if row.id}
    clashing = {row.id for row in second if row.id in taken and row.id not in ids}
    return {**ids, **{id_: f"{id_}-of-the-second" for id_ in clashing}}


def match_rows(first: Sequence[Row], second: Sequence[Row]) -> dict[str, str]:
    """The id in the first coding for each id of the second that means the same thing."""
    names = [_names(rows) for rows in (first, second)]

    def alike(one: Row, other: Row) -> float:
        return _alike(one, other, names[0][one.id], names[1][other.id])

    ids: dict[str, str] = {}
    tables = [[_by_table(rows, table) for rows in (first, second)] for table in TABLES.values() if _has_ids(table)]
    for one, other in tables:
        ids.update(_best_pairs(one, other, alike, ENOUGH))
    matched = set(ids.values())
    left = [row for one, _ in tables for row in one if row.id not in matched]
    ids.update(_best_pairs(left, [row for _, other in tables for row in other if row.id not in ids], alike, ACROSS))
    return ids


def _has_ids(table: type[Row]) -> bool:
    return table.key == ("id",)


def _by_table(rows: Iterable[Row], table: type[Row]) -> list[Row]:
    return [row for row in rows if type(row) is table]


def _best_pairs(first: Sequence[Row], second: Sequence[Row], alike: Pairing, enough: float) -> dict[str, str]:
    """Pairs of rows (second's id to first's), the most alike first, each row once."""
    scores = ((alike(one, other), row_id(one), row_id(other)) for one in first for other in second)
    scored = sorted((-score, one, other) for score, one, other in scores if score >= enough)
    pairs: dict[str, str] = {}
    taken: set[str] = set()
    for _, one, other in scored:
        if one not in taken and other not in pairs:
            pairs[other] = one
            taken.add(one)
    return pairs


def _names(rows: Iterable[Row]) -> Mapping[str, set[str]]:
    """All that each row is called, by its id: its own texts and its further names."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if isinstance(row, Name):
            found[row.entity].add(row.name)
        elif row.id:
            found[row.id].update(str(getattr(row, text)) for text in _TEXTS if getattr(row, text, ""))
    return found


def _alike(one: Row, other: Row, names: set[str], other_names: set[str]) -> float:
    """How sure it is that two rows mean the same thing, from 0 to 1."""
    overlap = _overlap(one.evidence, other.evidence)
    if not overlap:
        return 0.0
    if {*map(name_key, names)} & {*map(name_key, other_names)}:
        return 0.8 + 0.2 * overlap
    score = 0.5 * overlap + 0.5 * max((_common_words(a, b) for a in names for b in other_names), default=0.0)
    numbers = [[getattr(row, number, None) for number in _NUMBERS] for row in (one, other)]
    if any(numbers[0]) or any(numbers[1]):
        score = 0.5 * score + 0.5 * (numbers[0] == numbers[1])
    return score


def _overlap(one: Evidence, other: Evidence) -> float:
    """The share of the shorter evidence that lies in the longer one."""
    marked = [set(_code_points(evidence)) for evidence in (one, other)]
    shorter = min(map(len, marked))
    return len(marked[0] & marked[1]) / shorter if shorter else 0.0


def _code_points(evidence: Evidence) -> Iterator[int]:
    for place in evidence:
        if isinstance(place, Passage):
            yield from range(place.start, place.end)


def _common_words(one: str, other: str) -> float:
    words = [set(clean_name(text).split()) for text in (one, other)]
    every = words[0] | words[1]
    return len(words[0] & words[1]) / len(every) if every else 0.0


def _rename(row: Row, ids: Mapping[str, str]) -> Row:
    """A row with its own id and the ids that it refers to taken over."""
    values: dict[str, Any] = {"id": ids.get(row.id, row.id)}
    for name, column in columns(type(row)).items():
        if column.refers is not None:
            value = getattr(row, name)
            values[name] = tuple(ids.get(ref, ref) for ref in value) if column.several else ids.get(value, value)
    return replace(row, **values)


def _match_joints(first: Sequence[Row], second: Sequence[Row]) -> dict[str, str]:
    """Rows without ids that are nearly the same: all they join but one thing, at overlapping places."""
    known = {row_id(row) for row in first} & {row_id(row) for row in second}
    found: dict[str, str] = {}
    for table in (table for table in TABLES.values() if not _has_ids(table)):
        one, other = ([row for row in _by_table(rows, table) if row_id(row) not in known] for rows in (first, second))
        found.update(_best_pairs(one, other, _nearly, ACROSS))
    return found


def _nearly(one: Row, other: Row) -> float:
    overlap = _overlap(one.evidence, other.evidence)
    if "evidence" in one.key:  # a slip or an omission is what stands at its place; of which kind it is, is a value
        return overlap
    same = [field for field in one.key if getattr(one, field) == getattr(other, field)]
    return 0.5 * len(same) / len(one.key) + 0.5 * overlap
