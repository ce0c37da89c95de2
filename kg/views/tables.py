"""Tables for people on a terminal: columns as wide as their words, Chinese included."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

GAP = "  "


def render_table(header: Sequence[str], rows: Iterable[Sequence[object]], *, width: int | None = None) -> str:
    """Rows as text under a header; with a `width` in characters, the widest columns are wrapped to fit.

    >>> print(render_table(["name", "n"], [["IPRCC", 3], ["中国", 12]]))
    name   n
    -----  --
    IPRCC  3
    中国   12
    """
    cells = [["" if cell is None else _printable(str(cell)) for cell in row] for row in rows]
    header = [_printable(name) for name in header]
    columns = list(zip(header, *cells, strict=True))
    widths = [max(map(_wide, column)) for column in columns]
    if width is not None:
        words = [max((_wide(word) for cell in column for word in cell.split()), default=0) for column in columns]
        widths = _fit(widths, words, width - len(GAP) * (len(widths) - 1))
    lines = [_line(header, widths), _line(["-" * wide for wide in widths], widths)]
    for row in cells:
        wrapped = [_wrap(cell, wide) for cell, wide in zip(row, widths, strict=True)]
        height = max(len(cell) for cell in wrapped)
        for at in range(height):
            lines.append(_line([cell[at] if at < len(cell) else "" for cell in wrapped], widths))
    return "\n".join(lines)


def _printable(text: str) -> str:
    r"""A text without what a terminal would obey: control characters become spaces, changes of direction vanish.

    >>> _printable("red\x1b[31m, or\nnot")
    'red [31m, or not'
    """
    plain = (" " if unicodedata.category(character) == "Cc" else character for character in text)
    return "".join(character for character in plain if character not in _DIRECTIONS)


_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return GAP.join(cell + " " * (wide - _wide(cell)) for cell, wide in zip(cells, widths, strict=True)).rstrip()


def _wide(text: str) -> int:
    """How many columns a terminal needs for a text."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def _fit(widths: list[int], words: list[int], room: int) -> list[int]:
    """Take from the widest column until all fit; break words only where nothing else is left to take."""
    fitted = list(widths)
    for least in ([min(word, 30) for word in words], [8] * len(words)):
        while sum(fitted) > room and any(wide > small for wide, small in zip(fitted, least, strict=True)):
            spare = [wide if wide > small else 0 for wide, small in zip(fitted, least, strict=True)]
            fitted[spare.index(max(spare))] -= 1
    return fitted


def _wrap(cell: str, wide: int) -> list[str]:
    if _wide(cell) <= wide:
        return [cell]
    import textwrap

    return textwrap.wrap(cell, wide if _wide(cell) == len(cell) else max(1, wide // 2)) or [""]
