"""The records of an IATI file one by one, in memory that does not grow with the file.

Nothing in a file makes the reader expand entities, load a DTD or open another file or address.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, BinaryIO, TypeAlias, cast

from kg.errors import InputError

Element: TypeAlias = Any
"""An element of lxml, which ships no types."""

ROOTS = ("iati-activities", "iati-organisations")
RECORDS = ("iati-activity", "iati-organisation")
CHUNK = 1 << 16
LARGEST_RECORD = 1 << 26
"""Bytes of one record: a larger one, or a file that is no IATI, would fill the memory."""
DEEPEST = 30
"""Elements inside each other; the standard has eight."""
_TOO_MUCH = re.compile("XML_PARSE_HUGE|too long|too big", re.IGNORECASE)
"""What libxml2 says of a file that passes the bounds it has for all XML."""
_LINES = 65535
"""The lines that libxml2 keeps of an element: from there on it tells the line on which the text after a tag ends."""


def read_elements(stream: BinaryIO, name: str) -> Iterator[Element]:
    """The root of a file when it begins, then each child of it, record or not, when it ends.

    A child is taken out of the root when the next record is asked for, so that the root never has more than one record.

    Raises InputError where the file is empty, cut off, ill-formed, no IATI, or made to harm.
    """
    from lxml import etree

    parser = etree.XMLPullParser(
        events=("start", "end"),
        tag=(*ROOTS, *RECORDS),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    root, since = None, 0
    try:
        for chunk in _chunks(stream, name):
            parser.feed(chunk)
            since += len(chunk)
            for event, element in parser.read_events():
                if root is None:
                    yield (root := _root(element, name))
                if event == "end" and element.tag in RECORDS and element.getparent() is root:
                    since = 0
                    _check_depth(element, name)
                    yield from reversed(list(_strangers(element.itersiblings(preceding=True))))
                    yield element
                    _forget(element)
            if since > LARGEST_RECORD:
                raise InputError(f"{name}: expected records of at most {LARGEST_RECORD >> 20} MB, got a larger one")
        last = parser.close()
    except etree.XMLSyntaxError as error:
        raise _refusal(error, name) from None
    if root is None:
        raise InputError(f"{name}: expected a root {' or '.join(ROOTS)}, got {last.tag}")
    yield from _strangers(root)


def read_header(stream: BinaryIO, name: str) -> dict[str, str]:
    """The attributes of the root of a file, without its records; empty where it has none."""
    from lxml import etree

    parser = etree.XMLPullParser(events=("start",), resolve_entities=False, no_network=True, huge_tree=False)
    try:
        parser.feed(next(_chunks(stream, name)))
        for _, root in parser.read_events():
            return {str(key): str(value) for key, value in _root(root, name).attrib.items()}
    except etree.XMLSyntaxError as error:
        raise _refusal(error, name) from None
    return {}


def line_of(element: Element) -> int:
    """The line on which the start tag of an element ends, also far down in a file; none is 0.

    Far down it is that of the element around where no tag has text beside it, and in a long text that runs over
    many lines it may be one of these lines.
    """
    line = int(element.sourceline or 0)
    if line < _LINES:
        return line
    if element.text or not len(element):
        after = element.text or element.tail or ""
        return line - after.count("\n") if line > _LINES else _line_around(element)
    return line_of(element[0])


def _line_around(element: Element) -> int:
    """The line of the nearest element around one that has neither text nor neighbours; none of the root."""
    parent = element.getparent()
    while parent is not None and parent.sourceline == _LINES:
        parent = parent.getparent()
    return line_of(parent) if parent is not None and parent.getparent() is not None else 0


def _chunks(stream: BinaryIO, name: str) -> Iterator[bytes]:
    met = False
    try:
        while chunk := stream.read(CHUNK):
            met = True
            yield chunk
    except io.UnsupportedOperation as error:
        raise InputError(f"{name}: it cannot be read ({error})") from None
    if not met:
        raise InputError(f"{name}: expected IATI XML, got an empty file")


def _root(element: Element, name: str) -> Element:
    if element.getroottree().docinfo.doctype:
        raise InputError(f"{name}: expected XML without a DOCTYPE, which can blow up a reader, got one")
    root = element.getroottree().getroot()
    if root.tag not in ROOTS:
        raise InputError(f"{name}: expected a root {' or '.join(ROOTS)}, got {root.tag}")
    return root


def _strangers(elements: Iterable[Element]) -> Iterator[Element]:
    """Those of the root's children that are no records."""
    return (one for one in elements if isinstance(one.tag, str) and one.tag not in RECORDS)


def _check_depth(element: Element, name: str) -> None:
    if _deep()(element):
        raise InputError(f"{name}:{line_of(element)}: expected at most {DEEPEST} elements inside each other, got more")


@cache
def _deep() -> Callable[[Element], bool]:
    from lxml import etree

    return cast("Callable[[Element], bool]", etree.XPath(f"boolean({'/'.join('*' * DEEPEST)})"))


def _forget(element: Element) -> None:
    """Empty a record that was read, and take out all before it: the tree stays small."""
    element.clear()
    parent = element.getparent()
    while element.getprevious() is not None:
        del parent[0]


def _refusal(error: Any, name: str) -> InputError:
    """What a parser says of XML that it cannot read, on one line and without its own count of lines."""
    said = " ".join(str(error).partition(", line ")[0].split())
    expected, got = "well-formed XML", said
    if said.startswith("Start tag expected"):
        got = "text that is none (tables: kg load table, JSON of FTS: kg load fts)"
    if _TOO_MUCH.search(said):
        expected, got = (
            "texts, attributes and comments below 10 MB, names below 50,000 letters and no deep nesting",
            "more",
        )
    return InputError(f"{name}:{error.lineno or 1}: expected {expected}, got {got}")
