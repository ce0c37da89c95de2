"""Persons in the texts of others: who is meant as one, and texts without their names, addresses and numbers.

Digits are a telephone number only where a word or an international prefix says so: what may be an amount, a date, a
coordinate or the number of a project stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

WITHHELD = "An individual (name withheld)"
"""The name of a party that is a person."""
E_MAIL, NUMBER, NAME = "(e-mail withheld)", "(telephone withheld)", "(name withheld)"
"""What stands in a text in place of a contact."""

# --- parties that are persons -------------------------------------------------------------------------------------

_BARE = (
    r"individuals?|particuliers?|personnes? physiques?|personas? (?:físicas?|naturales?)|particular(?:es)?"
    r"|pessoas? físicas?|privatperson(?:en)?|particulieren?"
)
_SURE = (
    r"(?:private|anonymous) (?:individuals?(?: (?:person|donor|giver)s?)?|persons?|citizens?)"
    r"|individual (?:person|donor|giver)s?"
    r"|donateurs? (?:individuel|particulier)s?|donantes? (?:individual|particular)(?:es)?"
)
_BETWEEN = r"(?:\s*[,;:/(]\s*|\s+[-–—]\s+)"
_TITLED = r"(?:mr|mrs|ms|miss|mme|mlle|sra?)\b\.?\s.+"
_INDIVIDUAL = re.compile(
    rf"(?:an? |the )?(?:(?:{_SURE})(?:{_BETWEEN}(?P<a>.+))?|(?:{_BARE})(?:: ?(?P<b>.+)|{_BETWEEN}(?P<c>{_TITLED}))?)"
    rf"|(?:private |anonymous )?donor{_BETWEEN}(?P<d>{_TITLED})|(?P<e>.+?) ?\((?:an? )?(?:individual|{_SURE})\)"
    rf"|(?P<f>.+?)(?:, ?| [-–—] )(?:an? )?(?:{_SURE})",
    re.IGNORECASE,
)
_WORD_BESIDE = re.compile(
    r"(?:private )?(?:individual|particulier|privatperson) ?[:,/–—-] ?(?P<a>.+)"
    r"|(?P<b>.+?) ?[:,/–—-] ?(?:an? )?(?:individual|particulier|privatperson)",
    re.IGNORECASE,
)
"""A name and the word for an individual, which may be that of an organization as well."""
_TITLE = r"(?:[Mm][Rr][Ss]?|[Mm]iss|MISS|Ms|MS(?=\.)|[Dd]r|DR|[Pp]rof|PROF|Professor|[Mm]me|MME|Mlle|Sra?(?=\.))\b\.?"
_TITLES = re.compile(rf"(?:{_TITLE}(?: (?:&|and) )?\s*)+")
_NO_PERSON = re.compile(
    r"['’]s\b|\d|&|\b(?:for|of|the|and|pour|para|congo|co|ltd|inc|llc|plc|gmbh|corp|ngo|ong|asbl|fund|aid|home|lab|sons)\b"
    r"|foundation|fondation|fundaci|stiftung|trust|school|college|universit|academ|institut|hospital|clinic|cent(?:er|re)"
    r"|compan|compagn|limited|group|associat|organi[sz]|societ|council|committee|commission|minist(?:ry|ère|erio)"
    r"|department|office|agenc|bank|church|mission|initiative|international|national|network|union|federation|league"
    r"|charit|memorial|laborator|pharma|consult|service|solution|partner|enterprise|industr|holding|project|program"
    r"|embassy|government|orphanage|house|library|museum|press|media|studio|farm|hotel|store|brothers|family|estate"
    r"|team|club|relief|action|health|support|response|vision|unit\b|division|secretariat|nations|desk|line\b"
    r"|\b(?:radio|kirche|iglesia|église|nederland|deutschland|cross|crescent|plan|caritas|oxfam|korea|corporate)\b"
    r"|minist[éeè]r|contribution|philanthrop|(?-i:\b(?:SA|S\.A\.?|AG|BV|B\.V\.?|NV|SARL|KG|GbR|Oy|ApS)$)",
    re.IGNORECASE,
)
"""Words and signs that no name of a person has: `Dr. Abdul's Foundation` is none."""
_FEWEST, _MOST = 2, 5
"""Names that stand after a title: `Ms. Foundation` has one, and may be anything."""


def is_individual(text: str) -> bool:
    """Whether a source names a party, or its type, as an individual in words, with or without the person's name.

    >>> is_individual("Private individual"), is_individual("Private individual donor, Mr Jo Doe")
    (True, True)
    >>> is_individual("AAUK Individual Giving"), is_individual("Institute for Individuals")
    (False, False)
    """
    return _INDIVIDUAL.fullmatch(text) is not None


@lru_cache(maxsize=65536)
def is_person(name: str) -> bool:
    """Whether the name of a party is that of a person: in words, or by a title before two names or more.

    >>> is_person("Jo Doe, private person"), is_person("Dr. Jo van Doe"), is_person("Mr & Mrs Jo Doe")
    (True, True, True)
    >>> is_person("Jo Doe, Individual"), is_person("AAUK - Individual Giving")
    (True, False)
    >>> is_person("Dr. Abdul's Foundation"), is_person("Ms. Foundation for Women"), is_person("DR Congo")
    (False, False, False)
    """
    if is_individual(name):
        return True
    title, beside = _TITLES.match(name), _WORD_BESIDE.fullmatch(name)
    rest = name[title.end() :] if title else (beside["a"] or beside["b"]) if beside else ""
    words = re.split(r" ?[,(]", rest)[0].split()
    named = title or all(word[:1].isupper() for word in words)
    return _FEWEST <= len(words) <= _MOST and bool(named) and not _NO_PERSON.search(rest)


def name_of_individual(text: str) -> str:
    """The name of a person without a title and the word for an individual; empty where that word stands alone.

    >>> name_of_individual("Jo Doe (individual)"), name_of_individual("Mr Jo Doe"), name_of_individual("Individual")
    ('Jo Doe', 'Jo Doe', '')
    """
    match = _INDIVIDUAL.fullmatch(text) or _WORD_BESIDE.fullmatch(text)
    name = (next(filter(None, match.groups()), "") if match else text).partition(" (")[0]
    title = _TITLES.match(name)
    return name[title.end() if title else 0 :].strip(" (),")


def without_names(text: str, persons: Iterable[str]) -> str:
    """A text in which the names of persons are withheld, in any order and with any title.

    >>> without_names("Gift of Jane Doe, thanks to Ms. Doe", ["Ms. Jane Doe"])
    'Gift of An individual (name withheld), thanks to An individual (name withheld)'
    >>> without_names("Doe, Jane: an individual", ["Individual: Jane Doe"])
    'An individual (name withheld): an individual'
    """
    for person in persons:
        if pattern := _spellings(person):
            text = pattern.sub(WITHHELD, text)
    return text


_GAP = r"[\s._-]+"
"""What stands between the words of a name, in identifiers too."""


@lru_cache(maxsize=4096)
def _spellings(person: str) -> re.Pattern[str] | None:
    """How a text may write the name of a person; one of a single word is told from other words by its case."""
    name = name_of_individual(person)
    first, _, last = (part.strip() for part in name.partition(","))
    words = (f"{last} {first}" if last and " " not in first else first).split()
    if not words or len(name) < _FEWEST + 1:
        return None
    spelt = [re.escape(name), _GAP.join(map(re.escape, words))]
    if len(words) > 1:
        spelt += [rf"{re.escape(words[-1])},?{_GAP}" + _GAP.join(map(re.escape, words[:-1]))]
        spelt += [rf"(?<=\b){_TITLE}\s+{re.escape(words[-1])}"]
    flags = re.IGNORECASE if len(words) > 1 else 0
    return re.compile(rf"(?<![^\W_])(?:{_TITLE}\s+)?(?:{'|'.join(spelt)})(?![^\W_])", flags)


# --- contacts in texts --------------------------------------------------------------------------------------------

_EMAIL = re.compile(
    r"[\w.+%'-]{1,64}\s?(?:@|＠|[\[({]\s?at\s?[\])}])\s?(?:[\w-]{1,63}(?:\.|\s?[\[({]\s?dot\s?[\])}]\s?)){1,8}[a-z]{2,24}",
    re.IGNORECASE,
)
_SEPARATOR = r"(?:[ .\-–/]|\)[ -]?| ?\()?"
_START = r"(?:\(?\+ ?|\(?0|\()"
_DIGITS = rf"\d(?:{_SEPARATOR}\d){{6,14}}(?!\d)"
_STRONG = r"tel|tél|fax|telefax|telf|tfno|tlf"
_WEAK = (
    r"(?:tele)?phones?|t[ée]l[ée]phone|tel[ée]fono|telefone|telefon|facsimile|mobile|mob|cell|cellphone|cel|celular"
    r"|whatsapp|hotline|helpline"
)
_AFTER_WORD = re.compile(
    rf"(?<!\w)(?P<word>(?:(?P<strong>{_STRONG})|{_WEAK})(?: ?[/&] ?(?:{_STRONG}|{_WEAK}))?"
    rf"(?: ?(?:nos?|nr|numbers?)\b)?(?P<mark>\.? ?[:=#])?\.? ?)"
    rf"(?P<number>(?:{_START})?{_DIGITS}(?: ?(?:[/,;&]|or|and) ?{_START}{_DIGITS})*)",
    re.IGNORECASE,
)
_ABROAD = re.compile(
    rf"(?<![\w.,+/=-])\(?\+ ?\(?(?P<number>[1-9]{_SEPARATOR}{_DIGITS})(?! ?(?:[A-Z]{{3}}\b|[€$£%]|[a-z]+illi|m\b))"
)
_NO_NUMBER = re.compile(
    r"(?:19|20)\d\d ?[-–/] ?(?:19|20)\d\d|\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}"
    r"|\d+\.\d+|\d{1,3}(?:[ .]\d{3})*[ .]000"
)
"""Years, days, decimals and round amounts, which a number may look like."""

_CAPITAL = r"[^\W\d_a-zß-öø-ÿ]"
_LABEL = (
    r"(?!(?i:address|tel|fax|phone|mobile|e-?mail|website|director|head|manager|position|organi|ministry|department)"
    r"|\w{1,40} ?:)"
)
_WORD = rf"{_LABEL}{_CAPITAL}[\w\x80-\x9f.'’-]{{0,40}}"
_WORDS = rf"(?:{_TITLE} ?){{0,3}}{_WORD}(?: (?:(?:de|da|del|dos|la|van|von|der|den|bin|ibn|al|el) ){{0,2}}{_WORD})"
_CONTACT = re.compile(
    r"(?<!\w)(?P<word>(?i:contact persons?|persons? (?:of|to) contact|focal (?:person|point)s?|point of contact"
    r"|points? foca(?:l|ux)|puntos? focal(?:es)?|person(?:ne|a)s? de contact[eo]?|pessoas? de contat?o)"
    rf"(?: ?[:=(–-] ?| is )(?=(?P<one>{_WORDS}{{0,4}}))"
    rf"|(?i:attn|att)\b\.? ?:? ?(?=(?P<two>{_WORDS}{{0,4}}))"
    rf"|(?i:conta[ck]?t[eo]?s?|attention) ?: ?(?=(?P<three>{_WORDS}{{1,4}}))"
    rf"|(?i:contact) (?=(?P<four>{_WORDS}{{1,4}})(?: ?[,;(–-])?(?: (?:at|on|via|by|through))?"
    rf"(?: ?(?:{_STRONG}|{_WEAK}|[Ee]-?mail)\W{{0,3}})? ?\(?\((?:e-mail|telephone) withheld\)))"
)
_FURTHER = re.compile(rf" ?(?:,|;|/|&|and|et|y|und) ?({_WORDS}{{1,4}})")
_BESIDE = re.compile(rf"[ ,;(–-]{{1,3}}{_START}{_DIGITS}")
_HINT = re.compile(
    rf"[@＠+]|[\[({{] ?at ?[\])}}]|\b(?=[acfhmptw])(?:conta[ckt]|foca|att"
    rf"|(?:{_STRONG}|{_WEAK})\b\W{{0,3}}(?:nos?|nr|numbers?|{_STRONG}|{_WEAK})?\W{{0,6}}\d)",
    re.IGNORECASE,
)
"""What most texts lack; the first letters of its words make the search twice as fast."""


def without_contacts(text: str) -> str:
    """A text without e-mail addresses, telephone and fax numbers, and the names of contact persons.

    >>> without_contacts("Contact: Jane Doe, tel +254722123456, jane@example.org")
    'Contact: (name withheld), tel (telephone withheld), (e-mail withheld)'
    >>> without_contacts("2009-2013, +15 000 000 EUR, LIBOR + 1.25, CHF/00232/1-2020, -1.2833, +36.816667")
    '2009-2013, +15 000 000 EUR, LIBOR + 1.25, CHF/00232/1-2020, -1.2833, +36.816667'
    """
    if not _HINT.search(text):
        return text
    text = _EMAIL.sub(E_MAIL, text)
    text = _ABROAD.sub(_without_number, _AFTER_WORD.sub(_without_number, text))
    return _without_contact_persons(text)


def is_email(text: str) -> bool:
    """Whether a text is an e-mail address and nothing else, or was one before it was withheld.

    >>> is_email("contact@example.org"), is_email("(e-mail withheld)"), is_email("XM-DAC-41122")
    (True, True, False)
    """
    return text == E_MAIL or ("@" in text and _EMAIL.fullmatch(text) is not None)


def _without_number(match: re.Match[str]) -> str:
    told, number = match.groupdict(), match["number"]
    word = told.get("word") or ""
    if _NO_NUMBER.fullmatch(number):
        return match[0]
    if word and not told["strong"] and not told["mark"] and not re.match(_START, number):
        return match[0]
    return word + NUMBER


def _without_contact_persons(text: str) -> str:
    """A text without the names after the words for a contact person, and the numbers right after these."""
    parts, end = [], 0
    while match := _CONTACT.search(text, end):
        name = next(filter(None, match.group("one", "two", "three", "four")))
        parts.append(text[end : match.end()])
        end = match.end()
        if _NO_PERSON.search(name):
            continue
        end += len(name)
        while (more := _FURTHER.match(text, end)) and not _NO_PERSON.search(more[1]):
            end = more.end()
        parts.append(NAME)
        if beside := _BESIDE.match(text, end):
            parts.append(f", {NUMBER}")
            end = beside.end()
    return "".join([*parts, text[end:]])
