"""The memory of a command and all processes that it starts, sampled while it runs."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.processes import Command

EVERY = 0.1
"""Seconds between two samples."""


class Taken(NamedTuple):
    """What a command took: seconds of wall time, and MB of memory at the most, of all its processes together."""

    seconds: float
    megabytes: float | None


def run_watched(command: Command, folder: Path) -> Taken:
    """Run a command to its end; its memory is known on Linux only. Ends the run where the command fails."""
    before, peak = time.perf_counter(), 0
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=said, text=True)
        while process.poll() is None:
            peak = max(peak, sum(_resident(pid) for pid in _family(process.pid)))
            time.sleep(EVERY)
        seconds = time.perf_counter() - before
        if process.returncode != 0:
            said.seek(0)
            raise SystemExit(f"{' '.join(command[:6])}: exit code {process.returncode}\n{said.read()[-2000:]}")
    return Taken(seconds, peak / 1024 if sys.platform == "linux" else None)


def _family(pid: int) -> Iterator[int]:
    """A process and all that it started, directly or not."""
    yield pid
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(child) for thread in threads for child in (thread / "children").read_text().split()]
    except OSError:  # it has ended, or this is not Linux
        return
    for child in children:
        yield from _family(child)


def _resident(pid: int) -> int:
    """KB of memory of a process; what it shares with others is divided among them."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
