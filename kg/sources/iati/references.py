"""References and names of parties that tell nothing, or not who it is."""

from __future__ import annotations

import re

from kg.clean.persons import WITHHELD, is_email
from kg.sources.iati.codes import NOBODY, PLACEHOLDERS

_CHANNEL = re.compile(r"([1-9]\d{4})|XM-DAC-([1-9]\d000)", re.ASCII)
_TELEPHONE = re.compile(r"\+[\d ()./-]{8,20}")
_GROUP = re.compile(
    r"(?:unspecified|undisclosed|various)\b.*|anonymous(?: donors?)?(?: - .*)?"
    r"|(?:miscellaneous|multiple|several|others?)(?: (?:donors|organi[sz]ations|agencies|partners|vendors|recipients))?"
    r"|(?:(?:private|governmental|government|institutional|public|other) )donors?(?: (?:of|in|from) .*)?",
    re.IGNORECASE,
)


def is_placeholder(text: str) -> bool:
    """Whether a reference tells nothing.

    >>> is_placeholder("N/A"), is_placeholder("contact@example.org"), is_placeholder("XM-DAC-41122")
    (True, True, False)
    >>> is_placeholder("+254 722 123 456")
    True
    """
    return text.lower() in PLACEHOLDERS or is_email(text) or WITHHELD in text or _TELEPHONE.fullmatch(text) is not None


def is_nameless(text: str) -> bool:
    """Whether a name tells nothing; `Other` and `Various` are told, though they name nobody.

    >>> is_nameless("nan"), is_nameless("Various")
    (True, False)
    """
    return is_email(text) or PLACEHOLDERS.get(text.lower(), "names").endswith(("punctuation", "filler", "none"))


def names_nobody(text: str) -> bool:
    """Whether a name stands for parties that are not named one by one.

    >>> names_nobody("Various"), names_nobody("Private donors in Kenya"), names_nobody("Multiple Sclerosis Society")
    (True, True, False)
    """
    return PLACEHOLDERS.get(text.lower(), "") == NOBODY or _GROUP.fullmatch(text) is not None


def channel_of(reference: str) -> str:
    """The DAC channel code that a reference is, which parties share; empty where it is none.

    With the prefix of an identifier it is one of a kind of party, not of one agency, where it ends in three zeros.

    >>> channel_of("41122"), channel_of("XM-DAC-41122"), channel_of("XM-DAC-61000")
    ('41122', '', '61000')
    """
    match = _CHANNEL.fullmatch(reference)
    return match[1] or match[2] if match else ""
