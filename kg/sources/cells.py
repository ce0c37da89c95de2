"""What a cell of a workbook may hold, read off the record classes themselves."""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from kg.model.dates import Date, parse_date
from kg.model.evidence import Evidence, Passage
from kg.model.fields import Code, Tables
from kg.model.iris import FOREIGN_ID, LOCAL_ID, SHARED_ID
from kg.model.row import Row

Codes = Mapping[str, typing.Collection[str]]
"""The notations of each code list, by the list's name; `country` and `region` among them."""

CERTAINTIES = ("stated", "implied", "ambiguous", "added")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_WHOLE = re.compile(r"\d+", re.ASCII)
_STRETCH = re.compile(r"(\d+)-(\d+)", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_IDENTIFIER = re.compile(r"[a-z][a-z0-9-]*:\S+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: how its cells are read, which rows they may refer to, and the type of what it holds."""

    name: str
    required: bool
    read: Callable[[str, Codes], object]
    refers: Tables | None
    several: bool
    holds: object


def columns(record: type[Row]) -> Mapping[str, Column]:
    """The columns of a table, from the fields of its record class."""
    hashable: Any = record  # mypy takes a class for one of its objects here
    return _columns(hashable)


@cache
def _columns(record: Any) -> Mapping[str, Column]:
    hints = typing.get_type_hints(record, include_extras=True)
    return {field.name: _column(field, hints[field.name]) for field in dataclasses.fields(record)}


def split(cell: str) -> list[str]:
    """The values of a cell that may hold several."""
    return [part for part in (part.strip() for part in cell.split(";")) if part]


def read_source_value(name: str, value: str) -> object:
    """One value of what a workbook says of its document; raises ValueError with what was expected."""
    return _SOURCE_READERS.get(name, _text)(value, {})


def _column(field: dataclasses.Field[object], hint: object) -> Column:
    marks: tuple[object, ...] = getattr(hint, "__metadata__", ())
    base = typing.get_args(hint)[0] if marks else hint
    if isinstance(base, types.UnionType):
        base = next(part for part in typing.get_args(base) if part is not type(None))
    code = next((mark for mark in marks if isinstance(mark, Code)), None)
    refers = next((mark for mark in marks if isinstance(mark, Tables)), None)
    several = base == tuple[str, ...]
    required = field.default is dataclasses.MISSING
    return Column(field.name, required, _reader(field.name, base, code, refers), refers, several, base)


def _reader(name: str, base: object, code: Code | None, refers: Tables | None) -> Callable[[str, Codes], object]:
    if code is not None:
        return lambda cell, codes: _code(cell, code.scheme, codes)
    if refers is not None:
        return _references if base == tuple[str, ...] else _reference
    if name == "id":
        return _local_id
    if name == "language":
        return _language
    if base == tuple[str, ...]:
        return _identifiers
    return _READERS[base]


def _code(cell: str, scheme: str, codes: Codes) -> str:
    if cell not in codes[scheme]:
        raise ValueError(f"expected {_one_of(codes[scheme])}")
    return cell


def _local_id(cell: str, _: Codes) -> str:
    if not LOCAL_ID.fullmatch(cell):
        raise ValueError("expected lower-case letters, digits and single hyphens")
    return cell


def _reference(cell: str, codes: Codes) -> str:
    shared = SHARED_ID.fullmatch(cell)
    if shared and shared[2] not in codes[shared[1]]:
        raise ValueError(f"expected a code of the list {shared[1]}")
    if not shared and not LOCAL_ID.fullmatch(cell) and not FOREIGN_ID.fullmatch(cell):
        raise ValueError("expected the id of a row, country:XX or region:XX-YY")
    return cell


def _references(cell: str, codes: Codes) -> tuple[str, ...]:
    return tuple(_reference(part, codes) for part in split(cell))


def _identifiers(cell: str, _: Codes) -> tuple[str, ...]:
    parts = split(cell)
    if not all(_IDENTIFIER.fullmatch(part) for part in parts):
        raise ValueError("expected identifiers like iati:XM-DAC-41122, separated by ;")
    return tuple(parts)


def _text(cell: str, _: Codes) -> str:
    if _CONTROL.search(cell):
        raise ValueError("expected text without control characters")
    return cell


def _language(cell: str, _: Codes) -> str:
    if not _LANGUAGE.fullmatch(cell):
        raise ValueError("expected a language tag like en or zh-Latn")
    return cell


def _digest(cell: str, _: Codes) -> str:
    if not _DIGEST.fullmatch(cell):
        raise ValueError("expected a SHA-256 of 64 hexadecimal digits in lower case")
    return cell


def _file_name(cell: str, _: Codes) -> str:
    if "/" in cell or "\\" in cell or cell in (".", ".."):
        raise ValueError("expected the name of a file without its folder")
    return _text(cell, _)


def _date(cell: str, _: Codes) -> Date:
    return parse_date(cell)


def _decimal(cell: str, _: Codes) -> Decimal:
    if not _NUMBER.fullmatch(cell):
        raise ValueError("expected digits with a decimal point at most, like 46910000")
    return Decimal(cell)


def _integer(cell: str, _: Codes) -> int:
    if not _WHOLE.fullmatch(cell):
        raise ValueError("expected a whole number in digits")
    return int(cell)


def _yes_no(cell: str, _: Codes) -> bool:
    if cell not in ("yes", "no"):
        raise ValueError("expected yes or no")
    return cell == "yes"


def _evidence(cell: str, _: Codes) -> Evidence:
    return tuple(_passage(part) for part in split(cell))


def _passage(part: str) -> Passage:
    match = _STRETCH.fullmatch(part)
    if match is None:
        hint = "; words in braces are replaced by `kg evidence pin`" if "{" in part else ""
        raise ValueError(f"expected positions like 120-180, separated by ;{hint}")
    start, end = int(match[1]), int(match[2])
    if start >= end:
        raise ValueError("expected the start before the end")
    return Passage(start, end)


def _one_of(notations: Iterable[str]) -> str:
    return "one of " + ", ".join(sorted(notations))


_READERS: dict[object, Callable[[str, Codes], object]] = {
    str: _text,
    Date: _date,
    Decimal: _decimal,
    int: _integer,
    bool: _yes_no,
    Evidence: _evidence,
}

_SOURCE_READERS: Mapping[str, Callable[[str, Codes], object]] = {
    "id": _local_id,
    "file": _file_name,
    "sha256": _digest,
    "date": _date,
    "date_certainty": lambda cell, _: _code(cell, "certainty", {"certainty": CERTAINTIES}),
    "language": _language,
}
