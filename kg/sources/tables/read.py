"""A table to records, row by row, as its mapping says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg.clean.persons import WITHHELD, is_email, is_person, without_contacts, without_names
from kg.clean.values import digest
from kg.errors import InputError
from kg.model.evidence import Position
from kg.model.figures import Allocation
from kg.model.iris import SHARED_ID
from kg.model.records import TABLES
from kg.model.report import Report
from kg.model.row import Row
from kg.packed import Progress
from kg.sources.cells import Codes
from kg.sources.tables.language import DIGEST, INDIVIDUAL, ROW, Block, Choice, Field, Items, TableMapping
from kg.sources.tables.rows import Line, read_rows
from kg.sources.tables.template import fold
from kg.sources.tables.things import Things, Told

_SHOWN = 60
_ENDS = {"place", "code"}
_NUMBER = re.compile(r"[+-]?[\d.,]+")
_OF_PARTIES = {("organizations", "name"), ("participations", "spelling")}
"""Fields that hold the name of a party: an organization keeps that of its founder."""
_IDENTIFIER = re.compile(r"[a-z][a-z0-9-]*:.+")
_WORKS = (
    "activities",
    "events",
    "agreements",
    "publications",
    "flows",
    "pairings",
    "headcounts",
    "indicators",
    "claims",
)
_NAMED = frozenset(TABLES) - frozenset(_WORKS)
"""Tables of parties and relations: where the cell that names them is empty, there is none. A work must have its id."""


def read_table(
    files: Sequence[Path], mapping: TableMapping, report: Report, codes: Codes, told: Progress | None = None
) -> Iterator[Row]:
    """The records of the files of a data set, as the mapping makes them; organizations come last.

    `codes` gives the notations of the code lists of the project. What is in no column of the mapping is counted in
    `report.unread`; what cannot be used becomes a finding at `file:row`.

    Raises InputError where a file cannot be read to its end or lacks a column of the mapping, and for the first error
    where the report is strict.
    """
    reading = Reading(mapping, report, codes, Things(report, codes))
    for file in files:
        yield from reading.file(file, told)
    yield from reading.things.left_over()


@dataclass(slots=True)
class Scope:
    """A row that is being read: what was made of it so far, and its cells."""

    told: Told
    cells: dict[str, str]
    lists: dict[str, list[dict[str, str]]]


@dataclass(slots=True)
class Reading:
    """The files of a data set while they are read."""

    mapping: TableMapping
    report: Report
    codes: Codes
    things: Things
    records: set[str] = field(default_factory=set)
    digests: dict[str, int] = field(default_factory=dict)

    def file(self, file: Path, told: Progress | None = None) -> Iterator[Row]:
        """The records of one file."""
        lines = read_rows(file, self.mapping.form, told)
        header = next(lines, None)
        if header is None:
            raise InputError(f"{file}: expected a table with a header, got an empty file")
        names = self._header(file, header)
        for line in lines:
            self.report.tally["rows"] += 1
            if any(line.cells[len(names) :]):
                message = f"expected {len(names)} cells, got {len(line.cells)}; the row is left out"
                self.report.add("error", "row-too-long", "", message, f"{file.name}:{line.number}")
                continue
            yield from self._row(file.name, line, names)

    def _header(self, file: Path, header: Line) -> list[str]:
        """The folded names of the columns of a file."""
        names = [fold(name) for name in header.cells]
        twice = next((name for name in names if name and names.count(name) > 1), "")
        if twice:
            raise InputError(f"{file}:{header.number}: expected each column once, got {twice!r} twice")
        given = {*names, *self.mapping.optional, ROW, DIGEST}
        lacking = [name for name in self.mapping.used if name not in given]
        if lacking:
            got = ", ".join(header.cells)[: _SHOWN * 3]
            hint = f"; is the delimiter {self.mapping.form.delimiter!r}?" if len(names) == 1 else ""
            place = f"{file}:{header.number}"
            raise InputError(f"{place}: expected the columns {', '.join(lacking)} in the first row, got {got}{hint}")
        return names

    def _row(self, file: str, line: Line, names: list[str]) -> Iterator[Row]:
        cells = dict(zip(names, line.cells, strict=False))
        self._count(names, line.cells)
        place = f"{file}:{line.number}"
        self._withhold_contacts(cells, place)
        if line.mended:
            message = "expected text, got control characters, which were taken out"
            self.report.add("warning", "control-characters", "", message, place)
        if len(line.cells) < len(names):
            message = f"expected {len(names)} cells, got {len(line.cells)}; the others are taken for empty"
            self.report.add("warning", "row-too-short", "", message, place)
        cells[ROW], cells[DIGEST] = str(line.number), self._digest(line.cells)
        scope = Scope(Told(place, line.number, Position(file, f"row {line.number}")), cells, {})
        scope.told.persons = tuple(sorted(set(self._persons(scope)), key=lambda name: (-len(name), name)))
        self._place(file, scope)
        for block in self.mapping.blocks:
            for item in self._items(block, scope):
                yield from self._record(block, item, scope)

    def _place(self, file: str, scope: Scope) -> None:
        """Where a row stands: by what names it in the file, unless that names an individual or another row as well."""
        told = scope.told
        record = " ".join(filter(None, (scope.cells.get(name, "") for name in self.mapping.id)))
        told.repeated = record in self.records
        if told.repeated:
            shown = without_names(record, told.persons)[:_SHOWN]
            message = f"expected each record once, got {shown!r} again; it is kept as another, of no total"
            told.find(self.report, "warning", "duplicate-record", "", message)
        elif record:
            self.records.add(record)
            if without_names(record, told.persons) == record:
                told.position = Position(file, record)

    def _withhold_contacts(self, cells: dict[str, str], place: str) -> None:
        """Take contacts of persons out of the cells that are read; an e-mail address alone is no value at all."""
        for name, cell in cells.items():
            if name in self.mapping.used and not _NUMBER.fullmatch(cell) and (text := without_contacts(cell)) != cell:
                message = f"{name}: expected no contacts of persons; taken out"
                self.report.add("warning", "contact-details", "", message, place)
                cells[name] = "" if is_email(text) else text

    def _persons(self, scope: Scope) -> Iterator[str]:
        """The names of the individuals of a row, which stand in texts that are made before it is known who they are."""
        for block in self.mapping.blocks:
            if block.table == "organizations":
                told = {one.column.name: one for one in block.fields}
                for item in self._items(block, scope):
                    name = _first(told.get("name"), item)
                    known = _first(told.get("id"), item, as_id=True) in self.things.individuals
                    if known or is_person(name) or _first(told.get("kind"), item) == INDIVIDUAL:
                        yield name

    def _count(self, names: Sequence[str], cells: Sequence[str]) -> None:
        for number, (name, cell) in enumerate(zip(names, cells, strict=False), start=1):
            if cell and name not in self.mapping.used:
                kept = self.report.ignored if name in self.mapping.ignored else self.report.unread
                kept[name or f"column {number}"] += 1

    def _digest(self, cells: Sequence[str]) -> str:
        """Digits that tell the content of a row, the same in every run; equal rows are numbered."""
        if DIGEST not in self.mapping.used:
            return ""
        told = digest(*cells)
        self.digests[told] = self.digests.get(told, 0) + 1
        return told if self.digests[told] == 1 else f"{told}.{self.digests[told]}"

    def _items(self, block: Block, scope: Scope) -> Iterator[Mapping[str, str]]:
        if not block.each:
            yield scope.cells
        for name in block.each:
            yield from self._list(name, scope)

    def _list(self, name: str, scope: Scope) -> list[dict[str, str]]:
        """The items of a list, each over the cells of its row."""
        if name not in scope.lists:
            scope.lists[name] = [scope.cells | item for item in self._split(self.mapping.lists[name], scope)]
        return scope.lists[name]

    def _split(self, items: Items, scope: Scope) -> Iterator[dict[str, str]]:
        parts = items.parts(scope.cells)
        longest = max(map(len, parts.values()))
        for key, found in parts.items():
            if found and len(found) != longest:
                message = f"lists.{items.name}: expected {longest} values as beside it, got {len(found)} of {key}"
                scope.told.find(self.report, "warning", "list-uneven", "", f"{message}; its columns may not fit")
        for number in range(longest):
            item = {key: found[number] if number < len(found) else "" for key, found in parts.items()}
            if any(item.values()):
                told = items.read(item)
                if told is not None:
                    yield {key: "" if is_email(value) else value for key, value in told.items()}
                    continue
                text = next(iter(item.values()))
                shown = WITHHELD if is_person(text) else repr(text[:_SHOWN])
                message = f"lists.{items.name}: expected an item of its pattern, got {shown}; it is left out"
                scope.told.find(self.report, "error", "item-unread", "", message)

    def _record(self, block: Block, cells: Mapping[str, str], scope: Scope) -> Iterator[Row]:
        values: dict[str, Any] = {"certainty": "stated"}
        remarks: list[str] = []
        try:
            if not all(condition.holds(cells) for condition in block.when):
                return
            for one in block.fields:
                value = self._value(one, block, cells, scope, remarks)
                if value not in ("", None, ()):
                    values[one.column.name] = value
                elif one.column.required and block.table in _NAMED and one.is_empty(cells):
                    return
                elif one.column.required:
                    raise ValueError(f"{one.column.name}: expected a value, got none")
        except ValueError as error:
            message = f"{block.place}: {error}; the record is left out"
            scope.told.find(self.report, "error", "record-unusable", str(values.get("id", "")), message)
            return
        ends = [one for one in block.fields if one.column.name in _ENDS]
        if block.record is Allocation and not values.keys() & _ENDS and all(one.is_empty(cells) for one in ends):
            return
        remarks.insert(0, values.pop("note", ""))
        yield from self.things.take(block, values, remarks, scope.told)

    def _value(self, one: Field, block: Block, cells: Mapping[str, str], scope: Scope, remarks: list[str]) -> Any:
        """The value of a field; of one that may be empty, what cannot be read is left out and told in the note."""
        found: list[Any] = []
        for choice in one.choices:
            for item in self._list(choice.each, scope) if choice.each else [cells]:
                try:
                    value = self._read(one, block, choice, item, scope)
                except ValueError as error:
                    raw = without_names(choice.raw(item), scope.told.persons)[:_SHOWN]
                    if one.column.required:
                        raise ValueError(f"{one.column.name}: {error}, got {raw!r}") from None
                    message = f"{block.place}.{one.column.name}: {error}, got {raw!r}; left out"
                    scope.told.find(self.report, "warning", "value-unread", "", message)
                    remarks.append(f"The source has {raw!r} as {one.column.name.replace('_', ' ')}.")
                    continue
                if value not in ("", None, ()) and not one.column.several:
                    return value
                found.extend(value or () if one.column.several else ())
        return tuple(dict.fromkeys(found)) if one.column.several else None

    def _read(self, one: Field, block: Block, choice: Choice, item: Mapping[str, str], scope: Scope) -> Any:
        column = one.column
        if column.refers is not None or column.name == "id":
            local = choice.template.fill(item, as_id=True)
            if SHARED_ID.fullmatch(local):
                column.read(local, self.codes)
            if block.table != "organizations" or column.name != "id":
                local = scope.told.others.get(local) or scope.told.without_persons(local)
            return ((local,) if local else ()) if column.several else local
        text = choice.template.fill(item)
        if not text or (block.table == "organizations" and column.name == "kind" and text == INDIVIDUAL):
            return text
        if column.several and not _IDENTIFIER.fullmatch(text):
            raise ValueError("expected an identifier like scheme:code")
        if column.holds is str and (block.table, column.name) not in _OF_PARTIES:
            text = without_names(without_contacts(text), scope.told.persons)
        return (text,) if column.several else column.read(text, self.codes)


def _first(one: Field | None, item: Mapping[str, str], *, as_id: bool = False) -> str:
    """The first text that a field can have for an item, unread; empty where none can be made."""
    for choice in one.choices if one else ():
        try:
            if text := choice.template.fill(item, as_id=as_id):
                return text
        except ValueError:
            continue
    return ""
