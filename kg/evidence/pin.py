"""Replacing words by positions while a document is coded.

In a cell of the column `evidence`, `{words}` stands for the only place where the words are,
`{words}#3` for the third, and `{first words ... last words}` for the stretch from the first words to
the nearest last words after them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

from kg.errors import InputError, WorkbookError
from kg.evidence.documents import open_document
from kg.files import write_whole
from kg.sources.workbook import read_source, read_table, too_many

_BRACED = re.compile(r"\{([^{}]+)\}(?:#(\d+))?")
_BETWEEN = " ... "


def pin_workbook(path: Path, documents: Path) -> int:
    """Replace all words in the evidence of a workbook by positions, and return how many cells changed.

    Raises WorkbookError with all words that are not in the document, or are in it more than once;
    then no file is changed.
    """
    source = read_source(path)
    text = open_document(documents, source.file, source.sha256)
    problems: list[str] = []
    changed = (_pin_xlsx if path.is_file() else _pin_folder)(
        path, lambda place, cell: _pin_cell(place, cell, text, problems)
    )
    if problems:
        raise WorkbookError(problems)
    return sum(write() for write in changed)


def find_words(words: str, text: str, nth: int | None = None) -> tuple[int, int]:
    """Where words stand in a text; `nth` counts from 1.

    Raises ValueError where they are not there, or not only once.

    >>> find_words("poor ... county", "a poor and remote county")
    (2, 24)
    """
    start_words, between, end_words = words.partition(_BETWEEN)
    starts = [found.start() for found in re.finditer(re.escape(start_words), text)]
    if not starts:
        raise ValueError("expected words of the document, letter by letter")
    if nth is None and len(starts) > 1:
        raise ValueError(f"expected words that stand once, or #1 to #{len(starts)} after the brace")
    if nth is not None and not 1 <= nth <= len(starts):
        raise ValueError(f"expected #1 to #{len(starts)}")
    start = starts[(nth or 1) - 1]
    if not between:
        return start, start + len(start_words)
    end = text.find(end_words, start + len(start_words))
    if end < 0:
        raise ValueError("expected last words that stand after the first ones")
    return start, end + len(end_words)


def _pin_cell(place: str, cell: str, text: str, problems: list[str]) -> str:
    def replace(found: re.Match[str]) -> str:
        try:
            start, end = find_words(found[1], text, int(found[2]) if found[2] else None)
        except ValueError as error:
            problems.append(f"{place}: evidence: {error}, got {found[0]!r}")
            return found[0]
        return f"{start}-{end}"

    return _BRACED.sub(replace, cell)


_Pin = Callable[[str, str], str]
_Write = Callable[[], int]


def _pin_folder(path: Path, pin: _Pin) -> list[_Write]:
    """Pin each CSV table; the returned writers are called once all went well."""
    return [write for file in sorted(path.glob("*.csv")) for write in _pin_csv(file, pin)]


def _pin_csv(file: Path, pin: _Pin) -> list[_Write]:
    sheet = read_table(file.stem, file)
    if "evidence" not in sheet.header:
        return []
    at, changed = sheet.header.index("evidence"), 0
    rows = [(line, list(cells)) for line, cells in sheet.rows]
    for line, row in rows:
        if len(row) > len(sheet.header):
            raise InputError(f"{file}:{line}: {too_many(row, sheet)}")
        if at < len(row) and "{" in row[at]:
            row[at] = pin(f"{file}:{line}", row[at])
            changed += 1
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([sheet.header, *(row for _, row in rows)])

    def write() -> int:
        write_whole({file: out.getvalue().encode()})
        return changed

    return [write] if changed else []


def _pin_xlsx(path: Path, pin: _Pin) -> list[_Write]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(path)
    except Exception as error:  # openpyxl raises whatever its zip and XML readers raise
        raise InputError(f"{path}: expected an .xlsx workbook, got a file that cannot be opened ({error})") from None
    changed = 0
    for sheet in book.worksheets:
        header = [cell.value for cell in next(sheet.iter_rows(max_row=1), ())]
        for row in sheet.iter_rows(min_row=2) if "evidence" in header else ():
            cell = row[header.index("evidence")]
            if isinstance(cell.value, str) and "{" in cell.value:
                cell.value = pin(f"{path}[{sheet.title}]:{cell.row}", cell.value)
                changed += 1

    def write() -> int:
        out = io.BytesIO()
        book.save(out)
        write_whole({path: out.getvalue()})
        return changed

    return [write] if changed else []
