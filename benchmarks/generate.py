"""Large IATI files made of real ones: the same activities again and again, each copy under identifiers of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

FOOT = b"</iati-activities>\n"
_NAMESPACE = re.compile(rb'\bxmlns:(\w+)="[^"]*"')
_ACTIVITY = re.compile(rb"<iati-activity\b.*?</iati-activity>", re.DOTALL)
_OWN = re.compile(
    rb"(?P<open><iati-identifier[^>]*>\s*|<related-activity\b[^>]*?\bref=\"|\b(?:provider|receiver)-activity-id=\")"
    rb"(?P<id>[^<\"\s][^<\"]*?)(?=\s*[<\"])"
)
_PARTY = re.compile(
    rb"(?P<open><(?:reporting-org|participating-org|provider-org|receiver-org)\b[^>]*?\bref=\")(?P<id>[^\"\s]{5,})(?=\")"
)


class Activities(NamedTuple):
    """Activities as they stand in their files, and a root that declares the namespaces of all of them."""

    head: bytes
    bodies: list[bytes]


def read_activities(files: Iterable[Path]) -> Activities:
    """The activities of files; of the roots of the files only the namespaces are kept."""
    bodies, namespaces = list[bytes](), dict[bytes, bytes]()
    for file in files:
        content = file.read_bytes()
        bodies += [found.group() for found in _ACTIVITY.finditer(content)]
        namespaces.update({found[1]: found[0] for found in _NAMESPACE.finditer(content)})
    root = b" ".join([b'<iati-activities version="2.03"', *namespaces.values()])
    return Activities(b'<?xml version="1.0" encoding="UTF-8"?>\n' + root + b">\n", bodies)


def copies(activities: list[bytes], *, fresh_parties: bool = False) -> Iterator[list[bytes]]:
    """The activities, without end: the first copy as they are, each further one under new identifiers.

    With `fresh_parties`, the references of organizations are new in each copy, too.
    """
    yield activities
    number = 1
    while True:
        ending = rb"\g<open>\g<id>-%d" % number
        made = [_OWN.sub(ending, activity) for activity in activities]
        yield [_PARTY.sub(ending, activity) for activity in made] if fresh_parties else made
        number += 1


def write_large(activities: Activities, path: Path, size: int) -> int:
    """Write one file of at least so many bytes, with fresh parties, and return how many activities it has."""
    count = 0
    with path.open("wb") as stream:
        stream.write(activities.head)
        for copy in copies(activities.bodies, fresh_parties=True):
            for activity in copy:
                stream.write(activity + b"\n")
                count += 1
                if stream.tell() >= size:
                    stream.write(FOOT)
                    return count
    raise AssertionError("unreachable")


def write_copies(activities: Activities, path: Path, number: int) -> int:
    """Write so many copies into one file, all with the same parties, and return how many activities it has."""
    with path.open("wb") as stream:
        stream.write(activities.head)
        for copy in islice(copies(activities.bodies), number):
            stream.write(b"\n".join(copy) + b"\n")
        stream.write(FOOT)
    return number * len(activities.bodies)
