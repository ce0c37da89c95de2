"""Countries by what data sets call them."""

from __future__ import annotations

from pathlib import Path

from kg.clean.names import name_key
from kg.namespaces import ID, SKOS
from kg.store.rdf import read_rdf


def read_countries(ontology: Path) -> dict[str, str]:
    """The ISO 3166 alpha-2 code of each country by its alpha-2 and alpha-3 codes and names, as `name_key` folds them.

    A name that two countries have tells neither. Raises InputError where the list of countries cannot be read.
    """
    found: dict[str, str] = {}
    shared: set[str] = set()
    told = {SKOS.notation, SKOS.prefLabel, SKOS.altLabel}
    for subject, predicate, value in read_rdf(ontology / "codelists" / "countries.ttl", "countries"):
        code = subject.removeprefix(f"<{ID}country/").rstrip(">")
        key = name_key(value[1 : value.rindex('"')]) if predicate.strip("<>") in told else ""
        if len(code) == len("XX") and key and found.setdefault(key, code) != code:
            shared.add(key)
    return {key: code for key, code in found.items() if key not in shared}
