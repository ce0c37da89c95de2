"""A table of exchange rates that a person names, and the amounts of flows by it.

`docs/money.md` describes the table for its writers. It is read and checked whole: all wrong rows are told at once. A
rate is used only as the table has it, for the time and in the direction that stand there.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from kg.errors import InputError
from kg.model.dates import Date, parse_date
from kg.model.evidence import Position
from kg.model.figures import Conversion, Flow
from kg.model.report import KEPT, Report
from kg.model.row import Row
from kg.sources.tables.rows import Form, read_rows

COLUMNS = ("currency", "to", "date", "rate")
OPTIONAL = "source"
CURRENCY = re.compile(r"[A-Z]{3}")
MOST_ROWS = 500_000
"""Every day of twenty years for more than sixty currencies."""
LONGEST_SOURCE = 1000
DIGITS = 18
"""After the point: as many as SPARQL engines calculate with. One that has more makes a whole sum fail."""
LARGEST = Decimal(10) ** 20
"""What no engine adds any more, as in the readers of amounts."""

_NUMBER = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
_LAST = Decimal(1).scaleb(-DIGITS)
_SHOWN = 40
_OTHERS = "other currencies"


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


def convert_flows(rows: Iterable[Row], table: RateTable, report: Report) -> Iterator[Row]:
    """The rows, and beside each flow in another currency its amount by a table of rates.

    A flow for whose time the table has no rate is left without: the report tells how many, by currency.
    """
    lacking: dict[str, _Lack] = {}
    for row in rows:
        yield row
        if not isinstance(row, Flow) or row.amount is None or row.currency in ("", table.to):
            continue
        span = flow_time(row)
        found = table.find(row.currency, *span) if span else None
        if found is None:
            name = row.currency[:_SHOWN]
            key = name if name in lacking or len(lacking) < KEPT - 1 else _OTHERS
            lacking.setdefault(key, _Lack(row)).add(span)
            continue
        amount = multiply(row.amount, found[1].rate)
        if abs(amount) < LARGEST:
            report.tally["converted"] += 1
            yield _conversion(row, row.amount, amount, table, *found)
        else:
            message = f"amount: expected less than 1E+20 {table.to} by the rate, got {amount:.3E}; not converted"
            report.add("warning", "conversion-too-large", row.id, message, _place(row))
    for currency, lack in sorted(lacking.items()):
        message = f"expected rates of {currency} in {table.to} for {lack}, got none in {table.file}; not converted"
        report.add("info", "no-rate", lack.first.id, message, _place(lack.first))


def flow_time(flow: Flow) -> tuple[dt.date, dt.date] | None:
    """The first and the last day of the time whose rate a flow needs; none where that is not told or open.

    That is its value date, else the time from its start to its end. A flow without an end is of its start, unless it
    still goes on.
    """
    if flow.value_date:
        return flow.value_date.earliest, flow.value_date.latest
    if flow.start is None or (flow.end is None and flow.status == "ongoing"):
        return None
    last = (flow.end or flow.start).latest
    return (flow.start.earliest, last) if flow.start.earliest <= last else None


def multiply(amount: Decimal, rate: Decimal) -> Decimal:
    """The exact product; of more than 18 digits after the point, the nearest with 18.

    >>> multiply(Decimal("12345678901234567.89"), Decimal("1.000000000001"))
    Decimal('12345678901246913.56890123456789')
    """
    product = _EXACT.multiply(amount, rate)
    return product.quantize(_LAST, context=_EXACT) if _digits(product) > DIGITS else product


def _digits(number: Decimal) -> int:
    """How many digits a number has after the point, zeros at the end not counted."""
    exponent = number.normalize(_EXACT).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _conversion(flow: Flow, told: Decimal, amount: Decimal, table: RateTable, date: Date, rate: Rate) -> Conversion:
    rounded = amount != _EXACT.multiply(told, rate.rate)
    return Conversion(
        id=f"{flow.id}.in-{table.to.lower()}-by-table",
        flow=flow.id,
        amount=amount,
        currency=table.to,
        method="by-table",
        rate=rate.rate,
        rate_date=date,
        rate_source=rate.source or table.file,
        evidence=flow.evidence,
        certainty="added",
        note=f"Rounded to {DIGITS} digits after the point." if rounded else "",
    )


@dataclass(slots=True)
class _Lack:
    """The flows of one currency that have no rate: the first, how many, and of which years."""

    first: Flow
    flows: int = 0
    undated: int = 0
    years: list[int] = field(default_factory=list)

    def add(self, span: tuple[dt.date, dt.date] | None) -> None:
        self.flows += 1
        if span is None:
            self.undated += 1
        else:
            known = [*self.years, span[0].year, span[1].year]
            self.years = [min(known), max(known)]

    def __str__(self) -> str:
        years = f" of {self.years[0]}" if self.years else ""
        years += f" to {self.years[1]}" if self.years and self.years[0] != self.years[1] else ""
        undated = f" ({self.undated} without a date or going on)" if self.undated else ""
        return f"{self.flows} flow{'' if self.flows == 1 else 's'}{years}{undated}"


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


def _place(row: Row) -> str:
    return next((place.file for place in row.evidence if isinstance(place, Position)), "")


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
