"""The reader's own copies of the documents: opened only when their digest is the one that was coded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from kg.errors import InputError
from kg.facts import Reader, first
from kg.model.evidence import Passage
from kg.namespaces import KG
from kg.store.view import View


def open_document(folder: Path, file: str, sha256: str) -> str:
    """The text of a document, in Unicode code points.

    Raises InputError where it is missing, is another edition, or is no UTF-8 text.
    """
    path = folder / file
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: expected the document that was coded, got none ({error.strerror})") from None
    digest = hashlib.sha256(content).hexdigest()
    if digest != sha256:
        raise InputError(
            f"{path}: expected the document with SHA-256 {sha256[:12]}…, got {digest[:12]}…: another edition of it"
        )
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: expected UTF-8 text, got byte {content[error.start]:#x} at {error.start}") from None


class Documents:
    """The documents of a view's sources, each opened once."""

    def __init__(self, view: View, folder: Path) -> None:
        self._reader = Reader(view)
        self._folder = folder
        self._texts: dict[str, str] = {}

    def open_all(self, sources: Iterable[str]) -> dict[str, str]:
        """Open the documents of some sources, and say of each that cannot be used why.

        Raises InputError where none can be used.
        """
        listed, problems = list(sources), dict[str, str]()
        for source in listed:
            try:
                self.text(source)
            except InputError as error:
                problems[source] = str(error)
        if listed and len(problems) == len(listed):
            others = [first(self._reader.statements(source), KG.fileName) for source in listed[1:]]
            raise InputError(problems[listed[0]] + (f"; nor can {', '.join(others)} be used" if others else ""))
        return problems

    def text(self, source: str) -> str:
        """The text of a source (an IRI); raises InputError where there is no such document."""
        if source not in self._texts:
            about = self._reader.statements(source)
            file, sha256 = first(about, KG.fileName), first(about, KG.sha256)
            if not file:
                raise InputError(f"{source}: expected a source that names its document, got none")
            self._texts[source] = open_document(self._folder, file, sha256)
        return self._texts[source]

    def words(self, source: str, passage: Passage) -> str:
        """The very words at a position; raises InputError where the document is shorter."""
        text = self.text(source)
        if passage.end > len(text):
            raise InputError(f"{source}: expected positions up to {len(text)}, got {passage.start}-{passage.end}")
        return text[passage.start : passage.end]
