"""Where to draw the actors of a network: the same places on every machine, with room for their names.

Forces as in ForceAtlas2 show groups, and those who join groups, better than springs or graph distances do:
partners attract each other, and all actors repel each other by their number of partners. The layouts of
networkx are not used, since they run through routines whose last bits differ between processors, and
a layout makes another picture of another last bit. Here are only additions, multiplications, divisions
and roots, one at a time, which IEEE 754 defines exactly.
"""

from __future__ import annotations

import math
import random
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import networkx as nx
    import numpy as np
    from numpy.typing import NDArray

    Points: TypeAlias = NDArray[np.float64]
    Numbers: TypeAlias = NDArray[np.int64]

STEP = 10
"""Positions are multiples of this many pixels."""

LABEL_WIDTH = 150
"""A name has room for two lines of this many pixels."""

_MARK, _LETTER, _LINE, _MARGIN = 50, 7, 18, 30
_BETWEEN_PARTNERS = 110.0
_WIDER = 1.45
_REPULSION, _GRAVITY = 2.0, 1.0
_PAIRS_AT_ONCE = 50_000


def layout(network: nx.MultiGraph, *, seed: int = 1) -> dict[str, tuple[float, float]]:
    """Place the actors of a network on a plane.

    Partners come to lie some 80 to 160 pixels apart where there is room. Each actor has room of its own for a
    mark of up to 50 pixels and, below it, its name in letters of about 14 pixels, broken after `LABEL_WIDTH`
    pixels. Connected components stand apart, the largest in the middle, and the whole is wider than high.

    Returns (x, y) in pixels by IRI, y pointing down, the largest component around (0, 0). Another `seed` gives
    another picture. The time grows with the square of the number of actors: 1000 take a few seconds.

    The forces are those of ForceAtlas2 (Jacomy, Venturini, Heymann and Bastian 2014).

    >>> import networkx as nx
    >>> layout(nx.MultiGraph([("a", "b")]))
    {'a': (-80.0, 0.0), 'b': (80.0, 0.0)}
    """
    import networkx as nx
    import numpy as np

    parts = sorted((sorted(part) for part in nx.connected_components(network)), key=lambda part: (-len(part), part))
    if not parts:
        return {}
    drawn = [_draw(network, part, seed) for part in parts]
    middles = _settle(np.zeros((len(parts), 2)), np.array([frame for _, frame in drawn]))
    places = {
        actor: (float(middle[0] + point[0]), float(middle[1] + point[1]))
        for part, (points, _), middle in zip(parts, drawn, middles, strict=True)
        for actor, point in zip(part, points, strict=True)
    }
    return {actor: places[actor] for actor in network}


def _draw(network: nx.MultiGraph, part: list[str], seed: int) -> tuple[Points, Points]:
    """The places of a connected component's actors around (0, 0), and the size of the whole."""
    import numpy as np

    sizes = np.array([_room(str(network.nodes[actor].get("label", actor))) for actor in part], dtype=float)
    points = _settle(_push(_attract(network, part, seed), sizes), sizes)
    low, high = (points - sizes / 2).min(axis=0), (points + sizes / 2).max(axis=0)
    middle = np.round((low + high) / (2 * STEP)) * STEP
    return points - middle, np.ceil((high - low) / (2 * STEP) + 2) * 2 * STEP


def _room(label: str) -> tuple[int, int]:
    """The width and height that a mark and its name need, in even steps so that they can be centred."""
    width = _LETTER * sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in label)
    lines = 1 if width <= LABEL_WIDTH else 2
    needs = (min(max(width, _MARK), LABEL_WIDTH) + _MARGIN, _MARK + lines * _LINE)
    across, down = (math.ceil(need / (2 * STEP)) * 2 * STEP for need in needs)
    return across, down


