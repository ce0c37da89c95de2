"""Sorting more lines than memory holds: sorted runs go to files and are merged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from heapq import merge
from itertools import groupby, islice
from pathlib import Path
from tempfile import TemporaryDirectory

RUN = 100_000
"""Lines that are sorted in memory at once: some 40 MB."""
RUNS = 64
"""Files of sorted lines that are open at once; a system lets a process open only some hundreds."""

Run = Path | list[str]


def sort_lines(lines: Iterable[str], folder: Path) -> Iterator[str]:
    """Lines that end in a newline, in the order of their characters, each once; `folder` is for the runs meanwhile."""
    with TemporaryDirectory(prefix=".runs-", dir=folder) as runs:
        yield from merge_runs(write_runs(lines, Path(runs)))


def write_runs(lines: Iterable[str], folder: Path) -> list[Run]:
    """Sorted runs of lines, each line once in its run: in files, but for a single run, which stays in memory.

    When there are `RUNS` files they are merged into one.
    """
    left, files = iter(lines), list[Run]()
    run = sorted(set(islice(left, RUN)))
    while (following := next(left, None)) is not None:
        files.append(_write_run(run, folder / f"{len(files)}"))
        if len(files) == RUNS:
            files = [_write_run(merge_runs(files), folder / "whole").replace(folder / "0")]
        run.clear()
        run = sorted({following, *islice(left, RUN - 1)})
    return [*files, _write_run(run, folder / f"{len(files)}")] if files else [run]


def merge_runs(runs: Iterable[Run]) -> Iterator[str]:
    """The lines of all runs in order, each once."""
    with ExitStack() as open_files:
        sorted_runs = [
            run if isinstance(run, list) else open_files.enter_context(run.open(encoding="utf-8", newline="\n"))
            for run in runs
        ]
        if len(sorted_runs) == 1:
            yield from sorted_runs[0]
        else:
            yield from (line for line, _ in groupby(merge(*sorted_runs)))


def _write_run(lines: Iterable[str], file: Path) -> Path:
    with file.open("w", encoding="utf-8", newline="") as stream:
        stream.writelines(lines)
    return file
