"""Who is tied to what by real IATI files: the ties of a store against a second reader that shares nothing with ours."""

from __future__ import annotations

import copy
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest

from kg.namespaces import KG, ORG, SDO, SKOS, SOURCE
from kg.store.view import View, open_view
from kg.ties import read_ties
from tests.commands import RunKg
from tests.test_iati import real_files

# --- what the files say ------------------------------------------------------------------------------------------

ROLES = {"1": "funding", "2": "accountable", "3": "extending", "4": "implementing"}
STAGES = {
    "1": "incoming-funds", "2": "commitment", "3": "disbursement", "4": "expenditure", "5": "interest-payment",
    "6": "loan-repayment", "7": "reimbursement", "8": "purchase-of-equity", "9": "sale-of-equity",
    "10": "credit-guarantee", "11": "incoming-commitment", "12": "pledge", "13": "incoming-pledge",
    "IF": "incoming-funds", "C": "commitment", "D": "disbursement", "E": "expenditure", "IR": "interest-payment",
    "LR": "loan-repayment", "R": "reimbursement", "QP": "purchase-of-equity", "QS": "sale-of-equity",
    "CG": "credit-guarantee",
}  # fmt: skip
OUTGOING = {"commitment", "disbursement", "expenditure", "reimbursement", "purchase-of-equity", "pledge"}
INCOMING = {"incoming-funds", "incoming-commitment", "incoming-pledge"}
BUDGETS = ("budget", "planned-disbursement")
LEAVING = {"interest-payment", "loan-repayment"}
"""Money that leaves a work, so that it does not fund it."""
ENTERING = {"sale-of-equity"}
"""Money that comes into a work without funding it."""
PLACEHOLDERS = {
    "", "n/a", "na", "nan", "none", "no identifier", "not available", "excluded", "non iati registered organisation",
    "non-iati registered organisation",
}  # fmt: skip
LIKE_INDIVIDUALS = re.compile(
    r"\bindividu|\bparticulier|persona física|private person|^(mr|mrs|ms|dr)\b", re.IGNORECASE
)  # fmt: skip


class Party(NamedTuple):
    """Who somebody is by a file: the reference, or the code of a channel and the name, or the name alone."""

    ref: str
    channel: str
    name: str

    def is_same(self, other: Party | None) -> bool:
        """Whether two parties of a file are one; whoever has a reference is known by it, whatever the name."""
        return bool(other) and (self.ref == other.ref if self.ref else self == other)


class Deal(NamedTuple):
    """A transaction, budget or plan as a file tells it; who is left out is filled in, and that is implied."""

    stage: str
    value: Decimal | None
    currency: str
    funder: Party | None
    receiver: Party | None
    is_implied: bool
    paid_from: str
    paid_into: str


class Work(NamedTuple):
    """An activity: who has which role in it, its transactions, and how many ends of these name nobody."""

    identifier: str
    parties: tuple[tuple[str, Party | None], ...]
    deals: tuple[Deal, ...]
    nameless: int


Works = tuple[Work, ...]


@cache
def works_of(file: Path) -> Works:
    return tuple(map(work_of, ElementTree.parse(file).getroot().findall("iati-activity")))


def work_of(element: ElementTree.Element) -> Work:
    reporter = party_of(element.find("reporting-org"))
    others = tuple((role_of(one), party_of(one)) for one in element.findall("participating-org"))
    itself = reporter if any(party and party.is_same(reporter) for _, party in others) else None
    deals = (
        *(deal_of(one, element, itself) for one in element.findall("transaction")),
        *(plan_of(one, element) for tag in BUDGETS for one in element.findall(tag)),
    )
    ends = [*element.findall("transaction/provider-org"), *element.findall("transaction/receiver-org")]
    nameless = sum(party_of(one) is None for one in ends)
    return Work(words(element.findtext("iati-identifier")), (("reporting", reporter), *others), deals, nameless)


