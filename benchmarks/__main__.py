"""`python -m benchmarks`: how long things take, and how many times as long as the start of a bare command line.

The unit is `python -c "import click"`: no command line in Python that uses click can start faster. Cold means a
process of its own for each measurement; the files of the project are in the disk's cache.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.processes import Command, kg, python, time_in_turns, time_once
from benchmarks.stages import time_stages
from kg.version import __version__
from kg.views.tables import render_table

ROOT = Path(__file__).resolve().parents[1]
UNIT = "import click"
LOOKUP_TARGET, BUILD_TARGET = 3.0, 3.0
"""Times the unit, and seconds."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15, help="how often a lookup is measured (default: 15)")
    rounds = max(1, parser.parse_args().rounds)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # A cache of its own, so that the store is the one that these very files make.
        os.environ["XDG_CACHE_HOME"] = os.environ["LOCALAPPDATA"] = str(folder / "cache")
        os.environ.pop("KG_STORE", None)
        subprocess.run(kg("stats"), cwd=folder, check=True, capture_output=True)
        print(f"Partnership KG {__version__}, Python {platform.python_version()}, {os.cpu_count()} cores")
        for heading, text in _report(folder, rounds):
            print(f"\n{heading}\n\n{text}", flush=True)


def _report(folder: Path, rounds: int) -> Iterator[tuple[str, str]]:
    lookups = {
        UNIT: python("import click"),
        "kg partners UNICEF": kg("partners", "UNICEF"),
        "kg show FCPMC": kg("show", "FCPMC"),
    }
    heading = f"Cold lookups, median of {rounds} (target: at most {LOOKUP_TARGET:g} times the unit)"
    yield heading, _ratios(lookups, rounds, folder, target=LOOKUP_TARGET)
    imports = {UNIT: python("import click")}
    imports |= {
        f"import {name}": python(f"import {name}") for name in ("kg", "kg.cli", "pyoxigraph", "rdflib", "pandas")
    }
    yield f"Imports, median of {rounds}", _ratios(imports, rounds, folder)
    few = max(1, rounds // 3)
    yield f"Whole commands, median of {few}", _ratios(_commands(folder), few, folder)
    yield f"Builds of all shipped data into a new store (target: below {BUILD_TARGET:g} s)", _builds(folder, few)
    stages = time_stages(folder / "stages")
    whole = sum(stages.values())
    rows = [[stage, f"{seconds:.3f}", f"{seconds / whole:.0%}"] for stage, seconds in stages.items()]
    yield (
        "Where a build spends its time",
        render_table(["stage", "seconds", "share"], [*rows, ["all", f"{whole:.3f}", ""]]),
    )


def _commands(folder: Path) -> dict[str, Command]:
    triples = folder / "triples"
    return {
        UNIT: python("import click"),
        "kg stats": kg("stats"),
        "kg query (all labels)": kg("query", "SELECT ?thing ?name { ?thing skos:prefLabel ?name }"),
        'kg path "Ford Foundation" UNICEF': kg("path", "Ford Foundation", "UNICEF"),
        "kg centrality": kg("centrality"),
        "kg map": kg("map", "--out", folder / "map.html"),
        "kg export --format gexf": kg("export", "--format", "gexf", "--out", folder / "network.gexf"),
        "kg check (SHACL included)": kg("check"),
        **{
            f"kg load workbook {book.name} --out": kg("load", "workbook", book, "--out", triples)
            for book in sorted((ROOT / "data" / "workbooks").glob("*/"))
        },
    }


def _ratios(commands: Mapping[str, Command], rounds: int, folder: Path, *, target: float | None = None) -> str:
    taken = time_in_turns(commands, rounds=rounds, folder=folder)
    rows = [[name, f"{1000 * seconds:.0f}", _ratio(seconds / taken[UNIT], target)] for name, seconds in taken.items()]
    return render_table(["what", "ms", f"times {UNIT}"], rows)


def _ratio(ratio: float, target: float | None) -> str:
    return f"{ratio:.2f}" + ("  missed" if target is not None and ratio > target else "")


def _builds(folder: Path, rounds: int) -> str:
    """Each round builds into a folder that is not there."""
    seconds = []
    for _ in range(rounds):
        seconds.append(time_once(kg("build", "--store", folder / "new"), folder))
        shutil.rmtree(folder / "new")
    median = statistics.median(seconds)
    row = ["kg build", f"{median:.2f}" + ("  missed" if median >= BUILD_TARGET else ""), f"{min(seconds):.2f}"]
    return render_table(["what", "median s", "best s"], [row])


if __name__ == "__main__":
    main()
