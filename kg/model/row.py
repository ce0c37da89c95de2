"""What every record says of itself, and the source that records come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, NamedTuple

from kg.model.dates import Date
from kg.model.evidence import Evidence
from kg.model.fields import Code


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where records come from: a document or data set with a publisher.

    `file` is the name of the file that was read, `sha256` the digest of its bytes in hexadecimal,
    `licence` the terms of the source and of what was taken from it. A date that the source does not bear is one of
    the coder's, and `date_certainty` says so. `note` says what else it tells of itself, as the version of its format.
    """

    id: str
    title: str
    file: str
    sha256: str
    publisher: str = ""
    date: Date | None = None
    date_certainty: Annotated[str, Code("certainty")] = ""
    language: str = "en"
    licence: str = ""
    coder: str = ""
    note: str = ""


class Companion(NamedTuple):
    """A file beside that of a source, with which a part of what it says was made, such as a table of rates."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What every row says of itself: where it stands in the source and how sure the coder is.

    `key` names the fields that tell a row without `id` from all others of its table.
    """

    key: ClassVar[tuple[str, ...]] = ("id",)
    id: str = ""
    evidence: Evidence
    certainty: Annotated[str, Code("certainty")]
    note: str = ""
