"""Run `kg` as a person does: in this process where that is enough, in one of its own where it matters."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from kg.cli import main

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(__file__).resolve().parent / "data"
TINY = DATA / "accra-2008"
"""A workbook that uses every table; its document lies beside it and was written for these tests."""

IPRCC = "https://w3id.org/partnership-kg/id/iprcc-2009/"
ACCRA = "https://w3id.org/partnership-kg/id/accra-2008/"


@dataclass(frozen=True)
class Ran:
    """What a command left: its exit code, stdout and stderr."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What was printed, as JSON."""
        assert self.code == 0, self.err
        return json.loads(self.out)

    @property
    def rows(self) -> list[dict[str, str]]:
        """What was printed, as CSV with a header."""
        assert self.code == 0, self.err
        return list(csv.DictReader(io.StringIO(self.out)))


RunKg = Callable[..., Ran]


def run_here(*arguments: object, env: Mapping[str, str], stdin: str = "") -> Ran:
    """Run a command in this process, under an environment of its own."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    given = io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")
    heard = signal.getsignal(signal.SIGINT)
    with (
        mock.patch.dict(os.environ, env, clear=True),
        mock.patch.multiple(sys, stdin=given, stdout=out, stderr=err),
    ):
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as stop:
            code = stop.code
        finally:
            signal.signal(signal.SIGINT, heard)
    texts = []
    for stream in (out, err):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode())  # type: ignore[attr-defined]
    return Ran(int(code or 0), *texts)


def run_apart(
    *arguments: object, env: Mapping[str, str], stdin: str | bytes = b"", cwd: Path | None = None, code: str = ""
) -> Ran:
    """Run a command in a process of its own; with `code`, that Python instead of `kg`, arguments in `sys.argv`."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    start = ["-c", code] if code else ["-m", "kg"]
    done = subprocess.run(
        [sys.executable, *start, *map(str, arguments)],
        input=given, capture_output=True, env={**env, "PYTHONPATH": str(ROOT)}, cwd=cwd, timeout=300, check=False,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def assert_refused(ran: Ran, *words: str, code: int = 2, lines: int = 1) -> None:
    """Assert that a command said no: in so many lines of stderr that hold these words, with nothing on stdout."""
    assert (ran.code, ran.out) == (code, ""), ran
    assert "Traceback" not in ran.err
    assert len(ran.err.splitlines()) == lines, ran.err
    for word in words:
        assert word in ran.err


def snapshot(folder: Path) -> dict[str, bytes]:
    """The bytes of every file of a folder, its lock aside."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name not in ("lock", "LOCK")
    }


def copy_store(store: Path, to: Path) -> Path:
    """A store of one's own to change."""
    shutil.copytree(store, to, ignore=shutil.ignore_patterns("lock"))
    return to


def read_table(book: Path, table: str) -> list[dict[str, str]]:
    """The rows of a workbook's table."""
    with (book / f"{table}.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def write_table(book: Path, table: str, rows: list[dict[str, str]]) -> None:
    """Write the rows of a workbook's table."""
    with (book / f"{table}.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def set_cell(book: Path, table: str, row: int, column: str, value: str) -> None:
    """Change one cell of a workbook; rows count from 0."""
    rows = read_table(book, table)
    rows[row][column] = value
    write_table(book, table, rows)
