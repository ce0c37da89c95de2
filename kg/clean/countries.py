"""Countries by the English names that data sets write, with the tables of names that come with this package."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from kg.clean.names import clean_name
from kg.shipped import ontology_dir

_NAMED = re.compile(r'^country:([A-Z]{2}) a |skos:(?:pref|alt)Label "([^"\\]+)"@en', re.MULTILINE)
_INVERTED = re.compile(r"(.+?)(?:, | \()([^,()]+)\)?")

SPELLINGS = {
    "Libyan Arab Jamahiriya": "LY",
    "Macedonia, the former Yugoslav Republic of": "MK",
    "Swaziland": "SZ",
    "Turkey": "TR",
}
"""Names that humanitarian data use and the tables do not have."""


def find_country(name: str) -> str:
    """The ISO 3166 code of a country that is named exactly, whatever case, accents and punctuation; else empty.

    A name in the form of an index is read in its natural order as well.

    >>> find_country("Korea, Republic of"), find_country("Saudi Arabia (Kingdom of)"), find_country("Türkiye")
    ('KR', 'SA', 'TR')
    >>> find_country("Sahel")
    ''
    """
    known = _names()
    inverted = _INVERTED.fullmatch(name)
    natural = f"{inverted[2]} {inverted[1]}" if inverted else ""
    return known.get(clean_name(name)) or known.get(clean_name(natural), "")


@cache
def _names() -> Mapping[str, str]:
    """The code of each folded name; a name that two countries bear tells nothing."""
    text = (ontology_dir() / "codelists" / "countries.ttl").read_text(encoding="utf-8")
    found: dict[str, str] = {clean_name(name): code for name, code in SPELLINGS.items()}
    country = ""
    for match in _NAMED.finditer(text):
        country = match[1] or country
        if match[2] and found.setdefault(clean_name(match[2]), country) != country:
            found[clean_name(match[2])] = ""
    return found
