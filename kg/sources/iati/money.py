"""Transactions, budgets and planned disbursements of an activity to flows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

from kg.clean.persons import is_email
from kg.clean.values import digest, read_number
from kg.model.dates import Date
from kg.model.figures import Flow
from kg.model.iris import quoted
from kg.model.row import Row
from kg.sources.iati.codes import (
    BUDGET_STATUSES,
    BUDGET_TYPES,
    FINANCE,
    INCOMING,
    OUTGOING,
    PAID_BACK,
    PLEDGED,
    SOLD,
    STAGES,
    YES_NO,
)
from kg.sources.iati.parties import Parties
from kg.sources.iati.references import is_placeholder
from kg.sources.iati.scope import Named, Scope
from kg.sources.iati.shares import read_shares
from kg.sources.iati.stream import Element

TYPES = {
    "aid_type": ("aid-type", "iati-aid-type"),
    "flow_type": ("flow-type", "iati-flow-type"),
    "instrument": ("finance-type", "iati-finance-type"),
    "tied": ("tied-status", "iati-tied-status"),
}
"""The element and the code list of each field of a flow that may be inherited from the activity."""
_CURRENCY = re.compile("[A-Z]{3}")
_MADE = ("title", "evidence", "certainty", "counts", "uncounted")
_CONTENT = [one.name for one in fields(Flow) if one.name not in _MADE]


def read_flows(element: Element, scope: Scope, parties: Parties) -> Iterator[Row]:
    """The flows of an activity, each with its allocations."""
    transactions = [(one, _reference(one, scope)) for one in element.findall("transaction")]
    refs = Counter(ref for _, ref in transactions)
    for one, ref in transactions:
        scope.reading.report.tally["transactions"] += 1
        number = ref if refs[ref] == 1 and _tells(ref) else ""
        yield from _named(_transaction(one, ref, scope, parties), one, number, scope)
    for one in element.findall("budget"):
        yield read_budget(one, "budget", scope, items=(scope.id,))
    for one in element.findall("planned-disbursement"):
        known, _ = _parties(one, scope, parties)
        yield read_budget(one, "planned-disbursement", scope, items=(scope.id,), **known)


def _tells(ref: str) -> bool:
    """Whether a number of a transaction is one; 1 and 99 are, which are fillers where a party is named."""
    return not is_placeholder(ref) or ref.isdigit()


def _transaction(one: Element, ref: str, scope: Scope, parties: Parties) -> Flow:
    stage = _stage(one, scope)
    known, implied = _parties(one, scope, parties, stage)
    types = {name: _type(one, *of, scope) for name, of in TYPES.items()}
    mark = YES_NO.get(scope.attribute(one, "humanitarian").lower())
    purpose, language = _purpose(one, scope)
    finance = FINANCE.get(types["instrument"], FINANCE.get(types["instrument"][:-2], ""))
    if stage in PAID_BACK or stage == SOLD:
        # It leaves the work that pays or enters that which sells: this one, else this is at the other end.
        for end in ("paid_from", "paid_into") if stage in PAID_BACK else ("paid_into", "paid_from"):
            if scope.id not in known.values():
                known.setdefault(end, scope.id)
    else:
        known["items"] = (scope.id,)
    return _flow(
        one,
        stage,
        scope,
        start=scope.date(one.find("transaction-date")),
        reference=ref,
        purpose=purpose,
        language=language,
        finance_type=finance,
        flow_class="loan" if finance == "loan" else "aid",
        humanitarian=scope.humanitarian if mark is None else mark,
        status="planned" if stage in PLEDGED else "realised",
        counts=not (reason := _uncounted(stage, scope)),
        uncounted=reason,
        certainty="implied" if implied else "stated",
        **known,
        **types,
    )


def _uncounted(stage: str, scope: Scope) -> str:
    """Why a transaction counts in no total; empty where it does."""
    if scope.repeated:
        return "repeated"
    if scope.secondary:
        return "secondary-report"
    if stage in INCOMING:
        return "receiver-report"
    return "not-moved" if stage in PLEDGED else ""


def read_budget(one: Element, stage: str, scope: Scope, *, status: str = "planned", **known: Any) -> Flow:
    """A budget, or what is planned or was spent in a period: no movement of money, so that it never counts."""
    kind = scope.word(BUDGET_TYPES, scope.attribute(one, "type"), one, "", "type")
    word = scope.word(BUDGET_STATUSES, scope.attribute(one, "status"), one, "", "status")
    start, end = _period(one, scope)
    qualities = " and ".join(filter(None, (kind, word)))
    flow = _flow(
        one,
        stage,
        scope,
        start=start,
        end=end,
        qualities=qualities,
        flow_class="aid",
        status=status,
        counts=False,
        uncounted="not-moved",
        certainty="stated",
        **known,
    )
    return replace(flow, id=scope.unique(f"{scope.id}.{one.tag}.{digest(*_told(flow), qualities)}"))


def _period(one: Element, scope: Scope) -> tuple[Date | None, Date | None]:
    """Start and end; of a period that ends before it starts neither, since nobody knows which is wrong."""
    start, end = (scope.date(one.find(f"period-{which}")) for which in ("start", "end"))
    if start is None or end is None or end.latest >= start.earliest:
        return start, end
    message = f"period-end: expected an end after the start {start.edtf}, got {end.edtf}; both are left out"
    scope.find("warning", "end-before-start", message, one)
    scope.remarks.append(f"The source has the start {start.edtf} and the end {end.edtf}.")
    return None, None


def _named(flow: Flow, one: Element, number: str, scope: Scope) -> Iterator[Row]:
    """A transaction and its allocations, under its number, so that it stays itself when its amount is corrected.

    Without one, its id is made of all that it says, and equal transactions are counted.
    """
    shares = list(read_shares(one, "flow", scope))
    content = [(share.place, share.vocabulary, share.code, share.share) for share in shares]
    # A dot would let the number end like the name of a part of another transaction.
    name = f"ref-{quoted(number).replace('.', '%2E')}" if number else digest(*_told(flow), content)
    local = scope.unique(f"{scope.id}.transaction.{name}")
    yield replace(flow, id=local)
    for share in shares:
        yield replace(share, id=local + share.id.removeprefix("flow"), work=local)


def _told(flow: Flow) -> Iterator[tuple[str, object]]:
    """What a flow says, without what was made of it, so that its id outlives a field that is added or judged anew."""
    for name in _CONTENT:
        if value := getattr(flow, name):
            yield name, value


def _flow(one: Element, stage: str, scope: Scope, *, qualities: str = "", **fields: Any) -> Flow:
    """A flow whose title says what it is and how much; its time and its parties are shown beside it everywhere."""
    value = one.find("value")
    amount, currency = _amount(one, value, scope)
    value_date = scope.date(value, "value-date")
    money = f"of {currency} {amount:,f}" if amount is not None else ""
    return Flow(
        id="",
        title=" ".join(filter(None, (qualities, stage.replace("-", " "), money))),
        stage=stage,
        amount=amount,
        currency=currency,
        value_date=value_date,
        note=scope.note(),
        evidence=scope.evidence,
        **fields,
    )


def _amount(one: Element, value: Element | None, scope: Scope) -> tuple[Decimal | None, str]:
    """Amount and currency; without a currency there is no amount, since it could be added to nothing."""
    raw = "" if value is None else scope.text(value)
    amount = read_number(raw)
    met = scope.attribute(value, "currency") or scope.currency
    currency = met.upper() if _is_currency(met.upper(), scope) else ""
    if currency != met and currency:
        scope.remarks.append(f"The source has the currency {met[:40]!r}.")
    if amount is None:
        scope.find("warning", "not-an-amount", f"value: expected a number, got {raw[:40]!r}", one)
    elif not currency:
        got = repr(met[:40]) if met else "none"
        message = f"value: expected a currency, of its own or of the activity, got {got} for {raw[:40]}"
        scope.find("warning", "no-currency", message, one)
    elif not raw.lstrip("+-").replace(".", "", 1).isdigit():
        scope.find("info", "amount-mended", f"value: expected digits, got {raw[:40]!r}; read as {amount:f}", one)
    else:
        return amount, currency
    if raw:
        beside = "" if currency else f" and the currency {met[:40]!r}" if met else " and no currency"
        scope.remarks.append(f"The source has the amount {raw[:100]!r}{beside}.")
    return (amount, currency) if currency and amount is not None else (None, "")


def _is_currency(code: str, scope: Scope) -> bool:
    """Whether a code is on the list of currencies; where no list is at hand, whether it has the form of one."""
    codes = scope.reading.codes.get("iati-currency", ())
    return code in codes if codes else _CURRENCY.fullmatch(code) is not None


def _stage(one: Element, scope: Scope) -> str:
    found = one.find("transaction-type")
    raw = scope.attribute(found, "code")
    if not raw:
        message = "transaction-type: expected a code, got none; how far the money came is not known"
        scope.find("warning", "no-transaction-type", message, one)
    return scope.word(STAGES, raw, found, "unspecified", "transaction-type")


def _type(one: Element, tag: str, scheme: str, scope: Scope) -> str:
    """A code of the transaction's own, else the activity's default."""
    code = scope.standard_code(one, tag, "transaction") or scope.defaults.get(tag, "")
    return scope.code(scheme, code, [], one) if code else ""


def _purpose(one: Element, scope: Scope) -> Named:
    """The first text of the description, with its language; the others are counted."""
    found = [named for text in one.findall("description") for named in scope.narratives(text)]
    if len(found) > 1:
        scope.reading.report.unread["transaction/description[further languages]"] += len(found) - 1
    return (scope.mended(found[0][0], one), found[0][1]) if found else ("", "")


def _reference(one: Element, scope: Scope) -> str:
    """The publisher's own number of a transaction, which may be any text; an e-mail address is none."""
    text = scope.without_persons(scope.attribute(one, "ref"))
    return "" if is_email(text) else text


def _parties(one: Element, scope: Scope, parties: Parties, stage: str = "") -> tuple[dict[str, Any], bool]:
    """Funders, receivers and their works, and whether one of them is only implied.

    The standard lets a publisher leave out itself. That is read so where it takes part in the activity: who only
    reports what others pay, as a ministry of finance does, is no party of it.
    """
    provider, receiver = one.find("provider-org"), one.find("receiver-org")
    funder, _ = parties.meet(provider, scope)
    taker, _ = parties.meet(receiver, scope)
    itself = scope.reporter if scope.reporter in scope.parties and not scope.secondary else ""
    given, taken = funder, taker
    if not funder and provider is None and stage in OUTGOING:
        funder = itself
    if not taker and receiver is None and stage in INCOMING:
        taker = itself
    found: dict[str, Any] = {"funders": (funder,) if funder else (), "receivers": (taker,) if taker else ()}
    if work := scope.work_of_party(provider, "provider-activity-id"):
        found["paid_from"] = work
    if work := scope.work_of_party(receiver, "receiver-activity-id"):
        found["paid_into"] = work
    return found, (given, taken) != (funder, taker)
