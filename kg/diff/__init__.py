"""What changed between two builds, releases or codings, statement by statement."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg.diff.compare import Difference


def diff(
    old: Path, new: Path | None, *, ontology: Path, sources: Sequence[str] = (), align: bool = False
) -> Difference:
    """Compare two stores, folders of triples, RDF files or workbooks; of one store, what its last change has changed.

    With `align`, both are workbooks of one document whose coders gave ids of their own. `sources` names the sources
    (by id) to compare; all of them where it names none. Raises InputError for what cannot be read.
    """
    from kg.diff.align import align_workbooks
    from kg.diff.compare import compare
    from kg.diff.sides import Side, read_sides, side_of
    from kg.facts import Reader
    from kg.sources.workbook import read_workbook
    from kg.store.publish import sources_before
    from kg.store.rdf import read_codes, view_statements

    if new is None:
        old, new = sources_before(old), old
    if align:
        books = [read_workbook(path, read_codes(ontology)) for path in (old, new)]
        sides = side_of(books[0]), side_of(align_workbooks(*books))
    else:
        sides = read_sides(old, new, ontology=ontology, sources=sources)

    def read(side: Side) -> Reader:
        return Reader(view_statements((one for found in side.sources.values() for one in found), ontology))

    return compare(*sides, read, sources)
