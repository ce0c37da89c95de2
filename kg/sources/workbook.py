"""The workbook: a document coded by hand, as a folder of CSV tables or one .xlsx file.

The format is described for its writers in `docs/workbook.md`; the columns are the fields of the
record classes in `kg.model.records`. All wrong cells of a workbook are reported at once.
"""

from __future__ import annotations

import csv
import dataclasses
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.errors import InputError, WorkbookError
from kg.model.iris import FOREIGN_ID, SHARED_ID, row_id
from kg.model.records import TABLES
from kg.model.row import Row, Source
from kg.sources.cells import Codes, Column, columns, read_source_value

MAXIMAL_CELL = 100_000
"""Characters: a longer cell is a broken quote, not a note."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as it stands in the file: its header, and each row with the line it begins on."""

    table: str
    place: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Workbook:
    """A coded document: its source, and its rows, each with the `file:line` where it stands."""

    path: Path
    source: Source
    rows: tuple[tuple[str, Row], ...]

    @property
    def records(self) -> Iterator[Row]:
        """The rows without their places."""
        return (row for _, row in self.rows)


def read_workbook(path: Path, codes: Codes) -> Workbook:
    """Read and check a whole workbook.

    `codes` gives the notations of each code list. Raises InputError where there is no workbook,
    and WorkbookError with one `file:line: column: expected ..., got ...` for each wrong cell.
    """
    problems: list[str] = []
    source = read_source(path)
    sheets = list(read_sheets(path))
    rows = [found for sheet in sheets for found in _read_rows(sheet, codes, problems)]
    _check_ids(rows, problems)
    _check_references(rows, _tables_of_ids(sheets), problems)
    if problems:
        raise WorkbookError(problems)
    return Workbook(path, source, tuple(rows))


def too_many(cells: Sequence[str], sheet: Sheet) -> str:
    """What is wrong with a row that has more cells than its header."""
    return f"expected {len(sheet.header)} cells, got {len(cells)}; a cell with a comma needs quotes around it"


def read_sheets(path: Path) -> Iterator[Sheet]:
    """The tables of a workbook as they stand, in the order of `TABLES`; unknown ones are refused."""
    if path.is_dir():
        files = {file.stem: file for file in sorted(path.glob("*.csv"))}
        _refuse_unknown(path, files)
        for table in TABLES:
            if table in files:
                yield read_table(table, files[table])
    elif path.suffix == ".xlsx" and path.is_file():
        yield from _read_xlsx(path)
    else:
        raise InputError(f"{path}: expected a folder of CSV tables or an .xlsx workbook, got none")


def _refuse_unknown(path: Path, names: Mapping[str, object]) -> None:
    unknown = [name for name in names if name not in TABLES]
    if unknown:
        raise InputError(f"{path}: {unknown[0]}: expected one of the tables {', '.join(TABLES)}")


def read_table(table: str, file: Path) -> Sheet:
    """A table of a folder, as it stands in its CSV file.

    Raises InputError with the line where it is no CSV, or no UTF-8 text.
    """
    rows: list[tuple[int, tuple[str, ...]]] = []
    csv.field_size_limit(MAXIMAL_CELL)
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            line = 1
            for cells in reader:
                rows.append((line, tuple(cells)))
                line = reader.line_num + 1
    except UnicodeDecodeError as error:
        raise InputError(f"{file}: expected UTF-8 text, got byte {error.object[error.start]:#x}") from None
    except csv.Error as error:
        raise InputError(f"{file}:{line}: expected a CSV row, got one that cannot be read ({error})") from None
    header = rows[0][1] if rows else ()
    return Sheet(table, str(file), header, tuple(rows[1:]))


def _read_xlsx(path: Path) -> Iterator[Sheet]:
    names, sheets = _open_xlsx(path)
    _refuse_unknown(path, {name: None for name in names if name != "source"})
    for table in TABLES:
        if table in names:
            rows = sheets(table)
            yield Sheet(table, f"{path}[{table}]", rows[0] if rows else (), tuple(enumerate(rows[1:], start=2)))


def _open_xlsx(path: Path) -> tuple[list[str], Callable[[str], list[tuple[str, ...]]]]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # openpyxl raises whatever its zip and XML readers raise
        raise InputError(f"{path}: expected an .xlsx workbook, got a file that cannot be opened ({error})") from None

    def rows(name: str) -> list[tuple[str, ...]]:
        return [tuple(_cell_text(cell) for cell in row) for row in book[name].iter_rows(values_only=True)]

    return book.sheetnames, rows


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def read_source(path: Path) -> Source:
    """What a workbook says of its document; raises InputError where it says too little or too much."""
    place, values = _source_values(path)
    known = {field.name: field for field in dataclasses.fields(Source)}
    unknown = set(values) - set(known)
    if unknown:
        raise InputError(f"{place}: expected the keys {', '.join(known)}, got {min(unknown)!r}")
    for name, field in known.items():
        if field.default is dataclasses.MISSING and not values.get(name):
            raise InputError(f"{place}: {name}: expected a value, got none")
    read: dict[str, Any] = {}
    for name, value in values.items():
        try:
            if value:
                read[name] = read_source_value(name, value)
        except ValueError as error:
            raise InputError(f"{place}: {name}: {error}, got {value!r}") from None
    return Source(**read)


