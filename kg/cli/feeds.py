"""Loading data that others publish: which files are meant, and what is told of them."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kg.cli.options import counted, say
from kg.cli.progress import watching
from kg.errors import InputError, UsageError
from kg.packed import ENDINGS, open_packed
from kg.shipped import ontology_dir

if TYPE_CHECKING:
    from kg.feeds import Terms
    from kg.model.report import Report
    from kg.pipeline import Published

TOLD = ("activities", "participations", "transactions", "flows", "rows", "organisations", "converted", "statements")
"""What the summary counts of what was read, where there is any."""
_PIPE = Path("-")
_HEAD = 1 << 16
_TERM = rb"[ \t]*(?:<[^>\s]*>|_:[^\s.]+)"
_TEXT = rb'[ \t]*"(?:[^"\\\n]|\\.)*"(?:@[\w-]+|\^\^<[^>\s]*>)?'
_QUAD = rb"(?:%s%s(?:%s|%s)(?:%s)?[ \t]*\.)?[ \t\r]*(?:#[^\n]*)?" % (_TERM, _TERM, _TERM, _TEXT, _TERM)
_SIGNS = (
    (rb"PK\x03\x04", ".xlsx"),
    (rb'\s*(?:\[\s*)?\{\s*["}]', ".jsonld"),
    (rb"\s*<(?:[?!]|rdf:)", ".rdf"),
    (rb"(?:%s\n)*(?:%s)?\Z" % (_QUAD, _QUAD), ".nq"),
    (rb"", ".trig"),
)
"""How what comes through a pipe begins, and the ending that a file of this form has."""


def load_files(
    kind: str, files: Sequence[Path], store: Path, *, terms: Terms, strict: bool, findings: Path | None
) -> Published:
    """Load files of a format, print a table of findings and a summary beside the data, and write all findings."""
    from kg.feeds import FEEDS, load_feed
    from kg.files import write_whole
    from kg.model.report import Report

    if findings is not None and (findings.is_dir() or not findings.absolute().parent.is_dir()):
        raise UsageError(f"--findings: expected a file in a folder that is there, got {findings}")
    with tempfile.TemporaryDirectory() as folder:
        report = Report(strict=strict, spool=Path(folder, "findings") if findings else None)
        try:
            with _listed(files, FEEDS[kind].endings, terms.source) as listed, watching() as watch:
                return load_feed(kind, listed, store, ontology=ontology_dir(), report=report, terms=terms, watch=watch)
        finally:
            if findings is not None and (report.counts or report.tally):
                write_whole({findings: report.as_json()})
            _tell(report, findings)


@contextmanager
def _listed(files: Sequence[Path], endings: tuple[str, ...], source: str | None) -> Iterator[list[Path]]:
    """The files that are meant; what is said of a pipe's copy is said of the pipe."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            yield list(_expand(files, endings, Path(folder), source))
        except InputError as error:
            raise InputError(
                re.sub(rf"{re.escape(str(Path(folder, source or '')))}(\.\w+)?", str(_PIPE), str(error))
            ) from None


def _expand(files: Sequence[Path], endings: tuple[str, ...], folder: Path, source: str | None) -> Iterator[Path]:
    """The files that are meant by paths, folders, patterns and `-`, which goes to a file in a folder first."""
    for path in files:
        if path == _PIPE:
            yield _from_pipe(folder / f"{source}", endings, source)
        elif path.is_dir():
            found = sorted(path.rglob("*"))
            inside = [file for file in found if file.name.lower().endswith(endings) and not file.is_dir()]
            for linked in (one for one in found if one.is_symlink() and one.is_dir()):
                say(f"{linked}: a link to a folder, which is not followed; name it beside {path} to load it")
            if not inside:
                plain = ", ".join(ending for ending in endings if not ending.endswith(ENDINGS))
                raise InputError(f"{path}: expected a folder with files ending in {plain}, got none")
            yield from inside
        elif not path.exists() and (matching := sorted(_matching(path))):
            yield from _expand(matching, endings, folder, source)
        else:
            yield path


def _matching(pattern: Path) -> Iterator[Path]:
    """The files of a pattern that no shell has replaced, as on Windows."""
    if any(sign in str(pattern) for sign in "*?["):
        yield from Path(pattern.anchor).glob(str(pattern.relative_to(pattern.anchor)))


def _from_pipe(file: Path, endings: tuple[str, ...], source: str | None) -> Path:
    """A file of what comes through the pipe, whose name ends as its beginning says."""
    if source is None:
        raise UsageError("-: expected --source ID with data from a pipe, got none")
    with file.open("wb") as copy:
        shutil.copyfileobj(sys.stdin.buffer, copy)
    with open_packed(file) as stream:
        head = stream.read(_HEAD).removeprefix(b"\xef\xbb\xbf")
    head = head[: head.rfind(b"\n") + 1] if len(head) > _HEAD // 2 else head
    fitting = (ending for sign, ending in _SIGNS if ending in endings and re.match(sign, head))
    return file.rename(file.with_name(f"{source}{next(fitting, endings[0])}"))


def _tell(report: Report, findings: Path | None) -> None:
    from kg.views.tables import render_table

    rows = [
        (rule, severity, f"{count:,}", f"{first.place}: {first.message}")
        for rule, severity, count, first in report.rows()
    ]
    if rows:
        say(render_table(["rule", "severity", "count", "first"], rows, width=None))
    if unread := report.unread.total():
        sorts, where = len(report.unread), findings or "--findings FILE"
        say(f"{unread:,} elements, attributes or cells of {counted(sorts, 'sort')} were not read (see {where})")
    tally = report.tally
    if not tally["files"]:
        return
    words = ", ".join(f"{tally[what]:,} {what}" for what in TOLD if tally[what])
    refused = report.counts["error", "unreadable-file"]
    files = f"{tally['files']} of {tally['files'] + refused} files" if refused else counted(tally["files"], "file")
    say(f"{files}: {words}")
