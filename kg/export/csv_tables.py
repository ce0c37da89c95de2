"""A network as two CSV tables, one of nodes and one of edges."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import UsageError
from kg.export.flat import EDGE_COLUMNS, NODE_COLUMNS, Edge, Node, Value, columns, flat_edges, flat_nodes
from kg.files import write_whole

if TYPE_CHECKING:
    import networkx as nx

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)


def write_csv(network: nx.MultiGraph, nodes_path: Path, edges_path: Path) -> None:
    """Write the nodes and the edges of a network as two CSV files.

    The files are UTF-8 with a header, lines end with a line feed, and cells are quoted where they must be
    (RFC 4180). Nodes have `id` (the actor's IRI), edges `source` and `target`; the other columns are those of
    `kg.export.flat`. A text that a spreadsheet would take for a formula, since it begins with =, +, -, @
    (or their full-width forms), a tab or a line break, gets a leading apostrophe; numbers never do.

    Raises UsageError where both paths are the same, and KgError where a file cannot be written.
    """
    if Path(nodes_path).resolve() == Path(edges_path).resolve():
        raise UsageError(f"expected two different files for nodes and edges, got {nodes_path} twice")
    write_whole({Path(nodes_path): _lines(_nodes(network)), Path(edges_path): _lines(_edges(network))})


def guard_cell(value: Value) -> Value:
    """A cell that no spreadsheet takes for a formula.

    >>> guard_cell("=1+1"), guard_cell("-3.5"), guard_cell("a-b")
    ("'=1+1", '-3.5', 'a-b')
    """
    if not isinstance(value, str) or not value.startswith(_FORMULA) or _NUMBER.fullmatch(value):
        return value
    return f"'{value}"


def _nodes(network: nx.MultiGraph) -> Iterator[list[Value]]:
    nodes = list(flat_nodes(network))
    names = _names(NODE_COLUMNS, nodes)
    yield ["id", *names]
    for node in nodes:
        yield [node.iri, *(node.values.get(name, "") for name in names)]


def _edges(network: nx.MultiGraph) -> Iterator[list[Value]]:
    edges = list(flat_edges(network))
    names = _names(EDGE_COLUMNS, edges)
    yield ["source", "target", *names]
    for edge in edges:
        yield [edge.source, edge.target, *(edge.values.get(name, "") for name in names)]


def _names(known: tuple[str, ...], rows: Iterable[Node | Edge]) -> list[str]:
    return [*known, *(name for name in columns((), rows) if name not in known)]


def _lines(rows: Iterable[list[Value]]) -> Iterator[str]:
    """The writer quotes a carriage return only where its own lines end with one."""
    for row in rows:
        line = io.StringIO()
        csv.writer(line, lineterminator="\r\n").writerow(guard_cell(cell) for cell in row)
        yield line.getvalue().removesuffix("\r\n") + "\n"
