"""The rows of a table as texts, one by one: CSV, packed or not, and spreadsheets."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import IO, NamedTuple, TextIO
from xml.parsers import expat

from kg.errors import InputError
from kg.packed import Progress, open_packed

LONGEST_LINE = 1 << 20
LONGEST_CELL = 200_000
"""Characters: a longer line, row or cell is a broken quote or made to harm."""
LARGEST_SHEET, LARGEST_PART = 1 << 30, 1 << 28
"""Bytes of a sheet, which is read row by row, and of any other part of a spreadsheet, unpacked."""
FULLEST, FREE = 100, 1 << 24
"""How many times larger than packed a part may be, if it is larger than so many bytes: real sheets are ten times."""
MOST_COLUMNS = 2000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Form(NamedTuple):
    """How a table is written down: what a mapping says of its file."""

    delimiter: str = ","
    encoding: str = "utf-8"
    sheet: str = ""
    empty: frozenset[str] = frozenset()


class Line(NamedTuple):
    """A row as it stands: its number in the file, its cells, and whether it had characters that no text may hold."""

    number: int
    cells: tuple[str, ...]
    mended: bool


def read_rows(file: Path, form: Form, told: Progress | None = None) -> Iterator[Line]:
    """The rows of a file, its header first; empty ones are left out.

    Raises InputError where the file is missing, cut off, made to harm, or no table of this form.
    """
    if not file.is_file():
        raise InputError(f"{file}: expected a table, got no file")
    rows = _read_xlsx(file, form) if file.suffix.lower() == ".xlsx" else _read_csv(file, form, told)
    for number, raw in rows:
        if len(raw) > MOST_COLUMNS:
            raise InputError(f"{file}:{number}: expected at most {MOST_COLUMNS} columns, got {len(raw)}")
        mended = any(_CONTROL.search(cell) for cell in raw)
        cells = tuple(" ".join((_CONTROL.sub("", cell) if mended else cell).split()) for cell in raw)
        if any(cells):
            yield Line(number, tuple("" if cell in form.empty else cell for cell in cells), mended)


def _read_csv(file: Path, form: Form, told: Progress | None) -> Iterator[tuple[int, Sequence[str]]]:
    csv.field_size_limit(LONGEST_CELL)
    number, width = 1, 0
    try:
        with open_packed(file, told) as packed, io.TextIOWrapper(packed, _codec(form.encoding), newline="") as stream:
            lines = _Lines(stream)
            reader = csv.reader(lines, delimiter=form.delimiter, strict=True)
            for cells in reader:
                width = width or len(cells)
                if len(cells) < width and cells and not lines.ended:
                    raise InputError(f"{file}:{number}: expected a whole row, got one that is cut off")
                yield number, cells
                number, lines.size = reader.line_num + 1, 0
    except UnicodeError as error:
        said = f"got other bytes ({error}); set `encoding` in [table] of the mapping"
        raise InputError(f"{file}: expected text in the encoding {form.encoding}, {said}") from None
    except csv.Error as error:
        raise InputError(f"{file}:{number}: expected a row, got one that cannot be read ({error})") from None


class _Lines(Iterator[str]):
    """The lines of a text; one without an end must not fill the memory, nor a row of many lines."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.size = 0
        self.ended = True

    def __next__(self) -> str:
        line = self._stream.readline(LONGEST_LINE)
        self.size += len(line)
        if self.size >= LONGEST_LINE:
            raise csv.Error(f"more than {LONGEST_LINE} characters")
        if not line:
            raise StopIteration
        self.ended = line.endswith(("\n", "\r"))
        return line


def _codec(encoding: str) -> str:
    return "utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding


