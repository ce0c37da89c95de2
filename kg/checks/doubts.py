"""Shapes as questions to the engine: which things may break them.

A doubt is a SPARQL expression that is true of everything that breaks a shape, and perhaps of more: what is doubted is
tried by pySHACL, which has the last word. So a kind of constraint that is not known here costs time and loses nothing,
as everything that it is about is doubted. Where SPARQL and pySHACL may see a value in two ways, it is doubted, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import rdflib

ALWAYS, NEVER = "true", "false"
_SHACL = "http://www.w3.org/ns/shacl#"
_TELLING = {"path", "targetClass", "message", "severity", "name", "description", "order", "group"}
"""What shapes say that constrains nothing."""
_OF_EACH_VALUE = {"property", "node", "or", "class", "datatype", "nodeKind", "in", "pattern", "minInclusive"}
"""Constraints that each value breaks by itself."""
_WELL_FORMED = {
    "string": "true",
    "boolean": 'REGEX(STR({0}), "^(true|false)$")',
    "integer": 'REGEX(STR({0}), "^-?[0-9]{{1,18}}$")',
    "decimal": 'REGEX(STR({0}), "^-?[0-9]{{1,18}}([.][0-9]{{1,18}})?$")',
    "date": 'REGEX(STR({0}), "^[1-9][0-9]{{3}}-[0-9]{{2}}-[0-9]{{2}}$") && DAY({0}) > 0',
}
"""What is true of literals of a datatype that are surely well-formed: what else they may be, not all agree on."""
_KINDS = {"IRI": "isIRI({0})", "Literal": "isLITERAL({0})"}
_READ_IN_TWO_WAYS = re.compile(r"\\|\(\?|\[[\[:]|&&|--|~~")
"""Parts of regular expressions that Python and the engine do not read alike."""


class Doubts:
    """The doubts that shapes raise; `below` gives the IRIs of a class and of all classes below it."""

    def __init__(self, shapes: rdflib.Graph, below: Callable[[str], Iterable[str]]) -> None:
        from rdflib import RDF

        self._shapes, self._below, self._type = shapes, below, RDF.type
        self._fresh = (f"?v{number}" for number in count())

    def about(self, shape: rdflib.term.Node, node: str) -> str:
        """An expression that is true where a node (a variable) may break a shape."""
        from rdflib import SH

        path = self._shapes.value(shape, SH.path)
        written = "" if path is None else self._path(path)
        told = sorted(self._shapes.predicate_objects(shape))
        if written is None:
            return ALWAYS
        keys = [(str(key).removeprefix(_SHACL), value) for key, value in told if key != self._type]
        doubts = [self._doubt(key, value, node, written) for key, value in keys if key not in _TELLING]
        return f"({' || '.join(doubts) or NEVER})"

    def _doubt(self, key: str, value: rdflib.term.Node, node: str, path: str) -> str:
        """The doubt of one constraint: about how many values a path (if any) leads to, or about each of them."""
        if (about_values := self._about_values(key, value, node, path) if path else None) is not None:
            return about_values
        if path and key not in _OF_EACH_VALUE:
            return ALWAYS  # perhaps it is broken where there is no value
        one = next(self._fresh) if path else node
        doubt = self._about_value(key, value, one)
        return f"EXISTS {{ {node} {path} {one} FILTER ({doubt}) }}" if path else doubt

    def _about_values(self, key: str, value: rdflib.term.Node, node: str, path: str) -> str | None:
        one, other = next(self._fresh), next(self._fresh)
        pair = f"{node} {path} {one}, {other} FILTER (!SAMETERM({one}, {other})"
        match key, str(value):
            case "minCount", "1":
                return f"NOT EXISTS {{ {node} {path} {one} }}"
            case "maxCount", "0":
                return f"EXISTS {{ {node} {path} {one} }}"
            case "maxCount", "1":
                return f"EXISTS {{ {pair}) }}"
            case "uniqueLang", _:
                same = f'LANG({one}) != "" && LCASE(LANG({one})) = LCASE(LANG({other}))'
                return f"EXISTS {{ {pair} && {same}) }}"
            case "hasValue", _:
                return f"NOT EXISTS {{ {node} {path} {_written(value)} }}"
            case "disjoint", _:
                return f"EXISTS {{ {node} {path} {one} ; {_written(value)} {one} }}"
            case (("lessThan" | "lessThanOrEquals"), _):
                sign = "<" if key == "lessThan" else "<="
                holds = f"DATATYPE({one}) = DATATYPE({other}) && {one} {sign} {other}"
                return f"EXISTS {{ {node} {path} {one} ; {_written(value)} {other} FILTER ({_unless(holds)}) }}"
        return None

    def _about_value(self, key: str, value: rdflib.term.Node, one: str) -> str:
        match key:
            case "property" | "node":
                return self.about(value, one)
            case "or":
                return " && ".join(self.about(choice, one) for choice in self._listed(value)) or ALWAYS
            case "class":
                kind, kinds = next(self._fresh), ", ".join(f"<{iri}>" for iri in self._below(str(value)))
                return f"NOT EXISTS {{ {one} a {kind} FILTER ({kind} IN ({kinds})) }}"
            case "datatype" if (well_formed := _WELL_FORMED.get(str(value).rpartition("#")[2])) is not None:
                return _unless(f"DATATYPE({one}) = {_written(value)} && {well_formed.format(one)}")
            case "nodeKind" if (is_kind := _KINDS.get(str(value).removeprefix(_SHACL))) is not None:
                return f"!{is_kind.format(one)}"
            case "in":
                return " && ".join(f"!SAMETERM({one}, {_written(term)})" for term in self._listed(value)) or ALWAYS
            case "pattern" if not _READ_IN_TWO_WAYS.search(str(value)):
                return _unless(f"REGEX(STR({one}), {_written(value)})")
            case "minInclusive":
                return _unless(f"{one} >= {_written(value)}")
        return ALWAYS

    def _path(self, path: rdflib.term.Node) -> str | None:
        """A path in SPARQL: a property or a choice of properties; None for any other."""
        from rdflib import SH, URIRef

        if isinstance(path, URIRef):
            return _written(path)
        choices = self._listed(self._shapes.value(path, SH.alternativePath))
        known = bool(choices) and all(isinstance(choice, URIRef) for choice in choices)
        return f"({'|'.join(map(_written, choices))})" if known else None

    def _listed(self, head: rdflib.term.Node | None) -> list[rdflib.term.Node]:
        return list(self._shapes.items(head)) if head is not None else []


def _written(term: rdflib.term.Node) -> str:
    return str(term.n3())


def _unless(holds: str) -> str:
    """True where something does not hold, or where it cannot be said.

    >>> _unless("?one < ?other")
    'COALESCE(!(?one < ?other), true)'
    """
    return f"COALESCE(!({holds}), {ALWAYS})"
