"""Canonical N-Quads files: sorted lines, one graph, the same bytes for the same statements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from heapq import merge
from itertools import groupby, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from kg.errors import InputError
from kg.files import write_whole
from kg.model.terms import Statement, integer, iri
from kg.namespaces import KG, VOID

RUN = 200_000
"""Lines that are sorted in memory at once: some 80 MB."""
RUNS = 64
"""Files of sorted lines that are open at once."""
_EVIDENCE = f" <{KG.evidence}> ".encode()
_COUNT = f" <{VOID.triples}> ".encode()
_SAID = re.compile(rb"<[^>]*> <%s> \"(\d+)\"" % re.escape(VOID.triples.encode()))


def write_source(statements: Iterable[Statement], source: str, path: Path) -> int:
    """Write the statements of a source as sorted N-Quads of its graph and return how many there are.

    The source's IRI names the graph. The number of statements, itself included, is stated of the
    source, so that a file that lost lines is known. However many there are, `RUN` lines at once are in memory: sorted
    runs go to files beside the place of the result and are merged. Raises KgError where it cannot be written.
    """
    name = iri(source)
    with TemporaryDirectory(prefix=".runs-", dir=path.parent) as folder:
        runs = list(_write_runs((f"{' '.join(statement)} {name} .\n" for statement in statements), Path(folder)))
        count = 1 + sum(1 for _ in _merge(runs))
        total = f"{name} {iri(VOID.triples)} {integer(count)} {name} .\n"
        write_whole({path: _in_pieces(merge(_merge(runs), [total]))})
    return count


def _write_runs(lines: Iterable[str], folder: Path) -> Iterator[Path | list[str]]:
    """Sorted runs of lines, each once in its run: the last stays in memory, those before it go to files.

    When there are `RUNS` files they are merged into one, since a system lets a process open only some hundreds.
    """
    left, files = iter(lines), list[Path]()
    run = sorted(set(islice(left, RUN)))
    while (following := next(left, None)) is not None:
        files.append(_write_run(run, folder / f"{len(files)}"))
        if len(files) == RUNS:
            whole = _write_run(_merge(files), folder / "whole")
            files = [whole.replace(folder / "0")]
        run.clear()
        run = sorted({following, *islice(left, RUN - 1)})
    yield from files
    yield run


def _write_run(lines: Iterable[str], file: Path) -> Path:
    with file.open("w", encoding="utf-8", newline="") as stream:
        stream.writelines(lines)
    return file


def _merge(runs: Iterable[Path | list[str]]) -> Iterator[str]:
    """The lines of all runs in order, each once."""
    with ExitStack() as open_files:
        sorted_runs = [
            run if isinstance(run, list) else open_files.enter_context(run.open(encoding="utf-8", newline="\n"))
            for run in runs
        ]
        yield from (line for line, _ in groupby(merge(*sorted_runs)))


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


def check_complete(file: Path) -> None:
    """Refuse a source file that lost lines: a coded source says itself how many statements it has.

    Raises InputError.
    """
    met, said, coded = 0, -1, False
    with file.open("rb") as stream:
        for line in stream:
            met += 1
            coded = coded or _EVIDENCE in line
            if _COUNT in line and (found := _SAID.match(line)):
                said = int(found[1])
    if said < 0 and coded:
        raise InputError(
            f"{file}: expected the description of the source among its statements, got none: it is cut off"
        )
    if said >= 0 and said != met:
        raise InputError(f"{file}: expected {said} statements, got {met}: the file is cut off")
