"""The records that every format is read into: one class a kind of thing.

A record is what a careful reader notes of a source before any RDF is thought of. The hand-coded
workbook has one table for each class here, with the class's fields as its columns;
readers of other formats make the same records. What a field may hold is said by its annotation:

- `Code("role")` is a notation of that code list;
- `Tables(...)` means the id of a row of one of these tables, or `country:XX` and `region:XX-YY`
  where places are allowed;
- a `Date` is EDTF text, an `Evidence` is one or more places in the source.

A field without a default must be filled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from kg.model.dates import Date
from kg.model.evidence import Evidence
from kg.model.fields import ACTORS, ANYTHING, THINGS, WORKS, Code, Tables
from kg.model.figures import Allocation, Conversion, Flow, HeadCount, Indicator
from kg.model.row import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization(Row):
    """An organization, government, unit or alliance; `language` is that of the name, if not the source's."""

    id: str
    name: str
    kind: Annotated[str, Code("organization-kind")]
    identifiers: tuple[str, ...] = ()
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Row):
    """A person whom the source names."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Row):
    """A place below the level of countries and first-level regions, which have codes."""

    id: str
    name: str
    kind: Annotated[str, Code("place-kind")]
    identifiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(Row):
    """A further name or spelling of anything, as the source writes it (or, where `added`, as the coder knows it)."""

    key: ClassVar[tuple[str, ...]] = ("entity", "name", "language", "kind")
    entity: Annotated[str, ANYTHING]
    name: str
    language: str
    kind: Annotated[str, Code("name-kind")]
    evidence: Evidence = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Post(Row):
    """A person's post in an organization; without `title`, the source names the organization and no post."""

    key: ClassVar[tuple[str, ...]] = ("person", "organization", "title")
    person: Annotated[str, Tables(("persons",))]
    organization: Annotated[str, Tables(("organizations",))]
    title: str = ""
    tenure: Annotated[str, Code("tenure")]
    start: Date | None = None
    end: Date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link(Row):
    """A relation between two things that needs no more than its kind: unit of, part of, held at."""

    key: ClassVar[tuple[str, ...]] = ("subject", "kind", "object")
    subject: Annotated[str, THINGS]
    kind: Annotated[str, Code("link-kind")]
    object: Annotated[str, THINGS]
    start: Date | None = None
    end: Date | None = None
    status: Annotated[str, Code("status")] = "realised"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed(Row):
    """Something that takes place, with planned and actual dates as in IATI's ActivityDateType.

    `language` is that of the title and description, if not the source's; so in the other works.
    """

    id: str
    title: str
    status: Annotated[str, Code("status")]
    start: Date | None = None
    end: Date | None = None
    planned_start: Date | None = None
    planned_end: Date | None = None
    date_certainty: Annotated[str, Code("certainty")] = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity(Timed):
    """A study, programme, project or other work that people carry out."""

    kind: Annotated[str, Code("activity-kind")]
    identifiers: tuple[str, ...] = ()
    description: str = ""
    humanitarian: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Timed):
    """A training, seminar, forum, visit or series of them."""

    kind: Annotated[str, Code("event-kind")]
    edition: int | None = None
    frequency: Annotated[str, Code("frequency")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement(Row):
    """An agreement or memorandum; each party signs it in a participation with the role signatory."""

    id: str
    title: str
    kind: Annotated[str, Code("agreement-kind")]
    status: Annotated[str, Code("status")]
    signed_on: Date | None = None
    start: Date | None = None
    end: Date | None = None
    date_certainty: Annotated[str, Code("certainty")] = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication(Row):
    """A book, report, article, policy document or letter; `start` and `end` bound the period it covers."""

    id: str
    title: str
    kind: Annotated[str, Code("publication-kind")]
    status: Annotated[str, Code("status")]
    issued: Date | None = None
    start: Date | None = None
    end: Date | None = None
    date_certainty: Annotated[str, Code("certainty")] = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Participation(Row):
    """Who took part in a work, in which role, and with what (the title of a speech).

    `spelling` is the party's name as the source writes it there, where each record of a source writes its own.
    """

    key: ClassVar[tuple[str, ...]] = ("work", "role", "agent")
    work: Annotated[str, Tables((*WORKS.names, "flows", "pairings"))]
    agent: Annotated[str, ACTORS]
    role: Annotated[str, Code("role")]
    on_behalf_of: Annotated[str, Tables(("organizations",))] = ""
    contribution: str = ""
    spelling: str = ""
    status: Annotated[str, Code("status")] = "realised"


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept(Row):
    """A code of a vocabulary that no code list of the project holds, as the source names it."""

    key: ClassVar[tuple[str, ...]] = ("vocabulary", "code")
    vocabulary: str
    code: str
    name: str
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing(Row):
    """Paired aid between regions; the parties are their governments."""

    id: str
    title: str
    supporting: Annotated[tuple[str, ...], Tables(("organizations",))]
    supported: Annotated[tuple[str, ...], Tables(("organizations",))]
    status: Annotated[str, Code("status")]
    start: Date | None = None
    end: Date | None = None
    policy: Annotated[str, Tables(("publications",))] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(Row):
    """What the source claims: a finding, challenge, aim or recommendation, in the coder's own words."""

    id: str
    kind: Annotated[str, Code("claim-kind")]
    statement: str
    about: Annotated[tuple[str, ...], ANYTHING] = ()
    claimed_by: Annotated[tuple[str, ...], ACTORS] = ()
    position: int | None = None
    status: Annotated[str, Code("status")] = "realised"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict(Row):
    """Two rows that cannot both be right; the note says how."""

    key: ClassVar[tuple[str, ...]] = ("one", "other")
    one: Annotated[str, ANYTHING]
    other: Annotated[str, ANYTHING]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip(Row):
    """What the source has wrong: what stands there, and how a careful person reads it. The rows keep what stands."""

    key: ClassVar[tuple[str, ...]] = ("kind", "evidence")
    kind: Annotated[str, Code("slip-kind")]
    printed: str
    reading: str
    about: Annotated[tuple[str, ...], ANYTHING] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Omission(Row):
    """A stretch of the document that no other row carries, and why; of a repetition, `about` says of what."""

    key: ClassVar[tuple[str, ...]] = ("reason", "evidence")
    reason: Annotated[str, Code("omission-reason")]
    about: Annotated[tuple[str, ...], ANYTHING] = ()


TABLES: dict[str, type[Row]] = {
    "organizations": Organization, "persons": Person, "places": Place, "names": Name, "posts": Post, "links": Link,
    "activities": Activity, "events": Event, "agreements": Agreement, "publications": Publication,
    "participations": Participation, "flows": Flow, "conversions": Conversion, "allocations": Allocation,
    "concepts": Concept, "headcounts": HeadCount, "indicators": Indicator, "pairings": Pairing, "claims": Claim,
    "conflicts": Conflict, "slips": Slip, "omissions": Omission,
}  # fmt: skip
"""The tables of a workbook, in the order in which they are read."""