def role_of(element: ElementTree.Element) -> str:
    """A role: a number, or in old files a word."""
    role = element.get("role", "")
    return ROLES.get(role, role.lower())


def party_of(element: ElementTree.Element | None) -> Party | None:
    """Who an element names; nobody where it has neither a reference nor a name."""
    if element is None:
        return None
    ref, name = words(element.get("ref")), name_of(element)
    if is_placeholder(ref):
        return None if is_placeholder(name) else Party("", "", name)
    code = ref.removeprefix("XM-DAC-") if ref.endswith("000") else ref
    return Party("", code, name) if re.fullmatch(r"\d{5}", code) else Party(ref, "", name)


def name_of(element: ElementTree.Element) -> str:
    """The first name of a party: in an element, or in old files its own text."""
    names = [one.text for one in element.findall("narrative")] or [element.text]
    return next(filter(None, map(words, names)), "")


def is_placeholder(text: str) -> bool:
    """Whether a reference or name says nothing: one of some words, or neither a letter nor a digit but 0."""
    return text.lower() in PLACEHOLDERS or not re.search(r"[^\W_0]", text)


def words(text: str | None) -> str:
    return " ".join((text or "").split())


def deal_of(element: ElementTree.Element, work: ElementTree.Element, itself: Party | None) -> Deal:
    """A transaction; the publisher is meant where an element is missing that the standard lets it leave out."""
    kind, value = element.find("transaction-type"), element.find("value")
    assert kind is not None
    assert value is not None
    stage = STAGES.get(kind.get("code", ""), "unspecified")
    told = Decimal(words(value.text)) if words(value.text) else None
    currency = value.get("currency") or work.get("default-currency", "")
    provider, receiver = element.find("provider-org"), element.find("receiver-org")
    payer = itself if provider is None and stage in OUTGOING else None
    payee = itself if receiver is None and stage in INCOMING else None
    paid_from, paid_into = activity_at(provider, "provider", work), activity_at(receiver, "receiver", work)
    identifier = words(work.findtext("iati-identifier"))
    if stage in LEAVING:
        paid_from = paid_from or identifier
    if stage in ENTERING:
        paid_into = paid_into or identifier
    return Deal(
        stage, told, currency if told is not None else "", party_of(provider) or payer, party_of(receiver) or payee,
        bool(payer or payee), paid_from, paid_into,
    )  # fmt: skip


def plan_of(element: ElementTree.Element, work: ElementTree.Element) -> Deal:
    """A budget or planned disbursement, which no one but those whom it names is tied to."""
    value = element.find("value")
    told = Decimal(words(value.text)) if value is not None and words(value.text) else None
    currency = (value is not None and value.get("currency")) or work.get("default-currency", "")
    provider, receiver = element.find("provider-org"), element.find("receiver-org")
    return Deal(
        element.tag, told, currency if told is not None else "", party_of(provider), party_of(receiver), False,
        activity_at(provider, "provider", work), activity_at(receiver, "receiver", work),
    )  # fmt: skip


def activity_at(element: ElementTree.Element | None, end: str, work: ElementTree.Element) -> str:
    """The activity at an end of a transaction; not a party of this one that stands there by mistake."""
    told = "" if element is None else words(element.get(f"{end}-activity-id"))
    ends = (f"{tag}/{end}-org" for tag in ("transaction", "planned-disbursement") for end in ("provider", "receiver"))
    tags = ("reporting-org", "participating-org", *ends)
    refs = {words(one.get("ref")) for tag in tags for one in work.findall(tag)} - {""}
    is_longer = told == words(work.findtext("iati-identifier")) or any(told.startswith(f"{ref}-") for ref in refs)
    return "" if is_placeholder(told) or (told in refs and not is_longer) else told


# --- what the store says -----------------------------------------------------------------------------------------


