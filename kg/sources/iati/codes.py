"""What the codes of IATI become in our code lists, in the words of all versions from 1.01 to 2.03.

From `https://iatistandard.org/en/iati-standard/203/codelists/` and the mappings of its changelog from 1.05 to 2.01.
A file often uses words of another version than its own, so each word is understood in any.
"""

from __future__ import annotations

from collections.abc import Mapping


def _words(**rows: str) -> Mapping[str, str]:
    return {word: code.replace("_", "-") for code, words in rows.items() for word in words.split("|")}


ROLES = _words(funding="1|funding", accountable="2|accountable", extending="3|extending", implementing="4|implementing")
DATES = _words(planned_start="1|start-planned", start="2|start-actual", planned_end="3|end-planned", end="4|end-actual")
STATUSES = _words(
    planned="1|pipeline/identification|pipeline",
    ongoing="2|implementation",
    realised="3|4|completion|finalisation|post-completion|closed",
    cancelled="5|cancelled",
    suspended="6|suspended",
    unknown="|unspecified",
)
STAGES = _words(
    incoming_funds="1|if",
    commitment="2|c",
    disbursement="3|d",
    expenditure="4|e",
    interest_payment="5|ir",
    loan_repayment="6|lr",
    reimbursement="7|r",
    purchase_of_equity="8|qp",
    sale_of_equity="9|qs",
    credit_guarantee="10|cg",
    incoming_commitment="11",
    pledge="12",
    incoming_pledge="13",
)
INCOMING = frozenset({"incoming-funds", "incoming-commitment", "incoming-pledge"})
"""Told by the receiver; the provider may tell the same money as well."""
PLEDGED = frozenset({"pledge", "incoming-pledge"})
"""Announced and not binding: planned, as in all other data here."""
PAID_BACK = frozenset({"interest-payment", "loan-repayment"})
"""Money that leaves a work towards those who funded it: it does not fund the work."""
SOLD = "sale-of-equity"
"""Money that comes into a work in exchange for what it owns: it does not fund the work either."""
OUTGOING = frozenset(STAGES.values()) - INCOMING - PAID_BACK - {SOLD}
"""Told by who pays. A lender tells repayments and interest too, so that nobody follows from those."""

LINKS = {"1": "part-of", "2": "has-part", "3": "sibling-of", "4": "co-funded-with", "5": "third-party-to"}
"""Of RelatedActivityType; a child is told as a link of the child."""

KINDS = {
    "10": "government-body", "11": "government-body", "15": "public-institution", "20": "ngo", "21": "ngo", "22": "ngo",
    "23": "ngo", "24": "ngo", "30": "alliance", "40": "multilateral", "60": "foundation", "70": "company",
    "71": "company", "72": "company", "73": "company", "80": "research-institute", "90": "other",
}  # fmt: skip
"""Of OrganisationType."""

SECTORS = {
    "": "iati-sector", "1": "iati-sector", "dac": "iati-sector", "dac-5": "iati-sector", "2": "iati-sector-category",
    "dac-3": "iati-sector-category", "cofog": "sector-3", "nace": "sector-4", "ntee": "sector-5", "adt": "sector-6",
    "ro": "sector-99", "ro2": "sector-98", "7": "iati-unsdg-goals", "8": "iati-unsdg-targets",
}  # fmt: skip
"""The code list of each sector vocabulary; those that are not here are `sector-<vocabulary>`."""
OWN = ("-98", "-99")
"""How the names of vocabularies end that each publisher has for itself."""
CATEGORY_DIGITS = 3
"""A code of DAC of so many digits is a category, whatever vocabulary the file names."""

FINANCE = {"1": "grant", "4": "loan", "5": "equity", "432": "equity", "433": ""}
"""By the first of three digits of a code of FinanceType; preferred equity and hybrids stand among the loans."""

BUDGET_TYPES = {"1": "original", "2": "revised", "original": "original", "revised": "revised"}
BUDGET_STATUSES = {"1": "indicative", "2": "committed"}
YES_NO = {"1": True, "true": True, "0": False, "false": False}

NOBODY = "names nobody"
PLACEHOLDERS: Mapping[str, str] = {
    **dict.fromkeys(["", "-", "--", "_", ".", ",", ";", "#", "?", "*", "/"], "is punctuation"),
    **dict.fromkeys(["0", "00", "000", "0000", "00000", "1", "99", "999", "9999", "99999"], "is a filler"),
    **dict.fromkeys(
        ["n/a", "na", "n.a.", "n.a", "nan", "none", "null", "nil", "tba", "tbc", "tbd"], "says there is none"
    ),
    **dict.fromkeys(["unknown", "not available", "not applicable", "no identifier", "missing"], "says there is none"),
    **dict.fromkeys(
        ["non iati registered organisation", "non-iati registered organisation", "excluded", "withheld", "redacted"],
        "says there is none",
    ),
    **dict.fromkeys(["various", "other", "multiple", "undefined", "unspecified", "xx", "xxx", "x"], NOBODY),
}
"""References and names that tell nothing, in lower case, and why."""
