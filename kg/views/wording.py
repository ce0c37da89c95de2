"""Dates, times and amounts in words."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping


def describe_date(date: Mapping[str, str]) -> str:
    """Return a date in words, no more exact than its source.

    >>> describe_date({"earliest": "2009-07-01", "latest": "2009-07-31", "precision": "month"})
    'July 2009'
    >>> describe_date({"earliest": "2011-12-21", "latest": "2011-12-31", "precision": "range"})
    'between 21 and 31 December 2011'
    """
    first, last = (dt.date.fromisoformat(str(date[bound])) for bound in ("earliest", "latest"))
    precision = date["precision"]
    if precision != "range":
        return _words(first, precision)
    ends = last.day == calendar.monthrange(last.year, last.month)[1]
    if first.day == 1 and ends:
        precision = "year" if first.month == 1 and last.month == 12 else "month"
    else:
        precision = "day"
    return f"between {_span(_words(first, precision), 'and', _words(last, precision))}"


def describe_period(start: Mapping[str, str] | None, end: Mapping[str, str] | None, *, lasting: bool = False) -> str:
    """Return the time of a relation in words; `lasting` says that a start alone is only the beginning.

    >>> month = {"earliest": "2008-05-01", "latest": "2008-05-31", "precision": "month"}
    >>> describe_period(month, {"earliest": "2009-03-01", "latest": "2009-03-31", "precision": "month"})
    'May 2008 to March 2009'
    >>> describe_period(month, None, lasting=True)
    'from May 2008'
    """
    if start is None or end is None:
        one = describe_date(start or end or {}) if start or end else ""
        return f"until {one}" if end else f"from {one}" if lasting and one else one
    first, last = describe_date(start), describe_date(end)
    if start["precision"] == end["precision"] != "range":
        return _span(first, "to", last)
    return first if first == last else f"{first} to {last}"


def _words(day: dt.date, precision: str) -> str:
    month = f"{calendar.month_name[day.month]} {day.year}"
    return {"day": f"{day.day} {month}", "month": month}.get(precision, str(day.year))


def _span(first: str, joint: str, last: str) -> str:
    """Join two dates of one precision, saying what they share once: 1 to 3 July 2009."""
    if first == last:
        return first
    lead, tail = first.split(), last.split()
    while lead[-1] == tail[-1]:
        lead.pop(), tail.pop()
    return f"{' '.join(lead)} {joint} {last}"


def describe_amount(amount: str | None, currency: str | None) -> str:
    """Return an amount with its currency and its thousands apart.

    >>> describe_amount("42810000.0000", "CNY")
    'CNY 42,810,000'
    """
    if amount is None:
        return ""
    from decimal import Decimal

    figure = f"{Decimal(amount):,f}"
    return f"{currency or 'currency unknown:'} {figure.rstrip('0').rstrip('.') if '.' in figure else figure}"
