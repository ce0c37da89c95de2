"""Canonical N-Quads files: sorted lines, one graph, the same bytes for the same statements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from tempfile import SpooledTemporaryFile, TemporaryDirectory

from kg.errors import InputError
from kg.files import write_whole
from kg.model.terms import Statement, integer, iri
from kg.namespaces import KG, SOURCE, VOID
from kg.store.sorting import merge_runs, write_runs

_TAIL = 1 << 24
"""Characters of lines behind the place of the total that memory holds: but for foreign RDF they are few."""
_EVIDENCE = f" <{KG.evidence}> ".encode()
_COUNT = f" <{VOID.triples}> ".encode()
_SAID = re.compile(rb"<[^>]*> <%s> \"(\d+)\"" % re.escape(VOID.triples.encode()))


def write_source(statements: Iterable[Statement], source: str, path: Path) -> int:
    """Write the statements of a source as sorted N-Quads of its graph and return how many there are.

    The source's IRI names the graph. The number of statements, itself included, is stated of the
    source, so that a file that lost lines is known. Raises KgError where it cannot be written.
    """
    name, count = iri(source), 1
    with TemporaryDirectory(prefix=".runs-", dir=path.parent) as folder:

        def with_total() -> Iterator[str]:
            """The lines, and among them, in its place, the line that says how many there are."""
            nonlocal count
            runs = write_runs((f"{' '.join(statement)} {name} .\n" for statement in statements), Path(folder))
            place = f"{name} {iri(VOID.triples)} "
            with SpooledTemporaryFile(_TAIL, "w+", encoding="utf-8", newline="\n", dir=folder) as tail:
                for line in merge_runs(runs):
                    count += 1
                    if line < place:
                        yield line
                    else:
                        tail.write(line)
                yield f"{place}{integer(count)} {name} .\n"
                tail.seek(0)
                yield from tail

        write_whole({path: _in_pieces(with_total())})
    return count


def _in_pieces(lines: Iterator[str]) -> Iterator[str]:
    """Lines joined by the thousand: fewer writes."""
    while piece := "".join(islice(lines, 1000)):
        yield piece


def count_statements(statements: Iterable[Statement], source: str) -> frozenset[Statement]:
    """Statements, each once, with one more of their source that says how many there are, itself included."""
    unique = set(statements)
    return frozenset({*unique, (iri(source), iri(VOID.triples), integer(len(unique) + 1))})


def graph_of(file: Path) -> str:
    """The IRI of the graph that a source file holds; an empty string of an empty file."""
    with file.open("rb") as stream:
        return stream.readline().decode().rstrip(" .\n").rpartition(" ")[2].strip("<>")


def read_known(file: Path, most: int) -> set[str]:
    """What a source file tells of: the first records that it was made of, or its things where it has none.

    At most so many; none where there is no such file.
    """
    own, records, things = f"<{SOURCE}{file.stem}", set[str](), set[str]()
    if file.exists():
        with file.open(encoding="utf-8", newline="\n") as stream:
            for subject in (line.partition(" ")[0] for line in stream):
                if record := name_of_record(subject):
                    records.add(record)
                elif len(things) < most and not subject.startswith(own):
                    things.add(subject)
                if len(records) == most:
                    break
    return records or things


def name_of_record(subject: str) -> str:
    """What names a record in its file, as it ends the term of the record; empty for the term of anything else."""
    return subject.rpartition(";")[2] if subject.startswith(f"<{SOURCE}") and "#record=" in subject else ""


def check_complete(file: Path) -> None:
    """Refuse a source file that lost lines: a coded source says itself how many statements it has.

    Raises InputError.
    """
    met, said, coded, own = 0, -1, False, f"<{graph_of(file)}> ".encode()
    with file.open("rb") as stream:
        for line in stream:
            met += 1
            coded = coded or _EVIDENCE in line
            if _COUNT in line and line.startswith(own) and (found := _SAID.match(line)):
                said = int(found[1])
    if said < 0 and coded:
        raise InputError(
            f"{file}: expected the description of the source among its statements, got none: it is cut off"
        )
    if said >= 0 and said != met:
        raise InputError(f"{file}: expected {said} statements, got {met}: the file lost or gained lines")
