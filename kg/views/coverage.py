"""The coverage of documents as one page: the text coloured by what carries it, and the statements behind it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from typing import Any, Protocol

STATES = {
    "statement": ("statements", "Carried by a relation, a work, a claim or another statement."),
    "name": ("names only", "Carried by a name or a mention, and nothing more."),
    "omission": (
        "left out, with a reason",
        "A heading, rhetoric, repetition or the like; the panel says which.",
    ),
    "joining": (
        "joining words",
        'One or two words such as "and the", or the number of a point: they join what stands around them.',
    ),
    "open": ("open", "Nothing carries these words, and no reason is given."),
}


class Covered(Protocol):
    """A document as `kg.evidence.coverage` gives it."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def file(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def stretches(self) -> Sequence[tuple[int, int, str, tuple[str, ...]]]: ...
    @property
    def said(self) -> Mapping[str, tuple[str, str, str]]: ...
    @property
    def words(self) -> Mapping[str, int]: ...
    @property
    def omitted(self) -> Mapping[str, int]: ...


def render_coverage(documents: Iterable[Covered], *, version: str) -> str:
    """One HTML page, for reading without a connection, of documents and the statements that carry their words.

    The page holds the reader's own copies of the documents: it is not to be passed on where they are not.
    `version` is the graph version that the page names.
    """
    import jinja2
    from markupsafe import Markup

    shown = [_document(document) for document in documents]
    style, script = _asset("coverage.css"), _asset("coverage.js")
    page = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(
        _asset("coverage.html")
    )
    payload = json.dumps([document["said"] for document in shown], ensure_ascii=False, separators=(",", ":"))
    return page.render(
        documents=shown,
        states=STATES,
        version=version,
        policy=f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'",
        style=Markup(style),
        script=Markup(script),
        payload=Markup(payload.replace("<", "\\u003c")),
    )


def _document(document: Covered) -> dict[str, Any]:
    places = {node: at for at, node in enumerate(document.said)}
    total = sum(document.words.values()) or 1
    return {
        "id": document.id,
        "title": document.title,
        "file": document.file,
        "total": total,
        "words": document.words,
        "shares": [(state, words / total) for state, words in document.words.items() if words],
        "omitted": document.omitted,
        "pieces": [
            (document.text[start:end], start, end, state, " ".join(str(places[node]) for node in nodes))
            for start, end, state, nodes in document.stretches
        ],
        "said": list(document.said.values()),
    }


def _asset(name: str) -> str:
    return resources.files("kg.views").joinpath("assets", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
