"""A flow of FTS to records: its money, what for, and why it counts in totals or not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import TypeVar

from kg.model.dates import Date, parse_date
from kg.model.figures import Allocation, Conversion, Flow
from kg.model.iris import quoted
from kg.model.records import Concept
from kg.model.row import Row
from kg.sources.fts.codes import BOUNDARIES, CLASSES, MARKS, STAGES, USUAL, VOCABULARIES
from kg.sources.fts.pages import Node
from kg.sources.fts.parties import add_link, find_persons, meet_organizations, meet_works
from kg.sources.fts.scope import Scope

USD = "USD"
RATES = Context(prec=10)
TOLERANCE = Decimal("0.05")
"""How far a rate may be off, of the amount: FTS rounds rates to three places."""
_CURRENCY = re.compile(r"[A-Z]{3}")
_YEAR = re.compile(r"(?:19|20|21)\d\d", re.ASCII)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Money:
    """The amount of a flow, and its amount in US dollars where that is another one."""

    amount: Decimal | None
    currency: str
    dollars: Decimal | None = None
    rate: Decimal | None = None
    note: str = ""

    @property
    def in_dollars(self) -> Decimal | None:
        """The amount in US dollars, whichever of the two it is."""
        return self.amount if self.currency == USD and self.dollars is None else self.dollars


def read_flow(scope: Scope, *, repeated: bool) -> Iterator[Row]:
    """The records of one flow; `repeated` says that another flow of its id was told before."""
    scope.count_unread(scope.node, "flow")
    before, after = scope.objects("sourceObjects"), scope.objects("destinationObjects")
    find_persons([*before["Organization"], *after["Organization"]], scope)
    stage, status = _word(scope, "status", STAGES, ("unspecified", "unknown"))
    money, start = _money(scope), scope.day("date")
    boundary, counts, reason = _counting(scope, stage, money.in_dollars, repeated)
    funders, receivers = (meet_organizations(one["Organization"], scope) for one in (before, after))
    given, taken = (meet_works(one, scope, status == "realised") for one in (before, after))
    for project in taken["Project"] if len(taken["Plan"]) == 1 else ():
        add_link(project, "part-of", taken["Plan"][0], "implied", scope)
    sums = f"{money.amount:f} {money.currency}" if money.amount is not None else ""
    years = _years(before["UsageYear"], after["UsageYear"], scope)
    shares = list(_allocations(after, scope))  # before the note is made: what they cannot use stands there
    yield Flow(
        id=scope.id,
        title=" ".join(filter(None, (stage, sums, start.edtf if start else ""))),
        flow_class=_word(scope, "contributionType", CLASSES, "aid"),
        stage=stage,
        status=status,
        funders=funders,
        receivers=receivers,
        identifiers=(f"fts-flow:{number}",) if (number := scope.text(scope.node, "id")) and not repeated else (),
        items=(*taken["Plan"], *taken["Project"]),
        paid_from=_paid_from(given, scope),
        purpose=scope.text(scope.node, "description"),
        reference=scope.text(scope.node, "refCode"),
        humanitarian=True,
        amount=money.amount,
        currency=money.currency,
        start=start,
        usage_year=years,
        boundary=boundary,
        counts=counts,
        uncounted=reason,
        evidence=scope.evidence,
        certainty="stated",
        note=_note(scope, start, years, boundary),
    )
    yield from _conversion(money, scope)
    yield from shares


def _counting(scope: Scope, stage: str, dollars: Decimal | None, repeated: bool) -> tuple[str, bool, str]:
    """The boundary of a flow, whether it counts, and why not.

    FTS sums what comes in from outside, is paid or committed, and lies within the boundary as a whole.
    """
    boundary = _word(scope, "boundary", {one: one for one in BOUNDARIES}, "")
    extent = _word(scope, "onBoundary", {"single": "single", "shared": "shared"}, "")
    if repeated:
        return boundary, False, "repeated"
    if extent == "single" and stage != "unspecified":
        total = "pledgeTotal" if stage == "pledge" else "fundingTotal"
        scope.reading.sums[boundary, total] += dollars or 0
    if stage == "pledge":
        return boundary, False, "not-moved"
    if boundary in ("internal", "outgoing"):
        return boundary, False, boundary
    if extent == "shared":
        return boundary, False, "shared"
    known = boundary and extent and stage != "unspecified"
    if not known:
        scope.find("warning", "not-countable", "expected a boundary and a status, got none that is known; of no total")
    return boundary, bool(known), ""


def _money(scope: Scope) -> Money:
    """The amount in the original currency where it is told, else in US dollars."""
    dollars, original, rate = (scope.number(key) for key in ("amountUSD", "originalAmount", "exchangeRate"))
    currency = scope.text(scope.node, "originalCurrency").upper()
    if currency and not _CURRENCY.fullmatch(currency):
        scope.wrong("originalCurrency", "a currency", currency)
        currency = ""
    if original is None or not currency or (not original and dollars) or (currency == USD and dollars is not None):
        return _in_dollars(dollars, original, currency, rate, scope)
    if dollars is None or rate is None or rate <= 0:
        scope.remark("The source has the exchangeRate", f"{rate:f}" if rate is not None else "")
        return Money(original, currency, dollars)
    if abs(original / rate - dollars) > max(TOLERANCE * abs(dollars), Decimal(1)):
        message = f"exchangeRate: expected one that makes {dollars:f} {USD} of {original:f} {currency}, got {rate:f}"
        scope.find("warning", "rate-not-fitting", message)
    note = f"The source has the exchangeRate {rate:f}: units of {currency} for one of {USD}."
    return Money(original, currency, dollars, RATES.divide(Decimal(1), rate), note)


def _in_dollars(
    dollars: Decimal | None, original: Decimal | None, currency: str, rate: Decimal | None, scope: Scope
) -> Money:
    """The amount in US dollars; what the source has beside it and cannot be used goes into the note."""
    if dollars is None:
        message = "expected amountUSD, or originalAmount with originalCurrency, got neither"
        scope.find("warning", "no-amount", message)
    told = f"{'none' if original is None else f'{original:f}'} {currency}".strip()
    if original and currency == USD and original != dollars:
        scope.find("warning", "two-amounts", f"originalAmount: expected {dollars:f} {USD} as in amountUSD, got {told}")
        scope.remark("The source has as the original amount", told)
    elif (original is not None or currency) and (original != dollars or currency != USD):
        message = f"expected an amount in the original currency, got {told}; took that in US dollars"
        scope.find("info", "no-original-amount", message)
        scope.remark("The source has as the original amount", told)
    scope.remark("The source has the exchangeRate", f"{rate:f}" if rate is not None and rate != 1 else "")
    return Money(dollars, USD if dollars is not None else "")


def _conversion(money: Money, scope: Scope) -> Iterator[Row]:
    if money.dollars is None:
        return
    yield Conversion(
        id=f"{scope.id}.in-usd", flow=scope.id, amount=money.dollars, currency=USD, method="by-source", rate=money.rate,
        rate_source="Financial Tracking Service, OCHA" if money.rate else "",
        evidence=scope.evidence, certainty="stated", note=money.note,
    )  # fmt: skip


def _paid_from(given: dict[str, tuple[str, ...]], scope: Scope) -> str:
    """The work out of which the money comes: the one project, else the one plan."""
    works = given["Project"] or given["Plan"]
    if len(works) > 1:
        names = (next(iter(scope.reading.works[one].names)) for one in works)
        scope.remark("It is paid out of several works", "; ".join(names))
    return works[0] if len(works) == 1 else ""


def _years(before: list[Node], after: list[Node], scope: Scope) -> Date | None:
    """The years for which the money is meant, as a range; other years at its source, and gaps, go into the note."""
    given, meant = (_numbers(nodes, scope) for nodes in (before, after))
    if given and given != meant:
        scope.remark("Out of money for", ", ".join(map(str, given)))
    if not meant:
        return None
    if len(meant) != meant[-1] - meant[0] + 1:
        scope.remark("Usage years", ", ".join(map(str, meant)))
    return parse_date(f"{meant[0]}/{meant[-1]}" if len(meant) > 1 else f"{meant[0]}")


def _numbers(nodes: list[Node], scope: Scope) -> list[int]:
    found = set()
    for one in nodes:
        name = scope.text(one, "name")
        if _YEAR.fullmatch(name):
            found.add(int(name))
        else:
            scope.wrong("UsageYear", "a year", name)
    return sorted(found)


def _allocations(after: dict[str, list[Node]], scope: Scope) -> Iterator[Row]:
    """What a flow is for, and how FTS marks it. An amount for several is never split: no share is told."""
    for kind, vocabulary in VOCABULARIES.items():
        for one in after[kind]:
            _, identifier, name = scope.name_of(one, vocabulary)
            behaviour = scope.text(one, "behavior")
            note = "" if behaviour in ("", "single") else f"FTS calls its part in the flow {behaviour}."
            if country := scope.country(name) if kind == "Location" else "":
                yield from _allocation(scope, f"country-{country}", place=f"country:{country}", note=note)
                continue
            if kind == "Location" and name:
                message = f"Location: expected a country of ISO 3166, got {name[:80]!r}; kept as a code of FTS"
                scope.find("info", "unknown-country", message)
            yield from _coded(scope, vocabulary, identifier or name, name, note)
    for key, vocabulary in MARKS.items():
        for mark in scope.texts(scope.node, key):
            if mark not in USUAL:
                yield from _coded(scope, vocabulary, mark, mark)


def _coded(scope: Scope, vocabulary: str, code: str, name: str, note: str = "") -> Iterator[Row]:
    """An allocation to a code of FTS, which is described beside the flows, once."""
    if not code:
        return
    concept = Concept(vocabulary=vocabulary, code=code, name=name, evidence=scope.evidence, certainty="stated")
    first = scope.reading.concepts.setdefault((vocabulary, code), concept)
    if first.name != name:
        scope.find("info", "other-name", f"{vocabulary}: expected {first.name[:80]!r} as before, got {name[:80]!r}")
    yield from _allocation(scope, f"{vocabulary}.{quoted(code)}", vocabulary=vocabulary, code=code, note=note)


def _allocation(
    scope: Scope, ending: str, *, note: str, place: str = "", vocabulary: str = "", code: str = ""
) -> Iterator[Row]:
    """An allocation, once for each place or code of a flow."""
    local = f"{scope.id}.to.{ending}"
    if local not in scope.told:
        scope.told.add(local)
        yield Allocation(id=local, work=scope.id, place=place, vocabulary=vocabulary, code=code, note=note,
                         evidence=scope.evidence, certainty="stated")  # fmt: skip


def _note(scope: Scope, start: Date | None, usage: Date | None, boundary: str) -> str:
    """What FTS tells of a flow and no field of it holds; what follows from the fields is not said."""
    node, decided, flag = scope.node, scope.day("decisionDate"), scope.node.get("newMoney")
    if flag not in (None, True, False):
        scope.wrong("newMoney", "a flag", flag)
    elif flag is not None and flag == (boundary == "internal"):
        scope.remark("New money", "yes" if flag else "no")
    year = scope.text(node, "budgetYear")
    scope.remark("Budget year", "" if usage and year == usage.edtf else year)
    scope.remark("Decided on", decided.edtf if decided and decided != start else "")
    for what, key in (("It follows on flow", "parentFlowId"), ("Flows follow on it", "childFlowIds")):
        scope.remark(f"{what}, which no page holds", ", ".join(_relatives(key, scope)))
    return " ".join(scope.remarks)


def _relatives(key: str, scope: Scope) -> Iterator[str]:
    """Link a flow with its parent or children in FTS; those that no page holds are given back."""
    for other in scope.texts(scope.node, key):
        relative = f"flow.{quoted(other)}"
        if other not in scope.reading.held:
            yield other
        elif relative != scope.id:
            child, parent = (scope.id, relative) if key == "parentFlowId" else (relative, scope.id)
            add_link(child, "follows", parent, "stated", scope)


def _word(scope: Scope, key: str, table: dict[str, T], default: T) -> T:
    """What a word of FTS becomes, whatever its case, with a finding for one that FTS does not have."""
    raw = scope.text(scope.node, key)
    if raw.lower() in table:
        return table[raw.lower()]
    scope.find("warning", f"unknown-{key}", f"{key}: expected {', '.join(sorted(table))}, got {raw[:40] or 'none'!r}")
    scope.remark(f"The source has the {key}", repr(raw[:100]) if raw else "")
    return default
