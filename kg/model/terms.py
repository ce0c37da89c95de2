"""RDF terms and statements as N-Triples text.

A statement is a plain tuple of N-Triples terms, so writing it is joining it, and a million of them
cost little. Nothing here knows an RDF library.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TypeAlias

from kg.namespaces import XSD

Statement: TypeAlias = tuple[str, str, str]
"""Subject, predicate and object, each an N-Triples term."""

_ESCAPES = {
    "\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f",
}  # fmt: skip
_MEANT = {escape: character for character, escape in _ESCAPES.items()}
_ESCAPED = re.compile(r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}|\\.")
_MUST_ESCAPE = re.compile(r'[\x00-\x1f"\\\x7f]')
_NOT_IN_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")


def iri(text: str) -> str:
    """An IRI as a term.

    Raises ValueError where the text holds a character that no IRI may hold.

    >>> iri("https://schema.org/Event")
    '<https://schema.org/Event>'
    """
    if not text or _NOT_IN_IRI.search(text):
        raise ValueError(f"not an IRI: {text!r}")
    return f"<{text}>"


def text(value: str, language: str = "") -> str:
    r"""A plain or language-tagged string as a term, escaped as canonical N-Quads ask; the tag in lower case.

    >>> text('say "yes"\n', "en")
    '"say \\"yes\\"\\n"@en'
    """
    quoted = f'"{_MUST_ESCAPE.sub(_escape, value)}"'
    if not language:
        return quoted
    if not _LANGUAGE.fullmatch(language):
        raise ValueError(f"not a language tag: {language!r}")
    return f"{quoted}@{language.lower()}"


def typed(value: str, datatype: str) -> str:
    """A literal of a datatype (an IRI) as a term."""
    return f"{text(value)}^^{iri(datatype)}"


def integer(value: int) -> str:
    """A whole number as an `xsd:integer`."""
    return typed(str(value), XSD.integer)


def decimal(value: Decimal) -> str:
    """An exact number as an `xsd:decimal` in its canonical form: no exponent, no zeros at the end.

    >>> decimal(Decimal("4.691E+7"))
    '"46910000"^^<http://www.w3.org/2001/XMLSchema#decimal>'
    """
    plain = format(value, "f")
    return typed(plain.rstrip("0").rstrip(".") if "." in plain else plain, XSD.decimal)


def boolean(value: bool) -> str:
    """Yes or no as an `xsd:boolean`."""
    return typed("true" if value else "false", XSD.boolean)


def literal_text(term: str) -> str:
    r"""The text of a literal, without its language or datatype.

    >>> literal_text('"say \\"yes\\""@en')
    'say "yes"'
    """
    return _ESCAPED.sub(_unescape, term[1 : term.rindex('"')])


def _unescape(match: re.Match[str]) -> str:
    return _MEANT.get(match.group()) or chr(int(match.group()[2:], 16))


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    return _ESCAPES.get(character) or f"\\u{ord(character):04X}"
