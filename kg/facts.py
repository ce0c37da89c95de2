"""What the graph says of one thing: its label, kind, dates, amount, certainty and evidence.

Every face of the project (lookup, ties, tables, maps) reads things through here, so that a date or
a label means the same everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from kg.errors import StoreError
from kg.model.dates import Date, parse_date
from kg.model.evidence import Passage, Position
from kg.namespaces import DATE, DCTERMS, KG, RDF, RDFS, SDO, SKOS, SOURCE
from kg.store.view import Value, View

LABELS = (
    *(SKOS.prefLabel, DCTERMS.title),
    *(KG.statement, KG.measure, KG.category, KG.postTitle, KG.spelling, KG.printed),
    RDFS.label,
)
STARTS = (KG.signedOn, KG.issuedOn, KG.start, KG.plannedStart)
ENDS = (KG.signedOn, KG.issuedOn, KG.end, KG.plannedEnd)
"""An agreement is of the day it was signed and a publication of the day it was issued, whatever period they cover."""
LANGUAGES = ("en", "")
"""Preferred languages of a label, before any other."""

REMEMBERED = 3_000
"""Things that a reader remembers, some 20 MB: a large graph has more than memory holds."""

Statements = Mapping[str, tuple[Value, ...]]


class Facts(NamedTuple):
    """One thing, as far as every kind of thing has it.

    `status`, `certainty` and `type` are notations of code lists, `evidence` pairs of a source's IRI
    and a place in it; `amount` is a decimal number in text, in `currency`. `years` are the first and the
    last year that the thing may fall in, both included; what was ongoing when its source was written
    lasts until the year of the source at least. `end_planned` says that the end was only planned.
    """

    iri: str
    label: str
    kind: str
    type: str = ""
    start: Date | None = None
    end: Date | None = None
    amount: str | None = None
    currency: str | None = None
    status: str = ""
    certainty: str = ""
    evidence: tuple[tuple[str, Passage | Position], ...] = ()
    years: tuple[int, int] | None = None
    end_planned: bool = False


class Reader:
    """Reads facts of a view, each thing once as far as it remembers."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.kinds = view.values(KG.kind)
        self._statements: dict[str, Statements] = {}
        self._facts: dict[str, Facts] = {}

    def statements(self, iri: str) -> Statements:
        """All statements of a thing, values by predicate."""
        found = self._statements.get(iri)
        if found is None:
            if len(self._statements) > REMEMBERED:
                self._statements.clear()
            found = self._statements[iri] = self.view.about(iri)
        return found

    def facts(self, iri: str) -> Facts:
        """The facts of a thing."""
        found = self._facts.get(iri)
        if found is None:
            if len(self._facts) > REMEMBERED:
                self._facts.clear()
            found = self._facts[iri] = self._read(iri)
        return found

    def kind(self, iri: str) -> str:
        """The kind of a thing; an empty string where no class of it has one."""
        types = self.statements(iri).get(RDF.type, ())
        return min((self.kinds[value.text] for value in types if value.text in self.kinds), default="")

    def _read(self, iri: str) -> Facts:
        found = self.statements(iri)
        amount, currency = self._money(found)
        start, end, status = _date(found, STARTS), _date(found, ENDS), notation(first(found, KG.status))
        told = evidence(found)
        until = self._written_in(told) if status == "ongoing" and end is None else []
        return Facts(
            iri=iri,
            label=label(iri, found),
            kind=self.kind(iri),
            type=notation(first(found, KG.organizationKind)),
            start=start,
            end=end,
            amount=amount,
            currency=currency,
            status=status,
            certainty=notation(first(found, KG.certainty)),
            evidence=told,
            years=_years([date for date in (start, end) if date is not None], until),
            end_planned=end is not None and end == _date(found, (KG.plannedEnd,)),
        )

    def _written_in(self, told: Iterable[tuple[str, Passage | Position]]) -> list[int]:
        """The years in which the sources of some evidence were written, as far as they are known."""
        dates = [_date(self.statements(source), (KG.issuedOn,)) for source in sorted({source for source, _ in told})]
        return [date.latest.year for date in dates if date is not None]

    def _money(self, found: Statements) -> tuple[str | None, str | None]:
        node = first(found, SDO.amount)
        if not node:
            return None, None
        money = self.statements(node)
        return first(money, SDO.value) or None, first(money, SDO.currency) or None


def _years(dates: Sequence[Date], until: Sequence[int]) -> tuple[int, int] | None:
    if not dates:
        return None
    return min(date.earliest.year for date in dates), max([*(date.latest.year for date in dates), *until])


def part_status(work: Facts, part: Facts) -> str:
    """The status of a party's part: its own where it has not come true, else that of the work."""
    return part.status if part.status and part.status != "realised" else work.status or part.status


def doubt(certainty: str) -> int:
    """How much doubt a certainty leaves: stated least; one that is not told, or not of the list, most."""
    known = ("stated", "implied", "ambiguous", "added")
    return known.index(certainty) if certainty in known else len(known)


def first(found: Statements, predicate: str) -> str:
    """The first value of a predicate, or an empty string."""
    values = found.get(predicate)
    return values[0].text if values else ""


def notation(code: str) -> str:
    """The notation of a code's IRI.

    >>> notation("https://w3id.org/partnership-kg/code/role/organizer")
    'organizer'
    """
    return code.rpartition("/")[2]


def label(iri: str, found: Statements) -> str:
    """The name to show: English first, then any; where a thing has none, the end of its IRI."""
    for predicate in LABELS:
        values = found.get(predicate)
        if values:
            return min(values, key=_rank).text
    return iri.rpartition("#")[2].rpartition("/")[2]


def evidence(found: Statements) -> tuple[tuple[str, Passage | Position], ...]:
    """Where a node's evidence lies, in the order of the text."""
    return tuple(sorted((parse_evidence(value.text) for value in found.get(KG.evidence, ())), key=_in_order))


def parse_evidence(iri: str) -> tuple[str, Passage | Position]:
    """The source and the place that an evidence IRI names.

    Raises StoreError for an IRI of another form.
    """
    source, _, fragment = iri.partition("#")
    key, _, value = fragment.partition("=")
    one, comma, other = value.partition("," if key == "char" else ";")
    if key == "char" and comma and one.isdigit() and other.isdigit():
        return source, Passage(int(one), int(other))
    if key == "record" and comma:
        from urllib.parse import unquote

        return source, Position(unquote(one), unquote(other))
    raise StoreError(f"{iri}: expected evidence like {SOURCE}x#char=10,20, got another form")


def _in_order(found: tuple[str, Passage | Position]) -> tuple[str, bool, tuple[int | str, ...]]:
    source, place = found
    return source, isinstance(place, Position), tuple(place)


def _rank(value: Value) -> tuple[int, str, str]:
    known = LANGUAGES.index(value.language) if value.language in LANGUAGES else len(LANGUAGES)
    return known, value.language, value.text


def _date(found: Statements, predicates: tuple[str, ...]) -> Date | None:
    for predicate in predicates:
        value = first(found, predicate)
        if value.startswith(DATE):
            return parse_date(value.removeprefix(DATE))
    return None
