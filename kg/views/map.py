"""The drawn network: one page that opens without any connection, made with pyvis and a template of our own."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from kg.errors import UsageError
from kg.views.panel import Panel, Tie, pack_actor, pack_tie

if TYPE_CHECKING:
    import networkx as nx

VIS = "templates/lib/vis-9.1.2"
SCRIPTS = ("elements.js", "search.js", "labels.js", "map.js")
SPACING = 100.0  # between neighbouring actors, where the positions tell nothing of it


class Group(NamedTuple):
    """Kinds of actor that share a colour and a shape; the colours stand in map.css under the same key."""

    key: str
    label: str
    shape: str
    types: tuple[str, ...]


class Line(NamedTuple):
    """How the relations of one kind are drawn: dashes and width in hundredths of the spacing of the actors."""

    key: str
    label: str
    one: str
    width: float
    dashes: tuple[float, ...]


GROUPS = (
    Group("government", "Governments and their bodies", "square",
          ("government", "government-body", "party-body", "legislature")),
    Group("multilateral", "Multilaterals and development banks", "dot", ("multilateral", "development-bank")),
    Group("public", "Public institutions", "hexagon", ("public-institution",)),
    Group("civil", "Foundations and NGOs", "triangle", ("foundation", "ngo")),
    Group("company", "Companies", "diamond", ("company",)),
    Group("knowledge", "Universities, research, publishers", "triangleDown",
          ("university", "research-institute", "school", "publisher")),
    Group("alliance", "Alliances and groups", "star", ("alliance", "group")),
    Group("person", "Persons", "dot", ("person",)),
    Group("other", "Other or unknown kind", "square", ()),
)  # fmt: skip
GROUP_OF = {kind: group for group in GROUPS for kind in group.types}

LINES = (
    Line("activity", "Activities", "Activity", 1.3, ()),
    Line("event", "Events", "Event", 1.1, (6, 4)),
    Line("agreement", "Agreements", "Agreement", 1.5, (13, 5)),
    Line("publication", "Publications", "Publication", 1.5, (2, 4)),
    Line("flow", "Flows of money", "Flow of money", 2.6, ()),
    Line("pairing", "Pairings", "Pairing", 2.2, (10, 4, 2, 4)),
    Line("other", "Other relations", "Other relation", 1.1, (1, 3)),
)
MANY = 5000  # lines; beyond it what slows the hand is left out: dashes, and the look-up of what is pointed at
CHECKED = 2_000_000  # pairs of a line and a mark; beyond it lines are not bent around the marks in their way


def render_map(
    network: nx.MultiGraph,
    positions: Mapping[str, tuple[float, float]],
    *,
    heading: str,
    facts: Mapping[str, str],
) -> str:
    """Return one HTML page that draws a network and asks nothing of any other file or address.

    `network` has actors as nodes and one edge for each relation between two of them, with the
    attributes that `kg.network` gives; `positions` has `(x, y)` for each node, in any unit;
    `heading` is the title of the page; `facts` are labels and texts for "About this map".
    The same input gives the same page. Nothing is written, and the network is not changed.

    Raises UsageError when a node has no position, or one that is not a finite number.
    """
    actors = sorted(network.nodes)
    points = _points(actors, positions)
    scale, spacing = _measure(list(points.values()))
    panel = Panel(network.graph.get("sources", {}))
    ties = _ties(network)
    lines = [line if len(ties) <= MANY else line._replace(dashes=()) for line in LINES]
    drawn = _draw(network, {iri: (x * scale, y * scale) for iri, (x, y) in points.items()}, ties, lines, spacing)
    payload = {
        "nodes": drawn.nodes,
        "edges": drawn.edges,
        "options": drawn.options,
        "scale": scale,
        "spacing": spacing,
        "groups": [group[:3] for group in GROUPS],
        "lines": lines,
        "actors": {iri: pack_actor(panel, network.nodes[iri]) for iri in actors},
        "ties": [pack_tie(panel, network, tie) for tie in ties],
        "relations": panel.relations.items,
        "parties": panel.parties.items,
        "evidence": panel.evidence.items,
    }
    return _page(
        heading, facts, payload, {"actors": len(actors), "relations": len({data["relation"] for _, _, data in ties})}
    )


def _points(actors: Iterable[str], positions: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    points = {}
    for iri in actors:
        if iri not in positions:
            raise UsageError(f"expected a position for each actor, got none for {iri}")
        x, y = (float(value) for value in positions[iri])
        if not (math.isfinite(x) and math.isfinite(y)):
            raise UsageError(f"expected finite numbers as the position of {iri}, got ({x}, {y})")
        points[iri] = (x, y)
    return points


def _measure(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return the power of ten that suits the positions to a screen, and the spacing of the actors after it.

    The spacing is twice the median distance to the nearest actor, taken over at most 200 of them; marks are
    sized by it, so it is never so small that they vanish when the whole map is in view.

    >>> _measure([(0, 0), (30, 40), (60, 80)])
    (1.0, 100.0)
    >>> _measure([(0, 0), (0.3, 0.4), (0.6, 0.8)])
    (100.0, 100.0)
    """
    sample = points[:: max(1, len(points) // 200)]
    nearest = [min((math.dist(one, other) for other in points if other != one), default=0.0) for one in sample]
    extent = max((max(axis) - min(axis) for axis in zip(*points, strict=True)), default=0.0)
    if extent == 0:
        return 1.0, SPACING
    spacing = max(2 * median(nearest), extent / 28)
    # vis-network finds a clicked line within 10 units and zooms no further than 10 times
    scale = 1.0 if 20 <= spacing <= 2000 else 10.0 ** math.ceil(math.log10(20 / spacing))
    return scale, spacing * scale


def _ties(network: nx.MultiGraph) -> list[Tie]:
    """Return the edges in one order, whatever order they were added in, with the lesser IRI first."""
    found = [(*sorted((u, v)), str(key), data) for u, v, key, data in network.edges(keys=True, data=True)]
    found.sort(key=lambda tie: (tie[0], tie[1], tie[3]["relation"], tie[2]))
    return [(u, v, data) for u, v, _, data in found]


def _draw(
    network: nx.MultiGraph,
    points: Mapping[str, tuple[float, float]],
    ties: list[Tie],
    lines: list[Line],
    spacing: float,
) -> Any:
    from pyvis.edge import Edge
    from pyvis.network import Network
    from pyvis.node import Node

    drawn = Network(cdn_resources="in_line")
    drawn.set_options(json.dumps(_options(len(ties))))
    # add_node and add_edge look through all that is there for each new one, and add_edge drops parallel edges
    drawn.nodes = [Node(iri, **_node(network, iri, point, spacing)).options for iri, point in points.items()]
    line_of = {line.key: line for line in lines}
    pairs = Counter((u, v) for u, v, _ in ties)
    met: Counter[tuple[str, str]] = Counter()
    blocked = _blocked(drawn.nodes, pairs) if len(pairs) * len(points) <= CHECKED else {}
    for number, (u, v, data) in enumerate(ties):
        curve = _curve(met[u, v], pairs[u, v], blocked.get((u, v), 0.0))
        drawn.edges.append(
            Edge(u, v, id=number, smooth=curve, **_edge(data, line_of.get(data["kind"], lines[-1]), spacing)).options
        )
        met[u, v] += 1
    return drawn


def _options(ties: int) -> dict[str, Any]:
    """Return vis-network's options: nothing moves by itself, and large networks skip what slows the hand."""
    return {
        "autoResize": True,
        "physics": {"enabled": False},
        "layout": {"improvedLayout": False},
        "nodes": {"chosen": False, "font": {"size": 0}},
        "edges": {"hoverWidth": 1.2, "color": {"inherit": False}},
        "interaction": {
            "dragNodes": False,
            "selectable": False,
            "hover": ties <= MANY,
            "hideEdgesOnDrag": ties > MANY,
            "hideEdgesOnZoom": ties > MANY,
        },
    }


def _node(network: nx.MultiGraph, iri: str, point: tuple[float, float], spacing: float) -> dict[str, Any]:
    data = network.nodes[iri]
    partners = len(set(network.neighbors(iri)) - {iri})
    group = GROUP_OF.get(data["type"], GROUP_OF["person"] if data["kind"] == "person" else GROUPS[-1])
    size = spacing * min(0.055 + 0.027 * math.sqrt(partners), 0.36)
    return {"label": data["label"], "shape": group.shape, "x": point[0], "y": point[1], "size": round(size, 3),
            "group": group.key, "partners": partners}  # fmt: skip


def _edge(data: Mapping[str, Any], line: Line, spacing: float) -> dict[str, Any]:
    unit = spacing / 100
    known = [year for year in (data["year_from"], data["year_to"]) if year is not None]
    return {
        "kind": line.key,
        "width": round(line.width * unit, 3),
        "dashes": [round(dash * unit, 3) for dash in line.dashes] or False,
        "years": [min(known), max(known)] if known else None,
    }


def _blocked(nodes: Sequence[Mapping[str, Any]], pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], float]:
    """Return by how much the straight line of two actors must bend where it would run under a third one's mark."""
    marks = {node["id"]: (node["x"], node["y"], node["size"]) for node in nodes}
    blocked = {}
    for u, v in pairs:
        (x, y, _), (other_x, other_y, _) = marks[u], marks[v]
        across, down = other_x - x, other_y - y
        length = math.sqrt(across * across + down * down)
        met = [
            size
            for iri, (at_x, at_y, size) in marks.items()
            if abs((at_x - x) * down - (at_y - y) * across) < size * length
            and 0 < (at_x - x) * across + (at_y - y) * down < length * length
            and iri not in (u, v)
        ]
        if met:
            blocked[u, v] = min(0.5, 4 * max(met) / length)
    return blocked


def _curve(index: int, count: int, blocked: float = 0.0) -> dict[str, Any] | bool:
    """Return how the line of this index bends, so that none of `count` lines between two actors hides another.

    `blocked` is how much a line bends that a mark would hide if it were straight.

    >>> _curve(0, 1)
    False
    >>> [line and line["roundness"] for line in (_curve(0, 3), _curve(1, 3), _curve(2, 3))]
    [0.24, False, 0.24]
    >>> _curve(0, 1, blocked=0.3)
    {'enabled': True, 'type': 'curvedCW', 'roundness': 0.3}
    """
    offset = index - (count - 1) / 2
    if offset == 0 and not blocked:
        return False
    side = "curvedCW" if offset >= 0 else "curvedCCW"
    round_by = abs(offset) * min(0.24, 1.2 / count) + blocked
    return {"enabled": True, "type": side, "roundness": round(min(round_by, 0.9), 4)}


def _page(heading: str, facts: Mapping[str, str], payload: Mapping[str, Any], counts: Mapping[str, int]) -> str:
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    script, vis = "".join(map(_asset, SCRIPTS)), _vis("vis-network.min.js")
    style = _vis("vis-network.css") + _asset("map.css")
    template = Environment(autoescape=True, undefined=StrictUndefined).from_string(_asset("map.html"))
    page = template.render(
        heading=heading,
        facts=facts,
        counts=counts,
        policy=_policy([vis, script], style),
        vis=Markup(vis),
        script=Markup(script),
        style=Markup(style),
        data=Markup(_embed(payload)),
    )
    return page.encode("utf-8", "replace").decode("utf-8")


def _policy(scripts: Iterable[str], style: str) -> str:
    """Return a content security policy under which only these very scripts run and nothing is fetched."""
    allowed = " ".join(f"'sha256-{_digest(text)}'" for text in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'sha256-{_digest(style)}'; img-src data:; "
        "connect-src 'none'; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _embed(payload: Mapping[str, Any]) -> str:
    """Return JSON that is text and nothing else inside a script element.

    >>> _embed({"name": "</script>"})
    '{"name":"\\\\u003c/script\\\\u003e"}'
    """
    text = json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _asset(name: str) -> str:
    return (resources.files("kg.views") / "assets" / name).read_text(encoding="utf-8")


def _vis(name: str) -> str:
    """Return a file of vis-network as pyvis carries it, without its source map and its pictures of buttons."""
    text = (resources.files("pyvis") / VIS / name).read_text(encoding="utf-8")
    if name.endswith(".css"):
        return re.sub(r"[^{}]*\{[^{}]*url\([^{}]*\}", "", text)
    return text.partition("//# sourceMappingURL=")[0]
