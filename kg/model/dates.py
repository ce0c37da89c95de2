"""Dates that are as exact as their source: a day, a month, a year, or a range between two days.

The text form is EDTF (ISO 8601-2) level 0: `2009-07-01`, `2009-07`, `2009`, `2011-12-21/2011-12-31`.
Here a range means "some day between the two", never a duration.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import NamedTuple

_PART = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


class Date(NamedTuple):
    """A date known between two days, both included, with the precision its source gave.

    `precision` is `day`, `month`, `year` or `range`; `edtf` is the text it was read from.
    """

    edtf: str
    earliest: dt.date
    latest: dt.date
    precision: str

    @property
    def year(self) -> int | None:
        """The year to group by; none where the date may fall in two years."""
        return self.earliest.year if self.earliest.year == self.latest.year else None


def parse_date(edtf: str) -> Date:
    """Read an EDTF date.

    Raises ValueError with what was expected.

    >>> parse_date("2009-07").latest
    datetime.date(2009, 7, 31)
    >>> parse_date("2011-12-21/2011-12-31").precision
    'range'
    """
    first, slash, second = edtf.partition("/")
    earliest, latest, precision = _bounds(first)
    if slash:
        _, latest, _ = _bounds(second)
        precision = "range"
        if latest < earliest:
            raise ValueError("expected the earlier date first")
    return Date(edtf, earliest, latest, precision)


def _bounds(part: str) -> tuple[dt.date, dt.date, str]:
    match = _PART.fullmatch(part)
    if match is None:
        raise ValueError("expected a date like 2009, 2009-07, 2009-07-01 or 2009-07-01/2009-07-09")
    year, month, day = (int(number) if number else None for number in match.groups())
    assert year is not None
    try:
        if month is None:
            return dt.date(year, 1, 1), dt.date(year, 12, 31), "year"
        if day is None:
            last = calendar.monthrange(year, month)[1] if 1 <= month <= 12 else 1
            return dt.date(year, month, 1), dt.date(year, month, last), "month"
        return dt.date(year, month, day), dt.date(year, month, day), "day"
    except ValueError as error:
        raise ValueError(f"expected a day of the calendar ({error})") from None
