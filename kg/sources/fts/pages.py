"""Pages of JSON as the API of FTS gives them: which belong together, and what each holds."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

from kg.clean.values import read_language, read_number
from kg.errors import InputError
from kg.packed import open_packed

Node: TypeAlias = Mapping[str, Any]
"""An object of JSON."""

LARGEST_PAGE = 1 << 26
"""Bytes of a page: it is read whole. A page of FTS has less than a million."""
DEEPEST = 30
"""Lists and objects inside each other; a page of FTS has six."""
_PAGE = re.compile(r"(?P<query>.+?)(?:[-_.]page[-_]?(?P<number>\d{1,9}))?\.json(?:\.gz|\.zst)?", re.IGNORECASE)
_SURROGATE = re.compile("[\ud800-\udfff]")


class Object(dict[str, Any]):
    """An object of JSON that knows which of its keys stand in it more than once."""

    repeated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its flows, how many flows its query has, and the totals of FTS by boundary, in US dollars."""

    name: str
    flows: Sequence[Any]
    count: int | None
    totals: Mapping[tuple[str, str], Decimal]
    language: str


def group_fts(files: Iterable[Path]) -> dict[str, list[Path]]:
    """Which files are pages of one query: they differ in `-page-N` only, and page 1 need not say so.

    Returns the pages of each query in order, by the name that they share.
    Raises InputError where a page is there twice, as when two folders hold one query.

    >>> group_fts([Path("x-page-10.json"), Path("x-page-2.json"), Path("x.json")])["x"][1].name
    'x-page-2.json'
    """
    queries: dict[str, dict[int, Path]] = defaultdict(dict)
    for file in files:
        match = _PAGE.fullmatch(file.name)
        query, number = (match["query"], int(match["number"] or 1)) if match else (file.name, 1)
        if number in queries[query]:
            raise InputError(f"{file}: expected each page once, got {queries[query][number]} as well")
        queries[query][number] = file
    return {query: [pages[number] for number in sorted(pages)] for query, pages in queries.items()}


def describe_fts(files: Sequence[Path]) -> Mapping[str, Any]:
    """What the pages of a query tell of themselves as a source: title, publisher and language.

    Raises InputError where one cannot be read.
    """
    languages = [page.language for page in read_pages(files) if page.language]
    return {
        "title": f"Humanitarian flows: {next(iter(group_fts(files)))}",
        "publisher": "Financial Tracking Service, OCHA",
        "language": languages[0] if languages else "en",
    }


def read_pages(files: Iterable[Path]) -> Iterator[Page]:
    """Each page, read whole.

    Raises InputError with one line where a file is no whole page of flows.
    """
    for file in files:
        yield _page(file, _content(file))


def _content(file: Path) -> bytes:
    if not file.is_file():
        raise InputError(f"{file}: expected a page of FTS, got none")
    with open_packed(file) as stream:
        content = stream.read(LARGEST_PAGE + 1)
    if len(content) > LARGEST_PAGE:
        raise InputError(f"{file}: expected a page of at most {LARGEST_PAGE >> 20} MB, got a larger one")
    if not content.strip():
        raise InputError(f"{file}: expected a page of FTS, got an empty file")
    return content


def _page(file: Path, content: bytes) -> Page:
    root = _parse(file, content)
    data = root.get("data") if isinstance(root, dict) else None
    flows = data.get("flows") if isinstance(data, dict) else None
    if not isinstance(root, dict) or root.get("status", "ok") != "ok":
        told = root.get("message") or root.get("status") if isinstance(root, dict) else root
        raise InputError(f"{file}: expected a page of FTS with the status ok, got {_shown(told)}")
    if not isinstance(data, dict) or not isinstance(flows, list):
        raise InputError(f"{file}: expected a list of flows in data.flows, got {_shown(flows)}")
    meta = root.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    totals = {
        (boundary, total): number
        for boundary, inside in data.items()
        if isinstance(inside, dict)
        for total in ("fundingTotal", "pledgeTotal")
        if (number := read_number(str(inside.get(total)))) is not None
    }
    count = meta.get("count")
    language = read_language(str(meta.get("language") or ""))
    return Page(file.name, flows, count if type(count) is int else None, totals, language)


def _parse(file: Path, content: bytes) -> Any:
    try:
        root = json.loads(
            content.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_object
        )
    except json.JSONDecodeError as error:
        met = "HTML or XML" if error.doc.lstrip().startswith("<") else f"{error.msg.lower()} at column {error.colno}"
        raise InputError(f"{file}:{error.lineno}: expected a whole page of JSON, got {met}") from None
    except UnicodeDecodeError:
        raise InputError(f"{file}: expected JSON in UTF-8, got other bytes") from None
    except RecursionError:
        raise InputError(f"{file}: expected at most {DEEPEST} lists inside each other, got more") from None
    except (ValueError, ArithmeticError) as error:
        raise InputError(f"{file}: expected numbers of JSON, got {_shown(error)}") from None
    _settle(file, root)
    return root


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _object(pairs: list[tuple[str, Any]]) -> Object:
    made = Object(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        made.repeated = tuple(key for key in made if keys.count(key) > 1)
    return made


def _settle(file: Path, root: Any) -> None:
    """Refuse what is too deep, and put the sign for lost characters where a text holds half of one."""
    left = [(root, 1)] if isinstance(root, dict | list) else []
    while left:
        node, depth = left.pop()
        if depth > DEEPEST:
            raise InputError(f"{file}: expected at most {DEEPEST} lists inside each other, got more")
        for key, value in list(node.items() if isinstance(node, dict) else enumerate(node)):
            if isinstance(value, str):
                node[key] = _SURROGATE.sub("\ufffd", value)
            elif isinstance(value, dict | list):
                left.append((value, depth + 1))


def _shown(value: Any) -> str:
    """What was met, short and on one line."""
    return _SURROGATE.sub("\ufffd", " ".join(str(value).split()))[:80] or "nothing"
