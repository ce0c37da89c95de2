"""`python -m benchmarks.scale --reference DIR`: loads of published data at real size, side by side in one run.

DIR holds real IATI files. Three tables: how a load of all of them compares with what the engine takes for the same
statements when they are already there as N-Quads; what a graph of ten million triples costs, to make and to ask; and,
with `--large BYTES`, the memory that one large file takes.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.generate import read_activities, write_copies, write_large
from benchmarks.memory import Taken, run_watched
from benchmarks.processes import Command, kg
from kg.version import __version__
from kg.views.tables import render_table

ENGINE_ALONE = """
import sys
from pathlib import Path
import pyoxigraph as ox
folder, *files = map(Path, sys.argv[1:])
engine = ox.Store(str(folder))
for file in files:
    engine.bulk_load(path=str(file), format=ox.RdfFormat.N_QUADS)
engine.flush()
engine.optimize()
"""
"""The engine's own bulk load, flush and compaction: one copy of each statement, and nothing to look it up by name."""
ACTOR = "XM-DAC-41121"
"""Whose partners are asked for: UNHCR, by its identifier."""
QUESTIONS = (
    "totals",
    "money-by-year",
    "money-by-receiver",
    "organizations-by-kind kind=multilateral",
    f"partners-of actor={ACTOR}",
    f"roles-of actor={ACTOR}",
    f"names-of thing={ACTOR}",
    "works-for place=Kenya",
    "running-on day=2019-06-15",
    "sources",
)
PATIENCE = 300
"""Seconds after which a question is given up."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__.partition("\n")[0])
    parser.add_argument("--reference", type=Path, required=True, help="a folder with real IATI files")
    parser.add_argument("--triples", type=int, default=10_000_000, help="size of the large graph (default: 10 million)")
    parser.add_argument("--large", type=int, default=0, help="bytes of one generated file whose memory is measured")
    parser.add_argument("--rounds", type=int, default=3, help="how often a lookup is measured (default: 3)")
    given = parser.parse_args()
    files = sorted(file for file in given.reference.rglob("*.xml") if b"<iati-activities" in file.read_bytes()[:4096])
    if not files:
        raise SystemExit(f"{given.reference}: expected a folder with IATI files, got none")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"Partnership KG {__version__}, Python {platform.python_version()}, {os.cpu_count()} cores")
        _print("All real IATI files", ["what", "s", "triples/s", "ratio", "MB of memory"], _loads(files, folder))
        _print("A large graph", ["what", "taken"], _large_graph(files, folder, given.triples, given.rounds))
        if given.large:
            _print("One large file", ["what", "taken"], _large_file(files, folder, given.large))


def _print(heading: str, header: list[str], rows: Iterator[list[str]]) -> None:
    print(f"\n{heading}\n\n{render_table(header, list(rows))}", flush=True)


def _loads(files: list[Path], folder: Path) -> Iterator[list[str]]:
    """A load against the same statements as ready N-Quads, published in the same way, and against the engine alone."""
    store, ready = folder / "loaded", folder / "ready"
    load = run_watched(kg("load", "iati", *_distinct(files, folder / "files"), "--store", store), folder)
    ready.mkdir()
    for source in (_current(store) / "sources").glob("*.nq"):
        shutil.copyfile(source, ready / source.name)
    count = _count(ready)
    build = run_watched(kg("build", "--from", ready, "--store", folder / "built"), folder)
    alone = run_watched(
        (sys.executable, "-c", ENGINE_ALONE, str(folder / "alone"), *map(str, sorted(ready.glob("*.nq")))), folder
    )
    ratio = (count / load.seconds) / (count / build.seconds)
    yield _row("kg load iati", load, count, f"{ratio:.2f}" + ("  missed" if ratio < 0.5 else ""))
    yield _row("the same N-Quads, stored and published by kg build", build, count, "1.00")
    yield _row(
        "the same N-Quads, bulk load and flush of the engine alone",
        alone,
        count,
        f"{build.seconds / alone.seconds:.2f}",
    )
    for made in (store, folder / "built", folder / "alone", ready):
        shutil.rmtree(made)


def _row(what: str, taken: Taken, count: int, ratio: str) -> list[str]:
    return [what, f"{taken.seconds:.1f}", f"{count / taken.seconds:,.0f}", ratio, _megabytes(taken)]


def _large_graph(files: list[Path], folder: Path, triples: int, rounds: int) -> Iterator[list[str]]:
    activities, file, store = read_activities(files), folder / "copies.xml", folder / "large"
    write_copies(activities, file, 1)
    subprocess.run(kg("load", "iati", file, "--store", store), check=True, capture_output=True)
    each = _count(_current(store) / "sources")
    shutil.rmtree(store)
    number = write_copies(activities, file, -(-triples // each))
    load = run_watched(kg("load", "iati", file, "--store", store), folder)
    count = _count(_current(store) / "sources")
    yield ["activities, in a file of MB", f"{number:,}, {_size(file) / 1e6:,.0f}"]
    yield ["triples in the sources", f"{count:,}"]
    yield ["kg load iati: s, triples/s", f"{load.seconds:.0f}, {count / load.seconds:,.0f}"]
    yield ["MB of memory, all processes", _megabytes(load)]
    size = _size(_current(store))
    yield ["store, MB; bytes a triple", f"{size / 1e6:,.0f}; {size / count:.0f}"]
    for part in sorted(_current(store).iterdir()):
        yield [f"  {part.name}, MB", f"{_size(part) / 1e6:,.1f}"]
    yield [f"kg partners {ACTOR}, s", _seconds(kg("partners", ACTOR, "--store", store), folder, rounds)]
    for question in QUESTIONS:
        yield [f"kg ask {question}, s", _seconds(kg("ask", *question.split(" ", 1), "--store", store), folder, 1)]
    shutil.rmtree(store)


def _large_file(files: list[Path], folder: Path, size: int) -> Iterator[list[str]]:
    file = folder / "large.xml"
    activities = write_large(read_activities(files), file, size)
    taken = run_watched(kg("load", "iati", file, "--store", folder / "large"), folder)
    count = _count(_current(folder / "large") / "sources")
    yield ["MB of the file", f"{_size(file) / 1e6:,.0f}"]
    yield ["activities", f"{activities:,}"]
    yield ["triples", f"{count:,}"]
    yield ["s, triples/s", f"{taken.seconds:.0f}, {count / taken.seconds:,.0f}"]
    yield ["MB of memory, all processes", _megabytes(taken)]


def _distinct(files: list[Path], folder: Path) -> list[Path]:
    """Links to files, so that each has a name of its own."""
    folder.mkdir()
    return [_link(file, folder / f"{number:03}-{file.name}") for number, file in enumerate(files)]


def _link(file: Path, place: Path) -> Path:
    place.symlink_to(file.resolve())
    return place


def _current(store: Path) -> Path:
    return store / "versions" / (store / "CURRENT").read_text(encoding="ascii").strip()


def _count(folder: Path) -> int:
    """Lines of the N-Quads files of a folder."""
    count = 0
    for file in folder.glob("*.nq"):
        with file.open("rb") as stream:
            count += sum(piece.count(b"\n") for piece in iter(lambda: stream.read(1 << 20), b""))
    return count


def _size(path: Path) -> int:
    return (
        path.stat().st_size
        if path.is_file()
        else sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    )


def _seconds(command: Command, folder: Path, rounds: int) -> str:
    """The best of some cold runs, each a process of its own; the disk's cache is warm."""
    best = float("inf")
    for _ in range(rounds):
        before = time.perf_counter()
        try:
            done = subprocess.run(command, cwd=folder, capture_output=True, timeout=PATIENCE, check=False)
        except subprocess.TimeoutExpired:
            return f"given up after {PATIENCE}"
        if done.returncode != 0:
            return f"exit code {done.returncode}: {done.stderr.decode().strip()[:60]}"
        best = min(best, time.perf_counter() - before)
    return f"{best:.2f}"


def _megabytes(taken: Taken) -> str:
    return "unknown" if taken.megabytes is None else f"{taken.megabytes:.0f}"


if __name__ == "__main__":
    main()
