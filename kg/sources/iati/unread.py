"""What of a file is read, what is left out on purpose and why; all else is counted as unread."""

from __future__ import annotations

from functools import lru_cache

from kg.model.report import Report
from kg.sources.iati.stream import RECORDS, ROOTS, Element

_LANG = "@{http://www.w3.org/XML/1998/namespace}lang @{xml}lang"
_PARTY = f"@ref @type narrative {_LANG}"
_MONEY = "@currency @value-date"
_PERIOD = "period-start period-end value"
_BUDGET = f"@type @status {_PERIOD} {_LANG}"

NAME_OF_CODE = "[name beside a known code]"

READ: dict[str, frozenset[str]] = {
    tag: frozenset(inside.split())
    for tag, inside in {
        **dict.fromkeys(ROOTS, f"@version @generated-datetime {_LANG}"),
        "iati-activity": f"@default-currency @humanitarian {_LANG} iati-identifier reporting-org title description"
        " participating-org other-identifier activity-status activity-date recipient-country recipient-region sector"
        " budget planned-disbursement transaction related-activity default-aid-type default-finance-type"
        " default-flow-type default-tied-status",
        "iati-organisation": f"@default-currency {_LANG} organisation-identifier iati-identifier name reporting-org"
        " total-budget recipient-org-budget recipient-country-budget recipient-region-budget total-expenditure",
        "reporting-org": f"{_PARTY} @secondary-reporter",
        "title": f"narrative {_LANG}",
        "name": f"narrative {_LANG}",
        "description": f"narrative {_LANG} @type",
        "narrative": _LANG,
        "participating-org": f"{_PARTY} @role",
        "provider-org": f"{_PARTY} @provider-activity-id",
        "receiver-org": f"{_PARTY} @receiver-activity-id",
        "recipient-org": _PARTY,
        "other-identifier": "@ref @type",
        "activity-status": f"@code {_LANG}",
        "activity-date": f"@type @iso-date {_LANG}",
        "recipient-country": f"@code @percentage narrative {_LANG}",
        "recipient-region": f"@code @percentage @vocabulary narrative {_LANG}",
        "sector": f"@code @percentage @vocabulary narrative {_LANG}",
        "budget": _BUDGET,
        "planned-disbursement": f"{_BUDGET} provider-org receiver-org",
        "total-budget": _BUDGET,
        "total-expenditure": f"{_PERIOD} {_LANG}",
        "recipient-org-budget": f"{_BUDGET} recipient-org",
        "recipient-country-budget": f"{_BUDGET} recipient-country",
        "recipient-region-budget": f"{_BUDGET} recipient-region",
        "period-start": "@iso-date",
        "period-end": "@iso-date",
        "value": _MONEY,
        "transaction": f"@ref @humanitarian {_LANG} transaction-type transaction-date value description provider-org"
        " receiver-org sector recipient-country recipient-region flow-type finance-type aid-type tied-status",
        "transaction-type": f"@code {_LANG}",
        "transaction-date": "@iso-date",
        "related-activity": f"@ref @type {_LANG}",
        **dict.fromkeys(["aid-type", "default-aid-type"], f"@code @vocabulary {_LANG}"),
        **dict.fromkeys(["finance-type", "default-finance-type", "flow-type", "default-flow-type"], f"@code {_LANG}"),
        **dict.fromkeys(["tied-status", "default-tied-status"], f"@code {_LANG}"),
    }.items()
}
"""What is read inside of each element: the names of elements, and of attributes with an @."""

TEXTS = frozenset(
    "iati-identifier organisation-identifier reporting-org title name description narrative participating-org"
    " provider-org receiver-org recipient-org recipient-country recipient-region sector value".split()
)
"""Elements whose own text is read."""
INSTEAD = {
    "activity-status": "code",
    "other-identifier": "ref",
    **dict.fromkeys(["activity-date", "transaction-date", "period-start", "period-end"], "iso-date"),
}
"""Elements whose own text is read in the place of an attribute that they lack."""

SINGLE = frozenset(
    "iati-identifier organisation-identifier reporting-org activity-status transaction-type transaction-date value"
    " period-start period-end provider-org receiver-org recipient-org".split()
)
"""Elements of which only the first in another is read."""

_OF_PERSONS = "persons, e-mail addresses and telephone numbers are never loaded"
_LATER = "no question of the project asks for it yet"
_OF_FILE = "it is about the file, not about what it tells"
_SHOWN = "how the publisher shows or numbers it, not what it is"