def _attract(network: nx.MultiGraph, part: list[str], seed: int) -> Points:
    """Let the forces work; steps shrink until the picture stands still."""
    import numpy as np

    count = len(part)
    if count == 1:
        return np.zeros((1, 2))
    first, second, strength = _edges(network, part)
    mass = np.array([len(network[actor]) + 1.0 for actor in part])
    chance = random.Random(seed)
    points = np.array([[chance.random(), chance.random()] for _ in part]) * math.sqrt(count) * 10
    gravity = _GRAVITY if count > 4 else 0.0  # it would hold the third of three partners between the others
    rounds = min(400, 40 + 10 * count, max(30, 100_000_000 // count**2))
    for left in range(rounds, 0, -1):
        points = points - points.sum(axis=0) / count
        force = _repulsion(points, mass) - points * (gravity * mass / (_length(points) + 1e-9))[:, None]
        pull = (points[first] - points[second]) * strength[:, None]
        for axis in (0, 1):
            force[:, axis] += np.bincount(second, pull[:, axis], count) - np.bincount(first, pull[:, axis], count)
        force = force / mass[:, None]
        size = _length(force) + 1e-9
        points = points + force * (np.minimum(size * 0.3, 3 * math.sqrt(count) * left / rounds) / size)[:, None]
    points = _lay_flat(points - points.sum(axis=0) / count)
    scale = _BETWEEN_PARTNERS / float(np.median(_length(points[first] - points[second])))
    scaled: Points = points * np.array([scale * _WIDER, scale])
    return scaled


def _edges(network: nx.MultiGraph, part: list[str]) -> tuple[Numbers, Numbers, Points]:
    """The partners by their places in the list, and how much they attract; much more than others, not too much."""
    import numpy as np

    place = {actor: number for number, actor in enumerate(part)}
    pairs = [(place[a], place[b]) for a in part for b in sorted(network[a]) if a < b]
    strength = [math.sqrt(min(4, network.number_of_edges(part[a], part[b]))) for a, b in pairs]
    ends = np.array(pairs)
    return ends[:, 0], ends[:, 1], np.array(strength)


def _repulsion(points: Points, mass: Points) -> Points:
    import numpy as np

    force = np.empty_like(points)
    for rows in _blocks(len(points)):
        across, down = _apart(points, rows)
        push = _REPULSION * mass[rows, None] * mass / (across * across + down * down + 1e-9)
        force[rows, 0], force[rows, 1] = (across * push).sum(axis=1), (down * push).sum(axis=1)
    return force


def _lay_flat(points: Points) -> Points:
    """Turn points so that they spread most from left to right, as screens and names do."""
    import numpy as np

    half = float((points[:, 0] ** 2 - points[:, 1] ** 2).sum()) / 2
    mixed = float((points[:, 0] * points[:, 1]).sum())
    across, down = half + math.sqrt(half * half + mixed * mixed), mixed
    length = math.sqrt(across * across + down * down)
    if length < 1e-9:
        return points if half >= 0 else points[:, ::-1]
    across, down = across / length, down / length
    x, y = points[:, 0], points[:, 1]
    return np.stack([x * across + y * down, y * across - x * down], axis=1)


def _push(points: Points, sizes: Points) -> Points:
    """Push those who overlap apart, along the side that needs less, until nobody overlaps or time is up."""
    import numpy as np

    for _ in range(min(300, 100_000_000 // len(points) ** 2)):
        first, second = _overlapping(points, sizes)
        if not len(first):
            break
        apart = points[second] - points[first]
        reach = (sizes[second] + sizes[first]) / 2
        overlap = reach - np.abs(apart)
        sideways = overlap[:, 0] / reach[:, 0] < overlap[:, 1] / reach[:, 1]
        push = np.where(apart < 0, -overlap, overlap) * np.stack([sideways, ~sideways], axis=1) * 0.35
        moves = (
            np.bincount(second, push[:, axis], len(points)) - np.bincount(first, push[:, axis], len(points))
            for axis in (0, 1)
        )
        points = points + np.stack(list(moves), axis=1)
    return points


def _overlapping(points: Points, sizes: Points) -> tuple[Numbers, Numbers]:
    """Each two whose boxes overlap by more than half a pixel, the earlier first."""
    import numpy as np

    halves = sizes / 2 - 0.25
    pairs = []
    for rows in _blocks(len(points)):
        across, down = _apart(points, rows)
        hit = (np.abs(across) < halves[rows, 0, None] + halves[:, 0]) & (
            np.abs(down) < halves[rows, 1, None] + halves[:, 1]
        )
        first, second = np.nonzero(hit)
        earlier = first + rows.start < second
        pairs.append((first[earlier] + rows.start, second[earlier]))
    return np.concatenate([first for first, _ in pairs]), np.concatenate([second for _, second in pairs])


def _settle(points: Points, sizes: Points) -> Points:
    """Give every box, from the middle outwards, the free place nearest to its point, on a grid of `STEP`."""
    import numpy as np

    cells = np.asarray(sizes // STEP, dtype=int)
    margin = 2 * int(cells.max()) + math.isqrt(int((cells[:, 0] * cells[:, 1]).sum()))
    corner = np.floor(points.min(axis=0) / STEP).astype(int) - margin
    across, down = np.ceil(points.max(axis=0) / STEP).astype(int) + margin - corner
    taken = np.zeros((down, across), dtype=bool)
    settled = np.empty_like(points)
    for number in np.argsort(_length(points), kind="stable"):
        width, height = cells[number]
        column, row = np.round(points[number] / STEP - cells[number] / 2).astype(int) - corner
        row, column = _nearest_free(taken, row, column, height, width)
        taken[row : row + height, column : column + width] = True
        settled[number] = ((corner + (column, row)) + cells[number] / 2) * STEP
    return settled


def _nearest_free(taken: NDArray[np.bool_], row: int, column: int, height: int, width: int) -> tuple[int, int]:
    """The top left of the free box nearest to the wished one; going sideways counts less than up or down."""
    import numpy as np

    if not taken[row : row + height, column : column + width].any():
        return row, column
    reach = 8
    while True:
        top, left = max(0, row - reach), max(0, column - reach)
        near = taken[top : row + reach + height, left : column + reach + width]
        sums = np.pad(near.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
        filled = sums[height:, width:] - sums[:-height, width:] - sums[height:, :-width] + sums[:-height, :-width]
        rows, columns = np.nonzero(filled == 0)
        far = 2 * (rows + top - row) ** 2 + (columns + left - column) ** 2
        if len(far) and (far.min() <= reach**2 or reach > max(taken.shape)):
            best = far.argmin()
            return int(rows[best]) + top, int(columns[best]) + left
        reach *= 2


def _apart(points: Points, rows: slice) -> Iterator[Points]:
    """How far these rows are from all points, first across, then down."""
    for axis in (0, 1):
        yield points[rows, axis, None] - points[:, axis]


def _length(vectors: Points) -> Points:
    import numpy as np

    lengths: Points = np.sqrt((vectors * vectors).sum(axis=1))
    return lengths


def _blocks(count: int) -> Iterator[slice]:
    """Rows in blocks, so that tables of all pairs stay small."""
    rows = max(1, _PAIRS_AT_ONCE // count)
    yield from (slice(start, start + rows) for start in range(0, count, rows))
