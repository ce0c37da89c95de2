"""A mapping: how each row of a table becomes rows of the workbook's tables, in TOML. `docs/tables.md` describes it.

All that is wrong in a mapping itself is said before a row is read.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from kg.errors import InputError
from kg.model.dates import Date
from kg.model.iris import LOCAL_ID
from kg.model.records import TABLES, Organization
from kg.model.row import Row
from kg.sources.cells import Codes, Column, columns, read_source_value
from kg.sources.tables.language import INDIVIDUAL, Block, Choice, Condition, Field, Items, TableMapping
from kg.sources.tables.rows import Form
from kg.sources.tables.template import Template, Transformation, fold, parse_template, transformations, value_table

UNREADABLE = ("persons", "posts", "conflicts", "slips", "omissions")
"""Tables that no mapping fills: persons are never loaded from tables, the others are about a document."""
_SECTIONS = ("source", "table", "ignore", "values", "lists")
_SOURCE = ("title", "publisher", "date", "date_certainty", "language", "licence", "coder")
_TABLE = ("id", "sheet", "delimiter", "encoding", "decimal", "thousands", "dates", "empty", "optional")
_LIST = ("column", "columns", "split", "pattern", "like")
_CONDITION = ("value", "is", "not")
_ID_TEXT = re.compile(r"[A-Za-z0-9._~:-]*")
T = TypeVar("T")


def read_mapping(path: Path, codes: Codes) -> TableMapping:
    """Read and check a mapping.

    `codes` gives the notations of each code list.

    Raises InputError, with one `file: place: expected ..., got ...`, where the mapping is wrong.
    """
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: expected a mapping, got none ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: expected TOML, got text that cannot be read ({error})") from None
    try:
        return _Draft(written, codes).mapping()
    except ValueError as error:
        raise InputError(f"{path}: {error}") from None


class _Draft:
    """A mapping while it is read; every ValueError says where it is wrong."""

    def __init__(self, written: dict[str, Any], codes: Codes) -> None:
        self.written, self.codes = written, codes
        tables = [name for name in TABLES if name not in UNREADABLE]
        _check_keys("", written, (*_SECTIONS, *tables))
        self.table = _section(written, "table")
        _check_keys("table", self.table, _TABLE)
        decimal, thousands = _text(self.table, "decimal", "."), _text(self.table, "thousands", "")
        if len(decimal) != 1 or decimal == thousands:
            raise ValueError(f"table.decimal: expected one sign that is not that of thousands, got {decimal!r}")
        self.known = transformations(decimal, thousands, _texts(self.table, "dates"))
        self.results: dict[Transformation, Mapping[str, str]] = {}
        self.used: dict[str, str] = {}
        self._read_values()

    def mapping(self) -> TableMapping:
        ignored = {fold(name): str(reason) for name, reason in _section(self.written, "ignore").items()}
        empty = ["", *_texts(self.table, "empty")]
        form = Form(
            _delimiter(self.table),
            _told("table.encoding", _text(self.table, "encoding", "utf-8"), _encoding),
            _text(self.table, "sheet", ""),
            frozenset(" ".join(one.split()) for one in empty),
        )
        lists = dict(self._lists())
        blocks = [block for name in TABLES for block in self._blocks(name, lists)]
        if not blocks:
            raise ValueError(
                f"expected a table such as [[activities]], got only {', '.join(self.written) or 'nothing'}"
            )
        id_columns = _texts(self.table, "id")
        for name in id_columns:
            self.used.setdefault(fold(name), "table.id")
        both = sorted(set(ignored) & set(self.used))
        if both:
            raise ValueError(f"ignore.{both[0]}: expected a column that nothing reads, got one of {self.used[both[0]]}")
        return TableMapping(
            source=self._source(),
            form=form,
            id=tuple(fold(name) for name in id_columns),
            optional=frozenset(fold(name) for name in _texts(self.table, "optional")),
            ignored=ignored,
            lists=lists,
            blocks=tuple(sorted(blocks, key=lambda block: (block.record.key != ("id",), block.table != "concepts"))),
            used=self.used,
        )

    def _source(self) -> dict[str, Any]:
        section = _section(self.written, "source")
        _check_keys("source", section, _SOURCE)
        if not section.get("title"):
            raise ValueError("source.title: expected a title, got none")
        return {
            name: _told(f"source.{name}", str(value), partial(read_source_value, name))
            for name, value in section.items()
        }

    def _read_values(self) -> None:
        for name, values in _section(self.written, "values").items():
            if name in self.known:
                raise ValueError(f"values.{name}: expected a name that is no transformation, got {name!r}")
            if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
                raise ValueError(f"values.{name}: expected texts by the values of a cell, got {values!r}")
            self.known[name] = value_table(values)
            self.results[self.known[name]] = values

    def _lists(self) -> Iterator[tuple[str, Items]]:
        section = _section(self.written, "lists")
        if wrong := next((name for name, one in section.items() if not isinstance(one, dict)), ""):
            raise ValueError(f"lists.{wrong}: expected a column and how to split it, got {section[wrong]!r}")
        for name, written in section.items():
            place = f"lists.{name}"
            _check_keys(place, written, _LIST)
            if "like" in written:
                _check_list(f"{place}.like", written["like"], section)
                written = section[written["like"]] | written
            found = written.get("columns") or {"value": written.get("column")}
            if not isinstance(found, dict) or not all(isinstance(one, str) and one for one in found.values()):
                raise ValueError(
                    f"{place}: expected a column, or columns by what their parts are called, got {found!r}"
                )
            pattern = _told(f"{place}.pattern", _text(written, "pattern", ""), _compiled)
            if pattern and (len(found) > 1 or not pattern.groupindex):
                raise ValueError(f"{place}.pattern: expected one column and groups like (?P<name>...)")
            for column in found.values():
                self.used.setdefault(fold(column), place)
            yield (
                name,
                Items(name, {key: fold(one) for key, one in found.items()}, _text(written, "split", ";"), pattern),
            )

    def _blocks(self, table: str, lists: Mapping[str, Items]) -> Iterator[Block]:
        written = self.written.get(table, [])
        if not isinstance(written, list) or not all(isinstance(one, dict) for one in written):
            raise ValueError(f"{table}: expected [[{table}]] with its fields, got {written!r}")
        for number, one in enumerate(written, start=1):
            yield self._block(f"{table}[{number}]", table, dict(one), lists)

    def _block(self, place: str, table: str, written: dict[str, Any], lists: Mapping[str, Items]) -> Block:
        record = TABLES[table]
        each, merge = tuple(_texts(written, "each")), written.pop("merge", False)
        conditions = written.pop("when", [])
        written.pop("each", None)
        if not isinstance(merge, bool):
            raise ValueError(f"{place}.merge: expected true or false, got {merge!r}")
        known = {name: column for name, column in columns(record).items() if name != "evidence"}
        _check_keys(place, written, tuple(known))
        for name in each:
            _check_list(f"{place}.each", name, lists)
        shared = set.intersection(*(lists[one].fields for one in each)) if each else set()
        fields = [
            self._field(f"{place}.{name}", record, known[name], value, lists, shared) for name, value in written.items()
        ]
        for name, column in known.items():
            if column.required and name not in written and name != "certainty":
                raise ValueError(f"{place}.{name}: expected a value, got none")
        conditions = conditions if isinstance(conditions, list) else [conditions]
        when = [self._condition(f"{place}.when", one, shared) for one in conditions]
        return Block(place, table, record, tuple(fields), each, tuple(when), merge)

    def _condition(self, place: str, written: object, shared: set[str]) -> Condition:
        if not isinstance(written, dict) or "value" not in written or ("is" in written) == ("not" in written):
            raise ValueError(f'{place}: expected {{ value = "...", is = "..." }} or not = "...", got {written!r}')
        _check_keys(place, written, _CONDITION)
        word = "is" if "is" in written else "not"
        templates = tuple(self._template(place, text, "", shared) for text in _texts(written, "value", place))
        return Condition(templates, frozenset(_texts(written, word, place)), word == "is")

    def _field(
        self, place: str, record: type[Row], column: Column, written: Any, lists: Mapping[str, Items], shared: set[str]
    ) -> Field:
        choices = []
        first = "date" if column.holds is Date else "number" if column.holds in (Decimal, int) else ""
        for one in written if isinstance(written, list) else [written]:
            each, text = "", one
            if isinstance(one, dict) and set(one) == {"each", "value"} and column.several:
                each, text = one["each"], one["value"]
                _check_list(place, each, lists)
            template = self._template(place, text, first, shared | (lists[each].fields if each else set()))
            self._check_constant(place, record, column, template)
            choices.append(Choice(template, each))
        return Field(column, tuple(choices))

    def _template(self, place: str, text: object, first: str, shared: set[str]) -> Template:
        if not isinstance(text, str):
            raise ValueError(f"{place}: expected a text, got {text!r}")
        template = _told(place, text, lambda text: parse_template(text, self.known, first))
        for column in template.columns:
            if column not in shared:
                self.used.setdefault(column, place)
        return template

    def _check_constant(self, place: str, record: type[Row], column: Column, template: Template) -> None:
        """What a mapping itself gives to a field must fit the field: a text without columns, or a table of values."""
        if column.refers is not None or column.name == "id":
            if not _ID_TEXT.fullmatch(template.literal) or (":" in template.literal and column.name == "id"):
                raise ValueError(f"{place}: expected letters, digits and .-_~ beside columns, got {template.text!r}")
            return
        if column.name == "vocabulary" and not LOCAL_ID.fullmatch(template.text):
            raise ValueError(f"{place}: expected lower-case letters, digits and hyphens, got {template.text!r}")
        given = [template.text] if template.literal == template.text else []
        if len(template.parts) == 1 and not given:
            slot = template.parts[0]
            steps = getattr(slot, "steps", ())
            given = list(self.results.get(steps[-1], {}).values()) if steps else []
        for value in given:
            if value and not (record is Organization and column.name == "kind" and value == INDIVIDUAL):
                _told(place, value, lambda value: column.read(value, self.codes))


def _section(written: Mapping[str, Any], name: str) -> dict[str, Any]:
    section = written.get(name, {})
    if not isinstance(section, dict):
        raise ValueError(f"{name}: expected a section [{name}], got {section!r}")
    return section


def _check_keys(place: str, written: Mapping[str, object], known: tuple[str, ...]) -> None:
    for name in written:
        if name not in known:
            raise ValueError(f"{place + '.' if place else ''}{name}: expected one of {', '.join(known)}, got {name!r}")


def _check_list(place: str, name: object, lists: Mapping[str, object]) -> None:
    if not isinstance(name, str) or name not in lists:
        raise ValueError(f"{place}: expected one of the lists {', '.join(lists) or '(none)'}, got {name!r}")


def _text(written: Mapping[str, object], name: str, default: str) -> str:
    value = written.get(name, default)
    if not isinstance(value, str):
        raise ValueError(f"{name}: expected a text, got {value!r}")
    return value


def _texts(written: Mapping[str, object], name: str, place: str = "") -> list[str]:
    value = written.get(name, [])
    found = value if isinstance(value, list) else [value]
    texts = [one for one in found if isinstance(one, str)]
    if len(texts) < len(found):
        raise ValueError(f"{place + '.' if place else ''}{name}: expected a text or several, got {value!r}")
    return texts


def _delimiter(table: Mapping[str, object]) -> str:
    delimiter = _text(table, "delimiter", ",")
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise ValueError(f"table.delimiter: expected one sign such as , or | or a tab, got {delimiter!r}")
    return delimiter


def _encoding(name: str) -> str:
    try:
        "".encode(name)
    except LookupError:
        raise ValueError("expected an encoding such as utf-8 or cp1252") from None
    return name


def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern) if pattern else None
    except re.error as error:
        raise ValueError(f"expected a regular expression ({error})") from None


def _told(place: str, value: str, read: Callable[[str], T]) -> T:
    try:
        return read(value)
    except ValueError as error:
        raise ValueError(f"{place}: {error}, got {value!r}") from None