IGNORED: dict[str, str] = {
    "contact-info": _OF_PERSONS,
    "result": "what was achieved, as publishers measure it, is told in too many ways to be compared",
    "document-link": "a link to a document is no statement about the activity; the document would be a source",
    "activity-website": "a link is no statement about the activity",
    "location": "places below countries need a gazetteer before one place has one IRI",
    "budget-line": "the split of a total into the publisher's own lines",
    "legacy-data": "the publisher's own fields have no meaning that another could know",
    "owner-org": "whose number another number of the activity is; the number itself is read",
    **dict.fromkeys(
        [
            "policy-marker",
            "tag",
            "humanitarian-scope",
            "conditions",
            "country-budget-items",
            "capital-spend",
            "crs-add",
        ],
        _LATER,
    ),
    **dict.fromkeys(["fss", "activity-scope", "collaboration-type", "disbursement-channel"], _LATER),
    **dict.fromkeys(["@activity-id", "@crs-channel-code", "@budget-not-provided", "@hierarchy"], _LATER),
    **dict.fromkeys(["@last-updated-datetime", "@linked-data-uri", "@linked-data-default"], _OF_FILE),
    **{f"{record}/{name}": _OF_FILE for record in RECORDS for name in ("@version", "@generated-datetime")},
    "@{http://www.w3.org/2001/XMLSchema-instance}noNamespaceSchemaLocation": _OF_FILE,
    "@{http://www.w3.org/2001/XMLSchema-instance}type": _OF_FILE,
    "@vocabulary-uri": "an address that tells where a vocabulary is described",
    "activity-date/narrative": _SHOWN,
    "text()": "what stands beside a code, a reference or a date that is read",
    NAME_OF_CODE: "the name that a code has in the code list is shown, in all languages",
    "activity-status/narrative": _SHOWN,
    "sector/@type": _SHOWN,
}
"""What is left out on purpose, wherever it stands or (with its parent) there only, and why."""


def count_unread(element: Element, report: Report, path: str = "") -> None:
    """Count all that a record holds and that is not read, by its path from the record on: text between elements too."""
    path = f"{path}/{element.tag}" if path else element.tag
    children = [child for child in element if isinstance(child.tag, str)]
    _count(path, (*_named(element), *(child.tag for child in children)), report)
    if not children and _has_text_beside(element):
        told = any(map(element.get, ("code", "ref", "iso-date")))
        (report.ignored if told else report.unread)[f"{path}/text()"] += 1
    if children and any((text or "").strip() for text in (element.text, *(child.tail for child in children))):
        report.unread[f"{path}/text()"] += 1
    read = READ.get(element.tag, frozenset())
    for child in children:
        if child.tag in read and (len(child) or child.attrib or child.tag not in TEXTS):
            count_unread(child, report, path)


def _has_text_beside(element: Element) -> bool:
    """Whether an element has a text of its own that is not read."""
    told = element.tag in TEXTS or (element.tag in INSTEAD and not (element.get(INSTEAD[element.tag]) or "").strip())
    return not told and bool((element.text or "").strip())


def count_root(root: Element, report: Report) -> None:
    """Count the attributes of the root of a file that are not read."""
    _count(root.tag, _named(root), report)


def count_stranger(element: Element, report: Report) -> str:
    """Count a child of the root that is no record as unread; gives what it is, with the records inside of it."""
    report.unread[f"{element.getparent().tag}/{element.tag}"] += 1
    records = sum(1 for _ in element.iter(*RECORDS))
    return f"{element.tag[:80]!r}{f' with {records} of them inside' if records else ''}"


def _named(element: Element) -> tuple[str, ...]:
    return element.tag, *(f"@{name}" for name in element.attrib)


def _count(path: str, names: tuple[str, ...], report: Report) -> None:
    for name, reason in _left_out(names):
        (report.ignored if reason else report.unread)[f"{path}/{name}"] += 1


@lru_cache(maxsize=4096)  # most elements of a file have the same few forms
def _left_out(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """What of these attributes and children of an element (the first name) is not read, and why, if on purpose."""
    tag, *inside = names
    read = READ.get(tag, frozenset())
    again = [name for at, name in enumerate(inside) if name in SINGLE & read and name in inside[:at]]
    return (
        *((name, IGNORED.get(f"{tag}/{name}") or IGNORED.get(name, "")) for name in inside if name not in read),
        *((f"{name}[second]", "") for name in again),
    )
