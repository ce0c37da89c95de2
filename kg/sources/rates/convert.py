"""The amounts of flows in another currency by a table of rates.

A rate is used only as the table has it, for the time and in the direction that stand there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal

from kg.model.dates import Date
from kg.model.evidence import Position
from kg.model.figures import Conversion, Flow
from kg.model.report import KEPT, Report
from kg.model.row import Row
from kg.sources.rates.read import DIGITS, Rate, RateTable

LARGEST = Decimal(10) ** 20
"""What no engine adds any more, as in the readers of amounts."""

_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
_LAST = Decimal(1).scaleb(-DIGITS)
_SHOWN = 40
_OTHERS = "other currencies"


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


def _place(row: Row) -> str:
    return next((place.file for place in row.evidence if isinstance(place, Position)), "")
