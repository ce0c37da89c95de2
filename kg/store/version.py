"""What a version of the graph is named after, and where the shipped graph's store lies."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from kg.shipped import ontology_dir, triples_dir

STORE_FORMAT = "7"
"""Raised when a version is laid out anew, so that stores made by an older release are built again."""

_PIECE = 1 << 20
_MAKERS = (".nq", ".tsv", ".ttl", ".rq")
_NOT_MAKERS = ("examples", "questions", "checks", "shapes")
"""Parts of the ontology that do not change what is published."""


def graph_version(sources: Path, ontology: Path) -> str:
    """The name of the version that sources, decisions and ontology make: 16 hexadecimal digits of a SHA-256."""
    digest = hashlib.sha256(f"format {STORE_FORMAT}\n".encode())
    for folder in (sources, ontology):
        for name in sorted(_files(folder, "")):
            digest.update(f"{name} {file_digest(folder / name)}\n".encode())
    return digest.hexdigest()[:16]


def file_digest(*files: Path) -> str:
    """The SHA-256 of a file's bytes, or of those of several files one after the other, in hexadecimal."""
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            while piece := stream.read(_PIECE):
                digest.update(piece)
    return digest.hexdigest()


def shipped_store() -> Path:
    """Where the store of the shipped graph lies, or will: in the user's cache, named after what it is made of."""
    return cache_dir() / "partnership-kg" / graph_version(triples_dir(), ontology_dir())


def cache_dir() -> Path:
    """Where this system's user keeps what programs can make again.

    The same places as the library platformdirs gives, which takes too long to import for a lookup.
    """
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    return Path(chosen) if chosen.startswith("/") else Path.home() / ".cache"


def _files(folder: Path, inside: str) -> Iterator[str]:
    """The files that make a version, relative to a folder, as POSIX paths."""
    with os.scandir(folder / inside) as opened:
        entries = list(opened)
    for entry in entries:
        name = f"{inside}{entry.name}"
        if entry.is_dir() and entry.name not in _NOT_MAKERS:
            yield from _files(folder, f"{name}/")
        elif entry.name.endswith(_MAKERS) and entry.is_file():
            yield name
