"""Transactions and budgets that no publisher has numbered, known again in a newer edition.

Such a flow is named by all that it says, so that with a corrected amount it has another id. It is taken for the same
where its activity says all but one thing of it as before, and no other flow could be meant as well. Of another time or
stage it is another flow: payments of the same amount come month after month.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from kg.diff.sides import Side
from kg.model.terms import Statement, iri
from kg.namespaces import KG, RDF, SKOS

Saying = tuple[str, str, str]
"""What a flow or a part of it says: the part, an empty string for the flow itself, a predicate and an object."""

_FLOW = (iri(RDF.type), iri(KG.FundingFlow))
_BY_CONTENT = re.compile(r"(<.*\.(?:transaction|budget|planned-disbursement)\.)([0-9a-f]{16}(?:\.\d+)?)([.>].*)")
"""An IRI that is made of what a flow says (equal flows are numbered): whose it is, the digest, and the part of it."""
_AMOUNT = re.compile(r" of [A-Z]{3} [-\d.,]+|The source has the (?:amount|currency) '[^']*'[^.]*\. ?")
"""What of a label and a note only repeats the amount."""
_TEXTS = {iri(SKOS.prefLabel), iri(KG.note)}
_APART = set(map(iri, (KG.start, KG.end, KG.valueDate, KG.stage, KG.note)))
"""What tells a flow from others of its activity."""
_MONEY = (".amount>", ".in-")
"""How the parts of a flow end or begin that are its amount and its conversions."""


def follow(old: Side, new: Side) -> Side:
    """The old side with the ids of the new one for each of its unnumbered flows that is the same but for one thing."""
    others = defaultdict[str, frozenset[Statement]](frozenset, new.sources)
    return replace(
        old, sources={name: _renamed(own, _successors(own, others[name])) for name, own in old.sources.items()}
    )


def _successors(old: frozenset[Statement], new: frozenset[Statement]) -> dict[str, str]:
    """The new IRI of each flow that is known again, by its old one."""
    flows = [{subject for subject, *of in side if tuple(of) == _FLOW and _split(subject)[0]} for side in (old, new)]
    gone, come = _sayings(old, flows[0] - flows[1]), _sayings(new, flows[1] - flows[0])
    facets = {_facet(saying) for said in (*gone.values(), *come.values()) for saying in said} - _APART
    met: dict[str, set[str]] = defaultdict(set)
    """Flows of the other side that each flow could be; of many two, which are one too many."""
    for facet in sorted(facets):
        for ones, others in _alike_but_for(facet, gone, come):
            for side, opposite in ((ones, others), (others, ones)):
                for flow in side:
                    met[flow].update(opposite[:2])
    return {one: other for one in gone for other in met[one] if met[one] == {other} and met[other] == {one}}


def _alike_but_for(
    facet: str, gone: Mapping[str, list[Saying]], come: Mapping[str, list[Saying]]
) -> Iterator[tuple[list[str], list[str]]]:
    """Flows of both sides that say the same but for one facet."""
    alike: dict[int, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for side, found in enumerate((gone, come)):
        for flow, said in found.items():
            same = frozenset(saying for saying in said if _facet(saying) != facet)
            alike[hash((_BY_CONTENT.sub(r"\1", flow), same))][side].append(flow)
    return (group for group in alike.values() if all(group))


def _sayings(statements: Iterable[Statement], flows: set[str]) -> Mapping[str, list[Saying]]:
    """What each of some flows says, with its parts: its amount, conversions and allocations."""
    found: dict[str, list[Saying]] = {flow: [] for flow in flows}
    for subject, predicate, value in statements if flows else ():
        flow, part = _split(subject)
        if flow in flows and predicate != iri(KG.evidence):
            text = _AMOUNT.sub("", value) if predicate in _TEXTS else value
            found[flow].append((part, predicate, text.replace(flow[:-1], "")))
    return found


def _split(term: str) -> tuple[str, str]:
    """The IRI of a flow without a number, or what could be one, and the end that names a part of it."""
    match = _BY_CONTENT.fullmatch(term)
    return (f"{match[1]}{match[2]}>", match[3]) if match else ("", "")


def _facet(saying: Saying) -> str:
    """What changes together: an amount with its currency and conversions, else one property."""
    part, predicate, value = saying
    if part.startswith(_MONEY) or value.startswith(_MONEY):
        return "amount"
    return predicate


def _renamed(statements: frozenset[Statement], names: Mapping[str, str]) -> frozenset[Statement]:
    """Statements with other IRIs for some flows and their parts."""

    def renamed(term: str) -> str:
        flow, part = _split(term) if names else ("", "")
        return names[flow][:-1] + part if flow in names else term

    return frozenset((renamed(subject), predicate, renamed(value)) for subject, predicate, value in statements)
