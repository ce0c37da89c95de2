"""Write the table of agreement into `data/workbooks/README.md`, from the two codings of each document.

Run it as `python docs/make_agreement.py`; a test says when it is due.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from kg.diff import diff  # noqa: E402
from kg.diff.compare import Count  # noqa: E402

CODINGS = ROOT / "data" / "codings"
PAGE = ROOT / "data" / "workbooks" / "README.md"
BEGIN, END = "<!-- agreement: begin -->\n", "<!-- agreement: end -->\n"
KINDS = {
    "organization": "organizations", "person": "persons", "place": "places", "mention": "names", "membership": "posts",
    "activity": "activities", "event": "events", "agreement": "agreements", "publication": "publications",
    "participation": "participations", "link": "links", "flow": "sums of money", "pairing": "pairings",
    "headcount": "head counts", "indicator": "figures", "claim": "claims", "conflict": "conflicts", "slip": "slips",
    "omission": "omissions",
}  # fmt: skip
LATER = ("slip", "omission")
"""Tables that are younger than the first coding of some documents: a coding without any of both had no such table."""


def counts_of(document: Path) -> dict[str, Count]:
    """How far the two codings of a document agree, by kind of thing."""
    found = diff(document / "first", document / "second", ontology=ROOT / "ontology", align=True)
    counts = {count.kind: count for count in found.counts if count.kind in KINDS}
    if not any(counts[kind].old for kind in LATER if kind in counts):
        counts = {kind: count for kind, count in counts.items() if kind not in LATER}
    return counts


def cell(count: Count | None) -> str:
    """One cell: things of the first, of the second, of both: agreement (agreement on coded values)."""
    if count is None:
        return ""
    values = "" if count.values is None else f" ({count.values:.2f})"
    return f"{count.old}, {count.new}, {count.both}: {count.agreement:.2f}{values}"


def table() -> Iterator[str]:
    """The lines of the table: a row for each kind, a column for each document, and all kinds together."""
    documents = {folder.name: counts_of(folder) for folder in sorted(CODINGS.iterdir()) if folder.is_dir()}
    yield f"| kind | {' | '.join(documents)} |"
    yield "|---|" + "---|" * len(documents)
    for kind, words in KINDS.items():
        yield f"| {words} | {' | '.join(cell(counts.get(kind)) for counts in documents.values())} |"
    totals = []
    for counts in documents.values():
        old, new, both = (sum(getattr(count, name) for count in counts.values()) for name in ("old", "new", "both"))
        totals.append(cell(Count("all", old, new, both, 0, None)))
    yield f"| **all** | {' | '.join(f'**{total}**' for total in totals)} |"


def with_table(page: str) -> str:
    """The page with the table between its two marks made anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + "\n" + "\n".join(table()) + "\n\n" + END + after


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
