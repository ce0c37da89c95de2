"""What the words of FTS become in our code lists, and what of a page is read or left out, and why.

From the glossary of FTS (`https://fts.unocha.org/glossary`) and what pages of its API hold.
"""

from __future__ import annotations

import re

STAGES = {
    "paid": ("disbursement", "realised"),
    "commitment": ("commitment", "realised"),
    "pledge": ("pledge", "planned"),
}
"""Stage and status. FTS counts a pledge in no total before it is a commitment or paid: it is announced, no more."""
BOUNDARIES = frozenset({"incoming", "internal", "outgoing"})
CLASSES = {"financial": "aid", "in kind": "in-kind"}
WORKS = {"Plan": "programme", "Project": "project"}
VOCABULARIES = {
    "GlobalCluster": "fts-global-cluster",
    "Cluster": "fts-cluster",
    "Emergency": "fts-emergency",
    "Location": "fts-location",
}
"""Objects of a flow that are no actors and no works: an emergency happens, and nobody takes part in it."""
MARKS = {
    "flowType": "fts-flow-type",
    "method": "fts-method",
    "grandBargainEarmarkingType": "fts-earmarking",
    "keywords": "fts-keyword",
}
"""The vocabularies of how FTS marks a flow."""
USUAL = frozenset({"Standard", "Traditional aid"})
"""Marks of a flow that has nothing special."""

KINDS = {
    "Government": "government-body", "UN agency": "multilateral", "Inter-governmental": "multilateral", "NGO": "ngo",
    "Red Cross/Red Crescent": "ngo", "Pooled fund": "other", "Private organization/foundation": "other",
    "Financial institution": "other", "Other": "other",
}  # fmt: skip
NATIONAL = "National government"
"""The subtype of governments, and of some of their offices, which name no country."""
OF_GOVERNMENT = ", Government of"
GROUP = re.compile(
    r".*\(details not yet provided\)|private \(individuals & organizations\)|un agencies|ngos|various\b.*",
    re.IGNORECASE,
)
"""Names of donors or receivers who are not named one by one."""
PERSON = re.compile(r"(?:mr|mrs|ms|miss|mme)\b\.? (.+)", re.IGNORECASE)
OF_PERSONS = "individual"
"""The word of a subtype that may hold persons: a name with a title is a person's there."""

READ = {
    "flow": frozenset(
        "id amountUSD originalAmount originalCurrency exchangeRate status date description refCode boundary onBoundary"
        " contributionType sourceObjects destinationObjects flowType keywords newMoney method budgetYear decisionDate"
        " grandBargainEarmarkingType parentFlowId childFlowIds".split()
    ),
    "sourceObjects": frozenset({"Organization", "UsageYear", *WORKS}),
    "destinationObjects": frozenset({"Organization", "UsageYear", *WORKS, *VOCABULARIES}),
    "Organization": frozenset("type id name organizationTypes organizationSubTypes".split()),
    "Project": frozenset("type id name code".split()),
    **dict.fromkeys(["Plan", "UsageYear"], frozenset("type id name".split())),
    **dict.fromkeys(VOCABULARIES, frozenset("type id name behavior".split())),
}
"""The keys of a flow and of its objects, and the types of its objects, that are read."""

_OF_RECORD = "it is about the record of FTS, not about the flow"
_BEFORE = "what the money was for or where it lay before it moved; the boundary says what follows for totals"

IGNORED = {
    "flow/reportDetails": "who told FTS, how and when: a reporter is no party of the flow, and may be a person",
    **dict.fromkeys(
        ["flow/createdAt", "flow/updatedAt", "flow/versionId", "flow/firstReportedDate"],
        _OF_RECORD,
    ),
    **{f"sourceObjects/{kind}": _BEFORE for kind in VOCABULARIES},
    **{
        f"{kind}/behavior": "that several share one amount is known by their being several"
        for kind in ("Organization", "UsageYear", *WORKS)
    },
}
"""What is left out on purpose, and why; all that is in neither table is counted as unread."""
