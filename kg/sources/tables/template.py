"""Texts with columns in braces, and the named transformations of what a cell holds."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext

from kg.clean.countries import find_country
from kg.model.dates import parse_date
from kg.model.iris import quoted

Transformation = Callable[[str], str]
"""From a text to a text; an empty one tells nothing. Raises ValueError with what was expected."""

NUMERIC = ("millions", "thousands", "reciprocal")
_SLOT = re.compile(r"\{([^{}]*)\}")
_TOKENS = {"YYYY": r"(?P<y>\d{4})", "MM": r"(?P<m>\d{1,2})", "DD": r"(?P<d>\d{1,2})"} | dict.fromkeys(
    ("hh", "mm", "ss"), r"\d{1,2}"
)
_DIGITS, _RATE_DIGITS = 40, 12
_LARGEST = Decimal(10) ** 20


@dataclass(frozen=True, slots=True)
class Slot:
    """A column in braces, and what becomes of its cell, step by step."""

    column: str
    steps: tuple[Transformation, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A text with slots; where the cell of one slot tells nothing, the whole tells nothing."""

    text: str
    parts: tuple[str | Slot, ...]

    @property
    def columns(self) -> Iterator[str]:
        """The columns that it reads."""
        return (part.column for part in self.parts if isinstance(part, Slot))

    @property
    def literal(self) -> str:
        """What is not in braces."""
        return "".join(part for part in self.parts if isinstance(part, str))

    def fill(self, cells: Mapping[str, str], *, as_id: bool = False) -> str:
        """The text for a row; as an id, what no IRI may hold is quoted in the cells.

        Raises ValueError where a cell cannot be transformed.
        """
        made = []
        for part in self.parts:
            if isinstance(part, Slot):
                value = cells.get(part.column, "")
                for step in part.steps:
                    value = step(value)
                if not value:
                    return ""
                made.append(quoted(value) if as_id else value)
            else:
                made.append(part)
        return "".join(made)


def fold(column: str) -> str:
    """The name of a column as it is compared: spaces and case do not matter."""
    return " ".join(column.split()).casefold()


def parse_template(text: str, known: Mapping[str, Transformation], first: str = "") -> Template:
    """A text with slots like `{column|transformation}`; `first` is the step of those that name none, if any.

    Raises ValueError for a brace without its other one and for a transformation that is not known.
    """
    parts: list[str | Slot] = []
    end = 0
    for match in _SLOT.finditer(text):
        parts.append(text[end : match.start()])
        parts.append(_slot(match[1], known, first))
        end = match.end()
    parts.append(text[end:])
    if any(set(part) & set("{}") for part in parts if isinstance(part, str)):
        raise ValueError("expected each { with its }")
    return Template(text, tuple(part for part in parts if part))


def _slot(inside: str, known: Mapping[str, Transformation], first: str) -> Slot:
    column, *names = (part.strip() for part in inside.split("|"))
    if not column:
        raise ValueError("expected a column between braces")
    for name in names:
        if name not in known:
            raise ValueError(f"expected one of the transformations {', '.join(sorted(known))}, got {name!r} in")
    if names and names[0] in NUMERIC:
        names.insert(0, "number")
    elif not names and first:
        names = [first]
    return Slot(fold(column), tuple(known[name] for name in names))


def transformations(decimal: str, thousands: str, dates: Collection[str]) -> dict[str, Transformation]:
    """The named transformations, for numbers with these signs and dates of these forms.

    >>> made = transformations(",", ".", ["DD/MM/YYYY"])
    >>> made["number"]("1.250,5"), made["date"]("3/5/2014"), made["country"]("Kenya"), made["country"]("Africa")
    ('1250.5', '2014-05-03', 'KE', '')
    >>> made["millions"]("0.0125"), made["reciprocal"]("8")
    ('12500', '0.125')
    """
    patterns = [(re.compile(_pattern(form), re.ASCII), form) for form in dates]
    plain = re.compile(
        rf"[+-]?(?:\d+|\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+)?(?:{re.escape(decimal)}\d+)?(?:[eE][+-]?\d{{1,2}})?",
        re.ASCII,
    )
    return {
        "number": lambda text: _number(text, plain, decimal, thousands),
        "date": lambda text: _date(text, patterns),
        "country": find_country,
        "id": lambda text: text and hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16],
        "upper": str.upper,
        "lower": str.lower,
        "millions": lambda text: _scaled(text, 6),
        "thousands": lambda text: _scaled(text, 3),
        "reciprocal": _reciprocal,
    }


def value_table(values: Mapping[str, str]) -> Transformation:
    """What the values of a cell become, whatever their case; `else` is for all others.

    >>> value_table({"Done": "realised", "else": "unknown"})("done")
    'realised'
    """
    folded = {fold(key): value for key, value in values.items()}
    other = folded.pop("else", None)

    def look_up(text: str) -> str:
        found = folded.get(fold(text), other)
        if found is None and text:
            raise ValueError(f"expected one of {', '.join(sorted(values))}")
        return found or ""

    return look_up


def _number(text: str, plain: re.Pattern[str], decimal: str, thousands: str) -> str:
    if not text:
        return ""
    bare = text.replace(thousands, "") if thousands else text
    if not plain.fullmatch(text) or not any(character.isdigit() for character in bare):
        raise ValueError("expected a number")
    number = Decimal(bare.replace(decimal, "."))
    if abs(number) >= _LARGEST:
        raise ValueError("expected a number of twenty digits at most")
    return format(number, "f")


def _scaled(text: str, places: int) -> str:
    if not text:
        return ""
    with localcontext() as context:
        context.prec = _DIGITS
        scaled = format(Decimal(text).scaleb(places), "f")
    return scaled.rstrip("0").rstrip(".") if "." in scaled else scaled


def _reciprocal(text: str) -> str:
    if not text:
        return ""
    if not Decimal(text):
        raise ValueError("expected a rate, which is not 0")
    with localcontext() as context:
        context.prec = _RATE_DIGITS
        return format((1 / Decimal(text)).normalize(), "f")


def _pattern(form: str) -> str:
    """A form such as DD/MM/YYYY as a regular expression."""
    return re.sub(
        "|".join([*_TOKENS, "."]), lambda match: _TOKENS.get(match[0]) or re.escape(match[0]), form, flags=re.DOTALL
    )


_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _date(text: str, patterns: Collection[tuple[re.Pattern[str], str]]) -> str:
    for pattern, _ in patterns:
        if match := pattern.fullmatch(text):
            parts = {"y": "", "m": "", "d": ""} | match.groupdict()
            digits = [f"{int(part):02}" for part in (parts["m"], parts["d"]) if part]
            return parse_date("-".join([parts["y"], *digits])).edtf
    if _ISO_DAY.fullmatch(text):  # also that of a cell which a spreadsheet knows to be a date
        return parse_date(text).edtf
    if text and patterns:
        raise ValueError(f"expected a date as {' or '.join(form for _, form in patterns)}")
    return text and parse_date(text).edtf
