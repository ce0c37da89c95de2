"""The ties: one row for each actor, relation and role, as columns.

Every network and every total reads the ties; they are written once, when a version of the store is
published, and the same Parquet file serves one machine and a cluster.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from kg.facts import Reader, notation, part_status
from kg.model.iris import code_iri
from kg.namespaces import KG, SOURCE
from kg.store.fill import free_memory
from kg.store.sorting import sort_lines
from kg.store.view import View

if TYPE_CHECKING:
    import pyarrow

FILE = "ties.parquet"
_ROWS_AT_ONCE = 10_000
_SMALLEST = Decimal("0.0001")
_FUNDING = code_iri("role", "funding")


def write_ties(view: View, folder: Path) -> int:
    """Write the ties of a view as Parquet and return how many there are."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    count = 0
    rows: list[dict[str, object]] = []
    with pq.ParquetWriter(folder / FILE, _schema(), compression="zstd") as writer:
        for row in _find_ties(view, folder):
            rows.append(row)
            count += 1
            if len(rows) == _ROWS_AT_ONCE:
                writer.write_table(pa.Table.from_pylist(rows, schema=_schema()))
                rows.clear()
                pa.default_memory_pool().release_unused()
                free_memory()
        writer.write_table(pa.Table.from_pylist(rows, schema=_schema()))
    return count


def read_ties(view: View) -> pyarrow.Table:
    """The ties of a view: columns as documented in `docs/ties.md`."""
    import pyarrow.parquet as pq

    return pq.read_table(view.path / FILE)


def _find_ties(view: View, folder: Path) -> Iterator[dict[str, object]]:
    """The rows of the ties, sorted by relation, actor and role."""
    reader = Reader(view)
    for line in sort_lines((" ".join(party) + "\n" for party in _parties(view)), folder):
        relation, actor, role, node, graph = line.split()
        work, part, who = reader.facts(relation), reader.facts(node), reader.facts(actor)
        years = work.years or (None, None)
        yield {
            "relation": relation,
            "relation_kind": work.kind,
            "relation_label": work.label,
            "actor": actor,
            "actor_label": who.label,
            "actor_kind": who.kind,
            "actor_type": who.type or (who.kind if who.kind == "person" else ""),
            "role": notation(role),
            "node": node,
            "start": work.start.edtf if work.start else "",
            "end": work.end.edtf if work.end else "",
            "year_from": years[0],
            "year_to": years[1],
            "amount": _amount(work.amount),
            "currency": work.currency or "",
            "status": part_status(work, part),
            "certainty": part.certainty,
            "source": graph,
            "evidence": sorted(value.text for value in reader.statements(node).get(KG.evidence, ())),
        }


def _amount(text: str | None) -> Decimal | None:
    """An amount as its column has it: what a source gives beyond the fourth decimal is rounded."""
    return None if text is None else Decimal(text).quantize(_SMALLEST)


def _parties(view: View) -> Iterator[tuple[str, ...]]:
    yield from view.rows(
        "SELECT ?work ?actor ?role ?node ?graph"
        f" {{ GRAPH ?graph {{ ?node :partIn ?work ; prov:agent ?actor ; prov:hadRole ?role }} {_SOURCES} }}"
    )
    yield from view.rows(
        "SELECT ?work ?actor ?role (?work AS ?node) ?graph"
        f" {{ ?property :impliesRole ?role . GRAPH ?graph {{ ?work ?property ?actor }} {_SOURCES} }}"
    )
    yield from view.rows(
        f"SELECT ?work ?actor (<{_FUNDING}> AS ?role) ?node ?graph"
        f" {{ GRAPH ?graph {{ ?node schema:fundedItem ?work ; schema:funder ?actor }} {_SOURCES} }}"
    )


_SOURCES = f'FILTER (STRSTARTS(STR(?graph), "{SOURCE}"))'


def _schema() -> pyarrow.Schema:
    import pyarrow as pa

    texts = "relation relation_kind relation_label actor actor_label actor_kind actor_type role node start end".split()
    return pa.schema(
        [
            *((name, pa.string()) for name in texts),
            ("year_from", pa.int32()),
            ("year_to", pa.int32()),
            ("amount", pa.decimal128(28, 4)),
            ("currency", pa.string()),
            ("status", pa.string()),
            ("certainty", pa.string()),
            ("source", pa.string()),
            ("evidence", pa.list_(pa.string())),
        ]
    )
