"""The index of names beside a published graph: exact, by words, and by likeness.

An SQLite file with a trigram index, because it opens in a millisecond and finds a misspelt name
among millions.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from kg.clean.names import clean_name, name_key
from kg.errors import StoreError

FILE = "names.sqlite"


class Named(NamedTuple):
    """A thing under one of its names; `is_id` marks one that is found only when it is typed exactly."""

    iri: str
    name: str
    kind: str
    is_id: bool = False


def write_names(entries: Iterable[Named], folder: Path) -> None:
    """Write the index of a version; each entry is one name of one thing.

    The searched words hold the name without spaces as well, so that pinyin is found however it is spaced.
    """
    try:
        _write(entries, folder / FILE)
    except sqlite3.Error as error:
        raise StoreError(f"{folder / FILE}: the names cannot be written ({error})") from None


def _write(entries: Iterable[Named], file: Path) -> None:
    with closing(sqlite3.connect(file)) as base, base:
        base.execute("CREATE TABLE name (key TEXT, words TEXT, iri TEXT, name TEXT, kind TEXT)")
        rows = ((name_key(e.name), _words(e), e.iri, e.name, e.kind) for e in entries)
        base.executemany("INSERT INTO name VALUES (?, ?, ?, ?, ?)", rows)
        base.execute("CREATE INDEX by_key ON name (key)")
        base.execute("CREATE VIRTUAL TABLE likeness USING fts5(words, content='name', tokenize='trigram')")
        base.execute("INSERT INTO likeness (likeness) VALUES ('rebuild')")


def _words(entry: Named) -> str:
    return "" if entry.is_id else f"{clean_name(entry.name)} {name_key(entry.name)}"


def find_exact(folder: Path, name: str) -> list[Named]:
    """The things of exactly this name, case, accents, spaces and punctuation aside."""
    return _ask(folder, "SELECT iri, name, kind FROM name WHERE key = ? ORDER BY iri", name_key(name))


def find_containing(folder: Path, name: str, limit: int = 1000) -> list[Named]:
    """The things whose name holds all words of this one."""
    words = [word for word in clean_name(name).split() if len(word) > 2]
    if not words:
        return []
    match = " AND ".join(f'"{word}"' for word in words)
    return _ask(folder, f"{_LIKE} LIMIT {limit}", match)


def find_like(folder: Path, name: str, limit: int = 50) -> list[Named]:
    """The things whose names share most three-letter stretches with this one, best first."""
    words = clean_name(name)
    trigrams = {words[at : at + 3] for at in range(len(words) - 2)}
    if not trigrams:
        return []
    match = " OR ".join(f'"{trigram}"' for trigram in sorted(trigrams))
    return _ask(folder, f"{_LIKE} ORDER BY likeness.rank LIMIT {limit}", match)


_LIKE = "SELECT iri, name, kind FROM likeness JOIN name ON name.rowid = likeness.rowid WHERE likeness MATCH ?"


def _ask(folder: Path, query: str, value: str) -> list[Named]:
    place = folder / FILE
    try:
        with closing(sqlite3.connect(f"{place.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as base:
            return [Named(*row) for row in base.execute(query, (value,))]
    except sqlite3.Error as error:
        raise StoreError(f"{place}: the names cannot be read ({error}); build the store anew") from None
