"""Where the ontology and the triples that come with this package lie.

In a checkout they are the top-level folders `ontology/` and `data/triples/`. A wheel carries copies of both
beside this module (see `package_dir` in `setup.cfg`), so that an installed package needs no checkout.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_COPIES = _PACKAGE / "_shipped"


def ontology_dir() -> Path:
    """Find the folder of the ontology: terms, code lists, shapes, checks, rules, questions, examples.

    Returns the absolute path of an existing folder's place; a damaged installation gives a path that is missing.

    >>> (ontology_dir() / "codelists" / "role.ttl").is_file()
    True
    """
    return _shipped("ontology", checkout="ontology")


def triples_dir() -> Path:
    """Find the folder of the triples: one sorted N-Quads file a source, and the identity decisions.

    Returns the absolute path of an existing folder's place; a damaged installation gives a path that is missing.

    >>> triples_dir().name
    'triples'
    """
    return _shipped("triples", checkout="data/triples")


def _shipped(name: str, *, checkout: str) -> Path:
    """The copy inside an installed package, else the checkout's own folder: only a wheel has the copies."""
    copy = _COPIES / name
    return copy if copy.is_dir() else _PACKAGE.parent / checkout
