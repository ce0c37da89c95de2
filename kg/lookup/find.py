"""A name to a thing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from kg.clean.names import name_key
from kg.errors import Ambiguous, NotFound
from kg.facts import Reader
from kg.model.iris import SHARED_ID, thing_iri
from kg.namespaces import DCTERMS, KG
from kg.store.names import Named, find_containing, find_exact, find_like
from kg.store.view import View

ACTORS = frozenset({"organization", "person"})
_ALIKE = 0.8
"""Likeness (Ratcliff and Obershelp 1988, 0 to 1) from which a misspelt name is taken for another."""
_NEAR = 0.5
_SHOWN = 8


class Found(NamedTuple):
    """A thing that was asked for by name; `note` says so where the name met was not the name asked."""

    iri: str
    label: str
    kind: str
    note: str = ""


def find(view: View, name: str, *, kinds: Collection[str] = ()) -> Found:
    """The one thing of a name, acronym, identifier or IRI, among things of these kinds (all, if empty).

    Case, accents, spaces and punctuation do not matter. Where no name is the same, a name that holds
    all the words, or one that is spelt nearly so, is taken if there is just one, and the note says it; so is
    the government of a place where an actor is wanted.
    Raises Ambiguous with the candidates, or NotFound with the nearest names.
    """
    reader = Reader(view)
    if ":" in name and (iri := _as_iri(reader, name)):
        return _found(reader, iri)
    same = find_exact(view.path, name)
    exact = _pick(same, kinds)
    if exact:
        return _only(reader, name, exact)
    if same:
        return _instead(reader, name, _pick(same, ()), kinds)
    holding = _pick(find_containing(view.path, name), kinds)
    if len(holding) == 1:
        return _taken(reader, name, holding)
    if holding:
        raise Ambiguous(_several(reader, name, holding))
    return _find_alike(reader, name, kinds)


def _instead(reader: Reader, name: str, same: dict[str, Named], kinds: Collection[str]) -> Found:
    """The government of the place of that name; else say what the name means and where to ask for it."""
    governments = {iri for place in same for iri in reader.view.subjects(KG.governs, place)}
    if len(governments) == 1 and "organization" in kinds:
        return _found(reader, governments.pop(), note=f"{name!r} is a place; taking the government of it")
    what = "; ".join(f"{reader.facts(iri).label} is of the kind {entry.kind}" for iri, entry in sorted(same.items()))
    raise NotFound(f"no {_either(kinds)} named {name!r}: {what}; `kg show` tells of it")


def _either(kinds: Collection[str]) -> str:
    return " or ".join(sorted(kinds)) if kinds else "thing"


def _as_iri(reader: Reader, name: str) -> str:
    """The canonical IRI, if the name is an IRI or `country:TZ` that the graph knows."""
    iri = thing_iri("", name) if SHARED_ID.fullmatch(name) else name
    if "://" not in iri:
        return ""
    try:
        about = reader.statements(iri)
    except ValueError:
        return ""
    replaced = about.get(DCTERMS.isReplacedBy)
    return replaced[0].text if replaced else iri if about else ""


def _find_alike(reader: Reader, name: str, kinds: Collection[str]) -> Found:
    from difflib import SequenceMatcher

    wanted = name_key(name)
    scored = sorted(
        (
            (SequenceMatcher(None, wanted, name_key(entry.name)).ratio(), entry)
            for entry in find_like(reader.view.path, name)
        ),
        key=lambda pair: (-pair[0], pair[1].iri),
    )
    allowed = [(score, entry) for score, entry in scored if not kinds or entry.kind in kinds]
    alike = {entry.iri: entry for score, entry in reversed(allowed) if score >= _ALIKE}
    if len(alike) == 1:
        return _taken(reader, name, alike)
    if alike:
        raise Ambiguous(_several(reader, name, alike))
    nearest = list(dict.fromkeys(entry.name for score, entry in allowed if score >= _NEAR))
    hint = "; nearest: " + ", ".join(nearest[:_SHOWN]) if nearest else ""
    raise NotFound(f"no {_either(kinds)} named {name!r}{hint}")


def _pick(entries: Iterable[Named], kinds: Collection[str]) -> dict[str, Named]:
    return {entry.iri: entry for entry in entries if not kinds or entry.kind in kinds}


def _only(reader: Reader, name: str, entries: dict[str, Named]) -> Found:
    if len(entries) > 1:
        raise Ambiguous(_several(reader, name, entries))
    return _found(reader, next(iter(entries)))


def _taken(reader: Reader, name: str, entries: dict[str, Named]) -> Found:
    iri, entry = next(iter(entries.items()))
    return _found(reader, iri, note=f"no exact match for {name!r}; taking {entry.name!r}")


def _found(reader: Reader, iri: str, note: str = "") -> Found:
    facts = reader.facts(iri)
    return Found(iri, facts.label, facts.kind, note)


def _several(reader: Reader, name: str, entries: dict[str, Named]) -> str:
    lines = [f"  {reader.facts(iri).label} ({entry.kind})  {iri}" for iri, entry in sorted(entries.items())]
    more = [f"  ... and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    return "\n".join([f"{name!r} may be any of {len(lines)}; ask for one of them:", *lines[:_SHOWN], *more])
