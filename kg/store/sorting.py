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
"""Files of sorted lines that are merged into one; a system lets a process open only some hundreds at once."""

Run = Path | list[str]


def sort_lines(lines: Iterable[str], folder: Path) -> Iterator[str]:
    """Lines that end in a newline, in the order of their characters, each once; `folder` is for the runs meanwhile."""
    with TemporaryDirectory(prefix=".runs-", dir=folder) as runs:
        yield from merge_runs(write_runs(lines, Path(runs)))


def write_runs(lines: Iterable[str], folder: Path) -> list[Run]:
    """Sorted runs of lines, each line once in its run: in files, but for a single run, which stays in memory.

    Each `RUNS` files are merged into one, which is not touched again: no line is written more than twice.
    """
    left, merged, files = iter(lines), list[Path](), list[Path]()
    run = sorted(set(islice(left, RUN)))
    while (following := next(left, None)) is not None:
        files.append(_write_run(run, folder / f"{len(merged)}-{len(files)}"))
        if len(files) == RUNS:
            merged.append(_write_run(merge_runs(files), folder / f"{len(merged)}"))
            while files:
                files.pop().unlink()
        run.clear()
        run = sorted({following, *islice(left, RUN - 1)})
    if not merged and not files:
        return [run]
    return [*merged, *files, _write_run(run, folder / "last")]


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
