"""Records of figures: money and its shares, heads, indicators. `kg.model.records` tells how fields are annotated."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, ClassVar

from kg.model.dates import Date
from kg.model.fields import ACTORS, PLACES, THINGS, WORKS, Code, Tables
from kg.model.row import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow(Row):
    """Money that goes, or is promised, from some parties to others for something.

    A joint amount of several funders is one flow with several funders. `part_of` names the flow
    that this one is a part of; parts never count in totals again. `counts` overrules that.
    `paid_from` and `paid_into` are the works of funder and receiver between which it goes, `reference` is the
    source's own number of it, `identifiers` name it across sources (`scheme:value`), `value_date` the day of its
    exchange rate, `language` that of `purpose`. `usage_year` is the year for which the money is meant, `boundary`
    its direction as seen from what the data set is about, and `uncounted` why it does not count in totals.
    """

    id: str
    title: str
    flow_class: Annotated[str, Code("flow-class")]
    stage: Annotated[str, Code("flow-stage")]
    status: Annotated[str, Code("status")]
    funders: Annotated[tuple[str, ...], ACTORS] = ()
    receivers: Annotated[tuple[str, ...], ACTORS] = ()
    items: Annotated[tuple[str, ...], WORKS] = ()
    paid_from: Annotated[str, WORKS] = ""
    paid_into: Annotated[str, WORKS] = ""
    purpose: str = ""
    language: str = ""
    reference: str = ""
    identifiers: tuple[str, ...] = ()
    finance_type: Annotated[str, Code("finance-type")] = ""
    instrument: Annotated[str, Code("iati-finance-type")] = ""
    aid_type: Annotated[str, Code("iati-aid-type")] = ""
    flow_type: Annotated[str, Code("iati-flow-type")] = ""
    tied: Annotated[str, Code("iati-tied-status")] = ""
    humanitarian: bool | None = None
    amount: Decimal | None = None
    qualifier: Annotated[str, Code("qualifier")] = ""
    currency: str = ""
    start: Date | None = None
    end: Date | None = None
    value_date: Date | None = None
    date_certainty: Annotated[str, Code("certainty")] = ""
    usage_year: Date | None = None
    boundary: Annotated[str, Code("flow-boundary")] = ""
    part_of: Annotated[str, Tables(("flows",))] = ""
    counts: bool | None = None
    uncounted: Annotated[str, Code("uncounted-reason")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion(Row):
    """The amount of a flow in another currency or at the prices of another year: a second amount, of no total.

    `method` says who made it, the source itself or a table of rates that the user named (`rate_source`); one unit of
    the flow's currency is `rate` units of this one, on the `rate_date` or over that period.
    """

    key: ClassVar[tuple[str, ...]] = ("flow", "currency", "method")
    flow: Annotated[str, Tables(("flows",))]
    amount: Decimal
    currency: str
    method: Annotated[str, Code("conversion-method")]
    rate: Decimal | None = None
    rate_date: Date | None = None
    rate_source: str = ""
    prices: Date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation(Row):
    """What share of a work or flow, in percent, is for a place, or for a code of a vocabulary such as a sector."""

    key: ClassVar[tuple[str, ...]] = ("work", "place", "vocabulary", "code")
    work: Annotated[str, Tables((*WORKS.names, "flows"))]
    place: Annotated[str, PLACES] = ""
    vocabulary: str = ""
    code: str = ""
    share: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadCount(Row):
    """How many attended a work: of which category, from where. Without `count`, only that they did."""

    id: str
    work: Annotated[str, WORKS]
    counted: Annotated[str, Code("count-unit")]
    count: int | None = None
    qualifier: Annotated[str, Code("qualifier")] = ""
    category: str = ""
    origins: Annotated[tuple[str, ...], Tables((*PLACES.names, "organizations"))] = ()
    part_of: Annotated[str, Tables(("headcounts",))] = ""
    status: Annotated[str, Code("status")] = "realised"


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator(Row):
    """A figure that is neither money moved nor heads at an event: what, how much, when, where.

    `basis` tells a figure of a period from one that is cumulative or of a point in time. Of a range, `value` is
    the lower bound and `upper` the upper one. `standard` is the rule by which it was counted, such as a poverty line.
    """

    id: str
    measure: str
    value: Decimal
    upper: Decimal | None = None
    qualifier: Annotated[str, Code("qualifier")]
    unit: str
    standard: str = ""
    basis: Annotated[str, Code("basis")]
    about: Annotated[tuple[str, ...], THINGS] = ()
    area: Annotated[tuple[str, ...], PLACES] = ()
    start: Date | None = None
    end: Date | None = None
    part_of: Annotated[str, Tables(("indicators",))] = ""
    status: Annotated[str, Code("status")] = "realised"