class Held:
    """What a store holds of one source: its organizations, activities and flows, and its ties."""

    def __init__(self, view: View, source: str, ties: list[dict[str, Any]]) -> None:
        self.engine, self.graph, self.ties = view.engine, ox.NamedNode(source), ties
        self.organizations = {one for one, _ in self.say(KG.organizationKind)}
        told = list(self.say(ORG.identifier))
        self.by_ref = by_value((one, code.value) for one, code in told if is_of(code, "iati"))
        self.by_channel = by_value((one, code.value) for one, code in told if is_of(code, "dac-channel"))
        self.identified = {one for one, _ in told}
        self.clean = by_value(self.labels(SKOS.prefLabel))
        self.names = by_value(self.labels(SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel))
        self.mended = by_value(self.labels(SKOS.hiddenLabel))
        self.identifiers = {one: code.value for one, code in self.say(SKOS.notation) if is_of(code, "iati")}
        self.participations = {one for one, _ in self.say(KG.partIn)}
        self.flows = {one: stage.value.rpartition("/")[2] for one, stage in self.say(KG.stage)}

    def say(self, predicate: str) -> Iterator[tuple[str, Any]]:
        """The statements of a predicate: subject and value."""
        for subject, _, value, _ in self.engine.quads_for_pattern(None, ox.NamedNode(predicate), None, self.graph):
            yield subject.value, value

    def labels(self, *predicates: str) -> Iterator[tuple[str, str]]:
        return ((one, words(name.value)) for each in predicates for one, name in self.say(each))

    def works(self, predicate: str) -> dict[str, str]:
        """The identifier of the activity that a flow is joined to."""
        return {one: self.identifiers[work.value] for one, work in self.say(predicate)}

    def known_as(self, name: str) -> set[str]:
        """Who has a name as the one that tells who it is, as it stands or mended."""
        return (self.clean.get(name, set()) | self.mended.get(name, set())) & self.organizations

    def who(self, party: Party | None) -> object:
        """The one organization that a party is; where it may be none or several, all of these, which no tie has."""
        if party is None:
            return None
        if party.ref:
            named = self.names.get(party.name, set()) if party.name else self.organizations
            found = self.by_ref.get(party.ref, set()) & named
        elif party.channel:
            found = self.by_channel.get(party.channel, set()) & self.known_as(party.name or party.channel)
        else:
            found = self.known_as(party.name) - self.identified
        return next(iter(found)) if len(found) == 1 else (party, frozenset(found))


def is_of(value: ox.Literal, scheme: str) -> bool:
    return value.datatype.value.endswith(f"/scheme/{scheme}")


