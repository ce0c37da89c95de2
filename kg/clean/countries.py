"""Countries by the names and codes that data sets write, with the table of names that comes with this package."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from kg.clean.names import name_key
from kg.shipped import ontology_dir

_TOLD = re.compile(
    r'^country:([A-Z]{2}) a |skos:(?:pref|alt)Label "([^"\\]+)"@|skos:notation "([A-Z]{2,3})"', re.MULTILINE
)
_INVERTED = re.compile(r"(.+?)(?:, | \()([^,()]+)\)?")

SPELLINGS = {
    "Libyan Arab Jamahiriya": "LY",
    "Macedonia, the former Yugoslav Republic of": "MK",
    "Swaziland": "SZ",
    "Turkey": "TR",
}
"""Names that humanitarian data use and the tables do not have."""


def find_country(name: str) -> str:
    """The ISO 3166 alpha-2 code of what is exactly a country's name in one of six languages, or its alpha-2 or alpha-3
    code, whatever case, accents and punctuation; else empty.

    A name in the form of an index is read in its natural order as well.

    >>> find_country("Korea, Republic of"), find_country("Saudi Arabia (Kingdom of)"), find_country("TUR")
    ('KR', 'SA', 'TR')
    >>> find_country("Sahel")
    ''
    """
    known = _known()
    inverted = _INVERTED.fullmatch(name)
    natural = f"{inverted[2]} {inverted[1]}" if inverted else ""
    return known.get(name_key(name)) or known.get(name_key(natural), "")


@cache
def _known() -> Mapping[str, str]:
    """The country of each folded name and code; a name that two countries bear tells nothing."""
    text = (ontology_dir() / "codelists" / "countries.ttl").read_text(encoding="utf-8")
    found: dict[str, str] = {name_key(name): code for name, code in SPELLINGS.items()}
    country = ""
    for code, name, notation in _TOLD.findall(text):
        country = code or country
        key = name_key(name or notation)
        if key and found.setdefault(key, country) != country:
            found[key] = ""
    return found
