"""Times of whole processes, taken in turns so that a busy moment of the machine hits all of them alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

Command = Sequence[str]


def python(code: str) -> Command:
    """The command that runs a line of Python in this interpreter."""
    return (sys.executable, "-c", code)


def kg(*arguments: str | Path) -> Command:
    """The command `kg` as a person runs it: the script beside this interpreter, else the module."""
    script = Path(sys.executable).with_name("kg.exe" if os.name == "nt" else "kg")
    start = [str(script)] if script.exists() else [sys.executable, "-m", "kg"]
    return (*start, *map(str, arguments))


def time_in_turns(commands: Mapping[str, Command], *, rounds: int, folder: Path) -> dict[str, float]:
    """The median seconds of each command: `rounds` times A B C A B C ..., after one round that does not count."""
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds + 1):
        for name, command in commands.items():
            taken[name].append(time_once(command, folder))
    return {name: statistics.median(seconds[1:]) for name, seconds in taken.items()}


def time_once(command: Command, folder: Path) -> float:
    """The seconds that a command takes; ends the run where the command fails."""
    before = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)
    taken = time.perf_counter() - before
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return taken
