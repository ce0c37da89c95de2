"""Where a thing is written down, so that whoever reads of a problem can go there and mend it."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

from kg.errors import KgError
from kg.model.iris import row_id, thing_iri
from kg.sources.workbook import read_workbook
from kg.store.rdf import read_codes
from kg.store.view import View


class Places:
    """Where things are written: `file: record` of data that others publish, else `file:line`.

    The line is that of the row of the workbook where it is at hand, else that of the N-Quads.
    """

    def __init__(self, view: View, *, ontology: Path) -> None:
        self._view = view
        self._ontology = ontology
        self._rows: dict[str, dict[str, str]] = {}

    def find(self, iri: str) -> str:
        """The place of a thing, or an empty string where no source has it as a subject."""
        for one in (iri, iri.rpartition(".")[0]):
            if one.startswith("http") and (record := next(self._view.rows(_RECORD, {"thing": f"<{one}>"}), None)):
                return ": ".join(record)
        for source, file in self._files.items():
            places = self._places(source, file)
            found = places.get(iri) or places.get(iri.rpartition(".")[0])
            if found:
                return self._in_own_words(source, iri) or found
        return ""

    def _in_own_words(self, source: str, iri: str) -> str:
        """The line of the user's own RDF file, of whatever syntax, that first writes the end of an IRI."""
        origin = self._origin(source)
        if origin is None or not origin.is_file() or origin.suffix in (".nq", ".xlsx", ".gz"):
            return ""
        written = re.compile(rf"[:/#]{re.escape(re.split(r'[/#]', iri)[-1])}\b")
        lines = origin.read_text(encoding="utf-8", errors="replace").splitlines()
        number = next((at for at, line in enumerate(lines, start=1) if written.search(line)), 1)
        return f"{_relative(str(origin))}:{number}"

    @cached_property
    def _files(self) -> dict[str, Path]:
        return {file.stem: file for file in sorted((self._view.path / "sources").glob("*.nq"))}

    def _places(self, source: str, file: Path) -> dict[str, str]:
        if source not in self._rows:
            self._rows[source] = self._workbook_places(source) or _line_places(file, self._origin(source) or file)
        return self._rows[source]

    def _origin(self, source: str) -> Path | None:
        origins = self._view.description.get("origins")
        origin = origins.get(source) if isinstance(origins, dict) else None
        return Path(origin) if origin else None

    def _workbook_places(self, source: str) -> dict[str, str]:
        """The rows of the workbook that the source was made of; beside shipped triples lie their workbooks."""
        origin = self._origin(source)
        if origin is None:
            return {}
        path = origin.parent.parent / "workbooks" / source if origin.suffix == ".nq" else origin
        if not path.exists():
            return {}
        try:
            book = read_workbook(path, read_codes(self._ontology))
        except KgError:
            return {}
        return {thing_iri(source, row_id(row)): _relative(place) for place, row in book.rows}


_RECORD = (
    "SELECT ?file ?record { { $thing :evidence ?place } UNION { ?mention :mentions $thing ; :evidence ?place }"
    " ?place :file ?file ; :record ?record } ORDER BY ?file ?record LIMIT 1"
)


def _line_places(file: Path, shown: Path) -> dict[str, str]:
    places: dict[str, str] = {}
    with file.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream, start=1):
            places.setdefault(line[1 : line.find(">")], f"{_relative(str(shown))}:{number}")
    return places


def _relative(place: str) -> str:
    here = f"{Path.cwd()}/"
    return place.removeprefix(here)
