"""What a field of a record may hold: a code of a list, or the id of a row of some tables."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """Marks a field that holds a notation of a code list."""

    scheme: str


@dataclass(frozen=True, slots=True)
class Tables:
    """Marks a field that refers to rows of these tables."""

    names: tuple[str, ...]


ACTORS = Tables(("organizations", "persons"))
PLACES = Tables(("places",))
WORKS = Tables(("activities", "events", "agreements", "publications"))
THINGS = Tables((*ACTORS.names, *PLACES.names, *WORKS.names, "flows", "pairings", "indicators", "claims"))
ANYTHING = Tables(("*",))
