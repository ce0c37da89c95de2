"""Values as publishers write them, whatever the format: numbers, days, languages, and texts damaged on their way."""

from __future__ import annotations

import hashlib
import html
import re
from decimal import Decimal
from functools import lru_cache

from kg.model.dates import Date, parse_date

LONGEST_TEXT = 1_000_000
"""Characters of a text, and of an attribute a tenth: a longer one is cut off, with a finding."""
LONGEST_ATTRIBUTE = 100_000
_LARGEST = Decimal(10) ** 20

_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[, \u00a0]\d{3})+(?:\.\d+)?", re.ASCII)
_EXPONENT = re.compile(r"[+-]?\d+(?:\.\d+)?[eE][+-]?\d{1,2}", re.ASCII)
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ].*|Z|[+-]\d{2}:\d{2})?", re.ASCII)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", re.ASCII)
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,6}|#[xX][0-9a-fA-F]{1,5});")
_MOJIBAKE = re.compile(r"Ã[\u0080-\u00bf\u0192\u2018-\u203a]|â€|Â[\u00a0-\u00bf]|Ð[\u0080-\u00bf]")
_LOST = re.compile("\ufffd|\\?{4,}")


def clean_text(raw: str | None) -> str:
    """A text on one line, without the space that a file puts around it.

    >>> clean_text("  Water\\n  and wells ")
    'Water and wells'
    """
    return " ".join(raw.split()) if raw else ""


def unescaped(text: str) -> str:
    """A text that was escaped once too often, as it was meant.

    >>> unescaped("Food &amp;amp; Water")
    'Food & Water'
    """
    for _ in range(3):
        if not _ENTITY.search(text):
            break
        text = clean_text(html.unescape(text))
    return text


def damage(text: str) -> str:
    """What happened to a text on its way, as the name of a rule; empty where nothing is seen.

    >>> damage("CÃ´te d'Ivoire")
    'mis-decoded'
    >>> damage("Côte d'Ivoire")
    ''
    """
    if text.isascii() and "?" not in text:
        return ""
    if _MOJIBAKE.search(text):
        return "mis-decoded"
    return "lost-characters" if _LOST.search(text) else ""


def read_number(raw: str) -> Decimal | None:
    """A number as published files write it; none where it is no number, or none that an amount can have.

    >>> read_number("1,250,000.50"), read_number("1.2E3"), read_number("2014-01-01")
    (Decimal('1250000.50'), Decimal('1.2E+3'), None)
    """
    if _PLAIN.fullmatch(raw) or _EXPONENT.fullmatch(raw):
        number = Decimal(raw)
    elif _GROUPED.fullmatch(raw):
        number = Decimal(re.sub(r"[, \u00a0]", "", raw))
    else:
        return None
    return number if abs(number) < _LARGEST else None


@lru_cache(maxsize=65536)
def read_day(raw: str) -> Date | None:
    """A day, of which a time of day is dropped; none where it is no day of the calendar.

    >>> read_day("2014-05-01T00:00:00Z").edtf
    '2014-05-01'
    >>> read_day("610391")
    """
    match = _DAY.fullmatch(raw)
    try:
        return parse_date(match[1]) if match else None
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def read_language(raw: str) -> str:
    """A language tag in lower case; empty where it is none.

    >>> read_language("FR"), read_language("english"), read_language("pt-BR")
    ('fr', '', 'pt-br')
    """
    return raw.strip().lower() if _LANGUAGE.fullmatch(raw.strip()) else ""


def digest(*content: object) -> str:
    """Sixteen digits that tell some content from other, the same in every run."""
    return hashlib.blake2b(repr(content).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
