"""Write the reference of all terms and codes into `docs/ontology.md`, from the files of the ontology.

Run it as `python docs/make_ontology_reference.py` after a change of a term or code; a test says when it is due.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from kg.namespaces import BASE, DCTERMS, IATI_SCHEMES, KG, OWL, PREFIXES, RDF, RDFS, SCHEMES, SDO, SKOS  # noqa: E402

PAGE = ROOT / "docs" / "ontology.md"
BEGIN, END = "<!-- reference: begin -->\n", "<!-- reference: end -->\n"
LABEL, EXAMPLE = RDFS.label, SKOS.iri + "example"
DOMAIN, RANGE = SDO.iri + "domainIncludes", SDO.iri + "rangeIncludes"
PROPERTIES = {
    OWL.ObjectProperty: "Properties that lead to things",
    OWL.DatatypeProperty: "Properties that lead to values",
    OWL.AnnotationProperty: "Annotations that programs read",
}

Description = dict[str, list[str]]


def read(file: Path) -> dict[str, Description]:
    """What a Turtle file says of each subject, in the order of the file."""
    found: dict[str, Description] = defaultdict(lambda: defaultdict(list))
    for quad in ox.parse(path=file):
        found[quad.subject.value][quad.predicate.value].append(quad.object.value)
    return found


def short(iri: str) -> str:
    """An IRI with its prefix."""
    fitting = [(name, space) for name, space in PREFIXES.items() if name != "kg" and iri.startswith(space)]
    prefix, space = max(fitting, key=lambda pair: len(pair[1]))
    return f"{prefix}:{iri[len(space) :]}"


def listed(iris: Iterable[str]) -> str:
    """IRIs as code, in the order of their names."""
    return ", ".join(f"`{name}`" for name in sorted(map(short, iris)))


def meaning(about: Description) -> str:
    """The definition, and the example where there is one."""
    example = "".join(f" *Example:* {text}" for text in about[EXAMPLE])
    return (about[SKOS.definition][0] + example).replace("|", "\\|")


def table(header: str, rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """A Markdown table."""
    yield f"| {header} |"
    yield "|" + "---|" * (header.count("|") + 1)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def reference() -> Iterator[str]:
    """The lines of the reference: prefixes, classes, properties, code lists, recipes."""
    terms = {iri: about for iri, about in read(ROOT / "ontology" / "kg.ttl").items() if iri.startswith(KG.iri)}
    yield from ("### Prefixes", "")
    shown = {prefix: iri for prefix, iri in PREFIXES.items() if prefix not in IATI_SCHEMES}
    yield from table("prefix | IRI", ((f"`{prefix}:`", f"`{iri}`") for prefix, iri in shown.items()))
    yield from ("### Classes", "")
    classes = [(iri, about) for iri, about in terms.items() if OWL.Class in about[RDF.type]]
    yield from table(
        "class | subclass of | kind | meaning",
        (
            (f"`{short(iri)}`", listed(about[RDFS.subClassOf]), *(about[KG.kind] or [""]), meaning(about))
            for iri, about in classes
        ),
    )
    for kind, heading in PROPERTIES.items():
        yield from (f"### {heading}", "")
        found = [(iri, about) for iri, about in terms.items() if kind in about[RDF.type]]
        yield from table(
            "property | of | leads to | meaning",
            ((f"`{short(iri)}`", listed(about[DOMAIN]), listed(about[RANGE]), meaning(about)) for iri, about in found),
        )
    for scheme in SCHEMES:
        yield from code_list(scheme)
    yield from ("### Codes of the IATI standard", "", f"`iati-NAME:` stands for `{BASE}code/iati-NAME/`.", "")
    yield from table("codes | list | number", map(iati_list, IATI_SCHEMES))
    yield from ("### Recipes", "")
    recipes = [about for about in read(ROOT / "ontology" / "recipes.ttl").values() if about[SKOS.notation]]
    yield from table("recipe | meaning", ((f"`recipe:{about[SKOS.notation][0]}`", meaning(about)) for about in recipes))


def code_list(scheme: str) -> Iterator[str]:
    """One code list as a table."""
    codes = read(ROOT / "ontology" / "codelists" / f"{scheme}.ttl")
    yield from (f"### Codes `{scheme}:`", "", codes[f"{BASE}code/{scheme}"][SKOS.definition][0], "")
    rows = [about for about in codes.values() if about[SKOS.notation]]
    cells = [(f"`{about[SKOS.notation][0]}`", about[SKOS.prefLabel][0], meaning(about)) for about in rows]
    if scheme == "link-kind":
        shortcuts = [(listed(about[KG.shortcut]),) for about in rows]
        yield from table("code | name | meaning | shortcut", map(tuple.__add__, cells, shortcuts))
    else:
        yield from table("code | name | meaning", cells)


def iati_list(scheme: str) -> tuple[str, str, str]:
    """One code list of IATI as a row: its prefix, its name with a link to where it comes from, its number of codes."""
    codes = read(ROOT / "ontology" / "codelists" / f"{scheme}.ttl")
    about = codes.pop(f"{BASE}code/{scheme}")
    return f"`{scheme}:`", f"[{about[SKOS.prefLabel][0]}]({about[DCTERMS.source][0]})", str(len(codes))


def with_reference(page: str) -> str:
    """The page with the reference between its two marks made anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + "\n" + "\n".join(reference()) + END + after


if __name__ == "__main__":
    PAGE.write_text(with_reference(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
