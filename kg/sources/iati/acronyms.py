"""The acronym that many sources put in brackets at the end of a name."""

from __future__ import annotations

import re

from kg.clean.countries import find_country
from kg.clean.names import clean_name

_BRACKETS = re.compile(r"(?P<name>.+?) ?\((?P<letters>[A-Z]{2,10})\)")
_PARTS = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+")
_OTHER = frozenset("NGO INGO CSO CBO LTD PLC PTY PVT LLC INC UK USA UAE US".split())
"""Kinds, legal forms and countries that stand in brackets as well; other countries are known by their names."""
_FEWEST_INITIALS = 2
_LETTERS_OF_CODE = 3
"""Countries have codes of so many letters, which are the acronyms of others as well."""


def acronym_of(name: str) -> str:
    """The letters in brackets at the end of a name, where they are made of it; else empty.

    They are where they stand in the name in their order, the first at the start of a word, and at least two and half
    of them at starts of words. So a country or a place in brackets is none.

    >>> acronym_of("United Nations High Commissioner for Refugees (UNHCR)"), acronym_of("Concern Worldwide (UK)")
    ('UNHCR', '')
    """
    match = _BRACKETS.fullmatch(name)
    letters = match["letters"] if match else ""
    if not match or letters in _OTHER or (len(letters) > _LETTERS_OF_CODE and find_country(letters)):
        return ""
    words = [clean_name(part) for part in _PARTS.findall(match["name"])]
    initials = _initials(letters.lower(), words)
    made = initials >= max(_FEWEST_INITIALS, len(letters) / 2)
    return letters if made and letters.lower() not in words else ""


def _initials(letters: str, words: list[str]) -> int:
    """How many of some letters are starts of words, at most, where they stand in the words in order; else -1."""
    most = [0, *[-1] * len(letters)]
    for word in words:
        for at, character in enumerate(word):
            for done in range(len(letters) - 1, -1, -1):
                if letters[done] == character and most[done] >= 0 and (done or not at):
                    most[done + 1] = max(most[done + 1], most[done] + (not at))
    return most[-1]