def _source_values(path: Path) -> tuple[str, dict[str, str]]:
    if path.suffix == ".xlsx" and path.is_file():
        names, rows = _open_xlsx(path)
        if "source" not in names:
            raise InputError(f"{path}: expected a sheet named source with the columns key and value, got none")
        return f"{path}[source]", {row[0]: row[1] for row in rows("source")[1:] if len(row) > 1 and row[0]}
    file = path / "source.toml"
    if not file.is_file():
        raise InputError(f"{path}: expected a workbook with a source.toml, got none")
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: expected TOML, got text that cannot be read ({error})") from None
    for name, value in values.items():
        if isinstance(value, dict | list):
            raise InputError(f"{file}: {name}: expected a text, got {value!r}")
    return str(file), {name: str(value) for name, value in values.items()}


def _read_rows(sheet: Sheet, codes: Codes, problems: list[str]) -> Iterator[tuple[str, Row]]:
    table = columns(TABLES[sheet.table])
    if not _header_fits(sheet, table, problems):
        return
    for line, cells in sheet.rows:
        if not any(cell.strip() for cell in cells):
            continue
        place = f"{sheet.place}:{line}"
        if len(cells) > len(sheet.header):
            problems.append(f"{place}: {too_many(cells, sheet)}")
            continue
        values = _read_cells(place, dict(zip(sheet.header, cells, strict=False)), table, codes, problems)
        if values is not None:
            yield place, TABLES[sheet.table](**values)


def _header_fits(sheet: Sheet, table: Mapping[str, Column], problems: list[str]) -> bool:
    fits = True
    for name in sheet.header:
        if name not in table:
            problems.append(f"{sheet.place}:1: {name}: expected one of the columns {', '.join(table)}, got {name!r}")
            fits = False
    for name, column in table.items():
        if column.required and name not in sheet.header:
            problems.append(f"{sheet.place}:1: {name}: expected this column, got a header without it")
            fits = False
    if len(set(sheet.header)) < len(sheet.header):
        problems.append(f"{sheet.place}:1: expected each column once, got one twice")
        fits = False
    return fits


def _read_cells(
    place: str, cells: Mapping[str, str], table: Mapping[str, Column], codes: Codes, problems: list[str]
) -> dict[str, Any] | None:
    values: dict[str, Any] = {}
    wrong = False
    added = cells.get("certainty", "").strip() == "added"
    for name, column in table.items():
        cell = cells.get(name, "").strip()
        try:
            if cell:
                values[name] = column.read(cell, codes)
            elif not added if name == "evidence" else column.required:
                raise ValueError("expected a value")
        except ValueError as error:
            problems.append(
                f"{place}: {name}: {error}, got {cell!r}" if cell else f"{place}: {name}: {error}, got none"
            )
            wrong = True
    if not wrong and added:
        values.setdefault("evidence", ())
    return None if wrong else values


def _check_ids(rows: list[tuple[str, Row]], problems: list[str]) -> None:
    places: dict[str, str] = {}
    for place, row in rows:
        local = row_id(row)
        if local in places:
            problems.append(f"{place}: id: expected a row of its own, got {local!r} again (first at {places[local]})")
        places.setdefault(local, place)


def _check_references(rows: list[tuple[str, Row]], tables: Mapping[str, str], problems: list[str]) -> None:
    for place, row in rows:
        for name, column in columns(type(row)).items():
            if column.refers is None:
                continue
            value = getattr(row, name)
            for ref in value if column.several else (value,):
                expected = _reference_problem(ref, column.refers.names, tables)
                if expected:
                    problems.append(f"{place}: {name}: {expected}, got {ref!r}")


def _tables_of_ids(sheets: Iterable[Sheet]) -> dict[str, str]:
    """The table of every id that is written down, in wrong rows too: those that refer to one are not wrong again."""
    found: dict[str, str] = {}
    for sheet in sheets:
        if "id" in sheet.header:
            at = sheet.header.index("id")
            found.update({cells[at].strip(): sheet.table for _, cells in sheet.rows if at < len(cells)})
    return found


def _reference_problem(ref: str, allowed: tuple[str, ...], tables: Mapping[str, str]) -> str:
    if not ref:
        return ""
    if SHARED_ID.fullmatch(ref):
        return "" if "places" in allowed or "*" in allowed else f"expected the id of a row in {' or '.join(allowed)}"
    if FOREIGN_ID.fullmatch(ref) and "*" in allowed:
        return ""
    if ref not in tables:
        return "expected the id of a row"
    if "*" in allowed or tables[ref] in allowed:
        return ""
    return f"expected the id of a row in {' or '.join(allowed)}, not in {tables[ref]}"
