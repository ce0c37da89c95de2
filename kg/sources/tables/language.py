"""What a mapping says, once it was read: what becomes of a row, and of the items of its cells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kg.model.row import Row
from kg.sources.cells import Column
from kg.sources.tables.rows import Form
from kg.sources.tables.template import Template, fold

INDIVIDUAL = "individual"
"""What a value table may say of the kind of an organization that is a person: its name is withheld."""
ROW, DIGEST = "#row", "#digest"
"""Columns that every table has: the number of a row, and a digest of its cells."""


@dataclass(frozen=True, slots=True)
class Items:
    """The values of a cell that holds several: `columns` by the name of what they become, split and taken apart."""

    name: str
    columns: Mapping[str, str]
    split: str
    pattern: re.Pattern[str] | None

    @property
    def fields(self) -> set[str]:
        """The names under which an item tells what it holds."""
        return {fold(name) for name in (self.pattern.groupindex if self.pattern else self.columns)}

    def parts(self, cells: Mapping[str, str]) -> dict[str, list[str]]:
        """The parts of the cells of a row, the empty ones among them, by what they are called."""
        return {fold(name): split_cell(cells.get(column, ""), self.split) for name, column in self.columns.items()}

    def read(self, item: dict[str, str]) -> dict[str, str] | None:
        """What an item tells, by name; none where it is not of the pattern."""
        if self.pattern is None:
            return item
        match = self.pattern.fullmatch(next(iter(item.values())))
        return {fold(key): (value or "").strip() for key, value in match.groupdict().items()} if match else None


@dataclass(frozen=True, slots=True)
class Condition:
    """The first text that tells something must be, or must not be, one of some values."""

    templates: tuple[Template, ...]
    values: frozenset[str]
    among: bool

    def holds(self, cells: Mapping[str, str]) -> bool:
        """Whether it is so in a row; raises ValueError where a cell cannot be transformed."""
        found = next(filter(None, (template.fill(cells) for template in self.templates)), "")
        return (found in self.values) == self.among


@dataclass(frozen=True, slots=True)
class Choice:
    """A text of a field, once or for each item of a list."""

    template: Template
    each: str = ""

    def raw(self, cells: Mapping[str, str]) -> str:
        """What stands in the cells that it reads."""
        return " ".join(filter(None, (cells.get(name, "") for name in self.template.columns)))


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record: the texts of which the first that tells something is its value, or all of them."""

    column: Column
    choices: tuple[Choice, ...]

    def is_empty(self, cells: Mapping[str, str]) -> bool:
        """Whether the cells that it reads tell nothing, so that there is nothing to make."""
        return not any(choice.raw(cells) for choice in self.choices)


@dataclass(frozen=True, slots=True)
class Block:
    """What one row, or each item of its lists, becomes: a record of a table."""

    place: str
    table: str
    record: type[Row]
    fields: tuple[Field, ...]
    each: tuple[str, ...]
    when: tuple[Condition, ...]
    merge: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TableMapping:
    """A mapping that was read: the source, the form of its files, and what a row becomes, in the order of making."""

    source: Mapping[str, Any]
    form: Form
    id: tuple[str, ...]
    optional: frozenset[str]
    ignored: Mapping[str, str]
    lists: Mapping[str, Items]
    blocks: tuple[Block, ...]
    used: Mapping[str, str]
    """The columns that are read, by their folded names, with the place that reads them first."""


def split_cell(cell: str, sign: str) -> list[str]:
    """The parts of a cell, the empty ones among them; a sign inside of round brackets parts nothing.

    >>> split_cell("Bank (Kenya; Uganda); Trust;", ";")
    ['Bank (Kenya; Uganda)', 'Trust', '']
    """
    if not cell:
        return []
    return [part.strip() for part in re.split(rf"{re.escape(sign)}(?![^()]*\))", cell)] if sign else [cell]
