"""Which countries, regions and sectors an activity or transaction is for, and with which shares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from kg.clean.values import read_number
from kg.model.figures import Allocation
from kg.model.iris import quoted
from kg.sources.iati.codes import CATEGORY_DIGITS, OWN, SECTORS
from kg.sources.iati.scope import Named, Scope
from kg.sources.iati.stream import Element
from kg.sources.iati.unread import NAME_OF_CODE

WHOLE, TOLERANCE = Decimal(100), Decimal("0.5")
SPLIT = Decimal("33.33")
"""The share of each digit where a publisher's software split a code of three digits into three sectors."""
_PLACES = "countries and regions"


def read_shares(element: Element, work: str, scope: Scope) -> Iterator[Allocation]:
    """The allocations of a work or flow (its local id): what the children of an element say."""
    sums: dict[str, list[Decimal]] = defaultdict(list)
    for vocabulary, code, names, share, note, one in _shares(element, scope):
        place = ""
        if vocabulary == "iati-country" and code.upper() in scope.reading.codes.get("country", ()):
            place = f"country:{code.upper()}"
            lower = f"The source has the country {code[:40]!r}." if code != code.upper() else ""
            note = " ".join(filter(None, (note, lower)))
        else:
            if vocabulary == "iati-country":
                message = f"recipient-country: expected a country of ISO 3166, got {code[:40]!r}; kept as a code"
                scope.find("info", "unknown-country", message, one)
            code = scope.code(vocabulary, code, names, one)
        if names and (place or code in scope.reading.codes.get(vocabulary, ())):
            scope.reading.report.ignored[f"{element.tag}/{one.tag}{NAME_OF_CODE}"] += 1
        if share is not None:
            sums[_whole(one, scope)].append(share)
        yield Allocation(
            id=scope.unique(
                f"{work}.to.{quoted(place.replace(':', '-') or vocabulary)}{'' if place else '.' + quoted(code)}"
            ),
            work=work,
            place=place,
            vocabulary="" if place else vocabulary,
            code="" if place else code,
            share=share,
            note=note,
            evidence=scope.evidence,
            certainty="stated",
        )
    _check_sums(sums, element, scope)


_Share = tuple[str, str, list[Named], Decimal | None, str, Element]


def _shares(element: Element, scope: Scope) -> Iterator[_Share]:
    """Vocabulary, code, names, share and note of each country, region and sector, in this order."""
    for tag in ("recipient-country", "recipient-region"):
        for one in element.findall(tag):
            if found := _share(one, _place_list(one, scope), scope):
                yield found
    sectors = [found for one in element.findall("sector") if (found := _share(one, _sector_list(one, scope), scope))]
    yield from _joined(sectors, scope)


def _share(one: Element, vocabulary: str, scope: Scope) -> _Share | None:
    names = scope.narratives(one)
    code = scope.attribute(one, "code") or (names[0][0] if names else "")
    if not code:
        scope.find("warning", "no-code", f"{one.tag}: expected a code or a name, got neither; left out", one)
        return None
    raw = scope.attribute(one, "percentage")
    share = read_number(raw.removesuffix("%").strip()) if raw else None
    note = f"The source has the percentage {raw[:40]!r}." if "%" in raw else ""
    if raw and (share is None or not 0 <= share <= WHOLE):
        scope.find("warning", "not-a-share", f"@percentage: expected a number from 0 to 100, got {raw[:40]!r}", one)
        note, share = f"The source has the percentage {raw[:40]!r}.", None
    return vocabulary, code, names, share, note, one


def _place_list(one: Element, scope: Scope) -> str:
    if one.tag == "recipient-country":
        return "iati-country"
    vocabulary = scope.attribute(one, "vocabulary")
    return "iati-region" if vocabulary in ("", "1") else _foreign(f"region-{vocabulary.lower()}", scope)


def _sector_list(one: Element, scope: Scope) -> str:
    found = _written(one, scope)
    code = scope.attribute(one, "code")
    return "iati-sector-category" if found == "iati-sector" and len(code) == CATEGORY_DIGITS else found


def _written(one: Element, scope: Scope) -> str:
    """The list of the vocabulary that a sector names, whatever list its code was found in."""
    raw = scope.attribute(one, "vocabulary").lower()
    return _foreign(SECTORS.get(raw, f"sector-{raw}"), scope)


def _foreign(vocabulary: str, scope: Scope) -> str:
    """A vocabulary that is the publisher's own holds the publisher in its name: another's code 1 is another thing."""
    return f"{vocabulary}-of-{scope.reporter.removeprefix('org.')}" if vocabulary.endswith(OWN) else vocabulary


def _joined(sectors: list[_Share], scope: Scope) -> list[_Share]:
    """Sectors of DAC, where three digits of a third each were one code; no code of DAC has one digit."""
    digits = [code for vocabulary, code, *_ in sectors if vocabulary == "iati-sector" and len(code) == 1]
    shares = {share for *_, share, _, _ in sectors}
    if len(digits) != CATEGORY_DIGITS or len(sectors) != CATEGORY_DIGITS or shares != {SPLIT}:
        return sectors
    code, first = "".join(digits), sectors[0][-1]
    message = f"sector: expected a code of DAC, got its digits {', '.join(digits)}; read as {code}"
    scope.find("warning", "split-code", message, first)
    return [("iati-sector-category", code, [], WHOLE, "", first)]


def _whole(one: Element, scope: Scope) -> str:
    """What the share is a part of: codes of three digits and of five in one vocabulary share one whole."""
    if one.tag == "sector":
        return _written(one, scope)
    vocabulary = _place_list(one, scope)
    return _PLACES if vocabulary in ("iati-country", "iati-region") else vocabulary


def _check_sums(sums: dict[str, list[Decimal]], element: Element, scope: Scope) -> None:
    for whole, shares in sums.items():
        if abs(sum(shares) - WHOLE) > TOLERANCE:
            message = f"@percentage: expected shares of {whole} that sum to 100, got {sum(shares)}; kept as they are"
            scope.find("warning", "shares-not-100", message, element)
