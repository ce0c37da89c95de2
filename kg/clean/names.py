"""Names as people type them: without accents, case, punctuation or spaces."""

from __future__ import annotations

import unicodedata


def clean_name(name: str) -> str:
    """A name folded for comparison: words in lower case, without accents and punctuation.

    Pinyin with tone marks meets pinyin without; Chinese characters stay as they are.

    >>> clean_name("Zhōngguó  Guójì Fúpín")
    'zhongguo guoji fupin'
    >>> clean_name("PRIDE (Tanzania) Ltd.")
    'pride tanzania ltd'
    """
    folded = unicodedata.normalize("NFKD", name).casefold()
    bare = (character for character in folded if not unicodedata.combining(character))
    return " ".join("".join(character if character.isalnum() else " " for character in bare).split())


def name_key(name: str) -> str:
    """A folded name without spaces: what an exact match compares.

    >>> name_key("guo ji fu pin") == name_key("Guójì Fúpín")
    True
    """
    return clean_name(name).replace(" ", "")