def by_value(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one, value in pairs:
        found.setdefault(value, set()).add(one)
    return found


# --- the comparison ----------------------------------------------------------------------------------------------


class Participation(NamedTuple):
    """Who takes part in what, as what, under which name."""

    work: str
    role: str
    who: object
    spelling: str


class Transaction(NamedTuple):
    """Who pays whom for which work, how far and how much.

    `ties` has what, role and who, with "" for the flow itself; `price` is the amount as the ties have it.
    """

    work: str
    stage: str
    value: Decimal | None
    currency: str
    ties: tuple[tuple[str, str, object], ...]
    certainty: object
    price: object
    item: str
    paid_from: str
    paid_into: str


def told_participations(works: Works, held: Held) -> Counter[Participation]:
    return Counter(
        Participation(work.identifier, role, held.who(party), party.name)
        for work in works
        for role, party in work.parties
        if party
    )


def tied_participations(held: Held) -> Counter[Participation]:
    spellings = dict(held.labels(KG.spelling))
    return Counter(
        Participation(
            held.identifiers[tie["relation"]], tie["role"], tie["actor"], spellings.get(tie["node"], "")
        )
        for tie in held.ties
        if tie["node"] in held.participations
    )  # fmt: skip


def told_transactions(works: Works, held: Held) -> Counter[Transaction]:
    return Counter(told_transaction(work.identifier, deal, held) for work in works for deal in work.deals)


def told_transaction(work: str, deal: Deal, held: Held) -> Transaction:
    """What ties a transaction makes; what is paid back does not fund the work."""
    item = "" if deal.stage in LEAVING | ENTERING else work
    ties = [("", "funding", deal.funder), ("", "receiving", deal.receiver)]
    ties += [(item, "funding", deal.funder)] if item else []
    known = in_order((what, role, held.who(party)) for what, role, party in ties if party)
    price = (None if deal.value is None else round(deal.value, 4), deal.currency) if known else None
    certainty = None if not known else "implied" if deal.is_implied else "stated"
    return Transaction(
        work, deal.stage, deal.value, deal.currency, known, certainty, price, item, deal.paid_from, deal.paid_into
    )


def tied_transactions(held: Held) -> Counter[Transaction]:
    """All flows of a source with their ties; those to which nobody is tied as well."""
    ties: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for tie in held.ties:
        ties[tie["node"]].append(tie)
    places, amounts = dict(held.say(KG.evidence)), dict(held.say(SDO.amount))
    values, currencies = dict(held.say(SDO.value)), dict(held.say(SDO.currency))
    items, paid_from, paid_into = map(held.works, (SDO.fundedItem, KG.paidFrom, KG.paidInto))
    works = held.identifiers | dict.fromkeys(held.flows, "")
    found: Counter[Transaction] = Counter()
    for flow, stage in held.flows.items():
        amount = amounts[flow].value if flow in amounts else ""
        found[Transaction(
            unquote(places[flow].value.rpartition(";")[2]), stage,
            Decimal(values[amount].value) if amount else None, currencies[amount].value if amount else "",
            in_order((works[tie["relation"]], tie["role"], tie["actor"]) for tie in ties[flow]),
            one_of(tie["certainty"] for tie in ties[flow]),
            one_of((tie["amount"], tie["currency"]) for tie in ties[flow] if tie["relation"] == flow),
            items.get(flow, ""), paid_from.get(flow, ""), paid_into.get(flow, ""),
        )] += 1  # fmt: skip
    return found


def in_order(ties: Iterable[tuple[str, str, object]]) -> tuple[tuple[str, str, object], ...]:
    return tuple(sorted(ties, key=str))


def one_of(values: Iterable[object]) -> object:
    """The only one of some values; nothing where there is none, and all where there are several."""
    found = frozenset(values)
    return next(iter(found), None) if len(found) < 2 else found


def wrong_participations(works: Works, held: Held) -> list[str]:
    return differences(told_participations(works, held), tied_participations(held))


def wrong_transactions(works: Works, held: Held) -> list[str]:
    return differences(told_transactions(works, held), tied_transactions(held))


def differences(told: Counter[Any], tied: Counter[Any]) -> list[str]:
    """What only one of the two says."""
    return [*(f"only the file: {one}" for one in told - tied), *(f"only the ties: {one}" for one in tied - told)]


# --- the tests ---------------------------------------------------------------------------------------------------

Read = Callable[[str], tuple[Works, Held]]


@pytest.fixture(scope="module")
def read(reference: Path, run_kg: RunKg, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Read]:
    """All real files in one store; of each, by its name, what it says and what the store holds of it."""
    folder = tmp_path_factory.mktemp("ties")
    (folder / "files").mkdir()
    for number, name in enumerate(real_files()):
        (folder / "files" / f"real-{number}.xml").symlink_to((reference / "data" / name).resolve())
    ran = run_kg("load", "iati", folder / "files", "--store", folder / "store")
    assert ran.code == 0, ran.err
    view = open_view(folder / "store")
    ties: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for tie in read_ties(view).drop_columns(["evidence"]).to_pylist():
        ties[tie["source"]].append(tie)

    @cache
    def read_one(name: str) -> tuple[Works, Held]:
        source = f"{SOURCE}real-{real_files().index(name)}"
        return works_of(reference / "data" / name), Held(view, source, ties[source])

    yield read_one
    shutil.rmtree(folder)


@pytest.mark.parametrize("name", real_files())
def test_every_party_of_a_real_file_is_tied_to_its_activity(name: str, read: Read) -> None:
    assert wrong_participations(*read(name)) == []


@pytest.mark.parametrize("name", real_files())
def test_every_flow_of_a_real_file_is_tied_to_who_pays_and_who_is_paid(name: str, read: Read) -> None:
    assert wrong_transactions(*read(name)) == []


def test_what_real_files_have_beside_plain_parties_is_counted(read: Read) -> None:
    """Whatever is left out or filled in."""
    found: Counter[str] = Counter()
    names: set[str] = set()
    for name in real_files():
        works, held = read(name)
        found.update(kinds_of(works, held))
        names.update(party.name for party in parties_of(works))
        assert len({work.identifier for work in works} - {""}) == len(works)
        assert {tie["node"] for tie in held.ties} <= {*held.flows, *held.participations}
        assert "An individual (name withheld)" not in held.names
    assert {name for name in names if LIKE_INDIVIDUALS.search(name)} == NO_INDIVIDUALS
    assert {kind: found[kind] for kind in EXCEPTIONS} == EXCEPTIONS
    assert found["participations"] > 23_000
    assert found["flows"] > 38_000


NO_INDIVIDUALS = {
    "AAUK Individual Giving", "AAUK Trusts and Foundation and Individual Giving",
    "Contractual costs are paid to individuals that we contract to implement the activities",
}  # fmt: skip
EXCEPTIONS = {
    "who takes part and is nobody": 10, "ends of transactions that name nobody": 245, "names that were mended": 9,
    "channels without a name": 76, "transactions of no known type": 21,
}  # fmt: skip


def kinds_of(works: Works, held: Held) -> Counter[str]:
    """How many of these works are, and have, what."""
    deals, parties = [deal for work in works for deal in work.deals], parties_of(works)
    taking = [party for work in works for _, party in work.parties]
    return Counter({
        "participations": len(taking), "flows": len(deals),
        "who takes part and is nobody": taking.count(None),
        "ends of transactions that name nobody": sum(work.nameless for work in works),
        "names that were mended": sum(held.who(one) in held.mended.get(one.name, ()) for one in parties),
        "channels without a name": sum(bool(one.channel and not one.name) for one in parties),
        "transactions of no known type": sum(deal.stage == "unspecified" for deal in deals),
    })  # fmt: skip


def parties_of(works: Works) -> list[Party]:
    taking = [party for work in works for _, party in work.parties]
    ends = [end for work in works for deal in work.deals for end in (deal.funder, deal.receiver)]
    return [party for party in taking + ends if party]


def test_funder_and_receiver_in_each_others_place_are_found(read: Read) -> None:
    works, held = read("okfn/who-arg.xml")
    assert wrong_transactions(works, held) == []
    ends = {(tie["node"], tie["role"]): tie["actor"] for tie in held.ties if tie["relation"] == tie["node"]}
    flow = next(flow for flow, _ in ends if len({ends.get((flow, role)) for role in OTHER_END} - {None}) == 2)
    wrong = copy.copy(held)
    wrong.ties = [
        {**tie, "role": OTHER_END[tie["role"]]} if tie["relation"] == flow else tie for tie in held.ties
    ]  # fmt: skip
    assert len(wrong_transactions(works, wrong)) == 2
    assert wrong_participations(works, wrong) == []


OTHER_END = {"funding": "receiving", "receiving": "funding"}


def test_a_party_tied_as_another_and_one_that_is_not_tied_are_found(read: Read) -> None:
    works, held = read("okfn/who-arg.xml")
    wrong = copy.copy(held)
    one, *others = (tie for tie in held.ties if tie["node"] in held.participations)
    stranger = next(tie["actor"] for tie in others if tie["actor"] != one["actor"])
    wrong.ties = [{**one, "actor": stranger}, *others]
    assert len(wrong_participations(works, wrong)) == 2
    wrong.ties = others
    assert len(wrong_participations(works, wrong)) == 1
