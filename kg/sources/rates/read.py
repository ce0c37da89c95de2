"""A table of exchange rates that a person names, read and checked whole: all wrong rows are told at once.

`docs/money.md` describes the table for its writers.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from kg.errors import InputError
from kg.model.dates import Date, parse_date
from kg.sources.tables.rows import Form, read_rows

COLUMNS = ("currency", "to", "date", "rate")
OPTIONAL = "source"
CURRENCY = re.compile(r"[A-Z]{3}")
MOST_ROWS = 500_000
"""Every day of twenty years for more than sixty currencies."""
LONGEST_SOURCE = 1000
DIGITS = 18
"""After the point: as many as SPARQL engines calculate with. One that has more makes a whole sum fail."""

_NUMBER = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_SHOWN = 40


class Rate(NamedTuple):
    """How many units of the target one unit of a currency is, whose rate it is, and the line where it stands."""

    rate: Decimal
    source: str
    line: int


@dataclass(frozen=True, slots=True)
class RateTable:
    """The rates of a table in one currency, `to`, by currency and time (EDTF); `file` is its name."""

    file: str
    to: str
    rates: Mapping[tuple[str, str], Rate]

    def find(self, currency: str, first: dt.date, last: dt.date) -> tuple[Date, Rate] | None:
        """The rate of the most exact period that holds all days from the first to the last, with that period."""
        for period in _periods(first, last):
            if found := self.rates.get((currency, period)):
                return _period(period), found
        return None


def read_rates(file: Path, to: str) -> RateTable:
    """Read and check a table of rates, and keep those in the currency `to`.

    Raises InputError with a line `file:line: field: expected ..., got ...` for each wrong row, and where the file is
    no table, or has no rate in that currency.
    """
    rows = read_rows(file, Form())
    header = next(rows, None)
    names = _read_header(file, header.cells if header else ())
    known: dict[str, dict[tuple[str, str], Rate]] = {}
    shared: dict[str, str] = {}  # each text once in memory, however many rows have it
    problems: list[str] = []
    for count, line in enumerate(rows, start=1):
        if count > MOST_ROWS:
            raise InputError(f"{file}:{line.number}: expected at most {MOST_ROWS} rates, got more")
        try:
            (currency, target, date), rate, source = _read_row(names, line.cells)
            currency, target, source = (shared.setdefault(text, text) for text in (currency, target, source))
            first = known.setdefault(target, {}).setdefault((currency, date), Rate(rate, source, line.number))
            _refuse_another(first, rate, source)
        except ValueError as error:
            problems.append(f"{file}:{line.number}: {error}")
    if problems:
        raise InputError("\n".join(problems))
    if to not in known:
        others = ", ".join(sorted(known)[:10]) or "no rates"
        raise InputError(f"{file}: to: expected rates in {to}, got {others}")
    return RateTable(file.name, to, known[to])


def _periods(first: dt.date, last: dt.date) -> Iterator[str]:
    """The day, month and year that hold all days from the first to the last, as far as there is one."""
    if first == last:
        yield first.isoformat()
    if first.isoformat()[:7] == last.isoformat()[:7]:
        yield first.isoformat()[:7]
    if first.year == last.year:
        yield first.isoformat()[:4]


@lru_cache(maxsize=4096)
def _period(edtf: str) -> Date:
    return parse_date(edtf)


def _read_header(file: Path, header: Sequence[str]) -> list[str]:
    names = [name.lower() for name in header]
    columns = f"the columns {', '.join(COLUMNS)}, and {OPTIONAL} if need be"
    wrong = next((name for name in names if name not in (*COLUMNS, OPTIONAL) or names.count(name) > 1), None)
    lacking = next((name for name in COLUMNS if name not in names), None)
    if wrong is not None or lacking is not None:
        got = f"{wrong!r}" if wrong is not None else f"no {lacking}"
        raise InputError(f"{file}:1: expected {columns}, got {got[:80]}")
    return names


def _read_row(names: Sequence[str], cells: Sequence[str]) -> tuple[tuple[str, str, str], Decimal, str]:
    """What a row says: currency, target and time; the rate; whose it is. Raises ValueError for its first wrong cell."""
    if len(cells) > len(names):
        raise ValueError(f"expected {len(names)} cells, got {len(cells)}; a cell with a comma needs quotes around it")
    row = dict(zip(names, cells, strict=False))
    currency, to, date, rate = (row.get(name, "") for name in COLUMNS)
    for name, cell in (("currency", currency), ("to", to)):
        if not CURRENCY.fullmatch(cell):
            raise ValueError(f"{name}: expected three capital letters like GBP, {_got(cell)}")
    if currency == to:
        raise ValueError(f"to: expected another currency than {currency}, {_got(to)}")
    if "/" in date or not _is_date(date):
        raise ValueError(f"date: expected a year, month or day like 2014, 2014-05 or 2014-05-01, {_got(date)}")
    source = row.get(OPTIONAL, "")
    if len(source) > LONGEST_SOURCE:
        raise ValueError(f"{OPTIONAL}: expected at most {LONGEST_SOURCE} characters, got {len(source)}")
    return (currency, to, date), _read_number(rate), source


def _read_number(cell: str) -> Decimal:
    if not _NUMBER.fullmatch(cell) or not cell.strip("0."):
        raise ValueError(f"rate: expected a positive number, {_got(cell)}")
    if any(len(part) > DIGITS for part in cell.split(".")):
        raise ValueError(f"rate: expected at most {DIGITS} digits before and after the point, {_got(cell)}")
    return Decimal(cell)


def _refuse_another(first: Rate, rate: Decimal, source: str) -> None:
    """Refuse a row that says something else than an earlier one of the same currencies and time."""
    if rate != first.rate:
        raise ValueError(f"rate: expected {first.rate:f} as in line {first.line}, got '{rate:f}'")
    if source != first.source:
        raise ValueError(f"{OPTIONAL}: expected {first.source[:_SHOWN]!r} as in line {first.line}, {_got(source)}")


def _is_date(cell: str) -> bool:
    try:
        parse_date(cell)
    except ValueError:
        return False
    return True


def _got(cell: str) -> str:
    return f"got {cell[:_SHOWN]!r}" if cell else "got none"
