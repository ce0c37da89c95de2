"""Write `ontology/codelists/iati-*.ttl` from the code lists of the IATI standard, one concept scheme a file.

Run it as `python docs/make_code_lists.py FOLDER`; the folder holds `embedded/xml/` and `nonembedded/xml/` with the
lists as IATI publishes them, under CC BY 4.0; NOTICE names them. Countries have IRIs of their own beside the codes of
the list Country (`countries.ttl`).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

TARGET = Path(__file__).resolve().parents[1] / "ontology" / "codelists"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
SOURCE = "https://iatistandard.org/en/iati-standard/203/codelists/"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
RIGHTS = "Code list {} of the International Aid Transparency Initiative (IATI), CC BY 4.0. Changed: converted to SKOS."
HEADER = """\
# Made by docs/make_code_lists.py from the code list {} of the IATI standard, CC BY 4.0. Do not edit it here.

@prefix code: <https://w3id.org/partnership-kg/code/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""


def scheme(name: str) -> str:
    """The name of the concept scheme that a list of IATI becomes.

    >>> scheme("CRSChannelCode"), scheme("AidType-category")
    ('iati-crs-channel-code', 'iati-aid-type-category')
    """
    return "iati-" + re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name).lower()


def literals(element: ElementTree.Element | None, language: str) -> Iterator[str]:
    """The narratives of an element as literals, the list's own language first; of two in one language the first."""
    texts: dict[str, str] = {}
    for narrative in () if element is None else element.findall("narrative"):
        plain = " ".join((narrative.text or "").split())
        if plain:
            texts.setdefault(narrative.get(LANGUAGE, language), plain)
    for tag in sorted(texts, key=lambda tag: (tag != language, tag)):
        yield '"{}"@{}'.format(texts[tag].replace("\\", "\\\\").replace('"', '\\"'), tag)


def words(element: ElementTree.Element, language: str) -> Iterator[str]:
    """Labels and definitions, as far as the list has them, in each of its languages."""
    for part, term in (("name", "skos:prefLabel"), ("description", "skos:definition")):
        yield from (f"{term} {literal}" for literal in literals(element.find(part), language))


def describe_list(root: ElementTree.Element) -> str:
    """The Turtle of the concept scheme."""
    name, metadata = root.attrib["name"], root.find("metadata")
    assert metadata is not None, name
    lines = [f"\ncode:{scheme(name)} a skos:ConceptScheme", *words(metadata, root.attrib[LANGUAGE])]
    lines += [f"dcterms:source <{SOURCE}{name.lower()}/>", f"dcterms:license <{LICENCE}>"]
    lines += [f'dcterms:rights "{RIGHTS.format(name)}"@en']
    return " ;\n    ".join(lines) + " .\n"


def broader(item: ElementTree.Element, *roots: ElementTree.Element) -> Iterator[str]:
    """The code of a category, from the first of the lists that has it; a category may be long withdrawn from all."""
    category = item.findtext("category", "")
    having = [root for root in roots if category in map(code_of, root.iter("codelist-item"))]
    yield from (f"skos:broader {written(root, category)}" for root in having[:1])


def written(root: ElementTree.Element, code: str) -> str:
    """The IRI of a code of a list, in short where Turtle allows it."""
    own, name = scheme(root.attrib["name"]), quote(code, safe="")
    return (
        f"{own}:{name}" if re.fullmatch(r"\w[\w-]*", name) else f"<https://w3id.org/partnership-kg/code/{own}/{name}>"
    )


def code_of(item: ElementTree.Element) -> str:
    """The notation of a code."""
    return item.findtext("code", "")


def describe_code(item: ElementTree.Element, root: ElementTree.Element, categories: ElementTree.Element) -> str:
    """The Turtle of one code; its category is a code of the list of categories, or of its own."""
    own, code = scheme(root.attrib["name"]), code_of(item)
    lines = [f"\n{written(root, code)} a skos:Concept", f"skos:inScheme code:{own}", f'skos:notation "{code}"']
    told = list(words(item, root.attrib[LANGUAGE]))
    if not told:
        told = [f'skos:prefLabel "{code}"@{root.attrib[LANGUAGE]}']  # a media type is its own name
    lines += [*told, *broader(item, categories, root)]
    if item.get("status") == "withdrawn":
        lines.append("owl:deprecated true")
    return " ;\n    ".join(lines) + " .\n"


def describe(root: ElementTree.Element, categories: ElementTree.Element) -> str:
    """The Turtle of a list, numbers in the order of their worth."""
    prefixes = sorted({scheme(one.attrib["name"]) for one in (root, categories)})
    lines = [f"@prefix {prefix}: <https://w3id.org/partnership-kg/code/{prefix}/> .\n" for prefix in prefixes]
    items = sorted(root.iter("codelist-item"), key=lambda item: code_of(item).zfill(8))
    codes = [describe_code(item, root, categories) for item in items]
    return HEADER.format(root.attrib["name"]) + "".join([*lines, describe_list(root), *codes])


def build(folder: Path) -> dict[str, str]:
    """The text of each file by its name."""
    files = {file.stem: file for file in folder.glob("*embedded/xml/*.xml")}
    roots = {name: ElementTree.parse(file).getroot() for name, file in sorted(files.items())}
    return {
        f"{scheme(name)}.ttl": describe(root, roots[root.get("category-codelist", name)])
        for name, root in roots.items()
    }


if __name__ == "__main__":
    for name, text in build(Path(sys.argv[1])).items():
        (TARGET / name).write_text(text, encoding="utf-8", newline="\n")
