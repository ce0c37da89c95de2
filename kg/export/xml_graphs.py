"""A network as a GEXF or GraphML file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from kg.export.flat import (
    EDGE_COLUMNS,
    NODE_COLUMNS,
    Value,
    about,
    clean_text,
    columns,
    flat_edges,
    flat_nodes,
)
from kg.files import write_whole

if TYPE_CHECKING:
    import networkx as nx

_GEXF = "http://gexf.net/1.3"
_GRAPHML = "http://graphml.graphdrawing.org/xmlns"
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_GEXF_TYPES: Mapping[type, str] = {str: "string", int: "integer", float: "double"}
_GRAPHML_TYPES: Mapping[type, str] = {str: "string", int: "int", float: "double"}


def write_gexf(
    network: nx.MultiGraph, path: Path, *, positions: Mapping[str, tuple[float, float]] | None = None
) -> None:
    """Write a network as GEXF 1.3 (gexf.net), which Gephi reads; parallel edges stay apart.

    `positions` are (x, y) by IRI with y pointing down, as `kg.network.layout` gives them. How the network was
    made stands in the file's description. Dates are plain attributes, since those of GEXF cannot say
    "some day in July". The same network gives the same bytes.

    Raises KgError where the file cannot be written.
    """
    write_whole({Path(path): _gexf(network, positions or {})})


def write_graphml(network: nx.MultiGraph, path: Path) -> None:
    """Write a network as GraphML (graphml.graphdrawing.org); parallel edges stay apart.

    How the network was made stands in the graph's `network` attribute as JSON. The same network gives
    the same bytes.

    Raises KgError where the file cannot be written.
    """
    write_whole({Path(path): _graphml(network)})


def _gexf(network: nx.MultiGraph, positions: Mapping[str, tuple[float, float]]) -> Iterator[str]:
    nodes, edges = list(flat_nodes(network)), list(flat_edges(network))
    yield f'{_XML}<gexf xmlns="{_GEXF}" xmlns:viz="{_GEXF}/viz" version="1.3">\n'
    yield f"<meta><creator>partnership-kg</creator><description>{_text(about(network))}</description></meta>\n"
    yield '<graph defaultedgetype="undirected" mode="static">\n'
    for kind, names in (("node", columns(NODE_COLUMNS, nodes)), ("edge", columns(EDGE_COLUMNS, edges))):
        yield f'<attributes class="{kind}">\n'
        for name, value_type in names.items():
            if name != "label":
                yield f"<attribute id={_quoted(name)} title={_quoted(name)} type={_quoted(_GEXF_TYPES[value_type])}/>\n"
        yield "</attributes>\n"
    yield "<nodes>\n"
    for node in nodes:
        place = _place(*positions[node.iri]) if node.iri in positions else ""
        yield f"<node id={_quoted(node.iri)}{_gexf_values(node.values)}{place}</node>\n"
    yield "</nodes>\n<edges>\n"
    for number, edge in enumerate(edges):
        ends = f"source={_quoted(edge.source)} target={_quoted(edge.target)}"
        yield f'<edge id="{number}" {ends}{_gexf_values(edge.values)}</edge>\n'
    yield "</edges>\n</graph>\n</gexf>\n"


def _gexf_values(values: Mapping[str, Value]) -> str:
    rest = (f"<attvalue for={_quoted(name)} value={_quoted(str(values[name]))}/>" for name in values if name != "label")
    return f" label={_quoted(str(values.get('label', '')))}><attvalues>{''.join(rest)}</attvalues>"


def _place(x: float, y: float) -> str:
    """GEXF counts y upwards."""
    return f'<viz:position x="{x}" y="{-y}" z="0.0"/>'


def _graphml(network: nx.MultiGraph) -> Iterator[str]:
    nodes, edges = list(flat_nodes(network)), list(flat_edges(network))
    yield f'{_XML}<graphml xmlns="{_GRAPHML}">\n'
    yield '<key id="network" for="graph" attr.name="network" attr.type="string"/>\n'
    for kind, names in (("node", columns(NODE_COLUMNS, nodes)), ("edge", columns(EDGE_COLUMNS, edges))):
        for name, value_type in names.items():
            key = f"id={_quoted(f'{kind}_{name}')} for={_quoted(kind)} attr.name={_quoted(name)}"
            yield f"<key {key} attr.type={_quoted(_GRAPHML_TYPES[value_type])}/>\n"
    yield '<graph edgedefault="undirected">\n'
    yield f'<data key="network">{_text(about(network))}</data>\n'
    for node in nodes:
        yield f"<node id={_quoted(node.iri)}>{_graphml_values('node', node.values)}</node>\n"
    for number, edge in enumerate(edges):
        ends = f"source={_quoted(edge.source)} target={_quoted(edge.target)}"
        yield f'<edge id="e{number}" {ends}>{_graphml_values("edge", edge.values)}</edge>\n'
    yield "</graph>\n</graphml>\n"


def _graphml_values(kind: str, values: Mapping[str, Value]) -> str:
    return "".join(
        f"<data key={_quoted(f'{kind}_{name}')}>{_text(str(value))}</data>" for name, value in values.items()
    )


@lru_cache(maxsize=10_000)
def _quoted(text: str) -> str:
    return quoteattr(clean_text(text))


@lru_cache(maxsize=10_000)
def _text(text: str) -> str:
    """A reader of XML turns a bare carriage return into a line feed."""
    return escape(text, {"\r": "&#13;"})