def _read_xlsx(file: Path, form: Form) -> Iterator[tuple[int, Sequence[str]]]:
    import openpyxl

    _check_size(file)
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    except Exception as error:
        raise InputError(f"{file}: expected an .xlsx workbook, got one that cannot be opened ({error})") from None
    names = book.sheetnames
    try:
        if form.sheet and form.sheet not in names:
            raise InputError(f"{file}: expected a sheet {form.sheet!r}, got {', '.join(names)}")
        sheet = book[form.sheet or names[0]]
        _refuse_unsaid(file, sheet._worksheet_path)  # the part that the sheet is read from, which has no other name
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            cells = [_cell_text(cell) for cell in row]
            if any(len(cell) > LONGEST_CELL for cell in cells):
                raise InputError(f"{file}:{number}: expected cells of at most {LONGEST_CELL} characters, got a longer")
            yield number, cells
    except InputError:
        raise
    except Exception as error:  # openpyxl raises whatever its zip and XML readers raise
        raise InputError(f"{file}: expected an .xlsx workbook, got one that cannot be read ({error})") from None
    finally:
        book.close()


def _check_size(file: Path) -> None:
    """Refuse a spreadsheet that unpacks to an absurd size, or whose XML defines entities."""
    try:
        with zipfile.ZipFile(file) as parts:
            for part in parts.infolist():
                most = LARGEST_SHEET if part.filename.startswith("xl/worksheets/") else LARGEST_PART
                if part.file_size > min(most, max(FREE, FULLEST * part.compress_size)):
                    message = f"expected parts of a spreadsheet, got {part.file_size >> 20} MB packed into"
                    raise InputError(f"{file}: {message} {part.compress_size} bytes ({part.filename})")
                with parts.open(part) as stream:
                    _refuse_doctype(
                        stream, f"{file}: expected a workbook without a DOCTYPE, got one in {part.filename}"
                    )
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise InputError(f"{file}: expected an .xlsx workbook, got one that cannot be unpacked ({error})") from None


def _refuse_doctype(stream: IO[bytes], message: str) -> None:
    """Refuse XML that could define entities, in whatever encoding; what else is wrong, or no XML, its reader says."""
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise InputError(message)

    def stop(*_: object) -> None:
        raise StopIteration  # a DOCTYPE can only stand before the first element

    parser.StartDoctypeDeclHandler, parser.StartElementHandler = refuse, stop
    with suppress(expat.ExpatError, StopIteration):
        parser.ParseFile(stream)


def _refuse_unsaid(file: Path, part: str) -> None:
    """Refuse a sheet in which a cell stands for rows that do not say so, or holds a formula without its result."""
    parser, cell = (
        expat.ParserCreate(namespace_separator="}"),
        dict.fromkeys(("place", "kind", "formula", "inside"), ""),
    )

    def start(tag: str, attributes: dict[str, str]) -> None:
        cell["inside"] = tag.rpartition("}")[2]
        match cell["inside"]:
            case "c":
                cell.update(place=attributes.get("r", "a cell"), kind=attributes.get("t", ""), formula="")
            case "f" if cell["kind"] != "str":  # a text may be the result and empty
                cell["formula"] = "unanswered"
            case "mergeCell" if any(row != "1" for row in re.findall(r"\d+", attributes.get("ref", ""))):
                got = f"{attributes['ref']} as one; split them and fill each"
                raise InputError(f"{file}: expected each cell to say what it holds, got {got}")

    def text(_: str) -> None:
        if cell["inside"] in ("v", "t"):
            cell["formula"] = ""

    def end(tag: str) -> None:
        cell["inside"] = ""
        if tag.rpartition("}")[2] == "c" and cell["formula"]:
            got = f"one in {cell['place']} without it; open the file in a spreadsheet program and save it"
            raise InputError(f"{file}: expected formulas with their results, got {got}")

    parser.StartElementHandler, parser.CharacterDataHandler, parser.EndElementHandler = start, text, end
    with zipfile.ZipFile(file) as parts, parts.open(part.lstrip("/")) as stream, suppress(expat.ExpatError):
        parser.ParseFile(stream)


def _cell_text(value: object) -> str:
    """A cell as text: dates as ISO 8601, numbers without an exponent, truth as a spreadsheet shows it."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case float():
            number = Decimal(repr(value))
            return format(number.quantize(Decimal(1)) if value.is_integer() and abs(value) < 1e20 else number, "f")
        case dt.datetime():
            return value.date().isoformat() if value.time() == dt.time() else value.isoformat()
        case dt.date():
            return value.isoformat()
        case _:
            return str(value)
